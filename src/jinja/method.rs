//! A method as a value: Python lets a template hand it to a function.

use std::sync::Arc;

use minijinja::value::{Object, ObjectRepr};
use minijinja::{Error, State, Value};

/// What it belongs to, and its name.
#[derive(Debug)]
pub(super) struct Method(pub Value, pub String);

impl Object for Method {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn call(self: &Arc<Self>, state: &mut State<'_, '_>, args: &[Value]) -> Result<Value, Error> {
        self.0.call_method(state, &self.1, args)
    }
}
