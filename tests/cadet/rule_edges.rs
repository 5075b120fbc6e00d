//! What looks as if it broke a rule and does not, and what the presets and settings change.

use crate::support::{DBT_PROJECT, Sandbox};

/// The rules that a check of the whole project breaks, with the places; those of `docs` left out.
fn broken(sandbox: &Sandbox) -> Vec<String> {
    let ran = sandbox.cadet(&["check", "--all", "--format", "json"]);
    let report: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap_or_else(|_| panic!("{}", ran.shown()));
    let shown = |finding: &serde_json::Value| {
        format!("{} {}", finding["rule"].as_str().unwrap(), finding["message"].as_str().unwrap())
    };
    let all = report["findings"].as_array().unwrap().iter().map(shown);
    all.filter(|finding| !finding.starts_with("docs/")).collect()
}

fn model(sandbox: Sandbox, path: &str, sql: &str) -> Sandbox {
    sandbox.file(&format!("models/{path}.sql"), sql)
}

#[test]
fn a_project_that_does_not_follow_the_handbook_hears_nothing_of_it() {
    let sandbox = ["staging/stg_payments", "staging/stg_orders", "customers", "orders"]
        .iter()
        .fold(Sandbox::new(), |sandbox, path| {
            model(sandbox, path, "{{ config(materialized='view') }}\nselect 1 as id\n")
        });
    assert_eq!(broken(&sandbox), [""; 0]);
    let sandbox = sandbox.file("cadet.yaml", "preset: suffix\n");
    assert_eq!(broken(&sandbox).iter().filter(|finding| finding.starts_with("naming/model-path")).count(), 4);
}

#[test]
fn preset_none_switches_the_handbook_off() {
    let sandbox = model(Sandbox::new(), "visits", "select 1 as id\n").file("cadet.yaml", "preset: none\n");
    assert_eq!(broken(&sandbox), [""; 0]);
}

