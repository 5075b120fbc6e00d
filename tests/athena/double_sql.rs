//! The double's SQL, through the SDK's client: what each statement does to files and to the catalogue.

use crate::double::{BUCKET, Double};
use crate::support::{clients, execute};

const DATABASE: &str = "create schema if not exists `safety_dev_dbt`";

/// A double with a database.
async fn double() -> (Double, aws_sdk_athena::Client) {
    let double = Double::start();
    let athena = clients(&double).athena;
    execute(&athena, DATABASE).await.done();
    (double, athena)
}

fn location(name: &str) -> String {
    format!("s3://{BUCKET}/dev/models/table_name={name}")
}

fn hive(name: &str, properties: &str, query: &str) -> String {
    format!(
        "create table \"awsdatacatalog\".\"safety_dev_dbt\".\"{name}\" with (table_type = 'hive', is_external = true, \
         external_location = '{}', format = 'parquet'{properties}) as {query}",
        location(name)
    )
}

fn iceberg(name: &str, query: &str) -> String {
    format!(
        "create table safety_dev_dbt.{name} with (table_type = 'iceberg', is_external = false, location = '{}') as {query}",
        location(name)
    )
}

const THREE: &str = "select * from (values (1, 'a', date '2024-01-01'), (2, 'b', date '2024-01-02'), (3, 'c', null)) as t (id, name, day)";

/// The rows that a reader sees, with a line for each.
fn seen(double: &Double, query_or_table: &str) -> Vec<String> {
    let rows = double.rows(query_or_table).unwrap();
    let cell = |cell: Option<String>| cell.unwrap_or_else(|| "null".to_owned());
    let mut rows: Vec<String> =
        rows.into_iter().map(|row| row.into_iter().map(cell).collect::<Vec<_>>().join("|")).collect();
    rows.sort();
    rows
}

#[tokio::test]
async fn a_query_gives_its_rows_as_athena_writes_them() {
    let (_double, athena) = double().await;
    let answer = execute(&athena, "select 1 as a, cast(1 as double) as b, 'x' as c, null as d").await.done();
    assert_eq!(answer.header(), ["a", "b", "c", "d"]);
    assert_eq!(answer.rows(), [["1", "1.0", "x", "NULL"]]);
    assert_eq!(answer.types(), ["integer", "double", "varchar", "integer"]);
}

#[tokio::test]
async fn a_table_is_files_below_its_location_and_an_entry_in_the_catalogue() {
    let (double, athena) = double().await;
    let done = execute(&athena, &hive("t", ", partitioned_by = array['day']", THREE)).await.done();
    assert_eq!(done.updated(), 3);
    let objects = double.objects("s3://mojap-derived-tables/");
    let folders: Vec<&str> =
        objects.iter().filter_map(|address| address.rsplit_once("table_name=t/")?.1.split('/').next()).collect();
    assert_eq!(folders, ["day=2024-01-01", "day=2024-01-02", "day=__HIVE_DEFAULT_PARTITION__"]);
    let found = execute(&athena, "select * from safety_dev_dbt.t order by id").await.done();
    assert_eq!(found.rows(), [["1", "a", "2024-01-01"], ["2", "b", "2024-01-02"], ["3", "c", "NULL"]]);
    assert_eq!(found.types(), ["integer", "varchar", "date"]);
    let table = &double.tables()["safety_dev_dbt.t"];
    assert_eq!(
        table.columns().iter().map(|(name, glue)| format!("{name} {glue}")).collect::<Vec<_>>(),
        ["id int", "name string", "day date"]
    );
    assert_eq!(table.partitions.len(), 3);
    let manifest = done.execution.statistics().unwrap().data_manifest_location().unwrap();
    let listed = String::from_utf8(double.object(manifest).unwrap()).unwrap();
    assert_eq!(listed.lines().collect::<Vec<_>>(), objects);
}

