//! What reading one node needs of all the others: the packages, the macros, the variables, and the configs of folders.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use minijinja::UndefinedBehavior;

use super::config::{self, Config};
use super::node::ResourceType;
use super::node_config::NodeConfig;
use super::package::Package;
use super::profile::Target;
use crate::jinja::scope::{Given, Mode, Scope};
use crate::jinja::universe::Universe;
use crate::source::Tree;

/// The configs that hold for every node of one kind in one folder, before anything that names the node itself.
#[derive(Debug, Clone)]
struct OfFolder {
    config: Arc<Config>,
    unrendered: Arc<Config>,
    /// The same, in the form of the manifest: for the many nodes that set nothing themselves, or little.
    finished: Arc<Config>,
    node: Arc<NodeConfig>,
}

/// The configs of a node.
#[derive(Debug, Clone)]
pub(super) struct Configured {
    pub config: Arc<NodeConfig>,
    pub unrendered: Arc<Config>,
    /// The tags that its config gives it, each once: those of the property file last.
    pub tags: Vec<String>,
    /// Configs that were set to null over the project's own: dbt shows the project's, but names by null.
    pub nulls: Vec<String>,
}

/// A kind of node, a package, and the part of the fqn that has configs of its own.
type Folder = (ResourceType, String, Vec<String>);

/// What reading one node needs of all the others.
pub(super) struct Reader<'r> {
    pub tree: &'r Tree,
    pub packages: &'r [Package],
    pub target: &'r Target,
    pub universe: &'r Arc<Universe>,
    pub given: &'r Arc<Given>,
    yaml_scopes: HashMap<String, Arc<Scope>>,
    folders: Mutex<HashMap<Folder, OfFolder>>,
    /// What was added up before, for the many nodes of a folder that say the same.
    said: Mutex<HashMap<Folder, Vec<Said>>>,
}

/// What a property file and a node's own file said, and what came of it.
type Said = (Config, Config, Configured);

/// More than so many different things said in one folder are not remembered.
const MOST_SAID: usize = 4;

impl<'r> Reader<'r> {
    pub(super) fn new(
        tree: &'r Tree,
        packages: &'r [Package],
        target: &'r Target,
        universe: &'r Arc<Universe>,
        given: &'r Arc<Given>,
    ) -> Self {
        let plain = Arc::new(Universe::without_macros(&packages[0].file.name, UndefinedBehavior::Strict));
        let scope = |package: &Package| {
            (
                package.name().to_owned(),
                Arc::new(Scope::new(Arc::clone(&plain), Arc::clone(given), package.name(), Mode::Yaml)),
            )
        };
        let yaml_scopes = packages.iter().map(scope).collect();
        Self { tree, packages, target, universe, given, yaml_scopes, folders: Mutex::default(), said: Mutex::default() }
    }

