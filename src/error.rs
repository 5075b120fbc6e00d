//! What stops cadet. A mistake in the project never does: it is a finding.

use std::path::PathBuf;

use crate::deps::DepsError;
use crate::engine::EngineError;
use crate::finding::Finding;
use crate::guard::parent::Died;
use crate::plan::saved::Moved;
use crate::select::SelectError;
use crate::settings::SettingsError;
use crate::source::GitError;

/// Why cadet could not do what it was asked to.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("{message}")]
    Usage { message: String, advice: String },
    #[error(transparent)]
    Settings(#[from] SettingsError),
    #[error(transparent)]
    Select(#[from] SelectError),
    #[error(transparent)]
    Git(#[from] GitError),
    #[error(transparent)]
    Deps(#[from] DepsError),
    #[error(transparent)]
    Plan(#[from] Moved),
    #[error("{0}")]
    Engine(#[from] EngineError),
    #[error("{0}")]
    Died(Died),
    #[error("not everything was fixed: {reason}")]
    NotFixed { reason: String },
    #[error("failed to {action} {}: {source}", path.display())]
    File { action: &'static str, path: PathBuf, source: std::io::Error },
}

impl Error {
    /// A mistake in how cadet was called.
    pub fn usage(message: impl Into<String>, advice: impl Into<String>) -> Self {
        Self::Usage { message: message.into(), advice: advice.into() }
    }

    /// What the reader can do about it.
    pub fn advice(&self) -> String {
        match self {
            Self::Usage { advice, .. } => advice.clone(),
            Self::Settings(SettingsError::Baseline(_)) => {
                "take the file of the main branch again, or write it anew with `cadet baseline`".into()
            }
            Self::Settings(SettingsError::Wrong(_)) => {
                "nothing was done: cadet does not guess what was meant; see docs/settings.md for what cadet.yaml may hold".into()
            }
            Self::Select(error) => error.advice.clone(),
            Self::Git(error) => error.advice(),
            Self::Deps(error) => error.advice.clone(),
            Self::Plan(moved) => moved.advice(),
            Self::Engine(error) if error.to_string().contains("AWS") => {
                "check the credentials, the region and what the role may do: see docs/athena.md".into()
            }
            Self::Engine(_) => {
                "wait for the other run to end, or delete the file: it holds nothing but what cadet built".into()
            }
            Self::Died(died) => died.advice(),
            Self::NotFixed { .. } => {
                "what could be fixed without it is; look at the file, then run `cadet check --fix` again".into()
            }
            Self::File { .. } => "check that the folder exists and that you may write to it".into(),
        }
    }

    /// The same as a finding with its place, when it is about a place in a file, and the text of that file.
    pub fn finding(&self) -> Option<(Finding, &str)> {
        match self {
            Self::Settings(SettingsError::Wrong(wrong)) => Some(wrong.finding(self.advice())),
            _ => None,
        }
    }

    /// 2 for bad usage or settings, 3 for a run that could not be done.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Usage { .. } | Self::Settings(_) | Self::Select(_) => 2,
            Self::Deps(error) if error.is_usage => 2,
            Self::Git(_)
            | Self::Deps(_)
            | Self::Plan(_)
            | Self::Engine(_)
            | Self::Died(_)
            | Self::NotFixed { .. }
            | Self::File { .. } => 3,
        }
    }
}
