//! Every folder that `dbt_project.yml` configures holds something.
//!
//! ## Why
//!
//! Configs under a folder that is not there configure nothing. Mostly the folder was renamed or is misspelt, or the
//! project's own name is missing above it: then schedules and materialisations are not what they seem. dbt says so in a
//! warning that is easily missed.
//!
//! ## Fails
//!
//! ```yaml dbt_project.yml
//! name: mojap_derived_tables
//! profile: mojap_derived_tables
//! models:
//!   mojap_derived_tables:
//!     +materialized: table
//!     prison:
//!       prison_saftey:
//!         +tags: daily
//! ```
//! ```sql models/prison/prison_safety/prison_safety__visits_joined.sql
//! select 1 as visit_id
//! ```
//!
//! ## Passes
//!
//! A model can have configs of its own here too, by the name of its file.
//!
//! ```yaml dbt_project.yml
//! name: mojap_derived_tables
//! profile: mojap_derived_tables
//! models:
//!   mojap_derived_tables:
//!     +materialized: table
//!     prison:
//!       prison_safety:
//!         +tags: daily
//!         prison_safety__visits_joined:
//!           +meta:
//!             dc_owner: prison.team
//! ```
//! ```sql models/prison/prison_safety/prison_safety__visits_joined.sql
//! select 1 as visit_id
//! ```

use std::collections::{HashMap, HashSet};

use crate::finding::{Level, Place};
use crate::parse::yaml::{Value, Yaml};
use crate::project::problem::did_you_mean;
use crate::project::{Node, ResourceType};
use crate::rules::known_configs::MAPS;
use crate::rules::written::SECTIONS;
use crate::rules::{Check, Found, Rule, Subject};

pub(crate) const RULE: Rule =
    Rule { level: Level::Warning, summary: "configs of a folder that is not there", check: Check::Project(check) };

/// For each way down an fqn, what comes next.
type Next<'p> = HashMap<Vec<&'p str>, HashSet<&'p str>>;

fn check(subject: &Subject<'_>, found: &mut Found) {
    let project = subject.project;
    // Sections can hold Jinja in their keys; what it gives is what counts.
    let Some(yaml) = &project.root().file.rendered else { return };
    for (section, kind) in SECTIONS {
        let Some(level) = yaml.get(section) else { continue };
        let mut next = Next::new();
        let nodes = project.all_nodes().chain(&project.disabled).chain(&project.lost_tests);
        for node in nodes.filter(|node| counts(node, kind)) {
            for at in 0..node.fqn.len() {
                let way = node.fqn[..at].iter().map(String::as_str).collect();
                next.entry(way).or_default().insert(node.fqn[at].as_str());
            }
        }
        walk(subject, (section, level), &mut Vec::new(), &next, found);
    }
}

/// Whether a section of `dbt_project.yml` configures a node.
fn counts(node: &Node, kind: ResourceType) -> bool {
    let of_models = [ResourceType::Analysis, ResourceType::Operation];
    node.resource_type == kind || (kind == ResourceType::Model && of_models.contains(&node.resource_type))
}

fn walk<'y>(
    subject: &Subject<'_>,
    (section, level): (&str, &'y Yaml),
    way: &mut Vec<&'y str>,
    next: &Next<'_>,
    found: &mut Found,
) {
    for (key, value) in level.entries() {
        let name = key.name.as_str();
        if !matches!(value.value, Value::Map(_)) || name.starts_with('+') || MAPS.contains(&name) {
            continue;
        }
        let known = next.get(way.as_slice());
        if known.is_some_and(|known| known.contains(name)) {
            way.push(name);
            walk(subject, (section, value), way, next, found);
            way.pop();
            continue;
        }
        if way.is_empty() && (may_be_package(subject, name) || name == subject.project.name) {
            continue;
        }
        let (message, help) = told(subject, (section, name), way, next);
        found.at(Place::span("dbt_project.yml", key.span.clone()), message).help = Some(help);
    }
}

/// A package that is not installed here may have what is configured.
fn may_be_package(subject: &Subject<'_>, name: &str) -> bool {
    let project = subject.project;
    let is_installed = project.packages.iter().any(|package| package.name() == name);
    let lists = ["packages.yml", "dependencies.yml"].map(|path| project.text(path));
    let is_asked_for =
        |text: &&str| text.lines().any(|line| !line.trim_start().starts_with('#') && line.contains(name));
    is_installed || lists.iter().any(|text| is_asked_for(text) || (text.contains("git:") && project.packages.len() < 2))
}

fn told(subject: &Subject<'_>, (section, name): (&str, &str), way: &[&str], next: &Next<'_>) -> (String, String) {
    let project = subject.project.name.as_str();
    let of_project = || next.get(&vec![project]).is_some_and(|known| known.contains(name));
    let message = match way {
        [] => format!("`{name}` is no package, so these configs of `{section}:` configure nothing"),
        way => format!(
            "there is nothing in `{}/{name}`, so these configs of `{section}:` configure nothing",
            way[1..].join("/")
        ),
    };
    let message = message.replace("`/", "`");
    let near = next.get(way).and_then(|known| did_you_mean(name, known.iter().copied()));
    let help = match near {
        _ if way.is_empty() && of_project() => {
            format!("put it below `{project}:`, with two more blanks before each line")
        }
        Some(near) => format!("did you mean `{near}`?"),
        None => "correct the name of the folder, or take these lines out".to_owned(),
    };
    (message, help)
}
