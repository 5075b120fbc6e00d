//! What is checked: a project, and what several rules ask of it, found out once.

use std::collections::HashMap;
use std::sync::Arc;

use sqlparser::tokenizer::Span;

use super::bodies::{Bodies, Read, Relations};
use crate::compile::query::{self, Column, Facts, Item};
use crate::compile::{Compilations, Compiled};
use crate::finding::Place;
use crate::parse::csv::{CsvProblem, Table};
use crate::project::problem::did_you_mean;
use crate::project::{Node, Project, ResourceType};
use crate::settings::Policy;
use crate::source::SourceFile;
use crate::source::changes::Changes;

/// What is checked.
pub struct Subject<'a> {
    pub project: &'a Project,
    pub compiled: &'a Compilations,
    pub policy: &'a Policy,
    /// What the project is compared with, where that matters to a rule.
    pub base: Option<&'a Project>,
    /// The files that changed, unless the whole project is looked at.
    changes: Option<&'a Changes>,
    queries: &'a HashMap<String, Read>,
    seeds: &'a HashMap<String, Result<Table, CsvProblem>>,
    relations: &'a Relations,
    /// The columns that models and seeds give.
    outputs: Outputs<'a>,
}

/// What nodes give, by their unique ids.
type Outputs<'a> = HashMap<&'a str, Arc<[Output]>>;

/// A part of what a node gives, once `*` is resolved as far as that is sure.
#[derive(Debug, Clone, PartialEq)]
pub enum Output {
    Column(Column),
    /// Some columns that are not known, and where they are asked for.
    Unknown(Span),
}

/// A model's query with what is known of it.
#[derive(Clone, Copy)]
pub struct Query<'s> {
    pub model: &'s Node,
    pub sql: &'s str,
    pub facts: &'s Facts,
    compiled: &'s Compiled,
    project: &'s Project,
}

impl<'a> Subject<'a> {
    /// A project with what its models and seeds hold, as far as that is to be looked at.
    pub fn new(project: &'a Project, bodies: &'a Bodies, policy: &'a Policy) -> Self {
        let mut subject = Self {
            project,
            compiled: &bodies.compiled,
            policy,
            base: None,
            changes: None,
            queries: &bodies.queries,
            seeds: &bodies.seeds,
            relations: &bodies.relations,
            outputs: HashMap::new(),
        };
        subject.outputs = subject.all_outputs();
        subject
    }

    /// The same, compared with another state of the project.
    #[must_use]
    pub fn beside(self, base: Option<&'a Project>) -> Self {
        Self { base, ..self }
    }

    /// The same, where what changed is looked at.
    #[must_use]
    pub fn changed(self, changes: &'a Changes) -> Self {
        Self { changes: Some(changes), ..self }
    }

    /// Whether the whole project is looked at, and not only what changed.
    pub fn is_whole(&self) -> bool {
        self.changes.is_none()
    }

    /// Whether a file is looked at by itself.
    pub fn is_judged(&self, path: &str) -> bool {
        self.changes.is_none_or(|changes| changes.contains_key(path))
    }

