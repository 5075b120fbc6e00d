//! A node as templates see it: `model`, the `node` of the naming macros, and what stands in `graph`.
//!
//! Behaviour: the manifest's nodes. What is not asked for is never converted.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use minijinja::Value;
use minijinja::value::{Enumerator, Object};
use serde_json::json;

use super::node::{Node, ResourceType, Version};
use crate::jinja::values;

#[derive(Debug)]
struct Facts {
    node: Arc<Node>,
    /// Whether a template asked for anything else than [`COMMON`].
    is_told_apart: AtomicBool,
}

/// What many nodes have in common.
const COMMON: [&str; 4] = ["resource_type", "package_name", "database", "schema"];

const FACTS: &[&str] = &[
    "name",
    "resource_type",
    "package_name",
    "path",
    "original_file_path",
    "unique_id",
    "fqn",
    "alias",
    "schema",
    "database",
    "identifier",
    "version",
    "latest_version",
    "config",
    "tags",
    "meta",
    "group",
    "access",
    "description",
    "raw_code",
    "raw_sql",
    "language",
    "columns",
    "depends_on",
    "refs",
    "sources",
    "checksum",
    "relation_name",
    "patch_path",
    "unrendered_config",
    "docs",
    "metrics",
    "contract",
    "doc_blocks",
];

fn number(version: Option<&Version>) -> serde_json::Value {
    version.map(|version| version.0.clone()).unwrap_or_default()
}

impl Object for Facts {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.get_value_by_str(key.as_str()?)
    }

    fn get_value_by_str(self: &Arc<Self>, key: &str) -> Option<Value> {
        if !COMMON.contains(&key) {
            self.is_told_apart.store(true, Ordering::Relaxed);
        }
        let node = &self.node;
        let text = |text: &str| Some(Value::from(text));
        let json = |json: serde_json::Value| Some(values::from_json(&json));
        let texts = |texts: &[String]| Some(values::List::value(texts.iter().map(|text| Value::from(text.as_str()))));
        match key {
            "identifier" | "relation_name" | "quoting" if node.resource_type == ResourceType::Source => {
                self.of_source(key)
            }
            "name" => text(&node.name),
            "resource_type" => text(node.resource_type.name()),
            "package_name" => text(&node.package),
            "path" => text(&node.path),
            "original_file_path" => text(&node.original_file_path),
            "unique_id" => text(&node.unique_id),
            "fqn" => texts(&node.fqn),
            "alias" | "identifier" => text(&node.alias),
            "schema" => text(&node.schema),
            "database" => text(&node.database),
            "version" => json(number(node.model.version.as_ref())),
            "latest_version" => json(number(node.model.latest_version.as_ref())),
            "config" => json(serde_json::Value::Object(node.config.to_map())),
            "unrendered_config" => json(serde_json::Value::Object((*node.unrendered).clone())),
            "tags" => texts(&node.tags),
            "meta" => json(node.meta.clone().into()),
            "group" => json(node.group.clone().into()),
            "access" => text(node.access()),
            "description" => text(&node.description),
            "raw_code" | "raw_sql" => text(&node.raw),
            "language" => text(if node.is_python { "python" } else { "sql" }),
            "columns" => json(node.columns.values().map(|column| (column.name.clone(), column.to_json())).collect()),
            "depends_on" => json(json!({"macros": node.macros, "nodes": node.depends_on})),
            "refs" => json(node.refs.iter().map(|asked| asked.what.to_json()).collect()),
            "sources" => json(node.sources.iter().map(|asked| json!([asked.what.0, asked.what.1])).collect()),
            "checksum" => json(json!({"name": "sha256", "checksum": node.checksum})),
            "relation_name" => json(node.has_relation().then(|| node.relation.to_string()).into()),
            "patch_path" => json(node.patch.as_ref().map(|patch| format!("{}://{}", node.package, patch.path)).into()),
            "docs" => {
                json(node.config.get("docs").cloned().unwrap_or_else(|| json!({"show": true, "node_color": null})))
            }
            "metrics" => json(json!(node.metrics)),
            "functions" | "extra_ctes" | "primary_key" => Some(values::List::value([])),
            "time_spine" => json(node.model.time_spine.clone().unwrap_or_default()),
            "deprecation_date" => json(node.model.deprecation_date.clone().into()),
            "contract" => json(json!({"enforced": node.has_contract(), "alias_types": true})),
            "doc_blocks" => json(json!(node.doc_blocks)),
            "test_metadata" => json(node.test.as_ref().map_or(
                serde_json::Value::Null,
                |test| json!({"name": test.name, "kwargs": test.kwargs, "namespace": test.namespace}),
            )),
            "column_name" => json(node.test.as_ref().map_or(serde_json::Value::Null, |test| json!(test.column_name))),
            "attached_node" => json(node.test.as_ref().map_or(serde_json::Value::Null, |test| json!(test.attached_to))),
            "file_key_name" => {
                json(node.test.as_ref().map_or(serde_json::Value::Null, |test| json!(test.file_key_name)))
            }
            "build_path" | "compiled_path" | "root_path" | "batch" => Some(Value::from(())),
            key => node.body.get(key).map(values::from_json).or_else(|| self.of_source(key)),
        }
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        self.is_told_apart.store(true, Ordering::Relaxed);
        Enumerator::Str(FACTS)
    }
}

impl Facts {
    /// What only tables of sources have, where nothing is said of it.
    fn of_source(&self, key: &str) -> Option<Value> {
        let node = Some(&self.node).filter(|node| node.resource_type == ResourceType::Source)?;
        match key {
            "freshness" | "loaded_at_field" | "loaded_at_query" => {
                Some(node.config.get(key).map_or_else(|| Value::from(()), values::from_json))
            }
            "identifier" => node.relation.identifier.as_deref().map(Value::from),
            "relation_name" => Some(Value::from(node.relation.to_string())),
            "quoting" => {
                let said = |part: &str| node.body.get("quoting").and_then(|quoting| quoting.get(part)).cloned();
                let parts = ["database", "schema", "identifier", "column"].map(|part| (part.to_owned(), said(part)));
                let parts = parts.map(|(part, said)| (part, said.unwrap_or_default()));
                Some(values::from_json(&serde_json::Value::Object(parts.into_iter().collect())))
            }
            "source_description" | "loader" => Some(Value::from("")),
            "source_meta" => Some(values::Dict::value([])),
            "external" => Some(Value::from(())),
            _ => None,
        }
    }
}

/// `model`, and the `node` that the naming macros are given.
pub(super) fn facts(node: &Arc<Node>) -> Value {
    Value::from_object(Facts { node: Arc::clone(node), is_told_apart: AtomicBool::new(false) })
}

/// Whether a template that was given these facts asked for more than the node's kind, package, database and schema: if not,
/// it would have answered the same for each node of the same.
pub(super) fn is_told_apart(facts: &Value) -> bool {
    facts.downcast_object_ref::<Facts>().is_none_or(|facts| facts.is_told_apart.load(Ordering::Relaxed))
}
