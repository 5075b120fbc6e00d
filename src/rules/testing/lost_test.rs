//! Every test reads what exists.
//!
//! ## Why
//!
//! dbt leaves out a test that reads a model which is not there, with a warning that is easily missed. The test then
//! never runs, and nobody notices. Mostly it is a typing mistake, or a model that was renamed.
//!
//! ## Fails
//!
//! ```yaml models/prison/prison_safety/properties.yaml
//! models:
//!   - name: prison_safety__visits
//!     columns:
//!       - name: visitor_id
//!         data_tests:
//!           - relationships:
//!               arguments:
//!                 to: ref('prison_safety__vistors')
//!                 field: visitor_id
//!   - name: prison_safety__visitors
//! ```
//! ```sql models/prison/prison_safety/prison_safety__visits.sql
//! select 1 as visitor_id
//! ```
//! ```sql models/prison/prison_safety/prison_safety__visitors.sql
//! select 1 as visitor_id
//! ```
//!
//! ## Passes
//!
//! ```yaml models/prison/prison_safety/properties.yaml
//! models:
//!   - name: prison_safety__visits
//!     columns:
//!       - name: visitor_id
//!         data_tests:
//!           - relationships:
//!               arguments:
//!                 to: ref('prison_safety__visitors')
//!                 field: visitor_id
//!   - name: prison_safety__visitors
//! ```
//! ```sql models/prison/prison_safety/prison_safety__visits.sql
//! select 1 as visitor_id
//! ```
//! ```sql models/prison/prison_safety/prison_safety__visitors.sql
//! select 1 as visitor_id
//! ```
//!
//! A test that is switched off reads nothing.
//!
//! ```yaml models/prison/prison_safety/visitors.yaml
//! models:
//!   - name: prison_safety__visitors_joined
//!     columns:
//!       - name: visitor_id
//!         data_tests:
//!           - relationships:
//!               arguments: {to: ref('prison_safety__vistors'), field: visitor_id}
//!               config: {enabled: false}
//! ```
//! ```sql models/prison/prison_safety/prison_safety__visitors_joined.sql
//! select 1 as visitor_id
//! ```

use crate::finding::Level;
use crate::project::ProblemKind;
use crate::rules::{Check, Rule};

pub(crate) const RULE: Rule =
    Rule { level: Level::Error, summary: "a test of what is not there", check: Check::Problems(ProblemKind::LostTest) };
