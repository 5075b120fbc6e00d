//! A seed has at most 10,000 rows (`seed_rows_limit` in cadet.yaml).
//!
//! ## Why
//!
//! A seed is stored in Git with every version that it ever had, is read by every check, and is loaded anew with every
//! deployment. From this size on it is data, and belongs into a source. `seeds/row-limit` warns long before.
//!
//! ## Fails
//!
//! A CSV of 10,001 rows and more; here with `seed_rows_limit: 1`.
//!
//! ```csv seeds/prison/prison_safety/prison_safety__sites.csv
//! code,name
//! 1,North
//! 2,South
//! ```
//! ```yaml cadet.yaml
//! seed_rows_limit: 1
//! ```
//!
//! ## Passes
//!
//! A value of several lines is one row.
//!
//! ```csv seeds/prison/prison_safety/prison_safety__sites.csv
//! code,name
//! 1,"North
//! and the islands"
//! ```
//! ```yaml cadet.yaml
//! seed_rows_limit: 1
//! ```

use crate::finding::Level;
use crate::project::Node;
use crate::rules::{Check, Found, Rule, Subject};

pub(crate) const RULE: Rule = Rule { level: Level::Error, summary: "a seed that is data", check: Check::Seed(check) };

fn check(seed: &Node, subject: &Subject<'_>, found: &mut Found) {
    let Some(Ok(table)) = subject.seed(seed) else { return };
    let (rows, most) = (table.rows.len(), subject.policy.seed_rows_limit);
    if rows > most {
        found.at(seed.place.clone(), format!("this seed has {rows} rows, and a seed may have at most {most}")).help =
            Some("ask the Data Modelling team for a source instead".into());
    }
}
