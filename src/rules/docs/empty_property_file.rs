//! A property file describes something.
//!
//! ## Why
//!
//! A file with nothing under `models:` looks as if its model were described and tested, and says nothing of it. Mostly the
//! entries stand one level too deep or too high, or all of them were commented out.
//!
//! ## Fails
//!
//! ```yaml models/prison/prison_safety/properties.yaml
//! version: 2
//!
//! models:
//! #  - name: prison_safety__visits_joined
//! ```
//!
//! ## Passes
//!
//! ```yaml models/prison/prison_safety/properties.yaml
//! version: 2
//!
//! exposures:
//!   - name: visits_dashboard
//!     type: dashboard
//!     owner:
//!       name: Prison safety team
//! ```
//!
//! A section may be empty beside one that is not.
//!
//! ```yaml models/prison/prison_safety/groups.yaml
//! models: []
//! groups:
//!   - name: prison_safety
//!     owner:
//!       name: Prison safety team
//! ```

use crate::finding::{Level, Place};
use crate::parse::yaml::{Value, Yaml};
use crate::rules::{Check, Found, Rule, Subject};

pub(crate) const RULE: Rule =
    Rule { level: Level::Warning, summary: "a property file that says nothing", check: Check::Project(check) };

fn check(subject: &Subject<'_>, found: &mut Found) {
    let project = subject.project;
    for file in project.property_files.iter().filter(|file| file.package == project.name) {
        let is_map = matches!(file.yaml.value, Value::Map(_) | Value::Null);
        let says = |(key, value): &(crate::parse::yaml::Key, Yaml)| key.name != "version" && !value.is_empty();
        if !is_map || file.yaml.entries().iter().any(says) {
            continue;
        }
        let sections: Vec<&str> = file.yaml.entries().iter().map(|(key, _)| key.name.as_str()).collect();
        let message = match sections.iter().find(|key| **key != "version") {
            Some(key) => format!("there is nothing under `{key}:`, so this property file does nothing"),
            None => "this property file is empty".to_owned(),
        };
        found.at(Place::file(file.path.clone()), message).help = Some(
            "describe something in it, each entry as `- name: …` indented below its section, or remove the file"
                .to_owned(),
        );
    }
}
