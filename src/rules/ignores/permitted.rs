//! A comment ignores only what can be ignored.
//!
//! ## Why
//!
//! What cannot be read, what dbt refuses, and what could do harm is told in any case: a pull request does not decide that
//! for itself. `cadet explain` says of each such rule that it cannot be ignored.
//!
//! ## Fails
//!
//! ```sql models/prison/prison_safety/prison_safety__visits_joined.sql
//! select * from {{ ref('prison_safety__vists') }} -- cadet: ignore[references/exist] it is there
//! ```
//!
//! ## Passes
//!
//! ```sql models/prison/prison_safety/prison_safety__visits_joined.sql
//! select 1 as visit_id
//! ```
//!
//! Of the rules for YAML, `yaml/parses` and `yaml/property-file` cannot be ignored; the others can.
//!
//! ```yaml models/prison/prison_safety/properties.yaml
//! models:
//!   - name: prison_safety__visitors_joined # cadet: ignore[yaml/known-names] the model comes with the next release
//! ```

use crate::finding::Level;
use crate::rules::waive::Wrong;
use crate::rules::{Check, Rule};

pub(crate) const RULE: Rule = Rule {
    level: Level::Warning,
    summary: "an ignored rule that cannot be ignored",
    check: Check::Ignores(Wrong::Permitted),
};
