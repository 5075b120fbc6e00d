//! Property files and drafts in, every node of the project out, before references are resolved.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use rayon::prelude::*;

use super::ById;
use super::drafts::{self, Draft};
use super::entries::{self, Entry, PropertyFile};
use super::finish::{self, Said};
use super::known::Known;
use super::names::Namer;
use super::node::{Node, ResourceType};
use super::problem::{Problem, ProblemKind};
use super::reader::Reader;
use super::resolve::Lookup;
use super::source_table::Described;
use super::{SourceTable, group, others, patches, snapshot_entry, source_table, tests};
use crate::PIECE;

/// Everything that files define, before references are resolved.
#[derive(Default)]
pub(super) struct Parts {
    pub nodes: ById<Arc<Node>>,
    pub sources: ById<SourceTable>,
    pub others: ById<Arc<Node>>,
    pub groups: Vec<group::Group>,
    pub disabled: Vec<Arc<Node>>,
    pub macro_patches: HashMap<String, patches::MacroPatch>,
}

impl Parts {
    /// Sorts a node to those that count or to the disabled ones.
    fn add(&mut self, node: Arc<Node>, problems: &mut Vec<Problem>) {
        let is_enabled = node.config.get("enabled") != Some(&serde_json::Value::Bool(false));
        if !is_enabled {
            self.disabled.push(node);
            return;
        }
        let others = matches!(
            node.resource_type,
            ResourceType::Exposure
                | ResourceType::Metric
                | ResourceType::SemanticModel
                | ResourceType::SavedQuery
                | ResourceType::UnitTest
        );
        let nodes = if others { &mut self.others } else { &mut self.nodes };
        match nodes.get(&node.unique_id) {
            // dbt keeps the last of two tests that differ in their configs only.
            Some(_) if node.test.is_some() => drop(nodes.insert(node.unique_id.clone(), node)),
            Some(known) => problems.push(twice(&node, known)),
            None => drop(nodes.insert(node.unique_id.clone(), node)),
        }
    }
}

/// What is being put together, and what it is made of.
struct Assembly<'a> {
    reader: &'a Reader<'a>,
    files: &'a [Arc<PropertyFile>],
    known: Option<&'a Known<'a>>,
    parts: Parts,
    /// Property files of which the other state knows everything.
    same_files: HashSet<&'a str>,
}

/// The entries of nodes that have files of their own, by kind.
type OfFiles<'f> = [(ResourceType, Vec<Entry<'f>>); 5];

/// Reads everything that files define.
pub(super) fn read(
    reader: &Reader<'_>,
    files: &[Arc<PropertyFile>],
    known: Option<&Known<'_>>,
    problems: &mut Vec<Problem>,
) -> Parts {
    let keys = [
        (ResourceType::Model, "models"),
        (ResourceType::Seed, "seeds"),
        (ResourceType::Snapshot, "snapshots"),
        (ResourceType::Analysis, "analyses"),
        (ResourceType::Test, "data_tests"),
    ];
    let entries = keys.map(|(kind, key)| (kind, entries::entries(reader, files, key, problems)));
    let sources = entries::entries(reader, files, "sources", problems);
    let mut assembly = Assembly { reader, files, known, parts: Parts::default(), same_files: HashSet::new() };
    assembly.nodes(&entries, problems);
    assembly.same_files =
        known.map(|known| known.same_files(files, &sources, &assembly.parts.nodes)).unwrap_or_default();
    let new_sources: Vec<Entry<'_>> = sources.into_iter().filter(|entry| assembly.is_new(entry)).collect();
    let tables = source_table::tables(reader, &new_sources, problems);
    assembly.tests(&entries, &tables, problems);
    assembly.sources(tables, problems);
    assembly.rest(problems);
    assembly.parts
}

impl<'a> Assembly<'a> {
    fn is_new(&self, entry: &Entry<'_>) -> bool {
        !self.same_files.contains(entry.file.path.as_str())
    }

