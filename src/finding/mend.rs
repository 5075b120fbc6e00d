//! Fixes and the files that they are for in, mended files out: in memory, nothing is written here.
//!
//! A fix is carried out whole or not at all. Of two fixes that touch the same bytes the first wins; the other may still be
//! of use once the project has been checked again.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::{Component, Path};
use std::sync::Arc;

use super::{Edit, Finding, Fix};
use crate::source::{Contents, FileKind, SourceFile, Tree};

/// A project's files while they are mended.
#[derive(Debug, Clone)]
pub struct Mending {
    before: Arc<Tree>,
    pub tree: Arc<Tree>,
    /// Where files that got another path were at first, by their path now.
    origins: BTreeMap<String, String>,
    /// The files that one fix touches together, by their first paths.
    together: Vec<BTreeSet<String>>,
    /// How many findings were mended.
    pub fixed: usize,
}

/// One file that was mended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MendedFile {
    /// The path before, and the path now; mostly the same.
    pub from: String,
    pub to: String,
    pub before: Contents,
    pub after: Contents,
}

/// The edits of one round: for each file the bytes that become a text, and the new paths.
#[derive(Default)]
struct Round<'f> {
    replaced: BTreeMap<&'f str, Vec<(Range<usize>, &'f str)>>,
    renamed: BTreeMap<&'f str, &'f str>,
}

impl Mending {
    /// A project of which nothing is mended yet.
    pub fn new(tree: Arc<Tree>) -> Self {
        let (origins, together) = (BTreeMap::new(), Vec::new());
        Self { before: Arc::clone(&tree), tree, origins, together, fixed: 0 }
    }

    /// Carries out the fixes of findings: safe ones, and if `with_unsafe` the others too. Returns the paths of the files
    /// that they touch, as they are now; none when there was nothing to do.
    pub fn apply<'f>(
        &mut self,
        findings: impl IntoIterator<Item = &'f Finding>,
        with_unsafe: bool,
    ) -> BTreeSet<String> {
        let mut round = Round::default();
        let (mut done, mut fixed): (Vec<&Fix>, usize) = (Vec::new(), 0);
        for fix in findings.into_iter().filter_map(|finding| finding.fix.as_deref()) {
            if !(fix.is_safe || with_unsafe) {
                continue;
            }
            // Several findings may be mended by one and the same fix.
            if done.contains(&fix) {
                fixed += 1;
            } else if self.is_possible(fix) && round.has_room(fix) {
                round.take(fix);
                done.push(fix);
                fixed += 1;
            }
        }
        self.fixed += fixed;
        for fix in done {
            let paths = fix.edits.iter().map(|edit| self.origin(edit.path())).collect();
            self.together.push(paths);
        }
        self.carry_out(&round)
    }

    fn origin(&self, path: &str) -> String {
        self.origins.get(path).map_or_else(|| path.to_owned(), String::clone)
    }

    /// Whether every edit is of a text file of the project, and no file gets a path that leads out or is taken.
    fn is_possible(&self, fix: &Fix) -> bool {
        let paths: BTreeSet<&str> = fix.edits.iter().map(Edit::path).collect();
        let files = paths.into_iter().filter_map(|path| self.tree.find(path));
        let files = files.filter(|file| file.kind == FileKind::Regular);
        let texts: BTreeMap<&str, &str> =
            files.filter_map(|file| Some((file.path.as_str(), file.text().ok()?))).collect();
        !fix.edits.is_empty()
            && fix.edits.iter().all(|edit| match (edit, texts.get(edit.path())) {
                (Edit::Replace { place, .. }, Some(text)) => {
                    place.span.clone().is_some_and(|span| text.get(span).is_some())
                }
                (Edit::Rename { from, to }, Some(_)) => is_inside(to) && self.tree.find(to).is_none() && from != to,
                (_, None) => false,
            })
    }

    fn carry_out(&mut self, round: &Round<'_>) -> BTreeSet<String> {
        let mut touched = BTreeSet::new();
        if round.replaced.is_empty() && round.renamed.is_empty() {
            return touched;
        }
        let mut tree = Tree::clone(&self.tree);
        for (path, edits) in &round.replaced {
            let Some(file) = tree.find(path) else { continue };
            let bytes = edited(file, edits);
            tree.insert(SourceFile { bytes, ..file.clone() });
            touched.insert((*path).to_owned());
        }
        for (from, to) in &round.renamed {
            let Some(file) = tree.remove(from) else { continue };
            let origin = self.origins.remove(*from).unwrap_or_else(|| (*from).to_owned());
            self.origins.insert((*to).to_owned(), origin);
            tree.insert(SourceFile { path: (*to).to_owned(), ..file });
            touched.remove(*from);
            touched.insert((*to).to_owned());
        }
        self.tree = Arc::new(tree);
        touched
    }

    /// The files that are not as they were, in groups: what one fix touches is in one group.
    pub fn files(&self) -> Vec<Vec<MendedFile>> {
        let mut groups: Vec<(BTreeSet<String>, Vec<MendedFile>)> = Vec::new();
        for file in self.tree.iter() {
            let from = self.origin(&file.path);
            let Some(before) = self.before.find(&from) else { continue };
            if from == file.path && before.bytes == file.bytes {
                continue;
            }
            let (mut paths, mut files) = (BTreeSet::from([from.clone()]), Vec::new());
            for set in self.together.iter().filter(|set| set.contains(&from)) {
                paths.extend(set.iter().cloned());
            }
            let (near, far) = groups.into_iter().partition(|(other, _)| !other.is_disjoint(&paths));
            groups = far;
            for (other, more) in near {
                paths.extend(other);
                files.extend(more);
            }
            let (before, after) = (before.bytes.clone(), file.bytes.clone());
            files.push(MendedFile { from, to: file.path.clone(), before, after });
            groups.push((paths, files));
        }
        groups.into_iter().map(|(_, files)| files).collect()
    }
}

