//! What templates ask of the warehouse: answered when a node is built, and never more than a question.

use crate::support::Sandbox;

const SETTINGS: &str =
    "rules:\n  naming/model-path: off\n  docs/intermediate-is-described: off\n  testing/no-singular-tests: off\n";

/// A table, and a model whose columns are the values that stand in it.
fn pivoted() -> Sandbox {
    Sandbox::new()
        .file("cadet.yaml", SETTINGS)
        .file("dbt_project.yml", "name: shop\nversion: '1.0'\nprofile: shop\nmodels:\n  +materialized: table\n")
        .file("models/payments.sql", "select 1 as id, 'card' as method, 10 as amount union all select 2, 'cash', 5\n")
        .file(
            "models/by_method.sql",
            "{% set methods = run_query('select distinct method from ' ~ ref('payments') ~ ' order by 1') %}
select
{%- if execute %}
{%- for method in methods.columns[0].values() %}
    sum(case when method = '{{ method }}' then amount end) as {{ method }}_amount{{ ',' if not loop.last }}
{%- endfor %}
{%- endif %}
from {{ ref('payments') }}
",
        )
}

#[test]
fn a_query_of_a_template_is_answered_when_the_model_is_built() {
    let sandbox = pivoted();
    insta::assert_snapshot!(sandbox.cadet(&["build"]).shown(), @"
       built  table       payments  2 rows
       built  table       by_method  1 row

    ✓ 2 tables built.
    --- exit code 0
    ");
    insta::assert_snapshot!(sandbox.read("target/compiled/shop/models/by_method.sql"), @r#"

    select
        sum(case when method = 'card' then amount end) as card_amount,
        sum(case when method = 'cash' then amount end) as cash_amount
    from "awsdatacatalog"."mojap"."payments"
    "#);
}

#[test]
fn check_asks_no_warehouse_and_calls_nothing_wrong_that_depends_on_its_answers() {
    let sandbox = pivoted();
    insta::assert_snapshot!(sandbox.cadet(&["check", "--all"]).shown(), @"
    ✓ Checked the whole project: nothing to fix.
    --- exit code 0
    ");
}

#[test]
fn compile_asks_what_was_built() {
    let sandbox = pivoted();
    sandbox.cadet(&["build", "--select", "payments"]);
    insta::assert_snapshot!(sandbox.cadet(&["compile"]).shown(), @"
    ✓ Compiled 2 nodes to target/compiled/shop.
    --- exit code 0
    ");
    insta::assert_snapshot!(sandbox.read("target/compiled/shop/models/by_method.sql"), @r#"

    select
        sum(case when method = 'card' then amount end) as card_amount,
        sum(case when method = 'cash' then amount end) as cash_amount
    from "awsdatacatalog"."mojap"."payments"
    "#);
}

#[test]
fn columns_relations_and_values_have_their_types() {
    let sandbox = pivoted().file(
        "models/looks.sql",
        "-- depends_on: {{ ref('payments') }}
{% set table = ref('payments') -%}
{% set found = adapter.get_relation(table.database, table.schema, table.identifier) -%}
select
    '{{ found.type if found }} {{ load_relation(this) }}' as relation,
    '{% for column in adapter.get_columns_in_relation(table) %}{{ column.name }} {{ column.data_type }};{% endfor %}' as columns,
    '{{ adapter.list_relations(table.database, table.schema) | map(attribute='identifier') | join(' ') }}' as relations,
    {% if execute and load_relation(table) -%}
    {% set row = run_query(\"select 1 as n, 1.5e0 as x, date '2024-02-29' as d, timestamp '2024-02-29 10:20:30' as t, true as b, null as e\").rows[0] -%}
    '{{ row.n }} {{ row['x'] }} {{ row.d }} {{ row.t }} {{ row.b }} {{ row.e }} {{ row.n + 1 }} {{ row.d.year }}' as cells,
    {% endif -%}
    '{{ get_columns_in_query('select 1 as a, 2 as b') | join(' ') if execute }}' as named
",
    );
    insta::assert_snapshot!(sandbox.cadet(&["build", "--select", "payments", "looks"]).shown(), @"
       built  table       payments  2 rows
       built  table       looks  1 row

    ✓ 2 tables built.
    --- exit code 0
    ");
    insta::assert_snapshot!(sandbox.read("target/compiled/shop/models/looks.sql"), @r#"
    -- depends_on: "awsdatacatalog"."mojap"."payments"
    select
        'table None' as relation,
        'id integer;method varchar;amount integer;' as columns,
        'payments' as relations,
        '1 1.5 2024-02-29 2024-02-29 10:20:30 True None 2 2024' as cells,
        'a b' as named
    "#);
}

#[test]
fn a_template_changes_nothing() {
    let sandbox = pivoted()
        .file("models/drops.sql", "{% do run_query('drop table ' ~ ref('payments')) %}select 1 as a\n")
        .file("models/second.sql", "{% do run_query('select 1; drop table ' ~ ref('payments')) %}select 1 as a\n")
        .file("models/cleans.sql", "-- {{ ref('payments') }}\n{% if execute %}{% do adapter.drop_relation(ref('payments')) %}{% endif %}select 1 as a\n")
        .file("models/states.sql", "-- {{ ref('payments') }}\n{% call statement('x') %}delete from {{ ref('payments') }}{% endcall %}select 1 as a\n");
    insta::assert_snapshot!(sandbox.cadet(&["check", "--all"]).shown(), @"
    error[jinja/renders]: `adapter.drop_relation` is not available to a project's code
      ╭▸ models/cleans.sql:2:30
      │
    2 │ {% if execute %}{% do adapter.drop_relation(ref('payments')) %}{% endif %}select 1 as a
      │                              ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━
      │
      ╰ help: a template may read the warehouse, and cadet alone changes it

    error[jinja/renders]: a template may only read the warehouse, with one query: a model must be a query
      ╭▸ models/drops.sql:1:7
      │
    1 │ {% do run_query('drop table ' ~ ref('payments')) %}select 1 as a
      │       ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━
      │
      ╰ help: write one `select` (with its `with`); cadet creates the table itself

    error[jinja/renders]: a template may only read the warehouse, with one query: a model must be a query
      ╭▸ models/states.sql:2:9
      │
    2 │ {% call statement('x') %}delete from {{ ref('payments') }}{% endcall %}select 1 as a
      │         ━━━━━━━━━━━━━━
      │
      ╰ help: write one `select` (with its `with`); cadet creates the table itself

    ✗ Checked the whole project: 3 errors.
      To learn more about a rule: cadet explain jinja/renders
    --- exit code 1
    ");
    insta::assert_snapshot!(sandbox.cadet(&["build", "--threads", "1"]).shown(), @"
       built  table       payments  2 rows
       built  table       by_method  1 row
      failed  table       cleans  `adapter.drop_relation` is not available to a project's code
      failed  table       drops  a template may only read the warehouse, with one query: a model must be a query
      failed  table       second  a template may only read the warehouse, with one query: a model must be one query, and this is more than one statement
      failed  table       states  a template may only read the warehouse, with one query: a model must be a query

    error[jinja/renders]: `adapter.drop_relation` is not available to a project's code
      ╭▸ models/cleans.sql:2:30
      │
    2 │ {% if execute %}{% do adapter.drop_relation(ref('payments')) %}{% endif %}select 1 as a
      │                              ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━
      │
      ╰ help: a template may read the warehouse, and cadet alone changes it

    error[jinja/renders]: a template may only read the warehouse, with one query: a model must be a query
      ╭▸ models/drops.sql:1:7
      │
    1 │ {% do run_query('drop table ' ~ ref('payments')) %}select 1 as a
      │       ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━
      │
      ╰ help: write one `select` (with its `with`); cadet creates the table itself

    error[jinja/renders]: a template may only read the warehouse, with one query: a model must be one query, and this is more than one statement
      ╭▸ models/second.sql:1:7
      │
    1 │ {% do run_query('select 1; drop table ' ~ ref('payments')) %}select 1 as a
      │       ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━
      │
      ╰ help: keep one `select`; put the others into models of their own

    error[jinja/renders]: a template may only read the warehouse, with one query: a model must be a query
      ╭▸ models/states.sql:2:9
      │
    2 │ {% call statement('x') %}delete from {{ ref('payments') }}{% endcall %}select 1 as a
      │         ━━━━━━━━━━━━━━
      │
      ╰ help: write one `select` (with its `with`); cadet creates the table itself

    ✗ 2 tables built, 4 failed.
    --- exit code 1
    ");
}

#[test]
fn a_query_that_fails_says_why() {
    let sandbox = pivoted()
        .file("models/lost.sql", "{% do run_query('select nothing_there from ' ~ ref('payments')) %}select 1 as a\n");
    insta::assert_snapshot!(sandbox.cadet(&["build", "--select", "payments", "lost"]).shown(), @"
       built  table       payments  2 rows
      failed  table       lost  the query that this template runs failed: there is no column `nothing_there` in the tables that this reads

    error[jinja/renders]: the query that this template runs failed: there is no column `nothing_there` in the tables that this reads
      ╭▸ models/lost.sql:1:7
      │
    1 │ {% do run_query('select nothing_there from ' ~ ref('payments')) %}select 1 as a
      │       ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━
      │
      ╰ help: look at the query that is put together there

    ✗ 1 table built, 1 failed.
    --- exit code 1
    ");
}

#[test]
fn the_graph_and_what_was_selected_are_there() {
    let sandbox = pivoted().file(
        "models/lists.sql",
        "select '{{ graph.nodes.values() | selectattr('resource_type', 'equalto', 'model') | map(attribute='name') | sort | join(' ') }}' as models,
    '{{ selected_resources | sort | join(' ') }}' as selected
",
    );
    sandbox.cadet(&["compile", "--select", "lists", "payments"]);
    insta::assert_snapshot!(sandbox.read("target/compiled/shop/models/lists.sql"), @"
    select 'by_method lists payments' as models,
        'model.shop.lists model.shop.payments' as selected
    ");
}

#[test]
fn who_looks_into_an_answer_while_the_project_is_read_is_told() {
    let sandbox = pivoted().file(
        "models/unguarded.sql",
        "{% set methods = run_query('select 1').columns[0].values() %}\nselect 1 as one {{ methods }}\n",
    );
    insta::assert_snapshot!(sandbox.cadet(&["check", "--all"]).shown(), @"
    error[jinja/renders]: `run_query` answers nothing while the project is read, so it has no `columns`
      ╭▸ models/unguarded.sql:1:27
      │
    1 │ {% set methods = run_query('select 1').columns[0].values() %}
      │                           ━━━━━━━━━━━━━━━━━━━━
      │
      ╰ help: put `{% if execute %}` and `{% endif %}` around all that looks into the answer

    ✗ Checked the whole project: 1 error.
      To learn more about a rule: cadet explain jinja/renders
    --- exit code 1
    ");
    let guarded = pivoted().file(
        "models/guarded.sql",
        "{% set answer = run_query('select 1') %}{% if execute %}{% set one = answer.columns[0].values() %}{% endif %}
select 1 as one{% if answer %}{% for row in answer %}{% endfor %}{% endif %} -- {{ answer is defined }} {{ answer | length }}\n",
    );
    assert_eq!(guarded.cadet(&["check", "--all"]).code, 0);
}

#[test]
fn deploys_say_build_to_templates() {
    let sandbox = Sandbox::new()
        .file("cadet.yaml", SETTINGS)
        .file("dbt_project.yml", "name: shop\nversion: '1.0'\nprofile: shop\n")
        .file("models/one.sql", "select '{{ flags.WHICH }}' as which, '{{ invocation_args_dict.which }}' as also\n");
    sandbox.cadet(&["build"]);
    assert_eq!(sandbox.read("target/compiled/shop/models/one.sql"), "select 'build' as which, 'build' as also");
    sandbox.cadet(&["compile"]);
    assert_eq!(sandbox.read("target/compiled/shop/models/one.sql"), "select 'compile' as which, 'compile' as also");
}

#[test]
fn a_secret_is_refused_wherever_it_is_named() {
    let sandbox = Sandbox::new()
        .file("cadet.yaml", "env_vars: [DBT_ENV_SECRET_TOKEN]\n")
        .file("dbt_project.yml", "name: shop\nversion: '1.0'\nprofile: shop\n")
        .file("models/one.sql", "select '{{ env_var('DBT_ENV_SECRET_TOKEN', 'none') }}' as token\n");
    let ran = sandbox.cadet_with(&["compile"], &[("DBT_ENV_SECRET_TOKEN", "hush")]);
    assert!(ran.shown().contains("is a secret, which only profiles.yml and packages.yml may name"), "{}", ran.shown());
    assert_eq!(ran.code, 1);
}
