//! The fixture on both engines: the same rows, table by table.

#![allow(unreachable_pub, reason = "the judge builds it too")]

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use cadet::engine::Engine;
use cadet::engine::duckdb::DuckDb;

use crate::account::{Account, rows};
use crate::sandbox::{HERE, Sandbox};
use crate::support::{clients, execute};

const SETTINGS: &str = "athena:\n  first_poll: 0.01\n  longest_poll: 0.05\n";

/// The tables of a source in the account, from its CSVs, with the types that its YAML gives.
async fn fill(account: &Account, source: &str) {
    let yaml =
        fs::read_to_string(format!("{HERE}/fixtures/mojap_derived_tables/models/sources/{source}.yaml")).unwrap();
    let yaml: serde_yaml::Value = serde_yaml::from_str(&yaml).unwrap();
    let athena = clients(&account.double).athena;
    execute(&athena, &format!("create schema if not exists `{source}`")).await.done();
    for table in yaml["sources"][0]["tables"].as_sequence().unwrap() {
        let name = table["name"].as_str().unwrap();
        let columns: Vec<(&str, &str)> = table["columns"]
            .as_sequence()
            .unwrap()
            .iter()
            .map(|column| (column["name"].as_str().unwrap(), column["data_type"].as_str().unwrap()))
            .collect();
        let text = fs::read_to_string(format!("{HERE}/fixtures/source_data/{source}/{name}.csv")).unwrap();
        execute(&athena, &create(source, name, &columns, &text)).await.done();
    }
}

fn create(source: &str, name: &str, columns: &[(&str, &str)], text: &str) -> String {
    let table = cadet::parse::csv::read(text, b',').unwrap();
    let casts: Vec<String> = columns
        .iter()
        .map(|(column, data_type)| match *data_type {
            "string" => format!("{column} as {column}"),
            "array<string>" => format!("cast(json_parse({column}) as array(varchar)) as {column}"),
            other => format!("cast({column} as {other}) as {column}"),
        })
        .collect();
    let mut values = String::new();
    for row in &table.rows {
        let cell = |value: &String| match cadet::parse::csv::is_null(value) {
            true => "cast(null as varchar)".to_owned(),
            false => format!("'{}'", value.replace('\'', "''")),
        };
        let cells: Vec<String> = row.iter().map(cell).collect();
        write!(values, "{}({})", if values.is_empty() { "" } else { ", " }, cells.join(", ")).unwrap();
    }
    format!(
        "create table \"awsdatacatalog\".\"{source}\".\"{name}\" with (table_type = 'hive', external_location = \
         's3://sources/{source}/{name}', format = 'parquet') as select {} from (values {values}) as t ({})",
        casts.join(", "),
        table.header.join(", ")
    )
}

/// The fixture, built on the local engine and on the double of Athena.
pub fn on_both_engines() -> (Sandbox, Account) {
    let local = Sandbox::fixture();
    let data = format!("{HERE}/fixtures/source_data");
    let ran = local.cadet(&["build", "--source-data", &data]);
    assert_eq!(ran.code, 0, "{}", ran.shown());
    let account = Account::new(Sandbox::fixture().file("cadet.yaml", SETTINGS));
    account.double.add_bucket("sources");
    let runtime = tokio::runtime::Runtime::new().unwrap();
    for source in ["nomis", "xhibit"] {
        runtime.block_on(fill(&account, source));
    }
    let ran = account.cadet(&["build"]);
    assert_eq!(ran.code, 0, "{}", ran.shown());
    (local, account)
}

#[test]
fn the_fixture_has_the_same_rows_as_on_the_local_engine() {
    let (local, account) = on_both_engines();
    let engine = DuckDb::open(Path::new(&local.root().join("target/cadet.duckdb")), "awsdatacatalog").unwrap();
    let tables: Vec<String> = account
        .tables()
        .into_iter()
        .filter(|name| !name.starts_with("nomis.") && !name.starts_with("xhibit."))
        .collect();
    assert!(tables.len() > 20, "{tables:?}");
    for table in tables {
        let wanted = engine.rows(&format!("select * from {table}"), None).unwrap();
        let found = account.double.read(&table).unwrap();
        let names: Vec<&str> = found.columns.iter().map(|column| column.name.as_str()).collect();
        let known: Vec<&str> = wanted.columns.iter().map(|column| column.name.as_str()).collect();
        assert_eq!(names, known, "{table}");
        assert_eq!(rows(&found.rows), rows(&wanted.rows), "{table}");
    }
}
