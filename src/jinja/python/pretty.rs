//! `pprint`: values over several lines. Behaviour: Python's `pprint.pformat`.

use minijinja::Value;
use minijinja::value::ValueKind;

use super::containers::{List, Tuple};
use super::{Done, dict_methods, fail, list_methods, repr};
use crate::jinja::budget;

/// A line is to be no longer.
const WIDTH: usize = 80;

/// Values that are nested deeper are not written out.
const DEEPEST: usize = 100;

/// A value as `pprint` writes it.
pub(crate) fn pformat(value: &Value) -> Done<String> {
    let mut out = String::new();
    write(&mut out, value, 0, 0)?;
    Ok(out)
}

/// `after` is how much stands behind the value on its last line.
fn write(out: &mut String, value: &Value, indent: usize, after: usize) -> Done<()> {
    if indent > DEEPEST * 80 {
        return Err(fail("this value is nested too deeply to be written out"));
    }
    let flat = flat(value, 0)?;
    budget::text(flat.len() + out.len())?;
    let fits = flat.chars().count() <= WIDTH.saturating_sub(indent + after);
    let (open, close, items) = match value.kind() {
        _ if fits => ("", "", Vec::new()),
        ValueKind::Map => ("{", "}", Vec::new()),
        _ if value.downcast_object_ref::<List>().is_some() => ("[", "]", super::lazy::items(value)?),
        _ => match value.downcast_object_ref::<Tuple>() {
            Some(tuple) if tuple.items.len() == 1 => ("(", ",)", tuple.items.clone()),
            Some(tuple) => ("(", ")", tuple.items.clone()),
            None => ("", "", Vec::new()),
        },
    };
    if open.is_empty() {
        out.push_str(&flat);
        return Ok(());
    }
    out.push_str(open);
    let entries = if open == "{" { sorted(value)? } else { items.into_iter().map(|item| (None, item)).collect() };
    let count = entries.len();
    for (at, (key, item)) in entries.into_iter().enumerate() {
        if at > 0 {
            out.push_str(",\n");
            out.push_str(&" ".repeat(indent + 1));
        }
        let mut inner = indent + 1;
        if let Some(key) = key {
            let key = repr::repr(&key)?;
            inner += key.chars().count() + 2;
            out.push_str(&key);
            out.push_str(": ");
        }
        write(out, &item, inner, if at + 1 == count { after + 1 } else { 1 })?;
    }
    out.push_str(close);
    Ok(())
}

/// The entries of a dict by their keys.
fn sorted(value: &Value) -> Done<Vec<(Option<Value>, Value)>> {
    let entries = dict_methods::pairs(value)?;
    let keyed = entries.iter().enumerate().map(|(at, (key, _))| (key.clone(), Value::from(at))).collect();
    // Keys without an order stay as they are.
    let order = list_methods::sorted(keyed, false).unwrap_or_else(|_| (0..entries.len()).map(Value::from).collect());
    Ok(order
        .iter()
        .filter_map(|at| entries.get(at.as_usize()?).cloned())
        .map(|(key, value)| (Some(key), value))
        .collect())
}

/// On one line, with the keys of dicts sorted.
fn flat(value: &Value, depth: usize) -> Done<String> {
    if depth > DEEPEST {
        return Err(fail("this value is nested too deeply to be written out"));
    }
    budget::charge(256)?;
    let joined = |items: &[Value]| -> Done<String> {
        let items: Vec<String> = items.iter().map(|item| flat(item, depth + 1)).collect::<Done<_>>()?;
        let joined = items.join(", ");
        budget::text(joined.len())?;
        Ok(joined)
    };
    if let Some(tuple) = value.downcast_object_ref::<Tuple>() {
        let comma = if tuple.items.len() == 1 { "," } else { "" };
        return Ok(format!("({}{comma})", joined(&tuple.items)?));
    }
    if value.downcast_object_ref::<List>().is_some() {
        return Ok(format!("[{}]", joined(&super::lazy::items(value)?)?));
    }
    if value.kind() == ValueKind::Map {
        let mut parts = Vec::new();
        for (key, item) in sorted(value)? {
            parts.push(format!("{}: {}", repr::repr(&key.unwrap_or_default())?, flat(&item, depth + 1)?));
        }
        let joined = parts.join(", ");
        budget::text(joined.len())?;
        return Ok(format!("{{{joined}}}"));
    }
    repr::repr(value)
}
