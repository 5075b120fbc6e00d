//! The house rules that a tool can hold: short files, nothing left undone, no path of a machine.

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::HERE;

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap().flatten() {
        if entry.path().is_dir() {
            sources(&entry.path(), found);
        } else if entry.path().extension().is_some_and(|extension| extension == "rs") {
            found.push(entry.path());
        }
    }
}

#[test]
fn no_source_file_is_longer_than_four_hundred_lines() {
    let mut files = Vec::new();
    sources(&Path::new(HERE).join("src"), &mut files);
    assert!(files.len() > 50, "the sources were not found");
    for file in files {
        let lines = fs::read_to_string(&file).unwrap().lines().count();
        assert!(lines <= 400, "{} has {lines} lines: a file holds one concept, so split it", file.display());
    }
}

#[test]
fn every_module_says_what_it_is_for() {
    let mut files = Vec::new();
    sources(&Path::new(HERE).join("src"), &mut files);
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        assert!(text.starts_with("//!"), "{} does not open with what comes in and what goes out", file.display());
    }
}
