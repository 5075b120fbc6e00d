//! `modules.re`: Python's regular expressions.

use std::fmt;
use std::fmt::Write as _;
use std::sync::Arc;

use fancy_regex::{Captures, Regex, RegexBuilder};
use minijinja::value::{Object, ObjectRepr};
use minijinja::{Error, ErrorKind, State, Value};

use super::arguments::Args;
use super::containers::{List, Tuple};
use super::lazy::Iterator;
use super::regex_match::Match;
use super::{Done, fail, repr};
use crate::jinja::budget;

/// A search that goes back more often is given up.
const MOST_STEPS: usize = 200_000;

const IGNORE_CASE: i64 = 2;
const MULTILINE: i64 = 8;
const DOT_ALL: i64 = 16;
const VERBOSE: i64 = 64;

/// `modules.re`
#[derive(Debug)]
pub(crate) struct Re;

/// What `re.compile` gives.
#[derive(Debug)]
struct Pattern {
    written: String,
    flags: i64,
}

const METHODS: &[&str] = &["match", "search", "fullmatch", "sub", "subn", "split", "findall", "finditer"];

impl Object for Re {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        Some(Value::from(match key.as_str()? {
            "A" | "ASCII" => 256,
            "I" | "IGNORECASE" => IGNORE_CASE,
            "M" | "MULTILINE" => MULTILINE,
            "S" | "DOTALL" => DOT_ALL,
            "X" | "VERBOSE" => VERBOSE,
            "U" | "UNICODE" => 32,
            _ => return None,
        }))
    }

    fn call_method(
        self: &Arc<Self>,
        state: &mut State<'_, '_>,
        method: &str,
        values: &[Value],
    ) -> Result<Value, Error> {
        let args = Args::new(method, values)?;
        match method {
            "escape" => Ok(Value::from(escaped(&args.text(0, "pattern")?))),
            "purge" => Ok(Value::from(())),
            "compile" => {
                let pattern = Pattern { written: args.text(0, "pattern")?, flags: args.int(1, "flags", 0)? };
                pattern.regex("", "")?;
                Ok(Value::from_object(pattern))
            }
            _ if METHODS.contains(&method) => {
                let first = args.must(0, "pattern")?;
                let at = match method {
                    "sub" | "subn" => 4,
                    "split" => 3,
                    _ => 2,
                };
                let flags = args.int(at, "flags", 0)?;
                let pattern = match first.downcast_object_ref::<Pattern>() {
                    Some(pattern) => Pattern { written: pattern.written.clone(), flags: pattern.flags },
                    None => Pattern { written: args.text(0, "pattern")?, flags },
                };
                let rest =
                    Args { name: method, positional: args.positional.get(1..).unwrap_or_default(), named: args.named };
                pattern.run(state, method, &rest)
            }
            _ => Err(Error::from(ErrorKind::UnknownMethod)),
        }
    }
}

/// With a backslash before what means something in a pattern.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        if "()[]{}?*+-|^$\\.&~# \t\n\r\u{b}\u{c}".contains(c) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// A pattern of Python's as one of the crate's: `$`, `\Z` and brackets in brackets mean something else there.
fn translated(pattern: &str, flags: i64) -> String {
    let mut out = String::new();
    let mut chars = pattern.chars().peekable();
    let mut in_class = false;
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some('Z') if !in_class => out.push_str("\\z"),
                Some(next) => out.extend(['\\', next]),
                None => out.push('\\'),
            },
            '[' if in_class => out.push_str("\\["),
            '&' | '~' if in_class => out.extend(['\\', c]),
            '[' => {
                in_class = true;
                out.push('[');
                if chars.next_if_eq(&'^').is_some() {
                    out.push('^');
                }
                // A bracket that stands first is one of the characters.
                if chars.next_if_eq(&']').is_some() {
                    out.push_str("\\]");
                }
            }
            ']' if in_class => {
                in_class = false;
                out.push(']');
            }
            '$' if !in_class && flags & MULTILINE == 0 => out.push_str("(?=\\n?\\z)"),
            c => out.push(c),
        }
    }
    out
}

