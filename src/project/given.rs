//! A unit test's inputs as they stand in its YAML, and the nodes that they stand for.

use std::sync::Arc;

use serde_json::Value;

use super::finish::reference;
use super::{Node, Project, resolve};

/// One side of a unit test: an input by its number, or what is expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    Given(usize),
    Expect,
}

/// The fields of a side, as the manifest has them.
pub fn side(test: &Node, side: Side) -> &Value {
    match side {
        Side::Given(at) => &test.body["given"][at],
        Side::Expect => &test.body["expect"],
    }
}

/// How many inputs a unit test has.
pub fn count(test: &Node) -> usize {
    test.body.get("given").and_then(Value::as_array).map_or(0, Vec::len)
}

/// The model that is tested.
pub fn tested<'p>(project: &'p Project, test: &Node) -> Option<&'p Arc<Node>> {
    project.nodes.get(test.depends_on.first()?)
}

/// The node that an input stands for; nothing when there is none of that name.
pub fn node<'p>(project: &'p Project, test: &Node, input: &Value) -> Option<&'p Arc<Node>> {
    let text = input["input"].as_str()?.trim();
    if text == "this" {
        return tested(project, test);
    }
    let found = reference(text)?;
    let of_ref = || resolve::find_ref(project, &test.package, &found.refs.first()?.what);
    let source = || resolve::find_source(project, &test.package, &found.sources.first()?.what);
    of_ref().or_else(|| source().map(|table| table.node()))
}

/// The name of the CTE that stands for an input, without dbt's prefix.
pub fn cte(project: &Project, node: &Node) -> String {
    match project.sources.get(&node.unique_id) {
        Some(table) => format!("{}__{}", table.source_name, table.name),
        None => node.alias.clone(),
    }
}
