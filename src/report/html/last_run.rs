//! The artefacts of a run in, what a page tells of it out: `manifest.json`, `run_results.json` and `cadet.json`, or those
//! of dbt, which has no `cadet.json`.
//!
//! Behaviour: dbt's schemas of manifest v12 and run-results v6. They may be anyone's files, so nothing is taken for granted.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::error::Error;

/// What a run left.
#[derive(Debug)]
pub struct LastRun {
    pub(super) manifest: Manifest,
    pub(super) results: Option<Results>,
    pub(super) told: Option<Told>,
}

impl LastRun {
    /// Reads the artefacts in a folder. What `cadet.json` says counts only for the run that wrote it.
    ///
    /// # Errors
    /// When there is no manifest, or a file cannot be read.
    pub fn read(folder: &Path) -> Result<Self, Error> {
        let missing = || {
            let message = format!("there is no manifest.json in {}", folder.display());
            Error::usage(message, "run `cadet build`, `deploy` or `ci` first, or name a folder with --artefacts")
        };
        let manifest: Manifest = json(&folder.join("manifest.json"))?.ok_or_else(missing)?;
        let results: Option<Results> = json(&folder.join("run_results.json"))?;
        let told: Option<Told> = json(&folder.join("cadet.json"))?;
        let run = results.as_ref().map(|results| results.metadata.invocation_id.clone());
        let told = told.filter(|told| run.as_ref().is_none_or(|run| *run == told.invocation_id));
        Ok(Self { manifest, results, told })
    }
}

fn json<T: DeserializeOwned>(path: &Path) -> Result<Option<T>, Error> {
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(Error::File { action: "read", path: path.to_owned(), source }),
    };
    let broken = |error: serde_json::Error| {
        let message = format!("{} cannot be read: {error}", path.display());
        Error::usage(message, "it is no artefact of cadet or dbt, or was cut off: run the command that writes it again")
    };
    serde_json::from_slice(&bytes).map(Some).map_err(broken)
}

/// What is null has its default.
fn or_default<'de, T: Default + Deserialize<'de>, D: Deserializer<'de>>(from: D) -> Result<T, D::Error> {
    Ok(Option::deserialize(from)?.unwrap_or_default())
}

/// A moment; nothing when it is none.
fn moment<'de, D: Deserializer<'de>>(from: D) -> Result<Option<jiff::Timestamp>, D::Error> {
    Ok(Option::<String>::deserialize(from)?.and_then(|text| text.parse().ok()))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Metadata {
    pub project_name: Option<String>,
    pub adapter_type: Option<String>,
    #[serde(deserialize_with = "or_default")]
    pub generated_at: String,
    #[serde(deserialize_with = "or_default")]
    pub invocation_id: String,
    pub invocation_started_at: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Manifest {
    pub metadata: Metadata,
    pub nodes: BTreeMap<String, Entry>,
    pub sources: BTreeMap<String, Entry>,
    pub exposures: BTreeMap<String, Entry>,
    pub metrics: BTreeMap<String, Entry>,
    pub semantic_models: BTreeMap<String, Entry>,
    pub saved_queries: BTreeMap<String, Entry>,
    pub unit_tests: BTreeMap<String, Entry>,
}

impl Manifest {
    /// Everything by unique id.
    pub(super) fn all(&self) -> impl Iterator<Item = (&String, &Entry)> {
        let others = self.metrics.iter().chain(&self.semantic_models).chain(&self.saved_queries);
        self.nodes.iter().chain(&self.sources).chain(&self.exposures).chain(others).chain(&self.unit_tests)
    }
}

/// A node of any kind.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Entry {
    #[serde(deserialize_with = "or_default")]
    pub name: String,
    #[serde(deserialize_with = "or_default")]
    pub resource_type: String,
    #[serde(deserialize_with = "or_default")]
    pub original_file_path: String,
    pub patch_path: Option<String>,
    #[serde(deserialize_with = "or_default")]
    pub description: String,
    pub relation_name: Option<String>,
    pub raw_code: Option<String>,
    pub compiled_code: Option<String>,
    #[serde(deserialize_with = "or_default")]
    pub config: Config,
    #[serde(deserialize_with = "or_default")]
    pub tags: Value,
    pub version: Value,
    #[serde(deserialize_with = "or_default")]
    pub depends_on: DependsOn,
    pub attached_node: Option<String>,
    pub column_name: Option<String>,
    pub test_metadata: Option<TestMetadata>,
    #[serde(deserialize_with = "or_default")]
    pub columns: BTreeMap<String, Column>,
    pub owner: Option<Owner>,
    pub source_name: Option<String>,
    pub model: Option<Value>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Config {
    pub materialized: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct DependsOn {
    #[serde(deserialize_with = "or_default")]
    pub nodes: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct TestMetadata {
    #[serde(deserialize_with = "or_default")]
    pub name: String,
    pub namespace: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Column {
    #[serde(deserialize_with = "or_default")]
    pub name: String,
    #[serde(deserialize_with = "or_default")]
    pub description: String,
    pub data_type: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Owner {
    pub name: Option<Value>,
    pub email: Option<Value>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Results {
    pub metadata: Metadata,
    pub results: Vec<StepResult>,
    pub elapsed_time: f64,
    #[serde(deserialize_with = "or_default")]
    pub args: Args,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Args {
    pub which: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct StepResult {
    #[serde(deserialize_with = "or_default")]
    pub unique_id: String,
    #[serde(deserialize_with = "or_default")]
    pub status: String,
    #[serde(deserialize_with = "or_default")]
    pub timing: Vec<Timing>,
    #[serde(deserialize_with = "or_default")]
    pub execution_time: f64,
    /// What the engine said: the keys of dbt's adapters, and those of cadet beside them.
    pub adapter_response: Value,
    pub message: Option<Value>,
    pub failures: Option<u64>,
    pub compiled_code: Option<String>,
    pub relation_name: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Timing {
    #[serde(deserialize_with = "moment")]
    pub started_at: Option<jiff::Timestamp>,
    #[serde(deserialize_with = "moment")]
    pub completed_at: Option<jiff::Timestamp>,
}

/// `cadet.json`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Told {
    #[serde(deserialize_with = "or_default")]
    pub invocation_id: String,
    pub command: Option<String>,
    pub base: Option<String>,
    pub head: Option<String>,
    /// `success`, `failure`, `interrupted` or `error`.
    pub verdict: Option<String>,
    pub changed_files: Option<u64>,
    #[serde(deserialize_with = "or_default")]
    pub removed: Vec<String>,
    pub artefacts: Option<String>,
    /// What differs from the base; none when there is no base.
    pub changed: Option<Vec<Changed>>,
    #[serde(deserialize_with = "or_default")]
    pub findings: Vec<Value>,
    #[serde(deserialize_with = "or_default")]
    pub outcomes: Vec<ToldStep>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Changed {
    #[serde(deserialize_with = "or_default")]
    pub unique_id: String,
    #[serde(deserialize_with = "or_default")]
    pub reason: String,
}

/// What became of a step, as cadet says it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ToldStep {
    #[serde(deserialize_with = "or_default")]
    pub unique_id: String,
    #[serde(deserialize_with = "or_default")]
    pub status: String,
    #[serde(deserialize_with = "or_default")]
    pub reason: String,
    #[serde(deserialize_with = "or_default")]
    pub message: String,
    pub count: Option<u64>,
}
