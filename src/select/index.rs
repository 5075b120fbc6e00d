//! The nodes of a project by number, and what depends on what, both ways.

use std::sync::Arc;

use foldhash::HashMap;
use rayon::prelude::*;

use super::bits::Bits;
use crate::project::{Node, Project, ResourceType};

/// Every node that can be selected. A node's number is its place in `nodes`.
pub(super) struct Index<'p> {
    pub(super) nodes: Vec<&'p Arc<Node>>,
    parents: Vec<Vec<usize>>,
    children: Vec<Vec<usize>>,
}

impl<'p> Index<'p> {
    pub(super) fn new(project: &'p Project) -> Self {
        let nodes: Vec<&Arc<Node>> = project.all_nodes().collect();
        let numbers: HashMap<&str, usize> =
            nodes.iter().enumerate().map(|(at, node)| (node.unique_id.as_str(), at)).collect();
        let parents: Vec<Vec<usize>> = nodes
            .par_iter()
            .map(|node| match node.resource_type {
                // A seed stands at the top of the graph, whatever its hooks name.
                ResourceType::Seed | ResourceType::Source => Vec::new(),
                _ => node.depends_on.iter().filter_map(|id| numbers.get(id.as_str()).copied()).collect(),
            })
            .collect();
        let mut children = vec![Vec::new(); nodes.len()];
        for (child, parents) in parents.iter().enumerate() {
            parents.iter().for_each(|parent: &usize| children[*parent].push(child));
        }
        Self { nodes, parents, children }
    }

    pub(super) fn len(&self) -> usize {
        self.nodes.len()
    }

    /// An empty set of nodes.
    pub(super) fn none(&self) -> Bits {
        Bits::new(self.len())
    }

    /// The nodes that `is_in` accepts.
    pub(super) fn of(&self, is_in: impl Fn(&Node) -> bool) -> Bits {
        Bits::of(self.len(), |at| is_in(self.nodes[at]))
    }

    pub(super) fn parents(&self, at: usize) -> &[usize] {
        &self.parents[at]
    }

    pub(super) fn children(&self, at: usize) -> &[usize] {
        &self.children[at]
    }

    /// What lies above the nodes of `from`, at most `depth` steps away. A node of `from` is in it only when it lies
    /// above another.
    pub(super) fn ancestors(&self, from: &Bits, depth: Option<usize>) -> Bits {
        walk(from, depth, &self.parents)
    }

    /// What lies below the nodes of `from`, at most `depth` steps away.
    pub(super) fn descendants(&self, from: &Bits, depth: Option<usize>) -> Bits {
        walk(from, depth, &self.children)
    }
}

/// Goes out from `from` layer by layer: each edge is looked at twice at most.
fn walk(from: &Bits, depth: Option<usize>, next: &[Vec<usize>]) -> Bits {
    let mut found = Bits::new(next.len());
    let mut layer: Vec<usize> = from.iter().collect();
    let mut steps = 0;
    while !layer.is_empty() && depth.is_none_or(|depth| steps < depth) {
        let reached: Vec<usize> = layer.iter().flat_map(|at| next[*at].iter().copied()).collect();
        layer = reached.into_iter().filter(|at| found.insert(*at)).collect();
        steps += 1;
    }
    found
}
