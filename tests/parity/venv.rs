//! Virtual environments with what cadet is compared with, in the target folder, each made once.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use crate::support::HERE;

/// What dbt is compared at.
const DBT: &[&str] = &["dbt-core==1.11.16", "dbt-duckdb==1.10.1", "dbt-athena==1.10.2", "duckdb==2.0.0"];

/// A linter that reads dbt's manifest. It has an environment of its own, because it needs no adapter.
const BOUNCER: &[&str] = &["dbt-core==1.11.16", "dbt-bouncer==4.3.0"];

/// The Python that has dbt.
pub(crate) static PYTHON: LazyLock<PathBuf> = LazyLock::new(|| environment("dbt", DBT));

/// The Python that has dbt-bouncer.
pub(crate) static BOUNCER_PYTHON: LazyLock<PathBuf> = LazyLock::new(|| environment("bouncer", BOUNCER));

fn environment(name: &str, packages: &[&str]) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let (python, done) = (folder.join("bin/python"), folder.join(format!("{}.done", packages.join("_"))));
    if !done.exists() {
        run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&folder));
        run(Command::new(&python).args(["-m", "pip", "install", "--quiet"]).args(packages));
        fs::write(done, "").unwrap();
    }
    python
}

/// Runs a command that has to succeed; the test fails with what it printed. Gives what it printed.
pub(crate) fn run(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let out = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{command:?}\n{out}\n{}", String::from_utf8_lossy(&output.stderr));
    out.into_owned()
}

/// One of the Python files beside this one, with the Python of an environment.
pub(crate) fn script(python: &Path, file: &str) -> Command {
    let mut command = Command::new(python);
    // Without `-B` the tests would leave bytecode beside the sources.
    command.arg("-B").arg(Path::new(HERE).join("tests/parity").join(file));
    command
}

/// Where a project of `tests/parity/projects` is.
pub(crate) fn project(name: &str) -> PathBuf {
    Path::new(HERE).join("tests/parity/projects").join(name)
}
