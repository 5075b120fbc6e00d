//! What Athena's errors mean, in an analyst's words: the cause, and what to do about it.
//!
//! A message may hold values of the data. Only what is known to be a name is repeated; the rest of an unknown message is
//! repeated without its quoted texts when it is about data.

use crate::engine::EngineError;

/// A word of Athena's message, what it means, and what to do.
struct Known {
    word: &'static str,
    cause: &'static str,
    fix: &'static str,
}

const fn known(word: &'static str, cause: &'static str, fix: &'static str) -> Known {
    Known { word, cause, fix }
}

const TOO_MANY: &str = "the query writes to more than 100 partitions at once, which is the most that Athena can";

/// Whether a query has more partitions than it may write.
pub(super) fn is_too_many_partitions(error: &EngineError) -> bool {
    matches!(error, EngineError::Query { message, .. } if message.starts_with(TOO_MANY))
}

/// The first that fits counts.
const KNOWN: &[Known] = &[
    known(
        "HIVE_PATH_ALREADY_EXISTS",
        "there are files already where Athena was to write",
        "run it again: each attempt writes to a new folder",
    ),
    known(
        "TOO_MANY_OPEN_PARTITIONS",
        TOO_MANY,
        "use fewer buckets, or partition by something coarser, such as the month instead of the day",
    ),
    known(
        "exhausted resources",
        "the query needs more memory than Athena has for one query",
        "read fewer columns and rows, join smaller tables, aggregate earlier, or build it in steps",
    ),
    known(
        "EXCEEDED_TIME_LIMIT",
        "the query took longer than Athena allows",
        "read fewer partitions, or build the table in parts with `incremental`",
    ),
    known(
        "Query timeout",
        "the query took longer than Athena allows",
        "read fewer partitions, or build the table in parts with `incremental`",
    ),
    known(
        "ICEBERG_COMMIT_ERROR",
        "the table was changed by someone else at the same moment",
        "run it again when the other run has ended",
    ),
    known(
        "MERGE_TARGET_ROW_MULTIPLE_MATCHES",
        "a row of the table has more than one row of the query with its `unique_key`",
        "make the key unique in the query, for example with `row_number()`; a test `unique` would show the rows",
    ),
    known(
        "not supported for Iceberg",
        "an Iceberg table cannot have a column of this type",
        "of times use `cast(… as timestamp(6))`, of small whole numbers `integer`",
    ),
    known(
        "Access Denied",
        "the role that cadet runs as may not read or write something that the query needs",
        "ask for access to the database or the bucket that the message names",
    ),
    known(
        "AccessDenied",
        "the role that cadet runs as may not do what the query needs",
        "ask for the action and the resource that the message names",
    ),
    known(
        "not authorized to perform",
        "the role that cadet runs as may not do what the query needs",
        "ask for the action and the resource that the message names",
    ),
    known(
        "COLUMN_NOT_FOUND",
        "a column is not in the tables that this reads",
        "check the column's name in the tables after `from`; text takes single quotes, as in 'text'",
    ),
    known(
        "TABLE_NOT_FOUND",
        "a table that this reads is not there",
        "build it first, or check its name; `--defer` reads what did not change from production",
    ),
    known(
        "SCHEMA_NOT_FOUND",
        "a database that this reads is not there",
        "check the name of the database before the table's",
    ),
    known("TYPE_MISMATCH", "two things of different types meet", "use `cast(… as …)` so that both are of one type"),
    known(
        "FUNCTION_NOT_FOUND",
        "Athena has no function of this name that takes these types",
        "check the function's name and the types of its arguments",
    ),
    known(
        "INVALID_CAST_ARGUMENT",
        "a value cannot be read as the type that it is cast to",
        "use `try_cast(… as …)`, which gives null for such values, or filter them out",
    ),
    known(
        "INVALID_FUNCTION_ARGUMENT",
        "a function was given a value that it cannot work with",
        "filter such values out, or put `try(…)` around the function to get null for them",
    ),
    known("DIVISION_BY_ZERO", "something is divided by zero", "divide by `nullif(…, 0)` to get null instead"),
    known(
        "NUMERIC_VALUE_OUT_OF_RANGE",
        "a number is too large for its type",
        "cast to a larger type first, such as `bigint`, `double` or a wider `decimal`",
    ),
    known(
        "HIVE_BAD_DATA",
        "a file of a table that this reads does not hold what the table's columns say",
        "tell the owner of that table; rebuilding it mends it if cadet built it",
    ),
    known(
        "HIVE_CANNOT_OPEN_SPLIT",
        "a file of a table that this reads went away while it was read",
        "run it again: that table was being rebuilt",
    ),
    known(
        "HIVE_PARTITION_SCHEMA_MISMATCH",
        "a partition has other columns than its table",
        "rebuild that table with `--full-refresh`",
    ),
    known(
        "DUPLICATE_COLUMN_NAME",
        "a column stands twice in what this selects",
        "give one of the two another name with `as`, or leave it out",
    ),
    known("MISSING_COLUMN_NAME", "a column of what this selects has no name", "give every column a name with `as`"),
    known("SYNTAX_ERROR", "Athena cannot read this SQL", "look at the place that is shown"),
    known(
        "NOT_SUPPORTED",
        "Athena does not support something that this uses",
        "write it in another way, or store the column as another type",
    ),
];

