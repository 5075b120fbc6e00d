//! Stage 1: git objects and folders in, files with an address out.
//!
//! A [`Tree`] is one state of the project: the working tree, or a commit read straight from git's objects.
//! Paths are relative to the dbt project's folder and use `/`.

pub mod changes;
pub mod file;
pub mod git;
pub mod lines;
pub mod walk;

pub use changes::{Change, ChangeKind};
pub use file::{Contents, FileKind, LineIndex, SourceFile, Tree};
pub use git::{GitError, Repo};
pub use lines::ChangedLines;
