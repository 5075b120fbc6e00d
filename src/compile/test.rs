//! A generic test in, the query for the rows that break it out.

use std::sync::Arc;

use minijinja::Value;

use crate::jinja::render::{self, RenderProblem};
use crate::jinja::rewrite::{Marks, rewrite};
use crate::jinja::scope::Scope;
use crate::jinja::values::{self, Dict, List};
use crate::project::Node;
use crate::project::node::TestInfo;
use crate::project::problem::did_you_mean;

/// Renders the test's macro with its arguments, which are rendered first, natively as dbt does.
///
/// # Errors
/// The first thing that failed, in an argument or in the macro.
pub fn render(scope: &Arc<Scope>, node: &Node) -> Result<String, RenderProblem> {
    let Some(test) = &node.test else { return Ok(String::new()) };
    let known = match &test.namespace {
        Some(package) => scope.universe.find_in(package, &test.macro_name),
        // What a package brings is called by its name alone only while the project is read.
        None if scope.execute() => scope.universe.find(&node.package, &test.macro_name),
        None => scope.universe.find_anywhere(&node.package, &test.macro_name),
    };
    if known.is_none() {
        return Err(unknown(scope, node, test));
    }
    let mut arguments = Vec::new();
    for (key, value) in &test.kwargs {
        let value = if key == "column_name" { values::from_json(value) } else { argument(scope, value, &node.file)? };
        arguments.push((Value::from(key.as_str()), value));
    }
    scope.set_test_arguments(Dict::value(arguments));
    let template = rewrite(&node.raw, 0..node.raw.len(), Marks::None)
        .map_err(|problem| RenderProblem::unread(problem, &node.file))?;
    let mut rendered = render::render(scope, &template, &node.file);
    if let Err(problem) = &mut rendered
        && problem.place.path == node.file
    {
        problem.place = node.place.clone();
    }
    rendered
}

fn unknown(scope: &Scope, node: &Node, test: &TestInfo) -> RenderProblem {
    let tests = scope.universe.iter().filter_map(|definition| definition.name.strip_prefix("test_"));
    let near = did_you_mean(&test.name, tests).map(|name| format!("did you mean `{name}`?"));
    let (message, help) = match &test.namespace {
        Some(package) => (
            format!("there is no generic test `{}` in a package `{package}`", test.name),
            format!("if `{package}` is missing, add it to packages.yml and install it with `cadet deps`"),
        ),
        None => (
            format!("there is no generic test named `{}`", test.name),
            near.unwrap_or_else(|| "generic tests are in tests/generic/ and in packages; dbt's own are not_null, unique, accepted_values and relationships".to_owned()),
        ),
    };
    RenderProblem { message, help, place: node.place.clone(), stack: Vec::new(), unknown: None }
}

/// One argument: text with Jinja, or a bare `ref(…)`, is evaluated; lists and dicts item by item.
fn argument(scope: &Arc<Scope>, value: &serde_json::Value, path: &str) -> Result<Value, RenderProblem> {
    match value {
        serde_json::Value::String(text) if is_call(text) => render::evaluate(scope, text, path),
        serde_json::Value::String(text) => render::native(scope, text, path),
        serde_json::Value::Array(items) => {
            let items: Vec<Value> = items.iter().map(|item| argument(scope, item, path)).collect::<Result<_, _>>()?;
            Ok(List::value(items))
        }
        serde_json::Value::Object(entries) => {
            let entries: Vec<(Value, Value)> = entries
                .iter()
                .map(|(key, value)| Ok((Value::from(key.as_str()), argument(scope, value, path)?)))
                .collect::<Result<_, RenderProblem>>()?;
            Ok(Dict::value(entries))
        }
        scalar => Ok(values::from_json(scalar)),
    }
}

/// Whether an argument is the text that it is, and nothing that dbt would evaluate.
pub fn is_plain(text: &str) -> bool {
    !render::has_jinja(text) && !is_call(text)
}

/// dbt evaluates an argument that is one call of these functions, braces or not.
fn is_call(text: &str) -> bool {
    let text = text.trim();
    let called = ["env_var", "ref", "var", "source", "doc"]
        .iter()
        .any(|name| text.strip_prefix(name).is_some_and(|rest| rest.trim_start().starts_with('(')));
    called && text.ends_with(')')
}
