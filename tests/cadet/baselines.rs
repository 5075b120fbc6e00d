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
    insta::assert_snapshot!(sandbox.cadet(&["baseline"]).shown(), @"
    cadet-baseline.json holds 2 findings: 2 new, 0 gone.
    Commit it. From then on `cadet check` tells what is not in it; on a pull request it is the base's that counts.
    --- exit code 0
    ");
    insta::assert_snapshot!(sandbox.read("cadet-baseline.json"), @r#"
    {
      "version": 1,
      "findings": [
        {
          "path": "models/prison/prison_safety/prison_safety__visits_joined.sql",
          "rule": "docs/intermediate-is-described",
          "message": "this model is not described in the `properties.yaml` of its folder"
        },
        {
          "path": "models/prison/prison_safety/properties.yaml",
          "rule": "yaml/known-names",
          "message": "there is no seed named `prison_safety__sites`, so this description and its tests do nothing",
          "text": "- name: prison_safety__sites"
        }
      ]
    }
    "#);
    insta::assert_snapshot!(sandbox.cadet(&["check", "--all"]).shown(), @"
    ✓ Checked the whole project: nothing to fix.
      2 findings are in the baseline.
    --- exit code 0
    ");
    let moved = sandbox.edit(YAML, "seeds:", "# Sites.\n\nseeds:").file(NEW, "select 1 as visitor_id\n");
    insta::assert_snapshot!(moved.cadet(&["check", "--all"]).shown(), @"
    error[docs/intermediate-is-described]: this model is not described in the `properties.yaml` of its folder
     ╭▸ models/prison/prison_safety/prison_safety__visitors_joined.sql
     ╰ help: add to `models/prison/prison_safety/properties.yaml`, under `models:`:
               - name: prison_safety__visitors_joined
                 description: …

    ✗ Checked the whole project: 1 error.
      To learn more about a rule: cadet explain docs/intermediate-is-described
      2 findings are in the baseline.
    --- exit code 1
    ");
}

#[test]
fn what_is_gone_is_said_and_pruned() {
    let sandbox = project();
    sandbox.cadet(&["baseline"]);
    let sandbox = sandbox.remove(YAML).file(NEW, "select 1 as visitor_id\n");
    insta::assert_snapshot!(sandbox.cadet(&["check", "--all"]).shown(), @"
    error[docs/intermediate-is-described]: this model is not described in the `properties.yaml` of its folder
     ╭▸ models/prison/prison_safety/prison_safety__visitors_joined.sql
     ╰ help: add to `models/prison/prison_safety/properties.yaml`, under `models:`:
               - name: prison_safety__visitors_joined
                 description: …

    ✗ Checked the whole project: 1 error.
      To learn more about a rule: cadet explain docs/intermediate-is-described
      1 finding is in the baseline.
      1 finding of the baseline has gone: cadet baseline --prune
    --- exit code 1
    ");
    insta::assert_snapshot!(sandbox.cadet(&["baseline", "--prune"]).shown(), @"
    cadet-baseline.json holds 1 finding: 0 new, 1 gone.
    --- exit code 0
    ");
    assert_eq!(sandbox.json("cadet-baseline.json")["findings"].as_array().unwrap().len(), 1);
}

#[test]
fn on_a_branch_the_baseline_is_that_of_the_base() {
    let sandbox = project().commit("the project").branch("work").file(OLD, "select 2 as visit_id\n");
    sandbox.cadet(&["baseline"]);
    insta::assert_snapshot!(sandbox.cadet(&["check"]).shown(), @"
    error[docs/intermediate-is-described]: this model is not described in the `properties.yaml` of its folder
     ╭▸ models/prison/prison_safety/prison_safety__visits_joined.sql
     ╰ help: add to `models/prison/prison_safety/properties.yaml`, under `models:`:
               - name: prison_safety__visits_joined
                 description: …

    ✗ Checked 2 changed files: 1 error.
      To learn more about a rule: cadet explain docs/intermediate-is-described
    --- exit code 1
    ");
    let sandbox = sandbox.file("cadet-baseline.json", "{}");
    insta::assert_snapshot!(sandbox.cadet(&["check"]).shown(), @"
    error[settings/baseline]: cadet-baseline.json cannot be read: missing field `version` at line 1 column 2
     ╭▸ cadet-baseline.json
     ╰ help: it would stop every check once it is merged; write it anew with `cadet baseline`

    error[docs/intermediate-is-described]: this model is not described in the `properties.yaml` of its folder
     ╭▸ models/prison/prison_safety/prison_safety__visits_joined.sql
     ╰ help: add to `models/prison/prison_safety/properties.yaml`, under `models:`:
               - name: prison_safety__visits_joined
                 description: …

    ✗ Checked 2 changed files: 2 errors.
      To learn more about a rule: cadet explain settings/baseline
    --- exit code 1
    ");
}

#[test]
fn what_can_never_be_left_out_is_not_written_down() {
    let sandbox = Sandbox::new().file(OLD, "select * from {{ ref('prison_safety__vists') }}\n");
    insta::assert_snapshot!(sandbox.cadet(&["baseline"]).shown(), @"
    cadet-baseline.json holds 1 finding: 1 new, 0 gone.
    Not in it: 1 finding of rules that can never be left out, which `cadet check --all` shows.
    Commit it. From then on `cadet check` tells what is not in it; on a pull request it is the base's that counts.
    --- exit code 0
    ");
}
