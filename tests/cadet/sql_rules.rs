//! What rules say of compiled SQL, and of what looks wrong and is not.

use crate::support::{Ran, Sandbox};

/// Only what is wrong with the SQL itself.
const QUIET: &str = "preset: none\nrules: {graph/unused-seed: off, graph/unused-source: off, docs/described: off, docs/columns-described: off}\n";

fn model(name: &str) -> String {
    format!("models/prison/safety/safety__{name}.sql")
}

/// Each finding of a run in one line, with its place.
pub(crate) fn told(ran: &Ran) -> String {
    let json: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap_or_else(|_| panic!("{}", ran.shown()));
    let line = |finding: &serde_json::Value| {
        let text = |key: &str| finding[key].as_str().unwrap_or_default().to_owned();
        let file = text("path").rsplit('/').next().unwrap_or_default().to_owned();
        let place = match (finding["line"].as_u64(), finding["column"].as_u64()) {
            (Some(line), Some(column)) => format!("{file}:{line}:{column}"),
            _ => file,
        };
        format!("{} {} {place}: {}", text("level"), text("rule"), text("message"))
    };
    json["findings"].as_array().unwrap().iter().map(line).collect::<Vec<_>>().join("\n")
}

fn checked(models: &[(&str, &str)]) -> String {
    let empty = Sandbox::new().file("cadet.yaml", QUIET);
    let sandbox = models.iter().fold(empty, |sandbox, (name, sql)| sandbox.file(&model(name), sql));
    told(&sandbox.cadet(&["check", "--all", "--format", "json"]))
}

