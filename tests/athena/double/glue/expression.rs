//! The `Expression` of `GetPartitions`: a condition over the partition keys, evaluated by DuckDB.

use duckdb::Connection;

use super::store::Table;
use crate::double::error::Refusal;
use crate::double::sql::types::duckdb_of;
use crate::double::sql::words::{quoted, text};

/// The values of the partitions that the expression is true for.
pub fn matching(connection: &Connection, table: &Table, expression: &str) -> Result<Vec<Vec<String>>, Refusal> {
    if expression.is_empty() || table.partitions.is_empty() {
        return Ok(table.partitions.keys().cloned().collect());
    }
    if expression.len() > 2048 {
        let message = "1 validation error detected: Value at 'expression' failed to satisfy constraint: Member must \
                       have length less than or equal to 2048";
        return Err(Refusal::bad("ValidationException", message));
    }
    let keys = table.partition_keys();
    let list = |values: &Vec<String>| values.iter().map(|value| text(value)).collect::<Vec<_>>().join(", ");
    let rows: Vec<String> =
        table.partitions.keys().enumerate().map(|(at, values)| format!("({at}, {})", list(values))).collect();
    let names: Vec<String> = (0..keys.len()).map(|at| format!("k{at}")).collect();
    let casts: Vec<String> = keys
        .iter()
        .zip(&names)
        .map(|((key, glue), name)| format!("try_cast({name} as {}) as {}", duckdb_of(glue), quoted(key)))
        .collect();
    let sql = format!(
        "select cadet_at from (select cadet_at, {} from (values {}) as v(cadet_at, {})) where {expression} order by 1",
        casts.join(", "),
        rows.join(", "),
        names.join(", ")
    );
    let wrong = |error: duckdb::Error| {
        let error = error.to_string();
        let first = error.lines().next().unwrap_or_default();
        Refusal::bad("InvalidInputException", format!("Unsupported expression '{expression}': {first}"))
    };
    let mut statement = connection.prepare(&sql).map_err(wrong)?;
    let found = statement.query_map([], |row| row.get::<_, i64>(0)).map_err(wrong)?;
    let found: Vec<i64> = found.collect::<Result<_, _>>().map_err(wrong)?;
    let all: Vec<&Vec<String>> = table.partitions.keys().collect();
    Ok(found.iter().filter_map(|at| usize::try_from(*at).ok()).map(|at| all[at].clone()).collect())
}
