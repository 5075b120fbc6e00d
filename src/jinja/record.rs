//! A value of a Python dataclass: it has attributes, and prints as `Name(attribute=value, …)`.

use std::fmt;
use std::sync::Arc;

use minijinja::Value;
use minijinja::value::{Object, ObjectRepr};

use super::values;

/// A record with its attributes in order.
#[derive(Debug)]
pub(super) struct Record {
    name: &'static str,
    fields: Vec<(&'static str, Value)>,
}

impl Record {
    pub(super) fn value(name: &'static str, fields: Vec<(&'static str, Value)>) -> Value {
        Value::from_object(Self { name, fields })
    }

    /// A record whose attributes are entries of a JSON object; what is not there is none.
    pub(super) fn of_json(name: &'static str, fields: &[&'static str], json: &serde_json::Value) -> Value {
        let field = |field: &&'static str| (*field, json.get(field).map_or_else(|| Value::from(()), values::from_json));
        Self::value(name, fields.iter().map(field).collect())
    }
}

impl Object for Record {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.fields.iter().find(|(name, _)| Some(*name) == key.as_str()).map(|(_, value)| value.clone())
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let written: Vec<String> =
            self.fields.iter().map(|(name, value)| format!("{name}={}", values::repr(value))).collect();
        write!(f, "{}({})", self.name, written.join(", "))
    }
}
