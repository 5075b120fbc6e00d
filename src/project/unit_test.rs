//! Unit tests: a model's inputs and the rows that it should make of them. They are read here, and not run.
//!
//! Behaviour: dbt's "Unit tests".

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::config;
use super::drafts::sha256;
use super::entries::{Entry, object};
use super::finish::reference;
use super::fixture::{FORMATS, Rows};
use super::node::{Node, ResourceType, Version};
use super::problem::{Problem, ProblemKind, did_you_mean};
use super::property_node::{blank, fields, is_enabled, own_config, value};
use super::reader::Reader;
use super::resolve::Lookup;
use super::shape::{Kind, Shape, filled, optional, required};
use crate::jinja::values::{Dict, List, from_json, repr};
use crate::parse::yaml::Yaml;

const GIVEN: Shape = Shape {
    what: "unit test's input",
    keys: &[
        required("input", Kind::Text),
        optional("rows", Kind::Rows),
        filled("format", Kind::Exactly(FORMATS)),
        optional("fixture", Kind::Text),
    ],
};

const EXPECT: Shape = Shape {
    what: "unit test's `expect`",
    keys: &[optional("rows", Kind::Rows), filled("format", Kind::Exactly(FORMATS)), optional("fixture", Kind::Text)],
};

const OVERRIDES: Shape = Shape {
    what: "unit test's `overrides`",
    keys: &[filled("macros", Kind::Map), filled("vars", Kind::Map), filled("env_vars", Kind::Map)],
};

const VERSIONS: Shape = Shape {
    what: "unit test's `versions`",
    keys: &[optional("include", Kind::Versions), optional("exclude", Kind::Versions)],
};

const UNIT_TEST: Shape = Shape {
    what: "unit test",
    keys: &[
        required("name", Kind::Text),
        required("model", Kind::Text),
        required("given", Kind::ListOf(&GIVEN)),
        required("expect", Kind::Of(&EXPECT)),
        filled("description", Kind::Text),
        optional("overrides", Kind::Of(&OVERRIDES)),
        filled("config", Kind::Map),
        filled("versions", Kind::Of(&VERSIONS)),
    ],
};

/// What unit tests are read with.
pub(super) struct UnitTests<'r> {
    pub reader: &'r Reader<'r>,
    pub lookup: &'r Lookup,
    /// The nodes that `enabled: false` takes out.
    pub disabled: &'r [Arc<Node>],
}

