//! Tests stand on tables rather than on ephemeral models.
//!
//! ## Why
//!
//! An ephemeral model leaves no table: its query is written into each of its tests, and runs again for every one of them.
//! On a large table that costs time and money. The test is right, so this is a note.
//!
//! ## Fails
//!
//! ```sql models/prison/prison_safety/prison_safety__visits_filtered.sql
//! {{ config(materialized='ephemeral') }}
//! select 1 as visit_id
//! ```
//! ```yaml models/prison/prison_safety/properties.yaml
//! models:
//!   - name: prison_safety__visits_filtered
//!     description: Visits that took place.
//!     columns:
//!       - name: visit_id
//!         description: Number of the visit.
//!         data_tests:
//!           - unique
//! ```
//!
//! ## Passes
//!
//! ```sql models/prison/prison_safety/prison_safety__visits_filtered.sql
//! {{ config(materialized='table') }}
//! select 1 as visit_id
//! ```
//! ```yaml models/prison/prison_safety/properties.yaml
//! models:
//!   - name: prison_safety__visits_filtered
//!     description: Visits that took place.
//!     columns:
//!       - name: visit_id
//!         description: Number of the visit.
//!         data_tests:
//!           - unique
//! ```
//!
//! A unit test has rows of its own.
//!
//! ```sql models/prison/prison_safety/prison_safety__visitors_filtered.sql
//! {{ config(materialized='ephemeral') }}
//! select 1 as visitor_id
//! ```
//! ```yaml models/prison/prison_safety/visitors.yaml
//! unit_tests:
//!   - name: visitors_are_filtered
//!     model: prison_safety__visitors_filtered
//!     given: []
//!     expect:
//!       rows: [{visitor_id: 1}]
//! ```

use indexmap::IndexMap;

use crate::finding::Level;
use crate::project::{Node, ResourceType};
use crate::rules::{Check, Found, Rule, Subject};

pub(crate) const RULE: Rule =
    Rule { level: Level::Note, summary: "tests of an ephemeral model", check: Check::Project(check) };

fn check(subject: &Subject<'_>, found: &mut Found) {
    let project = subject.project;
    let mut tests: IndexMap<&str, Vec<&Node>> = IndexMap::new();
    for test in project.own(ResourceType::Test) {
        let attached = test.test.as_ref().and_then(|info| info.attached_to.as_deref());
        if let Some(model) = attached.and_then(|id| project.nodes.get(id)).filter(|model| model.is_ephemeral()) {
            tests.entry(&model.unique_id).or_default().push(test);
        }
    }
    for (id, tests) in tests {
        let Some((model, first)) = project.nodes.get(id).zip(tests.first()) else { continue };
        let times =
            if tests.len() == 1 { "for its test".to_owned() } else { format!("for each of its {} tests", tests.len()) };
        let message = format!("`{}` is ephemeral, so its query runs again {times}", model.display_name());
        found.at(first.place.clone(), message).help =
            Some("test the table that is made of it, or make this model a table".to_owned());
    }
}
