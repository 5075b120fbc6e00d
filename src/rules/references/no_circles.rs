//! No models depend on each other in a circle.
//!
//! ## Why
//!
//! In a circle no model can be built first.
//!
//! ## Fails
//!
//! ```sql models/prison/prison_safety/prison_safety__visits.sql
//! select visit_id from {{ ref('prison_safety__visitors') }}
//! ```
//! ```sql models/prison/prison_safety/prison_safety__visitors.sql
//! select visitor_id from {{ ref('prison_safety__visits') }}
//! ```
//!
//! ## Passes
//!
//! ```sql models/prison/prison_safety/prison_safety__visits.sql
//! select visit_id from {{ ref('prison_safety__visitors') }}
//! ```
//! ```sql models/prison/prison_safety/prison_safety__visitors.sql
//! select 1 as visit_id
//! ```

use crate::finding::Level;
use crate::project::ProblemKind;
use crate::rules::{Check, Rule};

pub(crate) const RULE: Rule =
    Rule { level: Level::Error, summary: "models in a circle", check: Check::Problems(ProblemKind::Cycle) };
