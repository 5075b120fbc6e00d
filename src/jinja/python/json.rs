//! JSON as Python's `json.dumps` writes it.

use minijinja::Value;
use minijinja::value::ValueKind;

use super::containers::{Dict, List, Set, View};
use super::lazy::Iterator;
use super::number::Number;
use super::{Done, fail, repr};
use crate::jinja::{budget, values};

/// Values that are nested deeper are not written.
const DEEPEST: usize = 200;

/// How JSON is written.
#[derive(Debug, Clone, Default)]
pub(crate) struct Style {
    pub sorts_keys: bool,
    /// What each level is indented with; nothing for one line.
    pub indent: Option<String>,
}

/// A value as JSON.
///
/// # Errors
/// It is undefined, a set or another thing that JSON does not know.
pub(crate) fn dumps(value: &Value, style: &Style) -> Done<String> {
    let mut out = String::new();
    write(&mut out, value, style, 0)?;
    budget::text(out.len())?;
    Ok(out)
}

/// JSON as Python reads it: `NaN` and `Infinity` are numbers; nothing for what is no JSON.
pub(crate) fn loads(text: &str) -> Option<Value> {
    if let Ok(json) = serde_json::from_str(text) {
        return Some(values::from_json(&json));
    }
    let words = [("-Infinity", f64::NEG_INFINITY), ("Infinity", f64::INFINITY), ("NaN", f64::NAN)];
    if words.iter().all(|(word, _)| !text.contains(word)) {
        return None;
    }
    // The words stand where JSON has none: a text that no other text of it is takes their place.
    let mark = (0..).map(|at| format!("\u{1}{at}")).find(|mark| !text.contains(mark.as_str()))?;
    let mut marked = String::with_capacity(text.len());
    let (mut is_text, mut rest) = (false, text);
    while let Some(c) = rest.chars().next() {
        let word = words.iter().enumerate().find(|(_, (word, _))| !is_text && rest.starts_with(word));
        let escaped = if is_text && c == '\\' { rest.get(..2) } else { None };
        let taken = match (word, escaped) {
            (Some((at, (word, _))), _) => {
                marked.push_str(&format!("\"\\u0001{}{at}\"", &mark[1..]));
                word.len()
            }
            (None, Some(pair)) => {
                marked.push_str(pair);
                2
            }
            (None, None) => {
                is_text ^= c == '"';
                marked.push(c);
                c.len_utf8()
            }
        };
        rest = &rest[taken..];
    }
    let json = serde_json::from_str(&marked).ok()?;
    Some(with_words(&json, &mark, &words))
}

/// The value of JSON with the numbers that stand behind the marks.
fn with_words(json: &serde_json::Value, mark: &str, words: &[(&str, f64)]) -> Value {
    match json {
        serde_json::Value::String(text) => {
            let number = text.strip_prefix(mark).and_then(|at| words.get(at.parse::<usize>().ok()?));
            number.map_or_else(|| Value::from(text.as_str()), |(_, number)| Value::from(*number))
        }
        serde_json::Value::Array(items) => List::value(items.iter().map(|item| with_words(item, mark, words))),
        serde_json::Value::Object(entries) => {
            Dict::value(entries.iter().map(|(key, value)| (Value::from(key.as_str()), with_words(value, mark, words))))
        }
        other => values::from_json(other),
    }
}

