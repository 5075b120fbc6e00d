//! Every column has the type in DuckDB that the translator believes it has.

use duckdb::Connection;
use serde_json::Value;

use super::{Table, translate};
use crate::engine::duckdb::{native, prelude};

fn database() -> Connection {
    let connection = Connection::open_in_memory().unwrap();
    connection.execute_batch("set lambda_syntax = 'DISABLE_SINGLE_ARROW'").unwrap();
    native::register(&connection).unwrap();
    connection.execute_batch(prelude::SQL).unwrap();
    connection
}

fn no_tables(_: &[String]) -> Result<Option<Table>, crate::engine::EngineError> {
    Ok(None)
}

#[test]
fn duckdb_has_the_types_that_were_inferred() {
    let connection = database();
    let mut wrong = Vec::new();
    for file in ["given.json", "own.json"] {
        let path = format!("{}/tests/probes/{file}", env!("CARGO_MANIFEST_DIR"));
        let probes: Vec<Value> = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        for probe in probes {
            let sql = probe["sql"].as_str().unwrap_or_default();
            let Ok(translated) = translate(sql, &no_tables) else { continue };
            let Ok(mut statement) = connection.prepare(&format!("describe {}", translated.sql)) else {
                if probe["expect"].get("error").is_none() {
                    wrong.push(format!("{sql}: cannot be bound: {}", translated.sql));
                }
                continue;
            };
            let described: Vec<String> = match statement.query_map([], |row| row.get(1)) {
                Ok(rows) => rows.filter_map(Result::ok).collect(),
                Err(_) => continue,
            };
            // Names of fields are quoted in both or in none.
            let plain = |types: &[String]| types.join("; ").replace('"', "").to_uppercase();
            if plain(&described) != plain(&translated.types) {
                wrong.push(format!("{sql}: {} for {}", plain(&described), plain(&translated.types)));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
