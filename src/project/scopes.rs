//! What a node's template sees: `this`, `model`, its configs, and the relations that it may name.

use std::collections::HashMap;
use std::sync::Arc;

use minijinja::{UndefinedBehavior, Value};
use serde_json::json;

use super::facts::facts;
use super::flat_graph;
use super::node::{Node, ResourceType};
use super::resolve;
use super::{Project, profile::Target};
use crate::jinja::moment::Clock;
use crate::jinja::relation::Relation;
use crate::jinja::scope::{Asked, Compiling, Given, Mode, RefKey, Scope};
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
    let mut refs: HashMap<RefKey, Relation> = HashMap::new();
    for asked in &node.refs {
        if let Some(found) = resolve::find_ref(project, &node.package, &asked.what) {
            refs.insert(asked.what.clone(), found.referred());
        }
    }
    for key in other_names(project, node) {
        if !refs.contains_key(&key)
            && let Some(found) = resolve::find_ref(project, &node.package, &key)
            && node.depends_on.contains(&found.unique_id)
        {
            refs.insert(key, found.referred());
        }
    }
    let source = |asked: &Asked<(String, String)>| {
        let found = resolve::find_source(project, &node.package, &asked.what)?;
        Some((asked.what.clone(), found.referred()))
    };
    let sources = node.sources.iter().filter_map(source).collect();
    let config = Arc::clone(&node.config);
    // One value for all nodes: there may be as many ids as nodes.
    let selected = project.selected.get().cloned().unwrap_or_else(|| values::List::value([]));
    let mode = Mode::Compile(Compiling { refs, sources, config, incremental });
    of_node(&project.universe, &project.given, node, mode)
        .with("graph", flat_graph::value(project))
        .with("selected_resources", selected)
}

/// The other ways to name what a node depends on: with its package or without, with its version or without.
fn other_names(project: &Project, node: &Node) -> impl Iterator<Item = RefKey> {
    let parents = node.depends_on.iter().filter_map(|id| project.nodes.get(id));
    parents.flat_map(|parent| {
        let (name, version) = (&parent.name, &parent.model.version);
        let versions = [None, version.clone()].into_iter().take(if version.is_some() { 2 } else { 1 });
        versions.flat_map(move |version| {
            [None, Some(parent.package.clone())].map(|package| RefKey {
                package,
                name: name.clone(),
                version: version.clone(),
            })
        })
    })
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
    let mode = Mode::Compile(Compiling { refs, sources, config: Arc::clone(&model.config), incremental: false });
    of_node(&project.universe, &Arc::new(given), model, mode)
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

/// The prefix of the environment variables that dbt writes into its artefacts. Behaviour: `dbt_metadata_envs`.
const METADATA: &str = "DBT_ENV_CUSTOM_ENV_";

/// What every template can read of the run itself: of the project `root`, run with `--vars` and the environment that it
/// may read.
pub fn globals(
    (target, root): (&Target, &str),
    run: &Run,
    vars: &serde_json::Map<String, serde_json::Value>,
    env: &HashMap<String, String>,
) -> HashMap<&'static str, Value> {
    let metadata = env.iter().filter_map(|(name, value)| Some((name.strip_prefix(METADATA)?, value)));
    let metadata: serde_json::Value = metadata.map(|(name, value)| (name.to_owned(), json!(value))).collect();
    let which = dbts_word(&run.command);
    let arguments = json!({"which": which, "vars": vars, "invocation_command": ""});
    // What dbt's own defaults are, where cadet has no such flag.
    let flags = json!({
        "FULL_REFRESH": run.full_refresh, "WHICH": which, "STORE_FAILURES": false, "USE_COLORS": true,
        "INVOCATION_COMMAND": "", "FAIL_FAST": false, "DEBUG": false, "EMPTY": false, "VERSION_CHECK": true,
        "WARN_ERROR": null, "WRITE_JSON": true, "PARTIAL_PARSE": true, "QUIET": false, "INTROSPECT": true,
        "CACHE_SELECTED_ONLY": false, "INDIRECT_SELECTION": "eager", "STATIC_PARSER": true,
        "LOG_FORMAT": "default", "PROFILES_DIR": ".", "SEND_ANONYMOUS_USAGE_STATS": false,
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
        ("dbt_metadata_envs", values::from_json(&metadata)),
        ("invocation_args_dict", values::from_json(&arguments)),
    ])
}

/// The command of dbt's that does what a command of cadet's does: templates ask for it.
fn dbts_word(command: &str) -> &str {
    match command {
        "deploy" | "ci" | "retry" => "build",
        "ls" => "list",
        "build" | "run" | "seed" | "test" | "snapshot" | "compile" | "show" | "parse" | "freshness" => command,
        "source" => "freshness",
        _ => "compile",
    }
}

/// The run that a project is read for.
#[derive(Debug, Clone)]
pub struct Run {
    pub invocation_id: String,
    pub started: jiff::Zoned,
    pub command: String,
    pub full_refresh: bool,
    /// What was typed, as it is written down for a later run.
    pub args: serde_json::Map<String, serde_json::Value>,
}
