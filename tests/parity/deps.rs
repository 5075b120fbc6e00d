//! `deps` of both on the same lists and the same hub: the same lock file, the same folders, and each takes the other's.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::json;

use crate::support::Sandbox;
use crate::support::hub::{Hub, tarball};
use crate::venv::{PYTHON, run, script};

const VERSIONS: &[&str] =
    &["0.8.9", "1.0.0", "1.2.0", "1.10.0", "2.0.0-rc1", "2.0.0", "2.1.0-alpha.2", "2.1.0-alpha.10"];

fn hub() -> Hub {
    let hub = Hub::new();
    for version in VERSIONS {
        hub.release("acme/base", version, &json!([]));
        hub.release("acme/early", version, &json!([]));
    }
    hub.release_with(
        "acme/dates",
        "1.0.0",
        json!({
            "packages": [{"package": "acme/base", "version": [">=1.0.0", "<2.0.0"]}],
            "require_dbt_version": [">=1.3.0", "<2.0.0"],
        }),
    );
    hub.release_with("acme/dates", "2.0.0", json!({"require_dbt_version": [">=2.0.0"]}));
    hub.release(
        "acme/tests",
        "0.1.0",
        &json!([
            {"package": "acme/dates", "version": ">0.1.0"},
            {"package": "acme/base", "version": ">1.0.0"},
        ]),
    );
    hub
}

/// Whether it succeeds, and what it says.
fn dbt(project: &Sandbox, hub: &Hub, args: &[&str]) -> (bool, String) {
    let root = project.root().to_str().unwrap();
    let mut command = script(&PYTHON, "oracle.py");
    command.args(["dbt", root, root, "deps"]).args(args).env("DBT_PACKAGE_HUB_URL", hub.url());
    let output = command.output().unwrap();
    (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
}

fn cadet(project: &Sandbox, hub: &Hub, args: &[&str]) -> (bool, String) {
    let args: Vec<&str> = ["deps"].into_iter().chain(args.iter().copied()).collect();
    let ran = project.cadet_with(&args, &[("DBT_PACKAGE_HUB_URL", &hub.url())]);
    (ran.code == 0, ran.shown())
}

/// Every file below a folder with its text. A link is its target, without the project's own folder.
fn files(root: &Path, folder: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let (path, kind) = (entry.path(), entry.file_type().unwrap());
        let name = path.strip_prefix(root).unwrap().display().to_string();
        if kind.is_symlink() {
            let target = fs::read_link(&path).unwrap();
            found.insert(name, format!("-> {}", target.strip_prefix(root).unwrap_or(&target).display()));
        } else if kind.is_file() {
            found.insert(name, fs::read_to_string(&path).unwrap());
        } else if entry.file_name() != ".git" {
            found.extend(files(root, &path));
        }
    }
    found
}

fn installed(project: &Sandbox) -> BTreeMap<String, String> {
    let root = project.root().canonicalize().unwrap();
    files(&root, &root.join("dbt_packages"))
}

/// Both install the same, and each installs the same from what the other locked.
fn compare(file: &str, list: &str) {
    let hub = hub();
    let project = || {
        Sandbox::new()
            .file(
                "profiles.yml",
                "mojap_derived_tables:\n  target: dev\n  outputs:\n    dev: {type: duckdb, path: x.duckdb}\n",
            )
            .file(file, &list.replace("HUB/", &hub.url()))
            .file("local/own/dbt_project.yml", "name: own\n")
            .file("local/own/packages.yml", "packages:\n  - package: acme/early\n    version: \"{{ '0.8' }}.9\"\n")
    };
    hub.page("files/x.tar.gz", tarball("any", &[("dbt_project.yml", "name: inside\n"), ("macros/a.sql", "a")]));
    let (theirs, ours) = (project(), project());
    let (dbt_did, told) = dbt(&theirs, &hub, &[]);
    let (cadet_did, shown) = cadet(&ours, &hub, &[]);
    assert!(dbt_did && cadet_did, "{list}\ndbt: {told}\ncadet: {shown}");
    assert_eq!(ours.read("package-lock.yml"), theirs.read("package-lock.yml"), "{list}");
    assert_eq!(installed(&ours), installed(&theirs), "{list}");
    assert!(!installed(&ours).is_empty());
    let (lock, tree) = (ours.read("package-lock.yml"), installed(&ours));
    // The newer version would be chosen, were the lock file not taken.
    hub.release("acme/base", "1.11.0", &json!([]));
    let (dbt_did, told) = dbt(&ours, &hub, &[]);
    let (cadet_did, shown) = cadet(&theirs, &hub, &[]);
    assert!(dbt_did && cadet_did, "dbt: {told}\ncadet: {shown}");
    for project in [&ours, &theirs] {
        assert_eq!((project.read("package-lock.yml"), installed(project)), (lock.clone(), tree.clone()), "{list}");
    }
}

