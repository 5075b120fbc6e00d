//! The values of a seed, column by column, for rules that never show them.

use serde_json::Value;

use super::Subject;
use crate::finding::Place;
use crate::parse::csv::{self, Table};
use crate::project::Node;

/// A seed that could be read.
pub struct SeedRows<'s> {
    pub seed: &'s Node,
    pub table: &'s Table,
    text: &'s str,
    is_athena: bool,
}

impl<'s> SeedRows<'s> {
    /// The rows of a seed; nothing when it cannot be read.
    pub fn of(seed: &'s Node, subject: &'s Subject<'_>) -> Option<Self> {
        let table = subject.seed(seed)?.as_ref().ok()?;
        let is_athena = matches!(subject.project.target.kind.as_str(), "athena" | "duckdb");
        Some(Self { seed, table, text: subject.project.text(&seed.file), is_athena })
    }

    /// The values of a column without those that dbt takes for null, each with its row as a spreadsheet counts: the
    /// header is row 1.
    pub fn values(&self, column: usize) -> impl Iterator<Item = (usize, &'s str)> + use<'s> {
        let values = self.table.rows.iter().enumerate().map(move |(at, row)| (at + 2, row[column].trim()));
        values.filter(|(_, value)| !csv::is_null(value))
    }

    /// The columns whose type dbt guesses, since `column_types` says nothing of them.
    pub fn guessed(&self) -> impl Iterator<Item = usize> + '_ {
        let types = self.seed.config.get("column_types");
        let is_said = move |name: &str| types.and_then(|types| types.get(name)).is_some();
        (0..self.table.header.len()).filter(move |at| !is_said(&self.table.header[*at]))
    }

    /// Whether the seed goes to Athena as a CSV, as is usual, and not in `insert` statements or to another warehouse.
    pub fn is_uploaded(&self) -> bool {
        self.is_athena && !matches!(self.seed.config.get("seed_by_insert"), Some(Value::Bool(true)))
    }

    /// The place of a column's name. A finding that stood in a row would show the row.
    pub fn header(&self, column: usize) -> Place {
        let delimiter = self.seed.config_text("delimiter").and_then(|text| text.bytes().next()).unwrap_or(b',');
        Place::span(self.seed.file.clone(), csv::header_span(self.text, delimiter, column))
    }

    /// `one, in row 7`, or `12, the first in row 7`.
    pub fn counted(rows: &[usize]) -> String {
        match rows {
            [] => String::new(),
            [row] => format!("one, in row {row}"),
            [first, ..] => format!("{}, the first in row {first}", rows.len()),
        }
    }

    /// How to say the type of a column, to be pasted.
    pub fn type_help(&self, column: usize, data_type: &str) -> String {
        let (seed, name) = (&self.seed.name, &self.table.header[column]);
        let is_plain = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        let name = if is_plain { name.clone() } else { format!("'{}'", name.replace('\'', "''")) };
        format!(
            "say its type in the property file:\n    seeds:\n      - name: {seed}\n        config:\n          column_types:\n            {name}: {data_type}"
        )
    }
}
