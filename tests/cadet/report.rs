//! `cadet report`: how the last run ended, told again from its artefacts.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::support::{HERE, Sandbox};

/// The fixture's pull request, with its six mistakes, after `cadet ci`.
fn after_ci() -> Sandbox {
    let sandbox = Sandbox::fixture_branch();
    crate::support::copy(&Path::new(HERE).join("fixtures/pull_request"), sandbox.root());
    let sandbox = sandbox.commit("What incidents cost");
    let data = format!("{HERE}/fixtures/source_data");
    let ran = sandbox.cadet(&["ci", "--base", "main", "--source-data", &data, "--threads", "1", "--quiet"]);
    assert_eq!(ran.code, 1, "{}", ran.shown());
    sandbox
}

/// Without the time of day.
fn shown(text: &str) -> String {
    let minute = regex::Regex::new(r"\d{4}-\d\d-\d\d \d\d:\d\d UTC").unwrap();
    minute.replace_all(text, "[minute]").into_owned()
}

#[test]
fn the_last_run_is_told_again() {
    let sandbox = after_ci();
    insta::assert_snapshot!(shown(&sandbox.cadet(&["report"]).shown()), @"
    ✗ 7 things to fix  cadet ci, [minute]
      Tables: 22 built, 1 failed, 3 skipped
      Tests: 29 passed, 1 warned, 12 skipped
        error  there is no model or seed named `court_listings__court_dim`  models/courts/court_listings/marts/listings/court_listings__busy_courts_fct.sql:6
        error  there is a comma too many before `from`  models/courts/court_listings/marts/listings/court_listings__results_fct.sql:58
        error  this YAML file cannot be read: a line is indented with a tab  models/prison/prison_population/marts/population/prison_population__languages_fct.yaml:18
        error  this `_fct` model has no property file  models/prison/prison_population/marts/population/prison_population__receptions_fct.sql
        error  there is no column `damage_costs` in the tables that this reads  models/prison/prison_safety/marts/incidents/prison_safety__establishments_fct.sql:22
        error  the model `prison_safety__incidents_fct` has no column `damage_costs`  models/prison/prison_safety/marts/incidents/prison_safety__establishments_fct.sql:22
        error  the name of this file has no `__` between database and table  models/prison/prison_safety/marts/incidents/prison_safety_violence_fct.sql
      warning  4 rows break the test `not_null` on `damage_cost`  models/prison/prison_safety/marts/incidents/prison_safety__incidents_fct.yaml:33

    To see all of it as a page: cadet report --html
    --- exit code 0
    ");
    insta::assert_snapshot!(shown(&sandbox.cadet(&["report", "--html", "--quiet"]).shown()), @"
    ✗ 7 things to fix  cadet ci, [minute]
      Tables: 22 built, 1 failed, 3 skipped
      Tests: 29 passed, 1 warned, 12 skipped
        error  there is no model or seed named `court_listings__court_dim`  models/courts/court_listings/marts/listings/court_listings__busy_courts_fct.sql:6
        error  there is a comma too many before `from`  models/courts/court_listings/marts/listings/court_listings__results_fct.sql:58
        error  this YAML file cannot be read: a line is indented with a tab  models/prison/prison_population/marts/population/prison_population__languages_fct.yaml:18
        error  this `_fct` model has no property file  models/prison/prison_population/marts/population/prison_population__receptions_fct.sql
        error  there is no column `damage_costs` in the tables that this reads  models/prison/prison_safety/marts/incidents/prison_safety__establishments_fct.sql:22
        error  the model `prison_safety__incidents_fct` has no column `damage_costs`  models/prison/prison_safety/marts/incidents/prison_safety__establishments_fct.sql:22
        error  the name of this file has no `__` between database and table  models/prison/prison_safety/marts/incidents/prison_safety_violence_fct.sql
      warning  4 rows break the test `not_null` on `damage_cost`  models/prison/prison_safety/marts/incidents/prison_safety__incidents_fct.yaml:33
    --- exit code 0
    ");
    assert!(sandbox.read("target/report.html").starts_with("<!doctype html>"));
}

#[test]
fn cadet_json_says_what_changed_and_of_which_nodes_a_finding_is() {
    let sandbox = after_ci();
    let told = sandbox.json("target/cadet.json");
    assert_eq!(told["command"], "ci");
    assert_eq!(told["invocation_id"], sandbox.json("target/run_results.json")["metadata"]["invocation_id"]);
    let changed = told["changed"].as_array().unwrap();
    let is_new = |id: &str| changed.iter().any(|each| each["unique_id"] == id && each["reason"] == "new");
    assert!(is_new("model.mojap_derived_tables.prison_safety__incident_costs_fct"));
    let nodes: Vec<String> = told["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| format!("{} {}", finding["rule"].as_str().unwrap(), finding["nodes"]))
        .collect();
    insta::assert_snapshot!(nodes.join("\n"), @r#"
    references/exist ["model.mojap_derived_tables.court_listings__busy_courts_fct"]
    sql/parses ["model.mojap_derived_tables.court_listings__results_fct"]
    yaml/parses []
    docs/model-has-property-file ["model.mojap_derived_tables.prison_population__receptions_fct"]
    deploy/build ["model.mojap_derived_tables.prison_safety__establishments_fct"]
    sql/unknown-column ["model.mojap_derived_tables.prison_safety__establishments_fct"]
    naming/model-file ["model.mojap_derived_tables.prison_safety_violence_fct"]
    deploy/data-test ["model.mojap_derived_tables.prison_safety__incidents_fct","test.mojap_derived_tables.not_null_prison_safety__incidents_fct_damage_cost.4818c36672"]
    "#);
    insta::assert_snapshot!(serde_json::to_string_pretty(&told["findings"][1]["excerpt"]).unwrap(), @r#"
    {
      "line": 56,
      "lines": [
        "        element_at(detail_parts, 1) as first_detail,",
        "        regexp_like(element_at(detail_parts, 1), '^[A-Z]+:[0-9]+$')",
        "            as has_amount_in_detail,",
        "    from results_joined",
        ""
      ]
    }
    "#);
}

#[test]
fn of_data_no_line_around_the_one_that_is_meant_is_shown() {
    let sandbox = Sandbox::new()
        .file("seeds/prison/visits/visits__sites.csv", "code,name\n1,Fen\n2,Lea,too many\n3,Wood\n")
        .file("seeds/prison/visits/visits__sites.yaml", "seeds:\n  - name: visits__sites\n    description: Sites.\n");
    sandbox.cadet(&["build"]);
    let told = sandbox.json("target/cadet.json");
    let findings = told["findings"].as_array().unwrap();
    let of_seed = |finding: &&Value| finding["path"].as_str().is_some_and(|path| path.ends_with(".csv"));
    let shown: Vec<&Value> = findings.iter().filter(of_seed).map(|finding| &finding["excerpt"]).collect();
    assert!(!shown.is_empty(), "{told:#}");
    assert!(shown.iter().all(|excerpt| !excerpt.to_string().contains("Fen")), "{shown:?}");
}

#[test]
fn a_run_that_went_well_is_told_so() {
    let sandbox = Sandbox::fixture();
    let data = format!("{HERE}/fixtures/source_data");
    let ran = sandbox.cadet(&[
        "build",
        "--select",
        "+court_listings__courts_stg",
        "--source-data",
        &data,
        "--html",
        "page.html",
    ]);
    assert_eq!(ran.code, 0, "{}", ran.shown());
    assert!(ran.stdout.ends_with("The report as a page: page.html\n"), "{}", ran.stdout);
    insta::assert_snapshot!(shown(&sandbox.cadet(&["report"]).shown()), @"
    ✓ Everything went well  cadet build, [minute]
      Tables: 1 built
      Tests: 5 passed, 1 skipped

    To see all of it as a page: cadet report --html
    --- exit code 0
    ");
}

#[test]
fn what_an_earlier_run_found_is_not_told_of_a_later_one() {
    let sandbox = after_ci();
    let results = sandbox.read("target/run_results.json");
    let of_dbt = results.replace(sandbox.json("target/cadet.json")["invocation_id"].as_str().unwrap(), "another");
    let sandbox = sandbox.file("target/run_results.json", &of_dbt);
    insta::assert_snapshot!(shown(&sandbox.cadet(&["report"]).shown()), @"
    ✗ 1 table could not be built  ci, [minute]
      Tables: 22 built, 1 failed, 3 skipped
      Tests: 29 passed, 1 warned, 12 skipped
      There is no cadet.json of this run, so the page knows neither findings nor what changed.
      The project was read again after this run, so the graph and the source SQL may be newer than the results.

    To see all of it as a page: cadet report --html
    --- exit code 0
    ");
}

#[test]
fn what_was_only_skipped_did_not_go_well() {
    let sandbox = Sandbox::fixture();
    assert_eq!(sandbox.cadet(&["seed", "--quiet"]).code, 0);
    let results = sandbox.read("target/run_results.json");
    let id = sandbox.json("target/cadet.json")["invocation_id"].as_str().unwrap().to_owned();
    let skipped = results.replace(&id, "another").replace(r#""status":"success""#, r#""status":"skipped""#);
    assert!(skipped.contains("skipped"), "{results}");
    let sandbox = sandbox.file("target/run_results.json", &skipped);
    insta::assert_snapshot!(shown(&sandbox.cadet(&["report"]).shown()), @"
    ✗ 2 tables were not built  seed, [minute]
      Tables: 2 skipped
      There is no cadet.json of this run, so the page knows neither findings nor what changed.
      The project was read again after this run, so the graph and the source SQL may be newer than the results.

    To see all of it as a page: cadet report --html
    --- exit code 0
    ");
}

#[test]
fn without_artefacts_it_says_how_to_get_some() {
    let sandbox = Sandbox::fixture();
    insta::assert_snapshot!(sandbox.cadet(&["report"]).shown(), @"
    --- stderr
    error: there is no manifest.json in [folder]/target
    help: run `cadet build`, `deploy` or `ci` first, or name a folder with --artefacts
    --- exit code 2
    ");
    insta::assert_snapshot!(sandbox.cadet(&["report", "--artefacts", "elsewhere", "--html"]).shown(), @"
    --- stderr
    error: there is no manifest.json in elsewhere
    help: run `cadet build`, `deploy` or `ci` first, or name a folder with --artefacts
    --- exit code 2
    ");
    let sandbox = sandbox.file("target/manifest.json", "{\"nodes\": {\"a\": ");
    insta::assert_snapshot!(sandbox.cadet(&["report"]).shown(), @"
    --- stderr
    error: [folder]/target/manifest.json cannot be read: EOF while parsing a value at line 1 column 16
    help: it is no artefact of cadet or dbt, or was cut off: run the command that writes it again
    --- exit code 2
    ");
}

#[test]
fn a_manifest_without_a_run_shows_the_project() {
    let sandbox = Sandbox::fixture();
    sandbox.cadet(&["parse"]);
    insta::assert_snapshot!(shown(&sandbox.cadet(&["report", "--html", "page.html"]).shown()), @"
    ✓ Nothing was run yet  read, [minute]
      There is no run_results.json: the page shows the project, and nothing was run.
    The report as a page: page.html
    --- exit code 0
    ");
    assert!(fs::metadata(sandbox.root().join("page.html")).unwrap().len() > 50_000);
}

#[cfg(unix)]
#[test]
fn nothing_is_written_through_a_link() {
    let sandbox = Sandbox::fixture().link("target", "/tmp");
    insta::assert_snapshot!(sandbox.cadet(&["report", "--html"]).shown(), @"
    --- stderr
    error: `target` is a symbolic link, and cadet does not write through links
    help: remove the link
    --- exit code 2
    ");
}
