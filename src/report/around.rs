//! A project and what became of a plan in, what the report tells beside findings and outcomes out: where the tables are,
//! what reads them, how they hang together, and who owns them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::outputs::is_table;
use crate::deploy::{Outcome, Status};
use crate::plan::{Reason, Step, name_of};
use crate::project::graph::Graph;
use crate::project::{Node, Project, ResourceType};

/// What is around the change.
#[derive(Debug, Clone, Default)]
pub struct Around {
    /// The commit that was looked at.
    pub commit: String,
    /// When the run began, in UTC.
    pub started: Option<jiff::Timestamp>,
    pub links: Links,
    /// The target's name; nothing when tables are built on the embedded engine.
    pub target: Option<String>,
    /// What changed, and what is next to it.
    pub nodes: Vec<Near>,
    /// From what is read to what reads it, as places in `nodes`.
    pub edges: Vec<(usize, usize)>,
    /// Tables that the run has yet to build.
    pub to_come: Vec<ToCome>,
    /// What changed and leaves no table.
    pub others: Vec<Other>,
    /// What reads something that changed, and was not built.
    pub readers: Vec<Reader>,
    pub versions: Vec<Versioned>,
}

/// Addresses that cadet makes itself.
#[derive(Debug, Clone, Default)]
pub struct Links {
    /// What stands before a path of the repository, to see the file.
    pub files: Option<String>,
    /// The page of the run.
    pub run: Option<String>,
    /// The region whose console shows statements, when they are Athena's.
    pub console: Option<String>,
}

impl Links {
    /// The page of Athena's console.
    pub fn console_page(&self) -> Option<String> {
        let region = self.console.as_ref()?;
        Some(format!("https://{region}.console.aws.amazon.com/athena/home?region={region}"))
    }
}

/// A node in the graph of the change.
#[derive(Debug, Clone)]
pub struct Near {
    pub id: String,
    pub name: String,
    pub kind: ResourceType,
    /// Where it stands, from the project's folder.
    pub file: String,
    /// `database.table`, when it leaves one.
    pub table: Option<String>,
    /// How it ended; nothing when it was no part of the run.
    pub status: Option<Status>,
    /// It changed itself.
    pub is_changed: bool,
    /// How the tests of it ended.
    pub tests: Tests,
}

/// Something that changed and leaves no table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Other {
    pub name: String,
    /// What of it changed, in a few words.
    pub what: String,
    /// Where it stands, from the project's folder.
    pub file: String,
}

/// A table whose turn has not come yet, or has not ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToCome {
    pub id: String,
    /// Why it is in the plan.
    pub reason: String,
}

/// How tests ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tests {
    pub passed: usize,
    pub warned: usize,
    pub failed: usize,
}

/// What reads something that changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reader {
    pub name: String,
    /// `dashboard`, `metric`, `model`, …
    pub what: String,
    pub owner: Option<String>,
    /// What changed that it reads, directly or not.
    pub reads: Vec<String>,
}

/// A model with versions that is a part of the change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Versioned {
    pub name: String,
    pub version: String,
    pub latest: Option<String>,
    pub is_new: bool,
    /// The day it ends, as it was written.
    pub ends: Option<String>,
}

impl Around {
    /// Looks around what changed. `outcomes` are those known so far, and `left` are the steps that have none yet.
    pub fn of(project: &Project, changed: &BTreeMap<String, Reason>, (outcomes, left): (&[Outcome], &[&Step])) -> Self {
        let graph = Graph::new(project);
        let tests = tests(project, outcomes);
        let to_come = to_come(project, left);
        let mut ids: Vec<&str> =
            outcomes.iter().filter(|known| is_table(known.kind)).map(|known| known.id.as_str()).collect();
        ids.extend(to_come.iter().map(|table| table.id.as_str()));
        ids.extend(changed.keys().map(String::as_str).filter(|id| is_shown(project, id)));
        let next: Vec<&str> =
            ids.iter().flat_map(|id| graph.parents(id).iter().chain(graph.children(id))).copied().collect();
        ids.extend(next.into_iter().filter(|id| is_shown(project, id)));
        let mut seen = BTreeSet::new();
        ids.retain(|id| seen.insert(*id));
        let near = |id: &&str| {
            let node = project.node(id);
            Near {
                id: (*id).to_owned(),
                name: node.map_or_else(|| name_of(project, id), |node| node.display_name()),
                kind: node.map_or(ResourceType::Source, |node| node.resource_type),
                file: node.map(|node| node.file.clone()).unwrap_or_default(),
                table: node.filter(|node| node.has_relation()).and_then(|node| table(node)),
                status: outcomes.iter().find(|known| known.id == **id).map(|known| known.status),
                is_changed: changed.contains_key(*id),
                tests: tests.get(*id).copied().unwrap_or_default(),
            }
        };
        let place: BTreeMap<&str, usize> = ids.iter().enumerate().map(|(at, id)| (*id, at)).collect();
        let from = |(at, id): (usize, &&str)| {
            let parents = graph.parents(id).iter().filter_map(|parent| place.get(parent));
            parents.map(|parent| (*parent, at)).collect::<Vec<_>>()
        };
        Self {
            edges: ids.iter().enumerate().flat_map(from).collect(),
            nodes: ids.iter().map(near).collect(),
            readers: readers(project, &graph, changed, (outcomes, &to_come)),
            versions: versions(project, changed),
            to_come,
            ..Self::default()
        }
    }

