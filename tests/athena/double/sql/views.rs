//! Views: kept as Athena keeps them, as JSON in base64 inside of the catalogue's entry.

use cadet::engine::TypedColumn;
use cadet::engine::duckdb::athena::Table;
use serde_json::{Value, json};

use super::run::{Named, Run};
use super::select::translated;
use super::types::{can_be_read, duckdb_of, glue_of};
use super::words::Words;
use crate::double::athena::query::{Done, Failed};
use crate::double::base64;
use crate::double::glue::store;

pub fn create(run: &Run<'_>, words: &mut Words<'_>) -> Result<Done, Failed> {
    let replaces = words.take("create or replace view");
    let _ = replaces || words.take("create view");
    let name = run.named(&words.path());
    words.take("as");
    let (start, query) = (words.place(), words.rest());
    run.need_database(&name.database)?;
    let translated = translated(run, query, start)?;
    let described = run.described(&format!("({})", translated.sql))?;
    let mut columns = Vec::new();
    let mut own = Vec::new();
    for (column, (_, native)) in translated.names.iter().zip(described) {
        let shown = cadet::engine::duckdb::rows::athena_type(&native);
        let glue = glue_of(&native).unwrap_or_else(|| shown.clone());
        columns.push(json!({ "Name": column.to_lowercase(), "Type": glue }));
        own.push(json!({ "name": column.to_lowercase(), "type": shown }));
    }
    let view = json!({
        "originalSql": query, "catalog": "awsdatacatalog", "schema": name.database, "columns": own,
    });
    let input = json!({
        "Name": name.table,
        "TableType": "VIRTUAL_VIEW",
        "PartitionKeys": [],
        "Parameters": { "comment": "Presto View", "presto_view": "true" },
        "StorageDescriptor": { "Columns": columns, "Location": "", "SerdeInfo": { "Parameters": {} } },
        "ViewOriginalText": format!("/* Presto View: {} */", base64::encode(view.to_string().as_bytes())),
        "ViewExpandedText": "/* Presto View */",
    });
    let mut catalogue = run.world.catalogue();
    let refused =
        |refusal: crate::double::error::Refusal| Failed::user(format!("HIVE_METASTORE_ERROR: {}", refusal.message));
    match catalogue.table(&name.database, &name.table).map(store::Table::is_view) {
        Err(_) => catalogue.create_table(&name.database, input).map_err(refused)?,
        Ok(true) if replaces => catalogue.update_table(&name.database, input, None, false).map_err(refused)?,
        Ok(true) => {
            return Err(Failed::user(format!(
                "VIEW_ALREADY_EXISTS: line 1:1: View already exists: '{}'",
                name.shown()
            )));
        }
        Ok(false) => {
            let message = format!("TABLE_ALREADY_EXISTS: line 1:1: Table already exists: '{}'", name.shown());
            return Err(Failed::user(message));
        }
    }
    Ok(Done::default())
}

/// A view's rows. One whose query gives other columns than it did is stale.
pub fn read(run: &Run<'_>, name: &Named, table: &store::Table) -> Result<Table, Failed> {
    let stale = |why: &str| {
        Failed::user(format!(
            "VIEW_IS_STALE: line 1:1: View 'awsdatacatalog.{}' is stale or in invalid state: {why}",
            name.shown()
        ))
    };
    let text = table.input["ViewOriginalText"].as_str().unwrap_or_default();
    let text = text.trim_start_matches("/* Presto View: ").trim_end_matches(" */");
    let view: Value = base64::decode(text)
        .and_then(|bytes| serde_json::from_slice(&bytes).ok())
        .ok_or_else(|| Failed::user(format!("HIVE_INVALID_VIEW_DATA: Invalid view JSON: {text}")))?;
    let translated = translated(run, view["originalSql"].as_str().unwrap_or_default(), 0)?;
    let described = run.described(&format!("({})", translated.sql))?;
    let columns = table.columns();
    if columns.len() != described.len() {
        return Err(stale("stored view column count does not match column count derived from the view query analysis"));
    }
    for ((stored, glue), (given, native)) in columns.iter().zip(&described) {
        if !stored.eq_ignore_ascii_case(given) || !can_be_read(native, &duckdb_of(glue)) {
            let shown = cadet::engine::duckdb::rows::athena_type(native);
            let why = format!(
                "column [{given}] of type {shown} projected from query view at position 0 cannot be coerced to column \
                 [{stored}] of type {glue} stored in view definition"
            );
            return Err(stale(&why));
        }
    }
    let columns = described.into_iter().map(|(name, data_type)| TypedColumn { name, data_type }).collect();
    Ok(Table { name: format!("({})", translated.sql), columns })
}
