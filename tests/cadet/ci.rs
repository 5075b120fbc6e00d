//! `cadet ci`: what a pull request's workflow gets to see, and the artefacts that it keeps.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::support::{HERE, Ran, Sandbox};

const FOLDER: &str = "models/prison/prison_safety";
const SEEDS: &str = "seeds/prison/prison_safety";

/// A described model `prison_safety__<name>`.
fn model(sandbox: Sandbox, name: &str, sql: &str) -> Sandbox {
    let yaml = format!("models:\n  - name: prison_safety__{name}\n    description: One row for each visit.\n");
    sandbox
        .file(&format!("{FOLDER}/prison_safety__{name}.sql"), sql)
        .file(&format!("{FOLDER}/prison_safety__{name}.yaml"), &yaml)
}

/// A seed with a test that warns and a model that reads it, on `main`, and the branch `work` checked out.
fn branch() -> Sandbox {
    let seed = "seeds:\n  - name: prison_safety__sites\n    description: Sites.\n    columns:\n      - name: code\n        data_tests:\n          - unique\n      - name: name\n        data_tests:\n          - not_null:\n              config:\n                severity: warn\n";
    let sandbox = Sandbox::new()
        .file(".gitignore", "target/\nlogs/\n")
        .file("cadet.yaml", "rules:\n  testing/primary-key: off\n  docs/columns-described: off\n")
        .file(&format!("{SEEDS}/prison_safety__sites.csv"), "code,name\n1,Fen\n")
        .file(&format!("{SEEDS}/prison_safety__sites.yaml"), seed);
    model(sandbox, "sites_stg", "select code, name from {{ ref('prison_safety__sites') }}\n")
        .commit("the project")
        .branch("work")
}

/// Good changes: two rows of the seed, of which a test warns, and a new model.
fn good() -> Sandbox {
    let sandbox = branch().edit(&format!("{SEEDS}/prison_safety__sites.csv"), "1,Fen\n", "1,Fen\n2,\n3,\n");
    model(sandbox, "sites_fct", "select count(*) as site_count from {{ ref('prison_safety__sites_stg') }}\n")
        .commit("two more sites")
}

/// A mistake that the check finds, and one that only the build finds.
fn bad() -> Sandbox {
    let sandbox = model(good(), "visits_fct", "select * from {{ ref('prison_safety__sites_sgt') }}\n");
    model(sandbox, "regions_fct", "select\n    nam\nfrom {{ ref('prison_safety__sites_stg') }}\n")
        .commit("two mistakes")
}

/// The files that a workflow's step writes to, outside of the repository.
struct Workflow {
    folder: Sandbox,
}

impl Workflow {
    fn new() -> Self {
        Self { folder: Sandbox::new() }
    }

    /// `cadet ci` as a step of a workflow on a pull request into `main`.
    fn ci(&self, sandbox: &Sandbox, args: &[&str]) -> Ran {
        let file = |name: &str| self.folder.root().join(name).display().to_string();
        let env = [
            ("GITHUB_ACTIONS", "true".to_owned()),
            ("GITHUB_EVENT_NAME", "pull_request".to_owned()),
            ("GITHUB_BASE_REF", "main".to_owned()),
            ("GITHUB_STEP_SUMMARY", file("summary.md")),
            ("GITHUB_OUTPUT", file("output")),
        ];
        let env: Vec<(&str, &str)> = env.iter().map(|(name, value)| (*name, value.as_str())).collect();
        sandbox.cadet_with(&[&["ci", "--threads", "1"], args].concat(), &env)
    }

    /// The step's summary, without the commit.
    fn summary(&self, sandbox: &Sandbox) -> String {
        crate::support::steady(&self.folder.read("summary.md"), &sandbox.root().canonicalize().unwrap())
    }

    /// The step's outputs, without the random delimiter.
    fn outputs(&self) -> String {
        let text = self.folder.read("output");
        let delimiters: BTreeSet<&str> =
            text.lines().filter_map(|line| line.split_once("<<")).map(|(_, end)| end).collect();
        assert_eq!(
            delimiters.len(),
            text.lines().filter(|line| line.contains("<<")).count(),
            "each output has a delimiter of its own"
        );
        delimiters.iter().fold(text.clone(), |text, end| text.replace(end, "[delimiter]"))
    }
}

/// The workflow commands among the lines.
fn commands(ran: &Ran) -> String {
    ran.stdout.lines().filter(|line| line.starts_with("::")).collect::<Vec<_>>().join("\n")
}

