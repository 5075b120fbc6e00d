//! One statement while it is carried out: what it reads from, and what it has written.

use std::cell::{Cell, RefCell};

use duckdb::Connection;

use super::failure;
use crate::double::World;
use crate::double::athena::plan::Course;
use crate::double::athena::query::{Done, Failed, Query};
use crate::double::s3::store::parts;

/// What became of a statement.
#[derive(Debug)]
pub struct Ran {
    pub outcome: Result<Done, Failed>,
    pub scanned: u64,
    pub input_rows: u64,
    /// Where the list of the files that it wrote stands.
    pub manifest: Option<String>,
}

/// A statement that is carried out.
pub struct Run<'w> {
    pub world: &'w World,
    pub query: &'w Query,
    pub course: &'w Course,
    pub connection: Connection,
    pub scanned: Cell<u64>,
    pub input_rows: Cell<u64>,
    /// The addresses of the files that it wrote.
    pub written: RefCell<Vec<String>>,
    /// Why a table could not be read.
    pub broken: RefCell<Option<Failed>>,
}

/// Columns: their names and their types.
pub type Columns = [(String, String)];

/// The name of a table: its database and its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    pub database: String,
    pub table: String,
}

impl Named {
    pub fn shown(&self) -> String {
        format!("{}.{}", self.database, self.table)
    }
}

impl<'w> Run<'w> {
    pub fn new(world: &'w World, query: &'w Query, course: &'w Course) -> Self {
        Self {
            world,
            query,
            course,
            connection: world.connection(),
            scanned: Cell::new(0),
            input_rows: Cell::new(0),
            written: RefCell::default(),
            broken: RefCell::default(),
        }
    }

    /// Leaves the list of the files, and says what became of the statement.
    pub fn ended(self, outcome: Result<Done, Failed>) -> Ran {
        let written = self.written.into_inner();
        let manifest = (!written.is_empty()).then(|| {
            let address = format!("{}{}-manifest.csv", self.query.output, self.query.id);
            let (bucket, key) = parts(&address);
            let mut store = self.world.store();
            let object = store.written(format!("{}\n", written.join("\n")).as_bytes(), "text/csv", Vec::new());
            drop(store.put(&bucket, &key, object));
            address
        });
        let outcome = outcome.map_err(|error| with_manifest(error, manifest.as_deref()));
        Ran { outcome, scanned: self.scanned.get(), input_rows: self.input_rows.get(), manifest }
    }

    /// The database of names that have none.
    pub fn own_database(&self) -> String {
        let given = self.query.input["QueryExecutionContext"]["Database"].as_str();
        given.unwrap_or("default").to_lowercase()
    }

    /// What a name means.
    pub fn named(&self, path: &[String]) -> Named {
        let lower = |text: &String| text.to_lowercase();
        match path {
            [table] => Named { database: self.own_database(), table: lower(table) },
            [.., database, table] => Named { database: lower(database), table: lower(table) },
            [] => Named { database: self.own_database(), table: String::new() },
        }
    }

    /// Runs a statement of DuckDB's.
    pub fn execute(&self, sql: &str) -> Result<usize, Failed> {
        self.connection.execute(sql, []).map_err(|error| failure::of_duckdb(&error))
    }

    /// The one number that a query of DuckDB's gives.
    pub fn number(&self, sql: &str) -> Result<u64, Failed> {
        let number: i64 =
            self.connection.query_row(sql, [], |row| row.get(0)).map_err(|error| failure::of_duckdb(&error))?;
        Ok(u64::try_from(number).unwrap_or_default())
    }

    /// The rows of a query of DuckDB's, each value a text.
    pub fn texts(&self, sql: &str, width: usize) -> Result<Vec<Vec<Option<String>>>, Failed> {
        let wrong = |error: duckdb::Error| failure::of_duckdb(&error);
        let mut statement = self.connection.prepare(sql).map_err(wrong)?;
        let row = |row: &duckdb::Row<'_>| (0..width).map(|at| row.get(at)).collect::<Result<Vec<_>, _>>();
        statement.query_map([], row).map_err(wrong)?.collect::<Result<_, _>>().map_err(wrong)
    }

    /// The names and DuckDB's types of the columns of a query or a table.
    pub fn described(&self, what: &str) -> Result<Vec<(String, String)>, Failed> {
        let wrong = |error: duckdb::Error| failure::of_duckdb(&error);
        let mut statement = self.connection.prepare(&format!("describe {what}")).map_err(wrong)?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).map_err(wrong)?;
        rows.collect::<Result<_, _>>().map_err(wrong)
    }

    /// What Athena says of a schema that is not there.
    pub fn need_database(&self, name: &str) -> Result<(), Failed> {
        match self.world.catalogue().database(name) {
            Ok(_) => Ok(()),
            Err(_) => Err(Failed::user(format!("SCHEMA_NOT_FOUND: line 1:1: Schema '{name}' does not exist"))),
        }
    }
}

/// Athena says where the files are that a failed statement left.
fn with_manifest(error: Failed, manifest: Option<&str>) -> Failed {
    let Some(manifest) = manifest else { return error };
    let message = format!(
        "{}. If a data manifest file was generated at '{manifest}', you may need to manually clean the data from \
         locations specified in the manifest. Athena will not delete data in your account.",
        error.message
    );
    Failed { message, ..error }
}
