//! `modules.datetime`, and its classes.

use std::sync::Arc;

use jiff::civil::DateTime;
use minijinja::value::{Object, ObjectRepr};
use minijinja::{Error, ErrorKind, State, Value};

use super::clock::{Kind, given, no_moment};
use super::time::Time;
use super::zone::zone;
use super::{Clock, DAY, PARTS, SECOND, Span, parse};
use crate::jinja::method::Method;
use crate::jinja::python::arguments::Args;
use crate::jinja::python::number::Number;
use crate::jinja::python::{Done, fail};
use crate::jinja::scope::Scope;

/// `modules.datetime`, and its classes.
#[derive(Debug)]
pub(in crate::jinja) struct Moments {
    pub scope: Arc<Scope>,
    /// Empty for the module itself.
    pub class: &'static str,
}

const CLASSES: [&str; 5] = ["datetime", "date", "time", "timedelta", "tzinfo"];

/// Methods of the classes, which a template may hand to a function: `try_or_compiler_error` takes them so.
const CLASS_METHODS: [&str; 9] = [
    "strptime",
    "fromisoformat",
    "now",
    "utcnow",
    "today",
    "fromtimestamp",
    "utcfromtimestamp",
    "fromordinal",
    "combine",
];

impl Moments {
    /// Now: the moment in which the run started, so that nothing depends on how long reading takes.
    fn now(&self) -> Done<i64> {
        let started = self.scope.given.globals.get("run_started_at");
        let started = started.and_then(|started| started.downcast_object_ref::<Clock>().map(Clock::micros));
        started.ok_or_else(|| fail("the time of the run is not known here"))
    }

    /// A moment of this class.
    fn made(&self, at: DateTime, kind: Kind) -> Value {
        Clock::value(at, if self.class == "date" { Kind::Date } else { kind })
    }

    fn of_micros(&self, micros: i64, args: &Args<'_>, zone_at: usize) -> Done<Value> {
        let found = Clock::of_micros(micros, zone(args.value(zone_at, "tz").as_ref())?.as_ref())?;
        match found.downcast_object_ref::<Clock>() {
            Some(clock) if self.class == "date" => Ok(self.made(clock.at, Kind::Date)),
            _ => Ok(found),
        }
    }

    /// `datetime(2024, 1, 2, tzinfo=…)` and the like.
    fn make(&self, args: &Args<'_>) -> Done<Value> {
        match self.class {
            "timedelta" => Span::of(args),
            "time" => Ok(Value::from_object(Time::new(args, Time(0))?)),
            "date" => {
                args.at_most(&PARTS[..3])?;
                Ok(self.made(Clock::of_parts(given(args, [0; 7])?)?, Kind::Date))
            }
            "datetime" => {
                args.at_most(&[&PARTS[..], &["tzinfo", "fold"]].concat())?;
                let zone = zone(args.value(7, "tzinfo").as_ref())?;
                Ok(self.made(Clock::of_parts(given(args, [0; 7])?)?, zone.map_or(Kind::Naive, Kind::Aware)))
            }
            _ => Err(fail("this is not a function")),
        }
    }

    fn combined(args: &Args<'_>) -> Done<Value> {
        args.at_most(&["date", "time", "tzinfo"])?;
        let (date, time) = (args.must(0, "date")?, args.must(1, "time")?);
        let parts = (date.downcast_object_ref::<Clock>(), time.downcast_object_ref::<Time>());
        let (Some(date), Some(time)) = parts else { return Err(fail("`combine` needs a date and a time")) };
        let zone = zone(args.value(2, "tzinfo").as_ref())?;
        Ok(Clock::value(date.with_time(time.0).at, zone.map_or(Kind::Naive, Kind::Aware)))
    }

    fn timestamp(args: &Args<'_>) -> Done<i64> {
        let given = args.must(0, "timestamp")?;
        let seconds = Number::of(&given).ok_or_else(|| fail("a number of seconds since 1970 is needed here"))?;
        let micros = (seconds.float()? * SECOND as f64).round_ties_even();
        if micros.abs() < 9.2e18 { Ok(micros as i64) } else { Err(no_moment()) }
    }

