//! What has an entry in a property file has a description there.
//!
//! ## Why
//!
//! The description is what people find in the catalogue and in `dbt docs`. One line will do: what a row of the table is,
//! and what is left out.
//!
//! ## Fails
//!
//! ```sql models/prison/prison_safety/prison_safety__visits_joined.sql
//! select 1 as visit_id
//! ```
//! ```yaml models/prison/prison_safety/properties.yaml
//! models:
//!   - name: prison_safety__visits_joined
//! ```
//!
//! ## Passes
//!
//! A description may stand in a Markdown file, and each version of a model may have its own.
//!
//! ```sql models/prison/prison_safety/prison_safety__visits_joined.sql
//! select 1 as visit_id
//! ```
//! ```yaml models/prison/prison_safety/properties.yaml
//! models:
//!   - name: prison_safety__visits_joined
//!     description: "{{ doc('visits_joined') }}"
//! ```
//! ```md models/prison/prison_safety/prison_safety__docs.md
//! {% docs visits_joined %}
//! One row for each visit.
//! {% enddocs %}
//! ```

use std::collections::HashSet;

use crate::finding::Level;
use crate::rules::handbook::Handbook;
use crate::rules::{Check, Found, Rule};

pub(crate) const RULE: Rule =
    Rule { level: Level::Warning, summary: "a model or seed without a description", check: Check::Handbook(check) };

fn check(handbook: &Handbook<'_>, found: &mut Found) {
    let mut told = HashSet::new();
    for node in handbook.tables().filter(|node| node.description.trim().is_empty()) {
        // Where there is no entry, that is what another rule tells.
        let Some(patch) = node.patch.clone().filter(|patch| told.insert(patch.clone())) else { continue };
        let message = format!("the {} `{}` has no description", node.resource_type, node.name);
        found.at(patch, message).help =
            Some(format!("say what a row of it is:\n  - name: {}\n    description: One row for each …", node.name));
    }
}