#[test]
fn the_later_handbook_names_models_by_prefix() {
    let names = [
        "staging/stg_nomis/stg_nomis__stg_offenders",
        "staging/stg_nomis/stg_nomis__prison",
        "prison/prison_int/prison_int__int_offenders_joined",
        "prison/prison_int/prison_int__offenders_joined",
        "prison/prisons_datamarts/prisons_datamarts__fct_releases",
        "prison/prisons_datamarts/prisons_datamarts__releases",
        "prison/prison_derived/prison_derived__offenders",
        "prison/prison_derived/prison_derived__stg_offenders",
    ];
    let location = "{{ config(external_location=generate_s3_location()) }}\nselect 1 as id\n";
    let sandbox = names
        .iter()
        .fold(Sandbox::new(), |sandbox, path| model(sandbox, path, location))
        .file("cadet.yaml", "preset: prefix\n");
    let macros = "{% macro generate_s3_location() %}{{ return('s3://b/' ~ model.name) }}{% endmacro %}\n";
    insta::assert_snapshot!(broken(&sandbox.file("macros/generate_s3_location.sql", macros)).join("\n"), @"
    naming/role this staging model lies in the domain `prison`, not in `staging`
    naming/role this intermediate model is named `offenders_joined`, without `int_`
    naming/role `releases` in a datamart is named neither as a fact nor as a dimension
    ");
}

#[test]
fn configs_of_the_teams_own_are_no_mistakes() {
    let sql = "{{ config(meta={'materialised': 1}, tags='daily', retention=30, owner_team='x') }}\nselect 1 as id\n";
    let sandbox = model(Sandbox::new(), "prison/prison_safety/prison_safety__visits_joined", sql)
        .file("macros/retention.sql", "{% macro retention() %}{{ config.get(\"retention\") }}{{ generic() }}{% endmacro %}\n{% macro generic() %}{{ retention() }}{% endmacro %}\n")
        .file("cadet.yaml", "configs: [owner_team]\n");
    assert_eq!(broken(&sandbox), [""; 0]);
}

#[test]
fn what_is_written_in_other_words_means_the_same() {
    let project = format!("{DBT_PROJECT}  +pre-hook: []\nvars:\n  since: 1\n");
    let sandbox = Sandbox::new().file("dbt_project.yml", &project);
    let sandbox = model(
        sandbox,
        "prison/prison_safety/prison_safety__visits_joined",
        "{{ config({'materialized': 'ephemeral'}) }}\nselect {{ var('since') }} as id\n",
    );
    let sandbox = model(
        sandbox,
        "prison/prison_safety/prison_safety__visits_filtered",
        "{{ config(enabled=var('missing', false)) }}\n{% set config = 1 %}select 1 as id\n",
    );
    assert_eq!(broken(&sandbox), [""; 0]);
}

#[test]
fn a_reference_in_a_branch_of_every_run_is_seen() {
    let other = "select 1 as id\n";
    let sql = "{% if target.name == 'prod' or not execute %}select * from {{ ref('prison_safety__visits_filtered') }}\n{% else %}select * from {{ ref('prison_safety__visits_filtered') }}{% endif %}\n";
    let sandbox = model(Sandbox::new(), "prison/prison_safety/prison_safety__visits_joined", sql);
    let sandbox = model(sandbox, "prison/prison_safety/prison_safety__visits_filtered", other);
    assert_eq!(broken(&sandbox), [""; 0]);
}

#[test]
fn a_list_may_hold_more_and_names_databases_as_athena_does() {
    let source = "sources:\n  - name: nomis\n    schema: nomis_prod\n    tables:\n      - name: offenders\n";
    let read = "select 1 as id from {{ source('nomis', 'offenders') }}\n";
    let sandbox = model(Sandbox::new(), "prison/prison_safety/prison_safety__offenders_filtered", read)
        .file("models/sources/nomis.yaml", source)
        .file("scripts/source_database_names.txt", "# databases\nnomis_prod\nxhibit\n");
    assert_eq!(broken(&sandbox), [""; 0]);
}

#[test]
fn a_schedule_is_told_where_it_is_surely_meant() {
    let path = |name: &str| format!("prison/prison_safety/prison_safety__{name}");
    let reads = |name: &str, tags: &str| {
        format!("{{{{ config(tags={tags}) }}}}\nselect id from {{{{ ref('prison_safety__{name}') }}}}\n")
    };
    let plain = "select 1 as id\n";
    let own = "{{ config(tags=['em', 'dc_display_in_catalogue']) }}\nselect 1 as id\n";
    let hidden = "{{ config(materialized='ephemeral') }}\nselect 1 as id\n";
    let sandbox = model(Sandbox::new(), &path("plain_filtered"), plain);
    let sandbox = model(sandbox, &path("own_filtered"), own);
    let sandbox = model(sandbox, &path("hidden_filtered"), hidden);
    let sandbox = model(sandbox, &path("of_plain_joined"), &reads("plain_filtered", "'daily'"));
    let sandbox = model(sandbox, &path("of_own_joined"), &reads("own_filtered", "['weekly']"));
    let sandbox = model(sandbox, &path("of_hidden_joined"), &reads("hidden_filtered", "['monthly']"));
    let sandbox = model(sandbox, &path("misspelt_joined"), &reads("own_filtered", "'dialy'"));
    insta::assert_snapshot!(broken(&sandbox).join("\n"), @"
    config/schedule the tag `dialy` of `prison_safety__misspelt_joined` is no schedule
    config/schedule `prison_safety__of_plain_joined` is built daily, but it reads `prison_safety__plain_filtered`, which has no schedule and is never built in production
    config/schedule `prison_safety__plain_filtered` has no schedule, as the only model of `prison_safety`
    ");
}

#[test]
fn values_are_judged_by_athenas_types_on_athena_only() {
    let yaml = "models:\n  - name: prison_safety__visits_joined\n    description: Visits.\n    columns:\n      - name: kind\n        description: Kind.\n        data_type: integer\n        data_tests:\n          - accepted_values: {arguments: {values: [1, 2]}}\n      - name: site\n        description: Site.\n        data_type: row(a int)\n        data_tests:\n          - accepted_values: {arguments: {values: [x]}}\n";
    let sandbox = model(
        Sandbox::new(),
        "prison/prison_safety/prison_safety__visits_joined",
        "select 1 as kind, cast(row(1) as row(a int)) as site\n",
    )
    .file("models/prison/prison_safety/properties.yaml", yaml);
    insta::assert_snapshot!(broken(&sandbox).join("\n"), @"
    testing/accepted-values-type `kind` is integer, but the values of this test are compared as texts, which Athena refuses
    ");
    let profile = "mojap_derived_tables:\n  target: local\n  outputs:\n    local: {type: duckdb, schema: main}\n";
    assert_eq!(broken(&sandbox.file("profiles.yml", profile)), [""; 0]);
}

#[test]
fn columns_are_missed_only_where_all_are_known() {
    let yaml = "models:\n  - name: prison_safety__visits_joined\n    description: Visits.\n    columns:\n      - name: site\n        description: Site.\n        data_tests:\n          - relationships: {arguments: {to: ref('prison_safety__sites'), field: site_code}}\n          - relationships: {arguments: {to: ref('prison_safety__other_joined'), field: nothing}}\n  - name: prison_safety__other_joined\n    description: Others.\n";
    let seed = "seeds:\n  - name: prison_safety__sites\n    description: Sites.\n    columns:\n      - name: code\n        description: Code.\n        quote: true\n        data_tests: [unique]\n";
    let sandbox = model(Sandbox::new(), "prison/prison_safety/prison_safety__visits_joined", "select 1 as site\n");
    let sandbox = model(sandbox, "prison/prison_safety/prison_safety__other_joined", "select 1 as id\n")
        .file("models/prison/prison_safety/properties.yaml", yaml)
        .file("seeds/prison/prison_safety/prison_safety__sites.csv", "Code,name\n1,North\n")
        .file("seeds/prison/prison_safety/prison_safety__sites.yaml", seed);
    insta::assert_snapshot!(broken(&sandbox).join("\n"), @"
    testing/tested-columns the seed `prison_safety__sites` has no column `site_code`, and a test asks for it
    testing/tested-columns the model `prison_safety__other_joined` has no column `nothing`, and a test asks for it
    seeds/headers the column `Code` will be called `code`
    ");
}

#[test]
fn the_list_may_lie_at_the_top_of_the_repository() {
    let sandbox = Sandbox::new()
        .remove("dbt_project.yml")
        .file("scripts/source_database_names.txt", "xhibit_v1\nnomis\n")
        .file("dbt/dbt_project.yml", DBT_PROJECT)
        .file("dbt/models/sources/oasys.yaml", "sources:\n  - name: oasys\n    tables:\n      - name: answers\n")
        .commit("the project");
    let ran = sandbox.cadet(&["check", "--all", "--quiet"]);
    insta::assert_snapshot!(ran.shown(), @"
    warning[sources/name-list]: this list is not sorted: `nomis` comes after `xhibit_v1`
      ╭▸ scripts/source_database_names.txt:2:1
      │
    2 │ nomis
      │ ━━━━━
      │
      ╰ help: sort the lines, each name once

    warning[graph/unused-source]: nothing reads the source `oasys`
      ╭▸ dbt/models/sources/oasys.yaml:4:15
      │
    4 │       - name: answers
      │               ━━━━━━━
      │
      ╰ help: remove it, unless a model that reads it is on its way

    warning[sources/name-list]: the source database `oasys` is not in `../scripts/source_database_names.txt`
      ╭▸ dbt/models/sources/oasys.yaml:4:15
      │
    4 │       - name: answers
      │               ━━━━━━━
      │
      ╰ help: add the line `oasys` to it, in alphabetical order

    ✓ Checked the whole project: 3 warnings.
    --- exit code 0
    ");
    // A branch is told what it changes about the list.
    let branch = sandbox.branch("work").file("scripts/source_database_names.txt", "xhibit_v1\nnomis\nnomis\n");
    let ran = branch.cadet(&["check", "--format", "github"]);
    insta::assert_snapshot!(ran.shown(), @"
    ::warning file=scripts/source_database_names.txt,line=3,endLine=3,col=1,endColumn=6,title=cadet%3A sources/name-list::`nomis` stands twice in this list%0Asort the lines, each name once
    --- exit code 0
    ");
}

#[test]
fn folders_with_names_of_tools_are_read_below_models() {
    let names = ["target", "logs", "venv", ".venv", "node_modules", "__pycache__"];
    let sandbox =
        names.iter().enumerate().fold(Sandbox::new().file("cadet.yaml", "preset: none\n"), |sandbox, (at, name)| {
            model(sandbox, &format!("prison/safety/{name}/wrong_{at}"), "select (\n")
        });
    // What tools wrote at the top is no part of the project, and neither are packages of other languages.
    let sandbox = sandbox
        .file("target/compiled/x.yml", "a: [\n")
        .file("web/package.json", "{}")
        .file("web/node_modules/x/x.yml", "a: [\n");
    assert_eq!(broken(&sandbox).iter().filter(|finding| finding.starts_with("sql/parses")).count(), names.len());
    assert_eq!(broken(&sandbox).len(), names.len(), "{:?}", broken(&sandbox));
}

#[test]
fn a_submodule_in_the_working_tree_is_told() {
    let sandbox = model(Sandbox::new(), "prison/prison_safety/own/prison_safety__a_joined", "select 1 as id\n")
        .file("models/prison/prison_safety/own/.git", "gitdir: ../../../../.git/modules/own\n")
        .file("cadet.yaml", "preset: none\n");
    insta::assert_snapshot!(broken(&sandbox).join("\n"), @"files/readable this is another repository (a submodule), which cadet does not enter");
}

#[test]
fn staging_databases_hold_staging_models_of_any_ending() {
    let sandbox = Sandbox::new()
        .file(
            "models/staging/stg_nomis/stg_nomis__prison.sql",
            "{{ config(external_location=generate_s3_location()) }}\nselect 1 as id\n",
        )
        .file(
            "models/staging/stg_nomis/stg_nomis__prison.yaml",
            "models:\n  - name: stg_nomis__prison\n    description: Prisons.\n",
        )
        .file(
            "models/staging/stg_nomis/stg_nomis__court.sql",
            "{{ config(external_location=generate_s3_location()) }}\nselect 1 as id\n",
        )
        .file(
            "macros/generate_s3_location.sql",
            "{% macro generate_s3_location() %}{{ return('s3://b/' ~ model.name) }}{% endmacro %}\n",
        );
    insta::assert_snapshot!(crate::sql_rules::told(&sandbox.cadet(&["check", "--all", "--format", "json"])), @"
    error docs/model-has-property-file stg_nomis__court.sql: this model of a staging database has no property file
    warning testing/primary-key stg_nomis__prison.yaml:2:11: `stg_nomis__prison` has no primary key that is tested
    ");
}

#[test]
fn a_list_of_names_is_looked_at_line_by_line() {
    let sandbox = Sandbox::new().file("scripts/source_database_names.txt", "delius\nabc\nabc_old\n");
    insta::assert_snapshot!(crate::sql_rules::told(&sandbox.cadet(&["check", "--all", "--format", "json"])), @"warning sources/name-list source_database_names.txt:2:1: this list is not sorted: `abc` comes after `delius`");
}

#[test]
fn macros_of_packages_and_private_models_are_named() {
    let sandbox = Sandbox::new()
        .file("cadet.yaml", "preset: none\n")
        .file("dbt_packages/justice_utils/dbt_project.yml", "name: justice_utils\nversion: '1.0'\n")
        .file("dbt_packages/justice_utils/macros/key.sql", "{% macro surrogate_key() %}1{% endmacro %}\n")
        .file("models/properties.yaml", "models:\n  - name: own\n    access: private\n");
    let sandbox = model(sandbox, "keys", "select {{ justice_utils.surogate_key() }} as id\n");
    let sandbox = model(sandbox, "own", "select 1 as id\n");
    let sandbox = model(sandbox, "reader", "select id from {{ ref('own') }}\n");
    insta::assert_snapshot!(sandbox.cadet(&["check", "--all"]).shown(), @"
    error[jinja/renders]: the package `justice_utils` has no macro `surogate_key`
      ╭▸ models/keys.sql:1:24
      │
    1 │ select {{ justice_utils.surogate_key() }} as id
      │                        ━━━━━━━━━━━━━━━
      │
      ╰ help: did you mean `justice_utils.surrogate_key`?

    error[references/access]: `own` is private and belongs to no group, so that nothing may refer to it
      ╭▸ models/reader.sql:1:19
      │
    1 │ select id from {{ ref('own') }}
      │                   ━━━━━━━━━━
      │
      ├ note: it is declared here
      │
      ⸬  models/properties.yaml:2:11
      │
    2 │   - name: own
      │           ───
      │
      ╰ help: ask its owners to make it `access: protected`, or to give it and this model one `group`

    ✗ Checked the whole project: 2 errors.
      To learn more about a rule: cadet explain jinja/renders
    --- exit code 1
    ");
}

#[test]
fn a_hidden_reference_with_a_version_is_told() {
    let yaml = "models:\n  - name: base\n    latest_version: 1\n    versions:\n      - v: 1\n      - v: 2\n";
    let sandbox = Sandbox::new().file("cadet.yaml", "preset: none\n").file("models/base.yml", yaml);
    let sandbox = model(sandbox, "base_v1", "select 1 as id\n");
    let sandbox = model(sandbox, "base_v2", "select 1 as id\n");
    let hidden = |call: &str| {
        format!(
            "{{{{ config(materialized='incremental', incremental_strategy='append') }}}}\nselect id from {{{{ ref('base', v=1) }}}}\n{{% if is_incremental() %}}where 1 not in (select id from {{{{ {call} }}}}){{% endif %}}\n"
        )
    };
    let sandbox = model(sandbox, "seen", &hidden("ref('base', v=1)"));
    let sandbox = model(sandbox, "reader", &hidden("ref('base', v=2)"));
    insta::assert_snapshot!(sandbox.cadet(&["check", "--all"]).shown(), @"
    error[graph/hidden-reference]: `ref('base', v=2)` stands where dbt does not see it when it reads the project
      ╭▸ models/reader.sql:3:60
      │
    3 │ {% if is_incremental() %}where 1 not in (select id from {{ ref('base', v=2) }}){% endif %}
      │                                                            ━━━━━━━━━━━━━━━━
      │
      ╰ help: write `-- depends_on: {{ ref('base', v=2) }}` at the top of the file

    ✗ Checked the whole project: 1 error.
      To learn more about a rule: cadet explain graph/hidden-reference
    --- exit code 1
    ");
}

#[test]
fn what_a_hook_does_is_no_statement_of_the_model() {
    let macros = "{% macro clears_up() %}{% do run_query('delete from old.visits') %}{% endmacro %}\n";
    let hook = "{{ config(materialized='table', post_hook=\"{{ clears_up() }}\") }}\nselect 1 as id\n";
    let statements = |sql: &str| {
        let sandbox = model(Sandbox::new(), "visits", sql).file("macros/clears_up.sql", macros);
        broken(&sandbox.file("cadet.yaml", "preset: none\n"))
            .iter()
            .filter(|it| it.starts_with("security/statement"))
            .count()
    };
    assert_eq!(statements(hook), 0);
    assert_eq!(statements("{% do clears_up() %}\nselect 1 as id\n"), 1);
}

#[test]
fn a_package_above_the_project_is_read_where_it_is_installed() {
    let sandbox =
        Sandbox::new().file("cadet.yaml", "preset: none\n").file("packages.yml", "packages:\n  - local: ../own\n");
    assert_eq!(
        broken(&sandbox),
        [
            "yaml/property-file the package in `../own/` is outside the project's folder, and cadet reads only what is in it"
        ]
    );
    let sandbox = sandbox.file("dbt_packages/own/dbt_project.yml", "name: own\n");
    assert_eq!(broken(&sandbox), [""; 0]);
}
