//! What dbt's semantic layer refuses, though each part of it can be read: names, time dimensions, entities, time spines.
//!
//! Behaviour: dbt-semantic-interfaces, which dbt asks when a project has both semantic models and metrics. The rules that
//! people meet are here; those of conversions, validity windows and filters are not.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::Value;

use super::Project;
use super::metric::unfit_name;
use super::node::{Node, ResourceType};
use super::problem::{Problem, ProblemKind, did_you_mean};
use super::property_node::GRAINS;
use super::semantic_links::mention;

/// The model that is a time spine by its name alone.
const OLD_TIME_SPINE: &str = "metricflow_time_spine";

/// Names that the semantic layer keeps to itself.
const RESERVED: &[&str] = &["metric_time", "mf_internal_uuid"];

/// Everything that is refused.
pub(super) fn problems(project: &Project) -> Vec<Problem> {
    let of = |kind: ResourceType| -> Vec<&Arc<Node>> {
        project.others.values().filter(|node| node.resource_type == kind).collect()
    };
    let (models, metrics) = (of(ResourceType::SemanticModel), of(ResourceType::Metric));
    let mut checks = Checks { project, problems: Vec::new() };
    checks.time_spine(&models);
    if models.is_empty() || metrics.is_empty() {
        return checks.problems;
    }
    for node in models.iter().chain(&metrics).chain(&of(ResourceType::SavedQuery)) {
        // A name that no metric can have at all is told already.
        if node.resource_type != ResourceType::Metric || unfit_name(&node.name).is_none() {
            checks.valid_name(node, &node.name);
        }
    }
    checks.labels(&models);
    checks.labels(&metrics);
    let mut measures = HashMap::new();
    for model in models {
        checks.elements(model);
        checks.measures(model, &mut measures);
        checks.primary_entity(model);
    }
    for metric in metrics {
        checks.metric(metric);
    }
    checks.problems
}

/// The parts of a semantic model under one key.
fn parts<'n>(model: &'n Node, key: &str) -> impl Iterator<Item = &'n Value> {
    model.body.get(key).and_then(Value::as_array).into_iter().flatten()
}

fn text<'v>(value: &'v Value, key: &str) -> Option<&'v str> {
    value.get(key).and_then(Value::as_str).filter(|text| !text.is_empty())
}

struct Checks<'p> {
    project: &'p Project,
    problems: Vec<Problem>,
}