fn write(out: &mut String, value: &Value, style: &Style, depth: usize) -> Done<()> {
    budget::charge(16)?;
    if out.len() > budget::LONGEST_TEXT {
        return budget::text(out.len());
    }
    if depth > DEEPEST {
        return Err(fail(format!("a value that is nested more than {DEEPEST} deep cannot be written as JSON")));
    }
    let is_iterator = value.downcast_object_ref::<Iterator>().is_some()
        || value.downcast_object_ref::<Set>().is_some()
        || value.downcast_object_ref::<View>().is_some();
    match value.kind() {
        ValueKind::None => out.push_str("null"),
        ValueKind::Bool => out.push_str(if value.is_true() { "true" } else { "false" }),
        ValueKind::String => string(out, value.as_str().unwrap_or_default()),
        ValueKind::Seq | ValueKind::Iterable if !is_iterator => {
            let items: Vec<Value> = value.try_iter()?.collect();
            let mut each = |out: &mut String, at: usize| write(out, &items[at], style, depth + 1);
            between(out, style, depth, ('[', ']'), (items.len(), &mut each))?;
        }
        ValueKind::Map => entries(out, value, style, depth)?,
        _ => match Number::of(value) {
            Some(Number::Float(float)) if !float.is_finite() => out.push_str(match float {
                float if float.is_nan() => "NaN",
                float if float < 0.0 => "-Infinity",
                _ => "Infinity",
            }),
            Some(number) if !matches!(number, Number::Decimal(_)) => out.push_str(&number.text()?),
            _ => {
                let what = super::arguments::shown(value);
                return Err(fail(format!("{what} cannot be written as JSON; make a list or a text of it first")));
            }
        },
    }
    Ok(())
}

fn entries(out: &mut String, value: &Value, style: &Style, depth: usize) -> Done<()> {
    let mut keys = Vec::new();
    for key in value.try_iter()? {
        let name = match key.kind() {
            ValueKind::None => "null".to_owned(),
            ValueKind::Bool => if key.is_true() { "true" } else { "false" }.to_owned(),
            ValueKind::String => key.as_str().unwrap_or_default().to_owned(),
            ValueKind::Number => repr::repr(&key)?,
            _ => return Err(fail("JSON has only texts and numbers as keys")),
        };
        keys.push((name, key));
    }
    if style.sorts_keys {
        let places = keys.iter().enumerate().map(|(at, (_, key))| (key.clone(), Value::from(at))).collect();
        let sorted = super::list_methods::sorted(places, false)?;
        keys = sorted.iter().filter_map(|at| keys.get(at.as_usize()?).cloned()).collect();
    }
    let mut each = |out: &mut String, at: usize| {
        let (name, key): &(String, Value) = &keys[at];
        string(out, name);
        out.push_str(": ");
        write(out, &value.get_item(key).unwrap_or_default(), style, depth + 1)
    };
    between(out, style, depth, ('{', '}'), (keys.len(), &mut each))
}

/// Writes the item at this place.
type Each<'e> = &'e mut dyn FnMut(&mut String, usize) -> Done<()>;

fn between(
    out: &mut String,
    style: &Style,
    depth: usize,
    (open, close): (char, char),
    (count, each): (usize, Each<'_>),
) -> Done<()> {
    out.push(open);
    let line = |out: &mut String, depth: usize| -> Done<()> {
        let Some(indent) = &style.indent else { return Ok(()) };
        budget::text(indent.len().saturating_mul(depth).saturating_add(out.len()))?;
        out.push('\n');
        out.push_str(&indent.repeat(depth));
        Ok(())
    };
    for at in 0..count {
        if at > 0 {
            out.push_str(if style.indent.is_some() { "," } else { ", " });
        }
        line(out, depth + 1)?;
        each(out, at)?;
    }
    if count > 0 {
        line(out, depth)?;
    }
    out.push(close);
    Ok(())
}

fn string(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            ' '..='~' => out.push(c),
            c => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    out.push_str(&format!("\\u{unit:04x}"));
                }
            }
        }
    }
    out.push('"');
}

/// A text with everything but ASCII as Python's escapes.
pub(crate) fn ascii(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match u32::from(c) {
            0..=0x7f => out.push(c),
            code @ 0x80..=0xff => out.push_str(&format!("\\x{code:02x}")),
            code @ 0x100..=0xffff => out.push_str(&format!("\\u{code:04x}")),
            code => out.push_str(&format!("\\U{code:08x}")),
        }
    }
    out
}

/// JSON that can stand in HTML, as Jinja2's filter `tojson` makes it.
pub(crate) fn html_safe(json: &str) -> String {
    json.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026").replace('\'', "\\u0027")
}
