//! Which commit a table is built from. Of one branch, an older commit never takes the place of a newer one's table: a run
//! that was held up, or is run again, would.
//!
//! What is newer is for git to say. Where it cannot, since it does not have one of the two commits or neither comes after
//! the other, the times of the commits say it. Between branches there is no older and newer: the last one counts.

use std::path::PathBuf;

use aws_sdk_glue::types::{Table, TableInput};

use super::Core;
use super::catalogue::parameter;
use crate::engine::EngineError;
use crate::source::Repo;

/// Parameters of a table: the commit with its time, and whose run built it.
const COMMIT: &str = "cadet_commit";
const OWNER: &str = "cadet_owner";

/// The commit that is built.
#[derive(Debug, Clone)]
pub struct Revision {
    pub commit: String,
    /// When it was made, in seconds since 1970.
    pub time: i64,
    /// A folder of its repository.
    pub folder: PathBuf,
}

impl Revision {
    /// Whether another commit is newer.
    fn is_before(&self, commit: &str, time: i64) -> bool {
        if commit == self.commit {
            return false;
        }
        let repo = Repo::discover(&self.folder).ok();
        let comes_after = |later: &str, earlier: &str| repo.as_ref()?.comes_after(later, earlier);
        match (comes_after(commit, &self.commit), comes_after(&self.commit, commit)) {
            (Some(true), _) => true,
            (_, Some(true)) => false,
            _ => time > self.time,
        }
    }
}

impl Core {
    /// The entry with what it was built from.
    pub(super) fn signed(&self, mut entry: TableInput) -> TableInput {
        let parameters = entry.parameters.get_or_insert_default();
        parameters.insert(OWNER.to_owned(), self.run.owner.clone());
        match &self.revision {
            Some(revision) => parameters.insert(COMMIT.to_owned(), format!("{} {}", revision.commit, revision.time)),
            None => parameters.remove(COMMIT),
        };
        entry
    }

    /// Refuses to take the place of a table that a newer commit of the same branch has built.
    ///
    /// # Errors
    /// When it has.
    pub(super) fn is_newest(&self, there: Option<&Table>) -> Result<(), EngineError> {
        let Some((revision, table)) = self.revision.as_ref().zip(there).filter(|_| !self.replaces_newer) else {
            return Ok(());
        };
        if parameter(table, OWNER) != Some(&self.run.owner) {
            return Ok(());
        }
        let built_from = parameter(table, COMMIT).and_then(|text| text.split_once(' '));
        let built_from = built_from.and_then(|(commit, time)| Some((commit, time.parse::<i64>().ok()?)));
        match built_from {
            Some((commit, time)) if revision.is_before(commit, time) => {
                let short = |commit: &str| commit.chars().take(7).collect::<String>();
                Err(EngineError::Query {
                    message: format!(
                        "the table there was built from {}, a newer commit of this branch than {}",
                        short(commit),
                        short(&revision.commit)
                    ),
                    offset: None,
                    help: Some("run the newer commit; `--replace-newer` goes back to this one".to_owned()),
                })
            }
            _ => Ok(()),
        }
    }
}
