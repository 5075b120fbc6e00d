//! dbt with its adapter for Athena, on the double: a second caller that nobody here wrote, and what it does to tables.
//!
//! Not run by itself, since it needs Python and the network: `cargo test --test athena double_dbt -- --ignored`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex};

use tempfile::TempDir;

use crate::double::Double;
use crate::double::hooks::Moment;
use crate::support::python;

/// The environment that `tests/parity` has too.
const PACKAGES: [&str; 4] = ["dbt-core==1.11.16", "dbt-duckdb==1.10.1", "dbt-athena==1.10.2", "duckdb==2.0.0"];

const PROJECT: &str = "name: p\nversion: '1.0'\nprofile: p\nmodels:\n  +materialized: table\n  +schema: null\n";

const PROFILE: &str = "p:
  target: dev
  outputs:
    dev:
      type: athena
      database: awsdatacatalog
      schema: safety
      region_name: eu-west-1
      s3_staging_dir: s3://dbt-query-dump/
      s3_data_dir: s3://mojap-derived-tables/dev/models/
      s3_data_naming: schema_table_unique
      poll_interval: 0
      threads: 1
      num_retries: 0
";

const FILES: [(&str, &str); 8] = [
    ("dbt_project.yml", PROJECT),
    ("profiles.yml", PROFILE),
    ("seeds/codes.csv", "id,name,day\n1,a,2024-01-01\n2,b,2024-01-02\n"),
    ("models/plain.sql", "select id, name, day from {{ ref('codes') }}"),
    (
        "models/parted.sql",
        "{{ config(materialized='incremental', incremental_strategy='insert_overwrite', partitioned_by=['day']) }}\n\
         select id, name, day from {{ ref('plain') }}",
    ),
    (
        "models/merged.sql",
        "{{ config(materialized='incremental', table_type='iceberg', incremental_strategy='merge', unique_key='id') }}\n\
         select id, name || '!' as name from {{ ref('plain') }}",
    ),
    ("models/seen.sql", "{{ config(materialized='view') }}\nselect count(*) as n from {{ ref('parted') }}"),
    (
        "models/tests.yml",
        "models:\n  - name: plain\n    columns:\n      - name: id\n        data_tests: [unique, not_null]\n",
    ),
];

/// What dbt prints, and whether it is content.
fn ran(double: &Double, folder: &Path, args: &[&str]) -> (String, bool) {
    let mut command = Command::new(python("dbt", &PACKAGES));
    command
        .args(["-m", "dbt.cli.main"])
        .args(args)
        .args(["--profiles-dir", ".", "--no-use-colors"])
        .current_dir(folder)
        .envs(double.environment());
    let output = command.env("DBT_SEND_ANONYMOUS_USAGE_STATS", "false").output().unwrap();
    let out = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    (out, output.status.success())
}

fn dbt(double: &Double, folder: &Path, args: &[&str]) -> String {
    let (out, is_good) = ran(double, folder, args);
    assert!(is_good, "{out}");
    out
}

fn write(folder: &Path, path: &str, text: &str) {
    let path = folder.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

#[test]
fn dbt_builds_its_project_twice() {
    let double = Double::start();
    let folder = TempDir::new().unwrap();
    for (path, text) in FILES {
        write(folder.path(), path, text);
    }
    for _ in 0..2 {
        let out = dbt(&double, folder.path(), &["build"]);
        assert!(out.contains("PASS=7 WARN=0 ERROR=0"), "{out}");
        let rows = |table: &str| {
            let mut rows = double.rows(table).unwrap();
            rows.sort();
            rows.iter().map(|row| row.iter().flatten().cloned().collect::<Vec<_>>().join(" ")).collect::<Vec<_>>()
        };
        assert_eq!(rows("safety.parted"), ["1 a 2024-01-01", "2 b 2024-01-02"]);
        assert_eq!(rows("safety.merged"), ["1 a!", "2 b!"]);
        assert_eq!(rows("safety.seen"), ["2"]);
    }
    // What it costs to build one table anew; the polls are left out, as their number hangs on the time.
    double.forget_calls();
    // What a reader sees after each of the calls.
    let seen = Arc::new(Mutex::new(BTreeSet::new()));
    let own = Arc::clone(&seen);
    double.on_every_call(Moment::InsteadOfReply, move |world, _| {
        let rows = world.rows("safety.plain").map_or_else(|error| error, |rows| format!("{} rows", rows.len()));
        own.lock().unwrap().insert(rows);
    });
    dbt(&double, folder.path(), &["run", "--select", "plain"]);
    let mut counts = BTreeMap::new();
    for call in double.calls().iter().filter(|call| call.operation != "GetQueryExecution") {
        *counts.entry(format!("{:?} {}", call.service, call.operation)).or_insert(0) += 1;
    }
    let counts: Vec<String> = counts.into_iter().map(|(name, count)| format!("{count} {name}")).collect();
    assert_eq!(
        counts,
        [
            "6 Athena GetQueryResults",
            "3 Athena StartQueryExecution",
            "1 Glue DeleteTable",
            "1 Glue GetDatabases",
            "2 Glue GetTable",
            "1 Glue GetTables",
            "1 S3 DeleteObjects",
            "1 S3 ListObjects",
            "2 S3 ListObjectsV2",
            "4 Sts GetCallerIdentity",
        ]
    );
    // First without its files, and then without itself.
    assert_eq!(
        seen.lock().unwrap().iter().collect::<Vec<_>>(),
        ["0 rows", "2 rows", "TABLE_NOT_FOUND: line 1:15: Table 'awsdatacatalog.safety.plain' does not exist",]
    );
}

/// What `ten_findings` shows that cadet does not do: the numbers are the same.
#[test]
fn dbt_loses_what_the_findings_say() {
    let double = Double::start();
    let folder = TempDir::new().unwrap();
    let place = |name: &str| format!("external_location='s3://mojap-derived-tables/dev/models/{name}'");
    write(folder.path(), "dbt_project.yml", PROJECT);
    write(folder.path(), "profiles.yml", PROFILE);
    // 2: more than a hundred partitions at a given place.
    let query = "select n as id, date_add('day', n, date '2024-01-01') as day from unnest(sequence(1, 120)) as t (n)";
    let parts = format!("{{{{ config({}, partitioned_by=['day']) }}}}\n{query}", place("parts"));
    write(folder.path(), "models/parts.sql", &parts);
    let out = dbt(&double, folder.path(), &["run", "--select", "parts"]);
    assert!(out.contains("PASS=1 WARN=0 ERROR=0"), "{out}");
    assert_eq!(double.rows("safety.parts").unwrap().len(), 0, "{out}");
    // 5: a contract that is broken.
    write(folder.path(), "models/promised.sql", &format!("{{{{ config({}) }}}}\nselect 1 as id", place("promised")));
    dbt(&double, folder.path(), &["run", "--select", "promised"]);
    assert_eq!(double.rows("safety.promised").unwrap().len(), 1);
    let yaml = "models:\n  - name: promised\n    config: {contract: {enforced: true}}\n    columns:\n      - {name: id, data_type: varchar}\n";
    write(folder.path(), "models/promised.yml", yaml);
    let (out, is_good) = ran(&double, folder.path(), &["run", "--select", "promised"]);
    assert!(!is_good && out.contains("contract"), "{out}");
    let gone = double.rows("safety.promised").unwrap_err();
    assert!(gone.starts_with("TABLE_NOT_FOUND"), "{gone}");
}
