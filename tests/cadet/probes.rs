//! Athena's SQL on the local engine: for each probe Athena's answer, or a refusal that names what is refused.
//!
//! `tests/probes/given.json` and `own.json` hold queries of one value with the answer of Trino, the engine behind
//! Athena; `trino.json` holds queries with the rows and the types that a Trino gave, see `docs/judge.md`. `refused.txt`
//! lists the probes that are not run here: each line is `what is refused: query`. `differs.txt` lists those that have
//! another answer here: each line is `why: query`.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use cadet::engine::duckdb::DuckDb;
use cadet::engine::duckdb::rows::athena_type;
use cadet::engine::{Engine, EngineError, Write};
use cadet::jinja::relation::Relation;
use duckdb::Connection;
use duckdb::types::Value;
use serde_json::{Value as Json, json};

use crate::support::HERE;
use crate::support::answer::{answer, is_equal, plain_type};

#[derive(serde::Deserialize)]
struct Probe {
    class: String,
    sql: String,
    expect: Json,
}

/// What became of a probe.
enum Ran {
    Answered(Table),
    Refused(String),
    Failed(String),
}

/// What a query gave.
struct Table {
    types: Vec<String>,
    rows: Vec<Vec<Json>>,
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
        Ok(_) => table(&connection, &format!("answers.p{at}"))
            .map_or_else(|error| Ran::Failed(error.to_string()), Ran::Answered),
    };
    built.into_iter().enumerate().map(read).collect()
}

fn table(connection: &Connection, name: &str) -> duckdb::Result<Table> {
    let mut described = connection.prepare(&format!("describe {name}"))?;
    let types: Vec<String> =
        described.query_map([], |row| row.get::<_, String>(1))?.collect::<duckdb::Result<Vec<_>>>()?;
    let mut statement = connection.prepare(&format!("select * from {name}"))?;
    let cells = |row: &duckdb::Row<'_>| {
        (0..types.len()).map(|at| row.get::<_, Value>(at).map(|value| answer(&value))).collect::<Result<Vec<_>, _>>()
    };
    let rows = statement.query_map([], cells)?.collect::<duckdb::Result<Vec<_>>>()?;
    Ok(Table { types: types.iter().map(|native| athena_type(native)).collect(), rows })
}

/// Whether a probe's one value, or its rows and their types, are these.
fn is_answered(probe: &Probe, table: &Table) -> bool {
    let expect = &probe.expect;
    if expect.get("any").is_some() {
        return true;
    }
    let Some(rows) = expect.get("rows") else {
        return table.rows.first().and_then(|row| row.first()).is_some_and(|value| is_equal(&expect["value"], value));
    };
    let (mut wanted, mut found): (Vec<Json>, Vec<Json>) =
        (rows.as_array().unwrap().clone(), table.rows.iter().map(|row| json!(row)).collect());
    if !probe.sql.to_lowercase().contains("order by") {
        wanted.sort_by_key(ToString::to_string);
        found.sort_by_key(ToString::to_string);
    }
    let types: Vec<String> =
        expect["types"].as_array().unwrap().iter().map(|name| plain_type(name.as_str().unwrap())).collect();
    // The names of a row's fields are not compared.
    let has_rows = types.iter().any(|name| name.contains("row("));
    let found_types: Vec<String> = table.types.iter().map(|name| plain_type(name)).collect();
    is_equal(&json!(wanted), &json!(found)) && (has_rows || types == found_types)
}

fn lines(file: &str) -> BTreeMap<String, String> {
    let text = fs::read_to_string(Path::new(HERE).join("tests/probes").join(file)).unwrap();
    text.lines().filter_map(|line| line.split_once(": ")).map(|(why, sql)| (sql.to_owned(), why.to_owned())).collect()
}

/// The probes that neither have Athena's answer nor are refused, and those that are refused.
fn judged(probes: &[Probe], differs: &BTreeMap<String, String>) -> (Vec<String>, BTreeMap<String, String>) {
    let mut wrong = Vec::new();
    let mut refused = BTreeMap::new();
    for (probe, ran) in probes.iter().zip(run(probes)) {
        let fails = probe.expect.get("error").is_some();
        let is_right = match &ran {
            Ran::Answered(table) => !fails && is_answered(probe, table),
            Ran::Failed(_) => fails,
            Ran::Refused(what) => {
                refused.insert(probe.sql.clone(), what.clone());
                true
            }
        };
        if is_right == differs.contains_key(&probe.sql) {
            let ran = match ran {
                Ran::Answered(table) => format!("{} {:?}", json!(table.rows), table.types),
                Ran::Failed(message) | Ran::Refused(message) => message,
            };
            let why = if is_right { " (though differs.txt lists it)" } else { "" };
            let wanted = &probe.expect;
            wrong.push(format!("{}: {}{why}\n    wanted {wanted}\n    got    {ran}", probe.class, probe.sql));
        }
    }
    (wrong, refused)
}

#[test]
fn every_probe_has_athenas_answer_or_is_refused_by_name() {
    let (mut refused, mut wrong) = (String::new(), Vec::new());
    let differs = lines("differs.txt");
    let judge = &|file: &str| judged(&probes(file), &differs);
    let files = std::thread::scope(|scope| {
        let threads = ["given.json", "own.json", "trino.json"].map(|file| scope.spawn(move || judge(file)));
        threads.map(|thread| thread.join().unwrap())
    });
    for (not_right, not_here) in files {
        wrong.extend(not_right);
        for (sql, what) in not_here {
            refused.push_str(&format!("{what}: {sql}\n"));
        }
    }
    assert!(wrong.is_empty(), "{} are wrong:\n{}", wrong.len(), wrong.join("\n"));
    let listed = fs::read_to_string(Path::new(HERE).join("tests/probes/refused.txt")).unwrap();
    assert_eq!(refused, listed, "tests/probes/refused.txt lists other probes than those that are refused");
}

/// Queries that Trino reads and cadet does not yet: their models are built, and no rule looks at their SQL.
const UNREAD: &[&str] = &["jsn05", "jsn06", "grp04", "sub03", "idn05", "idn06", "mtr01", "mis04", "mis06"];

/// Whole statements as analysts write them: a query is read, and anything else is refused as what it is.
#[test]
fn statements_are_read_or_refused() {
    let text = fs::read_to_string(Path::new(HERE).join("tests/probes/statements.sql")).unwrap();
    let mut wrong = Vec::new();
    let mut count = 0;
    for part in text.split("\n-- @ ").skip(1) {
        let (head, statement) = part.split_once('\n').unwrap();
        let kind = head.rsplit('|').next().unwrap().trim();
        let statement = statement.trim().trim_end_matches(';');
        let is_read = cadet::compile::sql::check(statement);
        count += 1;
        let is_unread = is_read.as_ref().is_err_and(|problem| problem.is_unread);
        let id = head.split(' ').next().unwrap();
        if is_read.is_ok() != (matches!(kind, "q" | "p") && !UNREAD.contains(&id)) || is_unread != UNREAD.contains(&id)
        {
            let said = is_read.err().map(|problem| problem.message);
            wrong.push(format!("{head}: {said:?}"));
        }
    }
    assert_eq!(count, 259);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
