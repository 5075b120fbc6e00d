//! Stage 4: files in, one project out: nodes, sources, macros and what depends on what, as dbt-core reads it.
//!
//! Reading never stops: what cannot be read becomes a [`Problem`] with a place, and the rest is read all the same.

mod column;
pub mod config;
pub mod contract;
mod data_test;
pub mod deprecation;
mod drafts;
pub mod entries;
mod exposure;
mod facts;
pub(crate) mod fields;
pub mod files;
mod finish;
mod fixture;
pub mod fixture_place;
mod flat_graph;
pub mod given;
pub mod graph;
pub mod group;
mod identity;
mod keys;
pub mod known;
mod metric;
mod names;
pub mod node;
pub mod node_config;
mod others;
pub mod package;
mod parts;
pub mod patches;
pub mod problem;
pub mod profile;
pub mod project_file;
mod property_node;
mod python_model;
pub mod read;
mod reader;
pub mod resolve;
mod saved_query;
pub mod scopes;
mod semantic_checks;
mod semantic_links;
mod semantic_model;
mod shape;
mod snapshot_entry;
pub mod source_table;
mod tests;
mod unit_test;
mod version;
pub(crate) mod yaml_jinja;

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use indexmap::IndexMap;

pub(crate) use finish::reference;
pub use node::{Node, ResourceType};
pub use problem::{Problem, ProblemKind};
pub use source_table::SourceTable;

use crate::jinja::scope::Given;
use crate::jinja::universe::Universe;
use crate::parse::csv;
use crate::source::Tree;
use package::Package;
use profile::Target;

/// What is known by its unique id, in the order in which it was read.
pub type ById<T> = IndexMap<String, T, foldhash::fast::RandomState>;

/// A dbt project, whole.
#[derive(Debug)]
pub struct Project {
    /// The root package's name.
    pub name: String,
    pub target: Target,
    /// The run that it was read for.
    pub run: scopes::Run,
    pub tree: Arc<Tree>,
    pub packages: Vec<Package>,
    /// Models, seeds, snapshots, analyses, tests and operations by unique id.
    pub nodes: ById<Arc<Node>>,
    pub sources: ById<SourceTable>,
    /// Exposures, metrics, semantic models, saved queries and unit tests by unique id.
    pub others: ById<Arc<Node>>,
    pub groups: Vec<group::Group>,
    /// Tests of what is disabled or not there: dbt keeps them in its manifest, and never runs them.
    pub lost_tests: Vec<Arc<Node>>,
    /// What `enabled: false` takes out.
    pub disabled: Vec<Arc<Node>>,
    /// What property files say of macros, by unique id.
    pub macro_patches: HashMap<String, patches::MacroPatch>,
    /// The property files that were read, sorted by path.
    pub property_files: Vec<Arc<entries::PropertyFile>>,
    pub universe: Arc<Universe>,
    pub given: Arc<Given>,
    /// The docs blocks of every package.
    pub docs: Vec<DocsBlock>,
    /// What names lead to.
    pub lookup: resolve::Lookup,
    pub problems: Vec<Problem>,
    /// `graph`, made when it is first needed.
    flat_graph: OnceLock<minijinja::Value>,
    /// `selected_resources`: the unique ids of what this run selected, once that is known.
    selected: OnceLock<minijinja::Value>,
}

/// A `{% docs %}` block of a Markdown file.
#[derive(Debug, Clone)]
pub struct DocsBlock {
    pub name: String,
    pub package: String,
    /// Relative to the resource folder in which it was found.
    pub path: String,
    pub original_file_path: String,
    pub text: String,
}

impl DocsBlock {
    /// `doc.<package>.<name>`
    pub fn unique_id(&self) -> String {
        format!("doc.{}.{}", self.package, self.name)
    }
}

impl Project {
    /// Leaves the memory to the end of the process, which is near: freeing it takes long.
    pub fn leave(self) {
        std::mem::forget(self);
    }

    /// Tells templates what this run selected; only the first call counts.
    pub fn select<'i>(&self, ids: impl IntoIterator<Item = &'i str>) {
        self.selected.get_or_init(|| ids.into_iter().map(minijinja::Value::from).collect());
    }

    /// The text of a project file, empty when there is none.
    pub fn text(&self, path: &str) -> &str {
        self.tree.find(path).and_then(|file| file.text().ok()).unwrap_or_default()
    }

    /// The rows of a seed, with its own delimiter.
    ///
    /// # Errors
    /// The first row that cannot be read, with its place.
    pub fn seed_table(&self, seed: &Node) -> Result<csv::Table, csv::CsvProblem> {
        csv::read(self.text(&seed.file), self.delimiter(seed))
    }

    /// What stands between the values of a seed.
    pub fn delimiter(&self, seed: &Node) -> u8 {
        seed.config_text("delimiter").and_then(|text| text.bytes().next()).unwrap_or(b',')
    }

    /// The type of each column of a seed, in Athena's words: as declared, else as dbt infers it.
    pub fn seed_types(&self, seed: &Node, table: &csv::Table) -> Vec<String> {
        let declared = seed.config.get("column_types");
        let of = |(at, name): (usize, &String)| {
            let declared = declared.and_then(|types| types.get(name)).and_then(|value| value.as_str());
            declared.map_or_else(|| csv::infer(table, at).name().to_owned(), str::to_owned)
        };
        table.header.iter().enumerate().map(of).collect()
    }

    /// The root package's settings.
    pub fn root(&self) -> &Package {
        &self.packages[0]
    }

    /// The nodes of one kind.
    pub fn of_type(&self, kind: ResourceType) -> impl Iterator<Item = &Arc<Node>> {
        self.nodes.values().filter(move |node| node.resource_type == kind)
    }

    /// A node of any kind, sources too.
    pub fn node(&self, id: &str) -> Option<&Arc<Node>> {
        let source = || self.sources.get(id).map(SourceTable::node);
        self.nodes.get(id).or_else(|| self.others.get(id)).or_else(source)
    }

    /// What a test tests: the node that it is written at, or the first that it reads.
    pub fn tested(&self, test: &Node) -> Option<&Node> {
        let attached = test.test.as_ref().and_then(|info| info.attached_to.as_ref());
        attached.or(test.depends_on.first()).and_then(|id| self.nodes.get(id)).map(|node| &**node)
    }

    /// Every node of every kind, sources too.
    pub fn all_nodes(&self) -> impl Iterator<Item = &Arc<Node>> {
        self.nodes.values().chain(self.sources.values().map(SourceTable::node)).chain(self.others.values())
    }

    /// The nodes of one kind that are the project's own, not a package's.
    pub fn own(&self, kind: ResourceType) -> impl Iterator<Item = &Arc<Node>> {
        self.of_type(kind).filter(|node| node.package == self.name)
    }
}
