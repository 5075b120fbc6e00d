//! Moments, dates and spans of time as Python's `datetime` shows them to templates.

use std::fmt;
use std::sync::Arc;

use jiff::civil::DateTime;
use jiff::fmt::strtime::{self, BrokenDownTime};
use jiff::tz::TimeZone;
use minijinja::value::{DynObject, Kwargs, Object, ObjectRepr, from_args};
use minijinja::{Error, ErrorKind, State, Value};

use super::method::Method;
use super::scope::Scope;

/// A `date`, or a `datetime` with or without a time zone, which is always UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clock {
    at: DateTime,
    kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Date,
    Naive,
    Utc,
}

/// A `timedelta`, in microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Span(i64);

const SECOND: i64 = 1_000_000;
const DAY: i64 = 86_400 * SECOND;

/// The names of the parts of a moment, in the order of Python's arguments.
const PARTS: [&str; 7] = ["year", "month", "day", "hour", "minute", "second", "microsecond"];

fn fail(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidOperation, message.into())
}

impl Clock {
    /// A moment with its time zone, as `run_started_at` is one.
    pub fn utc(moment: &jiff::Zoned) -> Self {
        Self { at: moment.with_time_zone(TimeZone::UTC).datetime(), kind: Kind::Utc }
    }

    /// A date, as a query answers it.
    pub(super) fn date(date: jiff::civil::Date) -> Value {
        Self::value(date.at(0, 0, 0, 0), Kind::Date)
    }

    /// A moment without a time zone, as a query answers it.
    pub(super) fn naive(at: DateTime) -> Value {
        Self::value(at, Kind::Naive)
    }

    fn value(at: DateTime, kind: Kind) -> Value {
        let at = if kind == Kind::Date { at.date().at(0, 0, 0, 0) } else { at };
        Value::from_object(Self { at, kind })
    }

    fn parts(self) -> [i64; 7] {
        let at = self.at;
        let date = [at.year().into(), at.month().into(), at.day().into()];
        let time = [at.hour().into(), at.minute().into(), at.second().into(), i64::from(at.subsec_nanosecond()) / 1000];
        [date[0], date[1], date[2], time[0], time[1], time[2], time[3]]
    }

    fn of_parts(parts: [i64; 7]) -> Option<DateTime> {
        let [year, month, day, hour, minute, second, micro] = parts;
        let small = |part: i64| i8::try_from(part).ok();
        let nano = i32::try_from(micro.checked_mul(1000)?).ok()?;
        DateTime::new(
            i16::try_from(year).ok()?,
            small(month)?,
            small(day)?,
            small(hour)?,
            small(minute)?,
            small(second)?,
            nano,
        )
        .ok()
    }

    fn micros(self) -> i64 {
        self.at.to_zoned(TimeZone::UTC).map_or(0, |moment| moment.timestamp().as_microsecond())
    }

    fn format(self, pattern: &str) -> Result<String, Error> {
        let moment = self.at.to_zoned(TimeZone::UTC).map_err(|error| fail(error.to_string()))?;
        let pattern = pattern.replace("%f", "%6f");
        strtime::format(pattern, &moment).map_err(|error| fail(format!("strftime: {error}")))
    }

    /// As Python's `str` writes it, with this between the date and the time.
    fn written(self, between: char) -> String {
        let [year, month, day, hour, minute, second, micro] = self.parts();
        let date = format!("{year:04}-{month:02}-{day:02}");
        if self.kind == Kind::Date {
            return date;
        }
        let fraction = if micro == 0 { String::new() } else { format!(".{micro:06}") };
        let zone = if self.kind == Kind::Utc { "+00:00" } else { "" };
        format!("{date}{between}{hour:02}:{minute:02}:{second:02}{fraction}{zone}")
    }

