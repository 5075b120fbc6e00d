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
    insta::assert_snapshot!(shown(&sandbox.cadet(&["report"]).shown()), @"");
    insta::assert_snapshot!(shown(&sandbox.cadet(&["report", "--html", "--quiet"]).shown()), @"");
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
    insta::assert_snapshot!(nodes.join("\n"), @"");
    insta::assert_snapshot!(serde_json::to_string_pretty(&told["findings"][1]["excerpt"]).unwrap(), @"");
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
    insta::assert_snapshot!(shown(&sandbox.cadet(&["report"]).shown()), @"");
}

#[test]
fn what_an_earlier_run_found_is_not_told_of_a_later_one() {
    let sandbox = after_ci();
    let results = sandbox.read("target/run_results.json");
    let of_dbt = results.replace(sandbox.json("target/cadet.json")["invocation_id"].as_str().unwrap(), "another");
    let sandbox = sandbox.file("target/run_results.json", &of_dbt);
    insta::assert_snapshot!(shown(&sandbox.cadet(&["report"]).shown()), @"");
}

#[test]
fn without_artefacts_it_says_how_to_get_some() {
    let sandbox = Sandbox::fixture();
    insta::assert_snapshot!(sandbox.cadet(&["report"]).shown(), @"");
    insta::assert_snapshot!(sandbox.cadet(&["report", "--artefacts", "elsewhere", "--html"]).shown(), @"");
    let sandbox = sandbox.file("target/manifest.json", "{\"nodes\": {\"a\": ");
    insta::assert_snapshot!(sandbox.cadet(&["report"]).shown(), @"");
}

#[test]
fn a_manifest_without_a_run_shows_the_project() {
    let sandbox = Sandbox::fixture();
    sandbox.cadet(&["parse"]);
    insta::assert_snapshot!(shown(&sandbox.cadet(&["report", "--html", "page.html"]).shown()), @"");
    assert!(fs::metadata(sandbox.root().join("page.html")).unwrap().len() > 50_000);
}

#[cfg(unix)]
#[test]
fn nothing_is_written_through_a_link() {
    let sandbox = Sandbox::fixture().link("target", "/tmp");
    insta::assert_snapshot!(sandbox.cadet(&["report", "--html"]).shown(), @"");
}
