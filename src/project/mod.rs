//! Stage 4: files in, one project out: nodes, sources, macros and what depends on what, as dbt-core reads it.
//!
//! Reading never stops: what cannot be read becomes a [`Problem`] with a place, and the rest is read all the same.

pub mod config;
mod config_jinja;
pub mod data_test;
pub mod files;
pub mod graph;
mod keys;
pub mod names;
pub mod node;
pub mod package;
pub mod problem;
pub mod profile;
pub mod project_file;
pub mod properties;
pub mod read;
pub mod resolve;
pub mod scopes;
pub mod select;
pub mod source_table;
mod tests;
mod version;

use std::sync::Arc;

use indexmap::IndexMap;

pub use node::{Node, ResourceType};
pub use problem::{Problem, ProblemKind};
pub use source_table::SourceTable;

use crate::jinja::scope::Given;
use crate::jinja::universe::Universe;
use crate::parse::csv;
use crate::source::Tree;
use package::Package;
use profile::Target;

/// A dbt project, whole.
#[derive(Debug)]
pub struct Project {
    /// The root package's name.
    pub name: String,
    pub target: Target,
    pub tree: Arc<Tree>,
    pub packages: Vec<Package>,
    /// Models, seeds and tests by unique id, in dbt's order of reading.
    pub nodes: IndexMap<String, Node>,
    pub sources: IndexMap<String, SourceTable>,
    /// The property files that were read, by path.
    pub property_files: Vec<properties::PropertyFile>,
    pub universe: Arc<Universe>,
    pub given: Arc<Given>,
    pub problems: Vec<Problem>,
}

impl Project {
    /// The text of a project file, empty when there is none.
    pub fn text(&self, path: &str) -> &str {
        self.tree.find(path).and_then(|file| file.text().ok()).unwrap_or_default()
    }

    /// The rows of a seed, with its own delimiter.
    ///
    /// # Errors
    /// The first row that cannot be read, with its place.
    pub fn seed_table(&self, seed: &Node) -> Result<csv::Table, csv::CsvProblem> {
        let delimiter = seed.config_text("delimiter").and_then(|text| text.bytes().next()).unwrap_or(b',');
        csv::read(self.text(&seed.file), delimiter)
    }

    /// The root package's settings.
    pub fn root(&self) -> &Package {
        &self.packages[0]
    }

    /// The nodes of one kind.
    pub fn of_type(&self, kind: ResourceType) -> impl Iterator<Item = &Node> {
        self.nodes.values().filter(move |node| node.resource_type == kind)
    }

    /// The nodes of one kind that are the project's own, not a package's.
    pub fn own(&self, kind: ResourceType) -> impl Iterator<Item = &Node> {
        self.of_type(kind).filter(|node| node.package == self.name)
    }
}