#[test]
fn a_finding_stands_where_the_author_wrote_it() {
    let sql = "{% set unit = 'day' %}\n\nwith visits as (\n    select\n        nvl(visit_type, 'é') as visit_type,\n        {{ 'ifnull(a, b)' }} as a\n    from {{ this }}\n)\n\nselect visit_type, cast(a as string) as a\nfrom visits\n";
    insta::assert_snapshot!(checked(&[("visits", sql)]), @"
    error athena/functions safety__visits.sql:5:9: Athena has no function `nvl`
    error athena/functions safety__visits.sql:6:9: Athena has no function `ifnull`
    error athena/cast-types safety__visits.sql:10:30: Athena has no type `string` in a query
    ");
}

#[test]
fn what_only_looks_like_another_databases_sql_is_none() {
    let sql = "select
    \"left\".visit_id,
    \"nvl\" as len,
    'a::b' as text,
    a like 'ilike' as ilike,
    date_diff('day', a, b) as datediff,
    array[1, 2][1] as first,
    filter(list, x -> x > 1) as kept,
    2 * replace(a, 'b', 'c') as twice,
    interval '1' day + date '2024-01-01' as next_day,
    if(a is null, 1, 2) as decode -- trunc(a), isnull(b)
from {{ this }} as \"left\"
";
    insta::assert_snapshot!(checked(&[("visits", sql)]), @"");
}

#[test]
fn columns_are_followed_through_models_that_take_all_of_another() {
    let sandbox = Sandbox::new()
        .file("cadet.yaml", QUIET)
        .file("seeds/prison/safety/safety__sites.csv", "site_id,Site\n1,North\n")
        .file(&model("base"), "select 1 as visit_id, 7 as site_id\n")
        .file(&model("all"), "select * from {{ ref('safety__base') }}\n")
        .file(
            &model("joined"),
            "select * from {{ ref('safety__all') }} as a\njoin {{ ref('safety__sites') }} as b on a.site_id = b.site_id\n",
        )
        .file(&model("merged"), "select a.*, b.site from {{ ref('safety__all') }} as a, {{ ref('safety__sites') }} as b\n")
        .file(&model("unknown"), "select *, 1 as site_id from other.visits\n")
        .file(
            "models/prison/safety/properties.yaml",
            "models:\n  - name: safety__all\n    columns: [{name: site}, {name: SITE_ID}]\n  - name: safety__merged\n    columns: [{name: site}, {name: visit}]\n  - name: safety__unknown\n    columns: [{name: anything}]\n",
        );
    insta::assert_snapshot!(told(&sandbox.cadet(&["check", "--all", "--format", "json"])), @"
    error athena/duplicate-columns safety__joined.sql:1:8: the column `site_id` stands twice in this table
    warning docs/columns-exist properties.yaml:3:22: the model `safety__all` has no column `site`
    warning docs/columns-exist properties.yaml:5:36: the model `safety__merged` has no column `visit`
    warning seeds/headers safety__sites.csv:1:9: the column `Site` will be called `site`
    ");
}

#[test]
fn types_and_names_matter_for_what_is_built_only() {
    let query = "select 1, current_timestamp as now, null as a, null as A order by 2\n";
    let with = |config: &str| format!("{{{{ config({config}) }}}}\n{query}");
    let models = [
        ("cte", with("materialized='ephemeral'")),
        ("view", with("materialized='view'")),
        ("ice", "{{ config(table_type='iceberg') }}\nselect cast(a as timestamp(6)) as a, cast(b as timestamp) as b from {{ this }}\n".to_owned()),
        ("hive", "select cast(a as timestamp) as a, cast(b as timestamp(6)) as b from {{ this }}\n".to_owned()),
    ];
    let models: Vec<(&str, &str)> = models.iter().map(|(name, sql)| (*name, sql.as_str())).collect();
    insta::assert_snapshot!(checked(&models), @"
    error athena/column-types safety__hive.sql:1:62: the column `b` has the type timestamp(6), which a Hive table cannot keep
    error athena/column-types safety__ice.sql:2:62: the column `b` has the type timestamp, which an Iceberg table cannot keep
    error athena/unnamed-columns safety__view.sql:2:8: column 1 of this table has no name
    error athena/duplicate-columns safety__view.sql:2:56: the column `a` stands twice in this table
    ");
}

#[test]
fn tables_that_are_written_out_are_told_with_what_to_write() {
    let sandbox = Sandbox::new()
        .file("cadet.yaml", QUIET)
        .file("models/sources/nomis.yaml", "sources:\n  - name: nomis\n    schema: nomis_prod\n    tables: [{name: visits}]\n  - name: mine\n    schema: mine_dev_dbt\n    tables: [{name: visits}]\n")
        .file(&model("base"), "select 1 as visit_id\n")
        .file(
            &model("a"),
            "select 1 as visit_id from nomis_prod.visits\nunion all select 2 from mojap.safety__base\nunion all select 3 from awsdatacatalog.mojap.safety__a\nunion all select 4 from \"nomis_prod\".\"visits\"\nunion all select 5 from nomis_prod.other\nunion all select 6 from {{ source('nomis', 'visits') }}\nunion all select 7 from safety_dev_dbt.visits\n",
        );
    let ran = sandbox.cadet(&["check", "--all", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    let help: Vec<&str> = json["findings"].as_array().unwrap().iter().filter_map(|one| one["help"].as_str()).collect();
    insta::assert_snapshot!(format!("{}\n---\n{}", told(&ran), help.join("\n")), @"
    error sql/dev-database safety__a.sql:7:25: `safety_dev_dbt` is a dev database
    error sql/dev-database nomis.yaml:7:21: the source `mine` is the dev database `mine_dev_dbt`
    warning sql/hard-coded-table safety__a.sql:1:27: the table `nomis_prod.visits` is written out
    warning sql/hard-coded-table safety__a.sql:2:25: the table `mojap.safety__base` is written out
    warning sql/hard-coded-table safety__a.sql:3:25: the table `awsdatacatalog.mojap.safety__a` is written out
    warning sql/hard-coded-table safety__a.sql:4:25: the table `nomis_prod.visits` is written out
    ---
    use `ref` for a model of this project, or a source that names the production database
    name the database without `_dev_dbt`
    write `{{ source('nomis', 'visits') }}`, so that it is built first and read from the right environment
    write `{{ ref('safety__base') }}`, so that it is built first and read from the right environment
    write `{{ this }}`, so that it is read from the right environment
    write `{{ source('nomis', 'visits') }}`, so that it is built first and read from the right environment
    ");
}

#[test]
fn contracts_and_tests_ask_for_columns_that_are_there() {
    let sandbox = Sandbox::new()
        .file("cadet.yaml", QUIET)
        .file(&model("visits"), "select 1 as visit_id, 'a' as visit_type\n")
        .file(&model("sites"), "select 1 as site_id, 2 as visit_id\n")
        .file(
            "models/prison/safety/properties.yaml",
            "models:
  - name: safety__visits
    config: {contract: {enforced: true}}
    constraints: [{type: primary_key, columns: [visit]}]
    columns:
      - {name: visit_id, data_type: int}
      - {name: visit_type, data_type: varchar}
  - name: safety__sites
    columns:
      - name: visit_id
        data_tests:
          - relationships:
              arguments: {to: ref('safety__visits'), field: id}
          - relationships:
              name: the_second
              arguments: {to: ref('safety__visits'), field: VISIT_ID}
      - name: site
        data_tests: [unique]
      - name: \"site_id + 1\"
        data_tests: [not_null]
",
        );
    insta::assert_snapshot!(told(&sandbox.cadet(&["check", "--all", "--format", "json"])), @"
    error contracts/columns properties.yaml:2:11: the model `safety__visits` has no column `visit`, and a constraint asks for it
    error testing/tested-columns properties.yaml:12:13: the model `safety__visits` has no column `id`, and a test asks for it
    error testing/tested-columns properties.yaml:18:22: the model `safety__sites` has no column `site`, and a test asks for it
    ");
}

#[test]
fn partitions_are_the_last_columns_in_their_order() {
    let with = |config: &str, columns: &str| format!("{{{{ config({config}) }}}}\nselect {columns}\n");
    let two = "partitioned_by=['year', 'month']";
    let models = [
        ("good", with(two, "1 as id, 2024 as Year, 1 as month")),
        ("swapped", with(two, "1 as id, 1 as month, 2024 as year")),
        ("missing", with(two, "1 as id, 1 as month")),
        ("unknown", with(two, "1 as year, * from other.visits")),
        ("ice", with("table_type='iceberg', partitioned_by=['month(d)']", "date '2024-01-01' as d, 1 as id")),
        ("view", with("materialized='view', partitioned_by=['year']", "2024 as year, 1 as id")),
    ];
    let models: Vec<(&str, &str)> = models.iter().map(|(name, sql)| (*name, sql.as_str())).collect();
    insta::assert_snapshot!(checked(&models), @"
    error athena/partitions-last safety__missing.sql:2:22: this table is partitioned by `year`, `month`, but it ends with `id`, `month`
    error athena/partitions-last safety__swapped.sql:2:37: this table is partitioned by `year`, `month`, but it ends with `month`, `year`
    ");
}
