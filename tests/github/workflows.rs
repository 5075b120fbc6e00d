//! Commands other than `ci` as steps of a workflow: what they tell the runner, and what they keep from its log.

use crate::request::{Request, failing, good, model};

/// After a merge there is no pull request to tell: what is built is told to the runner.
#[test]
fn what_other_commands_build_is_in_the_summary_and_the_outputs() {
    let request = Request::new(failing());
    for args in [["build", "--threads", "1"], ["deploy", "--base", "main"]] {
        let ran = request.cadet(&args, &[("GITHUB_EVENT_NAME", "push")]);
        assert_eq!(ran.code, 1, "{}", ran.shown());
        let outputs = request.outputs();
        assert!(
            outputs.starts_with("verdict=failure\n") && outputs.contains("\ndeployed=3\nfailed=1\nskipped=1\n"),
            "{outputs}"
        );
        let summary = request.summary();
        assert!(summary.starts_with("## ❌ ") && summary.contains("prison_safety__regions_fct"), "{summary}");
        assert_eq!(request.double.state(|state| state.calls.len()), 0);
    }
}

/// Everyone who may see the repository reads the log of its workflow.
#[test]
fn the_log_of_a_workflow_has_no_values_of_rows() {
    let sandbox =
        model(good(), "numbers_fct", "select cast(name as integer) as n from {{ ref('prison_safety__sites_stg') }}\n")
            .commit("numbers");
    let request = Request::new(sandbox);
    for command in ["build", "deploy"] {
        let here = request.sandbox.cadet(&[command]);
        assert!(here.shown().contains("'Fen'"), "{}", here.shown());
        let there = request.cadet(&[command], &[]);
        assert_eq!(there.code, 1);
        assert!(!there.shown().contains("Fen") && !request.summary().contains("Fen"), "{}", there.shown());
        assert!(!request.sandbox.read("target/run_results.json").contains("'Fen'"));
    }
}
