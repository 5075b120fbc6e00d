//! No two models, seeds or snapshots have names that differ in capital letters only, or look the same.
//!
//! ## Why
//!
//! Athena knows no capital letters, so `Visits` and `visits` are one table there, and on a Mac they are one file. Letters
//! with accents can be written in two ways that look the same on a screen and are different names to dbt.
//!
//! ## Fails
//!
//! ```sql models/prison/prison_safety/prison_safety__Visits_stg.sql
//! select 1 as visit_id
//! ```
//! ```sql models/prison/prison_safety/staging/prison_safety__visits_stg.sql
//! select 2 as visit_id
//! ```
//!
//! ## Passes
//!
//! ```sql models/prison/prison_safety/prison_safety__visits_stg.sql
//! select 1 as visit_id
//! ```
//! ```sql models/prison/prison_safety/staging/prison_safety__visit_stg.sql
//! select 2 as visit_id
//! ```

use std::collections::HashMap;

use crate::finding::Level;
use crate::project::Node;
use crate::rules::{Check, Found, Rule, Subject};

pub(crate) const RULE: Rule =
    Rule { level: Level::Error, summary: "two names that are one to Athena", check: Check::Project(check) };

fn check(subject: &Subject<'_>, found: &mut Found) {
    let project = subject.project;
    let mut known: HashMap<(String, Option<String>), &Node> = HashMap::new();
    for node in project.nodes.values().filter(|node| node.resource_type.is_refable() && node.package == project.name) {
        let key = (folded(&node.name), node.model.version.as_ref().map(ToString::to_string));
        let Some(first) = known.get(&key) else {
            known.insert(key, node);
            continue;
        };
        if first.name == node.name {
            // Equal names are told by another rule.
            continue;
        }
        let how = if first.name.eq_ignore_ascii_case(&node.name) {
            "differ in capital letters only"
        } else {
            "look the same"
        };
        let finding = found.at(node.place.clone(), format!("`{}` and `{}` {how}", node.name, first.name));
        finding.help = Some("rename one of the two: small letters without accents, digits and `_`".to_owned());
        finding.related.push((first.place.clone(), "the other one".to_owned()));
    }
}

/// A name as Athena and careless readers take it: small letters, and accents apart from their letters.
pub(in crate::rules) fn folded(name: &str) -> String {
    if name.is_ascii() {
        return name.to_ascii_lowercase();
    }
    use unicode_normalization::UnicodeNormalization;
    name.to_lowercase().nfkc().collect()
}
