//! A folder in, its [`Tree`] out: what dbt would read from disk, symbolic links not followed.

use std::fs;
use std::io::Read;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use rayon::prelude::*;

use super::{Contents, FileKind, SourceFile, Tree};
use crate::PIECE;
use crate::finding::baseline;

/// Folders beside `dbt_project.yml` that hold what tools wrote, never a project's sources. Deeper down they may be anyone's:
/// a database may be called `logs`.
pub(super) const SKIPPED: &[&str] = &[".git", "target", "logs", "venv", ".venv", "node_modules", "__pycache__"];

/// A larger file is reported, not read: no seed or model comes near.
const LARGEST: u64 = 64 * 1024 * 1024;

/// What is read of the folders above the project's, up to the top of its repository: a repository has one of each, which is
/// for all that is in it.
const ABOVE: &[&str] = &[
    ".yamllint",
    ".yamllint.yaml",
    ".yamllint.yml",
    ".gitignore",
    "scripts/source_database_names.txt",
    "scripts/source_database_name.txt",
];

/// The path as the project sees it of a file that is read though it lies above the project's folder, which is at `prefix`.
/// `path` is relative to the repository.
pub(super) fn above(path: &str, prefix: &str) -> Option<String> {
    let mut folder = prefix.trim_end_matches('/');
    let mut way = String::new();
    while !folder.is_empty() {
        folder = folder.rsplit_once('/').map_or("", |(folder, _)| folder);
        way.push_str("../");
        let below = if folder.is_empty() {
            Some(path)
        } else {
            path.strip_prefix(folder).and_then(|path| path.strip_prefix('/'))
        };
        if below.is_some_and(|below| ABOVE.contains(&below)) {
            return below.map(|below| way + below);
        }
    }
    None
}

/// The endings that a dbt project's readers look at; other files keep their address only.
pub(super) fn is_read(path: &str) -> bool {
    let extension = path.rsplit_once('.').map_or("", |(_, extension)| extension);
    let is_list = path.starts_with("scripts/source_database_name");
    let known = ["sql", "yml", "yaml", "csv", "md", "py", "dbtignore", "gitignore", "yamllint"];
    is_list || path == baseline::FILE || known.iter().any(|known| extension.eq_ignore_ascii_case(known))
}

/// Reads every file below `root`, and those above it that are for the whole repository.
pub fn read_folder(root: &Path) -> Tree {
    let mut listed = Listed::default();
    listed.list(root, "");
    let mut tree: Tree = listed
        .files
        .into_par_iter()
        .with_max_len(PIECE)
        .map(|path| read_file(root, path))
        .collect::<Vec<_>>()
        .into_iter()
        .collect();
    for path in listed.submodules {
        tree.insert(SourceFile { path, kind: FileKind::Submodule, bytes: Contents::default() });
    }
    let prefix = prefix(root).unwrap_or_default();
    tree.lies_in(&prefix);
    for up in 1..=prefix.matches('/').count() {
        for name in ABOVE {
            let path = "../".repeat(up) + name;
            if fs::symlink_metadata(root.join(&path)).is_ok() {
                let (kind, bytes) = contents(&root.join(&path), name);
                tree.insert_above(SourceFile { path, kind, bytes });
            }
        }
    }
    tree
}

/// The way from the top of the repository to a folder; nothing when it is in none.
fn prefix(folder: &Path) -> Option<String> {
    let folder = folder.canonicalize().ok()?;
    let top = folder.ancestors().find(|folder| folder.join(".git").exists())?;
    let below = folder.strip_prefix(top).ok()?.to_string_lossy().replace('\\', "/");
    Some(if below.is_empty() { below } else { format!("{below}/") })
}

/// What lies below a folder, each with its path from there.
#[derive(Default)]
struct Listed {
    files: Vec<String>,
    submodules: Vec<String>,
}

