//! Python's `date` and `datetime`.

use std::fmt;
use std::sync::Arc;

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use minijinja::value::{DynObject, Object, ObjectRepr};
use minijinja::{Error, ErrorKind, State, Value};

use super::span::Span;
use super::time::Time;
use super::zone::{Zone, zone};
use super::{DAY, PARTS, SECOND, clock_text};
use crate::jinja::python::arguments::Args;
use crate::jinja::python::containers::Tuple;
use crate::jinja::python::{Done, fail};

/// A `date`, or a `datetime` with or without a time zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clock {
    /// What the clock shows in its zone.
    pub(super) at: DateTime,
    pub(super) kind: Kind,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    Date,
    Naive,
    Aware(Zone),
}

/// The items of `isocalendar()`, and of `timetuple()`.
const CALENDAR: &[&str] = &["year", "week", "weekday"];
const TUPLE: &[&str] =
    &["tm_year", "tm_mon", "tm_mday", "tm_hour", "tm_min", "tm_sec", "tm_wday", "tm_yday", "tm_isdst"];

pub(super) fn no_moment() -> Error {
    fail("there is no such moment; look at the day of the month, and at the year: 1 to 9999")
}

impl Clock {
    /// A moment with its time zone, as `run_started_at` is one.
    pub fn utc(moment: &jiff::Zoned) -> Self {
        Self { at: moment.with_time_zone(TimeZone::UTC).datetime(), kind: Kind::Aware(Zone::utc()) }
    }

    /// A date, as a query answers it.
    pub(in crate::jinja) fn date(date: Date) -> Value {
        Self::value(date.at(0, 0, 0, 0), Kind::Date)
    }

    /// A moment without a time zone, as a query answers it.
    pub(in crate::jinja) fn naive(at: DateTime) -> Value {
        Self::value(at, Kind::Naive)
    }

    pub(super) fn value(at: DateTime, kind: Kind) -> Value {
        let at = if kind == Kind::Date { at.date().at(0, 0, 0, 0) } else { at };
        Value::from_object(Self { at, kind })
    }

    /// The first moment that `strptime` and `time` start from.
    pub(super) fn first() -> Self {
        Self { at: jiff::civil::date(1900, 1, 1).at(0, 0, 0, 0), kind: Kind::Naive }
    }

    /// This day at so many microseconds after midnight.
    pub(super) fn with_time(&self, micros: i64) -> Self {
        let at = self.at.date().at(0, 0, 0, 0).saturating_add(jiff::SignedDuration::from_micros(micros));
        Self { at, kind: self.kind.clone() }
    }

    pub(super) fn kind_number(&self) -> u8 {
        match self.kind {
            Kind::Date => 0,
            Kind::Naive => 1,
            Kind::Aware(_) => 2,
        }
    }

    pub(super) fn zone(&self) -> Option<&Zone> {
        match &self.kind {
            Kind::Aware(zone) => Some(zone),
            _ => None,
        }
    }

    pub(super) fn parts(&self) -> [i64; 7] {
        let at = self.at;
        let micros = i64::from(at.subsec_nanosecond()) / 1000;
        let date = [at.year().into(), at.month().into(), at.day().into()];
        [date[0], date[1], date[2], at.hour().into(), at.minute().into(), at.second().into(), micros]
    }

    /// What the clock shows at these parts; Python has no year before 1.
    pub(super) fn of_parts(parts: [i64; 7]) -> Done<DateTime> {
        let [year, month, day, hour, minute, second, micro] = parts;
        let small = |part: i64| i8::try_from(part).ok();
        let nano = micro.checked_mul(1000).and_then(|nano| i32::try_from(nano).ok());
        let made = || {
            let year = i16::try_from(year).ok().filter(|year| *year > 0)?;
            let date = Date::new(year, small(month)?, small(day)?).ok()?;
            let time = jiff::civil::Time::new(small(hour)?, small(minute)?, small(second)?, nano?).ok()?;
            Some(date.to_datetime(time))
        };
        made().ok_or_else(no_moment)
    }

    /// Whole seconds since 1970.
    pub(in crate::jinja) fn seconds(&self) -> i64 {
        self.micros().div_euclid(SECOND)
    }

    /// Microseconds since 1970; what has no zone is taken for UTC.
    pub(super) fn micros(&self) -> i64 {
        let shown = self.at.to_zoned(TimeZone::UTC).map_or(0, |moment| moment.timestamp().as_microsecond());
        shown - self.zone().map_or(0, |zone| i64::from(zone.offset) * SECOND)
    }

