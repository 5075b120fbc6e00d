//! Iceberg tables: built, changed, and what readers see meanwhile.

use crate::account::{Account, DATABASE, SAFETY, model, project, steady};
use crate::double::athena::plan::Course;
use crate::double::athena::query::Failed;
use crate::double::hooks::Moment;

/// A model of an Iceberg table, with more configs.
fn iceberg(more: &str, query: &str) -> String {
    format!("{{{{ config(table_type='iceberg'{more}) }}}}\n{query}")
}

fn merged(more: &str, query: &str) -> String {
    iceberg(&format!(", materialized='incremental', incremental_strategy='merge', unique_key='id'{more}"), query)
}

fn values(rows: &str) -> String {
    format!("select * from (values {rows}) as t (id, name, n)")
}

fn things(text: &str) -> Account {
    Account::new(project().file(&model("things"), text))
}

fn then(account: Account, text: &str) -> Account {
    account.with(|sandbox| sandbox.file(&model("things"), text))
}

/// Where the newest metadata of a table is.
fn pointer(account: &Account, table: &str) -> String {
    account.double.tables()[&format!("{DATABASE}.{table}")].parameter("metadata_location").unwrap().to_owned()
}

fn parameters(account: &Account) -> String {
    let table = account.double.tables()[&format!("{DATABASE}.things")].clone();
    let mut names = table.input["Parameters"].as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    names.sort();
    names.join(" ")
}

