//! What goes wrong at every call, kills, and interruptions: what readers see meanwhile, and what is there in the end.

#![allow(unreachable_pub, reason = "the judge takes its project")]

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use rayon::prelude::*;

use crate::account::{Account, DATABASE, SAFETY, model, project, rows, steady};
use crate::double::World;
use crate::double::athena::plan::Course;
use crate::double::athena::query::Failed;
use crate::double::faults::{Calls, Fault, Planned, Side, Times};
use crate::double::hooks::Moment;
use crate::sandbox::Sandbox;

const SEED: &str = "seeds/prison/prison_safety/prison_safety__codes.csv";

/// An incremental model that adds what it has not.
fn growing(config: &str) -> String {
    format!(
        "{{{{ config(materialized='incremental', {config}) }}}}\nselect id, year from {{{{ ref('prison_safety__view') }}}}\n\
         {{% if is_incremental() %}}\nwhere id not in (select id from {{{{ this }}}})\n{{% endif %}}"
    )
}

/// A history of the years, whose rows have a time of their own.
fn history(name: &str, config: &str) -> String {
    format!(
        "{{% snapshot prison_safety__{name} %}}{{{{ config(unique_key='year', strategy='timestamp', updated_at='at'{config}) }}}}\n\
         select id, year, cast(date_add('day', id, timestamp '2024-01-01 00:00:00') as timestamp(6)) as at\n\
         from {{{{ ref('prison_safety__plain') }}}}\n{{% endsnapshot %}}"
    )
}

/// Twelve nodes, each kind of them once: a seed, tables, a view, incremental tables, snapshots, and a test that keeps rows.
pub fn chain(value: u32) -> Sandbox {
    const TESTS: &str = "models:\n  - name: prison_safety__plain\n    columns:\n      - name: id\n        data_tests:\n          \
                         - not_null: {config: {store_failures: true}}\n";
    let snapshot = |name: &str| format!("snapshots/prison/prison_safety/prison_safety__{name}.sql");
    project()
        .file(SEED, &format!("id,year\n{value},2023\n{},2024\n", value + 1))
        .file(&model("plain"), "select * from {{ ref('prison_safety__codes') }}")
        .file(&format!("{SAFETY}/tests.yml"), TESTS)
        .file(
            &model("parted"),
            "{{ config(partitioned_by=['year']) }}\nselect id, year from {{ ref('prison_safety__plain') }}",
        )
        .file(&model("view"), "{{ config(materialized='view') }}\nselect * from {{ ref('prison_safety__parted') }}")
        .file(&model("grown"), &growing("incremental_strategy='append'"))
        .file(
            &model("replaced"),
            "{{ config(materialized='incremental', incremental_strategy='insert_overwrite', partitioned_by=['year']) }}\n\
             select id, year from {{ ref('prison_safety__view') }}",
        )
        .file(
            &model("ice"),
            "{{ config(table_type='iceberg') }}\nselect id, year from {{ ref('prison_safety__plain') }}",
        )
        .file(
            &model("merged"),
            "{{ config(materialized='incremental', table_type='iceberg', incremental_strategy='merge', unique_key='year') }}\n\
             select id, year from {{ ref('prison_safety__ice') }}",
        )
        .file(&model("ice_grown"), &growing("table_type='iceberg', incremental_strategy='append'"))
        .file(&snapshot("kept"), &history("kept", ""))
        .file(&snapshot("ice_kept"), &history("ice_kept", ", table_type='iceberg'"))
}

const TABLES: [&str; 11] =
    ["codes", "grown", "ice", "ice_grown", "ice_kept", "kept", "merged", "parted", "plain", "replaced", "view"];

