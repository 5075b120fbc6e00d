//! Every column of a table has a name.
//!
//! ## Why
//!
//! A calculated column has no name until `as` gives it one. As a query Athena shows it as `_col0`; as a table it cannot be
//! built ("Column name not specified").
//!
//! ## Fails
//!
//! ```sql models/prison/prison_safety/prison_safety__visits.sql
//! select
//!     prison_id,
//!     count(*)
//! from {{ this }}
//! group by prison_id
//! ```
//!
//! ## Passes
//!
//! A column of another table keeps its name, and what stands within the query needs none.
//!
//! ```sql models/prison/prison_safety/prison_safety__visits.sql
//! select
//!     visits.prison_id,
//!     count(*) as visits
//! from {{ this }} as visits
//! where visits.visit_id in (select max(visit_id) from {{ this }})
//! group by 1
//! ```

use crate::finding::Level;
use crate::project::Node;
use crate::rules::{Check, Found, Output, Rule, Subject, is_built};

pub(crate) const RULE: Rule =
    Rule { level: Level::Error, summary: "a column without a name", check: Check::Model(check) };

fn check(model: &Node, subject: &Subject<'_>, found: &mut Found) {
    let Some(query) = subject.query(model).filter(|_| is_built(model)) else { return };
    for (at, output) in subject.outputs(&model.unique_id).iter().enumerate() {
        if let Output::Column(column) = output
            && column.name.is_none()
        {
            let message = format!("column {} of this table has no name", at + 1);
            found.at(query.place(column.listed), message).help = Some("write `as` and a name after it".into());
        }
    }
}
