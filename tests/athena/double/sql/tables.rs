//! A table as a reader sees it now: what its entry and its partitions point at.

use cadet::engine::TypedColumn;
use cadet::engine::duckdb::athena::Table;

use super::files::{Part, relation};
use super::iceberg;
use super::run::{Named, Run};
use super::types::duckdb_of;
use crate::double::World;
use crate::double::athena::query::Failed;
use crate::double::glue::store;
use crate::double::s3::store::parts;

/// A table's rows.
pub fn read(run: &Run<'_>, name: &Named, table: &store::Table) -> Result<Table, Failed> {
    let in_duckdb = |columns: Vec<(String, String)>| -> Vec<(String, String)> {
        columns.into_iter().map(|(name, glue)| (name, duckdb_of(&glue))).collect()
    };
    let all = in_duckdb(table.columns());
    let keys = in_duckdb(table.partition_keys());
    let (columns, _) = all.split_at(all.len() - keys.len());
    let files = match table.is_iceberg() {
        true => iceberg::files(run.world, name, table)?,
        false => hive_files(run.world, table),
    };
    let sql = relation(run, &files, (columns, &keys), &descriptor(table))?;
    let columns = all.into_iter().map(|(name, data_type)| TypedColumn { name, data_type }).collect();
    Ok(Table { name: sql, columns })
}

/// What tells how the files are to be read: the entry's own, with the table's parameters.
fn descriptor(table: &store::Table) -> serde_json::Value {
    let mut descriptor = table.input["StorageDescriptor"].clone();
    if descriptor.is_object() {
        descriptor["Parameters"] = table.input["Parameters"].clone();
    }
    descriptor
}

/// The files of a hive table: all below its location, or below the locations of its partitions. A place with nothing
/// in it is an empty one.
pub fn hive_files(world: &World, table: &store::Table) -> Vec<Part> {
    if table.partition_keys().is_empty() {
        return below(world, table.location(), &[]);
    }
    let mut files = Vec::new();
    for (values, partition) in &table.partitions {
        let location = partition["StorageDescriptor"]["Location"].as_str().unwrap_or_default();
        files.extend(below(world, location, values));
    }
    files
}

fn below(world: &World, location: &str, values: &[String]) -> Vec<Part> {
    if location.is_empty() {
        return Vec::new();
    }
    let (bucket, _) = parts(location);
    let is_hidden =
        |key: &str| key.rsplit('/').next().is_some_and(|name| name.starts_with(['_', '.']) || name.is_empty());
    let objects = world.store().below(location);
    objects
        .into_iter()
        .filter(|(key, object)| object.size > 0 && !is_hidden(key))
        .map(|(key, object)| Part { address: format!("s3://{bucket}/{key}"), object, values: values.to_vec() })
        .collect()
}