/// The rows of every table, and what lies in the bucket. An Iceberg table keeps what was written to it and is of no
/// snapshot; of those, only the folders count.
fn state(account: &Account) -> String {
    let tables: Vec<String> =
        TABLES.iter().map(|table| format!("{table}: {}", account.rows(table).replace('\n', "; "))).collect();
    let mut folders = BTreeSet::new();
    let mut files = Vec::new();
    for address in account.double.objects("s3://mojap-derived-tables/") {
        match address.split_once("/data/").or_else(|| address.split_once("/metadata/")) {
            Some((folder, _)) => drop(folders.insert(folder.to_owned())),
            None => files.push(address),
        }
    }
    files.extend(folders.into_iter().map(|folder| format!("{folder}/")));
    let mut files: Vec<String> =
        files.iter().map(|file| steady(file).split("[run").next().unwrap().to_owned()).collect();
    files.sort();
    format!("{}\n{:?}\n{}", tables.join("\n"), account.tables(), files.join("\n"))
}

/// An object of someone else's in a table's folder.
const THEIRS: &str = "s3://mojap-derived-tables/dev/models/domain_name=prison/database_name=prison_safety_dev_dbt/\
                      table_name=plain/theirs.csv";

/// An account in which nothing was built, with the project.
fn fresh() -> Account {
    let account = Account::new(chain(1));
    account.double.put_object(THEIRS, b"id");
    account
}

/// The account after a first run, with the project as it is to be built next.
fn before() -> Account {
    let account = fresh();
    account.done(&["build"]);
    account.double.forget_calls();
    account.with(|sandbox| sandbox.file(SEED, "id,year\n5,2024\n6,2025\n"))
}

/// How a run ends that nothing disturbs, and its calls.
fn undisturbed(before: fn() -> Account) -> (String, usize) {
    let account = before();
    account.done(&["build"]);
    assert!(account.double.object(THEIRS).is_some());
    (state(&account), account.double.calls().len())
}

/// Sees to it that no reader ever meets a table that is missing, empty or partial.
fn watch(account: &Account) -> Arc<Mutex<Vec<String>>> {
    let seen: Arc<Mutex<Vec<String>>> = Arc::default();
    let wrong = Arc::clone(&seen);
    let met = Mutex::new(BTreeMap::new());
    let look = move |world: &World, call: &crate::double::call::Call| {
        let mut met = met.lock().unwrap();
        let mut is_other = |table: &'static str| {
            // The view reads this table.
            let own = if table == "view" { "parted" } else { table };
            let now = [own, table].map(|table| world.met_by_readers(DATABASE, table));
            met.insert(table, now.clone()) != Some(now)
        };
        const ANEW: [&str; 2] = ["1, 2023\n2, 2024", "5, 2024\n6, 2025"];
        for (table, allowed) in [
            ("codes", ANEW),
            ("plain", ANEW),
            ("ice", ANEW),
            ("merged", ["1, 2023\n2, 2024", "1, 2023\n5, 2024\n6, 2025"]),
            ("grown", ["1, 2023\n2, 2024", "1, 2023\n2, 2024\n5, 2024\n6, 2025"]),
            ("ice_grown", ["1, 2023\n2, 2024", "1, 2023\n2, 2024\n5, 2024\n6, 2025"]),
        ] {
            if !is_other(table) {
                continue;
            }
            let found = match world.rows(&format!("{DATABASE}.{table}")) {
                Ok(found) => rows(&found),
                Err(error) => error,
            };
            if !allowed.contains(&found.as_str()) {
                wrong.lock().unwrap().push(format!("at {}: {table} is {found:?}", call.shown()));
            }
        }
        // Partitions are shown one after the other: of each, its old rows are seen or its new ones.
        let new_years = [("2024", ["2", "5"]), ("2025", ["", "6"])];
        for (table, old_year) in [("parted", ["1", ""]), ("view", ["1", ""]), ("replaced", ["1", "1"])] {
            if !is_other(table) {
                continue;
            }
            let found = world.rows(&format!("select cast(year as varchar), id from {DATABASE}.{table}"));
            let ids_of = |year: &str| match &found {
                Ok(found) => {
                    let mut found = found.clone();
                    found.retain(|row| row[0].as_deref() == Some(year));
                    rows(&found.iter().map(|row| row[1..].to_vec()).collect::<Vec<_>>())
                }
                Err(error) => error.clone(),
            };
            for (year, allowed) in [("2023", old_year)].into_iter().chain(new_years) {
                let found = ids_of(year);
                if !allowed.contains(&found.as_str()) {
                    wrong.lock().unwrap().push(format!("at {}: {year} of {table} is {found:?}", call.shown()));
                }
            }
        }
        // A history has two rows, or three, of which the second is closed.
        for table in ["kept", "ice_kept"].into_iter().filter(|table| is_other(table)) {
            let found = world.rows(&format!("select id, dbt_valid_to is null from {DATABASE}.{table}"));
            let found = found.map_or_else(|error| error, |found| rows(&found));
            if !["1, true\n2, true", "1, true\n2, false\n5, true\n6, true"].contains(&found.as_str()) {
                wrong.lock().unwrap().push(format!("at {}: {table} is {found:?}", call.shown()));
            }
        }
    };
    account.double.on_every_call(Moment::Before, look);
    seen
}

