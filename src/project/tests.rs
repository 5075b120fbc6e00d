//! The data tests of everything that property files describe, as nodes of the project.

use std::collections::HashMap;
use std::sync::Arc;

use rayon::prelude::*;

use super::data_test::{self, Tested};
use super::node::{Node, ResourceType};
use super::problem::Problem;
use super::properties::Patch;
use super::read::render_problem;
use super::{Project, config, config_jinja, names, scopes};
use crate::compile;
use crate::jinja::scope::{Asked, RefKey};
use crate::jinja::universe::INTERNAL;
use crate::parse::yaml::Yaml;

/// The tests of everything that property files describe.
pub(super) fn add(project: &mut Project, patches: &HashMap<(ResourceType, String, String), Patch>, sources: &[Patch]) {
    let mut problems = Vec::new();
    let mut tests = Vec::new();
    for node in project.nodes.values() {
        let Some(patch) = patches.get(&(node.resource_type, node.package.clone(), node.name.clone())) else { continue };
        let Some(package) = project.packages.iter().find(|package| package.name() == patch.package) else { continue };
        let version = node.version.as_ref();
        let tested = Tested {
            package,
            path: &patch.path,
            name: version.map_or_else(|| node.name.clone(), |version| format!("{}_v{version}", node.name)),
            reference: match version {
                Some(version) => format!("ref('{}', version='{version}')", node.name),
                None => format!("ref('{}')", node.name),
            },
            prefix: "",
            attached_to: node.unique_id.clone(),
        };
        let columns: Vec<String> = node.columns.keys().cloned().collect();
        tests.extend(data_test::tests(&tested, &patch.yaml, version.map(|_| columns.as_slice()), &mut problems));
    }
    for table in project.sources.values() {
        let Some(package) = project.packages.iter().find(|package| package.name() == table.package) else { continue };
        let patch = sources.iter().find(|patch| patch.package == table.package && patch.name == table.source_name);
        let listed = patch.and_then(|patch| patch.yaml.get("tables")).map_or(&[][..], Yaml::items);
        let Some(yaml) =
            listed.iter().find(|yaml| yaml.get("name").and_then(Yaml::scalar).as_ref() == Some(&table.name))
        else {
            continue;
        };
        let tested = Tested {
            package,
            path: &table.place.path,
            name: format!("{}_{}", table.source_name, table.name),
            reference: format!("source('{}', '{}')", table.source_name, table.name),
            prefix: "source_",
            attached_to: table.unique_id.clone(),
        };
        tests.extend(data_test::tests(&tested, yaml, None, &mut problems));
    }
    let finished: Vec<(Node, Vec<Problem>)> = tests.into_par_iter().map(|test| finish_test(project, test)).collect();
    for (node, found) in finished {
        problems.extend(found);
        project.nodes.insert(node.unique_id.clone(), node);
    }
    project.problems.extend(problems);
}

/// Learns what a test refers to.
fn finish_test(project: &Project, mut node: Node) -> (Node, Vec<Problem>) {
    let mut problems = Vec::new();
    let config = std::mem::take(&mut node.config);
    node.config = config_jinja::rendered(project, &node, config, &node.file, &mut problems);
    if !take_shortcut(project, &mut node) {
        render(project, &mut node, &mut problems);
    }
    if let Err(problem) = names::set(&project.universe, &project.given, &mut node) {
        problems.push(render_problem(&node, problem));
    }
    (node, problems)
}

/// dbt does not render its own `not_null` and `unique`, the most common tests: what they refer to is known.
fn take_shortcut(project: &Project, node: &mut Node) -> bool {
    let Some(test) = &node.test else { return false };
    let found = test.namespace.is_none().then(|| project.universe.find(&node.package, &test.macro_name)).flatten();
    let Some(definition) = found.filter(|found| found.package == INTERNAL) else { return false };
    let Some(attached) = test
        .attached_to
        .as_ref()
        .filter(|_| test.column_name.is_some() && matches!(test.name.as_str(), "not_null" | "unique"))
    else {
        return false;
    };
    if let Some(target) = project.nodes.get(attached) {
        let what = RefKey { package: None, name: target.name.clone(), version: target.version.clone() };
        node.refs = vec![Asked { what, at: None }];
    } else if let Some(table) = project.sources.get(attached) {
        node.sources = vec![Asked { what: (table.source_name.clone(), table.name.clone()), at: None }];
    }
    node.macros.insert(definition.unique_id.clone());
    true
}

fn render(project: &Project, node: &mut Node, problems: &mut Vec<Problem>) {
    let scope = Arc::new(scopes::reading(&project.universe, &project.given, node));
    if let Err(problem) = compile::test::render(&scope, node) {
        node.is_broken = true;
        problems.push(render_problem(node, problem));
    }
    let mut captured = scope.captured();
    node.refs = std::mem::take(&mut captured.refs);
    node.sources = std::mem::take(&mut captured.sources);
    node.macros = std::mem::take(&mut captured.macros);
    for level in std::mem::take(&mut captured.configs) {
        config::merge(&mut node.config, &level);
    }
    node.refs.dedup();
}
