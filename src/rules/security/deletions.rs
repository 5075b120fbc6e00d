//! No config makes a run delete more than it has to.
//!
//! ## Why
//!
//! With `native_drop` Athena drops the table before the new one is there, and of an Iceberg table its data too. With
//! `full_refresh: true` an incremental model is built anew on each run, and the rows that only the old table has are
//! lost. cadet takes no notice of `native_drop`; dbt in production would.
//!
//! ## Fails
//!
//! ```sql models/prison/prison_safety/prison_safety__visits_joined.sql
//! {{ config(native_drop=true) }}
//! select 1 as visit_id
//! ```
//!
//! ## Passes
//!
//! `full_refresh: false` keeps a table from being built anew.
//!
//! ```sql models/prison/prison_safety/prison_safety__visits_joined.sql
//! {{ config(native_drop=false, full_refresh=false) }}
//! select 1 as visit_id
//! ```

use crate::finding::Level;
use crate::rules::written::{Text, Written};
use crate::rules::{Check, Found, Rule, Subject};

pub(crate) const RULE: Rule =
    Rule { level: Level::Warning, summary: "a config that deletes more than it has to", check: Check::Written(check) };

fn check(written: &[Written<'_>], subject: &Subject<'_>, found: &mut Found) {
    if !subject.is_for_athena() {
        return;
    }
    let is_on = |config: &&Written<'_>| match &config.value {
        Text::Yaml(yaml) => yaml.as_bool() == Some(true),
        Text::Jinja(text) => matches!(*text, "true" | "True"),
    };
    for config in written.iter().filter(is_on) {
        let what = match config.key {
            "native_drop" => "drops the table before the new one is there",
            "full_refresh" => "builds the table anew on each run, and deletes the rows that only the old one has",
            _ => continue,
        };
        let message = format!("`{}` of {} {what}", config.key, config.of_whom());
        found.at(config.key_place.clone(), message).help = Some("take it out".to_owned());
    }
}
