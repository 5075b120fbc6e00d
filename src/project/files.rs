//! Which file is what: the files of each package by the paths that its `dbt_project.yml` names.

use std::collections::HashSet;

use super::package::Package;
use super::problem::{Problem, ProblemKind};
use crate::finding::Place;
use crate::parse::yaml::Yaml;
use crate::source::file::file_name;
use crate::source::{FileKind, SourceFile, Tree};

/// A file with the resource folder that it was found in.
#[derive(Debug, Clone, Copy)]
pub struct Found<'t> {
    pub file: &'t SourceFile,
    /// The file's text, without a byte order mark.
    pub text: &'t str,
    /// The path below the resource folder.
    pub below: &'t str,
}

/// The files with one of these endings in these folders of a package.
pub fn find<'t>(tree: &'t Tree, package: &Package, folders: &[String], endings: &[&str]) -> Vec<Found<'t>> {
    let mut found: Vec<Found<'t>> = Vec::new();
    let mut seen: HashSet<&str> = HashSet::new();
    for folder in folders {
        let folder = package.join(folder);
        for file in tree.below(&folder) {
            let is_wanted = endings.iter().any(|ending| file.extension().eq_ignore_ascii_case(ending));
            if !is_wanted || is_hidden(file) || package.ignores(&file.path) || !seen.insert(&file.path) {
                continue;
            }
            let Ok(text) = file.text() else { continue };
            if file.kind == FileKind::Regular && !file.path.contains(char::is_control) {
                found.push(Found { file, text, below: file.path[folder.len()..].trim_start_matches('/') });
            }
        }
    }
    found
}

/// dbt reads no file whose name begins so.
fn is_hidden(file: &SourceFile) -> bool {
    file_name(&file.path).starts_with(['.', '#', '~'])
}

/// The files of the project's own folders that cannot be read at all.
pub fn unreadable(tree: &Tree, package: &Package) -> Vec<Problem> {
    let folders = package.file.property_paths();
    let files = folders.iter().flat_map(|folder| tree.below(&package.join(folder)));
    let mut problems: Vec<Problem> = files.filter_map(problem).collect();
    problems.sort_by(|a, b| a.place.path.cmp(&b.place.path));
    problems.dedup_by(|a, b| a.place.path == b.place.path);
    problems
}

/// Paths that `dbt_project.yml` names and that do not exist: nothing is read from them.
pub fn missing_folders(tree: &Tree, package: &Package) -> Vec<Problem> {
    let Some(yaml) = &package.file.yaml else { return Vec::new() };
    let named = ["model-paths", "seed-paths", "macro-paths", "test-paths"].iter().filter_map(|key| yaml.get(key));
    let missing = named.flat_map(Yaml::items).filter(|path| {
        path.scalar().is_some_and(|path| {
            tree.below(&package.join(&path)).next().is_none() && path != "tests" && path != "macros"
        })
    });
    let problem = |path: &Yaml| {
        let message = format!(
            "the folder `{}` does not exist or is empty, so nothing is read from it",
            path.scalar().unwrap_or_default()
        );
        let place = Place::span(package.join("dbt_project.yml"), path.span.clone());
        Problem::new(ProblemKind::Properties, message, place).help("correct the path, or take it out")
    };
    missing.map(problem).collect()
}

fn problem(file: &SourceFile) -> Option<Problem> {
    let (message, help) = match &file.kind {
        FileKind::Symlink => (
            "this is a symbolic link, which cadet does not follow".to_owned(),
            "put the file itself here: a link can point at anything on the machine that checks it",
        ),
        FileKind::Submodule => (
            "this is another repository (a submodule), which cadet does not enter".to_owned(),
            "put the files themselves here",
        ),
        FileKind::Unreadable(reason) => {
            (format!("this file cannot be read: {reason}"), "check the file's permissions and size")
        }
        FileKind::Regular if file.path.contains(char::is_control) => (
            "the name of this file holds a line break or another character that cannot be seen".to_owned(),
            "rename it: small letters, digits and `_`",
        ),
        FileKind::Regular => {
            let offset = file.text().err()?;
            let line = file.bytes[..offset].iter().filter(|byte| **byte == b'\n').count() + 1;
            (
                format!("this file is not UTF-8 text: line {line} holds the byte 0x{:02x}", file.bytes[offset]),
                "save it as UTF-8 (in Excel: \"CSV UTF-8\"; in an editor: \"Save with encoding\")",
            )
        }
    };
    Some(Problem::new(ProblemKind::UnreadableFile, message, Place::file(file.path.clone())).help(help))
}
