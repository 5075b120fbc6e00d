//! Time zones, and `modules.pytz`, which names them. Behaviour: `pytz`.

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{Dst, TimeZone};
use minijinja::value::{Object, ObjectRepr};
use minijinja::{Error, ErrorKind, State, Value};

use super::Clock;
use super::span::Span;
use crate::jinja::python::arguments::{Args, shown};
use crate::jinja::python::{Done, fail};
use crate::jinja::values::{self, List};

/// A time zone at one moment: as in `pytz`, its offset stays what it is when the moment is moved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Zone {
    pub kind: ZoneKind,
    /// Seconds east of UTC.
    pub offset: i32,
    /// How it is called at that moment: `BST`.
    pub short: String,
    is_summer: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ZoneKind {
    /// `pytz.utc`
    Utc,
    /// A zone of the database.
    Named(String, TimeZone),
    /// `datetime.timezone`, as `%z` makes one.
    Fixed,
}

impl Zone {
    pub(super) fn utc() -> Self {
        Self { kind: ZoneKind::Utc, offset: 0, short: "UTC".to_owned(), is_summer: false }
    }

    pub(super) fn fixed(offset: i32) -> Self {
        let short = if offset == 0 { "UTC".to_owned() } else { format!("UTC{}", signed(offset)) };
        Self { kind: ZoneKind::Fixed, offset, short, is_summer: false }
    }

    /// The zone of this name as it was before there were zones: `pytz` makes no other without a moment.
    fn named(name: &str) -> Done<Self> {
        if matches!(name.to_ascii_uppercase().as_str(), "UTC" | "ETC/UTC" | "ZULU" | "UCT" | "UNIVERSAL") {
            return Ok(Self::utc());
        }
        let zone = TimeZone::get(name);
        let zone =
            zone.map_err(|_| fail(format!("there is no time zone `{name}`; write one such as `Europe/London`")))?;
        let known = zone.iana_name().unwrap_or(name).to_owned();
        let first = zone.to_offset(Timestamp::MIN).seconds();
        let minutes = f64::from(first) / 60.0;
        let offset = (minutes.round_ties_even() * 60.0) as i32;
        Ok(Self { kind: ZoneKind::Named(known, zone), offset, short: "LMT".to_owned(), is_summer: false })
    }

    /// This zone at a moment in UTC.
    pub(super) fn at(&self, moment: Timestamp) -> Self {
        let ZoneKind::Named(_, zone) = &self.kind else { return self.clone() };
        let info = zone.to_offset_info(moment);
        Self {
            kind: self.kind.clone(),
            offset: info.offset().seconds(),
            short: info.abbreviation().to_owned(),
            is_summer: info.dst() == Dst::Yes,
        }
    }

    /// This zone when its clocks show this time: of two such moments in autumn the later one.
    pub(super) fn when(&self, shown: DateTime) -> Done<Self> {
        let ZoneKind::Named(_, zone) = &self.kind else { return Ok(self.clone()) };
        let moment = zone.to_ambiguous_timestamp(shown).later();
        Ok(self.at(moment.map_err(|error| fail(error.to_string()))?))
    }

    /// As `str` writes it.
    fn name(&self) -> &str {
        match &self.kind {
            ZoneKind::Utc => "UTC",
            ZoneKind::Named(name, _) => name,
            ZoneKind::Fixed => &self.short,
        }
    }

    pub(super) fn repr(&self) -> String {
        let span = Span::seconds(i64::from(self.offset));
        match &self.kind {
            ZoneKind::Utc => "<UTC>".to_owned(),
            ZoneKind::Fixed if self.offset == 0 => "datetime.timezone.utc".to_owned(),
            ZoneKind::Fixed => format!("datetime.timezone({})", span.repr()),
            ZoneKind::Named(name, _) => {
                let sign = if self.offset >= 0 { "+" } else { "" };
                let part = if self.is_summer { "DST" } else { "STD" };
                format!("<DstTzInfo '{name}' {}{sign}{span} {part}>", self.short)
            }
        }
    }

    /// The offset as a moment is written with it.
    pub(super) fn written(&self) -> String {
        signed(self.offset)
    }
}

/// `+01:00`, with seconds where there are some.
fn signed(offset: i32) -> String {
    let (sign, seconds) = (if offset < 0 { '-' } else { '+' }, offset.unsigned_abs());
    let rest = if seconds % 60 == 0 { String::new() } else { format!(":{:02}", seconds % 60) };
    format!("{sign}{:02}:{:02}{rest}", seconds / 3600, seconds / 60 % 60)
}

/// The zone that an argument is; nothing for `none`.
pub(super) fn zone(value: Option<&Value>) -> Done<Option<Zone>> {
    let given = value.filter(|value| !value.is_none() && !value.is_undefined());
    let Some(given) = given else { return Ok(None) };
    let found = given.downcast_object_ref::<Zone>().cloned();
    found.map(Some).ok_or_else(|| {
        fail(format!(
            "{} is no time zone; write `modules.pytz.utc` or `modules.pytz.timezone('Europe/London')`",
            shown(given)
        ))
    })
}

impl Object for Zone {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        (key.as_str() == Some("zone") && self.kind != ZoneKind::Fixed).then(|| Value::from(self.name()))
    }

    fn call_method(self: &Arc<Self>, _: &mut State<'_, '_>, method: &str, args: &[Value]) -> Result<Value, Error> {
        let args = Args::new(method, args)?;
        let clock = || -> Done<Clock> {
            let given = args.must(0, "dt")?;
            let clock = given.downcast_object_ref::<Clock>().cloned();
            clock.ok_or_else(|| fail(format!("`{method}` needs a datetime, not {}", shown(&given))))
        };
        match method {
            "localize" => {
                args.at_most(&["dt", "is_dst"])?;
                clock()?.localized(self)
            }
            "normalize" => clock()?.in_zone(self),
            "utcoffset" => Ok(Value::from_object(Span::seconds(i64::from(self.offset)))),
            "tzname" => Ok(Value::from(self.short.as_str())),
            _ => Err(Error::from(ErrorKind::UnknownMethod)),
        }
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// `modules.pytz`
#[derive(Debug)]
pub(in crate::jinja) struct Pytz;

impl Object for Pytz {
    fn call_method(self: &Arc<Self>, _: &mut State<'_, '_>, method: &str, args: &[Value]) -> Result<Value, Error> {
        let args = Args::new(method, args)?;
        match method {
            "timezone" => {
                args.at_most(&["zone"])?;
                Ok(Value::from_object(Zone::named(&values::text(&args.must(0, "zone")?))?))
            }
            "FixedOffset" => {
                let seconds = args.int(0, "minutes", 0)?.checked_mul(60).and_then(|offset| i32::try_from(offset).ok());
                let seconds = seconds.filter(|offset| offset.abs() < 86_400);
                Ok(Value::from_object(Zone::fixed(seconds.ok_or_else(|| fail("an offset is less than a day"))?)))
            }
            _ => Err(Error::from(ErrorKind::UnknownMethod)),
        }
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        match key.as_str()? {
            "utc" | "UTC" => Some(Value::from_object(Zone::utc())),
            "all_timezones" => {
                let mut names: Vec<String> = jiff::tz::db().available().map(|name| name.to_string()).collect();
                names.sort();
                Some(List::value(names.into_iter().map(Value::from)))
            }
            _ => None,
        }
    }
}
