//! What a warehouse says of a statement, beside its rows. Behaviour: dbt's `AdapterResponse`.

use std::fmt;
use std::sync::Arc;

use minijinja::Value;
use minijinja::value::{Object, ObjectRepr};

use super::values;

/// `load_result('name').response`
#[derive(Debug)]
pub(super) struct Response {
    message: String,
    code: Value,
    rows_affected: Value,
}

impl Response {
    /// A response; what is not said of it is none.
    pub(super) fn value(message: &str, code: Option<Value>, rows_affected: Option<Value>) -> Value {
        // Numbers and texts: what holds other values is written out.
        let plain = |value: Value| if value.as_object().is_some() { Value::from(values::text(&value)) } else { value };
        let or_none = |value: Option<Value>| value.map_or_else(|| Value::from(()), plain);
        let (code, rows_affected) = (or_none(code), or_none(rows_affected));
        Value::from_object(Self { message: message.to_owned(), code, rows_affected })
    }
}

impl Object for Response {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        match key.as_str()? {
            "_message" => Some(Value::from(self.message.as_str())),
            "code" => Some(self.code.clone()),
            "rows_affected" => Some(self.rows_affected.clone()),
            "query_id" => Some(Value::from(())),
            _ => None,
        }
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// The text of what was given as a message; nothing when none was.
pub(super) fn message(given: Option<Value>) -> String {
    given.filter(|given| !given.is_none()).as_ref().map(values::text).unwrap_or_default()
}
