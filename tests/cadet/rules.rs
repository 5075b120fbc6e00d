//! Every rule's page proves itself: its `Fails` files break the rule, its `Passes` files do not; and the list of rules
//! is kept in order.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use cadet::rules::page::{self, ExampleFile};
use cadet::rules::{self, Entry, RULES};

use crate::support::{HERE, Sandbox};

/// Runs the check on an example, and returns the ids of the rules that it breaks, with what was printed.
fn broken(files: &[ExampleFile]) -> (BTreeSet<String>, String) {
    let mut sandbox = Sandbox::new();
    for file in files.iter().filter(|file| file.is_before) {
        sandbox = sandbox.file(&file.path, &file.text);
    }
    let mut args = vec!["check", "--all"];
    if files.iter().any(|file| file.is_before) {
        sandbox = sandbox.commit("before").branch("work");
        args.pop();
    }
    for file in files.iter().filter(|file| !file.is_before) {
        // The example that is not UTF-8 cannot stand in a UTF-8 page.
        let latin1: Vec<u8> = file.text.chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?')).collect();
        sandbox = if file.language == "csv-latin1" {
            sandbox.bytes(&file.path, &latin1)
        } else {
            sandbox.file(&file.path, &file.text)
        };
    }
    let ran = sandbox.cadet(&[args.as_slice(), &["--format", "json"]].concat());
    let report: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap_or_else(|_| panic!("{}", ran.shown()));
    let rules =
        report["findings"].as_array().unwrap().iter().map(|finding| finding["rule"].as_str().unwrap().to_owned());
    (rules.collect(), sandbox.cadet(&args).shown())
}

#[test]
fn every_page_proves_itself() {
    for entry in RULES {
        let (fails, passes) = (page::example(entry, "Fails"), page::example(entry, "Passes"));
        assert!(
            !fails.is_empty() && !passes.is_empty(),
            "{} needs a file under `## Fails` and under `## Passes`",
            entry.id()
        );
        let (rules, shown) = broken(&fails);
        assert!(rules.contains(&entry.id()), "the files under `## Fails` of {} do not break it:\n{shown}", entry.id());
        insta::assert_snapshot!(format!("{}__{}", entry.group, entry.file), shown);
        let (rules, shown) = broken(&passes);
        assert!(!rules.contains(&entry.id()), "the files under `## Passes` of {} break it:\n{shown}", entry.id());
    }
}

#[test]
fn every_page_has_its_parts_and_stands_in_docs() {
    for entry in RULES {
        let text = page::markdown(entry);
        assert!(text.contains("## Why"), "{} does not say why", entry.id());
        let path = Path::new(HERE).join(format!("docs/rules/{}.md", entry.id()));
        let written = fs::read_to_string(&path).unwrap_or_default();
        assert!(written == text, "{} is not up to date: run `cargo run -- explain --pages docs/rules`", path.display());
    }
}

#[test]
fn the_list_is_sorted_and_holds_every_file() {
    let ids: Vec<String> = RULES.iter().map(Entry::id).collect();
    assert!(ids.is_sorted(), "sort the list in src/rules/mod.rs: {ids:?}");
    let mut files = Vec::new();
    for group in
        fs::read_dir(Path::new(HERE).join("src/rules")).unwrap().flatten().filter(|entry| entry.path().is_dir())
    {
        for file in fs::read_dir(group.path()).unwrap().flatten() {
            let name = file.path().file_stem().unwrap().to_string_lossy().replace('_', "-");
            files.push(format!("{}/{name}", group.file_name().to_string_lossy()));
        }
    }
    files.sort();
    assert_eq!(ids, files, "every file under src/rules/<group>/ stands in the list of src/rules/mod.rs");
}

#[test]
fn rules_that_are_said_to_need_no_sql_ask_for_none() {
    let asking = ["query(", "read(", "seed(", "outputs(", "columns(", "named(", "compiled"];
    for entry in RULES.iter().filter(|entry| rules::is_without_sql(&entry.id())) {
        let asks = asking.iter().find(|name| entry.source.contains(&format!("subject.{name}")));
        assert!(asks.is_none(), "{} asks for `subject.{}`", entry.id(), asks.unwrap());
    }
}
