//! DuckDB's messages taken apart: what is wrong, where, and what may have been meant.

use crate::engine::EngineError;
use crate::project::problem::did_you_mean;

/// What an error of DuckDB means, that it raises while a translated query runs: it has no place in the author's text.
pub(super) fn query_error(error: &duckdb::Error) -> EngineError {
    let text = error.to_string();
    if text.starts_with("INTERRUPT Error") {
        return EngineError::Interrupted;
    }
    let message = text.split("\n\nLINE ").next().unwrap_or(&text).trim();
    let (message, help) = table(message).unwrap_or_else(|| (plain(message), None));
    EngineError::Query { message, offset: None, help }
}

/// A column that none of the tables has; `known` are the columns that they have.
pub(super) fn no_column(name: &str, known: &[&str]) -> (String, String) {
    let help = match did_you_mean(name, known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "check the column's name in the tables after `from`; text takes single quotes, as in 'text'".to_owned(),
    };
    (format!("there is no column `{name}` in the tables that this reads"), help)
}

/// A column that a table, by its alias, does not have.
pub(super) fn no_column_of(of: &str, name: &str) -> (String, String) {
    (format!("`{of}` has no column `{name}`"), format!("check the columns that `{of}` selects"))
}

/// A name before a dot that is no table after `from`.
pub(super) fn no_relation(name: &str) -> (String, String) {
    let help = "check the name before the dot: it is a table's or its alias, as it stands after `from`";
    (format!("there is no table `{name}` among those that this reads"), help.to_owned())
}

/// A table that is not there, by the parts of its name.
pub(super) fn no_table(parts: &[String]) -> (String, String) {
    let name = parts.last().map_or("", String::as_str);
    // What `ref` and `source` give has a schema.
    if parts.len() == 1 {
        let help =
            "check the name after `from` or `join`: it is no CTE of this query; tables are read with `{{ ref('…') }}`";
        return (format!("there is no table or CTE `{name}`"), help.to_owned());
    }
    let help = "build it first: `cadet build --select +<this model>` builds what a model reads before the model";
    (format!("the table `{name}` has not been built here"), help.to_owned())
}

/// `Table with name x does not exist!`
fn table(message: &str) -> Option<(String, Option<String>)> {
    let (_, rest) = message.split_once("Table with name ")?;
    let (name, _) = rest.split_once(" does not exist")?;
    let (message, help) = no_table(&[String::new(), name.replace('"', "")]);
    Some((message, Some(help)))
}

/// The message in one line, without DuckDB's names for kinds of errors.
fn plain(message: &str) -> String {
    let message =
        message.split_once("Error: ").map_or(message, |(kind, rest)| if kind.len() < 24 { rest } else { message });
    message.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
}
