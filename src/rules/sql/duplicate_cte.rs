//! The CTEs of a query have names of their own.
//!
//! ## Why
//!
//! Athena refuses a `with` that gives one name to two queries. Mostly one of the two was copied.
//!
//! ## Fails
//!
//! ```sql models/prison/prison_safety/prison_safety__visits_joined.sql
//! with visits as (select 1 as visit_id), Visits as (select 2 as visit_id)
//! select visit_id from visits
//! ```
//!
//! ## Passes
//!
//! A query in brackets may have a `with` of its own.
//!
//! ```sql models/prison/prison_safety/prison_safety__visits_joined.sql
//! with visits as (select 1 as visit_id)
//! select visit_id from (with visits as (select 2 as visit_id) select visit_id from visits)
//! ```

use crate::finding::Level;
use crate::project::Node;
use crate::rules::{Check, Found, Rule, Subject};

pub(crate) const RULE: Rule = Rule { level: Level::Error, summary: "two CTEs of one name", check: Check::Model(check) };

fn check(model: &Node, subject: &Subject<'_>, found: &mut Found) {
    let Some(query) = subject.query(model) else { return };
    for word in &query.facts.twice {
        found.at(query.place(word.at), format!("there is a CTE `{}` already", word.text)).help =
            Some("give one of the two another name, or take it out".to_owned());
    }
}
