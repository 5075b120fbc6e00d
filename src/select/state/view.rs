//! A node as two states are compared by: made from a node of a project, or from one of dbt's `manifest.json`.

use std::borrow::Cow;
use std::collections::HashMap;

use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::project::{Node, Project, ResourceType};
use crate::report::manifest;

/// Another state of the project.
pub enum State<'s> {
    /// Read in this run.
    Project(&'s Project),
    /// Written by dbt or cadet.
    Manifest(Box<Manifest>),
}

/// What is compared of a `manifest.json`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Manifest {
    metadata: Metadata,
    nodes: IndexMap<String, Value>,
    sources: HashMap<String, Value>,
    exposures: HashMap<String, Value>,
    metrics: HashMap<String, Value>,
    semantic_models: HashMap<String, Value>,
    unit_tests: HashMap<String, Value>,
    saved_queries: HashMap<String, Value>,
    macros: HashMap<String, Macro>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Metadata {
    adapter_type: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Macro {
    package_name: String,
    macro_sql: String,
}

/// A node that is compared.
#[derive(Clone)]
pub(super) enum StateNode<'s> {
    Read(&'s Node),
    Written(Cow<'s, Value>),
}

const NULL: &Value = &Value::Null;

impl<'s> State<'s> {
    /// The node of this id.
    pub(super) fn node(&self, id: &str) -> Option<StateNode<'_>> {
        match self {
            State::Project(project) => project.node(id).map(|node| StateNode::of(node)),
            State::Manifest(manifest) => manifest.node(id).map(|node| StateNode::Written(Cow::Borrowed(node))),
        }
    }

    /// The models of this state, which may be gone in the other.
    pub(super) fn models(&self) -> Box<dyn Iterator<Item = (&str, StateNode<'_>)> + '_> {
        match self {
            State::Project(project) => {
                let models = project.of_type(ResourceType::Model);
                Box::new(models.map(|node| (node.unique_id.as_str(), StateNode::Read(node))))
            }
            State::Manifest(manifest) => {
                let models = manifest.nodes.iter().filter(|(id, _)| id.starts_with("model."));
                Box::new(models.map(|(id, node)| (id.as_str(), StateNode::Written(Cow::Borrowed(node)))))
            }
        }
    }

    /// The macros that do not come with dbt: their ids and texts.
    pub(super) fn macros(&self) -> HashMap<&str, &str> {
        match self {
            State::Project(project) => own_macros(project).collect(),
            State::Manifest(manifest) => {
                let adapter = format!("dbt_{}", manifest.metadata.adapter_type.as_deref().unwrap_or_default());
                let is_own = |known: &&Macro| !is_internal(&known.package_name) && known.package_name != adapter;
                let own = manifest.macros.iter().filter(|(_, known)| is_own(known));
                own.map(|(id, known)| (id.as_str(), known.macro_sql.as_str())).collect()
            }
        }
    }
}

/// The macros of a project and its packages: what comes with dbt is cadet's own wording, and the same everywhere.
pub(super) fn own_macros(project: &Project) -> impl Iterator<Item = (&str, &str)> {
    let own = project.universe.iter().filter(|definition| !is_internal(&definition.package));
    own.map(|definition| (definition.unique_id.as_str(), definition.text()))
}

fn is_internal(package: &str) -> bool {
    matches!(package, "dbt" | "dbt_athena" | "dbt_duckdb" | "dbt_postgres" | "dbt_spark")
}

impl Manifest {
    fn node(&self, id: &str) -> Option<&Value> {
        let others = [
            &self.sources,
            &self.exposures,
            &self.metrics,
            &self.semantic_models,
            &self.unit_tests,
            &self.saved_queries,
        ];
        self.nodes.get(id).or_else(|| others.into_iter().find_map(|nodes| nodes.get(id)))
    }
}

impl<'s> StateNode<'s> {
    /// A node of a project. What is rare is compared as the manifest has it.
    pub(super) fn of(node: &'s Node) -> Self {
        match node.resource_type {
            ResourceType::Model
            | ResourceType::Seed
            | ResourceType::Snapshot
            | ResourceType::Analysis
            | ResourceType::Test
            | ResourceType::Operation => Self::Read(node),
            _ => Self::Written(Cow::Owned(manifest::of_other(node))),
        }
    }

    pub(super) fn is_model(&self) -> bool {
        match self {
            Self::Read(node) => node.resource_type == ResourceType::Model,
            Self::Written(node) => node["resource_type"] == "model",
        }
    }

    pub(super) fn has_same_fqn(&self, other: &Self) -> bool {
        let written = |fqn: &Value, node: &Node| {
            let fqn = fqn.as_array().map_or(&[][..], Vec::as_slice);
            fqn.len() == node.fqn.len() && fqn.iter().zip(&node.fqn).all(|(a, b)| a.as_str() == Some(b))
        };
        match (self, other) {
            (Self::Read(a), Self::Read(b)) => a.fqn == b.fqn,
            (Self::Read(node), Self::Written(value)) | (Self::Written(value), Self::Read(node)) => {
                written(&value["fqn"], node)
            }
            (Self::Written(a), Self::Written(b)) => a["fqn"] == b["fqn"],
        }
    }

    /// The template.
    pub(super) fn raw_code(&self) -> &str {
        match self {
            Self::Read(node) => &node.raw,
            Self::Written(node) => node["raw_code"].as_str().unwrap_or_default(),
        }
    }

    /// The kind of the checksum, and the checksum.
    pub(super) fn checksum(&self) -> (&str, &str) {
        match self {
            Self::Read(node) if node.checksum == node.original_file_path => ("path", &node.checksum),
            Self::Read(node) => ("sha256", &node.checksum),
            Self::Written(node) => {
                let text = |key: &str| node["checksum"][key].as_str().unwrap_or_default();
                (text("name"), text("checksum"))
            }
        }
    }

    /// The configs as they were set, Jinja and all.
    pub(super) fn unrendered(&self) -> Option<&Map<String, Value>> {
        match self {
            Self::Read(node) => Some(&node.unrendered),
            Self::Written(node) => node["unrendered_config"].as_object(),
        }
    }

    /// A config as it counts.
    pub(super) fn config(&self, key: &str) -> &Value {
        match self {
            Self::Read(node) => node.config.get(key).unwrap_or(NULL),
            Self::Written(node) => node["config"].get(key).unwrap_or(NULL),
        }
    }

    pub(super) fn description(&self) -> &str {
        match self {
            Self::Read(node) => &node.description,
            Self::Written(node) => node["description"].as_str().unwrap_or_default(),
        }
    }

    /// The columns and their descriptions.
    pub(super) fn column_descriptions(&self) -> HashMap<&str, &str> {
        match self {
            Self::Read(node) => {
                node.columns.values().map(|column| (column.name.as_str(), column.description.as_str())).collect()
            }
            Self::Written(node) => {
                let columns = node["columns"].as_object().into_iter().flatten();
                columns
                    .map(|(name, column)| (name.as_str(), column["description"].as_str().unwrap_or_default()))
                    .collect()
            }
        }
    }

    /// The latest version, the access and the day on which it goes: what a `ref` to it may depend on.
    pub(super) fn reference(&self) -> [Value; 3] {
        match self {
            Self::Read(node) => [
                node.model.latest_version.as_ref().map(|version| version.0.clone()).unwrap_or_default(),
                node.access().into(),
                node.model.deprecation_date.as_deref().map(manifest::moment).into(),
            ],
            Self::Written(node) => ["latest_version", "access", "deprecation_date"].map(|key| node[key].clone()),
        }
    }

    pub(super) fn has_contract(&self) -> bool {
        match self {
            Self::Read(node) => node.has_contract(),
            Self::Written(node) => node["contract"]["enforced"].as_bool().unwrap_or(false),
        }
    }

    /// The whole node as the manifest has it: for what is seldom asked.
    pub(super) fn written(&self, project: &Project) -> Cow<'_, Value> {
        match self {
            Self::Read(node) => Cow::Owned(manifest::of_node(project, node)),
            Self::Written(node) => Cow::Borrowed(node),
        }
    }

    /// The value under a key that only sources, exposures, metrics and the like have.
    pub(super) fn field(&self, key: &str) -> &Value {
        match self {
            Self::Read(_) => NULL,
            Self::Written(node) => node.get(key).unwrap_or(NULL),
        }
    }
}
