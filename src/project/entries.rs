//! Property files in, their entries out: what is said of one model, seed, source or exposure.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use rayon::prelude::*;
use serde_json::{Map, Value as Json};

use super::config::Config;
use super::files::{self, Found};
use super::keys;
use super::node::{Column, Columns, MoreOfColumn};
use super::package::Package;
use super::problem::{Problem, ProblemKind};
use super::reader::Reader;
use super::yaml_jinja;
use crate::PIECE;
use crate::finding::Place;
use crate::guard::{self, Blame, Task};
use crate::parse::yaml::{self, Key, Value, Yaml};
use crate::source::{Contents, Tree};

/// A property file that could be read.
#[derive(Debug, Clone)]
pub struct PropertyFile {
    /// Relative to the root project's folder.
    pub path: String,
    pub package: String,
    /// Relative to the resource folder in which it was found.
    pub below: String,
    pub yaml: Yaml,
    /// Whether anything in it is a template: nothing of most files is.
    has_jinja: bool,
    /// What was noticed while it was read.
    pub problems: Vec<Problem>,
    /// The bytes that were read: the same bytes are never read twice.
    bytes: Contents,
}

/// One entry under `models:`, `seeds:`, `sources:` …, with its Jinja rendered.
#[derive(Debug, Clone)]
pub(super) struct Entry<'f> {
    pub file: &'f PropertyFile,
    pub name: String,
    pub name_span: Range<usize>,
    pub yaml: Cow<'f, Yaml>,
    /// As it was written.
    pub written: &'f Yaml,
}

impl Entry<'_> {
    /// The place of the name.
    pub(super) fn place(&self) -> Place {
        Place::span(self.file.path.clone(), self.name_span.clone())
    }

    /// A place in the entry's file.
    pub(super) fn at(&self, yaml: &Yaml) -> Place {
        Place::span(self.file.path.clone(), yaml.span.clone())
    }

    /// A scalar under `key`, as text.
    pub(super) fn text(&self, key: &str) -> Option<String> {
        self.yaml.get(key).and_then(Yaml::scalar)
    }

    /// `config:`, with the attributes that may stand beside it.
    pub(super) fn config(&self) -> Config {
        config_of(&self.yaml)
    }
}

/// Reads the property files of a package; `known` are those of another state of the project, read already.
pub(super) fn read(
    tree: &Tree,
    package: &Package,
    known: Option<&[Arc<PropertyFile>]>,
    problems: &mut Vec<Problem>,
) -> Vec<Arc<PropertyFile>> {
    let found = files::find(tree, package, &package.file.property_paths(), &["yml", "yaml"]);
    let again = |found: &Found<'_>| {
        let known = known?;
        let at = known.binary_search_by(|file| file.path.as_str().cmp(&found.file.path)).ok()?;
        let file = &known[at];
        (file.bytes.is_same(&found.file.bytes) && file.package == package.name()).then(|| Arc::clone(file))
    };
    let read_one = |found: &Found<'_>| {
        if let Some(file) = again(found) {
            return Ok(file);
        }
        let path = &found.file.path;
        let left_out = |blame: Blame| Problem::left_out(ProblemKind::YamlSyntax, &blame);
        let _working = guard::begin(path, Task::read(found.text)).map_err(left_out)?;
        // dbt takes the white space at the ends of a file away before it reads it.
        let (yaml, warnings) = yaml::read(found.text.trim_end()).map_err(|problem| Problem::yaml(path, problem))?;
        let mut problems = keys::unknown(path, &yaml);
        problems.extend(warnings.into_iter().map(|problem| Problem::yaml(path, problem)));
        Ok(Arc::new(PropertyFile {
            path: path.clone(),
            package: package.name().to_owned(),
            below: found.below.to_owned(),
            has_jinja: yaml_jinja::is_anywhere(&yaml),
            yaml,
            problems,
            bytes: found.file.bytes.clone(),
        }))
    };
    let read: Vec<Result<Arc<PropertyFile>, Problem>> = found.par_iter().with_max_len(PIECE).map(read_one).collect();
    let mut files = Vec::with_capacity(read.len());
    for result in read {
        match result {
            Ok(file) => {
                problems.extend(file.problems.iter().cloned());
                files.push(file);
            }
            Err(problem) => problems.push(problem),
        }
    }
    files
}

