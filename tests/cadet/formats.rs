//! `check --format sarif` and `--format junit`: findings for code scanning and for CI systems.

use serde_json::Value;

use crate::support::{DBT_PROJECT, HERE, Sandbox};

/// A project below the repository's root with an error that has a place, a warning with a fix, and an ignored finding.
fn project() -> Sandbox {
    Sandbox::new()
        .file(
            "models/prison/prison_safety/prison_safety__visits_stg.sql",
            "select 1 as \"é<\", nvl(a, 1) as a from {{ ref('vists') }}\n",
        )
        .file(
            "models/prison/prison_safety/prison_safety__visits_stg.yaml",
            "models:\n  - name: prison_safety__visits_stg  \n    description: One row for each visit.\n",
        )
        .file(
            "models/prison/prison_safety/prison safety__odd_stg.sql",
            "-- cadet: ignore-file[naming/snake-case] it came so\nselect 1 as id\n",
        )
}

#[test]
fn sarif_holds_rules_places_fixes_and_what_is_ignored() {
    let ran = project().cadet(&["check", "--all", "--format", "sarif"]);
    let log: Value = serde_json::from_str(&ran.stdout).unwrap();
    let run = &log["runs"][0];
    assert_eq!((log["version"].as_str(), run["columnKind"].as_str()), (Some("2.1.0"), Some("unicodeCodePoints")));
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    for result in run["results"].as_array().unwrap() {
        let at = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(rules[at]["id"], result["ruleId"]);
        assert!(rules[at]["shortDescription"]["text"].is_string() && rules[at]["help"]["markdown"].is_string());
    }
    let prints: std::collections::HashSet<_> = run["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|result| result["partialFingerprints"]["cadet/v1"].as_str())
        .collect();
    assert_eq!(prints.len(), run["results"].as_array().unwrap().len());
    let of = |rule: &str| {
        let mut found = run["results"].as_array().unwrap().iter().filter(|result| result["ruleId"] == rule);
        serde_json::to_string_pretty(found.next().unwrap()).unwrap()
    };
    insta::assert_snapshot!(of("references/exist"), @r#"
    {
      "ruleId": "references/exist",
      "ruleIndex": 2,
      "level": "error",
      "message": {
        "text": "there is no model or seed named `vists`\n\ncheck the name: it is the file's name without `.sql` or `.csv`"
      },
      "locations": [
        {
          "physicalLocation": {
            "artifactLocation": {
              "uri": "models/prison/prison_safety/prison_safety__visits_stg.sql"
            },
            "region": {
              "startLine": 1,
              "startColumn": 42,
              "endLine": 1,
              "endColumn": 54
            }
          }
        }
      ],
      "relatedLocations": [],
      "partialFingerprints": {
        "cadet/v1": "f468e9bdbe63acf1e82b61212a4f127e:1"
      }
    }
    "#);
    insta::assert_snapshot!(of("yaml/trailing-spaces"), @r#"
    {
      "ruleId": "yaml/trailing-spaces",
      "ruleIndex": 4,
      "level": "warning",
      "message": {
        "text": "this line ends with blanks"
      },
      "locations": [
        {
          "physicalLocation": {
            "artifactLocation": {
              "uri": "models/prison/prison_safety/prison_safety__visits_stg.yaml"
            },
            "region": {
              "startLine": 2,
              "startColumn": 36,
              "endLine": 2,
              "endColumn": 38
            }
          }
        }
      ],
      "relatedLocations": [],
      "partialFingerprints": {
        "cadet/v1": "0c4515f94a282bc6eb546ae2b8cb6d16:1"
      },
      "fixes": [
        {
          "description": {
            "text": "cadet check --fix"
          },
          "artifactChanges": [
            {
              "artifactLocation": {
                "uri": "models/prison/prison_safety/prison_safety__visits_stg.yaml"
              },
              "replacements": [
                {
                  "deletedRegion": {
                    "startLine": 2,
                    "startColumn": 36,
                    "endLine": 2,
                    "endColumn": 38
                  },
                  "insertedContent": {
                    "text": ""
                  }
                }
              ]
            }
          ]
        }
      ]
    }
    "#);
    insta::assert_snapshot!(of("naming/snake-case"), @r#"
    {
      "ruleId": "naming/snake-case",
      "ruleIndex": 5,
      "level": "error",
      "message": {
        "text": "`prison safety__odd_stg` is not in snake_case\n\nrename it to `prison_safety__odd_stg`"
      },
      "locations": [
        {
          "physicalLocation": {
            "artifactLocation": {
              "uri": "models/prison/prison_safety/prison%20safety__odd_stg.sql"
            }
          }
        }
      ],
      "relatedLocations": [],
      "partialFingerprints": {
        "cadet/v1": "c84ddfb1fa545d46464157a881f6926a:1"
      },
      "suppressions": [
        {
          "kind": "inSource",
          "justification": "it came so"
        }
      ]
    }
    "#);
}

#[test]
fn a_fingerprint_survives_lines_that_move() {
    let prints = |sandbox: Sandbox| {
        let log: Value = serde_json::from_str(&sandbox.cadet(&["check", "--all", "--format", "sarif"]).stdout).unwrap();
        let results = log["runs"][0]["results"].as_array().unwrap().clone();
        let mut prints: Vec<String> =
            results.iter().map(|result| result["partialFingerprints"]["cadet/v1"].to_string()).collect();
        prints.sort();
        prints
    };
    let path = "models/prison/prison_safety/prison_safety__visits_stg.sql";
    let moved = project().edit(path, "select", "-- a line more\n\nselect");
    assert_eq!(prints(project()), prints(moved));
}

#[test]
fn junit_has_a_suite_for_each_file_and_a_case_for_each_rule() {
    let ran = project().cadet(&["check", "--all", "--format", "junit"]);
    insta::assert_snapshot!(ran.shown(), @r#"
    <?xml version="1.0" encoding="UTF-8"?>
    <testsuites name="cadet" tests="6" failures="3">
      <testsuite name="dbt_project.yml" tests="1" failures="0">
        <testcase classname="dbt_project.yml" name="cadet check" file="dbt_project.yml"/>
      </testsuite>
      <testsuite name="models/prison/prison_safety/prison safety__odd_stg.sql" tests="2" failures="2">
        <testcase classname="models/prison/prison_safety/prison safety__odd_stg.sql" name="docs/model-has-property-file" file="models/prison/prison_safety/prison safety__odd_stg.sql">
          <failure type="docs/model-has-property-file" message="this `_stg` model has no property file">models/prison/prison_safety/prison safety__odd_stg.sql: this `_stg` model has no property file
    help: add `models/prison/prison_safety/prison safety__odd_stg.yaml` with:
    version: 2
    models:
      - name: prison safety__odd_stg
        description: One row for each …</failure>
        </testcase>
        <testcase classname="models/prison/prison_safety/prison safety__odd_stg.sql" name="naming/model-file" file="models/prison/prison_safety/prison safety__odd_stg.sql">
          <failure type="naming/model-file" message="this file is in the folder of the database `prison_safety`, but its name begins with `prison safety`">models/prison/prison_safety/prison safety__odd_stg.sql: this file is in the folder of the database `prison_safety`, but its name begins with `prison safety`
    help: rename it to `prison_safety__odd_stg.sql`, and with it its property file, and the name in property files and `ref`s</failure>
        </testcase>
      </testsuite>
      <testsuite name="models/prison/prison_safety/prison_safety__visits_stg.sql" tests="1" failures="1">
        <testcase classname="models/prison/prison_safety/prison_safety__visits_stg.sql" name="references/exist" file="models/prison/prison_safety/prison_safety__visits_stg.sql">
          <failure type="references/exist" message="there is no model or seed named `vists`">models/prison/prison_safety/prison_safety__visits_stg.sql:1:42: there is no model or seed named `vists`
    help: check the name: it is the file's name without `.sql` or `.csv`</failure>
        </testcase>
      </testsuite>
      <testsuite name="models/prison/prison_safety/prison_safety__visits_stg.yaml" tests="2" failures="0">
        <testcase classname="models/prison/prison_safety/prison_safety__visits_stg.yaml" name="testing/primary-key" file="models/prison/prison_safety/prison_safety__visits_stg.yaml">
          <system-out>models/prison/prison_safety/prison_safety__visits_stg.yaml:2:11: `prison_safety__visits_stg` has no primary key that is tested
    help: test the column that is different in each row:
        columns:
          - name: …
            data_tests:
              - unique
              - not_null</system-out>
        </testcase>
        <testcase classname="models/prison/prison_safety/prison_safety__visits_stg.yaml" name="yaml/trailing-spaces" file="models/prison/prison_safety/prison_safety__visits_stg.yaml">
          <system-out>models/prison/prison_safety/prison_safety__visits_stg.yaml:2:36: this line ends with blanks</system-out>
        </testcase>
      </testsuite>
    </testsuites>
    --- exit code 1
    "#);
}

#[test]
fn junit_has_a_case_for_a_file_in_which_nothing_is_found() {
    let sandbox = Sandbox::new().commit("the project").branch("work");
    insta::assert_snapshot!(sandbox.cadet(&["check", "--all", "--format", "junit"]).shown(), @r#"
    <?xml version="1.0" encoding="UTF-8"?>
    <testsuites name="cadet" tests="1" failures="0">
      <testsuite name="dbt_project.yml" tests="1" failures="0">
        <testcase classname="dbt_project.yml" name="cadet check" file="dbt_project.yml"/>
      </testsuite>
    </testsuites>
    --- exit code 0
    "#);
    insta::assert_snapshot!(sandbox.cadet(&["check", "--format", "junit"]).shown(), @r#"
    <?xml version="1.0" encoding="UTF-8"?>
    <testsuites name="cadet" tests="1" failures="0">
      <testsuite name="no changed file" tests="1" failures="0">
        <testcase classname="no changed file" name="cadet check"/>
      </testsuite>
    </testsuites>
    --- exit code 0
    "#);
    let changed = sandbox.file("macros/one.sql", "{% macro one() %}1{% endmacro %}\n").remove("dbt_project.yml");
    let changed = changed.file("dbt_project.yml", &format!("{DBT_PROJECT}# a comment\n"));
    insta::assert_snapshot!(changed.cadet(&["check", "--format", "junit"]).shown(), @r#"
    <?xml version="1.0" encoding="UTF-8"?>
    <testsuites name="cadet" tests="2" failures="0">
      <testsuite name="dbt_project.yml" tests="1" failures="0">
        <testcase classname="dbt_project.yml" name="cadet check" file="dbt_project.yml"/>
      </testsuite>
      <testsuite name="macros/one.sql" tests="1" failures="0">
        <testcase classname="macros/one.sql" name="cadet check" file="macros/one.sql"/>
      </testsuite>
    </testsuites>
    --- exit code 0
    "#);
}

#[test]
fn sarif_and_diffs_begin_at_the_top_of_the_repository() {
    let sandbox = Sandbox::new()
        .remove("dbt_project.yml")
        .file("dbt/dbt_project.yml", DBT_PROJECT)
        .file("dbt/macros/one.yaml", "macros:\n  - name: one  \n")
        .file("dbt/macros/one.sql", "{% macro one() %}1{% endmacro %}\n")
        .commit("the project");
    let ran = sandbox.cadet(&["check", "--all", "--format", "sarif"]);
    let log: Value = serde_json::from_str(&ran.stdout).unwrap();
    let uris = log["runs"][0]["results"].as_array().unwrap().iter();
    let uris = uris.map(|result| &result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]);
    assert!(uris.clone().all(|uri| uri.as_str().unwrap().starts_with("dbt/")), "{}", ran.stdout);
    assert!(uris.count() > 0);
    let diff = sandbox.cadet_in("dbt", &["check", "--all", "--diff"], &[]);
    assert!(diff.stdout.contains("--- a/dbt/macros/one.yaml"), "{}", diff.shown());
}

#[test]
fn in_a_workflow_the_formats_stay_whole_and_hold_no_command() {
    let sandbox = Sandbox::new().file("models/prison/prison_safety/##[group]x_stg.sql", "select 1 as id\n");
    let printed = |format: &str| {
        sandbox.cadet_with(&["check", "--all", "--format", format], &[("GITHUB_ACTIONS", "true")]).stdout
    };
    for format in ["json", "sarif"] {
        let text = printed(format);
        assert!(!text.contains("##["), "{text}");
        let value: Value = serde_json::from_str(&text).unwrap();
        assert!(value.to_string().contains("##[group]x_stg.sql") || format == "sarif", "{value}");
    }
    let xml = printed("junit");
    assert!(!xml.contains("##[") && xml.contains("##&#91;group]x_stg.sql"), "{xml}");
}

#[test]
fn sarif_keeps_to_the_published_schema() {
    let schema = std::fs::read_to_string(format!("{HERE}/tests/cadet/schemas/sarif-2.1.0.json")).unwrap();
    // A bracket that closes nothing is a sign like any other to the schema's authors.
    let schema = schema.replace("{2}]?$", r"{2}\\]?$");
    let validator = jsonschema::validator_for(&serde_json::from_str(&schema).unwrap()).unwrap();
    let hidden = Sandbox::new().file("seeds/prison/safety/safety__people.csv", "wilma@example.org,1\n2\n");
    for sandbox in [project(), Sandbox::fixture(), hidden] {
        let log: Value = serde_json::from_str(&sandbox.cadet(&["check", "--all", "--format", "sarif"]).stdout).unwrap();
        let wrong: Vec<String> =
            validator.iter_errors(&log).map(|error| format!("{error} at {}", error.instance_path())).collect();
        assert_eq!(wrong, [""; 0]);
    }
}

#[test]
fn the_hooks_of_pre_commit_run_commands_that_are_there() {
    let text = std::fs::read_to_string(format!("{HERE}/.pre-commit-hooks.yaml")).unwrap();
    let hooks: serde_yaml::Value = serde_yaml::from_str(&text).unwrap();
    let hooks = hooks.as_sequence().unwrap();
    assert!(!hooks.is_empty());
    for hook in hooks {
        let text = |key: &str| hook[key].as_str().unwrap_or_else(|| panic!("{key} of {hook:?}")).to_owned();
        assert!(!text("id").is_empty() && !text("name").is_empty() && text("language") == "system");
        let files = regex::Regex::new(&text("files")).unwrap();
        assert!(files.is_match("models/a.sql") && !files.is_match("models/a.txt"));
        let entry = text("entry");
        let words: Vec<&str> = entry.split(' ').collect();
        assert_eq!(words[0], "cadet");
        let ran = Sandbox::fixture_branch().cadet(&words[1..]);
        assert_eq!(ran.code, 0, "{entry}: {}", ran.shown());
    }
}
