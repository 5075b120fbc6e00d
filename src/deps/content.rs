//! Files of a package in, a folder on the disk and a checksum out; nothing leaves the folder, and sizes are bounded.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use sha2::{Digest, Sha256};

use super::DepsError;

/// A package may hold so many bytes. The largest on the hub has a few megabytes.
pub(super) const MOST_BYTES: u64 = 256 << 20;

/// A package may hold so many files.
const MOST_FILES: usize = 50_000;

/// What lies at a path.
#[derive(Debug)]
enum Part {
    File {
        bytes: Vec<u8>,
        is_executable: bool,
    },
    /// A symbolic link to another place in the package.
    Link(String),
}

/// The files of one package by path, in memory.
#[derive(Debug, Default)]
pub(super) struct Content {
    parts: BTreeMap<String, Part>,
    bytes: u64,
}

impl Content {
    /// Adds a file.
    ///
    /// # Errors
    /// When its path leads out of the package, or the package becomes too large.
    pub(super) fn add_file(&mut self, path: &str, bytes: Vec<u8>, is_executable: bool) -> Result<(), String> {
        self.bytes += bytes.len() as u64;
        self.add(path, Part::File { bytes, is_executable })
    }

    /// Adds a symbolic link.
    ///
    /// # Errors
    /// When the link leads out of the package, or its path does.
    pub(super) fn add_link(&mut self, path: &str, target: &str) -> Result<(), String> {
        let up = target.split('/').take_while(|part| *part == "..").count();
        let folders = inside(path)?.matches('/').count();
        let rest: Vec<&str> = target.split('/').skip(up).collect();
        // `..` behind a name could go up from where another link leads.
        if target.starts_with('/') || up > folders || rest.contains(&"..") || target.contains(['\\', '\0']) {
            return Err(format!("the link `{path}` leads out of the package"));
        }
        self.add(path, Part::Link(target.to_owned()))
    }

    fn add(&mut self, path: &str, part: Part) -> Result<(), String> {
        let path = inside(path)?;
        if self.bytes > MOST_BYTES || self.parts.len() >= MOST_FILES {
            return Err(format!("it holds more than {} MiB or {MOST_FILES} files", MOST_BYTES >> 20));
        }
        self.parts.insert(path, part);
        Ok(())
    }

    /// The text of a file.
    pub(super) fn text(&self, path: &str) -> Option<String> {
        match self.parts.get(path)? {
            Part::File { bytes, .. } => Some(String::from_utf8_lossy(bytes).into_owned()),
            Part::Link(_) => None,
        }
    }

    /// The SHA-256 of all paths, kinds and contents, in hexadecimal.
    pub(super) fn checksum(&self) -> String {
        let mut hash = Sha256::new();
        for (path, part) in &self.parts {
            let (kind, bytes) = match part {
                Part::File { bytes, is_executable: false } => ("file", bytes.as_slice()),
                Part::File { bytes, is_executable: true } => ("program", bytes.as_slice()),
                Part::Link(target) => ("link", target.as_bytes()),
            };
            // Lengths, so that no two packages are written alike.
            hash.update(format!("{kind} {} {} ", path.len(), bytes.len()));
            hash.update(path);
            hash.update(bytes);
        }
        hash.finalize().iter().fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
    }

    /// Writes everything below `folder`, which is new.
    ///
    /// # Errors
    /// When something cannot be written.
    pub(super) fn write(&self, folder: &Path) -> Result<(), DepsError> {
        let mut links = Vec::new();
        for (path, part) in &self.parts {
            let place = folder.join(path);
            let failed = |error: std::io::Error| DepsError::file("write", &place, &error);
            fs::create_dir_all(place.parent().unwrap_or(folder)).map_err(failed)?;
            match part {
                Part::File { bytes, is_executable } => {
                    fs::write(&place, bytes).map_err(failed)?;
                    if *is_executable {
                        make_executable(&place).map_err(failed)?;
                    }
                }
                Part::Link(target) => links.push((place, target)),
            }
        }
        // Last, so that no file is written through a link.
        for (place, target) in links {
            link(Path::new(target), &place).map_err(|error| DepsError::file("write", &place, &error))?;
        }
        Ok(())
    }
}

/// A path below the package's folder, as it is written there.
///
/// # Errors
/// When it leads out of the folder, or into a `.git`, from which git would run programs.
pub(super) fn inside(path: &str) -> Result<String, String> {
    let parts: Vec<&str> = path.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
    let is_bad = |part: &&str| *part == ".." || part.eq_ignore_ascii_case(".git");
    if path.starts_with('/') || path.contains(['\\', '\0']) || parts.is_empty() || parts.iter().any(is_bad) {
        return Err(format!("`{path}` is no place inside the package"));
    }
    Ok(parts.join("/"))
}

/// Makes a symbolic link at `place`.
#[cfg(unix)]
pub(super) fn link(target: &Path, place: &Path) -> std::io::Result<()> {
    std::os::unix::fs::symlink(target, place)
}

/// Makes a symbolic link at `place`: on Windows, folders are what is linked.
#[cfg(not(unix))]
pub(super) fn link(target: &Path, place: &Path) -> std::io::Result<()> {
    std::os::windows::fs::symlink_dir(target, place)
}

#[cfg(unix)]
fn make_executable(place: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(place, fs::Permissions::from_mode(0o755))
}

#[cfg(not(unix))]
fn make_executable(_: &Path) -> std::io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_written_outside() {
        for path in ["../x", "a/../../x", "/x", "a\\b", "", ".", ".git/config", "a/.GIT/hooks/x", "a/.."] {
            assert!(inside(path).is_err(), "{path:?}");
        }
        assert_eq!(inside("./a//b").unwrap(), "a/b");
    }

    #[test]
    fn links_stay_inside() {
        let mut content = Content::default();
        for (path, target) in [("a/b", "../c"), ("a", "b"), ("a/b/c", "../../x/y")] {
            content.add_link(path, target).unwrap();
        }
        for (path, target) in [("a", ".."), ("a", "/etc"), ("a/b", "../.."), ("a", "b/../../c"), ("a", "b\\c")] {
            content.add_link(path, target).unwrap_err();
        }
    }

    #[test]
    fn the_checksum_tells_packages_apart() {
        let of = |path: &str, text: &str| {
            let mut content = Content::default();
            content.add_file(path, text.into(), false).unwrap();
            content.checksum()
        };
        assert_eq!(of("a", "b"), of("a", "b"));
        assert!(of("a", "bc") != of("ab", "c") && of("a", "b") != of("a", "c"));
    }
}
