//! Stage 5: a node's template in, its SQL out, with a map back to the author's lines.

pub mod ephemeral;
pub mod inline;
pub mod map;
pub mod sql;
pub mod test;

use std::collections::HashMap;
use std::sync::Arc;

use rayon::prelude::*;

use crate::jinja::render::{self, RenderProblem};
use crate::jinja::rewrite::{Marks, Rewritten, rewrite};
use crate::project::{Node, Project, ResourceType, scopes};
use map::SourceMap;

/// A node's SQL, and the way back.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Compiled {
    pub sql: String,
    pub map: SourceMap,
}

/// The SQL of every model, or why it could not be rendered.
pub type Compilations = HashMap<String, Result<Compiled, RenderProblem>>;

/// Compiles every model that could be read. Incremental models are compiled as for a first run.
pub fn models(project: &Project) -> Compilations {
    let models: Vec<&Arc<Node>> = project.of_type(ResourceType::Model).filter(|node| !node.is_broken).collect();
    models.into_par_iter().map(|node| (node.unique_id.clone(), node_sql(project, node, false))).collect()
}

/// Compiles one model or test. `incremental` is what `is_incremental()` answers.
///
/// # Errors
/// The first thing in the template, or in a macro that it calls, that failed.
pub fn node_sql(project: &Project, node: &Arc<Node>, incremental: bool) -> Result<Compiled, RenderProblem> {
    let body = body(project, node, incremental)?;
    ephemeral::inject(project, node, body)
}

/// The node's own SQL, before ephemeral models are written into it.
fn body(project: &Project, node: &Arc<Node>, incremental: bool) -> Result<Compiled, RenderProblem> {
    let scope = Arc::new(scopes::compiling(project, node, incremental));
    if node.test.is_some() {
        let sql = test::render(&scope, node)?;
        return Ok(Compiled { map: SourceMap::whole(&node.file, node.place.span.clone()), sql });
    }
    if node.is_python || node.resource_type == ResourceType::Seed {
        return Ok(Compiled::default());
    }
    let template = template(project, node)?;
    let text = render::render(&scope, &template, &node.file)?;
    let (sql, map) = map::strip_marks(&text, &node.file);
    Ok(Compiled { sql, map })
}

/// The template of a node, with marks that lead back to its file.
pub(crate) fn template(project: &Project, node: &Node) -> Result<Rewritten, RenderProblem> {
    let text = project.text(&node.file);
    let range = node.raw_start..node.raw_start + node.raw.len();
    let stands_there = node.place.span.is_none() && text.get(range.clone()).is_some_and(|text| *text == *node.raw);
    let template = match stands_there {
        true => rewrite(text, range, Marks::Text),
        false => rewrite(&node.raw, 0..node.raw.len(), Marks::None),
    };
    template.map_err(|problem| RenderProblem::unread(problem, &node.file))
}
