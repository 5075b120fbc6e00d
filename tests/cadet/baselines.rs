//! `cadet baseline`: what is known is left out, what is new is told, what is gone is said.

use crate::support::Sandbox;

const OLD: &str = "models/prison/prison_safety/prison_safety__visits_joined.sql";
const NEW: &str = "models/prison/prison_safety/prison_safety__visitors_joined.sql";
const YAML: &str = "models/prison/prison_safety/properties.yaml";

/// A project with two old findings.
fn project() -> Sandbox {
    Sandbox::new().file(OLD, "select 1 as visit_id\n").file(YAML, "seeds:\n  - name: prison_safety__sites\n")
}

#[test]
fn what_is_written_down_is_left_out_and_what_is_new_is_told() {
    let sandbox = project();
    insta::assert_snapshot!(sandbox.cadet(&["baseline"]).shown(), @"");
    insta::assert_snapshot!(sandbox.read("cadet-baseline.json"), @"");
    insta::assert_snapshot!(sandbox.cadet(&["check", "--all"]).shown(), @"");
    let moved = sandbox.edit(YAML, "seeds:", "# Sites.\n\nseeds:").file(NEW, "select 1 as visitor_id\n");
    insta::assert_snapshot!(moved.cadet(&["check", "--all"]).shown(), @"");
}

#[test]
fn what_is_gone_is_said_and_pruned() {
    let sandbox = project();
    sandbox.cadet(&["baseline"]);
    let sandbox = sandbox.remove(YAML).file(NEW, "select 1 as visitor_id\n");
    insta::assert_snapshot!(sandbox.cadet(&["check", "--all"]).shown(), @"");
    insta::assert_snapshot!(sandbox.cadet(&["baseline", "--prune"]).shown(), @"");
    assert_eq!(sandbox.json("cadet-baseline.json")["findings"].as_array().unwrap().len(), 1);
}

#[test]
fn on_a_branch_the_baseline_is_that_of_the_base() {
    let sandbox = project().commit("the project").branch("work").file(OLD, "select 2 as visit_id\n");
    sandbox.cadet(&["baseline"]);
    insta::assert_snapshot!(sandbox.cadet(&["check"]).shown(), @"");
    let sandbox = sandbox.file("cadet-baseline.json", "{}");
    insta::assert_snapshot!(sandbox.cadet(&["check"]).shown(), @"");
}

#[test]
fn what_can_never_be_left_out_is_not_written_down() {
    let sandbox = Sandbox::new().file(OLD, "select * from {{ ref('prison_safety__vists') }}\n");
    insta::assert_snapshot!(sandbox.cadet(&["baseline"]).shown(), @"");
}
