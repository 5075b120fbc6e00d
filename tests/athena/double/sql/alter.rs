//! `alter table`.

use serde_json::{Value, json};

use super::ddl::{properties, refused, typed_columns};
use super::iceberg;
use super::run::{Named, Run};
use super::select::translated;
use super::stage::{self, Parting, Written};
use super::words::{Words, quoted};
use crate::double::athena::query::{Done, Failed};
use crate::double::glue::{partitions, store::Table};

pub fn alter(run: &Run<'_>, words: &mut Words<'_>) -> Result<Done, Failed> {
    words.take("alter table");
    let name = run.named(&words.path());
    let Some(table) = run.world.catalogue().table(&name.database, &name.table).ok().cloned() else {
        let message = format!("FAILED: SemanticException [Error 10001]: Table not found {}", name.shown());
        return Err(Failed::user(message));
    };
    if words.take("rename to") {
        return renamed(run, &name, &table, &words.path());
    }
    if words.take("add partition") || words.take("add if not exists partition") {
        return add_partitions(run, &name, words);
    }
    if words.take("drop partition") || words.take("drop if exists partition") {
        return drop_partition(run, &name, &table, words);
    }
    if words.take("partition") {
        return move_partition(run, &name, &table, words);
    }
    let mut input = table.input.clone();
    let mut columns: Vec<Value> = input["StorageDescriptor"]["Columns"].as_array().cloned().unwrap_or_default();
    if words.take("set location") {
        input["StorageDescriptor"]["Location"] = json!(words.text().unwrap_or_default().trim_end_matches('/'));
    } else if words.take("set tblproperties") {
        for (name, value) in properties(words) {
            input["Parameters"][name] = value;
        }
    } else if words.take("add columns") {
        columns.extend(typed_columns(words));
    } else if words.take("replace columns") && !table.is_iceberg() {
        columns = typed_columns(words);
    } else if table.is_iceberg() && (words.take("drop column") || words.take("change column") || words.take("change")) {
        return reshaped(run, &name, &table, words);
    } else {
        let rest: String = words.rest().chars().take(40).collect();
        return Err(Failed::user(format!("FAILED: ParseException line 1:1 mismatched input '{rest}'")));
    }
    let names: Vec<&str> = columns.iter().filter_map(|column| column["Name"].as_str()).collect();
    if let Some(twice) = names.iter().enumerate().find(|(at, name)| names[..*at].contains(name)) {
        return Err(Failed::user(format!(
            "FAILED: Execution Error, return code 1. Duplicate column name: {}",
            twice.1
        )));
    }
    input["StorageDescriptor"]["Columns"] = json!(columns);
    run.world.catalogue().update_table(&name.database, input, None, false).map_err(refused)?;
    Ok(Done::default())
}

fn renamed(run: &Run<'_>, name: &Named, table: &Table, path: &[String]) -> Result<Done, Failed> {
    if !table.is_iceberg() {
        return Err(Failed::user("NOT_SUPPORTED: ALTER TABLE RENAME is only supported for Iceberg tables"));
    }
    let new = match path {
        [own] => Named { database: name.database.clone(), table: own.clone() },
        path => run.named(path),
    };
    let mut catalogue = run.world.catalogue();
    if catalogue.table(&new.database, &new.table).is_ok() {
        let message =
            format!("TABLE_ALREADY_EXISTS: line 1:1: Target table 'awsdatacatalog.{}' already exists", new.shown());
        return Err(Failed::user(message));
    }
    let mut table = catalogue.delete_table(&name.database, &name.table).map_err(refused)?;
    table.input["Name"] = json!(new.table);
    catalogue.create_table(&new.database, table.input).map_err(refused)?;
    Ok(Done::default())
}

/// The values of `(a = 1, b = 'x')`, in the order of the table's keys.
fn spec(words: &mut Words<'_>, table: &Table) -> Result<Vec<String>, Failed> {
    let mut given = Vec::new();
    for pair in words.list().unwrap_or_default() {
        let mut own = Words::of(pair);
        let key = own.name().unwrap_or_default();
        own.take("=");
        given.push((key, own.next().map(|piece| piece.value).unwrap_or_default()));
    }
    let keys = table.partition_keys();
    let value = |(key, _): &(String, String)| given.iter().find(|(own, _)| own == key).map(|(_, value)| value.clone());
    keys.iter().map(value).collect::<Option<Vec<_>>>().filter(|values| values.len() == given.len()).ok_or_else(|| {
        Failed::user(
            "FAILED: SemanticException [Error 10006]: Partition spec does not fit the table's partition columns",
        )
    })
}