    /// A method of a class.
    fn of_class(&self, method: &str, args: &Args<'_>) -> Done<Value> {
        let text = |at: usize, name: &str| args.text(at, name);
        match (self.class, method) {
            ("datetime", "now") => {
                args.at_most(&["tz"])?;
                self.of_micros(self.now()?, args, 0)
            }
            ("datetime", "utcnow" | "today") | ("date", "today") => {
                args.at_most(&[])?;
                self.of_micros(self.now()?, args, usize::MAX)
            }
            ("datetime", "fromtimestamp") => {
                args.at_most(&["timestamp", "tz"])?;
                self.of_micros(Self::timestamp(args)?, args, 1)
            }
            ("datetime", "utcfromtimestamp") | ("date", "fromtimestamp") => {
                args.at_most(&["timestamp"])?;
                self.of_micros(Self::timestamp(args)?, args, usize::MAX)
            }
            ("datetime", "strptime") => {
                args.at_most(&["date_string", "format"])?;
                let (at, kind) = parse::strptime(&text(0, "date_string")?, &text(1, "format")?)?;
                Ok(self.made(at, kind))
            }
            ("datetime" | "date", "fromisoformat") => {
                args.at_most(&["date_string"])?;
                let (at, kind) = parse::from_iso(&text(0, "date_string")?)?;
                Ok(self.made(at, kind))
            }
            ("datetime" | "date", "fromordinal") => {
                args.at_most(&["ordinal"])?;
                let days = args.int(0, "ordinal", 0)?.checked_sub(1).and_then(|days| days.checked_mul(DAY));
                let first = Clock { at: jiff::civil::date(1, 1, 1).at(0, 0, 0, 0), kind: Kind::Naive }.micros();
                self.of_micros(days.and_then(|days| days.checked_add(first)).ok_or_else(no_moment)?, args, usize::MAX)
            }
            ("datetime", "combine") => Self::combined(args),
            _ => Err(Error::from(ErrorKind::UnknownMethod)),
        }
    }

    /// The first, the last and the least of a class.
    fn bound(&self, name: &str) -> Option<Value> {
        let whole = |date: jiff::civil::Date, micros: i64| {
            let clock = Clock { at: date.at(0, 0, 0, 0), kind: Kind::Naive }.with_time(micros);
            Some(self.made(clock.at, Kind::Naive))
        };
        match (self.class, name) {
            ("datetime" | "date", "min") => whole(jiff::civil::date(1, 1, 1), 0),
            ("datetime" | "date", "max") => whole(jiff::civil::date(9999, 12, 31), DAY - 1),
            ("time", "min") => Some(Value::from_object(Time(0))),
            ("time", "max") => Some(Value::from_object(Time::last())),
            ("date", "resolution") => Some(Value::from_object(Span::seconds(86_400))),
            _ => None,
        }
    }
}

impl Object for Moments {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let name = key.as_str()?;
        if !self.class.is_empty() {
            let is_method = CLASS_METHODS.contains(&name);
            let method = || Value::from_object(Method(Value::from_dyn_object(Arc::clone(self)), name.to_owned()));
            return self.bound(name).or_else(|| is_method.then(method));
        }
        let class = CLASSES.into_iter().find(|class| *class == name)?;
        Some(Value::from_object(Self { scope: Arc::clone(&self.scope), class }))
    }

    fn call(self: &Arc<Self>, _: &mut State<'_, '_>, args: &[Value]) -> Result<Value, Error> {
        self.make(&Args::new(self.class, args)?)
    }

    fn call_method(self: &Arc<Self>, state: &mut State<'_, '_>, method: &str, args: &[Value]) -> Result<Value, Error> {
        let class = self.class.is_empty().then(|| self.get_value(&Value::from(method))).flatten();
        match class {
            Some(class) => class.call(state, args),
            None => self.of_class(method, &Args::new(method, args)?),
        }
    }
}
