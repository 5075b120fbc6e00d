//! Every model, seed and snapshot has a table of its own in the warehouse.
//!
//! ## Why
//!
//! Two models that are built as the same table overwrite each other, and which of them is there afterwards is chance.
//! dbt refuses such a project. Mostly an `alias` was copied; or the project names its tables with a
//! `generate_alias_name` macro of its own that leaves out the version, so that all versions of a model get one name.
//! Such a macro needs one more condition:
//!
//! ```jinja
//! {%- elif node.version -%}
//!     {{ node.name ~ "_v" ~ (node.version | replace(".", "_")) }}
//! ```
//!
//! ## Fails
//!
//! ```yaml models/prison/prison_safety/properties.yaml
//! models:
//!   - name: prison_safety__visits
//!   - name: prison_safety__all_visits
//! ```
//! ```sql models/prison/prison_safety/prison_safety__visits.sql
//! select 1 as visit_id
//! ```
//! ```sql models/prison/prison_safety/prison_safety__all_visits.sql
//! {{ config(alias='prison_safety__visits') }}
//! select 2 as visit_id
//! ```
//!
//! ## Passes
//!
//! ```yaml models/prison/prison_safety/properties.yaml
//! models:
//!   - name: prison_safety__visits
//!   - name: prison_safety__all_visits
//! ```
//! ```sql models/prison/prison_safety/prison_safety__visits.sql
//! select 1 as visit_id
//! ```
//! ```sql models/prison/prison_safety/prison_safety__all_visits.sql
//! {{ config(alias='prison_safety__every_visit') }}
//! select 2 as visit_id
//! ```
//!
//! A disabled model has no table.
//!
//! ```sql models/prison/prison_safety/prison_safety__old_visits.sql
//! {{ config(alias='prison_safety__visits', enabled=false) }}
//! select 3 as visit_id
//! ```

use crate::finding::Level;
use crate::project::ProblemKind;
use crate::rules::{Check, Rule};

pub(crate) const RULE: Rule = Rule {
    level: Level::Error,
    summary: "two models that are one table",
    check: Check::Problems(ProblemKind::AmbiguousRelation),
};
