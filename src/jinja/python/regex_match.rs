//! What a regular expression found: the places of its groups in the text.

use std::fmt;
use std::sync::Arc;

use fancy_regex::{Captures, Regex};
use minijinja::value::{Enumerator, Object, ObjectRepr};
use minijinja::{Error, ErrorKind, State, Value};

use super::arguments::Args;
use super::containers::{Dict, Tuple};
use super::number::index;
use super::{Done, fail, repr};
use crate::jinja::budget;

/// What `re.match` and `re.search` find: the places of the groups in the text.
#[derive(Debug)]
pub(super) struct Match {
    text: Arc<str>,
    groups: Vec<Option<(usize, usize)>>,
    names: Vec<Option<String>>,
}

impl Match {
    pub(super) fn new(regex: &Regex, text: &Arc<str>, found: &Captures<'_, str>) -> Self {
        Self {
            text: Arc::clone(text),
            groups: (0..found.len()).map(|at| found.get(at).map(|group| (group.start(), group.end()))).collect(),
            names: regex.capture_names().map(|name| name.map(str::to_owned)).collect(),
        }
    }

    fn place(&self, key: &Value) -> Done<usize> {
        let at = match key.as_str() {
            Some(name) => self.names.iter().position(|known| known.as_deref() == Some(name)),
            None => index(key).and_then(|at| usize::try_from(at).ok()),
        };
        at.filter(|at| *at < self.groups.len())
            .ok_or_else(|| fail(format!("the pattern has no group {}", super::arguments::shown(key))))
    }

    fn group(&self, at: usize, default: &Value) -> Value {
        match self.groups.get(at).copied().flatten() {
            Some((start, end)) => Value::from(&self.text[start..end]),
            None => default.clone(),
        }
    }

    /// What `findall` gives: the match, its only group, or all its groups.
    pub(super) fn found(&self) -> Done<Value> {
        budget::charge(budget::ITEM * self.groups.len())?;
        let empty = Value::from("");
        match self.groups.len() {
            1 | 2 => Ok(self.group(self.groups.len() - 1, &empty)),
            count => Tuple::value((1..count).map(|at| self.group(at, &empty)).collect()),
        }
    }

    /// The place of a group in characters; -1 for one that did not take part.
    fn span(&self, args: &Args<'_>) -> Done<(i64, i64)> {
        let at = self.place(&args.value(0, "group").unwrap_or_else(|| Value::from(0)))?;
        let Some((start, end)) = self.groups[at] else { return Ok((-1, -1)) };
        let chars = |end: usize| i64::try_from(self.text[..end].chars().count()).unwrap_or(i64::MAX);
        Ok((chars(start), chars(end)))
    }
}

impl Object for Match {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::NonEnumerable
    }

    fn is_true(self: &Arc<Self>) -> bool {
        true
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let none = Value::from(());
        match key.as_str() {
            Some("string") => Some(Value::from(&*self.text)),
            Some("lastindex") => {
                let last = self.groups.iter().skip(1).rposition(Option::is_some);
                Some(last.map_or(none, |at| Value::from(at + 1)))
            }
            _ => self.place(key).ok().map(|at| self.group(at, &none)),
        }
    }

    fn call_method(self: &Arc<Self>, _: &mut State<'_, '_>, method: &str, values: &[Value]) -> Result<Value, Error> {
        let args = Args::new(method, values)?;
        let none = Value::from(());
        match method {
            "group" => match args.positional {
                [] => Ok(self.group(0, &none)),
                [one] => Ok(self.group(self.place(one)?, &none)),
                several => Tuple::value(
                    several.iter().map(|key| Ok(self.group(self.place(key)?, &none))).collect::<Done<_>>()?,
                ),
            },
            "groups" => {
                let default = args.value(0, "default").unwrap_or(none);
                Tuple::value((1..self.groups.len()).map(|at| self.group(at, &default)).collect())
            }
            "groupdict" => {
                let default = args.value(0, "default").unwrap_or(none);
                let named =
                    self.names.iter().enumerate().filter_map(|(at, name)| Some((Value::from(name.as_deref()?), at)));
                Ok(Dict::value(named.map(|(name, at)| (name, self.group(at, &default)))))
            }
            "start" => self.span(&args).map(|span| Value::from(span.0)),
            "end" => self.span(&args).map(|span| Value::from(span.1)),
            "span" => {
                self.span(&args).and_then(|(start, end)| Tuple::value(vec![Value::from(start), Value::from(end)]))
            }
            _ => Err(Error::from(ErrorKind::UnknownMethod)),
        }
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (start, end) = self.groups[0].unwrap_or((0, 0));
        let chars = |end: usize| self.text[..end].chars().count();
        let mut found = String::new();
        repr::quoted(&mut found, &self.text[start..end]);
        write!(f, "<re.Match object; span=({}, {}), match={found}>", chars(start), chars(end))
    }
}
