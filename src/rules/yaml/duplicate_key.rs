//! A key stands only once in a block of YAML.
//!
//! ## Why
//!
//! dbt takes the last of two equal keys and says nothing, so what stands under the first, often tests, is lost.
//!
//! ## Fails
//!
//! ```yaml models/prison/prison_safety/properties.yaml
//! models:
//!   - name: prison_safety__visits_joined
//!     description: Visits.
//!     description: Visits with their visitors.
//! ```
//!
//! ## Passes
//!
//! ```yaml models/prison/prison_safety/properties.yaml
//! models:
//!   - name: prison_safety__visits_joined
//!     description: Visits with their visitors.
//! ```
//!
//! In another block the same key may stand again, and in a text it is no key.
//!
//! ```yaml models/prison/prison_safety/visitors.yaml
//! models:
//!   - name: prison_safety__visitors_joined
//!     description: "Visitors with their visits. description: to be written."
//!     columns:
//!       - name: visitor_id
//!         description: Number of the visitor.
//! ```

use crate::finding::Level;
use crate::project::ProblemKind;
use crate::rules::{Check, Rule};

pub(crate) const RULE: Rule = Rule {
    level: Level::Warning,
    summary: "a YAML key that stands twice",
    check: Check::Problems(ProblemKind::DuplicateKey),
};
