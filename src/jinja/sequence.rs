//! The rows and columns of an answer: values reached by place or by name. Behaviour: agate's `MappedSequence`.

use std::fmt;
use std::sync::Arc;

use minijinja::value::{Enumerator, Object, ObjectRepr};
use minijinja::{Error, ErrorKind, State, Value};

use super::python::arguments::Args;
use super::python::containers::{Tuple, place};
use super::python::list_methods::sorted;
use super::python::number::index;
use super::python::{Done, bound::bound};
use super::values::{self, Dict, List};

/// What a sequence is, as agate calls it.
#[derive(Debug, Clone)]
pub(super) enum Kind {
    Row,
    Column {
        name: String,
        at: usize,
        data_type: &'static str,
    },
    /// The rows or the columns of a table.
    Mapped,
}

/// Values in a row or a column.
#[derive(Debug)]
pub(super) struct Sequence {
    pub values: Vec<Value>,
    /// The names of the values; the rows of a table have none.
    keys: Option<Arc<[String]>>,
    kind: Kind,
}

/// What agate prints of a longer sequence.
const SHOWN: usize = 5;

const METHODS: &[&str] = &[
    "values",
    "keys",
    "items",
    "dict",
    "get",
    "values_distinct",
    "values_without_nulls",
    "values_sorted",
    "values_without_nulls_sorted",
];

impl Sequence {
    pub(super) fn value(values: Vec<Value>, keys: Option<Arc<[String]>>, kind: Kind) -> Value {
        Value::from_object(Self { values, keys, kind })
    }

    fn by_name(&self, key: &str) -> Option<Value> {
        self.values.get(self.keys.as_ref()?.iter().position(|known| known == key)?).cloned()
    }

    fn names(&self) -> Vec<Value> {
        self.keys.iter().flat_map(|keys| keys.iter()).map(|key| Value::from(key.as_str())).collect()
    }

    fn pairs(&self) -> impl Iterator<Item = (Value, Value)> {
        self.names().into_iter().zip(self.values.iter().cloned())
    }

    fn without_nulls(&self) -> Vec<Value> {
        self.values.iter().filter(|value| !value.is_none()).cloned().collect()
    }

    fn of_column(&self, key: &str) -> Option<Value> {
        let Kind::Column { name, at, data_type } = &self.kind else { return None };
        match key {
            "name" => Some(Value::from(name.as_str())),
            "index" => Some(Value::from(*at)),
            "data_type" => Some(data_type_value(data_type)),
            _ => None,
        }
    }

    fn answer(&self, method: &str, args: &Args<'_>) -> Done<Value> {
        let none = || Value::from(());
        match method {
            "values" => Tuple::value(self.values.clone()),
            "keys" if self.keys.is_none() => Ok(none()),
            "keys" => Tuple::value(self.names()),
            "items" => Tuple::value(self.pairs().map(|(key, value)| Tuple::pair(key, value)).collect()),
            "dict" => Ok(Dict::value(self.pairs())),
            "get" => {
                args.at_most(&["key", "default"])?;
                let found = args.must(0, "key")?.as_str().and_then(|key| self.by_name(key));
                Ok(found.or_else(|| args.value(1, "default")).unwrap_or_else(none))
            }
            "values_distinct" => {
                Tuple::value(self.values.iter().cloned().collect::<indexmap::IndexSet<Value>>().into_iter().collect())
            }
            "values_without_nulls" => Tuple::value(self.without_nulls()),
            "values_sorted" | "values_without_nulls_sorted" => {
                let found = self.without_nulls();
                let nulls = if method == "values_sorted" { self.values.len() - found.len() } else { 0 };
                let found = sorted(found.into_iter().map(|value| (value.clone(), value)).collect(), false)?;
                Ok(List::value(found.into_iter().chain(std::iter::repeat_n(none(), nulls))))
            }
            _ => Err(Error::from(ErrorKind::UnknownMethod)),
        }
    }
}

/// What a column's values are: an object that prints as its kind.
pub(super) fn data_type_value(name: &'static str) -> Value {
    Value::from_object(DataType(name))
}

/// The type of a column, as agate calls it.
#[derive(Debug)]
struct DataType(&'static str);

impl Object for DataType {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{} object>", self.0)
    }
}

impl Object for Sequence {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        match key.as_str() {
            Some(name) => self
                .of_column(name)
                .or_else(|| self.by_name(name))
                .or_else(|| bound(Value::from_dyn_object(Arc::clone(self)), METHODS, key)),
            None => self.values.get(place(index(key)?, self.values.len())?).cloned(),
        }
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Values(self.values.clone())
    }

    fn call_method(self: &Arc<Self>, _: &mut State<'_, '_>, method: &str, args: &[Value]) -> Result<Value, Error> {
        self.answer(method, &Args::new(method, args)?)
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self.kind {
            Kind::Row => "Row",
            Kind::Column { .. } => "Column",
            Kind::Mapped => "MappedSequence",
        };
        let shown: Vec<String> = self.values.iter().take(SHOWN).map(values::repr).collect();
        let more = if self.values.len() > SHOWN { ", ..." } else { "" };
        write!(f, "<agate.{name}: ({}{more})>", shown.join(", "))
    }
}

/// The values of a row or a column; nothing for what is none.
pub(super) fn sequence(value: &Value) -> Option<&Sequence> {
    value.downcast_object_ref::<Sequence>()
}
