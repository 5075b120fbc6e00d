//! `cadet retry` and `cadet debug` on the local engine.

use crate::support::Sandbox;

/// Three tables, of which the second cannot be built.
fn broken() -> Sandbox {
    Sandbox::new()
        .file("cadet.yaml", "preset: none\nrules: {docs: off, naming: off}\n")
        .file("models/a.sql", "select 1 as id")
        .file("models/b.sql", "select nothing from {{ ref('a') }}")
        .file("models/c.sql", "select id from {{ ref('b') }}")
        .file("models/d.sql", "select {{ var('value', 0) }} as id from {{ ref('b') }}")
}

fn statuses(sandbox: &Sandbox) -> Vec<String> {
    let results = sandbox.json("target/run_results.json");
    let shown = |result: &serde_json::Value| {
        let id = result["unique_id"].as_str().unwrap().rsplit('.').next().unwrap().to_owned();
        format!("{id}: {}", result["status"].as_str().unwrap())
    };
    results["results"].as_array().unwrap().iter().map(shown).collect()
}

#[test]
fn what_failed_or_was_skipped_is_done_again_with_the_same_flags() {
    let sandbox = broken();
    let ran = sandbox.cadet(&["build", "--exclude", "d", "--vars", "{value: 7}", "--threads", "1"]);
    assert_eq!(ran.code, 1, "{}", ran.shown());
    assert_eq!(statuses(&sandbox), ["a: success", "b: error", "c: skipped"]);
    let args = sandbox.json("target/run_results.json")["args"].clone();
    assert_eq!((args["which"].as_str(), args["exclude"][0].as_str()), (Some("build"), Some("d")));
    // Nothing has changed: the same fails again.
    assert_eq!(sandbox.cadet(&["retry"]).code, 1);
    assert_eq!(statuses(&sandbox), ["b: error", "c: skipped"]);
    let sandbox = sandbox.file("models/b.sql", "select id from {{ ref('a') }}");
    insta::assert_snapshot!(sandbox.cadet(&["retry"]).shown(), @"");
    assert_eq!(statuses(&sandbox), ["b: success", "c: success"]);
    insta::assert_snapshot!(sandbox.cadet(&["retry"]).shown(), @"");
}

#[test]
fn another_runs_results_can_be_named_and_may_be_dbts() {
    let results = r#"{"metadata": {}, "results": [
        {"unique_id": "model.mojap_derived_tables.a", "status": "success"},
        {"unique_id": "model.mojap_derived_tables.d", "status": "partial success"},
        {"unique_id": "operation.mojap_derived_tables.hook", "status": "error"}
      ], "elapsed_time": 1, "args": {"which": "run", "select": ["a", "b", "d"], "exclude": [], "vars": {"value": 9},
      "indirect_selection": "eager", "profiles_dir": "/elsewhere", "log_path": "/elsewhere", "full_refresh": false}}"#;
    let sandbox = broken().file("models/b.sql", "select id from {{ ref('a') }}");
    assert_eq!(sandbox.cadet(&["run", "--exclude", "d"]).code, 0);
    let sandbox = sandbox.file("before/run_results.json", results);
    let ran = sandbox.cadet(&["retry", "--state", "before"]);
    assert_eq!(ran.code, 0, "{}", ran.shown());
    assert_eq!(statuses(&sandbox), ["d: success"]);
    let ran = sandbox.cadet(&["show", "--inline", "select * from {{ ref('d') }}", "-q"]);
    assert!(ran.stdout.contains('9'), "{}", ran.shown());
}

#[test]
fn what_cannot_be_done_again_is_said() {
    let sandbox = broken();
    insta::assert_snapshot!(sandbox.cadet(&["retry"]).shown(), @"");
    let sandbox = sandbox.file("target/run_results.json", r#"{"results": [], "args": {"which": "docs generate"}}"#);
    insta::assert_snapshot!(sandbox.cadet(&["retry"]).shown(), @"");
    let sandbox = sandbox.file("target/run_results.json", "[]");
    insta::assert_snapshot!(sandbox.cadet(&["retry"]).shown(), @"");
}

/// What was written down may come from anywhere: it cannot name a place to write to, or another project.
#[test]
fn written_down_flags_cannot_lead_elsewhere() {
    let args = r#"{"which": "run", "select": ["a --artefacts-to=/tmp/x"], "artefacts_to": "elsewhere", "project_dir": "/",
        "profiles_dir": "/", "target_path": "/"}"#;
    let text = format!(r#"{{"results": [{{"unique_id": "model.mojap_derived_tables.a", "status": "error"}}], "args": {args}}}"#);
    let sandbox = broken().file("target/run_results.json", &text);
    let ran = sandbox.cadet(&["retry"]);
    assert!(!sandbox.root().join("elsewhere").exists(), "{}", ran.shown());
}

#[test]
fn debug_looks_at_the_project_and_the_local_engine() {
    let shown = |sandbox: &Sandbox| {
        let shown = sandbox.cadet(&["debug"]).shown();
        shown.split_once('\n').unwrap().1.to_owned()
    };
    insta::assert_snapshot!(shown(&broken()), @"");
    insta::assert_snapshot!(shown(&broken().file("cadet.yaml", "presset: none\n")), @"");
    insta::assert_snapshot!(shown(&broken().file("models/d.sql", "select * from {{ ref('none') }}")), @"");
    insta::assert_snapshot!(shown(&broken().remove("dbt_project.yml")), @"");
}
