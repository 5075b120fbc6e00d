//! The configs that a project's own files set, as they are written: in `dbt_project.yml`, in property files, and in
//! `config(…)` calls.

use std::ops::Range;
use std::sync::Arc;

use rayon::prelude::*;

use super::Subject;
use super::templates::{Argument, Template};
use crate::finding::Place;
use crate::jinja::lexer::TokenKind;
use crate::parse::yaml::{Value, Yaml};
use crate::project::entries::PropertyFile;
use crate::project::{Node, ResourceType};

/// One config where it is written.
pub struct Written<'a> {
    /// The kind of node that it configures.
    pub kind: ResourceType,
    /// Without its `+`.
    pub key: &'a str,
    pub has_plus: bool,
    pub key_place: Place,
    pub value: Text<'a>,
    /// For a text its quotes too.
    pub value_place: Place,
    pub origin: Origin<'a>,
}

/// The value of a config.
pub enum Text<'a> {
    Yaml(&'a Yaml),
    /// The Jinja of an argument, from its first to its last token.
    Jinja(&'a str),
}

impl Text<'_> {
    /// Whether nothing is said: an empty list, map or text, or null.
    pub fn is_nothing(&self) -> bool {
        match self {
            Self::Yaml(yaml) => yaml.is_empty() || yaml.as_str().is_some_and(|text| text.trim().is_empty()),
            Self::Jinja(text) => {
                matches!(text.replace(' ', "").as_str(), "[]" | "{}" | "''" | "\"\"" | "none" | "None")
            }
        }
    }

    /// The text of a text, without its quotes; nothing for anything else.
    pub fn literal(&self) -> Option<&str> {
        match self {
            Self::Yaml(yaml) => yaml.as_str(),
            Self::Jinja(text) => {
                let quote = text.chars().next().filter(|quote| matches!(quote, '\'' | '"'))?;
                let inside = text.strip_prefix(quote)?.strip_suffix(quote)?;
                (!inside.contains(quote)).then_some(inside)
            }
        }
    }
}

/// Who sets a config.
pub enum Origin<'a> {
    /// `dbt_project.yml`, for the folders below the section, of which the first is a package.
    ProjectFile(Vec<&'a str>),
    /// A property file, for the entry of this name.
    Properties(String),
    /// The node's own file.
    Call(Option<&'a Node>),
}

impl Written<'_> {
    /// Whom it configures, in words.
    pub fn of_whom(&self) -> String {
        match &self.origin {
            Origin::ProjectFile(folders) if folders.is_empty() => format!("all {}", self.kind.config_key()),
            Origin::ProjectFile(folders) => format!("`{}`", folders.join("/")),
            Origin::Properties(name) => format!("`{name}`"),
            Origin::Call(Some(node)) => format!("`{}`", node.display_name()),
            Origin::Call(None) => "the models that call this macro".to_owned(),
        }
    }
}

/// The sections of `dbt_project.yml` and of property files, and what they are about.
pub(super) const SECTIONS: [(&str, ResourceType); 8] = [
    ("models", ResourceType::Model),
    ("seeds", ResourceType::Seed),
    ("snapshots", ResourceType::Snapshot),
    ("data_tests", ResourceType::Test),
    ("tests", ResourceType::Test),
    ("sources", ResourceType::Source),
    ("exposures", ResourceType::Exposure),
    ("unit_tests", ResourceType::UnitTest),
];

/// Every config of the project's own files.
pub(super) fn of<'a>(subject: &Subject<'a>, templates: &[Template<'a>]) -> Vec<Written<'a>> {
    let project = subject.project;
    let mut found = Vec::new();
    if let Some(yaml) = &project.root().file.yaml {
        for (key, kind) in SECTIONS {
            if let Some(section) = yaml.get(key) {
                level(kind, section, &mut Vec::new(), &mut found);
            }
        }
    }
    let of_file = |file: &'a Arc<PropertyFile>| {
        let mut found = Vec::new();
        for (key, kind) in SECTIONS {
            for entry in file.yaml.get(key).map_or(&[][..], Yaml::items) {
                of_entry(kind, entry, &file.path, &mut found);
            }
        }
        found
    };
    let own = project.property_files.par_iter().filter(|file| file.package == project.name);
    found.par_extend(own.flat_map_iter(of_file));
    found.par_extend(templates.par_iter().flat_map_iter(of_template));
    found
}

