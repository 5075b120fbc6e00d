//! `cadet check`: which files it looks at, whose findings it shows, and in what form.

use git2::Repository;

use crate::support::{DBT_PROJECT, Ran, Sandbox};

const STG: &str = "models/prison/prison_safety/prison_safety__visits_stg.sql";
const STG_YAML: &str = "models/prison/prison_safety/prison_safety__visits_stg.yaml";
const FCT: &str = "models/prison/prison_safety/prison_safety__monthly_totals_fct.sql";
const FCT_YAML: &str = "models/prison/prison_safety/prison_safety__monthly_totals_fct.yaml";

const COURTS: &str = "models/courts/court_listings/court_listings__hearings_fct.sql";

/// The model with a spelling mistake in its `ref`.
const MISSPELT: &str = "select visit_id from {{ ref('prison_safety__vists_stg') }}\n";

/// The property file of a model, with its key.
fn described(name: &str) -> String {
    format!(
        "models:\n  - name: {name}\n    description: One row for each visit.\n    columns:\n      - name: visit_id\n        description: Number of the visit.\n        data_tests: [unique, not_null]\n"
    )
}

/// Two models, one reading the other, with their property files.
fn files(sandbox: Sandbox, folder: &str) -> Sandbox {
    let path = |path: &str| format!("{folder}{path}");
    sandbox
        .file(&path(STG), "select 1 as visit_id, date '2024-01-05' as visit_date\n")
        .file(&path(STG_YAML), &described("prison_safety__visits_stg"))
        .file(&path(FCT), "select visit_id from {{ ref('prison_safety__visits_stg') }}\n")
        .file(&path(FCT_YAML), &described("prison_safety__monthly_totals_fct"))
}

/// Those files on `main`, and the branch `work` checked out.
fn branch() -> Sandbox {
    files(Sandbox::new(), "").commit("the project").branch("work")
}

