//! Whether the promise of a model changed, and how it is broken. Behaviour: `ModelNode.same_contract` of dbt.

use std::borrow::Cow;

use serde_json::Value;

use super::super::config::same;
use super::view::StateNode;
use crate::project::Project;

/// What became of a contract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Change {
    Same,
    Changed,
    /// Those who read the model may break: in words, why.
    Breaking(Vec<String>),
}

/// Compares the contracts of one model.
pub(super) fn compare(project: &Project, new: &StateNode<'_>, old: &StateNode<'_>) -> Change {
    match (old.has_contract(), new.has_contract()) {
        (false, false) => return Change::Same,
        (false, true) => return Change::Changed,
        _ => {}
    }
    let (new_node, old_node) = (new.written(project), old.written(project));
    if new.has_contract() && new_node["contract"]["checksum"] == old_node["contract"]["checksum"] {
        return Change::Same;
    }
    let mut breaks = Vec::new();
    if !new.has_contract() {
        breaks.push("the contract is no longer enforced".to_owned());
    }
    breaks.extend(columns(&new_node, &old_node));
    let was_enforcing = enforces(&old_node);
    if was_enforcing {
        breaks.extend(constraints(project, &new_node, &old_node));
    }
    let has_constraints = |node: &Value| {
        let of_columns = node["columns"].as_object().into_iter().flatten();
        !is_empty(&node["constraints"]) || of_columns.into_iter().any(|(_, column)| !is_empty(&column["constraints"]))
    };
    if was_enforcing && !enforces(&new_node) && has_constraints(&old_node) {
        let materialized =
            |node: &Cow<'_, Value>| node["config"]["materialized"].as_str().unwrap_or_default().to_owned();
        breaks.push(format!("materialized is {} and was {}", materialized(&new_node), materialized(&old_node)));
    }
    if breaks.is_empty() { Change::Changed } else { Change::Breaking(breaks) }
}

/// Why a model that is gone breaks its contract; nothing when it does not.
pub(super) fn removed(old: &Value) -> Option<String> {
    let is_past = || {
        let date = old["deprecation_date"].as_str().and_then(|date| date.parse::<jiff::Timestamp>().ok());
        date.is_some_and(|date| date < jiff::Timestamp::now())
    };
    if !old["contract"]["enforced"].as_bool().unwrap_or(false) || is_past() {
        return None;
    }
    let is_disabled = old["config"]["enabled"] == Value::Bool(false);
    Some(if is_disabled { "it is disabled" } else { "it is deleted or renamed" }.to_owned())
}

fn is_empty(list: &Value) -> bool {
    list.as_array().is_none_or(Vec::is_empty)
}

/// Whether the warehouse holds the model to its constraints.
fn enforces(node: &Value) -> bool {
    matches!(node["config"]["materialized"].as_str(), Some("table" | "incremental"))
}

/// Columns that are gone or have another type; a size is no other type.
fn columns(new: &Value, old: &Value) -> Vec<String> {
    let plain = |kind: &Value| {
        let text = kind.as_str().unwrap_or_default();
        text.split('(').next().unwrap_or_default().trim().to_lowercase()
    };
    let text = |kind: &Value| kind.as_str().unwrap_or("no type").to_owned();
    let mut breaks = Vec::new();
    for (name, was) in old["columns"].as_object().into_iter().flatten() {
        match new["columns"].get(name) {
            None => breaks.push(format!("the column {name} is gone")),
            Some(is) if plain(&is["data_type"]) != plain(&was["data_type"]) => breaks.push(format!(
                "the column {name} is {} and was {}",
                text(&is["data_type"]),
                text(&was["data_type"])
            )),
            Some(_) => {}
        }
    }
    breaks
}

/// Constraints that are gone and that the warehouse enforced.
fn constraints(project: &Project, new: &Value, old: &Value) -> Vec<String> {
    let is_enforced = |constraint: &Value| {
        let kind = constraint["type"].as_str().unwrap_or_default();
        match project.target.kind.as_str() {
            "athena" => false,
            "duckdb" | "postgres" => matches!(kind, "check" | "not_null" | "unique" | "primary_key" | "foreign_key"),
            _ => matches!(kind, "not_null" | "foreign_key"),
        }
    };
    let gone = |new: &Value, old: &Value| -> Vec<String> {
        let kept = |constraint: &Value| new.as_array().into_iter().flatten().any(|known| same(known, constraint));
        let gone =
            old.as_array().into_iter().flatten().filter(|constraint| is_enforced(constraint) && !kept(constraint));
        gone.map(|constraint| constraint["type"].as_str().unwrap_or_default().to_owned()).collect()
    };
    let mut breaks = Vec::new();
    for (name, was) in old["columns"].as_object().into_iter().flatten() {
        if let Some(is) = new["columns"].get(name) {
            let gone = gone(&is["constraints"], &was["constraints"]);
            breaks.extend(gone.iter().map(|kind| format!("the constraint {kind} of the column {name} is gone")));
        }
    }
    breaks.extend(
        gone(&new["constraints"], &old["constraints"]).iter().map(|kind| format!("the constraint {kind} is gone")),
    );
    breaks
}
