//! The data tests of everything that property files describe, as nodes of the project.

use std::sync::Arc;

use rayon::prelude::*;

use super::config;
use super::data_test::{self, Target, Tested, Written};
use super::drafts::render_problem;
use super::entries::{self, Entry, texts};
use super::finish::{describe, reference, take_from_config};
use super::names::Namer;
use super::node::{Node, ResourceType};
use super::problem::{Problem, ProblemKind};
use super::reader::Reader;
use super::resolve::Lookup;
use super::scopes;
use super::source_table::Described;
use super::version::VersionEntry;
use crate::PIECE;
use crate::compile;
use crate::jinja::scope::{Asked, RefKey};
use crate::jinja::universe::INTERNAL;
use crate::parse::yaml::Yaml;

/// The tests that entries of models, seeds and snapshots declare.
pub(super) fn of_nodes(
    reader: &Reader<'_>,
    (lookup, attached): (&Lookup, &Attached<'_>),
    kind: ResourceType,
    entries: &[&Entry<'_>],
    problems: &mut Vec<Problem>,
) -> Vec<Arc<Node>> {
    let of_entry = |namer: &mut Namer<'_>, entry: &&Entry<'_>| {
        let mut problems = Vec::new();
        let mut found = Vec::new();
        let versions = if kind == ResourceType::Model { VersionEntry::all(entry, &mut Vec::new()) } else { Vec::new() };
        let Some(package) = reader.package(&entry.file.package) else { return (Vec::new(), problems) };
        let tested = |version: Option<&VersionEntry<'_>>| {
            let written = version.map(|version| version.version.clone());
            let version = version.map(|version| &version.version).filter(|version| !version.is_falsy());
            Tested {
                package,
                path: &entry.file.path,
                name: version.map_or_else(|| entry.name.clone(), |version| format!("{}_v{version}", entry.name)),
                target: Target::Node(RefKey { package: None, name: entry.name.clone(), version: written }),
                prefix: "",
                attached_to: lookup
                    .attached(&entry.name, package.name(), version)
                    .or_else(|| lookup.disabled(&entry.name))
                    .map(str::to_owned),
                file_key_name: format!("{}.{}", kind.config_key(), entry.name),
                tags: Vec::new(),
                quotes_columns: entry.yaml.get("quote_columns").and_then(Yaml::as_bool).unwrap_or(false),
            }
        };
        if versions.is_empty() {
            let columns: Vec<&Yaml> = entry.yaml.get("columns").map_or(&[][..], Yaml::items).iter().collect();
            let own = entries::data_tests(&entry.yaml).unwrap_or_default();
            found.extend(data_test::tests(reader, &tested(None), own, &columns, &mut problems));
        }
        for version in &versions {
            let (own, columns) = (version.tests(entry), version.columns(entry));
            found.extend(data_test::tests(reader, &tested(Some(version)), own, &columns, &mut problems));
        }
        (finish(reader, namer, found, attached, &mut problems), problems)
    };
    let read = entries.par_iter().with_max_len(PIECE).map_init(|| Namer::new(reader), of_entry);
    joined(read.collect(), problems)
}

/// What reading one piece after the other gave.
fn joined(read: Vec<(Vec<Arc<Node>>, Vec<Problem>)>, problems: &mut Vec<Problem>) -> Vec<Arc<Node>> {
    let mut nodes = Vec::with_capacity(read.iter().map(|(nodes, _)| nodes.len()).sum());
    for (found, more) in read {
        nodes.extend(found);
        problems.extend(more);
    }
    nodes
}

/// The tests that the tables of sources declare.
pub(super) fn of_sources(
    reader: &Reader<'_>,
    attached: &Attached<'_>,
    tables: &[Described<'_>],
    problems: &mut Vec<Problem>,
) -> Vec<Arc<Node>> {
    let of_table = |namer: &mut Namer<'_>, described: &Described<'_>| {
        let mut problems = Vec::new();
        let (table, source) = (&described.table, &described.source);
        let Some(package) = reader.package(&described.found.package) else { return (Vec::new(), problems) };
        let tested = Tested {
            package,
            path: &described.found.place.path,
            name: format!("{}_{}", described.found.source_name, described.found.name),
            target: Target::Source(described.found.source_name.clone(), described.found.name.clone()),
            prefix: "source_",
            attached_to: None,
            file_key_name: format!("sources.{}", described.found.source_name),
            tags: texts(source.get("tags")).into_iter().chain(texts(table.get("tags"))).collect(),
            quotes_columns: quotes_columns(source, table),
        };
        let columns: Vec<&Yaml> = table.get("columns").map_or(&[][..], Yaml::items).iter().collect();
        let own = entries::data_tests(table).unwrap_or_default();
        let found = data_test::tests(reader, &tested, own, &columns, &mut problems);
        (finish(reader, namer, found, attached, &mut problems), problems)
    };
    let read = tables.par_iter().with_max_len(PIECE).map_init(|| Namer::new(reader), of_table);
    joined(read.collect(), problems)
}

fn quotes_columns(source: &Yaml, table: &Yaml) -> bool {
    let of = |yaml: &Yaml| yaml.get("quoting").and_then(|quoting| quoting.get("column")).and_then(Yaml::as_bool);
    of(table).or_else(|| of(source)).unwrap_or(false)
}

/// The node, also a disabled one, that a test is attached to.
pub(super) type Attached<'a> = dyn Fn(&str) -> Option<&'a Arc<Node>> + Sync + 'a;

/// Learns what each test refers to, its configs and its names.
fn finish(
    reader: &Reader<'_>,
    namer: &mut Namer<'_>,
    tests: Vec<Written>,
    attached: &Attached<'_>,
    problems: &mut Vec<Problem>,
) -> Vec<Arc<Node>> {
    tests.into_iter().map(|test| finish_one(reader, namer, test, attached, problems)).collect()
}

fn finish_one(
    reader: &Reader<'_>,
    namer: &mut Namer<'_>,
    test: Written,
    attached: &Attached<'_>,
    problems: &mut Vec<Problem>,
) -> Arc<Node> {
    let Written { node, config: mut calls, target } = test;
    let mut node = *node;
    if take_shortcut(reader, &mut node, target) {
        // Nothing more can be learnt.
    } else if read_arguments(reader, &mut node) {
        // dbt gives the configs twice: to the test, and in the template that it writes for it.
        let again = calls.clone();
        config::merge_call(&mut calls, &again);
    } else {
        node.config =
            reader.configure((node.resource_type, &node.package, &node.fqn), &config::Config::new(), &calls).config;
        let captured;
        (node, captured) = render(reader, node, problems);
        for call in captured {
            config::merge_call(&mut calls, &call);
        }
    }
    let configured = reader.configure((node.resource_type, &node.package, &node.fqn), &config::Config::new(), &calls);
    (node.config, node.unrendered) = (configured.config, configured.unrendered);
    node.tags.extend(configured.tags);
    node.tags = super::reader::unique(std::mem::take(&mut node.tags));
    take_from_config(&mut node);
    let attached = node.test.as_ref().and_then(|test| test.attached_to.as_deref()).and_then(attached);
    if let Some(attached) = attached {
        node.group.clone_from(&attached.group);
    }
    let place = node.place.clone();
    describe(reader, &mut node, &place, problems);
    let (node, failed) = namer.name(node, &configured.nulls);
    problems.extend(failed.map(|problem| render_problem(&node, problem)));
    Arc::new(node)
}

/// dbt does not render its own `not_null` and `unique`, the most common tests: what they refer to is known.
fn take_shortcut(reader: &Reader<'_>, node: &mut Node, target: Target) -> bool {
    let Some(test) = &node.test else { return false };
    if !matches!(test.name.as_str(), "not_null" | "unique") {
        return false;
    }
    let found = reader.universe.find(&node.package, &test.macro_name);
    let Some(definition) = found.filter(|found| found.package == INTERNAL) else { return false };
    node.macros = vec![definition.unique_id.clone()];
    match target {
        Target::Node(what) => node.refs = vec![Asked { what, at: None }],
        Target::Source(source, table) => node.sources = vec![Asked { what: (source, table), at: None }],
    }
    true
}

/// Of dbt's other tests, what their arguments refer to is known without rendering when each is a plain text or a call.
fn read_arguments(reader: &Reader<'_>, node: &mut Node) -> bool {
    let Some(test) = &node.test else { return false };
    let is_own =
        |name: &str| reader.universe.find_anywhere(&node.package, name).filter(|found| found.package == INTERNAL);
    let (Some(definition), Some(subquery)) = (is_own(&test.macro_name), is_own("get_where_subquery")) else {
        return false;
    };
    if !matches!(test.name.as_str(), "accepted_values" | "relationships") || test.kwargs.len() > 5 {
        return false;
    }
    let mut refs = Vec::new();
    let mut sources = Vec::new();
    for (key, value) in &test.kwargs {
        let is_known = matches!(key.as_str(), "model" | "column_name" | "values" | "quote" | "to" | "field");
        let texts: Vec<&str> = match value {
            serde_json::Value::String(text) => vec![text],
            serde_json::Value::Array(items) => items.iter().filter_map(|item| item.as_str()).collect(),
            serde_json::Value::Object(_) => return false,
            _ => Vec::new(),
        };
        if !is_known {
            return false;
        }
        for text in texts {
            let inner = text.strip_prefix("{{ get_where_subquery(").and_then(|text| text.strip_suffix(") }}"));
            match (inner.or(Some(text)), inner.is_some() || key == "to") {
                (Some(call), true) => match reference(call) {
                    Some(found) => {
                        refs.extend(found.refs);
                        sources.extend(found.sources);
                    }
                    None => return false,
                },
                _ if compile::test::is_plain(text) => {}
                _ => return false,
            }
        }
    }
    let has = |key: &str| test.kwargs.contains_key(key);
    let is_complete = has("column_name") && (has("values") || (has("to") && has("field")));
    if !is_complete {
        return false;
    }
    node.macros = vec![definition.unique_id.clone(), subquery.unique_id.clone()];
    (node.refs, node.sources) = (refs, sources);
    true
}

fn render(reader: &Reader<'_>, node: Node, problems: &mut Vec<Problem>) -> (Node, Vec<config::Config>) {
    let node = Arc::new(node);
    let scope = Arc::new(scopes::reading(reader.universe, reader.given, &node));
    let failed = compile::test::render(&scope, &node).err();
    let mut captured = std::mem::take(&mut *scope.captured());
    drop(scope);
    let mut node = Arc::unwrap_or_clone(node);
    if let Some(problem) = failed {
        node.is_broken = true;
        problems.push(render_problem(&node, problem));
    } else if let Some(missing) = &captured.missing {
        node.is_broken = true;
        let (message, help) = missing.split_once("; ").unwrap_or((missing, ""));
        problems.push(Problem::new(ProblemKind::Jinja, message, node.place.clone()).help(help));
    }
    let without_place = |asked: Asked<RefKey>| Asked { at: None, ..asked };
    node.refs = captured.refs.into_iter().map(without_place).collect();
    node.sources = std::mem::take(&mut captured.sources).into_iter().map(|asked| Asked { at: None, ..asked }).collect();
    let called = node.test.as_ref().and_then(|test| reader.universe.find_anywhere(&node.package, &test.macro_name));
    let first = called.map(|called| called.unique_id.clone());
    let mut macros = super::reader::unique(first.iter().cloned().chain(captured.macros).collect());
    if let Some(first) = &first {
        let subquery = reader.universe.find_anywhere(&node.package, "get_where_subquery");
        let subquery = subquery.map_or("", |found| found.unique_id.as_str());
        let seen = reader.universe.called_from(&[first, subquery]);
        macros.retain(|called| seen.contains(called));
    }
    node.macros = macros;
    (node, captured.configs)
}
