//! A moment as Python's `datetime` shows it to templates.

use std::fmt;
use std::sync::Arc;

use minijinja::value::{Object, ObjectRepr, from_args};
use minijinja::{Error, ErrorKind, State, Value};

/// A moment as Python's datetime shows it to templates.
#[derive(Debug)]
pub struct Moment(pub jiff::Zoned);

impl Object for Moment {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn call_method(self: &Arc<Self>, _: &mut State<'_, '_>, method: &str, args: &[Value]) -> Result<Value, Error> {
        match method {
            "strftime" => {
                let (pattern,): (String,) = from_args(args)?;
                Ok(Value::from(self.0.strftime(&pattern).to_string()))
            }
            "isoformat" => Ok(Value::from(self.0.strftime("%Y-%m-%dT%H:%M:%S%.6f%:z").to_string())),
            "date" => Ok(Value::from(self.0.date().to_string())),
            _ => Err(Error::from(ErrorKind::UnknownMethod)),
        }
    }

    fn get_value_by_str(self: &Arc<Self>, key: &str) -> Option<Value> {
        match key {
            "year" => Some(Value::from(self.0.year())),
            "month" => Some(Value::from(self.0.month())),
            "day" => Some(Value::from(self.0.day())),
            "hour" => Some(Value::from(self.0.hour())),
            "minute" => Some(Value::from(self.0.minute())),
            _ => None,
        }
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.get_value_by_str(key.as_str()?)
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.strftime("%Y-%m-%d %H:%M:%S%.6f%:z"))
    }
}
