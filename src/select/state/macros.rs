//! Which macros differ between two states, and which nodes use them, through however many other macros.
//!
//! Behaviour: `recursively_check_macros_modified` of dbt.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::view::{State, own_macros};
use crate::project::{Node, Project};

/// The macros that differ, and all that call them.
pub(super) struct ChangedMacros<'m> {
    project: &'m Project,
    changed: HashSet<&'m str>,
    touched: HashSet<&'m str>,
}

impl<'m> ChangedMacros<'m> {
    pub(super) fn new(project: &'m Project, state: &State<'_>) -> Self {
        let known = state.macros();
        let changed: HashSet<&str> =
            own_macros(project).filter(|(id, text)| known.get(id) != Some(text)).map(|(id, _)| id).collect();
        let mut callers: HashMap<&str, Vec<&str>> = HashMap::new();
        for definition in project.universe.iter() {
            for called in &definition.depends_on {
                callers.entry(called).or_default().push(&definition.unique_id);
            }
        }
        let mut touched = changed.clone();
        let mut waiting: Vec<&str> = changed.iter().copied().collect();
        while let Some(id) = waiting.pop() {
            for caller in callers.get(id).into_iter().flatten() {
                if touched.insert(caller) {
                    waiting.push(caller);
                }
            }
        }
        Self { project, changed, touched }
    }

    /// Whether the node uses a macro that differs.
    pub(super) fn touches(&self, node: &Node) -> bool {
        node.macros.iter().any(|id| self.touched.contains(id.as_str()))
    }

    /// The names of the macros that the node uses and that differ, sorted.
    pub(super) fn names(&self, node: &Node) -> Vec<String> {
        let mut names = BTreeSet::new();
        let mut seen: HashSet<&str> = HashSet::new();
        let mut waiting: Vec<&str> = node.macros.iter().map(String::as_str).collect();
        while let Some(id) = waiting.pop() {
            if !self.touched.contains(id) || !seen.insert(id) {
                continue;
            }
            if self.changed.contains(id) {
                names.extend(id.rsplit('.').next().map(str::to_owned));
            }
            let called = self.project.universe.by_id(id).map_or(&[][..], |definition| &definition.depends_on);
            waiting.extend(called.iter().map(String::as_str));
        }
        names.into_iter().collect()
    }
}
