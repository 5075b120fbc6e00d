//! Moments, dates and spans of time as Python's `datetime` and `pytz` show them to templates.

mod clock;
mod format;
mod module;
mod parse;
mod span;
mod time;
mod zone;

use minijinja::Value;

pub use clock::Clock;
pub(super) use module::Moments;
pub(super) use span::Span;
pub(super) use zone::Pytz;

const SECOND: i64 = 1_000_000;
const DAY: i64 = 86_400 * SECOND;

/// The names of the parts of a moment, in the order of Python's arguments.
const PARTS: [&str; 7] = ["year", "month", "day", "hour", "minute", "second", "microsecond"];

/// A moment, a span or a zone as Python's `repr` writes it; nothing for other values.
pub(super) fn repr(value: &Value) -> Option<String> {
    let clock = || value.downcast_object_ref::<Clock>().map(Clock::repr);
    let span = || value.downcast_object_ref::<Span>().map(|span| span.repr());
    let time = || value.downcast_object_ref::<time::Time>().map(|time| time.repr());
    clock().or_else(span).or_else(time).or_else(|| value.downcast_object_ref::<zone::Zone>().map(zone::Zone::repr))
}

/// Whether Python has an order for two moments: a date and a `datetime` have none, nor have one with a zone and one
/// without.
pub(super) fn is_ordered(left: &Value, right: &Value) -> bool {
    let clock = |value: &Value| value.downcast_object_ref::<Clock>().map(Clock::kind_number);
    clock(left) == clock(right)
}

/// Hours, minutes, seconds and the fraction as `str` writes them.
fn clock_text(micros: i64) -> String {
    let (seconds, micros) = (micros / SECOND, micros % SECOND);
    let fraction = if micros == 0 { String::new() } else { format!(".{micros:06}") };
    format!("{:02}:{:02}:{:02}{fraction}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}
