//! The project as dbt's `manifest.json` (schema v12), so that dbt's ecosystem can read what cadet read.

mod contract;
mod node;
mod primary_key;

use std::collections::{BTreeMap, HashMap};

use serde_json::{Map, Value, json};

use crate::project::graph::Graph;
use crate::project::group::Group;
use crate::project::scopes::Run;
use crate::project::{Node, Project, ResourceType};

pub(crate) use contract::moment;
pub(crate) use node::{other, source};

/// A model, seed, snapshot, analysis, test or operation as the manifest has it, not compiled.
pub(crate) fn of_node(project: &Project, node: &Node) -> Value {
    node::node(project, node, &HashMap::new(), None)
}

/// The whole manifest. `compiled` is the SQL of the nodes that were compiled.
pub fn manifest(project: &Project, run: &Run, compiled: &HashMap<String, String>) -> Value {
    let graph = Graph::new(project);
    let lost = project.lost_tests.iter();
    let ids: Vec<&str> = project.all_nodes().chain(lost).map(|node| node.unique_id.as_str()).collect();
    let sorted = |ids: &[&str]| {
        let mut ids: Vec<String> = ids.iter().map(|id| (*id).to_owned()).collect();
        ids.sort();
        ids
    };
    let mut parents: BTreeMap<&str, Vec<String>> = ids.iter().map(|id| (*id, sorted(graph.parents(id)))).collect();
    let mut children: BTreeMap<&str, Vec<String>> = ids.iter().map(|id| (*id, sorted(graph.children(id)))).collect();
    for test in &project.lost_tests {
        parents.insert(&test.unique_id, sorted(&test.depends_on.iter().map(String::as_str).collect::<Vec<_>>()));
        for parent in &test.depends_on {
            let tests = children.entry(parent).or_default();
            tests.push(test.unique_id.clone());
            tests.sort();
        }
    }
    let mut metadata = metadata(run, "manifest/v12");
    metadata.extend(project_metadata(project));
    let of_kind = |kind: ResourceType| {
        let nodes = project.others.values().filter(|node| node.resource_type == kind);
        nodes.map(|each| (each.unique_id.clone(), node::other(each))).collect::<Map<_, _>>()
    };
    let keys = primary_key::inferred(project);
    let one = |each: &crate::project::Node| node::node(project, each, compiled, keys.get(&each.unique_id));
    let mut disabled: Map<String, Value> = Map::new();
    for each in &project.disabled {
        let written = match each.resource_type {
            ResourceType::Source => node::source(each),
            kind if kind.is_refable() => one(each),
            ResourceType::Test | ResourceType::Analysis | ResourceType::Operation => one(each),
            _ => node::other(each),
        };
        if let Value::Array(all) = disabled.entry(each.unique_id.clone()).or_insert_with(|| json!([])) {
            all.push(written);
        }
    }
    json!({
        "metadata": metadata,
        "nodes": project.nodes.values().chain(&project.lost_tests).map(|each| (each.unique_id.clone(), one(each))).collect::<Map<_, _>>(),
        "sources": project.sources.values().map(|each| (each.unique_id.clone(), node::source(each))).collect::<Map<_, _>>(),
        "macros": macros(project),
        "docs": docs(project),
        "exposures": of_kind(ResourceType::Exposure),
        "metrics": of_kind(ResourceType::Metric),
        "groups": project.groups.iter().map(|each| (each.unique_id.clone(), group(each))).collect::<Map<_, _>>(),
        "selectors": crate::select::written(project),
        "disabled": disabled,
        "parent_map": parents,
        "child_map": children,
        "group_map": group_map(project),
        "saved_queries": of_kind(ResourceType::SavedQuery),
        "semantic_models": of_kind(ResourceType::SemanticModel),
        "unit_tests": of_kind(ResourceType::UnitTest),
        "functions": {},
    })
}

