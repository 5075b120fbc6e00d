//! `cadet clean`: what is removed, and what never is.

use crate::support::Sandbox;

fn project(targets: &str) -> Sandbox {
    Sandbox::new()
        .edit("dbt_project.yml", "name:", &format!("clean-targets: {targets}\nname:"))
        .file("models/m.sql", "select 1 as n")
        .file("target/manifest.json", "{}")
        .file("dbt_packages/p/dbt_project.yml", "name: p\n")
        .file("logs/cadet.log", "")
}

#[test]
fn the_folders_that_are_named_are_removed() {
    let sandbox = project("[target, ./dbt_packages/, nowhere]");
    insta::assert_snapshot!(sandbox.cadet(&["clean"]).shown(), @"
    removed  target
    removed  ./dbt_packages/
    ✓ Removed 2 folders.
    --- exit code 0
    ");
    for (path, is_there) in [("target", false), ("dbt_packages", false), ("logs", true), ("models/m.sql", true)] {
        assert_eq!(sandbox.root().join(path).exists(), is_there, "{path}");
    }
    insta::assert_snapshot!(sandbox.cadet(&["clean"]).shown(), @"
    ✓ There is nothing to remove.
    --- exit code 0
    ");
}

#[test]
fn target_is_removed_when_nothing_is_named() {
    let sandbox = Sandbox::new().file("target/manifest.json", "{}").file("logs/cadet.log", "");
    assert_eq!(sandbox.cadet(&["clean"]).code, 0);
    assert!(!sandbox.root().join("target").exists() && sandbox.root().join("logs").exists());
}

#[test]
fn what_is_the_projects_own_is_never_removed() {
    let refused = |targets: &str| {
        let sandbox = project(targets)
            .file("seeds/a/s.csv", "n\n1\n")
            .edit("dbt_project.yml", "name:", "seed-paths: [seeds/a]\nname:")
            .commit("all")
            .file("other/x.txt", "")
            .link("linked", "other");
        let ran = sandbox.cadet(&["clean"]);
        for path in ["target/manifest.json", "models/m.sql", "seeds/a/s.csv", ".git/HEAD", "other/x.txt"] {
            assert!(sandbox.root().join(path).exists(), "{targets}: {path}");
        }
        ran.shown()
    };
    let told: Vec<String> = [
        "[target, models]",
        "[target, ./models/]",
        "[target, seeds]",
        "[target, .]",
        "[target, ..]",
        "[target, models/../models]",
        "[target, /tmp/elsewhere]",
        "[target, .git]",
        "[target, .git/refs]",
        "[target, linked]",
        "[target, linked/x]",
    ]
    .into_iter()
    .map(refused)
    .collect();
    insta::assert_snapshot!(told.join("\n"), @"
    --- stderr
    error: nothing is removed: `models` of `clean-targets` has files of the project
    help: change `clean-targets:` in dbt_project.yml
    --- exit code 2
    --- stderr
    error: nothing is removed: `./models/` of `clean-targets` holds `models`, which has files of the project
    help: change `clean-targets:` in dbt_project.yml
    --- exit code 2
    --- stderr
    error: nothing is removed: `seeds` of `clean-targets` holds `seeds/a`, which has files of the project
    help: change `clean-targets:` in dbt_project.yml
    --- exit code 2
    --- stderr
    error: nothing is removed: `.` of `clean-targets` is the project itself
    help: change `clean-targets:` in dbt_project.yml
    --- exit code 2
    --- stderr
    error: nothing is removed: `..` of `clean-targets` is outside the project
    help: change `clean-targets:` in dbt_project.yml
    --- exit code 2
    --- stderr
    error: nothing is removed: `models/../models` of `clean-targets` is outside the project
    help: change `clean-targets:` in dbt_project.yml
    --- exit code 2
    --- stderr
    error: nothing is removed: `/tmp/elsewhere` of `clean-targets` is outside the project
    help: change `clean-targets:` in dbt_project.yml
    --- exit code 2
    --- stderr
    error: nothing is removed: `.git` of `clean-targets` has files of the project
    help: change `clean-targets:` in dbt_project.yml
    --- exit code 2
    --- stderr
    error: nothing is removed: `.git/refs` of `clean-targets` is git's own
    help: change `clean-targets:` in dbt_project.yml
    --- exit code 2
    --- stderr
    error: nothing is removed: `linked` of `clean-targets` is a symbolic link, or behind one: it may lead anywhere
    help: change `clean-targets:` in dbt_project.yml
    --- exit code 2
    --- stderr
    error: nothing is removed: `linked/x` of `clean-targets` is a symbolic link, or behind one: it may lead anywhere
    help: change `clean-targets:` in dbt_project.yml
    --- exit code 2
    ");
}

#[test]
fn a_project_that_cannot_be_read_is_left_alone() {
    let sandbox = project("[target]").file("dbt_project.yml", "name: [\n");
    insta::assert_snapshot!(sandbox.cadet(&["clean"]).shown(), @"
    --- stderr
    error: dbt_project.yml cannot be read
    help: `cadet check --all` shows the place
    --- exit code 2
    ");
    assert!(sandbox.root().join("target/manifest.json").exists());
}

#[test]
fn links_in_a_folder_are_removed_and_not_followed() {
    let sandbox =
        project("[dbt_packages]").file("own/dbt_project.yml", "name: own\n").link("dbt_packages/own", "../own");
    assert_eq!(sandbox.cadet(&["clean"]).code, 0);
    assert!(!sandbox.root().join("dbt_packages").exists() && sandbox.root().join("own/dbt_project.yml").exists());
}
