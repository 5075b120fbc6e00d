//! Unit tests, run by dbt and by cadet: the same results, and the same SQL byte by byte.

use crate::venv::{PYTHON, project, run, script};

#[test]
fn unit_tests_have_the_same_results_and_the_same_sql() {
    let mut command = script(&PYTHON, "units.py");
    run(command.arg(project("units")).args(["--cadet", env!("CARGO_BIN_EXE_cadet")]));
}
