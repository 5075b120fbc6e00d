//! A table that the project reads but does not build. Behaviour: dbt's "Source properties" and `dbt.parser.sources`.

use std::borrow::Cow;
use std::ops::Deref;
use std::sync::Arc;

use rayon::prelude::*;
use serde_json::{Map, Value, json};

use super::config::Config;
use super::drafts::fqn;
use super::entries::{self, Entry, object, texts};
use super::finish::{describe, described};
use super::node::{Node, ResourceType};
use super::problem::{Problem, ProblemKind};
use super::reader::Reader;
use crate::PIECE;
use crate::finding::Place;
use crate::jinja::relation::Relation;
use crate::parse::yaml::{self, Key, Yaml};

/// One table of a source: a node, and what only sources have.
#[derive(Debug, Clone)]
pub struct SourceTable {
    node: Arc<Node>,
    pub source_name: String,
    pub identifier: String,
}

impl Deref for SourceTable {
    type Target = Node;

    fn deref(&self) -> &Node {
        &self.node
    }
}

impl SourceTable {
    /// The table as a node.
    pub fn node(&self) -> &Arc<Node> {
        &self.node
    }

    /// What a `source` gives: its own `quoting` holds, and not that of `dbt_project.yml`.
    ///
    /// Behaviour: `dbt.context.providers.RuntimeSourceResolver`.
    pub fn referred(&self) -> Relation {
        let own = self.body.get("quoting");
        let mut relation = self.relation.clone();
        relation.quote(|part| own?.get(part)?.as_bool());
        relation
    }
}

/// A table with the YAML of its source and its own, for the tests in them.
pub(super) struct Described<'e> {
    pub found: SourceTable,
    pub source: Cow<'e, Yaml>,
    pub table: Cow<'e, Yaml>,
}

/// Reads the tables of every entry of `sources:`.
pub(super) fn tables<'e>(
    reader: &Reader<'_>,
    entries: &'e [Entry<'e>],
    problems: &mut Vec<Problem>,
) -> Vec<Described<'e>> {
    let (overrides, sources): (Vec<&'e Entry<'e>>, Vec<&'e Entry<'e>>) =
        entries.iter().partition(|entry| entry.yaml.get("overrides").is_some());
    let mut patched_entries = Vec::new();
    let mut used = vec![false; overrides.len()];
    for entry in sources {
        let patch = overrides.iter().position(|patch| {
            patch.name == entry.name && patch.text("overrides").as_deref() == Some(entry.file.package.as_str())
        });
        let patch = patch.map(|at| {
            used[at] = true;
            overrides[at]
        });
        patched_entries.push((entry, patch));
    }
    let of_entry = |(entry, patch): &(&'e Entry<'e>, Option<&'e Entry<'e>>)| {
        let mut problems = Vec::new();
        let tables = entry.yaml.get("tables").map_or(&[][..], Yaml::items).iter();
        let found: Vec<_> = tables.filter_map(|table| one(reader, entry, table, *patch, &mut problems)).collect();
        (found, problems)
    };
    let read: Vec<_> = patched_entries.par_iter().with_max_len(PIECE).map(of_entry).collect();
    let mut found = Vec::new();
    for (tables, more) in read {
        found.extend(tables);
        problems.extend(more);
    }
    for (entry, _) in overrides.iter().zip(used).filter(|(_, used)| !used) {
        let package = entry.text("overrides").unwrap_or_default();
        let message =
            format!("there is no source `{}` in the package `{package}`, so this overrides nothing", entry.name);
        let problem = Problem::new(ProblemKind::Orphan, message, entry.place());
        problems.push(problem.help("check the source's name and the package after `overrides:`"));
    }
    found
}

