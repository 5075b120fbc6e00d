//! `clean` of both on the same projects: the same folders are gone, and what one refuses the other refuses.

use std::collections::BTreeSet;
use std::fs;

use crate::support::Sandbox;
use crate::venv::{PYTHON, script};

fn left(project: &Sandbox) -> BTreeSet<String> {
    let entries = fs::read_dir(project.root()).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    // dbt writes its log whatever it does.
    names.filter(|name| name != "logs").collect()
}

#[test]
fn both_remove_the_same() {
    for (targets, is_refused) in [
        ("clean-targets: [target, dbt_packages/, ./deep/folder, file.txt, nowhere]", false),
        ("clean-targets: []", false),
        ("", false),
        ("clean-targets: [target, models]", true),
        ("clean-targets: [target, ../outside]", true),
        ("clean-targets: [target, .]", true),
    ] {
        let project = || {
            let files = ["models/m.sql", "target/a", "dbt_packages/p/a", "deep/folder/a", "deep/other", "file.txt"];
            let sandbox = Sandbox::new().edit("dbt_project.yml", "name:", &format!("{targets}\nname:"));
            files.into_iter().fold(sandbox, |sandbox, path| sandbox.file(path, "select 1 as n"))
        };
        let (theirs, ours) = (project(), project());
        let root = theirs.root().to_str().unwrap();
        let dbt = script(&PYTHON, "oracle.py").args(["dbt", root, root, "clean"]).output().unwrap();
        let cadet = ours.cadet(&["clean"]);
        assert_eq!((!dbt.status.success(), cadet.code != 0), (is_refused, is_refused), "{targets}: {}", cadet.shown());
        assert_eq!(left(&ours), left(&theirs), "{targets}");
        let deep = |project: &Sandbox| {
            (project.root().join("deep/folder").exists(), project.root().join("deep/other").exists())
        };
        assert_eq!(deep(&ours), deep(&theirs), "{targets}");
    }
}
