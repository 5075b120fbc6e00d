//! Types in the words of Glue, of Athena, and of DuckDB.

use cadet::engine::duckdb::rows::athena_type;
use cadet::engine::duckdb::types::duckdb_type;

use super::words::Words;

/// A type of Glue's or Athena's in DuckDB's words.
pub fn duckdb_of(glue: &str) -> String {
    let found = duckdb_type(glue).unwrap_or_else(|_| "varchar".to_owned());
    // DuckDB describes a `real` as `FLOAT`, and that is what cadet's reader knows. Names of fields stand in quotes.
    let parts = found.split('"').enumerate();
    parts.map(|(at, part)| if at % 2 == 0 { part.replace("real", "float") } else { format!("\"{part}\"") }).collect()
}

/// A type that DuckDB describes in Glue's words; nothing for one that a table cannot have.
pub fn glue_of(native: &str) -> Option<String> {
    let athena = athena_type(native);
    let mut words = Words::of(&athena);
    glue(&mut words)
}

fn glue(words: &mut Words<'_>) -> Option<String> {
    let name = words.name()?;
    Some(match name.as_str() {
        "varchar" | "char" | "json" => {
            words.list();
            "string".to_owned()
        }
        "integer" => "int".to_owned(),
        "real" => "float".to_owned(),
        "varbinary" => "binary".to_owned(),
        "boolean" | "tinyint" | "smallint" | "bigint" | "double" | "date" => name,
        "timestamp" if words.take("with time zone") => return None,
        "timestamp" => {
            words.list();
            name
        }
        "decimal" => format!("decimal({})", words.list()?.join(",")),
        "array" => {
            words.take("(").then_some(())?;
            let element = glue(words)?;
            words.take(")").then_some(())?;
            format!("array<{element}>")
        }
        "map" => {
            words.take("(").then_some(())?;
            let key = glue(words)?;
            words.take(",").then_some(())?;
            let value = glue(words)?;
            words.take(")").then_some(())?;
            format!("map<{key},{value}>")
        }
        "row" => {
            words.take("(").then_some(())?;
            let mut fields = Vec::new();
            loop {
                let name = words.name()?;
                fields.push(format!("{name}:{}", glue(words)?));
                if !words.take(",") {
                    break;
                }
            }
            words.take(")").then_some(())?;
            format!("struct<{}>", fields.join(","))
        }
        _ => return None,
    })
}

/// Whether a file's column of this type can be read as a column that is declared so, both in DuckDB's words.
pub fn can_be_read(stored: &str, declared: &str) -> bool {
    let (stored, declared) = (stored.to_uppercase(), declared.to_uppercase());
    let kind = |text: &str| match text.split('(').next().unwrap_or_default() {
        _ if text.ends_with("[]") => "nested",
        "TINYINT" | "SMALLINT" | "INTEGER" | "BIGINT" | "UTINYINT" | "USMALLINT" | "UINTEGER" => "whole",
        "FLOAT" | "REAL" | "DOUBLE" => "floating",
        "DECIMAL" => "decimal",
        "VARCHAR" | "BLOB" => "bytes",
        "DATE" => "date",
        "BOOLEAN" => "boolean",
        "STRUCT" | "MAP" => "nested",
        other if other.starts_with("TIMESTAMP") => "timestamp",
        _ => "other",
    };
    kind(&stored) == kind(&declared)
}

/// Whether Athena casts a value of the one type to the other by itself where it is inserted; both in DuckDB's words.
pub fn can_be_inserted(given: &str, wanted: &str) -> bool {
    if given == "\"NULL\"" {
        return true;
    }
    let rank = |text: &str| match text.to_uppercase().split('(').next().unwrap_or_default() {
        "TINYINT" => Some(1),
        "SMALLINT" => Some(2),
        "INTEGER" => Some(3),
        "BIGINT" | "HUGEINT" => Some(4),
        "DECIMAL" => Some(5),
        "FLOAT" | "REAL" => Some(6),
        "DOUBLE" => Some(7),
        _ => None,
    };
    match (rank(given), rank(wanted)) {
        (Some(given), Some(wanted)) => given <= wanted,
        (None, None) => {
            can_be_read(given, wanted)
                || given.eq_ignore_ascii_case("date") && wanted.to_uppercase().starts_with("TIMESTAMP")
        }
        _ => false,
    }
}