/// `yaml` with the entries of `patch` in the place of its own, but for `dropped`.
fn patched<'e>(yaml: &'e Yaml, patch: Option<&Yaml>, dropped: &[&str]) -> Cow<'e, Yaml> {
    let Some(patch) = patch else { return Cow::Borrowed(yaml) };
    let mut merged: Vec<(Key, Yaml)> = yaml.entries().to_vec();
    for (key, value) in patch.entries().iter().filter(|(key, _)| !dropped.contains(&key.name.as_str())) {
        match merged.iter().position(|(known, _)| known.name == key.name) {
            Some(at) => merged[at] = (key.clone(), value.clone()),
            None => merged.push((key.clone(), value.clone())),
        }
    }
    Cow::Owned(Yaml { value: yaml::Value::Map(merged), span: yaml.span.clone() })
}

fn one<'e>(
    reader: &Reader<'_>,
    entry: &'e Entry<'e>,
    table: &'e Yaml,
    patch: Option<&Entry<'_>>,
    problems: &mut Vec<Problem>,
) -> Option<Described<'e>> {
    let name_yaml = table.get("name")?;
    let name = name_yaml.scalar()?;
    let source_yaml = &entry.yaml;
    let source = patched(source_yaml, patch.map(|patch| patch.yaml.as_ref()), &["name", "overrides", "tables", "path"]);
    let table_patch = patch.and_then(|patch| {
        let tables = patch.yaml.get("tables").map_or(&[][..], Yaml::items);
        tables.iter().find(|patch| patch.get("name").and_then(Yaml::scalar).as_ref() == Some(&name))
    });
    let table = patched(table, table_patch, &["name"]);
    let package = reader.package(&entry.file.package)?;
    let mut node = Node::new(
        ResourceType::Source,
        package.name(),
        &name,
        Place::span(entry.file.path.clone(), name_yaml.span.clone()),
    );
    node.unique_id = format!("source.{}.{}.{name}", package.name(), entry.name);
    node.original_file_path = package.relative(&entry.file.path).to_owned();
    node.path.clone_from(&node.original_file_path);
    node.fqn = fqn(package, &entry.file.below, &entry.name);
    node.fqn.push(name.clone());
    let text = |yaml: &Yaml, key: &str| yaml.get(key).and_then(Yaml::scalar).filter(|text| !text.is_empty());
    let identifier = text(&table, "identifier").unwrap_or_else(|| name.clone());
    node.schema = text(&source, "schema").unwrap_or_else(|| entry.name.clone());
    let database = text(&source, "database").or_else(|| text(&source, "catalog"));
    node.database = database.unwrap_or_else(|| reader.target.database.clone());
    node.description = text(&table, "description").unwrap_or_default();
    node.columns = entries::columns(table.get("columns").map_or(&[][..], Yaml::items));
    let patch_config = configs(&source, &table);
    let configured = reader.configure((node.resource_type, &node.package, &node.fqn), &patch_config, &Config::new());
    (node.config, node.unrendered) = (configured.config, configured.unrendered);
    node.tags = super::config::texts(node.config.get("tags"));
    node.meta = node.config.get("meta").and_then(Value::as_object).cloned().unwrap_or_default();
    let quoting = quoting(&source, &table);
    node.relation = Relation::new(&node.database, &node.schema, &identifier);
    node.relation.quote(|part| quoting.get(part).and_then(Value::as_bool).or_else(|| reader.root().file.quotes(part)));
    let place = node.place.clone();
    if node.config.get("enabled") != Some(&Value::Bool(false)) {
        describe(reader, &mut node, &place, problems);
    }
    let source_description = described_source(reader, entry, (&source, &node), problems);
    node.body = body(entry, (&source, &table), source_description);
    node.body.insert("identifier".to_owned(), identifier.as_str().into());
    if quoting.values().any(|quotes| !quotes.is_null()) {
        node.body.insert("quoting".to_owned(), quoting.into());
    }
    let found = SourceTable { node: Arc::new(node), source_name: entry.name.clone(), identifier };
    Some(Described { found, source, table })
}

