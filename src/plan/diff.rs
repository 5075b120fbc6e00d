//! Two projects in, the nodes that differ out, each with the first reason that holds.

use std::collections::BTreeMap;

use super::Reason;
use crate::compile::{self, Compilations};
use crate::project::{Node, Project};

/// The nodes of the head that are not in the base, or not as they are in the base. Both come with their models' SQL.
pub fn changed(
    (head, head_models): (&Project, &Compilations),
    (base, base_models): (&Project, &Compilations),
) -> BTreeMap<String, Reason> {
    let (head_tests, base_tests) = (compile::tests(head), compile::tests(base));
    let sql = |models: &Compilations, tests: &Compilations, id: &str| {
        models.get(id).or_else(|| tests.get(id)).and_then(|result| result.as_ref().ok()).map(|found| found.sql.clone())
    };
    let reason = |node: &Node| -> Option<Reason> {
        let Some(old) = base.nodes.get(&node.unique_id) else { return Some(Reason::New) };
        if node.checksum != old.checksum {
            return Some(Reason::Body);
        }
        let keys = changed_keys(node, old);
        if !keys.is_empty() {
            return Some(Reason::Config(keys));
        }
        if node.has_contract() && promised(node).ne(promised(old)) {
            return Some(Reason::Contract);
        }
        let macros = changed_macros(head, base, node);
        let id = &node.unique_id;
        let differs = sql(head_models, &head_tests, id) != sql(base_models, &base_tests, id) || !macros.is_empty();
        differs.then_some(Reason::Compiled(macros))
    };
    head.nodes.values().filter_map(|node| Some((node.unique_id.clone(), reason(node)?))).collect()
}

/// What a contract promises: names and types, whatever else is said of the columns.
fn promised(node: &Node) -> impl Iterator<Item = (&String, &Option<String>)> {
    node.columns.values().map(|column| (&column.name, &column.data_type))
}

/// Configs that change nothing about a table, or are compared as its name: `CompareBehavior.Exclude` in dbt.
const NOT_COMPARED: &[&str] = &["tags", "group", "docs", "access", "database", "schema", "alias"];

/// The configs that differ. Where the table goes counts as one.
fn changed_keys(node: &Node, old: &Node) -> Vec<String> {
    let keys = node.config.keys().chain(old.config.keys().filter(|key| !node.config.contains_key(*key)));
    let keys = keys.filter(|key| !NOT_COMPARED.contains(&key.as_str()));
    let mut changed: Vec<String> = keys.filter(|key| node.config.get(*key) != old.config.get(*key)).cloned().collect();
    if node.relation != old.relation {
        changed.push("table name".to_owned());
    }
    changed
}

/// The macros that the node itself calls and that differ.
fn changed_macros(head: &Project, base: &Project, node: &Node) -> Vec<String> {
    let text = |project: &Project, id: &str| project.universe.by_id(id).map(|definition| definition.text().to_owned());
    let differs = |id: &&String| text(head, id) != text(base, id);
    node.macros.iter().filter(differs).map(|id| id.rsplit('.').next().unwrap_or(id).to_owned()).collect()
}
