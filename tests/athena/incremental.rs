//! Rows into tables that are there.

use crate::account::{Account, DATABASE, model, project};

fn appended(more: &str, query: &str) -> String {
    format!("{{{{ config(materialized='incremental', incremental_strategy='append'{more}) }}}}\n{query}")
}

#[test]
fn appended_rows_come_to_the_old_ones_in_one_step() {
    let filtered = "select * from (values (1), (2)) as t (id)\n{% if is_incremental() %}\n\
                    where id > (select max(id) from {{ this }})\n{% endif %}";
    let account = Account::new(project().file(&model("things"), &appended("", filtered)));
    account.done(&["run"]);
    account.done(&["run"]);
    assert_eq!(account.rows("things"), "1\n2");
    let account =
        account.with(|sandbox| sandbox.file(&model("things"), &appended("", &filtered.replace("(2)", "(2), (3)"))));
    let ran = account.done(&["run"]);
    assert!(ran.shown().contains("1 row added"), "{}", ran.shown());
    assert_eq!(account.rows("things"), "1\n2\n3");
    assert_eq!((account.objects().len(), account.tables().len()), (1, 1));
    let account = account.with(|sandbox| sandbox.file(&model("things"), &appended("", "select 9 as id")));
    account.done(&["run", "--full-refresh"]);
    assert_eq!(account.rows("things"), "9");
}

#[test]
fn columns_change_as_on_schema_change_says() {
    let with = |account: Account, change: &str, query: &str| {
        let more = format!(", on_schema_change='{change}'");
        account.with(|sandbox| sandbox.file(&model("things"), &appended(&more, query)))
    };
    let account = with(Account::new(project()), "ignore", "select 1 as id, 'a' as name");
    account.done(&["run"]);
    let account = with(account, "fail", "select 2 as id, 'b' as name, true as is_new");
    let ran = account.cadet(&["run"]);
    assert_eq!(ran.code, 1, "{}", ran.shown());
    assert!(ran.shown().contains("the columns are no longer those of the table (new: `is_new`)"), "{}", ran.shown());
    assert_eq!(account.rows("things"), "1, a");
    let account = with(account, "append_new_columns", "select 2 as id, true as is_new");
    account.done(&["run"]);
    assert_eq!(account.rows("things"), "1, a, NULL\n2, NULL, true");
    let account = with(account, "sync_all_columns", "select 3 as id, false as is_new");
    account.done(&["run"]);
    assert_eq!(account.rows("things"), "1, NULL\n2, true\n3, false");
}

#[test]
fn partitions_of_the_query_take_the_place_of_those_that_are_there() {
    let of = |values: &str| {
        let config =
            "materialized='incremental', incremental_strategy='insert_overwrite', partitioned_by=['year', 'kind']";
        format!("{{{{ config({config}) }}}}\nselect * from (values {values}) as t (id, year, kind)")
    };
    let account =
        Account::new(project().file(&model("things"), &of("(1, 2022, 'a'), (2, 2023, 'it''s'), (3, 2023, 'b')")));
    account.done(&["run"]);
    let account = account.with(|sandbox| sandbox.file(&model("things"), &of("(4, 2023, 'it''s'), (5, 2024, 'a')")));
    account.done(&["run"]);
    assert_eq!(account.rows("things"), "1, 2022, a\n3, 2023, b\n4, 2023, it's\n5, 2024, a");
    account.done(&["run"]);
    assert_eq!(account.rows("things"), "1, 2022, a\n3, 2023, b\n4, 2023, it's\n5, 2024, a");
    assert_eq!((account.objects().len(), account.tables().len()), (4, 1), "{:?}", account.objects());
}

#[test]
fn rows_are_counted_where_nobody_wrote_down_how_many_there_are() {
    let account = Account::new(project().file(&model("things"), &appended("", "select 3 as id")));
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let athena = crate::support::clients(&account.double).athena;
    runtime.block_on(async {
        crate::support::execute(&athena, &format!("create schema if not exists `{DATABASE}`")).await.done();
        let create = format!(
            "create table \"awsdatacatalog\".\"{DATABASE}\".\"things\" with (table_type = 'hive', external_location = \
             's3://mojap-derived-tables/dev/models/domain_name=prison/database_name={DATABASE}/table_name=things', \
             format = 'parquet') as select * from (values 1, 2) as t (id)"
        );
        crate::support::execute(&athena, &create).await.done();
    });
    let ran = account.done(&["run"]);
    assert!(ran.shown().contains("1 row added"), "{}", ran.shown());
    assert_eq!(account.rows("things"), "1\n2\n3");
}

#[test]
fn columns_of_overwritten_partitions_change_as_on_schema_change_says() {
    let of = |change: &str, query: &str| {
        format!(
            "{{{{ config(materialized='incremental', incremental_strategy='insert_overwrite', partitioned_by=['year'], \
             on_schema_change='{change}') }}}}\n{query}"
        )
    };
    let then = |account: Account, text: &str| account.with(|sandbox| sandbox.file(&model("things"), text));
    let first = "select * from (values (1, 'a', 2023), (2, 'b', 2024)) as t (id, name, year)";
    let account = Account::new(project().file(&model("things"), &of("ignore", first)));
    account.done(&["run"]);
    let account = then(account, &of("ignore", "select true as is_new, 'c' as name, 3 as id, 2024 as year"));
    account.done(&["run"]);
    assert_eq!(account.rows("things"), "1, a, 2023\n3, c, 2024");
    let account = then(account, &of("fail", "select 4 as id, 'd' as name, true as is_new, 2024 as year"));
    assert_eq!(account.cadet(&["run"]).code, 1);
    let account = then(account, &of("append_new_columns", "select 4 as id, true as is_new, 2024 as year"));
    account.done(&["run"]);
    assert_eq!(account.rows("things"), "1, a, NULL, 2023\n4, NULL, true, 2024");
    let account = then(account, &of("sync_all_columns", "select 5 as id, false as is_new, 2025 as year"));
    account.done(&["run"]);
    assert_eq!(account.rows("things"), "1, NULL, 2023\n4, true, 2024\n5, false, 2025");
}

#[test]
fn without_partitions_insert_overwrite_appends_as_in_dbt() {
    let text = "{{ config(materialized='incremental', incremental_strategy='insert_overwrite') }}\nselect 1 as id";
    let account = Account::new(project().file(&model("things"), text));
    account.done(&["run"]);
    account.done(&["run"]);
    assert_eq!(account.rows("things"), "1\n1");
}