/// What is said of the source as a whole; of a disabled table it stays as it was written.
fn described_source(
    reader: &Reader<'_>,
    entry: &Entry<'_>,
    (source, node): (&Yaml, &Node),
    problems: &mut Vec<Problem>,
) -> String {
    let written = source.get("description").and_then(Yaml::scalar).unwrap_or_default();
    if node.config.get("enabled") == Some(&Value::Bool(false)) {
        return written;
    }
    match described(reader, &node.package, &written, &entry.place()) {
        Ok(Some((rendered, _))) => rendered,
        Ok(None) => written,
        Err(problem) => {
            // Every table of the source would say the same.
            problems.extend((!problems.contains(&problem)).then_some(*problem));
            written
        }
    }
}

/// The fields of the manifest that only sources have.
fn body(entry: &Entry<'_>, (source, table): (&Yaml, &Yaml), source_description: String) -> Map<String, Value> {
    let text = |yaml: &Yaml, key: &str| yaml.get(key).and_then(Yaml::scalar);
    let mut source_meta = object(source.get("meta"));
    source_meta.extend(object(source.get("config").and_then(|config| config.get("meta"))));
    let external = table.get("external").filter(|external| !external.is_empty()).map(|external| {
        let mut fields = Map::new();
        for key in ["location", "file_format", "row_format", "tbl_properties", "partitions"] {
            fields.insert(key.to_owned(), Value::Null);
        }
        fields.extend(object(Some(external)));
        Value::Object(fields)
    });
    let own = entry.written;
    let body = json!({
        "source_name": entry.name,
        "source_description": source_description,
        "source_meta": source_meta,
        "loader": text(source, "loader").unwrap_or_default(),
        "external": external,
        "unrendered_database": text(own, "database"),
        "unrendered_schema": text(own, "schema"),
    });
    let is_said = |value: &Value| match value {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Object(entries) => !entries.is_empty(),
        _ => true,
    };
    let Value::Object(mut body) = body else { return Map::new() };
    body.retain(|_, value| is_said(value));
    body
}

fn quoting(source: &Yaml, table: &Yaml) -> Map<String, Value> {
    let mut quoting = Map::new();
    for key in ["database", "schema", "identifier", "column"] {
        quoting.insert(key.to_owned(), Value::Null);
    }
    for yaml in [source, table] {
        quoting.extend(object(yaml.get("quoting")).into_iter().filter(|(_, value)| !value.is_null()));
    }
    quoting
}

/// The configs of a table: its source's, then its own; `meta` and `tags` add up.
fn configs(source: &Yaml, table: &Yaml) -> Config {
    let of = |yaml: &Yaml| object(yaml.get("config"));
    let (source_config, table_config) = (of(source), of(table));
    let mut config = source_config.clone();
    config.extend(table_config.clone());
    match freshness(source, table) {
        Freshness::Set(freshness) => drop(config.insert("freshness".to_owned(), freshness)),
        Freshness::Off => drop(config.insert("freshness".to_owned(), Value::Null)),
        Freshness::NotSaid => drop(config.shift_remove("freshness")),
    }
    let (field, query) = loaded_at(source, table);
    config.insert("loaded_at_field".to_owned(), field);
    config.insert("loaded_at_query".to_owned(), query);
    let mut meta = Map::new();
    for (yaml, config) in [(source, &source_config), (table, &table_config)] {
        meta.extend(object(yaml.get("meta")));
        meta.extend(config.get("meta").and_then(Value::as_object).cloned().unwrap_or_default());
    }
    config.insert("meta".to_owned(), meta.into());
    let mut tags: Vec<String> = Vec::new();
    for (yaml, config) in [(source, &source_config), (table, &table_config)] {
        tags.extend(texts(yaml.get("tags")));
        tags.extend(super::config::texts(config.get("tags")));
    }
    tags.sort();
    tags.dedup();
    config.insert("tags".to_owned(), tags.into());
    config
}

/// What is said of freshness: it can be switched off with `freshness: null`.
enum Freshness {
    Set(Value),
    Off,
    NotSaid,
}

