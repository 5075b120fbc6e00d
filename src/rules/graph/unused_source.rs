//! Of every source some table is read. Only `cadet check --all` looks.
//!
//! ## Why
//!
//! A source of which no table is read can go, and with it the access that was granted for it. Single tables that nobody
//! reads are fine: the files in `models/sources/` list all tables of a database.
//!
//! ## Fails
//!
//! ```yaml models/sources/nomis.yaml
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
//!       - name: bookings
//! ```
//! ```sql models/prison/prison_safety/prison_safety__offenders_stg.sql
//! select offender_id from {{ source('nomis', 'offenders') }}
//! ```

use indexmap::IndexMap;

use super::unused_seed::used;
use crate::finding::{Level, Place};
use crate::rules::{Check, Found, Rule, Subject};

pub(crate) const RULE: Rule =
    Rule { level: Level::Warning, summary: "a source that nothing reads", check: Check::Project(check) };

fn check(subject: &Subject<'_>, found: &mut Found) {
    let project = subject.project;
    if !subject.is_whole() {
        return;
    }
    let used = used(project);
    let mut sources: IndexMap<&str, (bool, &Place, usize)> = IndexMap::new();
    for (id, table) in project.sources.iter().filter(|(_, table)| table.package == project.name) {
        let (is_used, _, tables) = sources.entry(&table.source_name).or_insert((false, &table.place, 0));
        *is_used |= used.contains(id.as_str());
        *tables += 1;
    }
    for (name, (_, place, tables)) in sources.iter().filter(|(_, (is_used, ..))| !is_used) {
        let of = if *tables == 1 { "its table".to_owned() } else { format!("none of its {tables} tables") };
        let message = match tables {
            1 => format!("nothing reads the source `{name}`"),
            _ => format!("nothing reads the source `{name}`: {of} is used"),
        };
        found.at((*place).clone(), message).help =
            Some("remove it, unless a model that reads it is on its way".to_owned());
    }
}