/// What every artefact says of the run.
pub fn metadata(run: &Run, schema: &str) -> Map<String, Value> {
    object(json!({
        "dbt_schema_version": format!("https://schemas.getdbt.com/dbt/{schema}.json"),
        "dbt_version": "1.11.0",
        "generated_at": jiff::Timestamp::now().to_string(),
        "invocation_id": run.invocation_id,
        "invocation_started_at": run.started.timestamp().to_string(),
        "env": {},
    }))
}

/// What only the manifest says besides.
fn project_metadata(project: &Project) -> Map<String, Value> {
    let quotes = |part: &str| project.root().file.quotes(part).unwrap_or(true);
    object(json!({
        "project_name": project.name,
        "project_id": crate::jinja::environment::md5(&project.name),
        "user_id": null,
        "send_anonymous_usage_stats": false,
        "adapter_type": project.target.kind,
        "quoting": {
            "database": quotes("database"), "schema": quotes("schema"), "identifier": quotes("identifier"), "column": null,
        },
    }))
}

fn object(value: Value) -> Map<String, Value> {
    if let Value::Object(entries) = value { entries } else { Map::new() }
}

fn group(group: &Group) -> Value {
    json!({
        "name": group.name, "resource_type": "group", "package_name": group.package, "path": group.path,
        "original_file_path": group.original_file_path, "unique_id": group.unique_id, "owner": group.owner,
        "description": group.description, "config": group.config,
    })
}

/// The nodes of each group; a group without any is there too.
fn group_map(project: &Project) -> Map<String, Value> {
    let mut map: BTreeMap<&str, Vec<&str>> =
        project.groups.iter().map(|group| (group.name.as_str(), Vec::new())).collect();
    let others = [ResourceType::SavedQuery, ResourceType::SemanticModel, ResourceType::Metric];
    let others =
        others.into_iter().flat_map(|kind| project.others.values().filter(move |node| node.resource_type == kind));
    for node in project.nodes.values().chain(others) {
        if let Some(members) = node.group.as_deref().and_then(|group| map.get_mut(group)) {
            members.push(&node.unique_id);
        }
    }
    map.into_iter().map(|(group, members)| (group.to_owned(), json!(members))).collect()
}

fn macros(project: &Project) -> Value {
    let one = |definition: &std::sync::Arc<crate::jinja::universe::MacroDef>| {
        let package = project.packages.iter().find(|package| package.name() == definition.package);
        let path = package.map_or(definition.path.as_str(), |package| package.relative(&definition.path));
        let patch = project.macro_patches.get(&definition.unique_id);
        let docs = patch.map_or_else(|| json!({"show": true, "node_color": null}), |patch| patch.docs.clone());
        let meta = patch.map(|patch| patch.meta.clone()).unwrap_or_default();
        (
            definition.unique_id.clone(),
            json!({
                "name": definition.name, "resource_type": "macro", "package_name": definition.package, "path": path,
                "original_file_path": path, "unique_id": definition.unique_id, "macro_sql": definition.source[definition.full.clone()],
                "depends_on": {"macros": definition.depends_on},
                "description": patch.map(|patch| patch.description.as_str()).unwrap_or_default(),
                "meta": meta, "docs": docs, "config": {"meta": meta, "docs": docs},
                "patch_path": patch.map(|patch| {
                    let path = package.map_or(patch.place.path.as_str(), |package| package.relative(&patch.place.path));
                    format!("{}://{path}", definition.package)
                }),
                "arguments": patch.map(|patch| patch.arguments.clone()).unwrap_or_default(),
                "created_at": 0.0, "supported_languages": definition.languages(),
            }),
        )
    };
    project.universe.iter().map(one).collect()
}

fn docs(project: &Project) -> Value {
    let one = |block: &crate::project::DocsBlock| {
        (
            block.unique_id(),
            json!({
                "name": block.name, "resource_type": "doc", "package_name": block.package, "path": block.path,
                "original_file_path": block.original_file_path, "unique_id": block.unique_id(),
                "block_contents": block.text,
            }),
        )
    };
    project.docs.iter().map(one).collect()
}
