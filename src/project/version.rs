//! Model versions: which file is which version, and what each version says for itself. Behaviour: dbt's "Model versions".

use std::collections::HashMap;

use indexmap::IndexMap;

use super::node::{Column, Node};
use super::properties::{self, Patch};
use crate::parse::yaml::Yaml;

/// The versions by package and by the stem of the file that each may be in.
pub(super) type Versions = HashMap<(String, String), Version>;

/// A version of a model: the model's name, and the entry under `versions:`.
#[derive(Debug, Clone)]
pub(super) struct Version {
    pub(super) model: String,
    version: String,
    latest: String,
    pub(super) yaml: Yaml,
}

impl Version {
    /// Gives a node that was read from its file alone the name, id and fqn of the version.
    pub(super) fn apply(&self, node: &mut Node) {
        node.unique_id = format!("model.{}.{}.v{}", node.package, self.model, self.version);
        node.name.clone_from(&self.model);
        node.fqn.pop();
        node.fqn.extend([self.model.clone(), format!("v{}", self.version)]);
        node.version = Some(self.version.clone());
        node.latest_version = Some(self.latest.clone());
    }

    /// `include: all` or a list, less `exclude`, and then the columns that the version adds.
    pub(super) fn columns(&self, all: &IndexMap<String, Column>) -> IndexMap<String, Column> {
        let Some(listed) = self.yaml.get("columns") else { return all.clone() };
        let rule = listed.items().iter().find(|item| item.get("include").is_some() || item.get("exclude").is_some());
        let names = |key: &str| {
            rule.and_then(|rule| rule.get(key))
                .map(|names| names.items().iter().chain(Some(names)).filter_map(Yaml::scalar).collect::<Vec<_>>())
        };
        let (include, exclude) = (names("include"), names("exclude").unwrap_or_default());
        let is_in = |name: &String| {
            include
                .as_ref()
                .is_none_or(|names| names.iter().any(|known| known == name || known == "all" || known == "*"))
        };
        let kept = all.iter().filter(|(name, _)| is_in(name) && !exclude.contains(name));
        kept.map(|(name, column)| (name.clone(), column.clone())).chain(properties::columns(&self.yaml)).collect()
    }
}

/// The versions by package and by the stem of the file that each may be in.
pub(super) fn versions(patches: &HashMap<(String, String), Patch>) -> Versions {
    let mut found = HashMap::new();
    for ((package, name), patch) in patches {
        let listed = patch.yaml.get("versions").map_or(&[][..], Yaml::items);
        let version_of = |yaml: &Yaml| yaml.get("v").and_then(Yaml::scalar);
        let greatest = listed.iter().filter_map(version_of).max_by(|a, b| compare_versions(a, b));
        let Some(latest) = patch.yaml.get("latest_version").and_then(Yaml::scalar).or(greatest) else { continue };
        for yaml in listed {
            let Some(version) = version_of(yaml) else { continue };
            let entry =
                Version { model: name.clone(), version: version.clone(), latest: latest.clone(), yaml: yaml.clone() };
            let mut stems =
                vec![yaml.get("defined_in").and_then(Yaml::scalar).unwrap_or_else(|| format!("{name}_v{version}"))];
            if version == latest {
                stems.push(name.clone());
            }
            found.extend(stems.into_iter().map(|stem| ((package.clone(), stem), entry.clone())));
        }
    }
    found
}

/// Numbers by size, everything else as text.
fn compare_versions(a: &str, b: &str) -> std::cmp::Ordering {
    match (a.parse::<f64>(), b.parse::<f64>()) {
        (Ok(a), Ok(b)) => a.total_cmp(&b),
        _ => a.cmp(b),
    }
}
