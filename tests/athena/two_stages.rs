//! `cadet plan` where nobody has credentials, and `cadet deploy --plan` where somebody has.

use crate::account::{Account, SAFETY, model, project};

/// A branch that changes a table, a view and a seed, and has one table that cannot be built here.
fn branch() -> Account {
    let sandbox = project()
        .file(&model("first"), "select 1 as id")
        .file(&model("second"), "select id from {{ ref('prison_safety__first') }}")
        .file(
            &model("shown"),
            "{{ config(materialized='view') }}\nselect id from {{ ref('prison_safety__second') }}",
        )
        .file(
            &model("grown"),
            "{{ config(materialized='incremental', incremental_strategy='append') }}\n\
             select id from {{ ref('prison_safety__second') }}",
        )
        .file(
            &format!("{SAFETY}/tests.yml"),
            "version: 2\nmodels:\n  - name: prison_safety__second\n    columns:\n      - name: id\n        data_tests: [not_null, {unique: {config: {store_failures: true}}}]\n",
        )
        .commit("the project")
        .branch("work")
        .file(&model("second"), "select id + 1 as id from {{ ref('prison_safety__first') }}")
        .file("seeds/prison/prison_safety/prison_safety__kinds.csv", "id,name\n1,one\n")
        .file(&model("iceberg"), "{{ config(table_type='iceberg', format='textfile') }}\nselect 1 as id")
        .commit("a change");
    Account::new(sandbox)
}

