//! `insert into`: new files beside those that are there.

use serde_json::Value;

use super::create::add_partitions;
use super::iceberg;
use super::run::Run;
use super::select::translated;
use super::stage::{self, New, Parting, Written, partition_path};
use super::types::{can_be_inserted, duckdb_of};
use super::words::{Words, quoted};
use crate::double::athena::query::{Done, Failed};
use crate::double::glue::store::Table;

pub fn insert(run: &Run<'_>, words: &mut Words<'_>) -> Result<Done, Failed> {
    words.take("insert into");
    let name = run.named(&words.path());
    run.need_database(&name.database)?;
    let Some(table) = run.world.catalogue().table(&name.database, &name.table).ok().cloned() else {
        let message = format!("TABLE_NOT_FOUND: line 1:1: Table 'awsdatacatalog.{}' does not exist", name.shown());
        return Err(Failed::user(message));
    };
    if table.is_view() {
        return Err(Failed::user("NOT_SUPPORTED: line 1:1: Inserting into views is not supported"));
    }
    let names = names(words);
    let (start, query) = (words.place(), words.rest());
    let translated = translated(run, query, start)?;
    let given = run.described(&format!("({})", translated.sql))?;
    let columns: Vec<Written> = table.columns().into_iter().map(|(name, glue)| Written { name, glue }).collect();
    let names = names.unwrap_or_else(|| columns.iter().map(|column| column.name.clone()).collect());
    need_types(&columns, &names, &types_of(run, &translated.sql, given)?)?;
    let from: Vec<String> = (0..names.len()).map(|at| format!("g{at}")).collect();
    let item = |column: &Written| match names.iter().position(|name| *name == column.name) {
        Some(at) => format!("g{at} as {}", quoted(&column.name)),
        None => format!("null as {}", quoted(&column.name)),
    };
    let items: Vec<String> = columns.iter().map(item).collect();
    let sql = format!("select {} from ({}) as g({})", items.join(", "), translated.sql, from.join(", "));
    let parting =
        Parting { keys: table.partition_keys().len(), hidden: hidden(&table), is_iceberg: table.is_iceberg() };
    let rows = stage::hold(run, &sql, &columns, &parting)?;
    let place = |values: &[String]| place(&table, &columns, &parting, values);
    let new = if rows == 0 { Vec::new() } else { stage::write(run, &columns, &parting, &place)? };
    if table.is_iceberg() {
        let mut files: Vec<String> =
            iceberg::files(run.world, &name, &table)?.into_iter().map(|part| part.address).collect();
        files.extend(new.iter().map(|new| new.address.clone()));
        iceberg::commit(run, (&name, &table), &files, None)?;
    } else {
        registered(run, (&name.database, &name.table), &new, &place)?;
    }
    Ok(Done { updated: Some(rows), ..Done::default() })
}

/// The columns in brackets before the query. A query may stand in brackets too.
fn names(words: &mut Words<'_>) -> Option<Vec<String>> {
    let rest = words.rest();
    let mut ahead = Words::of(rest);
    let list = ahead.list()?;
    let is_name = |text: &str| {
        let mut own = Words::of(text);
        own.name().is_some_and(|name| !["select", "with", "values", "table"].contains(&name.as_str()))
            && own.peek().is_none()
    };
    if !list.iter().all(|text| is_name(text)) {
        return None;
    }
    words.list().map(|names| names.into_iter().filter_map(|text| Words::of(text).name()).collect())
}

/// The types of the query's columns. A bare `null`, which Athena takes for any type, is an integer to DuckDB.
fn types_of(run: &Run<'_>, sql: &str, given: Vec<(String, String)>) -> Result<Vec<String>, Failed> {
    let names: Vec<String> = (0..given.len()).map(|at| format!("g{at}")).collect();
    let type_of = |(name, (_, native)): (&String, (String, String))| {
        let values = format!(
            "select case when count(*) = 0 then 1 else count({name}) end from ({sql}) as g({})",
            names.join(", ")
        );
        let is_bare = native == "INTEGER" && run.number(&values)? == 0;
        Ok(if is_bare { "\"NULL\"".to_owned() } else { native })
    };
    names.iter().zip(given).map(type_of).collect()
}

fn need_types(columns: &[Written], names: &[String], given: &[String]) -> Result<(), Failed> {
    let mut wanted = Vec::new();
    for name in names {
        match columns.iter().find(|column| column.name == *name) {
            Some(column) => wanted.push(duckdb_of(&column.glue)),
            None => {
                let message =
                    format!("COLUMN_NOT_FOUND: line 1:1: Insert column name does not exist in target table: {name}");
                return Err(Failed::user(message));
            }
        }
    }
    let fits =
        wanted.len() == given.len() && given.iter().zip(&wanted).all(|(given, wanted)| can_be_inserted(given, wanted));
    if fits {
        return Ok(());
    }
    let shown = |types: &[String]| {
        let types: Vec<String> =
            types.iter().map(|native| cadet::engine::duckdb::rows::athena_type(&native.to_uppercase())).collect();
        types.join(", ")
    };
    Err(Failed::user(format!(
        "TYPE_MISMATCH: line 1:1: Insert query has mismatched column types: Table: [{}], Query: [{}]",
        shown(&wanted),
        shown(given)
    )))
}

fn hidden(table: &Table) -> Vec<String> {
    let buckets = table.input["StorageDescriptor"]["BucketColumns"].as_array().cloned().unwrap_or_default();
    let count = table.input["StorageDescriptor"]["NumberOfBuckets"].as_i64().unwrap_or(-1);
    if buckets.is_empty() || count < 1 {
        return Vec::new();
    }
    let names: Vec<String> = buckets.iter().filter_map(Value::as_str).map(quoted).collect();
    vec![format!("hash({}) % {count}", names.join(", "))]
}

/// Where the rows of a partition go: to its own location if it has one.
fn place(table: &Table, columns: &[Written], parting: &Parting, values: &[String]) -> String {
    if parting.is_iceberg {
        return format!("{}/data", table.location().trim_end_matches('/'));
    }
    let known = table.partitions.get(values).and_then(|known| known["StorageDescriptor"]["Location"].as_str());
    let keys = &columns[columns.len() - parting.keys..];
    let fresh = || format!("{}/{}", table.location().trim_end_matches('/'), partition_path(keys, values));
    known.filter(|_| !values.is_empty()).map_or_else(fresh, str::to_owned)
}

fn registered(
    run: &Run<'_>,
    (database, name): (&str, &str),
    new: &[New],
    place: &dyn Fn(&[String]) -> String,
) -> Result<(), Failed> {
    let mut catalogue = run.world.catalogue();
    let gone = |_| Failed::user(format!("HIVE_METASTORE_ERROR: Table {database}.{name} was dropped"));
    let table = catalogue.table_mut(database, name).map_err(gone)?;
    let descriptor = table.input["StorageDescriptor"].clone();
    add_partitions(table, new, &descriptor, place);
    Ok(())
}
