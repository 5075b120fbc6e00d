//! References in, what they lead to out. Behaviour: dbt's "ref" and "source".

use std::sync::Arc;

use foldhash::{HashMap, HashSet};
use rayon::prelude::*;

use super::ById;
use super::node::{Node, ResourceType, Version};
use super::problem::{Problem, ProblemKind, did_you_mean};
use super::{Project, SourceTable, semantic_links};
use crate::PIECE;
use crate::finding::Place;
use crate::jinja::rewrite::{Marks, rewrite};
use crate::jinja::scope::{Asked, RefKey};

/// Where dbt looks for a name that stands in `own` package: the root project, that package, then any.
pub fn packages<'a>(root: &'a str, own: &'a str, named: Option<&'a str>, own_first: bool) -> Vec<Option<&'a str>> {
    match named {
        Some(package) => vec![Some(package)],
        None if root == own => vec![Some(root), None],
        None if own_first => vec![Some(own), Some(root), None],
        None => vec![Some(root), Some(own), None],
    }
}

/// What names lead to: nodes by name and version, in each package.
#[derive(Debug, Default)]
pub struct Lookup {
    names: HashMap<String, Vec<Arc<Node>>>,
    /// The ids of disabled nodes by name.
    disabled: HashMap<String, String>,
}

impl Lookup {
    /// Indexes the nodes that can be referred to.
    pub fn new<'n>(nodes: impl IntoIterator<Item = &'n Arc<Node>>) -> Self {
        let mut lookup = Self::default();
        for node in nodes.into_iter().filter(|node| node.resource_type.is_refable()) {
            lookup.names.entry(node.name.clone()).or_default().push(Arc::clone(node));
        }
        lookup
    }

    /// The same, and the disabled nodes, for tests that are attached to them.
    pub(super) fn with_disabled(mut self, disabled: &[Arc<Node>]) -> Self {
        let refable = disabled.iter().filter(|node| node.resource_type.is_refable());
        self.disabled = refable.map(|node| (node.name.clone(), node.unique_id.clone())).collect();
        self
    }

    /// The id of a disabled node.
    pub(super) fn disabled(&self, name: &str) -> Option<&str> {
        self.disabled.get(name).map(String::as_str)
    }

    fn in_package(&self, package: Option<&str>, name: &str, version: Option<&Version>) -> Option<&Arc<Node>> {
        let of_name = self.names.get(name)?.iter();
        let mut of_package = of_name.filter(|node| package.is_none_or(|package| package == node.package));
        // Of a model and a seed with one name dbt means the one that it read last.
        of_package.rfind(|node| match (&node.model.version, version) {
            (Some(known), Some(version)) => known == version,
            (Some(_), None) => node.is_latest(),
            (None, version) => version.is_none(),
        })
    }

    /// The node that a reference means: the pinned version, else the latest, else the one of that name.
    pub fn find(&self, packages: &[Option<&str>], key: &RefKey) -> Option<&Arc<Node>> {
        let version = key.version.as_ref().filter(|version| !version.is_falsy());
        packages.iter().find_map(|package| self.in_package(*package, &key.name, version))
    }

    /// The id of the node that a test of a property file of `package` is attached to.
    pub(super) fn attached(&self, name: &str, package: &str, version: Option<&Version>) -> Option<&str> {
        let version = version.filter(|version| !version.is_falsy());
        self.in_package(Some(package), name, version).map(|node| node.unique_id.as_str())
    }

    /// Every node of a name, all versions.
    pub fn all(&self, name: &str) -> &[Arc<Node>] {
        self.names.get(name).map_or(&[], Vec::as_slice)
    }

    /// Every node that can be referred to.
    pub(super) fn nodes(&self) -> impl Iterator<Item = &Arc<Node>> {
        self.names.values().flatten()
    }

    /// Every name.
    fn names(&self) -> impl Iterator<Item = &str> {
        self.names.keys().map(String::as_str)
    }
}

/// The node that a reference in the package `from` means.
pub fn find_ref<'p>(project: &'p Project, from: &str, key: &RefKey) -> Option<&'p Arc<Node>> {
    find_with(project, &project.lookup, from, key)
}

