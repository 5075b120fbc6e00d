//! The filters of Jinja2 that are about texts.

use minijinja::{State, Value};

use super::arguments::Args;
use super::containers::Dict;
use super::text_methods::{capitalized, justified, replaced, stripped};
use super::{Done, fail, json, number, percent, pretty, repr};
use crate::jinja::{budget, environment};

type Filter = fn(&mut State<'_, '_>, &Value, &Args<'_>) -> Done<Value>;

pub(crate) const ALL: &[(&str, Filter)] = &[
    ("string", |_, value, args| args.at_most(&[]).and_then(|()| made(repr::text(value)?))),
    ("as_text", |_, value, _| Ok(value.clone())),
    ("as_bool", |_, value, _| Ok(environment::as_native(value))),
    ("as_number", |_, value, _| Ok(environment::as_native(value))),
    ("as_native", |_, value, _| Ok(environment::as_native(value))),
    ("upper", |_, value, args| args.at_most(&[]).and_then(|()| made(repr::text(value)?.to_uppercase()))),
    ("lower", |_, value, args| args.at_most(&[]).and_then(|()| made(repr::text(value)?.to_lowercase()))),
    ("capitalize", |_, value, args| args.at_most(&[]).and_then(|()| made(capitalized(&repr::text(value)?)))),
    ("title", |_, value, args| args.at_most(&[]).and_then(|()| made(title(&repr::text(value)?)))),
    ("trim", trim),
    ("center", center),
    ("replace", replace),
    ("format", format),
    ("indent", indent),
    ("truncate", truncate),
    ("wordcount", wordcount),
    ("wordwrap", wordwrap),
    ("pprint", |_, value, _| made(pretty::pformat(value)?)),
    ("tojson", tojson),
];

fn made(text: String) -> Done<Value> {
    budget::text(text.len())?;
    Ok(Value::from(text))
}

/// Every word begins with a capital, and goes on without.
fn title(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut begins = true;
    for c in text.chars() {
        match begins {
            true => out.extend(c.to_uppercase()),
            false => out.extend(c.to_lowercase()),
        }
        begins = c.is_whitespace() || "-({[<".contains(c);
    }
    out
}

fn trim(_: &mut State<'_, '_>, value: &Value, args: &Args<'_>) -> Done<Value> {
    args.at_most(&["chars"])?;
    let text = repr::text(value)?;
    made(stripped(&text, (true, true), args.some_text(0, "chars")?.as_deref()).to_owned())
}

fn center(_: &mut State<'_, '_>, value: &Value, args: &Args<'_>) -> Done<Value> {
    args.at_most(&["width"])?;
    made(justified(&repr::text(value)?, args.int(0, "width", 80)?, "center", ' ')?)
}

fn replace(_: &mut State<'_, '_>, value: &Value, args: &Args<'_>) -> Done<Value> {
    args.at_most(&["old", "new", "count"])?;
    let (old, new) = (repr::text(&args.must(0, "old")?)?, repr::text(&args.must(1, "new")?)?);
    let count = args.some_int(2, "count")?.unwrap_or(-1);
    made(replaced(&repr::text(value)?, &old, &new, count)?)
}

fn format(_: &mut State<'_, '_>, value: &Value, args: &Args<'_>) -> Done<Value> {
    let named: Vec<(Value, Value)> =
        args.named.args().map(|key| Ok((Value::from(key), args.named.peek(key)?))).collect::<Done<_>>()?;
    if !named.is_empty() && !args.positional.is_empty() {
        return Err(fail("`format` takes values by place or by name, not both"));
    }
    let values = match named.is_empty() {
        true => super::containers::Tuple::value(args.positional.to_vec())?,
        false => Dict::value(named),
    };
    made(percent::format(&repr::text(value)?, &values)?)
}

fn indent(_: &mut State<'_, '_>, value: &Value, args: &Args<'_>) -> Done<Value> {
    args.at_most(&["width", "first", "blank"])?;
    let width = args.value(0, "width").unwrap_or_else(|| Value::from(4));
    let indent = match width.as_str() {
        Some(text) => text.to_owned(),
        None => {
            let width = number::index(&width).ok_or_else(|| fail("`indent` needs a number of blanks, or a text"))?;
            justified("", width, "ljust", ' ')?
        }
    };
    let (first, blank) = (args.flag(1, "first", false), args.flag(2, "blank", false));
    let text = repr::text(value)?;
    budget::text((text.matches('\n').count() + 1).saturating_mul(indent.len()).saturating_add(text.len()))?;
    let mut out = if first { indent.clone() } else { String::new() };
    for (at, line) in text.split('\n').enumerate() {
        if at > 0 {
            out.push('\n');
            out.push_str(if blank || !line.is_empty() { &indent } else { "" });
        }
        out.push_str(line);
    }
    made(out)
}

fn truncate(_: &mut State<'_, '_>, value: &Value, args: &Args<'_>) -> Done<Value> {
    args.at_most(&["length", "killwords", "end", "leeway"])?;
    let length = usize::try_from(args.int(0, "length", 255)?).unwrap_or(0);
    let end = args.some_text(2, "end")?.unwrap_or_else(|| "...".to_owned());
    let leeway = usize::try_from(args.some_int(3, "leeway")?.unwrap_or(5)).unwrap_or(0);
    let mark = end.chars().count();
    if length < mark {
        return Err(fail(format!("`truncate`: a length of {length} leaves no room for `{end}`")));
    }
    let text = repr::text(value)?;
    if text.chars().count() <= length.saturating_add(leeway) {
        return made(text);
    }
    let cut: String = text.chars().take(length - mark).collect();
    match args.flag(1, "killwords", false) {
        true => made(cut + &end),
        false => made(cut.rsplit_once(' ').map_or(cut.as_str(), |(before, _)| before).to_owned() + &end),
    }
}

fn wordcount(_: &mut State<'_, '_>, value: &Value, args: &Args<'_>) -> Done<Value> {
    args.at_most(&[])?;
    let text = repr::text(value)?;
    Ok(Value::from(text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty()).count()))
}

