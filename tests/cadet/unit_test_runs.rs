//! Unit tests, run: what passes, what differs and how that is shown, and what is wrong in the rows.

use crate::support::{Ran, Sandbox};

const PROPERTIES: &str = "models/unit.yml";

/// Models that read a seed, a source, an ephemeral model, variables, the environment, and their own table.
fn project(unit_tests: &str) -> Sandbox {
    Sandbox::new()
        .file("seeds/people.csv", "id,name,born\n1,Ann,2001-01-02\n2,Bob,1999-12-31\n")
        .file(
            "models/sources.yml",
            "sources:
  - name: shop
    schema: shop_raw
    tables:
      - name: orders
        columns:
          - {name: id, data_type: int}
          - {name: person, data_type: int}
          - {name: amount, data_type: 'decimal(10,2)'}
          - {name: At, data_type: timestamp}
      - {name: untyped, columns: [{name: id}, {name: note, data_type: string}]}
",
        )
        .file("models/adults.sql", "{{ config(materialized='ephemeral') }}\nselect id, name from {{ ref('people') }} where born < date '2005-01-01'\n")
        .file(
            "models/totals.sql",
            "with orders as (select * from {{ source('shop', 'orders') }})
select p.id, p.name, sum(o.amount) as total, '{{ var('label', 'none') }}' as label, {{ plus(1) }} as plus
from {{ ref('people') }} p
left join orders o on o.person = p.id
group by p.id, p.name
",
        )
        .file(
            "models/grows.sql",
            "{{ config(materialized='incremental') }}
select id, name, '{{ env_var('STAGE', 'dev') }}' as stage from {{ ref('adults') }}
{% if is_incremental() %}where id > (select max(id) from {{ this }}){% endif %}
",
        )
        .file("models/counted_v1.sql", "select count(*) as n from {{ ref('totals') }}\n")
        .file("models/counted_v2.sql", "select count(*) + 1 as n from {{ ref('totals') }}\n")
        .file("models/noted.sql", "select id, note from {{ source('shop', 'untyped') }}\n")
        .file("models/versions.yml", "models:\n  - {name: counted, latest_version: 2, versions: [{v: 1}, {v: 2}]}\n")
        .file("macros/plus.sql", "{% macro plus(x) %}{{ x }} + 1{% endmacro %}\n")
        .file("tests/fixtures/some_orders.csv", "person,amount\n1,1.50\n1,2\n")
        .file("tests/fixtures/no_orders.sql", "select 1 as person, 1.0 as amount where false\n")
        .file(PROPERTIES, unit_tests)
}

/// One unit test of `totals`, with these rows of orders and this `expect:`.
fn of_totals(orders: &str, expect: &str) -> Sandbox {
    project(&format!(
        "unit_tests:
  - name: adds_up
    model: totals
    given:
      - input: ref('people')
        rows: [{{id: 1, name: Ann}}, {{id: 2}}]
      - input: source('shop', 'orders')
{orders}
    expect:
{expect}
"
    ))
}

/// What is said of the first finding: without the lines around its place.
fn told(ran: &Ran) -> String {
    let is_kept = |line: &&str| {
        let line = line.trim_start();
        line.starts_with("error") || line.starts_with("warning") || line.contains("╭▸") || line.contains("╰ help")
    };
    ran.shown().lines().filter(is_kept).map(str::trim).collect::<Vec<_>>().join("\n")
}

