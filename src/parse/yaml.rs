//! YAML text in, a tree with a span on every key and value out.
//!
//! The values are those of PyYAML's SafeLoader, which is what dbt reads: see [`super::scalar`]. The tree is built
//! from granit-parser's events (the parser under serde-saphyr), because a typed reader forgets whether a scalar was
//! quoted. Sizes are bounded, so that no file of a pull request can exhaust the memory or the stack.

use std::collections::HashMap;
use std::ops::Range;

use granit_parser::{Event, Options, Parser, ScalarStyle, Span, StructureStyle, Tag};

use super::{scalar, yaml_problem};

/// More values than this in one file (aliases counted as often as they are used) are refused.
const MOST_VALUES: usize = 1_000_000;

/// Deeper nesting than this is refused.
const DEEPEST: usize = 100;

/// A value of the tree.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    String(String),
    List(Vec<Yaml>),
    Map(Vec<(Key, Yaml)>),
}

/// A value with its place in the file.
#[derive(Debug, Clone, PartialEq)]
pub struct Yaml {
    pub value: Value,
    pub span: Range<usize>,
}

/// A key of a map with its place. Keys that are not text are kept as they were written.
#[derive(Debug, Clone, PartialEq)]
pub struct Key {
    pub name: String,
    pub span: Range<usize>,
}

/// Why a file, or a part of it, could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct YamlProblem {
    pub message: String,
    pub span: Range<usize>,
    pub help: Option<String>,
    /// The file was read all the same (for example a key stands twice).
    pub is_warning: bool,
}

impl Yaml {
    /// The value under `key`, when this is a map that has it.
    pub fn get(&self, key: &str) -> Option<&Yaml> {
        self.entry(key).map(|(_, value)| value)
    }

    /// The key and the value under `key`.
    pub fn entry(&self, key: &str) -> Option<(&Key, &Yaml)> {
        self.entries().iter().find(|(found, _)| found.name == key).map(|(key, value)| (key, value))
    }

    /// The entries of a map; none when this is not a map.
    pub fn entries(&self) -> &[(Key, Yaml)] {
        if let Value::Map(entries) = &self.value { entries } else { &[] }
    }

    /// The items of a list; none when this is not a list.
    pub fn items(&self) -> &[Yaml] {
        if let Value::List(items) = &self.value { items } else { &[] }
    }

    /// The text of a string.
    pub fn as_str(&self) -> Option<&str> {
        if let Value::String(text) = &self.value { Some(text) } else { None }
    }

    /// The text of a scalar as Python's `str` writes it; nothing for null, a list or a map.
    pub fn scalar(&self) -> Option<String> {
        match &self.value {
            Value::Bool(true) => Some("True".into()),
            Value::Bool(false) => Some("False".into()),
            Value::Int(number) => Some(number.to_string()),
            Value::Float(number) => Some(format!("{number:?}")),
            Value::String(text) => Some(text.clone()),
            Value::Null | Value::List(_) | Value::Map(_) => None,
        }
    }

    /// Whether the value is `true`; nothing when it is not a bool.
    pub fn as_bool(&self) -> Option<bool> {
        if let Value::Bool(value) = self.value { Some(value) } else { None }
    }

    /// Whether there is nothing: null, or an empty list or map.
    pub fn is_empty(&self) -> bool {
        match &self.value {
            Value::Null => true,
            Value::List(items) => items.is_empty(),
            Value::Map(entries) => entries.is_empty(),
            _ => false,
        }
    }

    /// A tree for a value that was computed, all of it at one place.
    pub fn from_json(json: &serde_json::Value, span: &Range<usize>) -> Self {
        let value = match json {
            serde_json::Value::Null => Value::Null,
            serde_json::Value::Bool(value) => Value::Bool(*value),
            serde_json::Value::String(text) => Value::String(text.clone()),
            serde_json::Value::Number(number) => {
                number.as_i64().map_or_else(|| Value::Float(number.as_f64().unwrap_or_default()), Value::Int)
            }
            serde_json::Value::Array(items) => Value::List(items.iter().map(|item| Self::from_json(item, span)).collect()),
            serde_json::Value::Object(entries) => {
                let key = |name: &String| Key { name: name.clone(), span: span.clone() };
                Value::Map(entries.iter().map(|(name, value)| (key(name), Self::from_json(value, span))).collect())
            }
        };
        Self { value, span: span.clone() }
    }

    /// The same value without spans.
    pub fn to_json(&self) -> serde_json::Value {
        self.value.to_json()
    }
}

impl Value {
    /// The same value without spans; a number that JSON cannot hold becomes null.
    pub fn to_json(&self) -> serde_json::Value {
        match self {
            Self::Null => serde_json::Value::Null,
            Self::Bool(value) => (*value).into(),
            Self::Int(value) => (*value).into(),
            Self::Float(value) => (*value).into(),
            Self::String(value) => value.as_str().into(),
            Self::List(items) => items.iter().map(Yaml::to_json).collect(),
            Self::Map(entries) => entries.iter().map(|(key, value)| (key.name.clone(), value.to_json())).collect(),
        }
    }
}

