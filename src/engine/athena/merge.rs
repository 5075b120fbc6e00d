//! The statements that change an Iceberg table. Each names the second entry of its files, never the one that readers have.

use super::statement::{Statement, name, table};
use crate::engine::TypedColumn;
use crate::engine::merge::Merge;
use crate::engine::snapshot::Renewal;

/// Rows of a query into a table, changed and deleted as the merge says. The columns are those of the table.
pub(super) fn merge((database, into): (&str, &str), merge: &Merge, columns: &[TypedColumn], query: &str) -> Statement {
    let before = format!("merge into {} as target\nusing (", table(database, into));
    let mut statement = Statement::around(&before, &Statement::query(query));
    let keys = merge.keys.iter().map(|key| format!("target.{0} = src.{0}", name(key)));
    let on: Vec<String> = keys.chain(merge.predicates.iter().map(|predicate| format!("({predicate}\n)"))).collect();
    statement.text.push_str(&format!("\n) as src\non ({})", on.join(" and ")));
    if let Some(condition) = &merge.delete {
        statement.text.push_str(&format!("\nwhen matched and ({condition}\n) then delete"));
    }
    let assignments = merge.assignments(columns);
    if !assignments.is_empty() {
        let set: Vec<String> =
            assignments.iter().map(|(column, value)| format!("{} = {value}", name(column))).collect();
        let set = set.join("\n    , ");
        statement.text.push_str(&format!("\nwhen matched{} then update set\n    {set}", and(merge.update.as_deref())));
    }
    let names: Vec<String> = columns.iter().map(|column| name(&column.name)).collect();
    let values: Vec<String> = names.iter().map(|name| format!("src.{name}")).collect();
    statement.text.push_str(&format!(
        "\nwhen not matched{} then insert ({})\nvalues ({})",
        and(merge.insert.as_deref()),
        names.join(", "),
        values.join(", ")
    ));
    statement
}

/// A condition of a clause. What follows it stands on a line of its own: the condition may end in a comment.
fn and(condition: Option<&str>) -> String {
    condition.map_or_else(String::new, |condition| format!(" and ({condition}\n)"))
}

/// Closes rows of a history, and adds the new ones.
pub(super) fn renew((database, into): (&str, &str), renewal: &Renewal) -> Statement {
    let before = format!("merge into {} as target\nusing (", table(database, into));
    let mut statement = Statement::around(&before, &Statement::query(&renewal.changes));
    let names: Vec<String> = renewal.columns.iter().map(|column| name(column)).collect();
    let values: Vec<String> = names.iter().map(|name| format!("src.{name}")).collect();
    let (id, to) = (name(&renewal.id), name(&renewal.to));
    statement.text.push_str(&format!(
        "\n) as src\non (target.{id} = src.cadet_id)\nwhen matched then update set {to} = src.{to}\n\
         when not matched then insert ({})\nvalues ({})",
        names.join(", "),
        values.join(", ")
    ));
    statement
}

/// Rows of a query beside those that are there.
pub(super) fn append((database, into): (&str, &str), columns: &[String], query: &str) -> Statement {
    let names: Vec<String> = columns.iter().map(|column| name(column)).collect();
    let names = names.join(", ");
    let before = format!("insert into {} ({names})\nselect {names} from (", table(database, into));
    let mut statement = Statement::around(&before, &Statement::query(query));
    statement.text.push_str("\n)");
    statement
}

/// New columns, each with its type in Glue's words.
pub(super) fn add_columns((database, to): (&str, &str), columns: &[TypedColumn]) -> Statement {
    let columns: Vec<String> =
        columns.iter().map(|column| format!("{} {}", ticked(&column.name), column.data_type)).collect();
    let table = format!("{}.{}", ticked(database), ticked(to));
    Statement::query(&format!("alter table {table} add columns ({})", columns.join(", ")))
}

/// One column less.
pub(super) fn drop_column((database, of): (&str, &str), column: &str) -> Statement {
    Statement::query(&format!("alter table {}.{} drop column {}", ticked(database), ticked(of), ticked(column)))
}

/// A name as Athena's statements about tables quote it.
fn ticked(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::json;

    use super::*;
    use crate::finding::Place;
    use crate::project::{Node, ResourceType};

    const DRAFT: (&str, &str) = ("db_dev", "t__cadet_a_b");

    fn of(config: serde_json::Value) -> Statement {
        let node = Node::new(ResourceType::Model, "p", "m", Place::file("m.sql"));
        let node = Node { config: Arc::new(config.as_object().cloned().unwrap().into()), ..node };
        let column = |name: &str| TypedColumn { name: name.into(), data_type: "integer".into() };
        merge(DRAFT, &Merge::of(&node).unwrap(), &[column("id"), column("day"), column("n")], "select 1 as id -- all")
    }

    #[test]
    fn statements_as_they_are_sent() {
        let plain = of(json!({"unique_key": "id"}));
        assert_eq!(plain.text.lines().nth(plain.lines_before), Some("select 1 as id -- all"));
        insta::assert_snapshot!(plain.text, @r#"
        merge into "awsdatacatalog"."db_dev"."t__cadet_a_b" as target
        using (
        select 1 as id -- all
        ) as src
        on (target."id" = src."id")
        when matched then update set
            "day" = src."day"
            , "n" = src."n"
        when not matched then insert ("id", "day", "n")
        values (src."id", src."day", src."n")
        "#);
        insta::assert_snapshot!(of(json!({
            "unique_key": ["id", "day"],
            "incremental_predicates": ["target.day > 3", "src.n > 0 -- none"],
            "delete_condition": "src.n = 0 -- gone",
            "update_condition": "src.n > target.n",
            "insert_condition": "src.n <> 0 or src.id = 1",
            "merge_update_columns_rules": {"n": "sum"},
        })).text, @r#"
        merge into "awsdatacatalog"."db_dev"."t__cadet_a_b" as target
        using (
        select 1 as id -- all
        ) as src
        on (target."id" = src."id" and target."day" = src."day" and (target.day > 3
        ) and (src.n > 0 -- none
        ))
        when matched and (src.n = 0 -- gone
        ) then delete
        when matched and (src.n > target.n
        ) then update set
            "n" = src."n" + target."n"
        when not matched and (src.n <> 0 or src.id = 1
        ) then insert ("id", "day", "n")
        values (src."id", src."day", src."n")
        "#);
        insta::assert_snapshot!(append(DRAFT, &["id".into(), "a\"b".into()], "select 1").text, @r#"
        insert into "awsdatacatalog"."db_dev"."t__cadet_a_b" ("id", "a""b")
        select "id", "a""b" from (
        select 1
        )
        "#);
        let column = |name: &str| TypedColumn { name: name.into(), data_type: "string".into() };
        insta::assert_snapshot!(add_columns(DRAFT, &[column("a"), column("b`c")]).text, @"alter table `db_dev`.`t__cadet_a_b` add columns (`a` string, `b``c` string)");
        insta::assert_snapshot!(drop_column(DRAFT, "a").text, @"alter table `db_dev`.`t__cadet_a_b` drop column `a`");
    }
}