    /// The files of the project, those of packages left out.
    pub fn own_files(&self) -> impl Iterator<Item = &'a SourceFile> {
        let project = self.project;
        let packages: Vec<&str> = project.packages.iter().skip(1).map(|package| package.root.as_str()).collect();
        project.tree.iter().filter(move |file| {
            packages.iter().all(|root| !file.path.starts_with(root)) && !file.path.starts_with("dbt_packages/")
        })
    }

    /// Whether the SQL is Athena's: on DuckDB it is translated from it, and Trino's is the same language.
    pub fn is_for_athena(&self) -> bool {
        matches!(self.project.target.kind.as_str(), "athena" | "duckdb" | "trino")
    }

    /// A model's query, when it could be read and does not depend on a warehouse.
    pub fn query(&self, model: &'a Node) -> Option<Query<'_>> {
        let Some(Read::Facts(facts)) = self.queries.get(model.unique_id.as_str()) else { return None };
        let compiled = self.compiled.get(&model.unique_id)?.as_ref().ok()?;
        Some(Query { model, sql: &compiled.sql, facts, compiled, project: self.project })
    }

    /// What came of reading a model's query; nothing when it depends on a warehouse.
    pub(super) fn read(&self, model: &Node) -> Option<&Read> {
        self.queries.get(model.unique_id.as_str())
    }

    /// The rows of a seed, or why they cannot be read.
    pub fn seed(&self, seed: &Node) -> Option<&'a Result<Table, CsvProblem>> {
        self.seeds.get(seed.unique_id.as_str())
    }

    /// What a model or seed gives, as far as it is known.
    pub fn outputs(&self, id: &str) -> &[Output] {
        self.outputs.get(id).map_or(&[], |outputs| outputs)
    }

    /// The columns of a model or seed, when all of them are known.
    pub fn columns(&self, id: &str) -> Option<Vec<&Column>> {
        let outputs = self.outputs.get(id)?;
        let columns = outputs.iter().map(|output| match output {
            Output::Column(column) => Some(column),
            Output::Unknown(_) => None,
        });
        columns.collect()
    }

    /// The node or source whose table has this name in this database.
    pub fn named(&self, schema: &str, table: &str) -> Option<&'a Node> {
        self.node(self.relations.named(schema, table)?)
    }

    fn node(&self, id: &str) -> Option<&'a Node> {
        self.project.node(id).map(Arc::as_ref)
    }

    fn all_outputs(&self) -> Outputs<'a> {
        let mut known = HashMap::new();
        for node in self.queries.keys().chain(self.seeds.keys()).filter_map(|id| self.node(id)) {
            self.output(node, &mut known, &mut Vec::new());
        }
        known
    }

    /// Finds out what a node gives, and before that what those give that it takes all columns of.
    fn output(&self, node: &'a Node, known: &mut Outputs<'a>, open: &mut Vec<&'a str>) {
        let id = node.unique_id.as_str();
        if known.contains_key(id) || open.contains(&id) || open.len() > DEEPEST {
            return;
        }
        let outputs: Option<Vec<Output>> = match node.resource_type {
            ResourceType::Seed => self.seed(node).and_then(|read| read.as_ref().ok()).map(of_seed),
            ResourceType::Model => match self.queries.get(id) {
                Some(Read::Facts(facts)) => facts.columns.as_ref().and_then(|items| {
                    open.push(id);
                    let outputs = self.all_resolved(items, known, open);
                    open.pop();
                    outputs
                }),
                _ => None,
            },
            _ => None,
        };
        known.extend(outputs.map(|outputs| (id, outputs.into())));
    }

    fn all_resolved(&self, items: &[Item], known: &mut Outputs<'a>, open: &mut Vec<&'a str>) -> Option<Vec<Output>> {
        let mut outputs = Vec::new();
        for item in items {
            outputs.extend(self.resolved(item, known, open));
            if outputs.len() > MOST {
                return None;
            }
        }
        Some(outputs)
    }

    fn resolved(&self, item: &Item, known: &mut Outputs<'a>, open: &mut Vec<&'a str>) -> Vec<Output> {
        let (table, at) = match item {
            Item::Column(column) => return vec![Output::Column(column.clone())],
            Item::All { table, at } => (table, *at),
        };
        let unknown = || vec![Output::Unknown(at)];
        let Some(node) = self.relations.table(table).and_then(|id| self.node(id)) else { return unknown() };
        self.output(node, known, open);
        // The table keeps names and order, and has types of its own.
        let there = |output: &Output| match output {
            Output::Column(column) => {
                Output::Column(Column { named: at, listed: at, data_type: None, is_quoted: false, ..column.clone() })
            }
            Output::Unknown(_) => Output::Unknown(at),
        };
        known.get(node.unique_id.as_str()).map_or_else(unknown, |outputs| outputs.iter().map(there).collect())
    }
}

/// A chain of models that each take all columns of the one before may be longer, and is then not known.
const DEEPEST: usize = 200;

/// More columns are not looked at.
const MOST: usize = 2_000;

impl Query<'_> {
    /// The author's place for a place in the SQL: the whole model's when the reader does not know it.
    pub fn place(&self, span: Span) -> Place {
        self.found(span).0
    }

    /// The author's place for a place in the SQL, when the author wrote the same there, outside of any `{{ … }}`.
    pub fn written(&self, span: Span) -> Option<Place> {
        let (place, is_same) = self.found(span);
        is_same.then_some(place)
    }

    fn found(&self, span: Span) -> (Place, bool) {
        let file = || (Place::file(self.model.file.clone()), false);
        let Some(range) = query::range(self.sql, span) else { return file() };
        let text = |path: &str| self.project.text(path).to_owned();
        self.compiled.place(range, text).unwrap_or_else(file)
    }
}

fn of_seed(table: &Table) -> Vec<Output> {
    let column = |name: &String| {
        Output::Column(Column {
            name: Some(name.to_lowercase().into()),
            is_quoted: false,
            named: Span::empty(),
            listed: Span::empty(),
            data_type: None,
        })
    };
    table.header.iter().map(column).collect()
}

/// Whether a model is built as a table or view whose columns are those of its query.
pub fn is_built(model: &Node) -> bool {
    is_table(model) || model.materialized() == "view"
}

/// Whether a model is built as a table.
pub fn is_table(model: &Node) -> bool {
    matches!(model.materialized(), "table" | "incremental")
}

/// Whether a table is one of Iceberg's.
pub fn is_iceberg(model: &Node) -> bool {
    model.config_text("table_type").is_some_and(|kind| kind.eq_ignore_ascii_case("iceberg"))
}

/// What to say of a column that a node does not have, and what to do.
pub(super) fn no_such_column(node: &Node, name: &str, columns: &[&Column]) -> (String, String) {
    let kind = if node.resource_type == ResourceType::Seed { "seed" } else { "model" };
    let message = format!("the {kind} `{}` has no column `{name}`", node.display_name());
    let names = columns.iter().filter_map(|column| column.name.as_deref());
    let help = did_you_mean(name, names).map_or_else(
        || format!("check the name, or add the column to the {kind}"),
        |near| format!("did you mean `{near}`?"),
    );
    (message, help)
}
