//! Nodes in, an order out in which everything comes after what it needs.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::project::graph::Graph;
use crate::project::{Project, ResourceType};

/// What each node waits for.
pub type Waiting<'p> = BTreeMap<&'p str, BTreeSet<&'p str>>;

/// The nodes among `ids` that each of them must wait for, looking through what is not among them.
pub fn waits_for<'p>(project: &'p Project, graph: &Graph<'p>, ids: &BTreeSet<&'p str>) -> Waiting<'p> {
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
    let mut waiting = ids.iter().map(|id| (*id, parents(id))).collect();
    before_their_models(project, graph, &mut waiting);
    waiting
}

/// A unit test waits for what its model waits for, and its model for the test; where the model is only written into
/// others, those wait.
pub fn before_their_models<'p>(project: &'p Project, graph: &Graph<'p>, waiting: &mut Waiting<'p>) {
    let is_unit_test = |id: &str| project.others.contains_key(id);
    let tests: Vec<&'p str> = waiting.keys().copied().filter(|id| is_unit_test(id)).collect();
    for test in tests {
        let Some(model) = project.others.get(test).and_then(|test| test.depends_on.first()) else { continue };
        let mut before: BTreeSet<&'p str> = BTreeSet::new();
        let mut held = vec![model.as_str()];
        while let Some(id) = held.pop() {
            if let Some(parents) = waiting.get_mut(id) {
                if id == model {
                    before.extend(parents.iter().copied().filter(|id| !is_unit_test(id)));
                }
                parents.insert(test);
            } else if project.nodes.get(id).is_some_and(|node| node.is_ephemeral()) {
                let is_model = |id: &&&str| project.nodes.get(**id).is_some_and(|node| node.test.is_none());
                held.extend(graph.children(id).iter().filter(is_model));
            }
        }
        waiting.insert(test, before);
    }
}

/// Sorts the ids so that each stands after what it waits for; among equals sources, seeds, models and then tests.
///
/// What is in a circle, and below it, comes last: it is not built.
pub fn topological(project: &Project, graph: &Graph<'_>, ids: BTreeSet<&str>) -> Vec<String> {
    let all = project.nodes.keys().chain(project.sources.keys()).chain(project.others.keys());
    let known: BTreeSet<&str> = all.map(String::as_str).filter(|id| ids.contains(id)).collect();
    let waiting = waits_for(project, graph, &known);
    let mut order = Vec::with_capacity(known.len());
    for mut layer in layers(&waiting) {
        layer.sort_by_key(|id| (rank(project, id), *id));
        order.extend(layer);
    }
    let placed: BTreeSet<&str> = order.iter().copied().collect();
    order.extend(waiting.keys().filter(|id| !placed.contains(*id)));
    order.into_iter().map(str::to_owned).collect()
}

/// Those that wait for nothing, those that wait for them only, and so on; what is in a circle, or below one, is in none.
pub(super) fn layers<'p>(waiting: &Waiting<'p>) -> Vec<Vec<&'p str>> {
    let readers = readers(waiting);
    let mut left: HashMap<&str, usize> = waiting.iter().map(|(id, parents)| (*id, parents.len())).collect();
    let mut layers = Vec::new();
    let mut layer: Vec<&str> = waiting.iter().filter(|(_, parents)| parents.is_empty()).map(|(id, _)| *id).collect();
    while !layer.is_empty() {
        let mut next = Vec::new();
        for reader in layer.iter().filter_map(|id| readers.get(id)).flatten() {
            let Some(left) = left.get_mut(reader) else { continue };
            *left -= 1;
            if *left == 0 {
                next.push(*reader);
            }
        }
        layers.push(std::mem::replace(&mut layer, next));
    }
    layers
}

/// Who waits for each node.
pub(super) fn readers<'p>(waiting: &Waiting<'p>) -> HashMap<&'p str, Vec<&'p str>> {
    let mut readers: HashMap<&str, Vec<&str>> = HashMap::new();
    for (id, parents) in waiting {
        parents.iter().for_each(|parent| readers.entry(parent).or_default().push(id));
    }
    readers
}

fn rank(project: &Project, id: &str) -> usize {
    match project.node(id).map(|node| node.resource_type) {
        Some(ResourceType::Seed) => 1,
        Some(ResourceType::UnitTest) => 2,
        Some(ResourceType::Model | ResourceType::Snapshot) => 3,
        Some(ResourceType::Test) => 4,
        _ => 0,
    }
}
