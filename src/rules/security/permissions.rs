//! No config changes who may read a table.
//!
//! ## Why
//!
//! Who may read the tables of a domain is decided outside of this project, in the database access project files. `grants`,
//! `lf_grants` and tags of Lake Formation in a config would change that with the rights of the service. cadet does not
//! carry them out.
//!
//! ## Fails
//!
//! ```sql models/prison/prison_safety/prison_safety__visits_joined.sql
//! {{ config(lf_tags_config={'enabled': true, 'tags': {'access': 'everyone'}}) }}
//! select 1 as visit_id
//! ```
//!
//! ## Passes
//!
//! ```sql models/prison/prison_safety/prison_safety__visits_joined.sql
//! {{ config(grants={}, meta={'grants': 'see the access project'}) }}
//! select 1 as visit_id
//! ```

use crate::finding::Level;
use crate::rules::written::Written;
use crate::rules::{Check, Found, Rule, Subject};

pub(crate) const RULE: Rule =
    Rule { level: Level::Error, summary: "a config that changes who may read a table", check: Check::Written(check) };

const KEYS: [&str; 5] = ["grants", "lf_grants", "lf_tags_config", "lf_tags", "lf_tags_columns"];

fn check(written: &[Written<'_>], subject: &Subject<'_>, found: &mut Found) {
    if !subject.is_for_athena() {
        return;
    }
    for config in written.iter().filter(|config| KEYS.contains(&config.key) && !config.value.is_nothing()) {
        let message = format!("`{}` changes who may read {}", config.key, config.of_whom());
        found.at(config.key_place.clone(), message).help =
            Some("take it out, and change the access project file instead".to_owned());
    }
}
