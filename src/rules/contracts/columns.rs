//! A contract names the columns that the query gives: all of them, and no others.
//!
//! ## Why
//!
//! With an enforced contract, dbt compares the columns of the query with those of the property file before it builds the
//! table, and refuses it when one is missing in either. cadet sees it without a warehouse, where the columns of the query
//! are sure.
//!
//! ## Fails
//!
//! ```yaml models/prison/prison_safety/properties.yaml
//! models:
//!   - name: prison_safety__visits
//!     config:
//!       contract: {enforced: true}
//!     columns:
//!       - name: visit_id
//!         data_type: int
//!       - name: visit_date
//!         data_type: date
//! ```
//! ```sql models/prison/prison_safety/prison_safety__visits.sql
//! select 1 as visit_id, 'legal' as visit_type
//! ```
//!
//! ## Passes
//!
//! The order does not matter.
//!
//! ```yaml models/prison/prison_safety/properties.yaml
//! models:
//!   - name: prison_safety__visits
//!     config:
//!       contract: {enforced: true}
//!     columns:
//!       - name: visit_type
//!         data_type: varchar
//!       - name: VISIT_ID
//!         data_type: int
//! ```
//! ```sql models/prison/prison_safety/prison_safety__visits.sql
//! select 1 as visit_id, 'legal' as visit_type
//! ```

use serde_json::Value;

use crate::finding::{Level, Place};
use crate::project::Node;
use crate::rules::{Check, Found, Rule, Subject, no_such_column};

pub(crate) const RULE: Rule =
    Rule { level: Level::Error, summary: "a contract with other columns than the query", check: Check::Model(check) };

fn check(model: &Node, subject: &Subject<'_>, found: &mut Found) {
    let (Some(query), Some(patch)) = (subject.query(model).filter(|_| model.has_contract()), &model.patch) else {
        return;
    };
    let Some(columns) = subject.columns(&model.unique_id) else { return };
    if model.columns.is_empty() {
        // That is said of the contract as a whole.
        return;
    }
    for described in model.columns.values() {
        if !columns.iter().any(|column| column.is_named(described.name.trim_matches('"'))) {
            let place = Place::span(patch.path.clone(), described.span.clone());
            let (message, help) = no_such_column(model, &described.name, &columns);
            found.at(place, message).help = Some(help);
        }
    }
    for column in &columns {
        let Some(name) = &column.name else { continue };
        if !model.columns.values().any(|described| column.is_named(described.name.trim_matches('"'))) {
            let message = format!("the contract of `{}` does not have the column `{name}`", model.display_name());
            let help =
                format!("add `- name: {name}` with its `data_type` to the columns, or take it out of the select");
            let finding = found.at(query.place(column.listed), message);
            finding.related.push((patch.clone(), "the contract stands here".into()));
            finding.help = Some(help);
        }
    }
    for key in model.model.constraints.iter().filter_map(|constraint| constraint.get("columns")) {
        for name in key.as_array().into_iter().flatten().filter_map(Value::as_str) {
            if !columns.iter().any(|column| column.is_named(name.trim_matches('"'))) {
                let (message, help) = no_such_column(model, name, &columns);
                found.at(patch.clone(), format!("{message}, and a constraint asks for it")).help = Some(help);
            }
        }
    }
}
