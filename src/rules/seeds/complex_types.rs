//! The values of a seed are plain: no lists, no JSON.
//!
//! ## Why
//!
//! A seed is a lookup table. A list or an object in a cell is loaded as text, which everyone who reads it has to take
//! apart again. One row for each value of the list, or one column for each part of the object, can be joined.
//!
//! ## Fails
//!
//! ```csv seeds/prison/prison_safety/prison_safety__sites.csv
//! code,wings
//! 1,"[""A"", ""B""]"
//! ```
//!
//! ## Passes
//!
//! Brackets alone are no list.
//!
//! ```csv seeds/prison/prison_safety/prison_safety__sites.csv
//! code,wing,note
//! 1,A,[closed]
//! 1,B,{see A}
//! ```

use crate::finding::Level;
use crate::project::Node;
use crate::rules::{Check, Found, Rule, SeedRows, Subject};

pub(crate) const RULE: Rule =
    Rule { level: Level::Warning, summary: "lists or JSON in a seed", check: Check::Seed(check) };

fn check(seed: &Node, subject: &Subject<'_>, found: &mut Found) {
    let Some(rows) = SeedRows::of(seed, subject) else { return };
    for at in 0..rows.table.header.len() {
        let complex: Vec<usize> = rows.values(at).filter(|(_, value)| is_complex(value)).map(|(row, _)| row).collect();
        if !complex.is_empty() {
            let message = format!("values of {} are lists or JSON: {}", rows.column(at), SeedRows::counted(&complex));
            found.at(rows.header(at), message).help =
                Some("make a row of each value of a list, and a column of each part of an object".into());
        }
    }
}

fn is_complex(value: &str) -> bool {
    let value = value.trim();
    let is_enclosed =
        (value.starts_with('[') && value.ends_with(']')) || (value.starts_with('{') && value.ends_with('}'));
    is_enclosed && serde_json::from_str::<serde::de::IgnoredAny>(value).is_ok()
}
