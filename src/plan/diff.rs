//! Two projects in, the nodes that differ out, each with the first reason that holds.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::sync::Arc;

use rayon::prelude::*;

use super::Reason;
use crate::compile::{self, Compilations};
use crate::project::{Node, Project, ResourceType};

/// The nodes of the head that are not in the base, or not as they are in the base. The head comes with its models' SQL.
pub fn changed((head, compiled): (&Project, &Compilations), base: &Project) -> BTreeMap<String, Reason> {
    let states = States { head, base, compiled };
    let nodes: Vec<&Arc<Node>> = head.nodes.values().filter(|node| node.is_built()).collect();
    let found = nodes.into_par_iter().filter_map(|node| Some((node.unique_id.clone(), states.reason(node)?)));
    let tests = head.others.values().filter_map(|test| Some((test.unique_id.clone(), of_unit_test(test, base)?)));
    found.collect::<Vec<_>>().into_iter().chain(tests).collect()
}

/// A unit test changes with what it holds, and never with its name or its description.
fn of_unit_test(test: &Node, base: &Project) -> Option<Reason> {
    if test.resource_type != ResourceType::UnitTest {
        return None;
    }
    match base.others.get(&test.unique_id) {
        None => Some(Reason::New),
        Some(old) => (old.checksum != test.checksum).then_some(Reason::Body),
    }
}

struct States<'p> {
    head: &'p Project,
    base: &'p Project,
    compiled: &'p Compilations,
}

impl States<'_> {
    fn reason(&self, node: &Arc<Node>) -> Option<Reason> {
        let Some(old) = self.base.nodes.get(&node.unique_id) else { return Some(Reason::New) };
        if self.is_untouched(node, &mut HashSet::new()) {
            return None;
        }
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
        let is_other_sql = self.is_other_sql(node, old, false)
            || (node.materialized() == "incremental" && self.is_other_sql(node, old, true));
        is_other_sql.then(|| self.why_other_sql(node))
    }

    /// Whether nothing at all that the SQL is made of differs, so that it need not be looked at.
    fn is_untouched<'n>(&'n self, node: &'n Arc<Node>, seen: &mut HashSet<&'n str>) -> bool {
        let old = self.base.nodes.get(&node.unique_id);
        let is_same = old.is_some_and(|old| Arc::ptr_eq(old, node));
        let is_same_world =
            Arc::ptr_eq(&self.head.universe, &self.base.universe) && Arc::ptr_eq(&self.head.given, &self.base.given);
        if !is_same || !is_same_world {
            return false;
        }
        node.depends_on.iter().all(|id| match (self.head.node(id), self.base.node(id)) {
            _ if !seen.insert(id) => true,
            (Some(parent), Some(before)) if parent.is_ephemeral() || before.is_ephemeral() => {
                self.is_untouched(parent, seen)
            }
            (Some(parent), Some(before)) => parent.relation == before.relation,
            _ => false,
        })
    }

    fn is_other_sql(&self, node: &Arc<Node>, old: &Arc<Node>, incremental: bool) -> bool {
        if node.resource_type == ResourceType::Seed {
            return false;
        }
        let before = compile::node_sql(self.base, old, incremental).ok();
        let known = self.compiled.get(&node.unique_id).filter(|_| !incremental);
        let now = match known {
            Some(known) => known.as_ref().ok().cloned(),
            None => compile::node_sql(self.head, node, incremental).ok(),
        };
        // What can be compiled in neither state, or not without the warehouse, may differ in what cannot be seen.
        let is_unseen = now.as_ref().is_none_or(|now| now.asks_warehouse);
        let sql = |compiled: Option<compile::Compiled>| compiled.map(|found| found.sql);
        sql(now) != sql(before) || (is_unseen && self.changed_macro(node).is_some())
    }

    fn why_other_sql(&self, node: &Node) -> Reason {
        if let Some(path) = self.changed_macro(node) {
            return Reason::Macro(path);
        }
        let variables = self.changed_variables(node);
        if variables.is_empty() { Reason::Compiled } else { Reason::Variables(variables) }
    }

    /// The way from a macro that the node calls to one that differs, by the shortest way.
    fn changed_macro(&self, node: &Node) -> Option<Vec<String>> {
        let text = |project: &Project, id: &str| project.universe.by_id(id).map(|found| found.text().to_owned());
        let mut queue: VecDeque<&str> = node.macros.iter().map(String::as_str).collect();
        let mut from: HashMap<&str, Option<&str>> = queue.iter().map(|id| (*id, None)).collect();
        while let Some(id) = queue.pop_front() {
            if text(self.head, id) != text(self.base, id) {
                let path = std::iter::successors(Some(id), |id| from.get(id).copied().flatten());
                let mut names: Vec<String> = path.map(|id| id.rsplit('.').next().unwrap_or(id).to_owned()).collect();
                names.reverse();
                return Some(names);
            }
            for called in self.head.universe.by_id(id).into_iter().flat_map(|found| &found.depends_on) {
                if !from.contains_key(called.as_str()) {
                    from.insert(called, Some(id));
                    queue.push_back(called);
                }
            }
        }
        None
    }

    /// The variables that differ and that the node, or a macro that it calls, names.
    fn changed_variables(&self, node: &Node) -> Vec<String> {
        let (now, before) = (&self.head.given.vars, &self.base.given.vars);
        let mut names: Vec<&String> = Vec::new();
        for package in [node.package.as_str(), ""] {
            let vars = |all: &'_ HashMap<_, serde_json::Map<String, serde_json::Value>>| all.get(package).cloned();
            let (now, before) = (vars(now).unwrap_or_default(), vars(before).unwrap_or_default());
            let all = self.head.given.vars.get(package).into_iter().chain(self.base.given.vars.get(package));
            names.extend(all.flat_map(|vars| vars.keys()).filter(|name| now.get(*name) != before.get(*name)));
        }
        names.sort();
        names.dedup();
        let mut texts: Vec<&str> = vec![&node.raw];
        let mut macros: Vec<&str> = node.macros.iter().map(String::as_str).collect();
        let mut seen = HashSet::new();
        while let Some(id) = macros.pop() {
            if let Some(found) = self.head.universe.by_id(id).filter(|_| seen.insert(id)) {
                texts.push(found.text());
                macros.extend(found.depends_on.iter().map(String::as_str));
            }
        }
        names.into_iter().filter(|name| texts.iter().any(|text| text.contains(name.as_str()))).cloned().collect()
    }
}

/// What a contract promises: names and types, whatever else is said of the columns.
fn promised(node: &Node) -> impl Iterator<Item = (&String, &Option<String>)> {
    node.columns.values().map(|column| (&column.name, &column.data_type))
}

/// Configs that change nothing about a table, or are compared as its name: `CompareBehavior.Exclude` in dbt.
const NOT_COMPARED: &[&str] = &["tags", "group", "docs", "access", "database", "schema", "alias"];

/// The configs that differ. Where the table goes counts as one.
fn changed_keys(node: &Node, old: &Node) -> Vec<String> {
    let keys = node.config.keys().chain(old.config.keys().filter(|key| !node.config.contains_key(key)));
    let keys = keys.filter(|key| !NOT_COMPARED.contains(&key.as_str()));
    let mut changed: Vec<String> = keys.filter(|key| node.config.get(key) != old.config.get(key)).cloned().collect();
    if node.relation != old.relation {
        changed.push("table name".to_owned());
    }
    changed
}
