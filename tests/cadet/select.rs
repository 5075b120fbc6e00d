//! Selecting nodes: words, `selectors.yml`, the tests that come along, and `state:` against git and a manifest.

use crate::support::Sandbox;

const SELECTORS: &str = "\
selectors:
  - name: daily
    definition: tag:daily
  - name: daily_and_below
    definition:
      union:
        - {method: tag, value: daily, children: true}
        - exclude: [{method: fqn, value: report}]
  - name: also_daily
    definition: {method: selector, value: daily}
";

/// `report` reads `visits` and `prisons`; one test is of both.
fn sandbox() -> Sandbox {
    Sandbox::new()
        .file("models/staging/visits.sql", "{{ config(tags=['daily']) }} select 1 as id")
        .file("models/staging/prisons.sql", "select 1 as id")
        .file("models/marts/report.sql", "select * from {{ ref('visits') }} cross join {{ ref('prisons') }}")
        .file(
            "models/models.yml",
            "models:
  - name: visits
    columns: [{name: id, data_tests: [unique, relationships: {to: ref('prisons'), field: id}]}]
sources:
  - {name: lake, tables: [{name: raw_visits}]}
",
        )
        .file("selectors.yml", SELECTORS)
}

fn ls(sandbox: &Sandbox, args: &str) -> String {
    let args: Vec<&str> = std::iter::once("ls").chain(args.split_whitespace()).collect();
    sandbox.cadet(&args).shown()
}

