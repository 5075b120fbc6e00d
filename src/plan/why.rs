//! A node in, why it is in the change out: its own reason, and what changed upstream of it, by the shortest way.

use std::collections::{BTreeMap, HashMap, VecDeque};

use super::{Reason, name_of};
use crate::project::Project;
use crate::project::graph::Graph;

/// Why one node is in the change. Without causes it is not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Why {
    pub id: String,
    pub causes: Vec<Cause>,
    /// How many nodes are upstream of it.
    pub upstream: usize,
}

/// Something that changed: the node itself, or one upstream of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cause {
    pub id: String,
    pub reason: Reason,
    /// From what changed to the node, both included, by name.
    pub path: Vec<String>,
}

/// Looks for the causes, the nearest first.
pub fn why(project: &Project, changed: &BTreeMap<String, Reason>, id: &str) -> Why {
    let graph = Graph::new(project);
    let mut from: HashMap<&str, &str> = HashMap::new();
    let mut queue: VecDeque<&str> = VecDeque::from([id]);
    let mut causes = Vec::new();
    while let Some(at) = queue.pop_front() {
        if let Some(reason) = changed.get(at) {
            let path = std::iter::successors(Some(at), |at| from.get(at).copied());
            let path = path.map(|id| name_of(project, id)).collect();
            causes.push(Cause { id: at.to_owned(), reason: reason.clone(), path });
        }
        for parent in graph.parents(at) {
            if *parent != id && !from.contains_key(parent) {
                from.insert(parent, at);
                queue.push_back(parent);
            }
        }
    }
    Why { id: id.to_owned(), causes, upstream: from.len() }
}
