//! Iceberg tables: a metadata file lists the data files, and the catalogue's entry points at the metadata file.

use serde_json::{Value, json};

use super::files::Part;
use super::run::{Named, Run};
use super::words::Words;
use crate::double::World;
use crate::double::athena::query::{Done, Failed};
use crate::double::glue::store::Table;
use crate::double::s3;
use crate::double::s3::store::parts;

/// The files of the snapshot that the entry points at.
pub fn files(world: &World, name: &Named, table: &Table) -> Result<Vec<Part>, Failed> {
    let shown = name.shown();
    let pointer = table.parameter("metadata_location").unwrap_or_default();
    let store = world.store();
    let (bucket, key) = parts(pointer);
    let Ok(metadata) = store.object(&bucket, &key) else {
        let message = format!("ICEBERG_MISSING_METADATA: Metadata not found in metadata location for table {shown}");
        return Err(Failed::user(message));
    };
    let metadata: Value = serde_json::from_slice(&s3::bytes(metadata)).unwrap_or_default();
    let mut files = Vec::new();
    for address in metadata["files"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        let (bucket, key) = parts(address);
        let Ok(object) = store.object(&bucket, &key) else {
            let message = format!("ICEBERG_CANNOT_OPEN_SPLIT: Error opening Iceberg split {address}: no such file");
            return Err(Failed::user(message));
        };
        files.push(Part { address: address.to_owned(), object: object.clone(), values: Vec::new() });
    }
    Ok(files)
}

/// Writes the metadata of a new snapshot, and gives its address.
pub fn new_metadata(world: &World, location: &str, files: &[String]) -> Result<String, Failed> {
    let id = uuid::Uuid::new_v4();
    let address = format!("{}/metadata/00000-{id}.metadata.json", location.trim_end_matches('/'));
    let metadata = json!({
        "format-version": 2,
        "table-uuid": id.to_string(),
        "location": location,
        "last-updated-ms": jiff::Timestamp::now().as_millisecond(),
        "files": files,
    });
    let (bucket, key) = parts(&address);
    let mut store = world.store();
    let object = store.written(metadata.to_string().as_bytes(), "application/json", Vec::new());
    store.put(&bucket, &key, object).map_err(|refusal| Failed::user(refusal.message))?;
    Ok(address)
}

/// Puts a new snapshot in the place of the one that was read; another one that was faster is a conflict. Of the entry's
/// parameters only Athena's own are kept: nobody promises that those of others stay.
pub fn commit(
    run: &Run<'_>,
    (name, read): (&Named, &Table),
    files: &[String],
    columns: Option<Value>,
) -> Result<(), Failed> {
    let metadata = new_metadata(run.world, read.location(), files)?;
    let mut catalogue = run.world.catalogue();
    let conflict = || Failed::commit_conflict(&name.shown());
    let now = catalogue.table(&name.database, &name.table).map_err(|_| conflict())?;
    let old = now.parameter("metadata_location").unwrap_or_default().to_owned();
    if read.parameter("metadata_location") != Some(&old) {
        return Err(conflict());
    }
    let mut input = now.input.clone();
    if let Some(parameters) = input["Parameters"].as_object_mut() {
        let is_own = |name: &str| name == "table_type" || name.starts_with("vacuum_") || name.starts_with("optimize_");
        parameters.retain(|name, _| is_own(name));
    }
    input["Parameters"]["previous_metadata_location"] = json!(old);
    input["Parameters"]["metadata_location"] = json!(metadata);
    if let Some(columns) = columns {
        input["StorageDescriptor"]["Columns"] = columns;
    }
    catalogue.update_table(&name.database, input, None, false).map_err(|_| conflict())
}

/// The table, which must be an Iceberg table.
pub fn needed(run: &Run<'_>, name: &Named, what: &str) -> Result<Table, Failed> {
    run.need_database(&name.database)?;
    let found = run.world.catalogue().table(&name.database, &name.table).ok().cloned();
    let Some(table) = found else {
        let message = format!("TABLE_NOT_FOUND: line 1:1: Table 'awsdatacatalog.{}' does not exist", name.shown());
        return Err(Failed::user(message));
    };
    match table.is_iceberg() {
        true => Ok(table),
        false => Err(Failed::user(format!("NOT_SUPPORTED: {what} is only supported for Iceberg tables"))),
    }
}

/// `optimize t rewrite data …` and `vacuum t`: the rows stay as they are. `vacuum` removes the files of old snapshots.
pub fn tidied(run: &Run<'_>, words: &mut Words<'_>) -> Result<Done, Failed> {
    let is_vacuum = words.take("vacuum");
    let _ = is_vacuum || words.take("optimize");
    let name = run.named(&words.path());
    let table = needed(run, &name, if is_vacuum { "VACUUM" } else { "OPTIMIZE" })?;
    if is_vacuum {
        let kept = files(run.world, &name, &table)?;
        let pointer = table.parameter("metadata_location").unwrap_or_default().to_owned();
        let (bucket, _) = parts(table.location());
        let mut store = run.world.store();
        for (key, _) in store.below(table.location()) {
            let address = format!("s3://{bucket}/{key}");
            if address != pointer && !kept.iter().any(|part| part.address == address) {
                drop(store.delete(&bucket, &key));
            }
        }
    }
    Ok(Done::default())
}
