//! Partitions: each has its own location.

use serde_json::{Value, json};

use super::store::{ACCOUNT, Catalogue, Matching, Table, now};
use super::{most, page, text};
use crate::double::error::Refusal;

pub fn create(catalogue: &mut Catalogue, input: &Value) -> Result<Value, Refusal> {
    let (database, name) = (text(input, "DatabaseName"), text(input, "TableName"));
    add(catalogue.table_mut(database, name)?, input["PartitionInput"].clone())?;
    Ok(json!({}))
}

/// At most 100; those that cannot be created are told one by one.
pub fn create_many(catalogue: &mut Catalogue, input: &Value) -> Result<Value, Refusal> {
    let (database, name) = (text(input, "DatabaseName"), text(input, "TableName"));
    let wanted = input["PartitionInputList"].as_array().cloned().unwrap_or_default();
    if wanted.len() > 100 {
        let message = format!(
            "1 validation error detected: Value '{}' at 'partitionInputList' failed to satisfy constraint: Member must \
             have length less than or equal to 100",
            wanted.len()
        );
        return Err(Refusal::bad("ValidationException", message));
    }
    let table = catalogue.table_mut(database, name)?;
    let mut errors = Vec::new();
    for partition in wanted {
        let values = partition["Values"].clone();
        if let Err(refusal) = add(table, partition) {
            let detail = json!({ "ErrorCode": refusal.code, "ErrorMessage": refusal.message });
            errors.push(json!({ "PartitionValues": values, "ErrorDetail": detail }));
        }
    }
    Ok(if errors.is_empty() { json!({}) } else { json!({ "Errors": errors }) })
}

/// Adds a partition that is not there yet.
pub fn add(table: &mut Table, mut partition: Value) -> Result<(), Refusal> {
    let values = values(&partition["Values"]);
    if values.len() != table.partition_keys().len() {
        let message = "The number of partition keys do not match the number of partition values";
        return Err(Refusal::bad("InvalidInputException", message));
    }
    if table.partitions.contains_key(&values) {
        return Err(Refusal::bad("AlreadyExistsException", "Partition already exists."));
    }
    partition["CreationTime"] = json!(now());
    table.partitions.insert(values, partition);
    Ok(())
}

pub fn update(catalogue: &mut Catalogue, input: &Value) -> Result<Value, Refusal> {
    let (database, name) = (text(input, "DatabaseName"), text(input, "TableName"));
    let table = catalogue.table_mut(database, name)?;
    let old = values(&input["PartitionValueList"]);
    let Some(known) = table.partitions.get(&old) else { return Err(no_partition()) };
    let mut partition = input["PartitionInput"].clone();
    partition["CreationTime"] = known["CreationTime"].clone();
    let new = Some(values(&partition["Values"])).filter(|values| !values.is_empty()).unwrap_or_else(|| old.clone());
    if new != old && table.partitions.contains_key(&new) {
        return Err(Refusal::bad("AlreadyExistsException", "Partition already exists."));
    }
    partition["Values"] = json!(new);
    table.partitions.remove(&old);
    table.partitions.insert(new, partition);
    Ok(json!({}))
}

pub fn delete(catalogue: &mut Catalogue, input: &Value) -> Result<Value, Refusal> {
    let (database, name) = (text(input, "DatabaseName"), text(input, "TableName"));
    let table = catalogue.table_mut(database, name)?;
    table.partitions.remove(&values(&input["PartitionValues"])).map(|_| json!({})).ok_or_else(no_partition)
}

pub fn get(catalogue: &Catalogue, input: &Value) -> Result<Value, Refusal> {
    let (database, name) = (text(input, "DatabaseName"), text(input, "TableName"));
    let found = catalogue.table(database, name)?.partitions.get(&values(&input["PartitionValues"]));
    let shown = found.map(|partition| json!({ "Partition": shown(partition, database, name) }));
    shown.ok_or_else(no_partition)
}

/// Those that the expression is true for, in pages of at most 1000.
pub fn get_many(catalogue: &Catalogue, input: &Value, matching: &Matching<'_>) -> Result<Value, Refusal> {
    let (database, name) = (text(input, "DatabaseName"), text(input, "TableName"));
    let table = catalogue.table(database, name)?;
    let mut wanted = matching(table, text(input, "Expression"))?;
    if let (Some(number), Some(total)) =
        (input["Segment"]["SegmentNumber"].as_u64(), input["Segment"]["TotalSegments"].as_u64())
    {
        let is_own = |at: usize| at as u64 % total.max(1) == number;
        wanted = wanted.into_iter().enumerate().filter(|(at, _)| is_own(*at)).map(|(_, values)| values).collect();
    }
    let (some, next) = page(&wanted, input, most(input, 1000))?;
    let lean = |mut partition: Value| {
        if input["ExcludeColumnSchema"] == true {
            partition["StorageDescriptor"]["Columns"] = json!([]);
        }
        partition
    };
    let found: Vec<Value> = some
        .iter()
        .filter_map(|values| table.partitions.get(values))
        .map(|partition| lean(shown(partition, database, name)))
        .collect();
    Ok(json!({ "Partitions": found, "NextToken": next }))
}

fn shown(partition: &Value, database: &str, name: &str) -> Value {
    let mut shown = partition.clone();
    shown["DatabaseName"] = json!(database);
    shown["TableName"] = json!(name);
    shown["CatalogId"] = json!(ACCOUNT);
    shown
}

pub fn values(list: &Value) -> Vec<String> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

fn no_partition() -> Refusal {
    Refusal::bad("EntityNotFoundException", "Cannot find partition.")
}