/// Tries each case, some of them at the same time: most of a run is waiting. Each has an account of its own.
///
/// What takes hours can be tried in parts: with `SHARE=0/24`, each 24th case from the first on. All are tried, whatever
/// becomes of one.
#[expect(clippy::disallowed_methods, reason = "what whoever runs the tests sets")]
fn at_once<T: Sync>(cases: &[T], one: impl Fn(&T) + Sync) {
    let number = |text: &str| text.parse::<usize>().unwrap();
    let share = std::env::var("SHARE").unwrap_or("0/1".to_owned());
    let (first, step) = share.split_once('/').map(|(first, step)| (number(first), number(step))).unwrap();
    let share: Vec<&T> = cases.iter().skip(first).step_by(step).collect();
    let threads = std::env::var("RAYON_NUM_THREADS").map_or(3, |threads| number(&threads));
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    let is_bad = |case: &&&T| catch_unwind(AssertUnwindSafe(|| one(case))).is_err();
    let bad = pool.install(|| share.par_iter().with_max_len(1).filter(is_bad).count());
    assert_eq!(bad, 0, "of {} cases", share.len());
}

fn every(step: usize, calls: usize) -> Vec<usize> {
    (1..=calls).step_by(step).collect()
}

/// Some of the calls of a run; all of them take minutes.
const SOME: usize = 23;

#[test]
fn whatever_call_fails_once_the_end_is_the_same() {
    fail_each_once(SOME);
}

#[test]
#[ignore = "takes minutes: cargo test --test athena -- --ignored"]
fn whatever_call_fails_once_the_end_is_the_same_for_every_call() {
    fail_each_once(1);
}

/// Lets every call in so many fail once.
fn fail_each_once(step: usize) {
    let (wanted, calls) = undisturbed(before);
    let faults = [Fault::Throttle, Fault::Internal, Fault::Unavailable, Fault::Reset, Fault::CutBody];
    at_once(&every(step, calls), |&number| {
        // Each call meets another fault, before its effect and after it.
        for (at, side) in [Side::BeforeEffect, Side::AfterEffect].into_iter().enumerate() {
            let fault = faults[(number + at * 2) % faults.len()];
            let account = before();
            let seen = watch(&account);
            account.double.inject(Planned { calls: Calls::Number(number), fault, side, times: Times::Once });
            let ran = account.cadet(&["build"]);
            assert_eq!(ran.code, 0, "{fault:?} {side:?} at call {number}:\n{}\n{}", ran.shown(), account.calls());
            assert_eq!(state(&account), wanted, "{fault:?} {side:?} at call {number}:\n{}", account.calls());
            assert!(seen.lock().unwrap().is_empty(), "{fault:?} {side:?} at call {number}: {:?}", seen.lock().unwrap());
        }
    });
}