impl UnitTests<'_> {
    /// Reads one entry of `unit_tests:`: one node, or one for each version of the model.
    pub(super) fn read(&self, entry: &Entry<'_>, problems: &mut Vec<Problem>) -> Vec<Node> {
        UNIT_TEST.check(&entry.file.path, &entry.yaml, problems);
        let Some(mut node) = blank(self.reader, ResourceType::UnitTest, entry, (&entry.name, &own_config(entry)))
        else {
            return Vec::new();
        };
        let Some(model) = entry.text("model") else { return Vec::new() };
        node.unique_id = format!("unit_test.{}.{model}.{}", node.package, node.name);
        // The folders are counted from the package's first folder, wherever its models are.
        let folders = node.original_file_path.split('/').skip(1).map(str::to_owned);
        node.fqn = std::iter::once(node.package.clone()).chain(folders).collect();
        node.fqn.pop();
        node.fqn.extend([model.clone(), node.name.clone()]);
        let configured = self.reader.configure(
            (node.resource_type, &node.package, &node.fqn),
            &own_config(entry),
            &config::Config::new(),
        );
        node.config = configured.config;
        node.tags = config::texts(node.config.get("tags"));
        node.description = entry.text("description").unwrap_or_default();
        self.fill(&mut node, entry, problems);
        self.of_model(node, &model, entry, problems)
    }

    /// The fields of the manifest, with the rows and the checksum of it all.
    fn fill(&self, node: &mut Node, entry: &Entry<'_>, problems: &mut Vec<Problem>) {
        let Some(package) = self.reader.package(&node.package) else { return };
        let rows = Rows { reader: self.reader, package, lookup: self.lookup };
        let mut side = |yaml: &Yaml, is_input: bool| {
            let found = rows.of(yaml, is_input).unwrap_or_else(|none| {
                let at = ["rows", "fixture", "input"].iter().find_map(|key| yaml.entry(key));
                let place = at.map_or_else(
                    || entry.place(),
                    |(key, value)| {
                        if value.span.is_empty() {
                            entry.place()
                        } else {
                            crate::finding::Place::span(entry.file.path.clone(), key.span.clone())
                        }
                    },
                );
                let message = format!("unit test `{}`: {}", entry.name, none.message);
                problems.push(Problem::new(ProblemKind::Properties, message, place).help(none.help));
                Value::Null
            });
            let format = yaml.get("format").and_then(Yaml::as_str).unwrap_or("dict");
            let mut side = json!({"rows": found, "format": format, "fixture": value(yaml, "fixture")});
            if let (Value::Object(side), true) = (&mut side, is_input) {
                side.shift_insert(0, "input".to_owned(), value(yaml, "input"));
            }
            side
        };
        let given = entry.yaml.get("given").map_or(&[][..], Yaml::items);
        let given: Vec<Value> = given.iter().map(|yaml| side(yaml, true)).collect();
        let expect = entry.yaml.get("expect").map(|yaml| side(yaml, false)).unwrap_or_default();
        let is_map = |yaml: &&Yaml| matches!(yaml.value, crate::parse::yaml::Value::Map(_));
        let overrides = entry.yaml.get("overrides").filter(is_map).map(|yaml| {
            json!({"macros": object(yaml.get("macros")), "vars": object(yaml.get("vars")), "env_vars": object(yaml.get("env_vars"))})
        });
        let versions = entry.yaml.get("versions").filter(is_map);
        let versions =
            versions.map(|yaml| json!({"include": value(yaml, "include"), "exclude": value(yaml, "exclude")}));
        node.body = fields(json!({
            "model": value(&entry.yaml, "model"), "given": given, "expect": expect, "overrides": overrides,
            "checksum": null, "schema": null, "versions": versions, "version": null,
        }));
        node.checksum = checksum(&node.body);
        node.body.insert("checksum".to_owned(), node.checksum.clone().into());
    }

    /// Ties a unit test to its model, once for each version that it is for.
    fn of_model(&self, mut node: Node, model: &str, entry: &Entry<'_>, problems: &mut Vec<Problem>) -> Vec<Node> {
        if !is_enabled(&node) {
            return vec![node];
        }
        let mut words = model.split_whitespace();
        let name = words.next().unwrap_or_default();
        let version = words.next().filter(|_| words.next().is_none()).map(|version| Version(version.into()));
        let found = self.lookup.attached(name, &node.package, version.as_ref());
        let tested = found.and_then(|id| self.lookup.all(name).iter().find(|known| known.unique_id == id));
        let Some(tested) = tested else {
            if self.disabled.iter().any(|known| {
                known.resource_type == ResourceType::Model && known.name == name && known.package == node.package
            }) {
                Arc::make_mut(&mut node.config).insert("enabled", Value::Bool(false));
            } else {
                problems.push(self.modelless(name, entry));
                node.is_broken = true;
            }
            return vec![node];
        };
        node.depends_on = vec![tested.unique_id.clone()];
        node.body.insert("schema".to_owned(), tested.schema.clone().into());
        problems.extend(self.inputs(entry));
        problems.extend(incremental(tested, &node, entry));
        self.of_versions(node, tested, entry, problems)
    }

    fn of_versions(&self, node: Node, tested: &Node, entry: &Entry<'_>, problems: &mut Vec<Problem>) -> Vec<Node> {
        let listed = |key: &str| {
            let listed =
                node.body["versions"].get(key).and_then(Value::as_array).filter(|listed| !listed.is_empty())?;
            Some(listed.iter().cloned().map(Version).collect::<Vec<_>>())
        };
        let (include, exclude) = (listed("include"), listed("exclude"));
        let place = entry.yaml.get("versions").map_or_else(|| entry.place(), |yaml| entry.at(yaml));
        let told = |message: String| Problem::new(ProblemKind::Properties, message, place.clone());
        if include.is_some() && exclude.is_some() {
            let message = format!("the unit test `{}` both includes and excludes versions", node.name);
            problems.push(told(message).help("keep one of `include:` and `exclude:`"));
        }
        if tested.model.version.is_none() {
            if include.is_some() || exclude.is_some() {
                let message =
                    format!("`{}` has no versions, so a unit test of it cannot choose among them", tested.name);
                problems.push(told(message).help("take `versions:` out"));
            }
            return vec![node];
        }
        // Neither list: dbt then tests no version, unless `versions:` is not there at all.
        let is_meant = |version: &Version| match (&exclude, &include) {
            _ if node.body["versions"].is_null() => true,
            (Some(exclude), _) => !exclude.iter().any(|known| known.is_same_value(version)),
            (None, Some(include)) => include.iter().any(|known| known.is_same_value(version)),
            (None, None) => false,
        };
        let versions = self.lookup.all(&tested.name).iter().filter(|known| known.package == tested.package);
        let versions: Vec<(&Arc<Node>, &Version)> =
            versions.filter_map(|known| Some((known, known.model.version.as_ref()?))).collect();
        let of_version = |(model, version): &(&Arc<Node>, &Version)| {
            let mut node = node.clone();
            node.unique_id = format!("{}_v{version}", node.unique_id);
            node.depends_on = vec![model.unique_id.clone()];
            node.body.insert("version".to_owned(), version.0.clone());
            Arc::make_mut(&mut node.model).version = Some((*version).clone());
            node
        };
        let found: Vec<Node> = versions.iter().filter(|(_, version)| is_meant(version)).map(of_version).collect();
        if found.is_empty() {
            let known: Vec<String> = versions.iter().map(|(_, version)| version.to_string()).collect();
            let message = format!("the unit test `{}` is for no version of `{}`", node.name, tested.name);
            problems.push(
                told(message)
                    .help(format!("its versions are {}; a number and a text are not the same", known.join(", "))),
            );
        }
        found
    }

    fn modelless(&self, name: &str, entry: &Entry<'_>) -> Problem {
        let message = format!("there is no model named `{name}` for the unit test `{}`", entry.name);
        let place = entry.yaml.get("model").map_or_else(|| entry.place(), |yaml| entry.at(yaml));
        let problem = Problem::new(ProblemKind::UnresolvedReference, message, place);
        let models = self
            .lookup
            .nodes()
            .filter(|node| node.resource_type == ResourceType::Model && node.package == entry.file.package);
        match did_you_mean(name, models.map(|node| node.name.as_str())) {
            Some(near) => problem.help(format!("did you mean `{near}`?")),
            None => problem.help(format!("`model:` is the name of a model of the package `{}`", entry.file.package)),
        }
    }

    /// Inputs that name nothing.
    fn inputs(&self, entry: &Entry<'_>) -> Vec<Problem> {
        let given = entry.yaml.get("given").map_or(&[][..], Yaml::items);
        let unread = |input: &&Yaml| {
            let text = input.as_str().map(str::trim).unwrap_or_default();
            text != "this" && reference(text).is_none_or(|found| found.refs.is_empty() && found.sources.is_empty())
        };
        let problem = |input: &Yaml| {
            let message = format!(
                "the input `{}` of the unit test `{}` cannot be read",
                input.scalar().unwrap_or_default(),
                entry.name
            );
            Problem::new(ProblemKind::Properties, message, entry.at(input))
                .help("write `ref('model')`, `source('source', 'table')` or `this`")
        };
        given.iter().filter_map(|given| given.get("input")).filter(unread).map(problem).collect()
    }
}

