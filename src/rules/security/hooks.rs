//! Hooks are SQL that runs beside the models, which cadet runs only where the settings allow it.
//!
//! ## Why
//!
//! A `pre-hook`, a `post-hook` and `on-run-start` or `on-run-end` can hold any statement, such as a grant or a deletion,
//! on any table, and it is run with the rights of the service. So does a `sql_header`, which stands before the statement
//! that builds a table. So cadet runs one only on Athena, and only where
//! `athena.hooks` of the base's `cadet.yaml` allows it; and whoever reviews a pull request should look at each. What a hook does to a table is mostly better said in the model itself or in a config.
//!
//! ## Fails
//!
//! ```sql models/prison/prison_safety/prison_safety__visits_joined.sql
//! {{ config(post_hook="delete from prison_safety.visits") }}
//! select 1 as visit_id
//! ```
//!
//! ## Passes
//!
//! An empty hook takes away nothing and adds nothing.
//!
//! ```sql models/prison/prison_safety/prison_safety__visits_joined.sql
//! {{ config(post_hook=[], meta={'post_hook': 'none'}) }}
//! select 1 as visit_id
//! ```

use crate::finding::{Level, Place};
use crate::rules::written::Written;
use crate::rules::{Check, Found, Rule, Subject};

pub(crate) const RULE: Rule =
    Rule { level: Level::Warning, summary: "SQL that runs beside the models", check: Check::Written(check) };

const HELP: &str = "if it is needed, tell those who review the pull request what it does; else take it out";

fn check(written: &[Written<'_>], subject: &Subject<'_>, found: &mut Found) {
    let is_hook = |config: &&Written<'_>| {
        matches!(config.key, "pre-hook" | "post-hook" | "pre_hook" | "post_hook" | "sql_header")
    };
    for config in written.iter().filter(is_hook) {
        if !config.value.is_nothing() {
            let message = format!("`{}` of {} is SQL that cadet does not run", config.key, config.of_whom());
            found.at(config.key_place.clone(), message).help = Some(HELP.to_owned());
        }
    }
    let Some(yaml) = &subject.project.root().file.yaml else { return };
    for name in ["on-run-start", "on-run-end"] {
        let Some((key, value)) = yaml.entry(name) else { continue };
        if !value.is_empty() {
            let place = Place::span("dbt_project.yml", key.span.clone());
            found.at(place, format!("`{name}` is SQL that cadet does not run")).help = Some(HELP.to_owned());
        }
    }
}
