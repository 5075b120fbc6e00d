//! A folder with the artefacts of an earlier run in, what selection asks of them out.
//!
//! Behaviour: `dbt.contracts.state.PreviousState`: `manifest.json` for `state:`, `run_results.json` for `result:`, and
//! `sources.json` there and in `target` for `source_status:`.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::SelectError;
use super::state::State;
use crate::project::Project;

/// What is known of an earlier run, or of another state of the project.
#[derive(Default)]
pub struct Previous<'p> {
    state: Option<State<'p>>,
    folder: Option<PathBuf>,
    results: Option<Results>,
    sources: Option<Results>,
    sources_now: Option<Results>,
}

/// `run_results.json` or `sources.json`.
#[derive(Debug, Deserialize)]
struct Results {
    results: Vec<OneResult>,
}

#[derive(Debug, Deserialize)]
struct OneResult {
    unique_id: String,
    #[serde(default)]
    status: String,
    max_loaded_at: Option<String>,
}

impl Results {
    /// When the newest row of each source was loaded; sources that could not be asked have no time.
    fn times(&self) -> HashMap<&str, &str> {
        let time = |result: &'_ OneResult| result.max_loaded_at.is_some();
        self.results
            .iter()
            .filter(|result| time(result))
            .map(|result| (result.unique_id.as_str(), result.max_loaded_at.as_deref().unwrap_or_default()))
            .collect()
    }
}

impl<'p> Previous<'p> {
    /// Another state of the project that was read in this run.
    pub fn of_project(base: &'p Project) -> Self {
        Self { state: Some(State::Project(base)), ..Self::default() }
    }

    /// What the artefacts in `folder` say, and those of this project's `target`.
    ///
    /// # Errors
    /// When an artefact is there but cannot be read.
    pub fn read(folder: &Path, target: &Path) -> Result<Self, SelectError> {
        if !folder.is_dir() {
            let message = format!("the folder {} of --state does not exist", folder.display());
            return Err(SelectError::new(message, "name a folder that holds the manifest.json of an earlier run"));
        }
        Ok(Self {
            state: artefact(&folder.join("manifest.json"))?.map(|manifest| State::Manifest(Box::new(manifest))),
            results: artefact(&folder.join("run_results.json"))?,
            sources: artefact(&folder.join("sources.json"))?,
            sources_now: artefact(&target.join("sources.json"))?,
            folder: Some(folder.to_owned()),
        })
    }

    pub(super) fn state(&self) -> Option<&State<'p>> {
        self.state.as_ref()
    }

    /// The nodes that ended so in the earlier run.
    pub(super) fn with_status(&self, status: &str) -> Result<HashSet<&str>, SelectError> {
        let results =
            self.results.as_ref().ok_or_else(|| self.missing(&format!("result:{status}"), "run_results.json"))?;
        let found = results.results.iter().filter(|result| result.status == status);
        Ok(found.map(|result| result.unique_id.as_str()).collect())
    }

    /// The sources with newer rows than in the earlier run: `fresher` is the only word that dbt knows.
    pub(super) fn sources_with_status(&self, status: &str) -> Result<HashSet<&str>, SelectError> {
        let word = format!("source_status:{status}");
        let before = self.sources.as_ref().ok_or_else(|| self.missing(&word, "sources.json"))?;
        let now = self.sources_now.as_ref().ok_or_else(|| {
            let message = format!("the selector `{word}` needs target/sources.json, which is not there");
            SelectError::new(message, "run `dbt source freshness` first")
        })?;
        if status != "fresher" {
            return Ok(HashSet::new());
        }
        let (before, now) = (before.times(), now.times());
        let moment = |text: &str| text.parse::<jiff::Timestamp>().ok();
        let is_fresher = |id: &str, time: &str| before.get(id).is_none_or(|known| moment(time) > moment(known));
        Ok(now.into_iter().filter(|(id, time)| is_fresher(id, time)).map(|(id, _)| id).collect())
    }

    fn missing(&self, word: &str, name: &str) -> SelectError {
        let message = match &self.folder {
            Some(folder) => format!("the selector `{word}` needs {name}, which is not in {}", folder.display()),
            None => format!("the selector `{word}` needs the {name} of an earlier run"),
        };
        SelectError::new(message, "name the folder that holds it with --state")
    }
}

/// An artefact, when it is there.
fn artefact<T: DeserializeOwned>(path: &Path) -> Result<Option<T>, SelectError> {
    let Ok(bytes) = std::fs::read(path) else { return Ok(None) };
    serde_json::from_slice(&bytes).map(Some).map_err(|error| {
        let message = format!("{} cannot be read: {error}", path.display());
        SelectError::new(message, "it must be as dbt or cadet wrote it; let them write it again")
    })
}
