//! What `.yamllint` says holds as with yamllint itself, whose answers tests/yamllint/oracle.py has recorded.

use std::collections::BTreeMap;

use cadet::finding::Level;
use cadet::parse::yaml_layout::{self, Kind};
use cadet::settings::Policy;
use cadet::source::{FileKind, SourceFile, Tree};
use serde::Deserialize;

use crate::support::{DBT_PROJECT, Sandbox};

const RECORD: &str = include_str!("../yamllint/oracle.json");

/// A rule in yamllint's words, a line and a level.
type Told = (String, usize, String);

#[derive(Deserialize)]
struct Record {
    files: BTreeMap<String, String>,
    configs: BTreeMap<String, String>,
    answers: BTreeMap<String, BTreeMap<String, Vec<Told>>>,
}

const NAMES: &[(Kind, &str, &str)] = &[
    (Kind::DocumentStart, "yaml/document-start", "document-start"),
    (Kind::EmptyLines, "yaml/empty-lines", "empty-lines"),
    (Kind::FinalNewline, "yaml/final-newline", "new-line-at-end-of-file"),
    (Kind::Indentation, "yaml/indentation", "indentation"),
    (Kind::LineEndings, "yaml/line-endings", "new-lines"),
    (Kind::LineLength, "yaml/line-length", "line-length"),
    (Kind::TrailingSpaces, "yaml/trailing-spaces", "trailing-spaces"),
];

fn policy(config: &str) -> Policy {
    let (path, bytes) = (".yamllint".to_owned(), config.into());
    let tree: Tree = [SourceFile { path, kind: FileKind::Regular, bytes }].into_iter().collect();
    Policy::read(&tree).unwrap()
}

fn ours(policy: &Policy, path: &str, text: &str) -> Vec<Told> {
    let one = |untidy: yaml_layout::Untidy| {
        let (_, id, name) = NAMES.iter().find(|(kind, ..)| *kind == untidy.kind)?;
        let level = policy.level_at(id, Level::Note, path)?;
        let mut line = text[..untidy.span.start].matches('\n').count() + 1;
        if untidy.kind == Kind::EmptyLines {
            // yamllint tells of the last of them, cadet of the first that is too many.
            line += text.lines().skip(line).take_while(|line| line.is_empty()).count();
        }
        let level = if level == Level::Error { "error" } else { "warning" };
        Some(((*name).to_owned(), line, level.to_owned()))
    };
    let mut told: Vec<Told> = policy.untidy(text).into_iter().filter_map(one).collect();
    told.sort();
    told
}

#[test]
fn what_yamllint_says_cadet_says() {
    let record: Record = serde_json::from_str(RECORD).unwrap();
    let mut different = Vec::new();
    let mut compared = 0;
    for (name, config) in &record.configs {
        let policy = policy(config);
        for (path, text) in &record.files {
            let mut theirs = record.answers[name][path].clone();
            theirs.sort();
            let ours = ours(&policy, path, text);
            compared += theirs.len();
            if ours != theirs {
                different.push(format!("{name}, {path}:\n  cadet    {ours:?}\n  yamllint {theirs:?}"));
            }
        }
    }
    assert!(compared > 150, "only {compared} answers");
    assert!(different.is_empty(), "{}", different.join("\n"));
}

const MODEL: &str = "models/prison/prison_safety/prison_safety__visits_joined.sql";
const YAML: &str = "models/prison/prison_safety/properties.yaml";

/// A project below the top of its repository, with a property file that is indented by four.
fn below(yamllint: &str) -> Sandbox {
    Sandbox::new()
        .remove("dbt_project.yml")
        .file(".yamllint", yamllint)
        .file("dbt/dbt_project.yml", &DBT_PROJECT.replace("  +", "    +"))
        .file(&format!("dbt/{MODEL}"), "select 1 as id\n")
        .file(
            &format!("dbt/{YAML}"),
            "models:\n    - name: prison_safety__visits_joined\n      description: Visits.  \n",
        )
}

