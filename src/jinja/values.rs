//! Python's values in minijinja: lists and dicts that change in place, and text as Python's `str` and `repr` write it.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use indexmap::IndexMap;
use minijinja::value::{Enumerator, Object, ObjectRepr, ValueKind, from_args};
use minijinja::{Error, ErrorKind, State, Value};

/// A deeper value is not written out: it may hold itself.
const DEEPEST: usize = 50;

/// A longer list is refused, so that no template can exhaust the memory.
const LONGEST: usize = 1_000_000;

/// A Python list.
#[derive(Debug, Default)]
pub struct List(RwLock<Vec<Value>>);

/// A Python dict.
#[derive(Debug, Default)]
pub struct Dict(RwLock<IndexMap<Value, Value>>);

impl List {
    /// A list as a value.
    pub fn value(items: impl IntoIterator<Item = Value>) -> Value {
        Value::from_object(Self(RwLock::new(items.into_iter().collect())))
    }

    fn items(&self) -> Vec<Value> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Changes the list; the value of Python's `list.append` and the like is `None`.
    fn edit(&self, edit: impl FnOnce(&mut Vec<Value>)) -> Result<Value, Error> {
        self.change(|items| {
            edit(items);
            Ok(Value::from(()))
        })
    }

    fn change<T>(&self, change: impl FnOnce(&mut Vec<Value>) -> Result<T, Error>) -> Result<T, Error> {
        let mut items = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let result = change(&mut items)?;
        if items.len() > LONGEST {
            Err(invalid(format!("a list may hold at most {LONGEST} items")))
        } else {
            Ok(result)
        }
    }
}

impl Dict {
    /// A dict as a value.
    pub fn value(entries: impl IntoIterator<Item = (Value, Value)>) -> Value {
        Value::from_object(Self(RwLock::new(entries.into_iter().collect())))
    }

    fn entries(&self) -> IndexMap<Value, Value> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn edit(&self, edit: impl FnOnce(&mut IndexMap<Value, Value>)) -> Result<Value, Error> {
        self.change(|entries| {
            edit(entries);
            Ok(Value::from(()))
        })
    }

    fn change<T>(&self, change: impl FnOnce(&mut IndexMap<Value, Value>) -> Result<T, Error>) -> Result<T, Error> {
        let mut entries = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let result = change(&mut entries)?;
        if entries.len() > LONGEST {
            Err(invalid(format!("a dict may hold at most {LONGEST} keys")))
        } else {
            Ok(result)
        }
    }
}

fn invalid(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidOperation, message.into())
}

/// Python's place for an index: negative ones count from the end.
fn place(index: i64, length: usize) -> Option<usize> {
    let length = i64::try_from(length).ok()?;
    usize::try_from(if index < 0 { index + length } else { index }).ok()
}

impl Object for List {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Seq
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let items = self.0.read().unwrap_or_else(PoisonError::into_inner);
        items.get(place(key.as_i64()?, items.len())?).cloned()
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Values(self.items())
    }

    fn call_method(self: &Arc<Self>, _: &mut State<'_, '_>, method: &str, args: &[Value]) -> Result<Value, Error> {
        let none = Value::from(());
        match method {
            "append" => {
                let (item,): (Value,) = from_args(args)?;
                self.edit(|items| items.push(item))
            }
            "extend" => {
                let more: Vec<Value> = from_args::<(Value,)>(args)?.0.try_iter()?.collect();
                self.edit(|items| items.extend(more))
            }
            "insert" => {
                let (at, item): (i64, Value) = from_args(args)?;
                self.edit(|items| items.insert(place(at, items.len()).unwrap_or(0).min(items.len()), item))
            }
            "pop" => {
                let (at,): (Option<i64>,) = from_args(args)?;
                self.change(|items| {
                    let at = place(at.unwrap_or(-1), items.len()).filter(|at| *at < items.len());
                    at.map(|at| items.remove(at)).ok_or_else(|| invalid("pop index out of range"))
                })
            }
            "remove" => {
                let (item,): (Value,) = from_args(args)?;
                self.change(|items| {
                    let at = items.iter().position(|known| *known == item);
                    at.map(|at| items.remove(at)).ok_or_else(|| invalid("remove: the list has no such item"))
                })
                .map(|_| none)
            }
            "index" => {
                let (item,): (Value,) = from_args(args)?;
                let at = self.items().iter().position(|known| *known == item);
                at.map(Value::from).ok_or_else(|| invalid("index: the list has no such item"))
            }
            "count" => {
                let (item,): (Value,) = from_args(args)?;
                Ok(Value::from(self.items().iter().filter(|known| **known == item).count()))
            }
            "sort" => self.edit(|items| items.sort()),
            "reverse" => self.edit(|items| items.reverse()),
            "clear" => self.edit(Vec::clear),
            "copy" => Ok(Self::value(self.items())),
            _ => Err(Error::from(ErrorKind::UnknownMethod)),
        }
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&repr(&Value::from_dyn_object(Arc::clone(self))))
    }
}

