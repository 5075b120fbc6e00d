//! A comment with `until=` ignores a finding up to that day, and goes when the day is over.
//!
//! ## Why
//!
//! The day was a promise. From the day after it the finding is told again.
//!
//! ## Fails
//!
//! ```yaml models/prison/prison_safety/properties.yaml
//! models:
//!   - name: prison_safety__visits_joined # cadet: ignore[yaml/known-names] comes in spring until=2024-05-31
//! ```
//!
//! ## Passes
//!
//! ```yaml models/prison/prison_safety/properties.yaml
//! models:
//!   - name: prison_safety__visits_joined # cadet: ignore[yaml/known-names] comes in spring until=2999-05-31
//! ```
//!
//! Only a day behind `until=` counts.
//!
//! ```yaml models/prison/prison_safety/visitors.yaml
//! models:
//!   - name: prison_safety__visitors_joined # cadet: ignore[yaml/known-names] asked for on 2024-05-31
//! ```

use crate::finding::Level;
use crate::rules::waive::Wrong;
use crate::rules::{Check, Rule};

pub(crate) const RULE: Rule = Rule {
    level: Level::Warning,
    summary: "an ignored finding whose time is over",
    check: Check::Ignores(Wrong::NotExpired),
};
