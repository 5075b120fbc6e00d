//! Values between cadet and its templates: JSON in and out, and text as Python writes it.

use std::sync::Arc;

use minijinja::Value;
use minijinja::value::{Enumerator, Object, ValueKind};

use super::python::repr;

pub use super::python::containers::{Dict, List};
pub(crate) use super::python::repr::quoted as write_quoted;

/// A deeper value becomes null in JSON: it may hold itself.
const DEEPEST: usize = 50;

/// A value that can be changed in place where Python's could: lazy sequences become lists.
pub fn settled(value: &Value) -> Value {
    let is_lazy = matches!(value.kind(), ValueKind::Iterable | ValueKind::Seq)
        && !value.is_tuple()
        && value.as_object().is_some_and(|object| object.type_name().contains("minijinja"));
    match is_lazy {
        true => value.try_iter().map_or_else(|_| value.clone(), List::value),
        false => value.clone(),
    }
}

/// As Python's `str` writes it; as much of it as may be written.
pub fn text(value: &Value) -> String {
    repr::text(value).unwrap_or_else(|error| format!("<{error}>"))
}

/// As Python's `repr` writes it; as much of it as may be written.
pub fn repr(value: &Value) -> String {
    repr::repr(value).unwrap_or_else(|error| format!("<{error}>"))
}

/// A dict that templates read but do not change: what is not asked for is never converted.
#[derive(Debug)]
struct Facts(serde_json::Map<String, serde_json::Value>);

impl Object for Facts {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.0.get(key.as_str()?).map(from_json)
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Values(self.0.keys().map(|key| Value::from(key.as_str())).collect())
    }
}

/// A JSON object as a dict that is only read.
pub fn facts(json: serde_json::Value) -> Value {
    match json {
        serde_json::Value::Object(entries) => Value::from_object(Facts(entries)),
        other => from_json(&other),
    }
}

/// A JSON value as a value whose lists and dicts can be changed.
pub fn from_json(json: &serde_json::Value) -> Value {
    match json {
        serde_json::Value::Array(items) => List::value(items.iter().map(from_json)),
        serde_json::Value::Object(entries) => {
            Dict::value(entries.iter().map(|(key, value)| (Value::from(key.as_str()), from_json(value))))
        }
        serde_json::Value::Null => Value::from(()),
        serde_json::Value::Bool(value) => Value::from(*value),
        serde_json::Value::String(value) => Value::from(value.as_str()),
        serde_json::Value::Number(value) => match value.as_i64() {
            Some(whole) => Value::from(whole),
            None => Value::from(value.as_f64().unwrap_or_default()),
        },
    }
}

/// A value as JSON; what JSON does not know becomes text, and what is undefined null.
pub fn to_json(value: &Value) -> serde_json::Value {
    json_at(value, 0)
}

fn json_at(value: &Value, depth: usize) -> serde_json::Value {
    use serde_json::Value as Json;
    match value.kind() {
        _ if depth > DEEPEST => Json::Null,
        ValueKind::None | ValueKind::Undefined => Json::Null,
        ValueKind::Bool => Json::Bool(value.is_true()),
        ValueKind::Number => serde_json::to_value(value).unwrap_or(Json::Null),
        ValueKind::Seq | ValueKind::Iterable => {
            value.try_iter().into_iter().flatten().map(|item| json_at(&item, depth + 1)).collect()
        }
        ValueKind::Map => value
            .try_iter()
            .into_iter()
            .flatten()
            .map(|key| (text(&key), json_at(&value.get_item(&key).unwrap_or_default(), depth + 1)))
            .collect(),
        ValueKind::String => Json::String(text(value)),
        _ => match value.try_iter() {
            Ok(items) => items.map(|item| json_at(&item, depth + 1)).collect(),
            Err(_) => Json::String(text(value)),
        },
    }
}
