//! `GetQueryResults`: rows in pages, the names of the columns first.

use serde_json::{Value, json};

use super::query::{Column, Query, State, kind_of};
use crate::double::error::Refusal;

/// The most rows of one page.
const PAGE: usize = 1000;

pub fn page(query: &Query, input: &Value) -> Result<Value, Refusal> {
    let refused = |message: String| {
        Err(Refusal::bad("InvalidRequestException", message).with("AthenaErrorCode", "INVALID_QUERY_EXECUTION_STATE"))
    };
    match query.state {
        State::Succeeded => {}
        state if state.is_live() => {
            return refused(format!("Query has not yet finished. Current state: {}", state.name()));
        }
        state => return refused(format!("Query did not finish successfully. Final query state: {}", state.name())),
    }
    let most = input["MaxResults"].as_u64().and_then(|most| usize::try_from(most).ok()).unwrap_or(PAGE);
    if !(1..=PAGE).contains(&most) {
        return Err(Refusal::bad("InvalidRequestException", "MaxResults is more than maximum allowed length 1000."));
    }
    let names = query.done.columns.iter().map(|column| Some(column.name.clone())).collect();
    let has_names = kind_of(&query.sql).1 == "SELECT";
    let names: Vec<Vec<Option<String>>> = if has_names { vec![names] } else { Vec::new() };
    let all: Vec<&Vec<Option<String>>> = names.iter().chain(&query.done.rows).collect();
    let start: usize = match input["NextToken"].as_str() {
        None => 0,
        Some(token) => token
            .strip_prefix("row-")
            .and_then(|at| at.parse().ok())
            .ok_or_else(|| Refusal::bad("InvalidRequestException", "NextToken is invalid"))?,
    };
    let end = all.len().min(start + most);
    let cell = |value: &Option<String>| match value {
        Some(text) => json!({ "VarCharValue": text }),
        None => json!({}),
    };
    let rows: Vec<Value> = all[start.min(end)..end]
        .iter()
        .map(|row| json!({ "Data": row.iter().map(cell).collect::<Vec<_>>() }))
        .collect();
    let mut answer = json!({
        "UpdateCount": query.done.updated.unwrap_or(0),
        "ResultSet": {
            "Rows": rows,
            "ResultSetMetadata": { "ColumnInfo": query.done.columns.iter().map(described).collect::<Vec<_>>() },
        },
    });
    if end < all.len() {
        answer["NextToken"] = json!(format!("row-{end}"));
    }
    Ok(answer)
}

fn described(column: &Column) -> Value {
    let kind = column.data_type.split('(').next().unwrap_or_default();
    let sizes = column.data_type.strip_prefix("decimal(").and_then(|rest| rest.strip_suffix(')')?.split_once(','));
    let size = |text: &str| text.trim().parse::<i64>().unwrap_or_default();
    let (precision, scale) = match (kind, sizes) {
        ("decimal", Some((precision, scale))) => (size(precision), size(scale)),
        ("tinyint", _) => (3, 0),
        ("smallint", _) => (5, 0),
        ("integer", _) => (10, 0),
        ("bigint", _) => (19, 0),
        ("double" | "real", _) => (17, 0),
        ("timestamp", _) => (3, 0),
        ("varchar", _) => (2_147_483_647, 0),
        ("varbinary", _) => (1_073_741_824, 0),
        _ => (0, 0),
    };
    json!({
        "CatalogName": "hive",
        "SchemaName": "",
        "TableName": "",
        "Name": column.name,
        "Label": column.name,
        "Type": if kind == "real" { "float" } else { kind },
        "Precision": precision,
        "Scale": scale,
        "Nullable": "UNKNOWN",
        "CaseSensitive": kind == "varchar",
    })
}
