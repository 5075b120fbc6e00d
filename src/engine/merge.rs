//! The configs of an incremental model with the strategy `merge` in, what becomes of each row out. Behaviour: dbt-athena's
//! `iceberg_merge`.

use serde_json::Value;

use super::TypedColumn;
use crate::compile::sql;
use crate::project::Node;

/// What a merge does with rows that are there and with rows that are new. The rows of the table are `target`, those of the
/// query `src`; every text here is one expression.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Merge {
    /// The columns by which a row is the same, in small letters.
    pub keys: Vec<String>,
    /// What must hold besides for two rows to be the same.
    pub predicates: Vec<String>,
    /// When a row that is there is deleted, changed, and a new one added; without a condition always, and deleted never.
    pub delete: Option<String>,
    pub update: Option<String>,
    pub insert: Option<String>,
    only: Vec<String>,
    without: Vec<String>,
    usual: String,
    rules: Vec<(String, String)>,
}

/// Why a merge cannot be made of the configs, and what to do about it.
pub type Wrong = (String, &'static str);

impl Merge {
    /// As the node's configs say.
    ///
    /// # Errors
    /// What is missing or is not one expression.
    pub fn of(node: &Node) -> Result<Self, Wrong> {
        let condition = |key: &str| match node.config.get(key) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => expression(key, text).map(Some),
            Some(_) => Err((format!("`{key}` is not a text"), "write one condition, in quotes")),
        };
        let merge = Self {
            keys: keys(node)?,
            predicates: predicates(node)?,
            delete: condition("delete_condition")?,
            update: condition("update_condition")?,
            insert: condition("insert_condition")?,
            only: names(node, "merge_update_columns"),
            without: names(node, "merge_exclude_columns"),
            usual: node.config_text("merge_update_columns_default_rule").unwrap_or("replace").to_owned(),
            rules: rules(node),
        };
        if !merge.only.is_empty() && !merge.without.is_empty() {
            return Err((
                "`merge_update_columns` and `merge_exclude_columns` are both set".to_owned(),
                "keep one of the two",
            ));
        }
        for rule in merge.rules.iter().map(|(_, rule)| rule).chain([&merge.usual]) {
            let text = assigned(&TypedColumn { name: "c".to_owned(), data_type: String::new() }, rule);
            expression("merge_update_columns_rules", &text)?;
        }
        Ok(merge)
    }

    /// The new value of each column of a row that is there already. Those that are keys, and those that the configs leave
    /// out, keep theirs.
    pub fn assignments(&self, columns: &[TypedColumn]) -> Vec<(String, String)> {
        let is_taken = |column: &&TypedColumn| {
            let is = |names: &[String]| names.iter().any(|name| name.eq_ignore_ascii_case(&column.name));
            !is(&self.keys) && (self.only.is_empty() || is(&self.only)) && !is(&self.without)
        };
        let rule = |column: &TypedColumn| {
            let own = self.rules.iter().find(|(name, _)| name.eq_ignore_ascii_case(&column.name));
            assigned(column, own.map_or(&self.usual, |(_, rule)| rule))
        };
        columns.iter().filter(is_taken).map(|column| (column.name.clone(), rule(column))).collect()
    }
}

/// What a rule makes of the new value and the old one.
fn assigned(column: &TypedColumn, rule: &str) -> String {
    let name = quoted(&column.name);
    let (new, old) = (format!("src.{name}"), format!("target.{name}"));
    match rule {
        "replace" => new,
        "coalesce" => format!("coalesce({new}, {old})"),
        "sum" if column.data_type.to_lowercase().starts_with("map") => format!(
            "map_zip_with(coalesce({new}, map()), coalesce({old}, map()), (k, v1, v2) -> coalesce(v1, 0) + coalesce(v2, 0))"
        ),
        "sum" => format!("{new} + {old}"),
        "append" => format!("{new} || {old}"),
        "append_distinct" => format!("array_distinct({new} || {old})"),
        own => own.replace("_new_", &new).replace("_old_", &old),
    }
}

fn keys(node: &Node) -> Result<Vec<String>, Wrong> {
    let keys = names(node, "unique_key");
    if keys.is_empty() {
        let help = "name the column, or the list of columns, by which a row is known";
        return Err(("`merge` without `unique_key`".to_owned(), help));
    }
    let is_name = |key: &&String| !key.is_empty() && key.chars().all(|c| c.is_alphanumeric() || c == '_');
    let keys: Vec<String> = keys.iter().map(|key| key.trim_matches('"').to_lowercase()).collect();
    match keys.iter().find(|key| !is_name(key)) {
        Some(key) => Err((format!("`unique_key: {key}`"), "name columns; make one in the model's `select` if need be")),
        None => Ok(keys),
    }
}

