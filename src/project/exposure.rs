//! Exposures: what is made of the project's tables outside it. Behaviour: dbt's "Exposure properties".

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::config::{self, Config};
use super::drafts::{fqn, render_problem};
use super::entries::{Entry, array, object, texts};
use super::finish::described;
use super::node::{Node, ResourceType};
use super::problem::{Problem, ProblemKind};
use super::reader::Reader;
use super::scopes;
use crate::jinja::render;
use crate::jinja::rewrite::{Marks, rewrite};
use crate::parse::yaml::Yaml;

/// What an exposure can be.
const TYPES: &[&str] = &["dashboard", "notebook", "analysis", "ml", "application"];

/// How far an exposure is.
const MATURITIES: &[&str] = &["low", "medium", "high"];

/// Reads one entry of `exposures:`.
pub(super) fn read(reader: &Reader<'_>, entry: &Entry<'_>, problems: &mut Vec<Problem>) -> Option<Node> {
    let package = reader.package(&entry.file.package)?;
    let mut node = Node::new(ResourceType::Exposure, package.name(), &entry.name, entry.place());
    node.path.clone_from(&entry.file.below);
    node.original_file_path = package.relative(&entry.file.path).to_owned();
    node.fqn = fqn(package, &entry.file.below, &entry.name);
    let said = object(entry.yaml.get("config"));
    let configured = reader.configure((node.resource_type, &node.package, &node.fqn), &said, &Config::new());
    node.unrendered = configured.unrendered;
    let mut config = configured.config.to_map();
    // dbt looks here for `tags` and `meta` without a plus.
    let of_project = package.file.rendered.as_ref().and_then(|file| file.get("exposures"));
    let mut tags = texts(of_project.and_then(|level| level.get("tags")));
    tags.extend(texts(entry.yaml.get("tags")));
    tags.extend(config::texts(config.get("tags")));
    tags.sort();
    tags.dedup();
    let mut meta = object(of_project.and_then(|level| level.get("meta")));
    meta.extend(object(entry.yaml.get("meta")));
    meta.extend(config.get("meta").and_then(Value::as_object).cloned().unwrap_or_default());
    config.insert("tags".to_owned(), json!(tags));
    config.insert("meta".to_owned(), meta.clone().into());
    (node.config, node.tags, node.meta) = (Arc::new(config.into()), tags, meta);
    node.description = entry.text("description").unwrap_or_default();
    match described(reader, package.name(), &node.description, &entry.place()) {
        Ok(Some((text, _))) => node.description = text,
        Ok(None) => {}
        Err(problem) => problems.push(*problem),
    }
    problems.extend(checked(entry));
    let owner = object(entry.yaml.get("owner"));
    node.body = body(entry, owner);
    Some(depends_on(reader, node, &array(entry.yaml.get("depends_on")), problems))
}

fn body(entry: &Entry<'_>, owner: Map<String, Value>) -> Map<String, Value> {
    let mut whole = Map::from_iter([("email".to_owned(), Value::Null), ("name".to_owned(), Value::Null)]);
    whole.extend(owner);
    let value = |key: &str| entry.yaml.get(key).map(Yaml::to_json).unwrap_or_default();
    let body = json!({
        "type": value("type"), "owner": whole, "label": value("label"), "maturity": value("maturity"), "url": value("url"),
    });
    if let Value::Object(body) = body { body } else { Map::new() }
}

/// What dbt refuses.
fn checked(entry: &Entry<'_>) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut one_of = |key: &str, known: &[&str], required: bool| {
        let value = entry.yaml.get(key);
        let is_known = value.and_then(Yaml::as_str).is_some_and(|text| known.contains(&text));
        if is_known || (value.is_none() && !required) {
            return;
        }
        let message = match value {
            Some(value) => format!("`{key}: {}` is not known for an exposure", value.scalar().unwrap_or_default()),
            None => format!("the exposure `{}` has no `{key}`", entry.name),
        };
        let place = value.map_or_else(|| entry.place(), |value| entry.at(value));
        let problem = Problem::new(ProblemKind::Properties, message, place);
        problems.push(problem.help(format!("it is one of: {}", known.join(", "))));
    };
    one_of("type", TYPES, true);
    one_of("maturity", MATURITIES, false);
    let owner = entry.yaml.get("owner");
    if owner.is_none_or(|owner| owner.get("name").or_else(|| owner.get("email")).is_none()) {
        let problem =
            Problem::new(ProblemKind::Properties, format!("the exposure `{}` has no owner", entry.name), entry.place());
        problems.push(problem.help("add `owner:` with a `name:` or an `email:`"));
    }
    problems
}

/// Renders the calls under `depends_on:` and learns what they name.
fn depends_on(reader: &Reader<'_>, node: Node, calls: &[Value], problems: &mut Vec<Problem>) -> Node {
    let template: Vec<String> =
        calls.iter().filter_map(|call| call.as_str()).map(|call| format!("{{{{ {call}}}}}")).collect();
    let template = template.join("\n");
    let node = Arc::new(node);
    let scope = Arc::new(scopes::reading(reader.universe, reader.given, &node));
    let rendered = rewrite(&template, 0..template.len(), Marks::None)
        .map_err(|problem| render::RenderProblem::unread(problem, &node.file))
        .and_then(|template| render::render(&scope, &template, &node.file));
    let captured = std::mem::take(&mut *scope.captured()).without_places();
    drop(scope);
    let mut node = Arc::unwrap_or_clone(node);
    if let Err(problem) = rendered {
        let place = node.place.clone();
        problems.push(Problem { place, ..render_problem(&node, problem) });
        node.is_broken = true;
    }
    (node.refs, node.sources, node.metrics) = (captured.refs, captured.sources, captured.metrics);
    node.macros = captured.macros.into_iter().collect();
    node
}
