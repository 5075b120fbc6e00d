//! The property file of a table for readers lists all of its columns.
//!
//! ## Why
//!
//! Who looks up a fact, dimension or staging table finds the columns that its property file describes. Where it lists
//! four out of five, the others were mostly added later and forgotten; where it lists fewer, its authors chose some. What
//! the SQL gives is only judged where it is sure. This is a note: nothing is wrong.
//!
//! ## Fails
//!
//! ```sql models/prison/prison_safety/prison_safety__visits_fct.sql
//! select 1 as visit_id, 2 as visitor_id, 3 as site_id, 4 as minutes, 5 as visit_kind
//! ```
//! ```yaml models/prison/prison_safety/prison_safety__visits_fct.yaml
//! models:
//!   - name: prison_safety__visits_fct
//!     description: One row for each visit.
//!     columns:
//!       - name: visit_id
//!         description: Number of the visit.
//!       - name: visitor_id
//!         description: Number of the visitor.
//!       - name: site_id
//!         description: Number of the site.
//!       - name: minutes
//!         description: How long it took.
//! ```
//!
//! ## Passes
//!
//! Only the keys are listed.
//!
//! ```sql models/prison/prison_safety/prison_safety__visits_fct.sql
//! select 1 as visit_id, 2 as visitor_id
//! ```
//! ```yaml models/prison/prison_safety/prison_safety__visits_fct.yaml
//! models:
//!   - name: prison_safety__visits_fct
//!     description: One row for each visit.
//!     columns:
//!       - name: visit_id
//!         description: Number of the visit.
//! ```

use crate::finding::{Level, Place};
use crate::project::Node;
use crate::rules::handbook::Handbook;
use crate::rules::{Check, Found, Rule};

pub(crate) const RULE: Rule =
    Rule { level: Level::Note, summary: "columns that a property file leaves out", check: Check::Handbook(check) };

fn check(handbook: &Handbook<'_>, found: &mut Found) {
    for model in handbook.models() {
        let is_described = model.columns.values().any(|column| !column.description.trim().is_empty());
        if is_described && handbook.role(model).is_for_readers() && !model.has_contract() {
            one(handbook, model, found);
        }
    }
}

fn one(handbook: &Handbook<'_>, model: &Node, found: &mut Found) {
    let subject = handbook.subject;
    let (Some(patch), Some(columns)) = (&model.patch, subject.columns(&model.unique_id)) else { return };
    let is_listed = |name: &str| model.columns.keys().any(|known| known.trim_matches('"').eq_ignore_ascii_case(name));
    let names = columns.iter().filter_map(|column| column.name.as_deref());
    let missing: Vec<&str> = names.filter(|name| !is_listed(name)).collect();
    let Some(first) = missing.first().filter(|_| missing.len() * 4 <= model.columns.len()) else { return };
    let shown: Vec<String> = missing.iter().map(|name| format!("`{name}`")).collect();
    let message = format!("the property file of `{}` does not list {}", model.display_name(), shown.join(", "));
    found.at(Place { path: patch.path.clone(), span: patch.span.clone() }, message).help =
        Some(format!("add under `columns:`\n      - name: {first}\n        description: …"));
}