impl Listed {
    fn list(&mut self, folder: &Path, prefix: &str) {
        let Ok(entries) = fs::read_dir(folder) else { return };
        let entries: Vec<_> = entries.flatten().collect();
        let is_folder = |entry: &fs::DirEntry| entry.file_type().is_ok_and(|kind| kind.is_dir());
        // In a submodule `.git` is a file that says where its repository is. A commit does not hold what is in it either.
        let is_submodule = || entries.iter().any(|entry| entry.file_name() == ".git" && !is_folder(entry));
        if !prefix.is_empty() && is_submodule() {
            self.submodules.push(prefix.trim_end_matches('/').to_owned());
            return;
        }
        for entry in &entries {
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = format!("{prefix}{name}");
            if !is_folder(entry) {
                self.files.push(path);
            } else if !is_of_tools(folder, &name, prefix.is_empty()) {
                self.list(&entry.path(), &format!("{path}/"));
            }
        }
    }
}

/// Whether a folder holds what a tool wrote there: by its name beside `dbt_project.yml`, and deeper down where the tool's
/// own file says so too.
fn is_of_tools(parent: &Path, name: &str, is_top: bool) -> bool {
    if is_top || !SKIPPED.contains(&name) {
        return SKIPPED.contains(&name);
    }
    match name {
        "target" | "logs" => parent.join("dbt_project.yml").is_file(),
        "venv" | ".venv" => parent.join(name).join("pyvenv.cfg").is_file(),
        "node_modules" => parent.join("package.json").is_file(),
        _ => name == ".git",
    }
}

/// Reads one file below `root`; what cannot be read is kept, with the reason.
pub(super) fn read_file(root: &Path, path: String) -> SourceFile {
    let (kind, bytes) = contents(&root.join(&path), &path);
    SourceFile { path, kind, bytes }
}

fn contents(location: &Path, path: &str) -> (FileKind, Contents) {
    match read(location, path) {
        Ok(bytes) => (FileKind::Regular, bytes.into()),
        Err(kind) => (kind, Contents::default()),
    }
}

fn read(location: &Path, path: &str) -> Result<Vec<u8>, FileKind> {
    let unreadable = |error: std::io::Error| FileKind::Unreadable(error.to_string());
    if !is_read(path) {
        return regular(&fs::symlink_metadata(location).map_err(unreadable)?).map(|_| Vec::new());
    }
    // The name is looked up once: what is opened is what is asked about, and a pipe is not waited for.
    let opened = fs::OpenOptions::new().read(true).custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK).open(location);
    let mut file = opened.map_err(|error| match fs::symlink_metadata(location).map(|found| regular(&found)) {
        Ok(Err(kind)) => kind,
        _ => unreadable(error),
    })?;
    let length = regular(&file.metadata().map_err(unreadable)?)?;
    if length > LARGEST {
        return Err(FileKind::Unreadable(format!("it is larger than {} MiB", LARGEST >> 20)));
    }
    let mut bytes = vec![0; usize::try_from(length).unwrap_or_default()];
    file.read_exact(&mut bytes).map_err(unreadable)?;
    Ok(bytes)
}

/// The length of a regular file.
fn regular(metadata: &fs::Metadata) -> Result<u64, FileKind> {
    match metadata.is_file() {
        true => Ok(metadata.len()),
        false if metadata.is_symlink() => Err(FileKind::Symlink),
        false => Err(FileKind::Unreadable("it is not a regular file".to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_for_the_whole_repository_is_seen_from_the_project() {
        let seen = |path: &str| above(path, "data/dbt/");
        assert_eq!(seen(".yamllint").as_deref(), Some("../../.yamllint"));
        assert_eq!(seen("data/.yamllint.yml").as_deref(), Some("../.yamllint.yml"));
        assert_eq!(
            seen("scripts/source_database_names.txt").as_deref(),
            Some("../../scripts/source_database_names.txt")
        );
        assert_eq!(seen("other/.yamllint"), None);
        assert_eq!(seen("README.md"), None);
        assert_eq!(above(".yamllint", ""), None);
    }
}
