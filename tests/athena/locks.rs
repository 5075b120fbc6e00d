//! Two runs and one table: who waits, who is told, who takes over, and whose table stays.

use std::io::Read;
use std::process::Child;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crate::account::{Account, DATABASE, model, project};
use crate::double::athena::plan::Course;
use crate::double::hooks::Moment;
use crate::double::{BUCKET, World};

const LOCK: &str = "dev/models/domain_name=prison/database_name=prison_safety_dev_dbt/table_name=things/_cadet_lock";

/// A lock as a run on another machine has written it.
const ELSEWHERE: &str = r#"{"holder":"someone","term":2,"since":"01:15:00 UTC","commit":null,"workflow":["o/r","7","1"],
    "branch":"their-branch","machine":"another","process":1}"#;

/// A project with one table, in which a lock runs out after two seconds.
fn one_table(more: &str) -> Account {
    let settings = format!(
        "preset: none\nrules: {{docs: off, naming: off}}\nathena:\n  first_poll: 0.01\n  longest_poll: 0.05\n  \
         call_seconds: 2\n  artefacts: off\n  lock_seconds: 2\n{more}"
    );
    let sandbox = project().file("cadet.yaml", &settings).file(&model("things"), "select 1 as id");
    Account::new(sandbox.commit("the project"))
}

