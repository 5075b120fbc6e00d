//! The rows of a query as templates see them. Behaviour: agate's `Table`, made as dbt makes it of what a query answers.

use std::fmt;
use std::sync::Arc;

use minijinja::value::{Enumerator, Object, ObjectRepr};
use minijinja::{Error, ErrorKind, State, Value};

use super::moment::Clock;
use super::python::arguments::Args;
use super::python::containers::Tuple;
use super::python::decimal::Decimal;
use super::python::lazy::items;
use super::python::list_methods::sorted;
use super::python::number::index;
use super::python::{Done, bound::bound, fail, float, json};
use super::sequence::{Kind, Sequence, data_type_value};
use super::values::{self, List};
use super::warehouse::{Answer, Cell};

/// `run_query(…)`: columns, rows and their names.
///
/// It is no plain list to the template engine, which would be taken for one of Python's.
#[derive(Debug, Clone)]
pub(super) struct Rows {
    names: Arc<[String]>,
    /// What the values of each column are, as agate calls it.
    types: Vec<&'static str>,
    rows: Vec<Vec<Value>>,
}

const METHODS: &[&str] =
    &["select", "exclude", "rename", "limit", "order_by", "distinct", "print_table", "print_csv", "print_json"];

impl Rows {
    pub(super) fn value(answer: Answer) -> Value {
        let types = (0..answer.columns.len()).map(|at| data_type(&answer, at)).collect();
        let rows = answer.rows.iter().map(|row| row.iter().map(value).collect()).collect();
        Value::from_object(Self { names: told_apart(answer.columns).into(), types, rows })
    }

