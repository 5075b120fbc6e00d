//! The filters of Jinja2 that need an order: sorting, grouping, the least and the most.

use minijinja::{State, Value};

use super::arguments::Args;
use super::compare::{equal, order_of};
use super::containers::{List, Tuple};
use super::lazy::{Iterator, items};
use super::list_methods::sorted;
use super::operators;
use super::sequence_filters::attributed;
use super::{Done, dict_methods, fail};
use crate::jinja::budget;

type Filter = fn(&mut State<'_, '_>, &Value, &Args<'_>) -> Done<Value>;

pub(crate) const ALL: &[(&str, Filter)] = &[
    ("sort", sort),
    ("dictsort", dictsort),
    ("unique", unique),
    ("groupby", groupby),
    ("min", |_, value, args| extreme(value, args, false)),
    ("max", |_, value, args| extreme(value, args, true)),
    ("sum", sum),
];

/// What a value is compared by: without capitals, unless they count.
fn folded(value: &Value, case_sensitive: bool) -> Value {
    match value.as_str() {
        Some(text) if !case_sensitive => Value::from(text.to_lowercase()),
        _ => value.clone(),
    }
}

fn sort(_: &mut State<'_, '_>, value: &Value, args: &Args<'_>) -> Done<Value> {
    args.at_most(&["reverse", "case_sensitive", "attribute"])?;
    let case_sensitive = args.flag(1, "case_sensitive", false);
    let attribute = args.some(2, "attribute");
    let mut keyed = Vec::new();
    for item in items(value)? {
        let key = match &attribute {
            None => folded(&item, case_sensitive),
            Some(attribute) => {
                let parts: Vec<Value> = match attribute.as_str() {
                    Some(names) => names.split(',').map(Value::from).collect(),
                    None => vec![attribute.clone()],
                };
                let keys: Done<Vec<Value>> =
                    parts.iter().map(|part| Ok(folded(&attributed(&item, part)?, case_sensitive))).collect();
                List::value(keys?)
            }
        };
        keyed.push((key, item));
    }
    List::charged(sorted(keyed, args.flag(0, "reverse", false))?)
}

fn dictsort(_: &mut State<'_, '_>, value: &Value, args: &Args<'_>) -> Done<Value> {
    args.at_most(&["case_sensitive", "by", "reverse"])?;
    let case_sensitive = args.flag(0, "case_sensitive", false);
    let by_value = match args.some_text(1, "by")?.as_deref() {
        None | Some("key") => false,
        Some("value") => true,
        Some(_) => return Err(fail("`dictsort` sorts by `key` or by `value`")),
    };
    if value.kind() != minijinja::value::ValueKind::Map {
        return Err(fail(format!("`dictsort` needs a dict, not {}", super::arguments::shown(value))));
    }
    let entries = dict_methods::pairs(value)?.into_iter();
    let keyed = entries
        .map(|(key, value)| (folded(if by_value { &value } else { &key }, case_sensitive), Tuple::pair(key, value)))
        .collect();
    List::charged(sorted(keyed, args.flag(2, "reverse", false))?)
}

fn unique(_: &mut State<'_, '_>, value: &Value, args: &Args<'_>) -> Done<Value> {
    args.at_most(&["case_sensitive", "attribute"])?;
    let (case_sensitive, attribute) = (args.flag(0, "case_sensitive", false), args.some(1, "attribute"));
    let mut seen = indexmap::IndexSet::new();
    let mut kept = Vec::new();
    for item in items(value)? {
        let key = match &attribute {
            Some(attribute) => attributed(&item, attribute)?,
            None => item.clone(),
        };
        super::containers::hashable(&key)?;
        if seen.insert(folded(&key, case_sensitive)) {
            kept.push(item);
        }
    }
    Iterator::generator(kept)
}

fn groupby(_: &mut State<'_, '_>, value: &Value, args: &Args<'_>) -> Done<Value> {
    args.at_most(&["attribute", "default", "case_sensitive"])?;
    let attribute = args.must(0, "attribute")?;
    let (default, case_sensitive) = (args.value(1, "default"), args.flag(2, "case_sensitive", false));
    let mut keyed = Vec::new();
    for item in items(value)? {
        let found = attributed(&item, &attribute)?;
        let key = if found.is_undefined() { default.clone().unwrap_or_default() } else { found };
        keyed.push((folded(&key, case_sensitive), Tuple::pair(key, item)));
    }
    let mut groups: Vec<(Value, Value, Vec<Value>)> = Vec::new();
    for pair in sorted(keyed, false)? {
        let (key, item) = (pair.get_item_by_index(0)?, pair.get_item_by_index(1)?);
        let folded = folded(&key, case_sensitive);
        match groups.last_mut() {
            Some((known, _, members)) if equal(known, &folded, 0)? => members.push(item),
            _ => groups.push((folded, key, vec![item])),
        }
    }
    let group = |(_, key, members): (Value, Value, Vec<Value>)| {
        Tuple::named(vec![key, List::charged(members)?], &["grouper", "list"])
    };
    List::charged(groups.into_iter().map(group).collect::<Done<_>>()?)
}

fn extreme(value: &Value, args: &Args<'_>, most: bool) -> Done<Value> {
    args.at_most(&["case_sensitive", "attribute"])?;
    let (case_sensitive, attribute) = (args.flag(0, "case_sensitive", false), args.some(1, "attribute"));
    let mut best: Option<(Value, Value)> = None;
    for item in items(value)? {
        let key = match &attribute {
            Some(attribute) => attributed(&item, attribute)?,
            None => item.clone(),
        };
        let key = folded(&key, case_sensitive);
        let is_better = match &best {
            None => true,
            Some((known, _)) => {
                let order = order_of(&key, known, if most { ">" } else { "<" }, 0)?;
                if most { order.is_gt() } else { order.is_lt() }
            }
        };
        if is_better {
            best = Some((key, item));
        }
    }
    Ok(best.map_or(Value::UNDEFINED, |(_, item)| item))
}

fn sum(_: &mut State<'_, '_>, value: &Value, args: &Args<'_>) -> Done<Value> {
    args.at_most(&["attribute", "start"])?;
    let attribute = args.some(0, "attribute");
    let mut total = args.value(1, "start").unwrap_or_else(|| Value::from(0));
    if total.as_str().is_some() {
        return Err(fail("`sum` adds no texts; use `join`"));
    }
    for item in items(value)? {
        budget::charge(16)?;
        let item = match &attribute {
            Some(attribute) => attributed(&item, attribute)?,
            None => item,
        };
        total = operators::chain(&[total, Value::from("+"), item])?;
    }
    Ok(total)
}
