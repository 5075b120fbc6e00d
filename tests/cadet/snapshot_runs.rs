//! Snapshots on the local engine, run over data that changes: the rows of the history. `tests/parity/snapshots.rs` compares
//! them with dbt's.

use std::path::Path;

use cadet::engine::Engine;
use cadet::engine::duckdb::DuckDb;

use crate::support::Sandbox;

const FIRST: &str = "id,name,seen\n1,one,2024-01-01 10:00:00\n2,two,2024-01-01 10:00:00\n3,three,2024-01-01 10:00:00\n";
const SECOND: &str =
    "id,name,seen\n1,uno,2024-01-02 10:00:00\n3,three,2024-01-01 10:00:00\n4,four,2024-01-02 10:00:00\n";

fn project(config: &str) -> Sandbox {
    Sandbox::new()
        .file("seeds/things.yml", "seeds:\n  - name: things\n    config: {column_types: {seen: timestamp}}\n")
        .file("seeds/things.csv", FIRST)
        .file(
            "snapshots/kept.sql",
            &format!("{{% snapshot kept %}}{{{{ config(unique_key='id', {config}) }}}}\nselect * from {{{{ ref('things') }}}}\n{{% endsnapshot %}}\n"),
        )
}

/// The history after two runs: the columns that are asked for, a row in a line.
fn history(config: &str, columns: &str) -> String {
    let project = project(config);
    let ran = project.cadet(&["build"]);
    assert_eq!(ran.code, 0, "{}", ran.shown());
    let project = project.file("seeds/things.csv", SECOND);
    assert_eq!(project.cadet(&["seed"]).code, 0);
    // Whoever takes a snapshot twice has it once.
    for _ in 0..2 {
        let ran = project.cadet(&["snapshot"]);
        assert_eq!(ran.code, 0, "{}", ran.shown());
    }
    let manifest = project.json("target/manifest.json");
    let node = manifest["nodes"].as_object().unwrap().values().find(|node| node["name"] == "kept").unwrap();
    let relation = node["relation_name"].as_str().unwrap();
    let catalogue = node["database"].as_str().unwrap();
    let engine = DuckDb::open(Path::new(&project.root().join("target/cadet.duckdb")), catalogue).unwrap();
    let rows = engine.rows(&format!("select {columns} from {relation} order by id, dbt_valid_from"), None).unwrap();
    let cell = |cell: &Option<String>| cell.clone().unwrap_or_else(|| "-".to_owned());
    rows.rows.iter().map(|row| row.iter().map(cell).collect::<Vec<_>>().join(" | ")).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_row_with_a_later_time_ends_the_one_before() {
    let config = "strategy='timestamp', updated_at='seen'";
    insta::assert_snapshot!(history(config, "id, name, dbt_valid_from, dbt_valid_to"), @"
    1 | one | 2024-01-01 10:00:00.000 | 2024-01-02 10:00:00.000
    1 | uno | 2024-01-02 10:00:00.000 | -
    2 | two | 2024-01-01 10:00:00.000 | -
    3 | three | 2024-01-01 10:00:00.000 | -
    4 | four | 2024-01-02 10:00:00.000 | -
    ");
}

#[test]
fn a_row_with_another_value_ends_the_one_before() {
    let config = "strategy='check', check_cols=['name']";
    insta::assert_snapshot!(history(config, "id, name, dbt_valid_to is null as open, dbt_valid_from = dbt_updated_at"), @"
    1 | one | false | true
    1 | uno | true | true
    2 | two | true | true
    3 | three | true | true
    4 | four | true | true
    ");
}

#[test]
fn rows_that_have_gone_are_closed_or_recorded() {
    let config = "strategy='timestamp', updated_at='seen', hard_deletes='invalidate'";
    insta::assert_snapshot!(history(config, "id, name, dbt_valid_to is null as open"), @"
    1 | one | false
    1 | uno | true
    2 | two | false
    3 | three | true
    4 | four | true
    ");
    let config = "strategy='timestamp', updated_at='seen', hard_deletes='new_record'";
    insta::assert_snapshot!(history(config, "id, name, dbt_valid_to is null as open, dbt_is_deleted"), @"
    1 | one | false | False
    1 | uno | true | False
    2 | two | false | False
    2 | two | true | True
    3 | three | true | False
    4 | four | true | False
    ");
}

#[test]
fn columns_and_the_end_of_what_is_open_can_be_named() {
    let config = "strategy='timestamp', updated_at='seen', dbt_valid_to_current=\"date '9999-12-31'\", \
                  snapshot_meta_column_names={'dbt_valid_to': 'until', 'dbt_scd_id': 'version'}";
    insta::assert_snapshot!(history(config, "id, name, until, length(version)"), @"
    1 | one | 2024-01-02 10:00:00.000 | 32
    1 | uno | 9999-12-31 00:00:00.000 | 32
    2 | two | 9999-12-31 00:00:00.000 | 32
    3 | three | 9999-12-31 00:00:00.000 | 32
    4 | four | 9999-12-31 00:00:00.000 | 32
    ");
}

#[test]
fn what_a_snapshot_lacks_is_said() {
    insta::assert_snapshot!(project("strategy='check'").cadet(&["build"]).shown(), @"
      loaded  seed        things  3 rows
      failed  snapshot    kept  the strategy `check` without `check_cols` cannot be built

    error[deploy/build]: the strategy `check` without `check_cols` cannot be built
     ╭▸ snapshots/kept.sql
     ╰ help: list columns, or say `all`

    ✗ 1 table built, 1 failed.
    --- exit code 1
    ");
    insta::assert_snapshot!(project("strategy='own', check_cols='all'").cadet(&["build"]).shown(), @"
      loaded  seed        things  3 rows
      failed  snapshot    kept  the strategy `own` cannot be built

    error[deploy/build]: the strategy `own` cannot be built
     ╭▸ snapshots/kept.sql
     ╰ help: use timestamp or check

    ✗ 1 table built, 1 failed.
    --- exit code 1
    ");
}

#[test]
fn rows_that_break_a_test_are_kept() {
    let yaml = "models:\n  - name: things\n    columns:\n      - name: id\n        data_tests:\n          - unique: {config: {store_failures: true}}\n";
    let project = Sandbox::new()
        .file("models/things.yml", yaml)
        .file("models/things.sql", "select * from (values 1, 1, 2) as t (id)");
    insta::assert_snapshot!(project.cadet(&["build"]).shown(), @r#"
       built  table       things  3 rows
      failed  test        unique_things_id  1 row breaks this test

    error[deploy/data-test]: 1 row breaks the test `unique` on `id`
      ╭▸ models/things.yml:6:13
      │
    6 │           - unique: {config: {store_failures: true}}
      │             ━━━━━━
      │
      ╰ help: the rows are kept in "awsdatacatalog"."mojap_dbt_test__audit"."unique_things_id"

    ✗ 1 table built. Tests: 1 failed.
    --- exit code 1
    "#);
    let shown = project.cadet(&["show", "--inline", "select * from mojap_dbt_test__audit.unique_things_id"]);
    insta::assert_snapshot!(shown.shown(), @"
    Previewing inline node:
    unique_field │ n_records
         integer │    bigint
    ─────────────┼──────────
               1 │         2
    (1 row)
    --- exit code 0
    ");
}
