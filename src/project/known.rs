//! Another state of the project, read already: what is the same in both is not read twice.
//!
//! A node is the same when everything that decides about it is: its file, the property file that describes it, and the
//! *world*, which is every `dbt_project.yml`, macro and docs block. Files are the same when they share their bytes.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::ById;
use super::drafts::Draft;
use super::entries::{Entry, PropertyFile};
use super::finish::Said;
use super::node::{Node, ResourceType};
use super::package::Package;
use super::reader::Reader;
use super::{Project, SourceTable};
use crate::source::Tree;

/// The other state, by file.
pub(super) struct Known<'k> {
    pub project: &'k Project,
    /// Everything that can decide about any node is the same.
    pub has_same_world: bool,
    nodes: HashMap<&'k str, Vec<&'k Arc<Node>>>,
    files: HashMap<&'k str, &'k Arc<PropertyFile>>,
    /// The files of which something was told: they are read again, so that it is told again.
    told: HashSet<&'k str>,
}

impl<'k> Known<'k> {
    pub(super) fn new(project: &'k Project, tree: &Tree, packages: &[Package]) -> Self {
        let mut nodes: HashMap<&str, Vec<&Arc<Node>>> = HashMap::new();
        let lost = &project.lost_tests;
        for node in project.nodes.values().chain(&project.disabled).chain(lost) {
            nodes.entry(&node.file).or_default().push(node);
        }
        Self {
            project,
            has_same_world: has_same_world(project, tree, packages),
            nodes,
            files: project.property_files.iter().map(|file| (file.path.as_str(), file)).collect(),
            told: project.problems.iter().map(|problem| problem.place.path.as_str()).collect(),
        }
    }

    /// The node that a draft would become, when nothing that decides about it differs.
    pub(super) fn node(&self, reader: &Reader<'_>, draft: &Draft, said: Option<&Said<'_>>) -> Option<Arc<Node>> {
        let path = draft.node.file.as_str();
        let is_same_file = self.has_same_world && self.is_same(reader.tree, path) && !self.told.contains(path);
        let [node] = self.nodes.get(path).filter(|_| is_same_file)?.as_slice() else { return None };
        let is_same_patch = match (&node.patch, said) {
            (None, None) => true,
            (Some(patch), Some(said)) => {
                let file = self.files.get(patch.path.as_str()).filter(|_| !self.told.contains(patch.path.as_str()));
                file.is_some_and(|file| std::ptr::eq(Arc::as_ptr(file), said.entry.file))
            }
            _ => false,
        };
        let is_whole = node.resource_type == draft.node.resource_type && !node.is_broken;
        (is_same_patch && is_whole).then(|| Arc::clone(node))
    }

    fn is_same(&self, tree: &Tree, path: &str) -> bool {
        is_same(&self.project.tree, tree, path)
    }

    /// The property files whose sources and tests are the same as in the other state.
    pub(super) fn same_files<'f>(
        &self,
        files: &'f [Arc<PropertyFile>],
        sources: &[Entry<'_>],
        nodes: &ById<Arc<Node>>,
    ) -> HashSet<&'f str> {
        // What overrides a source decides about another file.
        let overrides = sources.iter().any(|entry| entry.yaml.get("overrides").is_some());
        if !self.has_same_world || overrides {
            return HashSet::new();
        }
        let is_same = |file: &&'f Arc<PropertyFile>| {
            let known = self.files.get(file.path.as_str()).is_some_and(|known| Arc::ptr_eq(known, file));
            let tests = self.nodes.get(file.path.as_str()).map_or(&[][..], Vec::as_slice);
            let tests = || tests.iter().filter_map(|test| Some((test, test.test.as_ref()?.attached_to.as_ref()?)));
            let keep_their_group = || {
                tests().all(|(test, attached)| nodes.get(attached).is_some_and(|attached| attached.group == test.group))
            };
            known && !self.told.contains(file.path.as_str()) && keep_their_group()
        };
        files.iter().filter(is_same).map(|file| file.path.as_str()).collect()
    }

    /// The generic tests of these files.
    pub(super) fn tests<'s>(&'s self, files: &'s HashSet<&str>) -> impl Iterator<Item = &'k Arc<Node>> + 's {
        let of_file = |path: &&str| self.nodes.get(*path).map_or(&[][..], Vec::as_slice);
        let lost = |id: &str| self.project.lost_tests.iter().any(|lost| lost.unique_id == id);
        let found = files.iter().flat_map(of_file).copied();
        found.filter(move |node| node.test.is_some() && !lost(&node.unique_id))
    }

    /// The disabled tables of the sources of these files.
    pub(super) fn disabled_tables<'s>(&'s self, files: &'s HashSet<&str>) -> impl Iterator<Item = Arc<Node>> + 's {
        let is_one =
            |node: &&Arc<Node>| node.resource_type == ResourceType::Source && files.contains(node.file.as_str());
        self.project.disabled.iter().filter(is_one).cloned()
    }

    /// The tables of the sources of these files.
    pub(super) fn tables<'s>(&'s self, files: &'s HashSet<&str>) -> impl Iterator<Item = (String, SourceTable)> + 's {
        let tables = self.project.sources.values().filter(|table| files.contains(table.file.as_str()));
        tables.map(|table| (table.unique_id.clone(), table.clone()))
    }
}

fn is_same(one: &Tree, other: &Tree, path: &str) -> bool {
    matches!((one.find(path), other.find(path)), (Some(a), Some(b)) if a.bytes.is_same(&b.bytes))
}

/// Whether every file that can decide about any node is the same: settings, macros, docs blocks.
fn has_same_world(project: &Project, tree: &Tree, packages: &[Package]) -> bool {
    let names = |packages: &[Package]| packages.iter().map(|package| package.root.clone()).collect::<Vec<_>>();
    if names(&project.packages) != names(packages) {
        return false;
    }
    let decides = |path: &str| decides_about_all(packages, path);
    let deciding = |tree: &Tree| tree.iter().filter(|file| decides(&file.path)).count();
    let is_same_tree =
        tree.iter().filter(|file| decides(&file.path)).all(|file| is_same(&project.tree, tree, &file.path));
    is_same_tree && deciding(&project.tree) == deciding(tree)
}

/// Whether a file can decide about any node: settings, macros, docs blocks.
pub fn decides_about_all(packages: &[Package], path: &str) -> bool {
    let is_in_macros = packages.iter().any(|package| {
        let is_in = |folder: &str| path.strip_prefix(&package.join(folder)).is_some_and(|rest| rest.starts_with('/'));
        let file = &package.file;
        file.macro_paths.iter().any(|folder| is_in(folder))
            || file.test_paths.iter().any(|folder| is_in(&format!("{folder}/generic")))
    });
    is_in_macros || path.ends_with("dbt_project.yml") || path.ends_with(".md") || path.ends_with(".dbtignore")
}
