//! A node in, what building it does to a warehouse out: one word for each kind of statement.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::project::{Node, ResourceType};

/// What a step does where it is carried out. The order is that of the harm that it could do, the least last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Effect {
    /// A table is built beside the one that is there, and takes its place.
    ReplaceTable,
    /// Rows or partitions are added to a table that is there, or rows of it are changed, as in a snapshot; one that is not
    /// there is built.
    AddRows,
    /// A view takes the place of the one that is there.
    ReplaceView,
    /// The rows of a CSV become a table, which takes the place of the one that is there.
    LoadSeed,
    /// The rows that break a test are kept, in the place of those of its last run.
    KeepFailures,
    /// The table of a source is made on the embedded engine.
    FillSource,
    /// A query that writes nothing.
    Query,
    /// Nothing in the warehouse: a unit test runs on the embedded engine.
    Local,
}

impl Effect {
    /// What a node's step does; nothing for what is never built. `full_refresh` is what was typed, which the node's own
    /// config overrides, as in dbt.
    pub fn of(node: &Node, full_refresh: bool) -> Option<Self> {
        let refreshed = || node.config.get("full_refresh").and_then(|value| value.as_bool()).unwrap_or(full_refresh);
        match node.resource_type {
            _ if node.is_python => None,
            ResourceType::Seed => Some(Self::LoadSeed),
            ResourceType::Snapshot => Some(Self::AddRows),
            ResourceType::Test if node.has_relation() => Some(Self::KeepFailures),
            ResourceType::Test => Some(Self::Query),
            ResourceType::UnitTest => Some(Self::Local),
            ResourceType::Model => match node.materialized() {
                "view" => Some(Self::ReplaceView),
                "incremental" if !refreshed() => Some(Self::AddRows),
                "table" | "incremental" => Some(Self::ReplaceTable),
                _ => None,
            },
            _ => None,
        }
    }

    /// Whether it changes anything that others read.
    pub fn writes(self) -> bool {
        !matches!(self, Self::Query | Self::Local)
    }
}

impl fmt::Display for Effect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ReplaceTable => "replace table",
            Self::AddRows => "add rows",
            Self::ReplaceView => "replace view",
            Self::LoadSeed => "load seed",
            Self::KeepFailures => "keep failures",
            Self::FillSource => "fill source",
            Self::Query => "query",
            Self::Local => "run locally",
        })
    }
}
