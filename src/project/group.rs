//! Groups: models with one owner, which may keep some of them private. Behaviour: dbt's "Groups".

use serde_json::{Map, Value};

use super::config::{self, Config};
use super::drafts::fqn;
use super::entries::{Entry, object};
use super::node::ResourceType;
use super::package::Package;
use super::problem::{Problem, ProblemKind};
use super::reader::Reader;
use crate::finding::Place;

/// A group as a property file declares it.
#[derive(Debug, Clone)]
pub struct Group {
    pub unique_id: String,
    pub name: String,
    pub package: String,
    pub path: String,
    pub original_file_path: String,
    pub description: Option<String>,
    pub owner: Map<String, Value>,
    /// dbt gives groups what `models:` of `dbt_project.yml` sets, whether it means anything for a group or not.
    pub config: Config,
    pub place: Place,
}

fn config_of(root: &Package, package: &Package, entry: &Entry<'_>) -> Config {
    let mut config = Config::from_iter([("meta".to_owned(), Map::new().into())]);
    let path = fqn(package, &entry.file.below, &entry.name);
    let said = object(entry.yaml.get("config"));
    let own = package.file.levels("models", &path, true);
    let of_root = if package.root.is_empty() { Vec::new() } else { root.file.levels("models", &path, true) };
    for level in own.iter().chain([&said]).chain(&of_root) {
        config::merge(ResourceType::Metric, &mut config, level);
    }
    // Hooks are dropped.
    config.retain(|key, _| !matches!(key.as_str(), "pre-hook" | "post-hook"));
    config
}

/// Reads one entry of `groups:`.
pub(super) fn read(reader: &Reader<'_>, entry: &Entry<'_>, problems: &mut Vec<Problem>) -> Option<Group> {
    let package = reader.package(&entry.file.package)?;
    let mut owner = Map::from_iter([("email".to_owned(), Value::Null), ("name".to_owned(), Value::Null)]);
    owner.extend(object(entry.yaml.get("owner")));
    if owner.values().all(Value::is_null) {
        let message = format!("the group `{}` has no owner", entry.name);
        let problem = Problem::new(ProblemKind::Properties, message, entry.place());
        problems.push(problem.help("add `owner:` with a `name:` or an `email:`"));
    }
    Some(Group {
        unique_id: format!("group.{}.{}", package.name(), entry.name),
        name: entry.name.clone(),
        package: package.name().to_owned(),
        path: entry.file.below.clone(),
        original_file_path: package.relative(&entry.file.path).to_owned(),
        description: entry.text("description"),
        owner,
        config: config_of(reader.root(), package, entry),
        place: entry.place(),
    })
}