fn find_with<'l>(project: &Project, lookup: &'l Lookup, from: &str, key: &RefKey) -> Option<&'l Arc<Node>> {
    let own_first = project.given.searches_own_package_first;
    lookup.find(&packages(&project.name, from, key.package.as_deref(), own_first), key)
}

/// The source table that `source('a', 'b')` means in `from`.
pub fn find_source<'p>(
    project: &'p Project,
    from: &str,
    (source, table): &(String, String),
) -> Option<&'p SourceTable> {
    let of_package = |package: &str| project.sources.get(&format!("source.{package}.{source}.{table}"));
    let own_first = project.given.searches_own_package_first;
    packages(&project.name, from, None, own_first).into_iter().find_map(|package| match package {
        Some(package) => of_package(package),
        None => project.packages.iter().find_map(|package| of_package(package.name())),
    })
}

/// What one node's references lead to.
#[derive(Debug, Default)]
struct Resolved {
    depends_on: Vec<String>,
    problems: Vec<Problem>,
    /// A reference leads nowhere, or to what is disabled.
    is_lost: bool,
}

/// Sets what every node depends on, reports what leads nowhere, and takes out the tests that lead to what is disabled.
pub fn resolve(project: &mut Project) {
    let lookup = Lookup::new(project.nodes.values());
    let disabled: HashSet<&str> = project
        .disabled
        .iter()
        .filter(|node| node.resource_type.is_refable() || node.resource_type == ResourceType::Source)
        .map(|node| node.name.as_str())
        .collect();
    let refers = |node: &Node| !node.refs.is_empty() || !node.sources.is_empty() || !node.metrics.is_empty();
    let one = |node: &Arc<Node>| match refers(node) {
        true => of_node(project, &lookup, node, &disabled),
        false => Resolved { depends_on: node.depends_on.clone(), ..Resolved::default() },
    };
    let of = |nodes: &ById<Arc<Node>>| -> Vec<Resolved> {
        let nodes: Vec<&Arc<Node>> = nodes.values().collect();
        nodes.into_par_iter().with_max_len(PIECE).map(one).collect()
    };
    let (of_nodes, of_others) = (of(&project.nodes), of(&project.others));
    drop((lookup, disabled));
    project.lost_tests = take(&mut project.nodes, of_nodes, &mut project.problems);
    take(&mut project.others, of_others, &mut project.problems);
    project.lookup = Lookup::new(project.nodes.values());
}

/// Tells the nodes what they depend on, and takes out the tests that are lost.
fn take(nodes: &mut ById<Arc<Node>>, resolved: Vec<Resolved>, problems: &mut Vec<Problem>) -> Vec<Arc<Node>> {
    let mut lost = Vec::new();
    let mut pairs: Vec<(&mut Arc<Node>, Resolved)> = nodes.values_mut().zip(resolved).collect();
    for (node, found) in &mut pairs {
        problems.append(&mut found.problems);
        if found.is_lost && node.resource_type == ResourceType::Test {
            lost.push(node.unique_id.clone());
        }
    }
    pairs.into_par_iter().with_max_len(PIECE).for_each(|(node, found)| {
        if node.depends_on != found.depends_on || found.is_lost {
            let node = Arc::make_mut(node);
            node.depends_on = found.depends_on;
            node.is_broken |= found.is_lost && node.resource_type != ResourceType::Test;
        }
    });
    let take_out = |id: &String| {
        let mut node = nodes.shift_remove(id)?;
        Arc::make_mut(&mut Arc::make_mut(&mut node).config).insert("enabled", false.into());
        Some(node)
    };
    lost.iter().filter_map(take_out).collect()
}

