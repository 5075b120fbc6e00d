//! What must hold where two things meet: circles and deployments, Windows line ends and places, tags and branches,
//! links and writes, tests and tables that are not there.

use crate::support::{HERE, Sandbox, steady};

const A: &str = "models/prison/prison_safety/prison_safety__a.sql";
const B: &str = "models/prison/prison_safety/prison_safety__b.sql";
const C: &str = "models/prison/prison_safety/prison_safety__c.sql";
const PROPERTIES: &str = "models/prison/prison_safety/properties.yaml";

fn source_data() -> String {
    format!("{HERE}/fixtures/source_data")
}

/// A project with one described model, on a branch.
fn branch() -> Sandbox {
    Sandbox::new()
        .file(A, "select 1 as id\n")
        .file(
            PROPERTIES,
            "models:\n  - name: prison_safety__a\n  - name: prison_safety__b\n  - name: prison_safety__c\n",
        )
        .file(B, "select 1 as id\n")
        .file(C, "select 1 as id\n")
        .commit("the project")
        .branch("work")
}

#[test]
fn models_in_a_circle_and_what_reads_them_are_not_built_and_the_run_fails() {
    let sandbox = branch()
        .file(A, "select id from {{ ref('prison_safety__b') }}\n")
        .file(B, "select id from {{ ref('prison_safety__a') }}\n")
        .file(C, "select id from {{ ref('prison_safety__a') }}\n");
    for command in ["deploy", "build"] {
        let ran = sandbox.cadet(&[command, "--threads", "1"]);
        assert_eq!(ran.code, 1, "{}", ran.shown());
        assert!(ran.stdout.contains("3 skipped"), "{}", ran.shown());
    }
    insta::assert_snapshot!(sandbox.cadet(&["deploy", "--threads", "1"]).shown(), @"
     skipped  table       prison_safety__a  not built: fix references/no-circles first
     skipped  table       prison_safety__b  not built: fix references/no-circles first
     skipped  table       prison_safety__c  prison_safety__a was not built

    error[references/no-circles]: these models depend on each other in a circle: prison_safety__a → prison_safety__b → prison_safety__a
     ╭▸ models/prison/prison_safety/prison_safety__a.sql
     ├ note: `prison_safety__a` refers to this
     ⸬  models/prison/prison_safety/prison_safety__b.sql
     ╰ help: one of them must not `ref` the next: move what both need into a third model

    warning[naming/role]: the name `prison_safety__a` does not say what this model is for
     ╭▸ models/prison/prison_safety/prison_safety__a.sql
     ╰ help: end it in `_fct` (a fact table), `_dim` (a dimension) or `_stg` (staging); an intermediate table ends in what was done, such as `a_joined` or `a_filtered`

    warning[naming/role]: the name `prison_safety__b` does not say what this model is for
     ╭▸ models/prison/prison_safety/prison_safety__b.sql
     ╰ help: end it in `_fct` (a fact table), `_dim` (a dimension) or `_stg` (staging); an intermediate table ends in what was done, such as `b_joined` or `b_filtered`

    warning[naming/role]: the name `prison_safety__c` does not say what this model is for
     ╭▸ models/prison/prison_safety/prison_safety__c.sql
     ╰ help: end it in `_fct` (a fact table), `_dim` (a dimension) or `_stg` (staging); an intermediate table ends in what was done, such as `c_joined` or `c_filtered`

    ✗ 0 tables built, 3 skipped.
    --- exit code 1
    ");
}

#[test]
fn windows_line_ends_do_not_move_the_marked_place() {
    let sandbox = branch().file(A, "select\r\n  1 as a,\r\n  2 as b,\r\nfrom {{ ref('prison_safety__b') }}\r\n");
    insta::assert_snapshot!(sandbox.cadet(&["check"]).shown(), @"
    error[sql/parses]: there is a comma too many before `from`
      ╭▸ models/prison/prison_safety/prison_safety__a.sql:3:9
      │
    3 │   2 as b,
      │         ━
      │
      ╰ help: take the comma away, or write the column that is missing after it

    warning[naming/role]: the name `prison_safety__a` does not say what this model is for
     ╭▸ models/prison/prison_safety/prison_safety__a.sql
     ╰ help: end it in `_fct` (a fact table), `_dim` (a dimension) or `_stg` (staging); an intermediate table ends in what was done, such as `a_joined` or `a_filtered`

    ✗ Checked 1 changed file: 1 error, 1 warning.
      To learn more about a rule: cadet explain sql/parses
    --- exit code 1
    ");
}

#[test]
fn a_path_that_is_nothing_is_an_error_and_not_a_pass() {
    let sandbox = branch().file(A, "select a, from b\n");
    insta::assert_snapshot!(sandbox.cadet(&["check", "models/prisom"]).shown(), @"
    --- stderr
    error: `models/prisom` is no file or folder of the project
    help: name it as seen from here, or leave it out
    --- exit code 2
    ");
    assert_eq!(sandbox.cadet_in("models", &["check", "prison"], &[]).code, 1);
    assert_eq!(sandbox.cadet_in("models/prison", &["check", "../prison"], &[]).code, 1);
}

#[test]
fn tests_hold_back_only_what_reads_all_of_their_tables() {
    let sandbox = Sandbox::fixture();
    let selector = "+prison_population__daily_population_fct";
    let ran = sandbox.cadet(&["build", "--threads", "1", "--source-data", &source_data(), "--select", selector]);
    assert_eq!(ran.code, 0, "{}", ran.shown());
    assert!(ran.stdout.contains("incidents_stg has not been built here"), "{}", ran.shown());
}

#[test]
fn settings_that_would_stop_every_check_are_told_on_the_branch_that_brings_them() {
    let sandbox = branch().file("cadet.yaml", "rulez: {}\n");
    insta::assert_snapshot!(sandbox.cadet(&["check"]).shown(), @"
    error[settings/cadet-yaml]: there is no setting `rulez`; did you mean `rules`?
      ╭▸ cadet.yaml:1:1
      │
    1 │ rulez: {}
      │ ━━━━━
      │
      ╰ help: these settings would stop every check once they are merged; see docs/settings.md

    ✗ Checked 1 changed file: 1 error.
      To learn more about a rule: cadet explain settings/cadet-yaml
    --- exit code 1
    ");
}

#[test]
fn settings_that_are_a_link_are_refused() {
    let sandbox = Sandbox::new().link("cadet.yaml", "/etc/hostname").commit("the project").branch("work");
    insta::assert_snapshot!(sandbox.cadet(&["check"]).shown(), @"
    --- stderr
    error[settings/cadet-yaml]: this is not a plain text file in UTF-8
     ╭▸ cadet.yaml
     ╰ help: nothing was done: cadet does not guess what was meant; see docs/settings.md for what cadet.yaml may hold
    --- exit code 2
    ");
}

#[test]
fn a_test_without_an_argument_that_it_needs_is_told() {
    let properties = "models:\n  - name: prison_safety__a\n    columns:\n      - name: id\n        data_tests:\n          - relationships:\n              arguments:\n                to: ref('prison_safety__b')\n";
    insta::assert_snapshot!(branch().file(PROPERTIES, properties).cadet(&["check"]).shown(), @"
    error[docs/intermediate-is-described]: this model is not described in the `properties.yaml` of its folder
     ╭▸ models/prison/prison_safety/prison_safety__b.sql
     ╰ help: add to `models/prison/prison_safety/properties.yaml`, under `models:`:
               - name: prison_safety__b
                 description: …

    error[docs/intermediate-is-described]: this model is not described in the `properties.yaml` of its folder
     ╭▸ models/prison/prison_safety/prison_safety__c.sql
     ╰ help: add to `models/prison/prison_safety/properties.yaml`, under `models:`:
               - name: prison_safety__c
                 description: …

    error[jinja/renders]: the test `relationships` needs `field`
      ╭▸ models/prison/prison_safety/properties.yaml:6:13
      │
    6 │           - relationships:
      │             ━━━━━━━━━━━━━
      │
      ╰ help: write it under `arguments:` of the test

    warning[docs/described]: the model `prison_safety__a` has no description
      ╭▸ models/prison/prison_safety/properties.yaml:2:11
      │
    2 │   - name: prison_safety__a
      │           ━━━━━━━━━━━━━━━━
      │
      ╰ help: say what a row of it is:
                - name: prison_safety__a
                  description: One row for each …

    note[docs/columns-described]: the column `id` of `prison_safety__a` has no description
      ╭▸ models/prison/prison_safety/properties.yaml:4:15
      │
    4 │       - name: id
      │               ━━
      │
      ╰ help:       - name: id
                      description: …

    ✗ Checked 1 changed file: 3 errors, 1 warning, 1 note.
      To learn more about a rule: cadet explain docs/intermediate-is-described
    --- exit code 1
    ");
}

#[test]
fn a_test_of_a_package_that_is_not_there_is_told() {
    let properties = "models:\n  - name: prison_safety__a\n    columns:\n      - name: id\n        data_tests:\n          - dbt_utils.not_constant\n";
    insta::assert_snapshot!(branch().file(PROPERTIES, properties).cadet(&["check"]).shown(), @"
    error[docs/intermediate-is-described]: this model is not described in the `properties.yaml` of its folder
     ╭▸ models/prison/prison_safety/prison_safety__b.sql
     ╰ help: add to `models/prison/prison_safety/properties.yaml`, under `models:`:
               - name: prison_safety__b
                 description: …

    error[docs/intermediate-is-described]: this model is not described in the `properties.yaml` of its folder
     ╭▸ models/prison/prison_safety/prison_safety__c.sql
     ╰ help: add to `models/prison/prison_safety/properties.yaml`, under `models:`:
               - name: prison_safety__c
                 description: …

    error[jinja/renders]: there is no generic test `not_constant` in a package `dbt_utils`
      ╭▸ models/prison/prison_safety/properties.yaml:6:13
      │
    6 │           - dbt_utils.not_constant
      │             ━━━━━━━━━━━━━━━━━━━━━━
      │
      ╰ help: if `dbt_utils` is missing, add it to packages.yml and install it with `cadet deps`

    warning[docs/described]: the model `prison_safety__a` has no description
      ╭▸ models/prison/prison_safety/properties.yaml:2:11
      │
    2 │   - name: prison_safety__a
      │           ━━━━━━━━━━━━━━━━
      │
      ╰ help: say what a row of it is:
                - name: prison_safety__a
                  description: One row for each …

    note[docs/columns-described]: the column `id` of `prison_safety__a` has no description
      ╭▸ models/prison/prison_safety/properties.yaml:4:15
      │
    4 │       - name: id
      │               ━━
      │
      ╰ help:       - name: id
                      description: …

    ✗ Checked 1 changed file: 3 errors, 1 warning, 1 note.
      To learn more about a rule: cadet explain docs/intermediate-is-described
    --- exit code 1
    ");
}

#[test]
fn a_branch_may_not_choose_what_is_read_of_a_runner() {
    let sandbox = branch()
        .file("cadet.yaml", "env_vars: [AWS_SECRET_ACCESS_KEY]\n")
        .file(A, "select '{{ env_var('AWS_SECRET_ACCESS_KEY', 'nothing') }}' as id\n");
    let env = [("GITHUB_ACTIONS", "true"), ("AWS_SECRET_ACCESS_KEY", "hunter2")];
    for command in ["compile", "build", "check", "deploy"] {
        let ran = sandbox.cadet_with(&[command], &env);
        assert!(!ran.shown().contains("hunter2"), "{command}");
        let compiled = sandbox.root().join("target/compiled").join("mojap_derived_tables").join(A);
        let text = std::fs::read_to_string(&compiled).unwrap_or_default();
        assert!(!text.contains("hunter2"), "{command}");
    }
}

#[test]
fn a_head_that_does_not_exist_is_named() {
    insta::assert_snapshot!(branch().cadet(&["check", "--head", "wrok"]).shown(), @"
    --- stderr
    error: there is no branch or commit `wrok` in this repository
    help: check the name after --head; `git branch --all` lists the branches
    --- exit code 3
    ");
}

#[test]
fn a_tag_does_not_stand_for_the_branch_of_its_name() {
    let sandbox = branch().file(A, "select a, from b\n").commit("a mistake");
    let repository = git2::Repository::open(sandbox.root()).unwrap();
    let head = repository.head().unwrap().peel_to_commit().unwrap();
    repository.tag_lightweight("main", head.as_object(), false).unwrap();
    assert_eq!(sandbox.cadet(&["check"]).code, 1);
    assert_eq!(sandbox.cadet(&["check", "--base", "main"]).code, 1);
}

#[test]
fn source_data_is_read_from_its_folder_alone() {
    let source = "sources:\n  - name: nomis\n    schema: ../outside\n    tables:\n      - name: t\n";
    let sandbox = branch()
        .file("models/sources/nomis.yaml", source)
        .file("data/inside.csv", "id\n1\n")
        .file("outside/t.csv", "id\nsecret\n")
        .file(A, "select id from {{ source('nomis', 't') }}\n");
    insta::assert_snapshot!(sandbox.cadet(&["deploy", "--threads", "1", "--source-data", "data"]).shown(), @"
      failed  source      nomis.t  the source `nomis.t` cannot be filled: its schema and its identifier must be plain names
     skipped  table       prison_safety__a  nomis.t failed

    error[deploy/build]: the source `nomis.t` cannot be filled: its schema and its identifier must be plain names
      ╭▸ models/sources/nomis.yaml:5:15
      │
    5 │       - name: t
      ╰╴              ━

    warning[naming/role]: the name `prison_safety__a` does not say what this model is for
     ╭▸ models/prison/prison_safety/prison_safety__a.sql
     ╰ help: end it in `_fct` (a fact table), `_dim` (a dimension) or `_stg` (staging); an intermediate table ends in what was done, such as `a_joined` or `a_filtered`

    ✗ 0 tables built, 1 failed, 1 skipped.
    --- exit code 1
    ");
}

#[test]
fn nothing_is_written_through_a_link() {
    let sandbox = branch().file("elsewhere/keep", "").link("target", "elsewhere").file(A, "select 2 as id\n");
    insta::assert_snapshot!(sandbox.cadet(&["deploy"]).shown(), @"
    --- stderr
    error: `target` is a symbolic link, and cadet does not write through links
    help: remove the link
    --- exit code 2
    ");
    assert_eq!(std::fs::read_dir(sandbox.root().join("elsewhere")).unwrap().count(), 1);
}

#[test]
fn integers_are_divided_as_athena_divides_them_on_every_thread() {
    let properties = "models:\n  - name: prison_safety__a\n    columns:\n      - name: id\n        data_tests:\n          - accepted_values:\n              arguments:\n                values: [3]\n                quote: false\n";
    let sandbox = branch().file(PROPERTIES, properties).file(A, "select 7 / 2 as id\n").file(B, "select 1 as id\n");
    let ran = sandbox.cadet(&["deploy", "--threads", "8"]);
    assert_eq!(ran.code, 0, "{}", ran.shown());
    assert!(ran.stdout.contains("1 passed"), "{}", ran.shown());
}

#[test]
fn a_table_goes_into_the_catalogue_of_the_target_and_nowhere_else() {
    let sandbox = branch().file(A, "{{ config(database='memory') }} select 1 as id\n");
    insta::assert_snapshot!(sandbox.cadet(&["deploy", "--threads", "1"]).shown(), @"
     skipped  table       prison_safety__a  not built: fix security/destination first

    error[security/destination]: `database` moves `prison_safety__a` away from where its path puts it
      ╭▸ models/prison/prison_safety/prison_safety__a.sql:1:11
      │
    1 │ {{ config(database='memory') }} select 1 as id
      │           ━━━━━━━━
      │
      ╰ help: take it out: the folder below the domain names the database

    warning[naming/role]: the name `prison_safety__a` does not say what this model is for
     ╭▸ models/prison/prison_safety/prison_safety__a.sql
     ╰ help: end it in `_fct` (a fact table), `_dim` (a dimension) or `_stg` (staging); an intermediate table ends in what was done, such as `a_joined` or `a_filtered`

    ✗ 0 tables built, 1 skipped.
    --- exit code 1
    ");
}

#[test]
fn a_function_that_means_something_else_here_is_not_run() {
    let sandbox = branch().file(A, "select word_stem('a') as id\n");
    insta::assert_snapshot!(sandbox.cadet(&["deploy", "--threads", "1"]).shown(), @"
     not run  table       prison_safety__a  uses `word_stem`, which the local engine does not have; Athena does

    warning[naming/role]: the name `prison_safety__a` does not say what this model is for
     ╭▸ models/prison/prison_safety/prison_safety__a.sql
     ╰ help: end it in `_fct` (a fact table), `_dim` (a dimension) or `_stg` (staging); an intermediate table ends in what was done, such as `a_joined` or `a_filtered`

    ✓ 0 tables built, 1 not run here.
    --- exit code 0
    ");
}

#[test]
fn a_test_whose_macro_reads_a_variable_changes_with_the_variable() {
    let test = "{% test prison_safety__below(model, column_name) %}select 1 from {{ model }} where {{ column_name }} > {{ limit_of() }}{% endtest %}\n";
    let properties = "models:\n  - name: prison_safety__a\n    columns:\n      - name: id\n        data_tests:\n          - prison_safety__below\n";
    let sandbox = Sandbox::new()
        .file(A, "select 1 as id\n")
        .file(PROPERTIES, properties)
        .file("tests/generic/prison_safety/prison_safety__below.sql", test)
        .file("macros/limit_of.sql", "{% macro limit_of() %}{{ var('most', 10) }}{% endmacro %}\n")
        .commit("the project")
        .branch("work")
        .edit("dbt_project.yml", "models:\n", "vars:\n  most: 0\nmodels:\n");
    insta::assert_snapshot!(sandbox.cadet(&["deploy", "--dry-run"]).shown(), @"
       model  prison_safety__a  (not built here yet)
        test  prison_safety__below_prison_safety__a_id  (a variable that it uses changed: most)
    --- exit code 0
    ");
    assert_eq!(sandbox.cadet(&["deploy"]).code, 1);
}

#[test]
fn a_comment_or_a_description_changes_no_contract() {
    let contract = "models:\n  - name: prison_safety__a\n    config: {contract: {enforced: true}}\n    columns:\n      - {name: id, data_type: integer, description: one}\n";
    let sandbox = Sandbox::new()
        .file(A, "select 1 as id\n")
        .file(PROPERTIES, contract)
        .commit("the project")
        .branch("work")
        .file(PROPERTIES, &format!("# a comment\n{}", contract.replace("description: one", "description: two words")));
    insta::assert_snapshot!(sandbox.cadet(&["deploy", "--dry-run"]).shown(), @"
    Nothing to build: no model, seed or test changed.
    --- exit code 0
    ");
}

#[test]
fn no_verb_passes_while_a_property_file_cannot_be_read() {
    let sandbox = branch().file(PROPERTIES, "models:\n  - name: prison_safety__a\n   - x\n");
    for command in ["check", "deploy", "build", "test", "run", "compile", "ci"] {
        let ran = sandbox.cadet(&[command]);
        assert_eq!(ran.code, 1, "{command}: {}", ran.shown());
        assert!(ran.stdout.contains("yaml/parses"), "{command}: {}", ran.shown());
    }
}

#[test]
fn a_folder_that_does_not_exist_is_told_and_not_taken_for_an_empty_project() {
    let sandbox = branch().edit("dbt_project.yml", "models:\n", "model-paths: [model]\nmodels:\n");
    insta::assert_snapshot!(sandbox.cadet(&["check"]).shown(), @"
    error[yaml/property-file]: the folder `model` does not exist or is empty, so nothing is read from it
      ╭▸ dbt_project.yml:4:15
      │
    4 │ model-paths: [model]
      │               ━━━━━
      │
      ╰ help: correct the path, or take it out

    ✗ Checked 1 changed file: 1 error.
      To learn more about a rule: cadet explain yaml/property-file
    --- exit code 1
    ");
}

#[test]
fn keys_that_lose_tests_are_told() {
    let properties =
        "models:\n  - name: prison_safety__a\n    column:\n      - name: id\n        data_tests: [unique]\n";
    insta::assert_snapshot!(branch().file(PROPERTIES, properties).cadet(&["check", PROPERTIES]).shown(), @"
    warning[docs/described]: the model `prison_safety__a` has no description
      ╭▸ models/prison/prison_safety/properties.yaml:2:11
      │
    2 │   - name: prison_safety__a
      │           ━━━━━━━━━━━━━━━━
      │
      ╰ help: say what a row of it is:
                - name: prison_safety__a
                  description: One row for each …

    warning[yaml/known-keys]: dbt does not know the key `column` here, and drops what stands under it
      ╭▸ models/prison/prison_safety/properties.yaml:3:5
      │
    3 │     column:
      │     ━━━━━━
      │
      ╰ help: did you mean `columns`?

    ✓ Checked 1 changed file: 2 warnings.
      To learn more about a rule: cadet explain docs/described
    --- exit code 0
    ");
    let list = branch().file(PROPERTIES, "- a\n").cadet(&["check", PROPERTIES]);
    insta::assert_snapshot!(list.shown(), @"
    error[yaml/property-file]: this property file is no map of keys such as `models:`, so dbt reads nothing from it
      ╭▸ models/prison/prison_safety/properties.yaml:1:3
      │
    1 │ - a
      │   ━
      │
      ╰ help: begin it with `version: 2` and `models:`

    ✗ Checked 1 changed file: 1 error.
      To learn more about a rule: cadet explain yaml/property-file
    --- exit code 1
    ");
    let two = branch().file(PROPERTIES, "models: []\n---\nmodels: []\n").cadet(&["check", PROPERTIES]);
    insta::assert_snapshot!(two.shown(), @"
    error[yaml/parses]: this YAML file cannot be read: it holds more than one document (a second `---`)
      ╭▸ models/prison/prison_safety/properties.yaml:2:1
      │
    2 │ ---
      ╰╴━━━

    ✗ Checked 1 changed file: 1 error.
      To learn more about a rule: cadet explain yaml/parses
    --- exit code 1
    ");
}

#[test]
fn a_table_that_another_branch_built_does_not_pass_for_this_ones() {
    let sandbox =
        branch().file(A, "select 1 as id, 2 as extra\n").file(B, "select id from {{ ref('prison_safety__a') }}\n");
    assert_eq!(sandbox.cadet(&["deploy"]).code, 0);
    let sandbox = sandbox.file(A, "select 1 as id\n").file(B, "select extra from {{ ref('prison_safety__a') }}\n");
    let ran = sandbox.cadet(&["deploy", "--threads", "1"]);
    insta::assert_snapshot!(ran.shown(), @"
       built  table       prison_safety__a  1 row
      failed  table       prison_safety__b  there is no column `extra` in the tables that this reads

    error[deploy/build]: there is no column `extra` in the tables that this reads
      ╭▸ models/prison/prison_safety/prison_safety__b.sql:1:8
      │
    1 │ select extra from {{ ref('prison_safety__a') }}
      │        ━━━━━
      │
      ╰ help: check the column's name in the tables after `from`; text takes single quotes, as in 'text'

    error[sql/unknown-column]: the model `prison_safety__a` has no column `extra`
      ╭▸ models/prison/prison_safety/prison_safety__b.sql:1:8
      │
    1 │ select extra from {{ ref('prison_safety__a') }}
      │        ━━━━━
      │
      ╰ help: check the name, or add the column there

    warning[naming/role]: the name `prison_safety__b` does not say what this model is for
     ╭▸ models/prison/prison_safety/prison_safety__b.sql
     ╰ help: end it in `_fct` (a fact table), `_dim` (a dimension) or `_stg` (staging); an intermediate table ends in what was done, such as `b_joined` or `b_filtered`

    ✗ 1 table built, 1 failed.
    --- exit code 1
    ");
}

#[test]
fn two_columns_of_one_name_are_refused() {
    let sandbox = branch().file(A, "select 1 as id, 2 as ID\n");
    insta::assert_snapshot!(sandbox.cadet(&["deploy", "--threads", "1"]).shown(), @"
     skipped  table       prison_safety__a  not built: fix athena/duplicate-columns first

    error[athena/duplicate-columns]: the column `id` stands twice in this table
      ╭▸ models/prison/prison_safety/prison_safety__a.sql:1:22
      │
    1 │ select 1 as id, 2 as ID
      │                      ━━
      │
      ├ note: here it is the first time
      │
      ⸬  models/prison/prison_safety/prison_safety__a.sql:1:13
      │
    1 │ select 1 as id, 2 as ID
      │             ──
      │
      ╰ help: write the columns that are wanted, and give one of the two another name

    warning[naming/role]: the name `prison_safety__a` does not say what this model is for
     ╭▸ models/prison/prison_safety/prison_safety__a.sql
     ╰ help: end it in `_fct` (a fact table), `_dim` (a dimension) or `_stg` (staging); an intermediate table ends in what was done, such as `a_joined` or `a_filtered`

    ✗ 0 tables built, 1 skipped.
    --- exit code 1
    ");
}

#[test]
fn a_slice_of_nothing_renders_and_takes_nothing_else_with_it() {
    let sandbox = branch().file(A, "select array{{ [][::-1] }} as a\n").file(B, "select a, from b\n");
    insta::assert_snapshot!(sandbox.cadet(&["check"]).shown(), @"
    error[sql/parses]: there is a comma too many before `from`
      ╭▸ models/prison/prison_safety/prison_safety__b.sql:1:9
      │
    1 │ select a, from b
      │         ━
      │
      ╰ help: take the comma away, or write the column that is missing after it

    warning[naming/role]: the name `prison_safety__a` does not say what this model is for
     ╭▸ models/prison/prison_safety/prison_safety__a.sql
     ╰ help: end it in `_fct` (a fact table), `_dim` (a dimension) or `_stg` (staging); an intermediate table ends in what was done, such as `a_joined` or `a_filtered`

    warning[naming/role]: the name `prison_safety__b` does not say what this model is for
     ╭▸ models/prison/prison_safety/prison_safety__b.sql
     ╰ help: end it in `_fct` (a fact table), `_dim` (a dimension) or `_stg` (staging); an intermediate table ends in what was done, such as `b_joined` or `b_filtered`

    ✗ Checked 2 changed files: 1 error, 2 warnings.
      To learn more about a rule: cadet explain sql/parses
    --- exit code 1
    ");
}

#[test]
fn a_seed_with_semicolons_is_told() {
    let seed = "seeds/prison/prison_safety/prison_safety__sites";
    let sandbox = branch()
        .file(&format!("{seed}.csv"), "code;name\n1;North\n")
        .file(&format!("{seed}.yaml"), "seeds:\n  - name: prison_safety__sites\n");
    insta::assert_snapshot!(sandbox.cadet(&["check"]).shown(), @r#"
    error[seeds/readable]: the columns of this seed are separated by `;`, so it is read as one column
      ╭▸ seeds/prison/prison_safety/prison_safety__sites.csv:1:1
      │
    1 │ code;name
      │ ━━━━━━━━━
      │
      ╰ help: save it with commas (in Excel: "CSV UTF-8 (comma delimited)"), or set `delimiter` in its property file

    warning[docs/described]: the seed `prison_safety__sites` has no description
      ╭▸ seeds/prison/prison_safety/prison_safety__sites.yaml:2:11
      │
    2 │   - name: prison_safety__sites
      │           ━━━━━━━━━━━━━━━━━━━━
      │
      ╰ help: say what a row of it is:
                - name: prison_safety__sites
                  description: One row for each …

    ✗ Checked 2 changed files: 1 error, 1 warning.
      To learn more about a rule: cadet explain seeds/readable
    --- exit code 1
    "#);
}

#[test]
fn a_name_that_is_no_table_and_no_cte_is_told() {
    let sandbox = branch().file(A, "with incidents as (select 1 as id) select id from incident\n");
    insta::assert_snapshot!(sandbox.cadet(&["deploy", "--threads", "1"]).shown(), @"
      failed  table       prison_safety__a  there is no table or CTE `incident`

    error[deploy/build]: there is no table or CTE `incident`
      ╭▸ models/prison/prison_safety/prison_safety__a.sql:1:51
      │
    1 │ with incidents as (select 1 as id) select id from incident
      │                                                   ━━━━━━━━
      │
      ╰ help: check the name after `from` or `join`: it is no CTE of this query; tables are read with `{{ ref('…') }}`

    warning[naming/role]: the name `prison_safety__a` does not say what this model is for
     ╭▸ models/prison/prison_safety/prison_safety__a.sql
     ╰ help: end it in `_fct` (a fact table), `_dim` (a dimension) or `_stg` (staging); an intermediate table ends in what was done, such as `a_joined` or `a_filtered`

    ✗ 0 tables built, 1 failed.
    --- exit code 1
    ");
    let sandbox = branch().file(A, "with incidents as (select 1 as id) select incidents.cost from incidents\n");
    insta::assert_snapshot!(sandbox.cadet(&["deploy", "--threads", "1"]).shown(), @"
      failed  table       prison_safety__a  `incidents` has no column `cost`

    error[deploy/build]: `incidents` has no column `cost`
      ╭▸ models/prison/prison_safety/prison_safety__a.sql:1:43
      │
    1 │ with incidents as (select 1 as id) select incidents.cost from incidents
      │                                           ━━━━━━━━━━━━━━
      │
      ╰ help: check the columns that `incidents` selects

    error[sql/unknown-column]: `incidents` has no column `cost`
      ╭▸ models/prison/prison_safety/prison_safety__a.sql:1:53
      │
    1 │ with incidents as (select 1 as id) select incidents.cost from incidents
      │                                                     ━━━━
      │
      ╰ help: check the name, or add the column there

    warning[naming/role]: the name `prison_safety__a` does not say what this model is for
     ╭▸ models/prison/prison_safety/prison_safety__a.sql
     ╰ help: end it in `_fct` (a fact table), `_dim` (a dimension) or `_stg` (staging); an intermediate table ends in what was done, such as `a_joined` or `a_filtered`

    ✗ 0 tables built, 1 failed.
    --- exit code 1
    ");
}

#[test]
fn what_a_branch_removes_is_said() {
    let sandbox =
        branch().remove(C).file(PROPERTIES, "models:\n  - name: prison_safety__a\n  - name: prison_safety__b\n");
    insta::assert_snapshot!(sandbox.cadet(&["deploy", "--dry-run"]).shown(), @"
    Nothing to build: no model, seed or test changed.
    This branch removes prison_safety__c. Tables that were built from it stay.
    --- exit code 0
    ");
    assert_eq!(sandbox.cadet(&["ci", "--quiet", "--comment-file", "comment.md"]).code, 0);
    insta::assert_snapshot!(steady(&sandbox.read("comment.md"), sandbox.root()), @"
    <!-- cadet:report 01ba4719c80b -->
    ## ✅ Ready for review, with 2 warnings

    **Next:** look at the warnings below, then ask for a review.

    ### ⚠️ To look at (2)

    - **The model `prison_safety__a` has no description**<br>`models/prison/prison_safety/properties.yaml` line 2 · `docs/described`
      <br>**Fix:** say what a row of it is:

      ```yaml
        - name: prison_safety__a
          description: One row for each …
      ```

    - **The model `prison_safety__b` has no description**<br>`models/prison/prison_safety/properties.yaml` line 3 · `docs/described`
      <br>**Fix:** say what a row of it is:

      ```yaml
        - name: prison_safety__b
          description: One row for each …
      ```


    ### Removed (1)

    The tables that were built from these stay until someone removes them.

    - `prison_safety__c`

    ---
    <sub>Commit `[commit]` of `work`, compared with `main ([commit])`: 2 changed files · manifest, results, SQL and log: `target` · begun [time] · cadet 0.1.0</sub>
    ");
}

#[test]
fn a_test_whose_name_is_misspelt_is_told_with_the_one_that_was_meant() {
    let properties = "models:\n  - name: prison_safety__a\n    columns:\n      - name: id\n        data_tests: [uniqe]\n  - name: prison_safety__b\n  - name: prison_safety__c\n";
    insta::assert_snapshot!(branch().file(PROPERTIES, properties).cadet(&["check"]).shown(), @"
    error[jinja/renders]: there is no generic test named `uniqe`
      ╭▸ models/prison/prison_safety/properties.yaml:5:22
      │
    5 │         data_tests: [uniqe]
      │                      ━━━━━
      │
      ╰ help: did you mean `unique`?

    warning[docs/described]: the model `prison_safety__a` has no description
      ╭▸ models/prison/prison_safety/properties.yaml:2:11
      │
    2 │   - name: prison_safety__a
      │           ━━━━━━━━━━━━━━━━
      │
      ╰ help: say what a row of it is:
                - name: prison_safety__a
                  description: One row for each …

    warning[docs/described]: the model `prison_safety__b` has no description
      ╭▸ models/prison/prison_safety/properties.yaml:6:11
      │
    6 │   - name: prison_safety__b
      │           ━━━━━━━━━━━━━━━━
      │
      ╰ help: say what a row of it is:
                - name: prison_safety__b
                  description: One row for each …

    warning[docs/described]: the model `prison_safety__c` has no description
      ╭▸ models/prison/prison_safety/properties.yaml:7:11
      │
    7 │   - name: prison_safety__c
      │           ━━━━━━━━━━━━━━━━
      │
      ╰ help: say what a row of it is:
                - name: prison_safety__c
                  description: One row for each …

    note[docs/columns-described]: the column `id` of `prison_safety__a` has no description
      ╭▸ models/prison/prison_safety/properties.yaml:4:15
      │
    4 │       - name: id
      │               ━━
      │
      ╰ help:       - name: id
                      description: …

    ✗ Checked 1 changed file: 1 error, 3 warnings, 1 note.
      To learn more about a rule: cadet explain jinja/renders
    --- exit code 1
    ");
}

#[test]
fn settings_that_cannot_be_used_are_shown_with_their_line() {
    let told = |text: &str| {
        let ran = Sandbox::new().file("cadet.yaml", text).cadet(&["check", "--all"]);
        assert_eq!(ran.code, 2, "{}", ran.shown());
        ran.stderr.lines().take(5).collect::<Vec<_>>().join("\n")
    };
    insta::assert_snapshot!(told("preset: none\nyaml:\n  indents: 3\n"), @"
    error[settings/cadet-yaml]: there is no setting `indents`; did you mean `indent`?
      ╭▸ cadet.yaml:3:3
      │
    3 │   indents: 3
      │   ━━━━━━━
    ");
    insta::assert_snapshot!(told("seed_rows: many\n"), @"
    error[settings/cadet-yaml]: a whole number belongs here, 0 or more
      ╭▸ cadet.yaml:1:12
      │
    1 │ seed_rows: many
      │            ━━━━
    ");
    insta::assert_snapshot!(told("schedules: daily\n"), @"
    error[settings/cadet-yaml]: a list belongs here, such as [one, two]
      ╭▸ cadet.yaml:1:12
      │
    1 │ schedules: daily
      │            ━━━━━
    ");
    insta::assert_snapshot!(told("rules:\n"), @"
    error[settings/cadet-yaml]: the key `rules` has no value: give it one, or take it out
      ╭▸ cadet.yaml:1:1
      │
    1 │ rules:
      │ ━━━━━
    ");
    insta::assert_snapshot!(told("threads: 2\nthreads: 3\n"), @"
    error[settings/cadet-yaml]: the key `threads` stands twice
      ╭▸ cadet.yaml:2:1
      │
    2 │ threads: 3
      │ ━━━━━━━
    ");
    insta::assert_snapshot!(told("paths:\n  models/:\n    dosc: off\n"), @"
    error[settings/cadet-yaml]: there is no rule and no group of rules `dosc`; did you mean `docs`?
      ╭▸ cadet.yaml:3:5
      │
    3 │     dosc: off
      │     ━━━━
    ");
    insta::assert_snapshot!(told("paths:\n  'a{b':\n    docs: off\n"), @"
    error[settings/cadet-yaml]: the pattern `a{b` is not written as in .gitignore
      ╭▸ cadet.yaml:2:3
      │
    2 │   'a{b':
      │   ━━━━━
    ");
}