    /// Athena's type for a column; nothing when there is no such column.
    pub(super) fn athena_type(&self, at: usize) -> Option<&'static str> {
        let has_fraction = || {
            let texts = self.rows.iter().filter_map(|row| row.get(at).filter(|value| !value.is_none()));
            texts.map(values::text).any(|text| text.contains(['.', 'E']))
        };
        Some(match *self.types.get(at)? {
            "Text" => "string",
            "Number" if has_fraction() => "double",
            "Number" | "Integer" => "integer",
            "Boolean" => "boolean",
            "Date" => "date",
            _ => "timestamp",
        })
    }

    fn row_values(&self) -> Vec<Value> {
        let row = |row: &Vec<Value>| Sequence::value(row.clone(), Some(Arc::clone(&self.names)), Kind::Row);
        self.rows.iter().map(row).collect()
    }

    fn column(&self, at: usize) -> Value {
        let values = self.rows.iter().map(|row| row.get(at).cloned().unwrap_or_default()).collect();
        let kind = Kind::Column { name: self.names[at].clone(), at, data_type: self.types[at] };
        Sequence::value(values, None, kind)
    }

    fn columns(&self) -> Value {
        let columns = (0..self.names.len()).map(|at| self.column(at)).collect();
        Sequence::value(columns, Some(Arc::clone(&self.names)), Kind::Mapped)
    }

    /// The rows as dbt has them under `data` of a statement's result: tuples in a list.
    pub(super) fn data(&self) -> Done<Value> {
        let rows: Vec<Value> = self.rows.iter().map(|row| Tuple::value(row.clone())).collect::<Done<_>>()?;
        Ok(List::value(rows))
    }

    /// The place of the column that a name or a number means.
    fn place(&self, key: &Value) -> Done<usize> {
        let found = match key.as_str() {
            Some(name) => self.names.iter().position(|known| known == name),
            None => index(key).and_then(|at| super::python::containers::place(at, self.names.len())),
        };
        let names = || self.names.join(", ");
        found.ok_or_else(|| {
            fail(format!("the answer has no column {}; it has {}", super::python::arguments::shown(key), names()))
        })
    }

    /// The places of one column or of several.
    fn places(&self, key: &Value) -> Done<Vec<usize>> {
        match key.as_str().is_some() || index(key).is_some() {
            true => Ok(vec![self.place(key)?]),
            false => items(key)?.iter().map(|key| self.place(key)).collect(),
        }
    }

    fn with_columns(&self, places: &[usize]) -> Value {
        let part = |row: &Vec<Value>| places.iter().map(|at| row[*at].clone()).collect();
        Value::from_object(Self {
            names: places.iter().map(|at| self.names[*at].clone()).collect(),
            types: places.iter().map(|at| self.types[*at]).collect(),
            rows: self.rows.iter().map(part).collect(),
        })
    }

    fn with_rows(&self, rows: Vec<Vec<Value>>) -> Value {
        Value::from_object(Self { rows, ..self.clone() })
    }

    /// `rename({'old': 'new'})`, or all names in a list.
    fn rename(&self, args: &Args<'_>) -> Done<Value> {
        args.at_most(&["column_names"])?;
        let given = args.must(0, "column_names")?;
        let names: Vec<String> = match given.kind() {
            minijinja::value::ValueKind::Map => {
                let new = |name: &String| given.get_item(&Value::from(name.as_str())).ok();
                let named = |name: &String| new(name).filter(|new| !new.is_undefined()).map(|new| values::text(&new));
                self.names.iter().map(|name| named(name).unwrap_or_else(|| name.clone())).collect()
            }
            _ => items(&given)?.iter().map(values::text).collect(),
        };
        match names.len() == self.names.len() {
            true => Ok(Value::from_object(Self { names: names.into(), ..self.clone() })),
            false => Err(fail(format!("`rename` needs {} names, one for each column", self.names.len()))),
        }
    }

    /// `limit(stop)`, `limit(start, stop, step)`
    fn limit(&self, args: &Args<'_>) -> Done<Value> {
        args.at_most(&["start_or_stop", "stop", "step"])?;
        let bounds = [args.some(0, "start_or_stop"), args.some(1, "stop"), args.some(2, "step")];
        let none = Value::from(());
        let [first, second, third] = bounds.each_ref().map(|bound| bound.clone().unwrap_or_else(|| none.clone()));
        let bounds =
            if bounds[1].is_none() && bounds[2].is_none() { [&none, &first, &none] } else { [&first, &second, &third] };
        let places = List::value((0..self.rows.len()).map(Value::from));
        let kept = items(&super::python::slice::slice(&places, bounds)?)?;
        Ok(self.with_rows(kept.iter().filter_map(Value::as_usize).map(|at| self.rows[at].clone()).collect()))
    }

    /// `order_by('column', reverse=true)`; what is null comes last.
    fn order_by(&self, args: &Args<'_>) -> Done<Value> {
        args.at_most(&["key", "reverse"])?;
        let places = self.places(&args.must(0, "key")?)?;
        let key = |row: &Vec<Value>| {
            List::value(places.iter().flat_map(|at| {
                let is_null = row[*at].is_none();
                [Value::from(is_null), if is_null { Value::from(0) } else { row[*at].clone() }]
            }))
        };
        let keyed = self.rows.iter().enumerate().map(|(at, row)| (key(row), Value::from(at))).collect();
        let order = sorted(keyed, args.flag(1, "reverse", false))?;
        Ok(self.with_rows(order.iter().filter_map(Value::as_usize).map(|at| self.rows[at].clone()).collect()))
    }

    /// `distinct('column')`: the first row of each value, or of each row.
    fn distinct(&self, args: &Args<'_>) -> Done<Value> {
        args.at_most(&["key"])?;
        let all = || Ok((0..self.names.len()).collect());
        let places: Vec<usize> = args.some(0, "key").map_or_else(all, |key| self.places(&key))?;
        let mut seen = indexmap::IndexSet::new();
        let mut is_new = |row: &&Vec<Value>| seen.insert(places.iter().map(|at| row[*at].clone()).collect::<Vec<_>>());
        let rows: Vec<Vec<Value>> = self.rows.iter().filter(|row| is_new(row)).cloned().collect();
        Ok(self.with_rows(rows))
    }
}

/// Names that stand twice get a number, as in dbt.
fn told_apart(names: Vec<String>) -> Vec<String> {
    let mut counts: indexmap::IndexMap<String, usize> = indexmap::IndexMap::new();
    let apart = |name: String| {
        let count = counts.entry(name.clone()).or_insert(0);
        *count += 1;
        if *count == 1 { name } else { format!("{name}_{count}") }
    };
    names.into_iter().map(apart).collect()
}

