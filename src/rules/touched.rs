//! What a change of files can matter to: all other nodes are as they were, and need not be judged.
//!
//! A change of a node matters to what reads it. It goes on from there only where the reader takes over all columns with a
//! `*`, or reads an ephemeral model, whose SQL becomes a part of its own.

use std::collections::HashSet;
use std::sync::Arc;

use super::bodies::{Bodies, Touched};
use crate::jinja::lexer::{Part, lex};
use crate::project::graph::Graph;
use crate::project::known::decides_about_all;
use crate::project::{Node, Project};
use crate::settings::Policy;
use crate::source::changes::Changes;
use crate::source::file::stem;
use crate::source::{ChangeKind, Tree};

/// The names that changed files may give to nodes, today or before.
fn names<'c>(paths: &HashSet<&'c str>, trees: [&'c Tree; 2]) -> HashSet<&'c str> {
    let texts = paths.iter().flat_map(|path| texts(path, trees));
    texts.flat_map(entries).chain(paths.iter().map(|path| stem(path))).collect()
}

/// The nodes, by unique id, that files define or describe, or that have one of these names.
fn described<'p>(
    nodes: impl Iterator<Item = &'p Arc<Node>>,
    paths: &HashSet<&str>,
    names: &HashSet<&str>,
) -> HashSet<&'p str> {
    let is_described = |node: &&Arc<Node>| {
        let patch = node.patch.as_ref().map(|patch| patch.path.as_str());
        names.contains(node.name.as_str())
            || paths.contains(node.file.as_str())
            || patch.is_some_and(|path| paths.contains(path))
    };
    nodes.filter(is_described).map(|node| node.unique_id.as_str()).collect()
}

/// Those that name one of them, whether it is there or not.
fn naming<'p>(head: &'p Project, names: &HashSet<&str>) -> HashSet<&'p str> {
    let is_naming = |node: &Node| node.refs.iter().any(|asked| names.contains(asked.what.name.as_str()));
    head.all_nodes().filter(|node| is_naming(node)).map(|node| node.unique_id.as_str()).collect()
}

impl Bodies {
    /// The bodies of what a change of files can matter to.
    pub fn of_change(head: &Project, policy: &Policy, base: &Tree, changes: &Changes) -> Self {
        let paths: HashSet<&str> = changes.iter().flat_map(|(path, kind)| paths(path, kind)).collect();
        if paths.iter().any(|path| decides_about_all(&head.packages, path)) {
            return Self::all(head, policy);
        }
        let names = names(&paths, [&head.tree, base]);
        let found = || (described(head.all_nodes(), &paths, &names), naming(head, &names));
        let (graph, (described, mut naming)) = rayon::join(|| Graph::new(head), found);
        let (mut moving, mut touched, mut next) = (described.clone(), described.clone(), described.clone());
        let mut bodies = Self::of(head, policy, &described);
        while !next.is_empty() || !naming.is_empty() {
            let readers = next.iter().flat_map(|id| graph.children(id)).copied().chain(naming.drain());
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
        let changes_sql =
            |path: &&String| changes[*path] == ChangeKind::Modified && has_same_tags(path, [&head.tree, base]);
        let only_sql: HashSet<&str> = changes.keys().filter(changes_sql).map(String::as_str).collect();
        let paths = &paths - &only_sql;
        let nodes = described.iter().filter_map(|id| head.node(id));
        let declared = self::described(nodes, &paths, &self::names(&paths, [&head.tree, base]));
        let owned = |ids: HashSet<&str>| ids.into_iter().map(str::to_owned).collect();
        bodies.touched = Some(Touched { declared: owned(declared), all: owned(touched) });
        bodies
    }
}

/// Where a changed file is, and where it was.
fn paths<'c>(path: &'c str, kind: &'c ChangeKind) -> impl Iterator<Item = &'c str> {
    let before = if let ChangeKind::Renamed(from) = kind { Some(from.as_str()) } else { None };
    [path].into_iter().chain(before)
}

/// Whether a model says the same to dbt as before, and only its SQL between the tags differs. A tag around SQL that is kept
/// for later, as in `{% set tags %}daily{% endset %}`, makes that unsure.
fn has_same_tags(path: &str, trees: [&Tree; 2]) -> bool {
    let [now, before] = trees.map(|tree| tree.find(path).and_then(|file| tags(file.text().ok()?)));
    path.ends_with(".sql") && now.is_some() && now == before
}

/// The tags and comments of a template, as they are written.
fn tags(text: &str) -> Option<Vec<&str>> {
    const PLAIN: &[&str] = &["if", "elif", "else", "endif", "for", "endfor", "do"];
    let tag = |part: Part| match part {
        Part::Text(_) => None,
        Part::Verbatim(range) => Some(Some(&text[range])),
        Part::Print(tag) => Some(Some(&text[tag.range])),
        Part::Statement(tag) => {
            let mut words = tag.tokens.iter().map(|token| token.text(text));
            let is_plain =
                words.next().is_some_and(|word| PLAIN.contains(&word) || (word == "set" && words.any(|it| it == "=")));
            Some(is_plain.then(|| &text[tag.range]))
        }
    };
    lex(text).ok()?.into_iter().filter_map(tag).collect()
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
