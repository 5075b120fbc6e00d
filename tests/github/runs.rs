//! `cadet ci` on a pull request's page, from the first run to the last.

use crate::double::{BOT, Comment};
use crate::request::{Request, failing, good, head, model, wrong};
use crate::sandbox::Sandbox;

#[test]
fn the_first_run_says_that_all_is_well() {
    let request = Request::new(good());
    let ran = request.ci(&[]);
    insta::assert_snapshot!(ran.shown(), @"
    1. Check: work compared with main ([commit])

    ✓ Checked 3 changed files: nothing to fix.

    2. Deploy: what changed and everything downstream, with its tests

      loaded  seed        prison_safety__sites  2 rows
       built  table       prison_safety__sites_stg  2 rows
       built  table       prison_safety__sites_fct  1 row

    ✓ 3 tables built. Tests: 1 passed.

    3. Report

    The comment: https://github.com/moj/tables/pull/7#issuecomment-101
    Artefacts: target
    --- exit code 0
    ");
    insta::assert_snapshot!(request.comment(), @r#"
    <!-- cadet:report 01ba4719c80b -->
    ## ✅ Ready for review

    **Next:** ask for a review.

    **Tables on the embedded DuckDB:** 3 built · **Tests:** 1 passed

    ### Tables: 3 of 3 built

    | | Table | Result | Time | Tests |
    |---|---|---|--:|---|
    | ✅ | [`mojap.prison_safety__sites`](https://github.com/moj/tables/blob/[head]/seeds/prison/prison_safety/prison_safety__sites.csv)<br><sub>changed</sub> | 2 rows | [seconds] | 1 ✅ |
    | ✅ | [`mojap.prison_safety__sites_stg`](https://github.com/moj/tables/blob/[head]/models/prison/prison_safety/prison_safety__sites_stg.sql)<br><sub>reads sites</sub> | 2 rows | [seconds] |  |
    | ✅ | [`mojap.prison_safety__sites_fct`](https://github.com/moj/tables/blob/[head]/models/prison/prison_safety/prison_safety__sites_fct.sql)<br><sub>new</sub> | 1 row | [seconds] |  |

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

    ### 📣 Not built, but downstream of the change (1)

    Tell the owners when the numbers will change.

    | | Name | Owner | Reads |
    |---|---|---|---|
    | Dashboard | `visits_dashboard` | Prison &#64;&#8203;statistics | `prison_safety__sites` |

    <details open><summary>How it hangs together</summary>

    ```mermaid
    flowchart LR
      n0[("mojap.prison_safety__sites")]:::built
      class n0 changed
      n1["mojap.prison_safety__sites_stg"]:::built
      n2["mojap.prison_safety__sites_fct"]:::built
      class n2 changed
      n3(["visits_dashboard"]):::other
      n0 --> n1
      n1 --> n2
      n1 --> n3
      classDef built fill:#dafbe1,stroke:#1a7f37,color:#0a3016
      classDef failed fill:#ffebe9,stroke:#cf222e,color:#5c0f14
      classDef waits fill:#fff8c5,stroke:#9a6700,color:#4d3300
      classDef other fill:#f6f8fa,stroke:#8c959f,color:#1f2328
      classDef changed stroke-width:4px
    ```

    Green: built. Red: failed. Yellow: not built. Grey: no part of the run. Thick: changed.

    </details>

    ---
    <sub>Commit `[commit]` of `work`, compared with `main ([commit])`: 3 changed files · manifest, results, SQL and log: `target` · [this run](https://github.com/moj/tables/actions/runs/4711) · begun [time] · cadet 0.1.0</sub>
    "#);
    insta::assert_snapshot!(request.outputs(), @"
    verdict=success
    findings=0
    errors=0
    warnings=0
    deployed=3
    failed=0
    skipped=0
    artefacts=target
    comment-url=https://github.com/moj/tables/pull/7#issuecomment-101
    bytes-scanned=0
    manifest=target/manifest.json
    ");
    assert_eq!(request.summary().lines().next(), request.double.comment().lines().nth(1));
    // Every finding would be in the check run, so that none is a command.
    assert!(!ran.stdout.contains("\n::"), "{}", ran.stdout);
    assert_eq!(request.double.state(|state| state.checks[0]["conclusion"].clone()), "success");
}

#[test]
fn while_the_run_goes_on_what_is_to_come_is_told_as_such() {
    // The first step takes long enough for the comment to be begun before it ends.
    let rows: String = (2..8_000).map(|n| format!("{n},Holm\n")).collect();
    let sandbox = good().edit("seeds/prison/prison_safety/prison_safety__sites.csv", "2,Holm\n", &rows);
    let request = Request::new(sandbox.commit("many sites"));
    let ran = request.ci(&[]);
    assert_eq!(ran.code, 0, "{}", ran.shown());
    let running: Vec<String> = request.double.state(|state| {
        let bodies = state.calls.iter().filter_map(|call| call.body["body"].as_str());
        bodies.filter(|body| body.contains("cadet is at work")).map(str::to_owned).collect()
    });
    for body in &running {
        // The dashboard alone is not built.
        assert!(body.contains("downstream of the change (1)"), "{body}");
        assert!(body.contains(" of 3 built"), "{body}");
    }
    insta::assert_snapshot!(request.steady(&running[0]), @r#"
    <!-- cadet:report 01ba4719c80b -->
    ## ⏳ cadet is at work: 0 of 4 steps

    **Next:** nothing yet. This comment changes as the run goes on.

    **Tables on the embedded DuckDB:** 3 to come

    ### ⚠️ To look at (1)

    - **This seed has 7999 rows; more than 1000 are slow to deploy**<br>[`seeds/prison/prison_safety/prison_safety__sites.csv`](https://github.com/moj/tables/blob/[head]/seeds/prison/prison_safety/prison_safety__sites.csv) · `seeds/row-limit`
      <br>**Fix:** ask the Data Modelling team for a source instead, or keep only the rows that are needed

    ### Tables: 0 of 3 built so far

    | | Table | Result | Time | Tests |
    |---|---|---|--:|---|
    | ⏳ | [`mojap.prison_safety__sites`](https://github.com/moj/tables/blob/[head]/seeds/prison/prison_safety/prison_safety__sites.csv)<br><sub>changed</sub> | to come | | |
    | ⏳ | [`mojap.prison_safety__sites_stg`](https://github.com/moj/tables/blob/[head]/models/prison/prison_safety/prison_safety__sites_stg.sql)<br><sub>reads sites</sub> | to come | | |
    | ⏳ | [`mojap.prison_safety__sites_fct`](https://github.com/moj/tables/blob/[head]/models/prison/prison_safety/prison_safety__sites_fct.sql)<br><sub>new</sub> | to come | | |

    ### 📣 Not built, but downstream of the change (1)

    Tell the owners when the numbers will change.

    | | Name | Owner | Reads |
    |---|---|---|---|
    | Dashboard | `visits_dashboard` | Prison &#64;&#8203;statistics | `prison_safety__sites` |

    <details open><summary>How it hangs together</summary>

    ```mermaid
    flowchart LR
      n0[("mojap.prison_safety__sites")]:::comes
      class n0 changed
      n1["mojap.prison_safety__sites_stg"]:::comes
      n2["mojap.prison_safety__sites_fct"]:::comes
      class n2 changed
      n3(["visits_dashboard"]):::other
      n0 --> n1
      n1 --> n2
      n1 --> n3
      classDef comes fill:#ddf4ff,stroke:#0969da,color:#0a2a52,stroke-dasharray:4 3
      classDef built fill:#dafbe1,stroke:#1a7f37,color:#0a3016
      classDef failed fill:#ffebe9,stroke:#cf222e,color:#5c0f14
      classDef waits fill:#fff8c5,stroke:#9a6700,color:#4d3300
      classDef other fill:#f6f8fa,stroke:#8c959f,color:#1f2328
      classDef changed stroke-width:4px
    ```

    Green: built. Blue: to come. Red: failed. Yellow: not built. Grey: no part of the run. Thick: changed.

    </details>

    ---
    <sub>Commit `[commit]` of `work`, compared with `main ([commit])`: 3 changed files · [this run](https://github.com/moj/tables/actions/runs/4711) · begun [time] · cadet 0.1.0</sub>
    "#);
}

#[test]
fn a_run_again_edits_the_same_comment() {
    let mut request = Request::new(good());
    request.ci(&[]);
    request.double.state(|state| state.calls.clear());
    request.attempt = "2";
    assert_eq!(request.ci(&[]).code, 0);
    request.double.comment();
    assert_eq!(request.double.count("POST", "/issues/7/comments"), 0);
}

#[test]
fn a_comment_that_says_it_already_is_left_as_it_is() {
    let request = Request::new(wrong());
    request.ci(&["--no-post"]);
    assert_eq!(request.double.state(|state| state.calls.len()), 0);
    request.ci(&[]);
    let bodies = request.double.state(|state| {
        let edits = state.calls.iter().filter(|call| call.method == "PATCH" && call.path.contains("/comments/"));
        edits.map(|call| call.body["body"].clone()).collect::<Vec<_>>()
    });
    assert!(bodies.windows(2).all(|two| two[0] != two[1]), "{bodies:?}");
}

#[test]
fn a_new_commit_writes_into_the_same_comment() {
    let request = Request::new(wrong());
    assert_eq!(request.ci(&[]).code, 1);
    assert!(
        request.comment().lines().nth(1).unwrap().starts_with("## ❌ Not ready: 1 error to fix"),
        "{}",
        request.comment()
    );
    let request = request.push(|sandbox| {
        sandbox
            .remove("models/prison/prison_safety/prison_safety__visits_fct.sql")
            .remove("models/prison/prison_safety/prison_safety__visits_fct.yaml")
    });
    assert_eq!(request.ci(&[]).code, 0);
    assert!(request.comment().lines().nth(1).unwrap().starts_with("## ✅ Ready for review"), "{}", request.comment());
}

/// Checks of one name hide one another.
#[test]
fn each_target_has_a_check_and_a_comment_of_its_own() {
    let request = Request::new(good());
    request.ci(&[]);
    request.ci(&["--target", "local"]);
    let state = request.double.state(|state| (state.checks.clone(), state.comments.len()));
    let names: Vec<_> = state.0.iter().filter_map(|check| check["name"].as_str()).collect();
    assert_eq!((names, state.1), (vec!["cadet", "cadet: local"], 2));
}

#[test]
fn a_failing_check_says_what_to_do_first() {
    let request = Request::new(wrong());
    assert_eq!(request.ci(&[]).code, 1);
    insta::assert_snapshot!(request.comment(), @r#"
    <!-- cadet:report 01ba4719c80b -->
    ## ❌ Not ready: 1 error to fix

    **Next:** fix [`models/prison/prison_safety/prison_safety__visits_fct.sql` line 1](https://github.com/moj/tables/blob/[head]/models/prison/prison_safety/prison_safety__visits_fct.sql#L1): there is no model or seed named `prison_safety__sites_sgt`. Then push again; `cadet ci` on your machine shows the same before you push.

    **Tables on the embedded DuckDB:** 3 built, 1 not built · **Tests:** 1 passed

    ### ❌ To fix (1)

    - **There is no model or seed named `prison_safety__sites_sgt`**<br>[`models/prison/prison_safety/prison_safety__visits_fct.sql` line 1](https://github.com/moj/tables/blob/[head]/models/prison/prison_safety/prison_safety__visits_fct.sql#L1) · `references/exist`
      <br>**Fix:** did you mean `prison_safety__sites_stg`?

    ### Tables: 3 of 4 built

    | | Table | Result | Time | Tests |
    |---|---|---|--:|---|
    | ⏭️ | [`mojap.prison_safety__visits_fct`](https://github.com/moj/tables/blob/[head]/models/prison/prison_safety/prison_safety__visits_fct.sql)<br><sub>new</sub> | not built: fix references/exist first |  |  |
    | ✅ | [`mojap.prison_safety__sites`](https://github.com/moj/tables/blob/[head]/seeds/prison/prison_safety/prison_safety__sites.csv)<br><sub>changed</sub> | 2 rows | [seconds] | 1 ✅ |
    | ✅ | [`mojap.prison_safety__sites_stg`](https://github.com/moj/tables/blob/[head]/models/prison/prison_safety/prison_safety__sites_stg.sql)<br><sub>reads sites</sub> | 2 rows | [seconds] |  |
    | ✅ | [`mojap.prison_safety__sites_fct`](https://github.com/moj/tables/blob/[head]/models/prison/prison_safety/prison_safety__sites_fct.sql)<br><sub>new</sub> | 1 row | [seconds] |  |

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

    ### 📣 Not built, but downstream of the change (1)

    Tell the owners when the numbers will change.

    | | Name | Owner | Reads |
    |---|---|---|---|
    | Dashboard | `visits_dashboard` | Prison &#64;&#8203;statistics | `prison_safety__sites` |

    <details open><summary>How it hangs together</summary>

    ```mermaid
    flowchart LR
      n0[("mojap.prison_safety__sites")]:::built
      class n0 changed
      n1["mojap.prison_safety__visits_fct"]:::waits
      class n1 changed
      n2["mojap.prison_safety__sites_stg"]:::built
      n3["mojap.prison_safety__sites_fct"]:::built
      class n3 changed
      n4(["visits_dashboard"]):::other
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
    <sub>Commit `[commit]` of `work`, compared with `main ([commit])`: 5 changed files · manifest, results, SQL and log: `target` · [this run](https://github.com/moj/tables/actions/runs/4711) · begun [time] · cadet 0.1.0</sub>
    "#);
    insta::assert_snapshot!(request.outputs(), @"
    verdict=failure
    findings=1
    errors=1
    warnings=0
    deployed=3
    failed=0
    skipped=1
    artefacts=target
    comment-url=https://github.com/moj/tables/pull/7#issuecomment-101
    bytes-scanned=0
    manifest=target/manifest.json
    ");
    let check = request.double.state(|state| state.checks[0].clone());
    insta::assert_snapshot!(serde_json::to_string_pretty(&check["annotations"]).unwrap(), @r#"
    [
      {
        "path": "models/prison/prison_safety/prison_safety__visits_fct.sql",
        "start_line": 1,
        "end_line": 1,
        "annotation_level": "failure",
        "title": "cadet: references/exist",
        "message": "there is no model or seed named `prison_safety__sites_sgt`\ndid you mean `prison_safety__sites_stg`?",
        "start_column": 18,
        "end_column": 49
      }
    ]
    "#);
    assert_eq!((&check["conclusion"], &check["name"]), (&"failure".into(), &"cadet".into()));
    assert_eq!(check["output"]["title"], "❌ Not ready: 1 error to fix");
}

#[test]
fn a_failing_deployment_names_the_cause_and_what_waits() {
    let request = Request::new(failing());
    assert_eq!(request.ci(&[]).code, 1);
    insta::assert_snapshot!(request.comment(), @r#"
    <!-- cadet:report 01ba4719c80b -->
    ## ❌ Not ready: 1 error to fix, 1 table failed

    **Next:** fix [`models/prison/prison_safety/prison_safety__regions_fct.sql` line 1](https://github.com/moj/tables/blob/[head]/models/prison/prison_safety/prison_safety__regions_fct.sql#L1): there is no column `nam` in the tables that this reads. Then push again; `cadet ci` on your machine shows the same before you push.

    **Tables on the embedded DuckDB:** 3 built, 1 failed, 1 not built · **Tests:** 1 passed

    ### 💥 Failed (1)

    - **`mojap.prison_safety__regions_fct`: There is no column `nam` in the tables that this reads**<br>[`models/prison/prison_safety/prison_safety__regions_fct.sql` line 1](https://github.com/moj/tables/blob/[head]/models/prison/prison_safety/prison_safety__regions_fct.sql#L1)<br>Not built because of it: `prison_safety__regions_by_name_fct`
      <br>**Fix:** did you mean `name`?

    ### ❌ To fix (1)

    - **The model `prison_safety__sites_stg` has no column `nam`**<br>[`models/prison/prison_safety/prison_safety__regions_fct.sql` line 1](https://github.com/moj/tables/blob/[head]/models/prison/prison_safety/prison_safety__regions_fct.sql#L1) · `sql/unknown-column`
      <br>**Fix:** did you mean `name`?

    ### Tables: 3 of 5 built

    | | Table | Result | Time | Tests |
    |---|---|---|--:|---|
    | ❌ | [`mojap.prison_safety__regions_fct`](https://github.com/moj/tables/blob/[head]/models/prison/prison_safety/prison_safety__regions_fct.sql)<br><sub>new</sub> | failed | [seconds] |  |
    | ⏭️ | [`mojap.prison_safety__regions_by_name_fct`](https://github.com/moj/tables/blob/[head]/models/prison/prison_safety/prison_safety__regions_by_name_fct.sql)<br><sub>new</sub> | prison_safety&#95;&#95;regions_fct failed |  |  |
    | ✅ | [`mojap.prison_safety__sites`](https://github.com/moj/tables/blob/[head]/seeds/prison/prison_safety/prison_safety__sites.csv)<br><sub>changed</sub> | 2 rows | [seconds] | 1 ✅ |
    | ✅ | [`mojap.prison_safety__sites_stg`](https://github.com/moj/tables/blob/[head]/models/prison/prison_safety/prison_safety__sites_stg.sql)<br><sub>reads sites</sub> | 2 rows | [seconds] |  |
    | ✅ | [`mojap.prison_safety__sites_fct`](https://github.com/moj/tables/blob/[head]/models/prison/prison_safety/prison_safety__sites_fct.sql)<br><sub>new</sub> | 1 row | [seconds] |  |

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

    ### 📣 Not built, but downstream of the change (1)

    Tell the owners when the numbers will change.

    | | Name | Owner | Reads |
    |---|---|---|---|
    | Dashboard | `visits_dashboard` | Prison &#64;&#8203;statistics | `prison_safety__sites` |

    <details open><summary>How it hangs together</summary>

    ```mermaid
    flowchart LR
      n0[("mojap.prison_safety__sites")]:::built
      class n0 changed
      n1["mojap.prison_safety__sites_stg"]:::built
      n2["mojap.prison_safety__regions_fct"]:::failed
      class n2 changed
      n3["mojap.prison_safety__sites_fct"]:::built
      class n3 changed
      n4["mojap.prison_safety__regions_by_name_fct"]:::waits
      class n4 changed
      n5(["visits_dashboard"]):::other
      n0 --> n1
      n1 --> n2
      n1 --> n3
      n2 --> n4
      n1 --> n5
      classDef built fill:#dafbe1,stroke:#1a7f37,color:#0a3016
      classDef failed fill:#ffebe9,stroke:#cf222e,color:#5c0f14
      classDef waits fill:#fff8c5,stroke:#9a6700,color:#4d3300
      classDef other fill:#f6f8fa,stroke:#8c959f,color:#1f2328
      classDef changed stroke-width:4px
    ```

    Green: built. Red: failed. Yellow: not built. Grey: no part of the run. Thick: changed.

    </details>

    ---
    <sub>Commit `[commit]` of `work`, compared with `main ([commit])`: 7 changed files · manifest, results, SQL and log: `target` · [this run](https://github.com/moj/tables/actions/runs/4711) · begun [time] · cadet 0.1.0</sub>
    "#);
}

#[test]
fn a_fork_reads_the_same_in_the_summary() {
    let request = Request::of_fork(wrong());
    let ran = request.ci(&[]);
    assert_eq!(ran.code, 1);
    insta::assert_snapshot!(ran.shown().split_once("3. Report").unwrap().1, @"


    ::error file=models/prison/prison_safety/prison_safety__visits_fct.sql,line=1,endLine=1,col=18,endColumn=49,title=cadet%3A references/exist::there is no model or seed named `prison_safety__sites_sgt`%0Adid you mean `prison_safety__sites_stg`?
    There is no check run with every finding on its line: the token may not do that: the job lacks the permission `checks: write` (on a pull request from a fork no job has it).
    The comment is not up to date: the token may not do that: the job lacks the permission `pull-requests: write` (on a pull request from a fork no job has it). The same is in the summary of the run.
    Artefacts: target
    --- exit code 1
    ");
    assert!(request.summary().starts_with("## ❌ Not ready: 1 error to fix"), "{}", request.summary());
    assert!(request.outputs().contains("verdict=failure\n") && request.outputs().contains("comment-url=\n"));
}

#[test]
fn a_comment_that_someone_removed_is_made_again() {
    let request = Request::new(good());
    request.ci(&[]);
    request.double.state(|state| state.comments.clear());
    assert_eq!(request.ci(&[]).code, 0);
    assert!(request.double.comment().contains("Ready for review"));
}

#[test]
fn a_comment_that_is_removed_while_the_run_goes_on_is_made_again() {
    let request = Request::new(good());
    request.ci(&[]);
    // The first edit of the second run finds it gone.
    let missing = crate::double::How::Refused(404, Vec::new(), "{\"message\":\"Not Found\"}");
    request.double.fail(("PATCH", "/issues/comments/"), missing, 1);
    let old = request.double.state(|state| state.comments[0].id);
    request.double.state(|state| state.comments[0].author = 1);
    assert_eq!(request.ci(&[]).code, 0);
    let own = request
        .double
        .state(|state| state.comments.iter().find(|comment| comment.author == BOT).map(|comment| comment.id));
    assert!(own.is_some_and(|own| own != old));
}

#[test]
fn of_two_runs_at_once_one_comment_remains() {
    let request = Request::new(good());
    std::thread::scope(|scope| {
        let mut other = Request::new(good());
        (other.attempt, other.commit) = ("2", Some(head(&request.sandbox)));
        let url = request.double.url();
        let second = scope.spawn(move || other.ci_with(&[], &[("GITHUB_API_URL", &url)]));
        assert_eq!(request.ci(&[]).code, 0);
        assert_eq!(second.join().unwrap().code, 0);
    });
    assert!(request.double.comment().contains("Ready for review"));
}

#[test]
fn when_both_made_a_comment_the_first_one_stays() {
    let request = Request::new(good());
    // The other run's comment comes to be between this one's look and its own.
    request.double.state(|state| state.comes_before = Some("".to_owned()));
    assert_eq!(request.ci(&[]).code, 0);
    assert!(request.double.comment().contains("Ready for review"));
    assert_eq!(request.double.count("DELETE", "/issues/comments/"), 1);
}

#[test]
fn the_run_of_an_older_commit_says_nothing() {
    let request = Request::new(wrong());
    let old = head(&request.sandbox);
    let mut request = request.push(|sandbox| {
        sandbox
            .remove("models/prison/prison_safety/prison_safety__visits_fct.sql")
            .remove("models/prison/prison_safety/prison_safety__visits_fct.yaml")
    });
    assert_eq!(request.ci(&[]).code, 0);
    let newest = request.double.comment();
    request.commit = Some(old);
    let ran = request.ci(&["--suggest"]);
    assert_eq!(request.double.comment(), newest);
    assert!(
        ran.stdout
            .contains("The comment was left alone: the pull request has a newer commit, and its run reports on that."),
        "{}",
        ran.stdout
    );
}

#[test]
fn other_peoples_comments_are_never_touched() {
    let request = Request::new(good());
    request.ci(&[]);
    let marker = request.double.comment().lines().next().unwrap().to_owned();
    request.double.state(|state| {
        state.comments.clear();
        // Someone who copies the marker does not become cadet, wherever the comment is.
        for page in 0..250 {
            state.add_comment(1, &format!("{marker}\nMine {page}"));
        }
        state.add_comment(BOT, "Another action's comment");
        state.add_comment(BOT, &format!("{marker}\nold"));
    });
    assert_eq!(request.ci(&[]).code, 0);
    let comments = request.double.state(|state| state.comments.clone());
    assert_eq!(comments.len(), 252);
    assert!(comments[..250].iter().all(|comment: &Comment| comment.body.contains("Mine")));
    assert_eq!(comments[250].body, "Another action's comment");
    assert!(comments[251].body.contains("Ready for review"));
}

#[test]
fn without_graphql_the_workflows_own_account_is_taken() {
    let request = Request::new(good());
    request.double.state(|state| state.knows_viewer = false);
    request.ci(&[]);
    request.ci(&[]);
    assert!(request.double.comment().contains("Ready for review"));
}

#[test]
fn fixes_are_offered_once() {
    let sandbox = model(
        good(),
        "visits_fct",
        "select\n    1 as visit_id,\n    2 as site_id\nfrom {{ ref('prison_safety__sites_stg') }}\n",
    );
    let sandbox = sandbox
        .edit(
            "models/prison/prison_safety/prison_safety__visits_fct.yaml",
            "One row for each visit.",
            "One row for each visit.  ",
        )
        .commit("blanks at the end of a line");
    let mut request = Request::new(sandbox);
    request.ci(&["--suggest"]);
    let bodies = |request: &Request| {
        request.double.state(|state| {
            state
                .review_comments
                .iter()
                .map(|known| (known["path"].clone(), known["line"].clone(), known["body"].clone()))
                .collect::<Vec<_>>()
        })
    };
    let offered = bodies(&request);
    insta::assert_debug_snapshot!(offered, @r#"
    [
        (
            String("models/prison/prison_safety/prison_safety__visits_fct.yaml"),
            Number(3),
            String("<!-- cadet:suggestion -->\r\n**This line ends with blanks** · `yaml/trailing-spaces`\r\n\r\n```suggestion\r\n    description: One row for each visit.\r\n```"),
        ),
    ]
    "#);
    request.attempt = "2";
    request.ci(&["--suggest"]);
    assert_eq!(bodies(&request), offered);
}

#[test]
fn a_stranger_who_copies_the_marker_keeps_no_fix_from_being_offered() {
    let sandbox = good()
        .edit(
            "models/prison/prison_safety/prison_safety__sites_fct.yaml",
            "One row for each visit.",
            "One row for each visit.  ",
        )
        .commit("blanks at the end of a line");
    let request = Request::new(sandbox);
    request.double.state(|state| {
        for line in 0..30 {
            state.add_review_comment(1, &format!("<!-- cadet:suggestion -->\nMine {line}"));
        }
    });
    let ran = request.ci(&["--suggest"]);
    assert!(ran.stdout.contains("Offered 1 fix on the changed lines."), "{}", ran.stdout);
}

#[test]
fn a_run_that_cannot_be_done_says_so_in_the_comment() {
    let request = Request::new(good());
    let ran = request.ci(&["--source-data", "nowhere"]);
    assert_eq!(ran.code, 2);
    insta::assert_snapshot!(request.comment(), @"
    <!-- cadet:report 01ba4719c80b -->
    ## ❌ cadet could not do its work

    **Next:** The folder of source data nowhere does not exist.<br>name a folder that holds &#60;database&#62;/&#60;table&#62;.csv

    ---
    <sub>Commit `[commit]` of `work` · [this run](https://github.com/moj/tables/actions/runs/4711) · cadet 0.1.0</sub>
    ");
    assert!(request.summary().starts_with("## ❌ cadet could not do its work"));
    assert!(request.outputs().starts_with("verdict=error\n"));
    assert_eq!(request.double.state(|state| state.checks[0]["conclusion"].clone()), "failure");
}

#[test]
fn without_a_token_the_summary_has_it_all() {
    let request = Request::new(wrong());
    let ran = request.ci_with(&[], &[("GITHUB_TOKEN", "")]);
    assert_eq!(ran.code, 1);
    assert!(
        ran.stdout.contains(
            "There is no comment: the step has no GITHUB_TOKEN: give it `env: GITHUB_TOKEN: ${{ github.token }}`."
        ),
        "{}",
        ran.stdout
    );
    assert!(
        ran.stdout.contains("\n::error file=models/prison/prison_safety/prison_safety__visits_fct.sql,line=1"),
        "{}",
        ran.stdout
    );
    assert!(request.summary().contains("### ❌ To fix (1)"));
    assert_eq!(request.double.state(|state| state.calls.len()), 0);
}

#[test]
fn on_an_event_that_hands_out_secrets_nothing_is_posted() {
    let request = Request::new(good());
    let ran = request.ci_with(&[], &[("GITHUB_EVENT_NAME", "pull_request_target")]);
    assert_eq!(ran.code, 2);
    assert_eq!(request.double.state(|state| state.calls.len()), 0);
}

#[test]
fn a_github_of_ones_own_has_its_api_below_a_path() {
    let request = Request::new(good());
    let url = format!("{}/api/v3", request.double.url());
    let ran = request.ci_with(&[], &[("GITHUB_API_URL", &url), ("GITHUB_SERVER_URL", "https://git.example.org")]);
    assert_eq!(ran.code, 0, "{}", ran.shown());
    assert!(request.double.comment().contains("https://git.example.org/moj/tables/blob/"));
}

#[test]
fn the_places_in_the_outputs_are_there() {
    let request = Request::new(good());
    assert_eq!(request.ci(&["--artefacts-to", "target/upload"]).code, 0);
    let outputs = request.outputs();
    let of = |name: &str| outputs.lines().find_map(|line| line.strip_prefix(name)).unwrap().to_owned();
    assert!(request.sandbox.root().join(of("artefacts=")).is_dir(), "{outputs}");
    assert!(request.sandbox.root().join(of("manifest=")).is_file(), "{outputs}");
}

#[test]
fn an_address_is_no_folder_for_artefacts() {
    let request = Request::new(good());
    let ran = request.ci(&["--artefacts-to", "s3://bucket/folder"]);
    insta::assert_snapshot!(ran.shown(), @"
    --- stderr
    error: invalid value 's3://bucket/folder' for '--artefacts-to <DIR>': it is no folder; artefacts go to S3 by the setting `athena.artefacts`

    For more information, try '--help'.
    --- exit code 2
    ");
    assert!(!request.sandbox.root().join("s3:").exists());
}

#[test]
fn a_check_of_a_fork_has_a_summary_and_outputs() {
    let request = Request::of_fork(wrong());
    assert_eq!(request.cadet(&["check", "--format", "github"], &[]).code, 1);
    insta::assert_snapshot!(request.steady(&request.summary()), @"
    ## ❌ Not ready: 1 error to fix

    **Next:** fix [`models/prison/prison_safety/prison_safety__visits_fct.sql` line 1](https://github.com/moj/tables/blob/[head]/models/prison/prison_safety/prison_safety__visits_fct.sql#L1): there is no model or seed named `prison_safety__sites_sgt`. Then push again; `cadet ci` on your machine shows the same before you push.

    ### ❌ To fix (1)

    - **There is no model or seed named `prison_safety__sites_sgt`**<br>[`models/prison/prison_safety/prison_safety__visits_fct.sql` line 1](https://github.com/moj/tables/blob/[head]/models/prison/prison_safety/prison_safety__visits_fct.sql#L1) · `references/exist`
      <br>**Fix:** did you mean `prison_safety__sites_stg`?

    ---
    <sub>Commit `[commit]` of `work`, compared with `main ([commit])`: 5 changed files · [this run](https://github.com/moj/tables/actions/runs/4711) · begun [time] · cadet 0.1.0</sub>
    ");
    insta::assert_snapshot!(request.outputs(), @"
    verdict=failure
    findings=1
    errors=1
    warnings=0
    deployed=0
    failed=0
    skipped=0
    artefacts=
    comment-url=
    bytes-scanned=0
    manifest=
    ");
    assert_eq!(request.double.state(|state| state.calls.len()), 0);

    assert_eq!(request.cadet(&["check", "--base", "nowhere"], &[]).code, 3);
    assert!(request.summary().starts_with("## ❌ cadet could not do its work"), "{}", request.summary());
    assert!(request.outputs().starts_with("verdict=error\n"));
}

#[test]
fn a_check_annotates_changed_lines_first() {
    let many: String = (0..12).map(|n| format!("select * from {{{{ ref('nowhere_{n}') }}}}\nunion all\n")).collect();
    let sandbox = model(good(), "many_fct", &format!("{many}select 1\n")).commit("mistakes of others").branch("newer");
    let file = "models/prison/prison_safety/prison_safety__many_fct.sql";
    let sandbox = sandbox.edit(file, "select 1\n", "select * from {{ ref('new_mistake') }}\n").commit("one more");
    let ran = Request::new(sandbox).cadet(&["check", "--format", "github", "--base", "work"], &[]);
    let first = ran.stdout.lines().next().unwrap();
    assert!(first.contains("`new_mistake`"), "{}", ran.stdout);
}

#[test]
fn a_name_of_a_branch_turns_no_text_of_the_log() {
    let request = Request::new(good().branch("wo\u{202e}rk"));
    let ran = request.ci(&[]);
    assert!(ran.stdout.starts_with("1. Check: wo\\u{202e}rk compared with"), "{}", ran.stdout);
}

#[test]
fn what_changed_and_leaves_no_table_is_named() {
    let folder = "models/prison/prison_safety";
    let sandbox = model(Sandbox::new(), "a_stg", "select 1 as id\n")
        .file("cadet.yaml", "rules:\n  testing/primary-key: off\n  docs/columns-described: off\n");
    let sandbox = model(sandbox, "b_stg", "select 1 as id\n").commit("the project").branch("work");
    let tested = "models:\n  - name: prison_safety__a_stg\n    description: One row for each visit.\n    columns:\n      - name: id\n        data_tests: [not_null]\n";
    let sandbox = sandbox.file(&format!("{folder}/prison_safety__a_stg.yaml"), tested).edit(
        &format!("{folder}/prison_safety__b_stg.yaml"),
        "One row for each visit.",
        "One row for each person.",
    );
    let request = Request::new(sandbox.commit("words and a test"));
    assert_eq!(request.ci(&[]).code, 0);
    insta::assert_snapshot!(request.comment(), @"
    <!-- cadet:report 01ba4719c80b -->
    ## ✅ Ready for review

    **Next:** ask for a review.

    **Tests:** 1 passed

    <details><summary>1 unchanged table that is read was built too</summary>

    | | Table | Result | Time | Tests |
    |---|---|---|--:|---|
    | ✅ | [`mojap.prison_safety__a_stg`](https://github.com/moj/tables/blob/[head]/models/prison/prison_safety/prison_safety__a_stg.sql)<br><sub>not built here yet</sub> | 1 row | [seconds] | 1 ✅ |

    </details>

    ### Also changed (3)

    - [`not_null_prison_safety__a_stg_id`](https://github.com/moj/tables/blob/[head]/models/prison/prison_safety/prison_safety__a_stg.yaml): test, new
    - [`prison_safety__a_stg`](https://github.com/moj/tables/blob/[head]/models/prison/prison_safety/prison_safety__a_stg.yaml): what is said of this model
    - [`prison_safety__b_stg`](https://github.com/moj/tables/blob/[head]/models/prison/prison_safety/prison_safety__b_stg.yaml): what is said of this model

    ---
    <sub>Commit `[commit]` of `work`, compared with `main ([commit])`: 2 changed files · manifest, results, SQL and log: `target` · [this run](https://github.com/moj/tables/actions/runs/4711) · begun [time] · cadet 0.1.0</sub>
    ");
}
