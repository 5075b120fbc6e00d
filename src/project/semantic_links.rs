//! What metrics, semantic models and saved queries lead to, once everything is read and references are resolved.
//!
//! Behaviour: `dbt.parser.manifest`: a metric depends on the semantic models of its measures, or on other metrics, and
//! knows the measures that it is counted from in the end.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use indexmap::IndexMap;
use serde_json::{Value, json};

use super::Project;
use super::node::{Node, ResourceType};
use super::problem::{Problem, ProblemKind, did_you_mean};
use super::property_node::is_enabled;
use super::resolve;
use crate::finding::Place;
use crate::parse::yaml::Yaml;

/// Ties the semantic layer together, and reports what leads nowhere.
pub(super) fn link(project: &mut Project) {
    let mut links = Links::new(project);
    let metrics: Vec<&Arc<Node>> = project.others.values().filter(|node| is_kind(node, ResourceType::Metric)).collect();
    for metric in metrics {
        links.metric(metric);
    }
    let Links { done, problems, .. } = links;
    let relations = node_relations(project);
    let ephemeral = ephemeral_models(project);
    project.problems.extend(problems);
    project.problems.extend(ephemeral);
    for (id, linked) in done {
        let Some(node) = project.others.get_mut(&id) else { continue };
        let node = Arc::make_mut(node);
        node.depends_on = linked.depends_on;
        if let Some(params) = node.body.get_mut("type_params").and_then(Value::as_object_mut) {
            params.insert("input_measures".to_owned(), linked.measures.into());
        }
    }
    for (id, relation) in relations {
        if let Some(node) = project.others.get_mut(&id) {
            Arc::make_mut(node).body.insert("node_relation".to_owned(), relation);
        }
    }
}

fn is_kind(node: &Node, kind: ResourceType) -> bool {
    node.resource_type == kind
}

/// Where the model of each semantic model is.
fn node_relations(project: &Project) -> Vec<(String, Value)> {
    let models = project.others.values().filter(|node| is_kind(node, ResourceType::SemanticModel));
    let relation = |model: &Arc<Node>| {
        let node = project.nodes.get(model.depends_on.first()?)?;
        let relation = json!({
            "alias": node.alias, "schema_name": node.schema, "database": node.database,
            "relation_name": node.has_relation().then(|| node.relation.to_string()),
        });
        Some((model.unique_id.clone(), relation))
    };
    models.filter_map(relation).collect()
}

/// Semantic models of a model that leaves no table, which dbt refuses.
fn ephemeral_models(project: &Project) -> Vec<Problem> {
    let models = project.others.values().filter(|node| is_kind(node, ResourceType::SemanticModel));
    let problem = |semantic: &Arc<Node>| {
        let model = project.nodes.get(semantic.depends_on.first()?).filter(|model| model.is_ephemeral())?;
        let message = format!(
            "the semantic model `{}` is of `{}`, which is ephemeral: there is no table to query",
            semantic.name, model.name
        );
        let problem = Problem::new(ProblemKind::Properties, message, semantic.place.clone());
        Some(problem.related(model.place.clone(), "this is the model").help("make the model a view or a table"))
    };
    models.filter_map(problem).collect()
}

/// What a metric leads to.
#[derive(Debug, Clone, Default)]
struct Linked {
    depends_on: Vec<String>,
    /// Each measure that the metric is counted from, once.
    measures: Vec<Value>,
}

/// Names by package: what stands under one name in each package.
type Named<'p> = HashMap<String, IndexMap<&'p str, &'p Arc<Node>>>;

struct Links<'p> {
    project: &'p Project,
    metrics: Named<'p>,
    /// The semantic models by their measures.
    measures: Named<'p>,
    done: HashMap<String, Linked>,
    /// The metrics that are being linked: one of them that is met again is part of a circle.
    open: HashSet<String>,
    problems: Vec<Problem>,
}

impl<'p> Links<'p> {
    fn new(project: &'p Project) -> Self {
        let mut metrics = Named::new();
        let mut measures = Named::new();
        // The disabled ones come last, and win: dbt then says that the measure is disabled.
        for node in project.others.values().chain(&project.disabled) {
            if is_kind(node, ResourceType::Metric) && is_enabled(node) {
                metrics.entry(node.name.clone()).or_default().insert(node.package.as_str(), node);
            }
            if is_kind(node, ResourceType::SemanticModel) {
                for measure in node.body.get("measures").and_then(Value::as_array).into_iter().flatten() {
                    let name = measure["name"].as_str().unwrap_or_default().to_owned();
                    measures.entry(name).or_default().insert(node.package.as_str(), node);
                }
            }
        }
        Self { project, metrics, measures, done: HashMap::new(), open: HashSet::new(), problems: Vec::new() }
    }