#[tokio::test]
async fn values_of_every_type_come_back_from_files_as_they_were() {
    let (double, athena) = double().await;
    let query = "select true as a, cast(1 as tinyint) as b, cast(2 as smallint) as c, 3 as d, 4000000000 as e, \
                 cast(1.5 as real) as f, 2.5e0 as g, cast(1.25 as decimal(10,2)) as h, 'é''x' as i, \
                 to_utf8('hi') as j, date '2024-02-29' as k, timestamp '2024-01-02 03:04:05.123' as l, \
                 array['p', null] as m, map(array['k'], array[1]) as n, \
                 cast(row(1, array['q']) as row(x integer, y array(varchar))) as o, cast(null as varchar) as p";
    execute(&athena, &hive("types", "", query)).await.done();
    let direct = execute(&athena, query).await.done();
    let stored = execute(&athena, "select * from safety_dev_dbt.types").await.done();
    assert_eq!(stored.rows(), direct.rows());
    let glue: Vec<String> =
        double.tables()["safety_dev_dbt.types"].columns().into_iter().map(|(_, glue)| glue).collect();
    assert_eq!(
        glue.join(" "),
        "boolean tinyint smallint int bigint float double decimal(10,2) string binary date timestamp array<string> \
         map<string,int> struct<x:int,y:array<string>> string"
    );
}

#[tokio::test]
async fn what_athena_refuses_is_refused_in_its_words() {
    let (_double, athena) = double().await;
    execute(&athena, &hive("t", "", THREE)).await.done();
    execute(&athena, &iceberg("i", THREE)).await.done();
    let no_rights = "cannot be resolved or requester is not authorized to access requested resources";
    let cases = [
        ("select * from safety_dev_dbt.none", "TABLE_NOT_FOUND: line 1:15: Table 'awsdatacatalog.safety_dev_dbt.none' does not exist".to_owned()),
        ("select * from none.none", "SCHEMA_NOT_FOUND: line 1:1: Schema 'none' does not exist".to_owned()),
        ("select\n  nam from safety_dev_dbt.t", format!("COLUMN_NOT_FOUND: line 2:3: Column 'nam' {no_rights}")),
        ("select x.nam from safety_dev_dbt.t as x", format!("COLUMN_NOT_FOUND: line 1:8: Column 'x.nam' {no_rights}")),
        ("select 1 / 0", "DIVISION_BY_ZERO: Division by zero".to_owned()),
        ("select cast('x' as integer)", "INVALID_CAST_ARGUMENT: Cannot cast 'x' to INT".to_owned()),
        ("create table safety_dev_dbt.u as select 1", "MISSING_COLUMN_NAME: line 1:1: Column name not specified at position 1".to_owned()),
        ("create table safety_dev_dbt.u as select 1 as a, 2 as A", "DUPLICATE_COLUMN_NAME: line 1:1: Column name 'a' specified more than once".to_owned()),
        ("insert into safety_dev_dbt.t select 'x', 'a', current_date", "TYPE_MISMATCH: line 1:1: Insert query has mismatched column types: Table: [integer, varchar, date], Query: [varchar, varchar, date]".to_owned()),
        ("delete from safety_dev_dbt.t", "NOT_SUPPORTED: Modifying table rows is only supported for Iceberg tables".to_owned()),
        ("alter table safety_dev_dbt.t rename to u", "NOT_SUPPORTED: ALTER TABLE RENAME is only supported for Iceberg tables".to_owned()),
        ("show tables", "the double cannot run `show`, though Athena can".to_owned()),
        ("create table safety_dev_dbt.u (a int) location 's3://b/u'", "the double cannot run `create table without a query`, though Athena can".to_owned()),
        ("drop table safety_dev_dbt.none", "FAILED: SemanticException [Error 10001]: Table not found safety_dev_dbt.none".to_owned()),
    ];
    for (sql, message) in cases {
        assert_eq!(execute(&athena, sql).await.failed(), message, "{sql}");
    }
    let late = hive("late", ", partitioned_by = array['id']", THREE);
    assert_eq!(
        execute(&athena, &late).await.failed(),
        "HIVE_COLUMN_ORDER_MISMATCH: Partition keys must be the last columns in the table and in the same order as the \
         table properties: [id]"
    );
    assert_eq!(
        execute(&athena, &hive("t", "", THREE)).await.failed(),
        "TABLE_ALREADY_EXISTS: line 1:1: Table 'awsdatacatalog.safety_dev_dbt.t' already exists"
    );
    for broken in ["selec 1", "select 1 from", "create table safety_dev_dbt.x as selec 1"] {
        assert!(matches!(execute(&athena, broken).await, crate::support::Outcome::Refused(_)), "{broken}");
    }
}

