//! Stage 7: two projects and what the warehouse holds in, ordered steps out, each with its reason.

pub mod diff;
pub mod effect;
pub mod mark;
pub mod order;
pub mod queue;
pub mod saved;
pub mod why;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use crate::project::graph::Graph;
use crate::project::{Node, Project, ResourceType};
use crate::unit_test::versioned_name;

/// Why a node is in the plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// It was named on the command line, or everything was.
    Selected,
    /// It is not in the base.
    New,
    /// Its own file changed.
    Body,
    /// Its configs changed: the names of those that did.
    Config(Vec<String>),
    /// The columns that its contract promises changed.
    Contract,
    /// A macro changed: the way to it from the one that the node calls.
    Macro(Vec<String>),
    /// Variables that it, or a macro that it calls, reads.
    Variables(Vec<String>),
    /// Its file is the same, but not its compiled SQL: what it reads is named otherwise, or a macro that only adding rows
    /// calls changed.
    Compiled,
    /// Something that it reads is in the plan.
    Downstream(String),
    /// It tests something that is in the plan.
    Tests(String),
    /// Something in the plan reads it, and the warehouse lacks it.
    Missing,
    /// Something in the plan reads it, and what the warehouse has was built from other files.
    Stale,
    /// Something in the plan reads it: a source.
    Source,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Selected => f.write_str("selected"),
            Self::New => f.write_str("new"),
            Self::Body => f.write_str("changed"),
            Self::Config(keys) => write!(f, "config changed: {}", keys.join(", ")),
            Self::Contract => f.write_str("contract changed"),
            Self::Macro(path) => match path.as_slice() {
                [] => f.write_str("a macro that it uses changed"),
                [name] => write!(f, "a macro that it uses changed: {name}"),
                [through @ .., name] => {
                    write!(f, "a macro that it uses changed: {name}, through {}", through.join(" → "))
                }
            },
            Self::Variables(names) => write!(f, "a variable that it uses changed: {}", names.join(", ")),
            Self::Compiled => f.write_str("its SQL is another, though its file is the same"),
            Self::Downstream(name) => write!(f, "reads {name}"),
            Self::Tests(name) => write!(f, "tests {name}"),
            Self::Missing => f.write_str("not built here yet"),
            Self::Stale => f.write_str("built here from other files"),
            Self::Source => f.write_str("source data"),
        }
    }
}

/// One thing to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    pub id: String,
    pub reason: Reason,
}

/// What to do, in an order in which it can be done.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    pub steps: Vec<Step>,
}

impl Plan {
    /// What changed, everything downstream of it, and their tests.
    pub fn of_changes(project: &Project, changed: &BTreeMap<String, Reason>) -> BTreeMap<String, Reason> {
        let graph = Graph::new(project);
        let mut reasons = changed.clone();
        for id in changed.keys() {
            let is_built = |below: &&str| project.node(below).is_some_and(|node| node.is_built() || is_unit_test(node));
            for below in graph.descendants(id, None).into_iter().filter(is_built) {
                let node = project.node(below);
                let tested = node.and_then(|node| node.test.as_ref()?.attached_to.as_deref());
                let mut parents = tested.into_iter().chain(graph.parents(below).iter().copied());
                let because = parents.find(|parent| reasons.contains_key(*parent)).unwrap_or(id);
                let name = name_of(project, because);
                let is_test = node.is_some_and(|node| node.resource_type == ResourceType::Test || is_unit_test(node));
                let reason = if is_test { Reason::Tests(name) } else { Reason::Downstream(name) };
                reasons.entry(below.to_owned()).or_insert(reason);
            }
        }
        reasons
    }

    /// Adds what the steps read and the warehouse lacks, and every source that is read; then orders it all.
    ///
    /// `lacks` says why a parent must be built too, if it must.
    pub fn complete(
        project: &Project,
        mut reasons: BTreeMap<String, Reason>,
        lacks: impl Fn(&str) -> Option<Reason>,
    ) -> Self {
        let graph = Graph::new(project);
        // Unit tests read nothing that must be there.
        let mut queue: Vec<String> = reasons.keys().filter(|id| !project.others.contains_key(*id)).cloned().collect();
        let mut seen: BTreeSet<String> = BTreeSet::new();
        while let Some(id) = queue.pop() {
            if !seen.insert(id.clone()) {
                continue;
            }
            for parent in graph.parents(&id) {
                if reasons.contains_key(*parent) {
                    continue;
                }
                let Some(node) = project.nodes.get(*parent) else {
                    reasons.insert((*parent).to_owned(), Reason::Source);
                    continue;
                };
                if !node.has_relation() {
                    queue.push((*parent).to_owned());
                } else if let Some(reason) = lacks(parent) {
                    reasons.insert((*parent).to_owned(), reason);
                    queue.push((*parent).to_owned());
                }
            }
        }
        let has_step = |id: &String| {
            if project.others.get(id).is_some_and(is_unit_test) {
                return true;
            }
            let Some(node) = project.nodes.get(id) else { return project.sources.contains_key(id) };
            node.is_built() && (node.has_relation() || node.resource_type == ResourceType::Test)
        };
        reasons.retain(|id, _| has_step(id));
        let order = order::topological(project, &graph, reasons.keys().map(String::as_str).collect());
        Self {
            steps: order.into_iter().filter_map(|id| Some(Step { reason: reasons.get(&id)?.clone(), id })).collect(),
        }
    }
}

fn is_unit_test(node: &Arc<Node>) -> bool {
    node.resource_type == ResourceType::UnitTest
}

/// A node's or source's name, for people; a unit test's has its model's before it, as in dbt.
pub fn name_of(project: &Project, id: &str) -> String {
    if let Some(test) = project.others.get(id).filter(|node| is_unit_test(node)) {
        return format!("{}::{}", test.body["model"].as_str().unwrap_or_default(), versioned_name(test));
    }
    let source = || project.sources.get(id).map(|table| format!("{}.{}", table.source_name, table.name));
    project.nodes.get(id).map(|node| node.display_name()).or_else(source).unwrap_or_else(|| id.to_owned())
}
