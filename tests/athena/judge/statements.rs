//! The statements of a deploy, carried out by Trino's Hive connector on files of its own, and the tables that come of them.
//!
//! What Athena spells in another way is mapped in [`in_trinos_words`], and nowhere else.

use std::collections::BTreeSet;

use cadet::engine::duckdb::prepare;
use cadet::engine::duckdb::rows::athena_type;
use duckdb::types::Value;
use regex::Regex;
use serde_json::{Value as Json, json};

use super::trino;
use crate::account::Account;
use crate::double::glue::store::Table;
use crate::faults::chain;
use crate::fixture::on_both_engines;
use crate::sandbox::Sandbox;
use crate::sandbox::answer::{answer, is_equal, plain_type};

/// A statement for Athena as Trino wants it.
///
/// | Athena | Trino |
/// |---|---|
/// | `` `name` `` in `create schema` | `"name"`, and a location, which Athena takes from its settings |
/// | `table_type = 'HIVE'` | the connector says it |
/// | `write_compression = 'X'` | left out: the session says it |
/// | `field_delimiter = 'x'` | `textfile_field_separator = 'x'` |
/// | `…__cadet_<owner>`, the name that a table is built under | its own name, which cadet gives it in the catalogue |
fn in_trinos_words(statement: &str) -> String {
    let built = Regex::new(r#"__cadet_[0-9a-f]{8}(_all)?""#).unwrap().replace_all(statement, "\"").into_owned();
    let schema = Regex::new("(?i)^create schema (if not exists )?`([^`]+)`").unwrap();
    let schema = schema.replace(&built, "create schema if not exists \"$2\" with (location = 's3://judge/$2')");
    let compression = Regex::new(r"write_compression = '[^']*', |, write_compression = '[^']*'").unwrap();
    compression
        .replace(&schema, "")
        .replace("table_type = 'HIVE', ", "")
        .replace("table_type = 'hive', ", "")
        .replace("field_delimiter = ", "textfile_field_separator = ")
}

/// A type of the catalogue's in Trino's words.
fn in_trinos_type(name: &str) -> String {
    let words = Regex::new(r"\b(string|int)\b").unwrap();
    let word = |found: &regex::Captures<'_>| if &found[1] == "int" { "integer" } else { "varchar" };
    words.replace_all(name, word).replace('<', "(").replace('>', ")")
}

fn ensure_schema(name: &str) {
    trino::run(&in_trinos_words(&format!("create schema if not exists `{name}`"))).unwrap();
}

/// A table that cadet wrote without a statement, as it writes seeds: its files, and the same entry over them.
fn bring(account: &Account, name: &str, table: &Table) {
    let location = table.location().trim_end_matches('/').to_owned();
    for address in account.double.objects(&format!("{location}/")) {
        trino::put(&address, &account.double.object(&address).unwrap());
    }
    let columns: Vec<String> =
        table.columns().iter().map(|(column, kind)| format!("\"{column}\" {}", in_trinos_type(kind))).collect();
    let with = format!("with (external_location = '{location}', format = 'PARQUET')");
    trino::run(&format!("create table {name} ({}) {with}", columns.join(", "))).unwrap();
}

/// Carries out on Trino what Athena was sent, and says what Trino refuses.
fn replay(account: &Account) -> Vec<String> {
    trino::reset();
    let queries = account.double.all_queries();
    let made: BTreeSet<String> = queries.iter().filter_map(|query| made_by(&query.sql)).collect();
    for (name, table) in account.double.tables() {
        ensure_schema(name.split('.').next().unwrap());
        if !made.contains(&name) {
            bring(account, &name, &table);
        }
    }
    for bucket in ["mojap-derived-tables", "sources"] {
        trino::put(&format!("s3://{bucket}/"), b"");
    }
    let mut refused = Vec::new();
    for query in queries {
        let sql = in_trinos_words(&query.sql);
        if let Err(message) = trino::run(&sql) {
            refused.push(format!("{sql}\n    {message}"));
        }
    }
    refused
}

/// The table or view that a statement makes.
fn made_by(statement: &str) -> Option<String> {
    let made = Regex::new(r#"^create (?:table|or replace view) "awsdatacatalog"\."([^"]+)"\."([^"]+)""#).unwrap();
    let statement = in_trinos_words(statement);
    made.captures(&statement).map(|found| format!("{}.{}", &found[1], &found[2]))
}

/// The local engine's database, with all that its views use.
fn local_database(local: &Sandbox) -> duckdb::Connection {
    let connection = duckdb::Connection::open_in_memory().unwrap();
    let file = local.root().join("target/cadet.duckdb");
    connection.execute_batch(&format!("attach '{}' as awsdatacatalog (read_only)", file.display())).unwrap();
    prepare(&connection).unwrap();
    connection
}

fn local_rows(connection: &duckdb::Connection, table: &str) -> (Vec<String>, Vec<Json>) {
    let mut statement = connection.prepare(&format!("describe awsdatacatalog.{table}")).unwrap();
    let types: Vec<String> = statement
        .query_map([], |row| row.get::<_, String>(1))
        .unwrap()
        .map(|name| athena_type(&name.unwrap()))
        .collect();
    let mut statement = connection.prepare(&format!("select * from awsdatacatalog.{table}")).unwrap();
    let cells = |row: &duckdb::Row<'_>| {
        (0..types.len()).map(|at| row.get::<_, Value>(at).map(|value| answer(&value))).collect::<Result<Json, _>>()
    };
    let rows = statement.query_map([], cells).unwrap().map(Result::unwrap).collect();
    (types, sorted(rows))
}

fn sorted(mut rows: Vec<Json>) -> Vec<Json> {
    rows.sort_by_key(ToString::to_string);
    rows
}

#[test]
#[ignore = "needs a Trino: scripts/trino start && cargo test --test athena judge -- --ignored"]
fn the_fixture_has_the_same_rows_on_trino() {
    let (local, account) = on_both_engines();
    assert_eq!(replay(&account), Vec::<String>::new());
    let connection = local_database(&local);
    let mut wrong = String::new();
    for table in account.tables().iter().filter(|name| !name.starts_with("nomis.") && !name.starts_with("xhibit.")) {
        let (types, rows) = local_rows(&connection, table);
        let trinos = trino::run(&format!("select * from {table}")).unwrap();
        let trinos_types: Vec<String> = trinos.types.iter().map(|name| plain_type(name)).collect();
        let trinos_rows = sorted(trinos.rows.iter().map(|row| json!(row)).collect());
        if !is_equal(&json!(rows), &json!(trinos_rows)) || types != trinos_types {
            let (rows, trinos_rows) = (json!(rows), json!(trinos_rows));
            wrong.push_str(&format!("{table}\n  here  {types:?} {rows}\n  Trino {trinos_types:?} {trinos_rows}\n"));
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// What Trino's reader refuses of what a deploy sent. An Iceberg table is read only: see `docs/judge.md`.
fn unread(account: &Account) -> Vec<String> {
    let queries = account.double.all_queries();
    let statements: BTreeSet<String> = queries.iter().map(|query| in_trinos_words(&query.sql)).collect();
    assert!(statements.len() > 10, "{statements:?}");
    let refusal =
        |sql: &String| Some(format!("{sql}\n    {}", trino::run(&format!("prepare judged from {sql}")).err()?));
    statements.iter().filter_map(refusal).collect()
}

#[test]
#[ignore = "needs a Trino: scripts/trino start && cargo test --test athena judge -- --ignored"]
fn trino_reads_what_the_reference_deploy_sends() {
    let account = Account::new(chain(1));
    account.done(&["build"]);
    account.done(&["snapshot"]);
    let account = account.with(|_| chain(2));
    account.done(&["build"]);
    account.done(&["snapshot"]);
    let kinds = ["merge into", "table_type = 'ICEBERG'", "insert into", "create or replace view"];
    for kind in kinds {
        assert!(account.double.all_queries().iter().any(|query| query.sql.contains(kind)), "no `{kind}` was sent");
    }
    assert_eq!(unread(&account), Vec::<String>::new());
}
