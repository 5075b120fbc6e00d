//! Schemas, tables over files that are there, and `drop`.

use serde_json::{Map, Value, json};

use super::run::Run;
use super::words::Words;
use crate::double::athena::query::{Done, Failed};
use crate::double::error::Refusal;

pub fn refused(refusal: Refusal) -> Failed {
    Failed::user(format!("FAILED: Execution Error, return code 1. {}", refusal.message))
}

pub fn create_schema(run: &Run<'_>, words: &mut Words<'_>) -> Result<Done, Failed> {
    let _ = words.take("create schema") || words.take("create database");
    let is_lenient = words.take("if not exists");
    let name = words.path().pop().unwrap_or_default();
    let mut input = json!({ "Name": name, "Parameters": {} });
    if words.take("comment") {
        input["Description"] = json!(words.text());
    }
    if words.take("location") {
        input["LocationUri"] = json!(words.text());
    }
    let mut catalogue = run.world.catalogue();
    if catalogue.database(&name).is_ok() && is_lenient {
        return Ok(Done::default());
    }
    catalogue.create_database(input).map_err(refused)?;
    Ok(Done::default())
}

/// `drop table` and `drop view`. The files of a hive table stay; those of an Iceberg table go with it.
pub fn drop(run: &Run<'_>, words: &mut Words<'_>) -> Result<Done, Failed> {
    let is_view = words.take("drop view");
    let _ = is_view || words.take("drop table");
    let is_lenient = words.take("if exists");
    let name = run.named(&words.path());
    let found = run.world.catalogue().table(&name.database, &name.table).ok().cloned();
    let Some(table) = found else {
        if is_lenient {
            return Ok(Done::default());
        }
        let message = match is_view {
            true => format!("VIEW_NOT_FOUND: line 1:1: View 'awsdatacatalog.{}' does not exist", name.shown()),
            false => format!("FAILED: SemanticException [Error 10001]: Table not found {}", name.shown()),
        };
        return Err(Failed::user(message));
    };
    if table.is_view() != is_view {
        let message = match is_view {
            true => format!(
                "TABLE_NOT_FOUND: line 1:1: View '{}' does not exist, but a table with that name exists",
                name.shown()
            ),
            false => "FAILED: SemanticException [Error 10001]: Cannot drop a view with DROP TABLE".to_owned(),
        };
        return Err(Failed::user(message));
    }
    if table.is_iceberg() {
        let (bucket, _) = crate::double::s3::store::parts(table.location());
        let mut store = run.world.store();
        for (key, _) in store.below(table.location()) {
            std::mem::drop(store.delete(&bucket, &key));
        }
    }
    run.world.catalogue().delete_table(&name.database, &name.table).map_err(refused)?;
    Ok(Done::default())
}

/// `create external table … location …`: the entry alone.
pub fn create_external_table(run: &Run<'_>, words: &mut Words<'_>) -> Result<Done, Failed> {
    words.take("create external table");
    let is_lenient = words.take("if not exists");
    let name = run.named(&words.path());
    let columns = typed_columns(words);
    let mut input = json!({
        "Name": name.table,
        "Owner": "hadoop",
        "Retention": 0,
        "TableType": "EXTERNAL_TABLE",
        "PartitionKeys": [],
        "Parameters": { "EXTERNAL": "TRUE" },
        "StorageDescriptor": {
            "Columns": columns,
            "InputFormat": "org.apache.hadoop.mapred.TextInputFormat",
            "OutputFormat": "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
            "Compressed": false,
            "NumberOfBuckets": -1,
            "SerdeInfo": {
                "SerializationLibrary": "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe",
                "Parameters": { "serialization.format": "1" },
            },
            "BucketColumns": [],
            "SortColumns": [],
            "Parameters": {},
        },
    });
    while words.peek().is_some() {
        clause(words, &mut input)?;
    }
    if input["StorageDescriptor"]["Location"].is_null() {
        return Err(Failed::user("FAILED: SemanticException LOCATION is required"));
    }
    run.need_database(&name.database)?;
    let mut catalogue = run.world.catalogue();
    if catalogue.table(&name.database, &name.table).is_ok() && is_lenient {
        return Ok(Done::default());
    }
    catalogue.create_table(&name.database, input).map_err(refused)?;
    Ok(Done::default())
}

fn clause(words: &mut Words<'_>, input: &mut Value) -> Result<(), Failed> {
    if words.take("comment") {
        input["Description"] = json!(words.text());
    } else if words.take("partitioned by") {
        input["PartitionKeys"] = json!(typed_columns(words));
    } else if words.take("row format serde") {
        input["StorageDescriptor"]["SerdeInfo"] = json!({ "SerializationLibrary": words.text(), "Parameters": {} });
    } else if words.take("with serdeproperties") {
        input["StorageDescriptor"]["SerdeInfo"]["Parameters"] = Value::Object(properties(words));
    } else if words.take("row format delimited") {
        while words.take("fields terminated by") || words.take("lines terminated by") || words.take("escaped by") {
            let text = words.text().unwrap_or_default().replace("\\t", "\t");
            if text != "\\n" {
                input["StorageDescriptor"]["SerdeInfo"]["Parameters"]["field.delim"] = json!(text);
            }
        }
    } else if words.take("stored as parquet") {
        let io = "org.apache.hadoop.hive.ql.io.parquet";
        input["StorageDescriptor"]["InputFormat"] = json!(format!("{io}.MapredParquetInputFormat"));
        input["StorageDescriptor"]["OutputFormat"] = json!(format!("{io}.MapredParquetOutputFormat"));
        input["StorageDescriptor"]["SerdeInfo"] =
            json!({ "SerializationLibrary": format!("{io}.serde.ParquetHiveSerDe"), "Parameters": {} });
    } else if words.take("stored as textfile") {
    } else if words.take("stored as inputformat") {
        input["StorageDescriptor"]["InputFormat"] = json!(words.text());
        words.take("outputformat");
        input["StorageDescriptor"]["OutputFormat"] = json!(words.text());
    } else if words.take("location") {
        let location = words.text().unwrap_or_default();
        input["StorageDescriptor"]["Location"] = json!(location.trim_end_matches('/'));
    } else if words.take("tblproperties") {
        for (name, value) in properties(words) {
            input["Parameters"][name] = value;
        }
    } else if !words.take(";") {
        let rest: String = words.rest().chars().take(40).collect();
        return Err(Failed::user(format!("FAILED: ParseException line 1:1 mismatched input '{rest}'")));
    }
    Ok(())
}

/// `('a' = 'b', …)`.
pub fn properties(words: &mut Words<'_>) -> Map<String, Value> {
    let mut found = Map::new();
    for pair in words.list().unwrap_or_default() {
        let mut own = Words::of(pair);
        let name = own.text().unwrap_or_default();
        own.take("=");
        found.insert(name, json!(own.text().unwrap_or_default()));
    }
    found
}

/// `` (`a` int comment 'x', …) ``, as Glue has columns.
pub fn typed_columns(words: &mut Words<'_>) -> Vec<Value> {
    let mut columns = Vec::new();
    words.take("(");
    while let Some(name) = words.name() {
        let written = words.type_until(&[",", "comment"]);
        let written = written.trim().to_lowercase();
        let mut column = json!({ "Name": name, "Type": if written == "integer" { "int" } else { &written } });
        if words.take("comment") {
            column["Comment"] = json!(words.text());
        }
        columns.push(column);
        words.take(",");
    }
    words.take(")");
    columns
}
