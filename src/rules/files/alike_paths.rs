//! No two files have paths that differ in capital letters only, or look the same.
//!
//! ## Why
//!
//! On Windows and on a Mac two such files are one: whoever clones the repository there loses one of them, and git shows
//! changes that nobody made.
//!
//! ## Fails
//!
//! ```md models/prison/prison_safety/Notes.md
//! About visits.
//! ```
//! ```md models/prison/prison_safety/notes.md
//! About visitors.
//! ```
//!
//! ## Passes
//!
//! ```md models/prison/prison_safety/notes.md
//! About visits.
//! ```
//! ```md models/prison/prison_population/notes.md
//! About people.
//! ```

use std::collections::HashMap;

use crate::finding::{Level, Place};
use crate::rules::naming::alike::folded;
use crate::rules::{Check, Found, Rule, Subject};

pub(crate) const RULE: Rule =
    Rule { level: Level::Warning, summary: "two files that are one on some machines", check: Check::Project(check) };

fn check(subject: &Subject<'_>, found: &mut Found) {
    let mut known: HashMap<String, &str> = HashMap::new();
    for file in subject.own_files() {
        let Some(first) = known.insert(folded(&file.path), &file.path) else { continue };
        let message = format!("`{}` and `{first}` are one file on Windows and on a Mac", file.path);
        let finding = found.at(Place::file(file.path.clone()), message);
        finding.help = Some("rename one of the two".to_owned());
        finding.related.push((Place::file(first), "the other one".to_owned()));
    }
}