/// Whatever goes wrong at a call, once or from then on at every call: who reads has the old tables or the new ones, and once
/// nothing goes wrong any more, the next run ends as one that nothing disturbed.
fn goes_wrong(cases: &[(usize, Fault, Side, Times)]) {
    let (wanted, _) = undisturbed(before);
    at_once(cases, |&(number, fault, side, times)| {
        let case = format!("{fault:?} {side:?} {times:?} at call {number}");
        let account = before();
        let seen = watch(&account);
        account.double.inject(Planned { calls: Calls::Number(number), fault, side, times });
        let ran = account.cadet(&["build"]);
        assert!([0, 1, 3].contains(&ran.code), "{case}:\n{}\n{}", ran.shown(), account.calls());
        account.double.clear_faults();
        account.double.settle();
        let again = account.cadet(&["build"]);
        assert_eq!(again.code, 0, "{case}:\n{}\n{}\n{}", again.shown(), ran.shown(), account.calls());
        assert_eq!(state(&account), wanted, "{case}:\n{}\n{}", ran.shown(), account.calls());
        assert!(seen.lock().unwrap().is_empty(), "{case}: {:?}", seen.lock().unwrap());
    });
}

/// Every fault before a call's effect and after it, once and for ever: each at another call.
fn faults_at_some_calls(calls: usize) -> Vec<(usize, Fault, Side, Times)> {
    let sides = [Side::BeforeEffect, Side::AfterEffect];
    let times = [Times::Once, Times::Forever];
    let each = Fault::ALL.into_iter().flat_map(|fault| sides.into_iter().map(move |side| (fault, side)));
    let each = each.flat_map(|(fault, side)| times.into_iter().map(move |times| (fault, side, times)));
    each.enumerate().map(|(at, (fault, side, times))| (1 + at * 37 % calls, fault, side, times)).collect()
}

#[test]
fn whatever_goes_wrong_once_or_for_ever_the_next_run_ends_as_if_it_had_not() {
    let every: Vec<_> = faults_at_some_calls(undisturbed(before).1);
    // Those that are left out here are tried with the others below.
    goes_wrong(&every.into_iter().step_by(3).collect::<Vec<_>>());
}

#[test]
#[ignore = "takes hours: cargo test --test athena -- --ignored"]
fn whatever_goes_wrong_once_or_for_ever_the_next_run_ends_as_if_it_had_not_at_every_call() {
    let mut cases = Vec::new();
    for number in 1..=undisturbed(before).1 {
        for (kind, fault) in Fault::ALL.into_iter().enumerate() {
            // The sides take turns, so that each fault meets half of the calls before their effect and half after it.
            let [once, forever] = match (number + kind) % 2 {
                0 => [Side::BeforeEffect, Side::AfterEffect],
                _ => [Side::AfterEffect, Side::BeforeEffect],
            };
            cases.extend([(number, fault, once, Times::Once), (number, fault, forever, Times::Forever)]);
        }
    }
    goes_wrong(&cases);
}

/// A call that is refused is not tried again, and what readers have by then stays.
#[test]
fn what_readers_have_stays_when_the_mark_on_it_is_refused() {
    let account = before();
    // The third is of the rows that a test keeps; of the partitioned table, the first shows the new place and the second leaves
    // the mark.
    let calls = Calls::NthOf("UpdateTable", 5);
    account.double.inject(Planned { calls, fault: Fault::AccessDenied, side: Side::BeforeEffect, times: Times::Once });
    let ran = account.cadet(&["build", "--select", "+prison_safety__parted"]);
    assert_eq!(ran.code, 1, "{}\n{}", ran.shown(), account.calls());
    assert!(ran.shown().contains("AWS does not let cadet mark the table"), "{}", ran.shown());
    assert_eq!(account.rows("parted"), "5, 2024\n6, 2025", "{}", account.calls());
    account.done(&["build"]);
    assert_eq!(state(&account), undisturbed(before).0, "{}", account.calls());
}

/// A run that may not delete what it has replaced, or is killed before it does.
#[test]
fn files_that_stayed_behind_go_with_the_next_run() {
    let account = before();
    account.double.inject(Planned {
        calls: Calls::EachOf("DeleteObjects"),
        fault: Fault::AccessDenied,
        side: Side::BeforeEffect,
        times: Times::Forever,
    });
    account.done(&["build"]);
    let wanted = undisturbed(before).0;
    assert_ne!(state(&account), wanted);
    account.double.clear_faults();
    account.done(&["build"]);
    assert_eq!(state(&account), wanted, "{}", account.calls());
}

