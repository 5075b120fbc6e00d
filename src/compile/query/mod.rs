//! A model's SQL in, what rules ask of it out: the columns that it gives, the tables, functions and names in it.
//!
//! The query is read once for all rules, and its tree is not kept. Nothing is guessed: what is not sure is left out.

mod asked;
mod columns;
mod foreign;
mod types;
mod walk;

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use sqlparser::tokenizer::{Location, Span};

use super::sql::{self, SqlProblem};
use crate::source::LineIndex;

pub use asked::{Asked, Union};
pub use foreign::Idiom;

/// What is known of a query.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Facts {
    /// The columns that it gives, in their order; nothing when not even their number is known.
    pub columns: Option<Vec<Item>>,
    /// The tables that are named with their database.
    pub tables: Vec<TableName>,
    pub calls: Vec<Call>,
    /// Words of SQL that stand, without quotes, where a name should.
    pub reserved: Vec<Word>,
    /// The first words of the types that values are cast to.
    pub types: Vec<Word>,
    /// What other databases know and Athena does not.
    pub foreign: Vec<(&'static Idiom, Span)>,
    /// The names, in small letters, of all columns that rows are filtered or joined by.
    pub filtered: BTreeSet<String>,
    /// An `order by` for the rows of the whole query, of which no number is taken.
    pub sorted: Option<Span>,
    /// Columns that a table or CTE may not have.
    pub asked: Vec<Asked>,
    /// Queries of a set operation that may not give as many columns.
    pub unions: Vec<Union>,
    /// The names of CTEs that another CTE beside them has already.
    pub twice: Vec<Word>,
}

/// A part of what a query gives.
#[derive(Debug, Clone, PartialEq)]
pub enum Item {
    Column(Column),
    /// All columns of a table that the query does not define itself.
    All {
        table: TableName,
        /// The place of the `*`.
        at: Span,
    },
}

/// A column that a query gives.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// Nothing when it has none: `count(*)`.
    pub name: Option<Arc<str>>,
    /// The name stands in double quotes.
    pub is_quoted: bool,
    /// Where its name is given.
    pub named: Span,
    /// Where it stands in the outermost list of columns: there, or the `*` that brings it.
    pub listed: Span,
    /// Its type in Athena's words, where that is sure.
    pub data_type: Option<Arc<str>>,
}

impl Column {
    /// Whether it has this name, in whatever case.
    pub fn is_named(&self, name: &str) -> bool {
        self.name.as_ref().is_some_and(|known| known.eq_ignore_ascii_case(name))
    }
}

/// A table by its name: two or three parts, or one.
#[derive(Debug, Clone, PartialEq)]
pub struct TableName {
    pub parts: Arc<[String]>,
    pub at: Span,
}

/// A call of a function that is named without a database.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// In small letters.
    pub name: String,
    pub arguments: usize,
    /// The first argument, when it is a word without quotes.
    pub first_word: Option<String>,
    /// The place of the name.
    pub at: Span,
}

/// A word with its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Word {
    pub text: String,
    pub at: Span,
}

/// Reads compiled SQL.
///
/// # Errors
/// Why it is not one query.
pub fn read(sql: &str) -> Result<Facts, SqlProblem> {
    let (query, tokens) = sql::tree(sql)?;
    let mut facts = walk::facts(&query);
    facts.foreign.extend(foreign::in_tokens(&tokens));
    facts.types = types::written(&tokens);
    let checks = asked::Checks::default();
    facts.columns = columns::of(&query, &checks);
    (facts.asked, facts.unions) = (checks.asked.into_inner(), checks.unions.into_inner());
    facts.sorted = walk::sorted(&query);
    Ok(facts)
}

/// The bytes of a place in the SQL; nothing for a place that the reader does not know.
pub fn range(sql: &str, span: Span) -> Option<Range<usize>> {
    let index = LineIndex::new(sql);
    let offset = |at: Location| Some(index.offset(usize::try_from(at.line).ok()?, usize::try_from(at.column).ok()?));
    if span.start.line == 0 {
        return None;
    }
    let (start, end) = (offset(span.start)?, offset(span.end)?);
    Some(start..end.max(start))
}

#[cfg(test)]
mod tests;
