//! What a node's template sees: `this`, `model`, its configs, and the relations that it may name.

use std::collections::HashMap;
use std::sync::Arc;

use minijinja::value::{Enumerator, Object};
use minijinja::{UndefinedBehavior, Value};
use serde_json::json;

use super::node::{Node, ResourceType};
use super::resolve;
use super::{Project, profile::Target};
use crate::jinja::moment::Clock;
use crate::jinja::relation::Relation;
use crate::jinja::scope::{Given, Mode, RefKey, Scope};
use crate::jinja::universe::Universe;
use crate::jinja::values;

/// The scope in which a node is read: `execute` is false.
pub fn reading(universe: &Arc<Universe>, given: &Arc<Given>, node: &Arc<Node>) -> Scope {
    let scope = of_node(universe, given, node, Mode::Parse);
    if node.resource_type != ResourceType::Operation {
        return scope;
    }
    // What `on-run-end` is told of the run.
    let empty = || values::List::value([]);
    scope.with("schemas", empty()).with("database_schemas", empty()).with("results", empty())
}

/// The scope in which descriptions of a package are read.
pub fn docs(universe: &Arc<Universe>, given: &Arc<Given>, package: &str) -> Scope {
    Scope::new(Arc::clone(universe), Arc::clone(given), package, Mode::Docs)
}

/// The scope of `dbt_project.yml`: the environment, `--vars`, and the target once it is known.
pub fn project_file(
    target: Option<&Target>,
    vars: &serde_json::Map<String, serde_json::Value>,
    env: &HashMap<String, String>,
) -> Arc<Scope> {
    let globals = target.map(|target| ("target", target.value())).into_iter().collect();
    let given = Given { cli_vars: vars.clone(), env: env.clone(), globals, ..Given::default() };
    Arc::new(Scope::new(
        Arc::new(Universe::without_macros("", UndefinedBehavior::Strict)),
        Arc::new(given),
        "",
        Mode::Yaml,
    ))
}

/// The scope in which a node is compiled.
pub fn compiling(project: &Project, node: &Arc<Node>, incremental: bool) -> Scope {
    let refs: HashMap<RefKey, Relation> = node
        .refs
        .iter()
        .filter_map(|asked| {
            let found = resolve::find_ref(project, &node.package, &asked.what)?;
            let relation = if found.is_ephemeral() { Relation::cte(&found.alias) } else { found.relation.clone() };
            Some((asked.what.clone(), relation))
        })
        .collect();
    let sources = node
        .sources
        .iter()
        .filter_map(|asked| {
            let found = resolve::find_source(project, &node.package, &asked.what)?;
            Some((asked.what.clone(), found.relation.clone()))
        })
        .collect();
    let mode = Mode::Compile { refs, sources, incremental };
    let config = values::from_json(&serde_json::Value::Object((*node.config).clone()));
    of_node(&project.universe, &project.given, node, mode).with("__config", config)
}

/// The scope in which the model of a unit test is compiled. `model` is the model under the test's name, `refs` and
/// `sources` are what stands for its inputs.
pub fn unit_testing(
    project: &Project,
    model: &Arc<Node>,
    (refs, sources): (HashMap<RefKey, Relation>, HashMap<(String, String), Relation>),
    overrides: &serde_json::Value,
) -> Scope {
    let mut given = (*project.given).clone();
    let entries = |key: &str| overrides[key].as_object().into_iter().flatten();
    given.cli_vars.extend(entries("vars").map(|(name, value)| (name.clone(), value.clone())));
    let text = |value: &serde_json::Value| values::text(&values::from_json(value));
    given.env.extend(entries("env_vars").map(|(name, value)| (name.clone(), text(value))));
    let mode = Mode::Compile { refs, sources, incremental: false };
    let config = values::from_json(&serde_json::Value::Object((*model.config).clone()));
    of_node(&project.universe, &Arc::new(given), model, mode).with("__config", config)
}

fn of_node(universe: &Arc<Universe>, given: &Arc<Given>, node: &Arc<Node>, mode: Mode) -> Scope {
    let mut scope = Scope::new(Arc::clone(universe), Arc::clone(given), &node.package, mode);
    scope.is_test = node.test.is_some() || node.resource_type == ResourceType::Exposure;
    scope
        .with("this", Value::from_object(node.relation.clone()))
        .with("model", facts(node))
        .with("schema", Value::from(node.schema.as_str()))
        .with("database", Value::from(node.database.as_str()))
}

/// A node as templates see it: what is not asked for is never converted.
#[derive(Debug)]
struct Facts(Arc<Node>);

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
];

impl Object for Facts {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.get_value_by_str(key.as_str()?)
    }

    fn get_value_by_str(self: &Arc<Self>, key: &str) -> Option<Value> {
        let node = &self.0;
        let text = |text: &str| Some(Value::from(text));
        let json = |json: serde_json::Value| Some(values::from_json(&json));
        let texts = |texts: &[String]| Some(values::List::value(texts.iter().map(|text| Value::from(text.as_str()))));
        match key {
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
            "version" => json(node.model.version.as_ref().map(|version| version.0.clone()).unwrap_or_default()),
            "latest_version" => {
                json(node.model.latest_version.as_ref().map(|version| version.0.clone()).unwrap_or_default())
            }
            "config" => json(serde_json::Value::Object((*node.config).clone())),
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
            key => node.body.get(key).map(values::from_json),
        }
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Str(FACTS)
    }
}

/// `model`, and the `node` that the naming macros are given.
pub fn facts(node: &Arc<Node>) -> Value {
    Value::from_object(Facts(Arc::clone(node)))
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
        ("run_started_at", Value::from_object(Clock::utc(&run.started))),
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
