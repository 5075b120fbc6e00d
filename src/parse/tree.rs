//! A tree of YAML: values with their places in the file.

use std::ops::Range;

use compact_str::CompactString;

/// A value of the tree.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    String(CompactString),
    List(Vec<Yaml>),
    Map(Vec<(Key, Yaml)>),
}

/// A value with its place in the file.
#[derive(Debug, Clone, PartialEq)]
pub struct Yaml {
    pub value: Value,
    pub span: Range<usize>,
}

/// A key of a map with its place. Keys that are not text are kept as they were written.
#[derive(Debug, Clone, PartialEq)]
pub struct Key {
    pub name: CompactString,
    pub span: Range<usize>,
}

impl Yaml {
    /// The value under `key`, when this is a map that has it.
    pub fn get(&self, key: &str) -> Option<&Yaml> {
        self.entry(key).map(|(_, value)| value)
    }

    /// The key and the value under `key`.
    pub fn entry(&self, key: &str) -> Option<(&Key, &Yaml)> {
        self.entries().iter().find(|(found, _)| found.name == key).map(|(key, value)| (key, value))
    }

    /// The entries of a map; none when this is not a map.
    pub fn entries(&self) -> &[(Key, Yaml)] {
        if let Value::Map(entries) = &self.value { entries } else { &[] }
    }

    /// The items of a list; none when this is not a list.
    pub fn items(&self) -> &[Yaml] {
        if let Value::List(items) = &self.value { items } else { &[] }
    }

    /// The text of a string.
    pub fn as_str(&self) -> Option<&str> {
        if let Value::String(text) = &self.value { Some(text) } else { None }
    }

    /// The text of a scalar as Python's `str` writes it; nothing for null, a list or a map.
    pub fn scalar(&self) -> Option<String> {
        match &self.value {
            Value::Bool(true) => Some("True".into()),
            Value::Bool(false) => Some("False".into()),
            Value::Int(number) => Some(number.to_string()),
            Value::Float(number) => Some(format!("{number:?}")),
            Value::String(text) => Some(text.to_string()),
            Value::Null | Value::List(_) | Value::Map(_) => None,
        }
    }

    /// Whether the value is `true`; nothing when it is not a bool.
    pub fn as_bool(&self) -> Option<bool> {
        if let Value::Bool(value) = self.value { Some(value) } else { None }
    }

    /// Whether there is nothing: null, or an empty list or map.
    pub fn is_empty(&self) -> bool {
        match &self.value {
            Value::Null => true,
            Value::List(items) => items.is_empty(),
            Value::Map(entries) => entries.is_empty(),
            _ => false,
        }
    }

    /// A tree for a value that was computed, all of it at one place.
    pub fn from_json(json: &serde_json::Value, span: &Range<usize>) -> Self {
        let value = match json {
            serde_json::Value::Null => Value::Null,
            serde_json::Value::Bool(value) => Value::Bool(*value),
            serde_json::Value::String(text) => Value::String(text.as_str().into()),
            serde_json::Value::Number(number) => {
                number.as_i64().map_or_else(|| Value::Float(number.as_f64().unwrap_or_default()), Value::Int)
            }
            serde_json::Value::Array(list) => Value::List(list.iter().map(|it| Self::from_json(it, span)).collect()),
            serde_json::Value::Object(entries) => {
                let key = |name: &String| Key { name: name.as_str().into(), span: span.clone() };
                Value::Map(entries.iter().map(|(name, value)| (key(name), Self::from_json(value, span))).collect())
            }
        };
        Self { value, span: span.clone() }
    }

    /// The same value without spans.
    pub fn to_json(&self) -> serde_json::Value {
        self.value.to_json()
    }
}

impl Value {
    /// The same value without spans; a number that JSON cannot hold becomes null.
    pub fn to_json(&self) -> serde_json::Value {
        match self {
            Self::Null => serde_json::Value::Null,
            Self::Bool(value) => (*value).into(),
            Self::Int(value) => (*value).into(),
            Self::Float(value) => (*value).into(),
            Self::String(value) => value.as_str().into(),
            Self::List(items) => items.iter().map(Yaml::to_json).collect(),
            Self::Map(entries) => entries.iter().map(|(key, value)| (key.name.to_string(), value.to_json())).collect(),
        }
    }
}