#[tokio::test]
async fn a_location_that_is_not_empty_is_refused() {
    let (double, athena) = double().await;
    double.put_object(&format!("{}/old", location("t")), b"x");
    let path = location("t");
    assert_eq!(
        execute(&athena, &hive("t", "", THREE)).await.failed(),
        format!(
            "HIVE_PATH_ALREADY_EXISTS: Target directory for table 'safety_dev_dbt.t' already exists: {path}. You may \
             need to manually clean the data at location '{path}' before retrying. Athena will not delete data in your \
             account."
        )
    );
    assert!(execute(&athena, &iceberg("t", THREE)).await.failed().starts_with("ICEBERG_FILESYSTEM_ERROR"));
    // A neighbour whose name begins alike is another place.
    double.delete_object(&format!("{}/old", location("t")));
    double.put_object(&format!("{}2/old", location("t")), b"x");
    execute(&athena, &hive("t", "", THREE)).await.done();
}

#[tokio::test]
async fn more_than_a_hundred_partitions_fail_and_leave_their_files() {
    let (double, athena) = double().await;
    let query = "select n as id, n as part from unnest(sequence(1, 101)) as t (n)";
    let message = execute(&athena, &hive("t", ", partitioned_by = array['part']", query)).await.failed();
    assert!(message.starts_with("HIVE_TOO_MANY_OPEN_PARTITIONS: Exceeded limit of 100 open writers for partitions/buckets. If a data manifest file was generated at 's3://dbt-query-dump/"));
    assert_eq!(double.objects(&location("t")).len(), 100);
    assert!(double.tables().is_empty());
    let done = query.replace("101", "100");
    execute(&athena, &hive("u", ", partitioned_by = array['part']", &done)).await.done();
    let buckets = ", partitioned_by = array['part'], bucketed_by = array['id'], bucket_count = 4";
    let few = "select n as id, n % 3 as part from unnest(sequence(1, 100)) as t (n)";
    execute(&athena, &hive("v", buckets, few)).await.done();
    assert_eq!(double.objects(&format!("{}/", location("v"))).len(), 12);
    assert_eq!(seen(&double, "select count(*), sum(id) from safety_dev_dbt.v"), ["100|5050"]);
}

#[tokio::test]
async fn inserted_rows_stand_beside_the_others() {
    let (double, athena) = double().await;
    execute(&athena, &hive("t", ", partitioned_by = array['day']", THREE)).await.done();
    let more = "insert into safety_dev_dbt.t (id, day, name) select 4, date '2024-01-02', 'd' union all select 5, date '2024-01-05', 'e'";
    assert_eq!(execute(&athena, more).await.done().updated(), 2);
    execute(&athena, "insert into safety_dev_dbt.t values (6, 'f', date '2024-01-06')").await.done();
    assert_eq!(
        seen(&double, "safety_dev_dbt.t"),
        ["1|a|2024-01-01", "2|b|2024-01-02", "3|c|null", "4|d|2024-01-02", "5|e|2024-01-05", "6|f|2024-01-06"]
    );
    assert_eq!(double.tables()["safety_dev_dbt.t"].partitions.len(), 5);
}

#[tokio::test]
async fn a_reader_sees_what_is_registered_and_nothing_else() {
    let (double, athena) = double().await;
    execute(&athena, &hive("t", ", partitioned_by = array['day']", THREE)).await.done();
    // Files of a partition that is not registered are not seen; nor are those of one that was dropped.
    execute(&athena, "alter table safety_dev_dbt.t drop partition (day = '2024-01-01')").await.done();
    assert_eq!(seen(&double, "safety_dev_dbt.t"), ["2|b|2024-01-02", "3|c|null"]);
    let moved = format!(
        "alter table safety_dev_dbt.t add partition (day = '2024-01-09') location '{}/day=2024-01-01/'",
        location("t")
    );
    execute(&athena, &moved).await.done();
    assert_eq!(seen(&double, "safety_dev_dbt.t"), ["1|a|2024-01-09", "2|b|2024-01-02", "3|c|null"]);
    let gone =
        format!("alter table safety_dev_dbt.t partition (day = '2024-01-09') set location 's3://{BUCKET}/nowhere'");
    execute(&athena, &gone).await.done();
    assert_eq!(seen(&double, "safety_dev_dbt.t"), ["2|b|2024-01-02", "3|c|null"]);
    // An entry may outlive its files.
    execute(&athena, &hive("u", "", THREE)).await.done();
    for object in double.objects(&format!("{}/", location("u"))) {
        double.delete_object(&object);
    }
    assert!(seen(&double, "safety_dev_dbt.u").is_empty());
    // The files of a table that is dropped stay.
    execute(&athena, "drop table if exists `safety_dev_dbt`.`t`").await.done();
    assert_eq!(double.objects(&format!("{}/", location("t"))).len(), 3);
}

