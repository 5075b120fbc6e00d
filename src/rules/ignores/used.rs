//! A comment ignores a finding that is there.
//!
//! ## Why
//!
//! When the finding has gone, the comment stays behind. It would hide the same mistake later, and readers wonder what it
//! means.
//!
//! ## Fails
//!
//! ```yaml models/prison/prison_safety/properties.yaml
//! models:
//!   - name: prison_safety__visits_joined # cadet: ignore[yaml/known-names] the model comes with the next release
//! ```
//! ```sql models/prison/prison_safety/prison_safety__visits_joined.sql
//! select 1 as visit_id
//! ```
//!
//! ## Passes
//!
//! ```yaml models/prison/prison_safety/properties.yaml
//! models:
//!   - name: prison_safety__visits_joined
//!     description: Visits with their visitors.
//! ```
//! ```sql models/prison/prison_safety/prison_safety__visits_joined.sql
//! select 1 as visit_id
//! ```
//!
//! There is nothing on the comment's own line: one that stands alone is for the next.
//!
//! ```yaml models/prison/prison_safety/visitors.yaml
//! models:
//!   # cadet: ignore[yaml/known-names] the model comes with the next release
//!   - name: prison_safety__visitors_joined
//! ```

use crate::finding::Level;
use crate::rules::waive::Wrong;
use crate::rules::{Check, Rule};

pub(crate) const RULE: Rule =
    Rule { level: Level::Warning, summary: "an ignored finding that is not there", check: Check::Ignores(Wrong::Used) };