fn of_node(project: &Project, lookup: &Lookup, node: &Node, disabled: &HashSet<&str>) -> Resolved {
    // What is known before, of unit tests and saved queries, stays first.
    let mut before = if node.resource_type.is_of_nodes() { Vec::new() } else { node.depends_on.clone() };
    before.reserve_exact(node.refs.len() + node.sources.len());
    let mut resolved = Resolved { depends_on: before, ..Resolved::default() };
    let add = |resolved: &mut Resolved, id: &str| {
        if !resolved.depends_on.iter().any(|known| known == id) {
            resolved.depends_on.push(id.to_owned());
        }
    };
    for asked in &node.sources {
        match find_source(project, &node.package, &asked.what) {
            Some(found) => add(&mut resolved, &found.unique_id),
            None => {
                resolved.is_lost = true;
                let is_disabled = disabled.contains(asked.what.1.as_str()) && is_disabled_source(project, &asked.what);
                resolved.problems.extend(lost_source(project, node, asked, is_disabled));
            }
        }
    }
    for asked in &node.refs {
        match find_with(project, lookup, &node.package, &asked.what) {
            Some(found) => {
                resolved.problems.extend(refused(project, node, found, asked));
                add(&mut resolved, &found.unique_id);
            }
            None => {
                resolved.is_lost = true;
                let is_disabled = disabled.contains(asked.what.name.as_str());
                resolved.problems.extend(lost_ref(project, lookup, node, asked, is_disabled));
            }
        }
    }
    for metric in &node.metrics {
        let (package, name) = match metric.as_slice() {
            [package, name] => (Some(package.as_str()), name),
            [name] => (None, name),
            _ => continue,
        };
        let mut metrics = project.others.values().filter(|known| {
            known.resource_type == ResourceType::Metric
                && known.name == *name
                && package.is_none_or(|package| known.package == package)
        });
        match metrics.next() {
            Some(found) => add(&mut resolved, &found.unique_id),
            None => {
                let message = format!("there is no metric named `{name}`");
                let place = semantic_links::mention(project, node, name);
                let problem = Problem::new(ProblemKind::UnresolvedReference, message, place);
                let metrics = project.others.values().filter(|known| known.resource_type == ResourceType::Metric);
                let near = did_you_mean(name, metrics.map(|known| known.name.as_str()));
                let help = "metrics are declared under `metrics:` in a property file";
                let help = near.map_or_else(|| help.to_owned(), |near| format!("did you mean `{near}`?"));
                resolved.problems.push(problem.help(help));
            }
        }
    }
    resolved
}

fn is_disabled_source(project: &Project, (source, table): &(String, String)) -> bool {
    let suffix = format!(".{source}.{table}");
    project.disabled.iter().any(|node| node.unique_id.starts_with("source.") && node.unique_id.ends_with(&suffix))
}

/// A model that may not be referred to from here: dbt's `access:`.
fn refused(project: &Project, node: &Node, found: &Node, asked: &Asked<RefKey>) -> Option<Problem> {
    if found.resource_type != ResourceType::Model || node.unique_id == found.unique_id {
        return None;
    }
    let is_closed = node.package != found.package
        && project.packages.iter().any(|package| package.name() == found.package && package.file.restricts_access);
    let (message, help) = match found.access() {
        "private" if found.group.is_none() => (
            format!("`{}` is private and belongs to no group, so that nothing may refer to it", found.display_name()),
            "ask its owners to make it `access: protected`, or to give it and this model one `group`".to_owned(),
        ),
        "private" if node.group.is_none() || node.group != found.group || is_closed => {
            let group = found.group.clone().unwrap_or_default();
            (
                format!(
                    "`{}` is private to the group `{group}`, and `{}` is not in it",
                    found.display_name(),
                    node.name
                ),
                format!(
                    "ask the owners of `{group}` to make it `access: protected`, or to add this model to their group"
                ),
            )
        }
        "protected" if is_closed => (
            format!("`{}` is protected: only the package `{}` may refer to it", found.display_name(), found.package),
            "ask its owners to make it `access: public`".to_owned(),
        ),
        _ => return None,
    };
    let place = call_place(project, node, asked.at);
    let problem = Problem::new(ProblemKind::Access, message, place).help(help);
    Some(problem.related(found.patch.clone().unwrap_or_else(|| found.place.clone()), "it is declared here"))
}

