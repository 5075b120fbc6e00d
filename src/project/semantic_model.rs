//! Semantic models: what the columns of a model mean: entities, dimensions, and the measures that metrics count.
//!
//! Behaviour: dbt's "Semantic models".

use serde_json::{Map, Value, json};

use super::entries::{Entry, object};
use super::finish::reference;
use super::metric;
use super::node::{Node, ResourceType};
use super::problem::{Problem, ProblemKind};
use super::property_node::{GRAINS, blank, config_meta, fields, flag, list, own_config, rendered, small, value};
use super::reader::Reader;
use super::shape::{Kind, Shape, filled, optional, required};
use crate::parse::yaml::Yaml;

/// How a measure may be aggregated.
const AGGREGATIONS: &[&str] =
    &["sum", "min", "max", "count_distinct", "sum_boolean", "average", "percentile", "median", "count"];

const DEFAULTS: Shape = Shape { what: "default", keys: &[optional("agg_time_dimension", Kind::Text)] };

const ENTITY: Shape = Shape {
    what: "entity",
    keys: &[
        required("name", Kind::Text),
        required("type", Kind::OneOf(&["foreign", "natural", "primary", "unique"])),
        optional("description", Kind::Text),
        optional("label", Kind::Text),
        optional("role", Kind::Text),
        optional("expr", Kind::Text),
        filled("config", Kind::Map),
    ],
};

const AGG_PARAMS: Shape = Shape {
    what: "measure's `agg_params`",
    keys: &[
        optional("percentile", Kind::Number),
        filled("use_discrete_percentile", Kind::Bool),
        filled("use_approximate_percentile", Kind::Bool),
    ],
};

const NON_ADDITIVE: Shape = Shape {
    what: "non-additive dimension",
    keys: &[
        required("name", Kind::Text),
        required("window_choice", Kind::OneOf(AGGREGATIONS)),
        filled("window_groupings", Kind::Texts),
    ],
};

const MEASURE: Shape = Shape {
    what: "measure",
    keys: &[
        required("name", Kind::Text),
        required("agg", Kind::OneOf(AGGREGATIONS)),
        optional("description", Kind::Text),
        optional("label", Kind::Text),
        optional("expr", Kind::TextBoolOrWhole),
        optional("agg_params", Kind::Of(&AGG_PARAMS)),
        optional("non_additive_dimension", Kind::Of(&NON_ADDITIVE)),
        optional("agg_time_dimension", Kind::Text),
        filled("create_metric", Kind::Bool),
        filled("config", Kind::Map),
    ],
};

const VALIDITY: Shape =
    Shape { what: "validity", keys: &[filled("is_start", Kind::Bool), filled("is_end", Kind::Bool)] };

const DIMENSION_PARAMS: Shape = Shape {
    what: "dimension's `type_params`",
    keys: &[required("time_granularity", Kind::OneOf(GRAINS)), optional("validity_params", Kind::Of(&VALIDITY))],
};

const DIMENSION: Shape = Shape {
    what: "dimension",
    keys: &[
        required("name", Kind::Text),
        required("type", Kind::OneOf(&["categorical", "time"])),
        optional("description", Kind::Text),
        optional("label", Kind::Text),
        filled("is_partition", Kind::Bool),
        optional("type_params", Kind::Of(&DIMENSION_PARAMS)),
        optional("expr", Kind::Text),
        filled("config", Kind::Map),
    ],
};

const SEMANTIC_MODEL: Shape = Shape {
    what: "semantic model",
    keys: &[
        required("name", Kind::Text),
        required("model", Kind::Text),
        filled("config", Kind::Map),
        optional("description", Kind::Text),
        optional("label", Kind::Text),
        optional("defaults", Kind::Of(&DEFAULTS)),
        filled("entities", Kind::ListOf(&ENTITY)),
        filled("measures", Kind::ListOf(&MEASURE)),
        filled("dimensions", Kind::ListOf(&DIMENSION)),
        optional("primary_entity", Kind::Text),
    ],
};

