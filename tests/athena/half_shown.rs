//! Runs that are stopped in the middle of what takes several calls: what the next run does, which goes on from what is there.

use crate::account::{Account, DATABASE, model, project};
use crate::double::athena::plan::Course;
use crate::double::athena::query::Failed;
use crate::double::faults::{Calls, Fault, Planned, Side, Times};
use crate::double::hooks::Moment;

/// Runs, while an operation is refused; and then again, while nothing is.
fn refused_and_again(account: &Account, operation: &'static str, command: &str) {
    account.refuse(operation);
    let ran = account.cadet(&[command]);
    assert_eq!(ran.code, 1, "{}\n{}", ran.shown(), account.calls());
    account.double.clear_faults();
    account.done(&[command]);
}

fn note_is_gone(account: &Account) -> bool {
    account.objects().iter().all(|file| !file.contains("_cadet_"))
}

/// Rows by year, of which only those are read that the newest year of the table does not rule out.
fn late(values: &str) -> String {
    let config = "materialized='incremental', incremental_strategy='insert_overwrite', partitioned_by=['year']";
    format!(
        "{{{{ config({config}) }}}}\nselect * from (values {values}) as t (id, year)\n{{% if is_incremental() %}}\n\
         where year >= (select max(year) from {{{{ this }}}})\n{{% endif %}}"
    )
}

#[test]
fn partitions_that_were_not_shown_are_shown_before_the_next_run_looks_for_the_newest() {
    let account = Account::new(project().file(&model("things"), &late("(1, 2023)")));
    account.done(&["run"]);
    // The new year is added first, and then the old one would be led to its new rows.
    let account = account.with(|sandbox| sandbox.file(&model("things"), &late("(1, 2023), (2, 2023), (3, 2024)")));
    refused_and_again(&account, "UpdatePartition", "run");
    assert_eq!(account.rows("things"), "1, 2023\n2, 2023\n3, 2024", "{}", account.calls());
    assert!(note_is_gone(&account), "{:?}", account.objects());
    assert_eq!(account.tables(), [format!("{DATABASE}.things")]);
}

#[test]
fn a_first_table_without_its_partitions_gets_them() {
    let account = Account::new(project().file(&model("things"), &late("(1, 2023), (2, 2024)")));
    refused_and_again(&account, "BatchCreatePartition", "run");
    assert_eq!(account.rows("things"), "1, 2023\n2, 2024", "{}", account.calls());
    assert!(note_is_gone(&account), "{:?}", account.objects());
}

#[test]
fn appended_rows_of_several_partitions_are_all_there() {
    let of = |values: &str| {
        format!(
            "{{{{ config(materialized='incremental', incremental_strategy='append', partitioned_by=['kind']) }}}}\n\
             select * from (values {values}) as t (id, kind)\n{{% if is_incremental() %}}\n\
             where id > (select max(id) from {{{{ this }}}})\n{{% endif %}}"
        )
    };
    let account = Account::new(project().file(&model("things"), &of("(1, 'a')")));
    account.done(&["run"]);
    let account = account.with(|sandbox| sandbox.file(&model("things"), &of("(1, 'a'), (2, 'a'), (3, 'b')")));
    refused_and_again(&account, "UpdatePartition", "run");
    assert_eq!(account.rows("things"), "1, a\n2, a\n3, b", "{}", account.calls());
}

/// What someone else has done to a partition meanwhile is theirs.
#[test]
fn a_note_is_only_of_what_it_was_written_for() {
    let account = Account::new(project().file(&model("things"), &late("(1, 2023)")));
    account.done(&["run"]);
    let account = account.with(|sandbox| sandbox.file(&model("things"), &late("(2, 2023), (3, 2024)")));
    account.refuse("UpdatePartition");
    assert_eq!(account.cadet(&["run"]).code, 1);
    account.double.clear_faults();
    // Built anew, it is another table.
    let account = account.with(|sandbox| sandbox.file(&model("things"), &late("(7, 2022)")));
    account.done(&["run", "--full-refresh"]);
    assert_eq!(account.rows("things"), "7, 2022");
    account.done(&["run"]);
    assert_eq!(account.rows("things"), "7, 2022", "{}", account.calls());
    assert!(note_is_gone(&account), "{:?}", account.objects());
}

