//! Every probe on Trino: whether its recorded answer, which the local engine is held to, is Trino's.

use std::fs;

use rayon::prelude::*;
use serde_json::{Value as Json, json};

use super::trino;
use crate::sandbox::HERE;
use crate::sandbox::answer::is_equal;

#[derive(serde::Deserialize)]
struct Probe {
    sql: String,
    expect: Json,
}

/// Recorded answers that Trino does not give, and why they are kept: each line is `why: query`.
const NOT_TRINOS: &str = include_str!("not_trinos.txt");

fn is_trinos(probe: &Probe, answer: &Result<trino::Answer, String>) -> bool {
    let expect = &probe.expect;
    let Ok(answer) = answer else { return expect.get("error").is_some() };
    if expect.get("error").is_some() {
        return false;
    }
    if expect.get("any").is_some() {
        return true;
    }
    let Some(rows) = expect.get("rows") else {
        return answer.rows.first().and_then(|row| row.first()).is_some_and(|value| is_same(&expect["value"], value));
    };
    let (mut wanted, mut found): (Vec<Json>, Vec<Json>) =
        (rows.as_array().unwrap().clone(), answer.rows.iter().map(|row| json!(row)).collect());
    if !probe.sql.to_lowercase().contains("order by") {
        wanted.sort_by_key(ToString::to_string);
        found.sort_by_key(ToString::to_string);
    }
    expect["types"] == json!(answer.types) && is_same(&json!(wanted), &json!(found))
}

/// Moments are compared with their zone here.
fn is_same(expected: &Json, found: &Json) -> bool {
    expected == found || is_equal(expected, found)
}

#[test]
#[ignore = "needs a Trino: scripts/trino start && cargo test --test athena judge -- --ignored"]
fn every_recorded_answer_is_trinos() {
    let mut wrong = String::new();
    for file in ["given.json", "own.json", "trino.json"] {
        let text = fs::read_to_string(format!("{HERE}/tests/probes/{file}")).unwrap();
        let probes: Vec<Probe> = serde_json::from_str(&text).unwrap();
        let answers: Vec<_> = probes.par_iter().map(|probe| trino::run(&probe.sql)).collect();
        for (probe, answer) in probes.iter().zip(answers) {
            let is_listed = NOT_TRINOS.lines().any(|line| line.ends_with(&format!(": {}", probe.sql)));
            if is_trinos(probe, &answer) == is_listed {
                let known = if is_listed { " (though not_trinos.txt lists it)" } else { "" };
                wrong.push_str(&format!("{file}: {}{known}\n    {}\n    {answer:?}\n", probe.sql, probe.expect));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}
