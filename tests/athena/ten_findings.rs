//! The ten things that were found in what dbt does on Athena, each of which loses data, hides an error or fails, and what
//! cadet does instead. `double_dbt` shows some of them on dbt itself.

use std::sync::{Arc, Mutex};

use crate::account::{Account, DATABASE, model, project, rows};
use crate::double::World;
use crate::double::athena::plan::Course;
use crate::double::athena::query::Failed;
use crate::double::call::Call;
use crate::double::faults::{Calls, Fault, Planned, Side, Times};
use crate::double::hooks::Moment;

const SEED: &str = "seeds/prison/prison_safety/prison_safety__codes.csv";
const AT_ITS_PLACE: &str = "external_location=generate_s3_location()";

/// The rows of a table at every moment of a run, each set once.
fn watched(account: &Account, table: &'static str) -> Arc<Mutex<Vec<String>>> {
    let seen: Arc<Mutex<Vec<String>>> = Arc::default();
    let own = Arc::clone(&seen);
    let look = move |world: &World, _: &Call| {
        let found = world.rows(&format!("{DATABASE}.{table}")).map_or_else(|error| error, |found| rows(&found));
        let mut seen = own.lock().unwrap();
        if !seen.contains(&found) {
            seen.push(found);
        }
    };
    account.double.on_every_call(Moment::Before, look.clone());
    account.double.on_every_call(Moment::InsteadOfReply, look);
    seen
}

fn table(config: &str, query: &str) -> String {
    format!("{{{{ config({config}) }}}}\n{query}")
}

#[test]
fn finding_1_a_table_is_never_missing_while_it_is_rebuilt() {
    let of = |value: &str| table(AT_ITS_PLACE, &format!("select {value} as id"));
    let account = Account::new(project().file(&model("things"), &of("1")));
    account.done(&["run"]);
    let account = account.with(|sandbox| sandbox.file(&model("things"), &of("2")));
    let seen = watched(&account, "things");
    account.done(&["run"]);
    assert_eq!(*seen.lock().unwrap(), ["1", "2"]);
}

#[test]
fn finding_2_more_than_a_hundred_partitions_at_a_given_place_are_all_there() {
    let config = format!("{AT_ITS_PLACE}, partitioned_by=['day']");
    let query = "select n as id, date_add('day', n, date '2024-01-01') as day from unnest(sequence(1, 120)) as t (n)";
    let account = Account::new(project().file(&model("things"), &table(&config, query)));
    let incremental = format!("materialized='incremental', incremental_strategy='insert_overwrite', {config}");
    let account = account.with(|sandbox| sandbox.file(&model("grown"), &table(&incremental, query)));
    account.done(&["run"]);
    account.done(&["run", "--full-refresh"]);
    for table in ["things", "grown"] {
        assert_eq!(account.rows(table).lines().count(), 120, "{table}");
    }
}

/// One that dbt wrote, and then one that cadet wrote.
#[test]
fn finding_3_a_full_refresh_of_an_iceberg_table_at_a_given_place_keeps_its_rows() {
    let config = format!(
        "materialized='incremental', table_type='iceberg', incremental_strategy='merge', unique_key='id', {AT_ITS_PLACE}"
    );
    let of = |id: u8| table(&config, &format!("select {id} as id"));
    let account = Account::new(project().file(&model("things"), &of(2)));
    let place =
        "s3://mojap-derived-tables/dev/models/domain_name=prison/database_name=prison_safety_dev_dbt/table_name=things";
    account.double.run(&format!("create schema if not exists `{DATABASE}`")).unwrap();
    let create = format!(
        "create table \"awsdatacatalog\".\"{DATABASE}\".\"things\" with (table_type = 'iceberg', is_external = false, \
         location = '{place}', format = 'parquet') as select 1 as id"
    );
    account.double.run(&create).unwrap();
    let seen = watched(&account, "things");
    account.done(&["run", "--full-refresh"]);
    assert_eq!(account.rows("things"), "2");
    let account = account.with(|sandbox| sandbox.file(&model("things"), &of(3)));
    account.done(&["run", "--full-refresh"]);
    assert_eq!(account.rows("things"), "3");
    assert!(
        seen.lock().unwrap().iter().all(|rows| ["1", "2", "3"].contains(&rows.as_str())),
        "{:?}",
        seen.lock().unwrap()
    );
}