/// What is printed, without the plan's hash.
fn without_hash(shown: &str) -> String {
    let lines = shown.lines().map(|line| match line.split_once("hash is ") {
        Some((before, _)) => format!("{before}hash is [hash]."),
        None => line.to_owned(),
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn the_plan_names_every_table_and_place_without_credentials() {
    let account = branch();
    let ran = account.sandbox.cadet(&["plan", "--base", "main", "--target", "dev", "--out", "plan.json"]);
    insta::assert_snapshot!(without_hash(&ran.shown()), @"
    Plan for the target dev: work compared with main ([commit])

    Built:
      load seed      prison_safety_dev_dbt.kinds  (new)
                     s3://mojap-derived-tables/dev/seeds/prison_safety_dev_dbt/kinds/
      replace table  prison_safety_dev_dbt.second  (changed)
                     s3://mojap-derived-tables/dev/models/domain_name=prison/database_name=prison_safety_dev_dbt/table_name=second/
      add rows       prison_safety_dev_dbt.grown  (reads prison_safety__second)
                     s3://mojap-derived-tables/dev/models/domain_name=prison/database_name=prison_safety_dev_dbt/table_name=grown/
      replace view   prison_safety_dev_dbt.shown  (reads prison_safety__second)
      keep failures  prison_safety_dbt_test__audit_dev_dbt.unique_prison_safety__second_id  (tests prison_safety__second)
                     s3://mojap-derived-tables/dev/models/domain_name=prison/database_name=prison_safety_dbt_test__audit_dev_dbt/table_name=unique_prison_safety__second_id/

    Tests: 1, which write nothing.

    Built only when the target lacks it, or has it from other files:
      replace table  prison_safety_dev_dbt.first
                     s3://mojap-derived-tables/dev/models/domain_name=prison/database_name=prison_safety_dev_dbt/table_name=first/

    Not built, and neither is what reads it:
      prison_safety__iceberg  the format `textfile` cannot be built on Athena by cadet

    At most: 1 table replaced, 1 table gets rows, 1 view replaced, 1 seed loaded, 1 test keeps failing rows, 1 more only if missing, 1 not built. Nothing else is written.
    The plan's hash is [hash].
    It is in plan.json. `cadet deploy --plan plan.json`, with these flags, does that and no more.
    --- exit code 0
    ");
    assert_eq!(account.calls(), "", "nobody was asked");
}

#[test]
fn a_misspelt_word_is_told_once() {
    let sandbox = project().commit("the project").branch("work");
    let sandbox =
        sandbox.file(&model("iceberg"), "{{ config(table_type='icberg') }}\nselect 1 as id").commit("a change");
    insta::assert_snapshot!(Account::new(sandbox).cadet(&["deploy", "--base", "main"]).sorted(), @"
     skipped  table       prison_safety__iceberg  not built: the table type `icberg` cannot be built on Athena by cadet

    error[config/unknown-value]: `table_type` of `prison_safety__iceberg` is `icberg`, which dbt does not have on Athena
      ╭▸ models/prison/prison_safety/prison_safety__iceberg.sql:1:22
      │
    1 │ {{ config(table_type='icberg') }}
      │                      ━━━━━━━━
      │
      ╰ help: did you mean `iceberg`?

    ✗ 0 tables built, 1 skipped.
    --- exit code 1
    ");
}

#[test]
fn the_deploy_writes_where_the_plan_says_and_nowhere_else() {
    let account = branch();
    let planned = account.sandbox.cadet(&["plan", "--base", "main", "--target", "dev", "--out", "plan.json", "-q"]);
    assert_eq!(planned.code, 0, "{}", planned.shown());
    insta::assert_snapshot!(account.cadet(&["deploy", "--base", "main", "--plan", "plan.json"]).sorted(), @"
       built  incremental prison_safety__grown  1 row
       built  table       prison_safety__first  1 row
       built  table       prison_safety__second  1 row
       built  view        prison_safety__shown  created
      loaded  seed        prison_safety__kinds  1 row
     skipped  table       prison_safety__iceberg  the format `textfile` cannot be built on Athena by cadet

    error[deploy/destination]: the format `textfile` cannot be built on Athena by cadet
     ╭▸ models/prison/prison_safety/prison_safety__iceberg.sql
     ╰ help: use parquet, orc or avro

    ✗ 5 tables built, 1 skipped. Tests: 2 passed. Athena read 2.3 kB for less than $0.01.
    --- exit code 1
    ");
    let plan = account.sandbox.json("plan.json");
    let steps = plan["steps"].as_array().unwrap();
    let places: Vec<&str> = steps.iter().filter_map(|step| step["location"].as_str()).collect();
    let relations: Vec<&str> = steps.iter().filter_map(|step| step["relation"].as_str()).collect();
    for object in account.objects().iter().filter(|object| !object.contains("/dev/run_artefacts/")) {
        assert!(places.iter().any(|place| object.starts_with(&format!("{place}/"))), "{object} is not in the plan");
    }
    let tables = account.tables();
    assert!(tables.len() >= 4, "{tables:?}");
    for table in tables {
        assert!(relations.contains(&table.as_str()), "{table} is not in the plan");
    }
}

#[test]
fn a_plan_for_development_is_none_for_production() {
    let account = branch();
    let planned = account.sandbox.cadet(&["plan", "--base", "main", "--target", "dev", "--out", "plan.json", "-q"]);
    assert_eq!(planned.code, 0, "{}", planned.shown());
    insta::assert_snapshot!(account.cadet_on("prod", &["deploy", "--base", "main", "--plan", "plan.json"]).shown(), @"
    --- stderr
    error: the plan is for the target `dev`, and this deploy is for `prod`
    help: nothing was built. Give `cadet deploy` the flags that `cadet plan` was given
    --- exit code 3
    ");
    assert_eq!(account.calls(), "", "nothing was asked and nothing was written");
}

#[test]
fn a_dry_run_shows_what_would_be_refused() {
    let account = branch();
    let ran = account.cadet(&["deploy", "--base", "main", "--dry-run"]);
    insta::assert_snapshot!(ran.shown(), @"
        seed  prison_safety__kinds  (new)
       model  prison_safety__first  (not built here yet)
       model  prison_safety__iceberg  (new)
       model  prison_safety__second  (changed)
       model  prison_safety__grown  (reads prison_safety__second)
       model  prison_safety__shown  (reads prison_safety__second)
        test  not_null_prison_safety__second_id  (tests prison_safety__second)
        test  unique_prison_safety__second_id  (tests prison_safety__second)

    These would not be built, and neither would what reads them:

    error[deploy/destination]: the format `textfile` cannot be built on Athena by cadet
     ╭▸ models/prison/prison_safety/prison_safety__iceberg.sql
     ╰ help: use parquet, orc or avro

    --- exit code 0
    ");
    let ran = account.cadet(&["deploy", "--base", "main", "--dry-run", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    let steps = json["steps"].as_array().unwrap();
    let refused: Vec<String> =
        steps.iter().filter_map(|step| Some(format!("{}: {}", step["name"], step.get("refused")?))).collect();
    insta::assert_snapshot!(refused.join("\n"), @r#""prison_safety__iceberg": "not built: the format `textfile` cannot be built on Athena by cadet""#);
}
