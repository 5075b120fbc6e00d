//! Lists of packages in, `package-lock.yml` and the folder of packages out, as `dbt deps` has them.
//!
//! This is the one part of cadet that fetches anything, and `cadet deps` the one command that calls it.

pub mod add;
mod archive;
mod checksums;
mod content;
mod fetch;
mod git;
mod hub;
mod install;
mod lists;
mod lock;
mod resolve;
mod spec;
mod version;
mod web;

pub use fetch::{Fetcher, Surroundings};
pub use git::GitProgram;
pub use install::{Installed, Package, Request, run};
pub use lists::Lists;

/// What keeps packages from being installed.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct DepsError {
    pub message: String,
    /// How to go on.
    pub advice: String,
    /// Something was written wrongly; else it could not be fetched or put in its place.
    pub is_usage: bool,
}

impl DepsError {
    /// What was asked for cannot be had: a list of packages has to change.
    pub(crate) fn asked(message: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { message: message.into(), advice: advice.into(), is_usage: true }
    }

    /// It could not be fetched, is not what it was, or could not be written.
    pub(crate) fn failed(message: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { message: message.into(), advice: advice.into(), is_usage: false }
    }

    /// A file or folder of the project that could not be read or written.
    pub(crate) fn file(action: &str, path: &std::path::Path, error: &std::io::Error) -> Self {
        let advice = "check that the folder exists and that you may write to it";
        Self::failed(format!("failed to {action} {}: {error}", path.display()), advice)
    }
}