    /// The sum or the difference of a moment and something else; nothing when neither is a moment.
    pub(super) fn sum(left: &Value, right: &Value, sign: i64) -> Option<Option<Value>> {
        let clock = |value: &Value| value.downcast_object_ref::<Self>().copied();
        let span = |value: &Value| value.downcast_object_ref::<Span>().copied();
        let moved = |clock: Self, span: Span, sign: i64| {
            let by = jiff::SignedDuration::from_micros(span.0.checked_mul(sign)?);
            Some(Self::value(clock.at.checked_add(by).ok()?, clock.kind))
        };
        match (clock(left), clock(right)) {
            (None, None) => None,
            (Some(left), Some(right)) => {
                Some((sign < 0).then(|| Value::from_object(Span(left.micros() - right.micros()))))
            }
            (Some(left), None) => Some(span(right).and_then(|right| moved(left, right, sign))),
            (None, Some(right)) => Some(span(left).filter(|_| sign > 0).and_then(|left| moved(right, left, 1))),
        }
    }
}

impl Object for Clock {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn call_method(self: &Arc<Self>, _: &mut State<'_, '_>, method: &str, args: &[Value]) -> Result<Value, Error> {
        let (positional, named): (&[Value], Kwargs) = from_args(args)?;
        match method {
            "strftime" => Ok(Value::from(self.format(&from_args::<(String,)>(positional)?.0)?)),
            "isoformat" => Ok(Value::from(self.written('T'))),
            "date" => Ok(Self::value(self.at, Kind::Date)),
            "astimezone" => Ok(Self::value(self.at, Kind::Utc)),
            "timestamp" => {
                Ok(Value::from(std::time::Duration::from_micros(self.micros().unsigned_abs()).as_secs_f64()))
            }
            "toordinal" => {
                let first = jiff::civil::date(1, 1, 1);
                Ok(Value::from(self.at.date().duration_since(first).as_hours() / 24 + 1))
            }
            "weekday" => Ok(Value::from(self.at.weekday().to_monday_zero_offset())),
            "isoweekday" => Ok(Value::from(self.at.weekday().to_monday_one_offset())),
            "replace" => {
                let parts = given(positional, &named, self.parts())?;
                let kind = if named.has("tzinfo") { zone(&named)? } else { self.kind };
                let at = Self::of_parts(parts).ok_or_else(|| fail("replace: there is no such moment"))?;
                Ok(Self::value(at, kind))
            }
            _ => Err(Error::from(ErrorKind::UnknownMethod)),
        }
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let at = PARTS.iter().position(|part| Some(*part) == key.as_str())?;
        Some(Value::from(self.parts()[at]))
    }

    fn custom_cmp(self: &Arc<Self>, other: &DynObject) -> Option<std::cmp::Ordering> {
        Some(self.at.cmp(&other.downcast_ref::<Self>()?.at))
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written(' '))
    }
}

/// The parts of a moment as arguments, over those that are known.
fn given(positional: &[Value], named: &Kwargs, mut parts: [i64; 7]) -> Result<[i64; 7], Error> {
    for (at, part) in PARTS.into_iter().enumerate() {
        let value = named.get::<Option<i64>>(part)?.or_else(|| positional.get(at).and_then(Value::as_i64));
        parts[at] = value.unwrap_or(parts[at]);
    }
    Ok(parts)
}

fn zone(named: &Kwargs) -> Result<Kind, Error> {
    let zone = named.get::<Option<Value>>("tzinfo")?.filter(|zone| !zone.is_none() && !zone.is_undefined());
    Ok(if zone.is_some() { Kind::Utc } else { Kind::Naive })
}

impl Span {
    /// `span * 2`, `span / 2`, `span // 2` and one span by another; nothing when neither is a span.
    pub(super) fn scaled(operator: &str, left: &Value, right: &Value) -> Option<Option<Value>> {
        let span = |value: &Value| value.downcast_object_ref::<Self>().map(|span| span.0);
        let number = |value: &Value| f64::try_from(value.clone()).ok();
        // A span is whole microseconds, half to even.
        let rounded =
            |micros: f64| (micros.abs() < 8.64e19).then(|| Value::from_object(Self(micros.round_ties_even() as i64)));
        match (span(left), span(right), operator) {
            (None, None, _) => None,
            (Some(by), None, "*") => Some(number(right).and_then(|times| rounded(by as f64 * times))),
            (None, Some(by), "*") => Some(number(left).and_then(|times| rounded(by as f64 * times))),
            (Some(by), None, "/") => Some(number(right).filter(|n| *n != 0.0).and_then(|n| rounded(by as f64 / n))),
            (Some(by), None, "//") => {
                let whole = right.as_i64().filter(|whole| *whole != 0);
                Some(whole.map(|whole| Value::from_object(Self(by.div_euclid(whole)))))
            }
            (Some(a), Some(b), "/") => Some((b != 0).then(|| Value::from(a as f64 / b as f64))),
            (Some(a), Some(b), "//") => Some((b != 0).then(|| Value::from(a.div_euclid(b)))),
            _ => Some(None),
        }
    }