impl Pattern {
    fn regex(&self, before: &str, after: &str) -> Done<Regex> {
        let source = translated(&self.written, self.flags);
        let mut prefix = String::new();
        for (flag, letter) in [(IGNORE_CASE, 'i'), (MULTILINE, 'm'), (DOT_ALL, 's'), (VERBOSE, 'x')] {
            if self.flags & flag != 0 {
                prefix.push(letter);
            }
        }
        let prefix = if prefix.is_empty() { prefix } else { format!("(?{prefix})") };
        budget::charge(source.len() * 64)?;
        let whole = format!("{prefix}{before}{source}{after}");
        let built = budget::search(|| RegexBuilder::new(&whole).backtrack_limit(MOST_STEPS).build())?;
        built.map_err(|_| {
            fail(format!("cadet cannot read the regular expression `{}`; check its brackets", self.written))
        })
    }

    fn run(&self, state: &mut State<'_, '_>, method: &str, args: &Args<'_>) -> Done<Value> {
        match method {
            "match" | "search" | "fullmatch" => {
                let regex = match method {
                    "match" => self.regex("\\A(?:", ")")?,
                    "fullmatch" => self.regex("\\A(?:", ")\\z")?,
                    _ => self.regex("", "")?,
                };
                let text = args.text(0, "string")?;
                let found = self.next(&regex, &text, 0)?;
                Ok(found.map_or_else(
                    || Value::from(()),
                    |found| Value::from_object(Match::new(&regex, &text.as_str().into(), &found)),
                ))
            }
            "findall" | "finditer" => {
                let (regex, text) = (self.regex("", "")?, args.text(0, "string")?);
                let shared: Arc<str> = text.as_str().into();
                let mut found = Vec::new();
                self.each(&regex, &text, usize::MAX, |captures| {
                    let one = Match::new(&regex, &shared, captures);
                    found.push(if method == "finditer" { Value::from_object(one) } else { one.found()? });
                    Ok(())
                })?;
                if method == "findall" { List::charged(found) } else { Iterator::value("callable_iterator", found) }
            }
            "split" => self.split(args),
            _ => {
                let (text, count) = self.substituted(state, args)?;
                let text = Value::from(text);
                if method == "sub" { Ok(text) } else { Tuple::value(vec![text, Value::from(count)]) }
            }
        }
    }

