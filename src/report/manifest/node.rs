//! One node as the manifest has it.

use serde::ser::{Serialize, Serializer};
use serde_json::{Map, Value, json};

use super::primary_key::Tests;
use super::{contract, object};
use crate::jinja::scope::{Asked, RefKey};
use crate::project::fields::Fields;
use crate::project::node::Columns;
use crate::project::{Node, Project, ResourceType};

/// A model, seed, snapshot, analysis, test or operation.
pub(super) struct Built<'a> {
    pub project: &'a Project,
    pub node: &'a Node,
    /// Its SQL, if it was compiled.
    pub sql: Option<&'a str>,
    /// What its primary key is inferred from, if that is known.
    pub tests: Option<&'a Tests<'a>>,
}

impl Serialize for Built<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let node = self.node;
        let mut fields = Fields::new(serializer, &node.body)?;
        fields.add("database", &node.database)?;
        fields.add("schema", &node.schema)?;
        fields.add("name", &node.name)?;
        fields.add("resource_type", node.resource_type)?;
        fields.add("package_name", &node.package)?;
        fields.add("path", &node.path)?;
        fields.add("original_file_path", &node.original_file_path)?;
        fields.add("unique_id", &node.unique_id)?;
        fields.add("fqn", &node.fqn)?;
        fields.add("alias", &node.alias)?;
        fields.add("checksum", Checksum::of(node))?;
        fields.add("config", &*node.config)?;
        fields.add("tags", &node.tags)?;
        fields.add("description", &node.description)?;
        fields.add("columns", ByName(&node.columns))?;
        fields.add("meta", &node.meta)?;
        fields.add("group", &node.group)?;
        fields.add("docs", node.config.get("docs").unwrap_or(&json!({"show": true, "node_color": null})))?;
        fields.add("patch_path", patch_path(self.project, node))?;
        fields.add("build_path", ())?;
        fields.add("unrendered_config", &*node.unrendered)?;
        fields.add("created_at", 0.0)?;
        let is_somewhere = node.has_relation() && node.relation.identifier.is_some();
        fields.add("relation_name", is_somewhere.then(|| node.relation.to_string()))?;
        fields.add("raw_code", &*node.raw)?;
        fields.add("doc_blocks", &node.doc_blocks)?;
        if node.resource_type == ResourceType::Seed {
            fields.add("root_path", ())?;
            fields.add("depends_on", MacrosOnly { macros: &node.macros })?;
            return fields.end();
        }
        self.add_sql(&mut fields)?;
        self.add_test(&mut fields)?;
        self.add_model(&mut fields)?;
        fields.end()
    }
}

impl Built<'_> {
    /// What a node that is SQL has.
    fn add_sql<S: Serializer>(&self, fields: &mut Fields<'_, S>) -> Result<(), S::Error> {
        let node = self.node;
        fields.add("language", if node.is_python { "python" } else { "sql" })?;
        fields.add("compiled_path", ())?;
        let (enforced, alias_types) = (node.has_contract(), contract::alias_types(node));
        fields.add("contract", Contract { enforced, alias_types, checksum: contract::checksum(node) })?;
        fields.add("refs", refs(node))?;
        fields.add("sources", sources(node))?;
        fields.add("metrics", &node.metrics)?;
        fields.add("functions", NONE)?;
        fields.add("depends_on", DependsOn::of(node))?;
        if let Some(sql) = self.sql {
            fields.add("compiled", true)?;
            fields.add("compiled_code", sql)?;
            fields.add("extra_ctes_injected", true)?;
            fields.add("extra_ctes", NONE)?;
        }
        Ok(())
    }

    fn add_test<S: Serializer>(&self, fields: &mut Fields<'_, S>) -> Result<(), S::Error> {
        let Some(test) = &self.node.test else { return Ok(()) };
        let metadata = TestMetadata { name: &test.name, kwargs: &test.kwargs, namespace: test.namespace.as_deref() };
        fields.add("test_metadata", metadata)?;
        fields.add("column_name", &test.column_name)?;
        fields.add("attached_node", &test.attached_to)?;
        fields.add("file_key_name", &test.file_key_name)
    }

    fn add_model<S: Serializer>(&self, fields: &mut Fields<'_, S>) -> Result<(), S::Error> {
        if self.node.resource_type != ResourceType::Model {
            return Ok(());
        }
        let model = &self.node.model;
        fields.add("access", self.node.access())?;
        fields.add("version", &model.version)?;
        fields.add("latest_version", &model.latest_version)?;
        fields.add("constraints", model.constraints.iter().map(contract::of_model).collect::<Vec<_>>())?;
        fields.add("deprecation_date", model.deprecation_date.as_deref().map(contract::moment))?;
        fields.add("primary_key", self.tests.map(|tests| tests.primary_key(self.node)).unwrap_or_default())?;
        fields.add("time_spine", model.time_spine.as_ref().map(spine))
    }
}

/// A list of nothing.
const NONE: [(); 0] = [];

#[derive(serde::Serialize)]
struct MacrosOnly<'n> {
    macros: &'n [String],
}

#[derive(serde::Serialize)]
struct DependsOn<'n> {
    macros: &'n [String],
    nodes: &'n [String],
}

