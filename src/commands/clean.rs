//! `cadet clean`: the folders of `clean-targets` removed. Behaviour: `dbt.task.clean`, and stricter about what is the
//! project's own.

use std::fs;
use std::path::{Path, PathBuf};

use super::Verdict;
use super::invocation::Invocation;
use crate::error::Error;
use crate::project::project_file::ProjectFile;
use crate::report::counted;
use crate::report::text::{GREEN, clean_path};

pub(super) fn run(invocation: &Invocation) -> Result<Verdict, Error> {
    let folder = invocation.project_dir()?;
    let (file, _) = invocation.project_file(&folder)?;
    let targets: Vec<(&str, PathBuf)> = file
        .clean_targets
        .iter()
        .map(|target| Ok((target.as_str(), allowed(&folder, &file, target)?)))
        .collect::<Result<_, Error>>()?;
    let out = &invocation.out;
    let mut removed = 0;
    for (target, path) in targets {
        // As in dbt, a file stays.
        if path.is_dir() {
            fs::remove_dir_all(&path).map_err(|source| Error::File { action: "remove", path, source })?;
            out.info(&format!("{}  {}", out.paint(GREEN, "removed"), clean_path(target)));
            removed += 1;
        }
    }
    out.line(&match removed {
        0 => format!("{} There is nothing to remove.", out.paint(GREEN, "✓")),
        count => format!("{} Removed {}.", out.paint(GREEN, "✓"), counted(count, "folder", "folders")),
    });
    Ok(Verdict::Good)
}

/// Where a target is, when it may be removed.
fn allowed(folder: &Path, file: &ProjectFile, target: &str) -> Result<PathBuf, Error> {
    let refused = |why: String| {
        let message = format!("nothing is removed: `{target}` of `clean-targets` {why}");
        Error::usage(message, "change `clean-targets:` in dbt_project.yml")
    };
    let mut path = folder.to_owned();
    for part in Path::new(target).strip_prefix(folder).unwrap_or(Path::new(target)).components() {
        match part {
            std::path::Component::CurDir => {}
            std::path::Component::Normal(name) => path.push(name),
            _ => return Err(refused("is outside the project".to_owned())),
        }
        if fs::symlink_metadata(&path).is_ok_and(|found| found.is_symlink()) && path != folder {
            return Err(refused("is a symbolic link, or behind one: it may lead anywhere".to_owned()));
        }
    }
    if path == folder {
        return Err(refused("is the project itself".to_owned()));
    }
    let own = file.property_paths().into_iter().chain(file.docs_paths.clone()).chain([".git".to_owned()]);
    // `a/../b` and `./b` are `b`: the project's folders are compared as they lie on the disk.
    let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    match own.into_iter().find(|own| real(&folder.join(own)).starts_with(real(&path))) {
        Some(own) if own.trim_end_matches('/') == target.trim_end_matches('/') => {
            Err(refused("has files of the project".to_owned()))
        }
        Some(own) => Err(refused(format!("holds `{own}`, which has files of the project"))),
        None if path.starts_with(folder.join(".git")) => Err(refused("is git's own".to_owned())),
        None => Ok(path),
    }
}
