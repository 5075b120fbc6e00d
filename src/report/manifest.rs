//! The project as dbt's `manifest.json` (schema v12), so that dbt's ecosystem can read what cadet read.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Map, Value, json};

use crate::plan::name_of;
use crate::project::graph::Graph;
use crate::project::node::Column;
use crate::project::scopes::Run;
use crate::project::{Node, Project, ResourceType, SourceTable};

/// The whole manifest. `compiled` is the SQL of the nodes that were compiled.
pub fn manifest(project: &Project, run: &Run, compiled: &HashMap<String, String>) -> Value {
    let graph = Graph::new(project);
    let ids: Vec<&String> = project.nodes.keys().chain(project.sources.keys()).collect();
    let parents: BTreeMap<&String, Vec<&str>> = ids.iter().map(|id| (*id, graph.parents(id).to_vec())).collect();
    let children: BTreeMap<&String, Vec<&str>> = ids.iter().map(|id| (*id, graph.children(id).to_vec())).collect();
    let empty = || json!({});
    let mut metadata = metadata(run, "manifest/v12");
    metadata.extend(project_metadata(project));
    json!({
        "metadata": metadata,
        "nodes": project.nodes.values().map(|each| (each.unique_id.clone(), node(project, each, compiled))).collect::<Map<_, _>>(),
        "sources": project.sources.values().map(|each| (each.unique_id.clone(), source(each))).collect::<Map<_, _>>(),
        "macros": macros(project),
        "docs": docs(project),
        "exposures": empty(), "metrics": empty(), "groups": empty(), "selectors": empty(), "disabled": empty(),
        "parent_map": parents, "child_map": children, "group_map": empty(),
        "saved_queries": empty(), "semantic_models": empty(), "unit_tests": empty(), "functions": empty(),
    })
}

/// What every artefact says of the run.
pub fn metadata(run: &Run, schema: &str) -> Map<String, Value> {
    object(json!({
        "dbt_schema_version": format!("https://schemas.getdbt.com/dbt/{schema}.json"),
        "dbt_version": "1.11.0",
        "generated_at": jiff::Timestamp::now().to_string(),
        "invocation_id": run.invocation_id,
        "invocation_started_at": run.started.timestamp().to_string(),
        "env": {},
    }))
}

/// What only the manifest says besides.
fn project_metadata(project: &Project) -> Map<String, Value> {
    object(json!({
        "project_name": project.name,
        "project_id": crate::jinja::environment::md5(&project.name),
        "user_id": null,
        "send_anonymous_usage_stats": false,
        "adapter_type": project.target.kind,
        "quoting": {"database": true, "schema": true, "identifier": true, "column": null},
    }))
}

fn node(project: &Project, node: &Node, compiled: &HashMap<String, String>) -> Value {
    let mut value = json!({
        "database": node.database, "schema": node.schema, "name": node.name, "resource_type": node.resource_type.name(),
        "package_name": node.package, "path": node.path, "original_file_path": node.original_file_path,
        "unique_id": node.unique_id, "fqn": node.fqn, "alias": node.alias,
        "checksum": {"name": if node.checksum.is_empty() { "none" } else { "sha256" }, "checksum": node.checksum},
        "config": node.config, "tags": node.tags(), "description": node.description,
        "columns": columns(&node.columns), "meta": node.config.get("meta").cloned().unwrap_or_else(|| json!({})),
        "group": null, "docs": node.config.get("docs").cloned().unwrap_or_else(|| json!({"show": true})),
        "patch_path": node.patch.as_ref().map(|patch| format!("{}://{}", node.package, patch.path)),
        "build_path": null, "unrendered_config": {}, "created_at": 0.0,
        "relation_name": node.has_relation().then(|| node.relation.to_string()),
        "raw_code": &*node.raw,
    });
    let Some(fields) = value.as_object_mut() else { return value };
    if node.resource_type == ResourceType::Seed {
        fields.insert("root_path".into(), Value::Null);
        fields.insert("depends_on".into(), json!({"macros": []}));
        return value;
    }
    let sql = compiled.get(&node.unique_id);
    fields.extend(object(json!({
        "language": "sql", "compiled_path": null, "compiled": sql.is_some(), "compiled_code": sql,
        "extra_ctes_injected": sql.is_some(), "extra_ctes": [], "contract": {"enforced": node.has_contract(), "alias_types": true, "checksum": null},
        "refs": node.refs.iter().map(|asked| json!({"name": asked.what.name, "package": asked.what.package, "version": asked.what.version.as_ref().map(|version| number(version))})).collect::<Vec<_>>(),
        "sources": node.sources.iter().map(|asked| json!([asked.what.0, asked.what.1])).collect::<Vec<_>>(),
        "metrics": [], "depends_on": {"macros": node.macros, "nodes": node.depends_on},
    })));
    match &node.test {
        Some(test) => fields.extend(object(json!({
            "test_metadata": {"name": test.name, "kwargs": test.kwargs, "namespace": test.namespace},
            "column_name": test.column_name, "attached_node": test.attached_to,
            "file_key_name": test.attached_to.as_ref().map(|id| format!("models.{}", name_of(project, id))),
        }))),
        None => fields.extend(object(json!({
            "access": node.config_text("access").unwrap_or("protected"), "constraints": [], "version": node.version.as_ref().map(|version| number(version)),
            "latest_version": node.latest_version.as_ref().map(|version| number(version)), "deprecation_date": null, "primary_key": [], "time_spine": null,
        }))),
    }
    value
}

