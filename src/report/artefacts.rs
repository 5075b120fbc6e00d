//! The files that a run leaves: `target/manifest.json`, `run_results.json`, `cadet.json`, `compiled/`, `run/` and
//! `logs/cadet.log`.

use std::fs;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use serde_json::Value;

use super::manifest::{self, Sql};
use super::{run_results, secrets};
use crate::deploy::Outcome;
use crate::error::Error;
use crate::project::scopes::Run;
use crate::project::{Node, Project, ResourceType};
use crate::unit_test::versioned_name;

/// Refuses a project whose `target` or `logs` is a link: what is written there could land anywhere.
///
/// # Errors
/// When one of the two is a symbolic link.
pub fn refuse_links(folder: &Path) -> Result<(), Error> {
    let is_link = |name: &&&str| fs::symlink_metadata(folder.join(name)).is_ok_and(|found| found.is_symlink());
    match ["target", "logs"].iter().find(is_link) {
        Some(name) => Err(Error::usage(
            format!("`{name}` is a symbolic link, and cadet does not write through links"),
            "remove the link",
        )),
        None => Ok(()),
    }
}

/// Writes what was compiled, each node with its SQL, and the manifest.
///
/// # Errors
/// When a file cannot be written.
pub fn write_compiled(project: &Project, run: &Run, folder: &Path, compiled: &[(&Node, &str)]) -> Result<(), Error> {
    refuse_links(folder)?;
    let target = folder.join("target");
    // dbt keeps the text of snapshots in its manifest alone.
    let texts = compiled.par_iter().filter(|(node, _)| node.resource_type != ResourceType::Snapshot);
    texts.try_for_each(|(node, sql)| write(&target.join("compiled").join(node_path(node)), sql.as_bytes()))?;
    let compiled = compiled.iter().map(|(node, sql)| (node.unique_id.as_str(), *sql)).collect();
    write_manifest(project, run, &target.join("manifest.json"), &compiled)
}

fn write_manifest(project: &Project, run: &Run, path: &Path, compiled: &Sql<'_>) -> Result<(), Error> {
    create_parent(path)?;
    let failed = |source| Error::File { action: "write", path: path.to_owned(), source };
    if secrets::is_any() {
        let mut text = Vec::new();
        manifest::write(project, run, compiled, &mut text).map_err(failed)?;
        return write(path, &text);
    }
    // A file that is made shorter and written anew is put on the disk at once; a new one when the system likes.
    let _ = fs::remove_file(path);
    let out = BufWriter::new(fs::File::create(path).map_err(failed)?);
    manifest::write(project, run, compiled, out).map_err(failed)
}

/// Writes the results as they are before anything was done.
///
/// # Errors
/// When the file cannot be written.
pub fn begin_results(run: &Run, folder: &Path, outcomes: &[Outcome]) -> Result<(), Error> {
    refuse_links(folder)?;
    write_json(&folder.join("target/run_results.json"), &run_results::run_results(run, outcomes))
}

/// Writes what was run, and the results.
///
/// # Errors
/// When a file cannot be written.
pub fn write_results(project: &Project, run: &Run, folder: &Path, outcomes: &[Outcome]) -> Result<(), Error> {
    refuse_links(folder)?;
    let target = folder.join("target");
    // What an earlier run left there would pass for this run's.
    for part in ["compiled", "run"] {
        match fs::remove_dir_all(target.join(part)) {
            Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
                return Err(Error::File { action: "clear", path: target.join(part), source });
            }
            _ => {}
        }
    }
    let compiled = outcomes.iter().filter_map(|done| Some((&**project.node(&done.id)?, done.compiled.as_deref()?)));
    let compiled: Vec<(&Node, &str)> = compiled.collect();
    write_compiled(project, run, folder, &compiled)?;
    for outcome in outcomes {
        if let (Some(ran), Some(node)) = (&outcome.ran, project.node(&outcome.id)) {
            write(&target.join("run").join(node_path(node)), ran.as_bytes())?;
        }
    }
    write_json(&target.join("run_results.json"), &run_results::run_results(run, outcomes))
}

/// `<package>/<file>` for a model, `<package>/<property file>/<test>.sql` for a test, as dbt lays them out; a unit test
/// has the folders of its property file once more.
fn node_path(node: &Node) -> PathBuf {
    let package = Path::new(&node.package);
    let file = Path::new(&node.original_file_path);
    if node.resource_type == ResourceType::UnitTest {
        let folder = file.parent().unwrap_or_else(|| Path::new(""));
        return package.join(file).join(folder).join(format!("{}.sql", versioned_name(node)));
    }
    match file.file_name() == Path::new(&node.path).file_name() {
        true => package.join(file),
        // Several nodes of one file have a folder of its name.
        false => package.join(file).join(&node.path),
    }
}

