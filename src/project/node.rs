//! A node of the project: a model, seed, snapshot, test, exposure or another thing with an id and parents.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::{Arc, LazyLock};

use serde::Serialize;
use serde_json::{Map, Value};

pub use super::column::{Column, Columns, MoreOfColumn, constraint};
use super::config::Config;
use super::node_config::NodeConfig;
use crate::finding::Place;
use crate::jinja::relation::Relation;
use crate::jinja::scope::{Asked, RefKey};

/// What a node is, in dbt's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ResourceType {
    Model,
    Seed,
    Snapshot,
    Analysis,
    Test,
    Operation,
    Source,
    Exposure,
    Metric,
    SemanticModel,
    SavedQuery,
    UnitTest,
}

impl ResourceType {
    /// Every kind, in the order of dbt's manifest.
    pub const ALL: [Self; 12] = [
        Self::Model,
        Self::Seed,
        Self::Snapshot,
        Self::Analysis,
        Self::Test,
        Self::Operation,
        Self::Source,
        Self::Exposure,
        Self::Metric,
        Self::SemanticModel,
        Self::SavedQuery,
        Self::UnitTest,
    ];

    /// The name in unique ids and selectors.
    pub fn name(self) -> &'static str {
        match self {
            Self::Model => "model",
            Self::Seed => "seed",
            Self::Snapshot => "snapshot",
            Self::Analysis => "analysis",
            Self::Test => "test",
            Self::Operation => "operation",
            Self::Source => "source",
            Self::Exposure => "exposure",
            Self::Metric => "metric",
            Self::SemanticModel => "semantic_model",
            Self::SavedQuery => "saved_query",
            Self::UnitTest => "unit_test",
        }
    }

    /// The key of this kind in `dbt_project.yml`: what has none of its own is configured under `models:`.
    pub fn config_key(self) -> &'static str {
        match self {
            Self::Model | Self::Analysis | Self::Operation => "models",
            Self::Seed => "seeds",
            Self::Snapshot => "snapshots",
            Self::Test => "data_tests",
            Self::Source => "sources",
            Self::Exposure => "exposures",
            Self::Metric => "metrics",
            Self::SemanticModel => "semantic_models",
            Self::SavedQuery => "saved_queries",
            Self::UnitTest => "unit_tests",
        }
    }

    /// Whether nodes of this kind stand under `nodes` in the manifest.
    pub fn is_of_nodes(self) -> bool {
        matches!(self, Self::Model | Self::Seed | Self::Snapshot | Self::Analysis | Self::Test | Self::Operation)
    }

    /// Whether nodes of this kind can be named in a `ref`.
    pub fn is_refable(self) -> bool {
        matches!(self, Self::Model | Self::Seed | Self::Snapshot)
    }
}

impl fmt::Display for ResourceType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A model's version as it was written: a number or a text. Two versions are the same when they print the same.
#[derive(Debug, Clone, Serialize)]
#[serde(transparent)]
pub struct Version(pub Value);

impl Version {
    /// Python's `==`, which tells `2` from `'2'`.
    pub fn is_same_value(&self, other: &Self) -> bool {
        match (self.0.as_f64(), other.0.as_f64()) {
            (Some(a), Some(b)) => (a - b).abs() < f64::EPSILON,
            _ => self.0 == other.0,
        }
    }

    /// Whether Python takes it for false: dbt then behaves as if no version were said.
    pub fn is_falsy(&self) -> bool {
        match &self.0 {
            Value::Number(number) => number.as_f64() == Some(0.0),
            Value::String(text) => text.is_empty(),
            Value::Bool(value) => !value,
            _ => true,
        }
    }

    /// dbt's order of versions: as numbers when both can be read as numbers, else as text.
    pub fn order(&self, other: &Self) -> std::cmp::Ordering {
        let number = |version: &Self| version.to_string().trim().parse::<f64>().ok();
        match (number(self), number(other)) {
            (Some(a), Some(b)) => a.total_cmp(&b),
            _ => self.to_string().cmp(&other.to_string()),
        }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Value::String(text) => f.write_str(text),
            Value::Bool(true) => f.write_str("True"),
            Value::Bool(false) => f.write_str("False"),
            other => write!(f, "{other}"),
        }
    }
}

impl PartialEq for Version {
    fn eq(&self, other: &Self) -> bool {
        self.to_string() == other.to_string()
    }
}

impl Eq for Version {}

impl Hash for Version {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.to_string().hash(state);
    }
}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Version {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.to_string().cmp(&other.to_string())
    }
}

/// What makes a node a generic test.
#[derive(Debug, Clone, PartialEq)]
pub struct TestInfo {
    /// The macro that is called, `test_…`.
    pub macro_name: String,
    pub namespace: Option<String>,
    pub name: String,
    /// The arguments as written, Jinja and all.
    pub kwargs: Config,
    pub column_name: Option<String>,
    /// The node or source that it tests.
    pub attached_to: Option<String>,
    /// `models.<name>`: the entry of the property file under which it stands.
    pub file_key_name: String,
}