/// By what a table is partitioned cannot be changed: its entry has to go for a moment.
#[test]
fn the_rows_of_a_table_that_had_to_go_for_a_moment_are_there_again() {
    let of = |more: &str, values: &str| {
        format!(
            "{{{{ config(materialized='incremental', incremental_strategy='append'{more}) }}}}\n\
             select * from (values {values}) as t (id, year)\n{{% if is_incremental() %}}\n\
             where id > (select max(id) from {{{{ this }}}})\n{{% endif %}}"
        )
    };
    for (before, after) in [(", partitioned_by=['year']", ""), ("", ", partitioned_by=['year']")] {
        let account = Account::new(project().file(&model("things"), &of(before, "(1, 2023)")));
        account.done(&["run"]);
        // What was there before is not in the query any more.
        let account = account.with(|sandbox| sandbox.file(&model("things"), &of(after, "(2, 2024)")));
        refused_and_again(&account, "CreateTable", "run");
        assert_eq!(account.rows("things"), "1, 2023\n2, 2024", "{}", account.calls());
        assert!(note_is_gone(&account), "{:?}", account.objects());
        assert_eq!(account.tables(), [format!("{DATABASE}.things")]);
    }
}

#[test]
fn a_table_that_cannot_be_looked_up_is_not_built_from_nothing() {
    let grown = "{{ config(materialized='incremental', incremental_strategy='append') }}\n\
                 {% if is_incremental() %}select 2 as id{% else %}select 1 as id{% endif %}";
    let account = Account::new(project().file(&model("things"), grown));
    account.done(&["run"]);
    account.double.inject(Planned {
        calls: Calls::NthOf("GetTable", 1),
        fault: Fault::AccessDenied,
        side: Side::BeforeEffect,
        times: Times::Once,
    });
    let ran = account.cadet(&["run"]);
    assert_eq!(ran.code, 1, "{}\n{}", ran.shown(), account.calls());
    assert_eq!(account.rows("things"), "1");
    account.double.clear_faults();
    account.done(&["run"]);
    assert_eq!(account.rows("things"), "1\n2");
}

#[test]
fn a_partition_of_another_type_is_not_shown() {
    let of = |value: &str| late(&format!("({value}, 2023)"));
    let account = Account::new(project().file(&model("things"), &of("1")));
    account.done(&["run"]);
    let account = account.with(|sandbox| sandbox.file(&model("things"), &of("3000000000")));
    let ran = account.cadet(&["run"]);
    assert_eq!(ran.code, 1, "{}", ran.shown());
    let said = "the column `id` is bigint now, and integer in the partitions that are there";
    assert!(ran.shown().contains(said), "{}", ran.shown());
    assert_eq!(account.rows("things"), "1, 2023");
    assert_eq!((account.objects().len(), account.tables().len()), (1, 1), "{:?}", account.objects());
}

#[test]
fn a_partitioned_table_may_have_no_rows() {
    let of = |filter: &str| {
        format!("{{{{ config(partitioned_by=['year']) }}}}\nselect * from (values (1, 2023)) as t (id, year) {filter}")
    };
    let account = Account::new(project().file(&model("things"), &of("")));
    account.done(&["run"]);
    let account = account.with(|sandbox| sandbox.file(&model("things"), &of("where id > 7")));
    account.done(&["run"]);
    assert_eq!(account.rows("things"), "", "{}", account.calls());
    assert_eq!(account.objects(), Vec::<String>::new());
    let things = &account.double.tables()[&format!("{DATABASE}.things")];
    assert!(things.partitions.is_empty(), "{:?}", things.partitions);
}

