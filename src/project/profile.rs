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
    /// What else a template may see of the connection; never a secret.
    pub connection: serde_json::Map<String, serde_json::Value>,
}

/// What Athena's profile says of the connection: each with what holds when it is left out.
const ATHENA: [(&str, Usual); 13] = [
    ("s3_staging_dir", Usual::Nothing),
    ("work_group", Usual::Nothing),
    ("skip_workgroup_check", Usual::No),
    ("region_name", Usual::Nothing),
    ("poll_interval", Usual::Second),
    ("aws_profile_name", Usual::Nothing),
    ("endpoint_url", Usual::Nothing),
    ("s3_data_dir", Usual::Nothing),
    ("s3_data_naming", Usual::Naming),
    ("s3_tmp_table_dir", Usual::Nothing),
    ("debug_query_state", Usual::No),
    ("lf_tags_database", Usual::Nothing),
    ("spark_work_group", Usual::Nothing),
];

#[derive(Debug, Clone, Copy)]
enum Usual {
    Nothing,
    No,
    Second,
    Naming,
}

impl Usual {
    fn value(self) -> serde_json::Value {
        match self {
            Self::Nothing => serde_json::Value::Null,
            Self::No => false.into(),
            Self::Second => 1.0.into(),
            Self::Naming => "schema_table_unique".into(),
        }
    }
}

/// What templates see of a connection to Athena.
fn connection(output: Option<&Yaml>) -> serde_json::Map<String, serde_json::Value> {
    let said = |key: &str| output.and_then(|output| output.get(key)).map(Yaml::to_json);
    // An interval of `1` is the float that it is to dbt.
    let typed = |value: serde_json::Value, usual: Usual| match (usual, value.as_f64()) {
        (Usual::Second, Some(seconds)) => seconds.into(),
        _ => value,
    };
    let plain = |value: &serde_json::Value| !value.is_null();
    ATHENA
        .iter()
        .map(|(key, usual)| {
            let value = said(key).filter(plain).map_or_else(|| usual.value(), |value| typed(value, *usual));
            ((*key).to_owned(), value)
        })
        .collect()
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
            connection: connection(None),
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
            connection: if kind == "athena" { connection(Some(output)) } else { serde_json::Map::new() },
            kind,
        }))
    }

    /// `target` as templates see it.
    pub fn value(&self) -> Value {
        let text = |key: &str, value: &str| (Value::from(key), Value::from(value));
        let catalogue = (self.kind == "athena").then(|| text("catalog", &self.database));
        let connection =
            self.connection.iter().map(|(key, value)| (Value::from(key.as_str()), values::from_json(value)));
        let names = [
            text("name", &self.name),
            text("target_name", &self.name),
            text("profile_name", &self.profile_name),
            text("type", &self.kind),
            text("database", &self.database),
            text("schema", &self.schema),
            (Value::from("threads"), Value::from(self.threads)),
        ];
        values::Dict::value(names.into_iter().chain(connection).chain(catalogue))
    }
}

/// dbt-duckdb names the database after its file.
fn duckdb_database(path: Option<String>) -> String {
    let path = path.unwrap_or_else(|| ":memory:".to_owned());
    if path == ":memory:" { "memory".to_owned() } else { crate::source::file::stem(&path).to_owned() }
}