impl Object for Dict {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Map
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(key).cloned()
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Values(self.entries().into_keys().collect())
    }

    fn call_method(self: &Arc<Self>, _: &mut State<'_, '_>, method: &str, args: &[Value]) -> Result<Value, Error> {
        let none = Value::from(());
        match method {
            "get" => {
                let (key, default): (Value, Option<Value>) = from_args(args)?;
                Ok(self.get_value(&key).or(default).unwrap_or(none))
            }
            "setdefault" => {
                let (key, default): (Value, Option<Value>) = from_args(args)?;
                self.change(|entries| Ok(entries.entry(key).or_insert(default.unwrap_or(none)).clone()))
            }
            "update" => {
                let (other,): (Value,) = from_args(args)?;
                let more: Vec<(Value, Value)> = other
                    .try_iter()?
                    .map(|key| Ok((key.clone(), other.get_item(&key)?)))
                    .collect::<Result<_, Error>>()?;
                self.edit(|entries| entries.extend(more))
            }
            "pop" => {
                let (key, default): (Value, Option<Value>) = from_args(args)?;
                let found = self.change(|entries| Ok(entries.shift_remove(&key)))?;
                found.or(default).ok_or_else(|| invalid(format!("the dict has no key {}", repr(&key))))
            }
            "keys" => Ok(List::value(self.entries().into_keys())),
            "values" => Ok(List::value(self.entries().into_values())),
            "items" => Ok(List::value(self.entries().into_iter().map(|(key, value)| List::value([key, value])))),
            "clear" => self.edit(IndexMap::clear),
            "copy" => Ok(Self::value(self.entries())),
            _ => Err(Error::from(ErrorKind::UnknownMethod)),
        }
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&repr(&Value::from_dyn_object(Arc::clone(self))))
    }
}

/// A value that can be changed in place where Python's could: lazy sequences become lists.
pub fn settled(value: &Value) -> Value {
    match value.kind() {
        ValueKind::Iterable => value.try_iter().map_or_else(|_| value.clone(), List::value),
        ValueKind::Seq if value.downcast_object_ref::<List>().is_none() && !value.is_tuple() => {
            value.try_iter().map_or_else(|_| value.clone(), List::value)
        }
        _ => value.clone(),
    }
}

/// As Python's `str` writes it.
pub fn text(value: &Value) -> String {
    match value.kind() {
        ValueKind::String => value.as_str().unwrap_or_default().to_owned(),
        ValueKind::Undefined => String::new(),
        _ => repr(value),
    }
}

/// As Python's `repr` writes it.
pub fn repr(value: &Value) -> String {
    let mut out = String::new();
    write_repr(&mut out, value, 0);
    out
}

fn write_repr(out: &mut String, value: &Value, depth: usize) {
    if depth > DEEPEST {
        out.push_str("...");
        return;
    }
    match value.kind() {
        ValueKind::None => out.push_str("None"),
        ValueKind::Bool => out.push_str(if value.is_true() { "True" } else { "False" }),
        ValueKind::String => write_text(out, value.as_str().unwrap_or_default()),
        ValueKind::Seq | ValueKind::Iterable => {
            let (open, close) = if value.is_tuple() { ('(', ')') } else { ('[', ']') };
            out.push(open);
            for (at, item) in value.try_iter().into_iter().flatten().enumerate() {
                out.push_str(if at > 0 { ", " } else { "" });
                write_repr(out, &item, depth + 1);
            }
            out.push(close);
        }
        ValueKind::Map => {
            out.push('{');
            for (at, key) in value.try_iter().into_iter().flatten().enumerate() {
                out.push_str(if at > 0 { ", " } else { "" });
                write_repr(out, &key, depth + 1);
                out.push_str(": ");
                write_repr(out, &value.get_item(&key).unwrap_or_default(), depth + 1);
            }
            out.push('}');
        }
        _ => out.push_str(&value.to_string()),
    }
}

fn write_text(out: &mut String, text: &str) {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    out.push(quote);
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c == quote => out.extend(['\\', c]),
            c => out.push(c),
        }
    }
    out.push(quote);
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
        _ => Json::String(text(value)),
    }
}
