//! What a change of files can matter to: all other nodes are as they were, and need not be judged.
//!
//! A change of a node matters to what reads it. It goes on from there only where the reader takes over all columns with a
//! `*`, or reads an ephemeral model, whose SQL becomes a part of its own.

use std::collections::HashSet;

use super::bodies::{Bodies, Touched};
use crate::project::graph::Graph;
use crate::project::known::decides_about_all;
use crate::project::{Node, Project};
use crate::settings::Policy;
use crate::source::changes::Changes;
use crate::source::file::stem;
use crate::source::{ChangeKind, Tree};

/// The nodes of the head, by unique id, that changed files define or describe, now or in the base, and those that name one
/// of them. Nothing when the change can matter to every node.
pub(super) fn changed<'p>(head: &'p Project, base: &Tree, changes: &Changes) -> Option<HashSet<&'p str>> {
    let paths: HashSet<&str> = changes.iter().flat_map(|(path, kind)| paths(path, kind)).collect();
    if paths.iter().any(|path| decides_about_all(&head.packages, path)) {
        return None;
    }
    let names: HashSet<&str> = paths.iter().flat_map(|path| names(path, [&head.tree, base])).collect();
    let is_named = |node: &Node| {
        names.contains(node.name.as_str()) || node.refs.iter().any(|asked| names.contains(asked.what.name.as_str()))
    };
    let is_in_them = |node: &Node| {
        let patch = node.patch.as_ref().map(|patch| patch.path.as_str());
        paths.contains(node.file.as_str()) || patch.is_some_and(|path| paths.contains(path))
    };
    let found = head.all_nodes().filter(|node| is_in_them(node) || is_named(node));
    Some(found.map(|node| node.unique_id.as_str()).collect())
}

/// Those that changed files define or describe, now or in the base.
fn described<'p>(head: &'p Project, base: &Tree, changes: &Changes) -> HashSet<&'p str> {
    let paths: HashSet<&str> = changes.iter().flat_map(|(path, kind)| paths(path, kind)).collect();
    let texts = paths.iter().flat_map(|path| texts(path, [&head.tree, base]));
    let names: HashSet<&str> = texts.flat_map(entries).chain(paths.iter().map(|path| stem(path))).collect();
    let is_described = |node: &Node| {
        let patch = node.patch.as_ref().map(|patch| patch.path.as_str());
        names.contains(node.name.as_str())
            || paths.contains(node.file.as_str())
            || patch.is_some_and(|path| paths.contains(path))
    };
    let found = head.all_nodes().filter(|node| is_described(node));
    found.map(|node| node.unique_id.as_str()).collect()
}

impl Bodies {
    /// The bodies of what a change of files can matter to.
    pub fn of_change(head: &Project, policy: &Policy, base: &Tree, changes: &Changes) -> Self {
        let Some(changed) = changed(head, base, changes) else { return Self::all(head, policy) };
        let graph = Graph::new(head);
        let (mut moving, mut touched) = (changed.clone(), changed.clone());
        let mut bodies = Self::of(head, policy, &changed);
        let mut next = changed.clone();
        while !next.is_empty() {
            let readers = next.iter().flat_map(|id| graph.children(id)).copied();
            let readers: HashSet<&str> = readers.filter(|id| !moving.contains(id)).collect();
            bodies.read(head, policy, &readers);
            let goes_on = |id: &&str| {
                let has_its_sql = |parent: &&&str| head.node(parent).is_some_and(|parent| parent.is_ephemeral());
                let mut parents = graph.parents(id).iter().filter(|parent| moving.contains(**parent));
                parents.clone().any(|parent| has_its_sql(&parent))
                    || head.node(id).is_some_and(|node| {
                        let taken_over = bodies.taken_over(node);
                        parents.any(|parent| taken_over.contains(parent))
                    })
            };
            next = readers.iter().copied().filter(goes_on).collect();
            touched.extend(readers);
            moving.extend(&next);
        }
        let owned = |ids: HashSet<&str>| ids.into_iter().map(str::to_owned).collect();
        let described = described(head, base, changes);
        bodies.touched = Some(Touched { described: owned(described), all: owned(touched) });
        bodies
    }
}

/// Where a changed file is, and where it was.
fn paths<'c>(path: &'c str, kind: &'c ChangeKind) -> impl Iterator<Item = &'c str> {
    let before = if let ChangeKind::Renamed(from) = kind { Some(from.as_str()) } else { None };
    [path].into_iter().chain(before)
}

/// The names that a file may give to a node: its own, and those that it says as a property file, today or before.
fn names<'t>(path: &'t str, trees: [&'t Tree; 2]) -> HashSet<&'t str> {
    texts(path, trees).flat_map(words).chain([stem(path)]).collect()
}

/// What a property file says, today and before; nothing of other files.
fn texts<'t>(path: &'t str, trees: [&'t Tree; 2]) -> impl Iterator<Item = &'t str> {
    let is_yaml = path.ends_with(".yml") || path.ends_with(".yaml");
    trees.into_iter().filter(move |_| is_yaml).filter_map(move |tree| tree.find(path)?.text().ok())
}

/// The names of the entries of a property file, and perhaps more: every word where a `*` may stand for a name.
fn entries(text: &str) -> impl Iterator<Item = &str> {
    let may_be_alias = text.contains('*');
    let pairs = words(text).zip(words(text).skip(1));
    pairs.filter(move |(before, _)| may_be_alias || *before == "name").map(|(_, word)| word)
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | '-' | '.')).filter(|word| !word.is_empty())
}
