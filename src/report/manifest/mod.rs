//! The project as dbt's `manifest.json` (schema v12), so that dbt's ecosystem can read what cadet read.

mod contract;
mod node;
mod primary_key;
mod stream;

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::Arc;

use rayon::prelude::*;
use serde::ser::{Serialize, Serializer};
use serde_json::{Map, Value, json};

use crate::project::group::Group;
use crate::project::scopes::Run;
use crate::project::{Node, Project, ResourceType, SourceTable};

pub(crate) use contract::moment;
use primary_key::Tests;
use stream::Stream;

/// A node as the manifest has it, not compiled.
pub(crate) fn of_node(project: &Project, node: &Node) -> Value {
    value(&Entry::new(project, node, None, None))
}

/// A node that does not stand under `nodes`, as the manifest has it.
pub(crate) fn of_other(node: &Node) -> Value {
    match node.resource_type {
        ResourceType::Source => value(&node::Table(node)),
        _ => value(&node::Other(node)),
    }
}

fn value(written: &impl Serialize) -> Value {
    // It has nothing that JSON has not.
    serde_json::to_value(written).unwrap_or_default()
}

/// A node of any kind as the manifest has it.
enum Entry<'p> {
    Built(node::Built<'p>),
    Table(node::Table<'p>),
    Other(node::Other<'p>),
}

impl<'p> Entry<'p> {
    fn new(project: &'p Project, node: &'p Node, sql: Option<&'p str>, tests: Option<&'p Tests<'p>>) -> Self {
        match node.resource_type {
            ResourceType::Source => Self::Table(node::Table(node)),
            kind if kind.is_of_nodes() => Self::Built(node::Built { project, node, sql, tests }),
            _ => Self::Other(node::Other(node)),
        }
    }
}

impl Serialize for Entry<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Built(node) => node.serialize(serializer),
            Self::Table(node) => node.serialize(serializer),
            Self::Other(node) => node.serialize(serializer),
        }
    }
}

/// The SQL of the nodes that were compiled, by unique id.
pub type Sql<'p> = foldhash::HashMap<&'p str, &'p str>;

/// The whole manifest, written to `out`.
///
/// # Errors
/// When it cannot be written.
pub fn write<'p>(project: &'p Project, run: &Run, compiled: &Sql<'p>, out: impl Write + Send) -> io::Result<()> {
    let mut metadata = metadata(run, "manifest/v12");
    metadata.extend(project_metadata(project));
    let (tests, (parents, children)) = rayon::join(|| Tests::new(project), || neighbours(project));
    let entry = |node| Entry::new(project, node, compiled.get(node.unique_id.as_str()).copied(), Some(&tests));
    let one = |node: &&'p Arc<Node>| (node.unique_id.as_str(), entry(node));
    let of_kind = |kind: ResourceType| -> Vec<&Arc<Node>> {
        project.others.values().filter(|node| node.resource_type == kind).collect()
    };
    let mut parts = Stream::new(out);
    parts.entry("metadata", &metadata)?;
    let nodes: Vec<&Arc<Node>> = project.nodes.values().chain(&project.lost_tests).collect();
    parts.object("nodes", &nodes, one)?;
    let sources: Vec<&Arc<Node>> = project.sources.values().map(SourceTable::node).collect();
    parts.object("sources", &sources, one)?;
    parts.entry("macros", &macros(project))?;
    parts.entry("docs", &docs(project))?;
    parts.object("exposures", &of_kind(ResourceType::Exposure), one)?;
    parts.object("metrics", &of_kind(ResourceType::Metric), one)?;
    let groups: Map<_, _> = project.groups.iter().map(|each| (each.unique_id.clone(), group(each))).collect();
    parts.entry("groups", &groups)?;
    parts.entry("selectors", &crate::select::written(project))?;
    parts.entry("disabled", &disabled(project, entry))?;
    let of_node = |(id, neighbours): &(&'p str, Vec<&'p str>)| (*id, neighbours.clone());
    parts.object("parent_map", &parents, of_node)?;
    parts.object("child_map", &children, of_node)?;
    parts.entry("group_map", &group_map(project))?;
    parts.object("saved_queries", &of_kind(ResourceType::SavedQuery), one)?;
    parts.object("semantic_models", &of_kind(ResourceType::SemanticModel), one)?;
    parts.object("unit_tests", &of_kind(ResourceType::UnitTest), one)?;
    parts.entry("functions", &Map::new())?;
    parts.end()
}

/// What `enabled: false` takes out: a list for each unique id.
fn disabled<'p>(project: &'p Project, one: impl Fn(&'p Node) -> Entry<'p>) -> Map<String, Value> {
    let mut disabled: Map<String, Value> = Map::new();
    for node in &project.disabled {
        if let Value::Array(all) = disabled.entry(node.unique_id.clone()).or_insert_with(|| json!([])) {
            all.push(value(&one(node)));
        }
    }
    disabled
}

/// The ids of the nodes that each node reads, or that read it, in order.
type Neighbours<'p> = Vec<(&'p str, Vec<&'p str>)>;

/// The parents and the children of every node.
fn neighbours(project: &Project) -> (Neighbours<'_>, Neighbours<'_>) {
    let mut nodes: Vec<&Node> = project.all_nodes().chain(&project.lost_tests).map(|node| &**node).collect();
    nodes.par_sort_unstable_by(|a, b| a.unique_id.cmp(&b.unique_id));
    let parents = || nodes.par_iter().map(|node| (node.unique_id.as_str(), parents(node))).collect();
    rayon::join(parents, || children(&nodes))
}

fn parents(node: &Node) -> Vec<&str> {
    let mut parents: Vec<&str> = node.depends_on.iter().map(String::as_str).collect();
    parents.sort_unstable();
    parents
}

/// The children of nodes that are in order, so that the children are too.
fn children<'p>(nodes: &[&'p Node]) -> Neighbours<'p> {
    let places: foldhash::HashMap<&str, usize> =
        nodes.iter().enumerate().map(|(at, node)| (node.unique_id.as_str(), at)).collect();
    let mut children: Neighbours<'_> = nodes.iter().map(|node| (node.unique_id.as_str(), Vec::new())).collect();
    for node in nodes {
        for parent in node.depends_on.iter().filter_map(|parent| places.get(parent.as_str())) {
            children[*parent].1.push(&node.unique_id);
        }
    }
    children
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
