//! Changed files in, the nodes that the change can matter to out: all others are as they were, and need not be judged.

use std::collections::HashSet;
use std::sync::Arc;

use crate::project::graph::Graph;
use crate::project::known::decides_about_all;
use crate::project::{Node, Project};
use crate::source::changes::Changes;
use crate::source::file::stem;
use crate::source::{ChangeKind, Tree};

/// The nodes of the head that a change of files can matter to, by unique id: those that the files define or describe, now
/// or in the base, those that name one of them, and everything downstream. Nothing when it can matter to every node.
pub fn touched<'p>(head: &'p Project, base: &Tree, changes: &Changes) -> Option<HashSet<&'p str>> {
    let paths: HashSet<&str> = changes.iter().flat_map(|(path, kind)| paths(path, kind)).collect();
    if paths.iter().any(|path| decides_about_all(&head.packages, path)) {
        return None;
    }
    let names: HashSet<&str> = paths.iter().flat_map(|path| names(path, &[&head.tree, base])).collect();
    let is_named = |node: &Node| {
        names.contains(node.name.as_str()) || node.refs.iter().any(|asked| names.contains(asked.what.name.as_str()))
    };
    let is_in_them = |node: &Node| {
        let patch = node.patch.as_ref().map(|patch| patch.path.as_str());
        paths.contains(node.file.as_str()) || patch.is_some_and(|path| paths.contains(path))
    };
    let first = head.all_nodes().filter(|node| is_in_them(node) || is_named(node));
    Some(with_descendants(head, first))
}

/// Where a changed file is, and where it was.
fn paths<'c>(path: &'c str, kind: &'c ChangeKind) -> impl Iterator<Item = &'c str> {
    let before = if let ChangeKind::Renamed(from) = kind { Some(from.as_str()) } else { None };
    [path].into_iter().chain(before)
}

/// The names that a file may give to a node: its own, and those that it says as a property file, today or before.
fn names<'t>(path: &'t str, trees: &[&'t Tree]) -> HashSet<&'t str> {
    let is_yaml = path.ends_with(".yml") || path.ends_with(".yaml");
    let texts = trees.iter().filter_map(|tree| tree.find(path)?.text().ok()).filter(|_| is_yaml);
    texts.flat_map(words).chain([stem(path)]).collect()
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | '-' | '.')).filter(|word| !word.is_empty())
}

fn with_descendants<'p>(head: &'p Project, first: impl Iterator<Item = &'p Arc<Node>>) -> HashSet<&'p str> {
    let graph = Graph::new(head);
    let mut queue: Vec<&str> = first.map(|node| node.unique_id.as_str()).collect();
    let mut found = HashSet::new();
    while let Some(id) = queue.pop() {
        if found.insert(id) {
            queue.extend(graph.children(id));
        }
    }
    found
}
