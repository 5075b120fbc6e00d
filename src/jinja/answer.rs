//! The rows of a query as templates see them. Behaviour: agate's `Table`, `Column`, `Row` and their sequences.

use std::fmt;
use std::sync::Arc;

use minijinja::value::{Enumerator, Object, ObjectRepr, from_args};
use minijinja::{Error, ErrorKind, State, Value};

use super::moment::Clock;
use super::values::{self, Dict, List};
use super::warehouse::{Answer, Cell};

/// `run_query(…)`: columns, rows and their names.
///
/// It is no plain list to the template engine, which would be taken for one of Python's.
#[derive(Debug)]
pub(super) struct Rows(Answer);

impl Rows {
    pub(super) fn value(answer: Answer) -> Value {
        Value::from_object(Self(answer))
    }

    /// The rows, each a sequence that knows the names of its values.
    fn rows(&self) -> Vec<Value> {
        let keys: Arc<[String]> = self.0.columns.clone().into();
        self.0.rows.iter().map(|row| sequence(row.iter().map(value).collect(), &keys, None)).collect()
    }

    fn columns(&self) -> Value {
        let keys: Arc<[String]> = self.0.columns.clone().into();
        let none: Arc<[String]> = [].into();
        let of = |at: usize| self.0.rows.iter().map(|row| row.get(at).map(value).unwrap_or_default()).collect();
        let columns = keys.iter().enumerate().map(|(at, name)| sequence(of(at), &none, Some(name.clone())));
        sequence(columns.collect(), &keys, None)
    }

    /// The rows as dbt has them under `data` of a statement's result: plain lists.
    pub(super) fn data(&self) -> Value {
        List::value(self.0.rows.iter().map(|row| List::value(row.iter().map(value))))
    }
}

/// The value of a cell in Python's types.
fn value(cell: &Cell) -> Value {
    match cell {
        Cell::Null => Value::from(()),
        Cell::Boolean(value) => Value::from(*value),
        Cell::Integer(value) => Value::from(*value),
        Cell::Float(value) => Value::from(*value),
        Cell::Text(value) => Value::from(value.as_str()),
        Cell::Date(value) => Clock::date(*value),
        Cell::Timestamp(value) => Clock::naive(*value),
    }
}

impl Object for Rows {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        match key.as_str() {
            Some("columns") => Some(self.columns()),
            Some("rows") => Some(sequence(self.rows(), &[].into(), None)),
            Some("column_names") => Some(List::value(self.0.columns.iter().map(|name| Value::from(name.as_str())))),
            Some(_) => None,
            None => self.rows().get(key.as_usize()?).cloned(),
        }
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Values(self.rows())
    }

    fn call_method(self: &Arc<Self>, _: &mut State<'_, '_>, method: &str, _: &[Value]) -> Result<Value, Error> {
        match method {
            // What a template prints of a table is not shown.
            "print_table" | "print_csv" | "print_json" => Ok(Value::from(())),
            _ => Err(Error::from(ErrorKind::UnknownMethod)),
        }
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<agate.table.Table object>")
    }
}

/// Values in a row or a column, reached by place or by name.
#[derive(Debug)]
struct Sequence {
    values: Vec<Value>,
    keys: Arc<[String]>,
    /// The name of a column.
    name: Option<String>,
}

fn sequence(values: Vec<Value>, keys: &Arc<[String]>, name: Option<String>) -> Value {
    Value::from_object(Sequence { values, keys: Arc::clone(keys), name })
}

impl Sequence {
    fn by_name(&self, key: &str) -> Option<Value> {
        self.values.get(self.keys.iter().position(|known| known == key)?).cloned()
    }

    fn pairs(&self) -> impl Iterator<Item = (Value, Value)> {
        self.keys.iter().map(|key| Value::from(key.as_str())).zip(self.values.iter().cloned())
    }

    fn without_nulls(&self) -> impl Iterator<Item = Value> {
        self.values.iter().filter(|value| !value.is_none()).cloned()
    }
}

impl Object for Sequence {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        match key.as_str() {
            Some("name") if self.name.is_some() => self.name.as_deref().map(Value::from),
            Some(key) => self.by_name(key),
            None => {
                let at = key.as_i64()?;
                let at = if at < 0 { at + i64::try_from(self.values.len()).ok()? } else { at };
                self.values.get(usize::try_from(at).ok()?).cloned()
            }
        }
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Values(self.values.clone())
    }

    fn call_method(self: &Arc<Self>, _: &mut State<'_, '_>, method: &str, args: &[Value]) -> Result<Value, Error> {
        match method {
            "values" => Ok(List::value(self.values.iter().cloned())),
            "keys" => Ok(List::value(self.pairs().map(|(key, _)| key))),
            "items" => Ok(List::value(self.pairs().map(|(key, value)| List::value([key, value])))),
            "dict" => Ok(Dict::value(self.pairs())),
            "get" => {
                let (key, default): (Value, Option<Value>) = from_args(args)?;
                let found = key.as_str().and_then(|key| self.by_name(key));
                Ok(found.or(default).unwrap_or_else(|| Value::from(())))
            }
            "values_distinct" => Ok(List::value(self.values.iter().cloned().collect::<indexmap::IndexSet<Value>>())),
            "values_without_nulls" => Ok(List::value(self.without_nulls())),
            "values_sorted" | "values_without_nulls_sorted" => {
                let mut sorted: Vec<Value> = self.without_nulls().collect();
                sorted.sort();
                let nulls = self.values.len() - sorted.len();
                let nulls = if method == "values_sorted" { nulls } else { 0 };
                Ok(List::value(sorted.into_iter().chain(std::iter::repeat_n(Value::from(()), nulls))))
            }
            _ => Err(Error::from(ErrorKind::UnknownMethod)),
        }
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let values: Vec<String> = self.values.iter().map(values::repr).collect();
        write!(f, "({})", values.join(", "))
    }
}
