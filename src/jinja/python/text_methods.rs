//! The methods of texts.

use minijinja::{Error, ErrorKind, State, Value};

use super::arguments::Args;
use super::containers::{Dict, List, Tuple};
use super::lazy::items;
use super::{Done, fail, format_spec, repr};
use crate::jinja::budget;

/// The methods whose names may be mistaken.
pub(crate) const NAMES: &[&str] = &[
    "capitalize",
    "center",
    "count",
    "endswith",
    "find",
    "format",
    "index",
    "isalnum",
    "isalpha",
    "isdigit",
    "islower",
    "isspace",
    "istitle",
    "isupper",
    "join",
    "ljust",
    "lower",
    "lstrip",
    "partition",
    "removeprefix",
    "removesuffix",
    "replace",
    "rfind",
    "rindex",
    "rjust",
    "rpartition",
    "rsplit",
    "rstrip",
    "split",
    "splitlines",
    "startswith",
    "strip",
    "swapcase",
    "title",
    "upper",
    "zfill",
];

/// Calls a method of a text.
pub(crate) fn call(state: &mut State<'_, '_>, text: &str, method: &str, values: &[Value]) -> Done<Value> {
    let args = Args::new(method, values)?;
    budget::charge(text.len())?;
    if let Some(answer) = questions(text, method) {
        args.at_most(&[])?;
        return Ok(Value::from(answer));
    }
    if let Some(changed) = changed(text, method, &args)? {
        return made(changed);
    }
    match method {
        "format" => made(format_spec::format(state, text, &args)?),
        "format_map" => {
            let map = super::dict_methods::pairs(&args.must(0, "mapping")?)?;
            let named = map.into_iter().map(|(key, value)| (repr::text(&key).unwrap_or_default(), value)).collect();
            made(format_spec::format(state, text, &Args { name: method, positional: &[], named })?)
        }
        "join" => join(text, &args.must(0, "items")?),
        "split" | "rsplit" => split(text, method == "rsplit", &args),
        "splitlines" => {
            List::charged(lines(text, args.flag(0, "keepends", false)).into_iter().map(Value::from).collect())
        }
        "partition" | "rpartition" => partition(text, method == "rpartition", &args.text(0, "sep")?),
        "count" | "find" | "rfind" | "index" | "rindex" | "startswith" | "endswith" => within(text, method, &args),
        "encode" => Ok(Value::from(text)),
        "maketrans" => Ok(args.must(0, "table")?),
        "translate" => translate(text, &args.must(0, "table")?),
        _ => Err(Error::from(ErrorKind::UnknownMethod)),
    }
}

fn made(text: String) -> Done<Value> {
    budget::text(text.len())?;
    Ok(Value::from(text))
}

/// The methods that answer yes or no about all characters.
fn questions(text: &str, method: &str) -> Option<bool> {
    let all = |is: fn(char) -> bool| !text.is_empty() && text.chars().all(is);
    let is_cased = || text.chars().any(|c| c.is_uppercase() || c.is_lowercase());
    let is_digit = |c: char| c.is_ascii_digit() || (c.is_numeric() && !c.is_ascii() && "²³¹⁰⁴⁵⁶⁷⁸⁹".contains(c));
    Some(match method {
        "isalpha" => all(char::is_alphabetic),
        "isalnum" => all(char::is_alphanumeric),
        "isdigit" => !text.is_empty() && text.chars().all(is_digit),
        "isdecimal" => all(|c| c.is_ascii_digit()),
        "isnumeric" => all(char::is_numeric),
        "isspace" => all(char::is_whitespace),
        "isascii" => text.is_ascii(),
        "isprintable" => text.chars().all(repr::is_printable),
        "islower" => is_cased() && !text.chars().any(char::is_uppercase),
        "isupper" => is_cased() && !text.chars().any(char::is_lowercase),
        "istitle" => is_cased() && title(text) == text,
        "isidentifier" => all(|c| c.is_alphanumeric() || c == '_') && !text.starts_with(char::is_numeric),
        _ => return None,
    })
}

/// Python's `title()`: every letter after what is no letter is upper case.
fn title(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut inside = false;
    for c in text.chars() {
        match inside {
            true => out.extend(c.to_lowercase()),
            false => out.extend(c.to_uppercase()),
        }
        inside = c.is_alphabetic();
    }
    out
}

pub(crate) fn capitalized(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().into_iter().flat_map(char::to_uppercase);
    first.chain(chars.as_str().to_lowercase().chars()).collect()
}

