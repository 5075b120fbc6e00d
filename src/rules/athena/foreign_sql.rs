//! The SQL is written as Athena reads it.
//!
//! ## Why
//!
//! Other databases know shorthands that Athena refuses: `::` for a cast, `qualify`, `ilike`, `group by all`, `* except`,
//! `interval 1 day` and more. The local engine translates only what Athena would run, and refuses the same. cadet says
//! what to write instead.
//!
//! ## Fails
//!
//! ```sql models/prison/prison_safety/prison_safety__visits.sql
//! select
//!     visit_id,
//!     visited_at::date as visit_date
//! from {{ this }}
//! where visit_type ilike 'legal%'
//! ```
//!
//! ## Passes
//!
//! Colons in a text are no cast.
//!
//! ```sql models/prison/prison_safety/prison_safety__visits.sql
//! select
//!     visit_id,
//!     cast(visited_at as date) as visit_date,
//!     'visit::legal' as kind
//! from {{ this }}
//! where lower(visit_type) like 'legal%'
//! ```

use crate::finding::Level;
use crate::project::Node;
use crate::rules::{Check, Found, Rule, Subject};

pub(crate) const RULE: Rule =
    Rule { level: Level::Error, summary: "SQL that is another database's", check: Check::Model(check) };

fn check(model: &Node, subject: &Subject<'_>, found: &mut Found) {
    let Some(query) = subject.query(model) else { return };
    for (idiom, at) in &query.facts.foreign {
        found.at(query.place(*at), format!("Athena does not know {}", idiom.what)).help = Some(idiom.instead.into());
    }
}
