//! A Trino on this machine, over its HTTP protocol. Behaviour: Trino's "Trino client REST API".

use serde_json::{Value as Json, json};

use crate::double::base64;
use crate::sandbox::answer::double;

/// What a statement gave: the names and the types of its columns, and its rows in the words of the probes.
#[derive(Debug, Default)]
pub(super) struct Answer {
    pub(super) names: Vec<String>,
    pub(super) types: Vec<String>,
    pub(super) rows: Vec<Vec<Json>>,
}

/// Where `scripts/trino` has it listen; its storage listens on the next one.
const PORT: u16 = 18435;

/// Runs a statement; the error is Trino's message.
pub(super) fn run(sql: &str) -> Result<Answer, String> {
    let mut answer = Answer::default();
    let mut signatures = Vec::new();
    let mut page = start(sql);
    loop {
        if let Some(error) = page.get("error") {
            return Err(error["message"].as_str().unwrap_or_default().to_owned());
        }
        if let Some(columns) = page["columns"].as_array().filter(|_| signatures.is_empty()) {
            let texts = |key: &str| columns.iter().map(|column| column[key].as_str().unwrap().to_owned()).collect();
            (answer.names, answer.types) = (texts("name"), texts("type"));
            signatures = columns.iter().map(|column| column["typeSignature"].clone()).collect();
        }
        for row in page["data"].as_array().into_iter().flatten() {
            let cells = row.as_array().unwrap().iter().zip(&signatures);
            answer.rows.push(cells.map(|(cell, signature)| value(cell, signature)).collect());
        }
        let Some(next) = page["nextUri"].as_str() else { return Ok(answer) };
        page = read(ureq::get(next).call());
    }
}

fn start(sql: &str) -> Json {
    let url = format!("http://127.0.0.1:{}/v1/statement", PORT);
    let post = ureq::post(&url)
        .header("X-Trino-User", "judge")
        .header("X-Trino-Time-Zone", "UTC")
        .header("X-Trino-Catalog", "awsdatacatalog")
        .header("X-Trino-Client-Capabilities", "PARAMETRIC_DATETIME");
    read(post.send(sql))
}

fn read(answer: Result<ureq::http::Response<ureq::Body>, ureq::Error>) -> Json {
    let mut answer = answer.unwrap_or_else(|error| panic!("no Trino answers, see docs/judge.md: {error}"));
    serde_json::from_str(&answer.body_mut().with_config().limit(100_000_000).read_to_string().unwrap()).unwrap()
}

/// Puts a file into the storage that Trino reads, and makes its bucket.
pub(super) fn put(address: &str, bytes: &[u8]) {
    let (bucket, key) = address.strip_prefix("s3://").unwrap().split_once('/').unwrap();
    let storage = format!("http://127.0.0.1:{}", PORT + 1);
    // A bucket that is there already is as good.
    let _ = ureq::put(format!("{storage}/{bucket}")).send_empty();
    if !key.is_empty() {
        ureq::put(format!("{storage}/{bucket}/{key}")).send(bytes).unwrap();
    }
}

/// Takes everything out of the storage: tables, files and the catalogue.
pub(super) fn reset() {
    ureq::post(format!("http://127.0.0.1:{}/moto-api/reset", PORT + 1)).send_empty().unwrap();
    put("s3://judge/", b"");
}

/// A value of Trino's in the words of the probes.
fn value(cell: &Json, signature: &Json) -> Json {
    let of = |at: usize| &signature["arguments"][at]["value"];
    match (cell, signature["rawType"].as_str().unwrap()) {
        (Json::Null, _) => Json::Null,
        (cell, "decimal") => json!({ "decimal": cell }),
        (Json::Number(number), "real") => double(f64::from(number.as_f64().unwrap() as f32)),
        (Json::Number(number), "double") => double(number.as_f64().unwrap()),
        (Json::String(name), "real" | "double") => json!({ "double": name }),
        (cell, "date") => json!({ "date": cell }),
        (Json::String(text), "time") => json!({ "time": without_zeros(text) }),
        (Json::String(text), "timestamp" | "timestamp with time zone") => json!({ "timestamp": moment(text) }),
        (Json::String(text), "interval day to second") => json!({ "interval_seconds": seconds(text) }),
        (Json::String(text), "varbinary") => json!({ "hex": hex(text) }),
        (Json::Array(values), "array") => values.iter().map(|inner| value(inner, of(0))).collect(),
        (Json::Array(values), "row") => {
            values.iter().enumerate().map(|(at, inner)| value(inner, &of(at)["typeSignature"])).collect()
        }
        (Json::Object(entries), "map") => {
            let entry = |(name, inner): (&String, &Json)| json!([key(name, of(0)), value(inner, of(1))]);
            let mut entries: Vec<Json> = entries.iter().map(entry).collect();
            entries.sort_by_key(ToString::to_string);
            json!({ "map": entries })
        }
        (cell, _) => cell.clone(),
    }
}

/// A map's key, which the protocol writes as text.
fn key(name: &str, signature: &Json) -> Json {
    let plain = match signature["rawType"].as_str().unwrap() {
        "tinyint" | "smallint" | "integer" | "bigint" | "double" | "real" | "boolean" => {
            serde_json::from_str(name).ok()
        }
        _ => None,
    };
    value(&plain.unwrap_or_else(|| json!(name)), signature)
}

fn hex(text: &str) -> String {
    base64::decode(text).unwrap().iter().map(|byte| format!("{byte:02X}")).collect()
}

fn without_zeros(text: &str) -> String {
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text.to_owned() }
}

/// `2024-01-01 10:00:00.5`, to the microsecond; a moment with a zone as the instant, with `+00:00`.
fn moment(text: &str) -> String {
    let Some((clock, zone)) = text.rsplit_once(' ').filter(|(clock, _)| clock.contains(' ')) else {
        return shown(text);
    };
    let Ok(clock) = clock.parse::<jiff::civil::DateTime>() else { return text.to_owned() };
    let zone = jiff::fmt::temporal::DateTimeParser::new().parse_time_zone(zone).unwrap();
    let instant = zone.to_ambiguous_zoned(clock).compatible().unwrap().with_time_zone(jiff::tz::TimeZone::UTC);
    format!("{}+00:00", shown(&instant.datetime().to_string().replace('T', " ")))
}

fn shown(text: &str) -> String {
    match text.split_once('.') {
        None => text.to_owned(),
        Some((clock, fraction)) if fraction.bytes().all(|byte| byte == b'0') => clock.to_owned(),
        Some((clock, fraction)) => format!("{clock}.{fraction:0<6}"),
    }
}

/// `-1 02:03:04.500` in seconds.
fn seconds(text: &str) -> f64 {
    let (sign, text) = text.strip_prefix('-').map_or((1.0, text), |rest| (-1.0, rest));
    let (days, clock) = text.split_once(' ').unwrap();
    let clock: Vec<f64> = clock.split(':').map(|part| part.parse().unwrap()).collect();
    sign * (days.parse::<f64>().unwrap() * 86_400.0 + clock[0] * 3600.0 + clock[1] * 60.0 + clock[2])
}
