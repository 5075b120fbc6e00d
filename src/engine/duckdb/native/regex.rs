//! Regular expressions as Trino has them: Java's, with look-around and references back.
//!
//! Behaviour: Trino's "Regular expression functions".

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use fancy_regex::{Captures, Regex};

use super::{Given, first, nth, number};

thread_local! {
    static COMPILED: RefCell<HashMap<String, Rc<Regex>>> = RefCell::new(HashMap::new());
}

/// As many patterns as one thread keeps: those that come from a column could be any number.
const KEPT: usize = 100;

fn compiled(pattern: &str) -> Result<Rc<Regex>, String> {
    COMPILED.with_borrow_mut(|known| {
        if let Some(regex) = known.get(pattern) {
            return Ok(Rc::clone(regex));
        }
        // `\d`, `\w`, `\s` and `\b` mean ASCII in Java.
        let regex = Regex::new(&in_ascii(pattern))
            .map_err(|error| format!("the regular expression `{pattern}` cannot be read: {error}"))?;
        let regex = Rc::new(regex);
        if known.len() >= KEPT {
            known.clear();
        }
        known.insert(pattern.to_owned(), Rc::clone(&regex));
        Ok(regex)
    })
}

/// The classes that are ASCII's in Java, written out.
fn in_ascii(pattern: &str) -> String {
    let mut out = String::new();
    let mut chars = pattern.chars();
    let mut in_class = false;
    while let Some(c) = chars.next() {
        match c {
            '[' => in_class = true,
            ']' => in_class = false,
            _ => {}
        }
        // Without `(?m)`, the end is also before a last line break.
        if c == '$' && !in_class && !pattern.contains("(?m") {
            out.push_str(r"(?=\n?\z)");
            continue;
        }
        if c != '\\' {
            out.push(c);
            continue;
        }
        if let Some((posix, name)) = chars
            .as_str()
            .strip_prefix("p{")
            .and_then(|rest| rest.split_once('}'))
            .and_then(|(name, _)| Some((posix(name)?, name)))
        {
            let range = if in_class { posix.to_owned() } else { format!("[{posix}]") };
            out.push_str(&range);
            chars = chars.as_str()[name.len() + 3..].chars();
            continue;
        }
        match chars.next() {
            Some('Q') => {
                let (quoted, rest) = chars.as_str().split_once(r"\E").unwrap_or((chars.as_str(), ""));
                out.push_str(&fancy_regex::escape(quoted));
                chars = rest.chars();
            }
            Some('d') if in_class => out.push_str("0-9"),
            Some('w') if in_class => out.push_str("A-Za-z0-9_"),
            Some('s') if in_class => out.push_str(r" \t\n\x0B\f\r"),
            Some('d') => out.push_str("[0-9]"),
            Some('D') => out.push_str("[^0-9]"),
            Some('w') => out.push_str("[A-Za-z0-9_]"),
            Some('W') => out.push_str("[^A-Za-z0-9_]"),
            Some('s') => out.push_str(r"[ \t\n\x0B\f\r]"),
            Some('S') => out.push_str(r"[^ \t\n\x0B\f\r]"),
            Some('Z') => out.push_str(r"(?=\n?\z)"),
            Some(other) => {
                out.push('\\');
                out.push(other);
            }
            None => out.push('\\'),
        }
    }
    out
}

/// The POSIX classes that Java writes as `\p{Alpha}`.
fn posix(name: &str) -> Option<&'static str> {
    Some(match name {
        "Lower" => "a-z",
        "Upper" => "A-Z",
        "Alpha" => "A-Za-z",
        "Digit" => "0-9",
        "Alnum" => "A-Za-z0-9",
        "Punct" => r"!-/:-@\[-`{-~",
        "Space" => r" \t\n\x0B\f\r",
        "XDigit" => "0-9A-Fa-f",
        _ => return None,
    })
}

fn failed(error: impl std::fmt::Display) -> String {
    format!("a regular expression gave up: {error}")
}

pub(super) fn like(values: &[&str]) -> Given<bool> {
    compiled(nth(values, 1))?.is_match(first(values)).map(Some).map_err(failed)
}

fn group<'t>(found: &Captures<'t, str>, values: &[&str], at: usize) -> Given<&'t str> {
    let wanted = number(values, at)?;
    if wanted < 0 || usize::try_from(wanted).unwrap_or(usize::MAX) >= found.len() {
        return Err(format!("Pattern has {} groups. Cannot access group {wanted}", found.len() - 1));
    }
    Ok(found.get(usize::try_from(wanted).unwrap_or_default()).map(|found| found.as_str()))
}

fn all<'t>(values: &[&'t str]) -> Result<Vec<Captures<'t, str>>, String> {
    all_from(values, 0)
}

/// The matches from a place on, in bytes.
fn all_from<'t>(values: &[&'t str], mut from: usize) -> Result<Vec<Captures<'t, str>>, String> {
    let (text, regex) = (first(values), compiled(nth(values, 1))?);
    let mut found = Vec::new();
    // After a match, the search goes on where it ends: an empty one may stand there. After an empty one, a character on.
    while from <= text.len() {
        let Some(captures) = regex.captures_from_pos(text, from).map_err(failed)? else { break };
        let Some(whole) = captures.get(0) else { break };
        from = match whole.end() - whole.start() {
            0 => whole.end() + text[whole.end()..].chars().next().map_or(1, char::len_utf8),
            _ => whole.end(),
        };
        found.push(captures);
    }
    Ok(found)
}

