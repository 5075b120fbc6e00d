//! Glue's Data Catalog. Behaviour: the "AWS Glue Web API Reference"; what the service's role may not call is refused.

pub mod expression;
pub mod partitions;
pub mod store;

use serde_json::{Value, json};

use store::{ACCOUNT, Catalogue, Matching, Table};

use super::error::Refusal;

/// Calls that exist, and that the role of the service has no permission for.
pub const FORBIDDEN: [&str; 3] = ["BatchDeletePartition", "BatchUpdatePartition", "BatchDeleteTable"];

/// Answers a call; `matching` evaluates the expression of `GetPartitions`.
pub fn answer(
    catalogue: &mut Catalogue,
    operation: &str,
    input: &Value,
    matching: &Matching<'_>,
) -> Result<Value, Refusal> {
    match operation {
        "CreateDatabase" => catalogue.create_database(input["DatabaseInput"].clone()).map(|()| json!({})),
        "GetDatabase" => {
            let database = catalogue.database(text(input, "Name"))?;
            Ok(json!({ "Database": shown_database(database) }))
        }
        "GetDatabases" => {
            let all: Vec<Value> = catalogue.databases.values().map(shown_database).collect();
            let (some, next) = page(&all, input, most(input, 100))?;
            Ok(json!({ "DatabaseList": some, "NextToken": next }))
        }
        "GetTable" => {
            let (database, name) = (text(input, "DatabaseName"), text(input, "Name"));
            Ok(json!({ "Table": shown(catalogue.table(database, name)?, database) }))
        }
        "GetTables" => tables(catalogue, input),
        "CreateTable" => {
            catalogue.create_table(text(input, "DatabaseName"), input["TableInput"].clone()).map(|()| json!({}))
        }
        "UpdateTable" => {
            let (wanted, skips) = (input["VersionId"].as_str(), input["SkipArchive"] == true);
            let database = text(input, "DatabaseName");
            catalogue.update_table(database, input["TableInput"].clone(), wanted, skips).map(|()| json!({}))
        }
        "DeleteTable" => catalogue.delete_table(text(input, "DatabaseName"), text(input, "Name")).map(|_| json!({})),
        "DeleteTableVersion" => {
            let table = catalogue.table_mut(text(input, "DatabaseName"), text(input, "TableName"))?;
            let wanted = text(input, "VersionId");
            let before = table.archive.len();
            table.archive.retain(|(version, _)| version.to_string() != wanted);
            match before == table.archive.len() {
                true => Err(Refusal::bad("EntityNotFoundException", "Table version not found.")),
                false => Ok(json!({})),
            }
        }
        "GetTableVersions" => versions(catalogue, input),
        "CreatePartition" => partitions::create(catalogue, input),
        "BatchCreatePartition" => partitions::create_many(catalogue, input),
        "UpdatePartition" => partitions::update(catalogue, input),
        "DeletePartition" => partitions::delete(catalogue, input),
        "GetPartition" => partitions::get(catalogue, input),
        "GetPartitions" => partitions::get_many(catalogue, input, matching),
        other => Err(Refusal::bad("UnknownOperationException", format!("the double does not know {other}"))),
    }
}

/// A text of the input.
pub fn text<'i>(input: &'i Value, name: &str) -> &'i str {
    input[name].as_str().unwrap_or_default()
}

fn most(input: &Value, limit: usize) -> usize {
    let wanted = input["MaxResults"].as_u64().and_then(|most| usize::try_from(most).ok());
    wanted.unwrap_or(limit).clamp(1, limit)
}

/// A page, and the token of the next one.
fn page<'a, T>(all: &'a [T], input: &Value, most: usize) -> Result<(&'a [T], Value), Refusal> {
    let start = match input["NextToken"].as_str() {
        None => 0,
        Some(token) => token
            .strip_prefix("page-")
            .and_then(|at| at.parse().ok())
            .ok_or_else(|| Refusal::bad("InvalidInputException", "The token is not valid"))?,
    };
    let end = all.len().min(start + most);
    let next = if end < all.len() { json!(format!("page-{end}")) } else { Value::Null };
    Ok((all.get(start..end).unwrap_or_default(), next))
}

fn shown_database(database: &store::Database) -> Value {
    let mut shown = database.input.clone();
    shown["CreateTime"] = json!(database.created);
    shown["CatalogId"] = json!(ACCOUNT);
    shown
}

fn shown(table: &Table, database: &str) -> Value {
    version_of(table, database, (table.version, &table.input))
}

fn version_of(table: &Table, database: &str, (version, input): (u64, &Value)) -> Value {
    let mut shown = input.clone();
    let own = json!({
        "DatabaseName": database.to_lowercase(),
        "CreateTime": table.created,
        "UpdateTime": table.updated,
        "CreatedBy": format!("arn:aws:sts::{ACCOUNT}:assumed-role/cadet/session"),
        "IsRegisteredWithLakeFormation": false,
        "CatalogId": ACCOUNT,
        "VersionId": version.to_string(),
    });
    for (name, value) in own.as_object().into_iter().flatten() {
        shown[name] = value.clone();
    }
    shown
}

fn tables(catalogue: &Catalogue, input: &Value) -> Result<Value, Refusal> {
    let database = text(input, "DatabaseName");
    let pattern = text(input, "Expression").replace('*', ".*").replace("..*", ".*");
    let pattern = regex::Regex::new(&format!("^(?i:{pattern})$"))
        .map_err(|_| Refusal::bad("InvalidInputException", "Invalid expression"))?;
    let is_any = text(input, "Expression").is_empty();
    let found = catalogue.database(database)?.tables.iter();
    let found: Vec<Value> =
        found.filter(|(name, _)| is_any || pattern.is_match(name)).map(|(_, table)| shown(table, database)).collect();
    let (some, next) = page(&found, input, most(input, 100))?;
    Ok(json!({ "TableList": some, "NextToken": next }))
}

/// The newest first.
fn versions(catalogue: &Catalogue, input: &Value) -> Result<Value, Refusal> {
    let database = text(input, "DatabaseName");
    let table = catalogue.table(database, text(input, "TableName"))?;
    let now = std::iter::once((table.version, &table.input));
    let before = table.archive.iter().rev().map(|(version, input)| (*version, input));
    let all: Vec<Value> = now
        .chain(before)
        .map(|version| json!({ "Table": version_of(table, database, version), "VersionId": version.0.to_string() }))
        .collect();
    let (some, next) = page(&all, input, most(input, 100))?;
    Ok(json!({ "TableVersions": some, "NextToken": next }))
}
