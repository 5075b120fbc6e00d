//! `cadet ls`: nodes by selector, one on a line. Behaviour: `dbt.task.list`.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::Verdict;
use super::invocation::Invocation;
use super::selecting::{self, Typed};
use crate::cli::{ListOutput, LsArgs};
use crate::error::Error;
use crate::project::{Node, Project, ResourceType};
use crate::report::manifest;

pub(super) fn run(invocation: &Invocation, args: &LsArgs) -> Result<Verdict, Error> {
    let folder = invocation.project_dir()?;
    let working = invocation.working(&folder, invocation.run("ls", false))?;
    let words = if args.models.is_empty() { &args.select } else { &args.models };
    let typed = Typed { words, how: &args.how };
    let selection = selecting::selected(invocation, (&folder, &working), &typed, &args.base)?;
    let kinds = kinds(args);
    let nodes = selection.ids.iter().filter_map(|id| working.project.node(id));
    let nodes = nodes.filter(|node| kinds.contains(node.resource_type.name()));
    let lines: Vec<String> = nodes.map(|node| line(&working.project, node, args)).collect();
    if lines.is_empty() {
        selecting::nothing_selected();
    } else if args.output == ListOutput::Json {
        invocation.out.json(&lines.join("\n"));
    } else {
        invocation.out.line(&lines.join("\n"));
    }
    working.project.leave();
    Ok(Verdict::Good)
}

/// The kinds of nodes to list.
fn kinds(args: &LsArgs) -> BTreeSet<&str> {
    if !args.models.is_empty() {
        return BTreeSet::from(["model"]);
    }
    let all = || ResourceType::ALL.iter().filter(|kind| **kind != ResourceType::Operation).map(|kind| kind.name());
    let default = || all().filter(|kind| *kind != "analysis");
    let mut kinds: BTreeSet<&str> = BTreeSet::new();
    if args.resource_type.is_empty() {
        kinds.extend(default());
    }
    for wanted in &args.resource_type {
        match wanted.as_str() {
            "all" => kinds.extend(all()),
            "default" => kinds.extend(default()),
            kind => kinds.extend([kind]),
        }
    }
    kinds.retain(|kind| !args.exclude_resource_type.iter().any(|left_out| left_out == kind));
    kinds
}

fn line(project: &Project, node: &Arc<Node>, args: &LsArgs) -> String {
    match args.output {
        ListOutput::Selector => selector(project, node),
        ListOutput::Name => match project.sources.get(&node.unique_id) {
            Some(table) => format!("{}.{}", table.source_name, table.name),
            None if node.resource_type == ResourceType::Model => node.display_name(),
            None => node.name.clone(),
        },
        ListOutput::Path => node.original_file_path.clone(),
        ListOutput::Json => Value::Object(json(project, node, args)).to_string(),
    }
}

/// What selects the node, and nothing else.
fn selector(project: &Project, node: &Node) -> String {
    let kind = node.resource_type;
    match kind {
        ResourceType::Source => {
            let source = project.sources.get(&node.unique_id).map_or("", |table| &table.source_name);
            format!("source:{}.{source}.{}", node.package, node.name)
        }
        ResourceType::UnitTest => {
            let version = node.body.get("version").filter(|version| !version.is_null());
            let version = version.map_or_else(String::new, |version| match version {
                Value::String(text) => format!("_v{text}"),
                number => format!("_v{number}"),
            });
            format!("unit_test:{}.{}{version}", node.package, node.name)
        }
        ResourceType::Exposure | ResourceType::Metric | ResourceType::SavedQuery | ResourceType::SemanticModel => {
            format!("{kind}:{}.{}", node.package, node.name)
        }
        _ => node.fqn.join("."),
    }
}

/// What dbt writes of a node when no keys are named.
const KEYS: &[&str] = &[
    "alias",
    "name",
    "package_name",
    "depends_on",
    "tags",
    "config",
    "resource_type",
    "source_name",
    "original_file_path",
    "unique_id",
];

fn json(project: &Project, node: &Node, args: &LsArgs) -> Map<String, Value> {
    let mut written = manifest::of_node(project, node);
    let keys = args.output_keys.iter().flat_map(|keys| keys.split_whitespace());
    let mut fields = Map::new();
    if args.output_keys.is_empty() {
        let written = written.as_object_mut();
        fields.extend(written.into_iter().flat_map(std::mem::take).filter(|(key, _)| KEYS.contains(&key.as_str())));
    }
    for key in keys {
        let value = key.split('.').try_fold(&written, |value, key| value.get(key));
        // dbt writes what is null, but not deep inside.
        if let Some(value) = value.filter(|value| !(key.contains('.') && value.is_null())) {
            drop(fields.insert(key.to_owned(), value.clone()));
        }
    }
    fields
}
