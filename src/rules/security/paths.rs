//! Every path that `dbt_project.yml` names lies in the project's folder.
//!
//! ## Why
//!
//! From a path such as `../../.aws` dbt would read somebody's keys, and into one such as `../.github/workflows` it would
//! write. cadet reads and writes nothing outside of the project's folder, so the path is of no use here either.
//!
//! ## Fails
//!
//! ```yaml dbt_project.yml
//! name: mojap_derived_tables
//! profile: mojap_derived_tables
//! target-path: ../../.github/workflows
//! models:
//!   +materialized: table
//! ```
//!
//! ## Passes
//!
//! ```yaml dbt_project.yml
//! name: mojap_derived_tables
//! profile: mojap_derived_tables
//! target-path: ./build/../target
//! models:
//!   +materialized: table
//! ```

use crate::finding::{Level, Place};
use crate::parse::yaml::Yaml;
use crate::rules::{Check, Found, Rule, Subject};

pub(crate) const RULE: Rule =
    Rule { level: Level::Error, summary: "a path that leaves the project", check: Check::Project(check) };

const KEYS: &[&str] = &[
    "model-paths",
    "source-paths",
    "seed-paths",
    "data-paths",
    "test-paths",
    "macro-paths",
    "snapshot-paths",
    "analysis-paths",
    "docs-paths",
    "asset-paths",
    "function-paths",
    "target-path",
    "log-path",
    "clean-targets",
    "packages-install-path",
    "modules-path",
];

fn check(subject: &Subject<'_>, found: &mut Found) {
    let Some(yaml) = &subject.project.root().file.yaml else { return };
    for key in KEYS {
        let Some(value) = yaml.get(key) else { continue };
        let paths = std::iter::once(value).chain(value.items());
        for (written, path) in paths.filter_map(|yaml: &Yaml| Some((yaml, yaml.as_str()?))) {
            let Some(reason) = leaves(path) else { continue };
            let place = Place::span("dbt_project.yml", written.span.clone());
            found.at(place, format!("the path `{path}` of `{key}:` {reason}")).help =
                Some("name a folder below the one in which dbt_project.yml lies".to_owned());
        }
    }
}

/// Why a path is none of the project's, if it is not.
fn leaves(path: &str) -> Option<&'static str> {
    let path = path.trim().replace('\\', "/");
    let is_drive = path.as_bytes().get(1) == Some(&b':');
    if path.contains("{{") {
        return None;
    }
    if path.starts_with(['/', '~']) || is_drive {
        return Some("is not relative to the project");
    }
    let mut depth = 0i32;
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => depth -= 1,
            ".git" => return Some("leads into git's own folder"),
            _ => depth += 1,
        }
        if depth < 0 {
            return Some("leaves the project's folder");
        }
    }
    None
}