#[tokio::test]
async fn an_unpartitioned_table_is_moved_in_one_step() {
    let (double, athena) = double().await;
    execute(&athena, &hive("t", "", THREE)).await.done();
    execute(&athena, &hive("new", "", "select 9 as id, 'z' as name, date '2025-01-01' as day")).await.done();
    execute(&athena, &format!("alter table safety_dev_dbt.t set location '{}/'", location("new"))).await.done();
    assert_eq!(seen(&double, "safety_dev_dbt.t"), ["9|z|2025-01-01"]);
    execute(&athena, "alter table safety_dev_dbt.t add columns (`more` array<int>)").await.done();
    assert_eq!(seen(&double, "safety_dev_dbt.t"), ["9|z|2025-01-01|null"]);
    execute(&athena, "alter table safety_dev_dbt.t replace columns (`name` string, `id` bigint)").await.done();
    assert_eq!(seen(&double, "safety_dev_dbt.t"), ["z|9"]);
    execute(&athena, "alter table safety_dev_dbt.t set tblproperties ('classification' = 'parquet')").await.done();
    assert_eq!(double.tables()["safety_dev_dbt.t"].parameter("classification"), Some("parquet"));
    execute(&athena, "alter table safety_dev_dbt.t replace columns (`name` int)").await.done();
    assert!(
        double
            .rows("safety_dev_dbt.t")
            .unwrap_err()
            .starts_with("HIVE_BAD_DATA: Field name's type VARCHAR in parquet file s3://")
    );
}

#[tokio::test]
async fn a_view_is_its_query_until_that_gives_other_columns() {
    let (double, athena) = double().await;
    execute(&athena, &hive("t", "", THREE)).await.done();
    execute(&athena, "create or replace view safety_dev_dbt.v as select id, upper(name) as name from safety_dev_dbt.t")
        .await
        .done();
    execute(&athena, "create or replace view safety_dev_dbt.w as select * from safety_dev_dbt.v where id > 1")
        .await
        .done();
    assert_eq!(seen(&double, "safety_dev_dbt.w"), ["2|B", "3|C"]);
    execute(&athena, "create or replace view safety_dev_dbt.v as select id, name, 1 as n from safety_dev_dbt.t")
        .await
        .done();
    assert!(double.rows("safety_dev_dbt.w").unwrap_err().starts_with("VIEW_IS_STALE"));
    assert!(execute(&athena, "drop table safety_dev_dbt.v").await.failed().contains("Cannot drop a view"));
    execute(&athena, "drop view if exists safety_dev_dbt.w").await.done();
    assert_eq!(double.tables().keys().collect::<Vec<_>>(), ["safety_dev_dbt.t", "safety_dev_dbt.v"]);
}

