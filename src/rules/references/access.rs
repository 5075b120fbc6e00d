//! A model is referred to only by those whom its `access:` lets in.
//!
//! ## Why
//!
//! A model with `access: private` is for its own group: the group may change or remove it at any time without telling
//! anybody else. dbt refuses a project in which a model outside the group refers to it.
//!
//! ## Fails
//!
//! ```yaml models/prison/prison_safety/properties.yaml
//! groups:
//!   - name: prison_safety
//!     owner:
//!       name: Prison safety team
//! models:
//!   - name: prison_safety__visits_joined
//!     config:
//!       group: prison_safety
//!       access: private
//! ```
//! ```sql models/prison/prison_safety/prison_safety__visits_joined.sql
//! select 1 as visit_id
//! ```
//! ```yaml models/courts/court_listings/properties.yaml
//! models:
//!   - name: court_listings__visits
//! ```
//! ```sql models/courts/court_listings/court_listings__visits.sql
//! select visit_id from {{ ref('prison_safety__visits_joined') }}
//! ```
//!
//! ## Passes
//!
//! ```yaml models/prison/prison_safety/properties.yaml
//! groups:
//!   - name: prison_safety
//!     owner:
//!       name: Prison safety team
//! models:
//!   - name: prison_safety__visits_joined
//!     config:
//!       group: prison_safety
//!       access: protected
//! ```
//! ```sql models/prison/prison_safety/prison_safety__visits_joined.sql
//! select 1 as visit_id
//! ```
//! ```yaml models/courts/court_listings/properties.yaml
//! models:
//!   - name: court_listings__visits
//! ```
//! ```sql models/courts/court_listings/court_listings__visits.sql
//! select visit_id from {{ ref('prison_safety__visits_joined') }}
//! ```
//!
//! Whoever is in the group may refer to what is private to it.
//!
//! ```yaml models/prison/prison_safety/visitors.yaml
//! models:
//!   - name: prison_safety__visitors_joined
//!     config: {group: prison_safety, access: private}
//!   - name: prison_safety__visitors_grouped
//!     config: {group: prison_safety}
//! ```
//! ```sql models/prison/prison_safety/prison_safety__visitors_joined.sql
//! select 1 as visitor_id
//! ```
//! ```sql models/prison/prison_safety/prison_safety__visitors_grouped.sql
//! select visitor_id from {{ ref('prison_safety__visitors_joined') }} group by visitor_id
//! ```

use crate::finding::Level;
use crate::project::ProblemKind;
use crate::rules::{Check, Rule};

pub(crate) const RULE: Rule = Rule {
    level: Level::Error,
    summary: "a ref to a model that is not for everyone",
    check: Check::Problems(ProblemKind::Access),
};
