//! What is printed when one asks for help, and in which colours.

use crate::support::Sandbox;

/// A project with one model that breaks a rule.
fn broken() -> Sandbox {
    Sandbox::new().file("models/prison/prison_safety/prison_safety__visits_fct.sql", "select visit_id, from visits\n")
}

#[test]
fn help_lists_the_commands() {
    insta::assert_snapshot!(Sandbox::new().cadet(&["--help"]).shown(), @"
    Checks a dbt project on every pull request, deploys what changed, tests it, and tells people what
    happened

    Usage: cadet [OPTIONS] <COMMAND>

    Commands:
      check        Check what changed between the base and your files
      init         Write a cadet.yaml, and a workflow, that fit the project
      baseline     Write down the findings of today, so that `check` tells only what is new
      deploy       Build and test what changed and everything downstream of it
      plan         Say what a deploy would do at most, without credentials
      ci           Check, deploy and report, as on a pull request
      parse        Read the project and write target/manifest.json
      compile      Write the SQL of models and tests to target/compiled
      show         Show rows of a model, a seed or a test, or of a query
      run          Build models
      seed         Load seeds
      snapshot     Bring the histories of snapshots up to date
      test         Run data tests and unit tests
      build        Load seeds, run unit tests, build models and run data tests, in the order of the
                   graph
      retry        Do again what failed or was skipped in the last run
      expire       Remove old tables that cadet built in a target on Athena
      debug        Check that cadet has everything it needs: project, settings, credentials, permissions
      deps         Install the packages of packages.yml or dependencies.yml, and lock their versions
      clean        Remove the folders of `clean-targets` in dbt_project.yml, such as target and
                   dbt_packages
      ls           List nodes
      source       Ask sources how old they are
      why          Say why a model, seed or test is in the change, or why it is not
      report       Tell how the last run ended, in a few lines or as a page
      explain      Explain a rule, or list all of them
      demo         Show everything on a small example, in a temporary folder
      completions  Print what a shell needs to complete commands and flags
      man          Print the man page, of cadet or of one of its commands
      schema       Print the JSON schema of cadet.yaml, for editors
      help         Print this message or the help of the given subcommand(s)

    Options:
      -h, --help     Print help
      -V, --version  Print version

    Options of every command:
          --project-dir <DIR>   The folder with dbt_project.yml [default: this one, one above it, or the
                                only one below it]
          --profiles-dir <DIR>  The folder with profiles.yml [default: DBT_PROFILES_DIR, the project's
                                folder, or ~/.dbt]
      -t, --target <NAME>       A target of profiles.yml; `local` is the profile's default target on the
                                embedded DuckDB
          --vars <YAML>         Variables as YAML, for example '{start: 2024-01-01}'; they win over
                                those in dbt_project.yml
          --threads <N>         How many tables to build at the same time [default: the target's
                                `threads`]
          --color <WHEN>        When to use colour; NO_COLOR is respected [default: auto] [possible
                                values: auto, always, never]
      -q, --quiet               Print findings and the result only
      -v, --verbose             Print every step, passed tests and sources too

    Examples:
      cadet demo                          see everything on a small example
      cadet check                         check what your branch changes
      cadet deploy --source-data data     build and test what your branch changes, on a local DuckDB
      cadet build --select +my_db__my_table
      cadet explain naming/model-file     what a rule asks for, and why

    Exit codes: 0 nothing wrong, 1 something to fix, 2 bad usage or settings, 3 the run could not be
    done,
    130 interrupted.
    --- exit code 0
    ");
}

#[test]
fn nothing_typed_shows_the_help() {
    let (nothing, help) = (Sandbox::new().cadet(&[]), Sandbox::new().cadet(&["--help"]));
    assert!(nothing.stderr.contains("Usage: cadet [OPTIONS] <COMMAND>"), "{}", nothing.shown());
    assert!(help.stdout.contains("Usage: cadet [OPTIONS] <COMMAND>"), "{}", help.shown());
    assert_eq!((nothing.code, help.code), (2, 0));
}

#[test]
fn help_of_check_has_examples() {
    insta::assert_snapshot!(Sandbox::new().cadet(&["check", "--help"]).shown(), @"
    Check what changed between the base and your files

    Usage: cadet check [OPTIONS] [PATH]...

    Arguments:
      [PATH]...
              Show only findings in these files and folders

    Options:
          --base <REF>
              The branch or commit that you will merge into [default: the pull request's base, or main]

          --head <REF>
              Look at this commit instead of the files in the working tree

          --all
              Look at the whole project, not only at what changed

          --fix
              Fix what can be fixed without changing what the project means

          --unsafe-fixes
              With --fix or --diff: fix also where a person should look at the outcome

          --diff
              Show what --fix would do as a diff, and write nothing; ends with 1 when there is something
              to fix

          --format <FORMAT>
              Possible values:
              - human:  For people, with the source lines
              - github: Workflow commands for a GitHub runner
              - json:   For scripts
              - sarif:  SARIF 2.1.0, for code scanning and editors
              - junit:  JUnit's XML, for CI systems that show tests
              
              [default: human]

      -h, --help
              Print help (see a summary with '-h')

    Options of every command:
          --project-dir <DIR>
              The folder with dbt_project.yml [default: this one, one above it, or the only one below
              it]

          --profiles-dir <DIR>
              The folder with profiles.yml [default: DBT_PROFILES_DIR, the project's folder, or ~/.dbt]

      -t, --target <NAME>
              A target of profiles.yml; `local` is the profile's default target on the embedded DuckDB

          --vars <YAML>
              Variables as YAML, for example '{start: 2024-01-01}'; they win over those in
              dbt_project.yml

          --threads <N>
              How many tables to build at the same time [default: the target's `threads`]

          --color <WHEN>
              When to use colour; NO_COLOR is respected
              
              [default: auto]
              [possible values: auto, always, never]

      -q, --quiet
              Print findings and the result only

      -v, --verbose
              Print every step, passed tests and sources too

    Examples:
      cadet check                      what your branch and your uncommitted work change
      cadet check --base release       compared with another branch
      cadet check --all                the whole project; needs no git
      cadet check models/prison        only findings in this folder
      cadet check --diff               what cadet can fix by itself, as a diff; writes nothing
      cadet check --fix                fix it
      cadet check --format json | jq .findings
    --- exit code 0
    ");
}

#[test]
fn the_version_is_printed() {
    assert_eq!(Sandbox::new().cadet(&["--version"]).stdout, format!("cadet {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn explain_lists_the_rules() {
    let ran = Sandbox::new().cadet(&["explain"]);
    assert!(ran.stdout.lines().any(|line| line.starts_with("naming/model-file  ")), "{}", ran.shown());
    assert_eq!(ran.code, 0);
}

#[test]
fn explain_shows_the_page_of_a_rule() {
    insta::assert_snapshot!(Sandbox::new().cadet(&["explain", "naming/model-file"]).shown(), @"
    # naming/model-file

    Level: error

    A model's file is named `<database>__<table>.sql`: the database is the folder's, and `__` stands in it once. Seeds are
    named in the same way.

    ## Why

    The name of the table in Athena is what follows `__`, and the database is what stands before it. A name without
    `__`, or with two of them, or with another database than its folder's, would deploy to the wrong place.

    ## Fails

    ```sql models/prison/prison_safety/prison_safety_visits.sql
    select 1 as visit_id
    ```

    ## Passes

    A database may lie in two domains, and the folders below it mean nothing.

    ```sql models/prison/prison_safety/prison_safety__visits.sql
    select 1 as visit_id
    ```
    ```sql models/courts/prison_safety/hearings/prison_safety__hearings.sql
    select 1 as hearing_id
    ```
    --- exit code 0
    ");
}

#[test]
fn explain_knows_what_was_meant() {
    insta::assert_snapshot!(Sandbox::new().cadet(&["explain", "model-file"]).shown(), @"
    --- stderr
    error: there is no rule `model-file`
    help: did you mean `naming/model-file`?
    --- exit code 2
    ");
    insta::assert_snapshot!(Sandbox::new().cadet(&["explain", "naming/modle-file"]).shown(), @"
    --- stderr
    error: there is no rule `naming/modle-file`
    help: did you mean `naming/model-file`?
    --- exit code 2
    ");
    insta::assert_snapshot!(Sandbox::new().cadet(&["explain", "weather"]).shown(), @"
    --- stderr
    error: there is no rule `weather`
    help: `cadet explain` lists all rules
    --- exit code 2
    ");
}

#[test]
fn explain_takes_underscores_for_hyphens() {
    let sandbox = Sandbox::new();
    assert_eq!(
        sandbox.cadet(&["explain", "naming/model_file"]).stdout,
        sandbox.cadet(&["explain", "naming/model-file"]).stdout
    );
}

#[test]
fn what_is_not_a_terminal_gets_no_colour() {
    assert!(!broken().cadet(&["check", "--all"]).stdout.contains('\x1b'));
}

#[test]
fn colour_can_be_had_always() {
    let sandbox = broken();
    let colourful = sandbox.cadet(&["check", "--all", "--color", "always"]);
    assert!(colourful.stdout.contains("\x1b[31m✗\x1b[0m Checked the whole project"), "{:?}", colourful.stdout);
    // Without its colours it is the same text.
    let mut pieces = colourful.stdout.split("\x1b[");
    let first = pieces.next().unwrap().to_owned();
    let plain = pieces.fold(first, |plain, piece| plain + piece.split_once('m').unwrap().1);
    assert_eq!(plain, sandbox.cadet(&["check", "--all"]).stdout);
}

#[test]
fn what_is_typed_wins_over_no_color() {
    let sandbox = broken();
    let no_color = [("NO_COLOR", "1")];
    assert!(!sandbox.cadet_with(&["check", "--all"], &no_color).stdout.contains('\x1b'));
    assert!(!sandbox.cadet_with(&["check", "--all", "--color", "never"], &no_color).stdout.contains('\x1b'));
    assert!(sandbox.cadet_with(&["check", "--all", "--color", "always"], &no_color).stdout.contains('\x1b'));
}

#[test]
fn an_unknown_option_is_refused() {
    insta::assert_snapshot!(Sandbox::new().cadet(&["check", "--bass", "main"]).shown(), @"
    --- stderr
    error: unexpected argument '--bass' found

      tip: a similar argument exists: '--base'

    Usage: cadet check --base <REF> [PATH]...

    For more information, try '--help'.
    --- exit code 2
    ");
}

#[test]
fn an_unknown_command_is_refused() {
    insta::assert_snapshot!(Sandbox::new().cadet(&["chekc"]).shown(), @"
    --- stderr
    error: unrecognized subcommand 'chekc'

      tip: some similar subcommands exist: 'schema', 'check'

    Usage: cadet [OPTIONS] <COMMAND>

    For more information, try '--help'.
    --- exit code 2
    ");
}

#[test]
fn an_unknown_format_is_refused() {
    insta::assert_snapshot!(Sandbox::new().cadet(&["check", "--format", "xml"]).shown(), @"
    --- stderr
    error: invalid value 'xml' for '--format <FORMAT>'
      [possible values: human, github, json, sarif, junit]

    For more information, try '--help'.
    --- exit code 2
    ");
}

#[test]
fn quiet_and_verbose_do_not_go_together() {
    insta::assert_snapshot!(Sandbox::new().cadet(&["check", "--quiet", "--verbose"]).shown(), @"
    --- stderr
    error: the argument '--quiet' cannot be used with '--verbose'

    Usage: cadet check --quiet [PATH]...

    For more information, try '--help'.
    --- exit code 2
    ");
}

#[test]
fn shells_and_man_get_what_they_read() {
    let sandbox = Sandbox::new();
    for (shell, begins) in [("bash", "_cadet() {"), ("zsh", "#compdef cadet"), ("fish", "# Print an optspec")] {
        let ran = sandbox.cadet(&["completions", shell]);
        assert!(ran.code == 0 && ran.stdout.starts_with(begins), "{}", ran.shown());
    }
    let man = sandbox.cadet(&["man"]).stdout;
    assert!(man.contains(".TH cadet 1") && man.contains("Check what changed"), "{man}");
    let check = sandbox.cadet(&["man", "check"]).stdout;
    assert!(check.contains(".TH cadet-check 1") && check.contains("unsafe\\-fixes"), "{check}");
    let ran = sandbox.cadet(&["man", "chek"]);
    assert!(ran.code == 2 && ran.stderr.contains("did you mean `check`?"), "{}", ran.shown());
}

#[test]
fn the_schema_of_cadet_yaml_stands_in_docs() {
    let path = std::path::Path::new(crate::support::HERE).join("docs/cadet.schema.json");
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    let now = Sandbox::new().cadet(&["schema"]).stdout;
    assert!(written == now, "not up to date: run `cargo run -- schema > docs/cadet.schema.json`");
}