#[test]
fn a_table_is_built_and_built_anew() {
    let account = things(&iceberg(
        ", partitioned_by=['bucket(id, 2)'], table_properties={'vacuum_min_snapshots_to_keep': 3}",
        "select 1 as id",
    ));
    account.done(&["run"]);
    insta::assert_snapshot!(account.calls(), @r#"
    S3 PutObject s3://mojap-derived-tables/dev/models/domain_name=prison/database_name=prison_safety_dev_dbt/table_name=things/_cadet_lock
    Athena StartQueryExecution create table "awsdatacatalog"."prison_safety_dev_dbt"."things__cadet_[owner]" with (table_type = 'ICEBERG', is_external = false, location = 's3://mojap-derived-tables/dev/models/domain_name=prison/database_name=prison_safety_dev_dbt/table_name=things/[run 1]/', format = 'PARQUET', vacuum_min_snapshots_to_keep = 3, partitioning = array['bucket(id, 2)']) as select 1 as id
    Athena GetQueryExecution
    S3 ListObjectsV2 s3://mojap-derived-tables/
    Glue GetDatabase prison_safety_dev_dbt
    Glue CreateDatabase
    Athena StartQueryExecution create table "awsdatacatalog"."prison_safety_dev_dbt"."things__cadet_[owner]" with (table_type = 'ICEBERG', is_external = false, location = 's3://mojap-derived-tables/dev/models/domain_name=prison/database_name=prison_safety_dev_dbt/table_name=things/[run 1]/', format = 'PARQUET', vacuum_min_snapshots_to_keep = 3, partitioning = array['bucket(id, 2)']) as select 1 as id
    Athena GetQueryExecution
    Athena GetQueryResults
    Glue GetTables prison_safety_dev_dbt
    S3 ListObjectsV2 s3://mojap-derived-tables/
    Glue CreateTable prison_safety_dev_dbt things
    Glue DeleteTable prison_safety_dev_dbt things__cadet_[owner]
    S3 DeleteObject s3://mojap-derived-tables/dev/models/domain_name=prison/database_name=prison_safety_dev_dbt/table_name=things/_cadet_lock
    "#);
    account.double.forget_calls();
    let account = then(account, &iceberg("", "select 2 as id"));
    account.done(&["run"]);
    insta::assert_snapshot!(account.calls(), @r#"
    S3 PutObject s3://mojap-derived-tables/dev/models/domain_name=prison/database_name=prison_safety_dev_dbt/table_name=things/_cadet_lock
    Athena StartQueryExecution create table "awsdatacatalog"."prison_safety_dev_dbt"."things__cadet_[owner]" with (table_type = 'ICEBERG', is_external = false, location = 's3://mojap-derived-tables/dev/models/domain_name=prison/database_name=prison_safety_dev_dbt/table_name=things/[run 1]/', format = 'PARQUET') as select 2 as id
    Athena GetQueryExecution
    Athena GetQueryResults
    Glue GetTables prison_safety_dev_dbt
    S3 ListObjectsV2 s3://mojap-derived-tables/
    Glue UpdateTable prison_safety_dev_dbt things
    Glue DeleteTable prison_safety_dev_dbt things__cadet_[owner]
    S3 DeleteObjects s3://mojap-derived-tables/
    "#);
    assert_eq!(account.rows("things"), "2");
    assert_eq!(account.tables(), [format!("{DATABASE}.things")]);
    insta::assert_snapshot!(account.objects().join("\n"), @"
    s3://mojap-derived-tables/dev/models/domain_name=prison/database_name=prison_safety_dev_dbt/table_name=things/[run 1]/data/[file]
    s3://mojap-derived-tables/dev/models/domain_name=prison/database_name=prison_safety_dev_dbt/table_name=things/[run 1]/metadata/[file]
    ");
    insta::assert_snapshot!(parameters(&account), @"cadet_location cadet_mark cadet_node cadet_owner cadet_rows metadata_location table_type");
}

#[test]
fn a_table_may_change_its_kind() {
    let mut account = things("select 1 as id, 2024 as year");
    account.done(&["run"]);
    for (text, wanted) in [
        (iceberg("", "select 2 as id, 2024 as year"), "2, 2024"),
        ("{{ config(partitioned_by=['year']) }}\nselect 3 as id, 2024 as year".to_owned(), "3, 2024"),
        (iceberg("", "select 4 as id, 2024 as year"), "4, 2024"),
        ("{{ config(materialized='view') }}\nselect 5 as id, 2024 as year".to_owned(), "5, 2024"),
        (iceberg("", "select 6 as id, 2024 as year"), "6, 2024"),
        ("select 7 as id, 2024 as year".to_owned(), "7, 2024"),
    ] {
        account = then(account, &text);
        account.done(&["run"]);
        assert_eq!((account.rows("things").as_str(), account.tables().len()), (wanted, 1), "{text}");
    }
    assert_eq!(account.objects().len(), 1, "{:?}", account.objects());
}

#[test]
fn rows_are_merged_on_a_second_entry() {
    let account = things(&merged("", &values("(1, 'a', 10), (2, 'b', 20)")));
    account.done(&["run"]);
    let before = pointer(&account, "things");
    account.double.forget_calls();
    let account = then(account, &merged("", &values("(2, 'B', 2), (3, 'c', 30)")));
    insta::assert_snapshot!(account.cadet(&["run"]).shown(), @"
       built  incremental prison_safety__things  2 rows merged

    ✓ 1 table built. Athena read 5.8 kB for less than $0.01.
    --- exit code 0
    ");
    assert_eq!(account.rows("things"), "1, a, 10\n2, B, 2\n3, c, 30");
    assert_ne!(pointer(&account, "things"), before);
    insta::assert_snapshot!(account.calls(), @r#"
    S3 PutObject s3://mojap-derived-tables/dev/models/domain_name=prison/database_name=prison_safety_dev_dbt/table_name=things/_cadet_lock
    S3 GetObject s3://mojap-derived-tables/dev/models/domain_name=prison/database_name=prison_safety_dev_dbt/table_name=things/_cadet_publish
    Glue GetTable prison_safety_dev_dbt things
    S3 ListObjectsV2 s3://mojap-derived-tables/
    Glue GetTable prison_safety_dev_dbt things
    Glue GetTables prison_safety_dev_dbt
    Glue CreateTable prison_safety_dev_dbt things__cadet_[owner]_[run]
    Athena StartQueryExecution merge into "awsdatacatalog"."prison_safety_dev_dbt"."things__cadet_[owner]_[run]" as target using ( select * from (values (2, 'B', 2), (3, 'c', 30)) as t (id, name, n) ) as src on (target."id" = src."id") when matched then update set "name" = src."name" , "n" = src."n" when not matched then insert ("id", "name", "n") values (src."id", src."name", src."n")
    Athena GetQueryExecution
    Athena GetQueryResults
    Glue GetTable prison_safety_dev_dbt things__cadet_[owner]_[run]
    Glue UpdateTable prison_safety_dev_dbt things
    Glue DeleteTable prison_safety_dev_dbt things__cadet_[owner]_[run]
    S3 DeleteObject s3://mojap-derived-tables/dev/models/domain_name=prison/database_name=prison_safety_dev_dbt/table_name=things/_cadet_lock
    "#);
    insta::assert_snapshot!(parameters(&account), @"cadet_location cadet_mark cadet_node cadet_owner metadata_location previous_metadata_location table_type");
    assert_eq!(account.tables(), [format!("{DATABASE}.things")]);
}

#[test]
fn conditions_and_rules_are_those_of_dbt() {
    let account = things(&merged("", &values("(1, 'a', 10), (2, 'b', 20), (3, 'c', 30), (4, 'd', 40)")));
    account.done(&["run"]);
    let more = ", incremental_predicates=['target.n < 40'], delete_condition='src.n = 0', update_condition='src.n > 1', \
                insert_condition=\"src.name <> 'no'\", merge_update_columns_rules={'n': 'sum', 'name': \"_old_ || '+' || _new_\"}";
    let rows = "(1, 'A', 5), (2, 'B', 0), (3, 'C', 1), (4, 'D', 4), (5, 'no', 5), (6, 'yes', 6)";
    let account = then(account, &merged(more, &values(rows)));
    account.done(&["run"]);
    // 1 is changed, 2 deleted, 3 does not fulfil the condition, 4 is another row, as the predicate has it, and 5 is not wanted.
    assert_eq!(account.rows("things"), "1, a+A, 15\n3, c, 30\n4, D, 4\n4, d, 40\n6, yes, 6");
    let account = then(account, &merged(", merge_update_columns=['name']", &values("(1, 'x', 1)")));
    account.done(&["run"]);
    assert_eq!(account.rows("things").lines().next(), Some("1, x, 15"));
}

#[test]
fn rows_are_appended_and_columns_come_and_go() {
    let append = |change: &str, query: &str| {
        let more = format!(", materialized='incremental', incremental_strategy='append', on_schema_change='{change}'");
        iceberg(&more, query)
    };
    let account = things(&append("ignore", "select 1 as id, 'a' as name"));
    account.done(&["run"]);
    let account = then(account, &append("ignore", "select 2 as id, 'b' as name, 3 as more"));
    let ran = account.done(&["run"]);
    assert!(ran.shown().contains("1 row added"), "{}", ran.shown());
    assert_eq!(account.rows("things"), "1, a\n2, b");
    let account = then(account, &append("fail", "select 2 as id, 'b' as name, 3 as more"));
    assert_eq!(account.cadet(&["run"]).code, 1);
    let account = then(account, &append("append_new_columns", "select 3 as id, date '2024-01-31' as since"));
    account.done(&["run"]);
    assert_eq!(account.rows("things"), "1, a, NULL\n2, b, NULL\n3, NULL, 2024-01-31");
    let account = then(account, &append("sync_all_columns", "select 4 as id, 1.5 as n"));
    account.done(&["run"]);
    assert_eq!(account.rows("things"), "1, NULL\n2, NULL\n3, NULL\n4, 1.5");
    assert_eq!(account.tables(), [format!("{DATABASE}.things")]);
}

#[test]
fn new_columns_and_new_rows_are_shown_together_or_not_at_all() {
    let account = things(&merged("", "select 1 as id, 'a' as name"));
    account.done(&["run"]);
    let (before, stored) = (pointer(&account, "things"), account.tables());
    let text =
        merged(", on_schema_change='append_new_columns'", "select * from (values (1, 5), (1, 6)) as t (id, more)");
    let account = then(account, &text);
    insta::assert_snapshot!(account.cadet(&["run"]).shown(), @"
      failed  incremental prison_safety__things  a row of the table has more than one row of the query with its `unique_key`: One MERGE target table row matched more than one source row

    error[deploy/build]: a row of the table has more than one row of the query with its `unique_key`: One MERGE target table row matched more than one source row
     ╭▸ models/prison/prison_safety/prison_safety__things.sql
     ╰ help: make the key unique in the query, for example with `row_number()`; a test `unique` would show the rows

    ✗ 0 tables built, 1 failed. Athena read 1.4 kB for less than $0.01.
    --- exit code 1
    ");
    assert_eq!(
        (account.rows("things").as_str(), pointer(&account, "things"), account.tables()),
        ("1, a", before, stored)
    );
}

#[test]
fn a_conflict_is_tried_again_and_someone_elses_change_is_kept() {
    let account = things(&merged("", &values("(1, 'a', 10)")));
    account.done(&["run"]);
    let account = then(
        account,
        &merged(", merge_update_columns_default_rule='sum', merge_update_columns=['n']", &values("(1, 'a', 1)")),
    );
    account.double.course("merge into", Course::fails(Failed::commit_conflict("x")).leaving_files().times(2));
    account.done(&["run"]);
    assert_eq!(account.rows("things"), "1, a, 11");
    account.double.forget_calls();
    let athena = crate::support::clients(&account.double).athena;
    let insert = format!("insert into {DATABASE}.things values (9, 'theirs', 9)");
    // The seventh call begins the merge; the table has been looked up by then.
    let other =
        move || tokio::runtime::Runtime::new().unwrap().block_on(crate::support::execute(&athena, &insert)).done();
    account.double.on_call(7, Moment::Before, move |_| drop(std::thread::spawn(other).join()));
    let ran = account.cadet(&["run"]);
    assert_eq!(ran.code, 1, "{}\n{}", ran.shown(), account.calls());
    assert!(ran.shown().contains("someone else changed prison_safety_dev_dbt.things"), "{}", ran.shown());
    assert_eq!(account.rows("things"), "1, a, 11\n9, theirs, 9");
    assert_eq!(account.tables(), [format!("{DATABASE}.things")]);
}

#[test]
fn a_query_that_a_killed_run_left_changes_nothing() {
    let account = things(&merged("", &values("(1, 'a', 10)")));
    account.done(&["run"]);
    let account = then(
        account,
        &merged(", merge_update_columns_default_rule='sum', merge_update_columns=['n']", &values("(1, 'a', 1)")),
    );
    account.double.course("merge into", Course::runs(std::time::Duration::from_secs(2)).times(1));
    let mut child = account.start(&["run"]);
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(20);
    while account.double.live_queries().is_empty() && std::time::Instant::now() < deadline {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    account.done(&["run"]);
    while !account.double.live_queries().is_empty() {
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    assert_eq!(account.rows("things"), "1, a, 11");
    assert_eq!(account.tables(), [format!("{DATABASE}.things")]);
}

#[test]
fn a_broken_contract_shows_nothing() {
    let yaml = "version: 2\nmodels:\n  - name: prison_safety__things\n    config: {contract: {enforced: true}}\n    \
                columns:\n      - {name: id, data_type: integer}\n";
    let account = things(&merged("", "select 1 as id, 'a' as name"));
    account.done(&["run"]);
    let account = account.with(|sandbox| sandbox.file(&format!("{SAFETY}/things.yml"), yaml));
    let account = then(account, &merged("", "select 2 as id, 'b' as name"));
    let ran = account.cadet(&["run"]);
    assert_eq!(ran.code, 1, "{}", ran.shown());
    assert!(ran.shown().contains("the column `name` is not in the contract"), "{}", ran.shown());
    assert_eq!(account.rows("things"), "1, a");
}

/// `__cadet_…` names and folders out of a text.
#[test]
fn names_of_second_entries_are_steady() {
    assert_eq!(steady("t__cadet_0123abcd_89abcdef\" as"), "t__cadet_[owner]_[run]\" as");
}