/// Athena says that the insert failed, and its commit was taken.
#[test]
fn rows_are_not_inserted_twice_when_a_commit_was_taken_after_all() {
    let of = |value: u32| {
        format!(
            "{{{{ config(materialized='incremental', incremental_strategy='append', table_type='iceberg') }}}}\n\
             select {value} as id"
        )
    };
    let account = Account::new(project().file(&model("things"), &of(1)));
    account.done(&["run"]);
    let account = account.with(|sandbox| sandbox.file(&model("things"), &of(2)));
    account.double.course("insert into", Course::fails(Failed::internal()).after_its_effect().times(1));
    let ran = account.cadet(&["run"]);
    assert_eq!(ran.code, 1, "{}\n{}", ran.shown(), account.calls());
    assert_eq!(account.rows("things"), "1");
    account.done(&["run"]);
    assert_eq!(account.rows("things"), "1\n2");
}

/// Someone else adds rows while cadet waits for the lock: what is there is looked at when it has it.
#[test]
fn what_is_there_is_looked_at_under_the_lock() {
    let grown = "{{ config(materialized='incremental', incremental_strategy='append') }}\n\
                 {% if is_incremental() %}{% set newest = run_query('select max(id) from ' ~ this).columns[0][0] %}\
                 select {{ newest }} + 1 as id{% else %}select 1 as id{% endif %}";
    let account = Account::new(project().file(&model("things"), grown));
    account.done(&["run"]);
    account.double.forget_calls();
    let first = std::sync::atomic::AtomicBool::new(true);
    account.double.on_every_call(Moment::AfterReply, move |world, call| {
        let is_lock = call.operation == "PutObject" && call.shown().ends_with("_cadet_lock");
        if is_lock && first.swap(false, std::sync::atomic::Ordering::SeqCst) {
            world.run(&format!("insert into {DATABASE}.things select 5 as id")).unwrap();
        }
    });
    account.done(&["run"]);
    assert_eq!(account.rows("things"), "1\n5\n6", "{}", account.calls());
}

/// A first run may be killed between showing its table and removing the entry under which it was made.
#[test]
fn the_entry_that_a_first_run_on_iceberg_left_goes_with_the_next_run() {
    let config = "materialized='incremental', table_type='iceberg', incremental_strategy='merge', unique_key='id'";
    let text = format!("{{{{ config({config}) }}}}\nselect 1 as id");
    let account = Account::new(project().file(&model("things"), &text));
    account.refuse("DeleteTable");
    account.done(&["run"]);
    assert_eq!(account.tables().len(), 2);
    account.double.clear_faults();
    account.done(&["run"]);
    assert_eq!((account.tables(), account.rows("things").as_str()), (vec![format!("{DATABASE}.things")], "1"));
}

/// From the call on that writes down what is to be shown, everything takes effect and no answer comes.
#[test]
fn what_was_written_down_although_no_answer_came_leads_nowhere() {
    let prepared = || {
        let account = Account::new(project().file(&model("things"), &late("(1, 2023)")));
        account.done(&["run"]);
        account.double.forget_calls();
        account.with(|sandbox| sandbox.file(&model("things"), &late("(1, 2023), (2, 2024)")))
    };
    let account = prepared();
    account.done(&["run"]);
    let wanted = account.rows("things");
    let calls = account.double.shown_calls();
    let number =
        calls.iter().position(|call| call.contains("PutObject") && call.contains("_cadet_publish")).unwrap() + 1;
    let account = prepared();
    let calls = Calls::Number(number);
    account.double.inject(Planned { calls, fault: Fault::Reset, side: Side::AfterEffect, times: Times::Forever });
    assert_eq!(account.cadet(&["run"]).code, 1);
    account.double.clear_faults();
    account.done(&["run"]);
    assert_eq!(account.rows("things"), wanted);
    assert!(note_is_gone(&account) && account.tables().len() == 1, "{:?} {:?}", account.objects(), account.tables());
}
