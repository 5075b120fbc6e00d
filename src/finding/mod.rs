//! What cadet found: data, never printed where it is found.
//!
//! A finding names the rule, how bad it is, what is wrong, where, and how to go on.

pub mod baseline;
pub mod diff;
pub mod fix;
pub mod ignore;
pub mod mend;
pub mod save;

use std::ops::Range;

use serde::Serialize;

pub use diff::Diff;
pub use fix::{Edit, Fix};

/// How bad a finding is, worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Must be fixed: the check fails.
    Error,
    /// Should be looked at; the check passes.
    Warning,
    /// Worth knowing.
    Note,
}

/// Where something is: a file, and if known the bytes of it that are meant.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Place {
    /// Relative to the project's folder, with `/`.
    pub path: String,
    /// Byte range in the file's text.
    pub span: Option<Range<usize>>,
}

impl Place {
    /// A whole file.
    pub fn file(path: impl Into<String>) -> Self {
        Self { path: path.into(), span: None }
    }

    /// A part of a file.
    pub fn span(path: impl Into<String>, span: Range<usize>) -> Self {
        Self { path: path.into(), span: Some(span) }
    }
}

/// One thing that is wrong, with its place and the way out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The rule's id, `group/name`.
    pub rule: String,
    pub level: Level,
    /// What is wrong, in one sentence without a full stop.
    pub message: String,
    pub place: Place,
    /// Other places that belong to it, each with a few words.
    pub related: Vec<(Place, String)>,
    /// How to fix it.
    pub help: Option<String>,
    /// What a unit test expects beside what its model gives.
    pub diff: Option<Box<Diff>>,
    /// The edits that mend it, where that is mechanical.
    pub fix: Option<Box<Fix>>,
}

/// A finding that is known, and not told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waived {
    pub finding: Finding,
    pub why: Waiver,
}

/// Why a finding is not told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Waiver {
    /// A comment in its file says so, with this reason.
    Ignored { reason: String },
    /// It is in the baseline.
    Baseline,
}

impl Finding {
    /// A finding with a place and nothing more.
    pub fn new(rule: &str, level: Level, message: impl Into<String>, place: Place) -> Self {
        let (rule, message) = (rule.to_owned(), message.into());
        Self { rule, level, message, place, related: Vec::new(), help: None, diff: None, fix: None }
    }

    /// Says how to fix it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// What stays the same when lines move: two findings with one identity are the same finding.
    pub fn identity(&self) -> (&str, &str, &str) {
        (&self.rule, &self.place.path, &self.message)
    }

    /// The order in which findings are shown: worst first, then by place.
    pub fn order(&self) -> impl Ord + use<'_> {
        let start = self.place.span.as_ref().map(|span| span.start);
        (self.level, &self.place.path, start, &self.rule, &self.message)
    }
}
