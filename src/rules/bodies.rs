//! What models and seeds hold, read once for all rules: the SQL that templates become, what it says, and the rows of seeds.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, LazyLock};

use rayon::prelude::*;

use crate::compile::query::{self, Facts, Item, TableName};
use crate::compile::sql::{self, SqlProblem};
use crate::compile::{self, Compilations, Compiled};
use crate::finding::Level;
use crate::guard::{self, Blame, Task};
use crate::jinja::render::RenderProblem;
use crate::parse::csv::{CsvProblem, Table};
use crate::project::{Node, Project, ResourceType};
use crate::settings::Policy;

/// Chains of `union`s and of `and`s are as deep in the tree as they are long.
const STACK: usize = 16 << 20;

/// What models and seeds hold, by their unique ids.
#[derive(Default)]
pub struct Bodies {
    /// What the templates of models become.
    pub compiled: Compilations,
    /// The queries of the models, as far as they are known without a warehouse.
    pub(super) queries: HashMap<String, Read>,
    pub(super) seeds: HashMap<String, Result<Table, CsvProblem>>,
    pub(super) relations: Relations,
    /// What is to be judged; nothing when that is everything.
    pub touched: Option<Touched>,
}

/// What a change can matter to, by unique ids.
pub struct Touched {
    /// What changed files define or describe, but for models of which only the SQL between the tags differs.
    pub declared: HashSet<String>,
    /// All that changed files define or describe, and what that can matter to.
    pub all: HashSet<String>,
}

/// What came of reading a query.
pub(super) enum Read {
    Facts(Box<Facts>),
    Problem(SqlProblem),
    /// The one who waits says not to read it again.
    LeftOut(Blame),
}

impl Bodies {
    /// For rules that look neither at queries nor at seeds: nothing is read for them.
    pub fn none() -> &'static Self {
        static NONE: LazyLock<Bodies> = LazyLock::new(Bodies::default);
        &NONE
    }

    /// The bodies of all models and seeds.
    pub fn all(project: &Project, policy: &Policy) -> Self {
        let mut bodies = Self { relations: Relations::of(project), ..Self::default() };
        bodies.add(project, policy, project.nodes.values());
        bodies
    }

    /// The bodies of some nodes, of what is tested by those that are tests, of those whose columns they take over with a `*`,
    /// and of those that they ask for columns.
    pub fn of(project: &Project, policy: &Policy, ids: &HashSet<&str>) -> Self {
        let mut bodies = Self { relations: Relations::of(project), ..Self::default() };
        bodies.read(project, policy, ids);
        let asked = ids.iter().filter_map(|id| project.nodes.get(*id)).flat_map(|node| bodies.asked(node));
        let asked: Vec<String> = asked.map(str::to_owned).collect();
        bodies.read(project, policy, &asked.iter().map(String::as_str).collect());
        bodies
    }

    /// Reads more of them.
    pub(super) fn read(&mut self, project: &Project, policy: &Policy, ids: &HashSet<&str>) {
        let nodes = ids.iter().filter_map(|id| project.nodes.get(*id));
        let tested = nodes.filter(|node| node.test.is_some()).flat_map(|test| &test.depends_on);
        let mut next: HashSet<&str> = tested.map(String::as_str).chain(ids.iter().copied()).collect();
        while !next.is_empty() {
            let is_new = |id: &&str| !self.compiled.contains_key(*id) && !self.seeds.contains_key(*id);
            let nodes = next.into_iter().filter(is_new).filter_map(|id| project.nodes.get(id));
            let nodes: Vec<&Arc<Node>> = nodes.filter(|node| !node.is_broken).collect();
            self.add(project, policy, nodes.iter().copied());
            let taken_over = nodes.iter().flat_map(|node| self.taken_over(node));
            next = taken_over.filter_map(|id| project.nodes.get(id)).map(|node| node.unique_id.as_str()).collect();
        }
    }

    /// Reads the bodies of nodes that it does not have yet.
    fn add<'p>(&mut self, project: &Project, policy: &Policy, nodes: impl Iterator<Item = &'p Arc<Node>>) {
        let (seeds, nodes): (Vec<_>, Vec<_>) = nodes.partition(|node| node.resource_type == ResourceType::Seed);
        let models = nodes.into_iter().filter(|node| node.resource_type == ResourceType::Model).collect();
        let compiled = compile::these(project, models);
        self.queries.extend(queries(project, &compiled, policy));
        self.compiled.extend(compiled);
        let rows = |seed: &Arc<Node>| (seed.unique_id.clone(), project.seed_table(seed));
        self.seeds.par_extend(seeds.into_par_iter().map(rows));
    }

    /// The nodes that a model asks for columns by their names.
    fn asked(&self, model: &Node) -> Vec<&str> {
        let Some(Read::Facts(facts)) = self.queries.get(&model.unique_id) else { return Vec::new() };
        let of_unions = facts.unions.iter().flat_map(|union| union.first.1.iter().chain(&union.other.1));
        let tables = facts.asked.iter().flat_map(|asked| &asked.tables).chain(of_unions);
        tables.filter_map(|table| self.relations.table(table)).collect()
    }

    /// The nodes that a model takes all columns of.
    pub(super) fn taken_over(&self, model: &Node) -> Vec<&str> {
        let Some(Read::Facts(facts)) = self.queries.get(&model.unique_id) else { return Vec::new() };
        let table = |item: &Item| match item {
            Item::All { table, .. } => self.relations.table(table),
            Item::Column(_) => None,
        };
        facts.columns.iter().flatten().filter_map(table).collect()
    }
}