fn has_group(values: &[&str], at: usize) -> Result<(), String> {
    let (wanted, groups) = (number(values, at)?, compiled(nth(values, 1))?.captures_len());
    match usize::try_from(wanted) {
        Ok(wanted) if wanted < groups => Ok(()),
        _ => Err(format!("Pattern has {} groups. Cannot access group {wanted}", groups - 1)),
    }
}

/// The text, the pattern and the group's number.
pub(super) fn extract(values: &[&str]) -> Given<String> {
    has_group(values, 2)?;
    match compiled(nth(values, 1))?.captures(first(values)).map_err(failed)? {
        None => Ok(None),
        Some(found) => Ok(group(&found, values, 2)?.map(str::to_owned)),
    }
}

pub(super) fn extract_all(values: &[&str]) -> Given<Vec<Option<String>>> {
    has_group(values, 2)?;
    let found = all(values)?;
    found.iter().map(|found| Ok(group(found, values, 2)?.map(str::to_owned))).collect::<Result<_, String>>().map(Some)
}

pub(super) fn count(values: &[&str]) -> Given<i64> {
    Ok(i64::try_from(all(values)?.len()).ok())
}

/// The text, the pattern, where to begin and which occurrence: its place in characters, or -1.
pub(super) fn position(values: &[&str]) -> Given<i64> {
    let (text, start, occurrence) = (first(values), number(values, 2)?, number(values, 3)?);
    if start < 1 || occurrence < 1 {
        return Err("start and occurrence must be positive".to_owned());
    }
    let begin = usize::try_from(start - 1).unwrap_or(usize::MAX);
    let Some(from) = text.char_indices().map(|(at, _)| at).chain([text.len()]).nth(begin) else { return Ok(Some(-1)) };
    let places = all_from(values, from)?;
    let mut places = places.iter().filter_map(|found| found.get(0)).map(|found| found.start());
    let place = places.nth(usize::try_from(occurrence - 1).unwrap_or(usize::MAX));
    Ok(Some(place.map_or(-1, |at| i64::try_from(text[..at].chars().count() + 1).unwrap_or(-1))))
}

pub(super) fn split(values: &[&str]) -> Given<Vec<Option<String>>> {
    let pieces = pieces(values)?;
    Ok(pieces)
}

/// What stands between the matches.
pub(super) fn pieces(values: &[&str]) -> Given<Vec<Option<String>>> {
    let text = first(values);
    let mut from = 0;
    let mut out = Vec::new();
    for found in all(values)?.iter().filter_map(|found| found.get(0)) {
        out.push(Some(text[from..found.start()].to_owned()));
        from = found.end();
    }
    out.push(Some(text[from..].to_owned()));
    Ok(Some(out))
}

/// For each match the texts of its groups, as a JSON array: for a replacement by a lambda.
pub(super) fn groups(values: &[&str]) -> Given<Vec<Option<String>>> {
    let texts = |found: &Captures<'_, str>| {
        let groups: Vec<Option<&str>> = found.iter().skip(1).map(|group| group.map(|group| group.as_str())).collect();
        serde_json::to_string(&groups).map(Some).map_err(|error| error.to_string())
    };
    all(values)?.iter().map(texts).collect::<Result<_, _>>().map(Some)
}

/// The text, the pattern and the replacement, in which `$1` and `${name}` are groups and a backslash takes meaning away.
pub(super) fn replace(values: &[&str]) -> Given<String> {
    let text = first(values);
    let mut from = 0;
    let mut out = String::new();
    for found in &all(values)? {
        let Some(whole) = found.get(0) else { continue };
        out.push_str(&text[from..whole.start()]);
        replacement(found, nth(values, 2), &mut out)?;
        from = whole.end();
    }
    out.push_str(&text[from..]);
    Ok(Some(out))
}

fn replacement(found: &Captures<'_, str>, written: &str, out: &mut String) -> Result<(), String> {
    let mut chars = written.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' => out.push(chars.next().ok_or("the replacement ends in a backslash")?),
            '$' => {
                let text = match chars.peek() {
                    Some('{') => {
                        chars.next();
                        let name: String = chars.by_ref().take_while(|c| *c != '}').collect();
                        let known = match name.parse::<usize>() {
                            Ok(number) => found.get(number),
                            Err(_) => found.name(&name),
                        };
                        known.map(|group| group.as_str())
                    }
                    Some(digit) if digit.is_ascii_digit() => {
                        let mut number = 0usize;
                        // As many digits as still make the number of a group.
                        while let Some(digit) = chars.peek().and_then(|c| c.to_digit(10)) {
                            let longer = number * 10 + usize::try_from(digit).unwrap_or_default();
                            if number > 0 && longer >= found.len() {
                                break;
                            }
                            number = longer;
                            chars.next();
                        }
                        if number >= found.len() {
                            return Err(format!("Illegal replacement sequence: unknown group {number}"));
                        }
                        found.get(number).map(|group| group.as_str())
                    }
                    _ => return Err("Illegal replacement sequence: `$` needs a group's number".to_owned()),
                };
                out.push_str(text.unwrap_or_default());
            }
            c => out.push(c),
        }
    }
    Ok(())
}