    /// `-span`
    pub(super) fn negated(self) -> Value {
        Value::from_object(Self(self.0.saturating_neg()))
    }

    /// The sum or the difference of two spans; nothing when neither is one.
    pub(super) fn sum(left: &Value, right: &Value, sign: i64) -> Option<Option<Value>> {
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
}

impl Object for Span {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn call_method(self: &Arc<Self>, _: &mut State<'_, '_>, method: &str, _: &[Value]) -> Result<Value, Error> {
        match method {
            "total_seconds" => {
                let seconds = std::time::Duration::from_micros(self.0.unsigned_abs()).as_secs_f64();
                Ok(Value::from(if self.0 < 0 { -seconds } else { seconds }))
            }
            _ => Err(Error::from(ErrorKind::UnknownMethod)),
        }
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        match key.as_str()? {
            "days" => Some(Value::from(self.0.div_euclid(DAY))),
            "seconds" => Some(Value::from(self.0.rem_euclid(DAY) / SECOND)),
            "microseconds" => Some(Value::from(self.0.rem_euclid(SECOND))),
            _ => None,
        }
    }

    fn custom_cmp(self: &Arc<Self>, other: &DynObject) -> Option<std::cmp::Ordering> {
        Some(self.0.cmp(&other.downcast_ref::<Self>()?.0))
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (days, rest) = (self.0.div_euclid(DAY), self.0.rem_euclid(DAY));
        if days != 0 {
            write!(f, "{days} day{}, ", if days.abs() == 1 { "" } else { "s" })?;
        }
        let (seconds, micros) = (rest / SECOND, rest % SECOND);
        write!(f, "{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)?;
        if micros == 0 { Ok(()) } else { write!(f, ".{micros:06}") }
    }
}

/// `modules.datetime`, and its classes.
#[derive(Debug)]
pub(super) struct Moments {
    pub scope: Arc<Scope>,
    /// Empty for the module itself.
    pub class: &'static str,
}

const CLASSES: [&str; 4] = ["datetime", "date", "timedelta", "timezone"];

/// Methods of the classes, which a template may hand to a function: `try_or_compiler_error` takes them so.
const CLASS_METHODS: [&str; 5] = ["strptime", "fromisoformat", "now", "utcnow", "today"];

impl Moments {
    /// Now: the moment in which the run started, so that nothing depends on how long reading takes.
    fn now(&self) -> Option<DateTime> {
        let started = self.scope.given.globals.get("run_started_at")?;
        started.downcast_object_ref::<Clock>().map(|clock| clock.at)
    }

    fn kind(&self) -> Kind {
        if self.class == "date" { Kind::Date } else { Kind::Naive }
    }

    fn parsed(&self, text: &str, pattern: Option<&str>) -> Result<Value, Error> {
        let wrong = || fail(format!("`{text}` is no moment that cadet can read"));
        let at = match pattern {
            Some(pattern) => {
                let read = BrokenDownTime::parse(pattern.replace("%f", "%6f"), text).map_err(|_| wrong())?;
                let date = read.to_date().map_err(|_| wrong())?;
                read.to_datetime().unwrap_or_else(|_| date.at(0, 0, 0, 0))
            }
            None => text.parse().map_err(|_| wrong())?,
        };
        Ok(Clock::value(at, self.kind()))
    }
}

impl Object for Moments {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let name = key.as_str()?;
        if self.class == "timezone" && name == "utc" {
            return Some(Value::from("UTC"));
        }
        if !self.class.is_empty() {
            let is_method = CLASS_METHODS.contains(&name);
            return is_method
                .then(|| Value::from_object(Method(Value::from_dyn_object(Arc::clone(self)), name.to_owned())));
        }
        let class = CLASSES.into_iter().find(|class| *class == name)?;
        Some(Value::from_object(Self { scope: Arc::clone(&self.scope), class }))
    }

