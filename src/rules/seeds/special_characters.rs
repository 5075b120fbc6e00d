//! The values of a seed have no line breaks and no backslashes.
//!
//! ## Why
//!
//! On Athena a seed goes through a reader of CSV files (`OpenCSVSerde`) that takes every line for a row, so that a value
//! of two lines becomes two broken rows, and that takes a backslash for a sign of its own and drops it: `C:\data` becomes
//! `C:data`. Nothing is reported.
//!
//! Rows are counted as a spreadsheet counts them: the names of the columns are row 1.
//!
//! ## Fails
//!
//! ```csv seeds/prison/prison_safety/prison_safety__sites.csv
//! code,address
//! 1,"North Road
//! Upper Town"
//! ```
//!
//! ## Passes
//!
//! Commas and quotes are loaded as they are.
//!
//! ```csv seeds/prison/prison_safety/prison_safety__sites.csv
//! code,address
//! 1,"North Road, ""Upper Town"" / east"
//! ```

use crate::finding::Level;
use crate::project::Node;
use crate::rules::{Check, Found, Rule, SeedRows, Subject};

pub(crate) const RULE: Rule =
    Rule { level: Level::Warning, summary: "line breaks and backslashes in a seed", check: Check::Seed(check) };

fn check(seed: &Node, subject: &Subject<'_>, found: &mut Found) {
    let Some(rows) = SeedRows::of(seed, subject).filter(|rows| rows.is_uploaded()) else { return };
    for at in 0..rows.table.header.len() {
        let of = |signs: &[char]| -> Vec<usize> {
            rows.values(at).filter(|(_, value)| value.contains(signs)).map(|(row, _)| row).collect()
        };
        for (lost, what, help) in [
            (of(&['\n', '\r']), "line breaks, which Athena takes for the end of a row", "write the value in one line"),
            (of(&['\\']), "backslashes, which Athena drops", "write another sign, such as `/`"),
        ] {
            if !lost.is_empty() {
                let message = format!("values of {} have {what}: {}", rows.column(at), SeedRows::counted(&lost));
                found.at(rows.header(at), message).help = Some(help.to_owned());
            }
        }
    }
}