impl Checks<'_> {
    /// Reports a problem where `node` names `part`, or at the node.
    fn tell(&mut self, node: &Node, part: &str, (message, help): (String, String)) {
        let place = mention(self.project, node, part);
        self.problems.push(Problem::new(ProblemKind::Properties, message, place).help(help));
    }

    fn time_spine(&mut self, models: &[&Arc<Node>]) {
        let Some(first) = models.first() else { return };
        let day = GRAINS.iter().position(|grain| *grain == "day");
        let is_spine = |node: &Node| {
            let column = node.model.time_spine.as_ref().and_then(|spine| text(spine, "standard_granularity_column"));
            let grain = column.and_then(|column| node.columns.get(column)?.more().granularity.as_deref());
            let grain = grain.and_then(|grain| GRAINS.iter().position(|known| known.eq_ignore_ascii_case(grain)));
            grain.is_some_and(|grain| Some(grain) <= day) || node.name == OLD_TIME_SPINE
        };
        if !self.project.nodes.values().any(|node| is_spine(node)) {
            let message =
                "semantic models need a model with one row for each day, a time spine, and there is none".to_owned();
            let help = "add one, and `time_spine: {standard_granularity_column: date_day}` to its properties, with `granularity: day` at that column";
            self.tell(first, &first.name, (message, help.to_owned()));
        }
    }

    fn valid_name(&mut self, node: &Node, name: &str) {
        let mut letters = name.chars();
        let is_plain = name.len() > 1
            && letters.next().is_some_and(|c| c.is_ascii_lowercase())
            && letters.all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
            && !name.ends_with('_')
            && !name.contains("__");
        if GRAINS.contains(&name.to_lowercase().as_str()) || RESERVED.contains(&name.to_lowercase().as_str()) {
            let message = format!("`{name}` means something else to the semantic layer, so nothing can have this name");
            self.tell(node, name, (message, "choose another name; the column can be named with `expr:`".to_owned()));
        } else if !is_plain {
            let help =
                "use small letters, digits and single `_`, at least two of them, with a letter first and no `_` last";
            self.tell(node, name, (format!("`{name}` cannot be a name in the semantic layer"), help.to_owned()));
        }
    }

    fn labels(&mut self, nodes: &[&Arc<Node>]) {
        let mut taken: HashMap<&str, &Arc<Node>> = HashMap::new();
        for node in nodes {
            let Some(label) = node.body.get("label").and_then(Value::as_str) else { continue };
            match taken.get(label) {
                None => drop(taken.insert(label, node)),
                Some(known) => {
                    let kind = node.resource_type.name().replace('_', " ");
                    let message =
                        format!("the label `{label}` is of two {kind}s, `{}` and `{}`", known.name, node.name);
                    let problem = Problem::new(ProblemKind::Properties, message, mention(self.project, node, label));
                    let problem = problem.related(known.place.clone(), "this one has it too");
                    self.problems.push(problem.help("give each a label of its own"));
                }
            }
        }
    }

    /// The names of the parts of one semantic model.
    fn elements(&mut self, model: &Node) {
        let mut taken: HashMap<&str, &str> = HashMap::new();
        for (key, kind) in [("measures", "measure"), ("entities", "entity"), ("dimensions", "dimension")] {
            for name in parts(model, key).filter_map(|part| text(part, "name")) {
                self.valid_name(model, name);
                if let Some(known) = taken.insert(name, kind) {
                    let message = format!("`{name}` is a {known} and a {kind} of the semantic model `{}`", model.name);
                    self.tell(model, name, (message, "rename one of the two".to_owned()));
                }
            }
        }
        let defaults = model.body.get("defaults").and_then(|defaults| text(defaults, "agg_time_dimension"));
        if let Some(default) = defaults.filter(|default| !is_time_dimension(model, default)) {
            let message = format!("`{default}` is no time dimension of the semantic model `{}`", model.name);
            self.tell(model, default, (message, near_time_dimension(model, default)));
        }
    }

    fn measures<'n>(&mut self, model: &'n Node, taken: &mut HashMap<&'n str, &'n Node>) {
        let default = model.body.get("defaults").and_then(|defaults| text(defaults, "agg_time_dimension"));
        for measure in parts(model, "measures") {
            let Some(name) = text(measure, "name") else { continue };
            if let Some(known) = taken.insert(name, model) {
                let message =
                    format!("the measure `{name}` is in two semantic models, `{}` and `{}`", known.name, model.name);
                self.tell(
                    model,
                    name,
                    (message, "rename one of the two: metrics find measures by their names".to_owned()),
                );
            }
            let own = text(measure, "agg_time_dimension");
            match own.or(default) {
                None => {
                    let message = format!("it is not said by which time the measure `{name}` is counted");
                    let help =
                        "add `agg_time_dimension:` to it, or `defaults: {agg_time_dimension: …}` to the semantic model";
                    self.tell(model, name, (message, help.to_owned()));
                }
                // A default that is wrong is told once, for all measures.
                Some(time) if own.is_some() && !is_time_dimension(model, time) => {
                    let message = format!(
                        "the measure `{name}` is counted by `{time}`, which is no time dimension of `{}`",
                        model.name
                    );
                    self.tell(model, time, (message, near_time_dimension(model, time)));
                }
                Some(_) => {}
            }
            self.aggregation(model, (name, measure));
        }
    }

    fn aggregation(&mut self, model: &Node, (name, measure): (&str, &Value)) {
        let percentile = measure["agg_params"].get("percentile").and_then(Value::as_f64);
        let expr = text(measure, "expr");
        let told = match text(measure, "agg") {
            Some("count") if measure["expr"].is_null() => {
                ("counts, and does not say what", "add `expr: 1` to count all rows, or `expr:` with a column")
            }
            Some("count") if expr.is_some_and(|expr| expr.to_lowercase().starts_with("distinct ")) => (
                "counts what is distinct with `agg: count`",
                "write `agg: count_distinct`, and the column alone after `expr:`",
            ),
            Some("percentile") if percentile.is_none() => {
                ("is a percentile, and does not say which", "add `agg_params: {percentile: 0.5}`")
            }
            Some("percentile") if !percentile.is_some_and(|at| at > 0.0 && at < 1.0) => (
                "has a percentile that is not between 0 and 1",
                "write 0.95 for the 95th; for 0 and 1, use `agg: min` and `agg: max`",
            ),
            _ => return,
        };
        self.tell(model, name, (format!("the measure `{name}` {}", told.0), told.1.to_owned()));
    }

    fn primary_entity(&mut self, model: &Node) {
        let primary = parts(model, "entities").filter(|entity| text(entity, "type") == Some("primary"));
        let primary: Vec<&str> = primary.filter_map(|entity| text(entity, "name")).collect();
        let named = model.body.get("primary_entity").and_then(Value::as_str);
        let told = match (primary.as_slice(), named) {
            ([_, _, ..], _) => (
                format!("the semantic model `{}` has more than one primary entity: {}", model.name, primary.join(", ")),
                "keep one; make the others `type: unique` or `type: foreign`",
            ),
            ([one], Some(_)) => (
                format!(
                    "the semantic model `{}` has the primary entity `{one}`, and `primary_entity:` besides",
                    model.name
                ),
                "take `primary_entity:` out",
            ),
            ([], None) if parts(model, "dimensions").next().is_some() => (
                format!("the semantic model `{}` has dimensions and no primary entity", model.name),
                "add an entity with `type: primary`, or `primary_entity:` with a name for what one row is",
            ),
            _ => return,
        };
        self.tell(model, &model.name, (told.0, told.1.to_owned()));
    }

    fn metric(&mut self, metric: &Node) {
        let params = &metric.body["type_params"];
        let cumulative = &params["cumulative_type_params"];
        if !cumulative["window"].is_null() && !cumulative["grain_to_date"].is_null() {
            let message = format!("the cumulative metric `{}` has a window and a grain", metric.name);
            self.tell(metric, &metric.name, (message, "keep one of `window:` and `grain_to_date:`".to_owned()));
        }
        let inputs = params["metrics"].as_array().map_or(&[][..], Vec::as_slice);
        if metric.body["type"] == "derived" && inputs.is_empty() {
            let message = format!("the derived metric `{}` is made of no metric", metric.name);
            self.tell(metric, &metric.name, (message, "list them under `metrics:` in its `type_params:`".to_owned()));
        }
        for input in inputs {
            let name = text(input, "name").unwrap_or_default();
            if !input["offset_window"].is_null() && !input["offset_to_grain"].is_null() {
                let message = format!("`{name}` is moved in time in two ways for the metric `{}`", metric.name);
                self.tell(metric, name, (message, "keep one of `offset_window:` and `offset_to_grain:`".to_owned()));
            }
            let alias = text(input, "alias");
            if let Some(alias) = alias.filter(|_| metric.body["type"] == "derived") {
                self.valid_name(metric, alias);
            }
        }
    }
}

fn time_dimensions(model: &Node) -> impl Iterator<Item = &str> {
    parts(model, "dimensions").filter(|part| text(part, "type") == Some("time")).filter_map(|part| text(part, "name"))
}

fn is_time_dimension(model: &Node, name: &str) -> bool {
    time_dimensions(model).any(|known| known == name)
}

fn near_time_dimension(model: &Node, name: &str) -> String {
    match did_you_mean(name, time_dimensions(model)) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "add it under `dimensions:` with `type: time` and a `time_granularity`".to_owned(),
    }
}