    fn call(self: &Arc<Self>, _: &mut State<'_, '_>, args: &[Value]) -> Result<Value, Error> {
        let (positional, named): (&[Value], Kwargs) = from_args(args)?;
        if self.class == "timedelta" {
            const UNITS: [(&str, i64); 7] = [
                ("days", DAY),
                ("seconds", SECOND),
                ("microseconds", 1),
                ("milliseconds", 1000),
                ("minutes", 60 * SECOND),
                ("hours", 3600 * SECOND),
                ("weeks", 7 * DAY),
            ];
            let mut micros = 0i64;
            for (at, (unit, length)) in UNITS.into_iter().enumerate() {
                let count = named.get::<Option<i64>>(unit)?.or_else(|| positional.get(at).and_then(Value::as_i64));
                let span = count.unwrap_or(0).checked_mul(length).and_then(|span| micros.checked_add(span));
                micros = span.ok_or_else(|| fail("this span of time is too long"))?;
            }
            return Ok(Value::from_object(Span(micros)));
        }
        let parts = given(positional, &named, [0; 7])?;
        let at = Clock::of_parts(parts).ok_or_else(|| fail("there is no such moment"))?;
        let kind = if zone(&named)? == Kind::Utc { Kind::Utc } else { self.kind() };
        Ok(Clock::value(at, kind))
    }

    fn call_method(self: &Arc<Self>, state: &mut State<'_, '_>, method: &str, args: &[Value]) -> Result<Value, Error> {
        let class = self.class.is_empty().then(|| self.get_value(&Value::from(method))).flatten();
        if let Some(class) = class {
            return class.call(state, args);
        }
        let text = |at: usize| args.get(at).and_then(Value::as_str);
        match (self.class, method) {
            ("datetime", "now" | "utcnow" | "today") | ("date", "today") => {
                let kind = if method == "now" && !args.is_empty() { Kind::Utc } else { self.kind() };
                self.now()
                    .map(|now| Clock::value(now, kind))
                    .ok_or_else(|| fail("the time of the run is not known here"))
            }
            ("datetime", "strptime") => self.parsed(text(0).unwrap_or_default(), text(1)),
            ("datetime" | "date", "fromisoformat") => self.parsed(text(0).unwrap_or_default(), None),
            _ => Err(Error::from(ErrorKind::UnknownMethod)),
        }
    }
}

/// A moment or a span as Python's `repr` writes it; nothing for other values.
pub(super) fn repr(value: &Value) -> Option<String> {
    if let Some(clock) = value.downcast_object_ref::<Clock>() {
        let parts = clock.parts();
        let count = match clock.kind {
            Kind::Date => 3,
            _ => 7 - parts.iter().rev().take_while(|part| **part == 0).count().min(2),
        };
        let written: Vec<String> = parts[..count].iter().map(i64::to_string).collect();
        let (class, zone) = match clock.kind {
            Kind::Date => ("date", ""),
            Kind::Naive => ("datetime", ""),
            Kind::Utc => ("datetime", ", tzinfo=<UTC>"),
        };
        return Some(format!("datetime.{class}({}{zone})", written.join(", ")));
    }
    let span = value.downcast_object_ref::<Span>()?;
    let parts = [
        ("days", span.0.div_euclid(DAY)),
        ("seconds", span.0.rem_euclid(DAY) / SECOND),
        ("microseconds", span.0.rem_euclid(SECOND)),
    ];
    let written: Vec<String> =
        parts.iter().filter(|part| part.1 != 0).map(|(name, part)| format!("{name}={part}")).collect();
    Some(format!("datetime.timedelta({})", if written.is_empty() { "0".to_owned() } else { written.join(", ") }))
}