#[test]
fn ranges_and_what_packages_ask_for() {
    compare(
        "packages.yml",
        "packages:\n  - package: acme/tests\n    version: 0.1.0\n  - package: acme/early\n    version: ['>=2.0.0', '<2.1.0']\n    install_prerelease: true\n",
    );
}

#[test]
fn local_folders_archives_and_jinja() {
    compare(
        "packages.yml",
        "packages:\n  - local: local/own\n  - tarball: HUB/files/x.tar.gz\n    name: given\n  - package: \"{{ var('o', 'acme') }}/base\"\n    version: [\">{{ 1 }}.0.0\", \"<=1.10.0\"]\n",
    );
}

#[test]
fn dependencies_yml_and_prereleases() {
    compare(
        "dependencies.yml",
        "packages:\n  - package: acme/base\n    version: \">=2.1.0-alpha.1\"\n    install_prerelease: true\n  - package: acme/early\n    version: 2.0.0-rc1\n",
    );
}

/// dbt needs the program `git` for these; without it there is nothing to compare with.
#[test]
fn repositories() {
    if Command::new("git").arg("--version").output().is_err() {
        return;
    }
    let repository = Sandbox::new()
        .file("dbt_project.yml", "name: shared\n")
        .file("macros/a.sql", "a")
        .file("inner/dbt_project.yml", "name: inner\n")
        .file("inner/macros/b.sql", "b")
        .commit("first");
    let opened = git2::Repository::open(repository.root()).unwrap();
    let head = opened.head().unwrap().peel(git2::ObjectType::Commit).unwrap();
    opened.tag("v1", &head, &git2::Signature::now("a", "b").unwrap(), "annotated", false).unwrap();
    let repository = repository.file("macros/a.sql", "later").commit("second");
    let url = format!("file://{}", repository.root().display());
    compare("packages.yml", &format!("packages:\n  - git: {url}\n    revision: v1\n"));
    compare("packages.yml", &format!("packages:\n  - git: {url}\n    subdirectory: inner\n    warn-unpinned: false\n"));
    compare(
        "packages.yml",
        &format!(
            "packages:\n  - git: {url}\n    revision: {}\n  - package: acme/base\n    version: 1.0.0\n",
            head.id()
        ),
    );
}

#[test]
fn what_one_refuses_the_other_refuses() {
    let hub = hub();
    for list in [
        "packages:\n  - package: acme/base\n    version: ['>1.0.0', '<1.0.0']\n",
        "packages:\n  - package: acme/base\n    version: '>2.0.0'\n",
        "packages:\n  - package: acme/nothing\n    version: 1.0.0\n",
        "packages:\n  - package: acme/dates\n    version: 2.0.0\n",
        "packages:\n  - package: acme/dates\n    version: 1.0.0\n  - package: acme/base\n    version: 2.0.0\n",
        "packages:\n  - package: acme/base\n    version: 1.0.0\n    extra: 1\n",
        "packages:\n  - private: a/b\n",
    ] {
        let project = Sandbox::new()
            .file(
                "profiles.yml",
                "mojap_derived_tables:\n  target: dev\n  outputs:\n    dev: {type: duckdb, path: x.duckdb}\n",
            )
            .file("packages.yml", list);
        let (dbt_did, _) = dbt(&project, &hub, &[]);
        let (cadet_did, shown) = cadet(&project, &hub, &[]);
        assert!(!dbt_did && !cadet_did, "{list}: dbt {dbt_did}, cadet {shown}");
    }
}

/// The versions on the hub, what is asked for, whether prereleases are wanted, and what dbt takes.
type Case = (Vec<String>, Vec<String>, bool, Option<String>);

#[test]
fn both_choose_the_same_versions() {
    let cases = run(script(&PYTHON, "semver.py").arg("200"));
    let cases: Vec<Case> = serde_json::from_str(&cases).unwrap();
    let mut chosen_by_dbt = 0;
    for (available, wanted, prereleases, chosen) in cases {
        let hub = Hub::new();
        for version in &available {
            hub.release("acme/base", version, &json!([]));
        }
        let entry = json!({"package": "acme/base", "version": wanted, "install_prerelease": prereleases});
        let project = Sandbox::new().file("packages.yml", &format!("packages: [{entry}]\n"));
        let (_, shown) = cadet(&project, &hub, &["--lock"]);
        let lock = fs::read_to_string(project.root().join("package-lock.yml")).unwrap_or_default();
        let ours = lock.lines().find_map(|line| line.trim().strip_prefix("version: "));
        assert_eq!(ours, chosen.as_deref(), "{available:?} {entry}\n{shown}");
        chosen_by_dbt += usize::from(chosen.is_some());
    }
    assert!(chosen_by_dbt > 50, "{chosen_by_dbt}");
}
