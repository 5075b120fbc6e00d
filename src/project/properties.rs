//! Property files in, what they say of each model, seed and source out.

use std::collections::HashMap;

use indexmap::IndexMap;
use rayon::prelude::*;

use super::files::{self, Found};
use super::keys;
use super::node::Column;
use super::package::Package;
use super::problem::{Problem, ProblemKind};
use crate::finding::Place;
use crate::parse::yaml::{self, Value, Yaml};
use crate::source::Tree;

/// A property file that could be read.
#[derive(Debug, Clone)]
pub struct PropertyFile {
    /// Relative to the root project's folder.
    pub path: String,
    pub package: String,
    pub yaml: Yaml,
}

/// What a property file says of one model, seed or macro.
#[derive(Debug, Clone)]
pub struct Patch {
    pub package: String,
    pub name: String,
    pub path: String,
    pub yaml: Yaml,
    pub name_place: Place,
}

/// Reads the property files of a package.
pub fn read(tree: &Tree, package: &Package, problems: &mut Vec<Problem>) -> Vec<PropertyFile> {
    let found = files::find(tree, package, &package.file.property_paths(), &["yml", "yaml"]);
    let parsed: Vec<_> = found.par_iter().map(|found| (found, yaml::read(found.text))).collect();
    let mut read = Vec::new();
    for (Found { file, .. }, result) in parsed {
        match result {
            Ok((yaml, warnings)) => {
                problems.extend(keys::unknown(&file.path, &yaml));
                problems.extend(warnings.into_iter().map(|problem| Problem::yaml(&file.path, problem)));
                read.push(PropertyFile { path: file.path.clone(), package: package.name().to_owned(), yaml });
            }
            Err(problem) => problems.push(Problem::yaml(&file.path, problem)),
        }
    }
    read
}

/// The entries under `key` (`models`, `seeds`, …) of all property files.
pub fn patches(files: &[PropertyFile], key: &str, problems: &mut Vec<Problem>) -> Vec<Patch> {
    let mut patches = Vec::new();
    for file in files {
        let Some(list) = file.yaml.get(key) else { continue };
        if !matches!(list.value, Value::List(_) | Value::Null) {
            let place = Place::span(file.path.clone(), list.span.clone());
            let problem = Problem::new(ProblemKind::Properties, format!("`{key}:` must be a list"), place);
            problems.push(problem.help("start each entry with a dash: `- name: …`"));
        }
        for entry in list.items() {
            let name = entry.get("name");
            let Some((name, span)) = name.and_then(|name| Some((name.scalar()?, name.span.clone()))) else {
                let place = Place::span(file.path.clone(), first_line(entry));
                let problem =
                    Problem::new(ProblemKind::Properties, format!("this entry of `{key}:` has no `name`"), place);
                problems.push(problem.help("add `name:` with the name of the file, without its ending"));
                continue;
            };
            let name_place = Place::span(file.path.clone(), span);
            patches.push(Patch {
                package: file.package.clone(),
                name,
                path: file.path.clone(),
                yaml: entry.clone(),
                name_place,
            });
        }
    }
    patches
}

fn first_line(entry: &Yaml) -> std::ops::Range<usize> {
    let first = entry.entries().first();
    first.map_or(entry.span.clone(), |(key, value)| key.span.start..value.span.end.max(key.span.end))
}

/// Patches by package and name; a second one for the same name is reported.
pub fn by_name(patches: Vec<Patch>, problems: &mut Vec<Problem>) -> HashMap<(String, String), Patch> {
    let mut found: HashMap<(String, String), Patch> = HashMap::new();
    for patch in patches {
        let key = (patch.package.clone(), patch.name.clone());
        if let Some(known) = found.get(&key) {
            let message = format!("`{}` is described twice", patch.name);
            let problem = Problem::new(ProblemKind::DuplicateName, message, patch.name_place.clone());
            let problem = problem.related(known.name_place.clone(), "it is described here too");
            problems.push(problem.help("keep one of the two descriptions: dbt refuses both"));
            continue;
        }
        found.insert(key, patch);
    }
    found
}

/// The columns that an entry describes, in order.
pub fn columns(yaml: &Yaml) -> IndexMap<String, Column> {
    let described = yaml.get("columns").map_or(&[][..], Yaml::items);
    described.iter().filter_map(column).map(|column| (column.name.clone(), column)).collect()
}

fn column(yaml: &Yaml) -> Option<Column> {
    let name = yaml.get("name")?;
    Some(Column {
        name: name.scalar()?,
        description: yaml.get("description").and_then(Yaml::scalar).unwrap_or_default(),
        data_type: yaml.get("data_type").and_then(Yaml::scalar),
        span: name.span.clone(),
    })
}

/// The entries of `data_tests:` and of its older spelling `tests:`.
pub fn data_tests(yaml: &Yaml) -> impl Iterator<Item = &Yaml> {
    ["data_tests", "tests"].into_iter().filter_map(|key| yaml.get(key)).flat_map(Yaml::items)
}
