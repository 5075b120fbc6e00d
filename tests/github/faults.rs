//! What goes wrong between cadet and GitHub: it is said, it takes a bounded time, and the run ends as it would have.

use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::double::How;
use crate::request::{Request, good, model, wrong};

fn refused(status: u16, body: &'static str) -> How {
    How::Refused(status, Vec::new(), body)
}

/// The last part of what was printed.
fn said(stdout: &str) -> &str {
    stdout.split_once("3. Report\n\n").unwrap().1
}

#[test]
fn a_comment_whose_answer_was_lost_is_not_made_twice() {
    for how in [How::Lost, refused(502, "<html>Bad gateway</html>"), How::Cut] {
        let request = Request::new(good());
        request.double.fail(("POST", "/issues/7/comments"), how, 1);
        assert_eq!(request.ci(&[]).code, 0);
        assert!(request.double.comment().contains("Ready for review"));
    }
}

#[test]
fn a_check_run_whose_answer_was_lost_is_not_made_twice() {
    let request = Request::new(wrong());
    request.double.fail(("POST", "/check-runs"), How::Lost, 1);
    let ran = request.ci(&[]);
    let checks = request.double.state(|state| state.checks.clone());
    assert_eq!((checks.len(), checks[0]["annotations"].as_array().unwrap().len()), (1, 1));
    assert!(!ran.stdout.contains("\n::error"), "{}", ran.stdout);
}

#[test]
fn what_fails_by_no_ones_fault_is_tried_again() {
    for how in
        [refused(500, ""), refused(503, "{}"), refused(200, "<html>a proxy's page</html>"), How::Cut, How::Silent]
    {
        let request = Request::new(good());
        request.double.fail(("GET", "/pulls/7"), how.clone(), 1);
        request.double.fail(("PATCH", "/issues/comments/"), how, 1);
        assert_eq!(request.ci(&[]).code, 0);
        assert!(request.double.comment().contains("Ready for review"));
    }
}

#[test]
fn limits_are_waited_for_when_they_end_soon() {
    let soon = |name| {
        How::Refused(403, vec![(name, "3".to_owned())], "{\"message\":\"You have exceeded a secondary rate limit\"}")
    };
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let headers = vec![("x-ratelimit-remaining", "0".to_owned()), ("x-ratelimit-reset", (now + 5).to_string())];
    for how in [soon("retry-after"), How::Refused(429, headers, "{}")] {
        let request = Request::new(good());
        request.double.fail(("PATCH", "/issues/comments/"), how, 1);
        request.ci(&[]);
        assert!(request.double.comment().contains("Ready for review"));
    }
}

