//! `cadet plan`, and a deploy that is held to a plan: what may be done is known before anyone has credentials.

use crate::support::Sandbox;

const MARTS: &str = "models/prison/prison_safety";

/// A branch that changes the middle one of three models, in a project without a warehouse.
fn branch() -> Sandbox {
    let model = |name: &str| format!("{MARTS}/prison_safety__{name}.sql");
    Sandbox::new()
        .file("cadet.yaml", "preset: none\nrules: {docs: off, naming: off}\n")
        .file(&model("first"), "select 1 as id")
        .file(&model("second"), "select id from {{ ref('prison_safety__first') }}")
        .file(
            &model("third"),
            "{{ config(materialized='incremental') }}\nselect id from {{ ref('prison_safety__second') }}",
        )
        .file(&model("fourth"), "{{ config(materialized='view') }}\nselect id from {{ ref('prison_safety__second') }}")
        .file(
            &format!("{MARTS}/tests.yml"),
            "version: 2\nmodels:\n  - name: prison_safety__second\n    columns:\n      - name: id\n        data_tests: [not_null]\n",
        )
        .commit("the project")
        .branch("work")
        .file(&model("second"), "select id + 1 as id from {{ ref('prison_safety__first') }}")
        .commit("a change")
}

/// The same with a plan of it in `plan.json`, which git does not know.
fn planned() -> Sandbox {
    let sandbox = branch();
    let ran = sandbox.cadet(&["plan", "--out", "plan.json", "--quiet"]);
    assert_eq!(ran.code, 0, "{}", ran.shown());
    sandbox
}

/// What is printed, without the sum at its end.
fn shown(sandbox: &Sandbox, args: &[&str]) -> String {
    let shown = sandbox.cadet(args).shown();
    let is_hash = |word: &&str| word.trim_end_matches('.').len() == 64;
    let hash = shown.split_whitespace().find(is_hash).map(|word| word.trim_end_matches('.').to_owned());
    hash.map_or(shown.clone(), |hash| shown.replace(&hash, "[hash]"))
}

