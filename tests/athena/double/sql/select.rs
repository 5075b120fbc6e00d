//! Queries: Athena's SQL through cadet's own reader, over the tables that are registered at this moment.

use cadet::engine::EngineError;
use cadet::engine::duckdb::athena::{self, Table, Translated};
use cadet::engine::duckdb::rows::{athena_type, fetched};

use super::run::Run;
use super::words::Words;
use super::{failure, tables, views};
use crate::double::athena::query::{Column, Done, Failed};

/// Runs a query and gives its rows.
pub fn select(run: &Run<'_>, words: &mut Words<'_>) -> Result<Done, Failed> {
    let (start, query) = (words.place(), words.rest());
    let translated = translated(run, query, start)?;
    let native: Vec<String> =
        run.described(&format!("({})", translated.sql))?.into_iter().map(|(_, native)| native).collect();
    let rows = fetched(&run.connection, &translated.sql, (&native, None));
    let rows = rows.map_err(|error| failure::of_engine(error, words.sql, start))?;
    let named = translated.names.into_iter().zip(&native);
    let columns = named.map(|(name, native)| Column { name, data_type: athena_type(native) }).collect();
    let bytes = rows.iter().flatten().map(|cell| cell.as_ref().map_or(0, String::len) as u64).sum();
    Ok(Done { columns, rows, updated: None, output_bytes: bytes })
}

/// A query in DuckDB's words; `base` is where it begins in the statement.
pub fn translated(run: &Run<'_>, query: &str, base: usize) -> Result<Translated, Failed> {
    let found = athena::translate(query, &|path: &[String]| table(run, path));
    found.map_err(|error| match run.broken.borrow_mut().take() {
        Some(broken) => broken,
        None => failure::of_engine(error, &run.query.sql, base),
    })
}

/// A table or a view by its name.
fn table(run: &Run<'_>, path: &[String]) -> Result<Option<Table>, EngineError> {
    let stop = |failed: Failed| {
        let message = failed.message.clone();
        run.broken.borrow_mut().get_or_insert(failed);
        EngineError::Unavailable(message)
    };
    let name = run.named(path);
    run.need_database(&name.database).map_err(stop)?;
    let Some(found) = run.world.catalogue().table(&name.database, &name.table).ok().cloned() else {
        let at = place(run, path);
        let shown = name.shown();
        return Err(stop(Failed::user(format!("TABLE_NOT_FOUND: {at}Table 'awsdatacatalog.{shown}' does not exist"))));
    };
    if found.is_view() { views::read(run, &name, &found) } else { tables::read(run, &name, &found) }
        .map(Some)
        .map_err(stop)
}

/// Where the name stands in the statement, if it does.
fn place(run: &Run<'_>, path: &[String]) -> String {
    let last = path.last().map_or("", String::as_str);
    let mut words = Words::of(&run.query.sql);
    while let Some(piece) = words.peek() {
        let start = piece.start;
        let known = words.path();
        if known.len() == path.len() && known.last().is_some_and(|name| name.eq_ignore_ascii_case(last)) {
            return failure::place(&run.query.sql, start);
        }
        if known.is_empty() {
            words.next();
        }
    }
    "line 1:1: ".to_owned()
}
