//! `cadet check --fix`, `--unsafe-fixes` and `--diff`: what is written, what is only shown, and what is left alone.

use crate::support::Sandbox;

const YAML: &str = "models/prison/prison_safety/properties.yaml";
const SQL: &str = "models/prison/prison_safety/prison_safety__visits_joined.sql";

/// Indented by four, blanks at the end of a line, and no line break at the end of the file.
const UNTIDY: &str =
    "models:\n    - name: prison_safety__visits_joined  \n      description: Visits with their visitors.";

const TIDY: &str = "models:\n  - name: prison_safety__visits_joined\n    description: Visits with their visitors.\n";

/// A block of text with a blank at the end of a line: it belongs to the text.
const TEXT: &str =
    "models:\n  - name: prison_safety__visits_joined\n    description: |\n      Visits. \n      Visitors.\n";

fn project(yaml: &str) -> Sandbox {
    Sandbox::new().file(SQL, "select 1 as visit_id\n").file(YAML, yaml)
}

#[test]
fn what_can_be_fixed_is_said() {
    insta::assert_snapshot!(project(UNTIDY).cadet(&["check", "--all"]).shown(), @"
    warning[yaml/indentation]: this line is indented by 4 spaces; 2 are wanted
      ╭▸ models/prison/prison_safety/properties.yaml:2:1
      │
    2 │     - name: prison_safety__visits_joined  
      ╰╴━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━

    warning[yaml/trailing-spaces]: this line ends with blanks
      ╭▸ models/prison/prison_safety/properties.yaml:2:41
      │
    2 │     - name: prison_safety__visits_joined  
      ╰╴                                        ━━

    warning[yaml/final-newline]: the last line of this file does not end with a line break
      ╭▸ models/prison/prison_safety/properties.yaml:3:1
      │
    3 │       description: Visits with their visitors.
      ╰╴━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━

    ✓ Checked the whole project: 3 warnings.
      To learn more about a rule: cadet explain yaml/indentation
      cadet can fix 3 of these: cadet check --fix
    --- exit code 0
    ");
}

#[test]
fn fix_changes_the_file_and_says_what_remains() {
    let sandbox = project(UNTIDY);
    insta::assert_snapshot!(sandbox.cadet(&["check", "--all", "--fix"]).shown(), @"
    ✓ Checked the whole project: nothing to fix.
      Fixed 3 findings in 1 file; 0 findings remain.
    --- exit code 0
    ");
    assert_eq!(sandbox.read(YAML), TIDY);
    insta::assert_snapshot!(sandbox.cadet(&["check", "--all", "--fix"]).shown(), @"
    ✓ Checked the whole project: nothing to fix.
      Fixed 0 findings in 0 files; 0 findings remain.
    --- exit code 0
    ");
}

#[test]
fn diff_shows_the_same_and_writes_nothing() {
    let sandbox = project(UNTIDY);
    insta::assert_snapshot!(sandbox.cadet(&["check", "--all", "--diff"]).shown(), @r"
    diff --git a/models/prison/prison_safety/properties.yaml b/models/prison/prison_safety/properties.yaml
    index 93739f7..f4ad702 100644
    --- a/models/prison/prison_safety/properties.yaml
    +++ b/models/prison/prison_safety/properties.yaml
    @@ -1,3 +1,3 @@
     models:
    -    - name: prison_safety__visits_joined  
    -      description: Visits with their visitors.
    \ No newline at end of file
    +  - name: prison_safety__visits_joined
    +    description: Visits with their visitors.
    --- stderr
    note: this would fix 3 findings in 1 file; nothing was written
    --- exit code 1
    ");
    assert_eq!(sandbox.read(YAML), UNTIDY);
    insta::assert_snapshot!(project(TIDY).cadet(&["check", "--all", "--diff"]).shown(), @"
    --- stderr
    note: there is nothing that cadet can fix
    --- exit code 0
    ");
}

#[test]
fn what_needs_a_look_waits_for_unsafe_fixes() {
    let sandbox = project(TEXT);
    insta::assert_snapshot!(sandbox.cadet(&["check", "--all", "--fix"]).shown(), @"
    warning[yaml/trailing-spaces]: this line ends with blanks
      ╭▸ models/prison/prison_safety/properties.yaml:4:14
      │
    4 │       Visits. 
      ╰╴             ━

    ✓ Checked the whole project: 1 warning.
      To learn more about a rule: cadet explain yaml/trailing-spaces
      Fixed 0 findings in 0 files; 1 finding remains.
      cadet can fix 1 of these, but look at the outcome: cadet check --fix --unsafe-fixes
    --- exit code 0
    ");
    assert_eq!(sandbox.read(YAML), TEXT);
    insta::assert_snapshot!(sandbox.cadet(&["check", "--all", "--fix", "--unsafe-fixes"]).shown(), @"
    ✓ Checked the whole project: nothing to fix.
      Fixed 1 finding in 1 file; 0 findings remain.
    --- exit code 0
    ");
    assert_eq!(sandbox.read(YAML), TEXT.replace(". \n", ".\n"));
}

#[test]
fn unsafe_fixes_alone_says_what_it_goes_with() {
    insta::assert_snapshot!(project(TIDY).cadet(&["check", "--all", "--unsafe-fixes"]).shown(), @"
    --- stderr
    error: the following required arguments were not provided:
      <--fix|--diff>

    Usage: cadet check --all --unsafe-fixes <--fix|--diff> [PATH]...

    For more information, try '--help'.
    --- exit code 2
    ");
}

#[test]
fn tabs_become_spaces() {
    let sandbox = project(&TIDY.replace("    ", "\t\t").replace("  -", "\t-"));
    assert_eq!(sandbox.cadet(&["check", "--all"]).code, 1);
    insta::assert_snapshot!(sandbox.cadet(&["check", "--all", "--fix"]).shown(), @"
    ✓ Checked the whole project: nothing to fix.
      Fixed 1 finding in 1 file; 0 findings remain.
    --- exit code 0
    ");
    assert_eq!(sandbox.read(YAML), TIDY);
}

#[test]
fn on_a_branch_only_what_it_changes_is_fixed() {
    let other = "models/prison/prison_safety/other.yaml";
    let sandbox = project(TIDY).file(other, "models: []  \n").commit("the project").branch("work").file(YAML, UNTIDY);
    insta::assert_snapshot!(sandbox.cadet(&["check", "--fix"]).shown(), @"
    ✓ Checked 1 changed file: nothing to fix.
      Fixed 3 findings in 1 file; 0 findings remain.
    --- exit code 0
    ");
    assert_eq!((sandbox.read(YAML).as_str(), sandbox.read(other).as_str()), (TIDY, "models: []  \n"));
}

#[test]
fn a_path_limits_what_is_fixed() {
    let other = "models/courts/court_listings/properties.yaml";
    let sandbox = project(UNTIDY).file(other, "models: []  \n");
    assert_eq!(sandbox.cadet(&["check", "--all", "--fix", "models/courts"]).code, 0);
    assert_eq!((sandbox.read(YAML).as_str(), sandbox.read(other).as_str()), (UNTIDY, "models: []\n"));
}

#[test]
fn scripts_and_runners_get_the_fix_as_a_suggestion() {
    let sandbox = project("models: []  \n");
    let report: serde_json::Value =
        serde_json::from_str(&sandbox.cadet(&["check", "--all", "--format", "json"]).stdout).unwrap();
    let fix = report["findings"].as_array().unwrap().iter().find_map(|finding| finding.get("fix")).unwrap();
    insta::assert_snapshot!(serde_json::to_string_pretty(fix).unwrap(), @r#"
    {
      "safe": true,
      "edits": [
        {
          "path": "models/prison/prison_safety/properties.yaml",
          "line": 1,
          "column": 11,
          "end_line": 1,
          "end_column": 13,
          "text": ""
        }
      ]
    }
    "#);
    let lines = sandbox.cadet(&["check", "--all", "--format", "github"]).stdout;
    insta::assert_snapshot!(lines.lines().find(|line| line.contains("trailing-spaces")).unwrap(), @"::warning file=models/prison/prison_safety/properties.yaml,line=1,endLine=1,col=11,endColumn=13,title=cadet%3A yaml/trailing-spaces::this line ends with blanks%0A`cadet check --fix` fixes it");
}

#[cfg(unix)]
#[test]
fn nothing_is_written_through_a_link_or_outside_of_the_project() {
    let outside = Sandbox::new().file("properties.yaml", "models: []  \n");
    let target = outside.root().join("properties.yaml").display().to_string();
    let sandbox = project(TIDY).link("models/courts/court_listings/properties.yaml", &target);
    sandbox.cadet(&["check", "--all", "--fix", "--unsafe-fixes"]);
    assert_eq!(outside.read("properties.yaml"), "models: []  \n");
}
