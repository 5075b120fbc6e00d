//! What may stand in an entry of a property file, key by key; what dbt refuses is told with its place.

use super::problem::{Problem, ProblemKind, did_you_mean};
use crate::finding::Place;
use crate::parse::yaml::{Value, Yaml};

/// What a value may be.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kind {
    Text,
    /// Text, or `true` or `false`.
    TextOrBool,
    /// Text, `true` or `false`, or a whole number.
    TextBoolOrWhole,
    Bool,
    Whole,
    Number,
    Texts,
    TextOrTexts,
    Map,
    /// Text or a list of maps, as the rows of a unit test.
    Rows,
    /// A list of texts and numbers, as versions are.
    Versions,
    /// One of these words, in small or capital letters.
    OneOf(&'static [&'static str]),
    /// One of these words, as they are written here.
    Exactly(&'static [&'static str]),
    Of(&'static Shape),
    TextOr(&'static Shape),
    ListOf(&'static Shape),
    ListOfTextOr(&'static Shape),
}

/// Whether a key must be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Need {
    Required,
    /// It may be left out, but it may not be empty.
    Filled,
    Optional,
}

/// A key and what may stand under it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Key {
    name: &'static str,
    kind: Kind,
    need: Need,
}

/// A key that must be there.
pub(super) const fn required(name: &'static str, kind: Kind) -> Key {
    Key { name, kind, need: Need::Required }
}

/// A key that may be left out; with nothing after it, dbt refuses it.
pub(super) const fn filled(name: &'static str, kind: Kind) -> Key {
    Key { name, kind, need: Need::Filled }
}

/// A key that may be left out or empty.
pub(super) const fn optional(name: &'static str, kind: Kind) -> Key {
    Key { name, kind, need: Need::Optional }
}

/// The keys of a map.
#[derive(Debug)]
pub(super) struct Shape {
    /// What the map is, in words that fit after "a": `metric`.
    pub what: &'static str,
    pub keys: &'static [Key],
}

impl Shape {
    /// Reports what does not fit, in the file `path`.
    pub(super) fn check(&self, path: &str, yaml: &Yaml, problems: &mut Vec<Problem>) {
        let mut tell = |message: String, span: &std::ops::Range<usize>, help: String| {
            let place = Place::span(path, span.clone());
            problems.push(Problem::new(ProblemKind::Properties, message, place).help(help));
        };
        let first = yaml.entries().first();
        let start = yaml.get("name").map(|name| &name.span).or(first.map(|(key, _)| &key.span)).unwrap_or(&yaml.span);
        for key in self.keys.iter().filter(|key| key.need == Need::Required && yaml.get(key.name).is_none()) {
            let message = format!("this {} has no `{}`", self.what, key.name);
            tell(message, start, format!("add `{}:` with {}", key.name, key.kind.words()));
        }
        for (key, _) in yaml.entries().iter().filter(|(key, _)| !self.has(&key.name)) {
            let message = format!("`{}` is no key of a {}, so dbt refuses the file", key.name, self.what);
            let near = did_you_mean(&key.name, self.keys.iter().map(|key| key.name));
            let help = near.map_or_else(
                || "take it out, or put what is the team's own under `meta:` of its `config:`".to_owned(),
                |near| format!("did you mean `{near}`?"),
            );
            tell(message, &key.span, help);
        }
        for key in self.keys {
            let Some((name, value)) = yaml.entry(key.name) else { continue };
            let is_null = value.value == Value::Null;
            if is_null && key.need != Need::Optional {
                let message = format!("nothing stands after `{}:`", key.name);
                tell(message, &name.span, format!("write {} there, or take the key out", key.kind.words()));
            } else if !is_null && !key.kind.fits(value) {
                let message = format!("`{}` of this {} must be {}", key.name, self.what, key.kind.words());
                tell(message, if value.span.is_empty() { &name.span } else { &value.span }, key.kind.advice(value));
            }
        }
        for key in self.keys {
            let Some(value) = yaml.get(key.name) else { continue };
            match key.kind {
                Kind::Of(shape) | Kind::TextOr(shape) if !value.entries().is_empty() => {
                    shape.check(path, value, problems)
                }
                Kind::ListOf(shape) | Kind::ListOfTextOr(shape) => {
                    let maps = value.items().iter().filter(|item| !item.entries().is_empty());
                    maps.for_each(|item| shape.check(path, item, problems));
                }
                _ => {}
            }
        }
    }

    fn has(&self, name: &str) -> bool {
        self.keys.iter().any(|key| key.name == name)
    }
}

fn is_text(yaml: &Yaml) -> bool {
    yaml.as_str().is_some()
}

fn is_map(yaml: &Yaml) -> bool {
    matches!(yaml.value, Value::Map(_))
}

fn is_list(yaml: &Yaml, fits: fn(&Yaml) -> bool) -> bool {
    matches!(yaml.value, Value::List(_)) && yaml.items().iter().all(fits)
}

impl Kind {
    fn fits(self, yaml: &Yaml) -> bool {
        let value = &yaml.value;
        match self {
            Self::Text => is_text(yaml),
            Self::TextOrBool => is_text(yaml) || matches!(value, Value::Bool(_)),
            Self::TextBoolOrWhole => is_text(yaml) || matches!(value, Value::Bool(_) | Value::Int(_)),
            Self::Bool => matches!(value, Value::Bool(_)),
            Self::Whole => matches!(value, Value::Int(_)),
            Self::Number => matches!(value, Value::Int(_) | Value::Float(_)),
            Self::Texts => is_list(yaml, is_text),
            Self::TextOrTexts => is_text(yaml) || is_list(yaml, is_text),
            Self::Map | Self::Of(_) => is_map(yaml),
            Self::Rows => is_text(yaml) || is_list(yaml, is_map),
            Self::Versions => {
                is_list(yaml, |item| matches!(item.value, Value::String(_) | Value::Int(_) | Value::Float(_)))
            }
            Self::OneOf(words) => word(yaml, words).is_some(),
            Self::Exactly(words) => yaml.as_str().is_some_and(|text| words.contains(&text)),
            Self::TextOr(_) => is_text(yaml) || is_map(yaml),
            Self::ListOf(_) => is_list(yaml, is_map),
            Self::ListOfTextOr(_) => is_list(yaml, |item| is_text(item) || is_map(item)),
        }
    }

    /// What it is, in words that fit after "must be".
    fn words(self) -> String {
        match self {
            Self::Text => "text".to_owned(),
            Self::TextOrBool => "text, or `true` or `false`".to_owned(),
            Self::TextBoolOrWhole => "text, `true`, `false` or a whole number".to_owned(),
            Self::Bool => "`true` or `false`".to_owned(),
            Self::Whole => "a whole number".to_owned(),
            Self::Number => "a number".to_owned(),
            Self::Texts => "a list of texts".to_owned(),
            Self::TextOrTexts => "text or a list of texts".to_owned(),
            Self::Map | Self::Of(_) => "keys with values".to_owned(),
            Self::Rows => "text or a list of rows, `- {column: value}`".to_owned(),
            Self::Versions => "a list of versions".to_owned(),
            Self::OneOf(words) | Self::Exactly(words) => format!("one of: {}", words.join(", ")),
            Self::TextOr(shape) => format!("a name, or the keys of a {}", shape.what),
            Self::ListOf(shape) => format!("a list, each item a {} that begins with a dash", shape.what),
            Self::ListOfTextOr(shape) => format!("a list, each item a name or the keys of a {}", shape.what),
        }
    }

    fn advice(self, found: &Yaml) -> String {
        match (self, found.scalar()) {
            (Self::OneOf(words) | Self::Exactly(words), Some(text)) => match did_you_mean(&text, words.iter().copied())
            {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("it is `{text}`, which dbt does not know"),
            },
            (Self::Texts | Self::ListOf(_) | Self::ListOfTextOr(_) | Self::Versions, Some(text)) => {
                format!("write it as a list: `[{text}]`")
            }
            (Self::Text | Self::TextOrBool | Self::TextBoolOrWhole | Self::TextOr(_), Some(text)) => {
                format!("put it in quotes: `\"{text}\"`")
            }
            (kind, _) => format!("write {} there", kind.words()),
        }
    }
}

/// The word of a list that is meant, in the list's spelling.
pub(super) fn word(yaml: &Yaml, words: &[&'static str]) -> Option<&'static str> {
    let text = yaml.as_str()?;
    words.iter().copied().find(|word| word.eq_ignore_ascii_case(text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::yaml;

    const INNER: Shape = Shape { what: "part", keys: &[required("name", Kind::Text)] };
    const SHAPE: Shape = Shape {
        what: "thing",
        keys: &[
            required("name", Kind::Text),
            optional("kind", Kind::OneOf(&["day", "week"])),
            filled("parts", Kind::ListOf(&INNER)),
        ],
    };

    fn told(text: &str) -> Vec<String> {
        let mut problems = Vec::new();
        SHAPE.check("x.yml", &yaml::read(text).unwrap().0, &mut problems);
        problems
            .into_iter()
            .map(|problem| format!("{} | {}", problem.message, problem.help.unwrap_or_default()))
            .collect()
    }

    #[test]
    fn what_fits_is_not_told() {
        assert!(told("{name: a, kind: Day, parts: [{name: b}]}").is_empty());
        assert!(told("{name: a, kind: }").is_empty());
    }

    #[test]
    fn what_does_not_fit_is_told_with_the_way_out() {
        insta::assert_snapshot!(told("{nam: 1, kind: dy, parts: }\n").join("\n"), @"
        this thing has no `name` | add `name:` with text
        `nam` is no key of a thing, so dbt refuses the file | did you mean `name`?
        `kind` of this thing must be one of: day, week | did you mean `day`?
        nothing stands after `parts:` | write a list, each item a part that begins with a dash there, or take the key out
        ");
        insta::assert_snapshot!(told("{name: 1, parts: [{}, {name: x, y: 1}]}\n").join("\n"), @"
        `name` of this thing must be text | put it in quotes: `\"1\"`
        `y` is no key of a part, so dbt refuses the file | take it out, or put what is the team's own under `meta:` of its `config:`
        ");
    }
}
