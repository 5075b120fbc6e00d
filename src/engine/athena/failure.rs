//! Why a statement failed: whether it may be tried again, and what to tell an analyst.
//!
//! Classes: the Athena error catalogue. Memory that ran out and time that ran out are never tried again: it would cost the
//! same and end the same.

use aws_sdk_athena::types::QueryExecution;

use super::known;
use crate::engine::EngineError;

/// A statement that did not succeed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Failure {
    /// Athena's own words.
    pub reason: String,
    pub class: Class,
    /// Where Athena lists the files that it wrote, or meant to.
    pub manifest: Option<String>,
}

/// What is to be done about a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    /// Nobody's fault: once what it left is removed, it may be tried again.
    Again,
    /// It would fail again.
    Never,
    /// cadet was asked to stop.
    Interrupted,
    /// The budget is used up: it was not begun.
    Budget,
    /// Not known whether it ended: nothing that adds rows may be tried again.
    Unknown,
}

impl Failure {
    pub(super) fn new(class: Class, reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), class, manifest: None }
    }

    /// From what Athena says of the query.
    pub(super) fn read(query: &QueryExecution) -> Self {
        let status = query.status();
        let error = status.and_then(|status| status.athena_error());
        let reason = status.and_then(|status| status.state_change_reason());
        let reason =
            reason.or_else(|| error.and_then(|error| error.error_message())).unwrap_or("Athena gives no reason");
        let category = error.and_then(|error| error.error_category()).unwrap_or_default();
        let number = error.and_then(|error| error.error_type());
        let manifest = query.statistics().and_then(|statistics| statistics.data_manifest_location());
        let class = class(category, number, reason);
        Self { reason: reason.to_owned(), class, manifest: manifest.map(str::to_owned) }
    }

    /// The name that the reason begins with: `HIVE_PATH_ALREADY_EXISTS`.
    pub(super) fn names(&self, code: &str) -> bool {
        self.reason.contains(code)
    }

    /// In an analyst's words. `lines_before` stand before the query in the statement.
    pub(super) fn told(&self, query: &str, lines_before: usize) -> EngineError {
        match self.class {
            Class::Interrupted => EngineError::Interrupted,
            Class::Budget => EngineError::OverBudget(self.reason.clone()),
            _ => known::told(&self.reason, query, lines_before),
        }
    }
}

fn class(category: i32, number: Option<i32>, reason: &str) -> Class {
    let is_said = |words: &[&str]| words.iter().any(|word| reason.contains(word));
    match (category, number) {
        (_, Some(0..=8 | 206 | 210)) => Class::Never,
        _ if is_said(&["exhausted resources", "Query timeout", "EXCEEDED_TIME_LIMIT", "EXCEEDED_MEMORY_LIMIT"]) => {
            Class::Never
        }
        (_, Some(1400..=1499)) => Class::Again,
        _ if is_said(&[
            "ICEBERG_COMMIT_ERROR",
            "ThrottlingException",
            "Rate exceeded",
            "SlowDown",
            "TooManyRequests",
        ]) =>
        {
            Class::Again
        }
        (1, _) => Class::Again,
        _ => Class::Never,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_nobodys_fault_is_tried_again() {
        for (category, number, reason, wanted) in [
            (1, Some(200), "GENERIC_INTERNAL_ERROR: x", Class::Again),
            (1, None, "an internal error", Class::Again),
            (1, Some(4), "Query exhausted resources at this scale factor", Class::Never),
            (1, Some(206), "Query timed out", Class::Never),
            (1, Some(210), "Query timed out", Class::Never),
            (3, Some(233), "ICEBERG_COMMIT_ERROR: Failed to commit", Class::Again),
            (2, Some(233), "ICEBERG_INVALID_METADATA: x", Class::Never),
            (1, Some(1400), "Rate exceeded", Class::Again),
            (2, Some(1006), "SYNTAX_ERROR: line 1:8", Class::Never),
            (2, None, "Query exhausted resources at this scale factor", Class::Never),
            (0, None, "TABLE_NOT_FOUND: x", Class::Never),
        ] {
            assert_eq!(class(category, number, reason), wanted, "{reason}");
        }
    }
}