    /// Models, seeds, snapshots, analyses, singular tests and operations.
    fn nodes(&mut self, entries: &OfFiles<'_>, problems: &mut Vec<Problem>) {
        let (reader, known) = (self.reader, self.known);
        let mut drafts = drafts::drafts(reader);
        let snapshots =
            entries.iter().filter(|(kind, _)| *kind == ResourceType::Snapshot).flat_map(|(_, entries)| entries);
        drafts.extend(snapshots.filter_map(|entry| snapshot_entry::read(reader, entry, problems)));
        let said = patches::matched(reader, &drafts, entries, problems);
        let finish_one = |namer: &mut Namer<'a>, (draft, said): (Draft, Option<Said<'_>>)| {
            if let Some(node) = known.and_then(|known| known.node(reader, &draft, said.as_ref())) {
                return (node, Vec::new());
            }
            let (node, problems) = finish::finish(reader, namer, draft, said.as_ref());
            (Arc::new(node), problems)
        };
        let finished: Vec<(Arc<Node>, Vec<Problem>)> =
            drafts.into_par_iter().zip(said).with_max_len(PIECE).map_init(|| Namer::new(reader), finish_one).collect();
        for (node, found) in finished {
            problems.extend(found);
            self.parts.add(node, problems);
        }
    }

    /// The generic tests of nodes and sources.
    fn tests(&mut self, entries: &OfFiles<'_>, tables: &[Described<'_>], problems: &mut Vec<Problem>) {
        let reader = self.reader;
        let lookup = Lookup::new(self.parts.nodes.values()).with_disabled(&self.parts.disabled);
        let parts = &self.parts;
        let attached = |id: &str| {
            let disabled = || parts.disabled.iter().find(|node| node.unique_id == id);
            parts.nodes.get(id).or_else(disabled)
        };
        let mut found = Vec::new();
        for (kind, entries) in entries.iter().filter(|(kind, _)| kind.is_refable()) {
            let entries: Vec<&Entry<'_>> = entries.iter().filter(|entry| self.is_new(entry)).collect();
            found.extend(tests::of_nodes(reader, (&lookup, &attached), *kind, &entries, problems));
        }
        found.extend(tests::of_sources(reader, &attached, tables, problems));
        self.parts.nodes.reserve(found.len());
        found.into_iter().for_each(|node| self.parts.add(node, problems));
        let known = self.known.into_iter().flat_map(|known| known.tests(&self.same_files));
        known.for_each(|node| self.parts.add(Arc::clone(node), problems));
    }

    fn sources(&mut self, tables: Vec<Described<'_>>, problems: &mut Vec<Problem>) {
        if let Some(known) = self.known {
            self.parts.sources.extend(known.tables(&self.same_files));
            self.parts.disabled.extend(known.disabled_tables(&self.same_files));
        }
        for Described { found: table, .. } in tables {
            if table.config.get("enabled") == Some(&serde_json::Value::Bool(false)) {
                self.parts.disabled.push(Arc::clone(table.node()));
            } else if let Some(known) = self.parts.sources.get(&table.unique_id) {
                problems.push(twice(&table, known));
            } else {
                self.parts.sources.insert(table.unique_id.clone(), table);
            }
        }
    }

    /// What only property files define.
    fn rest(&mut self, problems: &mut Vec<Problem>) {
        let (reader, files) = (self.reader, self.files);
        let others = others::read(reader, files, (&self.parts.nodes, &self.parts.disabled), problems);
        others.into_iter().for_each(|node| self.parts.add(Arc::new(node), problems));
        let groups = entries::entries(reader, files, "groups", problems);
        self.parts.groups = groups.iter().filter_map(|entry| group::read(reader, entry, problems)).collect();
        let macros = entries::entries(reader, files, "macros", problems);
        self.parts.macro_patches = patches::of_macros(reader, &macros, problems);
    }
}

fn twice(node: &Node, known: &Node) -> Problem {
    let kind = node.resource_type;
    let message =
        format!("there are two of the {kind} `{}`: every {kind} needs a name of its own", node.display_name());
    Problem::new(ProblemKind::DuplicateName, message, node.place.clone())
        .related(known.place.clone(), "this one has the same name")
        .help("rename one of the two")
}
