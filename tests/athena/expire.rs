//! What is old: what is listed, what is removed, and what is left.

use crate::account::{Account, DATABASE, model, project, steady};
use crate::double::BUCKET;
use crate::double::hooks::Moment;

const FOLDER: &str = "dev/models/domain_name=prison/database_name=prison_safety_dev_dbt";

/// Two tables, a view and a seed of cadet's, a table of dbt's, a file of someone's, and what a killed run has left.
fn account() -> Account {
    let sandbox = project()
        .file("seeds/prison/prison_safety/prison_safety__codes.csv", "id\n1\n")
        .file(&model("plain"), "select 1 as id")
        .file(&model("parted"), "{{ config(partitioned_by=['year']) }}\nselect 1 as id, 2024 as year")
        .file(&model("seen"), "{{ config(materialized='view') }}\nselect * from {{ ref('prison_safety__plain') }}");
    let account = Account::new(sandbox);
    account.done(&["build"]);
    let create = format!(
        "create table \"awsdatacatalog\".\"{DATABASE}\".\"by_dbt\" with (table_type = 'hive', external_location = \
         's3://{BUCKET}/{FOLDER}/table_name=by_dbt', format = 'parquet') as select 9 as id"
    );
    account.double.run(&create).unwrap();
    account.double.put_object(&format!("s3://{BUCKET}/{FOLDER}/table_name=plain/notes.txt"), b"mine");
    let account = account.with(|sandbox| sandbox.file(&model("killed"), "select 1 as id"));
    killed(&account);
    account
}

/// A run that is killed when its table is there under its temporary name.
fn killed(account: &Account) {
    account.double.forget_calls();
    let pid = std::sync::Arc::new(std::sync::Mutex::new(None));
    let own = std::sync::Arc::clone(&pid);
    // Lock, query, poll, results: the fifth call looks the new table up.
    account.double.on_call(7, Moment::Before, move |_| {
        let pid = rustix::process::Pid::from_raw(own.lock().unwrap().unwrap()).unwrap();
        let _ = rustix::process::kill_process(pid, rustix::process::Signal::KILL);
        std::thread::sleep(std::time::Duration::from_millis(50));
    });
    let mut guard = pid.lock().unwrap();
    let mut child = account.start(&["run", "--select", "prison_safety__killed"]);
    *guard = Some(i32::try_from(child.id()).unwrap());
    drop(guard);
    assert!(!child.wait().unwrap().success());
    std::thread::sleep(std::time::Duration::from_millis(100));
}

fn shown(account: &Account, args: &[&str]) -> String {
    let ran = account.cadet(args);
    steady(&ran.shown())
}

