//! Athena's SQL on the local engine: for each probe Athena's answer, or a refusal that names what is refused.
//!
//! `tests/probes/given.json` and `own.json` hold queries of one value with the answer of Trino, the engine behind
//! Athena. `refused.txt` lists the probes that are not run here: each line is `what is refused: query`.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use cadet::engine::duckdb::DuckDb;
use cadet::engine::{Engine, EngineError, Write};
use cadet::jinja::relation::Relation;
use duckdb::Connection;
use duckdb::types::{TimeUnit, Value};
use serde_json::{Value as Json, json};

use crate::support::HERE;

#[derive(serde::Deserialize)]
struct Probe {
    class: String,
    sql: String,
    expect: Json,
}

/// What became of a probe.
enum Ran {
    Answered(Json),
    Refused(String),
    Failed(String),
}

fn probes(file: &str) -> Vec<Probe> {
    serde_json::from_str(&fs::read_to_string(Path::new(HERE).join("tests/probes").join(file)).unwrap()).unwrap()
}

/// Builds a table from each probe, then reads them all.
fn run(probes: &[Probe]) -> Vec<Ran> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("probes.duckdb");
    let engine = DuckDb::open(&file, "awsdatacatalog").unwrap();
    let built: Vec<Result<u64, EngineError>> = probes
        .iter()
        .enumerate()
        .map(|(at, probe)| {
            let table = Relation::new("awsdatacatalog", "answers", &format!("p{at}"));
            engine.replace_table(&Write::plain(&table), &probe.sql)
        })
        .collect();
    drop(engine);
    let connection = Connection::open(&file).unwrap();
    let read = |(at, built): (usize, Result<u64, EngineError>)| match built {
        Err(EngineError::NotHere(what)) => Ran::Refused(what),
        Err(error) => Ran::Failed(error.to_string()),
        Ok(_) => {
            let sql = format!("select * from answers.p{at} limit 1");
            let value = connection.query_row(&sql, [], |row| row.get::<_, Value>(0));
            value.map_or_else(|error| Ran::Failed(error.to_string()), |value| Ran::Answered(answer(&value)))
        }
    };
    built.into_iter().enumerate().map(read).collect()
}

/// A value in the words of the probes.
fn answer(value: &Value) -> Json {
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

fn double(value: f64) -> Json {
    match value {
        value if value.is_nan() => json!({"double": "NaN"}),
        value if value.is_infinite() => json!({"double": if value > 0.0 { "Infinity" } else { "-Infinity" }}),
        value => json!(value),
    }
}

/// A whole number and a fraction are different answers; a zone is told by the instant.
fn is_equal(expected: &Json, answer: &Json) -> bool {
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

/// The probes that neither have Athena's answer nor are refused, and those that are refused.
fn judged(probes: &[Probe]) -> (Vec<String>, BTreeMap<String, String>) {
    let mut wrong = Vec::new();
    let mut refused = BTreeMap::new();
    for (probe, ran) in probes.iter().zip(run(probes)) {
        let fails = probe.expect.get("error").is_some();
        let is_right = match &ran {
            Ran::Answered(answer) if !fails => {
                probe.expect.get("any").is_some() || is_equal(&probe.expect["value"], answer)
            }
            Ran::Answered(_) => false,
            Ran::Failed(_) => fails,
            Ran::Refused(what) => {
                refused.insert(probe.sql.clone(), what.clone());
                true
            }
        };
        if !is_right {
            let ran = match ran {
                Ran::Answered(answer) => answer.to_string(),
                Ran::Failed(message) | Ran::Refused(message) => message,
            };
            wrong.push(format!("{}: {}\n    wanted {}\n    got    {ran}", probe.class, probe.sql, probe.expect));
        }
    }
    (wrong, refused)
}

#[test]
fn every_probe_has_athenas_answer_or_is_refused_by_name() {
    let mut refused = String::new();
    for file in ["given.json", "own.json"] {
        let (wrong, not_here) = judged(&probes(file));
        assert!(wrong.is_empty(), "{} of {file} are wrong:\n{}", wrong.len(), wrong.join("\n"));
        for (sql, what) in not_here {
            refused.push_str(&format!("{what}: {sql}\n"));
        }
    }
    let listed = fs::read_to_string(Path::new(HERE).join("tests/probes/refused.txt")).unwrap();
    assert_eq!(refused, listed, "tests/probes/refused.txt lists other probes than those that are refused");
}
