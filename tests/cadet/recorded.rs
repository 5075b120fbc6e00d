//! Templates beside what dbt made of them in a whole project: dbt's own context, and the answers of a warehouse.
//!
//! `tests/jinja/context.py` wrote dbt's texts down. What differs has a row in docs/dbt-differences.md.

use std::fs;
use std::path::Path;

use crate::support::Sandbox;

/// Templates that cadet renders otherwise, by a piece of their text, with the reason.
const DIFFERS: &[(&str, &str)] = &[
    ("function is defined", "functions are not read"),
    ("context_macro_stack", "an object of dbt's own"),
    ("invocation_args_dict", "the others are arguments of dbt's"),
    ("root_project_name", "cadet has it everywhere, dbt in YAML"),
    ("{{ target }}", "cadet has its keys in another order, and never a key"),
    ("target.keys()", "as above"),
    ("flags.PARTIAL_PARSE", "the answers were made without"),
    ("flags.QUIET", "the answers were made with it"),
    ("flags.get(", "cadet's flags are a dict"),
    ("tojson(flags", "as above"),
    ("model.compiled_path", "what is not set is none"),
    ("model.build_path", "what is not set is none"),
    ("model.created_at", "not there"),
    ("model.keys()", "dbt leaves out what is not set"),
    ("model.constraints", "not there"),
    ("model.config_call_dict", "not there"),
    ("model.group }}", "what is not set is none"),
    ("model.version }}", "what is not set is none"),
    ("model.docs }}", "what is not set is none"),
    ("model.patch_path", "what is not set is none"),
    ("model.extra_ctes", "what is not set is none"),
    ("model.config }}", "what is not set is none"),
    ("model.config.keys()", "what is not set is none"),
    ("model.batch", "what is not set is none"),
    ("model.time_spine", "what is not set is none"),
    ("model.pop", "`model` is not changed"),
    ("model.config['post-hook']", "what is not set is none"),
    ("[0].keys()|list|sort", "a source is a node"),
    ("builtins.keys()", "without what cadet does not have"),
    ("context.get('shop').keys()", "macros are in the order of their names"),
    ("modules.re.I }}", "flags are numbers"),
    ("fromyaml('a: 2024-01-01')", "a date in YAML is text"),
    ("f: 2024-01-01 10:00:00", "a date in YAML is text"),
    ("fromyaml(': : :')", "YAML 1.2"),
    ("'m': 'a\\nb'", "another quote"),
    ("var('vlist')", "a variable is not changed by another template"),
    ("{{ load_result }}", "an address in memory"),
    ("renameable_relations", "not there"),
    ("adapter.list_relations(", "cadet has it"),
    ("adapter.config", "not there"),
    ("adapter.behavior.nope", "a flag that is not known is off"),
    ("get_column_schema_from_query('select 1')", "dbt had no connection"),
    ("list_relations_without_caching(", "cadet has it"),
    ("adapter.cache_added", "what writes"),
    ("adapter.rename_relation", "what writes"),
    ("build_ref_function", "Python models"),
    ("build_source_function", "Python models"),
    ("build_config_dict", "Python models"),
    ("py_script_comment", "Python models"),
    ("collect_freshness", "materialisations"),
    ("validate_sql(", "materialisations"),
    ("process_bucket_column", "materialisations"),
    ("create_columns(", "materialisations"),
    ("get_drop_sql", "materialisations"),
    ("drop_view(", "materialisations"),
    ("get_csv_sql", "materialisations"),
    ("run_hooks", "materialisations"),
    ("get_delete_insert_merge_sql", "materialisations"),
    ("get_merge_sql", "materialisations"),
    ("get_insert_overwrite_merge_sql", "materialisations"),
    ("{{ dbt.type_string }}", "an address in memory"),
    ("{{ type_string }}", "an address in memory"),
    ("{{ my_macro }}", "an address in memory"),
    ("zip(default=1)", "an address in memory"),
    ("{'items': 5}.items", "an address in memory"),
    ("attr('keys')", "an address in memory"),
    (".columns[0].data_type", "an address in memory"),
    (".encode('utf-8')", "texts are no bytes"),
    (".maketrans(", "texts are no bytes"),
    ("(1.5).hex()", "rare methods of numbers"),
    (".to_bytes(", "rare methods of numbers"),
    ("'a,b' | split(',')", "cadet has it"),
    ("lipsum is defined", "not there"),
    ("{{ caller }}", "an object of Jinja's own"),
    ("'ß'.casefold()", "one letter in another form"),
    ("'１２'.isdigit()", "digits of other scripts"),
    ("dict.fromkeys", "not there"),
    ("incorporate(identifier='x')", "an unknown argument is an error"),
    ("ref('base', w=1)", "an unknown argument is an error"),
    ("dbt_athena.athena__", "cadet has the package"),
    ("rows[0].dict()", "an ordered dict is a dict"),
    ("to_json is defined", "not there"),
    ("map(attribute='dtype')", "the local engine has Athena's types"),
    ("map(attribute='data_type')", "the local engine has Athena's types"),
    ("c.is_numeric()", "the local engine has Athena's types"),
    ("information_schema.", "the local engine has none"),
    ("validation.any[", "dbt fails at the brackets"),
    ("'constraints':[{'type':'custom'", "dbt fails on a quoted column"),
];

