//! `show` and `compile --inline`: rows and SQL of what is named, printed.

use crate::support::Sandbox;

fn project() -> Sandbox {
    Sandbox::new()
        .file(
            "seeds/people.csv",
            "id,name,note\n1,Ann,\n2,null,' x'\n3,Bob,a text that goes on and on and on and on and on\n",
        )
        .file("models/grown.sql", "{{ config(materialized='ephemeral') }}\nselect * from {{ ref('people') }}\n")
        .file("models/named.sql", "select id, name, id / 2.0 as half, array[id, null] as ids from {{ ref('grown') }}\n")
        .file("models/named.yml", "models:\n  - name: named\n    columns: [{name: name, data_tests: [not_null]}]\n")
}

#[test]
fn rows_are_shown_with_the_types_of_their_columns() {
    let sandbox = project();
    insta::assert_snapshot!(sandbox.cadet(&["show", "--select", "people"]).shown(), @"
    Previewing node 'people':
         id │ name    │ note
    integer │ varchar │ varchar
    ────────┼─────────┼─────────────────────────────────────────
          1 │ Ann     │ null
          2 │ null    │ ' x'
          3 │ Bob     │ a text that goes on and on and on and o…
    (3 rows)
    --- exit code 0
    ");
    insta::assert_snapshot!(sandbox.cadet(&["show", "--select", "named"]).shown(), @"
    error[deploy/build]: the table `people` has not been built here
      ╭▸ models/grown.sql:2:15
      │
    2 │ select * from {{ ref('people') }}
      │               ━━━━━━━━━━━━━━━━━━━
      │
      ╰ help: build it first: `cadet build --select +<this model>` builds what a model reads before the model

    --- exit code 1
    ");
    assert_eq!(sandbox.cadet(&["build", "--quiet"]).code, 1);
    insta::assert_snapshot!(sandbox.cadet(&["show", "--select", "named", "--limit", "2"]).shown(), @"
    Previewing node 'named':
         id │ name    │          half │ ids
    integer │ varchar │ decimal(12,1) │ array(integer)
    ────────┼─────────┼───────────────┼───────────────
          1 │ Ann     │           0.5 │ [1, null]
          2 │ null    │           1.0 │ [2, null]
    (2 rows)
    There are more rows; --limit -1 shows all.
    --- exit code 0
    ");
    insta::assert_snapshot!(sandbox.cadet(&["show", "--select", "not_null_named_name"]).shown(), @"
    Previewing node 'not_null_named_name':
    name
    varchar
    ───────
    null
    (1 row)
    --- exit code 0
    ");
    insta::assert_snapshot!(sandbox.cadet(&["show", "--quiet", "--select", "named", "--limit", "-1", "--output", "json"]).shown(), @r#"
    {
      "node": "named",
      "show": [
        {
          "id": 1,
          "name": "Ann",
          "half": 0.5,
          "ids": "[1, null]"
        },
        {
          "id": 2,
          "name": null,
          "half": 1.0,
          "ids": "[2, null]"
        },
        {
          "id": 3,
          "name": "Bob",
          "half": 1.5,
          "ids": "[3, null]"
        }
      ]
    }
    --- exit code 0
    "#);
    insta::assert_snapshot!(sandbox.cadet(&["show", "--inline", "select count(*) as n from {{ ref('grown') }}"]).shown(), @"
    Previewing inline node:
         n
    bigint
    ──────
         3
    (1 row)
    --- exit code 0
    ");
    insta::assert_snapshot!(sandbox.cadet(&["show", "--inline", "select 1 as a where false", "--format", "json"]).shown(), @r#"
    {
      "show": []
    }
    --- exit code 0
    "#);
}

#[test]
fn a_wide_table_is_shown_row_by_row() {
    let columns: Vec<String> = (1..=9).map(|at| format!("{at} as a_column_with_a_name_{at}")).collect();
    let query = format!("select {}", columns.join(", "));
    insta::assert_snapshot!(project().cadet(&["show", "--inline", &query]).shown(), @"
    Previewing inline node:
    ── types
    a_column_with_a_name_1 │ integer
    a_column_with_a_name_2 │ integer
    a_column_with_a_name_3 │ integer
    a_column_with_a_name_4 │ integer
    a_column_with_a_name_5 │ integer
    a_column_with_a_name_6 │ integer
    a_column_with_a_name_7 │ integer
    a_column_with_a_name_8 │ integer
    a_column_with_a_name_9 │ integer
    ── row 1
    a_column_with_a_name_1 │ 1
    a_column_with_a_name_2 │ 2
    a_column_with_a_name_3 │ 3
    a_column_with_a_name_4 │ 4
    a_column_with_a_name_5 │ 5
    a_column_with_a_name_6 │ 6
    a_column_with_a_name_7 │ 7
    a_column_with_a_name_8 │ 8
    a_column_with_a_name_9 │ 9
    (1 row)
    --- exit code 0
    ");
}

#[test]
fn show_writes_nothing() {
    let sandbox = project();
    for query in ["drop table x", "select 1; create table t as select 1", "select 1) ; create table t as (select 1"] {
        let ran = sandbox.cadet(&["show", "--inline", query]);
        assert_eq!(ran.code, 1, "{}", ran.shown());
    }
    insta::assert_snapshot!(sandbox.cadet(&["show", "--inline", "select idd from {{ ref('people') }}"]).shown(), @"
    error[deploy/build]: the table `people` has not been built here
      ╭▸ --inline:1:17
      │
    1 │ select idd from {{ ref('people') }}
      │                 ━━━━━━━━━━━━━━━━━━━
      │
      ╰ help: build it first: `cadet build --select +<this model>` builds what a model reads before the model

    --- exit code 1
    ");
    insta::assert_snapshot!(sandbox.cadet(&["show"]).shown(), @"
    --- stderr
    error: there is nothing to show
    help: name a model with --select, or write a query with --inline
    --- exit code 2
    ");
    insta::assert_snapshot!(sandbox.cadet(&["show", "--select", "nobody"]).shown(), @"
    --- stderr
    note: the selector `nobody` matches nothing
    note: No nodes selected!
    --- exit code 0
    ");
}

#[test]
fn a_query_is_compiled_and_printed() {
    let sandbox = project();
    let query = "select *\nfrom {{ ref('grown') }}";
    insta::assert_snapshot!(sandbox.cadet(&["compile", "--inline", query]).shown(), @r#"
    Compiled inline node is:
    with __dbt__cte__grown as (

    select * from "awsdatacatalog"."mojap"."people"
    ) select *
    from __dbt__cte__grown
    --- exit code 0
    "#);
    insta::assert_snapshot!(sandbox.cadet(&["compile", "--quiet", "--inline", query]).shown(), @r#"
    with __dbt__cte__grown as (

    select * from "awsdatacatalog"."mojap"."people"
    ) select *
    from __dbt__cte__grown
    --- exit code 0
    "#);
    insta::assert_snapshot!(sandbox.cadet(&["compile", "--inline", query, "--format", "json"]).shown(), @r#"
    {
      "compiled": "with __dbt__cte__grown as (\n\nselect * from \"awsdatacatalog\".\"mojap\".\"people\"\n) select *\nfrom __dbt__cte__grown"
    }
    --- exit code 0
    "#);
    insta::assert_snapshot!(sandbox.cadet(&["compile", "--inline", "select *\nfrom {{ ref('grwon') }}"]).shown(), @"
    error[jinja/renders]: there is no model, seed or snapshot named `grwon`
      ╭▸ --inline:2:9
      │
    2 │ from {{ ref('grwon') }}
      │         ━━━━━━━━━━━━
      │
      ╰ help: did you mean `grown`?

    --- exit code 1
    ");
    insta::assert_snapshot!(sandbox.cadet(&["compile", "--inline", "select {{ nope() }}"]).shown(), @"
    error[jinja/renders]: there is no macro or function `nope`
      ╭▸ --inline:1:11
      │
    1 │ select {{ nope() }}
      │           ━━━━━━
      │
      ╰ help: macros are in the project's macros/ folder and in its packages; check the name

    --- exit code 1
    ");
    assert!(!sandbox.root().join("target").exists());
}

#[test]
fn the_sql_of_a_model_that_is_named_is_printed() {
    let sandbox = project();
    insta::assert_snapshot!(sandbox.cadet(&["compile", "--select", "named"]).shown(), @r#"
    ✓ Compiled 2 nodes to target/compiled/mojap_derived_tables.
    Compiled node 'named' is:
    with __dbt__cte__grown as (

    select * from "awsdatacatalog"."mojap"."people"
    ) select id, name, id / 2.0 as half, array[id, null] as ids from __dbt__cte__grown
    --- exit code 0
    "#);
    insta::assert_snapshot!(sandbox.cadet(&["compile", "--quiet", "--select", "named"]).shown(), @r#"
    with __dbt__cte__grown as (

    select * from "awsdatacatalog"."mojap"."people"
    ) select id, name, id / 2.0 as half, array[id, null] as ids from __dbt__cte__grown
    --- exit code 0
    "#);
    insta::assert_snapshot!(sandbox.cadet(&["compile", "--select", "named", "--output", "json", "--exclude", "resource_type:test"]).shown(), @r#"
    {
      "node": "named",
      "compiled": "with __dbt__cte__grown as (\n\nselect * from \"awsdatacatalog\".\"mojap\".\"people\"\n) select id, name, id / 2.0 as half, array[id, null] as ids from __dbt__cte__grown"
    }
    --- exit code 0
    "#);
    insta::assert_snapshot!(sandbox.cadet(&["compile", "--quiet", "--select", "tag:none"]).shown(), @"
    --- stderr
    note: the selector `tag:none` matches nothing
    --- exit code 0
    ");
}

#[test]
fn what_templates_print_is_shown_with_their_names() {
    let sandbox = Sandbox::new()
        .file(
            "macros/told.sql",
            "{% macro told(x) %}{% do log('a ' ~ x, info=true) %}{% do log('only for the log') %}{{ x }}{% endmacro %}",
        )
        .file("models/first.sql", "select {{ told(1) }} as id {{ print('and this') }}\n")
        .file("models/second.sql", "{% do exceptions.warn('it is late') %}select 1 as id\n");
    insta::assert_snapshot!(sandbox.cadet(&["compile"]).shown(), @"
    ✓ Compiled 2 nodes to target/compiled/mojap_derived_tables.
    --- stderr
    first: a 1
    first: and this
    second: warning: it is late
    --- exit code 0
    ");
    insta::assert_snapshot!(sandbox.cadet(&["compile", "-q", "--inline", "{{ log(invocation_args_dict.which, info=true) }}select 1"]).shown(), @"
    select 1
    --- stderr
    compile
    --- exit code 0
    ");
}
