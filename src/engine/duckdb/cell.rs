//! A value of DuckDB's as templates see it.

use duckdb::types::{TimeUnit, Value};
use jiff::tz::TimeZone;
use serde_json::Value as Json;

use crate::jinja::warehouse::Cell;

/// One value of an answer; what has no kind of its own is text, as Python writes it.
pub(super) fn cell(value: Value) -> Cell {
    match value {
        Value::Null => Cell::Null,
        Value::Boolean(value) => Cell::Boolean(value),
        Value::TinyInt(value) => Cell::Integer(value.into()),
        Value::SmallInt(value) => Cell::Integer(value.into()),
        Value::Int(value) => Cell::Integer(value.into()),
        Value::BigInt(value) => Cell::Integer(value.into()),
        Value::HugeInt(value) => Cell::Integer(value),
        Value::UTinyInt(value) => Cell::Integer(value.into()),
        Value::USmallInt(value) => Cell::Integer(value.into()),
        Value::UInt(value) => Cell::Integer(value.into()),
        Value::UBigInt(value) => Cell::Integer(value.into()),
        Value::Decimal(value) => Cell::Decimal(value.to_string()),
        Value::Float(value) => Cell::Float(value.into()),
        Value::Double(value) => Cell::Float(value),
        Value::Text(text) | Value::Enum(text) => Cell::Text(text),
        Value::Date32(days) => {
            let date = jiff::civil::date(1970, 1, 1).checked_add(jiff::Span::new().days(days));
            date.map_or_else(|_| Cell::Text(days.to_string()), Cell::Date)
        }
        Value::Timestamp(unit, count) => {
            let moment = jiff::Timestamp::from_microsecond(micros(unit, count));
            moment.map_or_else(
                |_| Cell::Text(count.to_string()),
                |moment| Cell::Timestamp(moment.to_zoned(TimeZone::UTC).datetime()),
            )
        }
        Value::Time64(unit, count) => Cell::Text(time(micros(unit, count))),
        Value::Interval { months, days, nanos } => Cell::Text(span(months, days, nanos / 1_000)),
        Value::Blob(bytes) => Cell::Text(bytes.iter().map(|byte| format!("\\x{byte:02x}")).collect()),
        Value::List(_) | Value::Array(_) | Value::Struct(_) | Value::Map(_) => Cell::Nested(nested(value)),
        Value::Union(value) => cell(*value),
        // Newer kinds of numbers and the like: none of Athena's types is one.
        other => Cell::Text(format!("{other:?}")),
    }
}

fn micros(unit: TimeUnit, count: i64) -> i64 {
    match unit {
        TimeUnit::Second => count.saturating_mul(1_000_000),
        TimeUnit::Millisecond => count.saturating_mul(1_000),
        TimeUnit::Microsecond => count,
        TimeUnit::Nanosecond => count / 1_000,
    }
}

fn time(micros: i64) -> String {
    let (seconds, micros) = (micros / 1_000_000, micros % 1_000_000);
    let fraction = if micros == 0 { String::new() } else { format!(".{micros:06}") };
    format!("{:02}:{:02}:{:02}{fraction}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

/// A span of time as Python's `str` writes it, with months of thirty days.
fn span(months: i32, days: i32, micros: i64) -> String {
    const DAY: i64 = 86_400_000_000;
    let all = (i64::from(months) * 30 + i64::from(days)).saturating_mul(DAY).saturating_add(micros);
    let (days, rest) = (all.div_euclid(DAY), all.rem_euclid(DAY));
    let clock = time(rest);
    let clock = clock.strip_prefix('0').unwrap_or(&clock);
    match days {
        0 => clock.to_owned(),
        1 | -1 => format!("{days} day, {clock}"),
        _ => format!("{days} days, {clock}"),
    }
}

/// What a list, a row or a map holds.
fn nested(value: Value) -> Json {
    match value {
        Value::List(items) | Value::Array(items) => items.into_iter().map(nested).collect(),
        Value::Struct(fields) => fields.iter().map(|(name, value)| (name.clone(), nested(value.clone()))).collect(),
        Value::Map(entries) => {
            entries.iter().map(|(key, value)| (word(cell(key.clone())), nested(value.clone()))).collect()
        }
        value => match cell(value) {
            Cell::Null => Json::Null,
            Cell::Boolean(value) => value.into(),
            Cell::Integer(value) => match i64::try_from(value) {
                Ok(small) => small.into(),
                Err(_) => value.to_string().into(),
            },
            Cell::Float(value) => value.into(),
            other => word(other).into(),
        },
    }
}

fn word(cell: Cell) -> String {
    match cell {
        Cell::Null => "None".to_owned(),
        Cell::Boolean(value) => if value { "True" } else { "False" }.to_owned(),
        Cell::Integer(value) => value.to_string(),
        Cell::Float(value) => value.to_string(),
        Cell::Decimal(text) | Cell::Text(text) => text,
        Cell::Date(date) => date.to_string(),
        Cell::Timestamp(at) => at.to_string(),
        Cell::Nested(value) => value.to_string(),
    }
}
