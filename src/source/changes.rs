//! What differs between two states of the project, file by file.

use std::collections::BTreeMap;

/// How a file differs from the base.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChangeKind {
    Added,
    Modified,
    Deleted,
    /// Moved here from the named path, with or without changes.
    Renamed(String),
    /// Same bytes, other mode (for example made executable).
    Mode,
    /// A file became a link, or a link a file.
    Type,
}

/// One changed file, `path` relative to the project's folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    pub path: String,
    pub kind: ChangeKind,
}

/// The changed files by their path in the head.
pub type Changes = BTreeMap<String, ChangeKind>;