/// A level of `dbt_project.yml`: keys with `+` and keys without a map under them are configs, all else is folders.
fn level<'a>(kind: ResourceType, yaml: &'a Yaml, folders: &mut Vec<&'a str>, found: &mut Vec<Written<'a>>) {
    for (key, value) in yaml.entries() {
        let has_plus = key.name.starts_with('+');
        if has_plus || !matches!(value.value, Value::Map(_)) {
            found.push(Written {
                kind,
                key: key.name.trim_start_matches('+').trim(),
                has_plus,
                key_place: Place::span("dbt_project.yml", key.span.clone()),
                value: Text::Yaml(value),
                value_place: Place::span("dbt_project.yml", value.span.clone()),
                origin: Origin::ProjectFile(folders.clone()),
            });
        } else {
            folders.push(&key.name);
            level(kind, value, folders, found);
            folders.pop();
        }
    }
}

fn of_entry<'a>(kind: ResourceType, entry: &'a Yaml, path: &'a str, found: &mut Vec<Written<'a>>) {
    let name = entry.get("name").and_then(Yaml::scalar).unwrap_or_default();
    of_config(kind, entry, path, &name, found);
    for version in entry.get("versions").map_or(&[][..], Yaml::items) {
        of_config(kind, version, path, &name, found);
        tests_of(version, path, &name, found);
    }
    for table in entry.get("tables").map_or(&[][..], Yaml::items) {
        of_config(kind, table, path, &name, found);
        tests_of(table, path, &name, found);
    }
    tests_of(entry, path, &name, found);
}

/// The configs of the tests of an entry and of its columns.
fn tests_of<'a>(entry: &'a Yaml, path: &'a str, name: &str, found: &mut Vec<Written<'a>>) {
    let columns = entry.get("columns").map_or(&[][..], Yaml::items);
    for tested in std::iter::once(entry).chain(columns) {
        for test in ["data_tests", "tests"].iter().filter_map(|key| tested.get(key)).flat_map(Yaml::items) {
            let body = test.entries().first().map_or(test, |(_, body)| body);
            of_config(ResourceType::Test, body, path, name, found);
        }
    }
}

fn of_config<'a>(kind: ResourceType, entry: &'a Yaml, path: &'a str, name: &str, found: &mut Vec<Written<'a>>) {
    for (key, value) in entry.get("config").map_or(&[][..], Yaml::entries) {
        found.push(Written {
            kind,
            key: key.name.trim_start_matches('+'),
            has_plus: key.name.starts_with('+'),
            key_place: Place::span(path, key.span.clone()),
            value: Text::Yaml(value),
            value_place: Place::span(path, value.span.clone()),
            origin: Origin::Properties(name.to_owned()),
        });
    }
}

fn of_template<'a>(template: &Template<'a>) -> Vec<Written<'a>> {
    let mut found = Vec::new();
    if !template.text.contains("config") {
        return found;
    }
    let kind = template.node().map_or(ResourceType::Model, |node| node.resource_type);
    let mut add = |key: &'a str, key_span: Range<usize>, value: Range<usize>| {
        found.push(Written {
            kind,
            key,
            has_plus: false,
            key_place: template.at(key_span),
            value: Text::Jinja(&template.text[value.clone()]),
            value_place: template.at(value),
            origin: Origin::Call(template.node()),
        });
    };
    for tag in template.tags() {
        for call in super::templates::calls(template.text, &tag.tokens).iter().filter(|call| call.name == "config") {
            for argument in &call.arguments {
                match (argument.name, argument.span()) {
                    (Some(name), Some(value)) => add(name.text(template.text), name.range.clone(), value),
                    (None, Some(_)) => {
                        entries(template, argument).into_iter().for_each(|(key, span, value)| add(key, span, value))
                    }
                    _ => {}
                }
            }
        }
    }
    found
}

/// The entries of a dict that is given as one: `config({'a': 1})`.
fn entries<'a>(template: &Template<'a>, argument: &Argument<'_>) -> Vec<(&'a str, Range<usize>, Range<usize>)> {
    let text = template.text;
    let mut found = Vec::new();
    let mut depth = 0usize;
    let tokens = argument.tokens;
    for (at, token) in tokens.iter().enumerate() {
        match token.text(text) {
            "{" | "[" | "(" => depth += 1,
            "}" | "]" | ")" => depth = depth.saturating_sub(1),
            key if depth == 1 && token.kind == TokenKind::Text => {
                let Some([colon, value]) = tokens.get(at + 1..at + 3) else { continue };
                if colon.text(text) == ":" {
                    found.push((&key[1..key.len() - 1], token.range.clone(), value.range.clone()));
                }
            }
            _ => {}
        }
    }
    found
}
