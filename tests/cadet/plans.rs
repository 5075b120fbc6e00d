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
    insta::assert_snapshot!(shown(&sandbox, &["plan", "--out", "out/plan.json"]), @"");
    assert!(!sandbox.root().join("target").exists(), "a plan opens no warehouse");
}

#[test]
fn the_plan_is_the_same_each_time_and_for_scripts() {
    let sandbox = branch();
    let first = sandbox.cadet(&["plan", "--format", "json", "--out", "plan.json"]);
    assert_eq!(first.stdout, sandbox.read("plan.json"));
    assert_eq!(first.stdout, sandbox.cadet(&["plan", "--format", "json"]).stdout);
    let plan = sandbox.json("plan.json");
    insta::assert_snapshot!(serde_json::to_string_pretty(&plan["steps"][1]).unwrap(), @"");
    assert_eq!(plan["origin"]["commit"].as_str().unwrap().len(), 40);
}

#[test]
fn a_branch_that_changes_nothing_plans_nothing() {
    insta::assert_snapshot!(shown(&Sandbox::fixture_branch(), &["plan"]), @"");
}

#[test]
fn a_deploy_goes_by_its_plan() {
    insta::assert_snapshot!(planned().cadet(&["deploy", "--plan", "plan.json"]).sorted(), @"");
}

#[test]
fn a_deploy_with_a_plan_may_do_less() {
    let sandbox = planned();
    assert_eq!(sandbox.cadet(&["deploy", "--plan", "plan.json"]).code, 0);
    // What was missing is there by now.
    insta::assert_snapshot!(sandbox.cadet(&["deploy", "--plan", "plan.json"]).sorted(), @"");
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
    insta::assert_snapshot!(said.join("\n\n"), @"");
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
    insta::assert_snapshot!(sandbox.cadet(&["plan", "--out", "plan.json"]).shown(), @"");
    assert_eq!(sandbox.read("elsewhere"), "kept");
}
