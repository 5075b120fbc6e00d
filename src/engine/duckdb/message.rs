//! DuckDB's messages taken apart: what is wrong, where, and what may have been meant.

use super::prelude;
use crate::engine::EngineError;
use crate::project::problem::did_you_mean;
use crate::source::LineIndex;

/// What an error of DuckDB means. With `query`, the place in it is looked for.
pub(super) fn query_error(error: &duckdb::Error, query: Option<&str>) -> EngineError {
    let text = error.to_string();
    if let Some(name) = missing_function(&text) {
        return EngineError::NotHere(name);
    }
    let offset = query.and_then(|query| offset(&text, query));
    let message = text.split("\n\nLINE ").next().unwrap_or(&text).trim();
    let (message, help) = column(message).or_else(|| table(message)).unwrap_or_else(|| (plain(message), None));
    EngineError::Query { message, offset, help }
}

/// `Referenced column "x" not found in FROM clause! Candidate bindings: "y", "z"`, or
/// `Values list "a" does not have a column named "x"`, as it is said of a CTE.
fn column(message: &str) -> Option<(String, Option<String>)> {
    if let Some((_, rest)) = message.split_once("does not have a column named \"") {
        let name = rest.split('"').next()?;
        let of = message.split('"').nth(1).unwrap_or_default();
        let help = format!("check the columns that `{of}` selects");
        return Some((format!("`{of}` has no column `{name}`"), Some(help)));
    }
    let (_, rest) = message.split_once("Referenced column \"")?;
    let (name, rest) = rest.split_once('"')?;
    let (_, candidates) = rest.split_once("Candidate bindings:").unwrap_or_default();
    let known: Vec<&str> =
        candidates.split('"').skip(1).step_by(2).map(|name| name.rsplit('.').next().unwrap_or(name)).collect();
    let help = match did_you_mean(name, known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "check the column's name in the tables after `from`; text takes single quotes, as in 'text'".to_owned(),
    };
    Some((format!("there is no column `{name}` in the tables that this reads"), Some(help)))
}

/// `Table with name x does not exist!`
fn table(message: &str) -> Option<(String, Option<String>)> {
    let (_, rest) = message.split_once("Table with name ")?;
    let (name, _) = rest.split_once(" does not exist")?;
    let name = name.replace('"', "");
    // What `ref` and `source` give has a schema.
    if !rest.contains('.') && !message.contains(&format!(".\"{name}\"")) && !name.contains('.') {
        let help =
            "check the name after `from` or `join`: it is no CTE of this query; tables are read with `{{ ref('…') }}`";
        return Some((format!("there is no table or CTE `{name}`"), Some(help.to_owned())));
    }
    let help = "build it first: `cadet build --select +<this model>` builds what a model reads before the model";
    Some((format!("the table `{name}` has not been built here"), Some(help.to_owned())))
}

/// The function that DuckDB does not have, when that is what the message says.
fn missing_function(text: &str) -> Option<String> {
    let rest = text.split_once("Function with name ")?.1;
    let (name, rest) = rest.split_once(' ')?;
    let is_trino = prelude::TRINO_ONLY.contains(&name.to_lowercase().as_str());
    (rest.starts_with("does not exist") && is_trino).then(|| name.to_owned())
}

/// The message in one line, without DuckDB's names for kinds of errors.
fn plain(message: &str) -> String {
    let message =
        message.split_once("Error: ").map_or(message, |(kind, rest)| if kind.len() < 24 { rest } else { message });
    message.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
}

/// DuckDB shows the line with a caret below it: `LINE 3: select x\n               ^`.
fn offset(text: &str, query: &str) -> Option<usize> {
    let (_, shown) = text.split_once("\n\nLINE ")?;
    let (number, rest) = shown.split_once(": ")?;
    let line: usize = number.parse().ok()?;
    let mut lines = rest.lines();
    let shown_line = lines.next()?;
    let caret = lines.next()?.find('^')?.checked_sub("LINE ".len() + number.len() + 2)?;
    let index = LineIndex::new(query);
    let range = index.line(line);
    let written = &query[range.clone()];
    // A long line is shown in part, between dots.
    let (skipped, part) = match shown_line.strip_prefix("...") {
        Some(part) => (3, part),
        None => (0, shown_line),
    };
    let start = written.find(part.trim_end_matches("..."))?;
    Some(range.start + start + caret.checked_sub(skipped)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_of_an_error_is_found_in_the_query() {
        let query = "select\n    nope\nfrom t";
        let text = "Binder Error: Referenced column \"nope\" not found in FROM clause!\nCandidate bindings: \"nape\"\n\nLINE 2:     nope\n            ^";
        assert_eq!(offset(text, query).map(|at| &query[at..at + 4]), Some("nope"));
        assert_eq!(column(text).unwrap().1.unwrap(), "did you mean `nape`?");
    }
}