/// Reads the first document of `text`. An empty file is null.
///
/// # Errors
/// The first thing that keeps the file from being read, with its place. Lesser problems come with the tree.
pub fn read(text: &str) -> Result<(Yaml, Vec<YamlProblem>), YamlProblem> {
    let mut builder = Builder { text, ..Builder::default() };
    let mut options = Options::default();
    options.block_scalar_eof_without_line_feed = true;
    let mut parser = Parser::new_from_str_with_options(text, options);
    let mut complete = false;
    while let Some(event) = parser.next_event() {
        let (event, span) = event.map_err(|error| yaml_problem::worded(text, &error))?;
        if complete && matches!(event, Event::DocumentStart(..)) {
            let at = builder.range(&span);
            return Err(refused("it holds more than one document (a second `---`)", at));
        }
        complete |= builder.take(event, &span)?;
    }
    let root = builder.root.unwrap_or(Yaml { value: Value::Null, span: 0..0 });
    Ok((root, builder.problems))
}

/// A list or map that is not yet complete.
enum Open {
    List { items: Vec<Yaml>, start: usize, anchor: usize, style: StructureStyle },
    Map { entries: Vec<(Key, Yaml)>, key: Option<(Key, bool)>, start: usize, anchor: usize, style: StructureStyle },
}

#[derive(Default)]
struct Builder<'t> {
    text: &'t str,
    open: Vec<Open>,
    anchors: HashMap<usize, (Yaml, usize)>,
    root: Option<Yaml>,
    problems: Vec<YamlProblem>,
    values: usize,
}

impl Builder<'_> {
    /// Takes one event; true when the document is complete.
    fn take(&mut self, event: Event<'_>, span: &Span) -> Result<bool, YamlProblem> {
        let range = self.range(span);
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let value = scalar_value(&text, style, tag.as_deref());
                self.add(Yaml { value, span: range }, anchor, style == ScalarStyle::Plain)?;
            }
            Event::SequenceStart(style, anchor, _) => {
                self.nest(Open::List { items: Vec::new(), start: range.start, anchor, style }, &range)?;
            }
            Event::MappingStart(style, anchor, _) => {
                self.nest(Open::Map { entries: Vec::new(), key: None, start: range.start, anchor, style }, &range)?;
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(range.end)?,
            Event::Alias(anchor) => {
                let Some((value, size)) = self.anchors.get(&anchor).cloned() else {
                    return Err(refused("an alias refers to itself", range));
                };
                self.values += size;
                self.add(Yaml { value: value.value, span: range }, 0, false)?;
            }
            Event::DocumentEnd => return Ok(true),
            _ => {}
        }
        Ok(false)
    }

    fn range(&self, span: &Span) -> Range<usize> {
        let offset = |marker: granit_parser::Marker| marker.byte_offset().unwrap_or(0).min(self.text.len());
        let start = offset(span.start);
        let end = offset(span.end).max(start);
        let trimmed = self.text.get(start..end).map_or(end, |text| start + text.trim_end().len());
        start..trimmed
    }

    fn nest(&mut self, open: Open, range: &Range<usize>) -> Result<(), YamlProblem> {
        if self.open.len() >= DEEPEST {
            return Err(refused("it is nested too deeply", range.clone()));
        }
        self.open.push(open);
        Ok(())
    }

    fn close(&mut self, end: usize) -> Result<(), YamlProblem> {
        let (value, start, anchor, style) = match self.open.pop() {
            Some(Open::List { items, start, anchor, style }) => (Value::List(items), start, anchor, style),
            Some(Open::Map { entries, start, anchor, style, .. }) => {
                (Value::Map(self.merged(entries)), start, anchor, style)
            }
            None => return Ok(()),
        };
        // A block has no bracket at its end: it ends with what it holds.
        let end = if style == StructureStyle::Flow { end } else { last_end(&value).unwrap_or(start) };
        self.add(Yaml { value, span: start..end.max(start) }, anchor, false)
    }

    fn add(&mut self, yaml: Yaml, anchor: usize, plain: bool) -> Result<(), YamlProblem> {
        self.values += 1;
        if self.values > MOST_VALUES {
            return Err(refused("it holds too many values", yaml.span));
        }
        if anchor > 0 {
            let size = size(&yaml);
            self.anchors.insert(anchor, (yaml.clone(), size));
        }
        match self.open.last_mut() {
            None => self.root = Some(yaml),
            Some(Open::List { items, .. }) => items.push(yaml),
            Some(Open::Map { key: key @ None, .. }) => {
                let name = match &yaml.value {
                    Value::List(_) | Value::Map(_) => return Err(refused("a key must be plain text", yaml.span)),
                    Value::Null => "null".to_owned(),
                    Value::String(text) => text.clone(),
                    _ => self.text.get(yaml.span.clone()).unwrap_or_default().to_owned(),
                };
                *key = Some((Key { name, span: yaml.span }, plain));
            }
            Some(Open::Map { entries, key, .. }) => {
                if let Some((key, plain)) = key.take() {
                    let key = if plain && key.name == "<<" { Key { name: MERGE.to_owned(), ..key } } else { key };
                    entries.push((key, yaml));
                }
            }
        }
        Ok(())
    }

    /// Applies merge keys and lets the last of two equal keys win, as PyYAML does.
    fn merged(&mut self, entries: Vec<(Key, Yaml)>) -> Vec<(Key, Yaml)> {
        let mut merged: Vec<(Key, Yaml)> = Vec::with_capacity(entries.len());
        for (_, value) in entries.iter().filter(|(key, _)| key.name == MERGE) {
            let sources =
                if let Value::List(items) = &value.value { items.as_slice() } else { std::slice::from_ref(value) };
            for (key, value) in sources.iter().flat_map(|source| source.entries()) {
                if !merged.iter().any(|(known, _)| known.name == key.name) {
                    merged.push((key.clone(), value.clone()));
                }
            }
        }
        let inherited = merged.len();
        for (key, value) in entries.into_iter().filter(|(key, _)| key.name != MERGE) {
            match merged.iter().position(|(known, _)| known.name == key.name) {
                Some(at) => {
                    if at >= inherited {
                        self.problems.push(twice(&key));
                    }
                    merged[at] = (key, value);
                }
                None => merged.push((key, value)),
            }
        }
        merged
    }
}

