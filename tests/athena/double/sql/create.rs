//! `create table … as`: files first, and then the entry in the catalogue.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::iceberg;
use super::run::{Named, Run};
use super::select::translated;
use super::stage::{self, New, Parting, Written, partition_path};
use super::words::{Words, quoted};
use crate::double::athena::query::{Done, Failed};
use crate::double::glue::{partitions, store};

/// The table that is to be made.
struct Wanted {
    name: Named,
    location: String,
    format: String,
    is_iceberg: bool,
    parting: Parting,
    buckets: Vec<String>,
    bucket_count: u64,
    properties: BTreeMap<String, String>,
}

pub fn create_table_as(run: &Run<'_>, words: &mut Words<'_>) -> Result<Done, Failed> {
    words.take("create table");
    let is_lenient = words.take("if not exists");
    let name = run.named(&words.path());
    let mut properties = BTreeMap::new();
    if words.take("with") {
        for property in words.list().unwrap_or_default() {
            let mut own = Words::of(property);
            let key = own.name().unwrap_or_default();
            own.take("=");
            properties.insert(key, own.rest().to_owned());
        }
    }
    if !words.take("as") {
        return Err(super::failure::not_here("create table without a query"));
    }
    let (start, query) = (words.place(), words.rest());
    run.need_database(&name.database)?;
    if run.world.catalogue().table(&name.database, &name.table).is_ok() {
        if is_lenient {
            return Ok(Done::default());
        }
        let message = format!("TABLE_ALREADY_EXISTS: line 1:1: Table 'awsdatacatalog.{}' already exists", name.shown());
        return Err(Failed::user(message));
    }
    let is_iceberg = properties.get("table_type").is_some_and(|kind| plain(kind).eq_ignore_ascii_case("iceberg"));
    let translated = translated(run, query, start)?;
    let columns = stage::columns(run, &translated, is_iceberg)?;
    let wanted = wanted(run, name, properties, &columns)?;
    need_empty(run, &wanted)?;
    let rows = stage::hold(run, &translated.sql, &columns, &wanted.parting)?;
    let keys = &columns[columns.len() - wanted.parting.keys..];
    let data = if wanted.is_iceberg { "/data" } else { "" };
    let place = |values: &[String]| format!("{}{data}/{}", wanted.location, partition_path(keys, values));
    let new = stage::write(run, &columns, &wanted.parting, &place)?;
    register(run, &wanted, &columns, &new)?;
    Ok(Done { updated: Some(rows), ..Done::default() })
}

/// A property's value without its quotes.
fn plain(value: &str) -> String {
    Words::of(value).next().map_or_else(String::new, |piece| piece.value)
}

/// The texts of `array['a', 'b']`.
fn texts(value: &str) -> Vec<String> {
    let mut words = Words::of(value);
    let mut found = Vec::new();
    while words.peek().is_some() {
        match words.text() {
            Some(text) => found.push(text),
            None => drop(words.next()),
        }
    }
    found
}