/// A threshold with its three parts, or nothing when it was switched off.
type Threshold = Option<Map<String, Value>>;

fn threshold(yaml: Option<&Yaml>) -> Threshold {
    let empty = || json!({"count": null, "period": null});
    let mut threshold = Map::new();
    let said = match yaml {
        Some(yaml) if yaml.value == yaml::Value::Null => return None,
        said => object(said),
    };
    for key in ["warn_after", "error_after"] {
        let value = match said.get(key) {
            None => empty(),
            Some(Value::Object(time)) => {
                let mut whole = empty();
                if let Value::Object(whole) = &mut whole {
                    whole.extend(time.clone());
                }
                whole
            }
            Some(other) => other.clone(),
        };
        threshold.insert(key.to_owned(), value);
    }
    threshold.insert("filter".to_owned(), said.get("filter").cloned().unwrap_or_default());
    Some(threshold)
}

fn is_set(time: Option<&Value>) -> bool {
    time.is_some_and(|time| ["count", "period"].iter().all(|key| time.get(key).is_some_and(|value| !value.is_null())))
}

fn says_something(threshold: &Map<String, Value>) -> bool {
    is_set(threshold.get("warn_after")) || is_set(threshold.get("error_after"))
}

/// Merges the thresholds of the source, its config, the table and its config, as dbt does.
fn freshness(source: &Yaml, table: &Yaml) -> Freshness {
    let of = |yaml: &Yaml| threshold(yaml.get("freshness"));
    let of_config = |yaml: &Yaml| threshold(yaml.get("config").and_then(|config| config.get("freshness")));
    let says = |yaml: &Yaml| {
        let config = yaml.get("config");
        yaml.get("freshness").or_else(|| config.and_then(|config| config.get("freshness"))).is_some()
    };
    if !says(source) && !says(table) {
        return Freshness::NotSaid;
    }
    let mut merged = of(source);
    for update in [of_config(source), of(table), of_config(table)] {
        merged = match (merged, update) {
            (Some(base), Some(update)) => Some(merge_thresholds(base, update)),
            (None, Some(update)) if says_something(&update) => Some(update),
            _ => None,
        };
    }
    match merged {
        None => Freshness::Off,
        Some(threshold) if says_something(&threshold) => Freshness::Set(threshold.into()),
        Some(_) => Freshness::NotSaid,
    }
}

fn merge_thresholds(mut base: Map<String, Value>, update: Map<String, Value>) -> Map<String, Value> {
    for key in ["warn_after", "error_after"] {
        let (known, new) = (base.get(key).cloned().unwrap_or_default(), update.get(key).cloned().unwrap_or_default());
        let merged = match (is_set(Some(&known)), is_set(Some(&new))) {
            (_, true) => new,
            _ if new.is_null() => Value::Null,
            (true, false) => known,
            (false, false) => new,
        };
        base.insert(key.to_owned(), merged);
    }
    if let Some(filter) = update.get("filter").filter(|filter| !filter.is_null()) {
        base.insert("filter".to_owned(), filter.clone());
    }
    base
}

fn loaded_at(source: &Yaml, table: &Yaml) -> (Value, Value) {
    let said = |yaml: &Yaml, key: &str| {
        let beside = yaml.get(key).map(Yaml::to_json).filter(|value| !value.is_null() && value.as_str() != Some(""));
        beside
            .or_else(|| yaml.get("config").and_then(|config| config.get(key)).map(Yaml::to_json))
            .filter(|value| !value.is_null())
    };
    let is_present = table.get("loaded_at_field").is_some();
    let own = said(table, "loaded_at_field");
    let field = if is_present || own.is_some() { own } else { said(source, "loaded_at_field") };
    let query = match said(table, "loaded_at_query") {
        Some(query) => Some(query),
        None if is_present => None,
        None => said(source, "loaded_at_query"),
    };
    (field.unwrap_or_default(), query.unwrap_or_default())
}