    /// The text of a file of the project, empty when there is none.
    pub(super) fn text(&self, path: &str) -> &'r str {
        self.tree.find(path).and_then(|file| file.text().ok()).unwrap_or_default()
    }

    /// The root project.
    pub(super) fn root(&self) -> &'r Package {
        &self.packages[0]
    }

    /// A package by its name.
    pub(super) fn package(&self, name: &str) -> Option<&'r Package> {
        self.packages.iter().find(|package| package.name() == name)
    }

    /// What Jinja in the YAML of a package sees: variables, the target, and no macro.
    pub(super) fn yaml_scope(&self, package: &str) -> &Arc<Scope> {
        self.yaml_scopes.get(package).unwrap_or_else(|| &self.yaml_scopes[self.root().name()])
    }

    fn of_folder(&self, key: &Folder, package: &Package, fqn: &[String]) -> OfFolder {
        let kind = key.0;
        let mut folders = self.folders.lock().unwrap_or_else(PoisonError::into_inner);
        let found = folders.entry(key.clone()).or_insert_with(|| {
            let mut config = Config::clone(config::defaults(kind));
            for level in package.file.levels(kind.config_key(), fqn, true) {
                config::merge(kind, &mut config, &level);
            }
            let mut unrendered = Config::new();
            for level in package.file.levels(kind.config_key(), fqn, false) {
                config::merge_unrendered(&mut unrendered, &level);
            }
            let mut finished = config.clone();
            config::finish(kind, &mut finished);
            let finished = Arc::new(finished);
            let node = Arc::new(NodeConfig::shared(Arc::clone(&finished)));
            OfFolder { config: Arc::new(config), unrendered: Arc::new(unrendered), finished, node }
        });
        found.clone()
    }

    /// Adds up the configs of a node: its folder's, then `patch` of its property file, then `calls` of its own file, and
    /// for a package's node the root project's last.
    ///
    /// Behaviour: `dbt.context.context_config`.
    pub(super) fn configure(
        &self,
        (kind, package, fqn): (ResourceType, &str, &[String]),
        patch: &Config,
        calls: &Config,
    ) -> Configured {
        let own = self.package(package).unwrap_or(self.root());
        let depth = own.file.depth(kind.config_key(), fqn);
        let key = (kind, own.name().to_owned(), fqn[..depth].to_vec());
        let folder = self.of_folder(&key, own, fqn);
        if !own.root.is_empty() {
            return self.add_up(&folder, (kind, fqn, false), patch, calls);
        }
        if patch.is_empty() && calls.is_empty() {
            let tags = unique(config::texts(folder.finished.get("tags")));
            return Configured { config: folder.node, unrendered: folder.unrendered, tags, nulls: Vec::new() };
        }
        let known = |said: &HashMap<Folder, Vec<Said>>| {
            let found = said.get(&key)?.iter().find(|(known, called, _)| known == patch && called == calls)?;
            Some(found.2.clone())
        };
        if let Some(found) = known(&self.said.lock().unwrap_or_else(PoisonError::into_inner)) {
            return found;
        }
        let configured = self.add_up(&folder, (kind, fqn, true), patch, calls);
        let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        let said = said.entry(key).or_default();
        if said.len() < MOST_SAID {
            said.push((patch.clone(), calls.clone(), configured.clone()));
        }
        configured
    }

    fn add_up(
        &self,
        folder: &OfFolder,
        (kind, fqn, is_root): (ResourceType, &[String], bool),
        patch: &Config,
        calls: &Config,
    ) -> Configured {
        let mut config = Config::clone(&folder.config);
        let mut unrendered = Config::clone(&folder.unrendered);
        let mut tags = config::texts(config.get("tags"));
        config::merge(kind, &mut config, patch);
        config::merge_unrendered(&mut unrendered, patch);
        config::merge(kind, &mut config, calls);
        config::merge_unrendered(&mut unrendered, calls);
        tags.extend(config::texts(calls.get("tags")));
        if !is_root {
            for level in self.root().file.levels(kind.config_key(), fqn, true) {
                config::merge(kind, &mut config, &level);
                tags.extend(config::texts(level.get("tags")));
            }
            for level in self.root().file.levels(kind.config_key(), fqn, false) {
                config::merge_unrendered(&mut unrendered, &level);
            }
        }
        tags.extend(config::texts(patch.get("tags")));
        config::finish(kind, &mut config);
        let mut nulls = Vec::new();
        let is_kept = |value: &serde_json::Value| value.is_null() && kind.is_of_nodes();
        for (key, value) in config.iter_mut().filter(|(_, value)| is_kept(value)) {
            if let Some(before) = folder.finished.get(key).filter(|before| !before.is_null()) {
                nulls.push(key.clone());
                *value = before.clone();
            }
        }
        let config = Arc::new(NodeConfig::of(config, &folder.finished));
        Configured { config, unrendered: Arc::new(unrendered), tags: unique(tags), nulls }
    }
}

/// Each text once, in the order in which it came first.
pub(super) fn unique(texts: Vec<String>) -> Vec<String> {
    let mut kept: Vec<String> = Vec::with_capacity(texts.len());
    for text in texts {
        if !kept.contains(&text) {
            kept.push(text);
        }
    }
    kept
}
