//! Two states of one node in, what differs out. Behaviour: the `same_…` methods of `dbt.contracts.graph.nodes`.

use serde_json::{Map, Value};

use super::super::config::same;
use super::view::StateNode;
use crate::project::ResourceType;

/// Configs that change nothing about a table, or are compared as its name.
const NOT_COMPARED: &[&str] = &["alias", "schema", "database", "tags", "group"];

/// What decides whether a test is another test.
const OF_TESTS: &[&str] =
    &["severity", "where", "limit", "fail_calc", "warn_if", "error_if", "store_failures", "store_failures_as"];

/// Whether the node is in the manifest's `nodes`: what has a template or a file of its own.
pub(in crate::select) fn is_parsed(kind: ResourceType) -> bool {
    matches!(
        kind,
        ResourceType::Model
            | ResourceType::Seed
            | ResourceType::Snapshot
            | ResourceType::Analysis
            | ResourceType::Test
            | ResourceType::Operation
    )
}

pub(super) fn same_body(kind: ResourceType, new: &StateNode<'_>, old: &StateNode<'_>) -> bool {
    if kind == ResourceType::Seed { new.checksum() == old.checksum() } else { new.raw_code() == old.raw_code() }
}

/// The configs that were set differently, sorted.
pub(super) fn changed_configs(kind: ResourceType, new: &StateNode<'_>, old: &StateNode<'_>) -> Vec<String> {
    let nothing = Map::new();
    let (new, old) = match kind {
        // These are compared as they count.
        ResourceType::SemanticModel | ResourceType::SavedQuery => {
            (new.field("config").as_object(), old.field("config").as_object())
        }
        ResourceType::UnitTest => (None, None),
        _ => (new.unrendered(), old.unrendered()),
    };
    let (new, old) = (new.unwrap_or(&nothing), old.unwrap_or(&nothing));
    let is_compared = |key: &str| match kind {
        ResourceType::Test => OF_TESTS.contains(&key),
        ResourceType::Metric => key != "group",
        kind => !is_parsed(kind) || !NOT_COMPARED.contains(&key),
    };
    let differs = |key: &str| match (new.get(key), old.get(key)) {
        (Some(new), Some(old)) => !same(new, old),
        (new, old) => new.is_some() != old.is_some(),
    };
    let keys = new.keys().chain(old.keys().filter(|key| !new.contains_key(*key)));
    let mut changed: Vec<String> = keys.filter(|key| is_compared(key) && differs(key)).cloned().collect();
    changed.sort();
    changed
}

/// Where a source's table is: as it counts, or as it was written before Jinja.
pub(super) const TABLE_OF_SOURCE: [&str; 3] = ["database", "schema", "identifier"];
pub(super) const TABLE_OF_SOURCE_UNRENDERED: [&str; 3] = ["unrendered_database", "unrendered_schema", "identifier"];

pub(super) fn same_relation(
    (kind, of_source): (ResourceType, &[&str; 3]),
    new: &StateNode<'_>,
    old: &StateNode<'_>,
) -> bool {
    if kind == ResourceType::Source {
        return same_fields(new, old, of_source);
    }
    let set = |node: &StateNode<'_>, key: &str| {
        node.unrendered().and_then(|config| config.get(key)).cloned().unwrap_or_default()
    };
    ["database", "schema", "alias"].iter().all(|key| same(&set(new, key), &set(old, key)))
}

/// Descriptions count when they are written to the warehouse.
pub(super) fn same_persisted_descriptions(new: &StateNode<'_>, old: &StateNode<'_>) -> bool {
    let persists = |what: &str| new.config("persist_docs").get(what).is_some_and(is_true);
    if persists("relation") && new.description() != old.description() {
        return false;
    }
    !persists("columns") || new.column_descriptions() == old.column_descriptions()
}

/// Python's `bool()`.
fn is_true(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(value) => *value,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Object(entries) => !entries.is_empty(),
    }
}

/// What is compared of kinds that have no template: the fields of the manifest.
fn fields(kind: ResourceType) -> &'static [&'static str] {
    match kind {
        ResourceType::Source => &["quoting", "freshness", "loaded_at_field", "external"],
        ResourceType::Exposure => &["type", "owner", "maturity", "url", "description", "label"],
        ResourceType::Metric => &["type", "description", "label"],
        ResourceType::SemanticModel => {
            &["model", "description", "defaults", "entities", "dimensions", "measures", "primary_entity", "group"]
        }
        ResourceType::SavedQuery => &["description", "label", "group", "tags"],
        ResourceType::UnitTest => &["checksum"],
        _ => &[],
    }
}

fn same_fields(new: &StateNode<'_>, old: &StateNode<'_>, keys: &[&str]) -> bool {
    keys.iter().all(|key| same(new.field(key), old.field(key)))
}

/// The fields that differ of a node that has no template.
pub(super) fn changed_fields(kind: ResourceType, new: &StateNode<'_>, old: &StateNode<'_>) -> Vec<String> {
    let differs = |key: &&&str| !same(new.field(key), old.field(key));
    let mut changed: Vec<String> = fields(kind).iter().filter(differs).map(|key| (*key).to_owned()).collect();
    match kind {
        ResourceType::Exposure if !same_parents(new, old) => changed.push("depends_on".to_owned()),
        ResourceType::SavedQuery => {
            let query =
                |node: &StateNode<'_>, key: &str| node.field("query_params").get(key).cloned().unwrap_or_default();
            let keys = ["metrics", "group_by", "where"].into_iter();
            changed.extend(keys.filter(|key| !same(&query(new, key), &query(old, key))).map(str::to_owned));
            if !same_exports(new.field("exports"), old.field("exports")) {
                changed.push("exports".to_owned());
            }
        }
        _ => {}
    }
    changed
}

fn same_parents(new: &StateNode<'_>, old: &StateNode<'_>) -> bool {
    let parents = |node: &StateNode<'_>| {
        let ids = node.field("depends_on").get("nodes").and_then(Value::as_array).cloned().unwrap_or_default();
        ids.iter().filter_map(|id| id.as_str().map(str::to_owned)).collect::<std::collections::BTreeSet<String>>()
    };
    parents(new) == parents(old)
}

fn same_exports(new: &Value, old: &Value) -> bool {
    let (Some(new), Some(old)) = (new.as_array(), old.as_array()) else { return new == old };
    let set = |export: &Value, key: &str| export["unrendered_config"].get(key).cloned().unwrap_or_default();
    let same_export = |(new, old): (&Value, &Value)| {
        new["name"] == old["name"]
            && ["export_as", "schema", "alias"].iter().all(|key| same(&set(new, key), &set(old, key)))
    };
    new.len() == old.len() && new.iter().zip(old).all(same_export)
}
