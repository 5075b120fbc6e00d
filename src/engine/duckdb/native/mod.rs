//! Functions in Rust, for what neither DuckDB nor a macro can: Java's regular expressions, JSON, time zones, patterns.
//!
//! Each takes texts and gives one value; null in is null out. Their names begin with two underscores, as the
//! prelude's do. An error fails the query, except inside of `try`.

mod clock;
pub(super) mod format;
mod hash;
mod joda;
mod json;
pub(super) mod json_path;
mod moment;
mod mysql;
mod numbers;
mod regex;
mod texts;
mod url;
mod zone;

use std::error::Error;
use std::sync::Arc;

use duckdb::Connection;
use duckdb::arrow::array::{Array, BooleanArray, Int64Array, ListBuilder, RecordBatch, StringArray, StringBuilder};
use duckdb::arrow::datatypes::{DataType, Field};
use duckdb::vscalar::{ArrowFunctionSignature, VArrowScalar};

/// A function's answer: a value, null, or why it fails.
type Given<T> = Result<Option<T>, String>;
type Body<T> = fn(&[&str]) -> Given<T>;

/// Makes the functions known to the database.
///
/// # Errors
/// When DuckDB does not take one.
pub(super) fn register(connection: &Connection) -> duckdb::Result<()> {
    for (name, body) in TEXTS.iter().chain(texts::TEXTS).chain(json::TEXTS).chain(moment::TEXTS) {
        connection.register_scalar_function_with_state::<Text>(name, &State(*body))?;
    }
    for (name, body) in WHOLE.iter().chain(texts::WHOLE).chain(moment::WHOLE) {
        connection.register_scalar_function_with_state::<Whole>(name, &State(*body))?;
    }
    for (name, body) in TRUTHS {
        connection.register_scalar_function_with_state::<Truth>(name, &State(*body))?;
    }
    for (name, body) in LISTS {
        connection.register_scalar_function_with_state::<List>(name, &State(*body))?;
    }
    Ok(())
}

const TEXTS: &[(&str, Body<String>)] = &[
    ("__fail", |values| Err(first(values).to_owned())),
    ("__double_text", numbers::double_text),
    ("__real_text", numbers::real_text),
    ("__to_base", numbers::to_base),
    ("__quotient", numbers::quotient),
    ("__format", format::format),
    ("__regexp_extract", regex::extract),
    ("__regexp_replace", regex::replace),
    ("__sha512", hash::sha512),
    ("__xxhash64", hash::xxhash64),
    ("__url_part", url::part),
    ("__url_parameter", url::parameter),
    ("__url_encode", url::encode),
    ("__url_decode", url::decode),
];

const WHOLE: &[(&str, Body<i64>)] = &[
    ("__from_base", numbers::from_base),
    ("__shifted", numbers::shifted),
    ("__bit_count", numbers::bit_count),
    ("__crc32", hash::crc32),
    ("__regexp_count", regex::count),
    ("__regexp_position", regex::position),
    ("__json_array_length", json::array_length),
    ("__json_size", json::size),
];

const TRUTHS: &[(&str, Body<bool>)] = &[
    ("__regexp_like", regex::like),
    ("__luhn", texts::luhn),
    ("__json_array_contains", json::array_contains),
    ("__is_json_scalar", json::is_scalar),
    ("__json_path_exists", json::path_exists),
    ("__json_boolean", json::boolean),
];

const LISTS: &[(&str, Body<Vec<Option<String>>>)] = &[
    ("__split", texts::split),
    ("__split_keys", texts::split_keys),
    ("__split_values", texts::split_values),
    ("__regexp_split", regex::split),
    ("__regexp_extract_all", regex::extract_all),
    ("__regexp_pieces", regex::pieces),
    ("__regexp_groups", regex::groups),
    ("__json_strings", json::strings),
    ("__json_elements", json::elements),
    ("__json_keys", json::keys),
    ("__json_values", json::values),
    ("__joda_parse", joda::parse),
    ("__iso_timestamp", moment::iso_timestamp),
    ("__text_zoned", moment::text_zoned),
];

