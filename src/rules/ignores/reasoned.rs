//! A comment that ignores a finding says why.
//!
//! ## Why
//!
//! The next person to read it, and the reviewer today, cannot know whether it is still right. Without a reason a comment
//! ignores nothing.
//!
//! ## Fails
//!
//! ```yaml models/prison/prison_safety/properties.yaml
//! models:
//!   - name: prison_safety__visits_joined # cadet: ignore[yaml/known-names]
//! ```
//!
//! ## Passes
//!
//! ```yaml models/prison/prison_safety/properties.yaml
//! models:
//!   - name: prison_safety__visits_joined # cadet: ignore[yaml/known-names] the model comes with the next release
//! ```
//!
//! The reason may stand behind the day.
//!
//! ```yaml models/prison/prison_safety/visitors.yaml
//! models:
//!   - name: prison_safety__visitors_joined # cadet: ignore[yaml/known-names] until=2999-05-31 comes in spring
//! ```

use crate::finding::Level;
use crate::rules::waive::Wrong;
use crate::rules::{Check, Rule};

pub(crate) const RULE: Rule = Rule {
    level: Level::Warning,
    summary: "an ignored finding without a reason",
    check: Check::Ignores(Wrong::Reasoned),
};
