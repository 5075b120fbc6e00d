//! dbt-core as the oracle: the fixture project through both, and every difference named.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod artefacts;
mod clean;
mod deps;
mod projects;
mod snapshots;
#[path = "../cadet/support/mod.rs"]
mod support;
mod units;
mod venv;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use serde_json::Value;
use support::{HERE, Sandbox};
use tempfile::TempDir;
use venv::{PYTHON, run, script};

/// Models in SQL that only Trino, or DuckDB with cadet's macros, understands: dbt-duckdb cannot build them.
const TRINO_ONLY: &[&str] = &[
    "court_listings__results_stg+",
    "prison_safety__dates_dim",
    "prison_safety__incident_tags_fct",
    "prison_population__languages_fct",
];

fn oracle(args: &[&str]) {
    run(script(&PYTHON, "oracle.py").args(args));
}

fn json(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))).unwrap()
}

/// A profile whose names are those of the project's own, on DuckDB.
fn duckdb_profile(folder: &Path) -> PathBuf {
    let database = folder.join("awsdatacatalog.duckdb");
    let text = format!(
        "mojap_derived_tables:\n  target: dev\n  outputs:\n    dev:\n      type: duckdb\n      path: {}\n      schema: mojap\n      threads: 1\n",
        database.display()
    );
    let profiles = folder.join("profiles");
    fs::create_dir_all(&profiles).unwrap();
    fs::write(profiles.join("profiles.yml"), text).unwrap();
    profiles
}

/// What dbt made of the fixture: its manifest and its tables.
struct Dbt {
    manifest: Value,
    tables: Value,
}

static DBT: LazyLock<Dbt> = LazyLock::new(|| {
    let (project, out) = (Sandbox::fixture(), TempDir::new().unwrap());
    let profiles = duckdb_profile(out.path());
    let source_data = format!("{HERE}/fixtures/source_data");
    let mut args = vec![
        "build",
        project.root().to_str().unwrap(),
        profiles.to_str().unwrap(),
        &source_data,
        out.path().to_str().unwrap(),
    ];
    args.extend(TRINO_ONLY);
    oracle(&args);
    Dbt { manifest: json(&out.path().join("manifest.json")), tables: json(&out.path().join("tables.json")) }
});

/// What cadet made of the fixture; dbt's own readers take its artefacts.
static CADET: LazyLock<Dbt> = LazyLock::new(|| {
    let (project, out) = (Sandbox::fixture(), TempDir::new().unwrap());
    let compiled = project.cadet(&["compile"]);
    assert_eq!(compiled.code, 0, "{}", compiled.shown());
    let manifest = json(&project.root().join("target/manifest.json"));
    let built = project.cadet(&["build", "--source-data", &format!("{HERE}/fixtures/source_data")]);
    assert_eq!(built.code, 0, "{}", built.shown());
    let dump = out.path().join("tables.json");
    oracle(&["artefacts", project.root().join("target").to_str().unwrap()]);
    oracle(&["dump", project.root().join("target/cadet.duckdb").to_str().unwrap(), dump.to_str().unwrap()]);
    Dbt { manifest, tables: json(&dump) }
});

/// The fields of a node that must be equal.
fn fields(node: &Value) -> BTreeMap<&'static str, Value> {
    let mut refs = node["refs"].clone();
    for reference in refs.as_array_mut().into_iter().flatten() {
        // dbt keeps a version as it was written, cadet as a number where it looks like one.
        let version = reference["version"].as_str().and_then(|version| version.parse::<i64>().ok());
        if let Some(version) = version {
            reference["version"] = version.into();
        }
    }
    let mut nodes: Vec<Value> = node["depends_on"]["nodes"].as_array().cloned().unwrap_or_default();
    nodes.sort_by_key(Value::to_string);
    let mut fields = BTreeMap::from([("depends_on.nodes", nodes.into()), ("refs", refs)]);
    for name in [
        "name",
        "resource_type",
        "package_name",
        "path",
        "original_file_path",
        "fqn",
        "database",
        "schema",
        "alias",
        "relation_name",
        "tags",
        "description",
        "sources",
        "version",
        "latest_version",
    ] {
        fields.insert(name, node[name].clone());
    }
    for name in [
        "materialized",
        "tags",
        "meta",
        "external_location",
        "partitioned_by",
        "incremental_strategy",
        "severity",
        "where",
        "limit",
        "warn_if",
        "error_if",
        "fail_calc",
        "enabled",
        "column_types",
    ] {
        fields.insert(name, node["config"][name].clone());
    }
    fields
}

#[test]
fn dbt_parses_the_fixture_on_athena_without_a_warning() {
    let project = Sandbox::fixture();
    let root = project.root().to_str().unwrap();
    oracle(&["dbt", root, root, "deps"]);
    oracle(&["dbt", root, root, "--warn-error", "--show-all-deprecations", "parse"]);
}

#[test]
fn both_read_the_same_nodes_with_the_same_names_and_references() {
    let ids = |manifest: &Value, key: &str| {
        manifest[key].as_object().unwrap().keys().cloned().collect::<std::collections::BTreeSet<_>>()
    };
    for key in ["nodes", "sources"] {
        assert_eq!(ids(&CADET.manifest, key), ids(&DBT.manifest, key));
    }
    let mut differences = Vec::new();
    for (id, theirs) in DBT.manifest["nodes"].as_object().unwrap() {
        let (theirs, ours) = (fields(theirs), fields(&CADET.manifest["nodes"][id]));
        for (name, value) in theirs {
            if ours[name] != value {
                differences.push(format!("{id} {name}: dbt {value}, cadet {}", ours[name]));
            }
        }
    }
    assert!(differences.is_empty(), "{} differences:\n{}", differences.len(), differences.join("\n"));
}

#[test]
fn every_model_compiles_to_the_same_sql() {
    let mut compared = 0;
    for (id, theirs) in DBT.manifest["nodes"].as_object().unwrap().iter().filter(|(id, _)| id.starts_with("model.")) {
        assert_eq!(CADET.manifest["nodes"][id]["compiled_code"], theirs["compiled_code"], "{id}");
        compared += 1;
    }
    assert_eq!(compared, 28);
}

#[test]
fn both_build_the_same_tables_row_by_row() {
    let theirs = DBT.tables.as_object().unwrap();
    for (name, table) in theirs {
        assert_eq!(&CADET.tables[name], table, "{name}");
    }
    assert_eq!(theirs.len(), 30, "22 models, 2 seeds and 6 sources: {:?}", theirs.keys());
}
