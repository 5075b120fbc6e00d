//! `config.<name>:<value>`. Behaviour: `ConfigSelectorMethod` of dbt, with Python's `==`.

use serde_json::Value;

use crate::project::node_config::NodeConfig;

/// Whether the config at the end of `way` is `wanted`, or holds it when it is a list.
pub(super) fn is(config: &NodeConfig, way: &[String], wanted: &Value) -> bool {
    let Some((first, below)) = way.split_first() else { return false };
    // A config that is not set is Python's `None`.
    let mut found = config.get(first).unwrap_or(&Value::Null);
    for key in below {
        match found.get(key) {
            Some(value) => found = value,
            None => return false,
        }
    }
    let ignores_case = way == ["severity"];
    match found {
        Value::Array(items) => items.iter().any(|item| equals(item, wanted, ignores_case) || is_bool(item, wanted)),
        item => equals(item, wanted, ignores_case) || matches!(item, Value::Bool(_)) && is_bool(item, wanted),
    }
}

/// Python's `==`, where `True` is 1.
pub(super) fn same(a: &Value, b: &Value) -> bool {
    match (number(a), number(b)) {
        (Some(a), Some(b)) => a == b,
        (None, None) => match (a, b) {
            (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
            (Value::Object(a), Value::Object(b)) => {
                a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| same(a, b)))
            }
            (a, b) => a == b,
        },
        _ => false,
    }
}

fn number(value: &Value) -> Option<f64> {
    value.as_f64().or_else(|| value.as_bool().map(|value| f64::from(u8::from(value))))
}

fn equals(item: &Value, wanted: &Value, ignores_case: bool) -> bool {
    match (item.as_str(), wanted.as_str()) {
        (Some(item), Some(wanted)) if ignores_case => item.to_uppercase() == wanted.to_uppercase(),
        _ => same(item, wanted),
    }
}

/// `true` and `false` in any case stand for the bools, and in a list for 1 and 0 too.
fn is_bool(item: &Value, wanted: &Value) -> bool {
    let wanted = match wanted {
        Value::String(text) => text.to_lowercase(),
        Value::Bool(value) => value.to_string(),
        _ => return false,
    };
    match wanted.as_str() {
        "true" => same(item, &Value::Bool(true)),
        "false" => same(item, &Value::Bool(false)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(config: Value, way: &str, wanted: Value) -> bool {
        let Value::Object(config) = config else { return false };
        is(&config.into(), &way.split('.').map(str::to_owned).collect::<Vec<_>>(), &wanted)
    }

    #[test]
    fn texts_and_numbers_differ() {
        assert!(of(json!({"a": {"b": "x"}}), "a.b", json!("x")) && !of(json!({"a": "x"}), "a.b", json!("x")));
        assert!(!of(json!({"a": 3}), "a", json!("3")) && of(json!({"a": 3}), "a", json!(3)));
        assert!(!of(json!({}), "a", json!("none")) && of(json!({"a": ["x", 1]}), "a", json!("x")));
    }

    #[test]
    fn bools_are_written_in_any_case() {
        assert!(of(json!({"a": true}), "a", json!("TRUE")) && of(json!({"a": false}), "a", json!("False")));
        assert!(of(json!({"a": [1]}), "a", json!("true")) && !of(json!({"a": 1}), "a", json!("true")));
    }

    #[test]
    fn a_severity_is_written_in_any_case() {
        assert!(of(json!({"severity": "WARN"}), "severity", json!("warn")));
    }
}
