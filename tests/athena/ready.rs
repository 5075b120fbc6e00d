//! `cadet debug`: what is looked at, and what is said to be missing.

use crate::account::{Account, model, project};
use crate::double::athena::queries::Workgroup;

fn account() -> Account {
    Account::new(project().file(&model("a"), "select 1 as id"))
}

/// The lines after the one with the version.
fn shown(account: &Account) -> String {
    let ran = account.cadet(&["debug"]);
    let shown = ran.shown();
    let lines = shown.split_once('\n').unwrap().1;
    let mut parts = lines.split("_cadet_debug_");
    let first = parts.next().unwrap().to_owned();
    parts.fold(first, |shown, part| format!("{shown}_cadet_debug_[id]{}", &part[32..]))
}

#[test]
fn everything_that_is_needed_is_looked_at() {
    let account = account();
    insta::assert_snapshot!(shown(&account), @"
    ✓ project      mojap_derived_tables in [folder]: 1 model, 0 seeds, 0 tests
    ✓ settings     cadet.yaml
    ✓ profile      mojap_derived_tables: the target dev on athena
    ✓ credentials  found
    ✓ workgroup    primary, Athena engine version 3
    ✓ query        runs; its results go to s3://dbt-query-dump/
    ✓ bucket       s3://mojap-derived-tables/dev/, empty so far
    ✓ writing      a file below s3://mojap-derived-tables/dev/models/domain_name=prison/database_name=prison_safety_dev_dbt/table_name=a, and deleting it
    ✓ database     prison_safety_dev_dbt is not there yet; cadet makes it (glue:CreateDatabase)
    --- exit code 0
    ");
    assert_eq!((account.objects().len(), account.tables().len()), (0, 0));
    account.done(&["run"]);
    assert!(shown(&account).contains("✓ database     prison_safety_dev_dbt\n"));
}

#[test]
fn what_the_role_lacks_is_named_with_action_and_resource() {
    let account = account();
    account.done(&["run"]);
    for operation in ["StartQueryExecution", "ListObjectsV2", "PutObject", "GetDatabase"] {
        account.refuse(operation);
    }
    insta::assert_snapshot!(shown(&account), @"
    ✓ project      mojap_derived_tables in [folder]: 1 model, 0 seeds, 0 tests
    ✓ settings     cadet.yaml
    ✓ profile      mojap_derived_tables: the target dev on athena
    ✓ credentials  found
    ✓ workgroup    primary, Athena engine version 3
    ✗ query        the role may not athena:StartQueryExecution on arn:aws:athena:eu-west-1:123456789012:workgroup/primary
                   help: the role needs athena:StartQueryExecution, GetQueryExecution and GetQueryResults on the workgroup, and s3:GetBucketLocation, GetObject and PutObject on the bucket of the results
    ✗ bucket       the role may not s3:ListBucket on arn:aws:s3:::mojap-derived-tables/
                   help: have the action `s3:ListBucket` on `arn:aws:s3:::mojap-derived-tables/` added to the role's policy
    ✗ writing      the role may not s3:PutObject on arn:aws:s3:::mojap-derived-tables/dev/models/domain_name=prison/database_name=prison_safety_dev_dbt/table_name=a/_cadet_debug_[id]
                   help: have the action `s3:PutObject` on `arn:aws:s3:::mojap-derived-tables/dev/models/domain_name=prison/database_name=prison_safety_dev_dbt/table_name=a/_cadet_debug_[id]` added to the role's policy
    ✗ database     the role may not glue:GetDatabase on arn:aws:glue:eu-west-1:123456789012:catalog
                   help: have the action `glue:GetDatabase` on `arn:aws:glue:eu-west-1:123456789012:catalog` added to the role's policy
    --- exit code 3
    ");
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
