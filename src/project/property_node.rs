//! What metrics, semantic models, saved queries and unit tests have in common: nodes that a property file makes.

use serde_json::{Map, Value, json};

use super::config::Config;
use super::drafts::fqn;
use super::entries::{Entry, object};
use super::finish::described;
use super::node::{Node, ResourceType};
use super::problem::Problem;
use super::reader::Reader;
use crate::parse::yaml::Yaml;

/// The periods that dbt's semantic layer knows.
pub(super) const GRAINS: &[&str] = &[
    "nanosecond",
    "microsecond",
    "millisecond",
    "second",
    "minute",
    "hour",
    "day",
    "week",
    "month",
    "quarter",
    "year",
];

/// A node of the name `name` that an entry makes, with its configs. What stands beside `config:` is none of them.
pub(super) fn blank(
    reader: &Reader<'_>,
    kind: ResourceType,
    entry: &Entry<'_>,
    (name, said): (&str, &Config),
) -> Option<Node> {
    let package = reader.package(&entry.file.package)?;
    let mut node = Node::new(kind, package.name(), name, entry.place());
    node.path.clone_from(&entry.file.below);
    node.original_file_path = package.relative(&entry.file.path).to_owned();
    node.fqn = fqn(package, &entry.file.below, name);
    let configured = reader.configure((kind, &node.package, &node.fqn), said, &Config::new());
    (node.config, node.unrendered) = (configured.config, configured.unrendered);
    node.group = node.config_text("group").map(str::to_owned);
    Some(node)
}

/// `config:` alone.
pub(super) fn own_config(entry: &Entry<'_>) -> Config {
    object(entry.yaml.get("config"))
}

/// Whether a node counts.
pub(super) fn is_enabled(node: &Node) -> bool {
    node.config.get("enabled") != Some(&Value::Bool(false))
}

/// `meta:` of a node's config.
pub(super) fn config_meta(node: &Node) -> Map<String, Value> {
    node.config.get("meta").and_then(Value::as_object).cloned().unwrap_or_default()
}

/// A description with its Jinja rendered; what cannot be rendered is told and kept.
pub(super) fn rendered(reader: &Reader<'_>, entry: &Entry<'_>, text: String, problems: &mut Vec<Problem>) -> String {
    match described(reader, &entry.file.package, &text, &entry.place()) {
        Ok(Some((rendered, _))) => rendered,
        Ok(None) => text,
        Err(problem) => {
            problems.push(*problem);
            text
        }
    }
}

/// What stands under `key` as the manifest has it, null when there is nothing.
pub(super) fn value(yaml: &Yaml, key: &str) -> Value {
    yaml.get(key).map(Yaml::to_json).unwrap_or_default()
}

/// A list under `key`; nothing is an empty one.
pub(super) fn list(yaml: &Yaml, key: &str) -> Value {
    yaml.get(key).map_or(&[][..], Yaml::items).iter().map(Yaml::to_json).collect()
}

/// `true` or `false` under `key`; nothing is `false`.
pub(super) fn flag(yaml: &Yaml, key: &str) -> bool {
    yaml.get(key).and_then(Yaml::as_bool).unwrap_or(false)
}

/// A word of a list under `key`, in small letters.
pub(super) fn small(yaml: &Yaml, key: &str) -> Value {
    yaml.get(key).and_then(Yaml::as_str).map(str::to_lowercase).into()
}

/// A filter as the manifest has it: each of its conditions, as it was written.
pub(super) fn filters(yaml: &Yaml, key: &str) -> Value {
    let Some(written) = yaml.get(key) else { return Value::Null };
    let one = |text: &str| json!({"where_sql_template": text});
    let conditions: Vec<Value> = match written.as_str() {
        Some(text) => vec![one(text)],
        None if matches!(written.value, crate::parse::yaml::Value::Null) => return Value::Null,
        None => written.items().iter().filter_map(Yaml::as_str).map(one).collect(),
    };
    json!({"where_filters": conditions})
}

/// A JSON object's entries.
pub(super) fn fields(value: Value) -> Map<String, Value> {
    if let Value::Object(fields) = value { fields } else { Map::new() }
}
