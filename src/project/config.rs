//! How the configs of a node add up. Behaviour: dbt's "Configs and properties" and the merge rules of its config classes.

use std::sync::{Arc, LazyLock};

use serde_json::{Map, Value, json};

use super::node::ResourceType;

/// A node's configs.
pub type Config = Map<String, Value>;

/// Lists that grow: a level adds its items to those above it.
const APPENDED: &[&str] = &["tags", "pre-hook", "post-hook", "packages"];

/// Dicts that are merged key by key.
const MERGED: &[&str] = &["quoting", "column_types", "meta", "docs", "contract", "snapshot_meta_column_names"];

/// What tests add up; all else is replaced.
const OF_TESTS: &[&str] = &["tags", "meta"];

/// What sources and the semantic layer add up; exposures add nothing up.
const OF_SOURCES: &[&str] = &["meta"];

/// A config by the name that dbt keeps it under: Athena's `catalog` is a `database`, and hooks have a dash.
fn known_as(key: &str) -> &str {
    match key {
        "pre_hook" => "pre-hook",
        "post_hook" => "post-hook",
        "catalog" => "database",
        key => key,
    }
}

/// Takes one more level of `dbt_project.yml`, of a property file or of a node's own file into the configs.
pub fn merge(kind: ResourceType, config: &mut Config, level: &Config) {
    let adds_up = |key: &str| match kind {
        ResourceType::Test | ResourceType::UnitTest => OF_TESTS.contains(&key),
        ResourceType::Model
        | ResourceType::Seed
        | ResourceType::Snapshot
        | ResourceType::Analysis
        | ResourceType::Operation => true,
        ResourceType::Exposure => false,
        _ => OF_SOURCES.contains(&key),
    };
    for (key, value) in level {
        let key = known_as(key);
        match config.get_mut(key).filter(|_| adds_up(key)) {
            Some(known) if APPENDED.contains(&key) => *known = appended(known, value),
            Some(Value::Object(known)) if MERGED.contains(&key) && value.is_object() => {
                known.extend(value.as_object().into_iter().flatten().map(|(key, value)| (key.clone(), value.clone())));
            }
            Some(Value::Object(known)) if key == "grants" && value.is_object() => grants(known, value, false),
            _ => drop(config.insert(key.to_owned(), value.clone())),
        }
    }
}

/// Takes the arguments of one more `config(...)` into those of the calls before it.
pub fn merge_call(calls: &mut Config, call: &Config) {
    if calls.is_empty() {
        *calls = call.clone();
        return;
    }
    for (key, value) in call {
        let key = key.as_str();
        let is_hook = matches!(key, "pre_hook" | "post_hook");
        let known = calls.entry(key.to_owned());
        match known {
            serde_json::map::Entry::Occupied(mut known) => match known.get_mut() {
                known if APPENDED.contains(&key) || is_hook => *known = appended(known, value),
                Value::Object(known) if MERGED.contains(&key) => {
                    known.extend(value.as_object().into_iter().flatten().map(|(k, v)| (k.clone(), v.clone())));
                }
                Value::Object(known) if key == "grants" => grants(known, value, true),
                known => *known = value.clone(),
            },
            serde_json::map::Entry::Vacant(free) if APPENDED.contains(&key) || is_hook => {
                free.insert(Value::Array(list(value)));
            }
            serde_json::map::Entry::Vacant(free) if key == "grants" => {
                let mut listed = Map::new();
                for (grant, grantees) in value.as_object().into_iter().flatten() {
                    listed.insert(grant.clone(), Value::Array(list(grantees)));
                }
                free.insert(listed.into());
            }
            serde_json::map::Entry::Vacant(free) => drop(free.insert(value.clone())),
        }
    }
}

/// What was set at all, before rendering: a level replaces what those above it set.
pub fn merge_unrendered(config: &mut Config, level: &Config) {
    for (key, value) in level {
        let key = if key == "catalog" { "database" } else { key };
        config.insert(key.to_owned(), value.clone());
    }
}

fn appended(known: &Value, more: &Value) -> Value {
    let mut items = list(known);
    items.extend(list(more));
    Value::Array(items)
}

/// `+select: [a]` adds to `select`, `select: [a]` replaces it.
fn grants(known: &mut Map<String, Value>, more: &Value, keeps_plus: bool) {
    for value in known.values_mut() {
        *value = Value::Array(list(value));
    }
    for (key, value) in more.as_object().into_iter().flatten() {
        let plain = if keeps_plus { key.as_str() } else { key.trim_start_matches('+') };
        match known.get_mut(plain).filter(|_| key.starts_with('+')) {
            Some(grantees) => *grantees = appended(grantees, value),
            None => drop(known.insert(plain.to_owned(), Value::Array(list(value)))),
        }
    }
}