#[test]
fn outside_of_a_workflow_it_prints_the_report() {
    insta::assert_snapshot!(good().cadet(&["ci", "--threads", "1"]).shown(), @"
    1. Check: work compared with main ([commit])

    ✓ Checked 3 changed files: nothing to fix.

    2. Deploy: what changed and everything downstream, with its tests

      loaded  seed        prison_safety__sites  3 rows
       built  table       prison_safety__sites_stg  3 rows
      warned  test        not_null_prison_safety__sites_name  2 rows break this test
       built  table       prison_safety__sites_fct  1 row

    warning[deploy/data-test]: 2 rows break the test `not_null` on `name`
       ╭▸ seeds/prison/prison_safety/prison_safety__sites.yaml:10:13
       │
    10 │           - not_null:
       │             ━━━━━━━━
       │
       ╰ help: to see the rows: `cadet show --select not_null_prison_safety__sites_name`

    ✓ 3 tables built. Tests: 1 passed, 1 warned.

    3. Report

    Artefacts: target
    --- exit code 0
    ");
}

#[test]
fn quiet_leaves_the_findings_and_the_results() {
    insta::assert_snapshot!(bad().cadet(&["ci", "--threads", "1", "--quiet"]).shown(), @"
    error[sql/unknown-column]: the model `prison_safety__sites_stg` has no column `nam`
      ╭▸ models/prison/prison_safety/prison_safety__regions_fct.sql:2:5
      │
    2 │     nam
      │     ━━━
      │
      ╰ help: did you mean `name`?

    error[references/exist]: there is no model or seed named `prison_safety__sites_sgt`
      ╭▸ models/prison/prison_safety/prison_safety__visits_fct.sql:1:18
      │
    1 │ select * from {{ ref('prison_safety__sites_sgt') }}
      │                  ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━
      │
      ╰ help: did you mean `prison_safety__sites_stg`?

    ✗ Checked 7 changed files: 2 errors.
    warning[deploy/data-test]: 2 rows break the test `not_null` on `name`
       ╭▸ seeds/prison/prison_safety/prison_safety__sites.yaml:10:13
       │
    10 │           - not_null:
       │             ━━━━━━━━
       │
       ╰ help: to see the rows: `cadet show --select not_null_prison_safety__sites_name`

    error[deploy/build]: there is no column `nam` in the tables that this reads
      ╭▸ models/prison/prison_safety/prison_safety__regions_fct.sql:2:5
      │
    2 │     nam
      │     ━━━
      │
      ╰ help: did you mean `name`?

    ✗ 3 tables built, 1 failed, 1 skipped. Tests: 1 passed, 1 warned.
    --- exit code 1
    ");
}

#[test]
fn a_branch_that_changes_nothing_is_good() {
    let workflow = Workflow::new();
    let sandbox = branch();
    insta::assert_snapshot!(workflow.ci(&sandbox, &[]).shown(), @"
    1. Check: work compared with main ([commit])

    ✓ Checked no changed file of the project: nothing to fix.

    2. Deploy: what changed and everything downstream, with its tests

    Nothing to build: no model, seed or test changed.

    ✓ 0 tables built.

    3. Report

    There is no comment: GITHUB_REPOSITORY or GITHUB_RUN_ID is not set.
    Artefacts: target
    --- exit code 0
    ");
    insta::assert_snapshot!(workflow.summary(&sandbox), @"
    ## ✅ Ready for review

    **Next:** ask for a review.

    ---
    <sub>Commit `[commit]` of `work`, compared with `main ([commit])`: 0 changed files · manifest, results, SQL and log: `target` · begun [time] · cadet 0.1.0<br>There is no comment: GITHUB_REPOSITORY or GITHUB_RUN_ID is not set.</sub>
    ");
    insta::assert_snapshot!(workflow.outputs(), @"
    verdict<<[delimiter]
    success
    [delimiter]
    findings<<[delimiter]
    0
    [delimiter]
    errors<<[delimiter]
    0
    [delimiter]
    warnings<<[delimiter]
    0
    [delimiter]
    deployed<<[delimiter]
    0
    [delimiter]
    failed<<[delimiter]
    0
    [delimiter]
    skipped<<[delimiter]
    0
    [delimiter]
    artefacts<<[delimiter]
    target
    [delimiter]
    comment-url<<[delimiter]

    [delimiter]
    bytes-scanned<<[delimiter]
    0
    [delimiter]
    manifest<<[delimiter]
    target/manifest.json
    [delimiter]
    ");
}

#[test]
fn in_a_workflow_everyone_is_told() {
    let workflow = Workflow::new();
    let sandbox = bad();
    insta::assert_snapshot!(workflow.ci(&sandbox, &["--comment-file", "target/comment.md"]).shown(), @"
    1. Check: work compared with main ([commit])

    error[sql/unknown-column]: the model `prison_safety__sites_stg` has no column `nam`
      ╭▸ models/prison/prison_safety/prison_safety__regions_fct.sql:2:5
      │
    2 │     nam
      │     ━━━
      │
      ╰ help: did you mean `name`?

    error[references/exist]: there is no model or seed named `prison_safety__sites_sgt`
      ╭▸ models/prison/prison_safety/prison_safety__visits_fct.sql:1:18
      │
    1 │ select * from {{ ref('prison_safety__sites_sgt') }}
      │                  ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━
      │
      ╰ help: did you mean `prison_safety__sites_stg`?

    ✗ Checked 7 changed files: 2 errors.
      To learn more about a rule: cadet explain sql/unknown-column

    2. Deploy: what changed and everything downstream, with its tests

      loaded  seed        prison_safety__sites  3 rows
       built  table       prison_safety__sites_stg  3 rows
     skipped  table       prison_safety__visits_fct  not built: fix references/exist first
      warned  test        not_null_prison_safety__sites_name  2 rows break this test
      failed  table       prison_safety__regions_fct  there is no column `nam` in the tables that this reads
       built  table       prison_safety__sites_fct  1 row

    warning[deploy/data-test]: 2 rows break the test `not_null` on `name`
       ╭▸ seeds/prison/prison_safety/prison_safety__sites.yaml:10:13
       │
    10 │           - not_null:
       │             ━━━━━━━━
       │
       ╰ help: to see the rows: `cadet show --select not_null_prison_safety__sites_name`

    error[deploy/build]: there is no column `nam` in the tables that this reads
      ╭▸ models/prison/prison_safety/prison_safety__regions_fct.sql:2:5
      │
    2 │     nam
      │     ━━━
      │
      ╰ help: did you mean `name`?

    ✗ 3 tables built, 1 failed, 1 skipped. Tests: 1 passed, 1 warned.

    3. Report

    ::error file=models/prison/prison_safety/prison_safety__regions_fct.sql,line=2,endLine=2,col=5,endColumn=8,title=cadet%3A deploy/build::there is no column `nam` in the tables that this reads%0Adid you mean `name`?
    ::error file=models/prison/prison_safety/prison_safety__regions_fct.sql,line=2,endLine=2,col=5,endColumn=8,title=cadet%3A sql/unknown-column::the model `prison_safety__sites_stg` has no column `nam`%0Adid you mean `name`?
    ::error file=models/prison/prison_safety/prison_safety__visits_fct.sql,line=1,endLine=1,col=18,endColumn=49,title=cadet%3A references/exist::there is no model or seed named `prison_safety__sites_sgt`%0Adid you mean `prison_safety__sites_stg`?
    ::warning file=seeds/prison/prison_safety/prison_safety__sites.yaml,line=10,endLine=10,col=13,endColumn=21,title=cadet%3A deploy/data-test::2 rows break the test `not_null` on `name`%0Ato see the rows: `cadet show --select not_null_prison_safety__sites_name`
    The pull request's comment is in target/comment.md.
    There is no comment: GITHUB_REPOSITORY or GITHUB_RUN_ID is not set.
    Artefacts: target
    --- exit code 1
    ");
    insta::assert_snapshot!(workflow.summary(&sandbox), @r#"
    ## ❌ Not ready: 2 errors to fix, 1 table failed

    **Next:** fix `models/prison/prison_safety/prison_safety__regions_fct.sql` line 2: there is no column `nam` in the tables that this reads. Then push again; `cadet ci` on your machine shows the same before you push.

    **Tables on the embedded DuckDB:** 3 built, 1 failed, 1 not built · **Tests:** 1 passed, 1 warned

    ### 💥 Failed (1)

    - **`mojap.prison_safety__regions_fct`: There is no column `nam` in the tables that this reads**<br>`models/prison/prison_safety/prison_safety__regions_fct.sql` line 2
      <br>**Fix:** did you mean `name`?

    ### ❌ To fix (2)

    - **The model `prison_safety__sites_stg` has no column `nam`**<br>`models/prison/prison_safety/prison_safety__regions_fct.sql` line 2 · `sql/unknown-column`
      <br>**Fix:** did you mean `name`?
    - **There is no model or seed named `prison_safety__sites_sgt`**<br>`models/prison/prison_safety/prison_safety__visits_fct.sql` line 1 · `references/exist`
      <br>**Fix:** did you mean `prison_safety__sites_stg`?

    ### ⚠️ To look at (1)

    - **2 rows break the test `not_null` on `name`**<br>`seeds/prison/prison_safety/prison_safety__sites.yaml` line 10 · `deploy/data-test`
      <br>**Fix:** to see the rows: `cadet show --select not_null_prison_safety__sites_name`

    ### Tables: 3 of 5 built

    | | Table | Result | Time | Tests |
    |---|---|---|--:|---|
    | ❌ | `mojap.prison_safety__regions_fct`<br><sub>new</sub> | failed | [seconds] |  |
    | ⏭️ | `mojap.prison_safety__visits_fct`<br><sub>new</sub> | not built: fix references/exist first |  |  |
    | ✅ | `mojap.prison_safety__sites`<br><sub>changed</sub> | 3 rows | [seconds] | 1 ✅ 1 ⚠️ |
    | ✅ | `mojap.prison_safety__sites_stg`<br><sub>reads sites</sub> | 3 rows | [seconds] |  |
    | ✅ | `mojap.prison_safety__sites_fct`<br><sub>new</sub> | 1 row | [seconds] |  |

    <details><summary>Look into the tables</summary>

    On your machine, after `cadet ci`:

    ```sh
    cadet show --select prison_safety__sites
    ```

    ```sh
    cadet show --select prison_safety__sites_stg
    ```

    ```sh
    cadet show --select prison_safety__sites_fct
    ```

    </details>

    <details open><summary>How it hangs together</summary>

    ```mermaid
    flowchart LR
      n0[("mojap.prison_safety__sites")]:::built
      class n0 changed
      n1["mojap.prison_safety__visits_fct"]:::waits
      class n1 changed
      n2["mojap.prison_safety__sites_stg"]:::built
      n3["mojap.prison_safety__regions_fct"]:::failed
      class n3 changed
      n4["mojap.prison_safety__sites_fct"]:::built
      class n4 changed
      n0 --> n2
      n2 --> n3
      n2 --> n4
      classDef built fill:#dafbe1,stroke:#1a7f37,color:#0a3016
      classDef failed fill:#ffebe9,stroke:#cf222e,color:#5c0f14
      classDef waits fill:#fff8c5,stroke:#9a6700,color:#4d3300
      classDef other fill:#f6f8fa,stroke:#8c959f,color:#1f2328
      classDef changed stroke-width:4px
    ```

    Green: built. Red: failed. Yellow: not built. Grey: no part of the run. Thick: changed.

    </details>

    ---
    <sub>Commit `[commit]` of `work`, compared with `main ([commit])`: 7 changed files · manifest, results, SQL and log: `target` · begun [time] · cadet 0.1.0<br>There is no comment: GITHUB_REPOSITORY or GITHUB_RUN_ID is not set.</sub>
    "#);
    insta::assert_snapshot!(workflow.outputs(), @"
    verdict<<[delimiter]
    failure
    [delimiter]
    findings<<[delimiter]
    4
    [delimiter]
    errors<<[delimiter]
    3
    [delimiter]
    warnings<<[delimiter]
    1
    [delimiter]
    deployed<<[delimiter]
    3
    [delimiter]
    failed<<[delimiter]
    1
    [delimiter]
    skipped<<[delimiter]
    1
    [delimiter]
    artefacts<<[delimiter]
    target
    [delimiter]
    comment-url<<[delimiter]

    [delimiter]
    bytes-scanned<<[delimiter]
    0
    [delimiter]
    manifest<<[delimiter]
    target/manifest.json
    [delimiter]
    ");
    let comment = sandbox.read("target/comment.md");
    let (marker, rest) = comment.split_once('\n').unwrap();
    assert!(marker.starts_with("<!-- cadet:report "), "{marker}");
    assert_eq!(rest.trim_end(), workflow.folder.read("summary.md").trim_end());
}

#[test]
fn good_changes_are_told_too() {
    let workflow = Workflow::new();
    let sandbox = good();
    let ran = workflow.ci(&sandbox, &[]);
    assert_eq!(ran.code, 0);
    insta::assert_snapshot!(commands(&ran), @"::warning file=seeds/prison/prison_safety/prison_safety__sites.yaml,line=10,endLine=10,col=13,endColumn=21,title=cadet%3A deploy/data-test::2 rows break the test `not_null` on `name`%0Ato see the rows: `cadet show --select not_null_prison_safety__sites_name`");
    insta::assert_snapshot!(workflow.summary(&sandbox), @r#"
    ## ✅ Ready for review, with 1 warning

    **Next:** look at the warnings below, then ask for a review.

    **Tables on the embedded DuckDB:** 3 built · **Tests:** 1 passed, 1 warned

    ### ⚠️ To look at (1)

    - **2 rows break the test `not_null` on `name`**<br>`seeds/prison/prison_safety/prison_safety__sites.yaml` line 10 · `deploy/data-test`
      <br>**Fix:** to see the rows: `cadet show --select not_null_prison_safety__sites_name`

    ### Tables: 3 of 3 built

    | | Table | Result | Time | Tests |
    |---|---|---|--:|---|
    | ✅ | `mojap.prison_safety__sites`<br><sub>changed</sub> | 3 rows | [seconds] | 1 ✅ 1 ⚠️ |
    | ✅ | `mojap.prison_safety__sites_stg`<br><sub>reads sites</sub> | 3 rows | [seconds] |  |
    | ✅ | `mojap.prison_safety__sites_fct`<br><sub>new</sub> | 1 row | [seconds] |  |

    <details><summary>Look into the tables</summary>

    On your machine, after `cadet ci`:

    ```sh
    cadet show --select prison_safety__sites
    ```

    ```sh
    cadet show --select prison_safety__sites_stg
    ```

    ```sh
    cadet show --select prison_safety__sites_fct
    ```

    </details>

    <details open><summary>How it hangs together</summary>

    ```mermaid
    flowchart LR
      n0[("mojap.prison_safety__sites")]:::built
      class n0 changed
      n1["mojap.prison_safety__sites_stg"]:::built
      n2["mojap.prison_safety__sites_fct"]:::built
      class n2 changed
      n0 --> n1
      n1 --> n2
      classDef built fill:#dafbe1,stroke:#1a7f37,color:#0a3016
      classDef failed fill:#ffebe9,stroke:#cf222e,color:#5c0f14
      classDef waits fill:#fff8c5,stroke:#9a6700,color:#4d3300
      classDef other fill:#f6f8fa,stroke:#8c959f,color:#1f2328
      classDef changed stroke-width:4px
    ```

    Green: built. Red: failed. Yellow: not built. Grey: no part of the run. Thick: changed.

    </details>

    ---
    <sub>Commit `[commit]` of `work`, compared with `main ([commit])`: 3 changed files · manifest, results, SQL and log: `target` · begun [time] · cadet 0.1.0<br>There is no comment: GITHUB_REPOSITORY or GITHUB_RUN_ID is not set.</sub>
    "#);
    insta::assert_snapshot!(workflow.outputs(), @"
    verdict<<[delimiter]
    success
    [delimiter]
    findings<<[delimiter]
    1
    [delimiter]
    errors<<[delimiter]
    0
    [delimiter]
    warnings<<[delimiter]
    1
    [delimiter]
    deployed<<[delimiter]
    3
    [delimiter]
    failed<<[delimiter]
    0
    [delimiter]
    skipped<<[delimiter]
    0
    [delimiter]
    artefacts<<[delimiter]
    target
    [delimiter]
    comment-url<<[delimiter]

    [delimiter]
    bytes-scanned<<[delimiter]
    0
    [delimiter]
    manifest<<[delimiter]
    target/manifest.json
    [delimiter]
    ");
}

#[test]
fn a_step_adds_to_the_files_that_other_steps_wrote_to() {
    let workflow = Workflow { folder: Sandbox::new().file("summary.md", "Before.\n").file("output", "before=1\n") };
    assert_eq!(workflow.ci(&good(), &[]).code, 0);
    assert!(workflow.folder.read("summary.md").starts_with("Before.\n## ✅ Ready for review"));
    assert!(workflow.folder.read("output").starts_with("before=1\nverdict<<"));
}

#[test]
fn of_more_than_ten_errors_nine_are_shown_and_the_rest_is_counted() {
    let sandbox = (0..12).fold(branch(), |sandbox, n| {
        model(sandbox, &format!("visits_{n}_fct"), &format!("select * from {{{{ ref('nowhere_{n}') }}}}\n"))
    });
    let ran = Workflow::new().ci(&sandbox, &[]);
    let commands = commands(&ran);
    assert_eq!(commands.lines().filter(|line| line.starts_with("::error ")).count(), 9, "{commands}");
    insta::assert_snapshot!(commands.lines().last().unwrap(), @"::error::3 more findings are not shown here: see the job's summary");
}

#[test]
fn ten_errors_are_all_shown() {
    let sandbox = (0..10).fold(branch(), |sandbox, n| {
        model(sandbox, &format!("visits_{n}_fct"), &format!("select * from {{{{ ref('nowhere_{n}') }}}}\n"))
    });
    let ran = Workflow::new().ci(&sandbox, &[]);
    assert_eq!(commands(&ran).lines().filter(|line| line.starts_with("::error file=")).count(), 10, "{}", ran.stdout);
    assert_eq!(commands(&ran).lines().count(), 10);
}

#[test]
fn what_a_file_says_is_no_command_to_the_runner() {
    let sandbox = branch().file(
        &format!("{FOLDER}/prison_safety__visits_fct.sql"),
        "select 1 as a,\n::set-output name=result::success\n, from b\n",
    );
    insta::assert_snapshot!(Workflow::new().ci(&sandbox, &[]).shown(), @"
    1. Check: work compared with main ([commit])

    error[docs/model-has-property-file]: this `_fct` model has no property file
     ╭▸ models/prison/prison_safety/prison_safety__visits_fct.sql
     ╰ help: add `models/prison/prison_safety/prison_safety__visits_fct.yaml` with:
             version: 2
             models:
               - name: prison_safety__visits_fct
                 description: One row for each …

    error[sql/parses]: there is a comma too many before `::`
      ╭▸ models/prison/prison_safety/prison_safety__visits_fct.sql:1:14
      │
    1 │ select 1 as a,
      │              ━
      │
      ╰ help: take the comma away, or write the column that is missing after it

    ✗ Checked 1 changed file: 2 errors.
      To learn more about a rule: cadet explain docs/model-has-property-file

    2. Deploy: what changed and everything downstream, with its tests

     skipped  table       prison_safety__visits_fct  not built: fix sql/parses first

    ✗ 0 tables built, 1 skipped.

    3. Report

    ::error file=models/prison/prison_safety/prison_safety__visits_fct.sql,title=cadet%3A docs/model-has-property-file::this `_fct` model has no property file%0Aadd `models/prison/prison_safety/prison_safety__visits_fct.yaml` with:%0Aversion: 2%0Amodels:%0A  - name: prison_safety__visits_fct%0A    description: One row for each …
    ::error file=models/prison/prison_safety/prison_safety__visits_fct.sql,line=1,endLine=1,col=14,endColumn=15,title=cadet%3A sql/parses::there is a comma too many before `::`%0Atake the comma away, or write the column that is missing after it
    There is no comment: GITHUB_REPOSITORY or GITHUB_RUN_ID is not set.
    Artefacts: target
    --- exit code 1
    ");
}

#[test]
fn what_a_template_says_is_no_markdown_to_the_comment() {
    let sql = "{{ exceptions.raise_compiler_error('@team | <img src=x> [a](http://b) **c** `d`\\n# e') }}\n";
    let sandbox = model(branch(), "visits_fct", sql);
    let workflow = Workflow::new();
    assert_eq!(workflow.ci(&sandbox, &[]).code, 1);
    let summary = workflow.summary(&sandbox);
    let item = summary.lines().find(|line| line.starts_with("- **")).unwrap();
    insta::assert_snapshot!(item, @"- **&#64;&#8203;team &#124; &#60;img src&#61;x&#62; &#91;a&#93;(http:&#8203;//b) &#42;&#42;c&#42;&#42; `d`<br>&#35;&#8203; e**<br>`models/prison/prison_safety/prison_safety__visits_fct.sql` line 1 · `jinja/renders`");
}

#[test]
fn an_event_that_hands_out_secrets_is_refused() {
    let env = [("GITHUB_ACTIONS", "true"), ("GITHUB_EVENT_NAME", "pull_request_target"), ("GITHUB_BASE_REF", "main")];
    let sandbox = good();
    insta::assert_snapshot!(sandbox.cadet_with(&["ci"], &env).shown(), @"
    --- stderr
    error: cadet does not run on the event `pull_request_target`: it hands the repository's secrets to the pull request's files
    help: use `on: pull_request`
    --- exit code 2
    ");
    let reading = "check, plan, deploy, why orders, build, run, seed, test, compile, ls, show, parse";
    for command in reading.split(", ") {
        let ran = sandbox.cadet_with(&command.split(' ').collect::<Vec<_>>(), &env);
        assert!(ran.code == 2 && ran.shown().contains("does not run on the event"), "{command}: {}", ran.shown());
    }
    assert!(!sandbox.root().join("target").exists());
}

#[test]
fn a_file_that_cannot_be_written_is_named() {
    let ran = good().cadet(&["ci", "--quiet", "--comment-file", "dbt_project.yml/comment.md"]);
    assert!(ran.stderr.starts_with("note: failed to create dbt_project.yml: "), "{}", ran.shown());
    // What is lost is lost, and the verdict is what it was.
    assert_eq!(ran.code, 0);
}

/// Every file below a folder, the time in its path left out.
fn listed(folder: &Path) -> Vec<String> {
    fn walk(folder: &Path, prefix: &str, found: &mut Vec<String>) {
        for entry in fs::read_dir(folder).unwrap().flatten() {
            let path = format!("{prefix}{}", entry.file_name().to_string_lossy());
            if entry.path().is_dir() { walk(&entry.path(), &format!("{path}/"), found) } else { found.push(path) }
        }
    }
    let mut found = Vec::new();
    walk(folder, "", &mut found);
    found.sort();
    found
}

#[test]
fn the_artefacts_are_laid_out_by_the_time_of_the_run() {
    let sandbox = good();
    insta::assert_snapshot!(sandbox.cadet(&["ci", "--threads", "1", "--artefacts-to", "target/upload"]).shown().lines().rev().take(2).collect::<Vec<_>>().join("\n"), @"
    --- exit code 0
    Artefacts: target/upload/dev/run_artefacts/run_time=[time]
    ");
    let runs = sandbox.root().join("target/upload/dev/run_artefacts");
    let run =
        fs::read_dir(&runs).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect::<Vec<_>>();
    let [run] = run.as_slice() else { panic!("{run:?}") };
    let pattern: String = run.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    assert_eq!(pattern, "run_time=0000-00-00T00:00:00");
    insta::assert_snapshot!(listed(&runs.join(run)).join("\n"), @"
    logs/cadet.log
    target/cadet.json
    target/compiled/mojap_derived_tables/models/prison/prison_safety/prison_safety__sites_fct.sql
    target/compiled/mojap_derived_tables/models/prison/prison_safety/prison_safety__sites_stg.sql
    target/compiled/mojap_derived_tables/seeds/prison/prison_safety/prison_safety__sites.yaml/not_null_prison_safety__sites_name.sql
    target/compiled/mojap_derived_tables/seeds/prison/prison_safety/prison_safety__sites.yaml/unique_prison_safety__sites_code.sql
    target/manifest.json
    target/run/mojap_derived_tables/models/prison/prison_safety/prison_safety__sites_fct.sql
    target/run/mojap_derived_tables/models/prison/prison_safety/prison_safety__sites_stg.sql
    target/run/mojap_derived_tables/seeds/prison/prison_safety/prison_safety__sites.yaml/not_null_prison_safety__sites_name.sql
    target/run/mojap_derived_tables/seeds/prison/prison_safety/prison_safety__sites.yaml/unique_prison_safety__sites_code.sql
    target/run_results.json
    ");
}

/// The ids and statuses in `run_results.json`.
fn results(sandbox: &Sandbox) -> String {
    let results = sandbox.json("target/run_results.json");
    let line = |result: &serde_json::Value| {
        format!("{}  {}", result["status"].as_str().unwrap(), result["unique_id"].as_str().unwrap())
    };
    let lines: Vec<String> = results["results"].as_array().unwrap().iter().map(line).collect();
    lines.join("\n")
}

#[test]
fn run_results_hold_every_step_and_how_it_ended() {
    let sandbox = bad();
    assert_eq!(sandbox.cadet(&["ci", "--threads", "1"]).code, 1);
    insta::assert_snapshot!(results(&sandbox), @"
    success  seed.mojap_derived_tables.prison_safety__sites
    skipped  model.mojap_derived_tables.prison_safety__visits_fct
    success  model.mojap_derived_tables.prison_safety__sites_stg
    warn  test.mojap_derived_tables.not_null_prison_safety__sites_name.4ce4e97465
    pass  test.mojap_derived_tables.unique_prison_safety__sites_code.8222a85626
    error  model.mojap_derived_tables.prison_safety__regions_fct
    success  model.mojap_derived_tables.prison_safety__sites_fct
    ");
    let results = sandbox.json("target/run_results.json");
    assert_eq!(results["metadata"]["dbt_schema_version"], "https://schemas.getdbt.com/dbt/run-results/v6.json");
    assert_eq!(results["args"]["which"], "ci");
}

#[test]
fn the_manifest_holds_the_whole_project() {
    let sandbox = good();
    assert_eq!(sandbox.cadet(&["ci", "--threads", "1"]).code, 0);
    let manifest = sandbox.json("target/manifest.json");
    let ids = |key: &str| manifest[key].as_object().unwrap().keys().cloned().collect::<Vec<_>>().join("\n");
    insta::assert_snapshot!(ids("nodes"), @"
    model.mojap_derived_tables.prison_safety__sites_fct
    model.mojap_derived_tables.prison_safety__sites_stg
    seed.mojap_derived_tables.prison_safety__sites
    test.mojap_derived_tables.unique_prison_safety__sites_code.8222a85626
    test.mojap_derived_tables.not_null_prison_safety__sites_name.4ce4e97465
    ");
    let node = &manifest["nodes"]["model.mojap_derived_tables.prison_safety__sites_fct"];
    assert_eq!(node["depends_on"]["nodes"], serde_json::json!(["model.mojap_derived_tables.prison_safety__sites_stg"]));
    assert_eq!(
        manifest["parent_map"]["model.mojap_derived_tables.prison_safety__sites_fct"],
        node["depends_on"]["nodes"]
    );
    assert_eq!(manifest["metadata"]["project_name"], "mojap_derived_tables");
}

#[test]
fn the_fixtures_pull_request_is_told_whole() {
    let workflow = Workflow::new();
    let sandbox = Sandbox::fixture_branch();
    crate::support::copy(&Path::new(HERE).join("fixtures/pull_request"), sandbox.root());
    let sandbox = sandbox.commit("What incidents cost");
    let ran = workflow.ci(&sandbox, &["--source-data", &format!("{HERE}/fixtures/source_data")]);
    assert_eq!(ran.code, 1);
    insta::assert_snapshot!(commands(&ran), @"
    ::error file=models/courts/court_listings/marts/listings/court_listings__busy_courts_fct.sql,line=6,endLine=6,col=22,endColumn=54,title=cadet%3A references/exist::there is no model or seed named `court_listings__court_dim`%0Adid you mean `court_listings__courts_dim`?
    ::error file=models/courts/court_listings/marts/listings/court_listings__results_fct.sql,line=58,endLine=58,col=36,endColumn=37,title=cadet%3A sql/parses::there is a comma too many before `from`%0Atake the comma away, or write the column that is missing after it
    ::error file=models/prison/prison_population/marts/population/prison_population__languages_fct.yaml,line=18,endLine=18,col=1,endColumn=2,title=cadet%3A yaml/parses::this YAML file cannot be read: a line is indented with a tab%0Areplace the tab by spaces, 2 for each level
    ::error file=models/prison/prison_population/marts/population/prison_population__receptions_fct.sql,title=cadet%3A docs/model-has-property-file::this `_fct` model has no property file%0Aadd `models/prison/prison_population/marts/population/prison_population__receptions_fct.yaml` with:%0Aversion: 2%0Amodels:%0A  - name: prison_population__receptions_fct%0A    description: One row for each …
    ::error file=models/prison/prison_safety/marts/incidents/prison_safety__establishments_fct.sql,line=22,endLine=22,col=13,endColumn=25,title=cadet%3A deploy/build::there is no column `damage_costs` in the tables that this reads%0Adid you mean `damage_cost`?
    ::error file=models/prison/prison_safety/marts/incidents/prison_safety__establishments_fct.sql,line=22,endLine=22,col=13,endColumn=25,title=cadet%3A sql/unknown-column::the model `prison_safety__incidents_fct` has no column `damage_costs`%0Adid you mean `damage_cost`?
    ::error file=models/prison/prison_safety/marts/incidents/prison_safety_violence_fct.sql,title=cadet%3A naming/model-file::the name of this file has no `__` between database and table%0Arename it to `prison_safety__violence_fct.sql`, and with it its property file, and the name in property files and `ref`s
    ::warning file=models/prison/prison_safety/marts/incidents/prison_safety__incidents_fct.yaml,line=33,endLine=33,col=13,endColumn=21,title=cadet%3A deploy/data-test::4 rows break the test `not_null` on `damage_cost`%0Ato see the rows: `cadet show --select not_null_prison_safety__incidents_fct_damage_cost`
    ");
    insta::assert_snapshot!(workflow.outputs(), @"
    verdict<<[delimiter]
    failure
    [delimiter]
    findings<<[delimiter]
    8
    [delimiter]
    errors<<[delimiter]
    7
    [delimiter]
    warnings<<[delimiter]
    1
    [delimiter]
    deployed<<[delimiter]
    22
    [delimiter]
    failed<<[delimiter]
    1
    [delimiter]
    skipped<<[delimiter]
    3
    [delimiter]
    artefacts<<[delimiter]
    target
    [delimiter]
    comment-url<<[delimiter]

    [delimiter]
    bytes-scanned<<[delimiter]
    0
    [delimiter]
    manifest<<[delimiter]
    target/manifest.json
    [delimiter]
    ");
}
