//! The values of a seed, column by column, for rules that never show them.

use std::borrow::Cow;

use serde_json::Value;

use super::Subject;
use super::personal::is_value;
use crate::finding::Place;
use crate::parse::csv::{self, Table};
use crate::project::Node;

/// A seed that could be read.
pub struct SeedRows<'s> {
    pub seed: &'s Node,
    pub table: Cow<'s, Table>,
    text: &'s str,
    delimiter: u8,
    is_athena: bool,
    /// The first line looks like a row of values: it is not shown either.
    is_hidden: bool,
}

impl<'s> SeedRows<'s> {
    /// The rows of a seed; nothing when it cannot be read.
    pub fn of(seed: &'s Node, subject: &'s Subject<'_>) -> Option<Self> {
        let table = subject.seed(seed)?.as_ref().ok()?;
        Some(Self::with(seed, subject, Cow::Borrowed(table)))
    }

    /// The same, with the rows that have too many or too few values.
    pub fn loosely(seed: &'s Node, subject: &'s Subject<'_>) -> Option<Self> {
        match subject.seed(seed)? {
            Ok(_) => Self::of(seed, subject),
            Err(_) => {
                let table = csv::loose(subject.project.text(&seed.file), subject.project.delimiter(seed));
                Some(Self::with(seed, subject, Cow::Owned(table)))
            }
        }
    }

    fn with(seed: &'s Node, subject: &'s Subject<'_>, table: Cow<'s, Table>) -> Self {
        let is_athena = matches!(subject.project.target.kind.as_str(), "athena" | "duckdb");
        let is_hidden = table.header.iter().any(|name| is_value(name));
        let (text, delimiter) = (subject.project.text(&seed.file), subject.project.delimiter(seed));
        Self { seed, table, text, delimiter, is_athena, is_hidden }
    }

    /// Whether the first line may be shown: it does not look like values.
    pub fn has_names(&self) -> bool {
        !self.is_hidden
    }

    /// A column, for people: by its name, or by its number where the first line is not shown.
    pub fn column(&self, at: usize) -> String {
        match self.table.header.get(at).filter(|name| !self.is_hidden && !name.is_empty()) {
            Some(name) => format!("the column `{name}`"),
            None => format!("column {}", at + 1),
        }
    }

    /// The values of a column without those that dbt takes for null, each with its row as a spreadsheet counts: the
    /// header is row 1.
    pub fn values(&self, column: usize) -> impl Iterator<Item = (usize, &str)> {
        let values = self.table.rows.iter().enumerate();
        let values = values.filter_map(move |(at, row)| Some((at + 2, row.get(column)?.trim())));
        values.filter(|(_, value)| !csv::is_null(value))
    }

    /// The columns whose type dbt guesses, since `column_types` says nothing of them.
    pub fn guessed(&self) -> impl Iterator<Item = usize> + '_ {
        let types = self.seed.config.get("column_types");
        let is_said = move |name: &str| types.and_then(|types| types.get(name)).is_some();
        (0..self.table.header.len()).filter(move |at| !is_said(&self.table.header[*at]))
    }

    /// The columns whose type `column_types` says, each with it.
    pub fn declared(&self) -> impl Iterator<Item = (usize, &str)> {
        let types = self.seed.config.get("column_types");
        let said = move |name: &str| types.and_then(|types| types.get(name)).and_then(Value::as_str);
        self.table.header.iter().enumerate().filter_map(move |(at, name)| Some((at, said(name)?)))
    }

    /// Whether the seed goes to Athena as a CSV, as is usual, and not in `insert` statements or to another warehouse.
    pub fn is_uploaded(&self) -> bool {
        self.is_athena && !matches!(self.seed.config.get("seed_by_insert"), Some(Value::Bool(true)))
    }

    /// The place of a column's name. A finding that stood in a row would show the row.
    pub fn header(&self, column: usize) -> Place {
        if self.is_hidden {
            return Place::file(self.seed.file.clone());
        }
        Place::span(self.seed.file.clone(), csv::header_span(self.text, self.delimiter, column))
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
        if self.is_hidden {
            return format!(
                "give the seed a first line with names, and say the type of column {} in its property file: {data_type}",
                column + 1
            );
        }
        let is_plain = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        let name = if is_plain { name.clone() } else { format!("'{}'", name.replace('\'', "''")) };
        format!(
            "say its type in the property file:\n    seeds:\n      - name: {seed}\n        config:\n          column_types:\n            {name}: {data_type}"
        )
    }
}
