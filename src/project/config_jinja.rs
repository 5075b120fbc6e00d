//! Configs of YAML files in, the same configs with their Jinja rendered out, as dbt renders them: all but hooks.

use std::sync::Arc;

use serde_json::Value;

use super::config::Config;
use super::node::Node;
use super::problem::Problem;
use super::read::render_problem;
use super::{Project, scopes};
use crate::finding::Place;
use crate::jinja::scope::Scope;
use crate::jinja::{render, values};

/// Renders every text with braces in `config`, which stands in the file `path`.
pub(super) fn rendered(
    project: &Project,
    node: &Node,
    config: Config,
    path: &str,
    problems: &mut Vec<Problem>,
) -> Config {
    if !config.values().any(has_jinja) {
        return config;
    }
    let scope = Arc::new(scopes::reading(&project.universe, &project.given, node));
    let is_hook = |key: &str| matches!(key, "pre-hook" | "post-hook" | "pre_hook" | "post_hook");
    let mut render = |key: String, value: Value| {
        let value = if is_hook(&key) { value } else { text_by_text(&scope, node, value, path, problems) };
        (key, value)
    };
    config.into_iter().map(|(key, value)| render(key, value)).collect()
}

fn has_jinja(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains("{{") || text.contains("{%"),
        Value::Array(items) => items.iter().any(has_jinja),
        Value::Object(entries) => entries.values().any(has_jinja),
        _ => false,
    }
}

fn text_by_text(scope: &Arc<Scope>, node: &Node, value: Value, path: &str, problems: &mut Vec<Problem>) -> Value {
    match value {
        Value::String(text) => match render::native(scope, &text, path) {
            Ok(value) => values::to_json(&value),
            Err(problem) => {
                let told = render_problem(node, problem);
                problems.push(Problem { place: Place::file(path), ..told });
                Value::String(text)
            }
        },
        Value::Array(items) => items.into_iter().map(|item| text_by_text(scope, node, item, path, problems)).collect(),
        Value::Object(entries) => {
            entries.into_iter().map(|(key, value)| (key, text_by_text(scope, node, value, path, problems))).collect()
        }
        scalar => scalar,
    }
}
