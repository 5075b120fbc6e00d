//! Rows into tables that are there.

use crate::account::{Account, model, project};

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
