//! What a model promises, and the checksum by which dbt sees that the promise changed.
//!
//! Behaviour: `ModelNode.build_contract_checksum`. The checksum is of Python's text for the constraints.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::project::Node;
use crate::project::node::constraint;

/// The checksum of an enforced contract.
pub(super) fn checksum(node: &Node) -> Option<String> {
    if !node.has_contract() {
        return None;
    }
    let mut columns: Vec<_> = node.columns.values().collect();
    columns.sort_by(|a, b| a.name.cmp(&b.name));
    let mut state = String::new();
    for column in columns {
        state.push_str(&format!("|{}", column.name));
        state.push_str(column.data_type.as_deref().unwrap_or("None"));
        state.push_str(&list(
            column.more().constraints.iter().map(|each| python("ColumnLevelConstraint", &constraint(each))),
        ));
    }
    if matches!(node.materialized(), "table" | "incremental") {
        state.push_str(node.materialized());
        state
            .push_str(&list(node.model.constraints.iter().map(|each| python("ModelLevelConstraint", &of_model(each)))));
    }
    let digest = Sha256::digest(state.as_bytes());
    Some(digest.iter().map(|byte| format!("{byte:02x}")).collect())
}

fn list(items: impl Iterator<Item = String>) -> String {
    format!("[{}]", items.collect::<Vec<_>>().join(", "))
}

/// A constraint of a model, whole.
pub(super) fn of_model(written: &Value) -> Value {
    let mut whole = constraint(written);
    if let Value::Object(fields) = &mut whole {
        fields.entry("columns").or_insert_with(|| json!([]));
    }
    whole
}

/// Python's `repr` of a constraint.
fn python(class: &str, constraint: &Value) -> String {
    let fields =
        constraint.as_object().into_iter().flatten().map(|(key, value)| match (key.as_str(), value.as_str()) {
            ("type", Some(kind)) => format!("type=<ConstraintType.{kind}: '{kind}'>"),
            _ => format!("{key}={}", crate::jinja::values::repr(&crate::jinja::values::from_json(value))),
        });
    format!("{class}({})", fields.collect::<Vec<_>>().join(", "))
}

/// Whether the contract's types are the warehouse's own names for them.
pub(super) fn alias_types(node: &Node) -> bool {
    let contract = node.config.get("contract");
    contract.and_then(|contract| contract.get("alias_types")).and_then(Value::as_bool).unwrap_or(true)
}

/// A date as dbt writes it: with a time, and in UTC when no zone is said.
pub(crate) fn moment(written: &str) -> String {
    use jiff::civil::{Date, DateTime};
    let zoned = written.parse::<jiff::Timestamp>().map(|at| at.to_string().replace('Z', "+00:00"));
    let text = zoned.or_else(|_| written.parse::<DateTime>().map(|at| format!("{at}+00:00")));
    let text = text.or_else(|_| written.parse::<Date>().map(|date| format!("{date}T00:00:00+00:00")));
    text.unwrap_or_else(|_| written.to_owned())
}
