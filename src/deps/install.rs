//! The packages that a project asks for in, its lock file and its folder of packages out.
//!
//! Everything is fetched and checked, and written to a fresh folder, before the old one is replaced: what fails leaves
//! the old packages as they were.

use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::checksums::{self, Checksums};
use super::content::{self, Content};
use super::fetch::{Fetcher, From, Pinned};
use super::{DepsError, Lists, lists, lock, resolve};

/// What is to be done.
pub struct Request<'r> {
    /// The project's folder.
    pub folder: &'r Path,
    pub lists: &'r Lists,
    /// Where packages are installed, relative to the project's folder.
    pub into: &'r str,
    /// Folders with the project's own files, which are never replaced.
    pub sources: &'r [String],
    /// Write the lock file, and install nothing.
    pub only_lock: bool,
    /// Look for newer versions, whatever the lock file says.
    pub upgrade: bool,
}

/// What was done.
pub struct Installed {
    pub packages: Vec<Package>,
    /// The lock file was written anew.
    pub is_locked: bool,
    /// What was noticed on the way.
    pub notes: Vec<String>,
}

/// One package as it is told.
#[derive(Debug, serde::Serialize)]
pub struct Package {
    pub name: String,
    /// `hub`, `git`, `tarball` or `local`
    pub source: &'static str,
    /// The hub's name, the address as it was written, or the folder.
    pub from: String,
    /// A version or a commit.
    pub version: Option<String>,
    /// The newest version, of a package of the hub.
    pub latest: Option<String>,
    /// What it holds, unless it is local or was not installed.
    pub sha256: Option<String>,
}

/// Locks and installs.
///
/// # Errors
/// When the lists cannot be fulfilled, something cannot be fetched or written, or a package is not what it was.
pub fn run(request: &Request<'_>, fetcher: &mut Fetcher<'_>) -> Result<Installed, DepsError> {
    let place = place(request)?;
    let (folder, specs) = (request.folder, &request.lists.specs);
    let root = request.lists.name.as_str();
    let hash = lists::hash(specs);
    let old = fs::read_to_string(folder.join(lock::FILE)).ok().filter(|_| !request.upgrade);
    let old = old.map(|text| lock::read(&text, fetcher.scope())).transpose()?;
    let (pinned, new_lock) = match old.filter(|old| old.hash.as_deref() == Some(hash.as_str())) {
        Some(lock) => (resolve::of_lock(&lock.specs, lock::FILE, root, fetcher)?, None),
        None => {
            let pinned = resolve::resolve(specs, (root, request.lists.file), fetcher)?;
            let entries: Vec<_> = pinned.iter().map(Pinned::locked).collect();
            let text = lock::write(&entries, &hash);
            (pinned, Some(text).filter(|_| !specs.is_empty()))
        }
    };
    let packages: Vec<Package> = pinned.iter().map(told).collect();
    let mut done = Installed { packages, is_locked: new_lock.is_some(), notes: Vec::new() };
    if request.only_lock {
        write_file(folder, lock::FILE, new_lock.as_deref())?;
    } else {
        check_kept(&place, &pinned, request.into)?;
        let mut checksums = Checksums::read(folder)?;
        let contents = checked(&pinned, &mut done.packages, &mut checksums, fetcher)?;
        let fresh = written(folder, &pinned, &contents)?;
        write_file(folder, lock::FILE, new_lock.as_deref())?;
        write_file(folder, checksums::FILE, checksums.is_needed().then(|| checksums.text()).as_deref())?;
        swap(&place, fresh)?;
    }
    done.notes = std::mem::take(&mut fetcher.notes);
    Ok(done)
}

/// The files of each package, which are what they were.
fn checked(
    pinned: &[Pinned],
    packages: &mut [Package],
    checksums: &mut Checksums,
    fetcher: &mut Fetcher<'_>,
) -> Result<Vec<Option<Rc<Content>>>, DepsError> {
    let mut contents = Vec::new();
    for (pinned, told) in pinned.iter().zip(packages) {
        let content = fetcher.content(pinned)?;
        if let Some(content) = &content {
            let checksum = content.checksum();
            checksums.check(&pinned.locked(), &checksum)?;
            told.sha256 = Some(checksum);
        }
        contents.push(content);
    }
    Ok(contents)
}

fn told(pinned: &Pinned) -> Package {
    let (source, from, version, latest) = match &pinned.from {
        From::Hub { package, version, latest, .. } => ("hub", package, Some(version), Some(latest)),
        From::Git { url, commit, .. } => ("git", &url.written, Some(commit), None),
        From::Tarball { url, .. } => ("tarball", &url.written, None, None),
        From::Local { path, .. } => ("local", path, None, None),
    };
    Package {
        name: pinned.name.clone(),
        source,
        from: from.clone(),
        version: version.cloned(),
        latest: latest.cloned(),
        sha256: None,
    }
}

