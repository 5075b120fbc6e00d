//! What went wrong, in Athena's words.

use cadet::engine::EngineError;

use crate::double::athena::query::Failed;

/// What cadet's reader or the engine says of a query; `base` is where the query begins in the statement.
pub fn of_engine(error: EngineError, statement: &str, base: usize) -> Failed {
    match error {
        EngineError::NotHere(what) => not_here(&what),
        EngineError::Query { message, offset, .. } => {
            let at = offset.map(|offset| place(statement, base + offset)).unwrap_or_default();
            Failed::user(of_message(&message, &at))
        }
        other => Failed::user(format!("GENERIC_USER_ERROR: {other}")),
    }
}

/// What Athena has and the double has not.
pub fn not_here(what: &str) -> Failed {
    let message = format!("the double cannot run `{what}`, though Athena can");
    Failed { category: 3, kind: 1000, is_retryable: false, message }
}

/// What DuckDB says while a query runs.
pub fn of_duckdb(error: &duckdb::Error) -> Failed {
    let text = error.to_string();
    let message = text.lines().next().unwrap_or_default();
    let plain = message.split_once("Error: ").map_or(message, |(_, rest)| rest);
    Failed::user(of_message(plain, ""))
}

fn of_message(message: &str, at: &str) -> String {
    let name = message.split('`').nth(1).unwrap_or_default();
    let no_column = "cannot be resolved or requester is not authorized to access requested resources";
    let codes = [
        ("Division by zero", "DIVISION_BY_ZERO"),
        ("Cannot cast", "INVALID_CAST_ARGUMENT"),
        ("Could not convert", "INVALID_CAST_ARGUMENT"),
        ("Conversion Error", "INVALID_CAST_ARGUMENT"),
        ("out of range", "NUMERIC_VALUE_OUT_OF_RANGE"),
        ("subscript", "INVALID_FUNCTION_ARGUMENT"),
        ("must be", "INVALID_FUNCTION_ARGUMENT"),
        ("More than one row", "SUBQUERY_MULTIPLE_ROWS"),
    ];
    if message.starts_with("there is no column `") {
        return format!("COLUMN_NOT_FOUND: {at}Column '{name}' {no_column}");
    }
    if let (Some(rest), true) = (message.strip_prefix('`'), message.contains("` has no column `")) {
        let mut parts = rest.split('`');
        let (relation, column) = (parts.next().unwrap_or_default(), parts.nth(1).unwrap_or_default());
        return format!("COLUMN_NOT_FOUND: {at}Column '{relation}.{column}' {no_column}");
    }
    match codes.into_iter().find(|(words, _)| message.to_lowercase().contains(&words.to_lowercase())) {
        Some((words, "DIVISION_BY_ZERO")) => format!("DIVISION_BY_ZERO: {words}"),
        Some(("Cannot cast", code)) => {
            let (value, name) = message.rsplit_once(" to ").unwrap_or((message, ""));
            format!("{code}: {value} to {}", name.to_uppercase().replace("INTEGER", "INT"))
        }
        Some((_, code)) => format!("{code}: {message}"),
        None if at.is_empty() => format!("GENERIC_USER_ERROR: {message}"),
        None => format!("TYPE_MISMATCH: {at}{message}"),
    }
}

/// `line 1:8: `, with the column counted from 1.
pub fn place(statement: &str, offset: usize) -> String {
    let before = statement.get(..offset).unwrap_or(statement);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    format!("line {line}:{column}: ")
}
