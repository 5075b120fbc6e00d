//! A tree of YAML in, the same tree with its Jinja rendered out, where dbt renders it.
//!
//! Behaviour: `dbt.config.renderer` and `dbt.parser.schema_renderer`. Only variables, the environment and the target
//! are known there: no macro, no `ref`.

use std::borrow::Cow;
use std::sync::Arc;

use super::problem::{Problem, ProblemKind};
use crate::finding::Place;
use crate::jinja::render;
use crate::jinja::scope::Scope;
use crate::jinja::values;
use crate::parse::yaml::{Value, Yaml};

/// A step of the way to a value: a key, or a place in a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step<'y> {
    Key(&'y str),
    Item,
}

impl Step<'_> {
    fn is(self, key: &str) -> bool {
        self == Step::Key(key)
    }

    fn is_one_of(self, keys: &[&str]) -> bool {
        matches!(self, Step::Key(key) if keys.contains(&key))
    }
}

/// Which values of a tree are rendered, by the way to them.
pub(crate) type Renders = fn(key: &str, path: &[Step<'_>]) -> bool;

/// Renders `yaml`, which stands under `key` in the file `path`. What cannot be rendered is reported and kept as it is.
pub(crate) fn rendered<'y>(
    scope: &Arc<Scope>,
    yaml: &'y Yaml,
    (path, key): (&str, &str),
    renders: Renders,
    problems: &mut Vec<Problem>,
) -> Cow<'y, Yaml> {
    let mut steps = Vec::new();
    if !has_jinja(yaml, key, renders, &mut steps) {
        return Cow::Borrowed(yaml);
    }
    let mut copy = yaml.clone();
    let mut renderer = Renderer { scope, path, key, renders, problems };
    renderer.value(&mut copy, Vec::new());
    Cow::Owned(copy)
}

fn has_jinja<'y>(yaml: &'y Yaml, key: &str, renders: Renders, steps: &mut Vec<Step<'y>>) -> bool {
    match &yaml.value {
        Value::String(text) => is_changed(text) && renders(key, steps),
        Value::List(items) => {
            steps.push(Step::Item);
            let found = items.iter().any(|item| has_jinja(item, key, renders, steps));
            steps.pop();
            found
        }
        Value::Map(entries) => entries.iter().any(|(name, value)| {
            steps.push(Step::Key(&name.name));
            let found = has_jinja(value, key, renders, steps);
            steps.pop();
            found
        }),
        _ => false,
    }
}

/// Whether rendering might change anything in a tree.
pub(super) fn is_anywhere(yaml: &Yaml) -> bool {
    has_jinja(yaml, "", |_, _| true, &mut Vec::new())
}

/// Whether rendering changes a text: it also drops a line break at the end.
fn is_changed(text: &str) -> bool {
    text.ends_with('\n') || render::has_jinja(text)
}

struct Renderer<'r> {
    scope: &'r Arc<Scope>,
    path: &'r str,
    key: &'r str,
    renders: Renders,
    problems: &'r mut Vec<Problem>,
}

impl Renderer<'_> {
    /// Changes the tree only where a text becomes what it renders to.
    fn value<'y>(&mut self, yaml: &'y mut Yaml, mut path: Vec<Step<'y>>) {
        match &mut yaml.value {
            Value::List(items) => {
                path.push(Step::Item);
                items.iter_mut().for_each(|item| self.value(item, path.clone()));
            }
            Value::Map(entries) => {
                for (name, value) in entries.iter_mut() {
                    let mut path = path.clone();
                    path.push(Step::Key(&name.name));
                    self.value(value, path);
                }
            }
            Value::String(text) if is_changed(text) && (self.renders)(self.key, &path) => {
                match render::native(self.scope, text, self.path) {
                    Ok(value) => yaml.value = Yaml::from_json(&values::to_json(&value), &yaml.span).value,
                    Err(problem) => {
                        let place = Place::span(self.path, yaml.span.clone());
                        let told = Problem::new(ProblemKind::Jinja, problem.message, place).help(problem.help);
                        self.problems.push(told);
                    }
                }
            }
            _ => {}
        }
    }
}

/// What is rendered in `dbt_project.yml`: all but variables and hooks.
pub(super) fn in_project_file(_: &str, path: &[Step<'_>]) -> bool {
    let Some(first) = path.first() else { return true };
    let is_hook = |step: &Step<'_>| matches!(step, Step::Key(key) if matches!(key.trim_start_matches(['+', ' ']), "pre-hook" | "post-hook" | "pre_hook" | "post_hook"));
    if first.is_one_of(&["on-run-start", "on-run-end", "query-comment", "vars"]) {
        return false;
    }
    let has_hooks = first.is_one_of(&["seeds", "models", "snapshots", "tests", "data_tests"]);
    !(has_hooks && path.iter().any(is_hook))
}

/// Everything, as in `selectors.yml`.
pub(crate) fn everywhere(_: &str, _: &[Step<'_>]) -> bool {
    true
}

/// What is rendered in an entry of a property file: descriptions, tests, hooks and filters are rendered later, or never.
pub(super) fn in_entry(key: &str, path: &[Step<'_>]) -> bool {
    let Some(first) = path.first() else { return true };
    match key {
        "sources" => {
            let is_query = first.is("config") && path.get(1).is_some_and(|step| step.is("loaded_at_query"));
            if first.is_one_of(&["description", "loaded_at_query"]) || is_query {
                return false;
            }
            !(first.is("tables") && is_late(path.get(2..).unwrap_or_default()))
        }
        "macros" if first.is("arguments") => !is_late(&path[1..]),
        "metrics" => {
            let from_end = |at: usize| path.len().checked_sub(at).and_then(|at| path.get(at));
            let is_filter = [1, 2].into_iter().any(|at| from_end(at).is_some_and(|step| step.is("filter")));
            !is_filter && !is_late(path)
        }
        "saved_queries" => {
            let is_filter = first.is("query_params") && path.get(1).is_some_and(|step| step.is("where"));
            !is_filter && !is_late(path)
        }
        _ => !is_late(path),
    }
}

/// Descriptions and tests, at the top, of columns and of versions, and hooks.
fn is_late(path: &[Step<'_>]) -> bool {
    const LATE: &[&str] = &["tests", "data_tests", "description", "loaded_at_query"];
    let at = |index: usize, keys: &[&str]| path.get(index).is_some_and(|step| step.is_one_of(keys));
    at(0, LATE)
        || (path.len() == 2 && at(1, LATE))
        || (at(0, &["config"]) && at(1, &["pre_hook", "post_hook", "loaded_at_query"]))
        || (path.len() == 5 && at(4, &["description"]))
        || (at(0, &["columns", "dimensions", "measures", "entities"]) && at(2, &["tests", "data_tests", "description"]))
}
