//! The SQL of a unit test in dbt's words, byte by byte: the rows of its inputs, those it expects, and the comparison.
//!
//! Behaviour: dbt's macros `get_fixture_sql`, `get_expected_sql`, `get_unit_test_sql` and `safe_cast`, the last in the
//! forms of dbt-athena and dbt-duckdb.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::columns::Column;
use crate::jinja::values;

/// The adapter whose words are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    Athena,
    DuckDb,
}

impl Form {
    /// The form for a target's type.
    pub fn of(kind: &str) -> Self {
        if kind == "duckdb" { Self::DuckDb } else { Self::Athena }
    }

    /// `safe_cast`.
    fn cast(self, value: &str, data_type: &str) -> String {
        match self {
            Self::Athena => format!("try_cast({value} as {data_type})"),
            Self::DuckDb => format!("\n    \n    cast({value} as {data_type})\n"),
        }
    }
}

/// The same SQL in words that Athena has too, each at its place: dbt-duckdb writes `character varying` for `varchar`.
pub fn in_athenas_words(sql: &str, form: Form) -> Cow<'_, str> {
    if form == Form::Athena {
        return Cow::Borrowed(sql);
    }
    let shorter = |words: &str| format!("{:<1$}", " as varchar)", words.len());
    let words = [" as character varying(256))", " as character varying)"];
    Cow::Owned(words.iter().fold(sql.to_owned(), |sql, words| sql.replace(words, &shorter(words))))
}

/// A row of a fixture.
pub type Row = Map<String, Value>;

/// The query that stands for an input: its rows with every column of the relation.
pub fn given(name: &str, rows: &[&Row], columns: &[Column], form: Form) -> String {
    let empty = |column: &Column| form.cast("null", &column.written(form)).trim().to_owned();
    let named = |value: String, column: &Column| format!(" {value} as \"{}\"", column.named(form));
    let of_row = |row: &&Row| {
        let values = columns.iter().map(|column| {
            named(found(row, column).map_or_else(|| empty(column), |value| cell(value, column, form)), column)
        });
        format!("select{}", values.collect::<Vec<_>>().join(","))
    };
    let selects: Vec<String> = rows.iter().map(of_row).collect();
    let query = if selects.is_empty() {
        let values: Vec<String> = columns.iter().map(|column| named(empty(column), column)).collect();
        format!("select{}\n    limit 0", values.join(","))
    } else {
        selects.join("\nunion all\n")
    };
    format!("\n-- Fixture for {name}\n{query}")
}

/// The query for the rows that are expected, with these columns.
pub fn expected(rows: &[&Row], columns: &[&Column], form: Form) -> String {
    if rows.is_empty() {
        return "select * from dbt_internal_unit_test_actual\n    limit 0".to_owned();
    }
    let of_row = |row: &&Row| {
        let value = |column: &&Column| {
            let value = found(row, column).unwrap_or(&Value::Null);
            format!(" {} as \"{}\"", cell(value, column, form), column.named(form))
        };
        format!("select{}", columns.iter().map(value).collect::<Vec<_>>().join(","))
    };
    rows.iter().map(of_row).collect::<Vec<_>>().join("\nunion all\n")
}

/// The comparison, and where in it the model's SQL begins.
pub fn comparison(model: &str, expected: &str, columns: &[String]) -> (String, usize) {
    let quoted: Vec<String> = columns.iter().map(|name| format!("\"{name}\"")).collect();
    let mut sql = format!(
        "\n    -- Build actual result given inputs\nwith dbt_internal_unit_test_actual as (\n  select\n    {}, 'actual' as \"actual_or_expected\"\n  from (\n    ",
        quoted.join(",")
    );
    let at_model = sql.len();
    sql.push_str(&format!(
        "{model}\n  ) _dbt_internal_unit_test_actual\n),\n-- Build expected result\ndbt_internal_unit_test_expected as (\n  select\n    {}, 'expected' as \"actual_or_expected\"\n  from (\n    ",
        quoted.join(", ")
    ));
    sql.push_str(&format!(
        "{expected}\n  ) _dbt_internal_unit_test_expected\n)\n-- Union actual and expected results\nselect * from dbt_internal_unit_test_actual\nunion all\nselect * from dbt_internal_unit_test_expected"
    ));
    (sql, at_model)
}

/// A row's value in a column; capital letters make no difference, and the last of two counts.
pub fn found<'r>(row: &'r Row, column: &Column) -> Option<&'r Value> {
    row.iter().rev().find(|(name, _)| name.to_lowercase() == column.name.to_lowercase()).map(|(_, value)| value)
}

fn cell(value: &Value, column: &Column, form: Form) -> String {
    let data_type = column.written(form);
    // dbt takes the length away where it would cut a text.
    let data_type = match value {
        Value::String(_) if data_type.contains("varying") => data_type.split('(').next().unwrap_or_default().to_owned(),
        _ => data_type,
    };
    form.cast(&literal(value), &data_type)
}

/// A value of YAML or CSV as SQL.
pub fn literal(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::String(text) => format!("'{}'", text.replace('\'', "''")),
        other => values::text(&values::from_json(other)),
    }
}
