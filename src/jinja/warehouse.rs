//! What a template may ask of a warehouse while it is compiled. All of it reads.

use std::fmt::Debug;

use super::column::Column;
use super::relation::Relation;
use crate::compile::sql;

/// What is stored under a relation's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Table,
    View,
}

/// One value of an answer.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    Null,
    Boolean(bool),
    Integer(i128),
    /// A number with a fraction, written in digits.
    Decimal(String),
    Float(f64),
    Text(String),
    Date(jiff::civil::Date),
    Timestamp(jiff::civil::DateTime),
    /// A list, a row or a map.
    Nested(serde_json::Value),
}

/// The rows that a query answers, and the names of their columns.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Answer {
    pub columns: Vec<String>,
    pub rows: Vec<Vec<Cell>>,
}

/// A warehouse as templates see it. What fails is said in words for the author.
pub trait Warehouse: Debug + Send + Sync {
    /// The rows of a query.
    ///
    /// # Errors
    /// When the query fails.
    fn query(&self, sql: &str) -> Result<Answer, String>;

    /// The columns of a query, without running it.
    ///
    /// # Errors
    /// When the query cannot be understood.
    fn columns_of_query(&self, sql: &str) -> Result<Vec<Column>, String>;

    /// What stands under a relation's name.
    ///
    /// # Errors
    /// When the warehouse cannot be reached.
    fn kind(&self, relation: &Relation) -> Result<Option<Kind>, String>;

    /// The columns of a relation; none when there is no such relation.
    ///
    /// # Errors
    /// When the warehouse cannot be reached.
    fn columns(&self, relation: &Relation) -> Result<Vec<Column>, String>;

    /// The names of the tables and views of a relation's schema.
    ///
    /// # Errors
    /// When the warehouse cannot be reached.
    fn relations(&self, schema: &Relation) -> Result<Vec<(String, Kind)>, String>;

    /// The names of all schemas.
    ///
    /// # Errors
    /// When the warehouse cannot be reached.
    fn schemas(&self) -> Result<Vec<String>, String>;
}

/// Refuses everything but one query, so that no template changes what is stored.
///
/// Without a warehouse nothing is run, and a query may lack what the warehouse would have answered before: then only the
/// beginning is looked at.
///
/// # Errors
/// What a template may not run.
pub(super) fn refuse_statements(statement: &str, is_run: bool) -> Result<&str, String> {
    let query = statement.trim().trim_end_matches(';').trim_end();
    let begins = |word: &str| query.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
    match sql::check(query) {
        Err(_) if !is_run && ["select", "with", "(", "values"].into_iter().any(begins) => Ok(query),
        // One query all the same, with a clause that only the warehouse can read.
        Err(problem) if !problem.is_unread => Err(format!(
            "a template may only read the warehouse, with one query: {}; {}",
            problem.message, problem.help
        )),
        _ => Ok(query),
    }
}
