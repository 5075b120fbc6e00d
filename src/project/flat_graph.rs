//! `graph`: every node, as templates see it when they are compiled. Behaviour: dbt's "About graph context variable".

use std::sync::Arc;

use indexmap::IndexMap;
use minijinja::Value;
use serde_json::json;

use super::facts::facts;
use super::{Node, Project, ResourceType, SourceTable};
use crate::jinja::values::{self, Dict};

/// The parts of the graph that hold what is not built, by the kind of node.
const PARTS: [(&str, ResourceType); 4] = [
    ("exposures", ResourceType::Exposure),
    ("metrics", ResourceType::Metric),
    ("semantic_models", ResourceType::SemanticModel),
    ("saved_queries", ResourceType::SavedQuery),
];

/// The graph of a project, made once.
pub(super) fn value(project: &Project) -> Value {
    project.flat_graph.get_or_init(|| build(project)).clone()
}

fn build(project: &Project) -> Value {
    let by_id = |nodes: &mut dyn Iterator<Item = &Arc<Node>>| -> Value {
        Dict::value(nodes.map(|node| (Value::from(node.unique_id.as_str()), facts(node))))
    };
    let mut parts: IndexMap<&str, Value> = IndexMap::new();
    parts.insert("nodes", by_id(&mut project.nodes.values()));
    parts.insert("sources", by_id(&mut project.sources.values().map(SourceTable::node)));
    for (name, kind) in PARTS {
        parts.insert(name, by_id(&mut project.others.values().filter(|node| node.resource_type == kind)));
    }
    let groups = project.groups.iter().map(|group| {
        let group_facts = json!({"name": group.name, "resource_type": "group", "unique_id": group.unique_id});
        (Value::from(group.unique_id.as_str()), values::facts(group_facts))
    });
    parts.insert("groups", Dict::value(groups));
    parts.insert("functions", Dict::value([]));
    // In dbt's order.
    const ORDER: [&str; 8] =
        ["exposures", "functions", "groups", "metrics", "nodes", "sources", "semantic_models", "saved_queries"];
    parts.sort_by_key(|name, _| ORDER.iter().position(|known| known == name));
    Dict::value(parts.into_iter().map(|(name, part)| (Value::from(name), part)))
}