const EVERY_FORM: &str = "unit_tests:
  - name: dict_and_fixture
    model: totals
    given:
      - input: ref('people')
        rows: [{id: 1, name: \"O'Hara\"}, {ID: 2}]
      - {input: \"source('shop', 'orders')\", format: csv, fixture: some_orders}
    expect:
      rows: [{id: 2, name: null, total: null, label: none}, {id: 1, name: \"O'Hara\", total: 3.5, label: none}]
  - name: overrides
    model: totals
    given:
      - {input: ref('people'), format: csv, rows: \"id,name,born\\n1,,\\n\"}
      - {input: \"source('shop', 'orders')\", format: sql, fixture: no_orders}
    expect: {format: sql, rows: \"select 1 as id, null as name, null as total, 'x' as label, 7 as plus\"}
    overrides: {vars: {label: x}, macros: {plus: 7}}
  - name: rows_of_the_seed
    model: totals
    given:
      - input: ref('people')
      - {input: \"source('shop', 'orders')\", rows: []}
    expect: {rows: [{name: Ann}, {name: Bob}]}
  - name: nothing
    model: totals
    given: [{input: ref('people'), rows: []}, {input: \"source('shop', 'orders')\", rows: []}]
    expect: {rows: []}
  - name: first_run
    model: grows
    given: [{input: ref('adults'), rows: [{id: 1, name: a}]}]
    expect: {rows: [{id: 1, name: a, stage: prod}]}
    overrides: {macros: {is_incremental: false}, env_vars: {STAGE: prod}}
  - name: next_run
    model: grows
    given: [{input: ref('adults'), rows: [{id: 1}, {id: 2}]}, {input: this, rows: [{id: 1}]}]
    expect: {rows: [{id: 2}]}
    overrides: {macros: {is_incremental: true}}
  - name: counts
    model: counted
    versions: {exclude: [2]}
    given: [{input: ref('totals'), rows: [{id: 1}, {id: 1}]}]
    expect: {rows: [{n: 2}]}
";

#[test]
fn every_form_of_rows_is_run_without_data() {
    let sandbox = project(EVERY_FORM);
    insta::assert_snapshot!(sandbox.cadet(&["test", "--verbose", "--threads", "1"]).sorted(), @"
      passed  unit_test   counted::counts_v1
      passed  unit_test   grows::first_run
      passed  unit_test   grows::next_run
      passed  unit_test   totals::dict_and_fixture
      passed  unit_test   totals::nothing
      passed  unit_test   totals::overrides
      passed  unit_test   totals::rows_of_the_seed

    ✓ Unit tests: 7 passed.
    --- exit code 0
    ");
    let compiled = "mojap_derived_tables/models/unit.yml/models/overrides.sql";
    insta::assert_snapshot!(sandbox.read(&format!("target/run/{compiled}")), @r#"

        -- Build actual result given inputs
    with dbt_internal_unit_test_actual as (
      select
        "id","name","total","label","plus", 'actual' as "actual_or_expected"
      from (
        with  __dbt__cte__shop__orders as (
    select 1 as person, 1.0 as amount where false
    ),  __dbt__cte__people as (

    -- Fixture for people
    select try_cast('1' as int) as "id", try_cast(null as varchar) as "name", try_cast(null as date) as "born"
    ), orders as (select * from __dbt__cte__shop__orders)
    select p.id, p.name, sum(o.amount) as total, 'x' as label, 7 as plus
    from __dbt__cte__people p
    left join orders o on o.person = p.id
    group by p.id, p.name
      ) _dbt_internal_unit_test_actual
    ),
    -- Build expected result
    dbt_internal_unit_test_expected as (
      select
        "id", "name", "total", "label", "plus", 'expected' as "actual_or_expected"
      from (
        select 1 as id, null as name, null as total, 'x' as label, 7 as plus
      ) _dbt_internal_unit_test_expected
    )
    -- Union actual and expected results
    select * from dbt_internal_unit_test_actual
    union all
    select * from dbt_internal_unit_test_expected
    "#);
    let results = sandbox.json("target/run_results.json");
    let of =
        |result: &serde_json::Value| format!("{} {} {}", result["unique_id"], result["status"], result["failures"]);
    let results: Vec<String> = results["results"].as_array().unwrap().iter().map(of).collect();
    insta::assert_snapshot!(results.join("\n"), @r#"
    "unit_test.mojap_derived_tables.counted.counts_v1" "pass" 0
    "unit_test.mojap_derived_tables.grows.first_run" "pass" 0
    "unit_test.mojap_derived_tables.grows.next_run" "pass" 0
    "unit_test.mojap_derived_tables.totals.dict_and_fixture" "pass" 0
    "unit_test.mojap_derived_tables.totals.nothing" "pass" 0
    "unit_test.mojap_derived_tables.totals.overrides" "pass" 0
    "unit_test.mojap_derived_tables.totals.rows_of_the_seed" "pass" 0
    "#);
}

#[test]
fn compile_writes_unit_tests_too() {
    let sandbox = project(EVERY_FORM);
    insta::assert_snapshot!(sandbox.cadet(&["compile", "--select", "test_type:unit"]).shown(), @"
    ✓ Compiled 7 nodes to target/compiled/mojap_derived_tables.
    --- exit code 0
    ");
    insta::assert_snapshot!(sandbox.read("target/compiled/mojap_derived_tables/models/unit.yml/models/next_run.sql"), @r#"

    with __dbt__cte__grows as (

    -- Fixture for grows
    select try_cast(1 as int) as "id", try_cast(null as varchar) as "name", try_cast(null as varchar) as "stage"
    ),  __dbt__cte__adults as (

    -- Fixture for adults
    select try_cast(1 as int) as "id", try_cast(null as varchar) as "name"
    union all
    select try_cast(2 as int) as "id", try_cast(null as varchar) as "name"
    ) select id, name, 'dev' as stage from __dbt__cte__adults
    where id > (select max(id) from __dbt__cte__grows)
    "#);
    assert!(!sandbox.root().join("target/cadet.duckdb").exists());
}

#[test]
fn what_differs_is_shown_cell_by_cell() {
    let sandbox = of_totals(
        "        rows: [{person: 1, amount: 2}]",
        "      rows: [{id: 1, name: Anne, total: 2}, {id: 2, name: '', total: null}, {id: 3, name: 'null', total: 1.25}]",
    );
    insta::assert_snapshot!(sandbox.cadet(&["test"]).sorted(), @"
      failed  unit_test   totals::adds_up  3 of 3 rows differ

    error[deploy/unit-test]: the unit test `adds_up` of `totals` fails: 3 of 3 rows differ from what is expected
      ╭▸ models/unit.yml:2:11
      │
    2 │   - name: adds_up
      │           ━━━━━━━
      │
      ╰ help: change the model, or what the test expects

        id │ name       │ total
        ───┼────────────┼──────
      ~  1 │ Anne → Ann │  2.00
      ~  2 │ '' → null  │  null
      -  3 │ 'null'     │  1.25

        ~ expected → actual   - expected, but missing

    ✗ Unit tests: 1 failed.
    --- exit code 1
    ");
    insta::assert_snapshot!(sandbox.json("target/run_results.json")["results"][0]["message"].as_str().unwrap(), @"
      id │ name       │ total
      ───┼────────────┼──────
    ~  1 │ Anne → Ann │  2.00
    ~  2 │ '' → null  │  null
    -  3 │ 'null'     │  1.25

      ~ expected → actual   - expected, but missing
    ");
    let with_color = sandbox.cadet(&["test", "--quiet", "--color", "always"]).stdout;
    let lines: Vec<&str> = with_color.lines().filter(|line| line.contains("Ann") || line.contains("1.25")).collect();
    insta::assert_snapshot!(lines.join("\n").escape_debug().to_string(), @r"  \u{1b}[33m~\u{1b}[0m  1 │ \u{1b}[31mAnne\u{1b}[0m → \u{1b}[32mAnn\u{1b}[0m │  2.00\n  \u{1b}[31m-\u{1b}[0m  \u{1b}[31m3\u{1b}[0m │ \u{1b}[31m\'null\'\u{1b}[0m     │  \u{1b}[31m1.25\u{1b}[0m");
    let without = sandbox.cadet_with(&["test", "--quiet"], &[("NO_COLOR", "1")]).stdout;
    assert!(!without.contains('\x1b'), "{without}");
    let json: serde_json::Value =
        serde_json::from_str(&sandbox.cadet(&["check", "--all", "--format", "json"]).stdout).unwrap();
    let findings = json["findings"].as_array().unwrap();
    let diff = findings.iter().find(|finding| finding["rule"] == "deploy/unit-test").unwrap();
    insta::assert_snapshot!(serde_json::to_string(&diff["diff"]).unwrap(), @r#"{"columns":["id","name","total"],"rows":[{"is":"changed","expected":["1","Anne","2.00"],"actual":["1","Ann","2.00"]},{"is":"changed","expected":["2","",null],"actual":["2",null,null]},{"is":"missing","expected":["3","null","1.25"],"actual":null}]}"#);
}

#[test]
fn a_wide_difference_fits_into_eighty_columns() {
    let columns: Vec<String> = (1..=12).map(|at| format!("'value {at}' as a_column_with_a_long_name_{at}")).collect();
    let expected: Vec<String> = (1..=12).map(|at| format!("a_column_with_a_long_name_{at}: value {at}")).collect();
    let long = "a long text that goes on and on, and then ends in";
    let sandbox = Sandbox::new()
        .file("models/wide.sql", &format!("select 1 as id, {}, '{long} this' as note", columns.join(", ")))
        .file(
            PROPERTIES,
            &format!(
                "unit_tests:
  - name: few_differ
    model: wide
    given: []
    expect: {{rows: [{{id: 1, {}, note: '{long} that'}}]}}
  - name: none_is_expected
    model: wide
    given: []
    expect: {{rows: []}}
",
                expected.join(", ")
            ),
        );
    let shown = sandbox.cadet(&["test"]).sorted();
    assert!(shown.lines().filter(|line| line.starts_with("  ")).all(|line| line.chars().count() <= 80), "{shown}");
    insta::assert_snapshot!(shown, @"
      failed  unit_test   wide::few_differ  1 of 1 row differs
      failed  unit_test   wide::none_is_expected  1 of 1 row differs

    error[deploy/unit-test]: the unit test `few_differ` of `wide` fails: 1 of 1 row differs from what is expected
      ╭▸ models/unit.yml:2:11
      │
    2 │   - name: few_differ
      │           ━━━━━━━━━━
      │
      ╰ help: change the model, or what the test expects

        id │ note
        ───┼──────────────────────
      ~  1 │ … in that → … in this
        12 columns without a difference not shown

        ~ expected → actual

    error[deploy/unit-test]: the unit test `none_is_expected` of `wide` fails: 1 of 1 row differs from what is expected
      ╭▸ models/unit.yml:6:11
      │
    6 │   - name: none_is_expected
      │           ━━━━━━━━━━━━━━━━
      │
      ╰ help: change the model, or what the test expects

      + id: 1
      + a_column_with_a_long_name_1: value 1
      + a_column_with_a_long_name_2: value 2
      + a_column_with_a_long_name_3: value 3
      + a_column_with_a_long_name_4: value 4
      + a_column_with_a_long_name_5: value 5
      + a_column_with_a_long_name_6: value 6
      + a_column_with_a_long_name_7: value 7
      + a_column_with_a_long_name_8: value 8
      + a_column_with_a_long_name_9: value 9
      + a_column_with_a_long_name_10: value 10
      + a_column_with_a_long_name_11: value 11
      + a_column_with_a_long_name_12: value 12
      + note: a long text that goes on and on, and then e…

        + not expected

    ✗ Unit tests: 2 failed.
    --- exit code 1
    ");
}

#[test]
fn a_model_whose_unit_test_fails_is_not_built() {
    let sandbox = of_totals("        rows: []", "      rows: [{id: 1}]");
    insta::assert_snapshot!(sandbox.cadet(&["build", "--exclude", "noted", "grows"]).sorted(), @"
      failed  unit_test   totals::adds_up  1 of 2 rows differs
      loaded  seed        people  2 rows
     skipped  table       counted.v1  the unit test totals::adds_up failed
     skipped  table       counted.v2  the unit test totals::adds_up failed
     skipped  table       totals  the unit test totals::adds_up failed

    error[deploy/unit-test]: the unit test `adds_up` of `totals` fails: 1 of 2 rows differs from what is expected
      ╭▸ models/unit.yml:2:11
      │
    2 │   - name: adds_up
      │           ━━━━━━━
      │
      ╰ help: change the model, or what the test expects

        id
        ──
         1
      +  2

        + not expected

    ✗ 1 table built, 3 skipped. Unit tests: 1 failed.
    --- exit code 1
    ");
    insta::assert_snapshot!(sandbox.cadet(&["build", "--exclude", "noted", "grows", "--exclude-resource-type", "unit_test"]).sorted(), @"
       built  table       counted.v1  1 row
       built  table       counted.v2  1 row
       built  table       totals  2 rows
      loaded  seed        people  2 rows

    ✓ 4 tables built.
    --- exit code 0
    ");
    insta::assert_snapshot!(sandbox.cadet(&["build", "--quiet", "--select", "adds_up"]).sorted(), @"
    error[deploy/unit-test]: the unit test `adds_up` of `totals` fails: 1 of 2 rows differs from what is expected
      ╭▸ models/unit.yml:2:11
      │
    2 │   - name: adds_up
      │           ━━━━━━━
      │
      ╰ help: change the model, or what the test expects

        id
        ──
         1
      +  2

        + not expected

    ✗ Unit tests: 1 failed.
    --- exit code 1
    ");
    insta::assert_snapshot!(sandbox.cadet(&["run", "--select", "totals"]).sorted(), @"
       built  table       totals  2 rows

    ✓ 1 table built.
    --- exit code 0
    ");
    insta::assert_snapshot!(sandbox.cadet(&["test", "--resource-type", "test"]).sorted(), @"

    ✓ 0 tables built.
    --- stderr
    note: No nodes selected!
    --- exit code 0
    ");
}

#[test]
fn check_runs_the_unit_tests_of_what_changed() {
    let sandbox = project(EVERY_FORM).commit("the project").branch("work");
    insta::assert_snapshot!(sandbox.cadet(&["check"]).shown(), @"
    ✓ Checked no changed file of the project: nothing to fix.
    --- exit code 0
    ");
    let sandbox = sandbox.edit("models/adults.sql", "2005", "2006");
    insta::assert_snapshot!(told(&sandbox.cadet(&["check"])), @"");
    let sandbox = sandbox.edit("models/totals.sql", "sum(", "max(");
    let json: serde_json::Value = serde_json::from_str(&sandbox.cadet(&["check", "--format", "json"]).stdout).unwrap();
    let of = |outcome: &serde_json::Value| format!("{} {} ({})", outcome["name"], outcome["status"], outcome["reason"]);
    let outcomes: Vec<String> = json["outcomes"].as_array().unwrap().iter().map(of).collect();
    insta::assert_snapshot!(outcomes.join("\n"), @r#"
    "counted::counts_v1" "pass" ("tests counted.v1")
    "grows::first_run" "pass" ("tests grows")
    "grows::next_run" "pass" ("tests grows")
    "totals::dict_and_fixture" "fail" ("tests totals")
    "totals::nothing" "pass" ("tests totals")
    "totals::overrides" "pass" ("tests totals")
    "totals::rows_of_the_seed" "pass" ("tests totals")
    "#);
    assert!(!sandbox.root().join("target").exists(), "a check needs no warehouse");
    let only = sandbox.cadet(&["check", "models/adults.sql"]).shown();
    assert!(!only.contains("Unit tests"), "{only}");
}

#[test]
fn a_changed_unit_test_is_run_alone() {
    let sandbox = project(EVERY_FORM).commit("the project").branch("work").edit(PROPERTIES, "{n: 2}", "{n: 3}");
    let shown = sandbox.cadet(&["check"]).shown();
    insta::assert_snapshot!(shown.split("error[deploy/unit-test]").nth(1).unwrap(), @"
    : the unit test `counts` of `counted` fails: 2 of 2 rows differ from what is expected
       ╭▸ models/unit.yml:37:11
       │
    37 │   - name: counts
       │           ━━━━━━
       │
       ╰ help: change the model, or what the test expects

        n
        ─
      + 2
      - 3

        - expected, but missing   + not expected

    ✗ Checked 1 changed file: 1 error. Unit tests: 1 failed.
      To learn more about a rule: cadet explain deploy/unit-test
    --- exit code 1
    ");
}

#[test]
fn the_comment_shows_the_difference_and_nothing_of_it_is_markup() {
    let hostile = "``` @org/all <img src=x> | a";
    let sandbox = of_totals("        rows: []", "      rows: [{id: 1, name: Ann}, {id: 2, name: null}]")
        .remove("models/noted.sql")
        .commit("the project")
        .branch("work")
        .edit("models/totals.sql", "p.name,", &format!("case when p.id = 2 then '{hostile}' else p.name end as name,"));
    let ran = sandbox.cadet(&["ci", "--comment-file", "comment.md"]);
    assert_eq!(ran.code, 1, "{}", ran.shown());
    let comment = sandbox.read("comment.md");
    let from = comment.find("- **`totals::adds_up`").unwrap_or_else(|| panic!("{comment}"));
    insta::assert_snapshot!(comment[from..].split("\n### Tables").next().unwrap(), @"
    - **`totals::adds_up`: The unit test `adds_up` of `totals` fails: 1 of 2 rows differs from what is expected**<br>`models/unit.yml` line 2
      <br>**Fix:** change the model, or what the test expects

      ````diff
        id │ name
        ───┼────────────────────────────────
         1 │ Ann
      !  2 │ null → ``` @org/all <img src=x…
      
        ! expected → actual
      ````
    ");
    assert!(comment.contains("**Unit tests:** 1 failed\n"), "{comment}");
}

#[test]
fn rows_that_do_not_fit_are_told_where_they_stand() {
    let cases = [
        ("        rows: [{person: 1, amount: 2}, {person: x}]", "      rows: [{id: 1}]"),
        ("        rows: [{person: 1.5}]", "      rows: [{id: 1}]"),
        ("        rows: [{at: '2024-01-01T10:00'}]", "      rows: [{id: 1}]"),
        ("        rows: [{amount: 1.234}]", "      rows: [{id: 1}]"),
        ("        rows: [{amont: 1}]", "      rows: [{id: 1}]"),
        ("        rows: [{}]", "      rows: [{id: 1}]"),
        (
            "        format: csv\n        rows: |\n          person,amount\n          1,2\n          2,x",
            "      rows: [{id: 1}]",
        ),
        ("        format: csv\n        rows: |\n          person,amount\n          1,2,3\n", "      rows: [{id: 1}]"),
        ("        format: csv\n        rows: \"person,amount\\n1\\n\"", "      rows: [{id: 1}]"),
        ("        rows: []", "      rows: [{id: null}, {id: one}]"),
        ("        rows: []", "      rows: [{idd: 1}]"),
        ("        rows: []", "      rows: [{id: 1, name: a}, {id: 2}]"),
        ("        rows: []", "      rows: [{id: 1}, {id: 2, name: a}]"),
        ("        format: sql\n        rows: select 1 as person; drop table x", "      rows: [{id: 1}]"),
        ("        format: sql\n        rows: select 1 as persom", "      rows: [{id: 1}]"),
        ("        rows: []", "      format: sql\n      rows: select 1 as idd"),
    ];
    let told: Vec<String> =
        cases.iter().map(|(orders, expect)| told(&of_totals(orders, expect).cadet(&["test"]))).collect();
    insta::assert_snapshot!(told.join("\n\n"), @"
    error[deploy/unit-test]: 'x' does not fit the column `person`, which is integer
    ╭▸ models/unit.yml:8:49
    ╰ help: write a whole number of at most ten digits; Athena would read another value, or null

    error[deploy/unit-test]: 1.5 does not fit the column `person`, which is integer
    ╭▸ models/unit.yml:8:25
    ╰ help: write a whole number of at most ten digits; Athena would read another value, or null

    error[deploy/unit-test]: '2024-01-01T10:00' does not fit the column `At`, which is timestamp
    ╭▸ models/unit.yml:8:21
    ╰ help: write a time as in '2024-01-31 10:00:00'; Athena would read another value, or null

    error[deploy/unit-test]: 1.234 does not fit the column `amount`, which is decimal(10,2)
    ╭▸ models/unit.yml:8:25
    ╰ help: write a number with no more digits than the type has; Athena would read another value, or null

    error[deploy/unit-test]: `source('shop', 'orders')` has no column `amont`
    ╭▸ models/unit.yml:8:17
    ╰ help: did you mean `amount`?

    error[deploy/unit-test]: this row has no columns
    ╭▸ models/unit.yml:8:16
    ╰ help: give at least one column a value; what is left out is null

    error[deploy/unit-test]: 'x' does not fit the column `amount`, which is decimal(10,2)
    ╭▸ models/unit.yml:10:11
    ╰ help: write a number with no more digits than the type has; Athena would read another value, or null

    error[deploy/unit-test]: this row has 3 values, but the first line names 2 columns
    ╭▸ models/unit.yml:10:11
    ╰ help: add the missing value (two commas make an empty one), or put quotes around a value with a comma

    error[deploy/unit-test]: this row has 1 value, but the first line names 2 columns
    ╭▸ models/unit.yml:9:15
    ╰ help: add the missing value (two commas make an empty one), or put quotes around a value with a comma

    error[deploy/unit-test]: 'one' does not fit the column `id`, which is integer
    ╭▸ models/unit.yml:10:31
    ╰ help: write a whole number of at most ten digits; Athena would read another value, or null

    error[deploy/unit-test]: the model `totals` has no column `idd`
    ╭▸ models/unit.yml:10:15
    ╰ help: did you mean `id`?

    error[deploy/unit-test]: this row has no `name`, which another row has
    ╭▸ models/unit.yml:10:32
    ╰ help: all rows of `expect:` name the same columns: a value that is to be null is written as null

    error[deploy/unit-test]: this row has `name`, which another row has not
    ╭▸ models/unit.yml:10:31
    ╰ help: all rows of `expect:` name the same columns: a value that is to be null is written as null

    error[deploy/unit-test]: these rows are not one query: they must be one query, and this is more than one statement
    ╭▸ models/unit.yml:9:15
    ╰ help: write one `select`, without a `;` at its end

    error[deploy/unit-test]: the unit test `adds_up` cannot be run: `o` has no column `person`
    ╭▸ models/totals.sql:4:23
    ╰ help: check the columns that `o` selects

    error[deploy/unit-test]: the unit test `adds_up` cannot be run: there is no column `id` in the tables that this reads
    ╭▸ models/unit.yml:11:13
    ╰ help: did you mean `idd`?
    ");
}

#[test]
fn a_fixture_file_with_a_wrong_value_is_told_by_its_line() {
    let sandbox = of_totals("        format: csv\n        fixture: some_orders", "      rows: [{id: 1}]")
        .file("tests/fixtures/some_orders.csv", "person,amount\n\"1\",2\n1,two\n");
    insta::assert_snapshot!(told(&sandbox.cadet(&["test"])), @"
    error[deploy/unit-test]: 'two' does not fit the column `amount`, which is decimal(10,2)
    ╭▸ tests/fixtures/some_orders.csv:3:1
    ╰ help: write a number with no more digits than the type has; Athena would read another value, or null
    ");
}

#[test]
fn what_a_unit_test_lacks_is_told() {
    let sandbox = project(
        "unit_tests:
  - name: lacks_an_input
    model: totals
    given: [{input: ref('people'), rows: []}]
    expect: {rows: []}
  - name: names_nothing
    model: totals
    given: [{input: ref('poeple'), rows: []}]
    expect: {rows: []}
  - name: overrides_nothing
    model: totals
    given: [{input: ref('people'), rows: []}, {input: \"source('shop', 'orders')\", rows: []}]
    expect: {rows: []}
    overrides: {macros: {pluss: 1}}
",
    );
    insta::assert_snapshot!(told(&sandbox.cadet(&["test"])), @"
    error[deploy/unit-test]: the model reads `source('shop', 'orders')`, and the unit test `lacks_an_input` gives it no rows for that
    ╭▸ models/unit.yml:4:5
    ╰ help: add `- input: source('shop', 'orders')` with its `rows:` to `given:`; `rows: []` gives it an empty table
    error[deploy/unit-test]: the input `ref('poeple')` of the unit test `names_nothing` names nothing
    ╭▸ models/unit.yml:8:21
    ╰ help: name a model, seed or source that there is
    error[deploy/unit-test]: the unit test `overrides_nothing` overrides `pluss`, and there is no such macro
    ╭▸ models/unit.yml:10:11
    ╰ help: write the macro's name, with its package before it if it comes from one: `dbt_utils.star`
    ");
}

#[test]
fn a_type_that_is_nowhere_known_is_not_guessed() {
    let sandbox = project(
        "unit_tests:
  - name: not_typed
    model: noted
    given: [{input: \"source('shop', 'untyped')\", rows: [{id: 1}]}]
    expect: {rows: [{id: 1}]}
  - name: in_sql
    model: noted
    given: [{input: \"source('shop', 'untyped')\", format: sql, rows: \"select 1 as id, 'x' as note\"}]
    expect: {rows: [{id: 1}]}
",
    );
    insta::assert_snapshot!(sandbox.cadet(&["test"]).sorted(), @"
     not run  unit_test   noted::not_typed  not run: a column has no known type

    warning[deploy/unit-test]: the unit test `not_typed` was not run: the types of the columns of the source `untyped` are not known: `id` has no `data_type`
       ╭▸ models/unit.yml:2:11
       │
     2 │   - name: not_typed
       │           ━━━━━━━━━
       │
       ⸬  models/sources.yml:11:16
       │
    11 │       - {name: untyped, columns: [{name: id}, {name: note, data_type: string}]}
       │                ───────
       │
       ╰ help: give every column a `data_type:` in its property file, or write the rows with `format: sql`

    ✓ Unit tests: 1 passed, 1 not run here.
    --- exit code 0
    ");
    // With data, the warehouse knows.
    let sandbox = sandbox.file("data/shop_raw/untyped.csv", "id,note\n1,x\n");
    insta::assert_snapshot!(sandbox.cadet(&["build", "--quiet", "--select", "noted", "--source-data", "data"]).shown(), @"
    ✓ 1 table built. Unit tests: 2 passed.
    --- exit code 0
    ");
}

#[test]
fn what_the_local_engine_does_not_have_is_neither_right_nor_wrong() {
    let sandbox = Sandbox::new()
        .file("models/listed.sql", "select word_stem('x') as a\n")
        .file(PROPERTIES, "unit_tests:\n  - {name: lists, model: listed, given: [], expect: {rows: [{a: a}]}}\n");
    insta::assert_snapshot!(sandbox.cadet(&["test"]).sorted(), @"
     not run  unit_test   listed::lists  uses `word_stem`, which the local engine does not have; Athena does

    ✓ Unit tests: 1 not run here.
    --- exit code 0
    ");
}

#[test]
fn a_failed_unit_test_of_an_ephemeral_model_holds_back_what_reads_it() {
    let sandbox = project(
        "unit_tests:
  - name: are_adults
    model: adults
    given: [{input: ref('people'), rows: [{id: 1, born: 2001-01-01}]}]
    expect: {rows: []}
",
    );
    let built = sandbox.cadet(&["build", "--select", "people", "adults+", "--threads", "1"]).sorted();
    insta::assert_snapshot!(built.split("\n\n").next().unwrap(), @"
     failed  unit_test   adults::are_adults  1 of 1 row differs
     loaded  seed        people  2 rows
    skipped  incremental grows  the unit test adults::are_adults failed
    ");
}

#[test]
fn in_github_what_is_printed_is_no_command() {
    let sandbox = of_totals("        rows: []", "      rows: [{id: 1, name: '::error::x'}, {id: 2, name: \"##[x]\"}]");
    let ran = sandbox.cadet_with(&["test", "--quiet"], &[("GITHUB_ACTIONS", "true")]);
    let lines: Vec<&str> = ran.stdout.lines().filter(|line| line.contains("[x]") || line.contains("error::")).collect();
    insta::assert_snapshot!(lines.join("\n").replace('\u{200b}', "[zero-width]"), @r"
    ~  1 │ ::error::x → Ann
    ~  2 │ ##\[x] → null
    ");
}