    fn find(&self, named: &Named<'p>, name: &str, from: &Node) -> Option<&'p Arc<Node>> {
        let found = named.get(name)?;
        let own_first = self.project.given.searches_own_package_first;
        let packages = resolve::packages(&self.project.name, &from.package, None, own_first);
        packages.into_iter().find_map(|package| match package {
            Some(package) => found.get(package).copied(),
            None => found.values().next().copied(),
        })
    }

    fn metric(&mut self, metric: &Arc<Node>) {
        if self.done.contains_key(&metric.unique_id) {
            return;
        }
        self.open.insert(metric.unique_id.clone());
        let params = &metric.body["type_params"];
        let mut linked = Linked::default();
        match metric.body["type"].as_str() {
            Some("simple" | "cumulative") => self.measures(metric, &[&params["measure"]], &mut linked),
            Some("conversion") => {
                let conversion = &params["conversion_type_params"];
                self.measures(metric, &[&conversion["base_measure"], &conversion["conversion_measure"]], &mut linked);
            }
            Some("ratio") => self.metrics(metric, &[&params["numerator"], &params["denominator"]], &mut linked),
            Some("derived") => {
                let inputs: Vec<&Value> = params["metrics"].as_array().into_iter().flatten().collect();
                self.metrics(metric, &inputs, &mut linked);
            }
            _ => {}
        }
        self.open.remove(&metric.unique_id);
        self.done.insert(metric.unique_id.clone(), linked);
    }

    fn measures(&mut self, metric: &Node, measures: &[&Value], linked: &mut Linked) {
        for measure in measures.iter().filter(|measure| measure.is_object()) {
            add(&mut linked.measures, Value::clone(measure));
            let name = measure["name"].as_str().unwrap_or_default();
            match self.find(&self.measures, name, metric) {
                Some(model) if is_enabled(model) => add(&mut linked.depends_on, model.unique_id.clone()),
                Some(model) => {
                    let message =
                        format!("the measure `{name}` is of the semantic model `{}`, which is disabled", model.name);
                    let problem = self
                        .lost(metric, name, message)
                        .help("take `enabled: false` out of its config, or count another measure");
                    self.problems.push(problem.related(model.place.clone(), "it is here"));
                }
                None => {
                    let problem = self.lost(
                        metric,
                        name,
                        format!("there is no measure named `{name}` for the metric `{}`", metric.name),
                    );
                    let near = did_you_mean(name, self.measures.keys().map(String::as_str));
                    let help = "measures are declared under `measures:` of a semantic model";
                    self.problems.push(
                        problem.help(near.map_or_else(|| help.to_owned(), |near| format!("did you mean `{near}`?"))),
                    );
                }
            }
        }
    }

    fn metrics(&mut self, metric: &Node, inputs: &[&Value], linked: &mut Linked) {
        for input in inputs.iter().filter(|input| input.is_object()) {
            let name = input["name"].as_str().unwrap_or_default();
            let Some(found) = self.find(&self.metrics, name, metric) else {
                let problem = self.lost_metric(metric, name);
                self.problems.push(problem);
                continue;
            };
            if self.open.contains(&found.unique_id) {
                let message = format!("the metric `{}` is made of itself, by way of `{name}`", metric.name);
                let problem = Problem::new(ProblemKind::Cycle, message, mention(self.project, metric, name));
                self.problems.push(problem.help("make one of the two of other metrics, or of a measure"));
                continue;
            }
            self.metric(found);
            for measure in self.done.get(&found.unique_id).map(|done| done.measures.clone()).unwrap_or_default() {
                add(&mut linked.measures, measure);
            }
            add(&mut linked.depends_on, found.unique_id.clone());
        }
    }

    fn lost_metric(&self, metric: &Node, name: &str) -> Problem {
        let disabled =
            self.project.disabled.iter().find(|node| is_kind(node, ResourceType::Metric) && node.name == name);
        if let Some(disabled) = disabled {
            let message = format!("the metric `{name}` is disabled, so `{}` cannot be made of it", metric.name);
            let problem =
                self.lost(metric, name, message).help("take `enabled: false` out of its config, or use another metric");
            return problem.related(disabled.place.clone(), "it is here");
        }
        let problem =
            self.lost(metric, name, format!("there is no metric named `{name}` for the metric `{}`", metric.name));
        if self.measures.contains_key(name) {
            return problem.help("it is a measure: add `create_metric: true` to it, or declare a metric of it");
        }
        let near = did_you_mean(name, self.metrics.keys().map(String::as_str).filter(|near| *near != metric.name));
        let help = "metrics are declared under `metrics:` in a property file";
        problem.help(near.map_or_else(|| help.to_owned(), |near| format!("did you mean `{near}`?")))
    }

    fn lost(&self, metric: &Node, name: &str, message: String) -> Problem {
        Problem::new(ProblemKind::UnresolvedReference, message, mention(self.project, metric, name))
    }
}

/// Where a node of a property file names something: the text itself, or the node.
pub(super) fn mention(project: &Project, node: &Node, text: &str) -> Place {
    let files = &project.property_files;
    let at = files.binary_search_by(|file| file.path.as_str().cmp(&node.place.path));
    let listed =
        at.ok().and_then(|at| files[at].yaml.get(node.resource_type.config_key())).map_or(&[][..], Yaml::items);
    let is_own = |entry: &&Yaml| entry.get("name").is_some_and(|name| Some(&name.span) == node.place.span.as_ref());
    // The node's own name may be that of one of its parts as well.
    let entries = listed.iter().find(is_own).map_or(&[][..], Yaml::entries);
    let mut values = entries.iter().filter(|(key, _)| key.name != "name").map(|(_, value)| value);
    let found = values.find_map(|value| scalar(value, text)).filter(|_| text != node.name);
    found.map_or_else(|| node.place.clone(), |yaml| Place::span(node.place.path.clone(), yaml.span.clone()))
}

/// The first value of a tree that is this text.
fn scalar<'y>(yaml: &'y Yaml, text: &str) -> Option<&'y Yaml> {
    if yaml.as_str() == Some(text) {
        return Some(yaml);
    }
    let mut within = yaml.items().iter().chain(yaml.entries().iter().map(|(_, value)| value));
    within.find_map(|value| scalar(value, text))
}

/// Adds what is not there yet.
fn add<T: PartialEq>(all: &mut Vec<T>, one: T) {
    if !all.contains(&one) {
        all.push(one);
    }
}
