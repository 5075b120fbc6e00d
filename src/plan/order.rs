//! Nodes in, an order out in which everything comes after what it needs.

use std::collections::{BTreeMap, BTreeSet};

use crate::project::graph::Graph;
use crate::project::{Project, ResourceType};

/// The nodes among `ids` that each of them must wait for, looking through what is not among them.
pub fn waits_for<'p>(graph: &Graph<'p>, ids: &BTreeSet<&'p str>) -> BTreeMap<&'p str, BTreeSet<&'p str>> {
    let parents = |id: &'p str| {
        let mut found = BTreeSet::new();
        let mut seen = BTreeSet::new();
        let mut queue: Vec<&'p str> = graph.parents(id).to_vec();
        while let Some(parent) = queue.pop() {
            if ids.contains(parent) {
                found.insert(parent);
            } else if seen.insert(parent) {
                queue.extend(graph.parents(parent));
            }
        }
        found
    };
    ids.iter().map(|id| (*id, parents(id))).collect()
}

/// Sorts the ids so that each stands after what it waits for; among equals sources, seeds, models and then tests.
pub fn topological(project: &Project, graph: &Graph<'_>, ids: BTreeSet<&str>) -> Vec<String> {
    let known: BTreeSet<&str> =
        project.nodes.keys().chain(project.sources.keys()).map(String::as_str).filter(|id| ids.contains(id)).collect();
    let mut waiting = waits_for(graph, &known);
    let mut order = Vec::with_capacity(known.len());
    while !waiting.is_empty() {
        let mut ready: Vec<&str> =
            waiting.iter().filter(|(_, parents)| parents.is_empty()).map(|(id, _)| *id).collect();
        if ready.is_empty() {
            // A circle: what is in it and below it comes last, and is not built.
            order.extend(waiting.keys().map(|id| (*id).to_owned()));
            break;
        }
        ready.sort_by_key(|id| (rank(project, id), *id));
        for id in ready {
            waiting.remove(id);
            waiting.values_mut().for_each(|parents| {
                parents.remove(id);
            });
            order.push(id.to_owned());
        }
    }
    order
}

fn rank(project: &Project, id: &str) -> usize {
    match project.nodes.get(id).map(|node| node.resource_type) {
        Some(ResourceType::Seed) => 1,
        Some(ResourceType::Model | ResourceType::Snapshot) => 2,
        Some(ResourceType::Test) => 3,
        _ => 0,
    }
}