#[test]
fn limits_that_last_are_not_waited_for() {
    let request = Request::new(wrong());
    let how = How::Refused(403, vec![("retry-after", "3000".to_owned())], "{\"message\":\"API rate limit exceeded\"}");
    request.double.fail(("GET", "/pulls/7"), how, 99);
    let ran = request.ci(&[]);
    assert_eq!(ran.code, 1);
    insta::assert_snapshot!(said(&ran.stdout), @"
    The comment is not up to date: GitHub has had too many requests, and asks to wait for 3000 seconds. The same is in the summary of the run.
    Artefacts: target
    ");
    assert!(request.summary().contains("### ❌ To fix (1)"));
}

#[test]
fn nothing_at_all_is_bounded_too() {
    for how in [How::Silent, How::Cut, refused(500, ""), refused(401, "{\"message\":\"Bad credentials\"}")] {
        let request = Request::new(wrong());
        for method in ["GET", "POST", "PATCH"] {
            request.double.fail((method, ""), how.clone(), 1_000);
        }
        let began = Instant::now();
        let ran = request.ci(&["--deployment", "dev", "--suggest"]);
        assert_eq!(ran.code, 1);
        // Time goes by a hundred times faster: this is at most some minutes.
        assert!(began.elapsed().as_secs() < 120, "{:?}", began.elapsed());
        assert!(said(&ran.stdout).contains("There is no check run with every finding on its line: "), "{}", ran.stdout);
        assert!(said(&ran.stdout).contains("The comment is not up to date: "), "{}", ran.stdout);
        assert!(ran.stdout.contains("\n::error file="), "{}", ran.stdout);
        assert!(request.summary().contains("### ❌ To fix (1)"));
        assert!(request.outputs().contains("verdict=failure\n"));
    }
}

#[test]
fn each_permission_that_is_missing_is_named() {
    let request = Request::new(wrong());
    request.double.state(|state| state.may.clear());
    let ran = request.ci(&["--deployment", "dev"]);
    insta::assert_snapshot!(said(&ran.stdout), @"
    ::error file=models/prison/prison_safety/prison_safety__visits_fct.sql,line=1,endLine=1,col=18,endColumn=49,title=cadet%3A references/exist::there is no model or seed named `prison_safety__sites_sgt`%0Adid you mean `prison_safety__sites_stg`?
    There is no check run with every finding on its line: the token may not do that: the job lacks the permission `checks: write` (on a pull request from a fork no job has it).
    GitHub is told of no deployment to dev: the tables are on the embedded DuckDB of this run, where nobody else can reach them.
    The comment is not up to date: the token may not do that: the job lacks the permission `pull-requests: write` (on a pull request from a fork no job has it). The same is in the summary of the run.
    Artefacts: target
    ");
    assert!(request.summary().contains("`checks: write`"), "{}", request.summary());
}

#[test]
fn without_leave_to_check_the_runner_annotates_and_the_comment_is_there() {
    let request = Request::new(wrong());
    request.double.state(|state| state.may.remove("checks"));
    let ran = request.ci(&[]);
    assert!(ran.stdout.contains("\n::error file="), "{}", ran.stdout);
    assert!(request.double.comment().contains("`checks: write`"), "{}", request.double.comment());
}

#[test]
fn a_locked_conversation_is_named() {
    let request = Request::new(good());
    request.double.state(|state| state.is_locked = true);
    let ran = request.ci(&[]);
    assert_eq!(ran.code, 0);
    assert!(
        said(&ran.stdout)
            .contains("the conversation of the pull request is locked. The same is in the summary of the run."),
        "{}",
        ran.stdout
    );
}

#[test]
fn one_annotation_that_github_does_not_take_keeps_out_no_other() {
    let sandbox = (0..60).fold(good(), |sandbox, n| {
        model(sandbox, &format!("visits_{n}_fct"), &format!("select * from {{{{ ref('nowhere_{n}') }}}}\n"))
    });
    let request = Request::new(sandbox.commit("many mistakes"));
    let how = refused(422, "{\"message\":\"Invalid request.\"}");
    request.double.fail(("PATCH", "/check-runs/"), how, 7);
    let ran = request.ci(&[]);
    let posted = request.double.state(|state| state.checks[0]["annotations"].as_array().unwrap().len());
    assert_eq!(posted, 59, "{}", ran.stdout);
    assert!(
        said(&ran.stdout)
            .contains("1 annotation is not on the lines: GitHub does not take them. Every finding is in cadet.json."),
        "{}",
        ran.stdout
    );
}

#[test]
fn annotations_whose_answer_was_lost_are_not_posted_twice() {
    for how in [How::Lost, refused(502, "<html>Bad gateway</html>"), How::Cut] {
        let request = Request::new(wrong());
        request.double.fail(("PATCH", "/check-runs/"), how, 1);
        let ran = request.ci(&[]);
        let posted = request.double.state(|state| state.checks[0]["annotations"].as_array().unwrap().len());
        assert_eq!(posted, 1, "{}", ran.stdout);
        assert!(!said(&ran.stdout).contains("not on the lines"), "{}", ran.stdout);
    }
}

#[test]
fn one_stale_answer_does_not_silence_the_comment() {
    // A moment after a push GitHub may still name the commit before it.
    for times in [1, 2] {
        let request = Request::new(good());
        request.double.fail(("GET", "/pulls/7"), refused(200, "{\"head\": {\"sha\": \"0000\"}}"), times);
        assert_eq!(request.ci(&[]).code, 0);
        assert!(request.double.comment().contains("Ready for review"));
    }
    for (method, path) in [("POST", "/issues/7/comments"), ("GET", "/pulls/7")] {
        let request = Request::new(good());
        request.double.fail((method, path), refused(404, "{\"message\":\"Not Found\"}"), 1);
        assert_eq!(request.ci(&[]).code, 0);
        assert!(request.double.comment().contains("Ready for review"));
    }
}

#[test]
fn what_cannot_be_written_changes_no_verdict() {
    let request = Request::new(good());
    let taken = request.sandbox.root().join("models").display().to_string();
    let ran =
        request.ci_with(&["--html", "models", "--comment-file", "models"], &[("GITHUB_STEP_SUMMARY", taken.as_str())]);
    assert_eq!(ran.code, 0, "{}", ran.shown());
    assert!(request.double.comment().contains("Ready for review"));
    assert!(request.outputs().starts_with("verdict=success\n"));
    assert_eq!(request.double.state(|state| state.checks.len()), 1);
    insta::assert_snapshot!(ran.stderr.replace(&taken, "[models]"), @"
    note: failed to write models: Is a directory (os error 21); the rest of the report is not affected
    note: failed to write [models]: Is a directory (os error 21); the rest of the report is not affected
    note: failed to write models: Is a directory (os error 21); the rest of the report is not affected
    ");

    let request = Request::new(wrong());
    let ran = request.ci_with(&[], &[("GITHUB_OUTPUT", taken.as_str())]);
    assert_eq!(ran.code, 1, "{}", ran.shown());
    assert!(request.summary().starts_with("## ❌ Not ready: 1 error to fix"));
}

#[test]
fn no_value_of_a_row_reaches_the_log() {
    let sql = "select cast(name as integer) as n from {{ ref('prison_safety__sites_stg') }}\n";
    let request = Request::new(model(good(), "numbers_fct", sql).commit("a cast"));
    let ran = request.ci(&[]);
    assert_eq!(ran.code, 1);
    assert!(
        ran.stdout.contains("'…'") && !ran.stdout.contains("Fen") && !ran.stdout.contains("Holm"),
        "{}",
        ran.stdout
    );
}

#[test]
fn a_run_that_dies_is_told_of_by_the_one_that_waits() {
    let request = Request::new(good());
    let mishap = "models/prison/prison_safety/prison_safety__sites_fct.sql#late=abort";
    let ran = request.ci_with(&[], &[("CADET_MISHAPS", mishap)]);
    assert_eq!(ran.code, 3, "{}", ran.shown());
    insta::assert_snapshot!(request.comment(), @"
    <!-- cadet:report 01ba4719c80b -->
    ## ❌ cadet could not do its work

    **Next:** Cadet ended unexpectedly before its report was done; it was at work on models/prison/prison_safety/prison_safety&#95;&#95;sites_fct.sql.<br>run the same command again; each table is whole, the old one or the new one

    ---
    <sub>Commit `[commit]` of `work` · [this run](https://github.com/moj/tables/actions/runs/4711) · cadet 0.1.0</sub>
    ");
    assert!(request.summary().starts_with("## ❌ cadet could not do its work"), "{}", request.summary());
    assert!(request.outputs().starts_with("verdict=error\n"), "{}", request.outputs());
}

/// The process that was started in this folder by this one.
#[cfg(target_os = "linux")]
fn process_in(folder: &std::path::Path) -> Option<Pid> {
    let own = |path: &std::path::Path| {
        let status = std::fs::read_to_string(path.join("stat")).ok()?;
        let parent = status.rsplit_once(") ")?.1.split(' ').nth(1)?.to_owned();
        let is_it = std::fs::read_link(path.join("cwd")).ok()? == folder && parent == std::process::id().to_string();
        let number = path.file_name()?.to_str()?.parse().ok()?;
        is_it.then(|| Pid::from_raw(number)).flatten()
    };
    std::fs::read_dir("/proc").unwrap().flatten().find_map(|entry| own(&entry.path()))
}

#[test]
#[cfg(target_os = "linux")]
fn a_run_that_is_asked_to_stop_ends_with_its_report() {
    let many = |name: &str| format!("cross join unnest(sequence(1, 9999)) as {name}(x)\n");
    let endless = format!(
        "select count(*) as n from {{{{ ref('prison_safety__sites_stg') }}}} as s\n{}{}{}",
        many("a"),
        many("b"),
        many("c")
    );
    let request = Request::new(model(good(), "zz_endless_fct", &endless).commit("without end"));
    let folder = request.sandbox.root().canonicalize().unwrap();
    let ran = std::thread::scope(|scope| {
        let run = scope.spawn(|| request.ci(&[]));
        let is_begun =
            || request.double.state(|state| state.comments.iter().any(|comment| comment.body.contains("| 2 rows |")));
        while !is_begun() && !run.is_finished() {
            std::thread::sleep(Duration::from_millis(20));
        }
        std::thread::sleep(Duration::from_millis(500));
        kill_process(process_in(&folder).unwrap(), Signal::INT).unwrap();
        run.join().unwrap()
    });
    assert_eq!(ran.code, 130, "{}", ran.shown());
    assert!(request.double.comment().contains("The run was stopped before its end"), "{}", request.double.comment());
    assert!(request.summary().starts_with("## ⏹️ The run was stopped before its end"), "{}", request.summary());
    assert!(request.outputs().starts_with("verdict=interrupted\n"), "{}", request.outputs());
    assert!(request.sandbox.root().join("target/cadet.json").is_file());
    // The page says the same.
    let told = request.sandbox.cadet(&["report"]);
    assert!(told.stdout.contains("The run was stopped before its end"), "{}", told.stdout);
}