/// The kind of a column's values, as agate finds it.
fn data_type(answer: &Answer, at: usize) -> &'static str {
    let kind = |cell: &Cell| match cell {
        Cell::Null => None,
        Cell::Boolean(_) => Some("Boolean"),
        Cell::Integer(_) => Some("Integer"),
        Cell::Decimal(_) | Cell::Float(_) => Some("Number"),
        Cell::Text(_) | Cell::Nested(_) => Some("Text"),
        Cell::Date(_) => Some("Date"),
        Cell::Timestamp(_) => Some("DateTime"),
    };
    answer.rows.iter().find_map(|row| kind(row.get(at)?)).unwrap_or("Integer")
}

/// The value of a cell in Python's types: every number with a fraction is a decimal, and what holds others is JSON.
fn value(cell: &Cell) -> Value {
    let decimal = |text: &str| Decimal::parsed(text).map_or_else(|| Value::from(text), Value::from_object);
    match cell {
        Cell::Null => Value::from(()),
        Cell::Boolean(value) => Value::from(*value),
        Cell::Integer(value) => i64::try_from(*value).map_or_else(|_| Value::from(*value), Value::from),
        Cell::Decimal(text) => decimal(text),
        Cell::Float(value) if value.is_finite() => decimal(&float::repr(*value)),
        Cell::Float(value) => Value::from(*value),
        Cell::Text(value) => Value::from(value.as_str()),
        Cell::Date(value) => Clock::date(*value),
        Cell::Timestamp(value) => Clock::naive(*value),
        Cell::Nested(value) => {
            let written = json::dumps(&values::from_json(value), &json::Style::default());
            Value::from(written.unwrap_or_else(|_| value.to_string()))
        }
    }
}

impl Object for Rows {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        match key.as_str() {
            Some("columns") => Some(self.columns()),
            Some("rows") => Some(Sequence::value(self.row_values(), None, Kind::Mapped)),
            Some("column_names") => {
                Tuple::value(self.names.iter().map(|name| Value::from(name.as_str())).collect()).ok()
            }
            Some("column_types") => Tuple::value(self.types.iter().map(|name| data_type_value(name)).collect()).ok(),
            Some("row_names") => Some(Value::from(())),
            Some(_) => bound(Value::from_dyn_object(Arc::clone(self)), METHODS, key),
            None => self.row_values().get(key.as_usize()?).cloned(),
        }
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Values(self.row_values())
    }

    fn call_method(self: &Arc<Self>, _: &mut State<'_, '_>, method: &str, args: &[Value]) -> Result<Value, Error> {
        let args = Args::new(method, args)?;
        match method {
            "select" => Ok(self.with_columns(&self.places(&args.must(0, "key")?)?)),
            "exclude" => {
                let without = self.places(&args.must(0, "key")?)?;
                let kept: Vec<usize> = (0..self.names.len()).filter(|at| !without.contains(at)).collect();
                Ok(self.with_columns(&kept))
            }
            "rename" => self.rename(&args),
            "limit" => self.limit(&args),
            "order_by" => self.order_by(&args),
            "distinct" => self.distinct(&args),
            // What a template prints of a table is not shown.
            "print_table" | "print_csv" | "print_json" => Ok(Value::from(())),
            _ => Err(Error::from(ErrorKind::UnknownMethod)),
        }
    }

    /// The columns with their types, as agate prints a table.
    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = |cells: &mut dyn Iterator<Item = &str>, head: &str| {
            cells.map(|cell| cell.chars().count()).max().unwrap_or(0).max(head.len())
        };
        let name = width(&mut self.names.iter().map(String::as_str), "column");
        let kind = width(&mut self.types.iter().copied(), "data_type");
        writeln!(f, "| {:name$} | {:kind$} |\n| {:-<name$} | {:-<kind$} |", "column", "data_type", "", "")?;
        self.names.iter().zip(&self.types).try_for_each(|(column, of)| writeln!(f, "| {column:name$} | {of:kind$} |"))
    }
}
