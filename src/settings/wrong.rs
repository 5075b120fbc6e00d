//! A `cadet.yaml` that cannot be used: what is wrong with it, and where.

use std::ops::Range;

use super::{FILE, Levels, Policy};
use crate::finding::{Finding, Level, Place};
use crate::parse::yaml::{self, Yaml};
use crate::project::problem::did_you_mean;
use crate::rules::RULES;
use crate::source::LineIndex;

/// The rule under which it is told.
const RULE: &str = "settings/cadet-yaml";

/// What is wrong, with the text that it is wrong in.
#[derive(Debug)]
pub struct Wrong {
    message: String,
    span: Option<Range<usize>>,
    text: String,
}

impl Wrong {
    /// A file that has no text.
    pub(super) fn without_text(message: &str) -> Self {
        Self { message: message.to_owned(), span: None, text: String::new() }
    }

    fn at(text: &str, span: Range<usize>, message: String) -> Self {
        Self { message, span: Some(span), text: text.to_owned() }
    }

    /// What the reader of YAML refused.
    pub(super) fn refused(text: &str, error: &serde_saphyr::Error) -> Self {
        let error = error.to_string();
        let first = error.lines().next().unwrap_or_default().trim_start_matches("error: ");
        let (place, message) = placed(first).map_or((None, first), |(place, message)| (Some(place), message));
        let span = place.map(|(line, column)| {
            let start = LineIndex::new(text).offset(line, column);
            let rest = text[start..].lines().next().unwrap_or_default();
            // A key without its colon; else what stands there.
            let word = rest.split([':', ',', ']', '}', '#']).next().unwrap_or_default().trim_end();
            start..start + word.len()
        });
        Self { message: plain(message), span, text: text.to_owned() }
    }

    /// A key that has no value.
    pub(super) fn without_value(text: &str) -> Option<Self> {
        let (yaml, _) = yaml::read(text).ok()?;
        let (key, _) = yaml.entries().iter().find(|(_, value)| matches!(value.value, yaml::Value::Null))?;
        let message = format!("the key `{}` has no value: give it one, or take it out", key.name);
        Some(Self::at(text, key.span.clone(), message))
    }

    /// A rule that does not exist.
    pub(super) fn no_such_rule(text: &str, policy: &Policy) -> Option<Self> {
        let (yaml, _) = yaml::read(text).ok()?;
        let is_unknown = |name: &str| RULES.iter().all(|rule| rule.id() != name && rule.group != name);
        let mut named = policy.rules.keys().chain(policy.paths.values().flat_map(Levels::keys));
        let unknown = named.find(|name| is_unknown(name))?;
        let known: Vec<String> = RULES.iter().flat_map(|rule| [rule.id(), rule.group.to_owned()]).collect();
        let near = did_you_mean(unknown, known.iter().map(String::as_str));
        let near = near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
        let paths = yaml.get("paths").map_or(&[][..], Yaml::entries).iter().map(|(_, levels)| levels);
        let key = yaml.get("rules").into_iter().chain(paths).find_map(|levels| levels.entry(unknown));
        let span = key.map_or(0..0, |(key, _)| key.span.clone());
        Some(Self::at(text, span, format!("there is no rule and no group of rules `{unknown}`{near}")))
    }

    /// A pattern under `paths` that is none.
    pub(super) fn pattern(text: &str, pattern: &str) -> Self {
        let key = yaml::read(text).ok().and_then(|(yaml, _)| Some(yaml.get("paths")?.entry(pattern)?.0.span.clone()));
        let message = format!("the pattern `{pattern}` is not written as in .gitignore");
        Self::at(text, key.unwrap_or(0..0), message)
    }

    /// A value under `athena` that cannot be; `mistake` begins with its key.
    pub(super) fn of_athena(text: &str, mistake: String) -> Self {
        let yaml = yaml::read(text).ok().map(|(yaml, _)| yaml);
        let path = mistake.split('`').nth(1).unwrap_or_default();
        let mut span = 0..0;
        let mut at = yaml.as_ref();
        for key in path.split('.') {
            let Some((key, value)) = at.and_then(|at| at.entry(key)) else { break };
            (span, at) = (key.span.clone(), Some(value));
        }
        Self::at(text, span, mistake)
    }

    /// As a finding, with the text that it is in.
    pub fn finding(&self, help: String) -> (Finding, &str) {
        let place = match &self.span {
            Some(span) => Place::span(FILE, span.clone()),
            None => Place::file(FILE),
        };
        (Finding::new(RULE, Level::Error, self.message.clone(), place).help(help), &self.text)
    }
}

impl std::fmt::Display for Wrong {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(span) = &self.span {
            let (line, column) = LineIndex::new(&self.text).position(span.start);
            write!(out, "line {line} column {column}: ")?;
        }
        out.write_str(&self.message)
    }
}

/// The line and the column that a message begins with, and the rest of it.
fn placed(message: &str) -> Option<((usize, usize), &str)> {
    let (line, rest) = message.strip_prefix("line ")?.split_once(" column ")?;
    let (column, rest) = rest.split_once(": ")?;
    Some(((line.parse().ok()?, column.parse().ok()?), rest))
}

/// The reader's message in words for those who do not write Rust.
fn plain(message: &str) -> String {
    if let Some(unknown) = unknown(message) {
        return unknown;
    }
    let twice = message.strip_prefix("duplicate mapping key: ").and_then(|rest| rest.split(',').next());
    if let Some(key) = twice {
        return format!("the key `{key}` stands twice");
    }
    let known = [
        ("invalid u64", "a whole number belongs here, 0 or more"),
        ("invalid usize", "a whole number belongs here, 0 or more"),
        ("expected sequence start", "a list belongs here, such as [one, two]"),
        ("expected mapping start", "keys with their values belong here"),
        ("expected string scalar", "a text belongs here"),
        ("externally tagged enum expected", "a single word belongs here"),
    ];
    let plain = known.iter().find(|(theirs, _)| message.starts_with(theirs)).map(|(_, plain)| *plain);
    plain.unwrap_or(message).to_owned()
}

/// What to say of a key or word that is not known, with the one that was meant.
fn unknown(message: &str) -> Option<String> {
    let (rest, is_key) = match message.strip_prefix("unknown field `") {
        Some(rest) => (rest, true),
        None => (message.strip_prefix("unknown variant `")?, false),
    };
    let (name, rest) = rest.split_once('`')?;
    let known = rest.split("expected one of ").nth(1)?.split(", ").map(|name| name.trim_matches('`'));
    let known: Vec<&str> = known.collect();
    let what = if is_key { format!("there is no setting `{name}`") } else { format!("`{name}` means nothing here") };
    let meant = match did_you_mean(name, known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("known are {}", known.join(", ")),
    };
    Some(format!("{what}; {meant}"))
}
