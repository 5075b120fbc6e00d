//! Which lines a pull request changes: what stands on them concerns its author first.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::changes::PullRequest;
use crate::finding::{Finding, Place};
use crate::plan::Reason;
use crate::project::{Node, ResourceType};
use crate::report::around::Other;
use crate::report::outputs::is_table;
use crate::source::{ChangeKind, ChangedLines, LineIndex};

impl PullRequest {
    /// Whether the change touches the lines of a finding.
    pub(super) fn is_on_change(&self, finding: &Finding) -> bool {
        self.touches(&finding.place)
    }

    /// Whether the change touches the lines of a place; of a file without lines, whether it changed.
    pub(super) fn touches(&self, place: &Place) -> bool {
        if !self.changes.contains_key(&place.path) {
            return false;
        }
        let Some(span) = &place.span else { return true };
        let index = LineIndex::new(self.head.text(&place.path));
        let lines = index.position(span.start).0..=index.position(span.end).0;
        self.changed_lines(&place.path).touches(&lines)
    }

    /// The lines of a file that are not as they were.
    pub(super) fn changed_lines(&self, path: &str) -> ChangedLines {
        let before = self.base_tree.find(self.path_before(path)).map(|file| &*file.bytes);
        ChangedLines::between(before.unwrap_or_default(), self.head.text(path).as_bytes())
    }

    /// Where a file was that has another path now.
    fn path_before<'p>(&'p self, path: &'p str) -> &'p str {
        match self.changes.get(path) {
            Some(ChangeKind::Renamed(from)) => from,
            _ => path,
        }
    }

    /// What changed and leaves no table: tests of tables that did not change, and what is said of what did not.
    pub(super) fn others(&self) -> Vec<Other> {
        let changed = self.changed();
        let is_changed = |id: &String| changed.contains_key(id);
        let test = |(id, reason): (&String, &Reason)| {
            let node = self.head.node(id).filter(|node| !is_table(node.resource_type))?;
            let attached = node.test.as_ref().and_then(|test| test.attached_to.as_ref());
            let tested = attached.or_else(|| node.depends_on.first());
            let what = format!("{}, {reason}", node.resource_type.name().replace('_', " "));
            (!tested.is_some_and(is_changed)).then(|| Other {
                name: node.display_name(),
                what,
                file: node.file.clone(),
            })
        };
        let said = |node: &&Arc<Node>| {
            let what = format!("what is said of this {}", node.resource_type.name().replace('_', " "));
            let file = described(node).map(|place| place.path.clone()).unwrap_or_default();
            Other { name: node.display_name(), what, file }
        };
        let mut others: Vec<Other> = changed.iter().filter_map(test).collect();
        others.extend(self.described_anew().iter().filter(|node| !is_changed(&node.unique_id)).map(said));
        others
    }

    /// The nodes whose lines in a property file changed: those from its name to the next one's.
    fn described_anew(&self) -> Vec<&Arc<Node>> {
        let mut starts: BTreeMap<&str, Vec<(usize, &Arc<Node>)>> = BTreeMap::new();
        let is_it = |node: &&Arc<Node>| !matches!(node.resource_type, ResourceType::Test | ResourceType::UnitTest);
        for node in self.head.all_nodes().filter(is_it) {
            if let Some((path, start)) =
                described(node).and_then(|place| Some((&place.path, place.span.as_ref()?.start)))
                && self.changes.contains_key(path)
            {
                let line = LineIndex::new(self.head.text(path)).position(start).0;
                starts.entry(path).or_default().push((line, node));
            }
        }
        let mut found = Vec::new();
        for (path, mut nodes) in starts {
            nodes.sort_by_key(|(line, _)| *line);
            let lines = self.changed_lines(path);
            for (at, (line, node)) in nodes.iter().enumerate() {
                let next = nodes[at..].iter().map(|(next, _)| *next).find(|next| next > line);
                let last = next.map_or(usize::MAX, |next| next - 1);
                found.extend(lines.touches(&(*line..=last)).then_some(*node));
            }
        }
        found
    }
}

/// Where a property file describes a node, or defines it.
fn described(node: &Node) -> Option<&Place> {
    let is_defined_there = matches!(node.file.rsplit('.').next(), Some("yml" | "yaml"));
    node.patch.as_ref().or_else(|| is_defined_there.then_some(&node.place))
}