/// Stands for a plain `<<`, which a quoted `"<<"` is not.
const MERGE: &str = "\u{0}merge";

fn last_end(value: &Value) -> Option<usize> {
    match value {
        Value::List(items) => items.last().map(|item| item.span.end),
        Value::Map(entries) => entries.iter().map(|(key, value)| value.span.end.max(key.span.end)).max(),
        _ => None,
    }
}

fn size(yaml: &Yaml) -> usize {
    1 + yaml.items().iter().map(size).sum::<usize>()
        + yaml.entries().iter().map(|(_, value)| size(value)).sum::<usize>()
}

fn scalar_value(text: &str, style: ScalarStyle, tag: Option<&Tag>) -> Value {
    let suffix = tag.and_then(|tag| tag.core_suffix());
    if suffix == Some("str") || (style != ScalarStyle::Plain && suffix.is_none()) {
        return Value::String(text.to_owned());
    }
    suffix.map_or_else(|| scalar::resolve(text), |suffix| scalar::tagged(text, suffix))
}

fn twice(key: &Key) -> YamlProblem {
    YamlProblem {
        message: format!("the key `{}` stands twice in one block; dbt silently takes the last", key.name),
        span: key.span.clone(),
        help: Some("keep one of the two".into()),
        is_warning: true,
    }
}

fn refused(reason: &str, span: Range<usize>) -> YamlProblem {
    let message = format!("this YAML file cannot be read: {reason}");
    YamlProblem { message, span, help: None, is_warning: false }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(text: &str) -> String {
        read(text).unwrap().0.to_json().to_string()
    }

    #[test]
    fn values_are_those_of_pyyaml() {
        assert_eq!(
            json("a: yes\nb: 'yes'\nc: !!str 1\nd:\n- 012\n- null"),
            r#"{"a":true,"b":"yes","c":"1","d":[10,null]}"#
        );
    }

    #[test]
    fn merge_keys_fill_in_what_is_missing() {
        assert_eq!(json("x: &x {a: 1, b: 2}\ny:\n  <<: *x\n  b: 3"), r#"{"x":{"a":1,"b":2},"y":{"a":1,"b":3}}"#);
    }

    #[test]
    fn a_key_that_stands_twice_keeps_the_last_value_and_is_reported() {
        let (tree, problems) = read("a: 1\na: 2\n").unwrap();
        assert_eq!(tree.to_json().to_string(), r#"{"a":2}"#);
        assert_eq!(problems[0].span, 5..6);
    }

    #[test]
    fn a_tab_is_named_and_marked() {
        let problem = read("a:\n\tb: 1\n").unwrap_err();
        assert_eq!((problem.message.contains("tab"), problem.span), (true, 3..4));
    }

    #[test]
    fn hostile_files_are_refused_quickly() {
        let bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n".to_owned()
            + &"bcdefgh"
                .chars()
                .scan('a', |last, c| {
                    let line = format!(
                        "{c}: &{c} [*{last},*{last},*{last},*{last},*{last},*{last},*{last},*{last},*{last}]\n"
                    );
                    *last = c;
                    Some(line)
                })
                .collect::<String>();
        for text in [bomb, "- ".repeat(20_000), "{a: ".repeat(20_000), "a: &a [*a]".to_owned()] {
            assert!(read(&text).is_err());
        }
    }

    #[test]
    fn spans_cover_the_written_text() {
        let text = "models:\n  - name: 'x'  # c\n    tags: [a, b]\n";
        let (tree, _) = read(text).unwrap();
        let model = &tree.get("models").unwrap().items()[0];
        assert_eq!(&text[model.get("name").unwrap().span.clone()], "'x'");
        assert_eq!(&text[model.get("tags").unwrap().span.clone()], "[a, b]");
    }
}
