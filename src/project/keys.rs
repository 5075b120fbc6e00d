//! Keys of property files that dbt does not know: what stands under them is lost without a word.

use std::ops::Range;

use super::problem::{Problem, ProblemKind, did_you_mean};
use crate::finding::Place;
use crate::parse::yaml::{Value, Yaml};

const FILE: &[&str] = &[
    "version",
    "models",
    "seeds",
    "snapshots",
    "sources",
    "macros",
    "analyses",
    "exposures",
    "groups",
    "metrics",
    "semantic_models",
    "saved_queries",
    "unit_tests",
    "data_tests",
    "functions",
    "catalogs",
    "anchors",
];
const ENTRY: &[&str] = &[
    "name",
    "description",
    "config",
    "columns",
    "data_tests",
    "tests",
    "docs",
    "meta",
    "tags",
    "access",
    "group",
    "latest_version",
    "versions",
    "deprecation_date",
    "constraints",
    "time_spine",
    "quote_columns",
    "primary_entity",
    "semantic_model",
    "metrics",
    "derived_semantics",
    "agg_time_dimension",
];
const COLUMN: &[&str] = &[
    "name",
    "description",
    "data_type",
    "quote",
    "tags",
    "meta",
    "data_tests",
    "tests",
    "constraints",
    "config",
    "policy_tags",
    "include",
    "exclude",
    "granularity",
    "docs",
    "dimension",
    "entity",
];

/// Every key of a file, of its models and seeds, and of their columns that dbt does not know.
pub(super) fn unknown(path: &str, yaml: &Yaml) -> Vec<Problem> {
    if !matches!(yaml.value, Value::Map(_) | Value::Null) {
        let message = "this property file is no map of keys such as `models:`, so dbt reads nothing from it";
        let problem = Problem::new(ProblemKind::Properties, message, Place::span(path, first(yaml)));
        return vec![problem.help("begin it with `version: 2` and `models:`")];
    }
    let mut problems = of_map(path, yaml, FILE);
    for entry in ["models", "seeds"].iter().filter_map(|key| yaml.get(key)).flat_map(Yaml::items) {
        problems.extend(of_map(path, entry, ENTRY));
        for column in entry.get("columns").map_or(&[][..], Yaml::items) {
            problems.extend(of_map(path, column, COLUMN));
        }
    }
    problems
}

fn first(yaml: &Yaml) -> Range<usize> {
    yaml.items().first().map_or(yaml.span.clone(), |item| item.span.clone())
}

fn of_map(path: &str, yaml: &Yaml, known: &[&str]) -> Vec<Problem> {
    let unknown = yaml.entries().iter().filter(|(key, _)| !known.contains(&key.name.trim_start_matches('+')));
    let problem = |key: &str, span: &Range<usize>| {
        let message = format!("dbt does not know the key `{key}` here, and drops what stands under it");
        let problem = Problem::new(ProblemKind::UnknownKey, message, Place::span(path, span.clone()));
        match did_you_mean(key, known.iter().copied()) {
            Some(near) => problem.help(format!("did you mean `{near}`?")),
            None => problem.help("put what is the team's own under `meta:`"),
        }
    };
    unknown.map(|(key, _)| problem(&key.name, &key.span)).collect()
}
