//! `selectors.yml` in, the `selectors` of dbt's manifest out. Behaviour: `dbt.config.selectors.SelectorDict`.

use serde_json::{Map, Value, json};

use super::definitions;
use super::spec::take_apart;
use crate::project::Project;

/// The selectors as the manifest has them: texts are taken apart, and what is inherited stands there itself.
pub fn written(project: &Project) -> Map<String, Value> {
    let mut selectors = Map::new();
    let Ok(Some(tree)) = definitions::tree(project) else { return selectors };
    let tree = tree.to_json();
    for entry in tree["selectors"].as_array().into_iter().flatten() {
        let (Some(fields), Some(name)) = (entry.as_object(), entry["name"].as_str()) else { continue };
        let mut fields = fields.clone();
        let definition = definition(&entry["definition"], &selectors);
        drop(fields.insert("definition".to_owned(), definition));
        drop(selectors.insert(name.to_owned(), fields.into()));
    }
    selectors
}

fn definition(value: &Value, known: &Map<String, Value>) -> Value {
    let fields = match value {
        Value::String(text) => return word(text),
        Value::Object(fields) => fields,
        other => return other.clone(),
    };
    for key in ["union", "intersection"] {
        if let Some(Value::Array(items)) = fields.get(key) {
            return json!({key: items.iter().map(|item| definition(item, known)).collect::<Vec<_>>()});
        }
    }
    let Some((key, first)) = fields.iter().next() else { return value.clone() };
    let first = match first {
        Value::Array(items) => items.iter().map(|item| definition(item, known)).collect(),
        other => other.clone(),
    };
    if key == "exclude" {
        return json!({"exclude": first});
    }
    if fields.len() == 1 {
        return json!({"method": key, "value": first});
    }
    let inherited = (key == "method" && first == "selector").then(|| fields.get("value")).flatten();
    let inherited = inherited.and_then(Value::as_str).and_then(|name| known.get(name));
    inherited.map_or_else(|| value.clone(), |selector| selector["definition"].clone())
}

/// A text of the command line, taken apart; what it does not say is left out.
fn word(text: &str) -> Value {
    let parts = take_apart(text);
    let mut fields = Map::new();
    let mut add = |key: &str, value: Value| drop(fields.insert(key.to_owned(), value));
    if parts.childrens_parents {
        add("childrens_parents", true.into());
    }
    for (key, depth_key, digits) in
        [("parents", "parents_depth", parts.parents), ("children", "children_depth", parts.children)]
    {
        let Some(digits) = digits else { continue };
        add(key, true.into());
        if !digits.is_empty() {
            add(depth_key, digits.into());
        }
    }
    let method = parts.method.unwrap_or_else(|| super::spec::guess(parts.value));
    add("method", method.into());
    if !parts.value.is_empty() {
        add("value", parts.value.into());
    }
    fields.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_taken_apart() {
        assert_eq!(
            word("2+tag:daily+"),
            json!({"parents": true, "parents_depth": "2", "children": true, "method": "tag", "value": "daily"})
        );
        assert_eq!(
            word("@models/a.sql"),
            json!({"childrens_parents": true, "method": "path", "value": "models/a.sql"})
        );
        assert_eq!(word("config.materialized:view"), json!({"method": "config.materialized", "value": "view"}));
    }

    #[test]
    fn what_is_inherited_stands_there_itself() {
        let known = Map::from_iter([("a".to_owned(), json!({"definition": {"method": "tag", "value": "x"}}))]);
        let union = json!({"union": [{"method": "selector", "value": "a"}, {"tag": "y"}, {"exclude": ["z"]}]});
        assert_eq!(
            definition(&union, &known),
            json!({"union": [
                {"method": "tag", "value": "x"}, {"method": "tag", "value": "y"},
                {"exclude": [{"method": "fqn", "value": "z"}]},
            ]})
        );
    }
}
