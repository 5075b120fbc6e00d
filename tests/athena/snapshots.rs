//! Snapshots, and the rows that break tests: what is written, and what stays.

use crate::account::{Account, DATABASE, SAFETY, model, project};
use crate::double::faults::{Calls, Fault, Planned, Side, Times};

const FILE: &str = "snapshots/prison/prison_safety/prison_safety__kept.sql";
const SEED: &str = "seeds/prison/prison_safety/prison_safety__people.csv";

fn snapshot(config: &str) -> String {
    format!(
        "{{% snapshot prison_safety__kept %}}{{{{ config(unique_key='id'{config}) }}}}\nselect * from {{{{ ref('prison_safety__people') }}}} -- all\n{{% endsnapshot %}}"
    )
}

fn account(config: &str) -> Account {
    Account::new(project().file(SEED, "id,name\n1,a\n2,b\n3,c\n").file(FILE, &snapshot(config)))
}

fn with(account: Account, csv: &str) -> Account {
    account.with(|sandbox| sandbox.file(SEED, csv))
}

/// The history: what stands in each row, and whether it is open.
fn history(account: &Account) -> String {
    let query = format!("select id, name, dbt_valid_to is null from {DATABASE}.kept");
    crate::account::rows(&account.double.rows(&query).unwrap())
}

/// What is left besides the tables: nothing.
fn no_leftovers(account: &Account) {
    assert_eq!(account.tables(), [format!("{DATABASE}.kept"), format!("{DATABASE}.people")]);
}

