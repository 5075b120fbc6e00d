//! Stage 5: a node's template in, its SQL out, with a map back to the author's lines.

pub mod ephemeral;
pub mod inline;
pub mod map;
mod own_tests;
pub mod query;
pub mod sql;
pub mod test;

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use rayon::prelude::*;

use crate::PIECE;
use crate::finding::Place;
use crate::guard::{self, Task};
use crate::jinja::render::{self, RenderProblem};
use crate::jinja::rewrite::{Marks, Rewritten, rewrite};
use crate::jinja::scope::Scope;
use crate::jinja::warehouse::Warehouse;
use crate::project::{Node, Project, ResourceType, scopes};
use crate::source::file::floor_char;
use map::SourceMap;

/// A node's SQL, and the way back.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Compiled {
    pub sql: String,
    pub map: SourceMap,
    /// The template asked the warehouse for something: without one, the SQL is not what will be built.
    pub asks_warehouse: bool,
}

impl Compiled {
    /// The author's place for a part of the SQL, and whether the author wrote the same there. What a `{{ … }}` printed
    /// leads to the braces as a whole.
    ///
    /// `text` is the text of a file.
    pub fn place(&self, range: Range<usize>, text: impl Fn(&str) -> String) -> Option<(Place, bool)> {
        let mut place = self.map.place(range.start, &text)?;
        let Some(span) = &mut place.span else { return Some((place, false)) };
        let (author, sql) = (text(&place.path), self.sql.get(range)?);
        let is_jinja = author.get(span.start..).is_some_and(|rest| rest.starts_with("{{"));
        let is_same =
            !sql.is_empty() && !is_jinja && author.get(span.start..).is_some_and(|rest| rest.starts_with(sql));
        if is_same {
            span.end = span.start + sql.len();
        } else if !is_jinja && span.len() <= 4 {
            let line_end = author[span.start..].find('\n').map_or(author.len(), |at| span.start + at);
            span.end = floor_char(&author, (span.start + sql.len().max(1)).min(line_end)).max(span.end);
        }
        Some((place, is_same))
    }
}

/// The SQL of every model, or why it could not be rendered.
pub type Compilations = HashMap<String, Result<Compiled, RenderProblem>>;

/// Compiles every model that could be read; see [`these`].
pub fn models(project: &Project) -> Compilations {
    these(project, project.of_type(ResourceType::Model).collect())
}

/// Compiles those of these models that could be read. Incremental models are compiled as for a first run.
///
/// There is no warehouse here. A template that cannot go on without its answers is known when it is built, and not
/// before: it is no finding.
pub fn these(project: &Project, models: Vec<&Arc<Node>>) -> Compilations {
    let compile = |node: &Arc<Node>| {
        let compiler = Compiler::new(project, false, None);
        let compiled = compiler.compile(node);
        match compiled {
            Err(_) if compiler.asked.get() => Ok(Compiled { asks_warehouse: true, ..Compiled::default() }),
            compiled => compiled,
        }
    };
    let models = models.into_par_iter().with_max_len(PIECE / 8).filter(|node| !node.is_broken);
    models.map(|node| (node.unique_id.clone(), compile(node))).collect()
}

/// Compiles one model or test without a warehouse. `incremental` is what `is_incremental()` answers.
///
/// # Errors
/// The first thing in the template, or in a macro that it calls, that failed.
pub fn node_sql(project: &Project, node: &Arc<Node>, incremental: bool) -> Result<Compiled, RenderProblem> {
    Compiler::new(project, incremental, None).compile(node)
}

/// Makes the SQL of one node.
pub struct Compiler<'p> {
    project: &'p Project,
    incremental: bool,
    warehouse: Option<Arc<dyn Warehouse>>,
    /// Whether a template asked for a warehouse.
    asked: Cell<bool>,
    said: RefCell<Vec<String>>,
}

impl<'p> Compiler<'p> {
    /// `incremental` is what `is_incremental()` answers; `warehouse` is what templates read from, if there is one.
    pub fn new(project: &'p Project, incremental: bool, warehouse: Option<Arc<dyn Warehouse>>) -> Self {
        Self { project, incremental, warehouse, asked: Cell::default(), said: RefCell::default() }
    }

    /// The SQL of a model or test, with the ephemeral models that it reads.
    ///
    /// # Errors
    /// The first thing in the template, or in a macro that it calls, that failed.
    pub fn compile(&self, node: &Arc<Node>) -> Result<Compiled, RenderProblem> {
        let compiled = ephemeral::inject(self, node, self.body(node)?)?;
        Ok(Compiled { asks_warehouse: self.asked.get(), ..compiled })
    }

    /// The node's own SQL, before ephemeral models are written into it.
    fn body(&self, node: &Arc<Node>) -> Result<Compiled, RenderProblem> {
        if let Some(sql) = own_tests::sql(self.project, node) {
            return Ok(of_test(node, sql));
        }
        let mut scope = scopes::compiling(self.project, node, self.incremental);
        scope.warehouse.clone_from(&self.warehouse);
        let scope = Arc::new(scope);
        let body = self.rendered(&scope, node);
        let mut captured = scope.captured();
        self.asked.set(self.asked.get() || captured.asked_warehouse);
        self.said.borrow_mut().append(&mut captured.said);
        body
    }

    /// What the templates that were rendered so far printed, in order.
    pub fn said(self) -> Vec<String> {
        self.said.into_inner()
    }

    fn rendered(&self, scope: &Arc<Scope>, node: &Arc<Node>) -> Result<Compiled, RenderProblem> {
        if node.test.is_some() {
            return Ok(of_test(node, test::render(scope, node)?));
        }
        if node.is_python || node.resource_type == ResourceType::Seed {
            return Ok(Compiled::default());
        }
        // What has no sign of Jinja is not rendered, and keeps its line breaks as they are.
        if !render::may_be_jinja(&node.raw) {
            let start = if node.raw.is_empty() { 0 } else { node.raw_start };
            let map = SourceMap::verbatim(&node.file, start, &node.raw);
            return Ok(Compiled { sql: node.raw.to_string(), map, ..Compiled::default() });
        }
        let template = template(self.project, node)?;
        let text = render::render(scope, &template, &node.file)?;
        let (sql, map) = map::strip_marks(&text, &node.file);
        Ok(Compiled { sql, map, ..Compiled::default() })
    }
}

/// The SQL of a test, all of which leads to its lines in the property file.
fn of_test(node: &Node, sql: String) -> Compiled {
    let map = SourceMap::whole(&node.file, node.place.span.clone());
    Compiled { sql, map, ..Compiled::default() }
}

/// The template of a node, with marks that lead back to its file.
pub(crate) fn template(project: &Project, node: &Node) -> Result<Rewritten, RenderProblem> {
    let _working = guard::begin(&node.file, Task::read(&node.raw)).map_err(|blame| RenderProblem::left_out(&blame))?;
    let text = project.text(&node.file);
    let range = node.raw_start..node.raw_start + node.raw.len();
    let stands_there = node.place.span.is_none() && text.get(range.clone()).is_some_and(|text| *text == *node.raw);
    let template = match stands_there {
        true => rewrite(text, range, Marks::Text),
        false => rewrite(&node.raw, 0..node.raw.len(), Marks::None),
    };
    template.map_err(|problem| RenderProblem::unread(problem, &node.file))
}
