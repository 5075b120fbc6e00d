//! A seed has at most 1,000 rows (`seed_rows` in cadet.yaml).
//!
//! ## Why
//!
//! Seeds are loaded row by row with every deployment, and their data is stored in Git for ever. A larger table belongs
//! into a source.
//!
//! ## Fails
//!
//! A CSV of 1,001 rows and more; here with `seed_rows: 1`.
//!
//! ```csv seeds/prison/prison_safety/prison_safety__sites.csv
//! code,name
//! 1,North
//! 2,South
//! ```
//! ```yaml cadet.yaml
//! seed_rows: 1
//! ```
//!
//! ## Passes
//!
//! The line of names is no row.
//!
//! ```csv seeds/prison/prison_safety/prison_safety__sites.csv
//! code,name
//! 1,North
//! 2,South
//! ```
//! ```yaml cadet.yaml
//! seed_rows: 2
//! ```

use crate::finding::Level;
use crate::project::Node;
use crate::rules::{Check, Found, Rule, Subject};

pub(crate) const RULE: Rule =
    Rule { level: Level::Warning, summary: "a seed with too many rows", check: Check::Seed(check) };

fn check(seed: &Node, subject: &Subject<'_>, found: &mut Found) {
    let Some(Ok(table)) = subject.seed(seed) else { return };
    let (rows, most) = (table.rows.len(), subject.policy.seed_rows);
    if rows > most {
        found.at(seed.place.clone(), format!("this seed has {rows} rows; more than {most} are slow to deploy")).help =
            Some("ask the Data Modelling team for a source instead, or keep only the rows that are needed".into());
    }
}
