//! Saved queries: metrics that are asked for together, and the tables they are exported to. Behaviour: dbt's "Saved queries".

use std::sync::Arc;

use serde_json::{Value, json};

use super::config;
use super::drafts::render_problem;
use super::entries::{Entry, object, texts};
use super::names::Namer;
use super::node::{Node, ResourceType};
use super::node_config::NodeConfig;
use super::problem::{Problem, ProblemKind};
use super::property_node::{blank, fields, filters, list, own_config, rendered, value};
use super::reader::Reader;
use super::shape::{Kind, Shape, filled, optional, required};
use crate::parse::yaml::Yaml;

/// What an export can be.
const EXPORTED_AS: &[&str] = &["table", "view"];

const QUERY_PARAMS: Shape = Shape {
    what: "saved query's `query_params`",
    keys: &[
        filled("metrics", Kind::Texts),
        filled("group_by", Kind::Texts),
        optional("where", Kind::TextOrTexts),
        filled("order_by", Kind::Texts),
        optional("limit", Kind::Whole),
    ],
};

const EXPORT: Shape = Shape { what: "export", keys: &[required("name", Kind::Text), filled("config", Kind::Map)] };

const SAVED_QUERY: Shape = Shape {
    what: "saved query",
    keys: &[
        required("name", Kind::Text),
        required("query_params", Kind::Of(&QUERY_PARAMS)),
        optional("description", Kind::Text),
        optional("label", Kind::Text),
        filled("exports", Kind::ListOf(&EXPORT)),
        filled("config", Kind::Map),
        filled("tags", Kind::TextOrTexts),
    ],
};

/// Reads one entry of `saved_queries:`.
pub(super) fn read(
    reader: &Reader<'_>,
    namer: &mut Namer<'_>,
    entry: &Entry<'_>,
    problems: &mut Vec<Problem>,
) -> Option<Node> {
    SAVED_QUERY.check(&entry.file.path, &entry.yaml, problems);
    let mut node = blank(reader, ResourceType::SavedQuery, entry, (&entry.name, &own_config(entry)))?;
    with_cache(&mut node);
    node.tags = texts(entry.yaml.get("tags"));
    node.tags.extend(config::texts(node.config.get("tags")));
    node.tags.sort();
    node.tags.dedup();
    let nothing = Yaml { value: crate::parse::yaml::Value::Null, span: entry.name_span.clone() };
    let params = entry.yaml.get("query_params").unwrap_or(&nothing);
    node.metrics = texts(params.get("metrics")).into_iter().map(|metric| vec![metric]).collect();
    let description = entry.text("description").map(|text| rendered(reader, entry, text, problems));
    let exports = entry.yaml.get("exports").map_or(&[][..], Yaml::items);
    let mut exporter = Exporter { reader, namer, entry, of_query: &node.config };
    let exports: Vec<Value> = exports.iter().map(|export| exporter.export(export, problems)).collect();
    node.body = fields(json!({
        "query_params": {
            "metrics": list(params, "metrics"), "group_by": list(params, "group_by"), "where": filters(params, "where"),
            "order_by": list(params, "order_by"), "limit": value(params, "limit"),
        },
        "exports": exports, "description": description, "label": value(&entry.yaml, "label"), "metadata": null,
        "group": node.group, "tags": node.tags,
    }));
    node.description = description.unwrap_or_default();
    Some(node)
}

/// Gives `cache:` the default of what it does not say.
fn with_cache(node: &mut Node) {
    let config = Arc::make_mut(&mut node.config);
    if let Some(Value::Object(cache)) = config.get("cache") {
        let mut cache = cache.clone();
        cache.entry("enabled").or_insert(Value::Bool(false));
        config.insert("cache", cache.into());
    }
}

/// Names what one saved query is exported to.
struct Exporter<'x, 'r, 'n> {
    reader: &'x Reader<'r>,
    namer: &'x mut Namer<'n>,
    entry: &'x Entry<'x>,
    of_query: &'x NodeConfig,
}

impl Exporter<'_, '_, '_> {
    fn export(&mut self, yaml: &Yaml, problems: &mut Vec<Problem>) -> Value {
        let own = object(yaml.get("config"));
        let set = |key: &str| own.get(key).or_else(|| self.of_query.get(key)).filter(|value| !value.is_null()).cloned();
        let name = yaml.get("name").and_then(Yaml::scalar).unwrap_or_default();
        let export_as = set("export_as");
        if !export_as.as_ref().and_then(Value::as_str).is_some_and(|kind| EXPORTED_AS.contains(&kind)) {
            problems.push(self.kindless(yaml, &name, export_as.as_ref()));
        }
        let schema = own.get("schema_name").filter(|schema| !schema.is_null()).cloned().or_else(|| set("schema"));
        let (database, alias) = (set("database"), set("alias"));
        // dbt asks the project's macros with the export in place of a node, and never with its schema.
        let mut asked = Node::new(ResourceType::SavedQuery, self.reader.root().name(), &name, self.entry.place());
        let named = [("database", &database), ("alias", &alias)];
        let named = named.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value.clone()?)));
        asked.config = Arc::new(named.collect::<config::Config>().into());
        let (asked, failed) = self.namer.name(asked, &[]);
        problems.extend(failed.map(|problem| render_problem(&asked, problem)));
        let or = |value: Option<Value>, name: &str| value.unwrap_or_else(|| name.into());
        let database =
            if asked.database.is_empty() { database.unwrap_or_default() } else { asked.database.as_str().into() };
        json!({
            "name": name,
            "config": {
                "export_as": export_as, "schema_name": or(schema, &asked.schema), "alias": or(alias, &asked.alias),
                "database": database,
            },
            "unrendered_config": own,
        })
    }

    fn kindless(&self, yaml: &Yaml, name: &str, export_as: Option<&Value>) -> Problem {
        let message = match export_as {
            Some(kind) => format!(
                "the export `{name}` has `export_as: {}`",
                kind.as_str().map_or_else(|| kind.to_string(), str::to_owned)
            ),
            None => format!("the export `{name}` does not say what it becomes"),
        };
        let place = yaml.get("name").map_or_else(|| self.entry.place(), |name| self.entry.at(name));
        Problem::new(ProblemKind::Properties, message, place)
            .help("write `export_as: table` or `export_as: view` in its `config:`")
    }
}
