//! What a query gave, as cadet knows rows.

use super::query::Given;
use crate::engine::parts::parts;
use crate::engine::{EngineError, Rows, TestAnswer, TypedColumn};

/// The rows, with the types of their columns.
pub(super) fn rows(given: Given) -> Rows {
    let columns: Vec<TypedColumn> =
        given.columns.into_iter().map(|(name, data_type)| TypedColumn { name, data_type }).collect();
    Rows { native: columns.iter().map(|column| column.data_type.clone()).collect(), columns, rows: given.rows }
}

/// The answer of a data test: one row of failures, whether to warn, and whether to fail.
pub(super) fn test(given: &Given) -> Result<TestAnswer, EngineError> {
    let is_true = |cell: &Option<String>| cell.as_deref().is_some_and(|text| text.eq_ignore_ascii_case("true"));
    match given.rows.as_slice() {
        [row] if row.len() == 3 => {
            let failures = row[0].as_deref().and_then(|text| text.parse::<f64>().ok()).unwrap_or_default();
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count of rows")]
            Ok(TestAnswer { failures: failures.max(0.0) as u64, warns: is_true(&row[1]), fails: is_true(&row[2]) })
        }
        rows => Err(EngineError::Query {
            message: format!("the test gave {} rows, and one of three columns is needed", rows.len()),
            offset: None,
            help: Some("a test's `fail_calc` must be an aggregate, such as `count(*)`".to_owned()),
        }),
    }
}

/// A type of Glue's in the words of Athena's queries.
pub(super) fn athena_type(glue: &str) -> String {
    let lower = glue.trim().to_lowercase();
    let nested = |prefix: &str| {
        lower.strip_prefix(prefix).and_then(|rest| rest.strip_suffix('>')).map(|rest| parts(rest, ["(<", ")>"]))
    };
    if let Some(parts) = nested("array<") {
        return format!("array({})", parts.into_iter().map(athena_type).collect::<Vec<_>>().join(", "));
    }
    if let Some(parts) = nested("map<") {
        return format!("map({})", parts.into_iter().map(athena_type).collect::<Vec<_>>().join(", "));
    }
    if let Some(parts) = nested("struct<") {
        let field = |field: &str| {
            let (name, data_type) = field.split_once(':').unwrap_or((field, "varchar"));
            format!("{name} {}", athena_type(data_type))
        };
        return format!("row({})", parts.into_iter().map(field).collect::<Vec<_>>().join(", "));
    }
    match lower.as_str() {
        "string" => "varchar".to_owned(),
        "int" => "integer".to_owned(),
        "float" => "real".to_owned(),
        "binary" => "varbinary".to_owned(),
        _ => lower,
    }
}

/// A type of Athena's queries in Glue's words, for a table that cadet registers itself.
///
/// # Errors
/// When the text is not a type that a seed can have.
pub(super) fn glue_type(athena: &str) -> Result<String, String> {
    let lower = athena.trim().to_lowercase();
    let (name, size) = lower.split_once('(').map_or((lower.as_str(), None), |(name, rest)| (name.trim(), Some(rest)));
    let is_size = |text: &str| {
        let inner = text.strip_suffix(')').unwrap_or("x");
        (1..=2).contains(&inner.split(',').count())
            && inner.split(',').all(|number| number.trim().parse::<u8>().is_ok())
    };
    match name {
        "varchar" | "string" | "text" | "char" => Ok("string".to_owned()),
        "integer" | "int" => Ok("int".to_owned()),
        "tinyint" | "smallint" | "bigint" | "boolean" | "double" | "date" => Ok(name.to_owned()),
        "real" | "float" => Ok("float".to_owned()),
        "timestamp" => Ok(name.to_owned()),
        "decimal" | "numeric" => match size {
            None => Ok("decimal(38,0)".to_owned()),
            Some(size) if is_size(size) => {
                let numbers: Vec<&str> = size.trim_end_matches(')').split(',').map(str::trim).collect();
                Ok(format!("decimal({},{})", numbers[0], numbers.get(1).unwrap_or(&"0")))
            }
            Some(_) => Err(format!("`{athena}` is not a type that cadet knows")),
        },
        _ => Err(format!("`{athena}` is not a type that a seed can have on Athena")),
    }
}

/// Whether a column is of the type that a contract promises. As in dbt, sizes do not count, and other words for a type
/// are the same.
pub(super) fn same_kind(promised: &str, glue: &str) -> bool {
    let kind = |text: &str| {
        let text = athena_type(text);
        let kind = text.split(['(', '<']).next().unwrap_or_default().trim().to_owned();
        match kind.as_str() {
            "string" | "char" | "text" => "varchar".to_owned(),
            "numeric" => "decimal".to_owned(),
            "struct" => "row".to_owned(),
            "int" => "integer".to_owned(),
            "timestamp with time zone" => "timestamp".to_owned(),
            _ => kind,
        }
    };
    kind(promised) == kind(glue)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_of_glue_and_of_queries() {
        for (glue, athena) in [
            ("string", "varchar"),
            ("int", "integer"),
            ("decimal(10,2)", "decimal(10,2)"),
            ("array<string>", "array(varchar)"),
            ("map<string,array<int>>", "map(varchar, array(integer))"),
            ("struct<a:int,b:struct<c:string,d:decimal(4,1)>>", "row(a integer, b row(c varchar, d decimal(4,1)))"),
        ] {
            assert_eq!(athena_type(glue), athena);
        }
        for (athena, glue) in [("varchar(20)", "string"), ("INTEGER", "int"), ("decimal(10, 2)", "decimal(10,2)")] {
            assert_eq!(glue_type(athena).unwrap(), glue);
        }
        for wrong in ["int) location 'x'", "decimal(x)", "array<int>", "varbinary", ""] {
            assert!(glue_type(wrong).is_err(), "{wrong}");
        }
        assert!(
            same_kind("varchar", "string") && same_kind("integer", "int") && same_kind("decimal(4,2)", "decimal(10,1)")
        );
        assert!(!same_kind("bigint", "int") && !same_kind("date", "timestamp"));
    }
}