/// A list, or the one item that stands for a list.
pub fn list(value: &Value) -> Vec<Value> {
    match value {
        Value::Array(items) => items.clone(),
        item => vec![item.clone()],
    }
}

/// Python's `list(x)`: a text falls apart into its letters, as it does in dbt.
fn python_list(value: &Value) -> Vec<Value> {
    match value {
        Value::String(text) => text.chars().map(|c| Value::from(c.to_string())).collect(),
        Value::Object(entries) => entries.keys().map(|key| Value::from(key.as_str())).collect(),
        other => list(other),
    }
}

/// The texts of a list, or the one text that stands for a list.
pub fn texts(value: Option<&Value>) -> Vec<String> {
    value.map(list).unwrap_or_default().iter().filter_map(|text| text.as_str().map(str::to_owned)).collect()
}

/// Merges dicts at every depth; lists are put before those that they join, as dbt does for the versions of a model.
pub fn deep_merge(destination: &mut Config, source: &Config) {
    for (key, value) in source {
        match (value, destination.get_mut(key)) {
            (Value::Object(more), Some(Value::Object(known))) => deep_merge(known, more),
            (Value::Array(more), Some(known)) => {
                let mut items = more.clone();
                items.extend(python_list(known));
                *known = Value::Array(items);
            }
            _ => drop(destination.insert(key.clone(), value.clone())),
        }
    }
}

/// Brings configs into the form in which the manifest has them, once everything is merged.
pub fn finish(kind: ResourceType, config: &mut Config) {
    for key in ["pre-hook", "post-hook"] {
        if let Some(Value::Array(hooks)) = config.get_mut(key) {
            hooks.iter_mut().for_each(|hook| *hook = of_hook(hook));
        }
    }
    // Metrics and saved queries have no such config: dbt keeps what stands there as it is.
    let has_tags = !matches!(kind, ResourceType::Metric | ResourceType::SavedQuery);
    if let Some(Value::String(tag)) = config.get("tags").filter(|_| has_tags) {
        config.insert("tags".to_owned(), json!([tag]));
    }
    // What is set of these is made whole by what holds before anything is set.
    let whole: &Config = if kind == ResourceType::Snapshot { defaults(kind) } else { defaults(ResourceType::Model) };
    for key in ["docs", "contract", "snapshot_meta_column_names"] {
        if let (Some(Value::Object(known)), Some(Value::Object(whole))) = (config.get_mut(key), whole.get(key)) {
            for (key, value) in whole {
                known.entry(key.as_str()).or_insert_with(|| value.clone());
            }
        }
    }
    if let Some(Value::Bool(on)) = config.get("static_analysis") {
        let word = if *on { "on" } else { "off" };
        config.insert("static_analysis".to_owned(), word.into());
    }
    match kind {
        ResourceType::Test => store_failures(config),
        ResourceType::Source => freshness(config),
        ResourceType::Model
            if config.get("freshness").is_none_or(|freshness| freshness.get("build_after").is_none()) =>
        {
            config.insert("freshness".to_owned(), Value::Null);
        }
        ResourceType::Model => build_after(config),
        _ => {}
    }
}

/// Both thresholds, whole.
fn freshness(config: &mut Config) {
    let Some(Value::Object(freshness)) = config.get_mut("freshness") else { return };
    for key in ["warn_after", "error_after"] {
        let time = freshness.entry(key).or_insert_with(|| json!({}));
        if let Value::Object(time) = time {
            time.entry("count").or_insert(Value::Null);
            time.entry("period").or_insert(Value::Null);
        }
    }
    freshness.entry("filter").or_insert(Value::Null);
}

fn build_after(config: &mut Config) {
    let Some(Value::Object(after)) = config.get_mut("freshness").and_then(|freshness| freshness.get_mut("build_after"))
    else {
        return;
    };
    for (key, value) in [("count", Value::Null), ("period", Value::Null), ("updates_on", "any".into())] {
        after.entry(key).or_insert(value);
    }
}

/// `store_failures_as` decides what `store_failures` is; when it is not set, it is the other way round.
fn store_failures(config: &mut Config) {
    let kept = match config.get("store_failures_as").and_then(Value::as_str) {
        Some(how) => ("store_failures", Value::Bool(how != "ephemeral")),
        None => match config.get("store_failures") {
            Some(Value::Bool(stored)) => ("store_failures_as", if *stored { "table" } else { "ephemeral" }.into()),
            _ => return,
        },
    };
    config.insert(kept.0.to_owned(), kept.1);
}

