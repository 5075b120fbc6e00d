//! Python's `timedelta`.

use std::fmt;
use std::sync::Arc;

use minijinja::value::{DynObject, Object, ObjectRepr};
use minijinja::{Error, ErrorKind, State, Value};

use super::{DAY, SECOND, clock_text};
use crate::jinja::python::arguments::Args;
use crate::jinja::python::number::Number;
use crate::jinja::python::{Done, fail};

/// A `timedelta`, in microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::jinja) struct Span(pub(super) i64);

/// The units of `timedelta(…)` in the order of its arguments, in microseconds.
const UNITS: [(&str, i64); 7] = [
    ("days", DAY),
    ("seconds", SECOND),
    ("microseconds", 1),
    ("milliseconds", 1000),
    ("minutes", 60 * SECOND),
    ("hours", 3600 * SECOND),
    ("weeks", 7 * DAY),
];

/// Whole microseconds, half to even; nothing for more than Python's longest span.
fn rounded(micros: f64) -> Option<Span> {
    (micros.abs() < 8.64e19).then(|| Span(micros.round_ties_even() as i64))
}

impl Span {
    pub(super) fn seconds(seconds: i64) -> Self {
        Self(seconds.saturating_mul(SECOND))
    }

    /// `timedelta(days=1, hours=1.5)`
    pub(super) fn of(args: &Args<'_>) -> Done<Value> {
        args.at_most(&UNITS.map(|(unit, _)| unit))?;
        let too_long = || fail("this span of time is too long");
        let mut micros = 0i64;
        for (at, (unit, length)) in UNITS.into_iter().enumerate() {
            let Some(count) = args.value(at, unit) else { continue };
            let part = match Number::of(&count) {
                Some(Number::Whole(whole)) => i64::try_from(whole).ok().and_then(|whole| whole.checked_mul(length)),
                Some(number) => rounded(number.float()? * length as f64).map(|span| span.0),
                None => return Err(fail(format!("`timedelta` needs numbers, and `{unit}` is none"))),
            };
            micros = part.and_then(|part| micros.checked_add(part)).ok_or_else(too_long)?;
        }
        Ok(Value::from_object(Self(micros)))
    }

    /// `span * 2`, `span / 2`, `span // 2`, and one span by another; nothing when neither is a span.
    pub(in crate::jinja) fn scaled(operator: &str, left: &Value, right: &Value) -> Option<Option<Value>> {
        let span = |value: &Value| value.downcast_object_ref::<Self>().map(|span| span.0);
        let number = |value: &Value| f64::try_from(value.clone()).ok();
        let made = |micros: f64| rounded(micros).map(Value::from_object);
        match (span(left), span(right), operator) {
            (None, None, _) => None,
            (Some(by), None, "*") => Some(number(right).and_then(|times| made(by as f64 * times))),
            (None, Some(by), "*") => Some(number(left).and_then(|times| made(by as f64 * times))),
            (Some(by), None, "/") => Some(number(right).filter(|n| *n != 0.0).and_then(|n| made(by as f64 / n))),
            (Some(by), None, "//") => {
                let whole = right.as_i64().filter(|whole| *whole != 0);
                Some(whole.map(|whole| Value::from_object(Self(by.div_euclid(whole)))))
            }
            (Some(a), Some(b), "/") => Some((b != 0).then(|| Value::from(a as f64 / b as f64))),
            (Some(a), Some(b), "//") => Some((b != 0).then(|| Value::from(floor(a, b)))),
            (Some(a), Some(b), "%") => {
                Some((b != 0).then(|| Value::from_object(Self(a.wrapping_sub(floor(a, b).wrapping_mul(b))))))
            }
            _ => Some(None),
        }
    }

    /// `-span`
    pub(in crate::jinja) fn negated(self) -> Value {
        Value::from_object(Self(self.0.saturating_neg()))
    }

    /// `span|abs`
    pub(in crate::jinja) fn absolute(self) -> Value {
        Value::from_object(Self(self.0.saturating_abs()))
    }

    /// The sum or the difference of two spans; nothing when neither is one.
    pub(in crate::jinja) fn sum(left: &Value, right: &Value, sign: i64) -> Option<Option<Value>> {
        let span = |value: &Value| value.downcast_object_ref::<Self>().copied();
        match (span(left), span(right)) {
            (None, None) => None,
            (Some(left), Some(right)) => {
                let sum = right.0.checked_mul(sign).and_then(|right| left.0.checked_add(right));
                Some(sum.map(|sum| Value::from_object(Self(sum))))
            }
            _ => Some(None),
        }
    }

    fn parts(self) -> [(&'static str, i64); 3] {
        let rest = self.0.rem_euclid(DAY);
        [("days", self.0.div_euclid(DAY)), ("seconds", rest / SECOND), ("microseconds", rest % SECOND)]
    }

    pub(super) fn repr(self) -> String {
        let parts = self.parts();
        let written: Vec<String> =
            parts.iter().filter(|part| part.1 != 0).map(|(name, part)| format!("{name}={part}")).collect();
        format!("datetime.timedelta({})", if written.is_empty() { "0".to_owned() } else { written.join(", ") })
    }
}

/// Python's `//`: rounded down.
fn floor(a: i64, b: i64) -> i64 {
    let (quotient, rest) = (a.wrapping_div(b), a.wrapping_rem(b));
    if rest != 0 && (rest < 0) != (b < 0) { quotient - 1 } else { quotient }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let days = self.0.div_euclid(DAY);
        if days != 0 {
            write!(f, "{days} day{}, ", if days.abs() == 1 { "" } else { "s" })?;
        }
        let clock = clock_text(self.0.rem_euclid(DAY));
        f.write_str(clock.strip_prefix('0').unwrap_or(&clock))
    }
}

impl Object for Span {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn is_true(self: &Arc<Self>) -> bool {
        self.0 != 0
    }

    fn call_method(self: &Arc<Self>, _: &mut State<'_, '_>, method: &str, _: &[Value]) -> Result<Value, Error> {
        match method {
            "total_seconds" => Ok(Value::from(self.0 as f64 / SECOND as f64)),
            _ => Err(Error::from(ErrorKind::UnknownMethod)),
        }
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.parts().iter().find(|(name, _)| Some(*name) == key.as_str()).map(|(_, part)| Value::from(*part))
    }

    fn custom_cmp(self: &Arc<Self>, other: &DynObject) -> Option<std::cmp::Ordering> {
        Some(self.0.cmp(&other.downcast_ref::<Self>()?.0))
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}
