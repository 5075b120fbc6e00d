//! The warehouse behind a small trait.
//!
//! An engine never takes a destination from text that a project rendered: it is given a [`Relation`] that cadet
//! computed and a query, and makes the statements itself. It builds and validates before it replaces.

pub mod duckdb;

use std::sync::Arc;

use crate::jinja::relation::Relation;
use crate::jinja::warehouse::Warehouse;
use crate::parse::csv::Table;

/// What stands under a relation's name, and the mark that cadet left on it when it was built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    pub stored: Stored,
    pub mark: Option<String>,
}

/// What is stored in the warehouse under a relation's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stored {
    Table,
    View,
}

/// A column with its type in Athena's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypedColumn {
    pub name: String,
    pub data_type: String,
}

/// Rows to load, each column with the type that it is to have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Load<'a> {
    pub table: &'a Table,
    pub columns: Vec<TypedColumn>,
}

/// What a query gave, as Athena shows it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rows {
    pub columns: Vec<TypedColumn>,
    /// The type of each column in the engine's own words.
    pub native: Vec<String>,
    /// Nothing stands for null.
    pub rows: Vec<Vec<Option<String>>>,
}

/// What a data test found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TestAnswer {
    pub failures: u64,
    pub warns: bool,
    pub fails: bool,
}

/// Why a statement failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EngineError {
    /// The engine refused the query; `offset` is the place in the query's own text, and `help` the way out, if known.
    #[error("{message}")]
    Query { message: String, offset: Option<usize>, help: Option<String> },
    /// The query uses something that this engine does not have, though Athena does.
    #[error("this engine cannot run `{0}`; Athena can")]
    NotHere(String),
    /// The table does not have the columns that its contract promises.
    #[error("{0}")]
    Contract(String),
    /// The engine itself cannot be used.
    #[error("{0}")]
    Unavailable(String),
}

/// A warehouse.
pub trait Engine: Sync {
    /// What is stored under this name.
    ///
    /// # Errors
    /// When the engine cannot be reached.
    fn find(&self, relation: &Relation) -> Result<Option<Found>, EngineError>;

    /// Leaves a mark on what was built, by which a later run knows what it was built from.
    ///
    /// # Errors
    /// When there is nothing under this name.
    fn mark(&self, relation: &Relation, mark: &str) -> Result<(), EngineError>;

    /// Builds a table beside the old one, compares it with the contract if there is one, and then replaces the old one
    /// in one step. Returns the number of rows.
    ///
    /// # Errors
    /// When the query fails or breaks the contract; the old table is then as it was.
    fn replace_table(
        &self,
        relation: &Relation,
        query: &str,
        contract: Option<&[TypedColumn]>,
    ) -> Result<u64, EngineError>;

    /// Replaces a view in one step.
    ///
    /// # Errors
    /// When the query fails; the old view is then as it was.
    fn replace_view(&self, relation: &Relation, query: &str) -> Result<(), EngineError>;

    /// Adds the query's rows to a table, column by column name. Returns how many.
    ///
    /// # Errors
    /// When the query fails or lacks a column; no row is then added.
    fn append(&self, relation: &Relation, query: &str) -> Result<u64, EngineError>;

    /// Loads rows into a new table that replaces the old one in one step. Returns how many.
    ///
    /// # Errors
    /// When a value does not fit its type; the old table is then as it was.
    fn load(&self, relation: &Relation, load: &Load<'_>) -> Result<u64, EngineError>;

    /// What templates may read while they are compiled.
    ///
    /// # Errors
    /// When the engine cannot be reached.
    fn reader(&self) -> Result<Arc<dyn Warehouse>, EngineError>;

    /// Runs a data test's query, which returns failures, whether to warn and whether to fail.
    ///
    /// # Errors
    /// When the query fails.
    fn test(&self, query: &str) -> Result<TestAnswer, EngineError>;

    /// Runs a query and returns its rows, at most `limit` of them; with a limit of 0 it is only described. It writes nothing.
    ///
    /// # Errors
    /// When the query fails, or is no query.
    fn rows(&self, query: &str, limit: Option<usize>) -> Result<Rows, EngineError>;
}
