//! The methods of lists and tuples.

use minijinja::{Error, ErrorKind, State, Value};

use super::arguments::Args;
use super::compare::{equal, order_of};
use super::containers::{List, place};
use super::lazy::items;
use super::{Done, fail};
use crate::jinja::budget::charge;

pub(crate) const NAMES: &[&str] =
    &["append", "clear", "copy", "count", "extend", "index", "insert", "pop", "remove", "reverse", "sort"];

/// Calls a method of a list.
pub(crate) fn call(state: &mut State<'_, '_>, list: &List, method: &str, values: &[Value]) -> Done<Value> {
    let args = Args::new(method, values)?;
    let none = Value::from(());
    match method {
        "append" => {
            args.at_most(&["item"])?;
            let item = args.must(0, "item")?;
            list.change(|items| {
                items.push(item);
                Ok(())
            })?;
        }
        "extend" => {
            let more = items(&args.must(0, "items")?)?;
            list.change(|items| {
                items.extend(more);
                Ok(())
            })?;
        }
        "insert" => {
            let (at, item) = (args.int(0, "index", 0)?, args.must(1, "item")?);
            charge(list.len())?;
            list.change(|items| {
                let length = i64::try_from(items.len()).unwrap_or(i64::MAX);
                let at = if at < 0 { at.saturating_add(length).max(0) } else { at.min(length) };
                items.insert(usize::try_from(at).unwrap_or(0), item);
                Ok(())
            })?;
        }
        "pop" => {
            args.at_most(&["index"])?;
            let at = args.int(0, "index", -1)?;
            charge(if at == -1 { 1 } else { list.len() })?;
            return list.change(|items| {
                let found = place(at, items.len()).ok_or_else(|| fail("`pop`: the list has no such item"))?;
                Ok(items.remove(found))
            });
        }
        "remove" => {
            let at = position(&list.items(), &args.must(0, "item")?, "remove")?;
            list.change(|items| Ok(items.remove(at)))?;
        }
        "sort" => sort(state, list, &args)?,
        "reverse" => list.change(|items| {
            items.reverse();
            Ok(())
        })?,
        "clear" => list.change(|items| {
            items.clear();
            Ok(())
        })?,
        "copy" => return List::charged(list.items()),
        _ => return read(&list.items(), method, values),
    }
    Ok(none)
}

fn sort(state: &mut State<'_, '_>, list: &List, args: &Args<'_>) -> Done<()> {
    let (reverse, key) = (args.flag(9, "reverse", false), args.some(9, "key"));
    args.at_most(&["key", "reverse"])?;
    let mut keyed = Vec::new();
    for item in list.items() {
        let by = key.as_ref().map_or_else(|| Ok(item.clone()), |key| key.call(state, std::slice::from_ref(&item)))?;
        keyed.push((by, item));
    }
    let sorted = sorted(keyed, reverse)?;
    list.change(|items| {
        *items = sorted;
        Ok(())
    })?;
    Ok(())
}

/// Calls a method that lists and tuples share.
pub(crate) fn read(items: &[Value], method: &str, values: &[Value]) -> Done<Value> {
    let args = Args::new(method, values)?;
    match method {
        "index" => {
            let length = items.len();
            let bound = |at: i64| {
                let length = i64::try_from(length).unwrap_or(i64::MAX);
                usize::try_from(if at < 0 { at.saturating_add(length).max(0) } else { at.min(length) }).unwrap_or(0)
            };
            let (from, to) = (bound(args.int(1, "start", 0)?), bound(args.int(2, "end", i64::MAX)?));
            let found = position(items.get(from..to).unwrap_or_default(), &args.must(0, "item")?, "index")?;
            Ok(Value::from(found + from))
        }
        "count" => {
            let item = args.must(0, "item")?;
            let mut count = 0;
            for known in items {
                count += usize::from(equal(known, &item, 0)?);
            }
            Ok(Value::from(count))
        }
        _ => Err(Error::from(ErrorKind::UnknownMethod)),
    }
}

fn position(items: &[Value], item: &Value, method: &str) -> Done<usize> {
    for (at, known) in items.iter().enumerate() {
        if equal(known, item, 0)? {
            return Ok(at);
        }
    }
    Err(fail(format!("`{method}`: there is no such item")))
}

/// Sorts values by their keys, as Python does: a sort keeps what is equal in its order, backwards too.
pub(crate) fn sorted(mut keyed: Vec<(Value, Value)>, reverse: bool) -> Done<Vec<Value>> {
    let mut failed = None;
    if reverse {
        keyed.reverse();
    }
    merge_sort(&mut keyed, &mut failed);
    if let Some(error) = failed {
        return Err(error);
    }
    if reverse {
        keyed.reverse();
    }
    Ok(keyed.into_iter().map(|(_, item)| item).collect())
}

/// The standard library's sort panics when an order contradicts itself, as `nan` makes it; this one does not.
fn merge_sort(keyed: &mut Vec<(Value, Value)>, failed: &mut Option<Error>) {
    if keyed.len() < 2 || failed.is_some() {
        return;
    }
    let mut right = keyed.split_off(keyed.len() / 2);
    merge_sort(keyed, failed);
    merge_sort(&mut right, failed);
    let mut merged = Vec::with_capacity(keyed.len() + right.len());
    let (mut a, mut b) = (std::mem::take(keyed).into_iter().peekable(), right.into_iter().peekable());
    while let (Some(left), Some(right)) = (a.peek(), b.peek()) {
        let is_less = order_of(&right.0, &left.0, "<", 0).map(std::cmp::Ordering::is_lt).unwrap_or_else(|error| {
            failed.get_or_insert(error);
            false
        });
        merged.extend(if is_less { b.next() } else { a.next() });
    }
    merged.extend(a);
    merged.extend(b);
    *keyed = merged;
}