/// What only models have.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ModelInfo {
    pub version: Option<Version>,
    pub latest_version: Option<Version>,
    /// RFC 3339.
    pub deprecation_date: Option<String>,
    pub deprecation_place: Option<Place>,
    pub constraints: Vec<Value>,
    pub time_spine: Option<Value>,
    /// `private`, `protected` or `public`.
    pub access: String,
}

/// What is said of everything that is no model.
static NO_MODEL: LazyLock<Arc<ModelInfo>> = LazyLock::new(Arc::default);

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
    /// It is Python, which cadet neither runs nor looks into.
    pub is_python: bool,
    /// SHA-256 of the file.
    pub checksum: String,
    pub config: Arc<NodeConfig>,
    /// The configs that were set, before their Jinja was rendered: what dbt compares two states by.
    pub unrendered: Arc<Config>,
    pub tags: Vec<String>,
    pub meta: Map<String, Value>,
    pub group: Option<String>,
    pub description: String,
    /// The description as it was written.
    pub doc_blocks: Vec<String>,
    pub columns: Columns,
    /// Where the property file describes it.
    pub patch: Option<Place>,
    pub model: Arc<ModelInfo>,
    pub relation: Relation,
    pub alias: String,
    pub schema: String,
    pub database: String,
    pub refs: Vec<Asked<RefKey>>,
    pub sources: Vec<Asked<(String, String)>>,
    pub metrics: Vec<Vec<String>>,
    pub depends_on: Vec<String>,
    pub macros: Vec<String>,
    pub test: Option<Box<TestInfo>>,
    /// The fields of the manifest that only this kind has: of exposures, metrics, unit tests and the like.
    pub body: Map<String, Value>,
    /// Where it stands, for findings: the file, or a test's lines in its property file.
    pub place: Place,
    /// It could not be rendered, so what it depends on is not known.
    pub is_broken: bool,
}

impl Node {
    /// A node of which nothing but its place is known.
    pub fn new(kind: ResourceType, package: &str, name: &str, place: Place) -> Self {
        Self {
            unique_id: format!("{kind}.{package}.{name}"),
            resource_type: kind,
            name: name.to_owned(),
            package: package.to_owned(),
            path: String::new(),
            file: place.path.clone(),
            original_file_path: String::new(),
            fqn: Vec::new(),
            raw: "".into(),
            raw_start: 0,
            is_python: false,
            checksum: String::new(),
            config: Arc::default(),
            unrendered: Arc::default(),
            tags: Vec::new(),
            meta: Map::new(),
            group: None,
            description: String::new(),
            doc_blocks: Vec::new(),
            columns: Columns::default(),
            patch: None,
            model: Arc::clone(&NO_MODEL),
            relation: Relation::default(),
            alias: String::new(),
            schema: String::new(),
            database: String::new(),
            refs: Vec::new(),
            sources: Vec::new(),
            metrics: Vec::new(),
            depends_on: Vec::new(),
            macros: Vec::new(),
            test: None,
            body: Map::new(),
            place,
            is_broken: false,
        }
    }

    /// A config that is text.
    pub fn config_text(&self, key: &str) -> Option<&str> {
        self.config.get(key).and_then(Value::as_str)
    }

    /// How the node is built: `table`, `view`, `incremental`, `ephemeral`, `seed`, `snapshot` or `test`.
    pub fn materialized(&self) -> &str {
        self.config_text("materialized").unwrap_or("view")
    }

    /// Whether the node is written into those that read it, and never built.
    pub fn is_ephemeral(&self) -> bool {
        self.materialized() == "ephemeral"
    }

    /// What a `ref` of the node gives: an ephemeral model's CTE, else its relation.
    pub fn referred(&self) -> Relation {
        if self.is_ephemeral() { Relation::cte(&self.alias) } else { self.relation.clone() }
    }

    /// Whether the node leaves a relation in the warehouse.
    pub fn has_relation(&self) -> bool {
        match self.resource_type {
            ResourceType::Model => !self.is_ephemeral(),
            ResourceType::Seed | ResourceType::Snapshot => true,
            ResourceType::Test => self.config.get("store_failures").and_then(Value::as_bool).unwrap_or(false),
            _ => false,
        }
    }

    /// Whether building the project builds or runs it.
    pub fn is_built(&self) -> bool {
        matches!(
            self.resource_type,
            ResourceType::Model | ResourceType::Seed | ResourceType::Snapshot | ResourceType::Test
        )
    }

    /// Whether a contract is enforced.
    pub fn has_contract(&self) -> bool {
        let contract = self.config.get("contract");
        contract.and_then(|contract| contract.get("enforced")).and_then(Value::as_bool).unwrap_or(false)
    }

    /// Whether it is the version that a `ref` without a version means.
    pub fn is_latest(&self) -> bool {
        match (&self.model.version, &self.model.latest_version) {
            (Some(version), Some(latest)) => version.is_same_value(latest),
            _ => false,
        }
    }

    /// Who may `ref` it.
    pub fn access(&self) -> &str {
        if self.model.access.is_empty() { "protected" } else { &self.model.access }
    }

    /// The name that people use: with the version, if it has one.
    pub fn display_name(&self) -> String {
        self.model.version.as_ref().map_or_else(|| self.name.clone(), |version| format!("{}.v{version}", self.name))
    }
}
