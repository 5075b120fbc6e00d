//! Small projects, each full of one theme, read by dbt and by cadet: `compare.py` finds no difference but the explained.

use std::collections::BTreeSet;
use std::fs;

use crate::venv::{PYTHON, project, run, script};

fn compare(name: &str, more: &[&str]) {
    let mut command = script(&PYTHON, "compare.py");
    run(command.arg(project(name)).args(["--cadet", env!("CARGO_BIN_EXE_cadet")]).args(more));
}

macro_rules! projects {
    ($($test:ident: $project:literal $($more:literal)*;)*) => {
        $(#[test]
        fn $test() {
            compare($project, &[$($more),*]);
        })*

        const COMPARED: &[&str] = &[$($project),*];
    };
}

// Every folder of `tests/parity/projects`. `state` is two tests, so that they run at the same time, and asks each change
// a quarter of its questions, others each time: all of them would take eight minutes.
projects! {
    configs: "configs";
    histories: "histories";
    lineage: "lineage";
    macros: "macros";
    packages: "packages";
    public: "public";
    selectors: "selectors";
    semantics: "semantics";
    snapshots: "snapshots";
    state: "state" "--share" "4" "--history" "^[0-3]";
    state_second_half: "state" "--only" "state" "--share" "4" "--history" "^[^0-3]";
    tests: "tests";
    units: "units";
    versions: "versions";
    yaml: "yaml";
}

#[test]
fn every_project_is_compared() {
    let folders = fs::read_dir(project("")).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let (folders, compared): (BTreeSet<String>, BTreeSet<String>) =
        (folders.collect(), COMPARED.iter().map(|&name| name.to_owned()).collect());
    assert_eq!(folders, compared, "add the folder to the list in tests/parity/projects.rs");
}
