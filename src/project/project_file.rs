//! `dbt_project.yml` in, its paths, variables and configs out. Behaviour: dbt's "dbt_project.yml".

use std::collections::HashMap;

use serde_json::Map;

use crate::parse::yaml::{Value, Yaml};

/// The settings of one package.
#[derive(Debug, Clone, Default)]
pub struct ProjectFile {
    pub name: String,
    pub profile: String,
    pub model_paths: Vec<String>,
    pub seed_paths: Vec<String>,
    pub test_paths: Vec<String>,
    pub macro_paths: Vec<String>,
    pub snapshot_paths: Vec<String>,
    pub analysis_paths: Vec<String>,
    /// Where docs blocks are looked for; all of the above when not set.
    pub docs_paths: Vec<String>,
    pub vars: Map<String, serde_json::Value>,
    /// Search orders by namespace.
    pub dispatch: HashMap<String, Vec<String>>,
    /// The whole file, for the configs in it.
    pub yaml: Option<Yaml>,
}

impl ProjectFile {
    /// Reads the settings; what is not set has dbt's default.
    pub fn new(yaml: Yaml) -> Self {
        let text = |key: &str| yaml.get(key).and_then(Yaml::scalar).unwrap_or_default();
        let paths = |keys: &[&str], default: &str| -> Vec<String> {
            let found = keys.iter().find_map(|key| yaml.get(key));
            let paths = found.map(|paths| paths.items().iter().filter_map(Yaml::scalar).collect());
            paths.unwrap_or_else(|| vec![default.to_owned()])
        };
        let mut file = Self {
            name: text("name"),
            profile: text("profile"),
            model_paths: paths(&["model-paths", "source-paths"], "models"),
            seed_paths: paths(&["seed-paths", "data-paths"], "seeds"),
            test_paths: paths(&["test-paths"], "tests"),
            macro_paths: paths(&["macro-paths"], "macros"),
            snapshot_paths: paths(&["snapshot-paths"], "snapshots"),
            analysis_paths: paths(&["analysis-paths"], "analyses"),
            docs_paths: yaml
                .get("docs-paths")
                .map(|paths| paths.items().iter().filter_map(Yaml::scalar).collect())
                .unwrap_or_default(),
            vars: match yaml.get("vars").map(Yaml::to_json) {
                Some(serde_json::Value::Object(vars)) => vars,
                _ => Map::new(),
            },
            dispatch: dispatch(&yaml),
            yaml: None,
        };
        if file.docs_paths.is_empty() {
            file.docs_paths = file.property_paths();
        }
        file.yaml = Some(yaml);
        file
    }

    /// Where property files are looked for.
    pub fn property_paths(&self) -> Vec<String> {
        let all = [
            &self.model_paths,
            &self.seed_paths,
            &self.snapshot_paths,
            &self.analysis_paths,
            &self.macro_paths,
            &self.test_paths,
        ];
        let mut paths: Vec<String> = all.into_iter().flatten().cloned().collect();
        paths.dedup();
        paths
    }

    /// The configs for a node at each level from the top of `kind` (`models`, `seeds`, …) down its fqn.
    pub fn configs(&self, kind: &str, fqn: &[String]) -> Vec<Map<String, serde_json::Value>> {
        let mut levels = Vec::new();
        let mut current = self.yaml.as_ref().and_then(|yaml| yaml.get(kind));
        let mut parts = fqn.iter();
        while let Some(level) = current {
            levels.push(level_configs(level));
            current = parts.next().and_then(|part| level.get(part));
        }
        levels
    }
}

/// The configs of one level: keys with `+`, and keys without it that do not hold a further level.
fn level_configs(level: &Yaml) -> Map<String, serde_json::Value> {
    let is_config =
        |key: &str, value: &Yaml| key.starts_with('+') || !matches!(value.value, Value::Map(_) | Value::Null);
    let configs = level.entries().iter().filter(|(key, value)| is_config(&key.name, value));
    configs.map(|(key, value)| (key.name.trim_start_matches('+').to_owned(), value.to_json())).collect()
}

fn dispatch(yaml: &Yaml) -> HashMap<String, Vec<String>> {
    let entries = yaml.get("dispatch").map_or(&[][..], Yaml::items);
    let order = |entry: &Yaml| -> Option<(String, Vec<String>)> {
        let namespace = entry.get("macro_namespace")?.scalar()?;
        Some((namespace, entry.get("search_order")?.items().iter().filter_map(Yaml::scalar).collect()))
    };
    entries.iter().filter_map(order).collect()
}
