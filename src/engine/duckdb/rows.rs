//! A query in, its rows out as Athena shows them, with the types of its columns in Athena's words.
//!
//! Behaviour: Trino's `VARCHAR` casts and Athena's query results.

use duckdb::Connection;
use duckdb::types::Value;

use super::message::query_error;
use super::{DuckDb, quoted, translate};
use crate::engine::parts::parts;
use crate::engine::{EngineError, Rows, TypedColumn};

impl DuckDb {
    /// What [`Engine::rows`](crate::engine::Engine::rows) gives.
    pub(super) fn read_rows(&self, query: &str, limit: Option<usize>) -> Result<Rows, EngineError> {
        let connection = self.connection()?;
        let translated = translate(&connection, &self.catalogue, query)?;
        let query = &translated.sql;
        let columns = Self::described(&connection, &format!("(\n{query}\n)"))?;
        let native: Vec<String> = columns.iter().map(|column| column.data_type.clone()).collect();
        let columns: Vec<TypedColumn> = columns
            .into_iter()
            .zip(translated.names)
            .map(|(column, name)| TypedColumn { data_type: athena_type(&column.data_type), name })
            .collect();
        let rows = if limit == Some(0) { Vec::new() } else { fetched(&connection, query, (&native, limit))? };
        Ok(Rows { columns, native, rows })
    }
}

/// The rows of a query in DuckDB's words, as Athena shows them: with the types that DuckDB describes its columns with,
/// and at most so many rows.
///
/// # Errors
/// When the query fails.
pub fn fetched(
    connection: &Connection,
    query: &str,
    (native, limit): (&[String], Option<usize>),
) -> Result<Vec<Vec<Option<String>>>, EngineError> {
    let limit = limit.map_or_else(String::new, |limit| format!("\nlimit {limit}"));
    // What Athena writes in words of its own is fetched as a value, and everything else as DuckDB writes it.
    let names: Vec<String> = (0..native.len()).map(|at| format!("cadet_{at}")).collect();
    let columns: Vec<String> = names.iter().zip(native).map(|(name, native)| fetched_as(name, native)).collect();
    let names: Vec<String> = names.iter().map(|name| quoted(name)).collect();
    let statement =
        format!("select {} from (\n{query}\n) as cadet_rows({}){limit}", columns.join(", "), names.join(", "));
    let mut statement = connection.prepare(&statement).map_err(|error| query_error(&error))?;
    let one = |row: &duckdb::Row<'_>| {
        (0..native.len()).map(|at| row.get::<_, Value>(at).map(|value| shown(&value))).collect::<Result<Vec<_>, _>>()
    };
    let rows = statement.query_map([], one).map_err(|error| query_error(&error))?;
    rows.collect::<Result<_, _>>().map_err(|error| query_error(&error))
}

fn fetched_as(name: &str, native: &str) -> String {
    let is_value = native.ends_with(']')
        || ["STRUCT", "MAP", "DOUBLE", "FLOAT", "BLOB", "TIMESTAMP", "TIME"]
            .iter()
            .any(|kind| native.starts_with(kind));
    let has_zone = native.ends_with("WITH TIME ZONE");
    if is_value && !has_zone { quoted(name) } else { format!("cast({} as varchar)", quoted(name)) }
}

/// A type of DuckDB's in Athena's words; what Athena has no word for keeps its own, in small letters.
pub fn athena_type(native: &str) -> String {
    if let Some(inner) = native.strip_suffix("[]") {
        return format!("array({})", athena_type(inner));
    }
    let lower = native.to_lowercase();
    let inside = |prefix: &str| native.get(prefix.len()..native.len().saturating_sub(1));
    if lower.starts_with("struct(") {
        let fields = inside("struct(").unwrap_or_default();
        let fields: Vec<String> = parts(fields, ["([", ")]"]).into_iter().map(field).collect();
        return format!("row({})", fields.join(", "));
    }
    if lower.starts_with("map(") {
        let both: Vec<String> =
            parts(inside("map(").unwrap_or_default(), ["([", ")]"]).into_iter().map(athena_type).collect();
        return format!("map({})", both.join(", "));
    }
    match lower.as_str() {
        "hugeint" | "uhugeint" | "ubigint" => "bigint".to_owned(),
        "integer" | "usmallint" | "utinyint" | "\"null\"" => "integer".to_owned(),
        "uinteger" => "bigint".to_owned(),
        "float" => "real".to_owned(),
        "blob" => "varbinary".to_owned(),
        "timestamp_s" | "timestamp_ms" | "timestamp_ns" => "timestamp".to_owned(),
        _ => lower.replace(", ", ","),
    }
}

/// `"a" INTEGER` as `a integer`.
fn field(field: &str) -> String {
    let (name, native) = match field.strip_prefix('"') {
        Some(rest) => rest.split_once("\" ").unwrap_or((rest, "")),
        None => field.split_once(' ').unwrap_or((field, "")),
    };
    format!("{name} {}", athena_type(native))
}

