//! A comment that is to ignore a finding is written so that cadet understands it.
//!
//! ## Why
//!
//! A comment that is not understood ignores nothing, and its author believes that it does. It is written as
//! `cadet: ignore[group/rule] and why`, after `--` or in `{# … #}` in SQL, after `#` in YAML. `ignore-file[…]` counts for
//! the whole file, and stands above everything else in it.
//!
//! ## Fails
//!
//! ```sql models/prison/prison_safety/prison_safety__visits_joined.sql
//! select 1 as visit_id -- cadet: ignroe[naming/snake-case] the name is the source's
//! ```
//!
//! ## Passes
//!
//! ```sql models/prison/prison_safety/prison_safety__visits_joined.sql
//! -- This model is checked by cadet: it has nothing to ignore.
//! select 1 as visit_id
//! ```

use crate::finding::Level;
use crate::rules::waive::Wrong;
use crate::rules::{Check, Rule};

pub(crate) const RULE: Rule = Rule {
    level: Level::Warning,
    summary: "a comment that looks as if it ignored something",
    check: Check::Ignores(Wrong::Readable),
};