    /// The moment so many microseconds after 1970, in a zone or without one.
    pub(super) fn of_micros(micros: i64, zone: Option<&Zone>) -> Done<Value> {
        let moment = jiff::Timestamp::from_microsecond(micros).map_err(|_| no_moment())?;
        let zone = zone.map(|zone| zone.at(moment));
        let shown = micros.saturating_add(zone.as_ref().map_or(0, |zone| i64::from(zone.offset) * SECOND));
        let shown = jiff::Timestamp::from_microsecond(shown).map_err(|_| no_moment())?;
        Ok(Self::value(shown.to_zoned(TimeZone::UTC).datetime(), zone.map_or(Kind::Naive, Kind::Aware)))
    }

    /// The same moment in another zone.
    pub(super) fn in_zone(&self, zone: &Zone) -> Done<Value> {
        Self::of_micros(self.micros(), Some(zone))
    }

    /// A moment without a zone, as the clocks of a zone show it.
    pub(super) fn localized(&self, zone: &Zone) -> Done<Value> {
        match self.kind {
            Kind::Naive => Ok(Self::value(self.at, Kind::Aware(zone.when(self.at)?))),
            _ => Err(fail("`localize` needs a datetime without a time zone; write `.replace(tzinfo=none)` after it")),
        }
    }

    /// As Python's `str` writes it, with this between the date and the time.
    pub(super) fn written(&self, between: &str) -> String {
        let [year, month, day, ..] = self.parts();
        let date = format!("{year:04}-{month:02}-{day:02}");
        if self.kind == Kind::Date {
            return date;
        }
        format!("{date}{between}{}{}", clock_text(self.of_day()), self.zone().map(Zone::written).unwrap_or_default())
    }

    /// Microseconds since midnight.
    fn of_day(&self) -> i64 {
        let [_, _, _, hour, minute, second, micro] = self.parts();
        ((hour * 60 + minute) * 60 + second) * SECOND + micro
    }

    pub(super) fn repr(&self) -> String {
        let parts = self.parts();
        let count = match self.kind {
            Kind::Date => 3,
            _ => 7 - parts.iter().rev().take_while(|part| **part == 0).count().min(2),
        };
        let written: Vec<String> = parts[..count].iter().map(i64::to_string).collect();
        let class = if self.kind == Kind::Date { "date" } else { "datetime" };
        let zone = self.zone().map(|zone| format!(", tzinfo={}", zone.repr())).unwrap_or_default();
        format!("datetime.{class}({}{zone})", written.join(", "))
    }

    /// The sum or the difference of a moment and something else; nothing when neither is a moment.
    pub(in crate::jinja) fn sum(left: &Value, right: &Value, sign: i64) -> Option<Option<Value>> {
        let clock = |value: &Value| value.downcast_object_ref::<Self>().cloned();
        let span = |value: &Value| value.downcast_object_ref::<Span>().copied();
        let moved = |clock: &Self, span: Span, sign: i64| {
            // A date moves by whole days only.
            let by = if clock.kind == Kind::Date { span.0.div_euclid(DAY) * DAY } else { span.0 };
            let by = jiff::SignedDuration::from_micros(by.checked_mul(sign)?);
            let at = clock.at.checked_add(by).ok().filter(|at| at.year() > 0)?;
            Some(Self::value(at, clock.kind.clone()))
        };
        match (clock(left), clock(right)) {
            (None, None) => None,
            (Some(left), Some(right)) => {
                let fits = sign < 0 && left.kind_number() == right.kind_number();
                Some(fits.then(|| Value::from_object(Span(left.micros() - right.micros()))))
            }
            (Some(left), None) => Some(span(right).and_then(|right| moved(&left, right, sign))),
            (None, Some(right)) => Some(span(left).filter(|_| sign > 0).and_then(|left| moved(&right, left, 1))),
        }
    }

    /// `replace(day=1, tzinfo=none)`
    fn replace(&self, args: &Args<'_>) -> Done<Value> {
        let names = [&PARTS[..], &["tzinfo", "fold"]].concat();
        args.at_most(if self.kind == Kind::Date { &PARTS[..3] } else { &names })?;
        let at = Self::of_parts(given(args, self.parts())?)?;
        let kind = match args.value(7, "tzinfo") {
            Some(given) => zone(Some(&given))?.map_or(Kind::Naive, Kind::Aware),
            None => self.kind.clone(),
        };
        Ok(Self::value(at, kind))
    }

