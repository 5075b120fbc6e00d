//! Python's comparisons: what equals what, what has an order, what is in what.

use std::cmp::Ordering;

use minijinja::Value;
use minijinja::value::{DynObject, ValueKind};

use super::arguments::shown;
use super::containers::{Dict, List, Part, Set, Tuple, View, hashable};
use super::lazy::{Iterator, Range, items};
use super::number::{Number, order};
use super::repr::type_name;
use super::{Done, fail, undefined};
use crate::jinja::budget::charge;

/// Values that are nested deeper are not compared.
const DEEPEST: usize = 200;

/// What it costs to look into two containers, in bytes.
const CONTAINER: usize = 512;

/// `left <operator> right` for one of `== != < <= > >= in not in`.
pub(crate) fn compare(left: &Value, operator: &str, right: &Value) -> Done<bool> {
    match operator {
        "==" => equal(left, right, 0),
        "!=" => equal(left, right, 0).map(|equal| !equal),
        "in" => contains(right, left),
        "not in" => contains(right, left).map(|contains| !contains),
        _ => ordered(left, operator, right),
    }
}

/// Python's `==`.
pub(crate) fn equal(left: &Value, right: &Value, depth: usize) -> Done<bool> {
    charge(16)?;
    if depth > DEEPEST {
        return Err(fail(format!("values that are nested more than {DEEPEST} deep cannot be compared")));
    }
    if let (Some(a), Some(b)) = (left.as_str(), right.as_str()) {
        charge(if a.len() == b.len() { a.len() } else { 0 })?;
        return Ok(a == b);
    }
    if let (Some(a), Some(b)) = (Number::of(left), Number::of(right)) {
        return Ok(order(&a, &b) == Some(Ordering::Equal));
    }
    let (Some(_), Some(_)) = (left.as_object(), right.as_object()) else {
        return Ok(left.kind() == right.kind() && left == right);
    };
    // Containers are copied to be compared.
    charge(CONTAINER)?;
    if let (Some(a), Some(b)) = (sequence(left)?, sequence(right)?) {
        return Ok(a.is_tuple == b.is_tuple && all_equal(&a.items, &b.items, depth)?);
    }
    if let (Some(a), Some(b)) = (left.downcast_object_ref::<Dict>(), right.downcast_object_ref::<Dict>()) {
        return dicts(a, b, depth);
    }
    if let (Some(a), Some(b)) = (set(left)?, set(right)?) {
        return Ok(a.len() == b.len() && a.iter().all(|item| b.contains(item)));
    }
    if let (Some(a), Some(b)) = (left.downcast_object_ref::<Range>(), right.downcast_object_ref::<Range>()) {
        let shape = |range: &Range| {
            (range.len(), (range.len() > 0).then_some(range.start), (range.len() > 1).then_some(range.step))
        };
        return Ok(shape(a) == shape(b));
    }
    // The kinds above equal nothing else.
    let is_ours =
        |value: &Value| matches!(type_name(value), "list" | "tuple") || value.downcast_object_ref::<Dict>().is_some();
    Ok(!is_ours(left) && !is_ours(right) && left == right)
}

fn dicts(a: &Dict, b: &Dict, depth: usize) -> Done<bool> {
    let (a, b) = (a.items(), b.items());
    charge(a.len() + b.len())?;
    if a.len() != b.len() {
        return Ok(false);
    }
    for (key, value) in &a {
        let Some(other) = b.get(key) else { return Ok(false) };
        if !equal(value, other, depth + 1)? {
            return Ok(false);
        }
    }
    Ok(true)
}

struct Sequence {
    items: Vec<Value>,
    is_tuple: bool,
}

/// A list or a tuple.
fn sequence(value: &Value) -> Done<Option<Sequence>> {
    if let Some(tuple) = value.downcast_object_ref::<Tuple>() {
        charge(tuple.items.len() * 16)?;
        return Ok(Some(Sequence { items: tuple.items.clone(), is_tuple: true }));
    }
    if let Some(list) = value.downcast_object_ref::<List>() {
        charge(list.len() * 16)?;
        return Ok(Some(Sequence { items: list.items(), is_tuple: false }));
    }
    let is_other = value.kind() == ValueKind::Seq && value.downcast_object_ref::<Range>().is_none();
    Ok(match is_other {
        true => Some(Sequence { items: value.try_iter()?.collect(), is_tuple: value.is_tuple() }),
        false => None,
    })
}

fn is_same(left: &Value, right: &Value) -> bool {
    let left = super::repr::identity(left);
    left.is_some() && left == super::repr::identity(right)
}