#[test]
fn a_history_is_built_anew_beside_the_old_one() {
    let account = account(", strategy='check', check_cols='all', hard_deletes='invalidate'");
    account.done(&["build"]);
    assert_eq!(history(&account), "1, a, true\n2, b, true\n3, c, true");
    account.double.forget_calls();
    let account = with(account, "id,name\n1,a\n2,B\n4,d\n");
    account.done(&["seed"]);
    account.double.forget_calls();
    insta::assert_snapshot!(account.cadet(&["snapshot"]).shown(), @"
       built  snapshot    prison_safety__kept  5 rows

    ✓ 1 table built. Athena read 5.2 kB for less than $0.01.
    --- exit code 0
    ");
    assert_eq!(history(&account), "1, a, true\n2, B, true\n2, b, false\n3, c, false\n4, d, true");
    insta::assert_snapshot!(account.calls().split(" with (table_type").next().unwrap(), @r#"
    S3 PutObject s3://mojap-derived-tables/dev/models/domain_name=prison/database_name=prison_safety_dev_dbt/table_name=kept/_cadet_lock
    S3 GetObject s3://mojap-derived-tables/dev/models/domain_name=prison/database_name=prison_safety_dev_dbt/table_name=kept/_cadet_publish
    Glue GetTable prison_safety_dev_dbt kept
    S3 ListObjectsV2 s3://mojap-derived-tables/
    Glue GetTable prison_safety_dev_dbt kept
    Athena StartQueryExecution select * from ( select * from "awsdatacatalog"."prison_safety_dev_dbt"."people" -- all ) limit 0
    Athena GetQueryExecution
    Athena GetQueryResults
    Glue GetTable prison_safety_dev_dbt kept
    Athena StartQueryExecution create table "awsdatacatalog"."prison_safety_dev_dbt"."kept__cadet_[owner]"
    "#);
    let created = account.calls();
    let created = created.lines().find(|call| call.contains("create table")).unwrap();
    insta::assert_snapshot!(created.split(" as with ").nth(1).unwrap(), @r#"cadet_new as ( select *, (id ) as cadet_key_0, cast(now() as timestamp) as cadet_at from ( select * from "awsdatacatalog"."prison_safety_dev_dbt"."people" -- all ) as cadet_query ), cadet_open as ( select *, (id ) as cadet_key_0 from "awsdatacatalog"."prison_safety_dev_dbt"."kept" as cadet_target where cadet_target."dbt_valid_to" is null ), cadet_gone as ( select o."dbt_scd_id" as cadet_id, o.* from cadet_open as o left join cadet_new as n on o.cadet_key_0 = n.cadet_key_0 where n.cadet_key_0 is null ), cadet_closed as ( select o."dbt_scd_id" as cadet_id, cast(max(n.cadet_at) as timestamp) as cadet_at from cadet_open as o join cadet_new as n on o.cadet_key_0 = n.cadet_key_0 where (o."id" is distinct from n."id" or o."name" is distinct from n."name") group by o."dbt_scd_id" union all select cadet_id, cast(cast(now() as timestamp) as timestamp) as cadet_at from cadet_gone ), cadet_added as ( select n."id", n."name", n.cadet_at as "dbt_updated_at", n.cadet_at as "dbt_valid_from", coalesce(nullif(n.cadet_at, n.cadet_at), null) as "dbt_valid_to", to_hex(md5(to_utf8(coalesce(cast(n.cadet_key_0 as varchar), '') || '|' || coalesce(cast(n.cadet_at as varchar), '')))) as "dbt_scd_id" from cadet_new as n left join cadet_open as o on o.cadet_key_0 = n.cadet_key_0 where o.cadet_key_0 is null or ((o."id" is distinct from n."id" or o."name" is distinct from n."name")) ) select t."id", t."name", t."dbt_scd_id", t."dbt_updated_at", t."dbt_valid_from", case when c.cadet_id is null then t."dbt_valid_to" else c.cadet_at end as "dbt_valid_to" from "awsdatacatalog"."prison_safety_dev_dbt"."kept" as t left join cadet_closed as c on t."dbt_scd_id" = c.cadet_id and t."dbt_valid_to" is null union all select a."id", a."name", a."dbt_scd_id", a."dbt_updated_at", a."dbt_valid_from", a."dbt_valid_to" from cadet_added as a"#);
    account.done(&["snapshot"]);
    assert_eq!(history(&account), "1, a, true\n2, B, true\n2, b, false\n3, c, false\n4, d, true");
    no_leftovers(&account);
}

#[test]
fn a_history_in_an_iceberg_table_is_merged() {
    let account = account(", table_type='iceberg', strategy='check', check_cols=['name'], hard_deletes='new_record'");
    account.done(&["build"]);
    let account = with(account, "id,name,more\n1,a,\n2,B,x\n");
    account.done(&["seed"]);
    account.double.forget_calls();
    insta::assert_snapshot!(account.cadet(&["snapshot"]).shown(), @"
       built  snapshot    prison_safety__kept  4 rows

    ✓ 1 table built. Athena read 33.7 kB for less than $0.01.
    --- exit code 0
    ");
    let query = format!("select id, name, more, dbt_is_deleted, dbt_valid_to is null from {DATABASE}.kept");
    let rows = || crate::account::rows(&account.double.rows(&query).unwrap());
    insta::assert_snapshot!(rows(), @"
    1, a, NULL, False, true
    2, B, x, False, true
    2, b, NULL, False, false
    3, c, NULL, False, false
    3, c, NULL, True, true
    ");
    let statements = account.calls();
    let statements: Vec<&str> =
        statements.lines().filter(|call| call.contains("alter") || call.contains("merge")).collect();
    insta::assert_snapshot!(statements.join("\n").replace(" when ", "\nwhen "), @r#"
    Athena StartQueryExecution alter table `prison_safety_dev_dbt`.`kept__cadet_[owner]_[run]` add columns (`more` string)
    Athena StartQueryExecution merge into "awsdatacatalog"."prison_safety_dev_dbt"."kept__cadet_[owner]_[run]" as target using ( with cadet_new as ( select *, (id ) as cadet_key_0, cast(now() as timestamp(6)) as cadet_at from ( select * from "awsdatacatalog"."prison_safety_dev_dbt"."people" -- all ) as cadet_query ), cadet_open as ( select *, (id ) as cadet_key_0 from "awsdatacatalog"."prison_safety_dev_dbt"."kept" as cadet_target where cadet_target."dbt_valid_to" is null ), cadet_gone as ( select o."dbt_scd_id" as cadet_id, o.* from cadet_open as o left join cadet_new as n on o.cadet_key_0 = n.cadet_key_0 where n.cadet_key_0 is null and not (o."dbt_is_deleted" = 'True') ), cadet_closed as ( select o."dbt_scd_id" as cadet_id, cast(max(n.cadet_at) as timestamp(6)) as cadet_at from cadet_open as o join cadet_new as n on o.cadet_key_0 = n.cadet_key_0 where (o."name" is distinct from n."name") or o."dbt_is_deleted" = 'True' group by o."dbt_scd_id" union all select cadet_id, cast(cast(now() as timestamp(6)) as timestamp(6)) as cadet_at from cadet_gone ), cadet_added as ( select n."id", n."name", n."more", n.cadet_at as "dbt_updated_at", n.cadet_at as "dbt_valid_from", coalesce(nullif(n.cadet_at, n.cadet_at), null) as "dbt_valid_to", to_hex(md5(to_utf8(coalesce(cast(n.cadet_key_0 as varchar), '') || '|' || coalesce(cast(n.cadet_at as varchar), '')))) as "dbt_scd_id", 'False' as "dbt_is_deleted" from cadet_new as n left join cadet_open as o on o.cadet_key_0 = n.cadet_key_0 where o.cadet_key_0 is null or ((o."name" is distinct from n."name") or o."dbt_is_deleted" = 'True') union all select g."id", g."name", null, cast(now() as timestamp(6)), cast(now() as timestamp(6)), g."dbt_valid_to", to_hex(md5(to_utf8(coalesce(cast(g."dbt_scd_id" as varchar), '') || '|' || coalesce(cast(cast(now() as timestamp(6)) as varchar), '')))), 'True' from cadet_gone as g ) select cast(null as varchar) as cadet_id, a."id", a."name", a."more", a."dbt_updated_at", a."dbt_valid_from", a."dbt_valid_to", a."dbt_scd_id", a."dbt_is_deleted" from cadet_added as a union all select c.cadet_id, null as "id", null as "name", null as "more", null as "dbt_updated_at", null as "dbt_valid_from", c.cadet_at as "dbt_valid_to", null as "dbt_scd_id", null as "dbt_is_deleted" from cadet_closed as c ) as src on (target."dbt_scd_id" = src.cadet_id)
    when matched then update set "dbt_valid_to" = src."dbt_valid_to"
    when not matched then insert ("id", "name", "more", "dbt_updated_at", "dbt_valid_from", "dbt_valid_to", "dbt_scd_id", "dbt_is_deleted") values (src."id", src."name", src."more", src."dbt_updated_at", src."dbt_valid_from", src."dbt_valid_to", src."dbt_scd_id", src."dbt_is_deleted")
    "#);
    account.done(&["snapshot"]);
    insta::assert_snapshot!(rows(), @"
    1, a, NULL, False, true
    2, B, x, False, true
    2, b, NULL, False, false
    3, c, NULL, False, false
    3, c, NULL, True, true
    ");
    no_leftovers(&account);
}

#[test]
fn a_history_that_cannot_be_looked_up_does_not_begin_again() {
    let account = account(", strategy='check', check_cols='all'");
    account.done(&["build"]);
    let before = account.rows("kept");
    account.double.inject(Planned {
        calls: Calls::EachOf("GetTable"),
        fault: Fault::AccessDenied,
        side: Side::BeforeEffect,
        times: Times::Forever,
    });
    let ran = account.cadet(&["snapshot"]);
    account.double.clear_faults();
    assert_eq!((ran.code, account.rows("kept")), (1, before), "{}", ran.shown());
}

#[test]
fn what_is_no_history_is_not_made_one() {
    let account = account(", strategy='check', check_cols='all'");
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let athena = crate::support::clients(&account.double).athena;
    account.done(&["seed"]);
    let create = format!(
        "create table \"awsdatacatalog\".\"{DATABASE}\".\"kept\" with (table_type = 'hive', external_location = \
         's3://mojap-derived-tables/dev/models/x', format = 'parquet') as select 1 as id"
    );
    runtime.block_on(async { crate::support::execute(&athena, &create).await.done() });
    insta::assert_snapshot!(account.cadet(&["snapshot"]).shown(), @r#"
      failed  snapshot    prison_safety__kept  "awsdatacatalog"."prison_safety_dev_dbt"."kept" is no history of a snapshot: it has no column `dbt_scd_id`, no `dbt_valid_from`, no `dbt_valid_to`

    error[deploy/build]: "awsdatacatalog"."prison_safety_dev_dbt"."kept" is no history of a snapshot: it has no column `dbt_scd_id`, no `dbt_valid_from`, no `dbt_valid_to`
     ╭▸ snapshots/prison/prison_safety/prison_safety__kept.sql
     ╰ help: rename the table that is there; or say how its columns are called under `snapshot_meta_column_names`

    ✗ 0 tables built, 1 failed. Athena read 0.5 kB for less than $0.01.
    --- exit code 1
    "#);
    assert_eq!(account.rows("kept"), "1");
}

#[test]
fn a_mistake_in_a_snapshots_query_has_its_place() {
    let account = account(", strategy='check', check_cols='all'");
    account.done(&["build"]);
    let text = snapshot(", strategy='check', check_cols='all'").replace("select *", "select\n    id,\n    nmae");
    let account = account.with(|sandbox| sandbox.file(FILE, &text));
    insta::assert_snapshot!(account.cadet(&["snapshot"]).shown(), @"
      failed  snapshot    prison_safety__kept  a column is not in the tables that this reads: Column 'nmae' cannot be resolved or requester is not authorized to access requested resources

    error[deploy/build]: a column is not in the tables that this reads: Column 'nmae' cannot be resolved or requester is not authorized to access requested resources
      ╭▸ snapshots/prison/prison_safety/prison_safety__kept.sql:4:5
      │
    4 │     nmae from {{ ref('prison_safety__people') }} -- all
      │     ━━━━
      │
      ╰ help: check the column's name in the tables after `from`; text takes single quotes, as in 'text'

    ✗ 0 tables built, 1 failed. Athena read 0.5 kB for less than $0.01.
    --- exit code 1
    ");
}

#[test]
fn rows_that_break_a_test_are_kept() {
    let yaml = "version: 2\nmodels:\n  - name: prison_safety__things\n    columns:\n      - name: id\n        data_tests:\n          \
                - unique: {config: {store_failures: true}}\n          - not_null: {config: {store_failures_as: view}}\n";
    let account = Account::new(
        project()
            .file(&model("things"), "select * from (values 1, 1, null) as t (id)")
            .file(&format!("{SAFETY}/things.yml"), yaml),
    );
    insta::assert_snapshot!(account.cadet(&["build"]).sorted(), @r#"
       built  table       prison_safety__things  3 rows
      failed  test        not_null_prison_safety__things_id  1 row breaks this test
      failed  test        unique_prison_safety__things_id  1 row breaks this test

    error[deploy/data-test]: 1 row breaks the test `unique` on `id`
      ╭▸ models/prison/prison_safety/things.yml:7:13
      │
    7 │           - unique: {config: {store_failures: true}}
      │             ━━━━━━
      │
      ╰ help: the rows are kept in "awsdatacatalog"."prison_safety_dbt_test__audit_dev_dbt"."unique_prison_safety__things_id"

    error[deploy/data-test]: 1 row breaks the test `not_null` on `id`
      ╭▸ models/prison/prison_safety/things.yml:8:13
      │
    8 │           - not_null: {config: {store_failures_as: view}}
      │             ━━━━━━━━
      │
      ╰ help: the rows are kept in "awsdatacatalog"."prison_safety_dbt_test__audit_dev_dbt"."not_null_prison_safety__things_id"

    ✗ 1 table built. Tests: 2 failed. Athena read 2.2 kB for less than $0.01.
    --- exit code 1
    "#);
    let rows = |table: &str| {
        let found = account.double.rows(&format!("prison_safety_dbt_test__audit_dev_dbt.{table}"));
        found.map_or_else(|error| error, |rows| crate::account::rows(&rows))
    };
    assert_eq!(rows("unique_prison_safety__things_id"), "1, 2");
    assert_eq!(rows("not_null_prison_safety__things_id"), "NULL");
    insta::assert_snapshot!(account.objects().join("\n"), @"
    s3://mojap-derived-tables/dev/models/domain_name=prison/database_name=prison_safety_dbt_test__audit_dev_dbt/table_name=unique_prison_safety__things_id/[run 1]/[file]
    s3://mojap-derived-tables/dev/models/domain_name=prison/database_name=prison_safety_dev_dbt/table_name=things/[run 1]/[file]
    ");
    let account = account.with(|sandbox| sandbox.file(&model("things"), "select * from (values 1, 2) as t (id)"));
    account.done(&["build"]);
    let found = account.double.rows("prison_safety_dbt_test__audit_dev_dbt.unique_prison_safety__things_id").unwrap();
    assert!(found.is_empty(), "{found:?}");
}

#[test]
fn every_format_is_written_in_partitions_and_in_buckets() {
    for format in ["parquet", "orc", "avro", "json", "textfile"] {
        let config = format!("format='{format}', partitioned_by=['year'], bucketed_by=['id'], bucket_count=2");
        let text = format!("{{{{ config({config}) }}}}\nselect * from (values (1, 2023), (2, 2024)) as t (id, year)");
        let account = Account::new(project().file(&model("things"), &text));
        account.done(&["run"]);
        assert_eq!(account.rows("things"), "1, 2023\n2, 2024", "{format}");
    }
}

#[test]
fn more_than_a_hundred_hidden_partitions_are_written_in_parts() {
    let account = Account::new(project().file(
        &model("things"),
        "{{ config(table_type='iceberg', partitioned_by=['day(day)', 'bucket(n, 2)']) }}\nselect n, if(n = 7, null, \
         date_add('day', n, date '2024-01-01')) as day from unnest(sequence(1, 230)) as t (n)",
    ));
    account.done(&["run"]);
    account.done(&["run"]);
    assert_eq!(account.rows("things").lines().count(), 230);
    assert_eq!(account.tables(), [format!("{DATABASE}.things")]);
}

#[test]
fn sources_are_asked_how_old_they_are() {
    let yaml = "sources:\n  - name: nomis\n    database: awsdatacatalog\n    schema: nomis\n    config: {loaded_at_field: loaded}\n    tables:\n      \
                - name: fresh\n        config: {freshness: {warn_after: {count: 2, period: hour}}}\n      \
                - name: old\n        config: {freshness: {warn_after: {count: 2, period: hour}, error_after: {count: 1, period: day}, filter: id > 0}}\n      \
                - name: gone\n        config: {freshness: {error_after: {count: 1, period: day}}}\n      \
                - name: unjudged\n";
    let account = Account::new(project().file("models/sources.yml", yaml));
    let athena = crate::support::clients(&account.double).athena;
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        crate::support::execute(&athena, "create schema if not exists `nomis`").await.done();
        for (name, loaded) in [("fresh", "cast(now() as timestamp)"), ("old", "timestamp '2024-01-31 10:00:00'")] {
            let create = format!(
                "create table nomis.{name} with (external_location = 's3://mojap-derived-tables/x/{name}') as select 1 as id, {loaded} as loaded"
            );
            crate::support::execute(&athena, &create).await.done();
        }
    });
    account.double.forget_calls();
    let ran = account.cadet(&["source", "freshness"]);
    let shown = regex::Regex::new(r"\d+ (days|seconds) old").unwrap().replace_all(&ran.sorted(), "[age]").into_owned();
    insta::assert_snapshot!(shown, @"
      failed  source      nomis.gone  it cannot be asked: a table that this reads is not there: Table 'awsdatacatalog.nomis.gone' does not exist
      failed  source      nomis.old  its newest row is [age], and 1 day is the most
      passed  source      nomis.fresh  newest row [age]

    error[deploy/freshness]: the source `nomis.gone`: it cannot be asked: a table that this reads is not there: Table 'awsdatacatalog.nomis.gone' does not exist
       ╭▸ models/sources.yml:11:15
       │
    11 │       - name: gone
       │               ━━━━
       │
       ╰ help: build it first, or check its name; `--defer` reads what did not change from production

    error[deploy/freshness]: the source `nomis.old`: its newest row is [age], and 1 day is the most
      ╭▸ models/sources.yml:9:15
      │
    9 │       - name: old
      │               ━━━
      │
      ╰ help: find out whether what fills this source still runs

    ✗ 1 source is fresh, 1 too old, 1 could not be asked.
    --- exit code 1
    ");
    let calls = account.calls();
    insta::assert_snapshot!(calls.lines().find(|call| call.contains("old")).unwrap(), @r#"Athena StartQueryExecution select max(loaded ) as max_loaded_at, cast(now() as timestamp) as snapshotted_at from "awsdatacatalog"."nomis"."old" where (id > 0 )"#);
    let artefact = account.sandbox.json("target/sources.json");
    let results: Vec<String> = artefact["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| format!("{} {}", it["unique_id"], it["status"]))
        .collect();
    insta::assert_snapshot!(results.join("\n"), @r#"
    "source.mojap_derived_tables.nomis.fresh" "pass"
    "source.mojap_derived_tables.nomis.old" "error"
    "#);
    assert_eq!(artefact["results"][1]["max_loaded_at"], "2024-01-31T10:00:00Z");
    let ran = account.cadet(&["source", "freshness", "--select", "source:nomis.fresh"]);
    assert_eq!(ran.code, 0, "{}", ran.shown());
}
