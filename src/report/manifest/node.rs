//! One node as the manifest has it.

use std::collections::HashMap;

use serde_json::{Map, Value, json};

use super::contract;
use super::object;
use crate::project::node::Columns;
use crate::project::{Node, Project, ResourceType};

/// A model, seed, snapshot, analysis, test or operation.
pub(super) fn node(
    project: &Project,
    node: &Node,
    compiled: &HashMap<String, String>,
    primary_key: Option<&Vec<String>>,
) -> Value {
    let mut fields = object(json!({
        "database": node.database, "schema": node.schema, "name": node.name, "resource_type": node.resource_type.name(),
        "package_name": node.package, "path": node.path, "original_file_path": node.original_file_path,
        "unique_id": node.unique_id, "fqn": node.fqn, "alias": node.alias, "checksum": checksum(node),
        "config": *node.config, "tags": node.tags, "description": node.description, "columns": columns(&node.columns),
        "meta": node.meta, "group": node.group,
        "docs": node.config.get("docs").cloned().unwrap_or_else(|| json!({"show": true, "node_color": null})),
        "patch_path": patch_path(project, node), "build_path": null, "unrendered_config": *node.unrendered,
        "created_at": 0.0, "relation_name": (node.has_relation() && node.relation.identifier.is_some()).then(|| node.relation.to_string()),
        "raw_code": &*node.raw, "doc_blocks": node.doc_blocks,
    }));
    if node.resource_type == ResourceType::Seed {
        fields.insert("root_path".into(), Value::Null);
        fields.insert("depends_on".into(), json!({"macros": node.macros}));
        return fields.into();
    }
    fields.extend(of_sql(node, compiled.get(&node.unique_id)));
    if let Some(test) = &node.test {
        fields.extend(object(json!({
            "test_metadata": {"name": test.name, "kwargs": test.kwargs, "namespace": test.namespace},
            "column_name": test.column_name, "attached_node": test.attached_to, "file_key_name": test.file_key_name,
        })));
    }
    if node.resource_type == ResourceType::Model {
        let model = &node.model;
        fields.extend(object(json!({
            "access": node.access(), "version": model.version, "latest_version": model.latest_version,
            "constraints": model.constraints.iter().map(contract::of_model).collect::<Vec<_>>(),
            "deprecation_date": model.deprecation_date.as_deref().map(contract::moment),
            "primary_key": primary_key.cloned().unwrap_or_default(), "time_spine": model.time_spine.as_ref().map(spine),
        })));
    }
    fields.extend(node.body.clone());
    fields.into()
}

/// What a node that is SQL has.
fn of_sql(node: &Node, sql: Option<&String>) -> Map<String, Value> {
    let mut fields = object(json!({
        "language": if node.is_python { "python" } else { "sql" }, "compiled_path": null,
        "contract": {"enforced": node.has_contract(), "alias_types": contract::alias_types(node), "checksum": contract::checksum(node)},
        "refs": node.refs.iter().map(|asked| asked.what.to_json()).collect::<Vec<_>>(),
        "sources": node.sources.iter().map(|asked| json!([asked.what.0, asked.what.1])).collect::<Vec<_>>(),
        "metrics": node.metrics, "functions": [], "depends_on": {"macros": node.macros, "nodes": node.depends_on},
    }));
    if let Some(sql) = sql {
        fields.extend(object(json!({
            "compiled": true, "compiled_code": sql, "extra_ctes_injected": true, "extra_ctes": [],
        })));
    }
    fields
}

fn checksum(node: &Node) -> Value {
    let kind = match node.resource_type {
        _ if node.checksum.is_empty() => "none",
        ResourceType::Seed if node.checksum == node.original_file_path => "path",
        _ => "sha256",
    };
    json!({"name": kind, "checksum": node.checksum})
}

fn patch_path(project: &Project, node: &Node) -> Option<String> {
    let patch = node.patch.as_ref()?;
    let inside = project
        .packages
        .iter()
        .filter(|package| !package.root.is_empty())
        .find(|package| patch.path.starts_with(&package.root));
    let package = inside.unwrap_or(project.root());
    Some(format!("{}://{}", package.name(), package.relative(&patch.path)))
}

fn spine(spine: &Value) -> Value {
    let mut whole = object(json!({"standard_granularity_column": null, "custom_granularities": []}));
    whole.extend(object(spine.clone()));
    if let Some(Value::Array(custom)) = whole.get_mut("custom_granularities") {
        for granularity in custom {
            let mut each = object(json!({"name": null, "column_name": null}));
            each.extend(object(granularity.clone()));
            *granularity = each.into();
        }
    }
    whole.into()
}

fn columns(columns: &Columns) -> Map<String, Value> {
    columns.values().map(|column| (column.name.clone(), column.to_json())).collect()
}

/// A table of a source.
pub(crate) fn source(table: &Node) -> Value {
    let mut fields = object(json!({
        "database": table.database, "schema": table.schema, "name": table.name, "resource_type": "source",
        "package_name": table.package, "path": table.path, "original_file_path": table.original_file_path,
        "unique_id": table.unique_id, "fqn": table.fqn, "description": table.description,
        "columns": columns(&table.columns), "meta": table.meta, "tags": table.tags, "config": *table.config,
        "patch_path": null, "unrendered_config": *table.unrendered, "relation_name": table.relation.to_string(),
        "created_at": 0.0, "doc_blocks": table.doc_blocks,
    }));
    let config = |key: &str| table.config.get(key).cloned().unwrap_or_default();
    fields.extend(object(json!({
        "source_name": "", "source_description": "", "source_meta": {}, "loader": "", "identifier": "",
        "quoting": {"database": null, "schema": null, "identifier": null, "column": null},
        "loaded_at_field": config("loaded_at_field"), "loaded_at_query": config("loaded_at_query"),
        "freshness": config("freshness"), "external": null, "unrendered_database": null, "unrendered_schema": null,
    })));
    fields.extend(table.body.clone());
    fields.into()
}

/// An exposure, a metric, a semantic model, a saved query or a unit test: what is special to it is its body.
pub(crate) fn other(node: &Node) -> Value {
    let mut fields = object(json!({
        "name": node.name, "resource_type": node.resource_type.name(), "package_name": node.package, "path": node.path,
        "original_file_path": node.original_file_path, "unique_id": node.unique_id, "fqn": node.fqn,
        "description": node.description, "config": *node.config, "unrendered_config": *node.unrendered,
        "depends_on": {"macros": node.macros, "nodes": node.depends_on}, "created_at": 0.0,
    }));
    if node.resource_type == ResourceType::UnitTest {
        fields.shift_remove("unrendered_config");
    } else {
        fields.insert("refs".into(), node.refs.iter().map(|asked| asked.what.to_json()).collect());
    }
    if matches!(node.resource_type, ResourceType::Exposure | ResourceType::Metric) {
        fields.extend(object(json!({
            "tags": node.tags, "meta": node.meta, "metrics": node.metrics,
            "sources": node.sources.iter().map(|asked| json!([asked.what.0, asked.what.1])).collect::<Vec<_>>(),
        })));
    }
    fields.extend(node.body.clone());
    fields.into()
}
