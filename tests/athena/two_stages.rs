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
            "version: 2\nmodels:\n  - name: prison_safety__second\n    columns:\n      - name: id\n        data_tests: [not_null]\n",
        )
        .commit("the project")
        .branch("work")
        .file(&model("second"), "select id + 1 as id from {{ ref('prison_safety__first') }}")
        .file("seeds/prison/prison_safety/prison_safety__kinds.csv", "id,name\n1,one\n")
        .file(&model("iceberg"), "{{ config(table_type='no such type', format='no such format') }}\nselect 1 as id")
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
    insta::assert_snapshot!(without_hash(&ran.shown()), @"");
    assert_eq!(account.calls(), "", "nobody was asked");
}

#[test]
fn the_deploy_writes_where_the_plan_says_and_nowhere_else() {
    let account = branch();
    let planned = account.sandbox.cadet(&["plan", "--base", "main", "--target", "dev", "--out", "plan.json", "-q"]);
    assert_eq!(planned.code, 0, "{}", planned.shown());
    insta::assert_snapshot!(account.cadet(&["deploy", "--base", "main", "--plan", "plan.json"]).sorted(), @"");
    let plan = account.sandbox.json("plan.json");
    let steps = plan["steps"].as_array().unwrap();
    let places: Vec<&str> = steps.iter().filter_map(|step| step["location"].as_str()).collect();
    let relations: Vec<&str> = steps.iter().filter_map(|step| step["relation"].as_str()).collect();
    for object in account.objects() {
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
    insta::assert_snapshot!(account.cadet_on("prod", &["deploy", "--base", "main", "--plan", "plan.json"]).shown(), @"");
    assert_eq!(account.calls(), "", "nothing was asked and nothing was written");
}

#[test]
fn a_dry_run_shows_what_would_be_refused() {
    let account = branch();
    let ran = account.cadet(&["deploy", "--base", "main", "--dry-run"]);
    insta::assert_snapshot!(ran.shown(), @"");
    let ran = account.cadet(&["deploy", "--base", "main", "--dry-run", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    let steps = json["steps"].as_array().unwrap();
    let refused: Vec<String> =
        steps.iter().filter_map(|step| Some(format!("{}: {}", step["name"], step.get("refused")?))).collect();
    insta::assert_snapshot!(refused.join("\n"), @"");
}
