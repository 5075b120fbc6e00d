//! A model, seed or test.

use std::collections::BTreeSet;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use indexmap::IndexMap;
use serde::Serialize;

use super::config::Config;
use crate::finding::Place;
use crate::jinja::relation::Relation;
use crate::jinja::rewrite::Rewritten;
use crate::jinja::scope::{Asked, RefKey};

/// What a node is, in dbt's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ResourceType {
    Model,
    Seed,
    Test,
    Source,
}

impl ResourceType {
    /// The name in unique ids.
    pub fn name(self) -> &'static str {
        match self {
            Self::Model => "model",
            Self::Seed => "seed",
            Self::Test => "test",
            Self::Source => "source",
        }
    }

    /// The key of this kind in `dbt_project.yml`.
    pub fn config_key(self) -> &'static str {
        match self {
            Self::Model => "models",
            Self::Seed => "seeds",
            Self::Test => "data_tests",
            Self::Source => "sources",
        }
    }
}

impl fmt::Display for ResourceType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A column as a property file describes it.
#[derive(Debug, Clone, PartialEq, Serialize, Default)]
pub struct Column {
    pub name: String,
    pub description: String,
    pub data_type: Option<String>,
    #[serde(skip)]
    pub span: Range<usize>,
}

/// What makes a node a generic test.
#[derive(Debug, Clone, PartialEq)]
pub struct TestInfo {
    /// The macro that is called, `test_…`, with its package if one was named.
    pub macro_name: String,
    pub namespace: Option<String>,
    pub name: String,
    /// The arguments as written, Jinja and all.
    pub kwargs: Config,
    pub column_name: Option<String>,
    /// The node or source that it tests.
    pub attached_to: Option<String>,
}

/// A node of the project.
#[derive(Debug, Clone)]
pub struct Node {
    pub unique_id: String,
    pub resource_type: ResourceType,
    pub name: String,
    pub package: String,
    /// Relative to the package's resource folder.
    pub path: String,
    /// Relative to the root project's folder.
    pub file: String,
    /// Relative to the package's folder.
    pub original_file_path: String,
    pub fqn: Vec<String>,
    /// The template, without the white space around it.
    pub raw: Arc<str>,
    /// Where `raw` begins in the file.
    pub raw_start: usize,
    /// The template, ready to be rendered.
    pub template: Option<Arc<Rewritten>>,
    /// SHA-256 of the file.
    pub checksum: String,
    pub config: Config,
    pub description: String,
    pub columns: IndexMap<String, Column>,
    /// Where the property file describes it.
    pub patch: Option<Place>,
    pub version: Option<String>,
    pub latest_version: Option<String>,
    pub relation: Relation,
    pub alias: String,
    pub schema: String,
    pub database: String,
    pub refs: Vec<Asked<RefKey>>,
    pub sources: Vec<Asked<(String, String)>>,
    pub depends_on: Vec<String>,
    pub macros: BTreeSet<String>,
    pub test: Option<TestInfo>,
    /// Where it stands, for findings: the file, or a test's lines in its property file.
    pub place: Place,
    /// It could not be rendered, so what it depends on is not known.
    pub is_broken: bool,
}

impl Node {
    /// A config that is text.
    pub fn config_text(&self, key: &str) -> Option<&str> {
        self.config.get(key).and_then(|value| value.as_str())
    }

    /// How the node is built: `table`, `view`, `incremental`, `ephemeral`, `seed` or `test`.
    pub fn materialized(&self) -> &str {
        self.config_text("materialized").unwrap_or("view")
    }

    /// Whether the node leaves a relation in the warehouse.
    pub fn has_relation(&self) -> bool {
        self.resource_type != ResourceType::Test && self.materialized() != "ephemeral"
    }

    /// Whether a contract is enforced.
    pub fn has_contract(&self) -> bool {
        self.config
            .get("contract")
            .and_then(|contract| contract.get("enforced"))
            .and_then(|value| value.as_bool())
            .unwrap_or(false)
    }

    /// The tags, sorted as they add up.
    pub fn tags(&self) -> Vec<&str> {
        let tags = self.config.get("tags").and_then(|tags| tags.as_array());
        tags.into_iter().flatten().filter_map(|tag| tag.as_str()).collect()
    }

    /// The name that people use: with the version, if it has one.
    pub fn display_name(&self) -> String {
        self.version.as_ref().map_or_else(|| self.name.clone(), |version| format!("{}.v{version}", self.name))
    }
}
