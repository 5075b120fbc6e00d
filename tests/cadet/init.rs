//! `cadet init`: settings and a workflow that fit the project.

use crate::support::{DBT_PROJECT, Sandbox};

/// Models named as the later handbook has it, with schedules, variables and a width of YAML of their own.
fn prefixed() -> Sandbox {
    let model =
        |tags: &str| format!("{{{{ config(tags='{tags}') }}}}\nselect '{{{{ env_var('DEPLOY_DAY') }}}}' as a\n");
    Sandbox::new()
        .file("models/prison/safety_datamarts/safety_datamarts__fct_visits.sql", &model("hourly"))
        .file("models/prison/safety_datamarts/safety_datamarts__dim_people.sql", &model("daily_6am"))
        .file("models/prison/safety_int/safety_int__int_visits_joined.sql", &model("wip"))
        .file(
            "models/prison/safety_int/properties.yaml",
            "models:\n    - name: safety_int__int_visits_joined\n      description: Visits with people.\n",
        )
        .file("models/prison/safety_int/more.yaml", "models:\n    - name: other\n")
        .file("macros/token.sql", "{% macro token() %}{{ env_var('SUPPLIER_TOKEN') }}{% endmacro %}\n")
}

#[test]
fn the_settings_fit_the_project() {
    let sandbox = prefixed();
    insta::assert_snapshot!(sandbox.cadet(&["init"]).shown(), @"
    Looked at mojap_derived_tables: 3 models, 0 seeds, 0 source tables.
      names      3 of 3 are named after the folder of their database: named as the later handbook has it, with prefixes
      schedules  hourly, daily_6am
      env_vars   DEPLOY_DAY
      YAML       4 spaces a level

    Wrote cadet.yaml.
    No workflow was written: cadet has no release that one could fetch. `cadet init --help` shows how to have one
    that builds cadet from a git repository.

    Next:
      cadet check --all   shows 8 findings (5 errors)
      cadet baseline      writes them down; from then on only what is new is told
      cadet check         checks what a branch changes, once the new files are committed on main
    --- exit code 0
    ");
    insta::assert_snapshot!(sandbox.read("cadet.yaml"), @"
    # How cadet checks this project. Every key may be left out: then holds what stands behind a `#`, or what cadet finds by
    # looking at the project. `cadet explain` lists the rules; docs/settings.md of cadet tells more of each key.

    # How models are named: suffix (visits_fct), prefix (fct_visits), or none for names of your own.
    preset: prefix

    # The tags by which models are scheduled.
    schedules: [hourly, daily_6am]

    # The environment variables that templates may read with env_var(). Left out as secrets: SUPPLIER_TOKEN.
    env_vars: [DEPLOY_DAY]

    # Materialisations that may not be used.
    # unsupported_materializations: []

    # Configs of the project's own, which neither dbt nor an adapter knows.
    # configs: []

    # How YAML files are to look.
    yaml: {indent: 4}

    # Levels that differ from the rules' own, for a rule or a group of them: error, warning, note or off.
    # rules:
    #   docs: warning

    # Levels for some of the files, by patterns as in .gitignore.
    # paths:
    #   models/archive/:
    #     docs: off

    # A seed with more rows gets a warning, and one with more than the limit an error.
    # seed_rows: 1000
    # seed_rows_limit: 10000

    # Words that may end the name of an intermediate model, beside past participles such as `joined`.
    # transformations: [pivot]

    # The most versions of one model that should live at the same time.
    # live_versions: 3
    ");
    let ran = sandbox.cadet(&["check", "--all", "--quiet"]);
    assert_ne!(ran.code, 2, "{}", ran.shown());
}

#[test]
fn nothing_is_set_that_holds_anyway() {
    let sandbox = Sandbox::fixture();
    insta::assert_snapshot!(sandbox.cadet(&["init"]).shown(), @"
    Looked at mojap_derived_tables: 28 models, 2 seeds, 6 source tables.
      names      30 of 30 are named after the folder of their database: named as the handbook has it, with suffixes
      schedules  daily, weekly, monthly
      env_vars   none
      YAML       2 spaces a level

    Wrote cadet.yaml.
    No workflow was written: cadet has no release that one could fetch. `cadet init --help` shows how to have one
    that builds cadet from a git repository.

    Next:
      cadet check --all   finds nothing to fix today
      cadet check         checks what a branch changes, once the new files are committed on main
    --- exit code 0
    ");
    let text = sandbox.read("cadet.yaml");
    let is_comment = |line: &str| line.is_empty() || line.starts_with('#');
    assert!(text.lines().all(is_comment), "{text}");
    let before = Sandbox::fixture().cadet(&["check", "--all"]);
    assert_eq!(sandbox.cadet(&["check", "--all"]).shown(), before.shown());
}

#[test]
fn every_line_that_is_a_comment_may_be_uncommented() {
    let sandbox = Sandbox::fixture();
    sandbox.cadet(&["init"]);
    let text = sandbox.read("cadet.yaml");
    let is_key = |line: &str| {
        line.strip_prefix("# ").is_some_and(|rest| {
            rest.starts_with([' ', '-'])
                || rest.split(':').next().is_some_and(|key| !key.contains(' ') && rest.contains(':'))
        })
    };
    let set: String =
        text.lines().map(|line| if is_key(line) { format!("{}\n", &line[2..]) } else { format!("{line}\n") }).collect();
    assert!(
        set.contains("\npreset: suffix\n") && set.contains("\npaths:\n  models/archive/:\n    docs: off\n"),
        "{set}"
    );
    let sandbox = sandbox.file("cadet.yaml", &set);
    assert_eq!(sandbox.cadet(&["check", "--all", "--quiet"]).code, 0);
}

#[test]
fn names_that_follow_no_handbook_are_left_alone() {
    let sandbox = Sandbox::new()
        .file("models/marts/orders.sql", "select 1 as order_id\n")
        .file("models/marts/customers.sql", "{{ config(materialized='view') }}\nselect 1 as customer_id\n");
    let ran = sandbox.cadet(&["init"]);
    assert!(ran.stdout.contains("0 of 2 are named after the folder of their database"), "{}", ran.shown());
    assert!(sandbox.read("cadet.yaml").contains("\npreset: none\n"));
    assert_eq!(sandbox.cadet(&["check", "--all", "--quiet"]).code, 0);
}

#[test]
fn what_is_there_is_not_overwritten() {
    let sandbox = prefixed().file("cadet.yaml", "threads: 2\n");
    insta::assert_snapshot!(sandbox.cadet(&["init"]).shown(), @"
    --- stderr
    error: there is a cadet.yaml already
    help: see what would be written with --dry-run, or write it anew with --force
    --- exit code 2
    ");
    let shown = sandbox.cadet(&["init", "--dry-run", "--quiet"]);
    assert!(shown.stdout.contains("This would be written to cadet.yaml:"), "{}", shown.shown());
    assert!(shown.stdout.contains("There is a cadet.yaml already"), "{}", shown.shown());
    assert_eq!((shown.code, sandbox.read("cadet.yaml")), (0, "threads: 2\n".to_owned()));
    assert_eq!(sandbox.cadet(&["init", "--force"]).code, 0);
    assert!(sandbox.read("cadet.yaml").contains("\npreset: prefix\n"));
}

#[test]
fn a_dry_run_writes_nothing() {
    let sandbox = prefixed().commit("the project");
    let from = ["--cadet-repository", "https://github.com/o/cadet", "--cadet-commit", SHA];
    let ran = sandbox.cadet(&[&["init", "--dry-run"], from.as_slice()].concat());
    assert!(ran.stdout.contains("This would be written to .github/workflows/cadet.yml:"), "{}", ran.shown());
    assert!(!sandbox.root().join("cadet.yaml").exists() && !sandbox.root().join(".github").exists());
}

const SHA: &str = "0123456789abcdef0123456789abcdef01234567";

#[test]
fn the_workflow_builds_cadet_from_a_commit_and_lies_at_the_top_of_the_repository() {
    let sandbox = Sandbox::new()
        .remove("dbt_project.yml")
        .file("transform/dbt_project.yml", DBT_PROJECT)
        .file("transform/packages.yml", "packages:\n  - local: ../own\n")
        .commit("the project");
    let args = ["init", "--cadet-repository", "https://github.com/o/cadet", "--cadet-commit", SHA];
    insta::assert_snapshot!(sandbox.cadet(&args).shown(), @"
    Looked at mojap_derived_tables: 0 models, 0 seeds, 0 source tables.
      names      0 of 0 are named after the folder of their database: named as the handbook has it, with suffixes
      schedules  none
      env_vars   none
      YAML       2 spaces a level

    Wrote cadet.yaml.
    Wrote .github/workflows/cadet.yml.

    Next:
      cadet check --all   shows 1 finding (1 error)
      cadet check         checks what a branch changes, once the new files are committed on main
    --- exit code 0
    ");
    let text = sandbox.read(".github/workflows/cadet.yml");
    let yaml: serde_yaml::Value = serde_yaml::from_str(&text).unwrap();
    assert_eq!(yaml["jobs"]["cadet"]["permissions"]["contents"], "read");
    insta::assert_snapshot!(text, @r#"
    # Checks each pull request with cadet, builds what it changes on an embedded DuckDB, tests it, and reports.
    name: cadet

    on:
      pull_request:
      push:
        branches: [main]

    permissions: {}

    concurrency:
      group: cadet-${{ github.event.pull_request.number || github.run_id }}
      cancel-in-progress: true

    jobs:
      cadet:
        name: cadet
        runs-on: ubuntu-24.04
        # cadet is built once, which takes about 20 minutes or more; later runs take it from the cache.
        timeout-minutes: 90
        permissions:
          contents: read
        steps:
          - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
            with:
              # cadet compares with the base, and needs the commits up to it.
              fetch-depth: 0
              persist-credentials: false
          - uses: actions/cache@5a3ec84eff668545956fd18022155c47e93e2684 # v4.2.3
            id: cache
            with:
              path: ~/cadet
              key: cadet-${{ runner.os }}-${{ runner.arch }}-0123456789abcdef0123456789abcdef01234567
          - name: Build cadet
            if: steps.cache.outputs.cache-hit != 'true'
            run: |
              rustup toolchain install stable --profile minimal
              cargo +stable install --locked --root ~/cadet --git https://github.com/o/cadet --rev 0123456789abcdef0123456789abcdef01234567 cadet
          - name: Put cadet on the PATH
            run: echo ~/cadet/bin >> "$GITHUB_PATH"
          - name: Install the project's packages
            if: github.event_name == 'pull_request'
            working-directory: transform
            run: cadet deps
          - name: Check and build what changed
            if: github.event_name == 'pull_request'
            working-directory: transform
            run: cadet ci
    "#);
    assert!(sandbox.read("transform/cadet.yaml").starts_with("# How cadet checks this project."));
}

#[test]
fn a_workflow_is_not_written_from_what_can_change_or_do_harm() {
    let sandbox = Sandbox::new().commit("the project");
    let told = |repository: &str, commit: &str| {
        let ran = sandbox.cadet(&["init", "--cadet-repository", repository, "--cadet-commit", commit]);
        assert_eq!(ran.code, 2, "{}", ran.shown());
        ran.stderr
    };
    insta::assert_snapshot!(told("https://github.com/o/cadet", "main"), @"
    error: `main` is not the full SHA of a commit
    help: give all 40 digits, as `git rev-parse HEAD` prints them: a branch or a tag can change
    ");
    insta::assert_snapshot!(told("https://github.com/o/cadet; curl evil", SHA), @"
    error: `https://github.com/o/cadet; curl evil` is no address that a workflow can fetch cadet from
    help: name a git repository as https://github.com/<owner>/cadet
    ");
    assert!(!sandbox.root().join("cadet.yaml").exists());
}

#[cfg(unix)]
#[test]
fn nothing_is_written_through_a_link() {
    let outside = tempfile::TempDir::new().unwrap();
    let sandbox = Sandbox::new().commit("the project").link(".github", &outside.path().display().to_string());
    let args = ["init", "--force", "--cadet-repository", "https://github.com/o/cadet", "--cadet-commit", SHA];
    insta::assert_snapshot!(sandbox.cadet(&args).shown(), @"
    --- stderr
    error: there is a symbolic link on the way to .github/workflows/cadet.yml
    help: cadet does not write through links: put a plain file or folder in its place
    --- exit code 2
    ");
    assert_eq!(std::fs::read_dir(outside.path()).unwrap().count(), 0);
    assert!(!sandbox.root().join("cadet.yaml").exists());
}
