//! The warehouse behind a small trait.
//!
//! An engine never takes a destination from text that a project rendered: it is given a [`Relation`] that cadet
//! computed and a query, and makes the statements itself. It builds and validates before it replaces.

pub mod athena;
pub mod duckdb;
pub mod merge;
mod parts;
pub mod signals;
pub mod snapshot;
mod write;

pub use write::{Documented, Strategy, Write};

use std::path::PathBuf;
use std::sync::Arc;

use crate::jinja::relation::Relation;
use crate::jinja::warehouse::Warehouse;
use crate::parse::csv::Table;
use crate::project::Node;
use athena::place::{Destination, Misplaced};
use snapshot::Renewal;

/// What stands under a relation's name, and the mark that cadet left on it when it was built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    pub stored: Stored,
    pub mark: Option<String>,
    /// When it was last built, where the engine knows that.
    pub built: Option<jiff::Timestamp>,
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

/// What one statement cost.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Spent {
    /// The engine's own name for it, by which its console finds it.
    pub query: String,
    pub bytes: u64,
    /// Milliseconds until it began, and while it ran.
    pub queued: u64,
    pub ran: u64,
    /// In dollars.
    pub cost: f64,
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
    /// Someone asked cadet to stop.
    #[error("stopped while it was running")]
    Interrupted,
    /// The run may read no more.
    #[error("{0}")]
    OverBudget(String),
    /// The engine itself cannot be used.
    #[error("{0}")]
    Unavailable(String),
}

/// A warehouse.
pub trait Engine: Sync {
    /// From here on this thread works for the node: its statements are its own.
    fn begin(&self, _node: &str) {}

    /// What this thread's statements cost since [`Engine::begin`].
    fn end(&self) -> Vec<Spent> {
        Vec::new()
    }

    /// Whether cadet makes the tables of sources here. Elsewhere they are there already, and someone else's.
    fn fills_sources(&self) -> bool {
        true
    }

    /// Whether someone asked cadet to stop: nothing new is begun then.
    fn is_interrupted(&self) -> bool {
        false
    }

    /// Why nothing new is begun any more, though nobody asked cadet to stop.
    fn used_up(&self) -> Option<String> {
        None
    }

    /// Keeps the files of a run, each under its name, where others find them. Returns where that is; nothing where the
    /// engine has no such place.
    ///
    /// # Errors
    /// When they cannot be stored.
    fn keep(&self, _files: &[(String, PathBuf)]) -> Result<Option<String>, EngineError> {
        Ok(None)
    }

    /// Where this engine puts a node's table, if that is not for the table's name alone to say.
    fn place(&self, _node: &Node) -> Option<Destination> {
        None
    }

    /// Where this engine keeps the rows that break a test, if that is not for the test's relation alone to say.
    ///
    /// # Errors
    /// When there is no place for them.
    fn place_of_failures(&self, _test: &Node, _tested: Option<&Node>) -> Result<Option<Destination>, Misplaced> {
        Ok(None)
    }

    /// Why a node cannot be built here, if that is known without trying.
    fn refuses(&self, _node: &Node) -> Option<Misplaced> {
        None
    }

    /// What is stored under this name.
    ///
    /// # Errors
    /// When the engine cannot be reached.
    fn find(&self, relation: &Relation) -> Result<Option<Found>, EngineError>;

    /// Lets nobody else change a node's table while `work` looks at what is there, decides what is to become of it, and
    /// builds it. What an earlier run was stopped in the middle of showing is shown before.
    ///
    /// # Errors
    /// When somebody else is at it for too long, or what was left cannot be shown; `work` is then not begun.
    fn alone(&self, _write: &Write<'_>, work: &mut dyn FnMut()) -> Result<(), EngineError> {
        work();
        Ok(())
    }

    /// Builds a table beside the old one, compares it with the contract if there is one, and then replaces the old one
    /// in one step. Returns the number of rows.
    ///
    /// # Errors
    /// When the query fails or breaks the contract; the old table is then as it was.
    fn replace_table(&self, write: &Write<'_>, query: &str) -> Result<u64, EngineError>;

    /// Replaces a view in one step.
    ///
    /// # Errors
    /// When the query fails; the old view is then as it was.
    fn replace_view(&self, write: &Write<'_>, query: &str) -> Result<(), EngineError>;

    /// Adds the query's rows to a table, column by column name, as its strategy says. Returns how many.
    ///
    /// # Errors
    /// When the query fails or lacks a column; no row is then added.
    fn add(&self, write: &Write<'_>, query: &str) -> Result<u64, EngineError>;

    /// Brings the history of a snapshot that is there up to date in one step. Returns how many rows were written.
    ///
    /// # Errors
    /// When the query fails; the history is then as it was.
    fn renew(&self, write: &Write<'_>, renewal: &Renewal) -> Result<u64, EngineError> {
        self.replace_table(write, &renewal.whole)
    }

    /// Whether the hooks of the project are run here: nothing but the settings can say so.
    fn runs_hooks(&self) -> bool {
        false
    }

    /// Runs a statement of the project's own, once.
    ///
    /// # Errors
    /// When it fails, or is not allowed; what it did by then stays.
    fn run_hook(&self, _statement: &str) -> Result<(), EngineError> {
        Err(EngineError::Unavailable("hooks are not run here".to_owned()))
    }

    /// Loads rows into a new table that replaces the old one in one step. Returns how many.
    ///
    /// # Errors
    /// When a value does not fit its type; the old table is then as it was.
    fn load(&self, write: &Write<'_>, load: &Load<'_>) -> Result<u64, EngineError>;

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