fn wanted(
    run: &Run<'_>,
    name: Named,
    properties: BTreeMap<String, String>,
    columns: &[Written],
) -> Result<Wanted, Failed> {
    let given = |property: &str| properties.get(property).map(|value| plain(value));
    let is_iceberg = given("table_type").is_some_and(|kind| kind.eq_ignore_ascii_case("iceberg"));
    let is_external = given("is_external").is_none_or(|value| value != "false");
    let own = given(if is_iceberg { "location" } else { "external_location" });
    let enforces = run.world.queries().workgroups.get(&run.query.workgroup).is_some_and(|group| group.enforces);
    if is_iceberg && is_external {
        return Err(Failed::user("INVALID_TABLE_PROPERTY: Iceberg table must be created with is_external = false"));
    }
    if enforces && own.is_some() && !is_iceberg {
        let message = "The Create Table As Select query failed because it was submitted with an 'external_location' \
                       property to an Athena Workgroup that enforces a centralized output location for all queries.";
        return Err(Failed::user(message));
    }
    let location = match own {
        Some(location) => location,
        None if is_iceberg => {
            return Err(Failed::user("INVALID_TABLE_PROPERTY: location is required for Iceberg tables"));
        }
        None => format!("{}tables/{}", run.query.output, run.query.id),
    };
    let named = |property: &str| -> Vec<String> {
        properties
            .get(property)
            .map(|value| texts(value))
            .unwrap_or_default()
            .iter()
            .map(|name| name.to_lowercase())
            .collect()
    };
    let keys = if is_iceberg { Vec::new() } else { named("partitioned_by") };
    need_last(&keys, columns)?;
    let buckets = if is_iceberg { Vec::new() } else { named("bucketed_by") };
    let bucket_count = given("bucket_count").and_then(|count| count.parse().ok()).unwrap_or(0);
    let mut hidden = stage::hidden(&if is_iceberg { named("partitioning") } else { Vec::new() })?;
    if !buckets.is_empty() {
        let hashed: Vec<String> = buckets.iter().map(|name| quoted(name)).collect();
        hidden.push(format!("hash({}) % {}", hashed.join(", "), bucket_count.max(1)));
    }
    Ok(Wanted {
        name,
        location: location.trim_end_matches('/').to_owned(),
        format: given("format").unwrap_or_else(|| "parquet".to_owned()).to_lowercase(),
        is_iceberg,
        parting: Parting { keys: keys.len(), hidden, is_iceberg },
        buckets,
        bucket_count,
        properties,
    })
}

fn need_last(keys: &[String], columns: &[Written]) -> Result<(), Failed> {
    let names: Vec<&String> = columns.iter().map(|column| &column.name).collect();
    if keys.len() >= columns.len() && !keys.is_empty() {
        return Err(Failed::user("INVALID_TABLE_PROPERTY: Table contains only partition columns"));
    }
    if let Some(unknown) = keys.iter().find(|key| !names.contains(key)) {
        return Err(Failed::user(format!(
            "INVALID_TABLE_PROPERTY: Partition columns [{unknown}] not present in schema"
        )));
    }
    if names[names.len() - keys.len()..].iter().copied().ne(keys) {
        let message = format!(
            "HIVE_COLUMN_ORDER_MISMATCH: Partition keys must be the last columns in the table and in the same order \
             as the table properties: [{}]",
            keys.join(", ")
        );
        return Err(Failed::user(message));
    }
    Ok(())
}

fn need_empty(run: &Run<'_>, wanted: &Wanted) -> Result<(), Failed> {
    let (bucket, _) = crate::double::s3::store::parts(&wanted.location);
    let store = run.world.store();
    if store.bucket(&bucket).is_err() {
        return Err(Failed::user(format!("GENERIC_USER_ERROR: The specified bucket does not exist: {bucket}")));
    }
    if store.below(&wanted.location).is_empty() {
        return Ok(());
    }
    let location = &wanted.location;
    Err(Failed::user(match wanted.is_iceberg {
        true => format!(
            "ICEBERG_FILESYSTEM_ERROR: Cannot create a table on a non-empty location: {location}, set \
             'iceberg.unique-table-location=true' in your Iceberg catalog properties to use unique table locations for \
             every table."
        ),
        false => format!(
            "HIVE_PATH_ALREADY_EXISTS: Target directory for table '{}' already exists: {location}. You may need to \
             manually clean the data at location '{location}' before retrying. Athena will not delete data in your \
             account.",
            wanted.name.shown()
        ),
    }))
}

