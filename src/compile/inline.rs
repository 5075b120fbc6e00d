//! A query from the command line in, a node out that is compiled as any other.
//!
//! Behaviour: `dbt.task.compile.CompileTask` with `--inline`.

use std::sync::Arc;

use crate::finding::Place;
use crate::jinja::render::{self, RenderProblem};
use crate::jinja::rewrite::{Marks, rewrite};
use crate::jinja::scope::Captured;
use crate::project::problem::did_you_mean;
use crate::project::resolve::{self, call_place};
use crate::project::{Node, Project, ResourceType, scopes};

/// Where the query stands in the tree of files, and what it is called when something is wrong in it.
pub const PATH: &str = "--inline";

/// The node of the query at [`PATH`], with what it refers to.
///
/// # Errors
/// When it cannot be rendered, or refers to something that does not exist.
pub fn node(project: &Project) -> Result<Arc<Node>, RenderProblem> {
    let text = project.text(PATH);
    let mut node = Node::new(ResourceType::Analysis, &project.name, "inline_query", Place::file(PATH));
    node.raw = text.into();
    node.alias.clone_from(&node.name);
    let template = rewrite(text, 0..text.len(), Marks::None).map_err(|problem| {
        let place = Place::span(PATH, problem.span.clone());
        RenderProblem { place, ..RenderProblem::unread(problem, PATH) }
    })?;
    let scope = Arc::new(scopes::reading(&project.universe, &project.given, &Arc::new(node.clone())));
    render::render(&scope, &template, PATH)?;
    let captured = std::mem::take(&mut *scope.captured());
    if let Some(problem) = lost(project, &node, &captured) {
        return Err(problem);
    }
    let refs = captured.refs.iter().filter_map(|asked| resolve::find_ref(project, &node.package, &asked.what));
    let sources = captured.sources.iter().filter_map(|asked| resolve::find_source(project, &node.package, &asked.what));
    let sources = sources.map(|table| &table.unique_id);
    node.depends_on = refs.map(|found| &found.unique_id).chain(sources).cloned().collect();
    (node.refs, node.sources) = (captured.refs, captured.sources);
    Ok(Arc::new(node))
}

/// The first reference that leads nowhere.
fn lost(project: &Project, node: &Node, captured: &Captured) -> Option<RenderProblem> {
    let problem = |message: String, near: Option<&str>, at: Option<usize>| RenderProblem {
        message,
        help: near
            .map_or_else(|| "`cadet ls` lists what there is".to_owned(), |near| format!("did you mean `{near}`?")),
        place: call_place(project, node, at),
        stack: Vec::new(),
        unknown: None,
    };
    let refs = captured.refs.iter().filter(|asked| resolve::find_ref(project, &node.package, &asked.what).is_none());
    let lost_ref = refs.map(|asked| {
        let names =
            project.nodes.values().filter(|node| node.resource_type.is_refable()).map(|node| node.name.as_str());
        let name = &asked.what.name;
        let near = did_you_mean(name, names).filter(|near| *near != name);
        problem(format!("there is no model, seed or snapshot named `{name}`"), near, asked.at)
    });
    let sources = captured.sources.iter();
    let sources = sources.filter(|asked| resolve::find_source(project, &node.package, &asked.what).is_none());
    let lost_source = sources.map(|asked| {
        let (source, table) = &asked.what;
        let tables = project.sources.values().filter(|known| known.source_name == *source);
        let near = did_you_mean(table, tables.map(|known| known.name.as_str()));
        problem(format!("there is no source table `{source}.{table}`"), near, asked.at)
    });
    lost_ref.chain(lost_source).next()
}