/// Writes `target/sources.json`.
///
/// # Errors
/// When it cannot be written.
pub fn write_sources(folder: &Path, sources: &Value) -> Result<(), Error> {
    refuse_links(folder)?;
    write_json(&folder.join("target").join("sources.json"), sources)
}

/// Adds lines to `logs/cadet.log`.
///
/// # Errors
/// When the log cannot be written.
pub fn log(folder: &Path, run: &Run, lines: &[String]) -> Result<(), Error> {
    let path = folder.join("logs").join("cadet.log");
    let failed = |source| Error::File { action: "write", path: path.clone(), source };
    fs::create_dir_all(folder.join("logs")).map_err(failed)?;
    let mut file = fs::OpenOptions::new().append(true).create(true).open(&path).map_err(failed)?;
    writeln!(file, "=== {} {} {}", run.started.strftime("%Y-%m-%dT%H:%M:%S%:z"), run.command, run.invocation_id)
        .map_err(failed)?;
    for line in lines {
        writeln!(file, "{}", super::text::clean(line)).map_err(failed)?;
    }
    Ok(())
}

/// The report of a run, below the project's folder.
pub const REPORT: &str = "target/cadet.json";

/// Writes `cadet.json` beside the manifest, and to the folder that the artefacts were copied to; where the first of them
/// is.
///
/// # Errors
/// When it cannot be written.
pub fn write_report(folder: &Path, copied: Option<&Path>, report: &Value) -> Result<PathBuf, Error> {
    let file = folder.join(REPORT);
    write_json(&file, report)?;
    if let Some(copied) = copied {
        write_json(&copied.join(REPORT), report)?;
    }
    Ok(file)
}

/// What is kept of a run, below the project's folder.
const PARTS: [&str; 5] =
    ["target/manifest.json", "target/run_results.json", "target/compiled", "target/run", "logs/cadet.log"];

/// Copies the artefacts under `<to>/dev/run_artefacts/run_time=YYYY-MM-DDTHH:MM:SS/` and returns that folder.
///
/// # Errors
/// When a file cannot be copied.
pub fn export(folder: &Path, run: &Run, to: &Path) -> Result<PathBuf, Error> {
    let time = run.started.strftime("%Y-%m-%dT%H:%M:%S").to_string();
    let export = to.join("dev").join("run_artefacts").join(format!("run_time={time}"));
    for part in PARTS {
        copy(&folder.join(part), &export.join(part))?;
    }
    Ok(export)
}

/// The same files, each with its name below the project's folder. Links are left out: they may lead anywhere.
pub fn files(folder: &Path) -> Vec<(String, PathBuf)> {
    let mut found = Vec::new();
    PARTS.iter().for_each(|part| collect(folder, part, &mut found));
    found.sort();
    found
}

fn collect(folder: &Path, name: &str, found: &mut Vec<(String, PathBuf)>) {
    let path = folder.join(name);
    let Ok(kind) = fs::symlink_metadata(&path).map(|found| found.file_type()) else { return };
    if kind.is_file() {
        found.push((name.to_owned(), path));
    } else if kind.is_dir() {
        for entry in fs::read_dir(&path).into_iter().flatten().flatten() {
            collect(folder, &format!("{name}/{}", entry.file_name().to_string_lossy()), found);
        }
    }
}

fn copy(from: &Path, to: &Path) -> Result<(), Error> {
    let failed = |source| Error::File { action: "copy", path: from.to_owned(), source };
    if from.is_dir() {
        for entry in fs::read_dir(from).map_err(failed)?.flatten() {
            copy(&entry.path(), &to.join(entry.file_name()))?;
        }
    } else if from.is_file() {
        create_parent(to)?;
        fs::copy(from, to).map_err(failed)?;
    }
    Ok(())
}

/// Writes a file, and the folders above it; a file that holds these bytes already is left as it is, since reading is
/// much faster than writing.
///
/// # Errors
/// When it cannot be written.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let bytes = &*secrets::hidden_bytes(bytes);
    if fs::read(path).is_ok_and(|known| known == bytes) {
        return Ok(());
    }
    // Most folders are there already.
    if fs::write(path, bytes).is_ok() {
        return Ok(());
    }
    create_parent(path)?;
    fs::write(path, bytes).map_err(|source| Error::File { action: "write", path: path.to_owned(), source })
}

fn create_parent(path: &Path) -> Result<(), Error> {
    let Some(parent) = path.parent() else { return Ok(()) };
    fs::create_dir_all(parent).map_err(|source| Error::File { action: "create", path: parent.to_owned(), source })
}

fn write_json(path: &Path, value: &Value) -> Result<(), Error> {
    write(path, value.to_string().as_bytes())
}
