//! The statements that cadet sends, made from typed parts. Names and values are quoted as they are written in, and no text
//! of a template stands outside of the one query that it is.

use super::place::Destination;
use super::properties;
use crate::engine::Write;

/// A name in a statement, quoted.
pub(super) fn name(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A text in a statement.
pub(super) fn text(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// A table in a statement.
pub(super) fn table(database: &str, table: &str) -> String {
    format!("{}.{}.{}", name(CATALOGUE), name(database), name(table))
}

/// The account's own catalogue; cadet writes to no other.
pub(super) const CATALOGUE: &str = "awsdatacatalog";

/// A statement, and where the author's query stands in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Statement {
    pub text: String,
    /// Lines before the query's first.
    pub lines_before: usize,
}

impl Statement {
    /// A query and nothing else.
    pub(super) fn query(query: &str) -> Self {
        Self { text: query.to_owned(), lines_before: 0 }
    }

    /// The first rows of a query; with 0, only its columns.
    pub(super) fn limited(query: &str, limit: usize) -> Self {
        Self { text: format!("select * from (\n{query}\n) limit {limit}"), lines_before: 1 }
    }

    pub(super) fn around(before: &str, body: &Self) -> Self {
        let lines = before.matches('\n').count() + 1;
        Self { text: format!("{before}\n{}", body.text), lines_before: lines + body.lines_before }
    }
}

/// How a table's data is stored.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Storage {
    pub format: String,
    pub compression: Option<String>,
    pub delimiter: Option<String>,
    /// Columns; of an Iceberg table transforms of them, such as `day(since)`.
    pub partitioned_by: Vec<String>,
    pub bucketed_by: Vec<String>,
    pub buckets: Option<u64>,
    pub is_iceberg: bool,
    /// What `table_properties` says: names that [`properties::read`] knows, and values as they stand in a statement.
    pub more: Vec<(String, String)>,
}

/// The formats that Athena writes.
pub(super) const FORMATS: [&str; 5] = ["parquet", "orc", "avro", "json", "textfile"];

impl Storage {
    /// As the node's configs say.
    pub(super) fn of(write: &Write<'_>) -> Self {
        Self {
            format: write.text("format").unwrap_or_else(|| "parquet".to_owned()),
            compression: write.text("write_compression"),
            delimiter: write.node.and_then(|node| node.config_text("field_delimiter")).map(str::to_owned),
            partitioned_by: write.names("partitioned_by"),
            bucketed_by: write.names("bucketed_by"),
            buckets: write.number("bucket_count"),
            is_iceberg: write.is_iceberg(),
            more: write.node.and_then(|node| properties::read(node).ok()).unwrap_or_default(),
        }
    }

    /// The same without partitions and buckets.
    pub(super) fn without_partitions(&self) -> Self {
        Self { partitioned_by: Vec::new(), bucketed_by: Vec::new(), buckets: None, ..self.clone() }
    }

    fn properties(&self) -> Vec<(&str, String)> {
        let names =
            |names: &[String]| format!("array[{}]", names.iter().map(|it| text(it)).collect::<Vec<_>>().join(", "));
        let mut properties = vec![("format", text(&self.format.to_uppercase()))];
        if let Some(compression) = &self.compression {
            properties.push(("write_compression", text(&compression.to_uppercase())));
        }
        properties.extend(self.more.iter().map(|(name, value)| (name.as_str(), value.clone())));
        if self.is_iceberg {
            // Buckets of an Iceberg table are a transform among its partitions.
            if !self.partitioned_by.is_empty() {
                properties.push(("partitioning", names(&self.partitioned_by)));
            }
            return properties;
        }
        if let Some(delimiter) = &self.delimiter {
            properties.push(("field_delimiter", text(delimiter)));
        }
        if !self.partitioned_by.is_empty() {
            properties.push(("partitioned_by", names(&self.partitioned_by)));
        }
        if let (false, Some(buckets)) = (self.bucketed_by.is_empty(), self.buckets) {
            properties.push(("bucketed_by", names(&self.bucketed_by)));
            properties.push(("bucket_count", buckets.to_string()));
        }
        properties
    }
}

