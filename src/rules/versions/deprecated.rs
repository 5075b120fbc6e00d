//! A model that ends on a day is not used after that day, and whoever uses it before is told the day.
//!
//! ## Why
//!
//! With `deprecation_date` the owners of a model say until when it is there. Until then those who refer to it have time
//! to move on; after it the model should be disabled or removed. dbt gives these warnings too.
//!
//! ## Fails
//!
//! ```yaml models/prison/prison_safety/properties.yaml
//! models:
//!   - name: prison_safety__visits
//!     latest_version: 2
//!     versions:
//!       - v: 1
//!         deprecation_date: 2020-12-31
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
//! ## Passes
//!
//! ```yaml models/prison/prison_safety/properties.yaml
//! models:
//!   - name: prison_safety__visits
//!     latest_version: 2
//!     versions:
//!       - v: 2
//!   - name: prison_safety__visitors
//! ```
//! ```sql models/prison/prison_safety/prison_safety__visits_v2.sql
//! select 1 as visit_number
//! ```
//! ```sql models/prison/prison_safety/prison_safety__visitors.sql
//! select visit_number from {{ ref('prison_safety__visits', v=2) }}
//! ```
//!
//! A day that is still to come is told to those who read the model, and nobody reads this one.
//!
//! ```yaml models/prison/prison_safety/calls.yaml
//! models:
//!   - name: prison_safety__calls
//!     deprecation_date: 2999-12-31
//! ```
//! ```sql models/prison/prison_safety/prison_safety__calls.sql
//! select 1 as call_id
//! ```

use std::collections::HashSet;

use super::unpinned_ref::call;
use crate::finding::Level;
use crate::jinja::scope::RefKey;
use crate::project::{Node, Project, ResourceType, deprecation, resolve};
use crate::rules::{Check, Found, Rule, Subject};

pub(crate) const RULE: Rule =
    Rule { level: Level::Warning, summary: "a model that ends, and references to it", check: Check::Project(check) };

fn check(subject: &Subject<'_>, found: &mut Found) {
    let project = subject.project;
    let readers = [ResourceType::Model, ResourceType::Snapshot, ResourceType::Exposure];
    for node in project.all_nodes().filter(|node| node.package == project.name && readers.contains(&node.resource_type))
    {
        if node.resource_type == ResourceType::Model {
            own_end(node, project, found);
        }
        references(node, project, found);
    }
}

/// A model whose day has come.
fn own_end(model: &Node, project: &Project, found: &mut Found) {
    if let (Some(date), true) = (&model.model.deprecation_date, is_over(model, project)) {
        let place = model.model.deprecation_place.clone().unwrap_or_else(|| model.place.clone());
        let message = format!("`{}` is past its deprecation date, {date}", model.display_name());
        found.at(place, message).help = Some(
            "remove the model, or disable it with `enabled: false`; if it is still needed, set a later date".to_owned(),
        );
    }
}

/// What a model, a snapshot or an exposure reads, and for how long that is there.
fn references(reader: &Node, project: &Project, found: &mut Found) {
    let mut told = HashSet::new();
    for asked in &reader.refs {
        let ends = |used: &&std::sync::Arc<Node>| {
            used.resource_type == ResourceType::Model && used.unique_id != reader.unique_id
        };
        let Some(used) = resolve::find_ref(project, &reader.package, &asked.what).filter(ends) else { continue };
        let Some(date) = used.model.deprecation_date.as_deref().filter(|date| is_date(date)) else { continue };
        if !told.insert(&used.unique_id) {
            continue;
        }
        let ends = if is_over(used, project) { "which ended on" } else { "which will end on" };
        let message = format!("`{}` reads `{}`, {ends} {date}", reader.display_name(), used.display_name());
        let finding = found.at(resolve::call_place(project, reader, asked.at), message);
        finding.help = Some(help(&asked.what, used));
        finding
            .related
            .extend(used.model.deprecation_place.clone().map(|place| (place, "the date is set here".to_owned())));
    }
}

fn is_over(model: &Node, project: &Project) -> bool {
    deprecation::is_over(model, &project.run.started)
}

/// What is no date is told by another rule.
fn is_date(written: &str) -> bool {
    deprecation::moment(written, &jiff::tz::TimeZone::UTC).is_some()
}

fn help(key: &RefKey, used: &Node) -> String {
    match &used.model.latest_version {
        Some(latest) if !used.is_latest() => format!("move to the latest version: {}", call(key, latest)),
        _ => format!("ask the owners of `{}` what takes its place", used.name),
    }
}