/// Reads one entry of `semantic_models:`: itself, and the metrics that its measures make.
pub(super) fn read(reader: &Reader<'_>, entry: &Entry<'_>, problems: &mut Vec<Problem>) -> Vec<Node> {
    SEMANTIC_MODEL.check(&entry.file.path, &entry.yaml, problems);
    let Some(mut node) = blank(reader, ResourceType::SemanticModel, entry, (&entry.name, &own_config(entry))) else {
        return Vec::new();
    };
    let mut description = |yaml: &Yaml| {
        let text = yaml.get("description").and_then(Yaml::scalar);
        text.map(|text| rendered(reader, entry, text, problems))
    };
    let whole = description(&entry.yaml);
    let mut elements = Elements { meta: config_meta(&node), description: &mut description };
    let of = |key: &str| entry.yaml.get(key).map_or(&[][..], Yaml::items);
    let entities: Vec<Value> = of("entities").iter().map(|yaml| elements.entity(yaml)).collect();
    let measures: Vec<Value> = of("measures").iter().map(|yaml| elements.measure(yaml)).collect();
    let dimensions: Vec<Value> = of("dimensions").iter().map(|yaml| elements.dimension(yaml)).collect();
    let defaults = entry.yaml.get("defaults").filter(|defaults| !defaults.is_empty());
    node.body = fields(json!({
        "model": value(&entry.yaml, "model"), "node_relation": null, "description": whole,
        "label": value(&entry.yaml, "label"),
        "defaults": defaults.map(|defaults| json!({"agg_time_dimension": value(defaults, "agg_time_dimension")})),
        "entities": entities, "measures": measures, "dimensions": dimensions, "metadata": null,
        "primary_entity": value(&entry.yaml, "primary_entity"), "group": node.group,
    }));
    node.description = whole.unwrap_or_default();
    refer(&mut node, entry, problems);
    let created = of("measures").iter().filter(|measure| flag(measure, "create_metric"));
    let created: Vec<Node> =
        created.filter_map(|measure| metric::from_measure(reader, &node, entry, measure, problems)).collect();
    std::iter::once(node).chain(created).collect()
}

/// Learns which model is meant by `model: ref('x')`.
fn refer(node: &mut Node, entry: &Entry<'_>, problems: &mut Vec<Problem>) {
    let Some(model) = entry.yaml.get("model") else { return };
    let text = model.scalar().unwrap_or_default();
    match reference(&text).filter(|found| found.sources.is_empty() && !found.refs.is_empty()) {
        Some(found) => node.refs = found.refs,
        None => {
            node.is_broken = true;
            let problem = Problem::new(ProblemKind::Properties, format!("`{text}` names no model"), entry.at(model));
            problems.push(problem.help("write `model: ref('name_of_the_model')`"));
        }
    }
}

/// Reads the parts of one semantic model: each has the model's meta, and its own.
struct Elements<'e> {
    meta: Map<String, Value>,
    description: &'e mut dyn FnMut(&Yaml) -> Option<String>,
}

impl Elements<'_> {
    fn config(&self, yaml: &Yaml) -> Value {
        let mut meta = self.meta.clone();
        meta.extend(object(yaml.get("config").and_then(|config| config.get("meta"))));
        json!({"meta": meta})
    }

    fn entity(&mut self, yaml: &Yaml) -> Value {
        json!({
            "name": value(yaml, "name"), "type": small(yaml, "type"), "description": (self.description)(yaml),
            "label": value(yaml, "label"), "role": value(yaml, "role"), "expr": value(yaml, "expr"),
            "config": self.config(yaml),
        })
    }

    fn measure(&mut self, yaml: &Yaml) -> Value {
        let params = yaml.get("agg_params").filter(|params| matches!(params.value, crate::parse::yaml::Value::Map(_)));
        let params = params.map(|params| {
            json!({
                "percentile": params.get("percentile").and_then(|number| number.to_json().as_f64()),
                "use_discrete_percentile": flag(params, "use_discrete_percentile"),
                "use_approximate_percentile": flag(params, "use_approximate_percentile"),
            })
        });
        let non_additive = yaml.get("non_additive_dimension").filter(|dimension| !dimension.is_empty());
        let non_additive = non_additive.map(|dimension| {
            json!({
                "name": value(dimension, "name"), "window_choice": small(dimension, "window_choice"),
                "window_groupings": list(dimension, "window_groupings"),
            })
        });
        // dbt keeps no trace of `create_metric` here: the metric itself is the trace.
        json!({
            "name": value(yaml, "name"), "agg": small(yaml, "agg"), "description": (self.description)(yaml),
            "label": value(yaml, "label"), "create_metric": false, "expr": yaml.get("expr").and_then(Yaml::scalar),
            "agg_params": params, "non_additive_dimension": non_additive,
            "agg_time_dimension": value(yaml, "agg_time_dimension"), "config": self.config(yaml),
        })
    }

    fn dimension(&mut self, yaml: &Yaml) -> Value {
        let params = yaml.get("type_params").filter(|params| !params.is_empty());
        let params = params.map(|params| {
            let validity = params
                .get("validity_params")
                .filter(|validity| matches!(validity.value, crate::parse::yaml::Value::Map(_)));
            let validity = validity
                .map(|validity| json!({"is_start": flag(validity, "is_start"), "is_end": flag(validity, "is_end")}));
            json!({"time_granularity": small(params, "time_granularity"), "validity_params": validity})
        });
        json!({
            "name": value(yaml, "name"), "type": small(yaml, "type"), "description": (self.description)(yaml),
            "label": value(yaml, "label"), "is_partition": flag(yaml, "is_partition"), "type_params": params,
            "expr": value(yaml, "expr"), "metadata": null, "config": self.config(yaml),
        })
    }
}
