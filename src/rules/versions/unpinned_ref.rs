//! Whoever refers to a model without saying which version is told when a newer one can be tried.
//!
//! ## Why
//!
//! `ref('x')` means the latest version of `x`, as its owners declare it. When a newer version is there already, they
//! will make that one the latest some day, and this reference will then read it without anybody changing a line here.
//! Try the newer version while both are there; or pin the version that you know, and move when you are ready. This is
//! a note: nothing is wrong yet.
//!
//! ## Fails
//!
//! ```yaml models/prison/prison_safety/properties.yaml
//! models:
//!   - name: prison_safety__visits
//!     latest_version: 1
//!     versions:
//!       - v: 1
//!       - v: 2
//!   - name: prison_safety__visitors
//! ```
//! ```sql models/prison/prison_safety/prison_safety__visits_v1.sql
//! select 1 as visit_id
//! ```
//! ```sql models/prison/prison_safety/prison_safety__visits_v2.sql
//! select 1 as visit_number
//! ```
//! ```sql models/prison/prison_safety/prison_safety__visitors.sql
//! select visit_id from {{ ref('prison_safety__visits') }}
//! ```
//!
//! ## Passes
//!
//! ```yaml models/prison/prison_safety/properties.yaml
//! models:
//!   - name: prison_safety__visits
//!     latest_version: 1
//!     versions:
//!       - v: 1
//!       - v: 2
//!   - name: prison_safety__visitors
//! ```
//! ```sql models/prison/prison_safety/prison_safety__visits_v1.sql
//! select 1 as visit_id
//! ```
//! ```sql models/prison/prison_safety/prison_safety__visits_v2.sql
//! select 1 as visit_number
//! ```
//! ```sql models/prison/prison_safety/prison_safety__visitors.sql
//! select visit_id from {{ ref('prison_safety__visits', v=1) }}
//! ```
//!
//! Where the latest version is the newest, there is nothing to be told.
//!
//! ```yaml models/prison/prison_safety/calls.yaml
//! models:
//!   - name: prison_safety__calls
//!     latest_version: 2
//!     versions: [{v: 1}, {v: 2}]
//! ```
//! ```sql models/prison/prison_safety/prison_safety__calls_v1.sql
//! select 1 as call_id
//! ```
//! ```sql models/prison/prison_safety/prison_safety__calls_v2.sql
//! select 1 as call_number
//! ```
//! ```sql models/prison/prison_safety/prison_safety__callers.sql
//! select call_number from {{ ref('prison_safety__calls') }}
//! ```

use std::collections::HashSet;

use crate::finding::Level;
use crate::jinja::scope::RefKey;
use crate::project::node::{Node, Version};
use crate::project::{Project, resolve};
use crate::rules::{Check, Found, Rule, Subject};

pub(crate) const RULE: Rule = Rule {
    level: Level::Note,
    summary: "a ref without a version, to a model that has a newer one",
    check: Check::Project(check),
};

fn check(subject: &Subject<'_>, found: &mut Found) {
    let project = subject.project;
    // A data test looks at the latest version on purpose: it moves with its table.
    let is_reader = |node: &&std::sync::Arc<Node>| node.package == project.name && node.test.is_none();
    for node in project.all_nodes().filter(is_reader) {
        let mut told = HashSet::new();
        for asked in node.refs.iter().filter(|asked| asked.what.version.is_none()) {
            let Some(model) = resolve::find_ref(project, &node.package, &asked.what) else { continue };
            let (Some(latest), Some(newest)) = (&model.model.version, newest(project, model)) else { continue };
            if newest.order(latest).is_gt() && told.insert(&asked.what) {
                let place = resolve::call_place(project, node, asked.at);
                found.at(place, message(model, latest, newest)).help = Some(help(&asked.what, latest, newest));
            }
        }
    }
}

/// The greatest version of the model, be it the latest or not.
fn newest<'p>(project: &'p Project, model: &Node) -> Option<&'p Version> {
    let versions = project.lookup.all(&model.name).iter().filter_map(|known| known.model.version.as_ref());
    versions.reduce(|a, b| if b.order(a).is_gt() { b } else { a })
}

fn message(model: &Node, latest: &Version, newest: &Version) -> String {
    format!(
        "this reference to `{}` names no version, so it means version {latest}, the latest; version {newest} is there as a prerelease",
        model.name
    )
}

fn help(key: &RefKey, latest: &Version, newest: &Version) -> String {
    format!(
        "to try version {newest}: {}\nto stay on version {latest}: {}\nas it stands, it will mean version {newest} once that is made the latest",
        call(key, newest),
        call(key, latest)
    )
}

/// The reference with a version, to be pasted.
pub(super) fn call(key: &RefKey, version: &Version) -> String {
    let package = key.package.as_ref().map(|package| format!("'{package}', ")).unwrap_or_default();
    let version = if version.0.is_number() { version.to_string() } else { format!("'{version}'") };
    format!("{{{{ ref({package}'{}', v={version}) }}}}", key.name)
}
