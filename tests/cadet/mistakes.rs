//! What people get wrong, each with the words that they are told and the exit code: 0 nothing wrong, 1 something to fix,
//! 2 bad usage or settings, 3 the run could not be done.

use std::fs;

use git2::{Repository, Signature};

use crate::support::{HERE, Ran, Sandbox};

const FOLDER: &str = "models/prison/prison_safety";

/// A model with its property file, on `main`, and the branch `work` checked out.
fn branch() -> Sandbox {
    project().commit("the project").branch("work")
}

fn project() -> Sandbox {
    model(Sandbox::new(), "visits_stg", "select 1 as visit_id, 2 as visitor_count\n")
}

/// A described model `prison_safety__<name>`.
fn model(sandbox: Sandbox, name: &str, sql: &str) -> Sandbox {
    let yaml = format!("models:\n  - name: prison_safety__{name}\n    description: One row for each visit.\n");
    sandbox
        .file(&format!("{FOLDER}/prison_safety__{name}.sql"), sql)
        .file(&format!("{FOLDER}/prison_safety__{name}.yaml"), &yaml)
}

/// The described model `prison_safety__visits_fct` with these tests on its column `visit_id`.
fn tested(tests: &str) -> Sandbox {
    let yaml = format!(
        "models:\n  - name: prison_safety__visits_fct\n    description: One row for each visit.\n    columns:\n      - name: visit_id\n        data_tests:\n{tests}"
    );
    model(branch(), "visits_fct", "select visit_id from {{ ref('prison_safety__visits_stg') }}\n")
        .file(&format!("{FOLDER}/prison_safety__visits_fct.yaml"), &yaml)
}

/// The findings without their advice: level, rule, place and message.
fn found(ran: &Ran) -> String {
    let report: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap_or_else(|_| panic!("{}", ran.shown()));
    let text = |value: &serde_json::Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let line = |finding: &serde_json::Value| {
        let place = ["path", "line", "column"].map(|key| text(&finding[key])).join(":");
        format!("{}[{}] {place}\n  {}\n", text(&finding["level"]), text(&finding["rule"]), text(&finding["message"]))
    };
    report["findings"].as_array().unwrap().iter().map(line).collect::<String>() + &format!("--- exit code {}", ran.code)
}

