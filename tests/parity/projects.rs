//! Small projects, each full of one theme, read by dbt and by cadet: `compare.py` finds no difference but the explained.

use std::fs;

use crate::venv::{PYTHON, project, run, script};

fn compare(name: &str) {
    let mut command = script(&PYTHON, "compare.py");
    run(command.arg(project(name)).args(["--cadet", env!("CARGO_BIN_EXE_cadet")]));
}

macro_rules! projects {
    ($($name:ident)*) => {
        $(#[test]
        fn $name() {
            compare(stringify!($name));
        })*

        const NAMES: &[&str] = &[$(stringify!($name)),*];
    };
}

// One test for each folder of `tests/parity/projects`.
projects! { configs lineage packages selectors semantics snapshots state tests versions yaml }

#[test]
fn every_project_is_compared() {
    let folders = fs::read_dir(project("")).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut folders: Vec<String> = folders.collect();
    folders.sort();
    assert_eq!(folders, NAMES, "add the folder to the list in tests/parity/projects.rs");
}
