//! The filters of Jinja2 that are about lists: what is in them, and what is made of each item.

use minijinja::value::ValueKind;
use minijinja::{State, Value};

use super::arguments::{Args, shown};
use super::containers::{List, Tuple};
use super::lazy::{Iterator, items};
use super::{Done, fail, number, repr, undefined};
use crate::jinja::budget;
use crate::jinja::standins::NoAnswer;

type Filter = fn(&mut State<'_, '_>, &Value, &Args<'_>) -> Done<Value>;

pub(crate) const ALL: &[(&str, Filter)] = &[
    ("list", list),
    ("length", length),
    ("count", length),
    ("first", first),
    ("last", last),
    ("random", first),
    ("reverse", reverse),
    ("join", join),
    ("batch", batch),
    ("slice", slice),
    ("map", map),
    ("select", |state, value, args| chosen(state, value, args, (true, false))),
    ("reject", |state, value, args| chosen(state, value, args, (false, false))),
    ("selectattr", |state, value, args| chosen(state, value, args, (true, true))),
    ("rejectattr", |state, value, args| chosen(state, value, args, (false, true))),
    ("items", entries),
    ("attr", attr),
    ("default", default),
    ("d", default),
    ("is_list", |_, value, _| Ok(Value::from(value.downcast_object_ref::<List>().is_some()))),
];

fn list(_: &mut State<'_, '_>, value: &Value, args: &Args<'_>) -> Done<Value> {
    args.at_most(&[])?;
    List::charged(items(value)?)
}

fn length(_: &mut State<'_, '_>, value: &Value, args: &Args<'_>) -> Done<Value> {
    args.at_most(&[])?;
    if value.is_undefined() {
        return Ok(Value::from(0));
    }
    if let Some(text) = value.as_str() {
        return Ok(Value::from(text.chars().count()));
    }
    let known = value.downcast_object_ref::<Iterator>().is_none().then(|| value.len()).flatten();
    known.map(Value::from).ok_or_else(|| fail(format!("{} has no length; write `| list` before it", shown(value))))
}

fn first(_: &mut State<'_, '_>, value: &Value, args: &Args<'_>) -> Done<Value> {
    args.at_most(&[])?;
    if let Some(iterator) = value.downcast_object_ref::<Iterator>() {
        return Ok(iterator.next().unwrap_or_default());
    }
    Ok(items(value)?.into_iter().next().unwrap_or_default())
}

fn last(_: &mut State<'_, '_>, value: &Value, args: &Args<'_>) -> Done<Value> {
    args.at_most(&[])?;
    if value.downcast_object_ref::<Iterator>().is_some() {
        return Err(fail("what a filter gives has no last item; write `| list` before `last`"));
    }
    Ok(items(value)?.into_iter().next_back().unwrap_or_default())
}

fn reverse(_: &mut State<'_, '_>, value: &Value, args: &Args<'_>) -> Done<Value> {
    args.at_most(&[])?;
    if let Some(text) = value.as_str() {
        budget::text(text.len())?;
        return Ok(Value::from(text.chars().rev().collect::<String>()));
    }
    let mut found = items(value)?;
    found.reverse();
    Iterator::value(
        if value.downcast_object_ref::<List>().is_some() { "list_reverseiterator" } else { "reversed" },
        found,
    )
}

fn join(_: &mut State<'_, '_>, value: &Value, args: &Args<'_>) -> Done<Value> {
    args.at_most(&["d", "attribute"])?;
    let separator = args.value(0, "d").map_or_else(|| Ok(String::new()), |separator| repr::text(&separator))?;
    let attribute = args.some(1, "attribute");
    let mut out = String::new();
    for (at, item) in items(value)?.iter().enumerate() {
        let item = match &attribute {
            Some(attribute) => attributed(item, attribute)?,
            None => item.clone(),
        };
        out.push_str(if at > 0 { &separator } else { "" });
        match item.as_str() {
            Some(text) => out.push_str(text),
            None => out.push_str(&repr::text(&item)?),
        }
        if out.len() > budget::LONGEST_TEXT {
            break;
        }
    }
    budget::text(out.len())?;
    Ok(Value::from(out))
}

/// `item.a.b` for `'a.b'`, `item[0]` for `0`. Behaviour: `jinja2.filters.make_attrgetter`.
pub(crate) fn attributed(item: &Value, attribute: &Value) -> Done<Value> {
    let Some(path) = attribute.as_str() else { return looked_up(item, attribute) };
    let mut found = item.clone();
    for part in path.split('.') {
        let key = part.parse::<usize>().map_or_else(|_| Value::from(part), Value::from);
        found = looked_up(&found, &key)?;
    }
    Ok(found)
}

fn looked_up(value: &Value, key: &Value) -> Done<Value> {
    if value.is_undefined() {
        return Err(undefined(""));
    }
    if let (Some(text), Some(at)) = (value.as_str(), number::index(key)) {
        let chars: Vec<char> = text.chars().collect();
        return Ok(super::containers::place(at, chars.len()).map_or(Value::UNDEFINED, |at| Value::from(chars[at])));
    }
    Ok(value.get_item(key).unwrap_or_default())
}

fn batch(_: &mut State<'_, '_>, value: &Value, args: &Args<'_>) -> Done<Value> {
    args.at_most(&["linecount", "fill_with"])?;
    args.must(0, "linecount")?;
    let size = usize::try_from(args.int(0, "linecount", 1)?).unwrap_or(0);
    let fill = args.some(1, "fill_with");
    let found = items(value)?;
    let mut rows: Vec<Vec<Value>> =
        if size == 0 { Vec::new() } else { found.chunks(size).map(<[Value]>::to_vec).collect() };
    if size == 0 && !found.is_empty() {
        rows.push(found);
    }
    if let (Some(fill), Some(row)) = (fill, rows.last_mut())
        && row.len() < size
    {
        budget::list(size)?;
        row.resize(size, fill);
    }
    Iterator::generator(rows.into_iter().map(List::charged).collect::<Done<_>>()?)
}

fn slice(_: &mut State<'_, '_>, value: &Value, args: &Args<'_>) -> Done<Value> {
    args.at_most(&["slices", "fill_with"])?;
    args.must(0, "slices")?;
    let slices = usize::try_from(args.int(0, "slices", 1)?).unwrap_or(0);
    if slices == 0 {
        return Err(fail("a number cannot be divided by zero"));
    }
    budget::list(slices)?;
    let fill = args.some(1, "fill_with");
    let found = items(value)?;
    let (size, more) = (found.len() / slices, found.len() % slices);
    let mut rows = Vec::new();
    let mut at = 0;
    for slice in 0..slices {
        let end = at + size + usize::from(slice < more);
        let mut row = found[at..end].to_vec();
        if let Some(fill) = fill.as_ref().filter(|_| slice >= more) {
            row.push(fill.clone());
        }
        rows.push(List::charged(row)?);
        at = end;
    }
    Iterator::generator(rows)
}

/// `map('upper')`, `map(attribute='name', default=…)`
fn map(state: &mut State<'_, '_>, value: &Value, args: &Args<'_>) -> Done<Value> {
    let attribute = args.named.peek::<Value>("attribute").ok().filter(|_| args.positional.is_empty());
    let found = items(value)?;
    let mut made = Vec::with_capacity(found.len());
    if let Some(attribute) = attribute {
        let default = args.named.peek::<Value>("default").ok();
        for item in &found {
            let value = attributed(item, &attribute)?;
            made.push(if value.is_undefined() { default.clone().unwrap_or_default() } else { value });
        }
        return Iterator::generator(made);
    }
    let filter = args
        .positional
        .first()
        .and_then(Value::as_str)
        .ok_or_else(|| fail("`map` needs the name of a filter, or `attribute=`"))?;
    let mut values = vec![Value::UNDEFINED];
    values.extend(args.positional.iter().skip(1).cloned());
    if args.named.args().next().is_some() {
        values.push(args.named.clone().into());
    }
    for item in found {
        values[0] = item;
        budget::charge(budget::ITEM)?;
        made.push(state.apply_filter(filter, &values)?);
    }
    Iterator::generator(made)
}

/// `select`, `reject` and the two for an attribute.
fn chosen(
    state: &mut State<'_, '_>,
    value: &Value,
    args: &Args<'_>,
    (keeps, by_attribute): (bool, bool),
) -> Done<Value> {
    let mut given = args.positional.iter();
    let attribute = match by_attribute {
        true => {
            Some(given.next().cloned().ok_or_else(|| fail(format!("`{}` needs the name of an attribute", args.name)))?)
        }
        false => None,
    };
    let test = given
        .next()
        .map(|test| test.as_str().map(str::to_owned).ok_or_else(|| fail("a test is named by a text")))
        .transpose()?;
    let mut values = vec![Value::UNDEFINED];
    values.extend(given.cloned());
    let mut kept = Vec::new();
    for item in items(value)? {
        budget::charge(budget::ITEM)?;
        values[0] = match &attribute {
            Some(attribute) => attributed(&item, attribute)?,
            None => item.clone(),
        };
        let passes = match &test {
            Some(test) => state.perform_test(test, &values)?,
            None => values[0].is_true(),
        };
        if passes == keeps {
            kept.push(item);
        }
    }
    Iterator::generator(kept)
}

fn entries(_: &mut State<'_, '_>, value: &Value, args: &Args<'_>) -> Done<Value> {
    args.at_most(&[])?;
    if value.is_undefined() {
        return Iterator::generator(Vec::new());
    }
    if value.kind() != ValueKind::Map {
        return Err(fail(format!("`items` needs a dict, not {}", shown(value))));
    }
    let pairs = super::dict_methods::pairs(value)?;
    Iterator::generator(pairs.into_iter().map(|(key, value)| Tuple::pair(key, value)).collect())
}

fn attr(_: &mut State<'_, '_>, value: &Value, args: &Args<'_>) -> Done<Value> {
    args.at_most(&["name"])?;
    let name = args.must(0, "name")?;
    if value.is_undefined() {
        return Err(undefined(""));
    }
    // The attribute, and not the item: the keys of a dict are none.
    let is_dict = value.downcast_object_ref::<super::containers::Dict>().is_some();
    let is_key = is_dict && !super::dict_methods::NAMES.contains(&name.as_str().unwrap_or_default());
    Ok(if is_key { Value::UNDEFINED } else { value.get_item(&name).unwrap_or_default() })
}

fn default(_: &mut State<'_, '_>, value: &Value, args: &Args<'_>) -> Done<Value> {
    args.at_most(&["default_value", "boolean"])?;
    let is_missing =
        value.is_undefined() || NoAnswer::is(value) || (args.flag(1, "boolean", false) && !value.is_true());
    match is_missing {
        true => Ok(args.value(0, "default_value").unwrap_or_else(|| Value::from(""))),
        false => Ok(value.clone()),
    }
}