fn register(run: &Run<'_>, wanted: &Wanted, columns: &[Written], new: &[New]) -> Result<(), Failed> {
    let shown = |column: &Written| json!({ "Name": column.name, "Type": column.glue });
    let (data, keys) = columns.split_at(columns.len() - wanted.parting.keys);
    let data: Vec<Value> = data.iter().map(shown).collect();
    let mut input = json!({
        "Name": wanted.name.table,
        "Owner": "hadoop",
        "Retention": 0,
        "TableType": "EXTERNAL_TABLE",
        "PartitionKeys": keys.iter().map(shown).collect::<Vec<_>>(),
    });
    let descriptor = descriptor(&wanted.format, &wanted.location, (&wanted.buckets, wanted.bucket_count));
    if wanted.is_iceberg {
        let files: Vec<String> = new.iter().map(|new| new.address.clone()).collect();
        let metadata = iceberg::new_metadata(run.world, &wanted.location, &files)?;
        input["StorageDescriptor"] = json!({ "Columns": data, "Location": wanted.location });
        input["Parameters"] = json!({ "table_type": "ICEBERG", "metadata_location": metadata });
        for (name, value) in
            wanted.properties.iter().filter(|(name, _)| name.starts_with("vacuum_") || name.starts_with("optimize_"))
        {
            input["Parameters"][name] = json!(plain(value));
        }
    } else {
        input["StorageDescriptor"] = descriptor.clone();
        input["StorageDescriptor"]["Columns"] = json!(data);
        input["Parameters"] = json!({
            "EXTERNAL": "TRUE", "has_encrypted_data": "false", "transactional": "false", "presto_query_id": run.query.id,
        });
    }
    let mut catalogue = run.world.catalogue();
    let failed =
        |refusal: crate::double::error::Refusal| Failed::user(format!("HIVE_METASTORE_ERROR: {}", refusal.message));
    catalogue.create_table(&wanted.name.database, input).map_err(failed)?;
    let table = catalogue.table_mut(&wanted.name.database, &wanted.name.table).map_err(failed)?;
    add_partitions(table, new, &descriptor, &|values| format!("{}/{}", wanted.location, partition_path(keys, values)));
    Ok(())
}

/// Adds the partitions that files were written for and that are not there yet.
pub fn add_partitions(
    table: &mut store::Table,
    new: &[New],
    descriptor: &Value,
    place_of: &dyn Fn(&[String]) -> String,
) {
    for new in new.iter().filter(|new| !new.values.is_empty()) {
        if !table.partitions.contains_key(&new.values) {
            let mut descriptor = descriptor.clone();
            descriptor["Columns"] = table.input["StorageDescriptor"]["Columns"].clone();
            descriptor["Location"] = json!(place_of(&new.values));
            drop(partitions::add(
                table,
                json!({ "Values": new.values, "StorageDescriptor": descriptor, "Parameters": {} }),
            ));
        }
    }
}

/// How the files of a hive table of this format are described.
fn descriptor(format: &str, location: &str, (buckets, count): (&[String], u64)) -> Value {
    let io = "org.apache.hadoop.hive.ql.io";
    let text = "org.apache.hadoop.mapred.TextInputFormat";
    let text_out = format!("{io}.HiveIgnoreKeyTextOutputFormat");
    let (input, output, serde) = match format {
        "orc" => {
            (format!("{io}.orc.OrcInputFormat"), format!("{io}.orc.OrcOutputFormat"), format!("{io}.orc.OrcSerde"))
        }
        "avro" => (
            format!("{io}.avro.AvroContainerInputFormat"),
            format!("{io}.avro.AvroContainerOutputFormat"),
            "org.apache.hadoop.hive.serde2.avro.AvroSerDe".to_owned(),
        ),
        "json" => (text.to_owned(), text_out, "org.apache.hive.hcatalog.data.JsonSerDe".to_owned()),
        "textfile" => (text.to_owned(), text_out, "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe".to_owned()),
        _ => (
            format!("{io}.parquet.MapredParquetInputFormat"),
            format!("{io}.parquet.MapredParquetOutputFormat"),
            format!("{io}.parquet.serde.ParquetHiveSerDe"),
        ),
    };
    json!({
        "Location": location,
        "InputFormat": input,
        "OutputFormat": output,
        "Compressed": false,
        "NumberOfBuckets": if buckets.is_empty() { -1 } else { i64::try_from(count).unwrap_or(-1) },
        "SerdeInfo": { "SerializationLibrary": serde, "Parameters": {} },
        "BucketColumns": buckets,
        "SortColumns": [],
        "Parameters": {},
        "StoredAsSubDirectories": false,
    })
}
