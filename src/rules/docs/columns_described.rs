//! The columns that a property file lists have descriptions.
//!
//! ## Why
//!
//! A column is listed for its tests or its type; a few words more, and whoever reads the table need not guess what is in
//! it. This is a note: nothing is wrong.
//!
//! ## Fails
//!
//! ```sql models/prison/prison_safety/prison_safety__visits_joined.sql
//! select 1 as visit_id
//! ```
//! ```yaml models/prison/prison_safety/properties.yaml
//! models:
//!   - name: prison_safety__visits_joined
//!     description: One row for each visit.
//!     columns:
//!       - name: visit_id
//! ```
//!
//! ## Passes
//!
//! Columns that are not listed need nothing.
//!
//! ```sql models/prison/prison_safety/prison_safety__visits_joined.sql
//! select 1 as visit_id, 2 as visitor_id
//! ```
//! ```yaml models/prison/prison_safety/properties.yaml
//! models:
//!   - name: prison_safety__visits_joined
//!     description: One row for each visit.
//!     columns:
//!       - name: visit_id
//!         description: Number of the visit.
//! ```

use std::collections::HashSet;

use crate::finding::{Level, Place};
use crate::rules::handbook::Handbook;
use crate::rules::{Check, Found, Rule};

pub(crate) const RULE: Rule =
    Rule { level: Level::Note, summary: "columns without a description", check: Check::Handbook(check) };

fn check(handbook: &Handbook<'_>, found: &mut Found) {
    let mut told = HashSet::new();
    for node in handbook.tables() {
        let Some(patch) = &node.patch else { continue };
        let bare: Vec<_> = node.columns.values().filter(|column| column.description.trim().is_empty()).collect();
        let Some(first) = bare.first() else { continue };
        let place = Place::span(patch.path.clone(), first.span.clone());
        if !told.insert(place.clone()) {
            continue;
        }
        let names: Vec<String> = bare.iter().take(3).map(|column| format!("`{}`", column.name)).collect();
        let more = if bare.len() > 3 { format!(" and {} more", bare.len() - 3) } else { String::new() };
        let (noun, verb) = if bare.len() == 1 { ("column", "has") } else { ("columns", "have") };
        let message = format!("the {noun} {}{more} of `{}` {verb} no description", names.join(", "), node.name);
        found.at(place, message).help = Some(format!("      - name: {}\n        description: …", first.name));
    }
}
