//! The configs of one node, which are mostly those of its folder.

use std::sync::Arc;

use serde::{Serialize, Serializer};
use serde_json::Value;

use super::config::Config;

/// The configs of a node: what holds for many nodes is kept once, and of a node only in what it differs.
#[derive(Debug, Clone, Default)]
pub struct NodeConfig {
    shared: Arc<Config>,
    own: Config,
}

impl NodeConfig {
    /// Configs that nothing is set of beside those that are shared.
    pub fn shared(shared: Arc<Config>) -> Self {
        Self { shared, own: Config::new() }
    }

    /// All of the configs of a node, of which `shared` holds some: what is equal there is not kept again.
    pub fn of(config: Config, shared: &Arc<Config>) -> Self {
        // They were set one over the other, so that both have their keys in one order.
        let mut pairs = shared.iter().zip(config.iter());
        if config.len() < shared.len() || !pairs.all(|((known, _), (key, _))| known == key) {
            return config.into();
        }
        let known = shared.values().map(Some).chain(std::iter::repeat(None));
        let own = config.into_iter().zip(known).filter(|((_, value), known)| *known != Some(value));
        Self { shared: Arc::clone(shared), own: own.map(|(entry, _)| entry).collect() }
    }

    pub fn get(&self, key: &str) -> Option<&Value> {
        self.own.get(key).or_else(|| self.shared.get(key))
    }

    pub fn contains_key(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    pub fn insert(&mut self, key: &str, value: Value) {
        self.own.insert(key.to_owned(), value);
    }

    /// Each config in the order in which it was set: the shared ones come first.
    pub fn iter(&self) -> impl Iterator<Item = (&String, &Value)> {
        let own = self.own.iter().filter(|(key, _)| !self.shared.contains_key(*key));
        self.shared.iter().map(|(key, value)| (key, self.own.get(key).unwrap_or(value))).chain(own)
    }

    pub fn keys(&self) -> impl Iterator<Item = &String> {
        self.iter().map(|(key, _)| key)
    }

    /// All of them as one map.
    pub fn to_map(&self) -> Config {
        self.iter().map(|(key, value)| (key.clone(), value.clone())).collect()
    }
}

impl From<Config> for NodeConfig {
    fn from(own: Config) -> Self {
        Self { shared: Arc::default(), own }
    }
}

impl Serialize for NodeConfig {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn config(value: Value) -> Config {
        value.as_object().cloned().unwrap_or_default()
    }

    /// However a node differs from its folder, its configs are those that were given, in their order.
    #[test]
    fn configs_are_the_same_however_they_are_kept() {
        let shared = Arc::new(config(json!({"enabled": true, "tags": ["a"], "alias": null})));
        for whole in [
            json!({"enabled": true, "tags": ["a"], "alias": null}),
            json!({"enabled": true, "tags": ["b"], "alias": null, "owner": "x"}),
            json!({"enabled": false, "tags": [], "alias": "y"}),
            json!({"owner": "x"}),
        ] {
            let kept = NodeConfig::of(config(whole.clone()), &shared);
            assert_eq!(serde_json::to_string(&kept).unwrap(), whole.to_string());
            assert_eq!(Value::Object(kept.to_map()), whole);
            assert!(whole.as_object().unwrap().iter().all(|(key, value)| kept.get(key) == Some(value)));
        }
        let mut kept = NodeConfig::shared(Arc::clone(&shared));
        kept.insert("enabled", false.into());
        assert_eq!(kept.get("enabled"), Some(&Value::Bool(false)));
        assert_eq!(shared["enabled"], true);
    }
}