/// A hook as dbt keeps it: `sql`, and whether it runs in a transaction.
fn of_hook(hook: &Value) -> Value {
    let written = match hook {
        Value::String(text) => serde_json::from_str::<Map<String, Value>>(text).ok(),
        Value::Object(entries) => Some(entries.clone()),
        _ => None,
    };
    let mut hook = match written {
        Some(entries) => entries,
        None => Map::from_iter([("sql".to_owned(), hook.clone())]),
    };
    hook.entry("transaction").or_insert(Value::Bool(true));
    hook.entry("index").or_insert(Value::Null);
    Value::Object(hook)
}

/// What holds before anything is set.
pub fn defaults(kind: ResourceType) -> &'static Arc<Config> {
    static ALL: LazyLock<Vec<Arc<Config>>> =
        LazyLock::new(|| ResourceType::ALL.iter().map(|kind| Arc::new(object(default_values(*kind)))).collect());
    let at = ResourceType::ALL.iter().position(|known| *known == kind).unwrap_or(0);
    &ALL[at]
}

fn object(value: Value) -> Config {
    if let Value::Object(entries) = value { entries } else { Config::new() }
}

/// What every node that is SQL or a seed has.
fn of_nodes(more: Value) -> Value {
    let mut config = object(json!({
        "enabled": true, "alias": null, "schema": null, "database": null, "tags": [], "meta": {}, "group": null,
        "static_analysis": null, "materialized": "view", "incremental_strategy": null, "batch_size": null, "lookback": 1,
        "begin": null, "persist_docs": {}, "post-hook": [], "pre-hook": [], "quoting": {}, "column_types": {},
        "full_refresh": null, "unique_key": null, "on_schema_change": "ignore", "on_configuration_change": "apply",
        "grants": {}, "packages": [], "docs": {"show": true, "node_color": null},
        "contract": {"enforced": false, "alias_types": true}, "event_time": null, "concurrent_batches": null,
    }));
    config.extend(object(more));
    Value::Object(config)
}

fn default_values(kind: ResourceType) -> Value {
    match kind {
        ResourceType::Model => of_nodes(json!({"access": "protected", "freshness": null})),
        ResourceType::Seed => of_nodes(json!({"materialized": "seed", "delimiter": ",", "quote_columns": null})),
        ResourceType::Analysis | ResourceType::Operation => of_nodes(json!({})),
        ResourceType::Snapshot => of_nodes(json!({
            "materialized": "snapshot", "strategy": null, "target_schema": null, "target_database": null, "updated_at": null,
            "check_cols": null, "dbt_valid_to_current": null,
            "snapshot_meta_column_names": {"dbt_valid_to": null, "dbt_valid_from": null, "dbt_scd_id": null, "dbt_updated_at": null, "dbt_is_deleted": null},
        })),
        ResourceType::Test => json!({
            "enabled": true, "alias": null, "schema": "dbt_test__audit", "database": null, "tags": [], "meta": {},
            "group": null, "static_analysis": null, "materialized": "test", "severity": "ERROR", "store_failures": null,
            "store_failures_as": null, "where": null, "limit": null, "fail_calc": "count(*)", "warn_if": "!= 0",
            "error_if": "!= 0",
        }),
        ResourceType::Source => json!({
            "enabled": true, "event_time": null, "freshness": {"warn_after": {"count": null, "period": null}, "error_after": {"count": null, "period": null}, "filter": null},
            "loaded_at_field": null, "loaded_at_query": null, "meta": {}, "tags": [], "static_analysis": null,
        }),
        ResourceType::Exposure => json!({"enabled": true, "tags": [], "meta": {}}),
        ResourceType::Metric => json!({"enabled": true, "group": null, "meta": {}}),
        ResourceType::SemanticModel => json!({"enabled": true, "group": null, "meta": {}}),
        ResourceType::SavedQuery => json!({
            "enabled": true, "group": null, "meta": {}, "export_as": null, "schema": null, "cache": {"enabled": false},
        }),
        ResourceType::UnitTest => json!({"tags": [], "meta": {}, "enabled": true, "static_analysis": null}),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_add_up_dicts_merge_and_the_rest_is_replaced() {
        let mut config = Config::clone(defaults(ResourceType::Model));
        for level in [
            json!({"tags": "daily", "meta": {"a": 1}, "materialized": "table", "grants": {"select": "x"}}),
            json!({"tags": ["weekly"], "meta": {"b": 2}, "grants": {"+select": ["y"]}}),
        ] {
            merge(ResourceType::Model, &mut config, level.as_object().unwrap());
        }
        assert_eq!(config["tags"], json!(["daily", "weekly"]));
        assert_eq!(config["meta"], json!({"a": 1, "b": 2}));
        assert_eq!(config["grants"], json!({"select": ["x", "y"]}));
        assert_eq!(config["materialized"], "table");
    }
}
