//! How the configs of a node add up. Behaviour: dbt's "Configs and properties" and the merge rules of its node configs.

use serde_json::{Map, Value, json};

use super::node::ResourceType;

/// A node's configs.
pub type Config = Map<String, Value>;

/// Lists that grow: a level adds its items to those above it.
const APPENDED: &[&str] = &["tags", "pre-hook", "post-hook", "packages"];

/// Dicts that are merged key by key.
const MERGED: &[&str] = &["meta", "column_types", "quoting", "docs", "contract", "persist_docs", "grants"];

/// Takes one more level into the configs.
pub fn merge(config: &mut Config, level: &Config) {
    for (key, value) in level {
        let key = match key.as_str() {
            "pre_hook" => "pre-hook",
            "post_hook" => "post-hook",
            key => key,
        };
        if APPENDED.contains(&key) {
            let mut items = list(config.get(key));
            for item in list(Some(value)) {
                if key != "tags" || !items.contains(&item) {
                    items.push(item);
                }
            }
            config.insert(key.to_owned(), Value::Array(items));
        } else if let (true, Some(Value::Object(known)), Value::Object(more)) =
            (MERGED.contains(&key), config.get_mut(key), value)
        {
            known.extend(more.clone());
        } else {
            config.insert(key.to_owned(), value.clone());
        }
    }
}

/// A list, or the one item that stands for a list.
fn list(value: Option<&Value>) -> Vec<Value> {
    match value {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Array(items)) => items.clone(),
        Some(item) => vec![item.clone()],
    }
}

/// What holds before anything is set.
pub fn defaults(kind: ResourceType) -> Config {
    let mut config = Config::new();
    let values = match kind {
        ResourceType::Model => json!({
            "enabled": true, "alias": null, "schema": null, "database": null, "tags": [], "meta": {}, "group": null,
            "materialized": "view", "incremental_strategy": null, "persist_docs": {}, "post-hook": [], "pre-hook": [],
            "quoting": {}, "column_types": {}, "full_refresh": null, "unique_key": null, "on_schema_change": "ignore",
            "grants": {}, "packages": [], "docs": {"show": true, "node_color": null},
            "contract": {"enforced": false, "alias_types": true}, "access": "protected"
        }),
        ResourceType::Seed => json!({
            "enabled": true, "alias": null, "schema": null, "database": null, "tags": [], "meta": {}, "group": null,
            "materialized": "seed", "persist_docs": {}, "post-hook": [], "pre-hook": [], "quoting": {}, "column_types": {},
            "full_refresh": null, "grants": {}, "packages": [], "docs": {"show": true, "node_color": null},
            "delimiter": ",", "quote_columns": null
        }),
        ResourceType::Test => json!({
            "enabled": true, "alias": null, "schema": "dbt_test__audit", "database": null, "tags": [], "meta": {},
            "group": null, "materialized": "test", "severity": "ERROR", "store_failures": null, "where": null,
            "limit": null, "fail_calc": "count(*)", "warn_if": "!= 0", "error_if": "!= 0"
        }),
        ResourceType::Source => json!({"enabled": true}),
    };
    if let Value::Object(values) = values {
        config.extend(values);
    }
    config
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_add_up_dicts_merge_and_the_rest_is_replaced() {
        let mut config = defaults(ResourceType::Model);
        for level in [
            json!({"tags": "daily", "meta": {"a": 1}, "materialized": "table"}),
            json!({"tags": ["weekly", "daily"], "meta": {"b": 2}}),
        ] {
            merge(&mut config, level.as_object().unwrap());
        }
        assert_eq!(config["tags"], json!(["daily", "weekly"]));
        assert_eq!(config["meta"], json!({"a": 1, "b": 2}));
        assert_eq!(config["materialized"], "table");
    }
}