/// The answer to the call that shows a table is lost, and nobody may look whether it was shown.
#[test]
fn what_may_have_been_shown_stays() {
    let account = before();
    let lost = Planned {
        calls: Calls::EachOf("UpdateTable"),
        fault: Fault::Reset,
        side: Side::AfterEffect,
        times: Times::Forever,
    };
    let refused = Planned {
        calls: Calls::NthOf("GetTable", 2),
        fault: Fault::AccessDenied,
        side: Side::BeforeEffect,
        times: Times::Once,
    };
    account.double.inject(lost);
    account.double.inject(refused);
    let ran = account.cadet(&["seed"]);
    assert_eq!(ran.code, 1, "{}\n{}", ran.shown(), account.calls());
    assert_eq!(account.rows("codes"), "5, 2024\n6, 2025", "{}\n{}", ran.shown(), account.calls());
}

/// An account whose queries are all taken says for minutes that there are too many.
#[test]
fn a_service_that_is_too_busy_for_a_while_is_waited_for() {
    let settings = crate::account::SETTINGS.replace("outage_seconds: 1", "retries: 1\n  outage_seconds: 60");
    let account = Account::new(project().file("cadet.yaml", &settings).file(&model("things"), "select 1 as id"));
    let calls = Calls::EachOf("StartQueryExecution");
    account.double.inject(Planned { calls, fault: Fault::Throttle, side: Side::BeforeEffect, times: Times::Forever });
    let asked = std::sync::atomic::AtomicUsize::new(0);
    account.double.on_every_call(Moment::Before, move |world, call| {
        let is_start = call.operation == "StartQueryExecution";
        if is_start && asked.fetch_add(1, std::sync::atomic::Ordering::SeqCst) == 4 {
            world.clear_faults();
        }
    });
    account.done(&["run"]);
    assert_eq!(account.rows("things"), "1");
}

#[test]
fn whenever_a_run_is_killed_the_next_one_ends_as_if_it_had_not_been() {
    kill_at_each(SOME, before);
}

#[test]
#[ignore = "takes minutes: cargo test --test athena -- --ignored"]
fn whenever_a_run_is_killed_the_next_one_ends_as_if_it_had_not_been_at_every_call() {
    kill_at_each(1, before);
}

#[test]
fn whenever_a_first_run_is_killed_the_next_one_ends_as_if_it_had_not_been() {
    kill_at_each(SOME, fresh);
}

#[test]
#[ignore = "takes minutes: cargo test --test athena -- --ignored"]
fn whenever_a_first_run_is_killed_the_next_one_ends_as_if_it_had_not_been_at_every_call() {
    kill_at_each(1, fresh);
}

/// Kills a run at every call in so many. Readers of a first run have nothing yet.
fn kill_at_each(step: usize, before: fn() -> Account) {
    let (wanted, calls) = undisturbed(before);
    at_once(&every(step, calls), |&number| {
        for moment in [Moment::Before, Moment::InsteadOfReply, Moment::AfterReply] {
            let account = before();
            let seen = if account.tables().is_empty() { Arc::default() } else { watch(&account) };
            let pid: Arc<Mutex<Option<u32>>> = Arc::default();
            let own = Arc::clone(&pid);
            account.double.on_call(number, moment, move |_| {
                let pid = own.lock().unwrap().unwrap();
                let pid = rustix::process::Pid::from_raw(i32::try_from(pid).unwrap()).unwrap();
                // The working process dies with the one that waits for it.
                let _ = rustix::process::kill_process(pid, rustix::process::Signal::KILL);
                std::thread::sleep(Duration::from_millis(50));
            });
            let mut guard = pid.lock().unwrap();
            let mut child = account.start(&["build"]);
            *guard = Some(child.id());
            drop(guard);
            let ended = child.wait().unwrap();
            // After the last reply it may have ended by itself.
            assert!(!ended.success() || moment == Moment::AfterReply, "call {number} was never made");
            account.double.settle();
            account.done(&["build"]);
            assert_eq!(state(&account), wanted, "killed at call {number}, {moment:?}");
            assert!(seen.lock().unwrap().is_empty(), "call {number}, {moment:?}: {:?}", seen.lock().unwrap());
        }
    });
}