impl<'f> Round<'f> {
    /// Whether the fix touches nothing that another fix of this round touches, and no bytes twice.
    fn has_room(&self, fix: &'f Fix) -> bool {
        let mut own = Round::default();
        fix.edits.iter().all(|edit| {
            let is_free = self.is_free(edit) && own.is_free_within(edit);
            own.add(edit);
            is_free
        })
    }

    fn is_free(&self, edit: &Edit) -> bool {
        match edit {
            Edit::Replace { place, .. } => !self.renamed.contains_key(place.path.as_str()) && self.is_free_within(edit),
            Edit::Rename { from, .. } => !self.replaced.contains_key(from.as_str()) && self.is_free_within(edit),
        }
    }

    /// As [`is_free`](Self::is_free), for the edits of one fix: it may change a file and move it.
    fn is_free_within(&self, edit: &Edit) -> bool {
        match edit {
            Edit::Replace { place, .. } => {
                let Some(span) = &place.span else { return false };
                let taken = self.replaced.get(place.path.as_str()).into_iter().flatten();
                let meets = |other: &Range<usize>| {
                    other.start == span.start || (other.start < span.end && span.start < other.end)
                };
                taken.into_iter().all(|(other, _)| !meets(other))
            }
            Edit::Rename { from, to } => {
                !self.renamed.contains_key(from.as_str()) && !self.renamed.values().any(|other| other == to)
            }
        }
    }

    fn take(&mut self, fix: &'f Fix) {
        fix.edits.iter().for_each(|edit| self.add(edit));
    }

    fn add(&mut self, edit: &'f Edit) {
        match edit {
            Edit::Replace { place, text } => {
                let span = place.span.clone().unwrap_or_default();
                self.replaced.entry(&place.path).or_default().push((span, text));
            }
            Edit::Rename { from, to } => {
                self.renamed.insert(from, to);
            }
        }
    }
}

/// The file's bytes with the edits in them; a byte order mark stays, unless an edit takes it away.
fn edited(file: &SourceFile, edits: &[(Range<usize>, &str)]) -> Contents {
    let Ok(text) = file.text() else { return file.bytes.clone() };
    let mut edits = edits.to_vec();
    edits.sort_by_key(|(span, _)| (span.start, span.end));
    let mark = if edits.iter().any(Edit::is_of_mark) { 0 } else { file.bytes.len() - text.len() };
    let mut out = file.bytes[..mark].to_vec();
    let mut at = 0;
    for (span, new) in edits {
        out.extend_from_slice(text.get(at..span.start).unwrap_or_default().as_bytes());
        out.extend_from_slice(new.as_bytes());
        at = span.end;
    }
    out.extend_from_slice(text.get(at..).unwrap_or_default().as_bytes());
    out.into()
}

