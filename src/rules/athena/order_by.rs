//! A table is not sorted.
//!
//! ## Why
//!
//! The rows of a table have no order: who reads it gets them as they come, and has to sort them again. Athena leaves out
//! an `order by` that ends the query of a table, and where it does not, all rows go through one machine ("Query exhausted
//! resources at this scale factor"). With `limit` it decides which rows are kept, and is needed.
//!
//! ## Fails
//!
//! ```sql models/prison/prison_safety/prison_safety__visits.sql
//! select visit_id, visit_date
//! from {{ this }}
//! order by visit_date
//! ```
//!
//! ## Passes
//!
//! ```sql models/prison/prison_safety/prison_safety__visits.sql
//! select
//!     visit_id,
//!     visit_date,
//!     row_number() over (order by visit_date) as visit_number
//! from {{ this }}
//! order by visit_date desc
//! limit 100
//! ```

use crate::finding::Level;
use crate::project::Node;
use crate::rules::{Check, Found, Rule, Subject, is_table};

pub(crate) const RULE: Rule =
    Rule { level: Level::Warning, summary: "a table that is sorted for nothing", check: Check::Model(check) };

fn check(model: &Node, subject: &Subject<'_>, found: &mut Found) {
    let Some(query) = subject.query(model).filter(|_| is_table(model)) else { return };
    let Some(at) = query.facts.sorted else { return };
    let message = "this `order by` does nothing: the rows of a table have no order";
    found.at(query.place(at), message).help = Some(
        "take it away, and sort where the table is read; or add `limit`, if only the first rows are wanted".into(),
    );
}
