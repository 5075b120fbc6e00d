//! Slices: `x[start:stop:step]`.

use minijinja::Value;

use super::containers::{List, Tuple};
use super::lazy::Range;
use super::number::index;
use super::{Done, fail};
use crate::jinja::budget::{self, charge};
use crate::jinja::sequence::sequence;

/// `value[start:stop:step]`; what has no parts is undefined, as Jinja2 has it.
pub(crate) fn slice(value: &Value, bounds: [&Value; 3]) -> Done<Value> {
    let mut numbers = [None; 3];
    for (number, bound) in numbers.iter_mut().zip(bounds) {
        if !bound.is_none() {
            let Some(found) = index(bound) else { return Ok(Value::UNDEFINED) };
            *number = Some(found);
        }
    }
    if numbers[2] == Some(0) {
        return Err(fail("the step of a slice cannot be 0"));
    }
    if let Some(text) = value.as_str() {
        charge(text.len() * 4)?;
        let chars: Vec<char> = text.chars().collect();
        let part: String = places(chars.len(), numbers).map(|at| chars[at]).collect();
        budget::text(part.len())?;
        return Ok(Value::from(part));
    }
    if let Some(list) = value.downcast_object_ref::<List>() {
        return List::charged(part(&list.items(), numbers)?);
    }
    if let Some(tuple) = value.downcast_object_ref::<Tuple>() {
        return Tuple::value(part(&tuple.items, numbers)?);
    }
    if let Some(sequence) = sequence(value) {
        return Tuple::value(part(&sequence.values, numbers)?);
    }
    if let Some(range) = value.downcast_object_ref::<Range>() {
        let (start, stop, step) = bounds_of(range.len(), numbers);
        let edge = |at: i64| range.start + range.step * at;
        return Ok(Value::from_object(Range { start: edge(start), stop: edge(stop), step: range.step * step }));
    }
    if value.kind() == minijinja::value::ValueKind::Seq {
        return List::charged(part(&super::lazy::items(value)?, numbers)?);
    }
    Ok(Value::UNDEFINED)
}

fn part(items: &[Value], numbers: [Option<i64>; 3]) -> Done<Vec<Value>> {
    charge(items.len() * 16)?;
    Ok(places(items.len(), numbers).map(|at| items[at].clone()).collect())
}

/// Where a slice begins, where it ends, and its step.
fn bounds_of(length: usize, [start, stop, step]: [Option<i64>; 3]) -> (i64, i64, i64) {
    let length = i64::try_from(length).unwrap_or(i64::MAX);
    let step = step.unwrap_or(1).max(-i64::MAX);
    let (lowest, highest) = if step > 0 { (0, length) } else { (-1, length - 1) };
    let bound = |given: Option<i64>, default: i64| match given {
        None => default,
        Some(at) if at < 0 => at.saturating_add(length).max(lowest),
        Some(at) => at.min(highest),
    };
    let (first, last) = if step > 0 { (0, length) } else { (length - 1, -1) };
    (bound(start, first), bound(stop, last), step)
}

fn places(length: usize, numbers: [Option<i64>; 3]) -> impl std::iter::Iterator<Item = usize> {
    let (start, stop, step) = bounds_of(length, numbers);
    let mut at = Some(start);
    std::iter::from_fn(move || {
        let here = at.filter(|here| if step > 0 { *here < stop } else { *here > stop })?;
        at = here.checked_add(step);
        usize::try_from(here).ok()
    })
}
