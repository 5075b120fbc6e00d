//! The rows of unit tests: written out, as CSV, as SQL, from a fixture file, or from a seed. Behaviour: dbt's "Unit tests".

use serde_json::{Map, Value};

use super::files::{self, Found};
use super::finish::reference;
use super::node::{Node, ResourceType};
use super::package::Package;
use super::reader::Reader;
use super::resolve::Lookup;
use crate::parse::yaml::Yaml;
use crate::source::Tree;

/// How rows may be written.
pub(super) const FORMATS: &[&str] = &["csv", "dict", "sql"];

/// Where rows come from.
pub(super) struct Rows<'r> {
    pub reader: &'r Reader<'r>,
    pub package: &'r Package,
    pub lookup: &'r Lookup,
}

/// Why there are no rows, and what to do about it.
pub(super) struct NoRows {
    pub message: String,
    pub help: String,
}

impl Rows<'_> {
    /// The rows of an input (`is_input`) or of what is expected, as the manifest has them.
    ///
    /// # Errors
    /// When they are not written as the format wants, or the file that they name does not exist.
    pub(super) fn of(&self, yaml: &Yaml, is_input: bool) -> Result<Value, NoRows> {
        let format = yaml.get("format").and_then(Yaml::as_str).unwrap_or("dict");
        let rows = yaml.get("rows").map(Yaml::to_json).filter(|rows| !rows.is_null());
        let fixture = yaml.get("fixture").and_then(Yaml::as_str).filter(|name| !name.is_empty());
        let mut rows = match (format, rows, fixture) {
            ("dict", Some(rows @ Value::Array(_)), _) => rows,
            ("dict", None, None) if is_input => self.of_seed(yaml)?,
            ("csv", _, Some(name)) => empty_as_null(csv(&self.fixture(name)?)),
            ("csv", Some(Value::String(text)), None) => empty_as_null(csv(&text)),
            ("sql", _, Some(name)) => self.fixture(name)?.into(),
            ("sql", Some(Value::String(text)), None) => text.into(),
            // A format that is none is told already.
            _ if !FORMATS.contains(&format) => Value::Null,
            _ => return Err(unfit(format)),
        };
        if let Value::Array(rows) = &mut rows {
            full_row_first(rows);
        }
        Ok(rows)
    }

    fn fixture(&self, name: &str) -> Result<String, NoRows> {
        file(self.reader.tree, self.package, name).map(|found| found.text.trim().to_owned()).ok_or_else(|| NoRows {
            message: format!("there is no fixture file `{name}`"),
            help: format!("add `{name}.csv` or `{name}.sql` to {}", folders(self.package).join(" or ")),
        })
    }

    /// An input without rows takes those of its seed.
    fn of_seed(&self, yaml: &Yaml) -> Result<Value, NoRows> {
        let input = yaml.get("input").and_then(Yaml::scalar).unwrap_or_default();
        let asked = reference(&input).and_then(|found| found.refs.into_iter().next());
        let seed = asked.and_then(|asked| {
            let package = asked.what.package.as_deref().unwrap_or(self.package.name());
            let all = self.lookup.all(&asked.what.name).iter();
            all.map(std::convert::AsRef::as_ref)
                .find(|node: &&Node| node.resource_type == ResourceType::Seed && node.package == package)
        });
        let seed = seed.ok_or_else(|| NoRows {
            message: format!("the input `{input}` has no rows, and it is no seed that has them"),
            help: "add `rows:`; only a seed may be left without".to_owned(),
        })?;
        Ok(csv(self.reader.text(&seed.file)))
    }
}

/// The folder `fixtures` of each of a package's test folders.
fn folders(package: &Package) -> Vec<String> {
    package.file.test_paths.iter().map(|path| format!("{path}/fixtures")).collect()
}

/// A fixture file by its name without the ending.
pub(super) fn file<'t>(tree: &'t Tree, package: &Package, name: &str) -> Option<Found<'t>> {
    let found = files::find(tree, package, &folders(package), &["csv", "sql"]);
    found.into_iter().find(|found| found.file.stem() == name)
}

fn unfit(format: &str) -> NoRows {
    let help = match format {
        "dict" => "list them: `rows: [{column: value}]`; for CSV or SQL, say so with `format:`",
        "csv" => "write them as text after `rows: |`, the first line with the columns; or name a file with `fixture:`",
        _ => "write a `select` as text after `rows: |`, or name a file with `fixture:`",
    };
    NoRows { message: format!("these rows are not written as `format: {format}` wants them"), help: help.to_owned() }
}

/// The rows of a CSV as Python's `DictReader` reads them: a value that is missing is null, and a row that is empty is none.
fn csv(text: &str) -> Value {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    let mut records = reader.records().map_while(Result::ok);
    let Some(header) = records.next() else { return Value::Array(Vec::new()) };
    let row = |record: csv::StringRecord| {
        let mut row: Map<String, Value> =
            header.iter().enumerate().map(|(at, name)| (name.to_owned(), record.get(at).into())).collect();
        // What is too much has Python's `None` for its name.
        let more: Vec<&str> = record.iter().skip(header.len()).collect();
        if !more.is_empty() {
            row.insert("null".to_owned(), more.into());
        }
        Value::Object(row)
    };
    records.map(row).collect()
}

fn empty_as_null(mut rows: Value) -> Value {
    let all = rows.as_array_mut().into_iter().flatten().filter_map(Value::as_object_mut);
    all.flat_map(Map::values_mut).filter(|value| value.as_str() == Some("")).for_each(|value| *value = Value::Null);
    rows
}

/// dbt puts the first row without a null in front, because some warehouses read the types from it.
fn full_row_first(rows: &mut [Value]) {
    let is_full = |row: &Value| row.as_object().is_some_and(|row| !row.values().any(Value::is_null));
    if let Some(at) = rows.iter().position(is_full) {
        rows.swap(0, at);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn csv_is_read_as_python_reads_it() {
        assert_eq!(csv("a,b\n1,\"x, y\"\n\n2\n"), json!([{"a": "1", "b": "x, y"}, {"a": "2", "b": null}]));
        assert_eq!(empty_as_null(csv("a\n\"\"\n")), json!([{"a": null}]));
        assert_eq!(csv(""), json!([]));
    }

    #[test]
    fn the_first_full_row_comes_first() {
        let mut rows = vec![json!({"a": null}), json!({"a": 1}), json!({"a": 2})];
        full_row_first(&mut rows);
        assert_eq!(rows, [json!({"a": 1}), json!({"a": null}), json!({"a": 2})]);
    }
}
