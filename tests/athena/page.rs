//! What the page of a pull request says of a deploy to Athena: the comment, whole.

use std::fs;

use git2::Repository;
use serde_json::json;
use tempfile::TempDir;

use crate::account::{Account, SETTINGS, model, project, steady};
use crate::double::athena::plan::Course;
use crate::double::athena::query::Failed;
use crate::github::Double;

/// Runs `cadet ci` as a step of the workflow of pull request 7, and returns the comment.
fn comment(account: &Account) -> String {
    let folder = TempDir::new().unwrap();
    let repository = Repository::open(account.sandbox.root()).unwrap();
    let head = repository.head().unwrap().target().unwrap().to_string();
    let event = json!({"pull_request": {
        "number": 7,
        "head": {"sha": head, "repo": {"full_name": "moj/tables"}},
        "base": {"repo": {"full_name": "moj/tables"}},
    }});
    let file = folder.path().join("event.json");
    fs::write(&file, event.to_string()).unwrap();
    let github = Double::new(&head);
    let mut environment = account.double.environment();
    environment.extend([
        ("GITHUB_ACTIONS", "true".to_owned()),
        ("GITHUB_EVENT_NAME", "pull_request".to_owned()),
        ("GITHUB_BASE_REF", "main".to_owned()),
        ("GITHUB_HEAD_REF", "work".to_owned()),
        ("GITHUB_REPOSITORY", "moj/tables".to_owned()),
        ("GITHUB_RUN_ID", "4711".to_owned()),
        ("GITHUB_RUN_ATTEMPT", "1".to_owned()),
        ("GITHUB_EVENT_PATH", file.display().to_string()),
        ("GITHUB_API_URL", github.url()),
        ("GITHUB_TOKEN", "ghs_0123456789abcdefABCDEF".to_owned()),
    ]);
    let environment: Vec<(&str, &str)> = environment.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let ran = account.sandbox.cadet_with(&["ci", "--target", "dev"], &environment);
    assert!(ran.code < 2, "{}", ran.shown());
    let comment = github.comment().replace(&head, "[head]").replace(&head[..7], "[head]");
    let lines: Vec<String> = comment.lines().map(|line| without_queries(&steady(line))).collect();
    crate::sandbox::steady(&lines.join("\n"), &account.sandbox.root().canonicalize().unwrap())
}

/// Without the numbers of queries, which Athena gives.
fn without_queries(line: &str) -> String {
    const BEFORE: &str = "/history/";
    let mut parts = line.split(BEFORE);
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |line, part| format!("{line}{BEFORE}[query]{}", &part[36..]))
}

