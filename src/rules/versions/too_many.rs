//! Of a model, two or three versions live at the same time, and not more.
//!
//! ## Why
//!
//! Every version is built on each run and looked after by somebody, and readers must find out which one is meant for
//! them. A version with a `deprecation_date` is on its way out, but lives until it is removed. The limit is
//! `live_versions:` in `cadet.yaml`.
//!
//! ## Fails
//!
//! ```yaml models/prison/prison_safety/properties.yaml
//! models:
//!   - name: prison_safety__visits_joined
//!     description: One row for each visit.
//!     versions:
//!       - v: 1
//!       - v: 2
//!       - v: 3
//!       - v: 4
//! ```
//! ```sql models/prison/prison_safety/prison_safety__visits_joined_v1.sql
//! select 1 as visit_id
//! ```
//! ```sql models/prison/prison_safety/prison_safety__visits_joined_v2.sql
//! select 1 as visit_id
//! ```
//! ```sql models/prison/prison_safety/prison_safety__visits_joined_v3.sql
//! select 1 as visit_id
//! ```
//! ```sql models/prison/prison_safety/prison_safety__visits_joined_v4.sql
//! select 1 as visit_id
//! ```
//!
//! ## Passes
//!
//! A version that is disabled does not count.
//!
//! ```yaml models/prison/prison_safety/properties.yaml
//! models:
//!   - name: prison_safety__visits_joined
//!     description: One row for each visit.
//!     versions:
//!       - v: 1
//!         config:
//!           enabled: false
//!       - v: 2
//!       - v: 3
//!       - v: 4
//! ```
//! ```sql models/prison/prison_safety/prison_safety__visits_joined_v1.sql
//! select 1 as visit_id
//! ```
//! ```sql models/prison/prison_safety/prison_safety__visits_joined_v2.sql
//! select 1 as visit_id
//! ```
//! ```sql models/prison/prison_safety/prison_safety__visits_joined_v3.sql
//! select 1 as visit_id
//! ```
//! ```sql models/prison/prison_safety/prison_safety__visits_joined_v4.sql
//! select 1 as visit_id
//! ```

use indexmap::IndexMap;

use crate::finding::Level;
use crate::project::{Node, ResourceType};
use crate::rules::{Check, Found, Rule, Subject};

pub(crate) const RULE: Rule =
    Rule { level: Level::Warning, summary: "a model with too many live versions", check: Check::Project(check) };

fn check(subject: &Subject<'_>, found: &mut Found) {
    let mut live: IndexMap<&str, Vec<&Node>> = IndexMap::new();
    for model in subject.project.own(ResourceType::Model).filter(|model| model.model.version.is_some()) {
        live.entry(&model.name).or_default().push(model);
    }
    let most = subject.policy.live_versions;
    for (name, mut versions) in live.into_iter().filter(|(_, versions)| versions.len() > most) {
        versions.sort_by(|a, b| match (&a.model.version, &b.model.version) {
            (Some(a), Some(b)) => a.order(b),
            _ => std::cmp::Ordering::Equal,
        });
        let numbers: Vec<String> =
            versions.iter().filter_map(|model| model.model.version.as_ref().map(ToString::to_string)).collect();
        let Some(oldest) = versions.first() else { continue };
        let place = oldest.patch.clone().unwrap_or_else(|| oldest.place.clone());
        let message = format!("`{name}` has {} live versions: {}", versions.len(), numbers.join(", "));
        found.at(place, message).help = Some(match &oldest.model.deprecation_date {
            Some(date) => format!("version {} ends on {date}: remove it then", numbers[0]),
            None => format!(
                "say when the oldest ends, so that its readers move on and it can be removed:\n      - v: {}\n        deprecation_date: YYYY-MM-DD",
                numbers[0]
            ),
        });
    }
}
