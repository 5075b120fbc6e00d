//! The methods of dicts.

use std::sync::Arc;

use minijinja::{Error, ErrorKind, State, Value};

use super::arguments::Args;
use super::containers::{Dict, Part, View, hashable};
use super::lazy::items;
use super::{Done, fail};
use crate::jinja::budget::charge;

pub(crate) const NAMES: &[&str] =
    &["clear", "copy", "fromkeys", "get", "items", "keys", "pop", "popitem", "setdefault", "update", "values"];

/// Calls a method of a dict.
pub(crate) fn call(state: &mut State<'_, '_>, dict: &Arc<Dict>, method: &str, values: &[Value]) -> Done<Value> {
    let args = Args::new(method, values)?;
    let none = Value::from(());
    let view = |part| Ok(Value::from_object(View { dict: Arc::clone(dict), part }));
    match method {
        "get" => {
            args.at_most(&["key", "default"])?;
            let key = args.must(0, "key")?;
            hashable(&key)?;
            Ok(dict.get(&key).or_else(|| args.value(1, "default")).unwrap_or(none))
        }
        "keys" => view(Part::Keys),
        "values" => view(Part::Values),
        "items" => view(Part::Items),
        "update" => update(dict, &args).map(|()| none),
        "setdefault" => {
            let (key, default) = (args.must(0, "key")?, args.value(1, "default").unwrap_or(none));
            hashable(&key)?;
            dict.change(|entries| Ok(entries.entry(key).or_insert(default).clone()))
        }
        "pop" => {
            let key = args.must(0, "key")?;
            hashable(&key)?;
            charge(dict.len())?;
            let found = dict.change(|entries| Ok(entries.shift_remove(&key)))?;
            let missing = || fail(format!("`pop`: the dict has no key {}", super::arguments::shown(&key)));
            found.or_else(|| args.value(1, "default")).ok_or_else(missing)
        }
        "popitem" => {
            let last = dict.change(|entries| Ok(entries.pop()))?;
            let (key, value) = last.ok_or_else(|| fail("`popitem`: the dict is empty"))?;
            super::containers::Tuple::value(vec![key, value])
        }
        "clear" => dict
            .change(|entries| {
                entries.clear();
                Ok(())
            })
            .map(|()| none),
        "copy" => {
            let entries = dict.items();
            charge(entries.len() * 64)?;
            Ok(Dict::value(entries))
        }
        "fromkeys" => {
            let (keys, value) = (items(&args.must(0, "keys")?)?, args.value(1, "value").unwrap_or(none));
            keys.iter().try_for_each(hashable)?;
            Ok(Dict::value(keys.into_iter().map(|key| (key, value.clone()))))
        }
        // A key that holds what can be called: `d.f()`.
        _ => match dict.get(&Value::from(method)) {
            Some(held) => held.call(state, values),
            None => Err(Error::from(ErrorKind::UnknownMethod)),
        },
    }
}

fn update(dict: &Dict, args: &Args<'_>) -> Done<()> {
    let mut more = match args.positional.first() {
        Some(other) => pairs(other)?,
        None => Vec::new(),
    };
    more.extend(named(args)?);
    dict.change(|entries| {
        entries.extend(more);
        Ok(())
    })?;
    Ok(())
}

/// The methods that any mapping has.
pub(crate) const READING: &[&str] = &["get", "keys", "values", "items", "copy"];

/// Calls a method of a mapping that is no dict of the template's.
pub(crate) fn read(state: &mut State<'_, '_>, map: &Value, method: &str, values: &[Value]) -> Done<Value> {
    if method == "get" {
        let args = Args::new(method, values)?;
        let found = map.get_item(&args.must(0, "key")?).ok().filter(|found| !found.is_undefined());
        return Ok(found.or_else(|| args.value(1, "default")).unwrap_or_else(|| Value::from(())));
    }
    Dict::value(pairs(map)?).call_method(state, method, values)
}

/// The named arguments as entries.
fn named(args: &Args<'_>) -> Done<Vec<(Value, Value)>> {
    args.named.args().map(|key| Ok((Value::from(key), args.named.peek(key)?))).collect()
}

/// The entries of a dict, or of a list of pairs.
pub(crate) fn pairs(value: &Value) -> Done<Vec<(Value, Value)>> {
    if let Some(dict) = value.downcast_object_ref::<Dict>() {
        let entries = dict.items();
        charge(entries.len() * 64)?;
        return Ok(entries.into_iter().collect());
    }
    if value.kind() == minijinja::value::ValueKind::Map {
        return value.try_iter()?.map(|key| Ok((key.clone(), value.get_item(&key)?))).collect();
    }
    let mut found = Vec::new();
    for pair in items(value)? {
        match items(&pair)?.as_slice() {
            [key, value] => {
                hashable(key)?;
                found.push((key.clone(), value.clone()));
            }
            _ => return Err(fail("a dict is made of pairs, and one of these has not two values")),
        }
    }
    Ok(found)
}

/// The function `dict`.
pub(crate) fn function(values: &[Value]) -> Done<Value> {
    let args = Args::new("dict", values)?;
    let mut entries = match args.positional {
        [] => Vec::new(),
        [one] => pairs(one)?,
        _ => return Err(fail("`dict` takes one list of pairs, and named values")),
    };
    entries.extend(named(&args)?);
    charge(entries.len() * 64)?;
    Ok(Dict::value(entries))
}

/// What `{a: b, c: d}` stands for; the values are its keys and values in turn.
pub(crate) fn literal(value: &Value) -> Done<Value> {
    let flat: Vec<Value> = value.try_iter()?.collect();
    charge(flat.len() * 32)?;
    let mut entries = Vec::with_capacity(flat.len() / 2);
    for pair in flat.chunks_exact(2) {
        hashable(&pair[0])?;
        entries.push((pair[0].clone(), pair[1].clone()));
    }
    Ok(Dict::value(entries))
}
