//! Folders and files of models and seeds are named in snake_case: small letters, digits and `_`.
//!
//! ## Why
//!
//! Athena knows no capital letters: `Visits` and `visits` would be one table. Blanks and dashes need quotes everywhere.
//! Letters with accents are no letters of snake_case: `é` can be written in two ways that look the same.
//!
//! ## Fails
//!
//! ```sql models/prison/prison_safety/prison_safety__Visits-joined.sql
//! select 1 as visit_id
//! ```
//!
//! ## Passes
//!
//! ```sql models/prison/prison_safety/prison_safety__visits_joined.sql
//! select 1 as visit_id
//! ```
//!
//! A note is neither model nor seed, and has any name.
//!
//! ```md models/prison/prison_safety/READ-me.md
//! About visits.
//! ```

use crate::finding::{Level, Place};
use crate::rules::handbook::Handbook;
use crate::rules::{Check, Found, Rule, Subject};
use crate::source::SourceFile;

pub(crate) const RULE: Rule =
    Rule { level: Level::Error, summary: "a folder or file that is not in snake_case", check: Check::Handbook(check) };

fn check(handbook: &Handbook<'_>, found: &mut Found) {
    for file in handbook.subject.own_files() {
        one(file, handbook.subject, found);
    }
}

fn one(file: &SourceFile, subject: &Subject<'_>, found: &mut Found) {
    let package = &subject.project.root().file;
    let folders = package.model_paths.iter().chain(&package.seed_paths);
    let Some(path) = folders.filter_map(|folder| file.path.strip_prefix(&format!("{folder}/"))).next() else { return };
    if !matches!(file.extension(), "sql" | "csv" | "yaml" | "yml") {
        return;
    }
    let named = path.rsplit_once('.').map_or(path, |(name, _)| name);
    for part in named.split('/').filter(|part| !is_snake_case(part)) {
        let message = format!("`{part}` is not in snake_case");
        found.at(Place::file(file.path.clone()), message).help = Some(format!("rename it to `{}`", snake_case(part)));
    }
}

fn is_snake_case(name: &str) -> bool {
    name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

fn snake_case(name: &str) -> String {
    let mut out = String::new();
    let mut after_small = false;
    for c in name.chars() {
        if c.is_ascii_uppercase() && after_small {
            out.push('_');
        }
        after_small = c.is_ascii_lowercase() || c.is_ascii_digit();
        out.push(if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' });
    }
    out
}
