//! The `data_tests:` of property files in, test nodes out.
//!
//! Names and ids are dbt's: `dbt.parser.generic_test_builders` and `dbt.parser.schema_generic_tests`.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::config::{self, Config};
use super::drafts::{fqn, named_as_usual};
use super::entries;
use super::node::{Node, ResourceType, TestInfo};
use super::package::Package;
use super::problem::{Problem, ProblemKind};
use super::reader::Reader;
use crate::finding::Place;
use crate::jinja::environment::md5;
use crate::jinja::scope::RefKey;
use crate::jinja::{render, values};
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

/// What a test refers to.
#[derive(Debug, Clone)]
pub(super) enum Target {
    Node(RefKey),
    Source(String, String),
}

impl Target {
    /// The call that the test's `model` argument makes.
    fn call(&self) -> String {
        match self {
            Self::Node(RefKey { name, version: Some(version), .. }) if !version.is_falsy() => {
                format!("ref('{name}', version='{version}')")
            }
            Self::Node(RefKey { name, .. }) => format!("ref('{name}')"),
            Self::Source(source, table) => format!("source('{source}', '{table}')"),
        }
    }
}

/// What is tested, and where that is written.
pub(super) struct Tested<'a> {
    /// The package whose property file it is.
    pub package: &'a Package,
    /// The property file, relative to the root project.
    pub path: &'a str,
    /// The name in the test's name: a versioned model's has its version.
    pub name: String,
    pub target: Target,
    /// `source_` for a source's tests.
    pub prefix: &'a str,
    pub attached_to: Option<String>,
    /// `models.x`: the entry of the property file.
    pub file_key_name: String,
    /// The tags that every test of it has.
    pub tags: Vec<String>,
    pub quotes_columns: bool,
}

/// A test as the property file has it, and the configs that it sets.
pub(super) struct Written {
    pub node: Box<Node>,
    pub config: Config,
    pub target: Target,
}

/// The tests of one model, seed, snapshot or source table: its columns' and its own.
pub(super) fn tests(
    reader: &Reader<'_>,
    tested: &Tested<'_>,
    own: &[Yaml],
    columns: &[&Yaml],
    problems: &mut Vec<Problem>,
) -> Vec<Written> {
    let mut found = Vec::new();
    let mut add = |test: &Yaml, column: Option<&Yaml>| match written(reader, tested, test, column, problems) {
        Ok(test) => found.push(test),
        Err(problem) => problems.push(*problem),
    };
    for column in columns {
        for test in entries::data_tests(column).unwrap_or_default() {
            add(test, Some(column));
        }
    }
    for test in own {
        add(test, None);
    }
    found
}

/// A test taken apart.
struct Parts {
    name: String,
    args: Map<String, Value>,
    config: Config,
    custom_name: Option<String>,
    description: String,
}