/// Codes whose messages hold values of the data.
const WITH_VALUES: &[&str] =
    &["INVALID_CAST_ARGUMENT", "INVALID_FUNCTION_ARGUMENT", "NUMERIC_VALUE_OUT_OF_RANGE", "HIVE_BAD_DATA"];

/// What to tell of an error of Athena's. `lines_before` stand before the query in the statement.
pub(super) fn told(reason: &str, query: &str, lines_before: usize) -> EngineError {
    let offset = place(reason).and_then(|place| offset(query, place, lines_before));
    let found = KNOWN.iter().find(|known| reason.contains(known.word));
    let details = details(reason);
    let (message, help) = match found {
        Some(known) if WITH_VALUES.contains(&known.word) => (format!("{} ({})", known.cause, known.word), known.fix),
        Some(known) => (format!("{}: {details}", known.cause), known.fix),
        None => (format!("Athena refused it: {}", without_values(&details)), ""),
    };
    EngineError::Query { message, offset, help: (!help.is_empty()).then(|| help.to_owned()) }
}

/// The line and the column of `line 3:15: …`, as Athena counts them, from one on.
fn place(reason: &str) -> Option<(usize, usize)> {
    let (_, rest) = reason.split_once("line ")?;
    let (line, rest) = rest.split_once(':')?;
    let column: String = rest.chars().take_while(char::is_ascii_digit).collect();
    Some((line.trim().parse().ok()?, column.parse().ok()?))
}

/// Where that is in the query.
fn offset(query: &str, (line, column): (usize, usize), lines_before: usize) -> Option<usize> {
    let wanted = line.checked_sub(lines_before + 1)?;
    let mut start = 0;
    for (at, text) in query.split('\n').enumerate() {
        if at == wanted {
            let within = text.char_indices().nth(column.saturating_sub(1)).map_or(text.len(), |(at, _)| at);
            return Some(start + within);
        }
        start += text.len() + 1;
    }
    None
}

/// The message without its code and its place, on one line, and not too long.
fn details(reason: &str) -> String {
    let is_code = |word: &str| word.len() > 3 && word.bytes().all(|c| c.is_ascii_uppercase() || c == b'_');
    let rest = match reason.split_once(": ") {
        Some((code, rest)) if is_code(code) => rest,
        _ => reason,
    };
    let rest = match place(rest) {
        Some((line, column)) => rest.replacen(&format!("line {line}:{column}: "), "", 1),
        None => rest.to_owned(),
    };
    // What Athena adds about files that may have been left is not so: cadet removes them.
    let rest = rest.split("If a data manifest file").next().unwrap_or_default();
    let text: Vec<&str> = rest.split_whitespace().collect();
    let text = text.join(" ");
    text.trim_end_matches('.').chars().take(400).collect()
}

/// The message with quoted texts taken out.
fn without_values(text: &str) -> String {
    let parts = text.split('\'').enumerate();
    parts.map(|(at, part)| if at % 2 == 1 { "'…'" } else { part }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_told_with_cause_fix_and_place() {
        let query = "select\n    a,\n    b\nfrom t";
        let error = told("COLUMN_NOT_FOUND: line 4:5: Column 'b' cannot be resolved", query, 1);
        let EngineError::Query { message, offset, help } = error else { panic!() };
        assert_eq!(message, "a column is not in the tables that this reads: Column 'b' cannot be resolved");
        assert_eq!(&query[offset.unwrap()..], "b\nfrom t");
        assert!(help.unwrap().starts_with("check the column's name"));
    }

    #[test]
    fn values_of_the_data_are_not_repeated() {
        for (reason, wanted) in [
            (
                "INVALID_CAST_ARGUMENT: Cannot cast 'John Smith' to BIGINT",
                "a value cannot be read as the type that it is cast to (INVALID_CAST_ARGUMENT)",
            ),
            ("SOMETHING_NEW: the value 'John Smith' is odd", "Athena refused it: the value '…' is odd"),
        ] {
            let EngineError::Query { message, .. } = told(reason, "", 0) else { panic!() };
            assert_eq!(message, wanted);
        }
    }

    #[test]
    fn places_that_are_not_there_are_none() {
        for reason in ["line x:1", "line 1", "no place", "line 99:1: x", "line 0:0: x"] {
            let EngineError::Query { offset, .. } = told(reason, "select 1", 1) else { panic!() };
            assert_eq!(offset, None, "{reason}");
        }
    }
}
