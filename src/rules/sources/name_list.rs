//! The list of source databases, `scripts/source_database_names.txt`, is sorted, holds each name once, and names every
//! database of `models/sources/`.
//!
//! ## Why
//!
//! A weekly workflow writes the files in `models/sources/` from this list. A database that is not in it is no longer kept
//! up to date, and two people who add a name at the end of a list that is not sorted get a merge conflict. The rule speaks
//! where such a file lies in the project's folder, or above it in the same repository.
//!
//! ## Fails
//!
//! ```text scripts/source_database_names.txt
//! xhibit_v1
//! nomis
//! ```
//! ```yaml models/sources/nomis.yaml
//! sources:
//!   - name: nomis
//!     tables:
//!       - name: offenders
//! ```
//!
//! ## Passes
//!
//! A name may be in the list before its file is there: the workflow writes it.
//!
//! ```text scripts/source_database_names.txt
//! nomis
//! xhibit_v1
//! ```
//! ```yaml models/sources/nomis.yaml
//! sources:
//!   - name: nomis
//!     tables:
//!       - name: offenders
//! ```

use std::collections::{BTreeMap, BTreeSet};

use crate::finding::{Fix, Level, Place};
use crate::rules::handbook::Handbook;
use crate::rules::{Check, Found, Rule};

pub(crate) const RULE: Rule =
    Rule { level: Level::Warning, summary: "a list of source databases out of order", check: Check::Handbook(check) };

/// The names that the handbook gives the file.
const PATHS: [&str; 2] = ["scripts/source_database_names.txt", "scripts/source_database_name.txt"];

fn check(handbook: &Handbook<'_>, found: &mut Found) {
    let project = handbook.subject.project;
    let Some(file) = project.tree.nearest(&PATHS) else { return };
    let Ok(text) = file.text() else { return };
    let names = names(text);
    let sorted: BTreeSet<&str> = names.iter().map(|(_, name)| *name).collect();
    if !sorted.iter().eq(names.iter().map(|(_, name)| name)) {
        order(&file.path, text, &names, &sorted, found);
    }
    let mut missing: BTreeMap<&str, &Place> = BTreeMap::new();
    for table in project.sources.values().filter(|table| table.package == project.name) {
        // What is listed is the database in Athena, which need not be the source's name.
        let is_listed = [table.schema.as_str(), table.source_name.as_str()].iter().any(|name| sorted.contains(name));
        if !is_listed && table.file.contains("/sources/") {
            missing.entry(table.source_name.as_str()).or_insert(&table.place);
        }
    }
    for (name, place) in missing {
        let message = format!("the source database `{name}` is not in `{}`", file.path);
        found.at(place.clone(), message).help = Some(format!("add the line `{name}` to it, in alphabetical order"));
    }
}

/// The names, each with where it begins.
fn names(text: &str) -> Vec<(usize, &str)> {
    let lines = text.split_inclusive('\n').scan(0, |start, line| {
        let at = *start + (line.len() - line.trim_start().len());
        *start += line.len();
        Some((at, line.trim()))
    });
    lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#')).collect()
}

fn order(path: &str, text: &str, names: &[(usize, &str)], sorted: &BTreeSet<&str>, found: &mut Found) {
    let mut known = BTreeSet::new();
    let twice = names.iter().find(|(_, name)| !known.insert(*name));
    let unsorted = names.windows(2).find(|pair| pair[0].1 > pair[1].1);
    let (message, (at, name)) = match (twice, unsorted) {
        (Some((at, name)), _) => (format!("`{name}` stands twice in this list"), (*at, *name)),
        (None, Some([(_, first), (at, second)])) => {
            (format!("this list is not sorted: `{second}` comes after `{first}`"), (*at, *second))
        }
        _ => return,
    };
    let finding = found.at(Place::span(path, at..at + name.len()), message);
    finding.help = Some("sort the lines, each name once".to_owned());
    // Fixes stay within the project's folder.
    if !path.starts_with("../") && !text.lines().any(|line| line.trim_start().starts_with('#')) {
        let whole: String = sorted.iter().map(|name| format!("{name}\n")).collect();
        finding.fix = Some(Box::new(Fix::safe(Place::span(path, 0..text.len()), whole)));
    }
}
