//! A model with an enforced contract keeps what it promised; what breaks the promise is a new version.
//!
//! ## Why
//!
//! People and systems that you do not know read such a model: by its contract they rely on its columns and their types.
//! A column that is gone or has another type, or a contract that is switched off, breaks their queries without a
//! warning. The way out is a new version beside the old one, so that everybody can move in their own time; the old one
//! then gets a `deprecation_date`, and is removed after that day.
//!
//! What is new in the pull request is compared with its base. Adding a column is no breaking change, nor is another
//! size or precision of a type (`varchar(10)`, `varchar(20)`). For a model with versions a breaking change is an error,
//! for others a warning. The examples show a project before the change and after it.
//!
//! ## Fails
//!
//! ```yaml models/prison/prison_safety/properties.yaml before
//! models:
//!   - name: prison_safety__visits
//!     config:
//!       contract: {enforced: true}
//!     columns:
//!       - name: visit_id
//!         data_type: int
//!       - name: visitor_name
//!         data_type: varchar
//! ```
//! ```sql models/prison/prison_safety/prison_safety__visits.sql before
//! select 1 as visit_id, 'A' as visitor_name
//! ```
//! ```yaml models/prison/prison_safety/properties.yaml
//! models:
//!   - name: prison_safety__visits
//!     config:
//!       contract: {enforced: true}
//!     columns:
//!       - name: visit_id
//!         data_type: int
//! ```
//! ```sql models/prison/prison_safety/prison_safety__visits.sql
//! select 1 as visit_id
//! ```
//!
//! ## Passes
//!
//! ```yaml models/prison/prison_safety/properties.yaml before
//! models:
//!   - name: prison_safety__visits
//!     config:
//!       contract: {enforced: true}
//!     columns:
//!       - name: visit_id
//!         data_type: int
//!       - name: visitor_name
//!         data_type: varchar
//! ```
//! ```sql models/prison/prison_safety/prison_safety__visits.sql before
//! select 1 as visit_id, 'A' as visitor_name
//! ```
//! ```yaml models/prison/prison_safety/properties.yaml
//! models:
//!   - name: prison_safety__visits
//!     latest_version: 1
//!     config:
//!       contract: {enforced: true}
//!     columns:
//!       - name: visit_id
//!         data_type: int
//!       - name: visitor_name
//!         data_type: varchar
//!     versions:
//!       - v: 1
//!         config:
//!           alias: prison_safety__visits
//!       - v: 2
//!         columns:
//!           - include: all
//!             exclude: [visitor_name]
//! ```
//! ```sql models/prison/prison_safety/prison_safety__visits_v2.sql
//! select 1 as visit_id
//! ```
//!
//! Another size of a type breaks nothing, and neither does a column more.
//!
//! ```yaml models/prison/prison_safety/visitors.yaml before
//! models:
//!   - name: prison_safety__visitors
//!     config:
//!       contract: {enforced: true}
//!     columns:
//!       - name: visitor_name
//!         data_type: varchar(10)
//! ```
//! ```sql models/prison/prison_safety/prison_safety__visitors.sql before
//! select 'A' as visitor_name
//! ```
//! ```yaml models/prison/prison_safety/visitors.yaml
//! models:
//!   - name: prison_safety__visitors
//!     config:
//!       contract: {enforced: true}
//!     columns:
//!       - name: visitor_name
//!         data_type: varchar(20)
//!       - name: visits
//!         data_type: int
//! ```
//! ```sql models/prison/prison_safety/prison_safety__visitors.sql
//! select 'A' as visitor_name, 1 as visits
//! ```

use std::sync::Arc;

use serde_json::Value;

use crate::finding::{Level, Place};
use crate::project::contract::{Break, breaks};
use crate::project::{Node, ProblemKind, Project, ResourceType, deprecation};
use crate::rules::{Check, Found, Rule, Subject};
use crate::source::file::stem;

pub(crate) const RULE: Rule =
    Rule { level: Level::Error, summary: "a contract that the change breaks", check: Check::Project(check) };

fn check(subject: &Subject<'_>, found: &mut Found) {
    let Some(base) = subject.base else { return };
    let project = subject.project;
    for old in base.own(ResourceType::Model).filter(|old| old.has_contract() && !is_unread(project, old)) {
        if let Some(new) = project.nodes.get(&old.unique_id).filter(|new| new.has_contract()) {
            may_be_null(old, new, found);
        }
        let broken = match project.nodes.get(&old.unique_id) {
            Some(new) => in_place(project, old, new),
            None => match versions(project, old).as_slice() {
                [] if deprecation::is_over(old, &project.run.started) => None,
                [] => Some(removed(project, base, old)),
                versions => became_versions(project, old, versions),
            },
        };
        let Some(broken) = broken else { continue };
        let finding = found.at(broken.place, broken.message);
        finding.help = Some(broken.help);
        // dbt warns where there are no versions, and refuses where there are.
        finding.level = finding.level.max(broken.level);
    }
}

