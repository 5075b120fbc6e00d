//! Properties belong to a model or seed that exists.
//!
//! ## Why
//!
//! dbt skips a description whose name it does not find. Its tests then never run, and nobody notices.
//!
//! ## Fails
//!
//! ```yaml models/prison/prison_safety/properties.yaml
//! models:
//!   - name: prison_safety__vists_joined
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
//! ```
//! ```sql models/prison/prison_safety/prison_safety__visits_joined.sql
//! select 1 as visit_id
//! ```
//!
//! A disabled model is there all the same.
//!
//! ```yaml models/prison/prison_safety/visitors.yaml
//! models:
//!   - name: prison_safety__visitors_joined
//! ```
//! ```sql models/prison/prison_safety/prison_safety__visitors_joined.sql
//! {{ config(enabled=false) }}
//! select 1 as visitor_id
//! ```

use crate::finding::Level;
use crate::project::ProblemKind;
use crate::rules::{Check, Rule};

pub(crate) const RULE: Rule = Rule {
    level: Level::Warning,
    summary: "properties of something that is not there",
    check: Check::Problems(ProblemKind::Orphan),
};
