//! dbt's page on model versions, statement by statement: each test bears the words of what it holds.

use crate::support::Sandbox;

const YAML: &str = "models/sales/dim_customers.yml";
const V1: &str = "models/sales/dim_customers_v1.sql";
const V2: &str = "models/sales/dim_customers_v2.sql";
const V3: &str = "models/sales/dim_customers_v3.sql";
const ORDERS: &str = "models/sales/fct_orders.sql";

/// The names of the page are not those of the service that cadet is made for.
const SETTINGS: &str = "rules:\n  naming/model-path: off\n  docs/intermediate-is-described: off\n";

/// A project without models.
fn empty() -> Sandbox {
    Sandbox::new().file("cadet.yaml", SETTINGS)
}

/// The page's model with three versions: 2 is the latest, 3 is a prerelease, 1 is old.
fn three_versions() -> Sandbox {
    empty()
        .file(
            YAML,
            "models:\n  - name: dim_customers\n    latest_version: 2\n    versions:\n      - v: 3\n      - v: 2\n      - v: 1\n",
        )
        .file(V1, "select 1 as customer_id, 'UK' as country_name\n")
        .file(V2, "select 1 as customer_id\n")
        .file(V3, "select 1 as customer_id, true as is_new\n")
}

/// The page's model before it had versions.
fn one_contract() -> Sandbox {
    empty()
        .file(
            YAML,
            "models:
  - name: dim_customers
    config:
      materialized: table
      contract:
        enforced: true
    columns:
      - name: customer_id
        description: This is the primary key
        data_type: int
      - name: country_name
        description: Where this customer lives
        data_type: varchar
",
        )
        .file("models/sales/dim_customers.sql", "select 1 as customer_id, 'UK' as country_name\n")
}

/// The page's model with two versions, each with its contract.
fn two_contracts() -> Sandbox {
    empty()
        .file(
            YAML,
            "models:
  - name: dim_customers
    latest_version: 1
    config:
      materialized: table
      contract: {enforced: true}
    columns:
      - name: customer_id
        data_type: int
      - name: country_name
        data_type: varchar(10)
    versions:
      - v: 1
      - v: 2
        columns:
          - include: all
            exclude: [country_name]
",
        )
        .file(V1, "select 1 as customer_id, 'UK' as country_name\n")
        .file(V2, "select 1 as customer_id\n")
}

fn on_a_branch(sandbox: Sandbox) -> Sandbox {
    sandbox.commit("the project").branch("work")
}

/// One line for each model of the manifest: its id, its file, its table and what it is built as.
fn models(sandbox: &Sandbox) -> String {
    let ran = sandbox.cadet(&["parse"]);
    assert_eq!(ran.code, 0, "{}", ran.shown());
    let manifest = sandbox.json("target/manifest.json");
    let nodes = manifest["nodes"].as_object().unwrap().values().filter(|node| node["resource_type"] == "model");
    let text = |value: &serde_json::Value| value.as_str().unwrap_or("-").to_owned();
    let line = |node: &serde_json::Value| {
        let columns: Vec<&String> = node["columns"].as_object().unwrap().keys().collect();
        format!(
            "{} in {}: {} {}, latest {}, columns {columns:?}, {:?}",
            text(&node["unique_id"]).replace("model.mojap_derived_tables.", ""),
            text(&node["path"]),
            text(&node["config"]["materialized"]),
            text(&node["alias"]),
            node["latest_version"],
            text(&node["description"]),
        )
    };
    let mut lines: Vec<String> = nodes.map(line).collect();
    lines.sort();
    lines.join("\n")
}

/// The SQL of `fct_orders`.
fn orders(sandbox: &Sandbox) -> String {
    let ran = sandbox.cadet(&["compile"]);
    assert_eq!(ran.code, 0, "{}", ran.shown());
    sandbox.read("target/compiled/mojap_derived_tables/models/sales/fct_orders.sql")
}