/// Athena enforces no `not_null`, so that dbt says nothing of one that goes. Readers may rely on it all the same.
fn may_be_null(old: &Node, new: &Node, found: &mut Found) {
    let is_not_null = |constraint: &Value| constraint.get("type").and_then(Value::as_str) == Some("not_null");
    for (name, before) in &old.columns {
        let Some(after) = new.columns.get(name) else { continue };
        let promised = |constraints: &[Value]| constraints.iter().any(is_not_null);
        if promised(&before.more().constraints) && !promised(&after.more().constraints) {
            let place = match &new.patch {
                Some(patch) => Place::span(patch.path.clone(), after.span.clone()),
                None => new.place.clone(),
            };
            let (model, column) = (old.display_name(), &before.name);
            let message = format!(
                "`{model}` no longer promises that `{column}` is never null: its constraint `not_null` is gone"
            );
            let finding = found.at(place, message);
            finding.level = Level::Note;
            finding.help = Some("keep the constraint, or tell those who read the table".to_owned());
        }
    }
}

/// A broken promise in words.
struct Broken {
    level: Level,
    message: String,
    place: Place,
    help: String,
}

/// What is said of the model could not be read, which is told already.
fn is_unread(project: &Project, old: &Node) -> bool {
    let files = [Some(old.file.as_str()), old.patch.as_ref().map(|patch| patch.path.as_str())];
    let is_reading = |kind| matches!(kind, ProblemKind::YamlSyntax | ProblemKind::UnreadableFile | ProblemKind::Jinja);
    let mut unread = project.problems.iter().filter(|problem| is_reading(problem.kind));
    unread.any(|problem| files.contains(&Some(problem.place.path.as_str())))
}

fn level_of(old: &Node) -> Level {
    if old.model.version.is_some() { Level::Error } else { Level::Warning }
}

fn in_place(project: &Project, old: &Node, new: &Node) -> Option<Broken> {
    let broken = breaks(old, new);
    if broken.is_empty() {
        return None;
    }
    let message = format!("`{}` breaks its contract: {}", old.display_name(), list(&broken));
    Some(Broken { level: level_of(old), message, place: place(new, &broken), help: proposal(project, old, &broken) })
}

/// At the column whose type changed if that is all, else where the model is described.
fn place(new: &Node, broken: &[Break]) -> Place {
    let entry = new.patch.clone().unwrap_or_else(|| new.place.clone());
    match broken {
        [Break::TypeChanged { column, .. }] => match new.columns.get(column) {
            Some(column) if new.patch.is_some() => Place::span(entry.path, column.span.clone()),
            _ => entry,
        },
        _ => entry,
    }
}

fn list(broken: &[Break]) -> String {
    let words = broken.iter().map(|each| match each {
        Break::SwitchedOff => "it is no longer enforced".to_owned(),
        Break::ColumnGone { column } => format!("the column `{column}` is gone"),
        Break::TypeChanged { column, before, after: Some(after) } => {
            format!("the column `{column}` was {before} and is now {after}")
        }
        Break::TypeChanged { column, before, after: None } => {
            format!("the column `{column}` was {before} and now has no type")
        }
        Break::Materialized { before, after } => {
            format!("it has constraints, and is now a {after} instead of a {before}")
        }
    });
    words.collect::<Vec<_>>().join("; ")
}

/// The versions that a model without versions has become.
fn versions<'p>(project: &'p Project, old: &Node) -> Vec<&'p Arc<Node>> {
    if old.model.version.is_some() {
        return Vec::new();
    }
    let of_name = project.lookup.all(&old.name).iter();
    of_name.filter(|known| known.package == old.package && known.model.version.is_some()).collect()
}

/// A model that became versions keeps its promise when one of them does, and is still the table that people read.
fn became_versions(project: &Project, old: &Node, versions: &[&Arc<Node>]) -> Option<Broken> {
    let latest = versions.iter().find(|version| version.is_latest()).or(versions.first())?;
    let Some(kept) = versions.iter().find(|version| breaks(old, version).is_empty()) else {
        return in_place(project, old, latest);
    };
    if versions.iter().any(|version| version.relation == old.relation) {
        return None;
    }
    let version = kept.model.version.as_ref()?;
    let message = format!(
        "`{}` now has versions, and none of them is the table `{}` any more: who reads that table outside dbt gets no new rows",
        old.name, old.alias
    );
    let help = format!(
        "keep version {version} at its place:\n      - v: {version}\n        config:\n          alias: {}\nor make a view of that name that shows the latest version",
        old.alias
    );
    Some(Broken { level: Level::Note, message, place: kept.patch.clone().unwrap_or_else(|| kept.place.clone()), help })
}