impl<'n> DependsOn<'n> {
    fn of(node: &'n Node) -> Self {
        Self { macros: &node.macros, nodes: &node.depends_on }
    }
}

#[derive(serde::Serialize)]
struct Contract {
    enforced: bool,
    alias_types: bool,
    checksum: Option<String>,
}

#[derive(serde::Serialize)]
struct TestMetadata<'n> {
    name: &'n str,
    kwargs: &'n Map<String, Value>,
    namespace: Option<&'n str>,
}

#[derive(serde::Serialize)]
struct Checksum<'n> {
    name: &'static str,
    checksum: &'n str,
}

impl<'n> Checksum<'n> {
    fn of(node: &'n Node) -> Self {
        let name = match node.resource_type {
            _ if node.checksum.is_empty() => "none",
            ResourceType::Seed if node.checksum == node.original_file_path => "path",
            _ => "sha256",
        };
        Self { name, checksum: &node.checksum }
    }
}

/// Columns as an object.
struct ByName<'n>(&'n Columns);

impl Serialize for ByName<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.values().map(|column| (&column.name, column)))
    }
}

fn refs(node: &Node) -> Vec<&RefKey> {
    node.refs.iter().map(|asked| &asked.what).collect()
}

fn sources(node: &Node) -> Vec<&(String, String)> {
    node.sources.iter().map(|Asked { what, .. }| what).collect()
}

fn patch_path(project: &Project, node: &Node) -> Option<String> {
    let patch = node.patch.as_ref()?;
    let inside = project
        .packages
        .iter()
        .filter(|package| !package.root.is_empty())
        .find(|package| patch.path.starts_with(&package.root));
    let package = inside.unwrap_or(project.root());
    Some(format!("{}://{}", package.name(), package.relative(&patch.path)))
}

fn spine(spine: &Value) -> Value {
    let mut whole = object(json!({"standard_granularity_column": null, "custom_granularities": []}));
    whole.extend(object(spine.clone()));
    if let Some(Value::Array(custom)) = whole.get_mut("custom_granularities") {
        for granularity in custom {
            let mut each = object(json!({"name": null, "column_name": null}));
            each.extend(object(granularity.clone()));
            *granularity = each.into();
        }
    }
    whole.into()
}

/// A table of a source.
pub(super) struct Table<'a>(pub &'a Node);

impl Serialize for Table<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let table = self.0;
        let mut fields = Fields::new(serializer, &table.body)?;
        fields.add("database", &table.database)?;
        fields.add("schema", &table.schema)?;
        fields.add("name", &table.name)?;
        fields.add("resource_type", "source")?;
        fields.add("package_name", &table.package)?;
        fields.add("path", &table.path)?;
        fields.add("original_file_path", &table.original_file_path)?;
        fields.add("unique_id", &table.unique_id)?;
        fields.add("fqn", &table.fqn)?;
        fields.add("description", &table.description)?;
        fields.add("columns", ByName(&table.columns))?;
        fields.add("meta", &table.meta)?;
        fields.add("tags", &table.tags)?;
        fields.add("config", &*table.config)?;
        fields.add("patch_path", ())?;
        fields.add("unrendered_config", &*table.unrendered)?;
        fields.add("relation_name", table.relation.to_string())?;
        fields.add("created_at", 0.0)?;
        fields.add("doc_blocks", &table.doc_blocks)?;
        for text in ["source_name", "source_description", "loader", "identifier"] {
            fields.add(text, "")?;
        }
        fields.add("source_meta", Map::new())?;
        fields.add("quoting", json!({"database": null, "schema": null, "identifier": null, "column": null}))?;
        for config in ["loaded_at_field", "loaded_at_query", "freshness"] {
            fields.add(config, table.config.get(config))?;
        }
        for nothing in ["external", "unrendered_database", "unrendered_schema"] {
            fields.add(nothing, ())?;
        }
        fields.end()
    }
}

/// An exposure, a metric, a semantic model, a saved query or a unit test: what is special to it is its body.
pub(super) struct Other<'a>(pub &'a Node);

impl Serialize for Other<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let node = self.0;
        let mut fields = Fields::new(serializer, &node.body)?;
        fields.add("name", &node.name)?;
        fields.add("resource_type", node.resource_type)?;
        fields.add("package_name", &node.package)?;
        fields.add("path", &node.path)?;
        fields.add("original_file_path", &node.original_file_path)?;
        fields.add("unique_id", &node.unique_id)?;
        fields.add("fqn", &node.fqn)?;
        fields.add("description", &node.description)?;
        fields.add("config", &*node.config)?;
        let is_unit_test = node.resource_type == ResourceType::UnitTest;
        if !is_unit_test {
            fields.add("unrendered_config", &*node.unrendered)?;
        }
        fields.add("depends_on", DependsOn::of(node))?;
        fields.add("created_at", 0.0)?;
        if !is_unit_test {
            fields.add("refs", refs(node))?;
        }
        if matches!(node.resource_type, ResourceType::Exposure | ResourceType::Metric) {
            fields.add("tags", &node.tags)?;
            fields.add("meta", &node.meta)?;
            fields.add("metrics", &node.metrics)?;
            fields.add("sources", sources(node))?;
        }
        fields.end()
    }
}
