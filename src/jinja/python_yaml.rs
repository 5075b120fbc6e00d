//! Values as PyYAML's `safe_dump` writes them, in blocks: what `toyaml` answers.

use serde_json::Value;

use crate::parse::yaml;

/// A value with a line break at its end; a bare value is followed by the end mark of a document, as PyYAML does.
pub(super) fn block(value: &Value) -> String {
    match value {
        Value::Array(items) if !items.is_empty() => lines(value, 0),
        Value::Object(entries) if !entries.is_empty() => lines(value, 0),
        Value::Array(_) | Value::Object(_) => format!("{}\n", scalar(value)),
        Value::String(text) if scalar(value) != *text => format!("{}\n", scalar(value)),
        _ => format!("{}\n...\n", scalar(value)),
    }
}

/// The lines of a list or a map, `depth` blanks in.
fn lines(value: &Value, depth: usize) -> String {
    let indent = " ".repeat(depth);
    let nested = |value: &Value| match value {
        Value::Array(items) => !items.is_empty(),
        Value::Object(entries) => !entries.is_empty(),
        _ => false,
    };
    match value {
        // A map or a list in a list begins on the dash's own line.
        Value::Array(items) => items
            .iter()
            .map(|item| match nested(item) {
                true => format!("{indent}- {}", lines(item, depth + 2).trim_start()),
                false => format!("{indent}- {}\n", scalar(item)),
            })
            .collect(),
        // A list in a map stands under its key, no deeper than the key.
        Value::Object(entries) => entries
            .iter()
            .map(|(key, item)| {
                let key = scalar(&Value::from(key.as_str()));
                match nested(item) {
                    true if item.is_array() => format!("{indent}{key}:\n{}", lines(item, depth)),
                    true => format!("{indent}{key}:\n{}", lines(item, depth + 2)),
                    false => format!("{indent}{key}: {}\n", scalar(item)),
                }
            })
            .collect(),
        _ => scalar(value),
    }
}

/// A value on one line; a text is quoted when it would be read as something else.
fn scalar(value: &Value) -> String {
    let text = match value {
        Value::Array(_) => return "[]".to_owned(),
        Value::Object(_) => return "{}".to_owned(),
        Value::Null => return "null".to_owned(),
        Value::String(text) => text,
        other => return other.to_string(),
    };
    let is_printable = text.chars().all(|c| !c.is_control());
    let reads_back = || yaml::read(text).is_ok_and(|(found, _)| found.to_json() == text.as_str());
    if is_printable && !text.is_empty() && text.trim() == text && reads_back() {
        return text.clone();
    }
    if is_printable {
        return format!("'{}'", text.replace('\'', "''"));
    }
    Value::from(text.as_str()).to_string()
}

#[cfg(test)]
mod tests {
    use super::block;
    use serde_json::json;

    #[test]
    fn values_are_written_as_pyyaml_writes_them() {
        for (value, written) in [
            (
                json!({"a": 1, "b": [1, {"c": "x", "d": []}], "e": {"f": null}}),
                "a: 1\nb:\n- 1\n- c: x\n  d: []\ne:\n  f: null\n",
            ),
            (json!(["1", "yes", "a: b", "", "it's", "- x"]), "- '1'\n- 'yes'\n- 'a: b'\n- ''\n- it's\n- '- x'\n"),
            (json!("x"), "x\n...\n"),
            (json!("1"), "'1'\n"),
            (json!([]), "[]\n"),
        ] {
            assert_eq!(block(&value), written);
        }
    }
}