fn add_partitions(run: &Run<'_>, name: &Named, words: &mut Words<'_>) -> Result<Done, Failed> {
    let is_lenient = words.sql.to_lowercase().contains("if not exists");
    loop {
        let mut catalogue = run.world.catalogue();
        let table = catalogue.table_mut(&name.database, &name.table).map_err(refused)?;
        let values = spec(words, table)?;
        let keys: Vec<Written> =
            table.partition_keys().into_iter().map(|(name, glue)| Written { name, glue }).collect();
        let own = format!("{}/{}", table.location(), stage::partition_path(&keys, &values));
        let location = if words.take("location") { words.text().unwrap_or_default() } else { own };
        let mut descriptor = table.input["StorageDescriptor"].clone();
        descriptor["Location"] = json!(location.trim_end_matches('/'));
        match partitions::add(table, json!({ "Values": values, "StorageDescriptor": descriptor, "Parameters": {} })) {
            Err(refusal) if !(is_lenient && refusal.code == "AlreadyExistsException") => return Err(refused(refusal)),
            _ => {}
        }
        if !words.take("partition") {
            return Ok(Done::default());
        }
    }
}

fn drop_partition(run: &Run<'_>, name: &Named, table: &Table, words: &mut Words<'_>) -> Result<Done, Failed> {
    let is_lenient = words.sql.to_lowercase().contains("if exists");
    loop {
        let values = spec(words, table)?;
        let mut catalogue = run.world.catalogue();
        let table = catalogue.table_mut(&name.database, &name.table).map_err(refused)?;
        if table.partitions.remove(&values).is_none() && !is_lenient {
            return Err(Failed::user("FAILED: SemanticException [Error 10006]: Partition not found"));
        }
        if !words.take(", partition") {
            return Ok(Done::default());
        }
    }
}

fn move_partition(run: &Run<'_>, name: &Named, table: &Table, words: &mut Words<'_>) -> Result<Done, Failed> {
    let values = spec(words, table)?;
    words.take("set location");
    let location = words.text().unwrap_or_default();
    let mut catalogue = run.world.catalogue();
    let table = catalogue.table_mut(&name.database, &name.table).map_err(refused)?;
    match table.partitions.get_mut(&values) {
        None => Err(Failed::user("FAILED: SemanticException [Error 10006]: Partition not found")),
        Some(partition) => {
            partition["StorageDescriptor"]["Location"] = json!(location.trim_end_matches('/'));
            Ok(Done::default())
        }
    }
}

/// An Iceberg table without a column, or with one of another name or type. The files are written anew, so that a
/// column that is added later under the old name is empty, as it is where columns have numbers.
fn reshaped(run: &Run<'_>, name: &Named, table: &Table, words: &mut Words<'_>) -> Result<Done, Failed> {
    let old = words.name().unwrap_or_default();
    let changed = if words.is_done() { None } else { typed_columns(words).pop() };
    let known: Vec<Value> = table.input["StorageDescriptor"]["Columns"].as_array().cloned().unwrap_or_default();
    if !known.iter().any(|column| column["Name"] == json!(old)) {
        return Err(Failed::user(format!("COLUMN_NOT_FOUND: line 1:1: Column '{old}' does not exist")));
    }
    let mut columns = Vec::new();
    let mut items = Vec::new();
    for column in known {
        let text = column["Name"].as_str().unwrap_or_default();
        match (&changed, text == old) {
            (None, true) => {}
            (Some(new), true) => {
                items.push(format!("{} as {}", quoted(text), quoted(new["Name"].as_str().unwrap_or_default())));
                columns.push(new.clone());
            }
            _ => {
                items.push(quoted(text));
                columns.push(column.clone());
            }
        }
    }
    let query = format!("select {} from {}.{}", items.join(", "), quoted(&name.database), quoted(&name.table));
    let translated = translated(run, &query, 0)?;
    let text = |column: &Value, part: &str| column[part].as_str().unwrap_or_default().to_owned();
    let written: Vec<Written> =
        columns.iter().map(|column| Written { name: text(column, "Name"), glue: text(column, "Type") }).collect();
    let parting = Parting { is_iceberg: true, ..Parting::default() };
    let rows = stage::hold(run, &translated.sql, &written, &parting)?;
    let place = |_: &[String]| format!("{}/data", table.location().trim_end_matches('/'));
    let new = if rows == 0 { Vec::new() } else { stage::write(run, &written, &parting, &place)? };
    let files: Vec<String> = new.into_iter().map(|new| new.address).collect();
    iceberg::commit(run, (name, table), &files, Some(json!(columns)))?;
    Ok(Done::default())
}