fn object(value: Value) -> Map<String, Value> {
    if let Value::Object(entries) = value { entries } else { Map::new() }
}

/// A version is a number where it looks like one.
fn number(version: &str) -> Value {
    version.parse::<i64>().map_or_else(|_| version.into(), Value::from)
}

fn columns(columns: &indexmap::IndexMap<String, Column>) -> Value {
    let column = |column: &Column| {
        json!({
            "name": column.name, "description": column.description, "meta": {}, "data_type": column.data_type, "constraints": [],
            "quote": null, "config": {"meta": {}, "tags": []}, "tags": [], "granularity": null, "doc_blocks": [],
        })
    };
    columns.iter().map(|(name, found)| (name.clone(), column(found))).collect()
}

fn source(table: &SourceTable) -> Value {
    json!({
        "database": table.database, "schema": table.schema, "name": table.name, "resource_type": "source",
        "package_name": table.package, "path": table.original_file_path, "original_file_path": table.original_file_path,
        "unique_id": table.unique_id, "fqn": table.fqn, "source_name": table.source_name, "source_description": "",
        "loader": "", "identifier": table.identifier, "quoting": {"database": null, "schema": null, "identifier": null, "column": null},
        "loaded_at_field": null, "loaded_at_query": null, "freshness": null, "external": null, "description": table.description,
        "columns": columns(&table.columns), "meta": {}, "source_meta": {}, "tags": [], "config": {"enabled": true},
        "patch_path": null, "unrendered_config": {}, "relation_name": table.relation.to_string(), "created_at": 0.0,
        "unrendered_database": null, "unrendered_schema": null, "doc_blocks": [],
    })
}

fn macros(project: &Project) -> Value {
    let one = |definition: &std::sync::Arc<crate::jinja::universe::MacroDef>| {
        (
            definition.unique_id.clone(),
            json!({
                "name": definition.name, "resource_type": "macro", "package_name": definition.package, "path": definition.path,
                "original_file_path": definition.path, "unique_id": definition.unique_id, "macro_sql": definition.text(),
                "depends_on": {"macros": []}, "description": "", "meta": {}, "docs": {"show": true, "node_color": null},
                "patch_path": null, "arguments": [], "created_at": 0.0, "supported_languages": null,
            }),
        )
    };
    project.universe.iter().map(one).collect()
}

fn docs(project: &Project) -> Value {
    let sorted: BTreeMap<&String, &String> = project.given.docs.iter().collect();
    let one = |(key, text): (&String, &String)| {
        let (package, name) = key.split_once('.').unwrap_or(("", key));
        (
            format!("doc.{key}"),
            json!({
                "name": name, "resource_type": "doc", "package_name": package, "path": "", "original_file_path": "",
                "unique_id": format!("doc.{key}"), "block_contents": text,
            }),
        )
    };
    sorted.into_iter().map(one).collect()
}
