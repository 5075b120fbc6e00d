//! Model versions: which file is which version, and what each version says for itself. Behaviour: dbt's "Model versions".

use std::borrow::Cow;
use std::sync::Arc;

use super::config;
use super::entries::{self, Entry};
use super::node::{Columns, Node, Version};
use super::problem::{Problem, ProblemKind};
use crate::parse::yaml::Yaml;

/// A version of a model: the entry under `versions:`, and the version that the model calls its latest.
#[derive(Debug, Clone)]
pub(super) struct VersionEntry<'e> {
    pub version: Version,
    pub latest: Version,
    pub yaml: &'e Yaml,
}

impl<'e> VersionEntry<'e> {
    /// The versions that an entry declares, with what is wrong with them.
    pub(super) fn all(entry: &'e Entry<'_>, problems: &mut Vec<Problem>) -> Vec<Self> {
        let listed = entry.yaml.get("versions").map_or(&[][..], Yaml::items);
        let mut versions: Vec<(Version, &Yaml)> = Vec::new();
        for yaml in listed {
            let Some(version) = yaml.get("v").filter(|v| v.scalar().is_some()).map(|v| Version(v.to_json())) else {
                let problem = Problem::new(ProblemKind::Properties, "this version has no `v`", entry.at(yaml));
                problems.push(problem.help("name it: `- v: 1`"));
                continue;
            };
            if versions.iter().any(|(known, _)| *known == version) {
                let message = format!("`{}` has the version {version} twice", entry.name);
                let problem = Problem::new(ProblemKind::Properties, message, entry.at(yaml));
                problems.push(problem.help("every version needs a `v` of its own"));
                continue;
            }
            versions.push((version, yaml));
        }
        let declared = entry.yaml.get("latest_version").filter(|latest| latest.scalar().is_some());
        let greatest =
            versions.iter().map(|(version, _)| version).reduce(|a, b| if b.order(a).is_gt() { b } else { a });
        let latest = match (declared.map(|latest| Version(latest.to_json())), greatest) {
            (Some(latest), _) if versions.iter().any(|(known, _)| known.is_same_value(&latest)) => latest,
            (Some(latest), greatest) => {
                problems.push(unknown_latest(entry, &latest, &versions));
                greatest.cloned().unwrap_or(latest)
            }
            (None, Some(greatest)) => greatest.clone(),
            (None, None) => return Vec::new(),
        };
        versions.into_iter().map(|(version, yaml)| Self { version, latest: latest.clone(), yaml }).collect()
    }

    /// The names of the files that may hold this version, the better one first.
    pub(super) fn file_names(&self, model: &str) -> Vec<String> {
        let named = self.yaml.get("defined_in").and_then(Yaml::scalar);
        let mut names = vec![named.unwrap_or_else(|| format!("{model}_v{}", self.version))];
        if self.version.is_same_value(&self.latest) {
            names.push(model.to_owned());
        }
        names
    }

    /// Gives a node that was read from its file alone the name, id and fqn of the version.
    pub(super) fn name(&self, node: &mut Node, model: &str) {
        node.unique_id = format!("model.{}.{model}.v{}", node.package, self.version);
        model.clone_into(&mut node.name);
        node.fqn.pop();
        node.fqn.extend([model.to_owned(), format!("v{}", self.version)]);
        let model = Arc::make_mut(&mut node.model);
        model.version = Some(self.version.clone());
        model.latest_version = Some(self.latest.clone());
    }

    /// The model's `config:` with this version's.
    pub(super) fn config(&self, entry: &Entry<'_>) -> config::Config {
        let mut config = entry.config();
        config::deep_merge(&mut config, &entries::object(self.yaml.get("config")));
        config
    }

    /// A value that the version says for itself, or that the model says for all of them.
    pub(super) fn own_or_shared<'y>(&self, entry: &'y Entry<'_>, key: &str) -> Option<Cow<'y, Yaml>>
    where
        'e: 'y,
    {
        let own = self.yaml.get(key).filter(|own| !own.is_empty() && own.as_str() != Some(""));
        own.or_else(|| entry.yaml.get(key)).map(Cow::Borrowed)
    }

    /// The columns as they are written: `include: all` or a list, less `exclude`, and then those that the version adds.
    pub(super) fn columns<'y>(&'y self, entry: &'y Entry<'_>) -> Vec<&'y Yaml> {
        let shared = entry.yaml.get("columns").map_or(&[][..], Yaml::items);
        let listed = self.yaml.get("columns").map_or(&[][..], Yaml::items);
        let is_rule = |item: &&Yaml| item.get("include").is_some() || item.get("exclude").is_some();
        let rule = listed.iter().find(is_rule);
        let names = |key: &str| rule.and_then(|rule| rule.get(key)).map(|names| entries::texts(Some(names)));
        let (include, exclude) = (names("include"), names("exclude").unwrap_or_default());
        let is_in = |name: &String| {
            include
                .as_ref()
                .is_none_or(|names| names.iter().any(|known| known == name || known == "all" || known == "*"))
        };
        let name = |column: &Yaml| column.get("name").and_then(Yaml::scalar);
        let kept =
            shared.iter().filter(|column| name(column).is_some_and(|name| is_in(&name) && !exclude.contains(&name)));
        kept.chain(listed.iter().filter(|item| !is_rule(item))).collect()
    }

    /// The same, read.
    pub(super) fn read_columns(&self, entry: &Entry<'_>) -> Columns {
        entries::columns(self.columns(entry))
    }

    /// The tests of the version as a whole: its own list, even an empty one, or the model's.
    pub(super) fn tests<'y>(&'y self, entry: &'y Entry<'_>) -> &'y [Yaml] {
        entries::data_tests(self.yaml).or_else(|| entries::data_tests(&entry.yaml)).unwrap_or_default()
    }
}

fn unknown_latest(entry: &Entry<'_>, latest: &Version, versions: &[(Version, &Yaml)]) -> Problem {
    let known: Vec<String> = versions.iter().map(|(version, _)| version.to_string()).collect();
    let message = format!("`latest_version: {latest}` is none of the versions of `{}`", entry.name);
    let place = entry.yaml.get("latest_version").map_or_else(|| entry.place(), |yaml| entry.at(yaml));
    let same_text = versions.iter().any(|(version, _)| version == latest);
    let help = match same_text {
        true => format!(
            "write it as the version is written: one of the two is a text, in quotes (versions: {})",
            known.join(", ")
        ),
        false if known.is_empty() => "list the versions under `versions:`".to_owned(),
        false => format!("its versions are {}", known.join(", ")),
    };
    Problem::new(ProblemKind::Properties, message, place).help(help)
}
