//! Every YAML file of the fixtures is read to the same value as an independent reader finds in it.

use std::fs;
use std::path::{Path, PathBuf};

use cadet::parse::yaml;

use crate::support::HERE;

/// The one that is broken on purpose: a line of it is indented with a tab.
const WITH_A_TAB: &str =
    "pull_request/models/prison/prison_population/marts/population/prison_population__languages_fct.yaml";

/// The `.yml` and `.yaml` files below a folder.
fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let is_yaml = path.extension().is_some_and(|ending| ending == "yml" || ending == "yaml");
        if path.is_dir() {
            files(&path, found);
        } else if is_yaml {
            found.push(path);
        }
    }
}

fn fixtures() -> Vec<PathBuf> {
    let mut found = Vec::new();
    files(&Path::new(HERE).join("fixtures"), &mut found);
    found.sort();
    found
}

fn ours(text: &str) -> Option<serde_json::Value> {
    yaml::read(text).ok().map(|(yaml, _)| yaml.to_json())
}

fn theirs(text: &str) -> Option<serde_json::Value> {
    serde_yaml::from_str(text).ok()
}

#[test]
fn the_fixtures_are_read_alike() {
    let files: Vec<PathBuf> = fixtures().into_iter().filter(|path| !path.ends_with(WITH_A_TAB)).collect();
    assert!(files.len() > 30, "only {} files were found", files.len());
    for path in files {
        let text = fs::read_to_string(&path).unwrap();
        let value = theirs(&text);
        assert!(value.is_some(), "{} is not YAML", path.display());
        assert_eq!(ours(&text), value, "{}", path.display());
    }
}

#[test]
fn the_file_with_a_tab_is_refused_alike() {
    let text = fs::read_to_string(Path::new(HERE).join("fixtures").join(WITH_A_TAB)).unwrap();
    assert_eq!(ours(&text), None);
    assert_eq!(theirs(&text), None);
    // And for the tab alone: with blanks in its place both read it.
    let mended = text.replace('\t', "    ");
    assert!(ours(&mended).is_some());
    assert_eq!(ours(&mended), theirs(&mended));
}

#[test]
fn what_the_fixtures_do_not_hold_is_read_alike_too() {
    for text in [
        "a: &same [1, 2]\nb: *same\n",
        "a: |\n  two\n  lines\nb: >-\n  one\n  line\n",
        "a: 'it''s'\nb: \"tab\\tand \\u00e9\"\n",
        "- [a, {b: c}]\n- ~\n- null\n- ''\n- -1.5\n- 12\n- true\n",
        "# nothing\n",
        "a: {b: [], c: {}}\n",
        "\"a b\": é\n",
        "? a\n: b\n",
        "a:\n- b\n- c: d\n  e: f\n",
    ] {
        assert_eq!(ours(text), theirs(text), "{text}");
    }
    for broken in
        ["a: b: c\n", "a: [1, 2\n", "a: 'b\n", "a: *nowhere\n", "a:\n  b: 1\n c: 2\n", "- a\nb: c\n", "a: @b\n"]
    {
        assert_eq!((ours(broken), theirs(broken)), (None, None), "{broken}");
    }
}