/// The methods that make one text of another.
fn changed(text: &str, method: &str, args: &Args<'_>) -> Done<Option<String>> {
    Ok(Some(match method {
        "upper" => text.to_uppercase(),
        "lower" => text.to_lowercase(),
        "casefold" => text.to_lowercase().replace('ß', "ss"),
        "title" => title(text),
        "capitalize" => capitalized(text),
        "swapcase" => text
            .chars()
            .flat_map(
                |c| if c.is_uppercase() { c.to_lowercase().collect::<Vec<_>>() } else { c.to_uppercase().collect() },
            )
            .collect(),
        "strip" => stripped(text, (true, true), args.some_text(0, "chars")?.as_deref()).to_owned(),
        "lstrip" => stripped(text, (true, false), args.some_text(0, "chars")?.as_deref()).to_owned(),
        "rstrip" => stripped(text, (false, true), args.some_text(0, "chars")?.as_deref()).to_owned(),
        "center" | "ljust" | "rjust" => {
            let fill = args.some_text(1, "fillchar")?.unwrap_or_else(|| " ".to_owned());
            let mut chars = fill.chars();
            let (Some(fill), None) = (chars.next(), chars.next()) else {
                return Err(fail(format!("`{method}` fills up with one character")));
            };
            justified(text, args.int(0, "width", 0)?, method, fill)?
        }
        "zfill" => {
            let (sign, digits) = text.split_at(usize::from(text.starts_with(['+', '-'])));
            let width = args.int(0, "width", 0)? - i64::try_from(sign.len()).unwrap_or(0);
            format!("{sign}{}", justified(digits, width, "rjust", '0')?)
        }
        "expandtabs" => expanded(text, args.int(0, "tabsize", 8)?)?,
        "removeprefix" => text.strip_prefix(args.text(0, "prefix")?.as_str()).unwrap_or(text).to_owned(),
        "removesuffix" => text.strip_suffix(args.text(0, "suffix")?.as_str()).unwrap_or(text).to_owned(),
        "replace" => replaced(text, &args.text(0, "old")?, &args.text(1, "new")?, args.int(2, "count", -1)?)?,
        _ => return Ok(None),
    }))
}

/// Without white space, or without these characters, at the beginning and at the end.
pub(crate) fn stripped<'t>(text: &'t str, (left, right): (bool, bool), chars: Option<&str>) -> &'t str {
    let goes = |c: char| chars.map_or_else(|| is_space(c), |chars| chars.contains(c));
    let text = if left { text.trim_start_matches(goes) } else { text };
    if right { text.trim_end_matches(goes) } else { text }
}

/// White space to Python.
fn is_space(c: char) -> bool {
    c.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&c)
}

/// `center`, `ljust` and `rjust`
pub(crate) fn justified(text: &str, width: i64, method: &str, fill: char) -> Done<String> {
    let length = text.chars().count();
    let width = usize::try_from(width).unwrap_or(0);
    let missing = width.saturating_sub(length);
    budget::text(missing.saturating_mul(fill.len_utf8()).saturating_add(text.len()))?;
    let left = match method {
        "ljust" => 0,
        "rjust" => missing,
        _ => missing / 2 + (missing & width & 1),
    };
    let fill = |count: usize| std::iter::repeat_n(fill, count).collect::<String>();
    Ok(format!("{}{text}{}", fill(left), fill(missing - left)))
}

fn expanded(text: &str, size: i64) -> Done<String> {
    let size = usize::try_from(size).unwrap_or(0);
    budget::text(text.matches('\t').count().saturating_mul(size).saturating_add(text.len()))?;
    let mut out = String::new();
    let mut column = 0;
    for c in text.chars() {
        if c == '\t' {
            let missing = if size == 0 { 0 } else { size - column % size };
            out.push_str(&" ".repeat(missing));
            column += missing;
        } else {
            out.push(c);
            column = if matches!(c, '\n' | '\r') { 0 } else { column + 1 };
        }
    }
    Ok(out)
}

/// `replace(old, new, count)`; a negative count means all.
pub(crate) fn replaced(text: &str, old: &str, new: &str, count: i64) -> Done<String> {
    let most = usize::try_from(count).unwrap_or(usize::MAX);
    let found = if old.is_empty() { text.chars().count() + 1 } else { text.matches(old).count() }.min(most);
    let length = text.len().saturating_add(found.saturating_mul(new.len()));
    budget::text(length.saturating_sub(found.saturating_mul(old.len())))?;
    Ok(text.replacen(old, new, most))
}

/// `separator.join(items)`: Python joins only texts.
fn join(separator: &str, values: &Value) -> Done<Value> {
    let items = items(values)?;
    let mut out = String::new();
    for (at, item) in items.iter().enumerate() {
        let text = item.as_str().ok_or_else(|| {
            let shown = super::arguments::shown(item);
            fail(format!("`join` takes texts only, and {shown} is none; write `| join(…)`, which takes all values"))
        })?;
        out.push_str(if at > 0 { separator } else { "" });
        out.push_str(text);
        if out.len() > budget::LONGEST_TEXT {
            break;
        }
    }
    made(out)
}