/// The entries under `key` of all property files.
pub(super) fn entries<'f>(
    reader: &Reader<'_>,
    files: &'f [Arc<PropertyFile>],
    key: &str,
    problems: &mut Vec<Problem>,
) -> Vec<Entry<'f>> {
    let of_file = |file: &'f Arc<PropertyFile>| {
        let mut problems = Vec::new();
        let mut entries = Vec::new();
        let Some(list) = file.yaml.get(key) else { return (entries, problems) };
        if !matches!(list.value, Value::List(_) | Value::Null) {
            let place = Place::span(file.path.clone(), list.span.clone());
            let problem = Problem::new(ProblemKind::Properties, format!("`{key}:` must be a list"), place);
            problems.push(problem.help("start each entry with a dash: `- name: …`"));
        }
        for written in list.items() {
            let scope = reader.yaml_scope(&file.package);
            let yaml = match file.has_jinja {
                true => yaml_jinja::rendered(scope, written, (&file.path, key), yaml_jinja::in_entry, &mut problems),
                false => Cow::Borrowed(written),
            };
            let name = yaml.get("name").and_then(|name| Some((name.scalar()?, name.span.clone())));
            match name {
                Some((name, name_span)) => entries.push(Entry { file, name, name_span, yaml, written }),
                None => problems.push(nameless(key, file, written)),
            }
        }
        (entries, problems)
    };
    let read: Vec<_> = files.par_iter().with_max_len(PIECE).map(of_file).collect();
    let mut entries = Vec::new();
    for (found, more) in read {
        entries.extend(found);
        problems.extend(more);
    }
    entries
}

fn nameless(key: &str, file: &PropertyFile, entry: &Yaml) -> Problem {
    let first = entry.entries().first();
    let span = first.map_or(entry.span.clone(), |(key, value)| key.span.start..value.span.end.max(key.span.end));
    let place = Place::span(file.path.clone(), span);
    Problem::new(ProblemKind::Properties, format!("this entry of `{key}:` has no `name`"), place)
        .help("add `name:` with the name of the file, without its ending")
}

/// A YAML map as JSON; empty when it is none.
pub(super) fn object(yaml: Option<&Yaml>) -> Map<String, Json> {
    match yaml.map(Yaml::to_json) {
        Some(Json::Object(entries)) => entries,
        _ => Map::new(),
    }
}

/// A YAML list as JSON; empty when it is none.
pub(super) fn array(yaml: Option<&Yaml>) -> Vec<Json> {
    yaml.map_or(&[][..], Yaml::items).iter().map(Yaml::to_json).collect()
}

/// A list of texts, or the one text that stands for a list.
pub(super) fn texts(yaml: Option<&Yaml>) -> Vec<String> {
    match yaml {
        Some(yaml) if !yaml.items().is_empty() => yaml.items().iter().filter_map(Yaml::scalar).collect(),
        Some(yaml) => yaml.scalar().into_iter().collect(),
        None => Vec::new(),
    }
}

/// `config:`, and the attributes beside it that dbt moves into it.
pub(super) fn config_of(yaml: &Yaml) -> Config {
    let mut config = object(yaml.get("config"));
    for key in ["meta", "docs", "group", "contract", "access"] {
        if let Some(beside) = yaml.get(key) {
            config.insert(key.to_owned(), beside.to_json());
        }
    }
    config
}

/// The columns that an entry describes, in order.
pub(super) fn columns<'y>(listed: impl IntoIterator<Item = &'y Yaml>) -> Columns {
    listed.into_iter().filter_map(column).map(|column| (column.name.clone(), column)).collect()
}

/// The keys of a column that dbt knows; it keeps what stands under others.
const COLUMN_KEYS: &[&str] = &[
    "name",
    "description",
    "meta",
    "data_type",
    "constraints",
    "docs",
    "config",
    "data_tests",
    "tests",
    "quote",
    "tags",
    "granularity",
];

fn column(yaml: &Yaml) -> Option<Column> {
    let name = yaml.get("name")?;
    Some(Column {
        name: name.scalar()?,
        description: yaml.get("description").and_then(Yaml::scalar).unwrap_or_default(),
        data_type: yaml.get("data_type").and_then(Yaml::scalar),
        more: more_of_column(yaml).map(Box::new),
        span: name.span.clone(),
    })
}

/// What hardly any column says, where this one says something of it.
fn more_of_column(yaml: &Yaml) -> Option<MoreOfColumn> {
    let is_usual =
        |key: &Key| matches!(key.name.as_str(), "name" | "description" | "data_type" | "data_tests" | "tests");
    if yaml.entries().iter().all(|(key, _)| is_usual(key)) {
        return None;
    }
    let config = yaml.get("config");
    let mut meta = object(yaml.get("meta"));
    meta.extend(object(config.and_then(|config| config.get("meta"))));
    let mut tags = texts(yaml.get("tags"));
    tags.extend(texts(config.and_then(|config| config.get("tags"))));
    let extra = yaml.entries().iter().filter(|(key, _)| !COLUMN_KEYS.contains(&key.name.as_str()));
    let more = MoreOfColumn {
        quote: yaml.get("quote").and_then(Yaml::as_bool),
        meta,
        tags: super::reader::unique(tags),
        granularity: yaml.get("granularity").and_then(Yaml::scalar),
        constraints: array(yaml.get("constraints")),
        extra: extra.map(|(key, value)| (key.name.to_string(), value.to_json())).collect(),
        doc_blocks: Vec::new(),
    };
    (more != MoreOfColumn::default()).then_some(more)
}

/// The entries of `data_tests:`, or of its older spelling `tests:`.
pub(super) fn data_tests(yaml: &Yaml) -> Option<&[Yaml]> {
    let older = yaml.get("tests").filter(|tests| !tests.is_empty());
    older.or_else(|| yaml.get("data_tests")).map(Yaml::items)
}