#[test]
fn the_plan_lists_everything_that_a_deploy_may_do() {
    let sandbox = branch();
    insta::assert_snapshot!(shown(&sandbox, &["plan", "--out", "out/plan.json"]), @"
    Plan for the target local: work compared with main ([commit])

    Built:
      replace table  mojap.prison_safety__second  (changed)
      replace view   mojap.prison_safety__fourth  (reads prison_safety__second)
      add rows       mojap.prison_safety__third  (reads prison_safety__second)

    Tests: 1, which write nothing.

    Built only when the target lacks it, or has it from other files:
      replace table  mojap.prison_safety__first

    At most: 1 table replaced, 1 table gets rows, 1 view replaced, 1 more only if missing. Nothing else is written.
    The plan's hash is [hash].
    It is in out/plan.json. `cadet deploy --plan out/plan.json`, with these flags, does that and no more.
    --- exit code 0
    ");
    assert!(!sandbox.root().join("target").exists(), "a plan opens no warehouse");
}

#[test]
fn the_plan_is_the_same_each_time_and_for_scripts() {
    let sandbox = branch();
    let first = sandbox.cadet(&["plan", "--format", "json", "--out", "plan.json"]);
    assert_eq!(first.stdout, sandbox.read("plan.json"));
    assert_eq!(first.stdout, sandbox.cadet(&["plan", "--format", "json"]).stdout);
    let plan = sandbox.json("plan.json");
    insta::assert_snapshot!(serde_json::to_string_pretty(&plan["steps"][1]).unwrap(), @r#"
    {
      "unique_id": "model.mojap_derived_tables.prison_safety__second",
      "name": "prison_safety__second",
      "resource_type": "model",
      "statement": "replace-table",
      "only_if_missing": false,
      "reason": "changed",
      "relation": "mojap.prison_safety__second",
      "location": null,
      "refused": null
    }
    "#);
    assert_eq!(plan["origin"]["commit"].as_str().unwrap().len(), 40);
}

#[test]
fn a_branch_that_changes_nothing_plans_nothing() {
    insta::assert_snapshot!(shown(&Sandbox::fixture_branch(), &["plan"]), @"
    Plan for the target local: work compared with main ([commit])

    Nothing would be written.
    The plan's hash is [hash].
    --- exit code 0
    ");
}

#[test]
fn a_deploy_goes_by_its_plan() {
    insta::assert_snapshot!(planned().cadet(&["deploy", "--plan", "plan.json"]).sorted(), @"
       built  incremental prison_safety__third  1 row
       built  table       prison_safety__first  1 row
       built  table       prison_safety__second  1 row
       built  view        prison_safety__fourth  created

    ✓ 4 tables built. Tests: 1 passed.
    --- exit code 0
    ");
}

#[test]
fn a_deploy_with_a_plan_may_do_less() {
    let sandbox = planned();
    assert_eq!(sandbox.cadet(&["deploy", "--plan", "plan.json"]).code, 0);
    // What was missing is there by now.
    insta::assert_snapshot!(sandbox.cadet(&["deploy", "--plan", "plan.json"]).sorted(), @"
       built  incremental prison_safety__third  1 row added
       built  table       prison_safety__second  1 row
       built  view        prison_safety__fourth  created

    ✓ 3 tables built. Tests: 1 passed.
    --- exit code 0
    ");
}

/// What a deploy says and does not do after a change.
fn refusal(change: impl FnOnce(Sandbox) -> Sandbox, args: &[&str]) -> String {
    let sandbox = change(planned());
    let ran = sandbox.cadet(&[&["deploy", "--plan", "plan.json"], args].concat());
    assert_eq!(ran.code, 3, "{}", ran.shown());
    assert_eq!(ran.stdout, "");
    assert!(!sandbox.root().join("target/run_results.json").exists());
    let hex = |word: &str| word.len() == 7 && word.chars().all(|c| c.is_ascii_hexdigit());
    let words = ran.stderr.trim_end().split(' ').map(|word| {
        let bare = word.trim_end_matches([',', ':']);
        if hex(bare) { word.replace(bare, "[commit]") } else { word.to_owned() }
    });
    words.collect::<Vec<_>>().join(" ")
}

#[test]
fn a_deploy_refuses_when_anything_has_moved() {
    let first = format!("{MARTS}/prison_safety__first.sql");
    let said = [
        refusal(|sandbox| sandbox.file("notes.txt", "pushed since").commit("another commit"), &[]),
        refusal(|sandbox| sandbox.file(&first, "select 2 as id"), &[]),
        refusal(|sandbox| sandbox, &["--full-refresh"]),
        refusal(|sandbox| sandbox, &["--select", "prison_safety__first"]),
        refusal(|sandbox| sandbox, &["--vars", "{day: 1}"]),
        refusal(|sandbox| sandbox, &["--base", "work"]),
        refusal(|sandbox| sandbox.edit("plan.json", "replace-table", "load-seed"), &[]),
        refusal(|sandbox| sandbox.file("plan.json", "{}"), &[]),
    ];
    insta::assert_snapshot!(said.join("\n\n"), @"
    error: the plan is for the commit [commit], and here is the commit [commit]: something was committed since
    help: nothing was built. Run `cadet plan` again, look at the new plan, and deploy that one

    error: files of the project have changed since the plan was made, though the commit is the same
    help: nothing was built. Run `cadet plan` again, look at the new plan, and deploy that one

    error: the plan was made with no flags, and this deploy is called with `--full-refresh`
    help: nothing was built. Give `cadet deploy` the flags that `cadet plan` was given

    error: the plan was made with no flags, and this deploy is called with `--select prison_safety__first`
    help: nothing was built. Give `cadet deploy` the flags that `cadet plan` was given

    error: the settings have changed since the plan was made
    help: nothing was built. They are cadet.yaml of the base, profiles.yml, --vars, the number of the pull request and the variables under `env_vars`. Run `cadet plan` again, look at the new plan, and deploy that one

    error: the plan compares with the commit [commit] of the base, and this deploy with [commit]: the base is another one
    help: nothing was built. Run `cadet plan` again, look at the new plan, and deploy that one

    error: plan.json was changed after `cadet plan` wrote it
    help: nothing was built. Write it anew with `cadet plan --out FILE`, look at the new plan, and deploy that one

    error: plan.json is no plan that `cadet plan` wrote: missing field `version` at line 1 column 2
    help: nothing was built. Write it anew with `cadet plan --out FILE`, look at the new plan, and deploy that one
    ");
}

#[test]
fn the_settings_of_the_base_belong_to_the_plan() {
    let sandbox = planned().checkout("main").file("cadet.yaml", "preset: none\n").commit("settings").branch("again");
    // On a branch of its own the same change stands on another base.
    let ran = sandbox.cadet(&["deploy", "--plan", "plan.json", "--base", "main"]);
    assert_eq!(ran.code, 3, "{}", ran.shown());
}

#[cfg(unix)]
#[test]
fn a_plan_is_never_written_through_a_link() {
    let sandbox = branch().file("elsewhere", "kept").link("plan.json", "elsewhere");
    insta::assert_snapshot!(sandbox.cadet(&["plan", "--out", "plan.json"]).shown(), @"
    --- stderr
    error: plan.json is a symbolic link, and cadet does not write through links
    help: name another file with --out
    --- exit code 2
    ");
    assert_eq!(sandbox.read("elsewhere"), "kept");
}