fn all_equal(a: &[Value], b: &[Value], depth: usize) -> Done<bool> {
    if a.len() != b.len() {
        return Ok(false);
    }
    for (left, right) in a.iter().zip(b) {
        if !is_same(left, right) && !equal(left, right, depth + 1)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// A set, or a view of a dict that is like one.
fn set(value: &Value) -> Done<Option<indexmap::IndexSet<Value>>> {
    if let Some(set) = value.downcast_object_ref::<Set>() {
        charge(set.len() * 16)?;
        return Ok(Some(set.items()));
    }
    let view = value.downcast_object_ref::<View>().filter(|view| view.part != Part::Values);
    let Some(view) = view else { return Ok(None) };
    let items = view.items();
    charge(items.len() * 16)?;
    let is_set = items.iter().all(|item| hashable(item).is_ok());
    Ok(is_set.then(|| items.into_iter().collect()))
}

/// Python's `<` and the like.
fn ordered(left: &Value, operator: &str, right: &Value) -> Done<bool> {
    if let (Some(a), Some(b)) = (set(left)?, set(right)?) {
        let within =
            |a: &indexmap::IndexSet<Value>, b: &indexmap::IndexSet<Value>| a.iter().all(|item| b.contains(item));
        return Ok(match operator {
            "<" => a.len() < b.len() && within(&a, &b),
            "<=" => within(&a, &b),
            ">" => b.len() < a.len() && within(&b, &a),
            _ => within(&b, &a),
        });
    }
    let found = match (Number::of(left), Number::of(right)) {
        (Some(a), Some(b)) => match order(&a, &b) {
            None => return Ok(false),
            Some(found) => found,
        },
        _ => order_of(left, right, operator, 0)?,
    };
    Ok(match operator {
        "<" => found.is_lt(),
        "<=" => found.is_le(),
        ">" => found.is_gt(),
        _ => found.is_ge(),
    })
}

/// The order of two values.
///
/// # Errors
/// Python has none for them: a text and a number, say.
pub(crate) fn order_of(left: &Value, right: &Value, operator: &str, depth: usize) -> Done<Ordering> {
    charge(16)?;
    if depth > DEEPEST {
        return Err(fail(format!("values that are nested more than {DEEPEST} deep cannot be compared")));
    }
    if left.is_undefined() || right.is_undefined() {
        return Err(undefined(""));
    }
    if let (Some(a), Some(b)) = (left.as_str(), right.as_str()) {
        charge(a.len().min(b.len()))?;
        return Ok(a.cmp(b));
    }
    if let (Some(a), Some(b)) = (Number::of(left), Number::of(right)) {
        return Ok(order(&a, &b).unwrap_or(Ordering::Equal));
    }
    if left.as_object().is_some() && right.as_object().is_some() {
        charge(CONTAINER)?;
    }
    if let (Some(a), Some(b)) = (sequence(left)?, sequence(right)?)
        && a.is_tuple == b.is_tuple
    {
        for (left, right) in a.items.iter().zip(&b.items) {
            if !is_same(left, right) && !equal(left, right, depth + 1)? {
                return order_of(left, right, operator, depth + 1);
            }
        }
        return Ok(a.items.len().cmp(&b.items.len()));
    }
    let is_other = |value: &Value| value.kind() == ValueKind::Plain && Number::of(value).is_none();
    let is_alike = || type_name(left) == type_name(right) && crate::jinja::moment::is_ordered(left, right);
    if is_other(left) && is_other(right) && is_alike() {
        return Ok(left.cmp(right));
    }
    let (a, b) = (kind_words(left), kind_words(right));
    Err(fail(format!(
        "{} and {} cannot be compared with `{operator}`: {a} and {b} have no order; \
         make both the same, such as with `| int` or `| string`",
        shown(left),
        shown(right)
    )))
}

/// What kind of value it is, in words.
pub(crate) fn kind_words(value: &Value) -> &'static str {
    match type_name(value) {
        "str" => "a text",
        "int" | "float" | "Decimal" => "a number",
        "bool" => "a truth value",
        "NoneType" => "`none`",
        "list" => "a list",
        "tuple" => "a tuple",
        "dict" => "a dict",
        "set" => "a set",
        "Undefined" => "what is not defined",
        _ => "such a value",
    }
}

/// Python's `item in container`.
pub(crate) fn contains(container: &Value, item: &Value) -> Done<bool> {
    if let Some(text) = container.as_str() {
        charge(text.len())?;
        let part = item.as_str().filter(|_| !item.is_undefined());
        let part = part.ok_or_else(|| {
            fail(format!("only a text can be in a text, and {} is none; write `| string` after it", shown(item)))
        })?;
        return Ok(text.contains(part));
    }
    if let Some(dict) = container.downcast_object_ref::<Dict>() {
        hashable(item)?;
        return Ok(dict.get(item).is_some());
    }
    if let Some(set) = container.downcast_object_ref::<Set>() {
        hashable(item)?;
        return Ok(set.items().contains(item));
    }
    if let Some(iterator) = container.downcast_object_ref::<Iterator>() {
        while let Some(next) = iterator.next() {
            if equal(&next, item, 0)? {
                return Ok(true);
            }
        }
        return Ok(false);
    }
    for known in items(container)? {
        if is_same(&known, item) || equal(&known, item, 0)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The order that minijinja asks for where it compares values by itself.
pub(crate) fn natural(left: &Value, right: &DynObject) -> Option<Ordering> {
    let right = Value::from(right.clone());
    Some(match equal(left, &right, 0) {
        Ok(true) => Ordering::Equal,
        _ => order_of(left, &right, "<", 0).ok().filter(|order| order.is_ne()).unwrap_or(Ordering::Less),
    })
}