/// A new table in a folder of its own.
pub(super) fn create_table(
    place: &Destination,
    temporary: &str,
    folder: &str,
    (storage, body): (&Storage, &Statement),
) -> Statement {
    let location = format!("{}/{folder}/", place.location());
    let mut properties = match storage.is_iceberg {
        true => {
            vec![("table_type", text("ICEBERG")), ("is_external", "false".to_owned()), ("location", text(&location))]
        }
        false => vec![("table_type", text("HIVE")), ("external_location", text(&location))],
    };
    properties.extend(storage.properties());
    let properties: Vec<String> = properties.iter().map(|(key, value)| format!("{key} = {value}")).collect();
    let before = format!("create table {} with ({}) as", table(&place.database, temporary), properties.join(", "));
    Statement::around(&before, body)
}

/// A view.
pub(super) fn create_view(place: &Destination, temporary: &str, query: &str) -> Statement {
    let before = format!("create or replace view {} as", table(&place.database, temporary));
    Statement::around(&before, &Statement::query(query))
}

/// The rows of a table and those of a query together. A column is taken as it is, as null, or not at all: `of_table` and
/// `of_query` say what each side gives for it.
pub(super) fn together(place: &Destination, columns: &[Added], query: &str) -> Statement {
    let list = |has: fn(&Added) -> bool| {
        let one = |column: &Added| match has(column) {
            true => name(&column.name),
            false => format!("null as {}", name(&column.name)),
        };
        columns.iter().map(one).collect::<Vec<_>>().join(", ")
    };
    let (of_table, of_query) = (list(|column| column.in_table), list(|column| column.in_query));
    let table = table(&place.database, &place.table);
    let before = format!("select {of_table} from {table}\nunion all\nselect {of_query} from (");
    let Statement { text, lines_before } = Statement::around(&before, &Statement::query(query));
    Statement { text: format!("{text}\n)"), lines_before }
}

/// The columns of a table from a query, in their order. What the query does not have is null.
pub(super) fn in_order(columns: &[Added], query: &str) -> Statement {
    let one = |column: &Added| match column.in_query {
        true => name(&column.name),
        false => format!("cast(null as {}) as {}", column.data_type, name(&column.name)),
    };
    let before = format!("select {} from (", columns.iter().map(one).collect::<Vec<_>>().join(", "));
    let Statement { text, lines_before } = Statement::around(&before, &Statement::query(query));
    Statement { text: format!("{text}\n)"), lines_before }
}

/// How many rows a table has.
pub(super) fn count(place: &Destination) -> Statement {
    Statement::query(&format!("select count(*) from {}", table(&place.database, &place.table)))
}

/// The values by which the rows of a table are kept apart, each set of them once, as text. `by` are expressions.
pub(super) fn values(place: &Destination, of: &str, by: &[String]) -> Statement {
    let texts: Vec<String> = by.iter().map(|by| format!("cast({by} as varchar)")).collect();
    Statement::query(&format!(
        "select distinct {} from {} order by {}",
        texts.join(", "),
        table(&place.database, of),
        ordinals(by.len())
    ))
}

fn ordinals(count: usize) -> String {
    (1..=count).map(|at| at.to_string()).collect::<Vec<_>>().join(", ")
}

/// The rows of a table that have one of these values.
pub(super) fn of_values(place: &Destination, of: &str, by: &[String], values: &[Vec<Option<String>>]) -> Statement {
    let is = |(by, value): (&String, &Option<String>)| match value {
        Some(value) => format!("cast({by} as varchar) = {}", text(value)),
        None => format!("{by} is null"),
    };
    let all = |values: &Vec<Option<String>>| by.iter().zip(values).map(is).collect::<Vec<_>>().join(" and ");
    let any: Vec<String> = values.iter().map(|values| format!("({})", all(values))).collect();
    let any = if any.is_empty() { "false".to_owned() } else { any.join(" or ") };
    Statement::query(&format!("select * from {} where {any}", table(&place.database, of)))
}

/// Rows into a table under its temporary name.
pub(super) fn insert(place: &Destination, temporary: &str, body: &Statement) -> Statement {
    Statement::around(&format!("insert into {}", table(&place.database, temporary)), body)
}