/// Nodes and sources by the names of their tables, in small letters.
#[derive(Default)]
pub(super) struct Relations(HashMap<(String, String), String>);

impl Relations {
    fn of(project: &Project) -> Self {
        let lower = |name: &Option<String>| name.as_deref().unwrap_or_default().to_lowercase();
        let sources = project.sources.values().map(|source| source.node());
        let nodes = project.nodes.values().filter(|node| node.resource_type.is_refable() && !node.is_ephemeral());
        let name = |node: &Arc<Node>| {
            ((lower(&node.relation.schema), lower(&node.relation.identifier)), node.unique_id.clone())
        };
        // A table that the project builds counts more than a source of the same name.
        Self(sources.chain(nodes).map(name).collect())
    }

    /// The node or source that a table's name means.
    pub(super) fn table(&self, name: &TableName) -> Option<&str> {
        let [.., schema, table] = name.parts.as_ref() else { return None };
        self.named(schema, table)
    }

    /// The node or source whose table has this name in this database.
    pub(super) fn named(&self, schema: &str, table: &str) -> Option<&str> {
        self.0.get(&(schema.to_lowercase(), table.to_lowercase())).map(String::as_str)
    }
}

/// Reads the query of each model, in parallel.
fn queries(project: &Project, compiled: &Compilations, policy: &Policy) -> Vec<(String, Read)> {
    let is_limited = policy.level("sql/length-limit", Level::Error).is_some();
    let query = |(id, result): (&String, &Result<Compiled, RenderProblem>)| {
        let model = project.nodes.get(id).filter(|model| !model.is_python)?;
        let compiled = result.as_ref().ok()?;
        // What it will be is known when the warehouse answers; and what is too long need not be looked at.
        let is_too_long = is_limited && compiled.sql.len() > sql::LONGEST;
        (!compiled.asks_warehouse && !is_too_long).then(|| (id.clone(), read(model, &compiled.sql)))
    };
    let read = || compiled.par_iter().filter_map(query).collect();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(rayon::current_num_threads()).stack_size(STACK).build();
    match pool {
        Ok(pool) => pool.install(read),
        Err(_) => read(),
    }
}

fn read(model: &Node, sql: &str) -> Read {
    match guard::begin(&model.file, Task::sql(sql)).map(|_working| query::read(sql)) {
        Ok(Ok(facts)) => Read::Facts(Box::new(facts)),
        Ok(Err(problem)) => Read::Problem(problem),
        Err(blame) => Read::LeftOut(blame),
    }
}
