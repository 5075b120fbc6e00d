//! Values in values: how deep they are nested, and how they are dropped without using up the stack.

use std::cell::RefCell;

use minijinja::Value;

use super::containers::Tuple;
use super::cycle::Cycler;
use super::lazy::Iterator;
use super::{Done, fail};

/// Tuples and iterators are not nested deeper.
const DEEPEST: usize = 100;

thread_local! {
    /// What waits to be dropped while something is being dropped: lists in lists in lists must not use up the stack.
    static WAITING: RefCell<Option<Vec<Value>>> = const { RefCell::new(None) };
}

/// Drops values without using up the stack, however they are nested.
pub(super) fn release(items: Vec<Value>) {
    if items.iter().all(|item| item.as_object().is_none()) {
        return;
    }
    let mut items = Some(items);
    let is_outermost = WAITING.try_with(|waiting| match &mut *waiting.borrow_mut() {
        Some(waiting) => {
            waiting.extend(items.take().unwrap_or_default());
            false
        }
        none => {
            *none = Some(Vec::new());
            true
        }
    });
    if is_outermost != Ok(true) {
        return;
    }
    let mut next = items.unwrap_or_default();
    while !next.is_empty() {
        drop(next);
        next = WAITING.with(|waiting| waiting.borrow_mut().as_mut().map(std::mem::take)).unwrap_or_default();
    }
    WAITING.with(|waiting| waiting.borrow_mut().take());
}

/// How deep what cannot be changed is nested in a value: tuples, iterators and the like in one another.
pub(super) fn nesting(value: &Value) -> usize {
    let Some(object) = value.as_object() else { return 0 };
    let tuple = object.downcast_ref::<Tuple>().map(|tuple| tuple.depth);
    let iterator = || object.downcast_ref::<Iterator>().map(|iterator| iterator.depth);
    let cycler = || object.downcast_ref::<Cycler>().map(|cycler| cycler.depth);
    tuple.or_else(iterator).or_else(cycler).unwrap_or(0)
}

/// The depth of what holds these values.
///
/// # Errors
/// They are nested too deeply.
pub(super) fn deeper(items: &[Value]) -> Done<usize> {
    let depth = 1 + items.iter().map(nesting).max().unwrap_or(0);
    match depth > DEEPEST {
        true => {
            Err(fail(format!("tuples and iterators may be nested at most {DEEPEST} deep; make a list with `| list`")))
        }
        false => Ok(depth),
    }
}
