//! A comment ignores rules that exist.
//!
//! ## Why
//!
//! With a spelling mistake in the rule's name the comment ignores nothing. Rules are named one by one, as `group/rule`: a
//! whole group would ignore what nobody has thought of.
//!
//! ## Fails
//!
//! ```yaml models/prison/prison_safety/properties.yaml
//! # cadet: ignore-file[yaml/know-names] the model comes with the next release
//! models:
//!   - name: prison_safety__visits_joined
//! ```
//!
//! ## Passes
//!
//! ```yaml models/prison/prison_safety/properties.yaml
//! # cadet: ignore-file[yaml/known-names] the model comes with the next release
//! models:
//!   - name: prison_safety__visits_joined
//! ```
//!
//! A text is no comment.
//!
//! ```sql models/prison/prison_safety/prison_safety__notes_joined.sql
//! select 'cadet: ignore[yaml/know-names] the model comes with the next release' as note
//! ```

use crate::finding::Level;
use crate::rules::waive::Wrong;
use crate::rules::{Check, Rule};

pub(crate) const RULE: Rule = Rule {
    level: Level::Warning,
    summary: "an ignored rule that does not exist",
    check: Check::Ignores(Wrong::KnownRules),
};
