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

#[test]
fn what_athena_reads_is_no_mistake() {
    insta::assert_snapshot!(checked(&[
        ("trims", "select trim(leading from a) as a, trim(both from b) as b, trim(from c) as c from x.t\n"),
        ("named", "select t.* as (a, b) from x.t\n"),
        ("words", "select t.interval, interval + 1 as next from x.t where interval > 3\n")
    ]), @"note sql/parses safety__named.sql:1:12: this SQL cannot be read: expected end of statement, but found as");
}

#[test]
fn deep_nesting_is_called_so() {
    let sql = format!("select {}1{} as a\n", "(".repeat(120), ")".repeat(120));
    insta::assert_snapshot!(checked(&[("deep", &sql)]), @"error sql/parses safety__deep.sql:1:127: this SQL is nested too deeply: brackets or queries in one another, many times");
}

#[test]
fn a_name_that_is_set_nowhere_is_told_and_mends_nothing() {
    let sql = "{% set amount = 1 %}\nselect {{ amuont }} as a, {{ other }} as b\n";
    let path = model("visits");
    let sandbox = Sandbox::new()
        .file("cadet.yaml", QUIET)
        .file(&path, sql)
        .file(&model("flags"), "select 1 as a {% if switch %} where 1 = 1 {% endif %}\n-- {% for x in [1] %}{{ x }}{% endfor %}\n")
        .file(
            &model("fine"),
            "{% set ns = namespace(a=1) %}{% macro own(p, q=2) %}{{ p }}{{ q }}{% endmacro %}\nselect 1 as {{ 'x' if ns.a else 'y' }} {% if model and not execute %}-- {{ own(1) }}\n{% endif %}{{ maybe | default('') }}{% if maybe is defined %}{{ 1 }}{% endif %}{% set b %}x{% endset %} -- {{ b }} {{ loop }} {{ kwargs }}\n",
        );
    insta::assert_snapshot!(told(&sandbox.cadet(&["check", "--all", "--format", "json"])), @"
    error athena/reserved-words safety__visits.sql:2:21: the `{{ … }}` before `as` gives nothing here, so that a name is missing
    error athena/reserved-words safety__visits.sql:2:39: the `{{ … }}` before `as` gives nothing here, so that a name is missing
    warning jinja/undefined-variable safety__flags.sql:1:21: `switch` is set nowhere, so that Jinja takes it for nothing
    warning jinja/undefined-variable safety__visits.sql:2:11: `amuont` is set nowhere, so that Jinja takes it for nothing
    warning jinja/undefined-variable safety__visits.sql:2:30: `other` is set nowhere, so that Jinja takes it for nothing
    ");
    let _ = sandbox.cadet(&["check", "--all", "--fix"]);
    assert_eq!(sandbox.read(&path), sql);
}

#[test]
fn dev_databases_are_found_in_macros_and_snapshots() {
    let snapshot = "{% snapshot visits_snapshot %}\n{{ config(target_schema='x', unique_key='id', strategy='check', check_cols='all') }}\nselect * from \"safety_dev_dbt\".visits join safety_dev_dbt.visitors using (id)\n{% endsnapshot %}\n";
    let sandbox = Sandbox::new()
        .file("cadet.yaml", QUIET)
        .file("snapshots/visits.sql", snapshot)
        .file("macros/safety/visits.sql", "{% macro visits(name) %}\n-- as safety_dev_dbt.visits\nselect * from {{ name }}_dev_dbt.visits\njoin safety_dev_dbt.visits on true {# safety_dev_dbt.a #}\n{% endmacro %}\n{% macro schema() %}{{ return(target.schema ~ '_dev_dbt.') }}{% endmacro %}\n");
    insta::assert_snapshot!(told(&sandbox.cadet(&["check", "--all", "--format", "json"])), @"
    error sql/dev-database visits.sql:4:6: `safety_dev_dbt` is a dev database
    error sql/dev-database visits.sql:3:44: `safety_dev_dbt` is a dev database
    ");
}

#[test]
fn one_place_around_many_is_told_once() {
    let at = |place: &str| format!("{{{{ config(external_location='s3://bucket/{place}') }}}}\nselect 1 as a\n");
    let models =
        [("outer", at("dev/")), ("a", at("dev/a")), ("b", at("dev/b")), ("c", at("dev/b/c")), ("d", at("devil"))];
    let models: Vec<(&str, &str)> = models.iter().map(|(name, sql)| (*name, sql.as_str())).collect();
    insta::assert_snapshot!(checked(&models), @"
    error athena/separate-locations safety__c.sql: the data of `safety__c` lies within that of `safety__b`: s3://bucket/dev/b/c/
    error athena/separate-locations safety__outer.sql: `safety__outer` is written to s3://bucket/dev/, and 2 other tables lie at or within that place
    ");
}

#[test]
fn tables_that_differ_in_capitals_are_one() {
    insta::assert_snapshot!(checked(&[
        ("one", "{{ config(alias='Same') }}\nselect 1 as a\n"),
        ("two", "{{ config(alias='same') }}\nselect 1 as a\n")
    ]), @r#"error naming/unique-relations safety__two.sql: `safety__one` and `safety__two` would both be the table "awsdatacatalog"."mojap"."same", so each would overwrite the other"#);
}

#[test]
fn a_model_that_never_looks_at_a_run_is_told() {
    let config = |more: &str| format!("{{{{ config(materialized='incremental', {more}) }}}}\n");
    let append = config("incremental_strategy='append'");
    let merge = config("incremental_strategy='merge', table_type='iceberg', unique_key='id'");
    let models = [
        ("base", "select 1 as id, 2 as thistle\n".to_owned()),
        ("comment", format!("{append}-- this reads all\nselect id, thistle from {{{{ ref('safety__base') }}}}\n")),
        (
            "asks",
            format!(
                "{append}select id from {{{{ ref('safety__base') }}}}{{% if is_incremental() %}} where id > 1{{% endif %}}\n"
            ),
        ),
        ("whole", format!("{merge}select id from {{{{ ref('safety__base') }}}}\n")),
        ("part", format!("{merge}select id from {{{{ ref('safety__base') }}}} where id > 1\n")),
    ];
    let models: Vec<(&str, &str)> = models.iter().map(|(name, sql)| (*name, sql.as_str())).collect();
    insta::assert_snapshot!(checked(&models), @"
    warning config/incremental safety__comment.sql: `safety__comment` adds all of its rows again on each run: it never asks `is_incremental()`
    note config/incremental safety__whole.sql: `safety__whole` reads all rows again on each run: it never asks `is_incremental()`
    ");
}

#[test]
fn columns_that_are_surely_not_there_are_told() {
    insta::assert_snapshot!(checked(&[
        ("base", "select 1 as visit_id, 2 as visitor_id, cast(row('a') as row(city varchar)) as address\n"),
        ("plain", "select visit_idd, \"VISITOR_ID\" from {{ ref('safety__base') }} where other > 1\n"),
        ("cte", "with b as (select * from {{ ref('safety__base') }}), c as (select visit_id as id, 1 as n from b) select id, m from c\n"),
        ("joined", "select a.visit_id, b.wrong, anything from {{ ref('safety__base') }} a join {{ ref('safety__base') }} b on a.visit_id = b.nothing\n"),
        // None of these is sure, or wrong.
        ("fine", "select visit_id, address.city, b.address.city as c, filter(array[1], x -> x > visit_id) as l, date_add('day', 1, current_date) as d, (select max(z) from x.t where z = visit_id) as m from {{ ref('safety__base') }} b where exists (select 1 from x.t where q = b.visit_id) group by 1\n"),
        ("text", "select visit_id from {{ ref('safety__base') }} where visitor_id = \"a text\"\n"),
        ("other", "select whatever from x.t\n"),
        ("union", "select visit_id as a from {{ ref('safety__base') }} union all select visit_nr from {{ ref('safety__base') }} order by a\n"),
        ("unnested", "select v, n from {{ ref('safety__base') }} cross join unnest(array[1]) as t (v)\n"),
        ("grown", "{{ config(materialized='incremental', incremental_strategy='append', partitioned_by=['a']) }}\nselect 1 as a\n"),
        ("reader", "select old from {{ ref('safety__grown') }}\n")
    ]), @"
    error sql/unknown-column safety__cte.sql:1:109: `c` has no column `m`
    error sql/unknown-column safety__joined.sql:1:22: the model `safety__base` has no column `wrong`
    error sql/unknown-column safety__joined.sql:1:122: the model `safety__base` has no column `nothing`
    error sql/unknown-column safety__plain.sql:1:8: the model `safety__base` has no column `visit_idd`
    error sql/unknown-column safety__plain.sql:1:69: the model `safety__base` has no column `other`
    error sql/unknown-column safety__text.sql:1:67: the model `safety__base` has no column `a text`
    error sql/unknown-column safety__union.sql:1:70: the model `safety__base` has no column `visit_nr`
    warning athena/quoted-capitals safety__plain.sql:1:19: the column `VISITOR_ID` will be called `visitor_id`
    warning athena/order-by safety__union.sql:1:119: this `order by` does nothing: the rows of a table have no order
    ");
}

#[test]
fn unions_and_ctes_have_to_fit() {
    insta::assert_snapshot!(checked(&[
        ("base", "select 1 as a, 2 as b\n"),
        ("uneven", "select 1 as a, 2 as b union all select 3 union select 4, 5 except select 1, 2, 3\n"),
        ("of_table", "select * from {{ ref('safety__base') }} union all select 1, 2, 3\n"),
        ("even", "select * from {{ ref('safety__base') }} union all select 1, 2 union all select * from x.t\n"),
        ("twice", "with a as (select 1 as x), b as (select 2 as x), A as (select 3 as x) select x from a\n")
    ]), @"
    error sql/uneven-union safety__of_table.sql:1:51: the first query of this `union` gives 2 columns, and this one 3 columns
    error sql/duplicate-cte safety__twice.sql:1:50: there is a CTE `A` already
    error sql/uneven-union safety__uneven.sql:1:33: the first query of this `union` gives 2 columns, and this one 1 column
    error sql/uneven-union safety__uneven.sql:1:67: the first query of this `except` gives 2 columns, and this one 3 columns
    ");
}

#[test]
fn a_column_of_an_unchanged_parent_is_known_on_a_branch() {
    let sandbox = Sandbox::new()
        .file("cadet.yaml", QUIET)
        .file(&model("base"), "select 1 as visit_id\n")
        .commit("before")
        .branch("work")
        .file(&model("reader"), "select visit_idd from {{ ref('safety__base') }}\n");
    insta::assert_snapshot!(told(&sandbox.cadet(&["check", "--format", "json"])), @"error sql/unknown-column safety__reader.sql:1:8: the model `safety__base` has no column `visit_idd`");
}

#[test]
fn more_functions_of_other_databases_are_known() {
    let names = [
        "eomonth(d)",
        "approx_count_distinct(a)",
        "regexp_contains(a, 'x')",
        "format_date('%Y', d)",
        "stuff(a, 1, 2, 'x')",
        "patindex('x', a)",
        "string_split(a, ',')",
        "array_append(l, 1)",
        "size(l)",
        "from_json(a)",
        "datetrunc('day', d)",
        "timestamp_diff(a, b)",
        "date_from_parts(1, 2, 3)",
        "try_to_timestamp(a)",
        "sysdatetime()",
    ];
    let columns: Vec<String> = names.iter().enumerate().map(|(at, name)| format!("{name} as c{at}")).collect();
    let sql = format!("select {} from x.t\n", columns.join(", "));
    let found = checked(&[("all", &sql)]);
    assert_eq!(found.lines().filter(|line| line.contains("Athena has no function")).count(), names.len(), "{found}");
}

#[test]
fn partitions_that_are_surely_many_are_told() {
    let by = |key: &str, more: &str, sql: &str| format!("{{{{ config(partitioned_by=['{key}']{more}) }}}}\n{sql}\n");
    let models = [
        ("moment", by("at", "", "select 1 as id, cast('2024-01-01' as timestamp) as at")),
        ("day", by("day", "", "select 1 as id, date '2024-01-01' as day")),
        (
            "days",
            by(
                "day",
                ", materialized='incremental', incremental_strategy='append'",
                "select 1 as id, date '2024-01-01' as day",
            ),
        ),
        (
            "key",
            by(
                "id",
                ", materialized='incremental', incremental_strategy='insert_overwrite', unique_key='id'",
                "select 1 as n, 2 as id",
            ),
        ),
        ("few", by("region_id", "", "select 1 as id, 2 as region_id")),
    ];
    let models: Vec<(&str, &str)> = models.iter().map(|(name, sql)| (*name, sql.as_str())).collect();
    insta::assert_snapshot!(checked(&models), @"
    warning athena/many-partitions safety__key.sql: `safety__key` is divided by `id`, which is different in every row, so that every row is a partition
    warning athena/many-partitions safety__moment.sql: `safety__moment` is divided by `at`, a moment, so that nearly every row is a partition
    note athena/many-partitions safety__day.sql: `safety__day` is divided by `day`, a day: after 100 days that is more than Athena writes in one query
    ");
}

#[test]
fn values_are_held_against_the_type_that_the_sql_gives() {
    let test = |column: &str, values: &str| {
        format!(
            "      - name: {column}\n        data_tests:\n          - accepted_values:\n              arguments:\n                values: {values}\n                quote: false\n"
        )
    };
    let yaml = format!(
        "models:\n  - name: safety__kinds\n    columns:\n{}{}{}",
        test("kind", "[1, two]"),
        test("number", "[1, 2]"),
        test("other", "[a]")
    );
    let sandbox = Sandbox::new()
        .file("cadet.yaml", QUIET)
        .file(
            &model("kinds"),
            "select cast(1 as integer) as kind, cast(2 as bigint) as number, a.x as other from y.a\n",
        )
        .file("models/prison/safety/properties.yaml", &yaml);
    insta::assert_snapshot!(told(&sandbox.cadet(&["check", "--all", "--format", "json"])), @r#"warning testing/accepted-values-type properties.yaml:6:13: `kind` is integer, and the value "two" of this test is not"#);
}

#[test]
fn what_moves_or_widens_a_write_is_told() {
    let sandbox = Sandbox::new()
        .file(
            "dbt_project.yml",
            "name: mojap_derived_tables\nversion: '1.0'\nprofile: mojap_derived_tables\nmodels:\n  +materialized: table\ndata_tests:\n  +schema: other_db\n",
        )
        .file(&model("a"), "{{ config(alias='a.b', sql_header='set x = 1', table_properties={'location': 's3://b/x'}) }}\nselect 1 as a\n")
        .file(&model("b"), "{{ config(alias='plain_1', sql_header='', grants={'select': ['all']}, native_drop=true, full_refresh=true, table_properties={'format': 'x'}) }}\nselect 1 as a\n")
        .file(&model("c"), "{% set sql %}\n  -- tidy up\n  drop table x.t\n{% endset %}\n{% do run_query(sql) if execute and false %}\n{% if execute and false %}{% do run_query('delete from ' ~ target.schema) %}{{ tidy() }}{% endif %}\nselect 1 as a\n")
        .file("models/prison/safety/safety__d.py", "def model(dbt, session):\n    return dbt.ref('safety__a')\n")
        .file("macros/safety/tidy.sql", "{% macro tidy() %}{% set q = 'insert into x.t select 1' %}{% do run_query(q) %}{% endmacro %}\n{% macro by_hand() %}{% do run_query('drop table x.t') %}{% endmacro %}\n{% macro reads() %}{% do run_query('/* drop */ select 1') %}{% endmacro %}\n")
        .file("macros/safety/own.sql", "{% macro ref(name) %}{{ return(builtins.ref(name)) }}{% endmacro %}\n{% materialization table, adapter='athena' %}{{ return({'relations': []}) }}{% endmaterialization %}\n{% macro generate_alias_name(custom_alias_name=none, node=none) %}{{ return(custom_alias_name or node.name) }}{% endmacro %}\n");
    let found = told(&sandbox.cadet(&["check", "--all", "--format", "json"]));
    let of_security: Vec<&str> =
        found.lines().filter(|line| line.contains(" security/") || line.contains("external")).collect();
    insta::assert_snapshot!(of_security.join("\n"), @"
    error security/destination dbt_project.yml:7:3: `schema` puts the rows that tests keep into another database
    error security/destination safety__a.sql:1:11: the alias of `safety__a` has other signs than letters, digits and `_`
    error security/destination safety__a.sql:1:48: `table_properties` moves `safety__a` away from where its path puts it
    error security/permissions safety__b.sql:1:43: `grants` changes who may read `safety__b`
    error security/python-models safety__d.py: `safety__d` is a model in Python, which is not run
    warning security/own-macros own.sql:1:10: this takes the place of dbt's own `ref` for all models
    warning security/own-macros own.sql:2:20: this takes the place of dbt's own materialization `table` for all models
    warning security/statement tidy.sql:1:65: this macro, which models call, runs a `insert`, which changes something
    warning security/hooks safety__a.sql:1:24: `sql_header` of `safety__a` is SQL that cadet does not run
    warning security/deletions safety__b.sql:1:71: `native_drop` of `safety__b` drops the table before the new one is there
    warning security/deletions safety__b.sql:1:89: `full_refresh` of `safety__b` builds the table anew on each run, and deletes the rows that only the old one has
    warning security/statement safety__c.sql:5:7: the template of `safety__c` runs a `drop`, which changes something
    warning security/statement safety__c.sql:6:33: the template of `safety__c` runs a `delete`, which changes something
    ");
}
