//! Mended files in, the same files in the project's folder out: whole or not at all, and never through a link.

use std::fs::{self, Permissions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::mend::MendedFile;

/// A file that is ready to take its place.
struct Staged<'f> {
    file: &'f MendedFile,
    new: NamedTempFile,
    permissions: Permissions,
}

/// Writes a group of files that belong together below `folder`, all of them or none. Each becomes a new file beside the old
/// one, which then takes its place, so that a reader never sees half of it.
///
/// # Errors
/// In words, why none was written: a link on the way, a file that is not as it was read, or what the system says.
pub fn save(folder: &Path, files: &[MendedFile]) -> Result<(), String> {
    let mut staged = Vec::new();
    for file in files {
        let old = folder.join(&file.from);
        refuse_links(folder, &file.from)?;
        refuse_links(folder, &file.to)?;
        let is_as_read = fs::read(&old).is_ok_and(|bytes| *bytes == *file.before);
        if !is_as_read {
            return Err(format!("`{}` has changed since it was read", file.from));
        }
        if file.from != file.to && fs::symlink_metadata(folder.join(&file.to)).is_ok() {
            return Err(format!("there is a file `{}` already", file.to));
        }
        staged.push(stage(folder, file).map_err(|error| format!("`{}` cannot be written: {error}", file.to))?);
    }
    let mut done: Vec<&MendedFile> = Vec::new();
    for Staged { file, new, permissions } in staged {
        let placed = fs::set_permissions(new.path(), permissions)
            .and_then(|()| new.persist(folder.join(&file.to)).map_err(|error| error.error))
            .and_then(|_| if file.from == file.to { Ok(()) } else { fs::remove_file(folder.join(&file.from)) });
        if let Err(error) = placed {
            done.push(file);
            done.into_iter().for_each(|file| take_back(folder, file));
            return Err(format!("`{}` cannot be written: {error}", file.to));
        }
        done.push(file);
    }
    Ok(())
}

/// Writes one file, which takes the place of an old one as a whole.
///
/// # Errors
/// When it cannot be written, or a link stands in its place.
pub fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if fs::symlink_metadata(path).is_ok_and(|found| found.is_symlink()) {
        return Err(io::Error::other("there is a symbolic link in its place"));
    }
    let mut new = tempfile::Builder::new().prefix(".cadet-").tempfile_in(path.parent().unwrap_or(Path::new(".")))?;
    new.write_all(bytes)?;
    let permissions = fs::metadata(path).map(|found| found.permissions());
    #[cfg(unix)]
    let permissions = permissions.or_else(|_| {
        use std::os::unix::fs::PermissionsExt;
        io::Result::Ok(Permissions::from_mode(0o644))
    });
    if let Ok(permissions) = permissions {
        fs::set_permissions(new.path(), permissions)?;
    }
    new.persist(path).map_err(|error| error.error)?;
    Ok(())
}

fn stage<'f>(folder: &Path, file: &'f MendedFile) -> io::Result<Staged<'f>> {
    let permissions = fs::metadata(folder.join(&file.from))?.permissions();
    let target = folder.join(&file.to);
    let parent = target.parent().map_or_else(|| folder.to_owned(), Path::to_owned);
    fs::create_dir_all(&parent)?;
    let mut new = tempfile::Builder::new().prefix(".cadet-").tempfile_in(parent)?;
    new.write_all(&file.after)?;
    new.as_file().sync_all()?;
    Ok(Staged { file, new, permissions })
}

/// Puts back what was there, as well as it can be done when writing fails.
fn take_back(folder: &Path, file: &MendedFile) {
    let (old, new) = (folder.join(&file.from), folder.join(&file.to));
    if old != new && fs::read(&new).is_ok_and(|bytes| *bytes == *file.after) {
        // The first error is what the reader is told.
        let _ = fs::remove_file(new);
    }
    if fs::read(&old).map_or(true, |bytes| *bytes == *file.after) {
        let _ = fs::write(old, &file.before);
    }
}

/// Refuses a path with a link on it: what is written there could land anywhere.
fn refuse_links(folder: &Path, path: &str) -> Result<(), String> {
    let mut way = PathBuf::from(folder);
    for part in Path::new(path) {
        way.push(part);
        if fs::symlink_metadata(&way).is_ok_and(|found| found.is_symlink()) {
            return Err(format!(
                "there is a symbolic link on the way to `{path}`, and cadet does not write through links"
            ));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {

    use super::*;

    fn mended(from: &str, to: &str) -> MendedFile {
        MendedFile { from: from.to_owned(), to: to.to_owned(), before: "before".into(), after: "after".into() }
    }

    fn folder() -> tempfile::TempDir {
        let folder = tempfile::TempDir::new().unwrap();
        fs::write(folder.path().join("a.sql"), "before").unwrap();
        fs::write(folder.path().join("b.sql"), "before").unwrap();
        folder
    }

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(folder)
            .unwrap()
            .flatten()
            .map(|entry| {
                let text = fs::read_to_string(entry.path()).unwrap_or_default();
                format!("{}: {text}", entry.file_name().to_string_lossy())
            })
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_that_changed_meanwhile_is_left_alone_with_all_that_belongs_to_it() {
        let folder = folder();
        fs::write(folder.path().join("b.sql"), "someone was here").unwrap();
        let told = save(folder.path(), &[mended("a.sql", "a.sql"), mended("b.sql", "b.sql")]);
        assert_eq!(told, Err("`b.sql` has changed since it was read".to_owned()));
        assert_eq!(names(folder.path()), ["a.sql: before", "b.sql: someone was here"]);
    }

    #[test]
    fn a_file_moves_with_its_new_text() {
        let folder = folder();
        assert_eq!(save(folder.path(), &[mended("a.sql", "below/c.sql")]), Ok(()));
        assert_eq!(names(folder.path()), ["b.sql: before", "below: "]);
        assert_eq!(names(&folder.path().join("below")), ["c.sql: after"]);
    }

    #[cfg(unix)]
    #[test]
    fn nothing_is_written_through_a_link() {
        let (folder, outside) = (folder(), folder());
        std::os::unix::fs::symlink(outside.path(), folder.path().join("below")).unwrap();
        std::os::unix::fs::symlink(outside.path().join("a.sql"), folder.path().join("link.sql")).unwrap();
        for path in ["below/a.sql", "link.sql"] {
            let told = save(folder.path(), &[mended(path, path)]).unwrap_err();
            assert!(told.contains("symbolic link"), "{told}");
        }
        assert!(save(folder.path(), &[mended("a.sql", "below/c.sql")]).is_err());
        assert_eq!(names(outside.path()), ["a.sql: before", "b.sql: before"]);
    }

    #[cfg(unix)]
    #[test]
    fn the_rights_of_a_file_stay() {
        use std::os::unix::fs::PermissionsExt;
        let folder = folder();
        let path = folder.path().join("a.sql");
        fs::set_permissions(&path, Permissions::from_mode(0o755)).unwrap();
        save(folder.path(), &[mended("a.sql", "a.sql")]).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o755);
    }
}
