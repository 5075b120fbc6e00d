//! Values in the words of the probes, and when two of them are the same.

#![allow(dead_code, unreachable_pub, reason = "each test file uses a part of it")]

use duckdb::types::{TimeUnit, Value};
use serde_json::{Value as Json, json};

/// A value in the words of the probes.
pub fn answer(value: &Value) -> Json {
    let list = |values: &[Value]| Json::Array(values.iter().map(answer).collect());
    match value {
        Value::Null => Json::Null,
        Value::Boolean(value) => json!(value),
        Value::TinyInt(value) => json!(value),
        Value::SmallInt(value) => json!(value),
        Value::Int(value) => json!(value),
        Value::BigInt(value) => json!(value),
        Value::Float(value) => double(f64::from(*value)),
        Value::Double(value) => double(*value),
        Value::Decimal(value) => json!({"decimal": value.to_string()}),
        Value::Text(text) => json!(text),
        Value::Blob(bytes) => json!({"hex": bytes.iter().map(|byte| format!("{byte:02X}")).collect::<String>()}),
        Value::Date32(days) => {
            let date = jiff::civil::date(1970, 1, 1) + jiff::Span::new().days(i64::from(*days));
            json!({"date": date.to_string()})
        }
        Value::Timestamp(TimeUnit::Microsecond, micros) => {
            let clock = jiff::Timestamp::from_microsecond(*micros).unwrap();
            let clock = jiff::tz::TimeZone::UTC.to_datetime(clock);
            let fraction = clock.subsec_nanosecond() / 1000;
            let fraction = if fraction == 0 { String::new() } else { format!(".{fraction:06}") };
            json!({"timestamp": format!("{}{fraction}", clock.strftime("%Y-%m-%d %H:%M:%S"))})
        }
        Value::Interval { months: 0, days, nanos } => {
            json!({"interval_seconds": f64::from(*days) * 86_400.0 + *nanos as f64 / 1e9})
        }
        Value::Interval { months, .. } => {
            let sign = if *months < 0 { "-" } else { "" };
            json!(format!("{sign}{}-{}", months.abs() / 12, months.abs() % 12))
        }
        Value::Time64(TimeUnit::Microsecond, micros) => {
            let clock = jiff::Timestamp::from_microsecond(*micros).unwrap();
            json!({"time": jiff::tz::TimeZone::UTC.to_datetime(clock).time().to_string()})
        }
        Value::List(values) | Value::Array(values) => list(values),
        Value::Struct(fields) => Json::Array(fields.iter().map(|(_, value)| answer(value)).collect()),
        Value::Map(entries) => {
            let mut entries: Vec<Json> =
                entries.iter().map(|(key, value)| json!([answer(key), answer(value)])).collect();
            entries.sort_by_key(ToString::to_string);
            json!({"map": entries})
        }
        other => json!(format!("{other:?}")),
    }
}

/// A double; what is not a number has a name.
pub fn double(value: f64) -> Json {
    match value {
        value if value.is_nan() => json!({"double": "NaN"}),
        value if value.is_infinite() => json!({"double": if value > 0.0 { "Infinity" } else { "-Infinity" }}),
        value => json!(value),
    }
}

/// A whole number and a fraction are different answers; a zone is told by the instant.
pub fn is_equal(expected: &Json, answer: &Json) -> bool {
    match (expected, answer) {
        (Json::Number(a), Json::Number(b)) if a.is_f64() && b.is_f64() => {
            (a.as_f64().unwrap() - b.as_f64().unwrap()).abs() < 1e-9
        }
        (Json::Array(a), Json::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| is_equal(a, b)),
        (Json::Object(a), Json::Object(b)) => match (a.get("timestamp"), b.get("timestamp")) {
            (Some(a), Some(b)) => a.as_str().map(|text| text.trim_end_matches("+00:00")) == b.as_str(),
            _ => a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| is_equal(a, b))),
        },
        (a, b) => a == b,
    }
}

/// A type of Athena's without the sizes that the local engine does not follow.
pub fn plain_type(name: &str) -> String {
    let name = name.to_lowercase();
    let sizes = regex::Regex::new(r"\b(varchar|char|timestamp|time)\(\d+\)").unwrap();
    let plain = sizes.replace_all(&name, "$1").replace(", ", ",").replace("double precision", "double");
    let words = regex::Regex::new(r"\b(char|json|unknown|interval [a-z ]+)\b").unwrap();
    let plain = words.replace_all(&plain, |found: &regex::Captures<'_>| match &found[1] {
        "char" | "json" => "varchar",
        "unknown" => "integer",
        _ => "interval",
    });
    plain.into_owned()
}
