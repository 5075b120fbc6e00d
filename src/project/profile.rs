//! `profiles.yml` in, the target's names out. No connection is ever made from it.

use minijinja::Value;

use crate::jinja::values;
use crate::parse::yaml::Yaml;

/// The facts of a target that templates and names depend on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    pub profile_name: String,
    pub name: String,
    /// The adapter, `athena` or `duckdb`.
    pub kind: String,
    pub database: String,
    pub schema: String,
    pub threads: usize,
}

impl Target {
    /// What holds when no `profiles.yml` is found: the service's dev environment.
    pub fn usual(profile_name: &str) -> Self {
        Self {
            profile_name: profile_name.to_owned(),
            name: "dev".to_owned(),
            kind: "athena".to_owned(),
            database: "awsdatacatalog".to_owned(),
            schema: "mojap".to_owned(),
            threads: 4,
        }
    }

    /// The target `wanted`, or the profile's own default.
    ///
    /// # Errors
    /// The names of the targets that there are, when `wanted` is none of them.
    pub fn read(profiles: &Yaml, profile_name: &str, wanted: Option<&str>) -> Result<Option<Self>, Vec<String>> {
        let Some(profile) = profiles.get(profile_name) else { return Ok(None) };
        let default = profile.get("target").and_then(Yaml::as_str).unwrap_or("default");
        let name = wanted.unwrap_or(default);
        let outputs = profile.get("outputs").map_or(&[][..], Yaml::entries);
        let Some((_, output)) = outputs.iter().find(|(key, _)| key.name == name) else {
            return Err(outputs.iter().map(|(key, _)| key.name.to_string()).collect());
        };
        let text = |key: &str| output.get(key).and_then(Yaml::scalar);
        let usual = Self::usual(profile_name);
        let kind = text("type").unwrap_or(usual.kind);
        let database = text("database").or_else(|| (kind == "duckdb").then(|| duckdb_database(text("path"))));
        Ok(Some(Self {
            name: name.to_owned(),
            database: database.unwrap_or(usual.database),
            schema: text("schema").unwrap_or(usual.schema),
            threads: text("threads").and_then(|threads| threads.parse().ok()).unwrap_or(usual.threads),
            profile_name: usual.profile_name,
            kind,
        }))
    }

    /// `target` as templates see it.
    pub fn value(&self) -> Value {
        let text = |key: &str, value: &str| (Value::from(key), Value::from(value));
        values::Dict::value([
            text("name", &self.name),
            text("target_name", &self.name),
            text("profile_name", &self.profile_name),
            text("type", &self.kind),
            text("database", &self.database),
            text("schema", &self.schema),
            (Value::from("threads"), Value::from(self.threads)),
        ])
    }
}

/// dbt-duckdb names the database after its file.
fn duckdb_database(path: Option<String>) -> String {
    let path = path.unwrap_or_else(|| ":memory:".to_owned());
    if path == ":memory:" { "memory".to_owned() } else { crate::source::file::stem(&path).to_owned() }
}
