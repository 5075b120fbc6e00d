//! Metrics, semantic models and saved queries: as the manifest has them, and what is said of those that dbt refuses.

use serde_json::{Value, json};

use crate::support::Sandbox;

const PROPERTIES: &str = "models/semantic.yml";

const SEMANTIC_MODELS: &str = "\
semantic_models:
  - name: sem_orders
    model: ref('orders')
    defaults: {agg_time_dimension: ordered_on}
    entities:
      - {name: order_key, type: primary, expr: id}
    dimensions:
      - {name: ordered_on, type: time, type_params: {time_granularity: day}}
      - {name: status, type: categorical}
    measures:
      - {name: amount, agg: sum, create_metric: true}
      - {name: orders, agg: count, expr: 1}
";

/// A project with a model, a time spine and one semantic model, and what `rest` adds to its file.
fn project(rest: &str) -> Sandbox {
    Sandbox::new()
        .file("models/orders.sql", "select 1 as id, 2 as amount, 'done' as status, date '2024-01-01' as ordered_on\n")
        .file("models/metricflow_time_spine.sql", "select date '2024-01-01' as date_day\n")
        .file(PROPERTIES, &format!("{SEMANTIC_MODELS}{rest}"))
}

/// One part of the manifest, without what is the same for every node.
fn manifest(sandbox: &Sandbox, section: &str) -> String {
    let mut part = sandbox.json("target/manifest.json")[section].take();
    let same =
        ["created_at", "package_name", "path", "original_file_path", "resource_type", "metadata", "refs", "sources"];
    for node in part.as_object_mut().into_iter().flat_map(serde_json::Map::values_mut) {
        let fields = node.as_object_mut().unwrap();
        fields.retain(|key, value| {
            !same.contains(&key.as_str()) && !value.is_null() && *value != json!([]) && *value != json!({})
        });
    }
    let lines = part.as_object().into_iter().flatten().map(|(id, node)| format!("{id} {}", without_nulls(node)));
    lines.collect::<Vec<_>>().join("\n")
}

fn without_nulls(value: &Value) -> Value {
    match value {
        Value::Object(fields) => fields
            .iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(key, value)| (key.clone(), without_nulls(value)))
            .collect(),
        Value::Array(items) => items.iter().map(without_nulls).collect(),
        other => other.clone(),
    }
}

/// The problems that parsing tells, without the lines that mark the place.
fn told(rest: &str) -> String {
    let ran = project(rest).cadet(&["parse"]);
    let is_kept = |line: &&str| {
        ["error", "warning", "  ╭▸", " ╭▸", "   ╭▸", "  ╰ help", " ╰ help", "   ╰ help"]
            .iter()
            .any(|start| line.starts_with(start))
    };
    let shown = ran.shown();
    shown.lines().filter(is_kept).map(str::trim).collect::<Vec<_>>().join("\n")
}

