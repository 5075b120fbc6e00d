//! Sources for the embedded engine: a CSV for each table, or an empty table with the columns that YAML describes.

use std::path::Path;

use crate::engine::{Engine, EngineError, Load, TypedColumn, Write};
use crate::parse::csv::{self, Table};
use crate::project::SourceTable;

/// What a source table was filled with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Filled {
    /// Rows from a CSV.
    Rows(u64),
    /// No CSV was given: the table is empty.
    Empty,
    /// The table was there already.
    Kept,
}

/// Makes sure that a source table is there. With a folder of data, its `<schema>/<identifier>.csv` is loaded anew.
///
/// # Errors
/// When the CSV cannot be read, a value does not fit its column, or neither a CSV nor columns are known.
pub fn fill(table: &SourceTable, folder: Option<&Path>, engine: &dyn Engine) -> Result<Filled, EngineError> {
    let failed = |message: String| EngineError::Query { message, offset: None, help: None };
    let is_plain = |name: &str| !name.contains(['/', '\\']) && name != "..";
    if !is_plain(&table.schema) || !is_plain(&table.identifier) {
        return Err(failed("its schema and its identifier must be plain names".to_owned()));
    }
    let file = folder.map(|folder| folder.join(&table.schema).join(format!("{}.csv", table.identifier)));
    let text = file.as_ref().and_then(|file| std::fs::read_to_string(file).ok());
    let Some(text) = text else {
        if engine.find(&table.relation)?.is_some() {
            return Ok(Filled::Kept);
        }
        let columns = described(table);
        if columns.is_empty() {
            let wanted = format!("{}/{}.csv", table.schema, table.identifier);
            return Err(failed(format!(
                "it has no columns in its YAML and no data: describe its columns, or put {wanted} into --source-data"
            )));
        }
        let rows = Table { header: columns.iter().map(|column| column.name.clone()).collect(), rows: Vec::new() };
        engine.load(&Write::plain(&table.relation), &Load { table: &rows, columns })?;
        return Ok(Filled::Empty);
    };
    let rows = csv::read(&text, b',').map_err(|problem| {
        let line = text[..problem.span.start].matches('\n').count() + 1;
        failed(format!("its data cannot be read: line {line} of {}.csv: {}", table.identifier, problem.message))
    })?;
    let mut columns = described(table);
    let more = rows
        .header
        .iter()
        .enumerate()
        .filter(|(_, name)| columns.iter().all(|known| !known.name.eq_ignore_ascii_case(name)));
    let more: Vec<TypedColumn> = more
        .map(|(at, name)| TypedColumn { name: name.clone(), data_type: csv::infer(&rows, at).name().to_owned() })
        .collect();
    columns.extend(more);
    engine.load(&Write::plain(&table.relation), &Load { table: &rows, columns }).map(Filled::Rows)
}

fn described(table: &SourceTable) -> Vec<TypedColumn> {
    let typed = table.columns.values().map(|column| TypedColumn {
        name: column.name.clone(),
        data_type: column.data_type.clone().unwrap_or_else(|| "varchar".to_owned()),
    });
    typed.collect()
}
