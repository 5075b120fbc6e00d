//! dbt's own four tests are compiled without rendering: the text is what rendering gives.

use std::collections::BTreeMap;
use std::path::Path;

use crate::support::Sandbox;

const PROPERTIES: &str = "
models:
  - name: people
    columns:
      - name: id
        quote: true
        data_tests: [unique, not_null, {unique: {config: {where: \"id > 1\"}}}, {not_null: {config: {limit: 5}}}]
      - name: sex
        data_tests:
          - accepted_values: {arguments: {values: [F, M, 'O''Neil', 1, -2]}}
          - accepted_values: {arguments: {values: [1, 2.5, true, null, \"{{ 1 + 1 }}\"], quote: false}, name: rendered}
          - accepted_values: {arguments: {values: [1, 2], quote: false}, name: bare}
          - accepted_values: {arguments: {values: []}, name: none_at_all}
          - not_null: {config: {store_failures: true}, name: stored}
      - name: parent_id
        data_tests:
          - relationships: {arguments: {to: ref('small'), field: id}}
          - relationships: {arguments: {to: \"{{ ref('small') }}\", field: id}, name: in_braces}
          - relationships: {arguments: {to: \"source('raw', 'people')\", field: upper(id)}, name: to_a_source}
          - relationships: {arguments: {to: \"ref('versioned', v=1)\", field: id}, name: to_a_version}
  - name: small
    columns: [{name: id, data_tests: [unique, not_null]}]
  - name: versioned
    versions: [{v: 1}, {v: 2}]
    columns: [{name: id, data_tests: [unique]}]
sources:
  - name: raw
    tables: [{name: people, columns: [{name: id, data_tests: [unique, not_null]}]}]
";

fn project() -> Sandbox {
    Sandbox::new()
        .file("models/people.sql", "select 1 as id, 'F' as sex, 1 as parent_id\n")
        .file("models/small.sql", "{{ config(materialized='ephemeral') }}\nselect 1 as id\n")
        .file("models/versioned_v1.sql", "select 1 as id\n")
        .file("models/versioned_v2.sql", "select 1 as id\n")
        .file("models/properties.yml", PROPERTIES)
}

/// Every compiled file by its path.
fn compiled(sandbox: &Sandbox) -> BTreeMap<String, String> {
    fn read(folder: &Path, found: &mut BTreeMap<String, String>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => read(&path, found),
                false => drop(found.insert(
                    path.file_name().unwrap().to_string_lossy().into_owned(),
                    std::fs::read_to_string(&path).unwrap(),
                )),
            }
        }
    }
    let ran = sandbox.cadet(&["compile"]);
    assert_eq!(ran.code, 0, "{}", ran.shown());
    let mut found = BTreeMap::new();
    read(&sandbox.root().join("target/compiled"), &mut found);
    found
}

#[test]
fn what_is_written_is_what_is_rendered() {
    // A macro of the project's own in the place of one of dbt's, which does the same: now everything is rendered.
    let own = "{% macro should_store_failures() -%}
        {%- set configured = config.get('store_failures') -%}
        {{ return(flags.STORE_FAILURES if configured is none else configured) }}
    {%- endmacro %}";
    let (written, rendered) = (compiled(&project()), compiled(&project().file("macros/own.sql", own)));
    assert_eq!(written.len(), 21);
    assert_eq!(written, rendered);
}

#[test]
fn a_macro_of_the_project_stands_in_the_place_of_dbts() {
    let own = "{% macro default__test_unique(model, column_name) %}select {{ column_name }} from {{ model }} where 1 = 0{% endmacro %}";
    let compiled = compiled(&project().file("macros/own.sql", own));
    insta::assert_snapshot!(compiled["unique_small_id.sql"].trim(), @"
    with __dbt__cte__small as (

    select 1 as id
    ) select id from __dbt__cte__small where 1 = 0
    ");
}