#[test]
fn metrics_are_written_with_all_that_they_are_counted_from() {
    let sandbox = project(
        "\
metrics:
  - name: order_count
    label: Orders
    type: simple
    type_params: {measure: orders}
  - name: per_order
    label: Amount of an order
    type: ratio
    type_params: {numerator: amount, denominator: order_count}
  - name: growth
    label: Growth
    type: derived
    type_params:
      expr: now_count - last_count
      metrics:
        - {name: order_count, alias: now_count}
        - {name: order_count, alias: last_count, offset_window: 1 months}
  - name: running
    label: Running
    type: cumulative
    filter: \"{{ Dimension('order_key__status') }} = 'done'\"
    type_params: {measure: amount, cumulative_type_params: {window: 7 days}}
",
    );
    let ran = sandbox.cadet(&["parse"]);
    assert_eq!(ran.code, 0, "{}", ran.shown());
    insta::assert_snapshot!(manifest(&sandbox, "metrics"), @r#"
    metric.mojap_derived_tables.order_count {"name":"order_count","unique_id":"metric.mojap_derived_tables.order_count","fqn":["mojap_derived_tables","order_count"],"description":"","config":{"enabled":true,"meta":{}},"depends_on":{"macros":[],"nodes":["semantic_model.mojap_derived_tables.sem_orders"]},"label":"Orders","type":"simple","type_params":{"measure":{"name":"orders","join_to_timespine":false},"input_measures":[{"name":"orders","join_to_timespine":false}],"metrics":[]}}
    metric.mojap_derived_tables.per_order {"name":"per_order","unique_id":"metric.mojap_derived_tables.per_order","fqn":["mojap_derived_tables","per_order"],"description":"","config":{"enabled":true,"meta":{}},"depends_on":{"macros":[],"nodes":["metric.mojap_derived_tables.amount","metric.mojap_derived_tables.order_count"]},"label":"Amount of an order","type":"ratio","type_params":{"input_measures":[{"name":"amount","join_to_timespine":false},{"name":"orders","join_to_timespine":false}],"numerator":{"name":"amount"},"denominator":{"name":"order_count"},"metrics":[]}}
    metric.mojap_derived_tables.growth {"name":"growth","unique_id":"metric.mojap_derived_tables.growth","fqn":["mojap_derived_tables","growth"],"description":"","config":{"enabled":true,"meta":{}},"depends_on":{"macros":[],"nodes":["metric.mojap_derived_tables.order_count"]},"label":"Growth","type":"derived","type_params":{"input_measures":[{"name":"orders","join_to_timespine":false}],"expr":"now_count - last_count","metrics":[{"name":"order_count","alias":"now_count"},{"name":"order_count","alias":"last_count","offset_window":{"count":1,"granularity":"month"}}]}}
    metric.mojap_derived_tables.running {"name":"running","unique_id":"metric.mojap_derived_tables.running","fqn":["mojap_derived_tables","running"],"description":"","config":{"enabled":true,"meta":{}},"depends_on":{"macros":[],"nodes":["semantic_model.mojap_derived_tables.sem_orders"]},"label":"Running","type":"cumulative","type_params":{"measure":{"name":"amount","join_to_timespine":false},"input_measures":[{"name":"amount","join_to_timespine":false}],"metrics":[],"cumulative_type_params":{"window":{"count":7,"granularity":"day"},"period_agg":"first"}},"filter":{"where_filters":[{"where_sql_template":"{{ Dimension('order_key__status') }} = 'done'"}]}}
    metric.mojap_derived_tables.amount {"name":"amount","unique_id":"metric.mojap_derived_tables.amount","fqn":["mojap_derived_tables","amount"],"description":"Metric created from measure amount","config":{"enabled":true,"meta":{}},"unrendered_config":{"enabled":true,"meta":{}},"depends_on":{"macros":[],"nodes":["semantic_model.mojap_derived_tables.sem_orders"]},"label":"amount","type":"simple","type_params":{"measure":{"name":"amount","join_to_timespine":false},"input_measures":[{"name":"amount","join_to_timespine":false}],"expr":"amount","metrics":[]}}
    "#);
    insta::assert_snapshot!(manifest(&sandbox, "semantic_models"), @r#"semantic_model.mojap_derived_tables.sem_orders {"name":"sem_orders","unique_id":"semantic_model.mojap_derived_tables.sem_orders","fqn":["mojap_derived_tables","sem_orders"],"config":{"enabled":true,"meta":{}},"depends_on":{"macros":[],"nodes":["model.mojap_derived_tables.orders"]},"model":"ref('orders')","node_relation":{"alias":"orders","schema_name":"mojap","database":"awsdatacatalog","relation_name":"\"awsdatacatalog\".\"mojap\".\"orders\""},"defaults":{"agg_time_dimension":"ordered_on"},"entities":[{"name":"order_key","type":"primary","expr":"id","config":{"meta":{}}}],"measures":[{"name":"amount","agg":"sum","create_metric":false,"config":{"meta":{}}},{"name":"orders","agg":"count","create_metric":false,"expr":"1","config":{"meta":{}}}],"dimensions":[{"name":"ordered_on","type":"time","is_partition":false,"type_params":{"time_granularity":"day"},"config":{"meta":{}}},{"name":"status","type":"categorical","is_partition":false,"config":{"meta":{}}}]}"#);
}

#[test]
fn saved_queries_are_written_with_the_tables_that_they_become() {
    let sandbox = project(
        "\
saved_queries:
  - name: weekly
    query_params:
      metrics: [amount]
      group_by: [\"TimeDimension('metric_time', 'week')\"]
      where: \"{{ Dimension('order_key__status') }} = 'done'\"
    exports:
      - {name: weekly_amount, config: {export_as: table, schema: reports}}
",
    );
    let ran = sandbox.cadet(&["parse"]);
    assert_eq!(ran.code, 0, "{}", ran.shown());
    insta::assert_snapshot!(manifest(&sandbox, "saved_queries"), @r#"saved_query.mojap_derived_tables.weekly {"name":"weekly","unique_id":"saved_query.mojap_derived_tables.weekly","fqn":["mojap_derived_tables","weekly"],"config":{"enabled":true,"meta":{},"cache":{"enabled":false}},"depends_on":{"macros":[],"nodes":["metric.mojap_derived_tables.amount"]},"query_params":{"metrics":["amount"],"group_by":["TimeDimension('metric_time', 'week')"],"where":{"where_filters":[{"where_sql_template":"{{ Dimension('order_key__status') }} = 'done'"}]},"order_by":[]},"exports":[{"name":"weekly_amount","config":{"export_as":"table","schema_name":"reports","alias":"weekly_amount","database":"awsdatacatalog"},"unrendered_config":{"export_as":"table","schema":"reports"}}]}"#);
}

#[test]
fn a_measure_or_metric_that_does_not_exist_is_told_where_it_is_named() {
    let shown = project("metrics:\n  - {name: total, label: Total, type: simple, type_params: {measure: amounts}}\n")
        .cadet(&["parse"]);
    insta::assert_snapshot!(shown.shown(), @"
    error[references/exist]: there is no measure named `amounts` for the metric `total`
       ╭▸ models/semantic.yml:14:70
       │
    14 │   - {name: total, label: Total, type: simple, type_params: {measure: amounts}}
       │                                                                      ━━━━━━━
       │
       ╰ help: did you mean `amount`?

    ✗ Read 5 nodes; target/manifest.json is written.
    --- exit code 1
    ");
    insta::assert_snapshot!(told(
        "\
metrics:
  - {name: a_ratio, label: A, type: ratio, type_params: {numerator: amout, denominator: orders}}
saved_queries:
  - {name: saved, query_params: {metrics: [nothing]}}
"
    ), @"
    error[references/exist]: there is no metric named `amout` for the metric `a_ratio`
    ╭▸ models/semantic.yml:14:69
    ╰ help: did you mean `amount`?
    error[references/exist]: there is no metric named `orders` for the metric `a_ratio`
    ╭▸ models/semantic.yml:14:89
    ╰ help: it is a measure: add `create_metric: true` to it, or declare a metric of it
    error[references/exist]: there is no metric named `nothing`
    ╭▸ models/semantic.yml:16:44
    ╰ help: metrics are declared under `metrics:` in a property file
    ");
}

#[test]
fn metrics_that_are_made_of_each_other_are_told() {
    insta::assert_snapshot!(told(
        "\
metrics:
  - {name: one_way, label: A, type: derived, type_params: {expr: other_way, metrics: [other_way]}}
  - {name: other_way, label: B, type: derived, type_params: {expr: one_way, metrics: [one_way]}}
"
    ), @"
    error[references/no-circles]: the metric `other_way` is made of itself, by way of `one_way`
    ╭▸ models/semantic.yml:15:68
    ╰ help: make one of the two of other metrics, or of a measure
    ");
}

#[test]
fn what_is_not_written_as_dbt_wants_it_is_told() {
    insta::assert_snapshot!(told(
        "\
metrics:
  - {name: no_label, type: simple, type_params: {measure: amount}}
  - {name: unknown_type, label: 1, type: simpel, type_params: {measure: amount}}
  - {name: 1 word, label: A word, type: simple, type_params: {measure: amount}}
  - {name: no_numerator, label: B, type: ratio, type_params: {denominator: amount}}
  - {name: odd_window, label: C, type: cumulative, type_params: {measure: amount, window: a week}}
  - {name: odd_key, label: D, type: simple, type_params: {measure: amount}, filters: x}
saved_queries:
  - {name: kindless, query_params: {metrics: [amount]}, exports: [{name: exported}]}
  - {name: listless, query_params: {metrics: amount}}
"
    ), @r#"
    error[yaml/property-file]: this metric has no `label`
    ╭▸ models/semantic.yml:14:12
    ╰ help: add `label:` with text
    error[yaml/property-file]: `label` of this metric must be text
    ╭▸ models/semantic.yml:15:33
    ╰ help: put it in quotes: `"1"`
    error[yaml/property-file]: `type` of this metric must be one of: simple, ratio, cumulative, derived, conversion
    ╭▸ models/semantic.yml:15:42
    ╰ help: did you mean `simple`?
    error[yaml/property-file]: `1 word` cannot be the name of a metric: it does not begin with a letter
    ╭▸ models/semantic.yml:16:12
    ╰ help: name it with letters, digits and `_`; `label:` is what people see
    error[yaml/property-file]: the ratio metric `no_numerator` has no `numerator` in its `type_params`
    ╭▸ models/semantic.yml:17:42
    ╰ help: add `numerator:` under `type_params:`
    error[yaml/property-file]: `a week` is no window of time
    ╭▸ models/semantic.yml:18:91
    ╰ help: write a number and a period with one space between them: `28 days`
    error[yaml/property-file]: `filters` is no key of a metric, so dbt refuses the file
    ╭▸ models/semantic.yml:19:77
    ╰ help: did you mean `filter`?
    error[yaml/property-file]: the export `exported` does not say what it becomes
    ╭▸ models/semantic.yml:21:74
    ╰ help: write `export_as: table` or `export_as: view` in its `config:`
    error[yaml/property-file]: `metrics` of this saved query's `query_params` must be a list of texts
    ╭▸ models/semantic.yml:22:46
    ╰ help: write it as a list: `[amount]`
    "#);
}

#[test]
fn what_the_semantic_layer_refuses_is_told() {
    insta::assert_snapshot!(told(
        "  - name: Sem_more
    model: ref('orders')
    dimensions: [{name: day, type: categorical}]
    measures:
      - {name: amount, agg: sum}
      - {name: counted, agg: count, agg_time_dimension: status}
  - name: sem_lost
    model: orders
"
    ), @"
    error[yaml/property-file]: `Sem_more` cannot be a name in the semantic layer
    ╭▸ models/semantic.yml:13:11
    ╰ help: use small letters, digits and single `_`, at least two of them, with a letter first and no `_` last
    error[yaml/property-file]: the semantic model `Sem_more` has dimensions and no primary entity
    ╭▸ models/semantic.yml:13:11
    ╰ help: add an entity with `type: primary`, or `primary_entity:` with a name for what one row is
    error[yaml/property-file]: `day` means something else to the semantic layer, so nothing can have this name
    ╭▸ models/semantic.yml:15:25
    ╰ help: choose another name; the column can be named with `expr:`
    error[yaml/property-file]: it is not said by which time the measure `amount` is counted
    ╭▸ models/semantic.yml:17:16
    ╰ help: add `agg_time_dimension:` to it, or `defaults: {agg_time_dimension: …}` to the semantic model
    error[yaml/property-file]: the measure `amount` is in two semantic models, `sem_orders` and `Sem_more`
    ╭▸ models/semantic.yml:17:16
    ╰ help: rename one of the two: metrics find measures by their names
    error[yaml/property-file]: the measure `counted` counts, and does not say what
    ╭▸ models/semantic.yml:18:16
    ╰ help: add `expr: 1` to count all rows, or `expr:` with a column
    error[yaml/property-file]: the measure `counted` is counted by `status`, which is no time dimension of `Sem_more`
    ╭▸ models/semantic.yml:18:57
    ╰ help: add it under `dimensions:` with `type: time` and a `time_granularity`
    error[yaml/property-file]: `orders` names no model
    ╭▸ models/semantic.yml:20:12
    ╰ help: write `model: ref('name_of_the_model')`
    ");
}

#[test]
fn a_semantic_layer_without_a_time_spine_is_told() {
    let sandbox = project("").remove("models/metricflow_time_spine.sql");
    insta::assert_snapshot!(sandbox.cadet(&["parse"]).shown(), @"
    error[yaml/property-file]: semantic models need a model with one row for each day, a time spine, and there is none
      ╭▸ models/semantic.yml:2:11
      │
    2 │   - name: sem_orders
      │           ━━━━━━━━━━
      │
      ╰ help: add one, and `time_spine: {standard_granularity_column: date_day}` to its properties, with `granularity: day` at that column

    ✗ Read 3 nodes; target/manifest.json is written.
    --- exit code 1
    ");
}