#[tokio::test]
async fn rows_of_an_iceberg_table_are_changed_in_one_step() {
    let (double, athena) = double().await;
    execute(&athena, &iceberg("t", THREE)).await.done();
    let pointer = || double.tables()["safety_dev_dbt.t"].parameter("metadata_location").unwrap().to_owned();
    let first = pointer();
    execute(&athena, "insert into safety_dev_dbt.t select 4, 'd', null").await.done();
    assert!(pointer() != first);
    assert_eq!(execute(&athena, "update safety_dev_dbt.t set name = case when id = 4 then 'D' else name end, day = date '2024-04-04' where id >= 3").await.done().updated(), 2);
    assert_eq!(execute(&athena, "delete from safety_dev_dbt.t where name = 'a'").await.done().updated(), 1);
    assert_eq!(seen(&double, "safety_dev_dbt.t"), ["2|b|2024-01-02", "3|c|2024-04-04", "4|D|2024-04-04"]);
    execute(&athena, "optimize safety_dev_dbt.t rewrite data using bin_pack").await.done();
    execute(&athena, "vacuum safety_dev_dbt.t").await.done();
    assert_eq!(seen(&double, "select count(*) from safety_dev_dbt.t"), ["3"]);
    assert_eq!(double.objects(&format!("{}/metadata/", location("t"))), [pointer()]);
    execute(&athena, "alter table safety_dev_dbt.t rename to safety_dev_dbt.u").await.done();
    execute(&athena, "alter table safety_dev_dbt.u change column name label string").await.done();
    execute(&athena, "alter table safety_dev_dbt.u drop column day").await.done();
    execute(&athena, "alter table safety_dev_dbt.u add columns (day date)").await.done();
    assert_eq!(seen(&double, "safety_dev_dbt.u"), ["2|b|null", "3|c|null", "4|D|null"]);
    // A data file that is gone is an error, not an empty table.
    for object in double.objects(&format!("{}/data/", location("t"))) {
        double.delete_object(&object);
    }
    assert!(double.rows("safety_dev_dbt.u").unwrap_err().starts_with("ICEBERG_CANNOT_OPEN_SPLIT"));
    execute(&athena, "drop table safety_dev_dbt.u").await.done();
    assert!(double.objects(&location("t")).is_empty());
}

#[tokio::test]
async fn a_merge_takes_the_first_clause_that_fits() {
    let (double, athena) = double().await;
    execute(&athena, &iceberg("t", THREE)).await.done();
    let source = "(values (1, 'gone', true), (2, 'new', false), (3, 'same', false), (7, 'more', false), (8, 'x', true)) as v (id, name, is_deleted)";
    let merge = format!(
        "merge into safety_dev_dbt.t as target using (select * from {source}) as src on (target.id = src.id) \
         when matched and (src.is_deleted) then delete \
         when matched and target.name < 'c' then update set name = src.name, day = coalesce(target.day, date '2000-01-01') \
         when not matched and not src.is_deleted then insert (id, name) values (src.id, src.name)"
    );
    assert_eq!(execute(&athena, &merge).await.done().updated(), 3);
    assert_eq!(seen(&double, "safety_dev_dbt.t"), ["2|new|2024-01-02", "3|c|null", "7|more|null"]);
    let twice = "merge into safety_dev_dbt.t as target using (values (2), (2)) as src (id) on target.id = src.id when matched then delete";
    assert_eq!(
        execute(&athena, twice).await.failed(),
        "MERGE_TARGET_ROW_MULTIPLE_MATCHES: One MERGE target table row matched more than one source row"
    );
    let from_table = "merge into safety_dev_dbt.t using safety_dev_dbt.t s on t.id = s.id when matched then update set name = s.name || '!'";
    execute(&athena, from_table).await.done();
    assert_eq!(seen(&double, "safety_dev_dbt.t"), ["2|new!|2024-01-02", "3|c!|null", "7|more!|null"]);
}

#[tokio::test]
async fn a_table_over_text_files_reads_them() {
    let (double, athena) = double().await;
    double.put_object(&format!("s3://{BUCKET}/csv/a.csv"), b"\"id\",\"name\"\n\"1\",\"a, \"\"b\"\"\"\n\"2\",\"\"\n");
    let create = format!(
        "create external table `safety_dev_dbt`.`codes` (`id` string, `name` string comment 'x') row format serde \
         'org.apache.hadoop.hive.serde2.OpenCSVSerde' with serdeproperties ('quoteChar' = '\"', 'escapeChar' = '\"') \
         location 's3://{BUCKET}/csv/' tblproperties ('skip.header.line.count' = '1')"
    );
    execute(&athena, &create).await.done();
    assert_eq!(seen(&double, "safety_dev_dbt.codes"), ["1|a, \"b\"", "2|"]);
    let typed = hive("t", "", "select cast(id as integer) as id, nullif(name, '') as name from safety_dev_dbt.codes");
    execute(&athena, &typed).await.done();
    assert_eq!(seen(&double, "safety_dev_dbt.t"), ["1|a, \"b\"", "2|null"]);
}