#[test]
fn a_branch_that_changes_nothing_has_nothing_to_fix() {
    insta::assert_snapshot!(branch().cadet(&["check"]).shown(), @"
    ✓ Checked no changed file of the project: nothing to fix.
    --- exit code 0
    ");
}

#[test]
fn a_good_change_is_counted_and_nothing_is_said_of_it() {
    let sandbox = branch().edit(FCT, "select visit_id", "select visit_id, visit_date").commit("the date too");
    insta::assert_snapshot!(sandbox.cadet(&["check"]).shown(), @"
    ✓ Checked 1 changed file: nothing to fix.
    --- exit code 0
    ");
}

#[test]
fn a_committed_mistake_is_found() {
    let sandbox = branch().file(FCT, MISSPELT).commit("a mistake");
    insta::assert_snapshot!(sandbox.cadet(&["check"]).shown(), @"
    error[references/exist]: there is no model or seed named `prison_safety__vists_stg`
      ╭▸ models/prison/prison_safety/prison_safety__monthly_totals_fct.sql:1:25
      │
    1 │ select visit_id from {{ ref('prison_safety__vists_stg') }}
      │                         ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━
      │
      ╰ help: did you mean `prison_safety__visits_stg`?

    ✗ Checked 1 changed file: 1 error.
      To learn more about a rule: cadet explain references/exist
    --- exit code 1
    ");
}

#[test]
fn a_staged_mistake_is_found() {
    let sandbox = branch().file(FCT, MISSPELT).stage(FCT);
    insta::assert_snapshot!(sandbox.cadet(&["check"]).shown(), @"
    error[references/exist]: there is no model or seed named `prison_safety__vists_stg`
      ╭▸ models/prison/prison_safety/prison_safety__monthly_totals_fct.sql:1:25
      │
    1 │ select visit_id from {{ ref('prison_safety__vists_stg') }}
      │                         ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━
      │
      ╰ help: did you mean `prison_safety__visits_stg`?

    ✗ Checked 1 changed file: 1 error.
      To learn more about a rule: cadet explain references/exist
    --- exit code 1
    ");
}

#[test]
fn a_mistake_that_is_not_staged_is_found() {
    let sandbox = branch().file(FCT, MISSPELT);
    insta::assert_snapshot!(sandbox.cadet(&["check"]).shown(), @"
    error[references/exist]: there is no model or seed named `prison_safety__vists_stg`
      ╭▸ models/prison/prison_safety/prison_safety__monthly_totals_fct.sql:1:25
      │
    1 │ select visit_id from {{ ref('prison_safety__vists_stg') }}
      │                         ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━
      │
      ╰ help: did you mean `prison_safety__visits_stg`?

    ✗ Checked 1 changed file: 1 error.
      To learn more about a rule: cadet explain references/exist
    --- exit code 1
    ");
}

#[test]
fn a_mistake_in_an_untracked_file_is_found() {
    let sandbox = branch().file("models/prison/prison_safety/prison_safety__visitors_fct.sql", MISSPELT);
    insta::assert_snapshot!(sandbox.cadet(&["check"]).shown(), @"
    error[docs/model-has-property-file]: this `_fct` model has no property file
     ╭▸ models/prison/prison_safety/prison_safety__visitors_fct.sql
     ╰ help: add `models/prison/prison_safety/prison_safety__visitors_fct.yaml` with:
             version: 2
             models:
               - name: prison_safety__visitors_fct
                 description: One row for each …

    error[references/exist]: there is no model or seed named `prison_safety__vists_stg`
      ╭▸ models/prison/prison_safety/prison_safety__visitors_fct.sql:1:25
      │
    1 │ select visit_id from {{ ref('prison_safety__vists_stg') }}
      │                         ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━
      │
      ╰ help: did you mean `prison_safety__visits_stg`?

    ✗ Checked 1 changed file: 2 errors.
      To learn more about a rule: cadet explain docs/model-has-property-file
    --- exit code 1
    ");
}

#[test]
fn a_mistake_that_was_staged_and_then_mended_is_not_found() {
    let sandbox = branch()
        .file(FCT, MISSPELT)
        .stage(FCT)
        .file(FCT, "select visit_id, visit_date from {{ ref('prison_safety__visits_stg') }}\n");
    insta::assert_snapshot!(sandbox.cadet(&["check"]).shown(), @"
    ✓ Checked 1 changed file: nothing to fix.
    --- exit code 0
    ");
}

#[test]
fn what_a_deleted_model_breaks_is_found_in_the_unchanged_file() {
    let sandbox = branch().remove(STG).remove(STG_YAML).commit("no staging");
    insta::assert_snapshot!(sandbox.cadet(&["check"]).shown(), @"
    error[references/exist]: there is no model or seed named `prison_safety__visits_stg`
      ╭▸ models/prison/prison_safety/prison_safety__monthly_totals_fct.sql:1:25
      │
    1 │ select visit_id from {{ ref('prison_safety__visits_stg') }}
      │                         ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━
      │
      ╰ help: check the name: it is the file's name without `.sql` or `.csv`

    ✗ Checked 2 changed files: 1 error.
      To learn more about a rule: cadet explain references/exist
    --- exit code 1
    ");
}

#[test]
fn what_a_renamed_model_breaks_is_found_in_the_unchanged_files() {
    let renamed = "models/prison/prison_safety/prison_safety__prison_visits_stg.sql";
    let sandbox = branch().rename(STG, renamed).commit("a better name");
    insta::assert_snapshot!(sandbox.cadet(&["check"]).shown(), @"
    error[references/exist]: there is no model or seed named `prison_safety__visits_stg`
      ╭▸ models/prison/prison_safety/prison_safety__monthly_totals_fct.sql:1:25
      │
    1 │ select visit_id from {{ ref('prison_safety__visits_stg') }}
      │                         ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━
      │
      ╰ help: check the name: it is the file's name without `.sql` or `.csv`

    error[docs/model-has-property-file]: this `_stg` model has no property file
     ╭▸ models/prison/prison_safety/prison_safety__prison_visits_stg.sql
     ╰ help: add `models/prison/prison_safety/prison_safety__prison_visits_stg.yaml` with:
             version: 2
             models:
               - name: prison_safety__prison_visits_stg
                 description: One row for each …

    error[testing/lost-test]: there is no model or seed named `prison_safety__visits_stg`
      ╭▸ models/prison/prison_safety/prison_safety__visits_stg.yaml:7:22
      │
    7 │         data_tests: [unique, not_null]
      │                      ━━━━━━
      │
      ╰ help: check the name: it is the file's name without `.sql` or `.csv`

    error[testing/lost-test]: there is no model or seed named `prison_safety__visits_stg`
      ╭▸ models/prison/prison_safety/prison_safety__visits_stg.yaml:7:30
      │
    7 │         data_tests: [unique, not_null]
      │                              ━━━━━━━━
      │
      ╰ help: check the name: it is the file's name without `.sql` or `.csv`

    warning[yaml/known-names]: there is no model named `prison_safety__visits_stg`, so this description and its tests do nothing
      ╭▸ models/prison/prison_safety/prison_safety__visits_stg.yaml:2:11
      │
    2 │   - name: prison_safety__visits_stg
      │           ━━━━━━━━━━━━━━━━━━━━━━━━━
      │
      ╰ help: the name must be the file's name without its ending

    ✗ Checked 1 changed file: 4 errors, 1 warning.
      To learn more about a rule: cadet explain references/exist
    --- exit code 1
    ");
}

#[test]
fn a_rename_that_is_carried_through_breaks_nothing() {
    let folder = "models/prison/prison_safety/prison_safety__prison_visits_stg";
    let sandbox = branch()
        .rename(STG, &format!("{folder}.sql"))
        .rename(STG_YAML, &format!("{folder}.yaml"))
        .edit(&format!("{folder}.yaml"), "prison_safety__visits_stg", "prison_safety__prison_visits_stg")
        .edit(FCT, "prison_safety__visits_stg", "prison_safety__prison_visits_stg")
        .commit("a better name everywhere");
    insta::assert_snapshot!(sandbox.cadet(&["check"]).shown(), @"
    ✓ Checked 3 changed files: nothing to fix.
    --- exit code 0
    ");
}

#[cfg(unix)]
#[test]
fn a_file_made_executable_is_changed_and_nothing_is_wrong_with_it() {
    let sandbox = branch().executable(FCT).commit("chmod +x");
    insta::assert_snapshot!(sandbox.cadet(&["check"]).shown(), @"
    ✓ Checked 1 changed file: nothing to fix.
    --- exit code 0
    ");
}

/// `main` has a model that is not described; the branch changes another one.
fn with_an_old_finding() -> Sandbox {
    files(Sandbox::new(), "")
        .file("models/prison/prison_safety/prison_safety__visits_joined.sql", "select 1 as visit_id\n")
        .commit("the project")
        .branch("work")
        .edit(FCT, "select visit_id", "select visit_id, visit_date")
        .commit("the date too")
}

#[test]
fn a_finding_that_stood_in_an_unchanged_file_before_is_not_shown() {
    insta::assert_snapshot!(with_an_old_finding().cadet(&["check"]).shown(), @"
    ✓ Checked 1 changed file: nothing to fix.
    --- exit code 0
    ");
}

#[test]
fn all_shows_the_findings_in_unchanged_files_too() {
    insta::assert_snapshot!(with_an_old_finding().cadet(&["check", "--all"]).shown(), @"
    error[docs/intermediate-is-described]: this model is not described in the `properties.yaml` of its folder
     ╭▸ models/prison/prison_safety/prison_safety__visits_joined.sql
     ╰ help: add to `models/prison/prison_safety/properties.yaml`, under `models:`:
               - name: prison_safety__visits_joined
                 description: …

    ✗ Checked the whole project: 1 error.
      To learn more about a rule: cadet explain docs/intermediate-is-described
    --- exit code 1
    ");
}

#[test]
fn an_old_finding_is_shown_once_its_file_is_changed() {
    let sandbox = with_an_old_finding()
        .file("models/prison/prison_safety/prison_safety__visits_joined.sql", "select 2 as visit_id\n");
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
}

#[test]
fn all_and_base_do_not_go_together() {
    insta::assert_snapshot!(branch().cadet(&["check", "--all", "--base", "main"]).shown(), @"
    --- stderr
    error: the argument '--all' cannot be used with '--base <REF>'

    Usage: cadet check --all [PATH]...

    For more information, try '--help'.
    --- exit code 2
    ");
}

/// A mistake in each of two folders.
fn two_mistakes() -> Sandbox {
    branch().file(FCT, MISSPELT).file(COURTS, "select 1 as hearing_id\n")
}

/// The files that have findings.
fn found(ran: &Ran) -> Vec<String> {
    let report: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    report["findings"].as_array().unwrap().iter().map(|finding| finding["path"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_path_limits_the_findings_to_a_folder_or_a_file() {
    let sandbox = two_mistakes();
    let below = |path: &str| found(&sandbox.cadet(&["check", "--format", "json", path]));
    assert_eq!(below("models"), [COURTS, FCT]);
    assert_eq!(below("."), [COURTS, FCT]);
    assert_eq!(below("models/courts"), [COURTS]);
    assert_eq!(below("./models/courts/"), [COURTS]);
    assert_eq!(below(FCT), [FCT]);
    assert_eq!(found(&sandbox.cadet(&["check", "--format", "json", "models/courts", FCT])), [COURTS, FCT]);
}

#[test]
fn a_folder_whose_name_only_begins_alike_is_not_meant() {
    let sandbox = two_mistakes().file("models/court/court_lists/court_lists__lists.md", "Lists.\n");
    assert_eq!(found(&sandbox.cadet(&["check", "--format", "json", "models/court"])), [""; 0]);
}

#[test]
fn a_path_may_be_written_as_seen_from_the_folder_above() {
    let sandbox = in_a_folder();
    assert_eq!(found(&sandbox.cadet(&["check", "--format", "json", "derived/models/prison"])), [FCT]);
    assert_eq!(found(&sandbox.cadet(&["check", "--format", "json", "derived/dbt_project.yml"])), [""; 0]);
}

#[test]
fn quiet_leaves_the_findings_and_the_result() {
    insta::assert_snapshot!(two_mistakes().remove(FCT).cadet(&["check", "--quiet"]).shown(), @"
    error[docs/model-has-property-file]: this `_fct` model has no property file
     ╭▸ models/courts/court_listings/court_listings__hearings_fct.sql
     ╰ help: add `models/courts/court_listings/court_listings__hearings_fct.yaml` with:
             version: 2
             models:
               - name: court_listings__hearings_fct
                 description: One row for each …

    error[testing/lost-test]: there is no model or seed named `prison_safety__monthly_totals_fct`
      ╭▸ models/prison/prison_safety/prison_safety__monthly_totals_fct.yaml:7:22
      │
    7 │         data_tests: [unique, not_null]
      │                      ━━━━━━
      │
      ╰ help: check the name: it is the file's name without `.sql` or `.csv`

    error[testing/lost-test]: there is no model or seed named `prison_safety__monthly_totals_fct`
      ╭▸ models/prison/prison_safety/prison_safety__monthly_totals_fct.yaml:7:30
      │
    7 │         data_tests: [unique, not_null]
      │                              ━━━━━━━━
      │
      ╰ help: check the name: it is the file's name without `.sql` or `.csv`

    warning[yaml/known-names]: there is no model named `prison_safety__monthly_totals_fct`, so this description and its tests do nothing
      ╭▸ models/prison/prison_safety/prison_safety__monthly_totals_fct.yaml:2:11
      │
    2 │   - name: prison_safety__monthly_totals_fct
      │           ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━
      │
      ╰ help: the name must be the file's name without its ending

    ✗ Checked 2 changed files: 3 errors, 1 warning.
    --- exit code 1
    ");
}

#[test]
fn json_is_for_scripts() {
    insta::assert_snapshot!(two_mistakes().cadet(&["check", "--format", "json"]).pretty(), @r#"
    {
      "version": 1,
      "ok": false,
      "base": "main ([commit])",
      "head": "work",
      "changed_files": 2,
      "removed": [],
      "errors": 2,
      "warnings": 0,
      "notes": 0,
      "findings": [
        {
          "path": "models/courts/court_listings/court_listings__hearings_fct.sql",
          "line": null,
          "column": null,
          "end_line": null,
          "end_column": null,
          "rule": "docs/model-has-property-file",
          "level": "error",
          "message": "this `_fct` model has no property file",
          "help": "add `models/courts/court_listings/court_listings__hearings_fct.yaml` with:\nversion: 2\nmodels:\n  - name: court_listings__hearings_fct\n    description: One row for each …",
          "related": []
        },
        {
          "path": "models/prison/prison_safety/prison_safety__monthly_totals_fct.sql",
          "line": 1,
          "column": 25,
          "end_line": 1,
          "end_column": 56,
          "rule": "references/exist",
          "level": "error",
          "message": "there is no model or seed named `prison_safety__vists_stg`",
          "help": "did you mean `prison_safety__visits_stg`?",
          "related": []
        }
      ],
      "outcomes": [],
      "artefacts": null
    }
    --- exit code 1
    "#);
}

#[test]
fn json_of_nothing_is_json_too() {
    insta::assert_snapshot!(branch().cadet(&["check", "--format", "json"]).pretty(), @r#"
    {
      "version": 1,
      "ok": true,
      "base": "main ([commit])",
      "head": "work",
      "changed_files": 0,
      "removed": [],
      "errors": 0,
      "warnings": 0,
      "notes": 0,
      "findings": [],
      "outcomes": [],
      "artefacts": null
    }
    --- exit code 0
    "#);
}

#[test]
fn github_gets_workflow_commands() {
    insta::assert_snapshot!(two_mistakes().cadet(&["check", "--format", "github"]).shown(), @"
    ::error file=models/courts/court_listings/court_listings__hearings_fct.sql,title=cadet%3A docs/model-has-property-file::this `_fct` model has no property file%0Aadd `models/courts/court_listings/court_listings__hearings_fct.yaml` with:%0Aversion: 2%0Amodels:%0A  - name: court_listings__hearings_fct%0A    description: One row for each …
    ::error file=models/prison/prison_safety/prison_safety__monthly_totals_fct.sql,line=1,endLine=1,col=25,endColumn=56,title=cadet%3A references/exist::there is no model or seed named `prison_safety__vists_stg`%0Adid you mean `prison_safety__visits_stg`?
    --- exit code 1
    ");
}

#[test]
fn github_gets_paths_as_the_repository_sees_them() {
    let sandbox =
        files(Sandbox::new().remove("dbt_project.yml").file("derived/dbt_project.yml", DBT_PROJECT), "derived/")
            .commit("the project")
            .branch("work")
            .file(&format!("derived/{FCT}"), MISSPELT);
    insta::assert_snapshot!(sandbox.cadet_in("derived/models", &["check", "--format", "github"], &[]).shown(), @"
    ::error file=derived/models/prison/prison_safety/prison_safety__monthly_totals_fct.sql,line=1,endLine=1,col=25,endColumn=56,title=cadet%3A references/exist::there is no model or seed named `prison_safety__vists_stg`%0Adid you mean `prison_safety__visits_stg`?
    --- exit code 1
    ");
}

/// A file whose name holds a line break and what looks like a workflow command.
fn forged() -> Sandbox {
    branch()
        .file("models/prison/prison_safety/prison_safety__a\n::error title=forged,file=x::y_fct.sql", "select 1 as a\n")
}

#[test]
fn a_file_name_forges_no_workflow_command() {
    insta::assert_snapshot!(forged().cadet(&["check", "--format", "github"]).shown(), @"
    ::error file=models/prison/prison_safety/prison_safety__a%0A%3A%3Aerror title=forged%2Cfile=x%3A%3Ay_fct.sql,title=cadet%3A files/readable::the name of this file holds a line break or another character that cannot be seen%0Arename it: small letters, digits and `_`
    ::error file=models/prison/prison_safety/prison_safety__a%0A%3A%3Aerror title=forged%2Cfile=x%3A%3Ay_fct.sql,title=cadet%3A naming/snake-case::`prison_safety__a%0A::error title=forged,file=x::y_fct` is not in snake_case%0Arename it to `prison_safety__a___error_title_forged_file_x__y_fct`
    --- exit code 1
    ");
}

#[test]
fn a_file_name_forges_no_workflow_command_in_text_for_people() {
    let ran = forged().cadet_with(&["check"], &[("GITHUB_ACTIONS", "true")]);
    assert!(ran.stdout.lines().all(|line| !line.trim_start().starts_with("::")), "{}", ran.stdout);
    insta::assert_snapshot!(ran.shown(), @r"
    error[files/readable]: the name of this file holds a line break or another character that cannot be seen
     ╭▸ models/prison/prison_safety/prison_safety__a\n::error title=forged,file=x::y_fct.sql
     ╰ help: rename it: small letters, digits and `_`

    error[naming/snake-case]: `prison_safety__a
                              \::error title=forged,file=x::y_fct` is not in snake_case
     ╭▸ models/prison/prison_safety/prison_safety__a\n::error title=forged,file=x::y_fct.sql
     ╰ help: rename it to `prison_safety__a___error_title_forged_file_x__y_fct`

    ✗ Checked 1 changed file: 2 errors.
      To learn more about a rule: cadet explain files/readable
    --- exit code 1
    ");
}

#[test]
fn base_names_another_branch_to_compare_with() {
    let sandbox = files(Sandbox::new(), "")
        .commit("the project")
        .branch("release")
        .file(FCT, MISSPELT)
        .commit("a mistake")
        .branch("work");
    insta::assert_snapshot!(sandbox.cadet(&["check"]).shown(), @"
    error[references/exist]: there is no model or seed named `prison_safety__vists_stg`
      ╭▸ models/prison/prison_safety/prison_safety__monthly_totals_fct.sql:1:25
      │
    1 │ select visit_id from {{ ref('prison_safety__vists_stg') }}
      │                         ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━
      │
      ╰ help: did you mean `prison_safety__visits_stg`?

    ✗ Checked 1 changed file: 1 error.
      To learn more about a rule: cadet explain references/exist
    --- exit code 1
    ");
    insta::assert_snapshot!(sandbox.cadet(&["check", "--base", "release"]).shown(), @"
    ✓ Checked no changed file of the project: nothing to fix.
    --- exit code 0
    ");
}

#[test]
fn the_base_is_where_the_branches_part_not_what_main_became_since() {
    let sandbox = branch()
        .edit(FCT, "select visit_id", "select visit_id, visit_date")
        .commit("the date too")
        .checkout("main")
        .edit(STG, "select 1", "select 2")
        .commit("main goes on")
        .checkout("work");
    insta::assert_snapshot!(sandbox.cadet(&["check"]).shown(), @"
    ✓ Checked 1 changed file: nothing to fix.
    --- exit code 0
    ");
}

#[test]
fn in_a_workflow_the_pull_request_says_what_the_base_is() {
    let sandbox = files(Sandbox::new(), "")
        .commit("the project")
        .branch("release")
        .file(FCT, MISSPELT)
        .commit("a mistake")
        .branch("work");
    insta::assert_snapshot!(sandbox.cadet_with(&["check"], &[("GITHUB_BASE_REF", "release")]).shown(), @"
    ✓ Checked no changed file of the project: nothing to fix.
    --- exit code 0
    ");
}

#[test]
fn head_reads_a_commit_and_not_the_working_tree() {
    let sandbox = branch()
        .edit(FCT, "select visit_id", "select visit_id, visit_date")
        .commit("the date too")
        .file(FCT, MISSPELT)
        .file("models/prison/prison_safety/not_a_good_name.sql", "select 1 as a\n");
    insta::assert_snapshot!(sandbox.cadet(&["check", "--head", "work"]).shown(), @"
    ✓ Checked 1 changed file: nothing to fix.
    --- exit code 0
    ");
}

#[test]
fn head_finds_the_mistakes_of_a_commit_that_is_not_checked_out() {
    let sandbox = branch().file(FCT, MISSPELT).commit("a mistake").checkout("main");
    insta::assert_snapshot!(sandbox.cadet(&["check", "--head", "work"]).shown(), @"
    error[references/exist]: there is no model or seed named `prison_safety__vists_stg`
      ╭▸ models/prison/prison_safety/prison_safety__monthly_totals_fct.sql:1:25
      │
    1 │ select visit_id from {{ ref('prison_safety__vists_stg') }}
      │                         ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━
      │
      ╰ help: did you mean `prison_safety__visits_stg`?

    ✗ Checked 1 changed file: 1 error.
      To learn more about a rule: cadet explain references/exist
    --- exit code 1
    ");
}

#[test]
fn a_branch_does_not_set_its_own_rules() {
    let sandbox = branch()
        .file(FCT, MISSPELT)
        .file("cadet.yaml", "rules:\n  references/exist: off\n")
        .commit("a mistake, and its rule off");
    insta::assert_snapshot!(sandbox.cadet(&["check"]).shown(), @"
    error[references/exist]: there is no model or seed named `prison_safety__vists_stg`
      ╭▸ models/prison/prison_safety/prison_safety__monthly_totals_fct.sql:1:25
      │
    1 │ select visit_id from {{ ref('prison_safety__vists_stg') }}
      │                         ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━
      │
      ╰ help: did you mean `prison_safety__visits_stg`?

    ✗ Checked 2 changed files: 1 error.
      To learn more about a rule: cadet explain references/exist
    --- exit code 1
    ");
}

#[test]
fn the_settings_of_main_hold_on_every_branch() {
    let sandbox = files(Sandbox::new(), "")
        .file("cadet.yaml", "rules:\n  references/exist: off\n  docs/model-has-property-file: warning\n")
        .commit("the project")
        .branch("work")
        .file(FCT, MISSPELT)
        .remove(FCT_YAML)
        .remove("cadet.yaml")
        .commit("a mistake, and the settings gone");
    insta::assert_snapshot!(sandbox.cadet(&["check"]).shown(), @"
    warning[docs/model-has-property-file]: this `_fct` model has no property file
     ╭▸ models/prison/prison_safety/prison_safety__monthly_totals_fct.sql
     ╰ help: add `models/prison/prison_safety/prison_safety__monthly_totals_fct.yaml` with:
             version: 2
             models:
               - name: prison_safety__monthly_totals_fct
                 description: One row for each …

    ✓ Checked 3 changed files: 1 warning.
      To learn more about a rule: cadet explain docs/model-has-property-file
    --- exit code 0
    ");
}

/// A repository with the project in a folder of it, and a mistake.
fn in_a_folder() -> Sandbox {
    files(Sandbox::new().remove("dbt_project.yml").file("derived/dbt_project.yml", DBT_PROJECT), "derived/")
        .file("README.md", "Two folders.\n")
        .commit("the project")
        .branch("work")
        .file(&format!("derived/{FCT}"), MISSPELT)
        .file("README.md", "A folder.\n")
}

#[test]
fn the_project_is_found_from_the_folder_above() {
    insta::assert_snapshot!(in_a_folder().cadet(&["check"]).shown(), @"
    error[references/exist]: there is no model or seed named `prison_safety__vists_stg`
      ╭▸ derived/models/prison/prison_safety/prison_safety__monthly_totals_fct.sql:1:25
      │
    1 │ select visit_id from {{ ref('prison_safety__vists_stg') }}
      │                         ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━
      │
      ╰ help: did you mean `prison_safety__visits_stg`?

    ✗ Checked 1 changed file: 1 error.
      To learn more about a rule: cadet explain references/exist
    --- exit code 1
    ");
}

#[test]
fn the_project_is_found_from_its_own_folder() {
    insta::assert_snapshot!(in_a_folder().cadet_in("derived", &["check"], &[]).shown(), @"
    error[references/exist]: there is no model or seed named `prison_safety__vists_stg`
      ╭▸ models/prison/prison_safety/prison_safety__monthly_totals_fct.sql:1:25
      │
    1 │ select visit_id from {{ ref('prison_safety__vists_stg') }}
      │                         ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━
      │
      ╰ help: did you mean `prison_safety__visits_stg`?

    ✗ Checked 1 changed file: 1 error.
      To learn more about a rule: cadet explain references/exist
    --- exit code 1
    ");
}

#[test]
fn the_project_is_found_from_a_folder_in_it() {
    insta::assert_snapshot!(in_a_folder().cadet_in("derived/models/prison", &["check"], &[]).shown(), @"
    error[references/exist]: there is no model or seed named `prison_safety__vists_stg`
      ╭▸ models/prison/prison_safety/prison_safety__monthly_totals_fct.sql:1:25
      │
    1 │ select visit_id from {{ ref('prison_safety__vists_stg') }}
      │                         ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━
      │
      ╰ help: did you mean `prison_safety__visits_stg`?

    ✗ Checked 1 changed file: 1 error.
      To learn more about a rule: cadet explain references/exist
    --- exit code 1
    ");
}

#[test]
fn the_project_can_be_named() {
    let sandbox = in_a_folder().file("other/dbt_project.yml", DBT_PROJECT);
    assert_eq!(sandbox.cadet(&["check"]).code, 2, "which of the two is not for cadet to say");
    insta::assert_snapshot!(sandbox.cadet(&["check", "--project-dir", "derived"]).shown(), @"
    error[references/exist]: there is no model or seed named `prison_safety__vists_stg`
      ╭▸ derived/models/prison/prison_safety/prison_safety__monthly_totals_fct.sql:1:25
      │
    1 │ select visit_id from {{ ref('prison_safety__vists_stg') }}
      │                         ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━
      │
      ╰ help: did you mean `prison_safety__visits_stg`?

    ✗ Checked 1 changed file: 1 error.
      To learn more about a rule: cadet explain references/exist
    --- exit code 1
    ");
    insta::assert_snapshot!(sandbox.cadet(&["check", "--project-dir", "elsewhere"]).shown(), @"
    --- stderr
    error: there is no dbt_project.yml in elsewhere
    help: name the folder that holds it with --project-dir
    --- exit code 2
    ");
}

#[test]
fn a_detached_head_is_compared_like_a_branch() {
    let sandbox = branch().file(FCT, MISSPELT).commit("a mistake");
    let repository = Repository::open(sandbox.root()).unwrap();
    repository.set_head_detached(repository.head().unwrap().target().unwrap()).unwrap();
    insta::assert_snapshot!(sandbox.cadet(&["check"]).shown(), @"
    error[references/exist]: there is no model or seed named `prison_safety__vists_stg`
      ╭▸ models/prison/prison_safety/prison_safety__monthly_totals_fct.sql:1:25
      │
    1 │ select visit_id from {{ ref('prison_safety__vists_stg') }}
      │                         ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━
      │
      ╰ help: did you mean `prison_safety__visits_stg`?

    ✗ Checked 1 changed file: 1 error.
      To learn more about a rule: cadet explain references/exist
    --- exit code 1
    ");
}

#[test]
fn nothing_is_wrong_with_the_fixture() {
    insta::assert_snapshot!(Sandbox::fixture().cadet(&["check", "--all"]).shown(), @"
    ✓ Checked the whole project: nothing to fix.
    --- exit code 0
    ");
}

#[test]
fn advice_is_another_word_for_a_note() {
    let sql = "models/prison/prison_safety/prison_safety__visits.sql";
    let sandbox = Sandbox::new().file(sql, "select 1 as \"Visit\"\n");
    let with = |level: &str| {
        let settings = format!("preset: none\nrules: {{athena/quoted-capitals: {level}}}\n");
        let sandbox = Sandbox::new().file(sql, &sandbox.read(sql)).file("cadet.yaml", &settings);
        sandbox.cadet(&["check", "--all"]).shown()
    };
    assert_eq!(with("advice"), with("note"));
    insta::assert_snapshot!(with("advice"), @r#"
    note[athena/quoted-capitals]: the column `Visit` will be called `visit`
      ╭▸ models/prison/prison_safety/prison_safety__visits.sql:1:13
      │
    1 │ select 1 as "Visit"
      │             ━━━━━━━
      │
      ╰ help: Glue keeps no capitals: write `visit`

    ✓ Checked the whole project: 1 note.
      cadet can fix 1 of these, but look at the outcome: cadet check --fix --unsafe-fixes
    --- exit code 0
    "#);
}