fn written(
    reader: &Reader<'_>,
    tested: &Tested<'_>,
    test: &Yaml,
    column: Option<&Yaml>,
    problems: &mut Vec<Problem>,
) -> Result<Written, Box<Problem>> {
    let key = test.entries().iter().find(|(key, _)| key.name != "test_name");
    let span = key.map_or(&test.span, |(key, _)| &key.span);
    let place = Place::span(tested.path, span.clone());
    let column_name = column.and_then(|column| {
        let name = column.get("name").and_then(Yaml::scalar)?;
        let quotes = column.get("quote").and_then(Yaml::as_bool).unwrap_or(tested.quotes_columns);
        Some(if quotes { format!("\"{name}\"") } else { name })
    });
    let mut parts = parts(reader, test, column_name.as_deref()).map_err(|message| {
        Box::new(
            Problem::new(ProblemKind::Properties, message, place.clone())
                .help("write a test as `- not_null`, or as `- accepted_values:` with its arguments indented below it"),
        )
    })?;
    render_configs(reader, tested, &mut parts.config, &place, problems);
    let model = format!("{{{{ get_where_subquery({}) }}}}", tested.target.call());
    parts.args.insert("model".to_owned(), Value::String(model));
    let (namespace, name) = match parts.name.split_once('.') {
        Some((namespace, name)) => (Some(namespace.to_owned()), name.to_owned()),
        None => (None, parts.name.clone()),
    };
    let (short, full) = names(tested, namespace.as_deref(), &name, &parts);
    if short != full && !parts.config.contains_key("alias") {
        parts.config.insert("alias".to_owned(), Value::String(short.clone()));
    }
    let id = format!("test.{}.{full}.{}", tested.package.name(), hash(&full, namespace.as_deref(), &name, &parts.args));
    let mut node = Node::new(ResourceType::Test, tested.package.name(), &full, place);
    node.unique_id = id;
    node.path = format!("{short}.sql");
    node.original_file_path = tested.package.relative(tested.path).to_owned();
    node.fqn = fqn(tested.package, node.original_file_path.split_once('/').map_or("", |(_, below)| below), &full);
    node.raw = raw(namespace.as_deref(), &name, &parts.config).into();
    node.description = parts.description;
    let column_tags = column.map(|column| {
        let mut tags = entries::texts(column.get("tags"));
        tags.extend(entries::texts(column.get("config").and_then(|config| config.get("tags"))));
        tags
    });
    node.tags = tested.tags.iter().cloned().chain(column_tags.unwrap_or_default()).collect();
    node.tags.extend(config::texts(parts.config.get("tags")));
    node.tags.sort();
    node.tags.dedup();
    named_as_usual(reader, &mut node);
    node.test = Some(Box::new(TestInfo {
        macro_name: format!("test_{name}"),
        namespace,
        name,
        kwargs: parts.args,
        column_name,
        attached_to: tested.attached_to.clone(),
        file_key_name: tested.file_key_name.clone(),
    }));
    Ok(Written { node: Box::new(node), config: parts.config, target: tested.target.clone() })
}

/// The template that dbt writes for a test: the call of its macro, and its configs.
fn raw(namespace: Option<&str>, name: &str, config: &Config) -> String {
    let space = namespace.map_or_else(String::new, |namespace| format!("{namespace}."));
    let value = |value: &Value| match value {
        Value::String(text) => format!("\"{}\"", text.replace('"', "\\\"")),
        other => values::repr(&values::from_json(other)),
    };
    let configs: Vec<String> = config.iter().map(|(key, set)| format!("{key}={}", value(set))).collect();
    let call = format!("{{{{ {space}test_{name}(**_dbt_generic_test_kwargs) }}}}");
    if configs.is_empty() { call } else { format!("{call}{{{{ config({}) }}}}", configs.join(",")) }
}

/// Renders the configs that are text; the arguments are rendered when the test is.
fn render_configs(
    reader: &Reader<'_>,
    tested: &Tested<'_>,
    config: &mut Config,
    place: &Place,
    problems: &mut Vec<Problem>,
) {
    for value in config.values_mut() {
        let Value::String(text) = value else { continue };
        match render::native(reader.yaml_scope(tested.package.name()), text, tested.path) {
            Ok(rendered) => *value = values::to_json(&rendered),
            Err(problem) => {
                problems.push(Problem::new(ProblemKind::Jinja, problem.message, place.clone()).help(problem.help));
            }
        }
    }
    config.retain(|_, value| !value.is_null());
}