#[test]
fn versions_are_referred_to_by_the_models_name_and_by_default_that_means_the_latest() {
    let sandbox = three_versions().file(
        ORDERS,
        "select * from {{ ref('dim_customers') }}
select * from {{ ref('dim_customers', v=1) }}
select * from {{ ref('dim_customers', v='2') }}
select * from {{ ref('dim_customers', version=3) }}
select * from {{ ref('mojap_derived_tables', 'dim_customers', v=3) }}
",
    );
    insta::assert_snapshot!(orders(&sandbox), @r#"
    select * from "awsdatacatalog"."mojap"."dim_customers_v2"
    select * from "awsdatacatalog"."mojap"."dim_customers_v1"
    select * from "awsdatacatalog"."mojap"."dim_customers_v2"
    select * from "awsdatacatalog"."mojap"."dim_customers_v3"
    select * from "awsdatacatalog"."mojap"."dim_customers_v3"
    "#);
}

#[test]
fn each_version_is_in_a_file_with_its_suffix_and_makes_a_relation_of_that_name() {
    insta::assert_snapshot!(models(&three_versions()), @r#"
    dim_customers.v1 in sales/dim_customers_v1.sql: table dim_customers_v1, latest 2, columns [], ""
    dim_customers.v2 in sales/dim_customers_v2.sql: table dim_customers_v2, latest 2, columns [], ""
    dim_customers.v3 in sales/dim_customers_v3.sql: table dim_customers_v3, latest 2, columns [], ""
    "#);
}

#[test]
fn the_latest_version_may_be_in_a_file_without_a_suffix_and_any_in_the_file_that_defined_in_names() {
    let sandbox = three_versions()
        .edit(YAML, "- v: 1\n", "- v: 1\n        defined_in: any_file_name_you_want\n")
        .rename(V2, "models/sales/dim_customers.sql")
        .rename(V1, "models/sales/any_file_name_you_want.sql");
    insta::assert_snapshot!(models(&sandbox), @r#"
    dim_customers.v1 in sales/any_file_name_you_want.sql: table dim_customers_v1, latest 2, columns [], ""
    dim_customers.v2 in sales/dim_customers.sql: table dim_customers_v2, latest 2, columns [], ""
    dim_customers.v3 in sales/dim_customers_v3.sql: table dim_customers_v3, latest 2, columns [], ""
    "#);
}

#[test]
fn a_file_without_a_suffix_is_not_a_version_that_is_not_the_latest() {
    let sandbox = three_versions().rename(V3, "models/sales/dim_customers.sql");
    insta::assert_snapshot!(sandbox.cadet(&["check", "--all"]).shown(), @"
    error[naming/unique-names]: `dim_customers` has versions, and this file is none of them
     ╭▸ models/sales/dim_customers.sql
     ├ note: this is one of its versions
     ⸬  models/sales/dim_customers_v1.sql
     ╰ help: name the file after its version, such as `dim_customers_v1`, or say `defined_in: dim_customers` at the version

    warning[yaml/known-names]: there is no file for version 3 of `dim_customers`
      ╭▸ models/sales/dim_customers.yml:5:12
      │
    5 │       - v: 3
      │            ━
      │
      ╰ help: add `dim_customers_v3.sql`, or name the file with `defined_in:`

    ✗ Checked the whole project: 1 error, 1 warning.
      To learn more about a rule: cadet explain naming/unique-names
    --- exit code 1
    ");
}

#[test]
fn if_not_specified_the_latest_version_is_the_numerically_greatest() {
    let sandbox = three_versions()
        .edit(YAML, "    latest_version: 2\n", "")
        .edit(YAML, "- v: 2\n", "- v: 10\n")
        .rename(V2, "models/sales/dim_customers_v10.sql");
    insta::assert_snapshot!(models(&sandbox), @r#"
    dim_customers.v1 in sales/dim_customers_v1.sql: table dim_customers_v1, latest 10, columns [], ""
    dim_customers.v10 in sales/dim_customers_v10.sql: table dim_customers_v10, latest 10, columns [], ""
    dim_customers.v3 in sales/dim_customers_v3.sql: table dim_customers_v3, latest 10, columns [], ""
    "#);
}

#[test]
fn a_version_is_a_number_or_a_text() {
    let sandbox = empty()
        .file(
            YAML,
            "models:\n  - name: dim_customers\n    latest_version: 1.5\n    versions:\n      - v: 1.5\n      - v: gold\n      - v: '3'\n",
        )
        .file("models/sales/dim_customers_v1.5.sql", "select 1 as customer_id\n")
        .file("models/sales/dim_customers_vgold.sql", "select 1 as customer_id\n")
        .file(V3, "select 1 as customer_id\n")
        .file(
            ORDERS,
            "{{ ref('dim_customers') }} {{ ref('dim_customers', v='gold') }} {{ ref('dim_customers', v=3) }}\n",
        );
    insta::assert_snapshot!(models(&sandbox), @r#"
    dim_customers.v1.5 in sales/dim_customers_v1.5.sql: table dim_customers_v1_5, latest 1.5, columns [], ""
    dim_customers.v3 in sales/dim_customers_v3.sql: table dim_customers_v3, latest 1.5, columns [], ""
    dim_customers.vgold in sales/dim_customers_vgold.sql: table dim_customers_vgold, latest 1.5, columns [], ""
    fct_orders in sales/fct_orders.sql: table fct_orders, latest null, columns [], ""
    "#);
    insta::assert_snapshot!(orders(&sandbox), @r#""awsdatacatalog"."mojap"."dim_customers_v1_5" "awsdatacatalog"."mojap"."dim_customers_vgold" "awsdatacatalog"."mojap"."dim_customers_v3""#);
}

#[test]
fn a_version_says_only_how_it_differs_from_the_shared_attributes() {
    let sandbox = three_versions().file(
        YAML,
        "models:
  - name: dim_customers
    latest_version: 2
    description: All customers
    config:
      materialized: table
      tags: [shared]
    data_tests:
      - has_rows
    columns:
      - name: customer_id
        data_tests: [unique]
      - name: country_name
      - name: email
    versions:
      - v: 3
        columns:
          - include: [customer_id]
          - name: is_new
      - v: 2
        description: Customers without their country
        config:
          materialized: view
        columns:
          - include: all
            exclude: [country_name]
      - v: 1
        data_tests: []
",
    );
    let sandbox = sandbox.file(
        "macros/has_rows.sql",
        "{% test has_rows(model) %}select 1 from (select count(*) as n from {{ model }}) where n = 0{% endtest %}\n",
    );
    insta::assert_snapshot!(models(&sandbox), @r#"
    dim_customers.v1 in sales/dim_customers_v1.sql: table dim_customers_v1, latest 2, columns ["customer_id", "country_name", "email"], "All customers"
    dim_customers.v2 in sales/dim_customers_v2.sql: view dim_customers_v2, latest 2, columns ["customer_id", "email"], "Customers without their country"
    dim_customers.v3 in sales/dim_customers_v3.sql: table dim_customers_v3, latest 2, columns ["customer_id", "is_new"], "All customers"
    "#);
    insta::assert_snapshot!(sandbox.cadet(&["ls", "--resource-type", "test", "--output", "name"]).shown(), @"
    has_rows_dim_customers_v2_
    has_rows_dim_customers_v3_
    unique_dim_customers_v1_customer_id
    unique_dim_customers_v2_customer_id
    unique_dim_customers_v3_customer_id
    --- exit code 0
    ");
}

#[test]
fn configs_in_the_versions_own_file_take_precedence_over_those_in_the_yaml() {
    let sandbox = three_versions()
        .edit(YAML, "- v: 1\n", "- v: 1\n        config: {materialized: view}\n")
        .edit(YAML, "- v: 3\n", "- v: 3\n        config: {materialized: view}\n")
        .edit(V1, "select", "{{ config(materialized='table') }}\nselect");
    insta::assert_snapshot!(models(&sandbox), @r#"
    dim_customers.v1 in sales/dim_customers_v1.sql: table dim_customers_v1, latest 2, columns [], ""
    dim_customers.v2 in sales/dim_customers_v2.sql: table dim_customers_v2, latest 2, columns [], ""
    dim_customers.v3 in sales/dim_customers_v3.sql: view dim_customers_v3, latest 2, columns [], ""
    "#);
}

#[test]
fn with_an_alias_a_version_keeps_the_table_in_its_original_location() {
    let sandbox = three_versions()
        .edit(YAML, "- v: 1\n", "- v: 1\n        config:\n          alias: dim_customers\n")
        .file(ORDERS, "select * from {{ ref('dim_customers', v=1) }}\n");
    insta::assert_snapshot!(orders(&sandbox), @r#"select * from "awsdatacatalog"."mojap"."dim_customers""#);
}

#[test]
fn one_version_can_be_a_view_on_top_of_the_other() {
    let sandbox = three_versions().file(
        V2,
        "{{ config(materialized = 'view') }}\n{% set dim_customers_v1 = ref('dim_customers', v=1) %}\nselect customer_id from {{ dim_customers_v1 }}\n",
    );
    insta::assert_snapshot!(sandbox.cadet(&["build", "--threads", "1"]).shown(), @"
       built  table       dim_customers.v1  1 row
       built  table       dim_customers.v3  1 row
       built  view        dim_customers.v2  created

    ✓ 3 tables built.
    --- exit code 0
    ");
}

#[test]
fn the_name_selects_all_versions_and_the_name_with_a_version_that_one() {
    let sandbox = three_versions();
    let selected = |selector: &str| sandbox.cadet(&["ls", "--select", selector]).shown();
    insta::assert_snapshot!(selected("dim_customers"), @"
    mojap_derived_tables.sales.dim_customers.v1
    mojap_derived_tables.sales.dim_customers.v2
    mojap_derived_tables.sales.dim_customers.v3
    --- exit code 0
    ");
    insta::assert_snapshot!(selected("dim_customers.v2"), @"
    mojap_derived_tables.sales.dim_customers.v2
    --- exit code 0
    ");
    insta::assert_snapshot!(selected("dim_customers_v2"), @"
    mojap_derived_tables.sales.dim_customers.v2
    --- exit code 0
    ");
}

#[test]
fn dbt_notifies_consumers_when_a_new_version_becomes_available() {
    let sandbox = three_versions().file(
        ORDERS,
        "select * from {{ ref('dim_customers') }}\nunion all\nselect * from {{ ref('mojap_derived_tables', 'dim_customers') }}\n",
    );
    insta::assert_snapshot!(sandbox.cadet(&["check", "--all"]).shown(), @"
    note[versions/unpinned-ref]: this reference to `dim_customers` names no version, so it means version 2, the latest; version 3 is there as a prerelease
      ╭▸ models/sales/fct_orders.sql:1:18
      │
    1 │ select * from {{ ref('dim_customers') }}
      │                  ━━━━━━━━━━━━━━━━━━━━
      │
      ╰ help: to try version 3: {{ ref('dim_customers', v=3) }}
              to stay on version 2: {{ ref('dim_customers', v=2) }}
              as it stands, it will mean version 3 once that is made the latest

    note[versions/unpinned-ref]: this reference to `dim_customers` names no version, so it means version 2, the latest; version 3 is there as a prerelease
      ╭▸ models/sales/fct_orders.sql:3:18
      │
    3 │ select * from {{ ref('mojap_derived_tables', 'dim_customers') }}
      │                  ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━
      │
      ╰ help: to try version 3: {{ ref('mojap_derived_tables', 'dim_customers', v=3) }}
              to stay on version 2: {{ ref('mojap_derived_tables', 'dim_customers', v=2) }}
              as it stands, it will mean version 3 once that is made the latest

    ✓ Checked the whole project: 2 notes.
    --- exit code 0
    ");
    // Nothing is said of a reference that is pinned, nor when there is nothing newer than the latest.
    let pinned = three_versions().file(ORDERS, "select * from {{ ref('dim_customers', v=2) }}\n");
    assert_eq!(pinned.cadet(&["check", "--all"]).stdout, "✓ Checked the whole project: nothing to fix.\n");
    let newest = sandbox.edit(YAML, "latest_version: 2", "latest_version: 3");
    assert_eq!(newest.cadet(&["check", "--all"]).stdout, "✓ Checked the whole project: nothing to fix.\n");
}

#[test]
fn a_branch_that_adds_a_prerelease_tells_those_who_refer_to_the_model() {
    let sandbox = three_versions()
        .edit(YAML, "      - v: 3\n", "")
        .remove(V3)
        .file(ORDERS, "select * from {{ ref('dim_customers') }}\n");
    let sandbox = on_a_branch(sandbox)
        .edit(YAML, "    versions:\n", "    versions:\n      - v: 3\n")
        .file(V3, "select 1 as customer_id\n");
    insta::assert_snapshot!(sandbox.cadet(&["check"]).shown(), @"
    note[versions/unpinned-ref]: this reference to `dim_customers` names no version, so it means version 2, the latest; version 3 is there as a prerelease
      ╭▸ models/sales/fct_orders.sql:1:18
      │
    1 │ select * from {{ ref('dim_customers') }}
      │                  ━━━━━━━━━━━━━━━━━━━━
      │
      ╰ help: to try version 3: {{ ref('dim_customers', v=3) }}
              to stay on version 2: {{ ref('dim_customers', v=2) }}
              as it stands, it will mean version 3 once that is made the latest

    ✓ Checked 2 changed files: 1 note.
    --- exit code 0
    ");
}

#[test]
fn you_are_told_that_a_version_is_slated_for_deprecation_and_when_it_has_passed_its_date() {
    let sandbox = three_versions()
        .edit(YAML, "- v: 1\n", "- v: 1\n        deprecation_date: 2020-01-31\n")
        .edit(YAML, "- v: 3\n", "- v: 3\n        deprecation_date: 2999-12-31 00:00:00+00:00\n")
        .file(
            ORDERS,
            "select customer_id from {{ ref('dim_customers', v=1) }}\nunion all\nselect customer_id from {{ ref('dim_customers', v=3) }}\n",
        );
    insta::assert_snapshot!(sandbox.cadet(&["check", "--all"]).shown(), @"
    warning[versions/deprecated]: `dim_customers.v1` is past its deprecation date, 2020-01-31
      ╭▸ models/sales/dim_customers.yml:9:27
      │
    9 │         deprecation_date: 2020-01-31
      │                           ━━━━━━━━━━
      │
      ╰ help: remove the model, or disable it with `enabled: false`; if it is still needed, set a later date

    warning[versions/deprecated]: `fct_orders` reads `dim_customers.v1`, which ended on 2020-01-31
      ╭▸ models/sales/fct_orders.sql:1:28
      │
    1 │ select customer_id from {{ ref('dim_customers', v=1) }}
      │                            ━━━━━━━━━━━━━━━━━━━━━━━━━
      │
      ├ note: the date is set here
      │
      ⸬  models/sales/dim_customers.yml:9:27
      │
    9 │         deprecation_date: 2020-01-31
      │                           ──────────
      │
      ╰ help: move to the latest version: {{ ref('dim_customers', v=2) }}

    warning[versions/deprecated]: `fct_orders` reads `dim_customers.v3`, which will end on 2999-12-31T00:00:00+00:00
      ╭▸ models/sales/fct_orders.sql:3:28
      │
    3 │ select customer_id from {{ ref('dim_customers', v=3) }}
      │                            ━━━━━━━━━━━━━━━━━━━━━━━━━
      │
      ├ note: the date is set here
      │
      ⸬  models/sales/dim_customers.yml:6:27
      │
    6 │         deprecation_date: 2999-12-31 00:00:00+00:00
      │                           ─────────────────────────
      │
      ╰ help: move to the latest version: {{ ref('dim_customers', v=2) }}

    ✓ Checked the whole project: 3 warnings.
      To learn more about a rule: cadet explain versions/deprecated
    --- exit code 0
    ");
}

#[test]
fn a_model_without_versions_can_have_a_deprecation_date_too() {
    let sandbox = one_contract()
        .edit(YAML, "    config:\n", "    deprecation_date: 2999-12-31\n    config:\n")
        .file(ORDERS, "select customer_id from {{ ref('dim_customers') }}\n");
    insta::assert_snapshot!(sandbox.cadet(&["check", "--all"]).shown(), @"
    warning[docs/described]: the model `dim_customers` has no description
      ╭▸ models/sales/dim_customers.yml:2:11
      │
    2 │   - name: dim_customers
      │           ━━━━━━━━━━━━━
      │
      ╰ help: say what a row of it is:
                - name: dim_customers
                  description: One row for each …

    warning[versions/deprecated]: `fct_orders` reads `dim_customers`, which will end on 2999-12-31
      ╭▸ models/sales/fct_orders.sql:1:28
      │
    1 │ select customer_id from {{ ref('dim_customers') }}
      │                            ━━━━━━━━━━━━━━━━━━━━
      │
      ├ note: the date is set here
      │
      ⸬  models/sales/dim_customers.yml:3:23
      │
    3 │     deprecation_date: 2999-12-31
      │                       ──────────
      │
      ╰ help: ask the owners of `dim_customers` what takes its place

    note[naming/yaml-ending]: this property file ends in `.yml`
     ╭▸ models/sales/dim_customers.yml
     ╰ help: rename it to `dim_customers.yaml`

    ✓ Checked the whole project: 2 warnings, 1 note.
      To learn more about a rule: cadet explain docs/described
      cadet can fix 1 of these: cadet check --fix
    --- exit code 0
    ");
    let wrong = sandbox.edit(YAML, "2999-12-31", "next spring");
    insta::assert_snapshot!(wrong.cadet(&["check", "--all"]).shown(), @"
    error[yaml/property-file]: `deprecation_date: next spring` is not a date
      ╭▸ models/sales/dim_customers.yml:3:23
      │
    3 │     deprecation_date: next spring
      │                       ━━━━━━━━━━━
      │
      ╰ help: write it as `deprecation_date: 2030-12-31`

    warning[docs/described]: the model `dim_customers` has no description
      ╭▸ models/sales/dim_customers.yml:2:11
      │
    2 │   - name: dim_customers
      │           ━━━━━━━━━━━━━
      │
      ╰ help: say what a row of it is:
                - name: dim_customers
                  description: One row for each …

    note[naming/yaml-ending]: this property file ends in `.yml`
     ╭▸ models/sales/dim_customers.yml
     ╰ help: rename it to `dim_customers.yaml`

    ✗ Checked the whole project: 1 error, 1 warning, 1 note.
      To learn more about a rule: cadet explain yaml/property-file
      cadet can fix 1 of these: cadet check --fix
    --- exit code 1
    ");
}

#[test]
fn a_generate_alias_name_of_the_project_that_forgets_versions_is_an_ambiguous_alias() {
    let macros = "{% macro generate_alias_name(custom_alias_name=none, node=none) -%}
    {%- if custom_alias_name -%}
        {{ custom_alias_name | trim }}
    {%- else -%}
        {{ node.name }}
    {%- endif -%}
{%- endmacro %}
";
    let sandbox = three_versions().edit(YAML, "      - v: 3\n", "").remove(V3);
    let sandbox = sandbox.file("macros/generate_alias_name.sql", macros);
    insta::assert_snapshot!(sandbox.cadet(&["check", "--all"]).shown(), @r#"
    error[naming/unique-relations]: `dim_customers.v1` and `dim_customers.v2` would both be the table "awsdatacatalog"."mojap"."dim_customers", so each would overwrite the other
      ╭▸ models/sales/dim_customers_v2.sql
      ├ note: this one is the same table
      ⸬  models/sales/dim_customers_v1.sql
      ├ note: this macro of the project names the tables
      │
      ⸬  macros/generate_alias_name.sql:1:10
      │
    1 │ {% macro generate_alias_name(custom_alias_name=none, node=none) -%}
      │          ───────────────────
      │
      ╰ help: if it leaves the version out, add this before its last `else`:
                  {%- elif node.version -%}
                      {{ node.name ~ "_v" ~ (node.version | replace(".", "_")) }}

    warning[docs/described]: the model `dim_customers` has no description
      ╭▸ models/sales/dim_customers.yml:2:11
      │
    2 │   - name: dim_customers
      │           ━━━━━━━━━━━━━
      │
      ╰ help: say what a row of it is:
                - name: dim_customers
                  description: One row for each …

    note[naming/yaml-ending]: this property file ends in `.yml`
     ╭▸ models/sales/dim_customers.yml
     ╰ help: rename it to `dim_customers.yaml`

    ✗ Checked the whole project: 1 error, 1 warning, 1 note.
      To learn more about a rule: cadet explain naming/unique-relations
      cadet can fix 1 of these: cadet check --fix
    --- exit code 1
    "#);
    insta::assert_snapshot!(sandbox.cadet(&["parse"]).shown(), @r#"
    error[naming/unique-relations]: `dim_customers.v1` and `dim_customers.v2` would both be the table "awsdatacatalog"."mojap"."dim_customers", so each would overwrite the other
      ╭▸ models/sales/dim_customers_v2.sql
      ├ note: this one is the same table
      ⸬  models/sales/dim_customers_v1.sql
      ├ note: this macro of the project names the tables
      │
      ⸬  macros/generate_alias_name.sql:1:10
      │
    1 │ {% macro generate_alias_name(custom_alias_name=none, node=none) -%}
      │          ───────────────────
      │
      ╰ help: if it leaves the version out, add this before its last `else`:
                  {%- elif node.version -%}
                      {{ node.name ~ "_v" ~ (node.version | replace(".", "_")) }}

    ✗ Read 2 nodes; target/manifest.json is written.
    --- exit code 1
    "#);
    let fixed = sandbox.edit(
        "macros/generate_alias_name.sql",
        "    {%- else -%}",
        "    {%- elif node.version -%}
        {{ node.name ~ \"_v\" ~ (node.version | replace(\".\", \"_\")) }}
    {%- else -%}",
    );
    insta::assert_snapshot!(models(&fixed), @r#"
    dim_customers.v1 in sales/dim_customers_v1.sql: table dim_customers_v1, latest 2, columns [], ""
    dim_customers.v2 in sales/dim_customers_v2.sql: table dim_customers_v2, latest 2, columns [], ""
    "#);
}

#[test]
fn two_versions_with_one_alias_are_ambiguous_too() {
    let sandbox =
        three_versions().edit(YAML, "- v: 1\n", "- v: 1\n        config:\n          alias: dim_customers\n").edit(
            YAML,
            "- v: 3\n",
            "- v: 3\n        config:\n          alias: dim_customers\n          materialized: ephemeral\n",
        );
    insta::assert_snapshot!(sandbox.cadet(&["check", "--all"]).shown(), @r#"
    error[naming/unique-relations]: `dim_customers.v1` and `dim_customers.v3` would both be the table "awsdatacatalog"."mojap"."dim_customers", so each would overwrite the other
     ╭▸ models/sales/dim_customers_v3.sql
     ├ note: this one is the same table
     ⸬  models/sales/dim_customers_v1.sql
     ╰ help: give each version an `alias` of its own under its `v:`, or none: then it is named after its version

    ✗ Checked the whole project: 1 error.
      To learn more about a rule: cadet explain naming/unique-relations
    --- exit code 1
    "#);
}

#[test]
fn a_model_and_a_seed_may_still_share_a_name_and_a_ref_means_the_seed() {
    let sandbox = empty()
        .edit("dbt_project.yml", "models:", "seeds:\n  +schema: raw\nmodels:")
        .file("models/sales/regions.sql", "select 1 as region_id\n")
        .file("seeds/regions.csv", "region_id\n1\n")
        .file(ORDERS, "select * from {{ ref('regions') }}\n");
    insta::assert_snapshot!(sandbox.cadet(&["check", "--all"]).shown(), @"
    warning[naming/unique-names]: a seed and a model are both named `regions`: a `ref` to that name means the seed only
     ╭▸ seeds/regions.csv
     ├ note: this one has the same name
     ⸬  models/sales/regions.sql
     ╰ help: rename one of the two

    ✓ Checked the whole project: 1 warning.
      To learn more about a rule: cadet explain naming/unique-names
    --- exit code 0
    ");
    insta::assert_snapshot!(orders(&sandbox), @r#"select * from "awsdatacatalog"."mojap_raw"."regions""#);
}

#[test]
fn the_post_hook_that_makes_a_view_of_the_latest_version_is_read_and_never_run() {
    let hook = "{% macro create_latest_version_view() %}
    -- this hook will run only if the model is versioned, and only if it's the latest version
    {% if model.get('version') and model.get('version') == model.get('latest_version') %}
        {% set new_relation = this.incorporate(path={\"identifier\": model['name']}) %}
        {% set existing_relation = load_relation(new_relation) %}
        {% if existing_relation and not existing_relation.is_view %}
            {{ drop_relation_if_exists(existing_relation) }}
        {% endif %}
        {% set create_view_sql -%}
            create or replace view {{ new_relation }}
              as select * from {{ this }}
        {%- endset %}
        {% do log(\"Creating view \" ~ new_relation ~ \" pointing to \" ~ this, info = true) if execute %}
        {{ return(create_view_sql) }}
    {% else %}
        -- no-op
        select 1 as id
    {% endif %}
{% endmacro %}
";
    let sandbox = three_versions().file("macros/create_latest_version_view.sql", hook).edit(
        "dbt_project.yml",
        "  +materialized: table\n",
        "  +materialized: table\n  +post-hook:\n    - \"{{ create_latest_version_view() }}\"\n",
    );
    insta::assert_snapshot!(sandbox.cadet(&["build", "--threads", "1"]).shown(), @"
       built  table       dim_customers.v1  1 row
       built  table       dim_customers.v2  1 row
       built  table       dim_customers.v3  1 row

    ✓ 3 tables built.
    --- exit code 0
    ");
    insta::assert_snapshot!(sandbox.cadet(&["check", "--all"]).shown(), @"
    warning[security/hooks]: `post-hook` of all models is SQL that cadet does not run
      ╭▸ dbt_project.yml:6:3
      │
    6 │   +post-hook:
      │   ━━━━━━━━━━
      │
      ╰ help: if it is needed, tell those who review the pull request what it does; else take it out

    ✓ Checked the whole project: 1 warning.
      To learn more about a rule: cadet explain security/hooks
    --- exit code 0
    ");
}

#[test]
fn what_is_wrong_with_versions_is_said_where_it_stands() {
    let sandbox = three_versions()
        .file(
            YAML,
            "models:
  - name: dim_customers
    latest_version: 5
    versions:
      - v: 1
      - v: 2
      - v: 2
      - v: 4
      - description: which one?
      - v: 3
        defined_in: nowhere
",
        )
        .file(ORDERS, "select * from {{ ref('dim_customers', v=9) }}\n");
    insta::assert_snapshot!(sandbox.cadet(&["check", "--all"]).shown(), @"
    error[yaml/property-file]: `latest_version: 5` is none of the versions of `dim_customers`
      ╭▸ models/sales/dim_customers.yml:3:21
      │
    3 │     latest_version: 5
      │                     ━
      │
      ╰ help: its versions are 1, 2, 4, 3

    error[yaml/property-file]: `dim_customers` has the version 2 twice
      ╭▸ models/sales/dim_customers.yml:7:9
      │
    7 │       - v: 2
      │         ━━━━
      │
      ╰ help: every version needs a `v` of its own

    error[yaml/property-file]: this version has no `v`
      ╭▸ models/sales/dim_customers.yml:9:9
      │
    9 │       - description: which one?
      │         ━━━━━━━━━━━━━━━━━━━━━━━
      │
      ╰ help: name it: `- v: 1`

    error[references/exist]: `dim_customers` has no version 9
      ╭▸ models/sales/fct_orders.sql:1:18
      │
    1 │ select * from {{ ref('dim_customers', v=9) }}
      │                  ━━━━━━━━━━━━━━━━━━━━━━━━━
      │
      ╰ help: its versions are 1, 2

    warning[yaml/known-names]: there is no file for version 4 of `dim_customers`
      ╭▸ models/sales/dim_customers.yml:8:12
      │
    8 │       - v: 4
      │            ━
      │
      ╰ help: add `dim_customers_v4.sql` or `dim_customers.sql`, or name the file with `defined_in:`

    warning[yaml/known-names]: there is no file for version 3 of `dim_customers`
       ╭▸ models/sales/dim_customers.yml:10:12
       │
    10 │       - v: 3
       │            ━
       │
       ╰ help: add `nowhere.sql`, or name the file with `defined_in:`

    ✗ Checked the whole project: 4 errors, 2 warnings.
      To learn more about a rule: cadet explain yaml/property-file
    --- exit code 1
    ");
}

#[test]
fn removing_a_column_of_a_contract_is_a_warning_that_proposes_a_version() {
    let sandbox = on_a_branch(one_contract())
        .edit(
            YAML,
            "      - name: country_name\n        description: Where this customer lives\n        data_type: varchar\n",
            "",
        )
        .file("models/sales/dim_customers.sql", "select 1 as customer_id\n");
    insta::assert_snapshot!(sandbox.cadet(&["check"]).shown(), @"
    warning[contracts/breaking-change]: `dim_customers` breaks its contract: the column `country_name` is gone
      ╭▸ models/sales/dim_customers.yml:2:11
      │
    2 │   - name: dim_customers
      │           ━━━━━━━━━━━━━
      │
      ╰ help: put the new SQL into `dim_customers_v2.sql`, leave `dim_customers.sql` and what models/sales/dim_customers.yml says of it as they were, and add there:
                  latest_version: 1
                  versions:
                    - v: 1
                      config:
                        alias: dim_customers
                    - v: 2
                      columns:
                        - include: all
                          exclude: [country_name]

    warning[docs/described]: the model `dim_customers` has no description
      ╭▸ models/sales/dim_customers.yml:2:11
      │
    2 │   - name: dim_customers
      │           ━━━━━━━━━━━━━
      │
      ╰ help: say what a row of it is:
                - name: dim_customers
                  description: One row for each …

    note[naming/yaml-ending]: this property file ends in `.yml`
     ╭▸ models/sales/dim_customers.yml
     ╰ help: rename it to `dim_customers.yaml`

    ✓ Checked 2 changed files: 2 warnings, 1 note.
      To learn more about a rule: cadet explain contracts/breaking-change
      cadet can fix 1 of these: cadet check --fix
    --- exit code 0
    ");
}

#[test]
fn the_proposed_version_passes_and_keeps_the_old_table() {
    let text = one_contract().read(YAML);
    let versions = "    latest_version: 1
    versions:
      - v: 1
        config:
          alias: dim_customers
      - v: 2
        columns:
          - include: all
            exclude: [country_name]
";
    // While version 1 is the latest, its file needs no suffix.
    let sandbox =
        on_a_branch(one_contract()).file(YAML, &format!("{text}{versions}")).file(V2, "select 1 as customer_id\n");
    insta::assert_snapshot!(sandbox.cadet(&["check"]).shown(), @"
    warning[docs/described]: the model `dim_customers` has no description
      ╭▸ models/sales/dim_customers.yml:2:11
      │
    2 │   - name: dim_customers
      │           ━━━━━━━━━━━━━
      │
      ╰ help: say what a row of it is:
                - name: dim_customers
                  description: One row for each …

    note[naming/yaml-ending]: this property file ends in `.yml`
     ╭▸ models/sales/dim_customers.yml
     ╰ help: rename it to `dim_customers.yaml`

    ✓ Checked 2 changed files: 1 warning, 1 note.
      To learn more about a rule: cadet explain docs/described
      cadet can fix 1 of these: cadet check --fix
    --- exit code 0
    ");
    insta::assert_snapshot!(models(&sandbox), @r#"
    dim_customers.v1 in sales/dim_customers.sql: table dim_customers, latest 1, columns ["customer_id", "country_name"], ""
    dim_customers.v2 in sales/dim_customers_v2.sql: table dim_customers_v2, latest 1, columns ["customer_id"], ""
    "#);
    let without_alias = sandbox.edit(YAML, "        config:\n          alias: dim_customers\n", "");
    insta::assert_snapshot!(without_alias.cadet(&["check"]).shown(), @"
    warning[docs/described]: the model `dim_customers` has no description
      ╭▸ models/sales/dim_customers.yml:2:11
      │
    2 │   - name: dim_customers
      │           ━━━━━━━━━━━━━
      │
      ╰ help: say what a row of it is:
                - name: dim_customers
                  description: One row for each …

    note[naming/yaml-ending]: this property file ends in `.yml`
     ╭▸ models/sales/dim_customers.yml
     ╰ help: rename it to `dim_customers.yaml`

    note[contracts/breaking-change]: `dim_customers` now has versions, and none of them is the table `dim_customers` any more: who reads that table outside dbt gets no new rows
      ╭▸ models/sales/dim_customers.yml:2:11
      │
    2 │   - name: dim_customers
      │           ━━━━━━━━━━━━━
      │
      ╰ help: keep version 1 at its place:
                    - v: 1
                      config:
                        alias: dim_customers
              or make a view of that name that shows the latest version

    ✓ Checked 2 changed files: 1 warning, 2 notes.
      To learn more about a rule: cadet explain docs/described
      cadet can fix 1 of these: cadet check --fix
    --- exit code 0
    ");
}

#[test]
fn breaking_the_contract_of_a_version_is_an_error_and_a_new_version_is_not() {
    let sandbox = on_a_branch(two_contracts())
        .edit(YAML, "        data_type: int\n", "        data_type: varchar\n")
        .edit(YAML, "varchar(10)", "varchar(20)");
    insta::assert_snapshot!(sandbox.cadet(&["check"]).shown(), @"
    error[contracts/breaking-change]: `dim_customers.v1` breaks its contract: the column `customer_id` was int and is now varchar
      ╭▸ models/sales/dim_customers.yml:8:15
      │
    8 │       - name: customer_id
      │               ━━━━━━━━━━━
      │
      ╰ help: leave version 1 as it was, put the new SQL into `dim_customers_v3.sql`, and say in models/sales/dim_customers.yml what differs:
                  versions:
                    - v: 3
                      columns:
                        - include: all
                          exclude: [customer_id]
                        - name: customer_id
                          data_type: varchar

    error[contracts/breaking-change]: `dim_customers.v2` breaks its contract: the column `customer_id` was int and is now varchar
      ╭▸ models/sales/dim_customers.yml:8:15
      │
    8 │       - name: customer_id
      │               ━━━━━━━━━━━
      │
      ╰ help: leave version 2 as it was, put the new SQL into `dim_customers_v3.sql`, and say in models/sales/dim_customers.yml what differs:
                  versions:
                    - v: 3
                      columns:
                        - include: all
                          exclude: [customer_id]
                        - name: customer_id
                          data_type: varchar

    warning[docs/described]: the model `dim_customers` has no description
      ╭▸ models/sales/dim_customers.yml:2:11
      │
    2 │   - name: dim_customers
      │           ━━━━━━━━━━━━━
      │
      ╰ help: say what a row of it is:
                - name: dim_customers
                  description: One row for each …

    note[naming/yaml-ending]: this property file ends in `.yml`
     ╭▸ models/sales/dim_customers.yml
     ╰ help: rename it to `dim_customers.yaml`

    note[docs/columns-described]: the columns `customer_id`, `country_name` of `dim_customers` have no description
      ╭▸ models/sales/dim_customers.yml:8:15
      │
    8 │       - name: customer_id
      │               ━━━━━━━━━━━
      │
      ╰ help:       - name: customer_id
                      description: …

    ✗ Checked 1 changed file: 2 errors, 1 warning, 2 notes.
      To learn more about a rule: cadet explain contracts/breaking-change
      cadet can fix 1 of these: cadet check --fix
    --- exit code 1
    ");
    let new_version = on_a_branch(two_contracts())
        .edit(YAML, "      - v: 2\n", "      - v: 3\n        columns:\n          - include: all\n            exclude: [customer_id]\n          - name: customer_id\n            data_type: varchar\n      - v: 2\n")
        .file(V3, "select '1' as customer_id, 'UK' as country_name\n");
    insta::assert_snapshot!(new_version.cadet(&["check"]).shown(), @"
    ✓ Checked 2 changed files: nothing to fix.
    --- exit code 0
    ");
}

#[test]
fn adding_a_column_or_changing_a_size_is_not_a_breaking_change() {
    let sandbox = on_a_branch(two_contracts()).edit(YAML, "varchar(10)", "VARCHAR(20)").edit(
        YAML,
        "    versions:",
        "      - name: email\n        data_type: varchar\n    versions:",
    );
    let sandbox = sandbox
        .file(V1, "select 1 as customer_id, 'UK' as country_name, 'a@b' as email\n")
        .file(V2, "select 1 as customer_id, 'a@b' as email\n");
    insta::assert_snapshot!(sandbox.cadet(&["check"]).shown(), @"
    warning[docs/described]: the model `dim_customers` has no description
      ╭▸ models/sales/dim_customers.yml:2:11
      │
    2 │   - name: dim_customers
      │           ━━━━━━━━━━━━━
      │
      ╰ help: say what a row of it is:
                - name: dim_customers
                  description: One row for each …

    note[naming/yaml-ending]: this property file ends in `.yml`
     ╭▸ models/sales/dim_customers.yml
     ╰ help: rename it to `dim_customers.yaml`

    note[docs/columns-described]: the columns `customer_id`, `country_name`, `email` of `dim_customers` have no description
      ╭▸ models/sales/dim_customers.yml:8:15
      │
    8 │       - name: customer_id
      │               ━━━━━━━━━━━
      │
      ╰ help:       - name: customer_id
                      description: …

    ✓ Checked 3 changed files: 1 warning, 2 notes.
      To learn more about a rule: cadet explain docs/described
      cadet can fix 1 of these: cadet check --fix
    --- exit code 0
    ");
}

#[test]
fn a_contract_that_is_switched_off_and_constraints_that_are_no_longer_on_a_table_are_breaking() {
    let off = on_a_branch(one_contract()).edit(YAML, "enforced: true", "enforced: false");
    insta::assert_snapshot!(off.cadet(&["check"]).shown(), @"
    warning[contracts/breaking-change]: `dim_customers` breaks its contract: it is no longer enforced
      ╭▸ models/sales/dim_customers.yml:2:11
      │
    2 │   - name: dim_customers
      │           ━━━━━━━━━━━━━
      │
      ╰ help: put the new SQL into `dim_customers_v2.sql`, leave `dim_customers.sql` and what models/sales/dim_customers.yml says of it as they were, and add there:
                  latest_version: 1
                  versions:
                    - v: 1
                      config:
                        alias: dim_customers
                    - v: 2
                      config:
                        contract: {enforced: false}

    warning[docs/described]: the model `dim_customers` has no description
      ╭▸ models/sales/dim_customers.yml:2:11
      │
    2 │   - name: dim_customers
      │           ━━━━━━━━━━━━━
      │
      ╰ help: say what a row of it is:
                - name: dim_customers
                  description: One row for each …

    note[naming/yaml-ending]: this property file ends in `.yml`
     ╭▸ models/sales/dim_customers.yml
     ╰ help: rename it to `dim_customers.yaml`

    ✓ Checked 1 changed file: 2 warnings, 1 note.
      To learn more about a rule: cadet explain contracts/breaking-change
      cadet can fix 1 of these: cadet check --fix
    --- exit code 0
    ");
    let constraint = "data_type: int\n        constraints:\n          - type: not_null\n";
    let view = on_a_branch(one_contract().edit(YAML, "data_type: int\n", constraint)).edit(
        YAML,
        "materialized: table",
        "materialized: view",
    );
    insta::assert_snapshot!(view.cadet(&["check"]).shown(), @"
    warning[config/unsupported-materialization]: `dim_customers` is a view, which the service does not support
     ╭▸ models/sales/dim_customers.sql
     ╰ help: make it `materialized='table'`, or `ephemeral` when nobody reads it directly

    warning[contracts/breaking-change]: `dim_customers` breaks its contract: it has constraints, and is now a view instead of a table
      ╭▸ models/sales/dim_customers.yml:2:11
      │
    2 │   - name: dim_customers
      │           ━━━━━━━━━━━━━
      │
      ╰ help: put the new SQL into `dim_customers_v2.sql`, leave `dim_customers.sql` and what models/sales/dim_customers.yml says of it as they were, and add there:
                  latest_version: 1
                  versions:
                    - v: 1
                      config:
                        alias: dim_customers
                    - v: 2
                      config:
                        materialized: view

    warning[docs/described]: the model `dim_customers` has no description
      ╭▸ models/sales/dim_customers.yml:2:11
      │
    2 │   - name: dim_customers
      │           ━━━━━━━━━━━━━
      │
      ╰ help: say what a row of it is:
                - name: dim_customers
                  description: One row for each …

    note[naming/yaml-ending]: this property file ends in `.yml`
     ╭▸ models/sales/dim_customers.yml
     ╰ help: rename it to `dim_customers.yaml`

    ✓ Checked 1 changed file: 3 warnings, 1 note.
      To learn more about a rule: cadet explain config/unsupported-materialization
      cadet can fix 1 of these: cadet check --fix
    --- exit code 0
    ");
}

#[test]
fn a_model_with_a_contract_that_is_removed_renamed_or_disabled_is_breaking() {
    let removed = on_a_branch(two_contracts())
        .edit(
            YAML,
            "      - v: 2\n        columns:\n          - include: all\n            exclude: [country_name]\n",
            "",
        )
        .remove(V2);
    insta::assert_snapshot!(removed.cadet(&["check"]).shown(), @"
    error[contracts/breaking-change]: `dim_customers.v2` is removed, but it has an enforced contract that others rely on
     ╭▸ models/sales/dim_customers.yml
     ╰ help: keep it for now and say until when it stays, beside its `v:`; after that day it can go:
                     deprecation_date: YYYY-MM-DD

    warning[docs/described]: the model `dim_customers` has no description
      ╭▸ models/sales/dim_customers.yml:2:11
      │
    2 │   - name: dim_customers
      │           ━━━━━━━━━━━━━
      │
      ╰ help: say what a row of it is:
                - name: dim_customers
                  description: One row for each …

    note[naming/yaml-ending]: this property file ends in `.yml`
     ╭▸ models/sales/dim_customers.yml
     ╰ help: rename it to `dim_customers.yaml`

    note[docs/columns-described]: the columns `customer_id`, `country_name` of `dim_customers` have no description
      ╭▸ models/sales/dim_customers.yml:8:15
      │
    8 │       - name: customer_id
      │               ━━━━━━━━━━━
      │
      ╰ help:       - name: customer_id
                      description: …

    ✗ Checked 2 changed files: 1 error, 1 warning, 2 notes.
      To learn more about a rule: cadet explain contracts/breaking-change
      cadet can fix 1 of these: cadet check --fix
    --- exit code 1
    ");
    let renamed = on_a_branch(one_contract())
        .edit(YAML, "name: dim_customers", "name: dim_clients")
        .rename("models/sales/dim_customers.sql", "models/sales/dim_clients.sql");
    insta::assert_snapshot!(renamed.cadet(&["check"]).shown(), @"
    warning[contracts/breaking-change]: `dim_customers` is now named `dim_clients`, but it has an enforced contract that others rely on
      ╭▸ models/sales/dim_customers.yml:2:11
      │
    2 │   - name: dim_clients
      │           ━━━━━━━━━━━
      │
      ╰ help: keep it for now and say until when it stays, beside its `name:`; after that day it can go:
                  deprecation_date: YYYY-MM-DD

    warning[docs/described]: the model `dim_clients` has no description
      ╭▸ models/sales/dim_customers.yml:2:11
      │
    2 │   - name: dim_clients
      │           ━━━━━━━━━━━
      │
      ╰ help: say what a row of it is:
                - name: dim_clients
                  description: One row for each …

    note[naming/yaml-ending]: this property file ends in `.yml`
     ╭▸ models/sales/dim_customers.yml
     ╰ help: rename it to `dim_customers.yaml`

    ✓ Checked 2 changed files: 2 warnings, 1 note.
      To learn more about a rule: cadet explain contracts/breaking-change
      cadet can fix 1 of these: cadet check --fix
    --- exit code 0
    ");
    let disabled = on_a_branch(one_contract()).edit(YAML, "    config:\n", "    config:\n      enabled: false\n");
    insta::assert_snapshot!(disabled.cadet(&["check"]).shown(), @"
    warning[contracts/breaking-change]: `dim_customers` is disabled, but it has an enforced contract that others rely on
      ╭▸ models/sales/dim_customers.yml:2:11
      │
    2 │   - name: dim_customers
      │           ━━━━━━━━━━━━━
      │
      ╰ help: keep it for now and say until when it stays, beside its `name:`; after that day it can go:
                  deprecation_date: YYYY-MM-DD

    note[naming/yaml-ending]: this property file ends in `.yml`
     ╭▸ models/sales/dim_customers.yml
     ╰ help: rename it to `dim_customers.yaml`

    ✓ Checked 1 changed file: 1 warning, 1 note.
      To learn more about a rule: cadet explain contracts/breaking-change
      cadet can fix 1 of these: cadet check --fix
    --- exit code 0
    ");
    let all_gone = on_a_branch(one_contract()).remove(YAML).remove("models/sales/dim_customers.sql");
    insta::assert_snapshot!(all_gone.cadet(&["check"]).shown(), @"
    warning[contracts/breaking-change]: `dim_customers` is removed, but it has an enforced contract that others rely on
     ╭▸ models/sales/dim_customers.sql
     ╰ help: keep it for now and say until when it stays, beside its `name:`; after that day it can go:
                 deprecation_date: YYYY-MM-DD

    ✓ Checked 2 changed files: 1 warning.
      To learn more about a rule: cadet explain contracts/breaking-change
    --- exit code 0
    ");
}

#[test]
fn a_model_that_is_past_its_deprecation_date_may_be_removed() {
    let dated = |date: &str| {
        let date = format!("- v: 2\n        deprecation_date: {date}\n");
        let sandbox = on_a_branch(two_contracts().edit(YAML, "- v: 2\n", &date));
        let text = sandbox.read(YAML);
        let (kept, _) = text.split_once("      - v: 2").unwrap();
        sandbox.file(YAML, kept).remove(V2)
    };
    insta::assert_snapshot!(dated("2020-01-31").cadet(&["check"]).shown(), @"
    warning[docs/described]: the model `dim_customers` has no description
      ╭▸ models/sales/dim_customers.yml:2:11
      │
    2 │   - name: dim_customers
      │           ━━━━━━━━━━━━━
      │
      ╰ help: say what a row of it is:
                - name: dim_customers
                  description: One row for each …

    note[naming/yaml-ending]: this property file ends in `.yml`
     ╭▸ models/sales/dim_customers.yml
     ╰ help: rename it to `dim_customers.yaml`

    note[docs/columns-described]: the columns `customer_id`, `country_name` of `dim_customers` have no description
      ╭▸ models/sales/dim_customers.yml:8:15
      │
    8 │       - name: customer_id
      │               ━━━━━━━━━━━
      │
      ╰ help:       - name: customer_id
                      description: …

    ✓ Checked 2 changed files: 1 warning, 2 notes.
      To learn more about a rule: cadet explain docs/described
      cadet can fix 1 of these: cadet check --fix
    --- exit code 0
    ");
    insta::assert_snapshot!(dated("2999-12-31").cadet(&["check"]).shown(), @"
    error[contracts/breaking-change]: `dim_customers.v2` is removed, but it has an enforced contract that others rely on
     ╭▸ models/sales/dim_customers.yml
     ╰ help: it is promised until 2999-12-31: wait until then, or agree with those who read it and set an earlier date first

    warning[docs/described]: the model `dim_customers` has no description
      ╭▸ models/sales/dim_customers.yml:2:11
      │
    2 │   - name: dim_customers
      │           ━━━━━━━━━━━━━
      │
      ╰ help: say what a row of it is:
                - name: dim_customers
                  description: One row for each …

    note[naming/yaml-ending]: this property file ends in `.yml`
     ╭▸ models/sales/dim_customers.yml
     ╰ help: rename it to `dim_customers.yaml`

    note[docs/columns-described]: the columns `customer_id`, `country_name` of `dim_customers` have no description
      ╭▸ models/sales/dim_customers.yml:8:15
      │
    8 │       - name: customer_id
      │               ━━━━━━━━━━━
      │
      ╰ help:       - name: customer_id
                      description: …

    ✗ Checked 2 changed files: 1 error, 1 warning, 2 notes.
      To learn more about a rule: cadet explain contracts/breaking-change
      cadet can fix 1 of these: cadet check --fix
    --- exit code 1
    ");
}

#[test]
fn an_enforced_contract_lists_its_columns_and_knows_its_constraints() {
    let sandbox = empty()
        .file(
            YAML,
            "models:
  - name: dim_customers
    config:
      contract: {enforced: true}
  - name: dim_regions
    config:
      materialized: incremental
      contract: {enforced: true}
    columns:
      - name: region_id
        constraints:
          - type: not_nul
      - name: region_code
        data_type: int
        constraints:
          - type: primary_key
      - name: region_year
        data_type: int
        constraints:
          - type: primary_key
",
        )
        .file("models/sales/dim_customers.sql", "select 1 as customer_id\n")
        .file("models/sales/dim_regions.sql", "select 1 as region_id, 2 as region_code, 3 as region_year\n");
    insta::assert_snapshot!(sandbox.cadet(&["check", "--all"]).shown(), @"
    error[contracts/data-types]: `dim_customers` has an enforced contract, but its columns are not listed in a property file
      ╭▸ models/sales/dim_customers.yml:2:11
      │
    2 │   - name: dim_customers
      │           ━━━━━━━━━━━━━
      │
      ╰ help: list every column of the query:
                  columns:
                    - name: …
                      data_type: …

    error[contracts/data-types]: `dim_regions` is incremental and has an enforced contract, so it cannot have `on_schema_change: ignore`
      ╭▸ models/sales/dim_customers.yml:5:11
      │
    5 │   - name: dim_regions
      │           ━━━━━━━━━━━
      │
      ╰ help: set `on_schema_change: append_new_columns` or `on_schema_change: fail` in its config

    error[contracts/data-types]: `dim_regions` has an enforced contract, but its column `region_id` has no `data_type`
       ╭▸ models/sales/dim_customers.yml:10:15
       │
    10 │       - name: region_id
       │               ━━━━━━━━━
       │
       ╰ help: add its type as Athena calls it:
                     - name: region_id
                       data_type: …

    error[contracts/data-types]: the column `region_id` has a constraint of the type `not_nul`, which dbt does not know
       ╭▸ models/sales/dim_customers.yml:10:15
       │
    10 │       - name: region_id
       │               ━━━━━━━━━
       │
       ╰ help: did you mean `not_null`?

    error[contracts/data-types]: `dim_regions` has more than one primary key
       ╭▸ models/sales/dim_customers.yml:17:15
       │
    17 │       - name: region_year
       │               ━━━━━━━━━━━
       │
       ╰ help: a key of several columns stands beside `columns:`
                   constraints:
                     - type: primary_key
                       columns: [region_code, region_year]

    warning[docs/described]: the model `dim_customers` has no description
      ╭▸ models/sales/dim_customers.yml:2:11
      │
    2 │   - name: dim_customers
      │           ━━━━━━━━━━━━━
      │
      ╰ help: say what a row of it is:
                - name: dim_customers
                  description: One row for each …

    warning[config/incremental]: `dim_regions` replaces partitions on each run, but it has none
      ╭▸ models/sales/dim_customers.yml:5:11
      │
    5 │   - name: dim_regions
      │           ━━━━━━━━━━━
      │
      ╰ help: name the partitions: `partitioned_by: ['…']`, which must be the last columns; or make it `materialized: table`

    warning[docs/described]: the model `dim_regions` has no description
      ╭▸ models/sales/dim_customers.yml:5:11
      │
    5 │   - name: dim_regions
      │           ━━━━━━━━━━━
      │
      ╰ help: say what a row of it is:
                - name: dim_regions
                  description: One row for each …

    note[naming/yaml-ending]: this property file ends in `.yml`
     ╭▸ models/sales/dim_customers.yml
     ╰ help: rename it to `dim_customers.yaml`

    note[docs/columns-described]: the columns `region_id`, `region_code`, `region_year` of `dim_regions` have no description
       ╭▸ models/sales/dim_customers.yml:10:15
       │
    10 │       - name: region_id
       │               ━━━━━━━━━
       │
       ╰ help:       - name: region_id
                       description: …

    ✗ Checked the whole project: 5 errors, 3 warnings, 2 notes.
      To learn more about a rule: cadet explain contracts/data-types
      cadet can fix 1 of these: cadet check --fix
    --- exit code 1
    ");
}

#[test]
fn a_constraint_that_goes_is_told_and_snapshots_and_exposures_hear_of_an_end() {
    let yaml = |constraint: &str| {
        format!(
            "models:\n  - name: visits\n    deprecation_date: 2020-12-31\n    config:\n      contract: {{enforced: true}}\n    columns:\n      - name: visit_id\n        data_type: int\n{constraint}"
        )
    };
    let snapshot = "{% snapshot visits_snapshot %}\n{{ config(unique_key='visit_id', strategy='check', check_cols='all') }}\nselect * from {{ ref('visits') }}\n{% endsnapshot %}\n";
    let sandbox = crate::support::Sandbox::new()
        .file("cadet.yaml", "preset: none\n")
        .file("models/visits.sql", "select cast(1 as int) as visit_id\n")
        .file("models/visits.yml", &yaml("        constraints: [{type: not_null}]\n"))
        .commit("before")
        .branch("work")
        .file("models/visits.yml", &yaml(""))
        .file("snapshots/visits.sql", snapshot)
        .file(
            "models/exposures.yml",
            "exposures:\n  - name: board\n    type: dashboard\n    owner: {name: A}\n    depends_on: [ref('visits')]\n",
        );
    insta::assert_snapshot!(crate::sql_rules::told(&sandbox.cadet(&["check", "--format", "json"])), @"
    warning versions/deprecated exposures.yml:2:11: `board` reads `visits`, which ended on 2020-12-31
    warning versions/deprecated visits.yml:3:23: `visits` is past its deprecation date, 2020-12-31
    warning versions/deprecated visits.sql:3:18: `visits_snapshot` reads `visits`, which ended on 2020-12-31
    note contracts/breaking-change visits.yml:7:15: `visits` no longer promises that `visit_id` is never null: its constraint `not_null` is gone
    ");
}