/// The folder that is replaced: below the project, not a link, and nothing that holds the project's own files.
fn place(request: &Request<'_>) -> Result<PathBuf, DepsError> {
    let wrong = |why: &str| no_place(request.into, why);
    let path = content::inside(request.into).map_err(|_| wrong("it must be a folder inside the project"))?;
    let within = |outer: &str, inner: &str| Path::new(inner).starts_with(outer);
    let own = request.sources.iter().map(String::as_str).chain(["target", "logs"]);
    for own in own.map(|own| own.trim_start_matches("./").trim_matches('/')) {
        if within(&path, own) || (within(own, &path) && !own.is_empty()) {
            return Err(wrong(&format!("`{own}` has files of its own, and the folder is replaced as a whole")));
        }
    }
    let mut folder = request.folder.to_owned();
    for part in path.split('/') {
        folder.push(part);
        if fs::symlink_metadata(&folder).is_ok_and(|found| found.is_symlink()) {
            return Err(wrong("it is a symbolic link, and cadet does not write through links"));
        }
    }
    Ok(folder)
}

fn no_place(into: &str, why: &str) -> DepsError {
    let message = format!("packages cannot be installed into `{into}`: {why}");
    DepsError::asked(message, "change `packages-install-path:` in dbt_project.yml; dbt_packages is the usual one")
}

/// Refuses to replace a folder that holds more than installed packages.
fn check_kept(place: &Path, pinned: &[Pinned], into: &str) -> Result<(), DepsError> {
    let canonical = place.canonicalize().unwrap_or_else(|_| place.to_owned());
    let is_inside =
        |pinned: &&Pinned| matches!(&pinned.from, From::Local { folder, .. } if folder.starts_with(&canonical));
    if let Some(own) = pinned.iter().find(is_inside) {
        let why = format!("the local package `{}` lies in it, and the folder is replaced as a whole", own.name);
        return Err(no_place(into, &why));
    }
    // A folder of that name is nothing else.
    if place.ends_with("dbt_packages") {
        return Ok(());
    }
    for entry in fs::read_dir(place).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if !name.starts_with('.') && !entry.path().join("dbt_project.yml").exists() {
            let why = format!("it holds `{name}`, which is no package, and the folder is replaced as a whole");
            return Err(no_place(into, &why));
        }
    }
    Ok(())
}

/// All packages in a fresh folder below `target`, from which they are moved as a whole.
fn written(folder: &Path, pinned: &[Pinned], contents: &[Option<Rc<Content>>]) -> Result<tempfile::TempDir, DepsError> {
    let target = folder.join("target");
    if fs::symlink_metadata(&target).is_ok_and(|found| found.is_symlink()) {
        let message = "`target` is a symbolic link, and cadet does not write through links";
        return Err(DepsError::asked(message, "remove the link"));
    }
    let failed = |error: std::io::Error| DepsError::file("write", &target, &error);
    fs::create_dir_all(&target).map_err(failed)?;
    let fresh = tempfile::Builder::new().prefix("cadet-deps-").tempdir_in(&target).map_err(failed)?;
    let packages = fresh.path().join("new");
    fs::create_dir(&packages).map_err(failed)?;
    for (pinned, content) in pinned.iter().zip(contents) {
        let place = packages.join(&pinned.name);
        match (content, &pinned.from) {
            (Some(content), _) => {
                fs::create_dir(&place).map_err(failed)?;
                content.write(&place)?;
            }
            (None, From::Local { folder, .. }) => content::link(folder, &place).map_err(failed)?,
            (None, _) => {}
        }
    }
    Ok(fresh)
}

/// Puts the fresh folder where the old one was; if that fails, the old one is put back.
fn swap(place: &Path, fresh: tempfile::TempDir) -> Result<(), DepsError> {
    let failed = |error: std::io::Error| DepsError::file("replace", place, &error);
    let (new, old) = (fresh.path().join("new"), fresh.path().join("old"));
    if let Some(parent) = place.parent() {
        fs::create_dir_all(parent).map_err(failed)?;
    }
    let had_old = match fs::rename(place, &old) {
        Ok(()) => true,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => false,
        Err(error) => return Err(failed(error)),
    };
    let Err(error) = fs::rename(&new, place) else { return Ok(()) };
    if had_old && fs::rename(&old, place).is_err() {
        let kept = fresh.keep().join("old");
        let message =
            format!("failed to replace {}: {error}; the old packages are in {}", place.display(), kept.display());
        return Err(DepsError::failed(message, "move them back, or run `cadet deps` again"));
    }
    Err(failed(error))
}

/// Replaces a small file of the project's folder; a link there is not followed.
fn write_file(folder: &Path, name: &str, text: Option<&str>) -> Result<(), DepsError> {
    let Some(text) = text else { return Ok(()) };
    let path = folder.join(name);
    if fs::read_to_string(&path).is_ok_and(|old| old == text) {
        return Ok(());
    }
    let failed = |error: std::io::Error| DepsError::file("write", &path, &error);
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
    std::io::Write::write_all(&mut file, text.as_bytes()).map_err(failed)?;
    readable(file.as_file()).map_err(failed)?;
    file.persist(&path).map(drop).map_err(|error| failed(error.error))
}

/// A temporary file is its owner's alone; the project's files are not.
#[cfg(unix)]
fn readable(file: &fs::File) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn readable(_: &fs::File) -> std::io::Result<()> {
    Ok(())
}
