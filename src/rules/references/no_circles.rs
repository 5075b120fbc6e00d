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
//!
//! A model that reads its own table of the last run, with `this`, makes no circle.
//!
//! ```sql models/prison/prison_safety/prison_safety__visits_joined.sql
//! select visit_id from {{ ref('prison_safety__visits') }}
//! where visit_id > (select max(visit_id) from {{ this }})
//! ```

use crate::finding::Level;
use crate::project::ProblemKind;
use crate::rules::{Check, Rule};

pub(crate) const RULE: Rule =
    Rule { level: Level::Error, summary: "models in a circle", check: Check::Problems(ProblemKind::Cycle) };
