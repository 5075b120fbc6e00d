//! What the rewriter puts in the place of operators: each is a filter on the left operand.

use minijinja::Value;

use super::arguments::shown;
use super::compare::{compare, kind_words};
use super::containers::{List, Set, Tuple, View};
use super::number::{self, Number, index};
use super::{Done, fail, percent, repr, set_methods, undefined};
use crate::jinja::{budget, modules};

/// `value|__chain('+', b, '-', c)`: operators of one precedence, from left to right.
pub(crate) fn chain(values: &[Value]) -> Done<Value> {
    let Some((first, rest)) = values.split_first() else { return Ok(Value::UNDEFINED) };
    let mut result = first.clone();
    for step in rest.chunks_exact(2) {
        result = apply(step[0].as_str().unwrap_or_default(), &result, &step[1])?;
    }
    Ok(result)
}

/// `left <operator> right`
fn apply(operator: &str, left: &Value, right: &Value) -> Done<Value> {
    if left.is_undefined() || (right.is_undefined() && left.as_str().is_none_or(|_| operator != "%")) {
        return Err(undefined(""));
    }
    if let (Some(a), Some(b)) = (Number::of(left), Number::of(right)) {
        return number::apply(operator, &a, &b).map(Number::value);
    }
    match operator {
        "+" => added(left, right),
        "-" => {
            let sets = (left.downcast_object_ref::<Set>(), right.downcast_object_ref::<Set>());
            if let (Some(a), Some(b)) = sets {
                return set_methods::difference(a, b);
            }
            if let Some(view) = left.downcast_object_ref::<View>() {
                let without = super::lazy::items(right)?;
                return Set::of(view.items().into_iter().filter(|item| !without.contains(item)).collect());
            }
            modules::sum(left, right, -1).unwrap_or_else(|| Err(unfit(operator, left, right)))
        }
        "*" => match (index(left), index(right)) {
            (None, Some(times)) => repeated(left, times),
            (Some(times), None) => repeated(right, times),
            _ => None,
        }
        .or_else(|| modules::scaled(operator, left, right))
        .unwrap_or_else(|| Err(unfit(operator, left, right))),
        "%" => match left.as_str() {
            Some(pattern) => percent::format(pattern, right).map(Value::from),
            None => modules::scaled(operator, left, right).unwrap_or_else(|| Err(unfit(operator, left, right))),
        },
        _ => modules::scaled(operator, left, right).unwrap_or_else(|| Err(unfit(operator, left, right))),
    }
}

fn unfit(operator: &str, left: &Value, right: &Value) -> minijinja::Error {
    let (a, b) = (kind_words(left), kind_words(right));
    let help = match operator {
        "+" => "join texts with `~`, and make numbers of texts with `| int`",
        _ => "make numbers of texts with `| int` or `| float`",
    };
    fail(format!("`{operator}` does not work on {a} and {b}: {} {operator} {}; {help}", shown(left), shown(right)))
}

fn added(left: &Value, right: &Value) -> Done<Value> {
    if let (Some(a), Some(b)) = (left.as_str(), right.as_str()) {
        budget::text(a.len() + b.len())?;
        return Ok(Value::from(format!("{a}{b}")));
    }
    if let (Some(a), Some(b)) = (left.downcast_object_ref::<Tuple>(), right.downcast_object_ref::<Tuple>()) {
        return Tuple::value(a.items.iter().chain(&b.items).cloned().collect());
    }
    if let (Some(mut a), Some(b)) = (list(left), list(right)) {
        budget::list(a.len() + b.len())?;
        a.extend(b);
        return Ok(List::value(a));
    }
    modules::sum(left, right, 1).unwrap_or_else(|| Err(unfit("+", left, right)))
}

/// The items of a list; nothing for what is none.
fn list(value: &Value) -> Option<Vec<Value>> {
    match value.downcast_object_ref::<List>() {
        Some(list) => Some(list.items()),
        None => (repr::type_name(value) == "list").then(|| value.try_iter().ok().map(Iterator::collect)).flatten(),
    }
}

/// `value * times`; nothing when it cannot be repeated.
fn repeated(value: &Value, times: i64) -> Option<Done<Value>> {
    let times = usize::try_from(times.max(0)).unwrap_or(usize::MAX);
    if let Some(text) = value.as_str() {
        let length = text.len().saturating_mul(times);
        return Some(budget::text(length).map(|()| Value::from(text.repeat(times))));
    }
    let repeat = |items: &[Value]| {
        budget::list(items.len().saturating_mul(times))?;
        Ok(items.iter().cycle().take(items.len() * times).cloned().collect::<Vec<_>>())
    };
    if let Some(tuple) = value.downcast_object_ref::<Tuple>() {
        return Some(repeat(&tuple.items).and_then(Tuple::value));
    }
    list(value).map(|items| repeat(&items).map(List::value))
}

/// `a|__power(b, c)`: from left to right, as Jinja2 reads it.
pub(crate) fn power(values: &[Value]) -> Done<Value> {
    let Some((first, rest)) = values.split_first() else { return Ok(Value::UNDEFINED) };
    rest.iter().try_fold(first.clone(), |base, exponent| apply("**", &base, exponent))
}

/// `a|__concat(b, c)`: `a ~ b ~ c`
pub(crate) fn concat(values: &[Value]) -> Done<Value> {
    let mut out = String::new();
    for value in values {
        match value.as_str() {
            Some(text) => out.push_str(text),
            None => out.push_str(&repr::text(value)?),
        }
        if out.len() > budget::LONGEST_TEXT {
            break;
        }
    }
    budget::text(out.len())?;
    Ok(Value::from(out))
}

/// `a|__compare('<', b, '<', c)`: `a < b < c`
pub(crate) fn comparison(values: &[Value]) -> Done<Value> {
    for at in (0..values.len().saturating_sub(2)).step_by(2) {
        if !compare(&values[at], values[at + 1].as_str().unwrap_or_default(), &values[at + 2])? {
            return Ok(Value::from(false));
        }
    }
    Ok(Value::from(true))
}

/// `-a` or `+a`
pub(crate) fn signed(value: &Value, is_negative: bool) -> Done<Value> {
    if value.is_undefined() {
        return Err(undefined(""));
    }
    match Number::of(value) {
        Some(number) if is_negative => Ok(number::negated(&number).value()),
        Some(number) => Ok(number.value()),
        None => match modules::negated(value) {
            Some(negated) if is_negative => Ok(negated),
            _ => Err(fail(format!("{} has no sign; make a number of it with `| int`", shown(value)))),
        },
    }
}