fn predicates(node: &Node) -> Result<Vec<String>, Wrong> {
    match node.config.get("incremental_predicates").or_else(|| node.config.get("predicates")) {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::Array(items)) => {
            let text = |item: &Value| expression("incremental_predicates", item.as_str().unwrap_or_default());
            items.iter().map(text).collect()
        }
        Some(_) => Err(("`incremental_predicates` that is no list".to_owned(), "write a list of conditions")),
    }
}

fn rules(node: &Node) -> Vec<(String, String)> {
    let rules = node.config.get("merge_update_columns_rules").and_then(Value::as_object);
    let pair = |(name, rule): (&String, &Value)| (name.clone(), rule.as_str().unwrap_or_default().to_owned());
    rules.into_iter().flatten().map(pair).collect()
}

fn names(node: &Node, key: &str) -> Vec<String> {
    match node.config.get(key) {
        Some(Value::String(name)) => vec![name.clone()],
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}

/// The text, when it is one expression: nothing else may stand in a statement of cadet's.
///
/// # Errors
/// What it is instead; `key` is the config that it stands under.
pub fn expression(key: &str, text: &str) -> Result<String, Wrong> {
    match sql::expression(text) {
        Ok(()) => Ok(text.trim().to_owned()),
        Err(problem) => Err((
            format!("`{key}: {}`, which is not one expression ({})", text.trim(), problem.message),
            "write one expression",
        )),
    }
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::json;

    use super::*;
    use crate::finding::Place;
    use crate::project::ResourceType;

    fn merge(config: serde_json::Value) -> Result<Merge, Wrong> {
        let node = Node::new(ResourceType::Model, "p", "m", Place::file("m.sql"));
        Merge::of(&Node { config: Arc::new(config.as_object().cloned().unwrap().into()), ..node })
    }

    fn shown(config: serde_json::Value) -> String {
        let column = |name: &str, data_type: &str| TypedColumn { name: name.into(), data_type: data_type.into() };
        let columns = [column("id", "integer"), column("n", "integer"), column("tags", "array(varchar)")];
        let assignments = merge(config).unwrap().assignments(&columns);
        assignments.iter().map(|(name, value)| format!("{name} = {value}")).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn each_column_has_its_rule() {
        insta::assert_snapshot!(shown(json!({"unique_key": "id"})), @r#"
        n = src."n"
        tags = src."tags"
        "#);
        insta::assert_snapshot!(shown(json!({
            "unique_key": ["ID"],
            "merge_update_columns_default_rule": "coalesce",
            "merge_update_columns_rules": {"tags": "append_distinct", "n": "greatest(_new_, _old_)"},
        })), @r#"
        n = greatest(src."n", target."n")
        tags = array_distinct(src."tags" || target."tags")
        "#);
        insta::assert_snapshot!(shown(json!({"unique_key": "id", "merge_update_columns": ["N"], "merge_update_columns_default_rule": "sum"})), @r#"n = src."n" + target."n""#);
        insta::assert_snapshot!(shown(json!({"unique_key": "id", "merge_exclude_columns": ["n"]})), @r#"tags = src."tags""#);
    }

    #[test]
    fn what_is_not_one_expression_is_refused() {
        for wrong in [
            json!({}),
            json!({"unique_key": "id or true"}),
            json!({"unique_key": "id", "merge_update_columns": ["n"], "merge_exclude_columns": ["n"]}),
            json!({"unique_key": "id", "incremental_predicates": "src.n > 1"}),
            json!({"unique_key": "id", "incremental_predicates": ["src.n > 1) or (true"]}),
            json!({"unique_key": "id", "delete_condition": "true then delete when not matched"}),
            json!({"unique_key": "id", "update_condition": "true; drop table x"}),
            json!({"unique_key": "id", "insert_condition": "true /*"}),
            json!({"unique_key": "id", "insert_condition": ""}),
            json!({"unique_key": "id", "merge_update_columns_rules": {"n": "1, id = 2"}}),
        ] {
            assert!(merge(wrong.clone()).is_err(), "{wrong}");
        }
        let right = json!({"unique_key": "id", "delete_condition": "src.n in (select 1) -- gone", "incremental_predicates": []});
        assert!(merge(right).is_ok());
    }
}
