//! What became of one step.

use std::time::Duration;

use serde::Serialize;

use crate::engine::Spent;
use crate::finding::Finding;
use crate::project::ResourceType;

/// How a step ended, in the words of dbt's `run_results.json`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Built or loaded.
    Success,
    /// Could not be built.
    Error,
    /// Not tried, since something that it needs failed.
    Skipped,
    /// A test that found nothing.
    Pass,
    /// A test that found something, and only warns.
    Warn,
    /// A test that found something.
    Fail,
    /// Uses something that the local engine does not have: neither right nor wrong.
    NotRun,
}

impl Status {
    /// Whether the run as a whole fails by it.
    pub fn is_bad(self) -> bool {
        matches!(self, Self::Error | Self::Fail)
    }
}

/// What became of one step of the plan.
#[derive(Debug, Clone)]
pub struct Outcome {
    pub id: String,
    /// The name that people use.
    pub name: String,
    pub kind: ResourceType,
    /// How a model is built: `table`, `view`, …
    pub materialized: String,
    pub status: Status,
    /// A few words: rows, failures, or why it was skipped.
    pub message: String,
    /// Rows built, or rows that broke a test.
    pub count: Option<u64>,
    /// The relation that was built.
    pub relation: Option<String>,
    pub reason: String,
    pub compiled: Option<String>,
    /// The statement as the engine ran it.
    pub ran: Option<String>,
    /// What to show on the author's file.
    pub finding: Option<Finding>,
    /// What each of its statements cost.
    pub spent: Vec<Spent>,
    pub started: jiff::Timestamp,
    pub took: Duration,
}
