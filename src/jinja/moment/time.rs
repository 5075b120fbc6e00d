//! Python's `time`: a time of day without a date.

use std::fmt;
use std::sync::Arc;

use minijinja::value::{DynObject, Object, ObjectRepr};
use minijinja::{Error, ErrorKind, State, Value};

use super::{Clock, DAY, PARTS, SECOND, clock_text};
use crate::jinja::python::arguments::Args;
use crate::jinja::python::{Done, fail};

/// A time of day, in microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Time(pub i64);

const NAMES: [&str; 4] = [PARTS[3], PARTS[4], PARTS[5], PARTS[6]];

impl Time {
    /// `time(hour, minute, second, microsecond)`, over the parts of another.
    pub(super) fn new(args: &Args<'_>, before: Self) -> Done<Self> {
        args.at_most(&NAMES)?;
        let parts = before.parts();
        let mut micros = 0;
        for (at, (limit, length)) in
            [(24, 3600 * SECOND), (60, 60 * SECOND), (60, SECOND), (SECOND, 1)].into_iter().enumerate()
        {
            let part = args.int(at, NAMES[at], parts[at])?;
            if !(0..limit).contains(&part) {
                return Err(fail(format!("there is no time with {part} as its {}", NAMES[at])));
            }
            micros += part * length;
        }
        Ok(Self(micros))
    }

    fn parts(self) -> [i64; 4] {
        let seconds = self.0 / SECOND;
        [seconds / 3600, seconds / 60 % 60, seconds % 60, self.0 % SECOND]
    }

    pub(super) fn last() -> Self {
        Self(DAY - 1)
    }

    pub(super) fn repr(self) -> String {
        let parts = self.parts();
        let count = 4 - parts.iter().rev().take_while(|part| **part == 0).count().min(2);
        let written: Vec<String> = parts[..count].iter().map(i64::to_string).collect();
        format!("datetime.time({})", written.join(", "))
    }
}

impl Object for Time {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        match key.as_str()? {
            "tzinfo" => Some(Value::from(())),
            name => NAMES.iter().position(|known| *known == name).map(|at| Value::from(self.parts()[at])),
        }
    }

    fn call_method(self: &Arc<Self>, _: &mut State<'_, '_>, method: &str, args: &[Value]) -> Result<Value, Error> {
        let args = Args::new(method, args)?;
        match method {
            "isoformat" => Ok(Value::from(clock_text(self.0))),
            "strftime" => {
                args.at_most(&["format"])?;
                Ok(Value::from(Clock::first().with_time(self.0).format(&args.text(0, "format")?)?))
            }
            "replace" => Ok(Value::from_object(Self::new(&args, **self)?)),
            _ => Err(Error::from(ErrorKind::UnknownMethod)),
        }
    }

    fn custom_cmp(self: &Arc<Self>, other: &DynObject) -> Option<std::cmp::Ordering> {
        Some(self.0.cmp(&other.downcast_ref::<Self>()?.0))
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&clock_text(self.0))
    }
}
