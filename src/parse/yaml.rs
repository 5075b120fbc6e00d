//! YAML text in, a tree with a span on every key and value out.
//!
//! The values are those of PyYAML's SafeLoader, which is what dbt reads: see [`super::scalar`]. The tree is built
//! from granit-parser's events (the parser under serde-saphyr), because a typed reader forgets whether a scalar was
//! quoted. Sizes are bounded, so that no file of a pull request can exhaust the memory or the stack.

use std::collections::HashMap;
use std::ops::Range;

use compact_str::CompactString;
use granit_parser::{Event, Options, Parser, ScalarStyle, Span, StructureStyle, Tag};

pub use super::tree::{Key, Value, Yaml};
use super::{plain_yaml, scalar, yaml_problem};

/// More values than this in one file (aliases counted as often as they are used) are refused.
const MOST_VALUES: usize = 1_000_000;

/// Deeper nesting than this is refused.
const DEEPEST: usize = 100;

/// Why a file, or a part of it, could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct YamlProblem {
    pub message: String,
    pub span: Range<usize>,
    pub help: Option<String>,
    /// The file was read all the same (for example a key stands twice).
    pub is_warning: bool,
}

/// Reads the first document of `text`. An empty file is null.
///
/// # Errors
/// The first thing that keeps the file from being read, with its place. Lesser problems come with the tree.
pub fn read(text: &str) -> Result<(Yaml, Vec<YamlProblem>), YamlProblem> {
    plain_yaml::read(text).map_or_else(|| whole(text), |tree| Ok((tree, Vec::new())))
}

/// Reads whatever YAML allows.
pub(super) fn whole(text: &str) -> Result<(Yaml, Vec<YamlProblem>), YamlProblem> {
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
            Some(Open::List { mut items, start, anchor, style }) => {
                items.shrink_to_fit();
                (Value::List(items), start, anchor, style)
            }
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
                    Value::Null => CompactString::const_new("null"),
                    Value::String(text) => text.clone(),
                    _ => self.text.get(yaml.span.clone()).unwrap_or_default().into(),
                };
                *key = Some((Key { name, span: yaml.span }, plain));
            }
            Some(Open::Map { entries, key, .. }) => {
                if let Some((key, plain)) = key.take() {
                    let key = if plain && key.name == "<<" {
                        Key { name: CompactString::const_new(MERGE), ..key }
                    } else {
                        key
                    };
                    entries.push((key, yaml));
                }
            }
        }
        Ok(())
    }

    /// Applies merge keys and lets the last of two equal keys win, as PyYAML does.
    fn merged(&mut self, entries: Vec<(Key, Yaml)>) -> Vec<(Key, Yaml)> {
        let mut merged: Vec<(Key, Yaml)> = Vec::new();
        for (_, value) in entries.iter().filter(|(key, _)| key.name == MERGE) {
            let sources =
                if let Value::List(items) = &value.value { items.as_slice() } else { std::slice::from_ref(value) };
            for (key, value) in sources.iter().flat_map(|source| source.entries()) {
                if !merged.iter().any(|(known, _)| known.name == key.name) {
                    merged.push((key.clone(), value.clone()));
                }
            }
        }
        if !entries.iter().any(|(key, _)| key.name == MERGE) && !has_twice(&entries) {
            let mut entries = entries;
            entries.shrink_to_fit();
            return entries;
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

/// Whether a key stands twice; most maps are small.
fn has_twice(entries: &[(Key, Yaml)]) -> bool {
    if entries.len() > 32 {
        return true;
    }
    entries.iter().enumerate().any(|(at, (key, _))| entries[..at].iter().any(|(known, _)| known.name == key.name))
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
        return Value::String(text.into());
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
        let first = "a: &a [x,x,x,x,x,x,x,x,x]\n".to_owned();
        let bomb = "bcdefgh".chars().zip("abcdefg".chars()).fold(first, |text, (name, last)| {
            format!("{text}{name}: &{name} [{}]\n", vec![format!("*{last}"); 9].join(","))
        });
        let hostile = [bomb, "- ".repeat(20_000), "{a: ".repeat(20_000), "a: &a [*a]".to_owned()];
        assert!(hostile.iter().all(|text| read(text).is_err()));
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
