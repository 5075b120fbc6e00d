//! What each table is built from, as a short text: another branch's table of the same name has another mark.

use std::collections::HashMap;

use super::order;
use crate::compile::Compilations;
use crate::jinja::environment::md5;
use crate::project::graph::Graph;
use crate::project::{Node, Project};

/// The mark of every node: it changes with the node's own SQL or data, with how it is built, and with everything above.
pub fn marks(project: &Project, compiled: &Compilations) -> HashMap<String, String> {
    let graph = Graph::new(project);
    let ids = project.nodes.keys().chain(project.sources.keys()).map(String::as_str).collect();
    let mut marks: HashMap<String, String> = HashMap::new();
    for id in order::topological(project, &graph, ids) {
        let own = project.nodes.get(&id).map_or_else(|| id.clone(), |node| own(node, compiled));
        let above = graph.parents(&id).iter().filter_map(|parent| marks.get(*parent).map(String::as_str));
        let mark = md5(&above.fold(own, |text, mark| format!("{text}\n{mark}")));
        marks.insert(id, mark);
    }
    marks
}

fn own(node: &Node, compiled: &Compilations) -> String {
    let sql =
        compiled.get(&node.unique_id).and_then(|result| result.as_ref().ok()).map(|compiled| compiled.sql.as_str());
    let types = node.config.get("column_types").map(ToString::to_string).unwrap_or_default();
    format!("{}\n{}\n{types}\n{}", node.materialized(), node.relation, sql.unwrap_or(&node.checksum))
}