/// The findings on the look of YAML.
fn told(sandbox: &Sandbox, args: &[&str]) -> Vec<String> {
    let ran = sandbox.cadet_in("dbt", &[&["check", "--format", "json"], args].concat(), &[]);
    let report: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap_or_else(|_| panic!("{}", ran.shown()));
    let findings = report["findings"].as_array().unwrap().iter();
    let yaml = findings.filter(|finding| finding["rule"].as_str().unwrap().starts_with("yaml/"));
    yaml.map(|finding| format!("{} {} {}", finding["level"], finding["rule"], finding["path"]).replace('"', ""))
        .collect()
}

#[test]
fn the_file_may_lie_at_the_top_of_the_repository() {
    let trailing = format!("error yaml/trailing-spaces {YAML}");
    let four = below("extends: default\nrules:\n  indentation: {spaces: 4}\n  document-start: disable\n").commit("all");
    assert_eq!(told(&four, &["--all"]), [trailing]);
    // Patterns are relative to the folder of the file.
    let left_out = below("extends: relaxed\nignore: /dbt/models/\n").commit("all");
    assert_eq!(told(&left_out, &["--all"]), [""; 0]);
    // Without a repository nothing above the project is looked at.
    let alone = below("extends: default\n");
    let two = [format!("warning yaml/indentation {YAML}"), format!("warning yaml/trailing-spaces {YAML}")];
    assert_eq!(told(&alone, &["--all"])[1..], two);
}

#[test]
fn a_pull_request_is_judged_by_the_file_of_the_base() {
    let base = below("extends: default\nrules: {indentation: {spaces: 4}, document-start: disable}\n").commit("all");
    let branch = base.branch("work").file(".yamllint", "rules: {}\n").file(
        &format!("dbt/{YAML}"),
        "models:\n    - name: prison_safety__visits_joined\n      description: All visits.  \n",
    );
    assert_eq!(told(&branch, &[]), [format!("error yaml/trailing-spaces {YAML}")]);
    assert_eq!(told(&branch, &["--all"]), [""; 0]);
}

#[test]
fn the_settings_of_cadet_win() {
    let all_on = "extends: default\nrules: {document-start: disable}\n";
    let wins = below(all_on).file("dbt/cadet.yaml", "yaml: {indent: 4}\n").commit("all");
    assert_eq!(told(&wins, &["--all"]), [format!("warning yaml/trailing-spaces {YAML}")]);
    let levels = below("rules: {}\n").file("dbt/cadet.yaml", "rules:\n  yaml/trailing-spaces: note\n").commit("all");
    assert_eq!(told(&levels, &["--all"]), [format!("note yaml/trailing-spaces {YAML}")]);
}

#[test]
fn what_yamllint_would_refuse_is_told_with_its_place() {
    let wrong =
        "extends: house\nrules:\n  line-lenght: {max: 3}\n  indentation: {space: 4, level: note}\n  colons: maybe\n";
    let ran = below(wrong).commit("all").cadet_in("dbt", &["check", "--all", "--quiet"], &[]);
    let told =
        ran.stdout.split("\n\n").filter(|told| told.contains("[yaml/yamllint]")).collect::<Vec<_>>().join("\n\n");
    insta::assert_snapshot!(told, @"
    warning[yaml/yamllint]: cadet cannot read `house`, which this file extends
      ╭▸ ../.yamllint:1:10
      │
    1 │ extends: house
      │          ━━━━━
      │
      ╰ help: cadet knows `default` and `relaxed`, and YAML files of the project that end in .yaml or .yml

    warning[yaml/yamllint]: yamllint has no rule `line-lenght`
      ╭▸ ../.yamllint:3:3
      │
    3 │   line-lenght: {max: 3}
      │   ━━━━━━━━━━━
      │
      ╰ help: did you mean `line-length`?

    warning[yaml/yamllint]: yamllint's rule `indentation` has no option `space`
      ╭▸ ../.yamllint:4:17
      │
    4 │   indentation: {space: 4, level: note}
      │                 ━━━━━
      │
      ╰ help: did you mean `spaces`?

    warning[yaml/yamllint]: `level` is `error` or `warning`
      ╭▸ ../.yamllint:4:34
      │
    4 │   indentation: {space: 4, level: note}
      ╰╴                                 ━━━━

    warning[yaml/yamllint]: `colons` is neither `enable` nor `disable` nor a map of options
      ╭▸ ../.yamllint:5:11
      │
    5 │   colons: maybe
      ╰╴          ━━━━━
    ");
}
