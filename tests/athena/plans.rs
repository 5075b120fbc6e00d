//! What is built and what is not, what is read from production, and what is refused.

use crate::account::{Account, SAFETY, model, project};
use crate::double::faults::{Calls, Fault, Planned, Side, Times};

/// A branch that changes the second of two tables.
fn branch() -> Account {
    let sandbox = project()
        .file(&model("first"), "select 1 as id")
        .file(&model("second"), "select id from {{ ref('prison_safety__first') }}")
        .file(
            &format!("{SAFETY}/tests.yml"),
            "version: 2\nmodels:\n  - name: prison_safety__second\n    columns:\n      - name: id\n        data_tests:\n          \
             - not_null\n          - relationships:\n              arguments: {to: ref('prison_safety__first'), field: id}\n",
        );
    let account = Account::new(sandbox.commit("the project"));
    let ran = account.cadet_on("prod", &["build"]);
    assert_eq!(ran.code, 0, "{}", ran.shown());
    account.with(|sandbox| {
        sandbox.branch("work").file(&model("second"), "select id + 1 - 1 as id from {{ ref('prison_safety__first') }}")
    })
}

#[test]
fn production_has_no_suffix() {
    let account = branch();
    assert_eq!(account.tables(), ["prison_safety.first", "prison_safety.second"]);
    let objects = account.objects();
    assert!(objects[0].starts_with(
        "s3://mojap-derived-tables/prod/models/domain_name=prison/database_name=prison_safety/table_name=first/"
    ));
}

