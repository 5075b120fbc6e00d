//! Parquet files in, tables of DuckDB out, and back. This DuckDB has no Parquet of its own; Arrow stands between.

use std::collections::HashMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{LazyLock, Mutex, PoisonError};

use duckdb::Connection;
use duckdb::vtab::arrow::{ArrowBatchRegistration, ArrowVTab};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::failure;
use super::run::Run;
use super::words::quoted;
use crate::double::athena::query::Failed;

/// What is known of a Parquet file. Files never change, so each is loaded once.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// DuckDB's table with its rows.
    pub table: String,
    pub columns: Vec<(String, String)>,
    pub rows: u64,
}

static LOADED: LazyLock<Mutex<HashMap<PathBuf, Loaded>>> = LazyLock::new(Mutex::default);

/// Makes `arrow(…)` known to a database.
pub fn register(connection: &Connection) {
    connection.register_table_function::<ArrowVTab>("arrow").unwrap();
}

/// The rows of a file as a table of DuckDB's.
///
/// # Errors
/// When it is no Parquet file.
pub fn loaded(run: &Run<'_>, file: &Path) -> Result<Loaded, String> {
    let mut known = LOADED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = known.get(file) {
        return Ok(known.clone());
    }
    let opened = File::open(file).map_err(|error| error.to_string())?;
    let reader = ParquetRecordBatchReaderBuilder::try_new(opened).map_err(|error| error.to_string())?;
    let schema = reader.schema().clone();
    let table = format!("cadet_file_{}", file.file_name().unwrap_or_default().to_string_lossy());
    let said = |failed: Failed| failed.message;
    let empty = duckdb::arrow::record_batch::RecordBatch::new_empty(schema);
    let mut rows = 0;
    insert(run, empty, &format!("create or replace table {}", quoted(&table))).map_err(said)?;
    for batch in reader.build().map_err(|error| error.to_string())? {
        let batch = batch.map_err(|error| error.to_string())?;
        rows += batch.num_rows() as u64;
        insert(run, batch, &format!("insert into {}", quoted(&table))).map_err(said)?;
    }
    let columns = run.described(&quoted(&table)).map_err(said)?;
    let found = Loaded { table, columns, rows };
    known.insert(file.to_owned(), found.clone());
    Ok(found)
}

fn insert(run: &Run<'_>, batch: duckdb::arrow::record_batch::RecordBatch, into: &str) -> Result<(), Failed> {
    let registered = ArrowBatchRegistration::new(batch);
    let middle = if into.starts_with("create") { " as" } else { "" };
    let sql = format!("{into}{middle} select * from arrow(?)");
    run.connection.execute(&sql, [&registered]).map(drop).map_err(|error| failure::of_duckdb(&error))
}

/// Writes the rows of a query of DuckDB's into a file.
pub fn write(run: &Run<'_>, sql: &str, file: &Path) -> Result<(), Failed> {
    let wrong = |error: duckdb::Error| failure::of_duckdb(&error);
    let mut statement = run.connection.prepare(sql).map_err(wrong)?;
    let batches = statement.query_arrow([]).map_err(wrong)?;
    let schema = batches.get_schema();
    let mut writer = ArrowWriter::try_new(File::create(file).unwrap(), schema, None).unwrap();
    for batch in batches {
        writer.write(&batch).unwrap();
    }
    writer.close().unwrap();
    Ok(())
}
