//! A table that the project reads but does not build.

use indexmap::IndexMap;

use super::node::Column;
use super::package::Package;
use super::profile::Target;
use super::properties::{self, Patch};
use crate::finding::Place;
use crate::jinja::relation::Relation;
use crate::parse::yaml::Yaml;

/// One table of a source.
#[derive(Debug, Clone)]
pub struct SourceTable {
    /// `source.<package>.<source>.<table>`
    pub unique_id: String,
    pub package: String,
    pub source_name: String,
    pub name: String,
    pub identifier: String,
    pub schema: String,
    pub database: String,
    pub fqn: Vec<String>,
    pub relation: Relation,
    pub description: String,
    pub columns: IndexMap<String, Column>,
    pub original_file_path: String,
    pub place: Place,
}

impl SourceTable {
    /// Reads the tables of every `sources:` entry. Behaviour: dbt's "Source properties".
    pub fn read(patches: &[Patch], packages: &[Package], target: &Target) -> Vec<Self> {
        patches.iter().flat_map(|patch| tables(patch, packages, target)).collect()
    }
}

fn tables(patch: &Patch, packages: &[Package], target: &Target) -> Vec<SourceTable> {
    let text = |yaml: &Yaml, key: &str| yaml.get(key).and_then(Yaml::scalar);
    let schema = text(&patch.yaml, "schema").unwrap_or_else(|| patch.name.clone());
    let database = text(&patch.yaml, "database").unwrap_or_else(|| target.database.clone());
    let root = packages.iter().find(|package| package.name() == patch.package);
    let original = root.map_or(patch.path.as_str(), |package| package.relative(&patch.path)).to_owned();
    let folders = original.split('/').skip(1).filter(|part| !part.contains('.')).map(str::to_owned);
    let prefix: Vec<String> =
        std::iter::once(patch.package.clone()).chain(folders).chain([patch.name.clone()]).collect();
    let listed = patch.yaml.get("tables").map_or(&[][..], Yaml::items);
    let table = |yaml: &Yaml| {
        let name = yaml.get("name")?;
        let place = Place::span(patch.path.clone(), name.span.clone());
        let name = name.scalar()?;
        let identifier = text(yaml, "identifier").unwrap_or_else(|| name.clone());
        Some(SourceTable {
            unique_id: format!("source.{}.{}.{name}", patch.package, patch.name),
            package: patch.package.clone(),
            source_name: patch.name.clone(),
            fqn: prefix.iter().cloned().chain([name.clone()]).collect(),
            relation: Relation::new(&database, &schema, &identifier),
            schema: schema.clone(),
            database: database.clone(),
            description: text(yaml, "description").unwrap_or_default(),
            columns: properties::columns(yaml),
            original_file_path: original.clone(),
            identifier,
            name,
            place,
        })
    };
    listed.iter().filter_map(table).collect()
}