/// What a killed run asked Athena for goes on there, and may end after the next run: what it leaves goes with the run after.
#[test]
fn a_statement_that_outlives_the_run_after_its_own_leaves_nothing_for_good() {
    let iceberg = "{{ config(table_type='iceberg') }}\nselect 1 as id";
    let account = Account::new(project().file(&model("things"), iceberg));
    account.double.run(&format!("create schema if not exists `{DATABASE}`")).unwrap();
    account.double.course("create table", Course::runs(Duration::from_secs(12)).times(1));
    let mut child = account.start(&["run"]);
    let deadline = Instant::now() + Duration::from_secs(20);
    while account.double.live_queries().is_empty() && Instant::now() < deadline {
        std::thread::sleep(Duration::from_millis(20));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    account.done(&["run"]);
    assert_eq!((account.rows("things").as_str(), account.double.live_queries().len()), ("1", 1));
    account.double.settle();
    assert_eq!((account.rows("things").as_str(), account.tables().len(), account.objects().len()), ("1", 2, 4));
    let account = account.with(|sandbox| sandbox.file(&model("things"), &iceberg.replace('1', "2")));
    account.done(&["run"]);
    assert_eq!((account.rows("things").as_str(), account.objects().len()), ("2", 2));
    assert_eq!(account.tables(), [format!("{DATABASE}.things")]);
}

#[test]
fn an_interrupted_run_stops_its_queries_and_writes_down_what_became_of_it() {
    for signal in [rustix::process::Signal::INT, rustix::process::Signal::TERM] {
        let account =
            Account::new(project().file(&model("slow"), "select 1 as id").file(&model("z_later"), "select 2 as id"));
        account.double.course("slow__cadet", Course::runs(Duration::from_secs(60)));
        let mut child = account.start(&["run"]);
        let deadline = Instant::now() + Duration::from_secs(20);
        while account.double.live_queries().is_empty() && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(20));
        }
        let asked = Instant::now();
        let pid = rustix::process::Pid::from_child(&child);
        rustix::process::kill_process(pid, signal).unwrap();
        let ended = child.wait().unwrap();
        assert!(asked.elapsed() < Duration::from_secs(5), "{:?}", asked.elapsed());
        let mut shown = String::new();
        child.stdout.take().unwrap().read_to_string(&mut shown).unwrap();
        assert_eq!(ended.code(), Some(130), "{shown}");
        assert!(account.double.live_queries().is_empty());
        let results = account.sandbox.json("target/run_results.json");
        let statuses: Vec<&str> =
            results["results"].as_array().unwrap().iter().map(|result| result["status"].as_str().unwrap()).collect();
        assert_eq!(statuses, ["error", "skipped"]);
        assert_eq!((account.objects(), account.tables()), (Vec::new(), Vec::new()));
    }
}

#[test]
fn a_statement_that_failed_by_nobodys_fault_is_tried_again_in_a_new_folder() {
    let account = Account::new(project().file(&model("things"), "select 1 as id"));
    let failure = Failed::internal();
    account.double.course("create table", Course::fails(failure).leaving_files().times(2));
    account.done(&["run"]);
    assert_eq!(account.rows("things"), "1");
    assert_eq!(account.objects().len(), 1, "{:?}", account.objects());
    let starts = account.double.calls().into_iter().filter(|call| call.operation == "StartQueryExecution");
    let tokens: std::collections::BTreeSet<String> =
        starts.map(|call| call.text("ClientRequestToken").to_owned()).collect();
    assert_eq!(tokens.len(), 3);
}

#[test]
fn a_statement_that_ran_out_of_memory_is_not_tried_again() {
    let account = Account::new(project().file(&model("things"), "select 1 as id"));
    let failure = Failed::exhausted();
    account.double.run(&format!("create schema if not exists `{DATABASE}`")).unwrap();
    account.double.course("create table", Course::fails(failure).leaving_files());
    let ran = account.cadet(&["run"]);
    assert_eq!(ran.code, 1, "{}", ran.shown());
    assert!(ran.shown().contains("needs more memory than Athena has for one query"), "{}", ran.shown());
    assert_eq!(account.double.all_queries().len(), 1);
    assert_eq!(account.objects().len(), 0);
}