fn parts(reader: &Reader<'_>, test: &Yaml, column: Option<&str>) -> Result<Parts, String> {
    let (name, mut args) = match &test.value {
        yaml::Value::String(name) => (name.to_string(), Map::new()),
        yaml::Value::Map(_) => match test.get("test_name").and_then(Yaml::scalar) {
            Some(name) => {
                let mut args = object(test);
                args.remove("test_name");
                (name, args)
            }
            None => match test.entries() {
                [(key, body)] => (key.name.to_string(), object(body)),
                _ => {
                    return Err(
                        "this test has more than one name: its arguments must be indented below its name".into()
                    );
                }
            },
        },
        _ => return Err("this is not a test".into()),
    };
    if let Some(column) = column {
        args.insert("column_name".to_owned(), column.into());
    }
    // The flag under which `arguments:` means what it says is on unless the project turns it off.
    if reader.root().file.flag("require_generic_test_arguments_property") != Some(false)
        && let Some(arguments) = args.shift_remove("arguments")
    {
        args.extend(arguments.as_object().cloned().unwrap_or_default());
    }
    if args.contains_key("model") {
        return Err("a test may not be given an argument named `model`: dbt fills it in".into());
    }
    let mut config = Config::new();
    let mut nested = match args.shift_remove("config") {
        Some(Value::Object(nested)) => Some(nested),
        _ => None,
    };
    for key in CONFIG_ARGS {
        let beside = args.shift_remove(*key);
        let set = match &mut nested {
            Some(nested) if beside.as_ref().is_none_or(is_falsy) => nested.shift_remove(*key),
            _ => beside,
        };
        config.extend(set.filter(|value| !value.is_null()).map(|value| ((*key).to_owned(), value)));
    }
    config.extend(nested.unwrap_or_default());
    let text = |value: Option<Value>| value.and_then(|value| value.as_str().map(str::to_owned));
    let (custom_name, description) =
        (text(args.shift_remove("name")), text(args.shift_remove("description")).unwrap_or_default());
    Ok(Parts { name, args, config, custom_name, description })
}

/// What Python takes for false: dbt then looks for the config under `config:`.
fn is_falsy(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(value) => !value,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(entries) => entries.is_empty(),
        Value::Number(number) => number.as_f64() == Some(0.0),
    }
}

fn object(yaml: &Yaml) -> Map<String, Value> {
    if let Value::Object(entries) = yaml.to_json() { entries } else { Map::new() }
}

/// The short and the full name: a full name of 64 characters or more is cut and hashed.
fn names(tested: &Tested<'_>, namespace: Option<&str>, name: &str, written: &Parts) -> (String, String) {
    if let Some(custom) = &written.custom_name {
        return (custom.clone(), custom.clone());
    }
    let space = namespace.map_or_else(String::new, |namespace| format!("{namespace}_"));
    let kind = format!("{space}{}{name}", tested.prefix);
    let sorted: BTreeMap<&String, &Value> = written.args.iter().filter(|(key, _)| *key != "model").collect();
    let parts: Vec<String> = sorted.values().flat_map(|value| flat(value)).map(|part| clean(&part)).collect();
    let identifier = format!("{kind}_{}", tested.name);
    let full = format!("{identifier}_{}", parts.join("__"));
    if full.chars().count() < 64 {
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
    let mut text = format!("{full}{{'kwargs': ");
    write_map(&mut text, args);
    text.push_str(", 'name': ");
    values::write_quoted(&mut text, name);
    text.push_str(", 'namespace': ");
    values::write_quoted(&mut text, namespace.unwrap_or("None"));
    text.push('}');
    let digest = md5(&text);
    digest[digest.len() - 10..].to_owned()
}

/// As Python's repr writes a dict with its keys sorted.
fn write_map(out: &mut String, entries: &Map<String, Value>) {
    let entries: BTreeMap<_, _> = entries.iter().collect();
    out.push('{');
    for (at, (key, value)) in entries.into_iter().enumerate() {
        out.push_str(if at > 0 { ", " } else { "" });
        values::write_quoted(out, key);
        out.push_str(": ");
        write(out, value);
    }
    out.push('}');
}

/// As Python's repr writes it once every scalar has become text.
fn write(out: &mut String, value: &Value) {
    match value {
        Value::Object(entries) => write_map(out, entries),
        Value::Array(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                out.push_str(if at > 0 { ", " } else { "" });
                write(out, item);
            }
            out.push(']');
        }
        Value::String(text) => values::write_quoted(out, text),
        scalar => values::write_quoted(out, &values::text(&values::from_json(scalar))),
    }
}
