//! What a node's template sees: `this`, `model`, its configs, and the relations that it may name.

use std::collections::HashMap;
use std::sync::Arc;

use minijinja::Value;
use serde_json::json;

use super::node::Node;
use super::{Project, profile::Target};
use crate::jinja::relation::Relation;
use crate::jinja::scope::{Given, Mode, RefKey, Scope};
use crate::jinja::universe::Universe;
use crate::jinja::values;

/// The scope in which a node is read: `execute` is false.
pub fn reading(universe: &Arc<Universe>, given: &Arc<Given>, node: &Node) -> Scope {
    Scope::new(Arc::clone(universe), Arc::clone(given), &node.package, Mode::Parse)
        .with("this", Value::from_object(node.relation.clone()))
        .with("model", values::facts(facts(node)))
        .with("schema", Value::from(node.schema.as_str()))
        .with("database", Value::from(node.database.as_str()))
}

/// The scope in which a node is compiled.
pub fn compiling(project: &Project, node: &Node, incremental: bool) -> Scope {
    let refs: HashMap<RefKey, Relation> = node
        .refs
        .iter()
        .filter_map(|asked| {
            let found = super::resolve::find_ref(project, &node.package, &asked.what)?;
            let relation = if found.materialized() == "ephemeral" {
                Relation::cte(&found.alias_or_name())
            } else {
                found.relation.clone()
            };
            Some((asked.what.clone(), relation))
        })
        .collect();
    let sources = node
        .sources
        .iter()
        .filter_map(|asked| {
            Some((asked.what.clone(), super::resolve::find_source(project, &asked.what)?.relation.clone()))
        })
        .collect();
    let mode = Mode::Compile { refs, sources, incremental };
    Scope::new(Arc::clone(&project.universe), Arc::clone(&project.given), &node.package, mode)
        .with("this", Value::from_object(node.relation.clone()))
        .with("model", values::facts(facts(node)))
        .with("schema", Value::from(node.schema.as_str()))
        .with("database", Value::from(node.database.as_str()))
        .with("__config", values::from_json(&serde_json::Value::Object(node.config.clone())))
}

impl Node {
    /// The name under which an ephemeral model is written into its readers.
    pub fn alias_or_name(&self) -> String {
        if self.alias.is_empty() { self.name.clone() } else { self.alias.clone() }
    }
}

/// `model`, and the `node` that the naming macros are given.
pub fn facts(node: &Node) -> serde_json::Value {
    json!({
        "name": node.name,
        "resource_type": node.resource_type.name(),
        "package_name": node.package,
        "path": node.path,
        "original_file_path": node.original_file_path,
        "unique_id": node.unique_id,
        "fqn": node.fqn,
        "alias": node.alias_or_name(),
        "schema": node.schema,
        "database": node.database,
        "version": node.version.as_ref().map(|version| version.parse::<i64>().map_or_else(|_| json!(version), |number| json!(number))),
        "latest_version": node.latest_version,
        "config": node.config,
        "tags": node.tags(),
        "description": node.description,
        "raw_code": &*node.raw,
        "columns": node.columns.iter().map(|(name, column)| (name.clone(), json!(column))).collect::<serde_json::Map<_, _>>(),
    })
}

/// What every template can read of the run itself.
pub fn globals(target: &Target, run: &Run, root: &str) -> HashMap<&'static str, Value> {
    let flags = json!({
        "FULL_REFRESH": run.full_refresh, "WHICH": run.command, "STORE_FAILURES": false, "USE_COLORS": false, "INVOCATION_COMMAND": "",
    });
    HashMap::from([
        ("target", target.value()),
        ("flags", values::from_json(&flags)),
        ("invocation_id", Value::from(run.invocation_id.as_str())),
        ("run_started_at", Value::from_object(super::names::Moment(run.started.clone()))),
        ("dbt_version", Value::from("1.11.0")),
        ("graph", values::from_json(&json!({}))),
        ("thread_id", Value::from("Thread-1")),
        ("root_project_name", Value::from(root)),
    ])
}

/// The run that a project is read for.
#[derive(Debug, Clone)]
pub struct Run {
    pub invocation_id: String,
    pub started: jiff::Zoned,
    pub command: String,
    pub full_refresh: bool,
}
