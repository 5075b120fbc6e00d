//! Sources are declared in `models/sources/`.
//!
//! ## Why
//!
//! Everybody looks there for what can be read, and a weekly workflow writes these files anew from the list of source
//! databases. A source that is declared elsewhere is neither found nor kept up to date.
//!
//! ## Fails
//!
//! ```yaml models/prison/prison_safety/sources.yaml
//! sources:
//!   - name: nomis
//!     tables:
//!       - name: offenders
//! ```
//!
//! ## Passes
//!
//! ```yaml models/sources/nomis.yaml
//! sources:
//!   - name: nomis
//!     tables:
//!       - name: offenders
//! ```
//!
//! A file named after sources may describe models.
//!
//! ```yaml models/prison/prison_safety/sources.yaml
//! models:
//!   - name: prison_safety__sources_joined
//!     description: Where each visit was noted.
//! ```
//! ```sql models/prison/prison_safety/prison_safety__sources_joined.sql
//! select 1 as visit_id, 'nomis' as source
//! ```

use std::collections::HashSet;

use crate::finding::Level;
use crate::rules::handbook::Handbook;
use crate::rules::{Check, Found, Rule};

pub(crate) const RULE: Rule =
    Rule { level: Level::Warning, summary: "a source outside models/sources/", check: Check::Handbook(check) };

fn check(handbook: &Handbook<'_>, found: &mut Found) {
    let project = handbook.subject.project;
    let root = project.root();
    let folders: Vec<String> =
        root.file.model_paths.iter().map(|path| format!("{}/sources/", root.join(path))).collect();
    let mut told = HashSet::new();
    for table in project.sources.values().filter(|table| table.package == project.name) {
        let is_there = folders.iter().any(|folder| table.file.starts_with(folder));
        if is_there || !told.insert((&table.file, &table.source_name)) {
            continue;
        }
        let message = format!("the source `{}` is not declared in `models/sources/`", table.source_name);
        let home = folders.first().map_or("models/sources/", String::as_str);
        found.at(table.place.clone(), message).help = Some(format!("move it to `{home}{}.yaml`", table.source_name));
    }
}
