//! Tables, views and seeds: what is called, what readers see, and what is left.

use crate::account::{Account, DATABASE, SAFETY, SETTINGS, model, project, steady};
use crate::double::call::Call;

const ONE: &str = "select 1 as id, 'a' as name";

fn one_table() -> Account {
    Account::new(project().file(&model("things"), ONE))
}

#[test]
fn a_new_table_is_built_where_its_file_says() {
    let account = one_table();
    insta::assert_snapshot!(account.cadet(&["run"]).shown(), @"
       built  table       prison_safety__things  1 row

    ✓ 1 table built. Athena read 0.0 kB for less than $0.01.
    --- exit code 0
    ");
    assert_eq!(account.rows("things"), "1, a");
    insta::assert_snapshot!(account.objects().join("\n"), @"s3://mojap-derived-tables/dev/models/domain_name=prison/database_name=prison_safety_dev_dbt/table_name=things/[run 1]/[file]");
    insta::assert_snapshot!(account.tables().join("\n"), @"prison_safety_dev_dbt.things");
    insta::assert_snapshot!(account.calls(), @r#"
    S3 PutObject s3://mojap-derived-tables/dev/models/domain_name=prison/database_name=prison_safety_dev_dbt/table_name=things/_cadet_lock
    Athena StartQueryExecution create table "awsdatacatalog"."prison_safety_dev_dbt"."things__cadet_[owner]" with (table_type = 'HIVE', external_location = 's3://mojap-derived-tables/dev/models/domain_name=prison/database_name=prison_safety_dev_dbt/table_name=things/[run 1]/', format = 'PARQUET') as select 1 as id, 'a' as name
    Athena GetQueryExecution
    S3 ListObjectsV2 s3://mojap-derived-tables/
    Glue GetDatabase prison_safety_dev_dbt
    Glue CreateDatabase
    Athena StartQueryExecution create table "awsdatacatalog"."prison_safety_dev_dbt"."things__cadet_[owner]" with (table_type = 'HIVE', external_location = 's3://mojap-derived-tables/dev/models/domain_name=prison/database_name=prison_safety_dev_dbt/table_name=things/[run 1]/', format = 'PARQUET') as select 1 as id, 'a' as name
    Athena GetQueryExecution
    Athena GetQueryResults
    Glue GetTables prison_safety_dev_dbt
    S3 ListObjectsV2 s3://mojap-derived-tables/
    Glue CreateTable prison_safety_dev_dbt things
    Glue DeleteTable prison_safety_dev_dbt things__cadet_[owner]
    S3 DeleteObject s3://mojap-derived-tables/dev/models/domain_name=prison/database_name=prison_safety_dev_dbt/table_name=things/_cadet_lock
    "#);
}

/// The calls besides those of the query itself.
fn others(calls: &[Call]) -> Vec<String> {
    let of_query = ["StartQueryExecution", "GetQueryExecution", "GetQueryResults"];
    let others = calls.iter().filter(|call| !of_query.contains(&call.operation.as_str()));
    others.map(|call| steady(&call.shown())).collect()
}

#[test]
fn a_table_that_is_there_takes_one_query_and_six_other_calls() {
    let account = one_table();
    account.done(&["run"]);
    account.double.forget_calls();
    let account = account.with(|sandbox| sandbox.file(&model("things"), "select 2 as id, 'b' as name"));
    account.done(&["run"]);
    assert_eq!(account.rows("things"), "2, b");
    let calls = account.double.calls();
    assert_eq!(calls.iter().filter(|call| call.operation == "StartQueryExecution").count(), 1);
    insta::assert_snapshot!(others(&calls).join("\n"), @"
    S3 PutObject s3://mojap-derived-tables/dev/models/domain_name=prison/database_name=prison_safety_dev_dbt/table_name=things/_cadet_lock
    Glue GetTables prison_safety_dev_dbt
    S3 ListObjectsV2 s3://mojap-derived-tables/
    Glue UpdateTable prison_safety_dev_dbt things
    Glue DeleteTable prison_safety_dev_dbt things__cadet_[owner]
    S3 DeleteObjects s3://mojap-derived-tables/
    ");
    assert_eq!(account.objects().len(), 1, "{:?}", account.objects());
    assert_eq!(account.tables(), [format!("{DATABASE}.things")]);
}

#[test]
fn a_query_that_fails_leaves_the_old_table_and_nothing_else() {
    let account = one_table();
    account.done(&["run"]);
    let before = account.double.stored();
    let account = account.with(|sandbox| sandbox.file(&model("things"), "select\n    1 as id,\n    nmae as name"));
    insta::assert_snapshot!(account.cadet(&["run"]).shown(), @"
      failed  table       prison_safety__things  a column is not in the tables that this reads: Column 'nmae' cannot be resolved or requester is not authorized to access requested resources

    error[deploy/build]: a column is not in the tables that this reads: Column 'nmae' cannot be resolved or requester is not authorized to access requested resources
      ╭▸ models/prison/prison_safety/prison_safety__things.sql:3:5
      │
    3 │     nmae as name
      │     ━━━━
      │
      ╰ help: check the column's name in the tables after `from`; text takes single quotes, as in 'text'

    ✗ 0 tables built, 1 failed.
    --- exit code 1
    ");
    assert_eq!(account.rows("things"), "1, a");
    assert_eq!(account.tables(), [format!("{DATABASE}.things")]);
    let tables = |stored: &std::collections::BTreeMap<String, crate::double::s3::store::Object>| {
        stored.keys().filter(|key| key.contains("mojap-derived-tables")).cloned().collect::<Vec<_>>()
    };
    assert_eq!(tables(&before), tables(&account.double.stored()));
}

#[test]
fn a_broken_contract_leaves_the_old_table() {
    let account = one_table();
    account.done(&["run"]);
    let yaml = "version: 2\nmodels:\n  - name: prison_safety__things\n    config: {contract: {enforced: true}}\n    \
                columns:\n      - {name: id, data_type: varchar}\n      - {name: name, data_type: varchar}\n";
    let account = account.with(|sandbox| sandbox.file(&format!("{SAFETY}/things.yml"), yaml));
    insta::assert_snapshot!(account.cadet(&["run"]).shown(), @"
      failed  table       prison_safety__things  the contract is broken: the column `id` is integer, not varchar

    error[deploy/build]: the contract is broken: the column `id` is integer, not varchar
     ╭▸ models/prison/prison_safety/prison_safety__things.sql
     ╰ help: change the select, or the columns in the property file; the table that was there is untouched

    ✗ 0 tables built, 1 failed. Athena read 0.0 kB for less than $0.01.
    --- exit code 1
    ");
    assert_eq!(account.rows("things"), "1, a");
    assert_eq!((account.objects().len(), account.tables().len()), (1, 1));
}

#[test]
fn a_seed_is_a_typed_file_and_needs_no_query() {
    let sandbox = project().file(
        "seeds/prison/prison_safety/prison_safety__codes.csv",
        "code,name,weight,since,is_open\n007,\"it's, well\",1.5,2024-01-31,true\n8,,2,,false\n",
    );
    let account = Account::new(sandbox);
    account.done(&["seed"]);
    account.double.forget_calls();
    account.done(&["seed"]);
    insta::assert_snapshot!(account.rows("codes"), @"
    7, it's, well, 1.5, 2024-01-31, true
    8, NULL, 2.0, NULL, false
    ");
    insta::assert_snapshot!(account.calls(), @"
    S3 PutObject s3://mojap-derived-tables/dev/seeds/prison_safety_dev_dbt/codes/_cadet_lock
    Glue GetTable prison_safety_dev_dbt codes
    S3 PutObject s3://mojap-derived-tables/dev/seeds/prison_safety_dev_dbt/codes/[run 1]/[file]
    S3 ListObjectsV2 s3://mojap-derived-tables/
    Glue UpdateTable prison_safety_dev_dbt codes
    S3 DeleteObjects s3://mojap-derived-tables/
    ");
    assert_eq!(account.objects().len(), 1);
}

#[test]
fn a_seed_is_stored_as_lines_of_text_where_the_settings_ask_for_it() {
    let path = "seeds/prison/prison_safety/prison_safety__codes.csv";
    let rows = "code,name,weight,since,is_open\n007,\"it's, a \\ \"\"b\"\"\",1.5,2024-1-31,TRUE\n8,,2,,false\n";
    let as_parquet = Account::new(project().file(path, rows));
    as_parquet.done(&["seed"]);
    let settings = format!("{SETTINGS}  seeds: csv\n");
    let account = Account::new(project().file(path, rows).file("cadet.yaml", &settings));
    account.done(&["seed"]);
    let stored: Vec<_> = account.double.stored().into_values().collect();
    insta::assert_snapshot!(std::fs::read_to_string(&stored[0].file).unwrap(), @r#"
    code,name,weight,since,is_open
    7,it's\, a \\ "b",1.5,2024-01-31,true
    8,,2,,false
    "#);
    assert_eq!(account.rows("codes"), as_parquet.rows("codes"));
    // The setting may change, and the table follows.
    let account = account.with(|sandbox| sandbox.file("cadet.yaml", SETTINGS));
    account.done(&["seed"]);
    assert_eq!(account.rows("codes"), as_parquet.rows("codes"));
    assert_eq!(account.objects().len(), 1);
}

#[test]
fn a_value_that_does_not_fit_fails_the_seed_and_keeps_the_old_one() {
    let path = "seeds/prison/prison_safety/prison_safety__codes.csv";
    let yaml = "version: 2\nseeds:\n  - name: prison_safety__codes\n    config: {column_types: {at: timestamp}}\n";
    let sandbox = project().file(path, "code,at\n1,2024-01-01 10:00:00\n");
    let account = Account::new(sandbox.file("seeds/prison/prison_safety/codes.yml", yaml));
    account.done(&["seed"]);
    let account = account.with(|sandbox| sandbox.file(path, "code,at\n1,2024-01-01T10:00:00Z\n"));
    let ran = account.cadet(&["seed"]);
    assert_eq!(ran.code, 1, "{}", ran.shown());
    assert!(
        ran.shown().contains("`2024-01-01T10:00:00Z` in row 1 of the column `at` is no timestamp"),
        "{}",
        ran.shown()
    );
    assert_eq!(account.rows("codes"), "1, 2024-01-01 10:00:00.000");
}

#[test]
fn a_view_takes_a_tables_place_and_a_table_a_views() {
    let account = one_table();
    account.done(&["run"]);
    let view = "{{ config(materialized='view') }}\nselect 3 as id, 'c' as name";
    let account = account.with(|sandbox| sandbox.file(&model("things"), view));
    account.done(&["run"]);
    assert_eq!(account.rows("things"), "3, c");
    assert_eq!((account.objects(), account.tables().len()), (Vec::new(), 1));
    account.done(&["run"]);
    assert_eq!(account.rows("things"), "3, c");
    let account = account.with(|sandbox| sandbox.file(&model("things"), ONE));
    account.done(&["run"]);
    assert_eq!(account.rows("things"), "1, a");
    assert_eq!((account.objects().len(), account.tables().len()), (1, 1));
}

#[test]
fn what_dbt_wrote_is_not_deleted() {
    let account = one_table();
    let folder =
        "s3://mojap-derived-tables/dev/models/domain_name=prison/database_name=prison_safety_dev_dbt/table_name=things";
    let clients = crate::support::clients(&account.double);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        crate::support::execute(&clients.athena, &format!("create schema if not exists `{DATABASE}`")).await.done();
        let create = format!(
            "create table \"awsdatacatalog\".\"{DATABASE}\".\"things\" with (table_type = 'hive', external_location = '{folder}', \
             format = 'parquet') as select 9 as id, 'dbt' as name"
        );
        crate::support::execute(&clients.athena, &create).await.done();
    });
    account.done(&["run"]);
    assert_eq!(account.rows("things"), "1, a");
    assert_eq!(account.objects().len(), 2, "{:?}", account.objects());
}

#[test]
fn partitions_take_the_place_of_the_old_ones() {
    let rows = |values: &str| {
        format!("{{{{ config(partitioned_by=['year']) }}}}\nselect * from (values {values}) as t (id, year)")
    };
    let account = Account::new(project().file(&model("things"), &rows("(1, 2022), (2, 2023), (3, 2023)")));
    account.done(&["run"]);
    assert_eq!(account.rows("things"), "1, 2022\n2, 2023\n3, 2023");
    account.double.forget_calls();
    let account = account.with(|sandbox| sandbox.file(&model("things"), &rows("(4, 2023), (5, 2024)")));
    account.done(&["run"]);
    assert_eq!(account.rows("things"), "4, 2023\n5, 2024");
    insta::assert_snapshot!(others(&account.double.calls()).join("\n"), @r"
    S3 PutObject s3://mojap-derived-tables/dev/models/domain_name=prison/database_name=prison_safety_dev_dbt/table_name=things/_cadet_lock
    Glue GetTables prison_safety_dev_dbt
    Glue GetPartitions prison_safety_dev_dbt things__cadet_[owner]
    S3 ListObjectsV2 s3://mojap-derived-tables/
    Glue GetPartitions prison_safety_dev_dbt things
    S3 PutObject s3://mojap-derived-tables/dev/models/domain_name=prison/database_name=prison_safety_dev_dbt/table_name=things/_cadet_publish
    Glue UpdateTable prison_safety_dev_dbt things
    Glue BatchCreatePartition prison_safety_dev_dbt things
    Glue UpdatePartition prison_safety_dev_dbt things
    Glue DeletePartition prison_safety_dev_dbt things
    S3 PutObject s3://mojap-derived-tables/dev/models/domain_name=prison/database_name=prison_safety_dev_dbt/table_name=things/_cadet_publish
    Glue GetTable prison_safety_dev_dbt things
    Glue UpdateTable prison_safety_dev_dbt things
    Glue DeleteTable prison_safety_dev_dbt things__cadet_[owner]
    S3 DeleteObjects s3://mojap-derived-tables/
    ");
    assert_eq!(account.objects().len(), 2, "{:?}", account.objects());
    let account = account.with(|sandbox| sandbox.file(&model("things"), "select 6 as id, 2024 as year"));
    account.done(&["run"]);
    assert_eq!(account.rows("things"), "6, 2024");
    assert_eq!(account.objects().len(), 1, "{:?}", account.objects());
}

#[test]
fn more_than_a_hundred_partitions_are_written_in_parts() {
    let account = Account::new(project().file(
        &model("things"),
        "{{ config(partitioned_by=['day']) }}\nselect n as id, if(n = 7, null, date_add('day', n, date '2024-01-01')) as day\n\
         from unnest(sequence(1, 230)) as t (n)",
    ));
    account.done(&["run"]);
    account.done(&["run"]);
    assert_eq!(account.rows("things").lines().count(), 230);
    assert_eq!((account.objects().len(), account.tables().len()), (230, 1));
    let table = &account.double.tables()[&format!("{DATABASE}.things")];
    assert_eq!(table.partitions.len(), 230);
}

#[test]
fn what_stands_around_a_run_is_not_run_and_that_is_said() {
    let account = Account::new(
        project()
            .file(
                "dbt_project.yml",
                "name: mojap_derived_tables\nprofile: mojap_derived_tables\non-run-start: \"grant all on x\"\n",
            )
            .file(&model("things"), "select 1 as id"),
    );
    let ran = account.done(&["run"]);
    assert!(ran.shown().contains("`on-run-start` and `on-run-end` are not run"), "{}", ran.shown());
}
