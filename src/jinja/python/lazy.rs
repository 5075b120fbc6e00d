//! Python's iterators and ranges: an iterator gives each item once, and has no length.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use minijinja::Value;
use minijinja::value::{Enumerator, Object, ObjectRepr};

use super::arguments::Args;
use super::containers::place;
use super::nesting::{deeper, release};
use super::{Done, fail};
use crate::jinja::budget;

/// An iterator: what is left of it.
#[derive(Debug)]
pub(crate) struct Iterator {
    left: Mutex<Vec<Value>>,
    /// As Python calls its kind.
    pub name: &'static str,
    pub depth: usize,
}

impl Drop for Iterator {
    fn drop(&mut self) {
        release(std::mem::take(self.left.get_mut().unwrap_or_else(PoisonError::into_inner)));
    }
}

impl Iterator {
    /// An iterator over these items.
    pub(crate) fn value(name: &'static str, items: Vec<Value>) -> Done<Value> {
        budget::list(items.len())?;
        let depth = deeper(&items)?;
        Ok(Value::from_object(Self { left: Mutex::new(items), name, depth }))
    }

    /// What Jinja2's filters that are generators give.
    pub(crate) fn generator(items: Vec<Value>) -> Done<Value> {
        Self::value("generator", items)
    }

    /// The next item.
    pub(crate) fn next(&self) -> Option<Value> {
        let mut left = self.left.lock().unwrap_or_else(PoisonError::into_inner);
        (!left.is_empty()).then(|| left.remove(0))
    }
}

impl Object for Iterator {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        let items = std::mem::take(&mut *self.left.lock().unwrap_or_else(PoisonError::into_inner));
        Enumerator::Values(items)
    }

    fn enumerator_len(self: &Arc<Self>) -> Option<usize> {
        None
    }

    fn is_true(self: &Arc<Self>) -> bool {
        true
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{} object>", self.name)
    }
}

/// `range(start, stop, step)`
#[derive(Debug, Clone, Copy)]
pub(crate) struct Range {
    pub start: i64,
    pub stop: i64,
    pub step: i64,
}

/// Jinja2's sandbox makes no longer range.
const LONGEST: usize = 100_000;

impl Range {
    /// The function `range`.
    pub(crate) fn function(args: &[Value]) -> Done<Value> {
        let args = Args::new("range", args)?;
        args.at_most(&["start", "stop", "step"])?;
        let range = match args.positional.len() {
            0 => return Err(fail("`range` needs a number: `range(3)` counts 0, 1, 2")),
            1 => Self { start: 0, stop: args.int(0, "stop", 0)?, step: 1 },
            _ => Self { start: args.int(0, "start", 0)?, stop: args.int(1, "stop", 0)?, step: args.int(2, "step", 1)? },
        };
        if range.step == 0 {
            return Err(fail("the step of a range cannot be 0"));
        }
        if range.len() > LONGEST {
            return Err(fail(format!("a range may have at most {LONGEST} items")));
        }
        Ok(Value::from_object(range))
    }

    pub(crate) fn len(&self) -> usize {
        let (start, stop, step) = (i128::from(self.start), i128::from(self.stop), i128::from(self.step));
        let span = if step > 0 { stop - start } else { start - stop };
        usize::try_from((span + step.abs() - 1).max(0) / step.abs().max(1)).unwrap_or(usize::MAX)
    }

    pub(crate) fn at(&self, at: usize) -> i64 {
        self.start + self.step * i64::try_from(at).unwrap_or(0)
    }
}

impl Object for Range {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Seq
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        match key.as_str() {
            Some("start") => Some(Value::from(self.start)),
            Some("stop") => Some(Value::from(self.stop)),
            Some("step") => Some(Value::from(self.step)),
            Some(_) => None,
            None => place(super::number::index(key)?, self.len()).map(|at| Value::from(self.at(at))),
        }
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Seq(self.len())
    }

    fn call_method(self: &Arc<Self>, _: &mut minijinja::State<'_, '_>, method: &str, args: &[Value]) -> Done<Value> {
        let items: Vec<Value> = (0..self.len()).map(|at| Value::from(self.at(at))).collect();
        super::list_methods::read(&items, method, args)
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.step {
            1 => write!(f, "range({}, {})", self.start, self.stop),
            step => write!(f, "range({}, {}, {step})", self.start, self.stop),
        }
    }
}

/// All items of what can be iterated over; what is undefined has none.
///
/// # Errors
/// It cannot be iterated over.
pub(crate) fn items(value: &Value) -> Done<Vec<Value>> {
    if let Some(text) = value.as_str() {
        budget::list(text.len())?;
        return Ok(text.chars().map(Value::from).collect());
    }
    let known = value.len().unwrap_or(0);
    budget::list(known)?;
    let iterator = match value.is_none() {
        true => None,
        false => value.try_iter().ok(),
    };
    let Some(iterator) = iterator else {
        return Err(fail(format!("{} cannot be iterated over; a list is needed here", super::arguments::shown(value))));
    };
    Ok(iterator.take(budget::LONGEST_LIST + 1).collect())
}