    /// Whether the run has yet to build it.
    pub fn is_to_come(&self, id: &str) -> bool {
        self.to_come.iter().any(|table| table.id == id)
    }

    /// A node of the graph.
    pub fn node(&self, id: &str) -> Option<&Near> {
        self.nodes.iter().find(|node| node.id == id)
    }
}

/// Whether a node is shown in the graph: what holds rows, and what is made of them.
fn is_shown(project: &Project, id: &str) -> bool {
    match project.node(id) {
        Some(node) => is_table(node.resource_type) || node.resource_type == ResourceType::Exposure,
        None => project.sources.contains_key(id),
    }
}

/// The tables among the steps that are left.
fn to_come(project: &Project, left: &[&Step]) -> Vec<ToCome> {
    let is_table = |step: &&&Step| project.node(&step.id).is_some_and(|node| is_table(node.resource_type));
    let tables = left.iter().filter(is_table);
    tables.map(|step| ToCome { id: step.id.clone(), reason: step.reason.to_string() }).collect()
}

fn table(node: &Node) -> Option<String> {
    let relation = &node.relation;
    Some(format!("{}.{}", relation.schema.as_ref()?, relation.identifier.as_ref()?))
}

/// How the tests of each table ended.
fn tests<'p>(project: &'p Project, outcomes: &[Outcome]) -> BTreeMap<&'p str, Tests> {
    let mut all: BTreeMap<&str, Tests> = BTreeMap::new();
    for outcome in outcomes.iter().filter(|outcome| matches!(outcome.kind, ResourceType::Test | ResourceType::UnitTest))
    {
        let Some(node) = project.node(&outcome.id) else { continue };
        let attached = node.test.as_ref().and_then(|test| test.attached_to.as_ref());
        let Some(tested) = attached.or_else(|| node.depends_on.first()) else { continue };
        let tests = all.entry(tested).or_default();
        match outcome.status {
            Status::Pass | Status::Success => tests.passed += 1,
            Status::Warn => tests.warned += 1,
            Status::Fail | Status::Error => tests.failed += 1,
            Status::Skipped | Status::NotRun => {}
        }
    }
    all
}

/// What is downstream of the change and not built: what cadet does not build at all, and what it could not; what it has yet
/// to build is none of it.
fn readers(
    project: &Project,
    graph: &Graph<'_>,
    changed: &BTreeMap<String, Reason>,
    (outcomes, to_come): (&[Outcome], &[ToCome]),
) -> Vec<Reader> {
    let mut built: BTreeSet<&str> =
        outcomes.iter().filter(|known| known.status == Status::Success).map(|known| known.id.as_str()).collect();
    built.extend(to_come.iter().map(|table| table.id.as_str()));
    let mut reads: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for id in changed.keys().filter(|id| is_shown(project, id)) {
        for below in graph.descendants(id, None) {
            if !built.contains(below) && !changed.contains_key(below) {
                reads.entry(below).or_default().push(name_of(project, id));
            }
        }
    }
    let reader = |(id, reads): (&str, Vec<String>)| {
        let node = project.node(id)?;
        let is_told = match node.resource_type {
            ResourceType::Model => node.has_relation(),
            ResourceType::Snapshot | ResourceType::Exposure | ResourceType::Metric | ResourceType::SavedQuery => true,
            _ => false,
        };
        is_told.then(|| Reader { name: node.display_name(), what: what(node), owner: owner(project, node), reads })
    };
    let mut readers: Vec<Reader> = reads.into_iter().filter_map(reader).collect();
    readers.sort_by(|a, b| (&a.what == "model", &a.what, &a.name).cmp(&(&b.what == "model", &b.what, &b.name)));
    readers
}

fn what(node: &Node) -> String {
    let kind = node.body.get("type").and_then(|kind| kind.as_str());
    match node.resource_type {
        ResourceType::Exposure => kind.unwrap_or("exposure").to_owned(),
        other => other.name().replace('_', " "),
    }
}

/// Who owns it: what is said of it, else of its group.
fn owner(project: &Project, node: &Arc<Node>) -> Option<String> {
    let of = |owner: &serde_json::Map<String, serde_json::Value>| {
        let text = |key: &str| owner.get(key).and_then(|value| value.as_str()).map(str::to_owned);
        text("name").or_else(|| text("email"))
    };
    let own = node.body.get("owner").and_then(|owner| owner.as_object()).and_then(of);
    let group = || of(&project.groups.iter().find(|group| Some(&group.name) == node.group.as_ref())?.owner);
    let meta = || node.meta.get("owner").and_then(|owner| owner.as_str()).map(str::to_owned);
    own.or_else(group).or_else(meta)
}

fn versions(project: &Project, changed: &BTreeMap<String, Reason>) -> Vec<Versioned> {
    let model = |(id, reason): (&String, &Reason)| {
        let node = project.nodes.get(id).filter(|node| node.resource_type == ResourceType::Model)?;
        let (version, ends) = (node.model.version.as_ref(), node.model.deprecation_date.as_ref());
        (version.is_some() || ends.is_some()).then(|| Versioned {
            name: node.name.clone(),
            version: version.map(ToString::to_string).unwrap_or_default(),
            latest: node.model.latest_version.as_ref().map(ToString::to_string),
            is_new: *reason == Reason::New,
            ends: ends.cloned(),
        })
    };
    changed.iter().filter_map(model).collect()
}