#[test]
fn finding_4_a_seed_after_a_failed_seed_has_all_of_its_rows() {
    let account = Account::new(project().file(SEED, "id,name\n1,a\n2,b\n"));
    account.done(&["seed"]);
    let account = account.with(|sandbox| sandbox.file(SEED, "id,name\n1,a\n2,b\n3,c\n"));
    account.double.inject(Planned {
        calls: Calls::EachOf("UpdateTable"),
        fault: Fault::AccessDenied,
        side: Side::BeforeEffect,
        times: Times::Once,
    });
    assert_eq!(account.cadet(&["seed"]).code, 1);
    assert_eq!(account.rows("codes"), "1, a\n2, b");
    let ran = account.done(&["retry"]);
    assert_eq!(account.rows("codes"), "1, a\n2, b\n3, c", "{}", ran.shown());
    assert_eq!(account.objects().len(), 1, "{:?}", account.objects());
}

#[test]
fn finding_5_a_broken_contract_leaves_the_table_that_was_there() {
    let account = Account::new(project().file(&model("things"), "select 1 as id"));
    account.done(&["run"]);
    let yaml = "version: 2\nmodels:\n  - name: prison_safety__things\n    config: {contract: {enforced: true}}\n    \
                columns:\n      - {name: id, data_type: varchar}\n";
    let account = account.with(|sandbox| sandbox.file("models/prison/prison_safety/things.yml", yaml));
    let seen = watched(&account, "things");
    let ran = account.cadet(&["run"]);
    assert!(ran.code == 1 && ran.stdout.contains("the contract is broken"), "{}", ran.shown());
    assert_eq!(*seen.lock().unwrap(), ["1"]);
}

#[test]
fn finding_6_a_second_try_neither_hides_the_error_nor_adds_rows_twice() {
    let account = Account::new(project().file(&model("things"), "select 1 as id"));
    account.double.run(&format!("create schema if not exists `{DATABASE}`")).unwrap();
    account.double.course("create table", Course::fails(Failed::exhausted()).leaving_files().times(1));
    let ran = account.cadet(&["run"]);
    assert!(ran.stdout.contains("needs more memory than Athena has for one query"), "{}", ran.shown());
    assert!(!ran.stdout.contains("HIVE_PATH_ALREADY_EXISTS"), "{}", ran.shown());
    account.double.course("create table", Course::fails(Failed::internal()).leaving_files().times(1));
    account.done(&["run"]);
    let grown = table("materialized='incremental', incremental_strategy='append'", "select 2 as id");
    let account = account.with(|sandbox| sandbox.file(&model("things"), &grown));
    account.double.inject(Planned {
        calls: Calls::EachOf("GetQueryResults"),
        fault: Fault::Reset,
        side: Side::AfterEffect,
        times: Times::Once,
    });
    account.done(&["run"]);
    assert_eq!(account.rows("things"), "1\n2");
    // An answer that never comes fails the step, and the rows come once when it is run again.
    let account = account.with(|sandbox| sandbox.file(&model("things"), &grown.replace('2', "3")));
    account.double.inject(Planned {
        calls: Calls::EachOf("GetQueryResults"),
        fault: Fault::AccessDenied,
        side: Side::AfterEffect,
        times: Times::Once,
    });
    assert_eq!(account.cadet(&["run"]).code, 1);
    assert_eq!(account.rows("things"), "1\n2");
    account.done(&["retry"]);
    assert_eq!(account.rows("things"), "1\n2\n3");
}