fn wait_until(what: &str, is_so: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while !is_so() {
        assert!(Instant::now() < deadline, "{what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn ended(mut child: Child) -> (Option<i32>, String) {
    let code = child.wait().unwrap().code();
    let mut shown = String::new();
    child.stdout.take().unwrap().read_to_string(&mut shown).unwrap();
    child.stderr.take().unwrap().read_to_string(&mut shown).unwrap();
    (code, shown)
}

fn count(account: &Account, operation: &str) -> usize {
    account.double.calls().iter().filter(|call| call.operation == operation).count()
}

#[test]
fn the_second_run_waits_for_the_first_and_says_so() {
    let account = one_table("");
    account.double.course("create table", Course::runs(Duration::from_secs(600)).times(1));
    let first = account.start(&["run"]);
    wait_until("the first run begins its query", || !account.double.live_queries().is_empty());
    let account = account.with(|sandbox| sandbox.file(&model("things"), "select 2 as id"));
    let second = account.start(&["run"]);
    // For longer than a lock lasts that nobody renews.
    wait_until("the second run looks at the lock", || count(&account, "GetObject") > 20);
    assert_eq!(count(&account, "StartQueryExecution"), 1, "{}", account.calls());
    account.double.let_queries_end();
    let (first, second) = (ended(first), ended(second));
    assert_eq!((first.0, second.0), (Some(0), Some(0)), "{}\n{}", first.1, second.1);
    let wanted = "note: prison_safety_dev_dbt.things is being built by a run of the branch `main`, since ";
    assert!(second.1.contains(wanted), "{}", second.1);
    assert!(second.1.contains("waiting for it, 30 minutes at most"), "{}", second.1);
    assert_eq!(account.rows("things"), "2");
    assert_eq!((account.objects().len(), account.tables().len()), (1, 1), "{:?}", account.objects());
}

#[test]
fn the_lock_of_a_killed_run_of_this_machine_is_taken_at_once() {
    let account = one_table("");
    account.double.course("create table", Course::runs(Duration::from_secs(600)).times(1));
    let mut first = account.start(&["run"]);
    wait_until("the first run begins its query", || !account.double.live_queries().is_empty());
    first.kill().unwrap();
    first.wait().unwrap();
    assert!(account.double.object(&format!("s3://{BUCKET}/{LOCK}")).is_some());
    std::thread::sleep(Duration::from_millis(100));
    account.double.forget_calls();
    let ran = account.done(&["run"]);
    assert_eq!(ran.stderr, "");
    assert_eq!(count(&account, "GetObject"), 1, "{}", account.calls());
    assert_eq!((account.rows("things").as_str(), account.objects().len()), ("1", 1), "{:?}", account.objects());
}

#[test]
fn the_lock_of_a_killed_run_elsewhere_is_taken_when_it_was_not_renewed() {
    let account = one_table("");
    account.double.put_object(&format!("s3://{BUCKET}/{LOCK}"), ELSEWHERE.as_bytes());
    let began = Instant::now();
    let ran = account.done(&["run"]);
    assert!(began.elapsed() >= Duration::from_secs(2), "{:?}", began.elapsed());
    assert!(
        ran.stderr.contains("is being built by a run of the branch `their-branch` (run 7 of a workflow of o/r)"),
        "{}",
        ran.shown()
    );
    assert_eq!((account.rows("things").as_str(), account.objects().len()), ("1", 1), "{:?}", account.objects());
}

#[test]
fn nobody_waits_for_ever() {
    let account = one_table("  lock_wait_minutes: 0\n");
    account.double.put_object(&format!("s3://{BUCKET}/{LOCK}"), ELSEWHERE.as_bytes());
    let ran = account.cadet(&["run"]);
    insta::assert_snapshot!(ran.shown(), @"
      failed  table       prison_safety__things  prison_safety_dev_dbt.things is being built by a run of the branch `their-branch` (run 7 of a workflow of o/r), since 01:15:00 UTC

    error[deploy/build]: prison_safety_dev_dbt.things is being built by a run of the branch `their-branch` (run 7 of a workflow of o/r), since 01:15:00 UTC
     ─▸ models/prison/prison_safety/prison_safety__things.sql

    ✗ 0 tables built, 1 failed.
    --- exit code 1
    ");
    assert_eq!(count(&account, "StartQueryExecution"), 0);
    // It is theirs, and stays.
    assert_eq!(account.objects().len(), 1);
}

/// Takes a lock over, as another run does that has not seen it renewed.
fn take_over(world: &World) {
    world.put_object(&format!("s3://{BUCKET}/{LOCK}"), ELSEWHERE.as_bytes());
}

#[test]
fn who_has_lost_the_lock_changes_nothing() {
    let account = one_table("");
    account.done(&["run"]);
    let account = account.with(|sandbox| sandbox.file(&model("things"), "select 2 as id"));
    account.double.forget_calls();
    // The sixth call lists the table's folder, after the look at the version.
    account.double.on_call(6, Moment::Before, take_over);
    let ran = account.cadet(&["run"]);
    assert_eq!(ran.code, 1, "{}\n{}", ran.shown(), account.calls());
    assert!(ran.stdout.contains("another run has taken prison_safety_dev_dbt.things over"), "{}", ran.shown());
    assert_eq!(account.rows("things"), "1");
    assert_eq!(count(&account, "UpdateTable"), 0, "{}", account.calls());
    assert_eq!(account.tables(), [format!("{DATABASE}.things")]);
    // The table's file, and the other's lock.
    assert_eq!(account.objects().len(), 2, "{:?}", account.objects());
}

/// Who took the lock after the last look at it has shown its own table by then, or sees the one that is shown now.
#[test]
fn who_lost_the_lock_after_the_last_look_at_it_is_stopped_by_the_tables_version() {
    let account = one_table("");
    account.done(&["run"]);
    let account = account.with(|sandbox| sandbox.file(&model("things"), "select 2 as id"));
    account.double.forget_calls();
    let glue = crate::support::clients(&account.double).glue;
    account.double.on_call(7, Moment::Before, move |world| {
        take_over(world);
        drop(std::thread::spawn(move || crate::faults::touch(&glue)).join());
    });
    let ran = account.cadet(&["run"]);
    assert_eq!(ran.code, 1, "{}\n{}", ran.shown(), account.calls());
    assert_eq!(
        account.double.calls()[6].error.as_deref(),
        Some("ConcurrentModificationException"),
        "{}",
        account.calls()
    );
    assert_eq!(account.rows("things"), "1");
}

#[test]
fn a_query_that_runs_on_for_a_lost_lock_is_stopped() {
    let account = one_table("");
    account.double.course("create table", Course::runs(Duration::from_secs(600)));
    let run = account.start(&["run"]);
    wait_until("the query begins", || !account.double.live_queries().is_empty());
    take_over(&account.double);
    let (code, shown) = ended(run);
    assert_eq!(code, Some(1), "{shown}");
    assert!(shown.contains("another run has taken prison_safety_dev_dbt.things over"), "{shown}");
    assert!(account.double.live_queries().is_empty());
    assert_eq!(account.objects().len(), 1, "their lock stays: {:?}", account.objects());
}

/// The processes of a run: the one that waits, and the one that works.
fn processes(run: &Child) -> Vec<rustix::process::Pid> {
    let own = run.id();
    let children = std::fs::read_to_string(format!("/proc/{own}/task/{own}/children")).unwrap();
    let all = children.split_whitespace().map(|pid| pid.parse().unwrap()).chain([i32::try_from(own).unwrap()]);
    all.filter_map(rustix::process::Pid::from_raw).collect()
}

/// A machine that sleeps between two partitions wakes up when another run has the table.
#[test]
fn who_sleeps_between_two_partitions_shows_no_more_of_them() {
    use rustix::process::{Signal, kill_process};
    let of = |id: u32| {
        format!(
            "{{{{ config(partitioned_by=['year']) }}}}\n\
             select * from (values ({id}, 2022), ({id}, 2023), ({id}, 2024)) as t (id, year)"
        )
    };
    let account = one_table("").with(|sandbox| sandbox.file(&model("things"), &of(1)));
    account.done(&["run"]);
    let account = account.with(|sandbox| sandbox.file(&model("things"), &of(2)));
    account.double.forget_calls();
    let run: Arc<Mutex<Vec<rustix::process::Pid>>> = Arc::default();
    let (own, once) = (Arc::clone(&run), std::sync::atomic::AtomicBool::new(true));
    account.double.on_every_call(Moment::InsteadOfReply, move |world, call| {
        if call.operation == "UpdatePartition" && once.swap(false, std::sync::atomic::Ordering::SeqCst) {
            let processes = own.lock().unwrap();
            processes.iter().for_each(|pid| kill_process(*pid, Signal::STOP).unwrap());
            std::thread::sleep(Duration::from_millis(2500));
            take_over(world);
            processes.iter().for_each(|pid| kill_process(*pid, Signal::CONT).unwrap());
        }
    });
    let mut guard = run.lock().unwrap();
    let child = account.start(&["run"]);
    wait_until("the run begins its query", || count(&account, "StartQueryExecution") > 0);
    *guard = processes(&child);
    drop(guard);
    let (code, shown) = ended(child);
    assert_eq!(code, Some(1), "{shown}");
    assert!(shown.contains("another run has taken prison_safety_dev_dbt.things over"), "{shown}");
    assert_eq!(count(&account, "UpdatePartition"), 1, "{}", account.calls());
}

/// Two runs at once, again and again: each sees its own table, or the other's, whole.
#[test]
fn runs_that_begin_at_once_build_one_after_the_other() {
    let account = one_table("");
    let busy: Arc<Mutex<(usize, usize)>> = Arc::default();
    account.double.course("create table", Course::runs(Duration::from_millis(300)));
    let seen = Arc::clone(&busy);
    account.double.on_every_call(Moment::AfterReply, move |world, _| {
        let mut seen = seen.lock().unwrap();
        seen.0 = seen.0.max(world.live_queries().len());
        seen.1 += 1;
    });
    let runs: Vec<Child> = (0..3).map(|_| account.start(&["run"])).collect();
    for run in runs {
        let (code, shown) = ended(run);
        assert_eq!(code, Some(0), "{shown}");
    }
    let seen = *busy.lock().unwrap();
    assert_eq!(seen.0, 1, "two queries ran at once");
    assert!(seen.1 > 30);
    assert_eq!((account.rows("things").as_str(), account.objects().len()), ("1", 1), "{:?}", account.objects());
}

#[test]
fn an_older_commit_does_not_take_the_place_of_a_newer_ones_table() {
    let account = one_table("").with(|sandbox| {
        let older = sandbox.branch("older");
        older.checkout("main").file(&model("things"), "select 2 as id").commit("newer")
    });
    let in_workflow = |account: &Account, args: &[&str]| {
        let mut environment = account.double.environment();
        // A workflow's runs are of the pull request's branch, whatever is checked out.
        environment.push(("GITHUB_HEAD_REF", "work".to_owned()));
        let environment: Vec<(&str, &str)> = environment.iter().map(|(name, value)| (*name, value.as_str())).collect();
        account.sandbox.cadet_with(&[args, &["--target", "dev"]].concat(), &environment)
    };
    assert_eq!(in_workflow(&account, &["run"]).code, 0);
    let account = account.with(|sandbox| sandbox.checkout("older"));
    let ran = in_workflow(&account, &["run"]);
    assert_eq!(ran.code, 1, "{}", ran.shown());
    assert!(ran.stdout.contains(", a newer commit of this branch than "), "{}", ran.shown());
    assert!(
        ran.stdout.contains("help: run the newer commit; `--replace-newer` goes back to this one"),
        "{}",
        ran.shown()
    );
    assert_eq!((account.rows("things").as_str(), account.objects().len()), ("2", 1), "{:?}", account.objects());
    // Another branch has no such order.
    account.done(&["run"]);
    assert_eq!(account.rows("things"), "1");
    let account = account.with(|sandbox| sandbox.checkout("main"));
    assert_eq!(in_workflow(&account, &["run"]).code, 0);
    let account = account.with(|sandbox| sandbox.checkout("older"));
    assert_eq!(in_workflow(&account, &["run", "--replace-newer"]).code, 0);
    assert_eq!(account.rows("things"), "1");
}