#[test]
fn everything_is_listed_as_it_would_be_selected() {
    insta::assert_snapshot!(ls(&sandbox(), ""), @"
    mojap_derived_tables.staging.prisons
    mojap_derived_tables.marts.report
    mojap_derived_tables.staging.visits
    source:mojap_derived_tables.lake.raw_visits
    mojap_derived_tables.relationships_visits_id__id__ref_prisons_
    mojap_derived_tables.unique_visits_id
    --- exit code 0
    ");
}

#[test]
fn words_add_up_and_commas_intersect() {
    insta::assert_snapshot!(ls(&sandbox(), "--select staging,tag:daily report --resource-type model"), @"
    mojap_derived_tables.marts.report
    mojap_derived_tables.staging.visits
    --- exit code 0
    ");
    insta::assert_snapshot!(ls(&sandbox(), "--select +report --exclude prisons --models report"), @"
    --- stderr
    error: the argument '--select <SELECTOR>...' cannot be used with '--models <SELECTOR>...'

    Usage: cadet ls --select <SELECTOR>... --exclude <SELECTOR>...

    For more information, try '--help'.
    --- exit code 2
    ");
    insta::assert_snapshot!(ls(&sandbox(), "--models +report --exclude prisons"), @"
    mojap_derived_tables.marts.report
    mojap_derived_tables.staging.visits
    --- exit code 0
    ");
}

#[test]
fn tests_come_with_what_they_test() {
    insta::assert_snapshot!(ls(&sandbox(), "-s visits --resource-type test"), @"
    mojap_derived_tables.relationships_visits_id__id__ref_prisons_
    mojap_derived_tables.unique_visits_id
    --- exit code 0
    ");
    insta::assert_snapshot!(ls(&sandbox(), "-s visits --resource-type test --indirect-selection cautious"), @"
    mojap_derived_tables.unique_visits_id
    --- exit code 0
    ");
    insta::assert_snapshot!(ls(&sandbox(), "-s visits report --resource-type test --indirect-selection buildable"), @"
    mojap_derived_tables.relationships_visits_id__id__ref_prisons_
    mojap_derived_tables.unique_visits_id
    --- exit code 0
    ");
    insta::assert_snapshot!(ls(&sandbox(), "-s visits --resource-type test --indirect-selection empty"), @"
    --- stderr
    note: No nodes selected!
    --- exit code 0
    ");
}

#[test]
fn a_node_is_written_as_name_path_or_json() {
    insta::assert_snapshot!(ls(&sandbox(), "-s report source:lake --output name"), @"
    report
    lake.raw_visits
    --- exit code 0
    ");
    insta::assert_snapshot!(ls(&sandbox(), "-s report --output path"), @"
    models/marts/report.sql
    --- exit code 0
    ");
    insta::assert_snapshot!(
        ls(&sandbox(), "-s report --output json --output-keys name config.materialized depends_on.nodes"), @r#"
    {"name":"report","config.materialized":"table","depends_on.nodes":["model.mojap_derived_tables.visits","model.mojap_derived_tables.prisons"]}
    --- exit code 0
    "#);
}

#[test]
fn nothing_that_is_selected_is_no_failure() {
    insta::assert_snapshot!(ls(&sandbox(), "--select vists"), @"
    --- stderr
    note: the selector `vists` matches nothing; did you mean `visits`?
    note: No nodes selected!
    --- exit code 0
    ");
    insta::assert_snapshot!(ls(&sandbox(), "--select tag:dayly visits --resource-type seed"), @"
    --- stderr
    note: the selector `tag:dayly` matches nothing; did you mean `tag:daily`?
    note: No nodes selected!
    --- exit code 0
    ");
    insta::assert_snapshot!(sandbox().cadet(&["build", "--select", "vists"]).shown(), @"

    ✓ 0 tables built.
    --- stderr
    note: the selector `vists` matches nothing; did you mean `visits`?
    note: No nodes selected!
    --- exit code 0
    ");
}

#[test]
fn what_cannot_be_understood_is_refused() {
    for (args, snapshot) in [
        ("--select tags:daily", "unknown_method"),
        ("--select weather:fine", "unlike_any_method"),
        ("--select @visits+", "at_and_plus"),
        ("--select resource_type:models", "resource_type"),
        ("--select version:2", "version"),
        ("--select state:changed", "state_word"),
        ("--select state:modified --state nowhere", "no_state_folder"),
        ("--select result:error", "no_results"),
        ("--select source:a.b.c.d", "too_many_dots"),
        ("--select path:/models", "absolute_path"),
        ("--select selector:daily", "selector_as_method"),
        ("--selector dayly", "no_such_selector"),
        ("--models visits --select report", "models_and_select"),
    ] {
        insta::assert_snapshot!(snapshot, ls(&sandbox(), args));
    }
}

#[test]
fn a_selector_of_the_file_is_used() {
    insta::assert_snapshot!(ls(&sandbox(), "--selector daily --resource-type model"), @"
    mojap_derived_tables.staging.visits
    --- exit code 0
    ");
    insta::assert_snapshot!(ls(&sandbox(), "--selector daily_and_below"), @"
    mojap_derived_tables.staging.visits
    mojap_derived_tables.relationships_visits_id__id__ref_prisons_
    mojap_derived_tables.unique_visits_id
    --- exit code 0
    ");
    insta::assert_snapshot!(ls(&sandbox(), "--selector also_daily --resource-type model"), @"
    mojap_derived_tables.staging.visits
    --- exit code 0
    ");
}

#[test]
fn a_default_selector_stands_for_everything() {
    let selectors = SELECTORS.replace(
        "    definition: tag:daily\n",
        "    definition: tag:daily\n    default: \"{{ target.name != 'prod' }}\"\n",
    );
    let sandbox = sandbox().file("selectors.yml", &selectors);
    insta::assert_snapshot!(ls(&sandbox, ""), @"
    mojap_derived_tables.staging.visits
    mojap_derived_tables.relationships_visits_id__id__ref_prisons_
    mojap_derived_tables.unique_visits_id
    --- exit code 0
    ");
    insta::assert_snapshot!(ls(&sandbox, "--exclude visits --resource-type model"), @"
    mojap_derived_tables.staging.prisons
    mojap_derived_tables.marts.report
    --- exit code 0
    ");
}

#[test]
fn mistakes_in_the_file_have_a_line() {
    for (text, snapshot) in [
        ("selectors:\n  - name: a\n    definition: tags:x\n", "file_unknown_method"),
        ("selectors:\n  - name: a\n    definition: {method: selector, value: b}\n", "file_no_such_selector"),
        ("selectors:\n  - name: a\n    definition: {union: [x], exclude: [y]}\n", "file_union_beside_others"),
        ("selectors:\n  - name: a\n    definitions: x\n", "file_unknown_key"),
        ("selectors:\n  - name: a\n    definition: {tag: x, method: y}\n", "file_half_a_method"),
        (
            "selectors:\n  - {name: a, default: true, definition: x}\n  - {name: b, default: true, definition: x}\n",
            "file_two_defaults",
        ),
        ("selectors:\n  - name: a\n    definition: {method: tag, value: x, indirect_selection: some}\n", "file_mode"),
        ("selectors:\n  - name: a\n    definition: \"{{ b( }}\"\n", "file_jinja"),
        ("selectors: {name: a}\n", "file_no_list"),
        ("selectors: [\n", "file_yaml"),
    ] {
        insta::assert_snapshot!(snapshot, ls(&sandbox().file("selectors.yml", text), "--selector a"));
    }
}

#[test]
fn the_manifest_has_the_selectors() {
    let sandbox = sandbox();
    assert_eq!(sandbox.cadet(&["parse"]).code, 0);
    let selectors = &sandbox.json("target/manifest.json")["selectors"];
    insta::assert_snapshot!(serde_json::to_string_pretty(selectors).unwrap(), @r#"
    {
      "daily": {
        "name": "daily",
        "definition": {
          "method": "tag",
          "value": "daily"
        }
      },
      "daily_and_below": {
        "name": "daily_and_below",
        "definition": {
          "union": [
            {
              "method": "tag",
              "value": "daily",
              "children": true
            },
            {
              "exclude": [
                {
                  "method": "fqn",
                  "value": "report"
                }
              ]
            }
          ]
        }
      },
      "also_daily": {
        "name": "also_daily",
        "definition": {
          "method": "tag",
          "value": "daily"
        }
      }
    }
    "#);
}

#[test]
fn state_is_compared_with_the_base_in_git() {
    let sandbox = sandbox().file("macros/one.sql", "{% macro one() %}1{% endmacro %}\n");
    let sandbox = sandbox.edit("models/staging/prisons.sql", "1", "{{ one() }}").commit("base").branch("work");
    insta::assert_snapshot!(ls(&sandbox, "-s state:modified"), @"
    --- stderr
    note: the selector `state:modified` matches nothing
    note: No nodes selected!
    --- exit code 0
    ");
    let sandbox = sandbox.edit("macros/one.sql", "}1{", "}2{").file("models/marts/more.sql", "select 1");
    insta::assert_snapshot!(ls(&sandbox, "-s state:modified --resource-type model"), @"
    mojap_derived_tables.marts.more
    mojap_derived_tables.staging.prisons
    --- exit code 0
    ");
    insta::assert_snapshot!(ls(&sandbox, "-s state:modified.macros+ --resource-type model"), @"
    mojap_derived_tables.staging.prisons
    mojap_derived_tables.marts.report
    --- exit code 0
    ");
    insta::assert_snapshot!(ls(&sandbox, "-s state:new --base main"), @"
    mojap_derived_tables.marts.more
    --- exit code 0
    ");
    insta::assert_snapshot!(ls(&sandbox, "-s state:modified --base nowhere"), @"
    --- stderr
    error: the base `nowhere` does not exist in this repository
    help: fetch it (`git fetch origin nowhere`) or name another one with --base
    --- exit code 3
    ");
}

#[test]
fn state_is_compared_with_a_manifest() {
    let sandbox = sandbox();
    assert_eq!(sandbox.cadet(&["parse"]).code, 0);
    let sandbox = sandbox.rename("target/manifest.json", "state/manifest.json");
    let sandbox = sandbox.edit("models/staging/prisons.sql", "1", "2").file("models/marts/more.sql", "select 1");
    insta::assert_snapshot!(ls(&sandbox, "-s state:modified --state state --resource-type model"), @"
    mojap_derived_tables.marts.more
    mojap_derived_tables.staging.prisons
    --- exit code 0
    ");
    insta::assert_snapshot!(ls(&sandbox, "-s state:new --state state"), @"
    mojap_derived_tables.marts.more
    --- exit code 0
    ");
    insta::assert_snapshot!(ls(&sandbox, "-s state:old --state state --resource-type source model"), @"
    mojap_derived_tables.staging.prisons
    mojap_derived_tables.marts.report
    mojap_derived_tables.staging.visits
    source:mojap_derived_tables.lake.raw_visits
    --- exit code 0
    ");
    let sandbox = sandbox.file("state/manifest.json", "{");
    insta::assert_snapshot!(ls(&sandbox, "-s state:new --state state"), @"
    --- stderr
    error: [folder]/state/manifest.json cannot be read: EOF while parsing an object at line 1 column 1
    help: it must be as dbt or cadet wrote it; let them write it again
    --- exit code 2
    ");
}

#[test]
fn state_needs_something_to_compare_with() {
    insta::assert_snapshot!(ls(&sandbox(), "-s state:modified"), @"
    --- stderr
    error: `state:` needs another state to compare with, and this project is in no git repository
    help: name a folder that holds the manifest.json of an earlier run with --state
    --- exit code 2
    ");
}

#[test]
fn results_of_an_earlier_run_select() {
    let sandbox = sandbox().file(
        "state/run_results.json",
        r#"{"results": [{"unique_id": "model.mojap_derived_tables.visits", "status": "error"}]}"#,
    );
    insta::assert_snapshot!(ls(&sandbox, "-s result:error+ --state state --resource-type model"), @"
    mojap_derived_tables.marts.report
    mojap_derived_tables.staging.visits
    --- exit code 0
    ");
    insta::assert_snapshot!(ls(&sandbox, "-s source_status:fresher --state state"), @"
    --- stderr
    error: the selector `source_status:fresher` needs sources.json, which is not in [folder]/state
    help: name the folder that holds it with --state
    --- exit code 2
    ");
    let rows = |day: &str| {
        format!(
            r#"{{"results": [{{"unique_id": "source.mojap_derived_tables.lake.raw_visits", "max_loaded_at": "2024-01-{day}T00:00:00Z"}}]}}"#
        )
    };
    let sandbox = sandbox.file("state/sources.json", &rows("01")).file("target/sources.json", &rows("02"));
    insta::assert_snapshot!(ls(&sandbox, "-s source_status:fresher --state state"), @"
    source:mojap_derived_tables.lake.raw_visits
    --- exit code 0
    ");
}

#[test]
fn a_broken_contract_is_told_and_of_a_version_refused() {
    let yaml = |kind: &str, more: &str| {
        format!(
            "models:\n  - name: visits\n    config: {{contract: {{enforced: true}}}}\n    columns: [{{name: id, data_type: {kind}}}]\n{more}"
        )
    };
    let sandbox = sandbox().file("models/models.yml", &yaml("int", "")).commit("base").branch("work");
    let sandbox = sandbox.file("models/models.yml", &yaml("varchar(3)", ""));
    insta::assert_snapshot!(ls(&sandbox, "-s state:modified.contract"), @"
    mojap_derived_tables.staging.visits
    --- stderr
    note: `visits` breaks its contract: the column id is varchar(3) and was int
    --- exit code 0
    ");
    let versions = "    latest_version: 1\n    versions: [{v: 1, defined_in: visits}]\n";
    let sandbox = sandbox.file("models/models.yml", &yaml("int", versions)).commit("version").branch("next");
    let sandbox = sandbox.file("models/models.yml", &yaml("date", versions));
    insta::assert_snapshot!(ls(&sandbox, "-s state:modified --base work"), @"
    --- stderr
    error: `visits.v1` breaks its contract: the column id is date and was int
    help: make a new version of the model instead, and keep this one as it is
    --- exit code 2
    ");
}
