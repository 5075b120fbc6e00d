//! A folder in, its [`Tree`] out: what dbt would read from disk, symbolic links not followed.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use rayon::prelude::*;

use super::{FileKind, SourceFile, Tree};
use crate::PIECE;
use crate::finding::baseline;

/// Folders that hold what tools wrote, never a project's sources.
pub(super) const SKIPPED: &[&str] = &[".git", "target", "logs", "venv", ".venv", "node_modules", "__pycache__"];

/// A larger file is reported, not read: no seed or model comes near.
const LARGEST: u64 = 64 * 1024 * 1024;

/// The endings that a dbt project's readers look at; other files keep their address only.
pub(super) fn is_read(path: &str) -> bool {
    let extension = path.rsplit_once('.').map_or("", |(_, extension)| extension);
    let is_list = path.starts_with("scripts/source_database_name");
    let known = ["sql", "yml", "yaml", "csv", "md", "py", "dbtignore"];
    is_list || path == baseline::FILE || known.iter().any(|known| extension.eq_ignore_ascii_case(known))
}

/// Reads every file below `root`.
pub fn read_folder(root: &Path) -> Tree {
    let mut paths = Vec::new();
    list(root, "", &mut paths);
    paths
        .into_par_iter()
        .with_max_len(PIECE)
        .map(|path| read_file(root, path))
        .collect::<Vec<_>>()
        .into_iter()
        .collect()
}

fn list(folder: &Path, prefix: &str, paths: &mut Vec<String>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = format!("{prefix}{name}");
        let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        if !is_folder {
            paths.push(path);
        } else if !SKIPPED.contains(&name.as_str()) {
            list(&entry.path(), &format!("{path}/"), paths);
        }
    }
}

/// Reads one file below `root`; what cannot be read is kept, with the reason.
pub(super) fn read_file(root: &Path, path: String) -> SourceFile {
    let (kind, bytes) = match read(&root.join(&path), &path) {
        Ok(bytes) => (FileKind::Regular, bytes),
        Err(kind) => (kind, Vec::new()),
    };
    SourceFile { path, kind, bytes: Arc::from(bytes) }
}

fn read(location: &Path, path: &str) -> Result<Vec<u8>, FileKind> {
    let unreadable = |error: std::io::Error| FileKind::Unreadable(error.to_string());
    let metadata = fs::symlink_metadata(location).map_err(unreadable)?;
    if metadata.is_symlink() {
        return Err(FileKind::Symlink);
    }
    if !metadata.is_file() {
        return Err(FileKind::Unreadable("it is not a regular file".to_owned()));
    }
    if !is_read(path) {
        return Ok(Vec::new());
    }
    if metadata.len() > LARGEST {
        return Err(FileKind::Unreadable(format!("it is larger than {} MiB", LARGEST >> 20)));
    }
    fs::read(location).map_err(unreadable)
}
