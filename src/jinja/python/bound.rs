//! Methods as values: `{% set add = list.append %}`.

use std::fmt;
use std::sync::Arc;

use minijinja::value::{Object, ObjectRepr};
use minijinja::{Error, State, Value};

use super::nesting::release;

/// A method that was taken from a value without being called.
#[derive(Debug)]
struct Bound {
    target: Value,
    method: String,
}

impl Drop for Bound {
    fn drop(&mut self) {
        release(vec![std::mem::take(&mut self.target)]);
    }
}

/// The method of this name, when the value has it.
pub(crate) fn bound(target: Value, methods: &[&str], key: &Value) -> Option<Value> {
    let method = key.as_str().filter(|name| methods.contains(name))?.to_owned();
    Some(Value::from_object(Bound { target, method }))
}

impl Object for Bound {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn call(self: &Arc<Self>, state: &mut State<'_, '_>, args: &[Value]) -> Result<Value, Error> {
        self.target.call_method(state, &self.method, args)
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<built-in method {} of {} object>", self.method, super::repr::type_name(&self.target))
    }
}