fn split(text: &str, from_right: bool, args: &Args<'_>) -> Done<Value> {
    let most = usize::try_from(args.int(1, "maxsplit", -1)?).unwrap_or(usize::MAX - 1);
    let mut parts: Vec<&str> = Vec::new();
    match args.some_text(0, "sep")? {
        Some(separator) if separator.is_empty() => return Err(fail("`split` needs a separator that is not empty")),
        Some(separator) if from_right => {
            parts.extend(text.rsplitn(most + 1, separator.as_str()));
            parts.reverse();
        }
        Some(separator) => parts.extend(text.splitn(most + 1, separator.as_str())),
        None => {
            let mut rest = text;
            while !stripped(rest, (true, true), None).is_empty() {
                rest = stripped(rest, (!from_right, from_right), None);
                let end = if from_right { rest.rfind(is_space) } else { rest.find(is_space) };
                let (part, left) = match end {
                    Some(_) if parts.len() >= most => (rest, ""),
                    Some(at) if from_right => (rest[at..].trim_start_matches(is_space), &rest[..at]),
                    Some(at) => (&rest[..at], &rest[at..]),
                    None => (rest, ""),
                };
                parts.push(part);
                rest = left;
                budget::charge(budget::ITEM)?;
            }
            if from_right {
                parts.reverse();
            }
        }
    }
    List::charged(parts.into_iter().map(Value::from).collect())
}

fn lines(text: &str, keeps_ends: bool) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let is_end = |c: char| {
            matches!(c, '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{1c}'..='\u{1e}' | '\u{85}' | '\u{2028}' | '\u{2029}')
        };
        let end = rest.find(is_end).unwrap_or(rest.len());
        let after = &rest[end..];
        let length = if after.starts_with("\r\n") { 2 } else { after.chars().next().map_or(0, char::len_utf8) };
        found.push(if keeps_ends { &rest[..end + length] } else { &rest[..end] });
        rest = &rest[end + length..];
    }
    found
}

fn partition(text: &str, from_right: bool, separator: &str) -> Done<Value> {
    if separator.is_empty() {
        return Err(fail("`partition` needs a separator that is not empty"));
    }
    let found = if from_right { text.rsplit_once(separator) } else { text.split_once(separator) };
    let parts = match found {
        Some((before, after)) => [before, separator, after],
        None if from_right => ["", "", text],
        None => [text, "", ""],
    };
    Tuple::value(parts.map(Value::from).to_vec())
}

/// The methods that look for a text, between two places that may be given.
fn within(text: &str, method: &str, args: &Args<'_>) -> Done<Value> {
    let chars = text.chars().count();
    let length = i64::try_from(chars).unwrap_or(i64::MAX);
    let bound =
        |at: i64| usize::try_from(if at < 0 { at.saturating_add(length).max(0) } else { at.min(length) }).unwrap_or(0);
    let given = args.int(1, "start", 0)?;
    let (from, to) = (bound(given), bound(args.some_int(2, "end")?.unwrap_or(i64::MAX)));
    let offset = |at: usize| text.char_indices().nth(at).map_or(text.len(), |(offset, _)| offset);
    let part = if from <= to { &text[offset(from)..offset(to)] } else { "" };
    let is_out = given > length || from > to;
    if matches!(method, "startswith" | "endswith") {
        let sought = args.must(0, "prefix")?;
        let alternatives = match sought.downcast_object_ref::<Tuple>() {
            Some(tuple) => tuple.items.clone(),
            None => vec![sought],
        };
        let mut found = false;
        for one in alternatives {
            let one =
                one.as_str().ok_or_else(|| fail(format!("`{method}` needs a text, or texts in round brackets")))?;
            found |= !is_out && if method == "startswith" { part.starts_with(one) } else { part.ends_with(one) };
        }
        return Ok(Value::from(found));
    }
    let sought = args.text(0, "sub")?;
    if method == "count" {
        return Ok(Value::from(if is_out {
            0
        } else if sought.is_empty() {
            part.chars().count() + 1
        } else {
            part.matches(&*sought).count()
        }));
    }
    let found = if method.starts_with('r') { part.rfind(&*sought) } else { part.find(&*sought) };
    match found.filter(|_| !is_out) {
        Some(at) => Ok(Value::from(from + part[..at].chars().count())),
        None if method.ends_with("find") => Ok(Value::from(-1)),
        None => Err(fail(format!("`{method}`: the text does not hold it; `find` answers -1 instead"))),
    }
}

fn translate(text: &str, table: &Value) -> Done<Value> {
    let table = table.downcast_object_ref::<Dict>().ok_or_else(|| fail("`translate` needs a dict"))?;
    let mut out = String::new();
    for c in text.chars() {
        match table.get(&Value::from(u32::from(c))).or_else(|| table.get(&Value::from(c))) {
            None => out.push(c),
            Some(value) if value.is_none() => {}
            Some(value) => {
                match super::number::index(&value).and_then(|code| char::from_u32(u32::try_from(code).ok()?)) {
                    Some(other) => out.push(other),
                    None => out.push_str(&repr::text(&value)?),
                }
            }
        }
        if out.len() > budget::LONGEST_TEXT {
            break;
        }
    }
    made(out)
}