/// Whether a path stays below the project's folder, and out of git's.
fn is_inside(path: &str) -> bool {
    let is_name = |part: Component<'_>| matches!(part, Component::Normal(name) if name != ".git");
    !path.is_empty() && Path::new(path).components().all(is_name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{Level, Place};

    fn tree(files: &[(&str, &str)]) -> Arc<Tree> {
        let file = |(path, text): &(&str, &str)| SourceFile {
            path: (*path).to_owned(),
            kind: FileKind::Regular,
            bytes: (*text).into(),
        };
        Arc::new(files.iter().map(file).collect())
    }

    fn replace(path: &str, span: Range<usize>, text: &str) -> Edit {
        Edit::Replace { place: Place::span(path, span), text: text.to_owned() }
    }

    fn rename(from: &str, to: &str) -> Edit {
        Edit::Rename { from: from.to_owned(), to: to.to_owned() }
    }

    fn fixed(edits: Vec<Edit>, is_safe: bool) -> Finding {
        let fix = Some(Box::new(Fix { edits, is_safe }));
        Finding { fix, ..Finding::new("a/b", Level::Error, "wrong", Place::file("a.sql")) }
    }

    /// The files after the fixes, one to a line.
    fn after(files: &[(&str, &str)], findings: &[Finding], with_unsafe: bool) -> Vec<String> {
        let mut mending = Mending::new(tree(files));
        mending.apply(findings, with_unsafe);
        let shown = |file: &SourceFile| format!("{}: {}", file.path, file.text().unwrap());
        mending.tree.iter().map(shown).collect()
    }

    #[test]
    fn of_two_edits_of_the_same_bytes_the_first_wins() {
        let findings = [
            fixed(vec![replace("a.sql", 0..3, "x")], true),
            fixed(vec![replace("a.sql", 2..4, "y")], true),
            fixed(vec![replace("a.sql", 4..6, "z")], true),
        ];
        assert_eq!(after(&[("a.sql", "abcdef")], &findings, false), ["a.sql: xdz"]);
    }

    #[test]
    fn a_fix_is_carried_out_whole_or_not_at_all() {
        let both = vec![replace("a.sql", 0..1, "x"), replace("b.sql", 0..99, "y")];
        assert_eq!(
            after(&[("a.sql", "a"), ("b.sql", "b")], &[fixed(both, true)], false),
            ["a.sql: a", "b.sql: b"],
            "there are no 99 bytes in b.sql"
        );
    }

    #[test]
    fn what_is_not_safe_waits_for_a_word() {
        let findings = [fixed(vec![replace("a.sql", 0..1, "x")], false)];
        assert_eq!(after(&[("a.sql", "a")], &findings, false), ["a.sql: a"]);
        assert_eq!(after(&[("a.sql", "a")], &findings, true), ["a.sql: x"]);
    }

    #[test]
    fn a_byte_order_mark_stays() {
        let findings = [fixed(vec![replace("a.sql", 0..1, "x")], true)];
        let mut mending = Mending::new(tree(&[("a.sql", "\u{feff}ab")]));
        mending.apply(&findings, false);
        assert_eq!(&*mending.tree.find("a.sql").unwrap().bytes, "\u{feff}xb".as_bytes());
    }

    #[test]
    fn a_file_may_be_changed_and_moved_by_one_fix() {
        let findings = [fixed(vec![replace("a.sql", 0..1, "x"), rename("a.sql", "b.sql")], true)];
        assert_eq!(after(&[("a.sql", "a")], &findings, false), ["b.sql: x"]);
    }

    #[test]
    fn no_file_leaves_the_project_or_takes_the_place_of_another() {
        for to in ["../b.sql", "/tmp/b.sql", ".git/hooks/b.sql", "b.sql", "a.sql", ""] {
            let findings = [fixed(vec![rename("a.sql", to)], true)];
            assert_eq!(after(&[("a.sql", "a"), ("b.sql", "b")], &findings, false), ["a.sql: a", "b.sql: b"], "{to}");
        }
    }

    #[test]
    fn files_of_one_fix_are_one_group() {
        let findings = [
            fixed(vec![replace("a.sql", 0..1, "x"), replace("b.sql", 0..1, "y")], true),
            fixed(vec![replace("c.sql", 0..1, "z")], true),
        ];
        let mut mending = Mending::new(tree(&[("a.sql", "a"), ("b.sql", "b"), ("c.sql", "c")]));
        mending.apply(&findings, false);
        let groups: Vec<Vec<String>> =
            mending.files().into_iter().map(|group| group.into_iter().map(|file| file.to).collect()).collect();
        assert_eq!(groups, [vec!["a.sql", "b.sql"], vec!["c.sql"]]);
        assert_eq!(mending.fixed, 2);
    }
}
