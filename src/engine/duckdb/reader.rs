//! What templates may ask of the embedded engine.

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use duckdb::types::Value;
use duckdb::{Connection, params};

use super::cell::cell;
use super::message::query_error;
use super::rows::athena_type;
use super::{DuckDb, found, translate};
use crate::engine::{EngineError, Stored};
use crate::jinja::column::Column;
use crate::jinja::relation::Relation;
use crate::jinja::warehouse::{Answer, Cell, Kind, Warehouse};

/// A connection of its own, on which only queries are run.
pub(super) struct Reader {
    connection: Mutex<Connection>,
    catalogue: String,
}

impl Reader {
    pub(super) fn new(connection: Connection, catalogue: &str) -> Self {
        Self { connection: Mutex::new(connection), catalogue: catalogue.to_owned() }
    }

    fn connection(&self) -> MutexGuard<'_, Connection> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Reader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Reader")
    }
}

/// What is said of an error of DuckDB's own.
fn wrong(error: duckdb::Error) -> String {
    words(query_error(&error))
}

fn words(error: EngineError) -> String {
    error.to_string()
}

impl Warehouse for Reader {
    fn query(&self, sql: &str) -> Result<Answer, String> {
        let connection = self.connection();
        let query = translate(&connection, &self.catalogue, sql).map_err(words)?;
        let mut statement = connection.prepare(&query.sql).map_err(wrong)?;
        let mut rows = statement.query([]).map_err(wrong)?;
        // A column of nothing but `null` has a type that the driver cannot read.
        let types =
            rows.as_ref().map(|found| (0..query.names.len()).map(|at| found.column_type(at).to_string()).collect());
        let types: Vec<String> = types.unwrap_or_default();
        let mut answer = Answer { columns: query.names, rows: Vec::new() };
        while let Some(row) = rows.next().map_err(wrong)? {
            let values = types.iter().enumerate().map(|(at, data_type)| match data_type == "Null" {
                true => Ok(Cell::Null),
                false => row.get::<_, Value>(at).map(cell),
            });
            answer.rows.push(values.collect::<Result<_, _>>().map_err(wrong)?);
        }
        Ok(answer)
    }

    fn columns_of_query(&self, sql: &str) -> Result<Vec<Column>, String> {
        let connection = self.connection();
        let query = translate(&connection, &self.catalogue, sql).map_err(words)?;
        let described = DuckDb::described(&connection, &format!("(\n{}\n)", query.sql)).map_err(words)?;
        let named = query.names.iter().zip(&described);
        Ok(named.map(|(name, column)| Column::described(name, &athena_type(&column.data_type))).collect())
    }

    fn kind(&self, relation: &Relation) -> Result<Option<Kind>, String> {
        let found = found(&self.connection(), relation).map_err(words)?;
        Ok(found.map(|found| if found.stored == Stored::View { Kind::View } else { Kind::Table }))
    }

    fn columns(&self, relation: &Relation) -> Result<Vec<Column>, String> {
        let connection = self.connection();
        if found(&connection, relation).map_err(words)?.is_none() {
            return Ok(Vec::new());
        }
        let described: Result<_, EngineError> = DuckDb::columns(&connection, relation);
        let described = described.map_err(words)?;
        Ok(described.iter().map(|column| Column::described(&column.name, &athena_type(&column.data_type))).collect())
    }

    fn relations(&self, schema: &Relation) -> Result<Vec<(String, Kind)>, String> {
        const LIST: &str = "select table_name, 'TABLE' as kind from duckdb_tables() where database_name = ?1 and schema_name = ?2 \
                            union all select view_name, 'VIEW' from duckdb_views() where database_name = ?1 and schema_name = ?2 order by 1";
        let connection = self.connection();
        let mut statement = connection.prepare(LIST).map_err(wrong)?;
        let [database, name] = [&schema.database, &schema.schema].map(|part| part.clone().unwrap_or_default());
        let rows = statement.query_map(params![database, name], |row| {
            let kind: String = row.get(1)?;
            Ok((row.get(0)?, if kind == "VIEW" { Kind::View } else { Kind::Table }))
        });
        rows.and_then(Iterator::collect).map_err(wrong)
    }

    fn schemas(&self) -> Result<Vec<String>, String> {
        // DuckDB's own `main` counts when something stands in it.
        const SCHEMAS: &str = "select schema_name from duckdb_schemas() where not internal \
                               union select schema_name from duckdb_tables() where not internal order by 1";
        let connection = self.connection();
        let mut statement = connection.prepare(SCHEMAS).map_err(wrong)?;
        let rows = statement.query_map([], |row| row.get(0));
        rows.and_then(Iterator::collect).map_err(wrong)
    }
}
