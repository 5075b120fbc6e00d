//! What a run may read, where its artefacts go, and how it is gone on with.

use crate::account::{Account, model, project};
use crate::double::faults::{Calls, Fault, Planned, Side, Times};
use crate::sandbox::Sandbox;

const SEED: &str = "seeds/prison/prison_safety/prison_safety__codes.csv";

/// A seed, and a chain of two tables beside a third that read it.
fn chain() -> Sandbox {
    project()
        .file(SEED, "id,year\n1,2023\n2,2024\n")
        .file(&model("a"), "select * from {{ ref('prison_safety__codes') }}")
        .file(&model("b"), "select * from {{ ref('prison_safety__a') }}")
        .file(&model("c"), "select * from {{ ref('prison_safety__b') }}")
}

fn settings(more: &str) -> String {
    format!(
        "preset: none\nrules: {{docs: off, naming: off}}\nathena:\n  first_poll: 0.01\n  longest_poll: 0.05\n{more}"
    )
}

fn started(account: &Account) -> usize {
    account.double.all_queries().len()
}

#[test]
fn no_query_is_begun_once_the_budget_is_used_up() {
    let account = Account::new(chain());
    account.done(&["seed"]);
    let ran = account.cadet(&["run", "--max-bytes", "0.1k"]);
    insta::with_settings!({filters => vec![(r"have read [0-9.]+ kB", "have read [amount]"), (r"Athena read [0-9.]+ kB", "Athena read [amount]")]}, {
        insta::assert_snapshot!(ran.shown(), @"
           built  table       prison_safety__a  2 rows
         skipped  table       prison_safety__b  the budget of 0.1 kB is used up: the queries of this run have read [amount]
         skipped  table       prison_safety__c  the budget of 0.1 kB is used up: the queries of this run have read [amount]

        error[deploy/budget]: the budget of 0.1 kB is used up: the queries of this run have read [amount]; 2 steps were not begun
         ╭▸ cadet.yaml
         ╰ help: go on with a larger `--max-bytes`: `cadet retry` does only what is left

        ✗ 1 table built, 2 skipped. Athena read [amount] for less than $0.01.
        --- exit code 1
        ");
    });
    assert_eq!(started(&account), 1);
    // What is left is done by a retry with a larger budget.
    let ran = account.cadet(&["retry"]);
    assert_eq!(ran.code, 1, "the budget is the same: {}", ran.shown());
    assert_eq!(started(&account), 2, "{}", ran.shown());
    let ran = account.done(&["run", "--select", "prison_safety__c", "--max-bytes", "1G"]);
    assert!(ran.stdout.contains("prison_safety__c"), "{}", ran.shown());
}

#[test]
fn a_budget_can_be_a_targets_own_and_can_warn() {
    let more = "  artefacts: off\n  max_bytes: 1T\n  warn_bytes: 100\n  targets:\n    dev: {folder: dev, suffix: _dev_dbt, \
                max_bytes: 150}\n    prod: {folder: prod}\n";
    let account = Account::new(chain().file("cadet.yaml", &settings(more)));
    account.done(&["seed"]);
    let ran = account.cadet(&["run"]);
    assert_eq!(ran.code, 1, "{}", ran.shown());
    assert!(ran.stderr.contains("note: the queries of this run have read "), "{}", ran.shown());
    assert!(ran.stdout.contains("the budget of 0.1 kB is used up"), "{}", ran.shown());
    // What is typed counts before the settings of the folder.
    account.done(&["run", "--max-bytes", "1G"]);
}

#[test]
fn an_amount_that_is_none_is_refused() {
    let account = Account::new(chain());
    let ran = account.cadet(&["run", "--max-bytes", "many"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("`many` is no amount of data: write 500M, 10G or 1.5T"), "{}", ran.shown());
}

/// The addresses of the artefacts, without the time.
fn artefacts(account: &Account) -> Vec<String> {
    let all = account.double.objects("s3://mojap-derived-tables/dev/run_artefacts/");
    let steady = |address: &String| {
        let rest = address.replace("s3://mojap-derived-tables/dev/run_artefacts/", "");
        match rest.split_once("run_time=") {
            Some((before, after)) => format!("{before}run_time=[time]{}", &after[19..]),
            None => rest,
        }
    };
    all.iter().map(steady).collect()
}

#[test]
fn the_artefacts_of_a_run_are_kept_in_the_bucket() {
    let account = Account::new(project().file("cadet.yaml", &settings("")).file(&model("a"), "select 1 as id"));
    let ran = account.done(&["run"]);
    insta::assert_snapshot!(ran.shown(), @"
       built  table       prison_safety__a  1 row

    ✓ 1 table built. Athena read 0.0 kB for less than $0.01.
    Artefacts: s3://mojap-derived-tables/dev/run_artefacts/run_time=[time]/
    --- exit code 0
    ");
    insta::assert_snapshot!(artefacts(&account).join("\n"), @"
    run_time=[time]/logs/cadet.log
    run_time=[time]/target/cadet.json
    run_time=[time]/target/compiled/mojap_derived_tables/models/prison/prison_safety/prison_safety__a.sql
    run_time=[time]/target/manifest.json
    run_time=[time]/target/run/mojap_derived_tables/models/prison/prison_safety/prison_safety__a.sql
    run_time=[time]/target/run_results.json
    ");
    assert!(!account.sandbox.root().join("s3:").exists(), "an address is no folder");
}

#[test]
fn a_workflow_has_a_folder_of_its_own_with_the_newest() {
    let sandbox =
        project().file("cadet.yaml", &settings("  artefacts: workflow\n")).file(&model("a"), "select 1 as id");
    let account = Account::new(sandbox);
    let mut environment = account.double.environment();
    environment.push(("WORKFLOW_NAME", "nightly prisons".to_owned()));
    let environment: Vec<(&str, &str)> = environment.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let ran = account.sandbox.cadet_with(&["run", "--target", "dev"], &environment);
    assert_eq!(ran.code, 0, "{}", ran.shown());
    let all = artefacts(&account);
    assert!(all.contains(&"nightly-prisons/latest/target/run_results.json".to_owned()), "{all:?}");
    assert!(all.contains(&"nightly-prisons/run_time=[time]/target/manifest.json".to_owned()), "{all:?}");
}

#[test]
fn artefacts_that_cannot_be_kept_change_nothing_else_and_are_told() {
    let account = Account::new(project().file("cadet.yaml", &settings("")).file(&model("a"), "select 1 as id"));
    // The first file that is written is the table's lock.
    account.double.inject(Planned {
        calls: Calls::NthOf("PutObject", 2),
        fault: Fault::AccessDenied,
        side: Side::BeforeEffect,
        times: Times::Forever,
    });
    let ran = account.done(&["run"]);
    assert!(
        ran.stderr
            .contains("note: the artefacts cannot be kept at s3://mojap-derived-tables/dev/run_artefacts/run_time=")
    );
    assert!(ran.stderr.contains("is not authorized to perform: s3:PutObject"), "{}", ran.shown());
    assert_eq!(account.rows("a"), "1");
    assert!(account.sandbox.root().join("target/run_results.json").exists());
}

#[test]
fn a_retry_does_what_failed_and_what_was_skipped() {
    let account = Account::new(chain().file(&model("b"), "select nothing from {{ ref('prison_safety__a') }}"));
    assert_eq!(account.cadet(&["build"]).code, 1);
    let account = account.with(|sandbox| sandbox.file(&model("b"), "select * from {{ ref('prison_safety__a') }}"));
    let before = started(&account);
    // The target is that of the run before.
    let environment = account.double.environment();
    let environment: Vec<(&str, &str)> = environment.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let ran = account.sandbox.cadet_with(&["retry"], &environment);
    insta::assert_snapshot!(ran.shown(), @"
    Going on with `cadet build`: 2 steps failed or skipped.
       built  table       prison_safety__b  2 rows
       built  table       prison_safety__c  2 rows

    ✓ 2 tables built. Athena read 1.4 kB for less than $0.01.
    --- exit code 0
    ");
    assert_eq!(started(&account) - before, 2);
    assert_eq!(account.rows("c"), "1, 2023\n2, 2024");
    insta::assert_snapshot!(account.sandbox.cadet_with(&["retry"], &environment).shown(), @"
    Nothing to do again: every step of the last run went well.
    --- exit code 0
    ");
}

#[test]
fn an_interrupted_run_is_gone_on_with() {
    gone_on_with_after(rustix::process::Signal::INT);
}

/// It could not say how it ended.
#[test]
fn a_killed_run_is_gone_on_with() {
    gone_on_with_after(rustix::process::Signal::KILL);
}

fn gone_on_with_after(signal: rustix::process::Signal) {
    let account = Account::new(chain());
    account.done(&["seed"]);
    account
        .double
        .course("a__cadet", crate::double::athena::plan::Course::runs(std::time::Duration::from_secs(60)).times(1));
    let mut child = account.start(&["run"]);
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(30);
    while account.double.live_queries().is_empty() && std::time::Instant::now() < deadline {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    rustix::process::kill_process(rustix::process::Pid::from_child(&child), signal).unwrap();
    let interrupted = (signal == rustix::process::Signal::INT).then_some(130);
    assert_eq!(child.wait().unwrap().code(), interrupted);
    let ran = account.done(&["retry"]);
    assert!(ran.stdout.contains("Going on with `cadet run`: 3 steps failed or skipped."), "{}", ran.shown());
    assert_eq!(account.rows("c"), "1, 2023\n2, 2024");
}
