//! In `dbt_project.yml` a config that is a map, such as `+column_types` or `+meta`, begins with `+`; in a property file no
//! config does.
//!
//! ## Why
//!
//! In `dbt_project.yml` folders and configs stand side by side. A key with a map under it and without `+` is a folder to
//! dbt: `meta:` means the models in a folder named `meta`, and the config is lost without a word. Under `config:` of a
//! property file there are no folders. There dbt takes the `+` for a part of the name, keeps a config `+column_types` that
//! nobody reads, and the column types stay as they were.
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
//!       meta:
//!         dc_owner: prison.team
//! ```
//! ```sql models/prison/prison_safety/prison_safety__visits_joined.sql
//! select 1 as visit_id
//! ```
//!
//! ## Passes
//!
//! ```yaml dbt_project.yml
//! name: mojap_derived_tables
//! profile: mojap_derived_tables
//! models:
//!   mojap_derived_tables:
//!     materialized: table
//!     prison:
//!       +meta:
//!         dc_owner: prison.team
//! ```
//! ```sql models/prison/prison_safety/prison_safety__visits_joined.sql
//! select 1 as visit_id
//! ```

use crate::finding::{Fix, Level, Place};
use crate::parse::yaml::{Value, Yaml};
use crate::project::ResourceType;
use crate::rules::known_configs::MAPS;
use crate::rules::written::{Origin, SECTIONS, Text, Written};
use crate::rules::{Check, Found, Rule, Subject};

pub(crate) const RULE: Rule = Rule {
    level: Level::Error,
    summary: "a config that its + or the lack of it hides from dbt",
    check: Check::Written(check),
};

fn check(written: &[Written<'_>], subject: &Subject<'_>, found: &mut Found) {
    let in_properties = |written: &&Written<'_>| written.has_plus && matches!(written.origin, Origin::Properties(_));
    for config in written.iter().filter(in_properties) {
        let (key, whom) = (config.key, config.of_whom());
        let message = format!("`+{key}` of {whom} does nothing: a `+` belongs into dbt_project.yml only");
        let finding = found.at(config.key_place.clone(), message);
        finding.help = Some(format!("write `{key}:`; dbt takes `+{key}` for another config, which nobody reads"));
        finding.fix = Some(Box::new(Fix::unsafe_to(config.key_place.clone(), key)));
        debug_assert!(matches!(config.value, Text::Yaml(_)));
    }
    let Some(yaml) = &subject.project.root().file.yaml else { return };
    for (key, kind) in SECTIONS {
        if let Some(section) = yaml.get(key) {
            folders(subject, kind, section, &mut Vec::new(), found);
        }
    }
}

fn folders<'y>(subject: &Subject<'_>, kind: ResourceType, level: &'y Yaml, path: &mut Vec<&'y str>, found: &mut Found) {
    for (key, value) in level.entries() {
        if !matches!(value.value, Value::Map(_)) || key.name.starts_with('+') {
            continue;
        }
        path.push(&key.name);
        if MAPS.contains(&key.name.as_str()) && !is_folder(subject, kind, path) {
            let message = format!("`{}` has no `+`, so dbt takes it for a folder and the config is lost", key.name);
            let place = Place::span("dbt_project.yml", key.span.clone());
            let finding = found.at(place.clone(), message);
            finding.help = Some(format!("write `+{}:`", key.name));
            finding.fix = Some(Box::new(Fix::unsafe_to(place, format!("+{}", key.name))));
        } else {
            folders(subject, kind, value, path, found);
        }
        path.pop();
    }
}

fn is_folder(subject: &Subject<'_>, kind: ResourceType, path: &[&str]) -> bool {
    let project = subject.project;
    let mut nodes = project.all_nodes().chain(&project.disabled).filter(|node| node.resource_type == kind);
    nodes.any(|node| node.fqn.len() > path.len() && node.fqn.iter().zip(path).all(|(known, part)| known == part))
}