/// Sixty-four queries at once: as many as cadet ever has.
#[test]
fn finding_7_a_run_that_is_stopped_stops_its_queries_and_can_be_gone_on_with() {
    const MANY: usize = 64;
    let sandbox =
        (0..=MANY).fold(project(), |sandbox, at| sandbox.file(&model(&format!("m{at:02}")), "select 1 as id"));
    let account = Account::new(sandbox);
    account.double.course("create table", Course::runs(std::time::Duration::from_secs(600)));
    let mut child = account.start(&["run", "--threads", "64"]);
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(60);
    while account.double.live_queries().len() < MANY && std::time::Instant::now() < deadline {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    assert_eq!(account.double.live_queries().len(), MANY);
    let asked = std::time::Instant::now();
    rustix::process::kill_process(rustix::process::Pid::from_child(&child), rustix::process::Signal::TERM).unwrap();
    let code = child.wait().unwrap().code();
    let took = asked.elapsed();
    assert_eq!(code, Some(130));
    assert!(took < std::time::Duration::from_secs(5), "{took:?}");
    let ends = account.double.all_queries().into_iter().map(|query| query.ended.unwrap());
    let last = ends.max().unwrap().duration_since(asked);
    assert!(last < std::time::Duration::from_secs(2), "{last:?}");
    let results = account.sandbox.json("target/run_results.json");
    let of = |status: &str| results["results"].as_array().unwrap().iter().filter(|it| it["status"] == status).count();
    assert_eq!((of("error"), of("skipped")), (MANY, 1));
    account.double.clear_courses();
    account.done(&["retry", "--threads", "8"]);
    assert_eq!((account.tables().len(), account.objects().len()), (MANY + 1, MANY + 1));
}

#[test]
fn finding_8_a_snapshot_that_fails_keeps_its_history() {
    let of = |select: &str| {
        format!(
            "{{% snapshot prison_safety__history %}}\n{{{{ config(unique_key='id', strategy='check', check_cols='all') }}}}\n\
             {select}\n{{% endsnapshot %}}\n"
        )
    };
    const FILE: &str = "snapshots/prison/prison_safety/prison_safety__history.sql";
    let history = |account: &Account| {
        let query = format!("select id, name, dbt_valid_to is null from {DATABASE}.history order by 2");
        rows(&account.double.rows(&query).unwrap())
    };
    let account = Account::new(project().file(FILE, &of("select 1 as id, 'a' as name")));
    account.done(&["snapshot"]);
    let account = account.with(|sandbox| sandbox.file(FILE, &of("select 1 / 0 as id, 'b' as name")));
    let seen = watched(&account, "history");
    for _ in 0..2 {
        assert_eq!(account.cadet(&["snapshot"]).code, 1);
        assert_eq!(history(&account), "1, a, true");
    }
    let first = seen.lock().unwrap().first().cloned().unwrap();
    assert!(seen.lock().unwrap().iter().all(|rows| *rows == first && rows.lines().count() == 1));
    let account = account.with(|sandbox| sandbox.file(FILE, &of("select 1 as id, 'b' as name")));
    account.done(&["snapshot"]);
    assert_eq!(history(&account), "1, a, false\n1, b, true");
}

#[test]
fn finding_9_no_statement_names_a_database_that_need_not_be_there() {
    let account = Account::new(project().file(&model("things"), "select 1 as id"));
    account.done(&["run"]);
    let calls = account.double.calls();
    let starts: Vec<&Call> = calls.iter().filter(|call| call.operation == "StartQueryExecution").collect();
    assert!(!starts.is_empty() && starts.iter().all(|call| call.input["QueryExecutionContext"].is_null()));
}

/// The double refuses what the service's role may not call.
#[test]
fn finding_10_partitions_are_replaced_without_calls_that_the_role_may_not_make() {
    let config = "materialized='incremental', incremental_strategy='insert_overwrite', partitioned_by=['year']";
    let of = |values: &str| table(config, &format!("select * from (values {values}) as t (id, year)"));
    let account = Account::new(project().file(&model("things"), &of("(1, 2023), (2, 2024)")));
    account.done(&["run"]);
    let account = account.with(|sandbox| sandbox.file(&model("things"), &of("(3, 2024), (4, 2025)")));
    account.done(&["run"]);
    account.done(&["run", "--full-refresh"]);
    assert_eq!(account.rows("things"), "3, 2024\n4, 2025");
    let forbidden = ["BatchDeletePartition", "BatchUpdatePartition", "BatchDeleteTable", "BatchGetQueryExecution"];
    assert!(account.double.calls().iter().all(|call| !forbidden.contains(&call.operation.as_str())));
}
