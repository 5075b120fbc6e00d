//! `cadet why`: every reason that a node can have to be in the change, and the word that it has none.

use crate::support::Sandbox;

/// A chain of three models with a macro that calls a macro, a variable and a seed, committed on `main`; then a branch.
fn chain() -> Sandbox {
    Sandbox::new()
        .file("dbt_project.yml", "name: shop\nversion: '1.0'\nprofile: shop\nvars:\n  first_day: '2024-01-01'\n")
        .file("models/orders.sql", "select order_id, day from {{ ref('raw_orders') }}\n")
        .file("models/recent.sql", "select * from {{ ref('orders') }} where day > '{{ var('first_day') }}'\n")
        .file("models/priced.sql", "select {{ price('order_id') }} as price from {{ ref('recent') }}\n")
        .file("models/alone.sql", "select 1 as one\n")
        .file("macros/price.sql", "{% macro price(column) %}{{ rounded(column) }}{% endmacro %}\n")
        .file("macros/rounded.sql", "{% macro rounded(column) %}round({{ column }}){% endmacro %}\n")
        .file("seeds/raw_orders.csv", "order_id,day\n1,2024-02-01\n")
        .commit("The shop")
        .branch("change")
}

#[test]
fn a_changed_file_and_all_that_is_downstream_of_it() {
    let sandbox = chain().file("models/orders.sql", "select order_id, day, 1 as n from {{ ref('raw_orders') }}\n");
    insta::assert_snapshot!(sandbox.cadet(&["why", "orders", "priced", "alone"]).shown());
}

#[test]
fn a_macro_through_another_macro() {
    let sandbox = chain().file("macros/rounded.sql", "{% macro rounded(column) %}ceil({{ column }}){% endmacro %}\n");
    insta::assert_snapshot!(sandbox.cadet(&["why", "priced", "recent"]).shown());
}

#[test]
fn the_comment_of_a_macro_is_no_reason() {
    let text = "{# rounds #}{% macro rounded(column) %}round({{ column }}){# here #}{% endmacro %}\n";
    let sandbox = chain().file("macros/rounded.sql", text);
    insta::assert_snapshot!(sandbox.cadet(&["why", "priced"]).shown());
}

#[test]
fn a_variable() {
    let settings = "name: shop\nversion: '1.0'\nprofile: shop\nvars:\n  first_day: '2025-01-01'\n";
    let sandbox = chain().file("dbt_project.yml", settings);
    insta::assert_snapshot!(sandbox.cadet(&["why", "orders", "recent"]).shown());
}

#[test]
fn a_seed_and_a_config() {
    let sandbox = chain()
        .file("seeds/raw_orders.csv", "order_id,day\n2,2024-02-01\n")
        .file("models/alone.sql", "{{ config(materialized='table') }}\nselect 1 as one\n")
        .file("dbt_project.yml", "name: shop\nversion: '1.0'\nprofile: shop\nvars:\n  first_day: '2024-01-01'\nmodels:\n  shop:\n    orders:\n      +materialized: table\n");
    insta::assert_snapshot!(sandbox.cadet(&["why", "raw_orders", "orders", "alone"]).shown());
}

#[test]
fn for_scripts() {
    let sandbox = chain().file("models/orders.sql", "select order_id, day, 1 as n from {{ ref('raw_orders') }}\n");
    insta::assert_snapshot!(sandbox.cadet(&["why", "recent", "--format", "json"]).shown());
}

#[test]
fn the_plan_for_scripts_has_the_same_reasons() {
    let sandbox = chain().file("macros/rounded.sql", "{% macro rounded(column) %}ceil({{ column }}){% endmacro %}\n");
    let ran = sandbox.cadet(&["deploy", "--dry-run", "--format", "json"]);
    insta::assert_snapshot!(ran.pretty());
}

#[test]
fn a_node_that_is_not_there() {
    let sandbox = chain().remove("models/alone.sql");
    insta::assert_snapshot!(sandbox.cadet(&["why", "order"]).shown());
    insta::assert_snapshot!(sandbox.cadet(&["why", "alone"]).shown());
}