#[test]
fn what_is_old_is_listed_and_then_removed() {
    let account = account();
    let before = (account.objects(), account.tables());
    assert_eq!(account.cadet(&["expire"]).stdout, "Nothing of cadet's is older than 10 days.\n");
    insta::with_settings!({filters => vec![(r"[0-9.]+ kB", "[size]"), (r"cadet-[0-9a-z-]+", "[run]")]}, {
        insta::assert_snapshot!(shown(&account, &["expire", "--older-than", "0h"]), @"
             old  table      prison_safety_dev_dbt.codes  [size], 0 hours
             old  table      prison_safety_dev_dbt.killed  [size], 0 hours
             old  table      prison_safety_dev_dbt.parted  [size], 0 hours
             old  table      prison_safety_dev_dbt.plain  [size], 0 hours
             old  view       prison_safety_dev_dbt.seen  [size], 0 hours
             old  leftover   prison_safety_dev_dbt.killed__cadet_[owner]  [size], 0 hours
             old  lock       s3://mojap-derived-tables/dev/models/domain_name=prison/database_name=prison_safety_dev_dbt/table_name=killed/_cadet_lock  [size], 0 hours

        7 things of cadet's, [size], would be removed. Nothing was: pass --apply to do it.
        --- exit code 0
        ");
    });
    assert_eq!((account.objects(), account.tables()), before);
    insta::with_settings!({filters => vec![(r"[0-9.]+ kB", "[size]"), (r"cadet-[0-9a-z-]+", "[run]")]}, {
        insta::assert_snapshot!(shown(&account, &["expire", "--older-than", "0h", "--apply"]), @"
         removed  table      prison_safety_dev_dbt.codes  [size], 0 hours
         removed  table      prison_safety_dev_dbt.killed  [size], 0 hours
         removed  table      prison_safety_dev_dbt.parted  [size], 0 hours
         removed  table      prison_safety_dev_dbt.plain  [size], 0 hours
         removed  view       prison_safety_dev_dbt.seen  [size], 0 hours
         removed  leftover   prison_safety_dev_dbt.killed__cadet_[owner]  [size], 0 hours
         removed  lock       s3://mojap-derived-tables/dev/models/domain_name=prison/database_name=prison_safety_dev_dbt/table_name=killed/_cadet_lock  [size], 0 hours

        Removed 7 things, [size]; left 0.
        --- exit code 0
        ");
    });
    let left: Vec<String> =
        account.objects().iter().map(|key| key.split("table_name=").last().unwrap().to_owned()).collect();
    assert!(left.len() == 2 && left[0].starts_with("by_dbt/") && left[1] == "plain/notes.txt", "{left:?}");
    assert_eq!(account.tables(), [format!("{DATABASE}.by_dbt")]);
    assert_eq!(account.rows("by_dbt"), "9");
}

/// A run that was killed while it changed an Iceberg table leaves a second entry, which leads to the table's own files.
#[test]
fn a_second_entry_of_a_table_goes_without_the_tables_files() {
    let merged = "{{ config(table_type='iceberg', materialized='incremental', incremental_strategy='merge', \
                  unique_key='id') }}\nselect 1 as id";
    let account = Account::new(project().file(&model("plain"), merged));
    account.done(&["run"]);
    let pid = std::sync::Arc::new(std::sync::Mutex::new(None));
    let own = std::sync::Arc::clone(&pid);
    account.double.on_every_call(Moment::Before, move |_, call| {
        if call.operation == "StartQueryExecution" && call.shown().contains("merge into") {
            let pid = rustix::process::Pid::from_raw(own.lock().unwrap().unwrap()).unwrap();
            let _ = rustix::process::kill_process(pid, rustix::process::Signal::KILL);
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
    });
    let mut guard = pid.lock().unwrap();
    let mut child = account.start(&["run"]);
    *guard = Some(i32::try_from(child.id()).unwrap());
    drop(guard);
    assert!(!child.wait().unwrap().success());
    assert_eq!(account.tables().len(), 2);
    let listed = shown(&account, &["expire", "--older-than", "0h"]);
    assert!(listed.contains("leftover   prison_safety_dev_dbt.plain__cadet_[owner]_[run]  0.0 kB"), "{listed}");
    assert_eq!(account.rows("plain"), "1");
    // The files go with the table itself.
    account.done(&["expire", "--older-than", "0h", "--apply"]);
    assert!(account.tables().is_empty() && account.objects().is_empty(), "{:?}", account.objects());
}

#[test]
fn what_another_run_works_on_is_left() {
    let account = Account::new(project().file(&model("plain"), "select 1 as id"));
    account.done(&["run"]);
    let lock = r#"{"holder":"x","term":60,"since":"01:15:00 UTC","workflow":null,"branch":"theirs","machine":"y","process":1}"#;
    account.double.put_object(&format!("s3://{BUCKET}/{FOLDER}/table_name=plain/_cadet_lock"), lock.as_bytes());
    let ran = account.cadet(&["expire", "--older-than", "0h", "--apply"]);
    assert_eq!(ran.code, 1, "{}", ran.shown());
    let wanted = "prison_safety_dev_dbt.plain is being built by a run of the branch `theirs`, since 01:15:00 UTC";
    assert!(ran.stdout.contains(wanted), "{}", ran.shown());
    assert_eq!(account.rows("plain"), "1");
    assert_eq!(account.objects().len(), 2);
}

#[test]
fn what_is_built_anew_meanwhile_is_left() {
    let account = Account::new(project().file(&model("plain"), "select 1 as id"));
    account.done(&["run"]);
    account.double.forget_calls();
    let glue = crate::support::clients(&account.double).glue;
    let done = std::sync::Mutex::new(Some(glue));
    // Between the list and the removal the table is another.
    account.double.on_every_call(Moment::Before, move |_, call| {
        let glue = done.lock().unwrap().take_if(|_| call.operation == "PutObject");
        if let Some(glue) = glue {
            drop(std::thread::spawn(move || crate::faults::touch_table(&glue, "plain")).join());
        }
    });
    let ran = account.cadet(&["expire", "--older-than", "0h", "--apply"]);
    assert!(ran.stdout.contains("it was built anew meanwhile"), "{}", ran.shown());
    assert_eq!((ran.code, account.rows("plain").as_str()), (1, "1"));
}

#[test]
fn a_partition_whose_files_are_gone_is_removed_and_the_others_stay() {
    let text = "{{ config(partitioned_by=['year']) }}\nselect * from (values (1, 2023), (2, 2024)) as t (id, year)";
    let account = Account::new(project().file(&model("parted"), text));
    account.done(&["run"]);
    let gone = account.double.objects("s3://mojap-derived-tables/").into_iter().find(|key| key.contains("year=2023"));
    account.double.delete_object(&gone.unwrap());
    account.double.age_partitions(DATABASE, "parted", 7200.0);
    insta::assert_snapshot!(account.cadet(&["expire", "--older-than", "1h", "--apply"]).shown(), @"
     removed  partition  prison_safety_dev_dbt.parted (2023)  0.0 kB, 2 hours

    Removed 1 thing, 0.0 kB; left 0.
    --- exit code 0
    ");
    let table = &account.double.tables()[&format!("{DATABASE}.parted")];
    assert_eq!((table.partitions.len(), account.rows("parted").as_str()), (1, "2, 2024"));
}

#[test]
fn production_is_left_unless_the_settings_say_otherwise() {
    let account = Account::new(project().file(&model("plain"), "select 1 as id"));
    assert_eq!(account.cadet_on("prod", &["run"]).code, 0);
    insta::assert_snapshot!(account.cadet_on("prod", &["expire", "--older-than", "0h", "--apply"]).shown(), @"
    --- stderr
    error: nothing is removed from the target `prod`
    help: `expires: true` under `athena.targets.prod` in cadet.yaml allows it
    --- exit code 2
    ");
    assert_eq!(account.tables(), ["prison_safety.plain"]);
    let settings = "preset: none\nathena:\n  artefacts: off\n  targets:\n    prod: {folder: prod, expires: true}\n";
    let account = account.with(|sandbox| sandbox.file("cadet.yaml", settings));
    assert_eq!(account.cadet_on("prod", &["expire", "--older-than", "0h", "--apply"]).code, 0);
    assert_eq!((account.tables().len(), account.objects().len()), (0, 0));
}
