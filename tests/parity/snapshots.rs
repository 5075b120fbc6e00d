//! Snapshots, kept by dbt and by cadet over the same data while it changes: the same history, row by row.

use crate::venv::{PYTHON, project, run, script};

#[test]
fn snapshots_have_the_same_rows() {
    let mut command = script(&PYTHON, "snapshots.py");
    run(command.arg(project("histories")).args(["--cadet", env!("CARGO_BIN_EXE_cadet")]));
}
