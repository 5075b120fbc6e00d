//! `dbt_project.yml` in, its paths, variables and configs out. Behaviour: dbt's "dbt_project.yml".

use foldhash::HashMap;
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
    /// Where `dbt deps` puts packages.
    pub packages_path: String,
    /// What `clean` removes.
    pub clean_targets: Vec<String>,
    pub vars: Map<String, serde_json::Value>,
    /// Search orders by namespace.
    pub dispatch: HashMap<String, Vec<String>>,
    pub on_run_start: Vec<String>,
    pub on_run_end: Vec<String>,
    /// `flags:`, for those that decide how a project is read.
    pub flags: Map<String, serde_json::Value>,
    /// Whether other packages may refer to public models only.
    pub restricts_access: bool,
    /// The whole file, for the configs in it.
    pub yaml: Option<Yaml>,
    /// The same with its Jinja rendered, but for hooks and variables.
    pub rendered: Option<Yaml>,
}

impl ProjectFile {
    /// Reads the settings; what is not set has dbt's default. `rendered` is `yaml` with its Jinja rendered.
    pub fn new(yaml: Yaml, rendered: Yaml) -> Self {
        let text = |key: &str| rendered.get(key).and_then(Yaml::scalar);
        let paths = |keys: &[&str], default: &str| {
            let paths = keys.iter().find_map(|key| rendered.get(key)).map(texts);
            paths.unwrap_or_else(|| vec![default.to_owned()])
        };
        let map = |key: &str| match rendered.get(key).map(Yaml::to_json) {
            Some(serde_json::Value::Object(entries)) => entries,
            _ => Map::new(),
        };
        let mut file = Self {
            name: text("name").unwrap_or_default(),
            profile: text("profile").unwrap_or_default(),
            model_paths: paths(&["model-paths", "source-paths"], "models"),
            seed_paths: paths(&["seed-paths", "data-paths"], "seeds"),
            test_paths: paths(&["test-paths"], "tests"),
            macro_paths: paths(&["macro-paths"], "macros"),
            snapshot_paths: paths(&["snapshot-paths"], "snapshots"),
            analysis_paths: paths(&["analysis-paths"], "analyses"),
            docs_paths: rendered.get("docs-paths").map(texts).unwrap_or_default(),
            packages_path: text("packages-install-path").unwrap_or_else(|| "dbt_packages".to_owned()),
            clean_targets: paths(&["clean-targets"], "target"),
            vars: map("vars"),
            dispatch: dispatch(&rendered),
            on_run_start: rendered.get("on-run-start").map(texts).unwrap_or_default(),
            on_run_end: rendered.get("on-run-end").map(texts).unwrap_or_default(),
            flags: map("flags"),
            restricts_access: rendered.get("restrict-access").and_then(Yaml::as_bool).unwrap_or(false),
            yaml: None,
            rendered: None,
        };
        if file.docs_paths.is_empty() {
            file.docs_paths = file.property_paths();
        }
        (file.yaml, file.rendered) = (Some(yaml), Some(rendered));
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
        let mut paths: Vec<String> = Vec::new();
        for path in all.into_iter().flatten() {
            if !paths.contains(path) {
                paths.push(path.clone());
            }
        }
        paths
    }

    /// What `quoting:` says of `database`, `schema` or `identifier`.
    pub fn quotes(&self, part: &str) -> Option<bool> {
        self.rendered.as_ref()?.get("quoting")?.get(part)?.as_bool()
    }

    /// A flag of `flags:` that is on or off.
    pub fn flag(&self, name: &str) -> Option<bool> {
        self.flags.get(name).and_then(serde_json::Value::as_bool)
    }

    /// How many folders of `fqn` have configs of their own under `kind` (`models`, `seeds`, …).
    pub fn depth(&self, kind: &str, fqn: &[String]) -> usize {
        let mut current = self.section(self.rendered.as_ref(), kind);
        let mut depth = 0;
        for part in fqn {
            current = current.and_then(|level| level.get(part)).filter(|level| matches!(level.value, Value::Map(_)));
            if current.is_none() {
                break;
            }
            depth += 1;
        }
        depth
    }

    /// The configs of each level from the top of `kind` down `fqn`: as they are, or as they were written.
    pub fn levels(&self, kind: &str, fqn: &[String], rendered: bool) -> Vec<Map<String, serde_json::Value>> {
        let file = if rendered { self.rendered.as_ref() } else { self.yaml.as_ref() };
        // What was written under the two keys with a dash is lost to dbt: it looks for them with an underscore.
        if !rendered && matches!(kind, "semantic_models" | "saved_queries") {
            return Vec::new();
        }
        let mut levels = Vec::new();
        let mut current = self.section(file, kind);
        let mut parts = fqn.iter();
        while let Some(level) = current {
            levels.push(level_configs(level));
            let next = parts.next().and_then(|part| level.get(part));
            current = next.filter(|level| matches!(level.value, Value::Map(_)));
        }
        levels
    }

    fn section<'y>(&self, file: Option<&'y Yaml>, kind: &str) -> Option<&'y Yaml> {
        let file = file?;
        let other = match kind {
            // The older name of `data_tests:`.
            "data_tests" => "tests",
            "semantic_models" => "semantic-models",
            "saved_queries" => "saved-queries",
            _ => return file.get(kind),
        };
        file.get(kind).or_else(|| file.get(other))
    }
}

/// A list of texts, or the one text that stands for a list.
fn texts(yaml: &Yaml) -> Vec<String> {
    match &yaml.value {
        Value::List(items) => items.iter().filter_map(Yaml::scalar).collect(),
        _ => yaml.scalar().into_iter().collect(),
    }
}

/// The configs of one level: keys with `+`, and keys without it that do not hold a further level.
fn level_configs(level: &Yaml) -> Map<String, serde_json::Value> {
    let is_config = |key: &str, value: &Yaml| key.starts_with('+') || !matches!(value.value, Value::Map(_));
    let configs = level.entries().iter().filter(|(key, value)| is_config(&key.name, value));
    let name = |key: &str| key.strip_prefix('+').map_or(key, str::trim).to_owned();
    configs.map(|(key, value)| (name(&key.name), value.to_json())).collect()
}

fn dispatch(yaml: &Yaml) -> HashMap<String, Vec<String>> {
    let entries = yaml.get("dispatch").map_or(&[][..], Yaml::items);
    let order = |entry: &Yaml| -> Option<(String, Vec<String>)> {
        let namespace = entry.get("macro_namespace")?.scalar()?;
        Some((namespace, entry.get("search_order").map(texts)?))
    };
    entries.iter().filter_map(order).collect()
}
