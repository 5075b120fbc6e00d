//! Every `ref` and `source` leads to something that exists.
//!
//! ## Why
//!
//! A model that refers to what is not there cannot be built. Mostly it is a typing mistake, or a model that another
//! pull request renamed.
//!
//! ## Fails
//!
//! ```sql models/prison/prison_safety/prison_safety__visits.sql
//! select visit_id from {{ ref('prison_safety__vists_stg') }}
//! ```
//! ```sql models/prison/prison_safety/prison_safety__visits_stg.sql
//! select 1 as visit_id
//! ```
//!
//! ## Passes
//!
//! ```sql models/prison/prison_safety/prison_safety__visits.sql
//! select visit_id from {{ ref('prison_safety__visits_stg') }}
//! ```
//! ```sql models/prison/prison_safety/prison_safety__visits_stg.sql
//! select 1 as visit_id
//! ```
//!
//! A comment of Jinja asks for nothing, and a `ref` may name the project.
//!
//! ```sql models/prison/prison_safety/prison_safety__visits_joined.sql
//! {# select visit_id from {{ ref('prison_safety__vists_stg') }} #}
//! select visit_id from {{ ref('mojap_derived_tables', 'prison_safety__visits_stg') }}
//! ```

use crate::finding::Level;
use crate::project::ProblemKind;
use crate::rules::{Check, Rule};

pub(crate) const RULE: Rule = Rule {
    level: Level::Error,
    summary: "a ref or source that leads nowhere",
    check: Check::Problems(ProblemKind::UnresolvedReference),
};
