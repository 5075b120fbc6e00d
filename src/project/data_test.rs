//! The `data_tests:` of property files in, test nodes out.
//!
//! Names and ids are dbt's: `dbt.parser.generic_test_builders` and `dbt.parser.schema_generic_tests`.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::config::{self, Config};
use super::node::{Node, ResourceType, TestInfo};
use super::package::Package;
use super::problem::{Problem, ProblemKind};
use super::properties;
use crate::finding::Place;
use crate::jinja::environment::md5;
use crate::jinja::relation::Relation;
use crate::jinja::values;
use crate::parse::yaml::{self, Yaml};

/// Arguments that are configs even when they stand beside the others.
const CONFIG_ARGS: &[&str] = &[
    "severity",
    "tags",
    "enabled",
    "where",
    "limit",
    "warn_if",
    "error_if",
    "fail_calc",
    "store_failures",
    "store_failures_as",
    "meta",
    "database",
    "schema",
    "alias",
];

/// What is tested, and where that is written.
pub struct Tested<'a> {
    /// The package whose property file it is.
    pub package: &'a Package,
    /// The property file, relative to the root project.
    pub path: &'a str,
    /// The name in the test's name: a versioned model's has its version.
    pub name: String,
    /// How the test refers to it: `ref('x')` or `source('a', 'b')`.
    pub reference: String,
    /// `source_` for a source's tests.
    pub prefix: &'a str,
    pub attached_to: String,
}

/// The test nodes of one model, seed or source table: its own and its columns'.
pub fn tests(tested: &Tested<'_>, yaml: &Yaml, columns: Option<&[String]>, problems: &mut Vec<Problem>) -> Vec<Node> {
    let mut nodes = Vec::new();
    let mut add = |test: &Yaml, column: Option<&str>| match node(tested, test, column) {
        Ok(node) => nodes.push(node),
        Err(problem) => problems.push(problem),
    };
    for test in properties::data_tests(yaml) {
        add(test, None);
    }
    for column in yaml.get("columns").map_or(&[][..], Yaml::items) {
        let Some(name) = column.get("name").and_then(Yaml::scalar) else { continue };
        if columns.is_some_and(|known| !known.contains(&name)) {
            continue;
        }
        for test in properties::data_tests(column) {
            add(test, Some(&name));
        }
    }
    nodes
}

/// One test as written, taken apart.
struct Written {
    name: String,
    args: Map<String, Value>,
    config: Config,
    custom_name: Option<String>,
    description: String,
}

fn node(tested: &Tested<'_>, test: &Yaml, column: Option<&str>) -> Result<Node, Problem> {
    let name = test.entries().first().map_or(&test.span, |(key, _)| &key.span);
    let place = Place::span(tested.path, name.clone());
    let mut written = written(test, column).map_err(|message| {
        Problem::new(ProblemKind::Properties, message, place.clone())
            .help("write a test as `- not_null`, or as `- accepted_values:` with its arguments indented below it")
    })?;
    let model = format!("{{{{ get_where_subquery({}) }}}}", tested.reference);
    written.args.insert("model".to_owned(), Value::String(model));
    let (namespace, name) = match written.name.split_once('.') {
        Some((namespace, name)) => (Some(namespace.to_owned()), name.to_owned()),
        None => (None, written.name.clone()),
    };
    let (short, full) = names(tested, namespace.as_deref(), &name, &written);
    if short != full && !written.config.contains_key("alias") {
        written.config.insert("alias".to_owned(), Value::String(short.clone()));
    }
    let id =
        format!("test.{}.{full}.{}", tested.package.name(), hash(&full, namespace.as_deref(), &name, &written.args));
    let info = TestInfo {
        macro_name: format!("test_{name}"),
        namespace,
        name,
        kwargs: written.args,
        column_name: column.map(str::to_owned),
        attached_to: Some(tested.attached_to.clone()),
    };
    Ok(build(tested, place, (id, short, full), (info, written.config, written.description)))
}

fn build(
    tested: &Tested<'_>,
    place: Place,
    (unique_id, short, full): (String, String, String),
    (info, config, description): (TestInfo, Config, String),
) -> Node {
    let original = tested.package.relative(tested.path).to_owned();
    let folders = original.split('/').skip(1);
    let folders: Vec<String> = folders.map(str::to_owned).collect();
    let mut fqn = vec![tested.package.name().to_owned()];
    fqn.extend(folders.iter().take(folders.len().saturating_sub(1)).cloned());
    fqn.push(full.clone());
    let mut merged = config::defaults(ResourceType::Test);
    for key in ["tests", "data_tests"] {
        for level in tested.package.file.configs(key, &fqn) {
            config::merge(&mut merged, &level);
        }
    }
    config::merge(&mut merged, &config);
    let namespaced =
        info.namespace.as_ref().map_or_else(|| info.macro_name.clone(), |space| format!("{space}.{}", info.macro_name));
    Node {
        unique_id,
        resource_type: ResourceType::Test,
        name: full,
        package: tested.package.name().to_owned(),
        path: format!("{short}.sql"),
        file: tested.path.to_owned(),
        original_file_path: original,
        fqn,
        raw: format!("{{{{ {namespaced}(**_dbt_generic_test_kwargs) }}}}").into(),
        raw_start: 0,
        template: None,
        checksum: String::new(),
        config: merged,
        description,
        columns: indexmap::IndexMap::new(),
        patch: None,
        version: None,
        latest_version: None,
        relation: Relation::default(),
        alias: String::new(),
        schema: String::new(),
        database: String::new(),
        refs: Vec::new(),
        sources: Vec::new(),
        depends_on: Vec::new(),
        macros: std::collections::BTreeSet::new(),
        test: Some(info),
        place,
        is_broken: false,
    }
}

