//! A seed's CSV can be read: every row has as many values as the header has columns.
//!
//! ## Why
//!
//! A comma inside a value that is not quoted, or a quote that never ends, shifts the values into the wrong columns.
//!
//! ## Fails
//!
//! ```csv seeds/prison/prison_safety/prison_safety__sites.csv
//! code,name
//! 1,North, upper
//! ```
//!
//! ## Passes
//!
//! ```csv seeds/prison/prison_safety/prison_safety__sites.csv
//! code,name
//! 1,"North, upper"
//! ```

use crate::finding::{Level, Place};
use crate::project::Node;
use crate::rules::{Check, Found, Rule, Subject};

pub(crate) const RULE: Rule =
    Rule { level: Level::Error, summary: "a seed that cannot be read", check: Check::Seed(check) };

fn check(seed: &Node, subject: &Subject<'_>, found: &mut Found) {
    if let Some(Err(problem)) = subject.seed(seed) {
        found.at(Place::span(seed.file.clone(), problem.span.clone()), problem.message.clone()).help =
            Some(problem.help.clone());
    }
}
