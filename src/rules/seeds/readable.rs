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
//!
//! A quote in the middle of a value is a part of it, and a value may be empty.
//!
//! ```csv seeds/prison/prison_safety/prison_safety__doors.csv
//! code,note
//! 1,5" of steel
//! 2,
//! ```

use crate::finding::{Level, Place};
use crate::project::Node;
use crate::rules::{Check, Found, Rule, SeedRows, Subject};
use crate::source::LineIndex;

pub(crate) const RULE: Rule =
    Rule { level: Level::Error, summary: "a seed that cannot be read", check: Check::Seed(check) };

fn check(seed: &Node, subject: &Subject<'_>, found: &mut Found) {
    let Some(Err(problem)) = subject.seed(seed) else { return };
    let (line, _) = LineIndex::new(subject.project.text(&seed.file)).position(problem.span.start);
    let is_shown = line == 1 && SeedRows::loosely(seed, subject).is_some_and(|rows| rows.has_names());
    // A row may hold what nobody else is to see: its line is named, and not shown.
    let (place, message) = match is_shown {
        true => (Place::span(seed.file.clone(), problem.span.clone()), problem.message.clone()),
        false => {
            let row = format!("the row on line {line}");
            (Place::file(seed.file.clone()), problem.message.replacen("this row", &row, 1))
        }
    };
    found.at(place, message).help = Some(problem.help.clone());
}
