//! Which lines a pull request changes: what stands on them concerns its author first.

use super::changes::PullRequest;
use crate::finding::{Finding, Place};
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
}
