//! A property file has only keys that dbt knows.
//!
//! ## Why
//!
//! dbt drops what stands under a key that it does not know. With `data_test:` for `data_tests:` the tests never run, and
//! nobody notices.
//!
//! ## Fails
//!
//! ```yaml models/prison/prison_safety/properties.yaml
//! models:
//!   - name: prison_safety__visits_joined
//!     columns:
//!       - name: visit_id
//!         data_test:
//!           - unique
//! ```
//!
//! ## Passes
//!
//! ```sql models/prison/prison_safety/prison_safety__visits_joined.sql
//! select 1 as visit_id
//! ```
//! ```yaml models/prison/prison_safety/properties.yaml
//! models:
//!   - name: prison_safety__visits_joined
//!     columns:
//!       - name: visit_id
//!         data_tests:
//!           - unique
//! ```
//!
//! Under `meta:` every key is the team's own.
//!
//! ```yaml models/prison/prison_safety/visitors.yaml
//! models:
//!   - name: prison_safety__visitors_joined
//!     config:
//!       meta:
//!         data_test: by hand
//! ```

use crate::finding::Level;
use crate::project::ProblemKind;
use crate::rules::{Check, Rule};

pub(crate) const RULE: Rule = Rule {
    level: Level::Warning,
    summary: "a key that dbt does not know",
    check: Check::Problems(ProblemKind::UnknownKey),
};
