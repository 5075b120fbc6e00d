//! The rows of a fixture in, checked against the columns that they are for: nothing is dropped or changed in silence.

use super::Bench;
use super::columns::Column;
use super::stop::Stop;
use super::text::{self, Row, literal};
use super::values::{Fit, fit};
use crate::engine::Engine;
use crate::project::Node;
use crate::project::fixture_place::Places;
use crate::project::given::{self, Side};
use crate::project::problem::did_you_mean;

/// Rows whose columns are there, and whose values fit.
pub(super) struct Checked<'n> {
    pub rows: Vec<&'n Row>,
}

impl<'n> Checked<'n> {
    /// Looks at every row and value of a side.
    ///
    /// # Errors
    /// The first that is wrong, at its place.
    pub(super) fn new(
        bench: &Bench<'_>,
        places: &Places<'_>,
        (test, side): (&'n Node, Side),
        columns: &[Column],
    ) -> Result<Self, Stop> {
        if let Some((place, message)) = places.ragged(side) {
            let help =
                "add the missing value (two commas make an empty one), or put quotes around a value with a comma";
            return Err(Stop::wrong(message, place, help));
        }
        let rows = given::side(test, side)["rows"].as_array().ok_or_else(Stop::unread)?;
        let mut checked = Vec::with_capacity(rows.len());
        // What is empty in a seed is null in its table: there nothing is lost.
        let is_of_seed = places.is_of_seed(side);
        for (at, row) in rows.iter().enumerate() {
            let place = |column: Option<&str>, is_name: bool| places.cell(side, at, column, is_name);
            let Some(row) = row.as_object() else {
                let help = "write the row as `{column: value}`";
                return Err(Stop::wrong("this row has no columns", place(None, false), help));
            };
            if row.is_empty() {
                let help = "give at least one column a value; what is left out is null";
                return Err(Stop::wrong("this row has no columns", place(None, false), help));
            }
            for (name, value) in row {
                let known = columns.iter().find(|column| column.name.to_lowercase() == name.to_lowercase());
                let Some(column) = known else {
                    return Err(Stop::wrong(unknown(name, (test, side)), place(Some(name), true), near(name, columns)));
                };
                let is_empty = is_of_seed && value.as_str() == Some("");
                if let Some(words) = misfit(bench, value, column).filter(|_| !is_empty) {
                    let message = format!(
                        "{} does not fit the column `{}`, which is {}",
                        literal(value),
                        column.name,
                        column.athena
                    );
                    return Err(Stop::wrong(message, place(Some(name), false), words));
                }
            }
            checked.push(row);
        }
        Ok(Self { rows: checked })
    }

    /// The columns of the first row, which every other row must have too.
    ///
    /// # Errors
    /// The first row that has other columns.
    pub(super) fn same_columns<'c>(&self, places: &Places<'_>, columns: &'c [Column]) -> Result<Vec<&'c Column>, Stop> {
        let Some(first) = self.rows.first() else { return Ok(columns.iter().collect()) };
        let of = |name: &String| columns.iter().find(|column| column.name.to_lowercase() == name.to_lowercase());
        let mut wanted: Vec<&Column> = Vec::new();
        for column in first.keys().filter_map(of) {
            if !wanted.contains(&column) {
                wanted.push(column);
            }
        }
        for (at, row) in self.rows.iter().enumerate() {
            let missing = wanted.iter().find(|column| text::found(row, column).is_none());
            let more = row.keys().find(|name| of(name).is_some_and(|column| !wanted.contains(&column)));
            let (message, name) = match (missing, more) {
                (Some(missing), _) => (format!("this row has no `{}`, which another row has", missing.name), None),
                (None, Some(name)) => {
                    (format!("this row has `{name}`, which another row has not"), Some(name.as_str()))
                }
                (None, None) => continue,
            };
            let help = "all rows of `expect:` name the same columns: a value that is to be null is written as null";
            return Err(Stop::wrong(message, places.cell(Side::Expect, at, name, true), help));
        }
        Ok(wanted)
    }
}

/// What the column takes, when the value is none of it.
fn misfit(bench: &Bench<'_>, value: &serde_json::Value, column: &Column) -> Option<String> {
    match fit(value, &column.athena) {
        Fit::Fits => None,
        Fit::Unwritable(words) => Some(words.to_owned()),
        Fit::Misfit(words) => Some(format!("write {words}; Athena would read another value, or null")),
        Fit::Unknown => {
            let query = format!("select try_cast({} as {}) is null", literal(value), column.athena);
            let answer = bench.relations.engine.rows(&query, None).ok()?;
            let is_null = answer.rows.first().and_then(|row| row.first().cloned().flatten()).as_deref() == Some("true");
            is_null.then(|| format!("write a value that `cast(… as {})` takes", column.athena))
        }
    }
}

fn unknown(name: &str, (test, side): (&Node, Side)) -> String {
    match side {
        Side::Given(_) => {
            let input = given::side(test, side)["input"].as_str().unwrap_or_default();
            format!("`{input}` has no column `{name}`")
        }
        Side::Expect => {
            format!("the model `{}` has no column `{name}`", test.body["model"].as_str().unwrap_or_default())
        }
    }
}

fn near(name: &str, columns: &[Column]) -> String {
    let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
    match did_you_mean(&name.to_lowercase(), names.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("its columns are {}", names.join(", ")),
    }
}