    fn calendar(&self) -> Done<Value> {
        let week = self.at.date().iso_week_date();
        let weekday = week.weekday().to_monday_one_offset();
        let items = [i64::from(week.year()), i64::from(week.week()), i64::from(weekday)];
        Tuple::named(items.map(Value::from).to_vec(), CALENDAR)
    }

    fn tuple(&self) -> Done<Value> {
        let [year, month, day, hour, minute, second, _] = self.parts();
        let weekday = i64::from(self.at.weekday().to_monday_zero_offset());
        let items = [year, month, day, hour, minute, second, weekday, i64::from(self.at.day_of_year()), -1];
        Tuple::named(items.map(Value::from).to_vec(), TUPLE)
    }

    /// What only a `datetime` has.
    fn of_moment(&self, method: &str, args: &Args<'_>) -> Done<Value> {
        let of_zone = |of: fn(&Zone) -> Value| self.zone().map_or_else(|| Value::from(()), of);
        match method {
            _ if self.kind == Kind::Date => Err(Error::from(ErrorKind::UnknownMethod)),
            "date" => Ok(Self::value(self.at, Kind::Date)),
            "time" => Ok(Value::from_object(Time(self.of_day()))),
            "astimezone" => {
                args.at_most(&["tz"])?;
                self.in_zone(&zone(args.value(0, "tz").as_ref())?.unwrap_or_else(Zone::utc))
            }
            "timestamp" => Ok(Value::from(self.micros() as f64 / SECOND as f64)),
            "utcoffset" => Ok(of_zone(|zone| Value::from_object(Span::seconds(i64::from(zone.offset))))),
            "tzname" => Ok(of_zone(|zone| Value::from(zone.short.as_str()))),
            _ => Err(Error::from(ErrorKind::UnknownMethod)),
        }
    }
}

/// The parts of a moment as arguments, over those that are known.
pub(super) fn given(args: &Args<'_>, mut parts: [i64; 7]) -> Done<[i64; 7]> {
    for (at, part) in PARTS.into_iter().enumerate() {
        parts[at] = args.int(at, part, parts[at])?;
    }
    Ok(parts)
}

impl Object for Clock {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn call_method(self: &Arc<Self>, _: &mut State<'_, '_>, method: &str, args: &[Value]) -> Result<Value, Error> {
        let args = Args::new(method, args)?;
        match method {
            "strftime" => {
                args.at_most(&["format"])?;
                Ok(Value::from(self.format(&args.text(0, "format")?)?))
            }
            "isoformat" => {
                args.at_most(&["sep"])?;
                let between = args.some_text(0, "sep")?.unwrap_or_else(|| "T".to_owned());
                Ok(Value::from(self.written(&between)))
            }
            "ctime" => Ok(Value::from(self.format("%a %b %e %H:%M:%S %Y")?)),
            "isocalendar" => self.calendar(),
            "timetuple" => self.tuple(),
            "toordinal" => {
                let days = self.at.date().duration_since(jiff::civil::date(1, 1, 1)).as_hours() / 24;
                Ok(Value::from(days + 1))
            }
            "weekday" => Ok(Value::from(self.at.weekday().to_monday_zero_offset())),
            "isoweekday" => Ok(Value::from(self.at.weekday().to_monday_one_offset())),
            "replace" => self.replace(&args),
            _ => self.of_moment(method, &args),
        }
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let name = key.as_str()?;
        let at = PARTS.iter().position(|part| *part == name);
        match (&self.kind, at) {
            (Kind::Date, at) => at.filter(|at| *at < 3).map(|at| Value::from(self.parts()[at])),
            (_, Some(at)) => Some(Value::from(self.parts()[at])),
            (Kind::Aware(zone), None) if name == "tzinfo" => Some(Value::from_object(zone.clone())),
            (Kind::Naive, None) if name == "tzinfo" => Some(Value::from(())),
            _ => None,
        }
    }

    fn custom_cmp(self: &Arc<Self>, other: &DynObject) -> Option<std::cmp::Ordering> {
        let other = other.downcast_ref::<Self>()?;
        // A date is no `datetime`: they are never equal.
        Some(self.kind_number().cmp(&other.kind_number()).then_with(|| self.micros().cmp(&other.micros())))
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written(" "))
    }
}
