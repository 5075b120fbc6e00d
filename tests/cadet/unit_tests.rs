//! Unit tests: as the manifest has them, and what is said of those that dbt refuses.

use crate::support::Sandbox;

const PROPERTIES: &str = "models/unit.yml";

/// A project with a seed, three models and the unit tests of `unit_tests`.
fn project(unit_tests: &str) -> Sandbox {
    Sandbox::new()
        .file("seeds/people.csv", "id,name\n1,Ann\n2,\n")
        .file("models/named.sql", "select id from {{ ref('people') }} where name is not null\n")
        .file(
            "models/grows.sql",
            "{{ config(materialized='incremental') }}\nselect 1 as id {% if is_incremental() %}where false{% endif %}\n",
        )
        .file("models/counted_v1.sql", "select 1 as id\n")
        .file("models/counted_v2.sql", "select 1 as id\n")
        .file("models/hidden.sql", "{{ config(enabled=false) }}\nselect 1 as id\n")
        .file("tests/fixtures/two_people.csv", "id,name\n1,\n2,Bob\n")
        .file("models/versions.yml", "models:\n  - {name: counted, versions: [{v: 1}, {v: 2}]}\n")
        .file(PROPERTIES, unit_tests)
}

/// The problems that parsing tells, without the lines that mark the place.
fn told(unit_tests: &str) -> String {
    let shown = project(unit_tests).cadet(&["parse"]).shown();
    let is_kept = |line: &&str| {
        line.starts_with("error") || line.starts_with("warning") || line.contains("╭▸") || line.contains("╰ help")
    };
    shown.lines().filter(is_kept).map(str::trim).collect::<Vec<_>>().join("\n")
}

