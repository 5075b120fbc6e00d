//! `modules` of dbt: what Python's modules mean to templates.

use std::sync::Arc;

use minijinja::value::{Enumerator, Object};
use minijinja::{Error, ErrorKind, Value};

use super::moment::{Clock, Moments, Pytz, Span};
use super::python::itertools::Itertools;
use super::python::regex::Re;
use super::scope::Scope;

/// `modules`
#[derive(Debug)]
pub(super) struct Modules(pub Arc<Scope>);

impl Object for Modules {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        match key.as_str()? {
            "re" => Some(Value::from_object(Re)),
            "datetime" => Some(Value::from_object(Moments { scope: Arc::clone(&self.0), class: "" })),
            "pytz" => Some(Value::from_object(Pytz)),
            "itertools" => Some(Value::from_object(Itertools)),
            _ => None,
        }
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Str(&["pytz", "datetime", "re", "itertools"])
    }
}

/// `left + right` for a sign of 1, else `left - right`, of moments and spans of time; nothing for other values.
pub(super) fn sum(left: &Value, right: &Value, sign: i64) -> Option<Result<Value, Error>> {
    let found = Clock::sum(left, right, sign).or_else(|| Span::sum(left, right, sign))?;
    let failed = || {
        let message =
            "these moments and spans of time have no sum or difference; look at which of them have a time zone";
        Error::new(ErrorKind::InvalidOperation, message)
    };
    Some(found.ok_or_else(failed))
}

/// `-span`
pub(super) fn negated(value: &Value) -> Option<Value> {
    value.downcast_object_ref::<Span>().map(|span| Span::negated(*span))
}

/// `span|abs`
pub(super) fn absolute(value: &Value) -> Option<Value> {
    value.downcast_object_ref::<Span>().map(|span| Span::absolute(*span))
}

/// `span * 2`, `span / 2`, `span // span` and `span % span`; nothing for other values.
pub(super) fn scaled(operator: &str, left: &Value, right: &Value) -> Option<Result<Value, Error>> {
    let wrong = || Error::new(ErrorKind::InvalidOperation, "this span of time cannot be computed");
    Span::scaled(operator, left, right).map(|found| found.ok_or_else(wrong))
}