fn tojson(_: &mut State<'_, '_>, value: &Value, args: &Args<'_>) -> Done<Value> {
    args.at_most(&["indent"])?;
    let indent = match args.some(0, "indent") {
        None => None,
        Some(indent) => Some(match indent.as_str() {
            Some(text) => text.to_owned(),
            None => justified("", args.int(0, "indent", 0)?, "ljust", ' ')?,
        }),
    };
    let json = json::dumps(value, &json::Style { sorts_keys: true, indent })?;
    made(json::html_safe(&json))
}

/// `wordwrap(width, break_long_words, wrapstring, break_on_hyphens)`. Behaviour: Python's `textwrap`.
fn wordwrap(_: &mut State<'_, '_>, value: &Value, args: &Args<'_>) -> Done<Value> {
    args.at_most(&["width", "break_long_words", "wrapstring", "break_on_hyphens"])?;
    let width = usize::try_from(args.int(0, "width", 79)?).unwrap_or(0);
    if width == 0 {
        return Err(fail("`wordwrap` needs a width of at least 1"));
    }
    let breaks = (args.flag(1, "break_long_words", true), args.flag(3, "break_on_hyphens", true));
    let between = args.some_text(2, "wrapstring")?.unwrap_or_else(|| "\n".to_owned());
    let text = repr::text(value)?;
    budget::text(text.len().saturating_mul(between.len() + 1))?;
    let lines: Vec<String> = text.lines().map(|line| wrapped(line, width, breaks).join(&between)).collect();
    made(lines.join(&between))
}

/// One line in pieces that are no longer than the width.
fn wrapped(line: &str, width: usize, (long_words, hyphens): (bool, bool)) -> Vec<String> {
    let mut chunks: Vec<Vec<char>> = chunks(line, hyphens);
    chunks.reverse();
    let mut lines = Vec::new();
    let is_blank = |chunk: &mut Vec<char>| chunk.iter().all(|c| c.is_whitespace());
    while !chunks.is_empty() {
        let mut current: Vec<char> = Vec::new();
        if !lines.is_empty() {
            chunks.pop_if(is_blank);
        }
        while let Some(chunk) = chunks.pop_if(|chunk| current.len() + chunk.len() <= width) {
            current.extend(chunk);
        }
        if let Some(chunk) = chunks.pop_if(|chunk| chunk.len() > width && (long_words || current.is_empty())) {
            let room = if long_words { width - current.len() } else { chunk.len() };
            current.extend(&chunk[..room]);
            if room < chunk.len() {
                chunks.push(chunk[room..].to_vec());
            }
        }
        if current.iter().any(|c| !c.is_whitespace()) {
            let line: String = current.iter().collect();
            lines.push(line.trim_end().to_owned());
        }
    }
    lines
}

/// Words, the white space between them, and the parts of words with hyphens.
fn chunks(line: &str, hyphens: bool) -> Vec<Vec<char>> {
    let mut found: Vec<Vec<char>> = Vec::new();
    let mut current: Vec<char> = Vec::new();
    let chars: Vec<char> = line.chars().collect();
    for (at, c) in chars.iter().copied().enumerate() {
        let changes = current.last().is_some_and(|last| last.is_whitespace() != c.is_whitespace());
        let letters =
            |range: std::ops::Range<usize>| chars.get(range).is_some_and(|part| part.iter().all(|c| c.is_alphabetic()));
        let after_hyphen =
            hyphens && current.last() == Some(&'-') && at >= 3 && letters(at - 3..at - 1) && letters(at..at + 2);
        if changes || after_hyphen {
            found.push(std::mem::take(&mut current));
        }
        current.push(c);
    }
    if !current.is_empty() {
        found.push(current);
    }
    found
}
