//! Every model and seed has a name of its own, and so has every description.
//!
//! ## Why
//!
//! `ref` knows a model by its name alone. dbt refuses a project in which a name stands twice. It still takes a model and
//! a seed of one name, with a warning; a `ref` then means only one of them.
//!
//! ## Fails
//!
//! ```sql models/prison/prison_safety/prison_safety__visits.sql
//! select 1 as visit_id
//! ```
//! ```sql models/courts/prison_safety/prison_safety__visits.sql
//! select 2 as visit_id
//! ```
//!
//! ## Passes
//!
//! ```sql models/prison/prison_safety/prison_safety__visits.sql
//! select 1 as visit_id
//! ```
//! ```sql models/courts/prison_safety/prison_safety__court_visits.sql
//! select 2 as visit_id
//! ```
//!
//! A disabled model takes no name.
//!
//! ```sql models/probation/prison_safety/prison_safety__visits.sql
//! {{ config(enabled=false) }}
//! select 3 as visit_id
//! ```

use crate::finding::Level;
use crate::project::ProblemKind;
use crate::rules::{Check, Found, Rule, Subject};

pub(crate) const RULE: Rule =
    Rule { level: Level::Error, summary: "a name that is taken", check: Check::Project(check) };

fn check(subject: &Subject<'_>, found: &mut Found) {
    found.problems(subject, ProblemKind::DuplicateName, Level::Error);
    found.problems(subject, ProblemKind::SharedName, Level::Warning);
}
