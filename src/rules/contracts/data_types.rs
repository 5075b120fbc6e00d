//! An enforced contract says what columns there are, and the type of each.
//!
//! ## Why
//!
//! With `contract: {enforced: true}` dbt compares the columns of the query with those of the property file before it
//! builds the table. A column without a `data_type` cannot be compared, so dbt refuses to build the model. It also
//! refuses constraints that it does not know, and an incremental model that could lose or change columns unnoticed.
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
//! ```
//! ```sql models/prison/prison_safety/prison_safety__visits.sql
//! select 1 as visit_id
//! ```
//!
//! ## Passes
//!
//! ```yaml models/prison/prison_safety/properties.yaml
//! models:
//!   - name: prison_safety__visits
//!     config:
//!       contract: {enforced: true}
//!     columns:
//!       - name: visit_id
//!         data_type: int
//! ```
//! ```sql models/prison/prison_safety/prison_safety__visits.sql
//! select 1 as visit_id
//! ```
//!
//! A contract that is not enforced may leave a type open.
//!
//! ```yaml models/prison/prison_safety/visitors.yaml
//! models:
//!   - name: prison_safety__visitors
//!     config:
//!       contract: {enforced: false}
//!     columns:
//!       - name: visitor_id
//! ```
//! ```sql models/prison/prison_safety/prison_safety__visitors.sql
//! select 1 as visitor_id
//! ```

use serde_json::Value;

use crate::finding::{Level, Place};
use crate::project::Node;
use crate::project::node::Column;
use crate::project::problem::did_you_mean;
use crate::rules::{Check, Found, Rule, Subject};

pub(crate) const RULE: Rule =
    Rule { level: Level::Error, summary: "a contract that leaves something open", check: Check::Model(check) };

/// The types of constraints that dbt knows.
const CONSTRAINTS: [&str; 6] = ["check", "not_null", "unique", "primary_key", "foreign_key", "custom"];

fn check(model: &Node, _: &Subject<'_>, found: &mut Found) {
    let place = model.patch.clone().unwrap_or_else(|| model.place.clone());
    if model.has_contract() {
        enforced(model, &place, found);
    }
    for column in model.columns.values() {
        for constraint in &column.more().constraints {
            let of = format!("the column `{}`", column.name);
            unknown_constraint(constraint, &of, found, at(column, &place));
        }
    }
    for constraint in &model.model.constraints {
        unknown_constraint(constraint, &format!("`{}`", model.display_name()), found, place.clone());
    }
    primary_keys(model, &place, found);
}

fn at(column: &Column, entry: &Place) -> Place {
    Place::span(entry.path.clone(), column.span.clone())
}

fn enforced(model: &Node, place: &Place, found: &mut Found) {
    let name = model.display_name();
    if model.is_python {
        let message = format!("`{name}` has an enforced contract, which dbt has for SQL models only");
        found.at(place.clone(), message).help = Some("take `contract:` out".to_owned());
    }
    if model.columns.is_empty() {
        let message = format!("`{name}` has an enforced contract, but its columns are not listed in a property file");
        found.at(place.clone(), message).help =
            Some("list every column of the query:\n    columns:\n      - name: …\n        data_type: …".to_owned());
    }
    let on_change = model.config_text("on_schema_change").unwrap_or("ignore");
    if model.materialized() == "incremental" && !matches!(on_change, "append_new_columns" | "fail") {
        let message = format!(
            "`{name}` is incremental and has an enforced contract, so it cannot have `on_schema_change: {on_change}`"
        );
        found.at(place.clone(), message).help =
            Some("set `on_schema_change: append_new_columns` or `on_schema_change: fail` in its config".to_owned());
    }
    for column in model.columns.values().filter(|column| column.data_type.is_none()) {
        let message = format!("`{name}` has an enforced contract, but its column `{}` has no `data_type`", column.name);
        found.at(at(column, place), message).help =
            Some(format!("add its type as Athena calls it:\n      - name: {}\n        data_type: …", column.name));
    }
}

fn unknown_constraint(constraint: &Value, of: &str, found: &mut Found, place: Place) {
    let kind = constraint.get("type").and_then(Value::as_str);
    if kind.is_some_and(|kind| CONSTRAINTS.contains(&kind)) {
        return;
    }
    let message = match kind {
        Some(kind) => format!("{of} has a constraint of the type `{kind}`, which dbt does not know"),
        None => format!("a constraint of {of} has no `type`"),
    };
    let near = kind.and_then(|kind| did_you_mean(kind, CONSTRAINTS));
    let help = near
        .map_or_else(|| format!("the types are {}", CONSTRAINTS.join(", ")), |near| format!("did you mean `{near}`?"));
    found.at(place, message).help = Some(help);
}

/// dbt takes one primary key: on one column, or on the model.
fn primary_keys(model: &Node, place: &Place, found: &mut Found) {
    let is_key = |constraint: &Value| constraint.get("type").and_then(Value::as_str) == Some("primary_key");
    let columns: Vec<&Column> =
        model.columns.values().filter(|column| column.more().constraints.iter().any(is_key)).collect();
    let on_model = model.model.constraints.iter().any(is_key);
    let Some(last) = columns.last().filter(|_| columns.len() > 1 || on_model) else { return };
    let message = format!("`{}` has more than one primary key", model.display_name());
    let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
    found.at(at(last, place), message).help = Some(format!(
        "a key of several columns stands beside `columns:`\n    constraints:\n      - type: primary_key\n        columns: [{}]",
        names.join(", ")
    ));
}