#[test]
fn what_did_not_change_is_read_from_production() {
    let account = branch();
    insta::assert_snapshot!(account.cadet(&["ci", "--base", "main"]).sorted(), @"
    1. Check: work compared with main ([commit])

    ✓ Checked 1 changed file: nothing to fix.

    2. Deploy: what changed and everything downstream, with its tests

       built  table       prison_safety__second  1 row

    ✓ 1 table built. Tests: 2 passed. Athena read 1.8 kB for less than $0.01.

    3. Report

    Artefacts: target
    --- exit code 0
    ");
    assert_eq!(account.tables(), ["prison_safety.first", "prison_safety.second", "prison_safety_dev_dbt.second"]);
    assert_eq!(account.rows("second"), "1");
    let compiled = account
        .sandbox
        .read("target/compiled/mojap_derived_tables/models/prison/prison_safety/prison_safety__second.sql");
    assert_eq!(compiled, "select id + 1 - 1 as id from \"awsdatacatalog\".\"prison_safety\".\"first\"");
}

#[test]
fn without_defer_the_parents_are_built_too() {
    let account = branch();
    let ran = account.cadet(&["ci", "--base", "main", "--no-defer"]);
    assert_eq!(ran.code, 0, "{}", ran.shown());
    assert!(account.tables().contains(&"prison_safety_dev_dbt.first".to_owned()));
    // It is newer than production's now, and from the same files.
    account.double.forget_calls();
    let ran = account.cadet(&["deploy", "--base", "main", "--defer", "--full-refresh"]);
    assert_eq!(ran.code, 0, "{}", ran.shown());
    let started = account.calls();
    assert!(!started.contains("\"prison_safety\".\"first\""), "{started}");
}

#[test]
fn results_say_what_each_statement_cost() {
    let account = branch();
    account.double.run("create schema if not exists `prison_safety_dev_dbt`").unwrap();
    account.done(&["build", "--select", "prison_safety__first"]);
    let results = account.sandbox.json("target/run_results.json");
    let response = &results["results"][0]["adapter_response"];
    assert_eq!(response["_message"], "OK 1");
    assert_eq!(response["queries"].as_array().unwrap().len(), 1);
    let id = response["queries"][0]["query_id"].as_str().unwrap();
    assert!(account.double.all_queries().iter().any(|query| query.id == id));
    assert!(response["cost"].as_f64().unwrap() > 0.0);
}

#[test]
fn what_cannot_be_built_is_refused_before_anything_is() {
    let sandbox = project()
        .file(&model("good"), "select 1 as id")
        .file(&model("microbatch"), "{{ config(materialized='incremental', incremental_strategy='microbatch') }}\nselect 1 as id")
        .file(&model("iceberg"), "{{ config(table_type='iceberg', table_properties={'location': 's3://other'}) }}\nselect 1 as id")
        .file(
            &model("unsafe"),
            "{{ config(materialized='incremental', table_type='iceberg', incremental_strategy='merge', unique_key='id', \
             delete_condition='true then delete when not matched') }}\nselect 1 as id",
        )
        .file(&model("elsewhere"), "{{ config(external_location='s3://other/place') }}\nselect 1 as id")
        .file(&model("renamed"), "{{ config(alias='good') }}\nselect 2 as id")
        .file(&model("hooked"), "{{ config(post_hook='drop table x') }}\nselect 1 as id")
        .file(
            &model("merged"),
            "{{ config(materialized='incremental', incremental_strategy='merge') }}\nselect 1 as id",
        )
        .file("models/loose.sql", "select 1 as id")
        .file(&model("below"), "select * from {{ ref('prison_safety__iceberg') }}");
    let account = Account::new(sandbox);
    insta::assert_snapshot!(account.cadet(&["run"]).sorted(), @"
       built  table       prison_safety__good  1 row
     skipped  incremental prison_safety__merged  not built: the incremental strategy `merge` on a table that is not Iceberg's cannot be built on Athena by cadet
     skipped  incremental prison_safety__microbatch  not built: the incremental strategy `microbatch` cannot be built on Athena by cadet
     skipped  incremental prison_safety__unsafe  not built: `delete_condition: true then delete when not matched`, which is not one expression (it goes on after its end) cannot be built on Athena by cadet
     skipped  table       loose  not built: `loose` is in no folder of a database, so there is no place for its table
     skipped  table       prison_safety__below  prison_safety__iceberg was not built
     skipped  table       prison_safety__elsewhere  not built: `external_location` is s3://other/place, and this table's place is s3://mojap-derived-tables/dev/models/domain_name=prison/database_name=prison_safety_dev_dbt/table_name=elsewhere
     skipped  table       prison_safety__hooked  not built: a table with a `post-hook`, such as `prison_safety__hooked`, cannot be built on Athena by cadet
     skipped  table       prison_safety__iceberg  not built: `location` among `table_properties` cannot be built on Athena by cadet
     skipped  table       prison_safety__renamed  not built: the project names this table `prison_safety_dev_dbt.good`, and by its file it is `prison_safety_dev_dbt.renamed`

    error[deploy/destination]: `loose` is in no folder of a database, so there is no place for its table
     ╭▸ models/loose.sql
     ╰ help: move the file to <domain>/<database>/ below the folder of models or seeds

    error[deploy/destination]: `external_location` is s3://other/place, and this table's place is s3://mojap-derived-tables/dev/models/domain_name=prison/database_name=prison_safety_dev_dbt/table_name=elsewhere
     ╭▸ models/prison/prison_safety/prison_safety__elsewhere.sql
     ╰ help: leave `external_location` out, or write `external_location=generate_s3_location()`

    error[deploy/destination]: a table with a `post-hook`, such as `prison_safety__hooked`, cannot be built on Athena by cadet
     ╭▸ models/prison/prison_safety/prison_safety__hooked.sql
     ╰ help: take the hook away; whoever decides on cadet.yaml can allow hooks with `athena.hooks: true`

    error[deploy/destination]: `location` among `table_properties` cannot be built on Athena by cadet
     ╭▸ models/prison/prison_safety/prison_safety__iceberg.sql
     ╰ help: of Iceberg tables Athena knows those of `optimize`, `vacuum`, compression and file size; where a table goes is cadet's to say

    error[deploy/destination]: the incremental strategy `merge` on a table that is not Iceberg's cannot be built on Athena by cadet
     ╭▸ models/prison/prison_safety/prison_safety__merged.sql
     ╰ help: set `table_type: iceberg`; or use `insert_overwrite` with `partitioned_by`

    error[deploy/destination]: the incremental strategy `microbatch` cannot be built on Athena by cadet
     ╭▸ models/prison/prison_safety/prison_safety__microbatch.sql
     ╰ help: use append or insert_overwrite

    error[deploy/destination]: the project names this table `prison_safety_dev_dbt.good`, and by its file it is `prison_safety_dev_dbt.renamed`
     ╭▸ models/prison/prison_safety/prison_safety__renamed.sql
     ╰ help: cadet writes only where the file's folders say: take `schema` and `alias` away, or move the file

    error[deploy/destination]: `delete_condition: true then delete when not matched`, which is not one expression (it goes on after its end) cannot be built on Athena by cadet
     ╭▸ models/prison/prison_safety/prison_safety__unsafe.sql
     ╰ help: write one expression

    ✗ 1 table built, 9 skipped. Athena read 0.0 kB for less than $0.01.
    --- exit code 1
    ");
    assert_eq!(account.tables().len(), 1, "{:?}", account.tables());
}

#[test]
fn a_right_external_location_is_accepted() {
    let text = "{{ config(external_location=generate_s3_location()) }}\nselect 1 as id";
    let account = Account::new(project().file(&model("things"), text));
    account.done(&["run"]);
    assert_eq!(account.rows("things"), "1");
}

#[test]
fn a_pull_request_can_have_databases_of_its_own() {
    let settings =
        "preset: none\nrules: {docs: off, naming: off}\nathena: {pull_request_suffix: true, first_poll: 0.01}\n";
    let text = "{{ config(external_location=generate_s3_location()) }}\nselect 1 as id";
    let sandbox = project().file("cadet.yaml", settings).file(&model("things"), text);
    let sandbox =
        sandbox.file(&model("more"), "select * from {{ ref('prison_safety__things') }}").commit("the project");
    let account = Account::new(sandbox.branch("work").file(&model("things"), &text.replace('1', "2")));
    let mut environment = account.double.environment();
    environment.push(("GITHUB_REF", "refs/pull/12/merge".to_owned()));
    let environment: Vec<(&str, &str)> = environment.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let ran = account.sandbox.cadet_with(&["deploy", "--base", "main", "--target", "dev"], &environment);
    assert_eq!(ran.code, 0, "{}", ran.shown());
    assert_eq!(account.tables(), ["prison_safety_dev_dbt_pr12.more", "prison_safety_dev_dbt_pr12.things"]);
}

#[test]
fn on_a_pull_request_settings_are_not_its_own() {
    let account = branch();
    let mut environment = account.double.environment();
    environment.push(("GITHUB_EVENT_NAME", "pull_request".to_owned()));
    let environment: Vec<(&str, &str)> = environment.iter().map(|(name, value)| (*name, value.as_str())).collect();
    insta::assert_snapshot!(account.sandbox.cadet_with(&["run", "--target", "dev"], &environment).shown(), @"
    --- stderr
    error: on a pull request this command would take its settings from the pull request itself
    help: use `cadet deploy` or `cadet ci`, which take them from the base
    --- exit code 2
    ");
}

#[test]
fn what_cannot_be_looked_up_is_not_taken_to_be_missing() {
    let account = branch();
    let before = account.double.all_queries().len();
    account.double.inject(Planned {
        calls: Calls::EachOf("GetTable"),
        fault: Fault::AccessDenied,
        side: Side::BeforeEffect,
        times: Times::Forever,
    });
    insta::assert_snapshot!(account.cadet(&["deploy", "--base", "main"]).shown(), @r#"
    --- stderr
    error: AWS does not let cadet look "awsdatacatalog"."prison_safety_dev_dbt"."first" up: AccessDeniedException: User: arn:aws:sts::123456789012:assumed-role/cadet/session is not authorized to perform: glue:GetTable on resource: arn:aws:glue:eu-west-1:123456789012:table/prison_safety_dev_dbt/first because no identity-based policy allows the glue:GetTable action
    help: check the credentials, the region and what the role may do: see docs/athena.md
    --- exit code 3
    "#);
    assert_eq!(account.double.all_queries().len(), before);
}

#[test]
fn who_cannot_reach_aws_is_told_why() {
    let account = branch();
    let mut environment = account.double.environment();
    let nobody = environment.iter_mut().find(|(name, _)| *name == "AWS_ENDPOINT_URL").unwrap();
    nobody.1 = "http://127.0.0.1:1".to_owned();
    let environment: Vec<(&str, &str)> = environment.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let ran = account.sandbox.cadet_with(&["deploy", "--base", "main", "--target", "dev"], &environment);
    insta::assert_snapshot!(ran.shown(), @r#"
    --- stderr
    error: cadet cannot look "awsdatacatalog"."prison_safety_dev_dbt"."first" up on AWS: Connection refused (os error 111)
    help: check the credentials, the region and what the role may do: see docs/athena.md
    --- exit code 3
    "#);
}

#[test]
fn what_is_there_from_the_same_files_is_not_built_again() {
    let account = branch();
    let ran = account.cadet_on("prod", &["deploy", "--base", "main"]);
    assert_eq!(ran.code, 0, "{}", ran.shown());
    assert!(!ran.shown().contains("prison_safety__first "), "{}", ran.shown());
}

#[test]
fn hooks_are_run_where_the_settings_allow_them() {
    let settings =
        "preset: none\nrules: {docs: off, naming: off, security/hooks: off}\nathena: {hooks: true, first_poll: 0.01}\n";
    let hooked = |post: &str| {
        format!(
            "{{{{ config(table_type='iceberg', pre_hook=\"insert into {{{{ ref('prison_safety__log') }}}} select 'begun'\", \
             post_hook=['optimize {{{{ this.schema }}}}.{{{{ this.identifier }}}} rewrite data using bin_pack', '{post}', '']) }}}}\nselect 1 as id"
        )
    };
    let sandbox = project()
        .file("cadet.yaml", settings)
        .file(&model("log"), "select 'built' as what")
        .file(&model("things"), &hooked("insert into {{ ref(\"prison_safety__log\") }} select name from {{ this }}"));
    let account = Account::new(sandbox);
    let ran = account.cadet(&["run"]);
    insta::assert_snapshot!(ran.shown(), @"
       built  table       prison_safety__log  1 row
      failed  table       prison_safety__things  a `post-hook` failed: a column is not in the tables that this reads: Column 'name' cannot be resolved or requester is not authorized to access requested resources

    error[deploy/build]: a `post-hook` failed: a column is not in the tables that this reads: Column 'name' cannot be resolved or requester is not authorized to access requested resources
     ╭▸ models/prison/prison_safety/prison_safety__things.sql
     ╰ help: the table is built and readers have it; a hook is run once and never again by itself

    ✗ 1 table built, 1 failed. Athena read 0.5 kB for less than $0.01.
    Artefacts: s3://mojap-derived-tables/dev/run_artefacts/run_time=[time]/
    --- exit code 1
    ");
    // The one before was run, and the one after that fails is not run again.
    assert_eq!(account.rows("log"), "begun\nbuilt");
    assert_eq!(account.rows("things"), "1");
    let account = account.with(|sandbox| {
        sandbox.file(
            &model("things"),
            &hooked("insert into {{ ref(\"prison_safety__log\") }} select cast(id as varchar) from {{ this }};"),
        )
    });
    account.done(&["run", "--select", "prison_safety__things"]);
    assert_eq!(account.rows("log"), "1\nbegun\nbegun\nbuilt");
    // A pull request cannot allow itself what the base does not allow.
    let sandbox = project().file(&model("log"), "select 'built' as what").commit("the project").branch("work");
    let sandbox = sandbox
        .file("cadet.yaml", settings)
        .file(&model("log"), "{{ config(post_hook='drop table x') }}\nselect 'b' as what");
    let account = Account::new(sandbox);
    let ran = account.cadet(&["deploy", "--base", "main"]);
    assert!(
        ran.shown().contains("a table with a `post-hook`, such as `prison_safety__log`, cannot be built"),
        "{}",
        ran.shown()
    );
    assert!(account.double.all_queries().is_empty());
}
