//! A property file says what dbt can take: lists where lists belong, and a name for every entry.
//!
//! ## Why
//!
//! dbt refuses the whole project for one entry that it does not understand.
//!
//! ## Fails
//!
//! ```yaml models/prison/prison_safety/properties.yaml
//! models:
//!   - description: Visits with their visitors.
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
//! A version has a number for a name, and `include` takes the columns of the model.
//!
//! ```yaml models/prison/prison_safety/visitors.yaml
//! models:
//!   - name: prison_safety__visitors_joined
//!     versions:
//!       - v: 1
//!         columns:
//!           - include: all
//! ```

use crate::finding::Level;
use crate::project::ProblemKind;
use crate::rules::{Check, Rule};

pub(crate) const RULE: Rule = Rule {
    level: Level::Error,
    summary: "properties that dbt does not take",
    check: Check::Problems(ProblemKind::Properties),
};