/// A value as Athena shows it; nothing for null.
fn shown(value: &Value) -> Option<String> {
    let inner = |value: &Value| shown(value).unwrap_or_else(|| "null".to_owned());
    let listed = |values: &[Value]| values.iter().map(inner).collect::<Vec<_>>().join(", ");
    Some(match value {
        Value::Null => return None,
        Value::Boolean(value) => value.to_string(),
        Value::TinyInt(value) => value.to_string(),
        Value::SmallInt(value) => value.to_string(),
        Value::Int(value) => value.to_string(),
        Value::BigInt(value) => value.to_string(),
        Value::HugeInt(value) => value.to_string(),
        Value::UHugeInt(value) => value.to_string(),
        Value::UTinyInt(value) => value.to_string(),
        Value::USmallInt(value) => value.to_string(),
        Value::UInt(value) => value.to_string(),
        Value::UBigInt(value) => value.to_string(),
        Value::Float(value) => real(f64::from(*value), &format!("{value:?}")),
        Value::Double(value) => real(*value, &format!("{value:?}")),
        Value::Decimal(value) => value.to_string(),
        Value::Timestamp(unit, count) => moment(unit.to_micros(*count)),
        Value::Date32(days) => day(i64::from(*days)),
        Value::Time64(unit, count) => clock(unit.to_micros(*count)),
        Value::Interval { .. } => format!("{value:?}"),
        Value::Text(text) | Value::Enum(text) => text.clone(),
        Value::Blob(bytes) | Value::Geometry(bytes) => {
            bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(" ")
        }
        Value::List(values) | Value::Array(values) => format!("[{}]", listed(values)),
        Value::Struct(fields) => {
            let fields: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={}", inner(value))).collect();
            format!("{{{}}}", fields.join(", "))
        }
        Value::Map(entries) => {
            let entries: Vec<String> =
                entries.iter().map(|(key, value)| format!("{}={}", inner(key), inner(value))).collect();
            format!("{{{}}}", entries.join(", "))
        }
        Value::Union(value) => inner(value),
        other => format!("{other:?}"),
    })
}

/// A floating-point number as Java writes it: `1.0E10` from ten million on, and below a thousandth.
fn real(value: f64, shortest: &str) -> String {
    if value.is_nan() {
        return "NaN".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "Infinity" } else { "-Infinity" }.to_owned();
    }
    let size = value.abs();
    if value == 0.0 || (1e-3..1e7).contains(&size) {
        return shortest.to_owned();
    }
    let written = format!("{value:E}");
    let (mantissa, exponent) = written.split_once('E').unwrap_or((&written, "0"));
    let mantissa = if mantissa.contains('.') { mantissa.to_owned() } else { format!("{mantissa}.0") };
    format!("{mantissa}E{exponent}")
}

fn day(days: i64) -> String {
    let date =
        jiff::civil::Date::new(1970, 1, 1).ok().and_then(|start| start.checked_add(jiff::Span::new().days(days)).ok());
    date.map_or_else(|| days.to_string(), |date| date.to_string())
}

const DAY: i64 = 86_400_000_000;

/// `2024-01-31 10:00:00.000`, with more digits where there are any.
fn moment(micros: i64) -> String {
    format!("{} {}", day(micros.div_euclid(DAY)), clock(micros.rem_euclid(DAY)))
}

fn clock(micros: i64) -> String {
    let seconds = micros / 1_000_000;
    let fraction = format!("{:06}", micros % 1_000_000);
    let fraction = fraction.strip_suffix("000").unwrap_or(&fraction);
    format!("{:02}:{:02}:{:02}.{fraction}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Engine;

    fn rows(query: &str) -> Rows {
        DuckDb::open(std::path::Path::new(":memory:"), "c").unwrap().rows(query, None).unwrap()
    }

    #[test]
    fn values_are_written_as_athena_writes_them() {
        let cases = [
            ("1", "integer", "1"),
            ("1.50", "decimal(3,2)", "1.50"),
            ("cast(1 as double)", "double", "1.0"),
            ("cast(1e10 as double)", "double", "1.0E10"),
            ("cast(0.00012 as double)", "double", "1.2E-4"),
            ("true", "boolean", "true"),
            ("date '2024-02-29'", "date", "2024-02-29"),
            ("timestamp '1969-12-31 23:59:59'", "timestamp", "1969-12-31 23:59:59.000"),
            ("timestamp '2024-01-02 03:04:05.123456'", "timestamp", "2024-01-02 03:04:05.123456"),
            ("array[1, null]", "array(integer)", "[1, null]"),
            (
                "cast(row(1, array['x']) as row(a integer, b array(varchar)))",
                "row(a integer, b array(varchar))",
                "{a=1, b=[x]}",
            ),
            ("map(array['k'], array[1.5])", "map(varchar, decimal(2,1))", "{k=1.5}"),
            ("sum(1)", "bigint", "1"),
            ("to_utf8('hi')", "varbinary", "68 69"),
        ];
        for (sql, data_type, text) in cases {
            let found = rows(&format!("select {sql} as x"));
            let column = TypedColumn { name: "x".to_owned(), data_type: data_type.to_owned() };
            assert_eq!((&found.columns, &found.rows), (&vec![column], &vec![vec![Some(text.to_owned())]]), "{sql}");
        }
        assert_eq!(rows("select null as x").rows, [[None]]);
    }

    #[test]
    fn nothing_but_a_query_is_run() {
        let engine = DuckDb::open(std::path::Path::new(":memory:"), "c").unwrap();
        for statement in ["create table c.main.t as select 1", "select 1; drop table t", "drop table t"] {
            assert!(engine.rows(statement, None).is_err(), "{statement}");
        }
        assert_eq!(engine.rows("select n from unnest(sequence(1, 10)) as t (n)", Some(3)).unwrap().rows.len(), 3);
        assert!(engine.rows("select n from unnest(sequence(1, 10)) as t (n)", Some(0)).unwrap().rows.is_empty());
    }
}