fn written(test: &Yaml, column: Option<&str>) -> Result<Written, String> {
    let (name, mut args) = match &test.value {
        yaml::Value::String(name) => (name.clone(), Map::new()),
        yaml::Value::Map(_) => match test.get("test_name").and_then(Yaml::scalar) {
            Some(name) => {
                let mut args = object(test);
                args.remove("test_name");
                (name, args)
            }
            None => match test.entries() {
                [(key, body)] => (key.name.clone(), object(body)),
                _ => {
                    return Err(
                        "this test has more than one name: its arguments must be indented below its name".into()
                    );
                }
            },
        },
        _ => return Err("this is not a test".into()),
    };
    if args.contains_key("model") {
        return Err("a test may not be given an argument named `model`: dbt fills it in".into());
    }
    if let Some(column) = column {
        args.insert("column_name".to_owned(), column.into());
    }
    if let Some(Value::Object(more)) = args.remove("arguments") {
        args.extend(more);
    }
    let mut config = Config::new();
    for key in CONFIG_ARGS {
        config.extend(args.remove(*key).filter(|value| !value.is_null()).map(|value| ((*key).to_owned(), value)));
    }
    if let Some(Value::Object(more)) = args.remove("config") {
        config.extend(more.into_iter().filter(|(_, value)| !value.is_null()));
    }
    let text = |value: Option<Value>| value.and_then(|value| value.as_str().map(str::to_owned));
    let (custom_name, description) = (text(args.remove("name")), text(args.remove("description")).unwrap_or_default());
    Ok(Written { name, args, config, custom_name, description })
}

fn object(yaml: &Yaml) -> Map<String, Value> {
    if let Value::Object(entries) = yaml.to_json() { entries } else { Map::new() }
}

/// The short and the full name: a full name of 64 characters or more is cut and hashed.
fn names(tested: &Tested<'_>, namespace: Option<&str>, name: &str, written: &Written) -> (String, String) {
    if let Some(custom) = &written.custom_name {
        return (custom.clone(), custom.clone());
    }
    let space = namespace.map_or_else(String::new, |namespace| format!("{namespace}_"));
    let kind = format!("{space}{}{name}", tested.prefix);
    let sorted: BTreeMap<&String, &Value> = written.args.iter().filter(|(key, _)| *key != "model").collect();
    let parts: Vec<String> = sorted.values().flat_map(|value| flat(value)).map(|part| clean(&part)).collect();
    let identifier = format!("{kind}_{}", tested.name);
    let full = format!("{identifier}_{}", parts.join("__"));
    if full.len() < 64 {
        return (full.clone(), full);
    }
    let start: String = identifier.chars().take(30).collect();
    (format!("{start}_{}", md5(&full)), full)
}

fn flat(value: &Value) -> Vec<String> {
    let text = |value: &Value| values::text(&values::from_json(value));
    match value {
        Value::Array(items) => items.iter().map(text).collect(),
        Value::Object(entries) => entries.values().map(text).collect(),
        scalar => vec![text(scalar)],
    }
}

/// Every run of characters other than letters, digits and `_` becomes one `_`.
fn clean(text: &str) -> String {
    let mut out = String::new();
    let mut gap = false;
    for c in text.chars() {
        let keeps = c.is_ascii_alphanumeric() || c == '_';
        if keeps || !gap {
            out.push(if keeps { c } else { '_' });
        }
        gap = !keeps;
    }
    out
}

/// The last ten digits of the MD5 of the name and of Python's repr of the sorted metadata.
fn hash(full: &str, namespace: Option<&str>, name: &str, args: &Map<String, Value>) -> String {
    let mut metadata = Map::new();
    metadata.insert("kwargs".to_owned(), Value::Object(args.clone()));
    metadata.insert("name".to_owned(), name.into());
    metadata.insert("namespace".to_owned(), namespace.unwrap_or("None").into());
    let repr = values::repr(&values::from_json(&sorted(&Value::Object(metadata))));
    let digest = md5(&format!("{full}{repr}"));
    digest[digest.len() - 10..].to_owned()
}

/// Keys sorted, and every scalar as text.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(entries) => {
            let entries: BTreeMap<_, _> = entries.iter().collect();
            entries.into_iter().map(|(key, value)| (key.clone(), sorted(value))).collect()
        }
        Value::Array(items) => items.iter().map(sorted).collect(),
        Value::String(_) => value.clone(),
        scalar => Value::String(values::text(&values::from_json(scalar))),
    }
}