    fn next<'t>(&self, regex: &Regex, text: &'t str, from: usize) -> Done<Option<Captures<'t, str>>> {
        budget::charge(256)?;
        let found = budget::search(|| regex.captures_from_pos(text, from))?;
        found.map_err(|_| fail(format!("the regular expression `{}` takes too long; make it simpler", self.written)))
    }

    /// Each match, as Python finds them: an empty one is found beside one that is not, but not twice at one place.
    fn each<'t>(
        &self,
        regex: &Regex,
        text: &'t str,
        most: usize,
        mut each: impl FnMut(&Captures<'t, str>) -> Done<()>,
    ) -> Done<()> {
        let (mut at, mut empty_at, mut count) = (0, None, 0);
        budget::charge(text.len())?;
        while count < most && at <= text.len() {
            let Some(found) = self.next(regex, text, at)? else { break };
            let Some(whole) = found.get(0) else { break };
            if whole.start() == whole.end() && empty_at == Some(whole.start()) {
                let Some(next) = text[at..].chars().next() else { break };
                at += next.len_utf8();
                empty_at = None;
                continue;
            }
            each(&found)?;
            count += 1;
            at = whole.end();
            empty_at = (whole.start() == whole.end()).then_some(at);
        }
        Ok(())
    }

    fn split(&self, args: &Args<'_>) -> Done<Value> {
        let (regex, text) = (self.regex("", "")?, args.text(0, "string")?);
        let most = usize::try_from(args.int(1, "maxsplit", 0)?).ok().filter(|most| *most > 0).unwrap_or(usize::MAX);
        let (mut parts, mut last) = (Vec::new(), 0);
        self.each(&regex, &text, most, |found| {
            let Some(whole) = found.get(0) else { return Ok(()) };
            parts.push(Value::from(&text[last..whole.start()]));
            parts.extend(
                (1..found.len())
                    .map(|at| found.get(at).map_or_else(|| Value::from(()), |group| Value::from(group.as_str()))),
            );
            last = whole.end();
            budget::charge(budget::ITEM * found.len())
        })?;
        parts.push(Value::from(&text[last..]));
        List::charged(parts)
    }

    fn substituted(&self, state: &mut State<'_, '_>, args: &Args<'_>) -> Done<(String, usize)> {
        let regex = self.regex("", "")?;
        let (with, text) = (args.must(0, "repl")?, args.text(1, "string")?);
        let most = usize::try_from(args.int(2, "count", 0)?).ok().filter(|most| *most > 0).unwrap_or(usize::MAX);
        let shared: Arc<str> = text.as_str().into();
        let (mut out, mut last, mut count) = (String::new(), 0, 0);
        self.each(&regex, &text, most, |found| {
            let Some(whole) = found.get(0) else { return Ok(()) };
            out.push_str(&text[last..whole.start()]);
            match with.as_str() {
                Some(with) => expand(&mut out, with, found)?,
                None => out.push_str(&repr::text(
                    &with.call(state, &[Value::from_object(Match::new(&regex, &shared, found))])?,
                )?),
            }
            last = whole.end();
            count += 1;
            budget::text(out.len().min(budget::LONGEST_TEXT + 1) / 64)?;
            if out.len() > budget::LONGEST_TEXT { budget::text(out.len()) } else { Ok(()) }
        })?;
        out.push_str(&text[last..]);
        budget::text(out.len())?;
        Ok((out, count))
    }
}

/// Python's `\1` and `\g<1>` in a replacement.
fn expand(out: &mut String, with: &str, found: &Captures<'_, str>) -> Done<()> {
    let mut rest = with;
    while let Some((before, after)) = rest.split_once('\\') {
        out.push_str(before);
        let digits = after.bytes().take(2).take_while(u8::is_ascii_digit).count();
        let (name, left) = match after.strip_prefix("g<").and_then(|named| named.split_once('>')) {
            Some(named) => named,
            None if digits > 0 => after.split_at(digits),
            None => {
                let (c, left) = after.split_at(after.chars().next().map_or(0, char::len_utf8));
                match c {
                    "n" => out.push('\n'),
                    "t" => out.push('\t'),
                    "r" => out.push('\r'),
                    "\\" => out.push('\\'),
                    other => {
                        // Writing to a text cannot fail.
                        let _ = write!(out, "\\{other}");
                    }
                }
                rest = left;
                continue;
            }
        };
        let group = match name.parse::<usize>() {
            Ok(at) if at < found.len() => found.get(at),
            Ok(at) => return Err(fail(format!("the replacement names the group {at}, and the pattern has none"))),
            Err(_) => found.name(name),
        };
        out.push_str(group.map_or("", |group| group.as_str()));
        rest = left;
    }
    out.push_str(rest);
    Ok(())
}

impl Object for Pattern {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        match key.as_str()? {
            "pattern" => Some(Value::from(self.written.as_str())),
            "flags" => Some(Value::from(self.flags | 32)),
            _ => None,
        }
    }

    fn call_method(
        self: &Arc<Self>,
        state: &mut State<'_, '_>,
        method: &str,
        values: &[Value],
    ) -> Result<Value, Error> {
        match METHODS.contains(&method) {
            true => self.run(state, method, &Args::new(method, values)?),
            false => Err(Error::from(ErrorKind::UnknownMethod)),
        }
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut written = String::new();
        repr::quoted(&mut written, &self.written);
        write!(f, "re.compile({written})")
    }
}
