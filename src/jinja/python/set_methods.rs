//! The methods of sets.

use indexmap::IndexSet;
use minijinja::{Error, ErrorKind, Value};

use super::arguments::Args;
use super::containers::{Set, hashable};
use super::lazy::items;
use super::number::index;
use super::{Done, fail};
use crate::jinja::budget::{ITEM, charge};

pub(crate) const NAMES: &[&str] = &[
    "add",
    "clear",
    "copy",
    "difference",
    "difference_update",
    "discard",
    "intersection",
    "intersection_update",
    "isdisjoint",
    "issubset",
    "issuperset",
    "pop",
    "remove",
    "symmetric_difference",
    "symmetric_difference_update",
    "union",
    "update",
];

type Items = IndexSet<Value>;

/// Calls a method of a set.
pub(crate) fn call(set: &Set, method: &str, values: &[Value]) -> Done<Value> {
    let args = Args::new(method, values)?;
    let none = Value::from(());
    charge(set.len() * ITEM)?;
    match method {
        "add" => {
            let item = args.must(0, "item")?;
            hashable(&item)?;
            set.change(|items| Ok(items.insert(item))).map(drop)?;
        }
        "discard" | "remove" => {
            let item = args.must(0, "item")?;
            hashable(&item)?;
            let found = set.change(|items| Ok(items.shift_remove(&item)))?;
            if !found && method == "remove" {
                return Err(fail("`remove`: the set has no such item"));
            }
        }
        "pop" => {
            let first = ordered(&set.items()).into_iter().next().ok_or_else(|| fail("`pop`: the set is empty"))?;
            set.change(|items| Ok(items.shift_remove(&first)))?;
            return Ok(first);
        }
        "clear" => set.change(|items| {
            items.clear();
            Ok(())
        })?,
        "copy" => return Ok(Set::value(set.items())),
        "isdisjoint" | "issubset" | "issuperset" => {
            let other = others(&args)?.into_iter().next().ok_or_else(|| fail(format!("`{method}` needs a set")))?;
            let own = set.items();
            return Ok(Value::from(match method {
                "isdisjoint" => own.iter().all(|item| !other.contains(item)),
                "issubset" => own.iter().all(|item| other.contains(item)),
                _ => other.iter().all(|item| own.contains(item)),
            }));
        }
        _ => {
            let operation = method.strip_suffix("_update").unwrap_or(if method == "update" { "union" } else { method });
            let combined = combined(set.items(), operation, others(&args)?)?;
            if operation == method {
                return Ok(Set::value(combined));
            }
            set.change(|items| {
                *items = combined;
                Ok(())
            })?;
        }
    }
    Ok(none)
}

fn others(args: &Args<'_>) -> Done<Vec<Items>> {
    let mut found = Vec::new();
    for value in args.positional {
        let items = items(value)?;
        charge(items.len() * ITEM)?;
        items.iter().try_for_each(hashable)?;
        found.push(items.into_iter().collect());
    }
    Ok(found)
}

fn combined(own: Items, operation: &str, others: Vec<Items>) -> Done<Items> {
    let mut result = own;
    for other in others {
        result = match operation {
            "union" => result.into_iter().chain(other).collect(),
            "difference" => result.into_iter().filter(|item| !other.contains(item)).collect(),
            "intersection" => result.into_iter().filter(|item| other.contains(item)).collect(),
            "symmetric_difference" => {
                let more: Vec<Value> = other.iter().filter(|item| !result.contains(*item)).cloned().collect();
                result.into_iter().filter(|item| !other.contains(item)).chain(more).collect()
            }
            _ => return Err(Error::from(ErrorKind::UnknownMethod)),
        };
    }
    Ok(result)
}

/// What is in the one and not in the other.
pub(crate) fn difference(left: &Set, right: &Set) -> Done<Value> {
    charge((left.len() + right.len()) * ITEM)?;
    combined(left.items(), "difference", vec![right.items()]).map(Set::value)
}

/// The items in Python's order where it has one: whole numbers by their place in the table, others as they came.
pub(crate) fn ordered(items: &Items) -> Vec<Value> {
    let mut found: Vec<Value> = items.iter().cloned().collect();
    let numbers: Option<Vec<i64>> = found.iter().map(|item| index(item).filter(|number| *number >= 0)).collect();
    if numbers.is_some() {
        let mut size = 8usize;
        for filled in 1..=found.len() {
            if filled * 5 >= (size - 1) * 3 {
                while size <= filled * 4 {
                    size *= 2;
                }
            }
        }
        let size = i64::try_from(size).unwrap_or(i64::MAX);
        found.sort_by_key(|item| index(item).unwrap_or(0) % size);
    }
    found
}
