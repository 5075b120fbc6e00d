//! Every seed is read by a model. Only `cadet check --all` looks.
//!
//! ## Why
//!
//! A seed that no model reads is still loaded on every run, and somebody keeps it up to date. If people read it directly,
//! say so with an exposure, or switch this rule off.
//!
//! ## Fails
//!
//! ```csv seeds/prison/prison_safety/prison_safety__sites.csv
//! code,name
//! 1,North
//! ```
//! ```yaml seeds/prison/prison_safety/prison_safety__sites.yaml
//! seeds:
//!   - name: prison_safety__sites
//!     description: One row for each site.
//! ```
//!
//! ## Passes
//!
//! ```csv seeds/prison/prison_safety/prison_safety__sites.csv
//! code,name
//! 1,North
//! ```
//! ```yaml seeds/prison/prison_safety/prison_safety__sites.yaml
//! seeds:
//!   - name: prison_safety__sites
//!     description: One row for each site.
//! ```
//! ```sql models/prison/prison_safety/prison_safety__sites_joined.sql
//! select code from {{ ref('prison_safety__sites') }}
//! ```
//!
//! A test of another table reads a seed as well.
//!
//! ```csv seeds/prison/prison_safety/prison_safety__codes.csv
//! code
//! 1
//! ```
//! ```yaml models/prison/prison_safety/properties.yaml
//! models:
//!   - name: prison_safety__sites_joined
//!     columns:
//!       - name: code
//!         data_tests:
//!           - relationships:
//!               arguments: {to: ref('prison_safety__codes'), field: code}
//! ```

use std::collections::HashSet;

use crate::finding::Level;
use crate::project::{Project, ResourceType};
use crate::rules::{Check, Found, Rule, Subject};

pub(crate) const RULE: Rule =
    Rule { level: Level::Warning, summary: "a seed that nothing reads", check: Check::Project(check) };

fn check(subject: &Subject<'_>, found: &mut Found) {
    if !subject.is_whole() {
        return;
    }
    let used = used(subject.project);
    for seed in subject.project.own(ResourceType::Seed).filter(|seed| !used.contains(seed.unique_id.as_str())) {
        found.at(seed.place.clone(), format!("no model reads the seed `{}`", seed.name)).help =
            Some("remove it, or declare an exposure for those who read it".to_owned());
    }
}

/// Tests that look after a table's own columns, and use it for nothing.
const OWN_TESTS: &[&str] = &["unique", "not_null", "accepted_values", "relationships"];

/// The ids of all that something reads. A plain test of a table's own columns does not count, others do: the table may
/// be there for them.
pub(super) fn used(project: &Project) -> HashSet<&str> {
    let mut used = HashSet::new();
    let disabled = project.disabled.iter();
    for node in project.nodes.values().chain(project.others.values()).chain(disabled) {
        let plain =
            node.test.as_ref().filter(|info| info.namespace.is_none() && OWN_TESTS.contains(&info.name.as_str()));
        let own = plain.and_then(|info| info.attached_to.as_deref());
        used.extend(node.depends_on.iter().map(String::as_str).filter(|id| Some(*id) != own));
    }
    used
}
