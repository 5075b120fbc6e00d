//! `modules` of dbt: what Python's `re` and `datetime` mean to templates.

use std::fmt;
use std::sync::Arc;

use minijinja::value::{Kwargs, Object, ObjectRepr, from_args};
use minijinja::{Error, ErrorKind, State, Value};

use super::moment::{Clock, Moments, Span};
use super::scope::Scope;
use super::values::{List, text};

/// `modules`
#[derive(Debug)]
pub(super) struct Modules(pub Arc<Scope>);

impl Object for Modules {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        match key.as_str()? {
            "re" => Some(Value::from_object(Re)),
            "datetime" => Some(Value::from_object(Moments { scope: Arc::clone(&self.0), class: "" })),
            "pytz" => Some(Value::from_object(Pytz)),
            _ => None,
        }
    }
}

/// `modules.pytz`: the names of time zones mean nothing to templates but in `now(tz)`, where all is UTC.
#[derive(Debug)]
struct Pytz;

impl Object for Pytz {
    fn call_method(self: &Arc<Self>, _: &mut State<'_, '_>, method: &str, args: &[Value]) -> Result<Value, Error> {
        match method {
            "timezone" => Ok(args.first().cloned().unwrap_or_default()),
            _ => Err(Error::from(ErrorKind::UnknownMethod)),
        }
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        matches!(key.as_str()?, "utc" | "UTC").then(|| Value::from("UTC"))
    }
}

/// `modules.re`
#[derive(Debug)]
struct Re;

/// What `re.match` and `re.search` find.
#[derive(Debug)]
struct Match(Vec<Option<String>>);

/// The value of `re.IGNORECASE`, as in Python.
const IGNORE_CASE: i64 = 2;

impl Object for Re {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        match key.as_str()? {
            "I" | "IGNORECASE" => Some(Value::from(IGNORE_CASE)),
            "M" | "MULTILINE" => Some(Value::from(8)),
            "S" | "DOTALL" => Some(Value::from(16)),
            _ => None,
        }
    }

    fn call_method(self: &Arc<Self>, _: &mut State<'_, '_>, method: &str, args: &[Value]) -> Result<Value, Error> {
        let (args, named): (&[Value], Kwargs) = from_args(args)?;
        let flags = named.get::<Option<i64>>("flags")?;
        let given = |at: usize| args.get(at).map(text).unwrap_or_default();
        let number = |at: usize| args.get(at).and_then(Value::as_i64);
        let pattern = |around: (&str, &str), flags: i64| regex(&given(0), around, flags);
        match method {
            "match" | "search" | "fullmatch" => {
                let around = match method {
                    "match" => (r"\A(?:", ")"),
                    "fullmatch" => (r"\A(?:", r")\z"),
                    _ => ("", ""),
                };
                let found = pattern(around, flags.or(number(2)).unwrap_or(0))?.captures(&given(1)).map(|found| {
                    let groups = found.iter().map(|group| group.map(|group| group.as_str().to_owned()));
                    Value::from_object(Match(groups.collect()))
                });
                Ok(found.unwrap_or_else(|| Value::from(())))
            }
            "sub" => {
                let count = named.get::<Option<i64>>("count")?.or(number(3)).unwrap_or(0);
                let pattern = pattern(("", ""), flags.or(number(4)).unwrap_or(0))?;
                let (with, limit) = (given(1), usize::try_from(count).unwrap_or(0));
                let replaced =
                    pattern.replacen(&given(2), limit, |found: &regex::Captures<'_>| expand(&with, found)).into_owned();
                Ok(Value::from(replaced))
            }
            "findall" => {
                let pattern = pattern(("", ""), flags.or(number(2)).unwrap_or(0))?;
                let group =
                    |found: &regex::Captures<'_>, at: usize| Value::from(found.get(at).map_or("", |g| g.as_str()));
                let subject = given(1);
                let found = pattern.captures_iter(&subject).map(|found| match found.len() {
                    1 | 2 => group(&found, found.len() - 1),
                    count => List::value((1..count).map(|at| group(&found, at))),
                });
                Ok(List::value(found.collect::<Vec<_>>()))
            }
            "split" => {
                let pattern = pattern(("", ""), flags.unwrap_or(0))?;
                Ok(List::value(pattern.split(&given(1)).map(Value::from).collect::<Vec<_>>()))
            }
            "escape" => Ok(Value::from(regex::escape(&given(0)))),
            _ => Err(Error::from(ErrorKind::UnknownMethod)),
        }
    }
}

fn regex(pattern: &str, (before, after): (&str, &str), flags: i64) -> Result<regex::Regex, Error> {
    let built = regex::RegexBuilder::new(&format!("{before}{pattern}{after}"))
        .case_insensitive(flags & IGNORE_CASE != 0)
        .multi_line(flags & 8 != 0)
        .dot_matches_new_line(flags & 16 != 0)
        .build();
    built.map_err(|_| {
        let message = format!(
            "cadet cannot read the regular expression `{pattern}`; it knows no look-around and no back-references"
        );
        Error::new(ErrorKind::InvalidOperation, message)
    })
}

/// Python's `\1` and `\g<1>` in a replacement.
fn expand(with: &str, found: &regex::Captures<'_>) -> String {
    let mut out = String::new();
    let mut rest = with;
    while let Some((before, after)) = rest.split_once('\\') {
        out.push_str(before);
        let (name, left) = match after.strip_prefix("g<").and_then(|named| named.split_once('>')) {
            Some((name, left)) => (name, left),
            None => after.split_at(after.chars().next().map_or(0, char::len_utf8)),
        };
        let group = name.parse().map_or_else(|_| found.name(name), |at: usize| found.get(at));
        match (group, name) {
            (Some(group), _) => out.push_str(group.as_str()),
            (None, "n") => out.push('\n'),
            (None, name) if name.parse::<usize>().is_err() => out.push_str(name),
            _ => {}
        }
        rest = left;
    }
    out + rest
}

impl Object for Match {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn call_method(self: &Arc<Self>, _: &mut State<'_, '_>, method: &str, args: &[Value]) -> Result<Value, Error> {
        let group = |at: usize| Value::from(self.0.get(at).cloned().flatten());
        match method {
            "group" => Ok(group(args.first().and_then(Value::as_usize).unwrap_or(0))),
            "groups" => Ok(List::value((1..self.0.len()).map(group))),
            _ => Err(Error::from(ErrorKind::UnknownMethod)),
        }
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<re.Match object>")
    }
}

/// `left + right` for a sign of 1, else `left - right`, of moments and spans of time; nothing for other values.
pub(super) fn sum(left: &Value, right: &Value, sign: i64) -> Option<Result<Value, Error>> {
    let found = Clock::sum(left, right, sign).or_else(|| Span::sum(left, right, sign))?;
    let failed = || {
        let message = "these moments and spans of time have no sum or difference; look at which of them have a time zone";
        Error::new(ErrorKind::InvalidOperation, message)
    };
    Some(found.ok_or_else(failed))
}

/// `-span`
pub(super) fn negated(value: &Value) -> Option<Value> {
    value.downcast_object_ref::<Span>().map(|span| Span::negated(*span))
}
