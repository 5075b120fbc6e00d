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
    insta::assert_snapshot!(sandbox.cadet(&["retry"]).shown(), @"
    Going on with `cadet build`: 2 steps failed or skipped.
       built  table       b  1 row
       built  table       c  1 row

    ✓ 2 tables built.
    --- exit code 0
    ");
    assert_eq!(statuses(&sandbox), ["b: success", "c: success"]);
    insta::assert_snapshot!(sandbox.cadet(&["retry"]).shown(), @"
    Nothing to do again: every step of the last run went well.
    --- exit code 0
    ");
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
    insta::assert_snapshot!(sandbox.cadet(&["retry"]).shown(), @"
    --- stderr
    error: there is no earlier run in [folder]/target
    help: name the folder that holds its run_results.json with --state
    --- exit code 2
    ");
    let sandbox = sandbox.file("target/run_results.json", r#"{"results": [], "args": {"which": "docs generate"}}"#);
    insta::assert_snapshot!(sandbox.cadet(&["retry"]).shown(), @"
    --- stderr
    error: the run in [folder]/target cannot be done again: it was `docs generate`
    help: run, seed, test, build, deploy and ci can be; for others type the command again
    --- exit code 2
    ");
    let sandbox = sandbox.file("target/run_results.json", "[]");
    insta::assert_snapshot!(sandbox.cadet(&["retry"]).shown(), @"
    --- stderr
    error: [folder]/target/run_results.json is no run_results.json of dbt or cadet
    help: name another folder with --state
    --- exit code 2
    ");
}

/// What was written down may come from anywhere: it cannot name a place to write to, or another project.
#[test]
fn written_down_flags_cannot_lead_elsewhere() {
    let args = r#"{"which": "run", "select": ["a --artefacts-to=/tmp/x"], "artefacts_to": "elsewhere", "project_dir": "/",
        "profiles_dir": "/", "target_path": "/"}"#;
    let text = format!(
        r#"{{"results": [{{"unique_id": "model.mojap_derived_tables.a", "status": "error"}}], "args": {args}}}"#
    );
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
    insta::assert_snapshot!(shown(&broken()), @"
    ✓ project      mojap_derived_tables in [folder]: 4 models, 0 seeds, 0 tests
    ✓ settings     cadet.yaml
    ✓ profile      mojap_derived_tables: the local engine
    ✓ engine       DuckDB, in target/cadet.duckdb
    --- exit code 0
    ");
    insta::assert_snapshot!(shown(&broken().file("cadet.yaml", "presset: none\n")), @"
    ✗ settings     cadet.yaml cannot be used: line 1 column 1: there is no setting `presset`; did you mean `preset`?
                   help: nothing was done: cadet does not guess what was meant; see docs/settings.md for what cadet.yaml may hold
    --- exit code 3
    ");
    insta::assert_snapshot!(shown(&broken().file("models/d.sql", "select * from {{ ref('none') }}")), @"
    ✗ project      mojap_derived_tables in [folder]: 4 models, 0 seeds, 0 tests; 1 mistake keeps dbt from reading it
                   help: `cadet parse` shows them
    ✓ settings     cadet.yaml
    ✓ profile      mojap_derived_tables: the local engine
    ✓ engine       DuckDB, in target/cadet.duckdb
    --- exit code 3
    ");
    insta::assert_snapshot!(shown(&broken().remove("dbt_project.yml")), @"
    ✗ project      there is no dbt_project.yml here
                   help: go into the dbt project's folder, or name it with --project-dir
    --- exit code 3
    ");
}