#[test]
fn unit_tests_are_written_with_their_rows_and_one_for_each_version() {
    let sandbox = project(
        "\
unit_tests:
  - name: all_forms
    model: named
    description: Every way to write rows.
    given:
      - input: ref('people')
      - {input: ref('people'), format: csv, fixture: two_people}
      - {input: ref('people'), format: csv, rows: \"id,name\\n3,\\n\"}
      - {input: ref('people'), format: sql, rows: select 1 as id}
    expect: {rows: [{id: null}, {id: 1}]}
    overrides: {vars: {x: 1}}
    config: {tags: quick, meta: {a: 1}}
  - name: of_versions
    model: counted
    versions: {exclude: [1]}
    given: []
    expect: {rows: [{id: 1}]}
  - name: of_both
    model: counted
    given: []
    expect: {rows: [{id: 1}]}
  - name: of_hidden
    model: hidden
    given: []
    expect: {rows: [{id: 1}]}
",
    );
    let ran = sandbox.cadet(&["parse"]);
    assert_eq!(ran.code, 0, "{}", ran.shown());
    let mut manifest = sandbox.json("target/manifest.json");
    let tests = manifest["unit_tests"].as_object_mut().unwrap();
    for test in tests.values_mut() {
        test.as_object_mut()
            .unwrap()
            .retain(|key, _| !["created_at", "package_name", "path", "original_file_path"].contains(&key.as_str()));
    }
    let lines: Vec<String> = tests.iter().map(|(id, test)| format!("{id} {test}")).collect();
    insta::assert_snapshot!(lines.join("\n"), @r#"
    unit_test.mojap_derived_tables.named.all_forms {"name":"all_forms","resource_type":"unit_test","unique_id":"unit_test.mojap_derived_tables.named.all_forms","fqn":["mojap_derived_tables","named","all_forms"],"description":"Every way to write rows.","config":{"tags":["quick"],"meta":{"a":1},"enabled":true,"static_analysis":null},"depends_on":{"macros":[],"nodes":["model.mojap_derived_tables.named"]},"model":"named","given":[{"input":"ref('people')","rows":[{"id":"1","name":"Ann"},{"id":"2","name":""}],"format":"dict","fixture":null},{"input":"ref('people')","rows":[{"id":"2","name":"Bob"},{"id":"1","name":null}],"format":"csv","fixture":"two_people"},{"input":"ref('people')","rows":[{"id":"3","name":null}],"format":"csv","fixture":null},{"input":"ref('people')","rows":"select 1 as id","format":"sql","fixture":null}],"expect":{"rows":[{"id":1},{"id":null}],"format":"dict","fixture":null},"overrides":{"macros":{},"vars":{"x":1},"env_vars":{}},"checksum":"c5901b4d44940f8ca2d4602f0673db93815d1d88e6e19720189acd6f5e5d420a","schema":"mojap","versions":null,"version":null}
    unit_test.mojap_derived_tables.counted.of_versions_v2 {"name":"of_versions","resource_type":"unit_test","unique_id":"unit_test.mojap_derived_tables.counted.of_versions_v2","fqn":["mojap_derived_tables","counted","of_versions"],"description":"","config":{"tags":[],"meta":{},"enabled":true,"static_analysis":null},"depends_on":{"macros":[],"nodes":["model.mojap_derived_tables.counted.v2"]},"model":"counted","given":[],"expect":{"rows":[{"id":1}],"format":"dict","fixture":null},"overrides":null,"checksum":"3ab4b9219893c8e4c6a61fe402590288db183b45df2feb93488a70b298f2612b","schema":"mojap","versions":{"include":null,"exclude":[1]},"version":2}
    unit_test.mojap_derived_tables.counted.of_both_v1 {"name":"of_both","resource_type":"unit_test","unique_id":"unit_test.mojap_derived_tables.counted.of_both_v1","fqn":["mojap_derived_tables","counted","of_both"],"description":"","config":{"tags":[],"meta":{},"enabled":true,"static_analysis":null},"depends_on":{"macros":[],"nodes":["model.mojap_derived_tables.counted.v1"]},"model":"counted","given":[],"expect":{"rows":[{"id":1}],"format":"dict","fixture":null},"overrides":null,"checksum":"720d21b122b67fd446db8717dc48ac3469bd16ee4d4398d2c3845dd308af926c","schema":"mojap","versions":null,"version":1}
    unit_test.mojap_derived_tables.counted.of_both_v2 {"name":"of_both","resource_type":"unit_test","unique_id":"unit_test.mojap_derived_tables.counted.of_both_v2","fqn":["mojap_derived_tables","counted","of_both"],"description":"","config":{"tags":[],"meta":{},"enabled":true,"static_analysis":null},"depends_on":{"macros":[],"nodes":["model.mojap_derived_tables.counted.v2"]},"model":"counted","given":[],"expect":{"rows":[{"id":1}],"format":"dict","fixture":null},"overrides":null,"checksum":"720d21b122b67fd446db8717dc48ac3469bd16ee4d4398d2c3845dd308af926c","schema":"mojap","versions":null,"version":2}
    "#);
    assert_eq!(manifest["disabled"]["unit_test.mojap_derived_tables.hidden.of_hidden"][0]["config"]["enabled"], false);
}

#[test]
fn a_unit_test_of_a_model_that_does_not_exist_is_told() {
    let sandbox = project("unit_tests:\n  - {name: lost, model: name, given: [], expect: {rows: []}}\n");
    insta::assert_snapshot!(sandbox.cadet(&["parse"]).shown(), @"
    error[references/exist]: there is no model named `name` for the unit test `lost`
      ╭▸ models/unit.yml:2:25
      │
    2 │   - {name: lost, model: name, given: [], expect: {rows: []}}
      │                         ━━━━
      │
      ╰ help: did you mean `named`?

    ✗ Read 6 nodes; target/manifest.json is written.
    --- exit code 1
    ");
}

#[test]
fn versions_that_are_not_there_are_told() {
    insta::assert_snapshot!(told(
        "\
unit_tests:
  - {name: no_such, model: counted, versions: {include: [3]}, given: [], expect: {rows: []}}
  - {name: as_text, model: counted, versions: {include: ['1']}, given: [], expect: {rows: []}}
  - {name: versionless, model: named, versions: {include: [1]}, given: [], expect: {rows: []}}
  - {name: of_both, model: counted, versions: {include: [1], exclude: [2]}, given: [], expect: {rows: []}}
"
    ), @"
    error[yaml/property-file]: the unit test `no_such` is for no version of `counted`
    ╭▸ models/unit.yml:2:47
    ╰ help: its versions are 1, 2; a number and a text are not the same
    error[yaml/property-file]: the unit test `as_text` is for no version of `counted`
    ╭▸ models/unit.yml:3:47
    ╰ help: its versions are 1, 2; a number and a text are not the same
    error[yaml/property-file]: `named` has no versions, so a unit test of it cannot choose among them
    ╭▸ models/unit.yml:4:49
    ╰ help: take `versions:` out
    error[yaml/property-file]: the unit test `of_both` both includes and excludes versions
    ╭▸ models/unit.yml:5:47
    ╰ help: keep one of `include:` and `exclude:`
    ");
}

#[test]
fn a_test_of_an_incremental_model_says_which_run_it_is_of() {
    insta::assert_snapshot!(told(
        "\
unit_tests:
  - {name: says_nothing, model: grows, given: [], expect: {rows: []}}
  - name: has_no_this
    model: grows
    given: []
    expect: {rows: []}
    overrides: {macros: {is_incremental: true}}
  - name: is_right
    model: grows
    given: [{input: this, rows: []}]
    expect: {rows: []}
    overrides: {macros: {is_incremental: true}}
"
    ), @"
    error[yaml/property-file]: `grows` is incremental, and the unit test `says_nothing` does not say which run it is of
    ╭▸ models/unit.yml:2:12
    ╰ help: add `overrides: {macros: {is_incremental: false}}`, or `true` for a run on a table that is there already
    error[yaml/property-file]: the unit test `has_no_this` of an incremental run does not say what the table holds before
    ╭▸ models/unit.yml:3:11
    ╰ help: add `- input: this` with its rows to `given:`
    ");
}

#[test]
fn rows_that_cannot_be_read_are_told() {
    insta::assert_snapshot!(told(
        "\
unit_tests:
  - {name: no_fixture, model: named, given: [{input: ref('people'), format: csv, fixture: nobody}], expect: {rows: []}}
  - {name: no_rows, model: named, given: [{input: ref('grows')}], expect: {rows: []}}
  - {name: no_csv, model: named, given: [{input: ref('people'), format: csv, rows: [{id: 1}]}], expect: {rows: []}}
  - {name: no_input, model: named, given: [{input: people, rows: []}], expect: {rows: []}}
  - {name: no_format, model: named, given: [], expect: {format: cvs, rows: x}}
  - {name: no_expect, model: named, given: []}
  - {name: odd_key, model: named, givens: [], given: [], expect: {rows: []}}
"
    ), @"
    error[yaml/property-file]: unit test `no_fixture`: there is no fixture file `nobody`
    ╭▸ models/unit.yml:2:82
    ╰ help: add `nobody.csv` or `nobody.sql` to tests/fixtures
    error[yaml/property-file]: unit test `no_rows`: the input `ref('grows')` has no rows, and it is no seed that has them
    ╭▸ models/unit.yml:3:44
    ╰ help: add `rows:`; only a seed may be left without
    error[yaml/property-file]: unit test `no_csv`: these rows are not written as `format: csv` wants them
    ╭▸ models/unit.yml:4:78
    ╰ help: write them as text after `rows: |`, the first line with the columns; or name a file with `fixture:`
    error[yaml/property-file]: the input `people` of the unit test `no_input` cannot be read
    ╭▸ models/unit.yml:5:52
    ╰ help: write `ref('model')`, `source('source', 'table')` or `this`
    error[yaml/property-file]: `format` of this unit test's `expect` must be one of: csv, dict, sql
    ╭▸ models/unit.yml:6:65
    ╰ help: did you mean `csv`?
    error[yaml/property-file]: this unit test has no `expect`
    ╭▸ models/unit.yml:7:12
    ╰ help: add `expect:` with keys with values
    error[yaml/property-file]: `givens` is no key of a unit test, so dbt refuses the file
    ╭▸ models/unit.yml:8:35
    ╰ help: did you mean `given`?
    ");
}

#[test]
fn a_model_that_asks_the_warehouse_is_told_to_override_the_query() {
    let test = "unit_tests:\n  - name: asks\n    model: asks\n    given: []\n    expect: {rows: [{one: 1}]}\n";
    let sandbox = Sandbox::new()
        .file("dbt_project.yml", "name: shop\nversion: '1.0'\nprofile: shop\n")
        .file(
            "models/asks.sql",
            "select {% if execute %}{{ run_query('select 1 as one').columns[0].values()[0] + 1 }}{% endif %} as one\n",
        )
        .file("models/asks.yml", test);
    let ran = sandbox.cadet(&["test"]);
    assert!(
        ran.shown().contains("in a unit test the model's queries, such as `run_query`, answer nothing"),
        "{}",
        ran.shown()
    );
    assert!(ran.shown().contains("put the query into a macro of its own"), "{}", ran.shown());
}
