//! `cadet debug`: what is looked at, and what is said to be missing.

use crate::account::{Account, model, project};
use crate::double::athena::queries::Workgroup;
use crate::double::faults::{Calls, Fault, Planned, Side, Times};

fn account() -> Account {
    Account::new(project().file(&model("a"), "select 1 as id"))
}

/// The lines after the one with the version.
fn shown(account: &Account) -> String {
    let ran = account.cadet(&["debug"]);
    let shown = ran.shown();
    shown.split_once('\n').unwrap().1.to_owned()
}

fn refuse(account: &Account, operation: &'static str) {
    account.double.inject(Planned {
        calls: Calls::EachOf(operation),
        fault: Fault::AccessDenied,
        side: Side::BeforeEffect,
        times: Times::Forever,
    });
}

#[test]
fn everything_that_is_needed_is_looked_at() {
    let account = account();
    insta::assert_snapshot!(shown(&account), @"");
    assert_eq!((account.objects().len(), account.tables().len()), (0, 0));
    account.done(&["run"]);
    assert!(shown(&account).contains("✓ database     prison_safety_dev_dbt\n"));
}

#[test]
fn what_the_role_lacks_is_named_with_action_and_resource() {
    let account = account();
    account.done(&["run"]);
    for operation in ["StartQueryExecution", "ListObjectsV2", "PutObject", "GetDatabase"] {
        refuse(&account, operation);
    }
    insta::assert_snapshot!(shown(&account), @"");
}

#[test]
fn a_workgroup_that_would_put_tables_elsewhere_is_told() {
    let account = account().with(|sandbox| {
        sandbox.file("cadet.yaml", "preset: none\nathena: {workgroup: strict, first_poll: 0.01, artefacts: off}\n")
    });
    let shown_before = shown(&account);
    assert!(
        shown_before.contains("✗ workgroup    strict: InvalidRequestException: WorkGroup strict is not found."),
        "{shown_before}"
    );
    account.double.add_workgroup("strict", Workgroup { output: Some("s3://dbt-query-dump/".into()), enforces: true });
    let ran = account.cadet(&["debug"]);
    assert_eq!(ran.code, 3, "{}", ran.shown());
    assert!(ran.stdout.contains("✗ workgroup    strict enforces a place for its results"), "{}", ran.shown());
}

#[test]
fn who_has_no_credentials_is_told_how_to_get_some() {
    let account = account();
    let mut environment = account.double.environment();
    environment.retain(|(name, _)| !name.contains("KEY") && !name.contains("TOKEN"));
    let environment: Vec<(&str, &str)> = environment.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let ran = account.sandbox.cadet_with(&["debug", "--target", "dev"], &environment);
    assert_eq!(ran.code, 3, "{}", ran.shown());
    assert!(ran.stdout.contains("✗ credentials  there are none"), "{}", ran.shown());
    assert!(ran.stdout.contains("help: log in (`aws sso login`)"), "{}", ran.shown());
    assert!(!ran.stdout.contains("workgroup "), "{}", ran.shown());
}
