//! cadet's `manifest.json`, as the tools see it that read dbt's.

use crate::support::Sandbox;
use crate::venv::{BOUNCER_PYTHON, PYTHON, project, run, script};

/// What cadet's manifest is looked at for: `yaml` is left out, whose byte order mark dbt keeps and cadet drops.
const PROJECTS: &[&str] =
    &["configs", "lineage", "packages", "selectors", "semantics", "snapshots", "tests", "versions"];

/// The fixture project, with its packages installed.
fn fixture() -> Sandbox {
    let sandbox = Sandbox::fixture();
    dbt(&sandbox, "deps");
    sandbox
}

fn dbt(project: &Sandbox, command: &str) {
    let root = project.root().to_str().unwrap();
    run(script(&PYTHON, "oracle.py").args(["dbt", root, root, command]));
}

#[test]
fn the_manifest_is_valid_and_dbt_takes_it_as_state() {
    let (fixture, mut command) = (fixture(), script(&PYTHON, "artefacts.py"));
    command.arg(fixture.root()).args(PROJECTS.iter().map(|name| project(name)));
    run(command.args(["--cadet", env!("CARGO_BIN_EXE_cadet")]));
}

#[test]
fn dbt_bouncer_says_the_same_of_both_manifests() {
    let (theirs, ours) = (fixture(), fixture());
    dbt(&theirs, "parse");
    let parsed = ours.cadet(&["parse"]);
    assert_eq!(parsed.code, 0, "{}", parsed.shown());
    let manifests = [&theirs, &ours].map(|project| project.root().join("target/manifest.json"));
    run(script(&BOUNCER_PYTHON, "bouncer.py").args(manifests));
}