/// A column of a table that rows are added to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Added {
    pub name: String,
    /// In Athena's words: the table's, or the query's if the table has it not.
    pub data_type: String,
    pub in_table: bool,
    pub in_query: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place() -> Destination {
        Destination {
            database: "db_dev".into(),
            table: "t".into(),
            bucket: "b".into(),
            prefix: "dev/models/domain_name=d/database_name=db_dev/table_name=t/".into(),
        }
    }

    #[test]
    fn statements_as_they_are_sent() {
        let one = Statement::query("select 1 as x");
        let plain = Storage { format: "parquet".into(), ..Storage::default() };
        insta::assert_snapshot!(create_table(&place(), "t__cadet_a", "run", (&plain, &one)).text, @r#"
        create table "awsdatacatalog"."db_dev"."t__cadet_a" with (table_type = 'HIVE', external_location = 's3://b/dev/models/domain_name=d/database_name=db_dev/table_name=t/run/', format = 'PARQUET') as
        select 1 as x
        "#);
        let storage = Storage {
            format: "textfile".into(),
            compression: Some("gzip".into()),
            delimiter: Some("'|".into()),
            partitioned_by: vec!["year".into(), "it's".into()],
            bucketed_by: vec!["id".into()],
            buckets: Some(4),
            ..Storage::default()
        };
        insta::assert_snapshot!(create_table(&place(), "t__cadet_a", "run", (&storage, &one)).text, @r#"
        create table "awsdatacatalog"."db_dev"."t__cadet_a" with (table_type = 'HIVE', external_location = 's3://b/dev/models/domain_name=d/database_name=db_dev/table_name=t/run/', format = 'TEXTFILE', write_compression = 'GZIP', field_delimiter = '''|', partitioned_by = array['year', 'it''s'], bucketed_by = array['id'], bucket_count = 4) as
        select 1 as x
        "#);
        let storage = Storage {
            format: "orc".into(),
            partitioned_by: vec!["day(since)".into(), "bucket(id, 4)".into()],
            is_iceberg: true,
            more: vec![("vacuum_min_snapshots_to_keep".into(), "3".into())],
            ..Storage::default()
        };
        insta::assert_snapshot!(create_table(&place(), "t__cadet_a", "run", (&storage, &one)).text, @r#"
        create table "awsdatacatalog"."db_dev"."t__cadet_a" with (table_type = 'ICEBERG', is_external = false, location = 's3://b/dev/models/domain_name=d/database_name=db_dev/table_name=t/run/', format = 'ORC', vacuum_min_snapshots_to_keep = 3, partitioning = array['day(since)', 'bucket(id, 4)']) as
        select 1 as x
        "#);
        insta::assert_snapshot!(create_view(&place(), "t__cadet_a", "select 1 as x").text, @r#"
        create or replace view "awsdatacatalog"."db_dev"."t__cadet_a" as
        select 1 as x
        "#);
    }

    #[test]
    fn columns_and_rows_of_tables_that_are_there() {
        let added = |name: &str, in_table, in_query| Added {
            name: name.to_owned(),
            data_type: "date".to_owned(),
            in_table,
            in_query,
        };
        let columns = [added("a", true, true), added("b\"c", false, true), added("d", true, false)];
        insta::assert_snapshot!(together(&place(), &columns, "select 1 as a, 2 as \"b\"\"c\"").text, @r#"
        select "a", null as "b""c", "d" from "awsdatacatalog"."db_dev"."t"
        union all
        select "a", "b""c", null as "d" from (
        select 1 as a, 2 as "b""c"
        )
        "#);
        insta::assert_snapshot!(in_order(&columns, "select 1 as a").text, @r#"
        select "a", "b""c", cast(null as date) as "d" from (
        select 1 as a
        )
        "#);
        let (by, at) = (["\"day\"".to_owned(), "\"kind\"".to_owned()], [vec![Some("2024-01-01".to_owned()), None]]);
        insta::assert_snapshot!(values(&place(), "t_all", &by).text, @r#"select distinct cast("day" as varchar), cast("kind" as varchar) from "awsdatacatalog"."db_dev"."t_all" order by 1, 2"#);
        insta::assert_snapshot!(insert(&place(), "t_new", &of_values(&place(), "t_all", &by, &at)).text, @r#"
        insert into "awsdatacatalog"."db_dev"."t_new"
        select * from "awsdatacatalog"."db_dev"."t_all" where (cast("day" as varchar) = '2024-01-01' and "kind" is null)
        "#);
        insta::assert_snapshot!(Statement::limited("select 1 as a -- all", 0).text, @"
        select * from (
        select 1 as a -- all
        ) limit 0
        ");
    }
}