#[test]
fn a_column_that_does_not_exist() {
    let sandbox = model(
        branch(),
        "visits_fct",
        "select\n    visit_id,\n    visitor_counts\nfrom {{ ref('prison_safety__visits_stg') }}\n",
    );
    insta::assert_snapshot!(sandbox.cadet(&["deploy", "--threads", "1"]).shown(), @"
       built  table       prison_safety__visits_stg  1 row
      failed  table       prison_safety__visits_fct  there is no column `visitor_counts` in the tables that this reads

    error[deploy/build]: there is no column `visitor_counts` in the tables that this reads
      ╭▸ models/prison/prison_safety/prison_safety__visits_fct.sql:3:5
      │
    3 │     visitor_counts
      │     ━━━━━━━━━━━━━━
      │
      ╰ help: did you mean `visitor_count`?

    error[sql/unknown-column]: the model `prison_safety__visits_stg` has no column `visitor_counts`
      ╭▸ models/prison/prison_safety/prison_safety__visits_fct.sql:3:5
      │
    3 │     visitor_counts
      │     ━━━━━━━━━━━━━━
      │
      ╰ help: did you mean `visitor_count`?

    ✗ 1 table built, 1 failed.
    --- exit code 1
    ");
}

#[test]
fn a_column_that_does_not_exist_in_the_line_of_a_macro() {
    let sandbox =
        model(branch(), "visits_fct", "select {{ counted() }}\nfrom {{ ref('prison_safety__visits_stg') }}\n")
            .file("macros/counted.sql", "{% macro counted() %}\n    sum(visitors) as visitor_count\n{% endmacro %}\n");
    insta::assert_snapshot!(sandbox.cadet(&["deploy", "--threads", "1"]).shown(), @"
       built  table       prison_safety__visits_stg  1 row
      failed  table       prison_safety__visits_fct  there is no column `visitors` in the tables that this reads

    error[deploy/build]: there is no column `visitors` in the tables that this reads
      ╭▸ models/prison/prison_safety/prison_safety__visits_fct.sql:1:8
      │
    1 │ select {{ counted() }}
      │        ━━━━━━━━━━━━━━━
      │
      ╰ help: check the column's name in the tables after `from`; text takes single quotes, as in 'text'

    error[sql/unknown-column]: the model `prison_safety__visits_stg` has no column `visitors`
      ╭▸ models/prison/prison_safety/prison_safety__visits_fct.sql:1:8
      │
    1 │ select {{ counted() }}
      │        ━━━━━━━━━━━━━━━
      │
      ╰ help: check the name, or add the column there

    ✗ 1 table built, 1 failed.
    --- exit code 1
    ");
}

/// A seed with a comma that is not quoted.
fn ragged() -> Sandbox {
    branch().file("seeds/prison/prison_safety/prison_safety__sites.csv", "code,name\n1,Fen, North\n2,Moor\n").file(
        "seeds/prison/prison_safety/prison_safety__sites.yaml",
        "seeds:\n  - name: prison_safety__sites\n    description: Sites.\n",
    )
}

#[test]
fn a_seed_with_a_value_too_many_is_found_by_check() {
    insta::assert_snapshot!(ragged().cadet(&["check"]).shown(), @"
    error[seeds/readable]: the row on line 2 has 3 values, but the header has 2 columns
     ╭▸ seeds/prison/prison_safety/prison_safety__sites.csv
     ╰ help: add the missing value (two commas make an empty one), or put quotes around a value that holds a comma

    ✗ Checked 2 changed files: 1 error.
      To learn more about a rule: cadet explain seeds/readable
    --- exit code 1
    ");
}

#[test]
fn a_seed_with_a_value_too_many_is_not_loaded() {
    let sandbox = model(ragged(), "visits_fct", "select * from {{ ref('prison_safety__sites') }}\n");
    insta::assert_snapshot!(sandbox.cadet(&["deploy", "--threads", "1"]).shown(), @"
     skipped  seed        prison_safety__sites  not built: fix seeds/readable first
     skipped  table       prison_safety__visits_fct  prison_safety__sites was not built

    error[seeds/readable]: the row on line 2 has 3 values, but the header has 2 columns
     ╭▸ seeds/prison/prison_safety/prison_safety__sites.csv
     ╰ help: add the missing value (two commas make an empty one), or put quotes around a value that holds a comma

    ✗ 0 tables built, 2 skipped.
    --- exit code 1
    ");
}

#[test]
fn a_seed_without_a_line() {
    let sandbox = ragged().file("seeds/prison/prison_safety/prison_safety__sites.csv", "");
    insta::assert_snapshot!(sandbox.cadet(&["check"]).shown(), @"
    error[seeds/readable]: this seed is empty
     ╭▸ seeds/prison/prison_safety/prison_safety__sites.csv
     ╰ help: give it a first line with the names of the columns

    ✗ Checked 2 changed files: 1 error.
      To learn more about a rule: cadet explain seeds/readable
    --- exit code 1
    ");
}

#[test]
fn a_seed_with_a_quote_that_never_ends() {
    let sandbox = ragged().file("seeds/prison/prison_safety/prison_safety__sites.csv", "code,name\n1,\"Fen\n2,Moor\n");
    insta::assert_snapshot!(sandbox.cadet(&["check"]).shown(), @r#"
    error[seeds/readable]: a quote in the row on line 2 never ends, so the rest of the file is read as one value
     ╭▸ seeds/prison/prison_safety/prison_safety__sites.csv
     ╰ help: close the quote, or double it (`""`) where it is part of the text

    ✗ Checked 2 changed files: 1 error.
      To learn more about a rule: cadet explain seeds/readable
    --- exit code 1
    "#);
}

#[test]
fn a_tab_in_yaml() {
    let sandbox = branch().file(
        &format!("{FOLDER}/prison_safety__visits_stg.yaml"),
        "models:\n  - name: prison_safety__visits_stg\n\tdescription: Visits.\n",
    );
    insta::assert_snapshot!(sandbox.cadet(&["check"]).shown(), @"
    error[yaml/parses]: this YAML file cannot be read: a line is indented with a tab
      ╭▸ models/prison/prison_safety/prison_safety__visits_stg.yaml:3:1
      │
    3 │     description: Visits.
      │ ━━━━
      │
      ╰ help: replace the tab by spaces, 2 for each level

    ✗ Checked 1 changed file: 1 error.
      To learn more about a rule: cadet explain yaml/parses
    --- exit code 1
    ");
}

#[test]
fn two_models_in_a_circle() {
    let sandbox = model(branch(), "visits_fct", "select * from {{ ref('prison_safety__visitors_fct') }}\n");
    let sandbox = model(sandbox, "visitors_fct", "select * from {{ ref('prison_safety__visits_fct') }}\n");
    insta::assert_snapshot!(sandbox.cadet(&["check"]).shown(), @"
    error[references/no-circles]: these models depend on each other in a circle: prison_safety__visitors_fct → prison_safety__visits_fct → prison_safety__visitors_fct
     ╭▸ models/prison/prison_safety/prison_safety__visitors_fct.sql
     ├ note: `prison_safety__visitors_fct` refers to this
     ⸬  models/prison/prison_safety/prison_safety__visits_fct.sql
     ╰ help: one of them must not `ref` the next: move what both need into a third model

    warning[testing/primary-key]: `prison_safety__visitors_fct` has no primary key that is tested
      ╭▸ models/prison/prison_safety/prison_safety__visitors_fct.yaml:2:11
      │
    2 │   - name: prison_safety__visitors_fct
      │           ━━━━━━━━━━━━━━━━━━━━━━━━━━━
      │
      ╰ help: test the column that is different in each row:
                  columns:
                    - name: …
                      data_tests:
                        - unique
                        - not_null

    warning[testing/primary-key]: `prison_safety__visits_fct` has no primary key that is tested
      ╭▸ models/prison/prison_safety/prison_safety__visits_fct.yaml:2:11
      │
    2 │   - name: prison_safety__visits_fct
      │           ━━━━━━━━━━━━━━━━━━━━━━━━━
      │
      ╰ help: test the column that is different in each row:
                  columns:
                    - name: …
                      data_tests:
                        - unique
                        - not_null

    ✗ Checked 4 changed files: 1 error, 2 warnings.
      To learn more about a rule: cadet explain references/no-circles
    --- exit code 1
    ");
}

#[test]
fn a_base_that_does_not_exist() {
    insta::assert_snapshot!(branch().cadet(&["check", "--base", "releese"]).shown(), @"
    --- stderr
    error: the base `releese` does not exist in this repository
    help: fetch it (`git fetch origin releese`) or name another one with --base
    --- exit code 3
    ");
}

#[test]
fn a_head_that_does_not_exist() {
    assert_eq!(branch().cadet(&["check", "--head", "wrok"]).code, 3);
}

#[test]
fn no_branch_to_compare_with() {
    let sandbox = project().commit("the project").branch("work");
    Repository::open(sandbox.root()).unwrap().find_branch("main", git2::BranchType::Local).unwrap().delete().unwrap();
    insta::assert_snapshot!(sandbox.cadet(&["check"]).shown(), @"
    --- stderr
    error: no base to compare with: neither `origin/main`, `main`, `origin/master` nor `master` exists
    help: name the branch that you will merge into with --base
    --- exit code 3
    ");
}

#[test]
fn a_clone_without_the_commit_where_the_branches_part() {
    let sandbox = branch();
    // A second root stands for a branch of which only the last commit was fetched.
    let repository = Repository::open(sandbox.root()).unwrap();
    let tree = repository.head().unwrap().peel_to_tree().unwrap();
    let signature = Signature::now("a test", "test@localhost").unwrap();
    let cut = repository.commit(None, &signature, &signature, "cut off", &tree, &[]).unwrap();
    repository.reference("refs/heads/work", cut, true, "a shallow fetch").unwrap();
    insta::assert_snapshot!(sandbox.cadet(&["check"]).shown(), @"
    --- stderr
    error: `main` and your branch have no commit in common
    help: name the branch that you will merge into with --base
    --- exit code 3
    ");
    fs::write(sandbox.root().join(".git/shallow"), format!("{cut}\n")).unwrap();
    insta::assert_snapshot!(sandbox.cadet(&["check"]).shown(), @"
    --- stderr
    error: this clone is shallow and does not hold the commit where `main` and your branch part
    help: run `git fetch --unshallow`; in a workflow give actions/checkout `fetch-depth: 0`
    --- exit code 3
    ");
}

#[test]
fn no_repository() {
    insta::assert_snapshot!(project().cadet(&["check"]).shown(), @"
    --- stderr
    error: [folder] is not inside a git repository
    help: run cadet inside a clone, or pass --project-dir; `cadet check --all` needs no repository
    --- exit code 3
    ");
    insta::assert_snapshot!(project().cadet(&["check", "--all"]).shown(), @"
    warning[testing/primary-key]: `prison_safety__visits_stg` has no primary key that is tested
      ╭▸ models/prison/prison_safety/prison_safety__visits_stg.yaml:2:11
      │
    2 │   - name: prison_safety__visits_stg
      │           ━━━━━━━━━━━━━━━━━━━━━━━━━
      │
      ╰ help: test the column that is different in each row:
                  columns:
                    - name: …
                      data_tests:
                        - unique
                        - not_null

    ✓ Checked the whole project: 1 warning.
      To learn more about a rule: cadet explain testing/primary-key
    --- exit code 0
    ");
}

#[test]
fn a_repository_without_a_commit() {
    let sandbox = project();
    Repository::init(sandbox.root()).unwrap();
    insta::assert_snapshot!(sandbox.cadet(&["check"]).shown(), @"
    --- stderr
    error: this repository has no commit yet
    help: commit something first, or run `cadet check --all`
    --- exit code 3
    ");
}

#[test]
fn a_model_that_is_not_utf_8() {
    let model = format!("{FOLDER}/prison_safety__visits_stg.sql");
    let sandbox = branch().bytes(&model, b"select 'Ch\xe2telet' as visit_id\n");
    insta::assert_snapshot!(sandbox.cadet(&["check", &model]).shown(), @r#"
    error[files/readable]: this file is not UTF-8 text: line 1 holds the byte 0xe2
     ╭▸ models/prison/prison_safety/prison_safety__visits_stg.sql
     ╰ help: save it as UTF-8 (in Excel: "CSV UTF-8"; in an editor: "Save with encoding")

    ✗ Checked 1 changed file: 1 error.
      To learn more about a rule: cadet explain files/readable
    --- exit code 1
    "#);
}

#[test]
fn a_byte_order_mark_moves_no_column() {
    let sandbox = model(branch(), "visits_fct", "\u{feff}select * from {{ ref('prison_safety__vists_stg') }}\n");
    insta::assert_snapshot!(sandbox.cadet(&["check"]).shown(), @"
    error[references/exist]: there is no model or seed named `prison_safety__vists_stg`
      ╭▸ models/prison/prison_safety/prison_safety__visits_fct.sql:1:18
      │
    1 │ select * from {{ ref('prison_safety__vists_stg') }}
      │                  ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━
      │
      ╰ help: did you mean `prison_safety__visits_stg`?

    warning[testing/primary-key]: `prison_safety__visits_fct` has no primary key that is tested
      ╭▸ models/prison/prison_safety/prison_safety__visits_fct.yaml:2:11
      │
    2 │   - name: prison_safety__visits_fct
      │           ━━━━━━━━━━━━━━━━━━━━━━━━━
      │
      ╰ help: test the column that is different in each row:
                  columns:
                    - name: …
                      data_tests:
                        - unique
                        - not_null

    ✗ Checked 2 changed files: 1 error, 1 warning.
      To learn more about a rule: cadet explain references/exist
    --- exit code 1
    ");
}

#[cfg(unix)]
#[test]
fn a_link_under_models_is_not_followed() {
    let outside = Sandbox::new().file("secret.sql", "select 'what no one may read' as secret\n");
    let target = outside.root().join("secret.sql");
    let sandbox = branch().link(&format!("{FOLDER}/prison_safety__secret_fct.sql"), target.to_str().unwrap());
    insta::assert_snapshot!(sandbox.cadet(&["check"]).shown(), @"
    error[files/readable]: this is a symbolic link, which cadet does not follow
     ╭▸ models/prison/prison_safety/prison_safety__secret_fct.sql
     ╰ help: put the file itself here: a link can point at anything on the machine that checks it

    ✗ Checked 1 changed file: 1 error.
      To learn more about a rule: cadet explain files/readable
    --- exit code 1
    ");
    for command in ["check", "deploy", "compile"] {
        let ran = sandbox.cadet(&[command]);
        assert!(!ran.shown().contains("may read"), "{}", ran.shown());
    }
}

#[cfg(unix)]
#[test]
fn a_folder_that_is_a_link_is_not_followed() {
    let sandbox = branch().link("models/prison/etc", "/etc");
    insta::assert_snapshot!(sandbox.cadet(&["check"]).shown(), @"
    error[files/readable]: this is a symbolic link, which cadet does not follow
     ╭▸ models/prison/etc
     ╰ help: put the file itself here: a link can point at anything on the machine that checks it

    ✗ Checked 1 changed file: 1 error.
      To learn more about a rule: cadet explain files/readable
    --- exit code 1
    ");
}

#[test]
fn settings_with_a_key_that_cadet_does_not_know() {
    let ran = project().file("cadet.yaml", "seed_row: 10\n").commit("the project").cadet(&["check"]);
    assert!(ran.stderr.contains("there is no setting `seed_row`; did you mean `seed_rows`?"), "{}", ran.shown());
    assert_eq!(ran.code, 2);
}

#[test]
fn settings_with_a_rule_that_does_not_exist() {
    let sandbox = project().file("cadet.yaml", "rules:\n  naming/model-files: off\n").commit("the project");
    insta::assert_snapshot!(sandbox.cadet(&["check"]).shown(), @"
    --- stderr
    error[settings/cadet-yaml]: there is no rule and no group of rules `naming/model-files`; did you mean `naming/model-file`?
      ╭▸ cadet.yaml:2:3
      │
    2 │   naming/model-files: off
      │   ━━━━━━━━━━━━━━━━━━
      │
      ╰ help: nothing was done: cadet does not guess what was meant; see docs/settings.md for what cadet.yaml may hold
    --- exit code 2
    ");
}

#[test]
fn settings_with_a_level_that_does_not_exist() {
    let sandbox = project().file("cadet.yaml", "rules:\n  naming/model-file: ignore\n").commit("the project");
    let ran = sandbox.cadet(&["check"]);
    assert!(
        ran.stderr.contains("`ignore` means nothing here; known are error, warning, note, advice, off"),
        "{}",
        ran.shown()
    );
    assert_eq!(ran.code, 2);
}

#[test]
fn a_project_file_that_cannot_be_read() {
    let sandbox = branch()
        .file("dbt_project.yml", "name: mojap_derived_tables\nmodels:\n  +materialized: table\n +tags: daily\n");
    insta::assert_snapshot!(sandbox.cadet(&["check"]).shown(), @"
    error[yaml/parses]: this YAML file cannot be read: while parsing a block mapping, did not find expected key
      ╭▸ dbt_project.yml:4:2
      │
    4 │  +tags: daily
      │  ━
      │
      ╰ help: check the indentation (2 spaces a level), and put quotes around text that holds `: `, `#`, `{` or `*`

    ✗ Checked 1 changed file: 1 error.
      To learn more about a rule: cadet explain yaml/parses
    --- exit code 1
    ");
}

#[test]
fn a_project_file_without_a_name() {
    let sandbox = branch().file("dbt_project.yml", "version: '1.0'\n");
    insta::assert_snapshot!(sandbox.cadet(&["check"]).shown(), @"
    error[yaml/property-file]: the project has no `name`
     ╭▸ dbt_project.yml
     ╰ help: add `name: mojap_derived_tables` (or another name) at the top

    warning[config/unsupported-materialization]: `prison_safety__visits_stg` is a view because nothing says otherwise, and the service does not support that
     ╭▸ models/prison/prison_safety/prison_safety__visits_stg.sql
     ╰ help: put `+materialized: table` below `models:` and `:` in dbt_project.yml

    ✗ Checked 1 changed file: 1 error, 1 warning.
      To learn more about a rule: cadet explain yaml/property-file
    --- exit code 1
    ");
}

#[test]
fn a_target_that_does_not_exist() {
    let sandbox = Sandbox::fixture_branch();
    insta::assert_snapshot!(sandbox.cadet(&["check", "--target", "live"]).shown(), @"
    --- stderr
    error: the profile `mojap_derived_tables` has no target `live`
    help: its targets are dev, and `local`
    --- exit code 2
    ");
    insta::assert_snapshot!(sandbox.cadet(&["deploy", "--target", "dev"]).shown(), @"
    --- stderr
    error: the AWS region is not known: set `region` under `athena` in cadet.yaml, or AWS_REGION
    help: see docs/athena.md for the settings
    --- exit code 2
    ");
}

#[test]
fn a_folder_of_source_data_that_does_not_exist() {
    insta::assert_snapshot!(branch().cadet(&["deploy", "--source-data", "date"]).shown(), @"
    --- stderr
    error: the folder of source data date does not exist
    help: name a folder that holds <database>/<table>.csv
    --- exit code 2
    ");
}

#[test]
fn variables_that_are_not_a_map() {
    insta::assert_snapshot!(branch().cadet(&["compile", "--vars", "start"]).shown(), @"
    --- stderr
    error: --vars is not a YAML map
    help: write it as --vars '{name: value}'
    --- exit code 2
    ");
}

#[test]
fn a_selector_with_a_plus_in_the_middle() {
    insta::assert_snapshot!(branch().cadet(&["ls", "--select", "a+b"]).shown(), @"
    --- stderr
    note: the selector `a+b` matches nothing
    note: No nodes selected!
    --- exit code 0
    ");
}

#[test]
fn a_selector_that_matches_nothing() {
    insta::assert_snapshot!(branch().cadet(&["build", "--select", "prison_safety__visit_stg"]).shown(), @"

    ✓ 0 tables built.
    --- stderr
    note: the selector `prison_safety__visit_stg` matches nothing; did you mean `prison_safety__visits_stg`?
    note: No nodes selected!
    --- exit code 0
    ");
}

#[test]
fn a_template_without_an_end_is_stopped_and_the_other_mistakes_are_found() {
    let forever = "{% for a in range(99999) %}{% for b in range(99999) %}x{% endfor %}{% endfor %}\n";
    let sandbox = model(branch(), "visits_fct", forever);
    let sandbox = model(sandbox, "visitors_fct", "select * from {{ ref('prison_safety__vists_stg') }}\n");
    insta::assert_snapshot!(sandbox.cadet(&["check"]).shown(), @"
    error[references/exist]: there is no model or seed named `prison_safety__vists_stg`
      ╭▸ models/prison/prison_safety/prison_safety__visitors_fct.sql:1:18
      │
    1 │ select * from {{ ref('prison_safety__vists_stg') }}
      │                  ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━
      │
      ╰ help: did you mean `prison_safety__visits_stg`?

    error[jinja/renders]: this template runs for too long
      ╭▸ models/prison/prison_safety/prison_safety__visits_fct.sql:1:1
      │
    1 │ {% for a in range(99999) %}{% for b in range(99999) %}x{% endfor %}{% endfor %}
      │ ━━
      │
      ╰ help: a loop that never ends, or loops inside loops over long lists, cannot be rendered

    warning[testing/primary-key]: `prison_safety__visitors_fct` has no primary key that is tested
      ╭▸ models/prison/prison_safety/prison_safety__visitors_fct.yaml:2:11
      │
    2 │   - name: prison_safety__visitors_fct
      │           ━━━━━━━━━━━━━━━━━━━━━━━━━━━
      │
      ╰ help: test the column that is different in each row:
                  columns:
                    - name: …
                      data_tests:
                        - unique
                        - not_null

    warning[testing/primary-key]: `prison_safety__visits_fct` has no primary key that is tested
      ╭▸ models/prison/prison_safety/prison_safety__visits_fct.yaml:2:11
      │
    2 │   - name: prison_safety__visits_fct
      │           ━━━━━━━━━━━━━━━━━━━━━━━━━
      │
      ╰ help: test the column that is different in each row:
                  columns:
                    - name: …
                      data_tests:
                        - unique
                        - not_null

    ✗ Checked 4 changed files: 2 errors, 2 warnings.
      To learn more about a rule: cadet explain references/exist
    --- exit code 1
    ");
}

#[test]
fn a_macro_that_calls_itself() {
    let sandbox = model(branch(), "visits_fct", "select {{ again(1) }} as visit_id\n")
        .file("macros/again.sql", "{% macro again(n) %}{{ again(n + 1) }}{% endmacro %}\n");
    let ran = sandbox.cadet(&["check", "--format", "json"]);
    assert!(found(&ran).starts_with("error[jinja/renders] macros/again.sql:1:24\n"), "{}", ran.shown());
    assert_eq!(ran.code, 1);
}

#[test]
fn a_variable_of_the_environment_is_not_read_unless_it_is_allowed() {
    let secret = [("AWS_SECRET_ACCESS_KEY", "hunter2hunter2")];
    let sql = "select '{{ env_var('AWS_SECRET_ACCESS_KEY') }}' as visit_id\n";
    let sandbox = model(branch(), "visits_fct", sql).file("cadet.yaml", "env_vars: [AWS_SECRET_ACCESS_KEY]\n");
    insta::assert_snapshot!(found(&sandbox.cadet_with(&["check", "--format", "json"], &secret)), @"
    error[jinja/renders] models/prison/prison_safety/prison_safety__visits_fct.sql:1:12
      the environment variable `AWS_SECRET_ACCESS_KEY` may not be read here
    warning[testing/primary-key] models/prison/prison_safety/prison_safety__visits_fct.yaml:2:11
      `prison_safety__visits_fct` has no primary key that is tested
    --- exit code 1
    ");
    for command in ["check", "deploy", "ci"] {
        let ran = sandbox.cadet_with(&[command], &secret);
        assert!(!ran.shown().contains("hunter2"), "{}", ran.shown());
    }
    let written = fs::read_to_string(sandbox.root().join("target/manifest.json")).unwrap();
    assert!(!written.contains("hunter2"));
    assert!(!sandbox.read("logs/cadet.log").contains("hunter2"));
}

#[test]
fn a_variable_of_the_environment_is_read_when_main_allows_it() {
    let sandbox = model(project(), "visits_fct", "select '{{ env_var('REGION') }}' as region\n")
        .file("cadet.yaml", "env_vars: [REGION]\n")
        .commit("the project");
    insta::assert_snapshot!(sandbox.cadet_with(&["compile"], &[("REGION", "north")]).shown(), @"
    ✓ Compiled 2 nodes to target/compiled/mojap_derived_tables.
    --- exit code 0
    ");
    insta::assert_snapshot!(sandbox.read(&format!("target/compiled/mojap_derived_tables/{FOLDER}/prison_safety__visits_fct.sql")), @"select 'north' as region");
}

#[test]
fn a_model_that_is_not_a_query() {
    let sandbox = model(branch(), "visits_fct", "drop table prison_safety.visits_stg\n");
    insta::assert_snapshot!(sandbox.cadet(&["check"]).shown(), @"
    error[sql/parses]: a model must be a query
      ╭▸ models/prison/prison_safety/prison_safety__visits_fct.sql:1:1
      │
    1 │ drop table prison_safety.visits_stg
      │ ━━━━
      │
      ╰ help: write one `select` (with its `with`); cadet creates the table itself

    warning[testing/primary-key]: `prison_safety__visits_fct` has no primary key that is tested
      ╭▸ models/prison/prison_safety/prison_safety__visits_fct.yaml:2:11
      │
    2 │   - name: prison_safety__visits_fct
      │           ━━━━━━━━━━━━━━━━━━━━━━━━━
      │
      ╰ help: test the column that is different in each row:
                  columns:
                    - name: …
                      data_tests:
                        - unique
                        - not_null

    ✗ Checked 2 changed files: 1 error, 1 warning.
      To learn more about a rule: cadet explain sql/parses
    --- exit code 1
    ");
}

#[test]
fn a_model_of_two_statements() {
    let sandbox = model(branch(), "visits_fct", "select 1 as visit_id;\ndrop table prison_safety.visits_stg\n");
    insta::assert_snapshot!(sandbox.cadet(&["check"]).shown(), @"
    error[sql/parses]: a model must be one query, and this is more than one statement
      ╭▸ models/prison/prison_safety/prison_safety__visits_fct.sql:1:21
      │
    1 │ select 1 as visit_id;
      │                     ━
      │
      ╰ help: keep one `select`; put the others into models of their own

    warning[testing/primary-key]: `prison_safety__visits_fct` has no primary key that is tested
      ╭▸ models/prison/prison_safety/prison_safety__visits_fct.yaml:2:11
      │
    2 │   - name: prison_safety__visits_fct
      │           ━━━━━━━━━━━━━━━━━━━━━━━━━
      │
      ╰ help: test the column that is different in each row:
                  columns:
                    - name: …
                      data_tests:
                        - unique
                        - not_null

    ✗ Checked 2 changed files: 1 error, 1 warning.
      To learn more about a rule: cadet explain sql/parses
    --- exit code 1
    ");
}

#[test]
fn a_model_that_ends_in_a_semicolon() {
    let sandbox = model(branch(), "visits_fct", "select 1 as visit_id;\n");
    insta::assert_snapshot!(sandbox.cadet(&["check"]).shown(), @"
    error[sql/parses]: a model must not end in `;`
      ╭▸ models/prison/prison_safety/prison_safety__visits_fct.sql:1:21
      │
    1 │ select 1 as visit_id;
      │                     ━
      │
      ╰ help: take the `;` away: cadet puts the query inside the statement that creates the table

    warning[testing/primary-key]: `prison_safety__visits_fct` has no primary key that is tested
      ╭▸ models/prison/prison_safety/prison_safety__visits_fct.yaml:2:11
      │
    2 │   - name: prison_safety__visits_fct
      │           ━━━━━━━━━━━━━━━━━━━━━━━━━
      │
      ╰ help: test the column that is different in each row:
                  columns:
                    - name: …
                      data_tests:
                        - unique
                        - not_null

    ✗ Checked 2 changed files: 1 error, 1 warning.
      To learn more about a rule: cadet explain sql/parses
    --- exit code 1
    ");
}

#[test]
fn an_empty_model() {
    let sandbox = model(branch(), "visits_fct", "\n");
    insta::assert_snapshot!(sandbox.cadet(&["check"]).shown(), @"
    error[sql/parses]: this model is empty
      ╭▸ models/prison/prison_safety/prison_safety__visits_fct.sql:1:1
      │
    1 │
      │ ━
      │
      ╰ help: write one select statement

    warning[testing/primary-key]: `prison_safety__visits_fct` has no primary key that is tested
      ╭▸ models/prison/prison_safety/prison_safety__visits_fct.yaml:2:11
      │
    2 │   - name: prison_safety__visits_fct
      │           ━━━━━━━━━━━━━━━━━━━━━━━━━
      │
      ╰ help: test the column that is different in each row:
                  columns:
                    - name: …
                      data_tests:
                        - unique
                        - not_null

    ✗ Checked 2 changed files: 1 error, 1 warning.
      To learn more about a rule: cadet explain sql/parses
    --- exit code 1
    ");
}

#[test]
fn two_models_of_one_name() {
    let sandbox = branch().file("models/prison/prison_visits/prison_safety__visits_stg.sql", "select 1 as visit_id\n");
    insta::assert_snapshot!(sandbox.cadet(&["check"]).shown(), @"
    error[naming/unique-names]: there are two of the model `prison_safety__visits_stg`: every model needs a name of its own
     ╭▸ models/prison/prison_visits/prison_safety__visits_stg.sql
     ├ note: this one has the same name
     ⸬  models/prison/prison_safety/prison_safety__visits_stg.sql
     ╰ help: rename one of the two

    ✗ Checked 1 changed file: 1 error.
      To learn more about a rule: cadet explain naming/unique-names
    --- exit code 1
    ");
}

#[test]
fn a_version_that_does_not_exist() {
    let listings = "models/courts/court_listings/marts/listings/court_listings__court_summary_fct.sql";
    let sandbox = Sandbox::fixture_branch().edit(listings, "v=2", "v=3");
    insta::assert_snapshot!(sandbox.cadet(&["check"]).shown(), @"
    error[references/exist]: `court_listings__courts_dim` has no version 3
      ╭▸ models/courts/court_listings/marts/listings/court_listings__court_summary_fct.sql:6:22
      │
    6 │     select * from {{ ref('court_listings__courts_dim', v=3) }}
      │                      ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━
      │
      ╰ help: its versions are 1, 2

    ✗ Checked 1 changed file: 1 error.
      To learn more about a rule: cadet explain references/exist
    --- exit code 1
    ");
}

#[test]
fn a_test_that_does_not_exist() {
    let sandbox = tested("          - not_nul\n");
    insta::assert_snapshot!(sandbox.cadet(&["check"]).shown(), @"
    error[jinja/renders]: there is no generic test named `not_nul`
      ╭▸ models/prison/prison_safety/prison_safety__visits_fct.yaml:7:13
      │
    7 │           - not_nul
      │             ━━━━━━━
      │
      ╰ help: did you mean `not_null`?

    warning[testing/primary-key]: `prison_safety__visits_fct` has no primary key that is tested
      ╭▸ models/prison/prison_safety/prison_safety__visits_fct.yaml:2:11
      │
    2 │   - name: prison_safety__visits_fct
      │           ━━━━━━━━━━━━━━━━━━━━━━━━━
      │
      ╰ help: test the column that is different in each row:
                  columns:
                    - name: …
                      data_tests:
                        - unique
                        - not_null

    note[docs/columns-described]: the column `visit_id` of `prison_safety__visits_fct` has no description
      ╭▸ models/prison/prison_safety/prison_safety__visits_fct.yaml:5:15
      │
    5 │       - name: visit_id
      │               ━━━━━━━━
      │
      ╰ help:       - name: visit_id
                      description: …

    ✗ Checked 2 changed files: 1 error, 1 warning, 1 note.
      To learn more about a rule: cadet explain jinja/renders
    --- exit code 1
    ");
}

#[test]
fn a_test_with_an_argument_that_it_does_not_take() {
    let sandbox = tested("          - accepted_values:\n              arguments:\n                value: [1]\n");
    insta::assert_snapshot!(found(&sandbox.cadet(&["check", "--format", "json"])), @"
    error[jinja/renders] models/prison/prison_safety/prison_safety__visits_fct.yaml:7:13
      `test_accepted_values` has no argument `value` (it has: model, column_name, values, quote)
    warning[testing/primary-key] models/prison/prison_safety/prison_safety__visits_fct.yaml:2:11
      `prison_safety__visits_fct` has no primary key that is tested
    note[docs/columns-described] models/prison/prison_safety/prison_safety__visits_fct.yaml:5:15
      the column `visit_id` of `prison_safety__visits_fct` has no description
    --- exit code 1
    ");
}

#[test]
fn a_test_of_a_model_that_does_not_exist() {
    let sandbox = tested(
        "          - relationships:\n              arguments:\n                to: ref('prison_safety__vists_stg')\n                field: visit_id\n",
    );
    insta::assert_snapshot!(sandbox.cadet(&["check"]).shown(), @"
    error[testing/lost-test]: there is no model or seed named `prison_safety__vists_stg`
      ╭▸ models/prison/prison_safety/prison_safety__visits_fct.yaml:7:13
      │
    7 │           - relationships:
      │             ━━━━━━━━━━━━━
      │
      ╰ help: did you mean `prison_safety__visits_stg`?

    warning[testing/primary-key]: `prison_safety__visits_fct` has no primary key that is tested
      ╭▸ models/prison/prison_safety/prison_safety__visits_fct.yaml:2:11
      │
    2 │   - name: prison_safety__visits_fct
      │           ━━━━━━━━━━━━━━━━━━━━━━━━━
      │
      ╰ help: test the column that is different in each row:
                  columns:
                    - name: …
                      data_tests:
                        - unique
                        - not_null

    note[docs/columns-described]: the column `visit_id` of `prison_safety__visits_fct` has no description
      ╭▸ models/prison/prison_safety/prison_safety__visits_fct.yaml:5:15
      │
    5 │       - name: visit_id
      │               ━━━━━━━━
      │
      ╰ help:       - name: visit_id
                      description: …

    ✗ Checked 2 changed files: 1 error, 1 warning, 1 note.
      To learn more about a rule: cadet explain testing/lost-test
    --- exit code 1
    ");
}

#[test]
fn a_source_that_does_not_exist() {
    let staging = "models/prison/prison_population/staging/prison_population__offenders_stg.sql";
    let sandbox =
        Sandbox::fixture_branch().edit(staging, "source('nomis', 'offenders')", "source('nomis', 'offender')");
    insta::assert_snapshot!(sandbox.cadet(&["check"]).shown(), @"
    error[references/exist]: the source `nomis` has no table `offender`
      ╭▸ models/prison/prison_population/staging/prison_population__offenders_stg.sql:6:22
      │
    6 │     select * from {{ source('nomis', 'offender') }}
      │                      ━━━━━━━━━━━━━━━━━━━━━━━━━━━
      │
      ╰ help: did you mean `offenders`?

    ✗ Checked 1 changed file: 1 error.
      To learn more about a rule: cadet explain references/exist
    --- exit code 1
    ");
}

#[test]
fn a_macro_that_does_not_exist() {
    let sandbox = model(branch(), "visits_fct", "select {{ get_count_colums('a') }} as visit_id\n");
    insta::assert_snapshot!(sandbox.cadet(&["check"]).shown(), @"
    error[jinja/renders]: there is no macro or function `get_count_colums`
      ╭▸ models/prison/prison_safety/prison_safety__visits_fct.sql:1:11
      │
    1 │ select {{ get_count_colums('a') }} as visit_id
      │           ━━━━━━━━━━━━━━━━━━━━━
      │
      ╰ help: macros are in the project's macros/ folder and in its packages; check the name

    warning[testing/primary-key]: `prison_safety__visits_fct` has no primary key that is tested
      ╭▸ models/prison/prison_safety/prison_safety__visits_fct.yaml:2:11
      │
    2 │   - name: prison_safety__visits_fct
      │           ━━━━━━━━━━━━━━━━━━━━━━━━━
      │
      ╰ help: test the column that is different in each row:
                  columns:
                    - name: …
                      data_tests:
                        - unique
                        - not_null

    ✗ Checked 2 changed files: 1 error, 1 warning.
      To learn more about a rule: cadet explain jinja/renders
    --- exit code 1
    ");
}

#[test]
fn jinja_that_is_not_closed() {
    let sandbox = model(branch(), "visits_fct", "select\n    {% if true %}\n    1 as visit_id\n");
    let ran = sandbox.cadet(&["check", "--format", "json"]);
    assert!(
        found(&ran).starts_with(&format!("error[jinja/renders] {FOLDER}/prison_safety__visits_fct.sql")),
        "{}",
        ran.shown()
    );
    assert_eq!(ran.code, 1);
}

#[test]
fn the_yaml_of_the_fixtures_pull_request_with_a_tab() {
    let path = "models/prison/prison_population/marts/population/prison_population__languages_fct.yaml";
    let broken = fs::read_to_string(format!("{HERE}/fixtures/pull_request/{path}")).unwrap();
    let sandbox = Sandbox::fixture_branch().file(path, &broken);
    insta::assert_snapshot!(sandbox.cadet(&["check"]).shown(), @"
    error[yaml/parses]: this YAML file cannot be read: a line is indented with a tab
       ╭▸ models/prison/prison_population/marts/population/prison_population__languages_fct.yaml:18:1
       │
    18 │     data_tests:
       │ ━━━━
       │
       ╰ help: replace the tab by spaces, 2 for each level

    ✗ Checked 1 changed file: 1 error.
      To learn more about a rule: cadet explain yaml/parses
    --- exit code 1
    ");
}
