//! What may not be twice, and what must be there: names, relations and groups. Behaviour: `dbt.parser.manifest`.

use foldhash::{HashMap, HashMapExt, HashSet, HashSetExt};

use super::node::{Node, ResourceType};
use super::problem::{Problem, ProblemKind, did_you_mean};
use super::{Project, deprecation};
use crate::finding::Place;
use crate::source::file::stem;

/// Everything that dbt refuses once all nodes are known.
pub(super) fn problems(project: &Project) -> Vec<Problem> {
    let mut problems = Vec::new();
    relations(project, &mut problems);
    names(project, &mut problems);
    groups(project, &mut problems);
    access(project, &mut problems);
    dates(project, &mut problems);
    problems
}

/// Whether a node has a place in the warehouse; a snapshot of YAML without a config has none.
fn is_somewhere(node: &Node) -> bool {
    (node.resource_type.is_refable() || node.has_relation()) && !node.is_broken && node.relation.identifier.is_some()
}

/// Two nodes that would be built in one place. Ephemeral models count, though they are never built.
fn relations(project: &Project, problems: &mut Vec<Problem>) {
    let mut taken: HashMap<String, &Node> = HashMap::new();
    // Glue and DuckDB do not tell capitals from small letters.
    let folds = matches!(project.target.kind.as_str(), "athena" | "duckdb" | "trino");
    for node in project.nodes.values().filter(|node| is_somewhere(node)) {
        let relation = node.relation.to_string();
        let key = if folds { relation.to_lowercase() } else { relation.clone() };
        let Some(known) = taken.get(&key) else {
            taken.insert(key, node);
            continue;
        };
        // Of names that are one but for their capitals `naming/alike` speaks.
        if known.name != node.name && known.name.to_lowercase() == node.name.to_lowercase() {
            continue;
        }
        let message = format!(
            "`{}` and `{}` would both be the table {relation}, so each would overwrite the other",
            known.display_name(),
            node.display_name()
        );
        let problem = Problem::new(ProblemKind::AmbiguousRelation, message, node.place.clone());
        let problem = problem.related(known.place.clone(), "this one is the same table");
        let is_versioned = node.model.version.is_some() && known.name == node.name;
        problems.push(match is_versioned {
            true => of_versions(project, problem),
            false => problem.help("rename one of the two, or give it another `alias` or `schema`"),
        });
    }
}

/// Why two versions of a model are one table: mostly the project's own macro knows of no versions.
fn of_versions(project: &Project, problem: Problem) -> Problem {
    let Some(own) = project.universe.find_in(&project.name, "generate_alias_name") else {
        return problem.help(
            "give each version an `alias` of its own under its `v:`, or none: then it is named after its version",
        );
    };
    let place = Place::span(own.path.clone(), own.name_span.clone());
    problem.related(place, "this macro of the project names the tables").help(
        "if it leaves the version out, add this before its last `else`:\n    {%- elif node.version -%}\n        {{ node.name ~ \"_v\" ~ (node.version | replace(\".\", \"_\")) }}",
    )
}

/// A model with and without versions, and a model and a seed of one name.
fn names(project: &Project, problems: &mut Vec<Problem>) {
    let shared = match project.root().file.flag("require_unique_project_resource_names") {
        Some(true) => ProblemKind::DuplicateName,
        _ => ProblemKind::SharedName,
    };
    let mut plain: HashMap<(&str, &str), &Node> = HashMap::new();
    let refable = || project.nodes.values().filter(|node| node.resource_type.is_refable());
    for node in refable().filter(|node| node.model.version.is_none()) {
        if let Some(known) = plain.insert((&node.package, &node.name), node) {
            let message = format!(
                "a {} and a {} are both named `{}`: a `ref` to that name means the {0} only",
                node.resource_type, known.resource_type, node.name
            );
            let problem = Problem::new(shared, message, node.place.clone());
            problems
                .push(problem.related(known.place.clone(), "this one has the same name").help("rename one of the two"));
        }
    }
    let mut told: HashSet<(&str, &str)> = HashSet::new();
    for node in refable().filter(|node| node.model.version.is_some()) {
        let name = (node.package.as_str(), node.name.as_str());
        if let Some(known) = plain.get(&name).filter(|_| told.insert(name)) {
            let name = &node.name;
            let message = format!("`{name}` has versions, and this file is none of them");
            let problem = Problem::new(ProblemKind::DuplicateName, message, known.place.clone());
            let problem = problem.related(node.place.clone(), "this is one of its versions");
            problems.push(problem.help(format!(
                "name the file after its version, such as `{name}_v1`, or say `defined_in: {}` at the version",
                stem(&known.file)
            )));
        }
    }
}

fn groups(project: &Project, problems: &mut Vec<Problem>) {
    let known: Vec<&str> = project.groups.iter().map(|group| group.name.as_str()).collect();
    for node in project.nodes.values().chain(project.others.values()).filter(|node| node.test.is_none()) {
        let Some(group) = node.group.as_deref().filter(|group| !known.contains(group)) else { continue };
        let place = node.patch.clone().unwrap_or_else(|| node.place.clone());
        let problem =
            Problem::new(ProblemKind::UnresolvedReference, format!("there is no group named `{group}`"), place);
        problems.push(match did_you_mean(group, known.iter().copied()) {
            Some(near) => problem.help(format!("did you mean `{near}`?")),
            None => problem.help("groups are declared under `groups:` in a property file"),
        });
    }
}

fn access(project: &Project, problems: &mut Vec<Problem>) {
    for node in project.of_type(ResourceType::Model) {
        let place = || node.patch.clone().unwrap_or_else(|| node.place.clone());
        if !matches!(node.access(), "private" | "protected" | "public") {
            let message = format!("`access: {}` is not known", node.access());
            let problem = Problem::new(ProblemKind::Properties, message, place());
            problems.push(problem.help("it is `private`, `protected` or `public`"));
        } else if node.access() == "public" && node.is_ephemeral() {
            let message = format!("`{}` is ephemeral, so it cannot be public: there is no table to read", node.name);
            let problem = Problem::new(ProblemKind::Properties, message, place());
            problems.push(problem.help("make it a view or a table, or `access: protected`"));
        }
    }
}

fn dates(project: &Project, problems: &mut Vec<Problem>) {
    let zone = project.run.started.time_zone();
    for node in project.of_type(ResourceType::Model) {
        let Some(written) = node.model.deprecation_date.as_deref() else { continue };
        if deprecation::moment(written, zone).is_none() {
            let place = node.model.deprecation_place.clone().unwrap_or_else(|| node.place.clone());
            let message = format!("`deprecation_date: {written}` is not a date");
            let problem = Problem::new(ProblemKind::Properties, message, place);
            problems.push(problem.help("write it as `deprecation_date: 2030-12-31`"));
        }
    }
}