#[test]
fn each_table_is_shown_with_its_place_its_cost_and_a_query() {
    let settings = SETTINGS.replace("  artefacts: off\n", "");
    let sandbox = project()
        .file("cadet.yaml", &settings)
        .file(".gitignore", "/target/\n/logs/\n/home/\n")
        .file(&model("sites"), "select 1 as site_id, 'Fen' as name")
        .commit("the project")
        .branch("work")
        .file(&model("sites"), "select 1 as site_id, 'Fen' as name union all select 2, 'Holm'")
        .file(&model("visits"), "select site_id, count(*) as visits from {{ ref('prison_safety__sites') }} group by 1")
        .file(&model("wide"), "select * from {{ ref('prison_safety__visits') }}")
        .file(&model("after"), "select * from {{ ref('prison_safety__wide') }}")
        .commit("visits");
    let account = Account::new(sandbox);
    account.double.course("wide", Course::fails(Failed::exhausted()));
    insta::assert_snapshot!(comment(&account), @r#"
    <!-- cadet:report 19a35a43e31b -->
    ## ❌ Not ready: 1 table failed; 2 tables are live in `dev`

    **Next:** fix [`models/prison/prison_safety/prison_safety__wide.sql`](https://github.com/moj/tables/blob/[head]/models/prison/prison_safety/prison_safety__wide.sql): the query needs more memory than Athena has for one query: Query exhausted resources at this scale factor. Then push again; `cadet ci` on your machine shows the same before you push.

    **Tables:** 2 built, 1 failed, 1 not built · **Athena read:** 0.7 kB for less than &#36;0.01

    ### 💥 Failed (1)

    - **`prison_safety_dev_dbt.wide`: The query needs more memory than Athena has for one query: Query exhausted resources at this scale factor**<br>[`models/prison/prison_safety/prison_safety__wide.sql`](https://github.com/moj/tables/blob/[head]/models/prison/prison_safety/prison_safety__wide.sql)<br>Not built because of it: `prison_safety__after`
      <br>**Fix:** read fewer columns and rows, join smaller tables, aggregate earlier, or build it in steps

    ### Tables: 2 of 4 built

    | | Table | Result | Time | Read | Tests |
    |---|---|---|--:|--:|---|
    | ❌ | [`prison_safety_dev_dbt.wide`](https://github.com/moj/tables/blob/[head]/models/prison/prison_safety/prison_safety__wide.sql)<br><sub>new</sub> | failed | [seconds] | [0&#46;0 kB, less than &#36;0.01](https://eu-west-1.console.aws.amazon.com/athena/home?region=eu-west-1#/query-editor/history/[query]) |  |
    | ⏭️ | [`prison_safety_dev_dbt.after`](https://github.com/moj/tables/blob/[head]/models/prison/prison_safety/prison_safety__after.sql)<br><sub>new</sub> | prison_safety&#95;&#95;wide failed |  |  |  |
    | ✅ | [`prison_safety_dev_dbt.sites`](https://github.com/moj/tables/blob/[head]/models/prison/prison_safety/prison_safety__sites.sql)<br><sub>changed</sub> | 2 rows | [seconds] | [0&#46;0 kB, less than &#36;0.01](https://eu-west-1.console.aws.amazon.com/athena/home?region=eu-west-1#/query-editor/history/[query]) |  |
    | ✅ | [`prison_safety_dev_dbt.visits`](https://github.com/moj/tables/blob/[head]/models/prison/prison_safety/prison_safety__visits.sql)<br><sub>new</sub> | 2 rows | [seconds] | [0&#46;7 kB, less than &#36;0.01](https://eu-west-1.console.aws.amazon.com/athena/home?region=eu-west-1#/query-editor/history/[query]) |  |

    <details><summary>Look into the tables</summary>

    Paste into Athena's query editor:

    ```sql
    select * from prison_safety_dev_dbt.sites limit 100
    ```

    ```sql
    select * from prison_safety_dev_dbt.visits limit 100
    ```

    </details>

    <details open><summary>How it hangs together</summary>

    ```mermaid
    flowchart LR
      n0["prison_safety_dev_dbt.sites"]:::built
      class n0 changed
      n1["prison_safety_dev_dbt.visits"]:::built
      class n1 changed
      n2["prison_safety_dev_dbt.wide"]:::failed
      class n2 changed
      n3["prison_safety_dev_dbt.after"]:::waits
      class n3 changed
      n0 --> n1
      n1 --> n2
      n2 --> n3
      classDef built fill:#dafbe1,stroke:#1a7f37,color:#0a3016
      classDef failed fill:#ffebe9,stroke:#cf222e,color:#5c0f14
      classDef waits fill:#fff8c5,stroke:#9a6700,color:#4d3300
      classDef other fill:#f6f8fa,stroke:#8c959f,color:#1f2328
      classDef changed stroke-width:4px
    ```

    Green: built. Red: failed. Yellow: not built. Grey: no part of the run. Thick: changed.

    </details>

    ---
    <sub>Commit `[head]` of `work`, compared with `main ([commit])`: 4 changed files · manifest, results, SQL and log: `s3://mojap-derived-tables/dev/run_artefacts/run_time=[time]/` · [this run](https://github.com/moj/tables/actions/runs/4711) · begun [time] · cadet 0.1.0</sub>
    "#);
}
