//! The columns that identify a row, as dbt infers them from constraints and tests: `ModelNode.infer_primary_key`.

use std::collections::BTreeSet;

use foldhash::{HashMap, HashMapExt};
use serde_json::Value;

use crate::project::{Node, Project};

/// The tests of each node, and whether they are enabled.
pub(super) struct Tests<'p>(HashMap<&'p str, Vec<(&'p Node, bool)>>);

impl<'p> Tests<'p> {
    pub(super) fn new(project: &'p Project) -> Self {
        let mut tests: HashMap<&str, Vec<(&Node, bool)>> = HashMap::new();
        let disabled = project.disabled.iter().map(|node| (node, false));
        for (test, enabled) in project.nodes.values().map(|node| (node, true)).chain(disabled) {
            if let Some(attached) = test.test.as_ref().and_then(|test| test.attached_to.as_deref()) {
                tests.entry(attached).or_default().push((test, enabled));
            }
        }
        Self(tests)
    }

    /// The primary key of a model, empty when it has none.
    pub(super) fn primary_key(&self, model: &Node) -> Vec<String> {
        key(model, self.0.get(model.unique_id.as_str()).map_or(&[][..], Vec::as_slice))
    }
}

fn is_primary(constraint: &Value) -> bool {
    constraint.get("type").and_then(Value::as_str) == Some("primary_key")
}

fn key(model: &Node, tests: &[(&Node, bool)]) -> Vec<String> {
    if let Some(constraint) = model.model.constraints.iter().find(|constraint| is_primary(constraint)) {
        return texts(constraint.get("columns"));
    }
    if let Some(column) = model.columns.values().find(|column| column.more().constraints.iter().any(is_primary)) {
        return vec![column.name.clone()];
    }
    let (mut unique, mut once_unique, mut filled) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for (test, enabled) in tests {
        let Some(info) = &test.test else { continue };
        let columns = match info.kwargs.get("column_name").and_then(Value::as_str) {
            Some(column) => vec![column.to_owned()],
            None => texts(info.kwargs.get("combination_of_columns")),
        };
        match info.name.as_str() {
            "unique" | "unique_combination_of_columns" if *enabled => unique.extend(columns),
            "unique" | "unique_combination_of_columns" => once_unique.extend(columns),
            "not_null" => filled.extend(columns),
            _ => {}
        }
    }
    let both: Vec<String> =
        filled.iter().filter(|column| unique.contains(*column) || once_unique.contains(*column)).cloned().collect();
    [both, unique.into_iter().collect(), once_unique.into_iter().collect()]
        .into_iter()
        .find(|key| !key.is_empty())
        .unwrap_or_default()
}

fn texts(value: Option<&Value>) -> Vec<String> {
    value.and_then(Value::as_array).into_iter().flatten().filter_map(|text| text.as_str().map(str::to_owned)).collect()
}