#[test]
fn a_table_that_someone_else_changed_meanwhile_is_theirs() {
    let account = Account::new(project().file(&model("things"), "select 1 as id"));
    account.done(&["run"]);
    account.double.forget_calls();
    // The sixth call lists the files of the new table; the next one is to show it.
    let glue = crate::support::clients(&account.double).glue;
    account.double.on_call(6, Moment::Before, |_| drop(std::thread::spawn(move || touch(&glue)).join()));
    let account = account.with(|sandbox| sandbox.file(&model("things"), "select 2 as id"));
    let ran = account.cadet(&["run"]);
    assert_eq!(ran.code, 1, "{}\n{}", ran.shown(), account.calls());
    assert!(ran.shown().contains("someone else changed prison_safety_dev_dbt.things"), "{}", ran.shown());
    assert_eq!(account.rows("things"), "1");
    assert_eq!((account.objects().len(), account.tables().len()), (1, 1));
}

/// Someone else changes the table.
pub(crate) fn touch(glue: &aws_sdk_glue::Client) {
    touch_table(glue, "things");
}

pub(crate) fn touch_table(glue: &aws_sdk_glue::Client, name: &str) {
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let table = glue.get_table().database_name(DATABASE).name(name).send().await.unwrap().table.unwrap();
        let input = aws_sdk_glue::types::TableInput::builder()
            .name(name)
            .set_storage_descriptor(table.storage_descriptor().cloned())
            .set_table_type(table.table_type().map(str::to_owned))
            .set_parameters(table.parameters().cloned())
            .description("touched")
            .build()
            .unwrap();
        glue.update_table().database_name(DATABASE).table_input(input).send().await.unwrap();
    });
}

/// A table that is partitioned by something else has to go for a moment: what is refused then leaves it there again.
#[test]
fn a_table_that_has_to_go_for_a_moment_comes_back_when_the_new_one_is_refused() {
    let parted =
        |key: &str| format!("{{{{ config(partitioned_by=['{key}']) }}}}\nselect 1 as id, 7 as n, 2024 as {key}");
    let view = "{{ config(materialized='view') }}\nselect 2 as id".to_owned();
    for text in [parted("month"), view] {
        let account = Account::new(project().file(&model("things"), &parted("year")));
        account.done(&["run"]);
        let account = account.with(|sandbox| sandbox.file(&model("things"), &text));
        for _ in 0..3 {
            account.double.inject(Planned {
                calls: Calls::EachOf("CreateTable"),
                fault: Fault::AccessDenied,
                side: Side::BeforeEffect,
                times: Times::Once,
            });
        }
        let ran = account.cadet(&["run"]);
        assert_eq!(ran.code, 1, "{}\n{}", ran.shown(), account.calls());
        assert!(ran.shown().contains("the old table is there again"), "{}", ran.shown());
        assert_eq!(account.rows("things"), "1, 7, 2024", "{}", account.calls());
        assert_eq!((account.objects().len(), account.tables().len()), (1, 1), "{:?}", account.tables());
        account.double.clear_faults();
        account.done(&["run"]);
        assert_eq!(account.tables().len(), 1);
    }
}

#[test]
fn what_is_refused_once_is_tried_again_while_the_table_is_missing() {
    let parted =
        |key: &str| format!("{{{{ config(partitioned_by=['{key}']) }}}}\nselect 1 as id, 7 as n, 2024 as {key}");
    let account = Account::new(project().file(&model("things"), &parted("year")));
    account.done(&["run"]);
    let account = account.with(|sandbox| sandbox.file(&model("things"), &parted("month").replace("7", "8")));
    account.double.inject(Planned {
        calls: Calls::EachOf("CreateTable"),
        fault: Fault::AccessDenied,
        side: Side::BeforeEffect,
        times: Times::Once,
    });
    account.done(&["run"]);
    assert_eq!(account.rows("things"), "1, 8, 2024");
}
