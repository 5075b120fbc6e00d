//! References in, what they lead to out. Behaviour: dbt's "ref" and "source".

use std::collections::{BTreeSet, HashMap};

use super::node::{Node, ResourceType};
use super::problem::{Problem, ProblemKind, did_you_mean};
use super::{Project, SourceTable};
use crate::finding::Place;
use crate::jinja::scope::{Asked, RefKey};

/// The node that a reference means: the pinned version, else the latest, else the one of that name.
pub fn find_ref<'p>(project: &'p Project, from: &str, key: &RefKey) -> Option<&'p Node> {
    let packages: Vec<&str> = match &key.package {
        Some(package) => vec![package.as_str()],
        None => [from, project.name.as_str()]
            .into_iter()
            .chain(project.packages.iter().map(|package| package.name()))
            .collect(),
    };
    packages.into_iter().find_map(|package| in_package(project, package, key))
}

fn in_package<'p>(project: &'p Project, package: &str, key: &RefKey) -> Option<&'p Node> {
    for kind in [ResourceType::Model, ResourceType::Seed] {
        let id = format!("{}.{package}.{}", kind.name(), key.name);
        if let (None, Some(node)) = (&key.version, project.nodes.get(&id)) {
            return Some(node);
        }
        if kind == ResourceType::Model {
            let version = key.version.clone().or_else(|| latest(project, &id));
            let versioned = version.and_then(|version| project.nodes.get(&format!("{id}.v{version}")));
            if versioned.is_some() {
                return versioned;
            }
        }
    }
    None
}

/// The latest version of the model whose unversioned id this is.
fn latest(project: &Project, id: &str) -> Option<String> {
    let prefix = format!("{id}.v");
    let mut versions = project.nodes.iter().filter(|(known, _)| known.starts_with(&prefix));
    versions.find_map(|(_, node)| node.latest_version.clone())
}

/// The source table that `source('a', 'b')` means.
pub fn find_source<'p>(project: &'p Project, (source, table): &(String, String)) -> Option<&'p SourceTable> {
    let packages = project.packages.iter().map(|package| package.name());
    packages.into_iter().find_map(|package| project.sources.get(&format!("source.{package}.{source}.{table}")))
}

/// Sets what every node depends on, and reports what leads nowhere.
pub fn resolve(project: &mut Project) {
    let names: Vec<String> = project
        .nodes
        .values()
        .filter(|node| node.resource_type != ResourceType::Test)
        .map(|node| node.name.clone())
        .collect();
    let mut resolved: HashMap<String, Vec<String>> = HashMap::new();
    let mut problems = Vec::new();
    for (id, node) in &project.nodes {
        let mut depends_on = BTreeSet::new();
        for asked in &node.refs {
            match find_ref(project, &node.package, &asked.what) {
                Some(found) => drop(depends_on.insert(found.unique_id.clone())),
                None => problems.extend(lost_ref(project, node, asked, &names)),
            }
        }
        for asked in &node.sources {
            match find_source(project, &asked.what) {
                Some(found) => drop(depends_on.insert(found.unique_id.clone())),
                None => problems.push(lost_source(project, node, asked)),
            }
        }
        resolved.insert(id.clone(), depends_on.into_iter().collect());
    }
    for (id, node) in &mut project.nodes {
        node.depends_on = resolved.remove(id).unwrap_or_default();
        node.is_broken |= problems.iter().any(|problem: &Problem| {
            problem.place == node.place || problem.place.path == node.file && node.test.is_none()
        });
    }
    problems.dedup();
    project.problems.extend(problems);
}

fn call_place(project: &Project, node: &Node, at: Option<usize>) -> Place {
    let Some(start) = at.filter(|_| node.test.is_none()) else { return node.place.clone() };
    let calls = node.template.iter().flat_map(|template| &template.calls);
    let call = calls.into_iter().find(|call| call.span.start == start);
    let end = call.map_or(start, |call| call.span.end).min(project.text(&node.file).len());
    Place::span(node.file.clone(), start..end)
}

fn lost_ref(project: &Project, node: &Node, asked: &Asked<RefKey>, names: &[String]) -> Option<Problem> {
    let key = &asked.what;
    let place = call_place(project, node, asked.at);
    let versions: Vec<_> = project
        .of_type(ResourceType::Model)
        .filter(|known| known.name == key.name)
        .filter_map(|known| known.version.clone())
        .collect();
    let problem = match &key.version {
        Some(version) if names.contains(&key.name) => {
            let message = format!("`{}` has no version {version}", key.name);
            let known = if versions.is_empty() {
                "it has no versions; leave `v=` out".to_owned()
            } else {
                format!("its versions are {}", versions.join(", "))
            };
            Problem::new(ProblemKind::UnresolvedReference, message, place).help(known)
        }
        _ => {
            let message = format!("there is no model or seed named `{}`", key.name);
            let problem = Problem::new(ProblemKind::UnresolvedReference, message, place);
            match did_you_mean(&key.name, names.iter().map(String::as_str).filter(|name| *name != node.name)) {
                Some(name) => problem.help(format!("did you mean `{name}`?")),
                None => problem.help("check the name: it is the file's name without `.sql` or `.csv`"),
            }
        }
    };
    Some(problem)
}

fn lost_source(project: &Project, node: &Node, asked: &Asked<(String, String)>) -> Problem {
    let (source, table) = &asked.what;
    let place = call_place(project, node, asked.at);
    let of_source: Vec<&SourceTable> = project.sources.values().filter(|known| known.source_name == *source).collect();
    let kind = ProblemKind::UnresolvedReference;
    if of_source.is_empty() {
        let near = did_you_mean(source, project.sources.values().map(|known| known.source_name.as_str()));
        let help = near.map_or_else(
            || "add it under models/sources/, or check its name there".to_owned(),
            |name| format!("did you mean `{name}`?"),
        );
        return Problem::new(kind, format!("there is no source named `{source}`"), place).help(help);
    }
    let near = did_you_mean(table, of_source.iter().map(|known| known.name.as_str()));
    let help = near.map_or_else(
        || format!("its tables are listed in {}", of_source[0].place.path),
        |name| format!("did you mean `{name}`?"),
    );
    Problem::new(kind, format!("the source `{source}` has no table `{table}`"), place).help(help)
}