fn removed(project: &Project, base: &Project, old: &Node) -> Broken {
    let name = old.display_name();
    let disabled = project.disabled.iter().find(|known| known.unique_id == old.unique_id);
    let same_text = |new: &&Arc<Node>| new.checksum == old.checksum && !base.nodes.contains_key(&new.unique_id);
    let renamed = project.own(ResourceType::Model).find(same_text);
    let what = match (disabled, renamed) {
        (Some(_), _) => "is disabled".to_owned(),
        (None, Some(new)) => format!("is now named `{}`", new.display_name()),
        (None, None) => "is removed".to_owned(),
    };
    let entry = old.patch.as_ref().filter(|patch| project.tree.find(&patch.path).is_some());
    let place = match (disabled.or(renamed), entry) {
        (Some(new), _) => new.patch.clone().unwrap_or_else(|| new.place.clone()),
        (None, Some(entry)) => Place::file(entry.path.clone()),
        (None, None) => Place::file(old.file.clone()),
    };
    let date = match &old.model.deprecation_date {
        Some(date) => format!(
            "it is promised until {date}: wait until then, or agree with those who read it and set an earlier date first"
        ),
        None => format!(
            "keep it for now and say until when it stays, beside its {}; after that day it can go:\n{}deprecation_date: YYYY-MM-DD",
            if old.model.version.is_some() { "`v:`" } else { "`name:`" },
            if old.model.version.is_some() { "        " } else { "    " }
        ),
    };
    let message = format!("`{name}` {what}, but it has an enforced contract that others rely on");
    Broken { level: level_of(old), message, place, help: date }
}

/// What to paste so that the old promise is kept and the change is a new version.
fn proposal(project: &Project, old: &Node, broken: &[Break]) -> String {
    let path = old.patch.as_ref().map_or("its property file", |patch| patch.path.as_str());
    let name = &old.name;
    match &old.model.version {
        Some(version) => {
            let next = next(project, old);
            let diff = diff(&next, broken);
            format!(
                "leave version {version} as it was, put the new SQL into `{name}_v{next}.sql`, and say in {path} what differs:\n    versions:\n{diff}"
            )
        }
        None => {
            let file = stem(&old.file);
            let diff = diff("2", broken);
            let alias = &old.alias;
            format!(
                "put the new SQL into `{name}_v2.sql`, leave `{file}.sql` and what {path} says of it as they were, and add there:\n    latest_version: 1\n    versions:\n      - v: 1\n        config:\n          alias: {alias}\n{diff}"
            )
        }
    }
}

/// The number after the greatest version, as far as versions are numbers.
fn next(project: &Project, old: &Node) -> String {
    let versions = project.lookup.all(&old.name).iter().filter_map(|known| known.model.version.as_ref());
    let greatest = versions.reduce(|a, b| if b.order(a).is_gt() { b } else { a });
    let number = greatest.and_then(|greatest| greatest.to_string().parse::<i64>().ok());
    number.map_or_else(|| "…".to_owned(), |number| (number + 1).to_string())
}

/// The entry under `versions:` that holds the change.
fn diff(version: &str, broken: &[Break]) -> String {
    let mut config = Vec::new();
    let mut excluded = Vec::new();
    let mut added = String::new();
    for each in broken {
        match each {
            Break::SwitchedOff => config.push("contract: {enforced: false}".to_owned()),
            Break::Materialized { after, .. } => config.push(format!("materialized: {after}")),
            Break::ColumnGone { column } => excluded.push(column.as_str()),
            Break::TypeChanged { column, after, .. } => {
                excluded.push(column);
                let after = after.as_deref().unwrap_or("…");
                added.push_str(&format!("\n          - name: {column}\n            data_type: {after}"));
            }
        }
    }
    let mut diff = format!("      - v: {version}");
    if !config.is_empty() {
        diff.push_str("\n        config:");
        config.iter().for_each(|line| diff.push_str(&format!("\n          {line}")));
    }
    if !excluded.is_empty() {
        diff.push_str(&format!(
            "\n        columns:\n          - include: all\n            exclude: [{}]",
            excluded.join(", ")
        ));
    }
    diff + &added
}