/// Where a call stands: its text in the node's own file, or the node.
pub fn call_place(project: &Project, node: &Node, at: Option<usize>) -> Place {
    let Some(start) = at.filter(|_| node.place.span.is_none()) else { return node.place.clone() };
    let text = project.text(&node.file);
    let range = node.raw_start..(node.raw_start + node.raw.len()).min(text.len());
    let calls = rewrite(text, range, Marks::None).map(|template| template.calls).unwrap_or_default();
    let call = calls.iter().find(|call| call.span.start == start);
    let end = call.map_or(start + 1, |call| call.span.end).min(text.len());
    Place::span(node.file.clone(), start..end)
}

/// dbt stops at a model that refers to nothing, and leaves a test out.
fn kind_of(node: &Node) -> ProblemKind {
    if node.resource_type == ResourceType::Test { ProblemKind::LostTest } else { ProblemKind::UnresolvedReference }
}

fn lost_ref(
    project: &Project,
    lookup: &Lookup,
    node: &Node,
    asked: &Asked<RefKey>,
    is_disabled: bool,
) -> Option<Problem> {
    let key = &asked.what;
    if is_disabled && node.resource_type == ResourceType::Test {
        // dbt takes the test out without a word: what it tests is out too.
        return None;
    }
    let place = call_place(project, node, asked.at);
    let kind = kind_of(node);
    let unresolved = |message: String| Problem::new(kind, message, place.clone());
    let named = lookup.all(&key.name);
    let problem = match &key.version {
        Some(version) if !named.is_empty() => {
            let versions: Vec<String> =
                named.iter().filter_map(|known| known.model.version.as_ref().map(ToString::to_string)).collect();
            let problem = unresolved(format!("`{}` has no version {version}", key.name));
            if versions.is_empty() {
                problem.help("it has no versions; leave `v=` out")
            } else {
                problem.help(format!("its versions are {}", versions.join(", ")))
            }
        }
        None if is_disabled && named.is_empty() => {
            let disabled =
                project.disabled.iter().find(|known| known.name == key.name && known.resource_type.is_refable());
            let problem = unresolved(format!("`{}` is disabled, so nothing can refer to it", key.name))
                .help("take `enabled: false` out of its config, or refer to something else");
            match disabled {
                Some(disabled) => problem.related(disabled.place.clone(), "it is here, with `enabled: false`"),
                None => problem,
            }
        }
        _ => {
            let problem = unresolved(format!("there is no model or seed named `{}`", key.name));
            let names = lookup.names().filter(|name| *name != node.name);
            match did_you_mean(&key.name, names) {
                Some(name) => problem.help(format!("did you mean `{name}`?")),
                None => problem.help("check the name: it is the file's name without `.sql` or `.csv`"),
            }
        }
    };
    Some(problem)
}

fn lost_source(project: &Project, node: &Node, asked: &Asked<(String, String)>, is_disabled: bool) -> Option<Problem> {
    let (source, table) = &asked.what;
    if is_disabled && node.resource_type == ResourceType::Test {
        return None;
    }
    let place = call_place(project, node, asked.at);
    let kind = kind_of(node);
    if is_disabled {
        let message = format!("the source table `{source}.{table}` is disabled, so nothing can refer to it");
        return Some(Problem::new(kind, message, place).help("take `enabled: false` out of its config"));
    }
    let of_source: Vec<&SourceTable> = project.sources.values().filter(|known| known.source_name == *source).collect();
    if of_source.is_empty() {
        let near = did_you_mean(source, project.sources.values().map(|known| known.source_name.as_str()));
        let help = near.map_or_else(
            || "add it under models/sources/, or check its name there".to_owned(),
            |name| format!("did you mean `{name}`?"),
        );
        return Some(Problem::new(kind, format!("there is no source named `{source}`"), place).help(help));
    }
    let near = did_you_mean(table, of_source.iter().map(|known| known.name.as_str()));
    let help = near.map_or_else(
        || format!("its tables are listed in {}", of_source[0].place.path),
        |name| format!("did you mean `{name}`?"),
    );
    Some(Problem::new(kind, format!("the source `{source}` has no table `{table}`"), place).help(help))
}