/// A test of an incremental model says which of its two ways is tested.
fn incremental(tested: &Node, node: &Node, entry: &Entry<'_>) -> Option<Problem> {
    if !tested.macros.iter().any(|id| id == "macro.dbt.is_incremental") {
        return None;
    }
    let (message, help) = match node.body["overrides"].get("macros").and_then(|macros| macros.get("is_incremental")) {
        Some(Value::Bool(true)) if !has_this(node) => (
            format!("the unit test `{}` of an incremental run does not say what the table holds before", node.name),
            "add `- input: this` with its rows to `given:`",
        ),
        Some(Value::Bool(_)) => return None,
        _ => (
            format!(
                "`{}` is incremental, and the unit test `{}` does not say which run it is of",
                tested.name, node.name
            ),
            "add `overrides: {macros: {is_incremental: false}}`, or `true` for a run on a table that is there already",
        ),
    };
    Some(Problem::new(ProblemKind::Properties, message, entry.place()).help(help))
}

fn has_this(node: &Node) -> bool {
    node.body["given"].as_array().is_some_and(|given| given.iter().any(|given| given["input"] == "this"))
}

/// SHA-256 of Python's text for what is tested: dbt compares two states by it.
fn checksum(body: &Map<String, Value>) -> String {
    let given = body["given"].as_array().map_or(&[][..], Vec::as_slice);
    let inputs: Vec<String> = given.iter().map(|side| python("UnitTestInputFixture", side)).collect();
    let mut text = format!(
        "{}-{}-[{}]-{}-{}",
        body["model"].as_str().unwrap_or_default(),
        python("UnitTestNodeVersions", &body["versions"]),
        inputs.join(", "),
        python("UnitTestOutputFixture", &body["expect"]),
        python("UnitTestOverrides", &body["overrides"]),
    );
    for side in given.iter().filter(|side| side["fixture"].as_str().is_some_and(|name| !name.is_empty())) {
        let rows = &side["rows"];
        text.push_str(&format!("-{}", rows.as_str().map_or_else(|| repr(&of_rows(rows)), str::to_owned)));
    }
    sha256(&text)
}

/// Python's `repr` of one of dbt's classes.
fn python(class: &str, value: &Value) -> String {
    let Value::Object(entries) = value else { return "None".to_owned() };
    let field = |(key, value): (&String, &Value)| match (key.as_str(), value.as_str()) {
        ("format", Some(format)) => {
            let name = if format == "dict" { "Dict".to_owned() } else { format.to_uppercase() };
            format!("format=<UnitTestFormat.{name}: '{format}'>")
        }
        ("rows", _) => format!("rows={}", repr(&of_rows(value))),
        _ => format!("{key}={}", repr(&from_json(value))),
    };
    format!("{class}({})", entries.iter().map(field).collect::<Vec<_>>().join(", "))
}

/// Rows as Python has them: a list stands under `null` only when a row of a CSV has too many values, and there it is `None`.
fn of_rows(rows: &Value) -> minijinja::Value {
    let Some(rows) = rows.as_array() else { return from_json(rows) };
    let key = |name: &str, value: &Value| match (name, value) {
        ("null", Value::Array(_)) => minijinja::Value::from(()),
        _ => minijinja::Value::from(name),
    };
    let row = |row: &Value| match row {
        Value::Object(row) => Dict::value(row.iter().map(|(name, value)| (key(name, value), from_json(value)))),
        other => from_json(other),
    };
    List::value(rows.iter().map(row))
}