fn first<'v>(values: &[&'v str]) -> &'v str {
    values.first().copied().unwrap_or_default()
}

fn nth<'v>(values: &[&'v str], at: usize) -> &'v str {
    values.get(at).copied().unwrap_or_default()
}

fn number(values: &[&str], at: usize) -> Result<i64, String> {
    nth(values, at).parse().map_err(|_| format!("`{}` is no whole number", nth(values, at)))
}

struct State<T>(Body<T>);

impl<T> Clone for State<T> {
    fn clone(&self) -> Self {
        Self(self.0)
    }
}

impl<T> Default for State<T> {
    fn default() -> Self {
        Self(|_| Ok(None))
    }
}

/// Calls the body for each row; a row with a null is null.
fn answers<T>(state: &State<T>, rows: &RecordBatch) -> Result<Vec<Option<T>>, Box<dyn Error>> {
    let columns: Vec<&StringArray> =
        rows.columns().iter().filter_map(|column| column.as_any().downcast_ref::<StringArray>()).collect();
    if columns.len() != rows.num_columns() {
        return Err("a function was given what is no text".into());
    }
    let mut values = Vec::with_capacity(columns.len());
    let mut found = Vec::with_capacity(rows.num_rows());
    for row in 0..rows.num_rows() {
        values.clear();
        values.extend(columns.iter().filter(|column| column.is_valid(row)).map(|column| column.value(row)));
        found.push(if values.len() == columns.len() { (state.0)(&values)? } else { None });
    }
    Ok(found)
}

fn takes_texts(result: DataType) -> Vec<ArrowFunctionSignature> {
    vec![ArrowFunctionSignature::variadic(DataType::Utf8, result)]
}

struct Text;
struct Whole;
struct Truth;
struct List;

impl VArrowScalar for Text {
    type State = State<String>;

    fn invoke(state: &Self::State, rows: RecordBatch) -> Result<Arc<dyn Array>, Box<dyn Error>> {
        Ok(Arc::new(StringArray::from(answers(state, &rows)?)))
    }

    fn signatures() -> Vec<ArrowFunctionSignature> {
        takes_texts(DataType::Utf8)
    }
}

impl VArrowScalar for Whole {
    type State = State<i64>;

    fn invoke(state: &Self::State, rows: RecordBatch) -> Result<Arc<dyn Array>, Box<dyn Error>> {
        Ok(Arc::new(Int64Array::from(answers(state, &rows)?)))
    }

    fn signatures() -> Vec<ArrowFunctionSignature> {
        takes_texts(DataType::Int64)
    }
}

impl VArrowScalar for Truth {
    type State = State<bool>;

    fn invoke(state: &Self::State, rows: RecordBatch) -> Result<Arc<dyn Array>, Box<dyn Error>> {
        Ok(Arc::new(BooleanArray::from(answers(state, &rows)?)))
    }

    fn signatures() -> Vec<ArrowFunctionSignature> {
        takes_texts(DataType::Boolean)
    }
}

impl VArrowScalar for List {
    type State = State<Vec<Option<String>>>;

    fn invoke(state: &Self::State, rows: RecordBatch) -> Result<Arc<dyn Array>, Box<dyn Error>> {
        let mut builder = ListBuilder::new(StringBuilder::new());
        for list in answers(state, &rows)? {
            let is_there = list.is_some();
            for value in list.into_iter().flatten() {
                builder.values().append_option(value);
            }
            builder.append(is_there);
        }
        Ok(Arc::new(builder.finish()))
    }

    fn signatures() -> Vec<ArrowFunctionSignature> {
        takes_texts(DataType::List(Arc::new(Field::new("item", DataType::Utf8, true))))
    }
}
