//! Every column that a property file describes is one that the table has.
//!
//! ## Why
//!
//! A description of a column that is not there is shown nowhere, and the column that it was written for has none. Mostly
//! the column got another name in the SQL, or the name is misspelt. What the SQL gives is only judged where it is sure:
//! `select *` from a source may give anything.
//!
//! ## Fails
//!
//! ```yaml models/prison/prison_safety/properties.yaml
//! models:
//!   - name: prison_safety__visits
//!     columns:
//!       - name: visit_id
//!       - name: visit_dat
//!         description: The day of the visit.
//! ```
//! ```sql models/prison/prison_safety/prison_safety__visits.sql
//! select 1 as visit_id, date '2024-01-01' as visit_date
//! ```
//!
//! ## Passes
//!
//! Capitals make no difference, and not every column needs a description.
//!
//! ```yaml models/prison/prison_safety/properties.yaml
//! models:
//!   - name: prison_safety__visits
//!     columns:
//!       - name: VISIT_ID
//!   - name: prison_safety__legal_visits
//!     columns:
//!       - name: anything
//! ```
//! ```sql models/prison/prison_safety/prison_safety__visits.sql
//! select 1 as visit_id, date '2024-01-01' as visit_date
//! ```
//! ```sql models/prison/prison_safety/prison_safety__legal_visits.sql
//! select * from other_database.visits
//! ```

use std::collections::HashSet;

use crate::finding::{Level, Place};
use crate::project::{Node, ResourceType};
use crate::rules::{Check, Found, Rule, Subject, no_such_column};

pub(crate) const RULE: Rule =
    Rule { level: Level::Warning, summary: "a described column that is not there", check: Check::Project(check) };

fn check(subject: &Subject<'_>, found: &mut Found) {
    let project = subject.project;
    // A test on a column that is not there is an error of its own.
    let tests = project.of_type(ResourceType::Test).filter_map(|node| node.test.as_deref());
    let tested: HashSet<(&str, &str)> =
        tests.filter_map(|test| Some((test.attached_to.as_deref()?, test.column_name.as_deref()?))).collect();
    for node in project.own(ResourceType::Model).chain(project.own(ResourceType::Seed)) {
        if !node.has_contract() {
            of_node(node, subject, &tested, found);
        }
    }
}

fn of_node(node: &Node, subject: &Subject<'_>, tested: &HashSet<(&str, &str)>, found: &mut Found) {
    let (Some(patch), Some(columns)) = (&node.patch, subject.columns(&node.unique_id)) else { return };
    for described in node.columns.values() {
        let is_tested = tested.contains(&(node.unique_id.as_str(), described.name.as_str()));
        if is_tested || columns.iter().any(|column| column.is_named(described.name.trim_matches('"'))) {
            continue;
        }
        let place = Place::span(patch.path.clone(), described.span.clone());
        let (message, help) = no_such_column(node, &described.name, &columns);
        found.at(place, message).help = Some(help);
    }
}