fn rows(folder: &str) -> Vec<(String, Option<String>)> {
    let text = fs::read_to_string(Path::new(folder).join("templates.json")).unwrap();
    let rows: Vec<serde_json::Value> = serde_json::from_str(&text).unwrap();
    let row = |row: &serde_json::Value| {
        (row["template"].as_str().unwrap().to_owned(), row["dbt"].as_str().map(str::to_owned))
    };
    rows.iter().map(row).collect()
}

/// The project of a folder, with a model for each template.
fn project(folder: &str, rows: &[(String, Option<String>)]) -> Sandbox {
    let mut sandbox = Sandbox::new();
    let mut open = vec![Path::new(folder).to_owned()];
    while let Some(place) = open.pop() {
        for entry in fs::read_dir(place).unwrap().flatten() {
            let path = entry.path();
            match path.is_dir() {
                true => open.push(path),
                false if path.ends_with("templates.json") => {}
                false => {
                    let name = path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
                    sandbox = sandbox.file(&name, &fs::read_to_string(&path).unwrap());
                }
            }
        }
    }
    for (at, (template, _)) in rows.iter().enumerate() {
        sandbox = sandbox.file(&format!("models/s/s{at:04}.sql"), template);
    }
    sandbox
}

/// Compiles all of them, and says where cadet's text is another one than dbt's.
fn compare(sandbox: &Sandbox, rows: &[(String, Option<String>)]) {
    let ran = sandbox.cadet(&["compile"]);
    let mut differences = Vec::new();
    for (at, (template, dbt)) in rows.iter().enumerate() {
        let path = sandbox.root().join(format!("target/compiled/shop/models/s/s{at:04}.sql"));
        let found = fs::read_to_string(path).ok();
        if found != *dbt && !DIFFERS.iter().any(|(known, _)| template.contains(known)) {
            differences.push(format!("s{at:04} {template}\n  dbt:   {dbt:?}\n  cadet: {found:?}"));
        }
    }
    assert!(differences.is_empty(), "{}\n{}", differences.join("\n"), ran.shown());
}

#[test]
fn the_context_is_dbts() {
    let rows = rows("tests/jinja/context");
    assert!(rows.len() > 1_000);
    compare(&project("tests/jinja/context", &rows), &rows);
}

#[test]
fn answers_of_queries_are_as_in_dbt() {
    let rows = rows("tests/jinja/answers");
    let sandbox = project("tests/jinja/answers", &rows);
    // Templates that dbt refuses are told as well.
    assert!(sandbox.cadet(&["build", "--select", "pay"]).shown().contains("built  table       pay"));
    compare(&sandbox, &rows);
}
