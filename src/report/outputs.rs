//! The report in a few words for the steps that come after: the outputs of a workflow's step.
//!
//! The names are fixed, and none of them comes from the project. Behaviour: GitHub's "Workflow commands".

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::Path;

use super::Report;
use super::secrets;
use crate::deploy::Status;
use crate::finding::Level;
use crate::project::ResourceType;

/// How a run ended, as the output `verdict` names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing is wrong.
    Success,
    /// A finding at error level, or something that failed.
    Failure,
    /// Someone asked cadet to stop.
    Interrupted,
    /// The run could not be done.
    Error,
}

impl Verdict {
    /// The word for scripts.
    pub fn name(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Failure => "failure",
            Self::Interrupted => "interrupted",
            Self::Error => "error",
        }
    }
}

/// Each output with its value. `comment` is the comment's address, when there is one.
pub fn of(report: &Report<'_>, verdict: Verdict, comment: Option<&str>) -> Vec<(&'static str, String)> {
    let built = |status: Status| {
        let is_it = |outcome: &&crate::deploy::Outcome| outcome.status == status && is_table(outcome.kind);
        report.outcomes.iter().filter(is_it).count().to_string()
    };
    vec![
        ("verdict", verdict.name().to_owned()),
        ("findings", report.all_findings().len().to_string()),
        ("errors", report.count(Level::Error).to_string()),
        ("warnings", report.count(Level::Warning).to_string()),
        ("deployed", built(Status::Success)),
        ("failed", (report.ended(Status::Error) + report.ended(Status::Fail)).to_string()),
        ("skipped", built(Status::Skipped)),
        ("artefacts", report.place().unwrap_or_default().to_owned()),
        ("comment-url", comment.unwrap_or_default().to_owned()),
        ("bytes-scanned", report.spent().map_or(0, |(bytes, _)| bytes).to_string()),
        ("manifest", report.manifest().unwrap_or_default()),
    ]
}

/// What is left in the warehouse.
pub fn is_table(kind: ResourceType) -> bool {
    kind.is_refable()
}

/// Adds the outputs to the file `GITHUB_OUTPUT`.
///
/// # Errors
/// When the file cannot be written.
pub fn write(file: &Path, outputs: &[(&'static str, String)]) -> io::Result<()> {
    let mut out = OpenOptions::new().append(true).create(true).open(file)?;
    for (name, value) in outputs {
        let value = secrets::hidden(value);
        // Random, so that no value can hold it.
        let end = format!("cadet_{}", uuid::Uuid::new_v4().simple());
        write!(out, "{name}<<{end}\n{value}\n{end}\n")?;
    }
    Ok(())
}

/// Adds the report to the file `GITHUB_STEP_SUMMARY`.
///
/// # Errors
/// When the file cannot be written.
pub fn summary(file: &Path, markdown: &str) -> io::Result<()> {
    let mut out = OpenOptions::new().append(true).create(true).open(file)?;
    writeln!(out, "{}", secrets::hidden(markdown))
}
