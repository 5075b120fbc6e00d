//! Jinja2's `cycler` and `joiner`.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use minijinja::value::{Object, ObjectRepr};
use minijinja::{Error, ErrorKind, State, Value};

use super::arguments::Args;
use super::nesting::{deeper, release};
use super::{Done, fail, repr};

/// `cycler(a, b)`: each `next()` gives the next value, over and over.
#[derive(Debug)]
pub(crate) struct Cycler {
    items: Vec<Value>,
    at: AtomicUsize,
    pub depth: usize,
}

impl Drop for Cycler {
    fn drop(&mut self) {
        release(std::mem::take(&mut self.items));
    }
}

impl Cycler {
    /// The function `cycler`.
    pub(crate) fn function(args: &[Value]) -> Done<Value> {
        if args.is_empty() {
            return Err(fail("`cycler` needs at least one value"));
        }
        let depth = deeper(args)?;
        Ok(Value::from_object(Self { items: args.to_vec(), at: AtomicUsize::new(0), depth }))
    }

    fn current(&self) -> Value {
        self.items.get(self.at.load(Ordering::Relaxed) % self.items.len().max(1)).cloned().unwrap_or_default()
    }
}

impl Object for Cycler {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        (key.as_str() == Some("current")).then(|| self.current())
    }

    fn call_method(self: &Arc<Self>, _: &mut State<'_, '_>, method: &str, _: &[Value]) -> Result<Value, Error> {
        match method {
            "next" => {
                let value = self.current();
                self.at.fetch_add(1, Ordering::Relaxed);
                Ok(value)
            }
            "reset" => {
                self.at.store(0, Ordering::Relaxed);
                Ok(Value::from(()))
            }
            _ => Err(Error::from(ErrorKind::UnknownMethod)),
        }
    }
}

/// `joiner(', ')`: nothing at the first call, and the separator afterwards.
#[derive(Debug)]
pub(crate) struct Joiner {
    separator: String,
    calls: AtomicUsize,
}

impl Joiner {
    /// The function `joiner`.
    pub(crate) fn function(args: &[Value]) -> Done<Value> {
        let args = Args::new("joiner", args)?;
        let separator = args.value(0, "sep").map_or_else(|| Ok(", ".to_owned()), |separator| repr::text(&separator))?;
        Ok(Value::from_object(Self { separator, calls: AtomicUsize::new(0) }))
    }
}

impl Object for Joiner {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn call(self: &Arc<Self>, _: &mut State<'_, '_>, _: &[Value]) -> Result<Value, Error> {
        let is_first = self.calls.fetch_add(1, Ordering::Relaxed) == 0;
        Ok(Value::from(if is_first { "" } else { &self.separator }))
    }
}
