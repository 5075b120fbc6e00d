//! One step in, what became of it out.

use std::sync::Arc;

use std::collections::HashMap;
use std::path::Path;

use super::hooks::When;
use super::outcome::Status;
use super::source_data::{self, Filled};
use crate::compile::{Compiled, Compiler, sql};
use crate::engine::{Engine, EngineError, Load, Spent, Stored, Strategy, TypedColumn, Write};
use crate::finding::{Finding, Level, Place};
use crate::guard::{self, Task};
use crate::parse::csv;
use crate::project::{Node, Project, ResourceType, SourceTable};
use crate::unit_test::{self, Bench, Stop};

/// The rule under which a failed build is shown on its file.
pub(super) const BUILD: &str = "deploy/build";

/// What is needed to carry out steps.
pub struct Builder<'a> {
    pub project: &'a Project,
    pub engine: &'a dyn Engine,
    pub source_data: Option<&'a Path>,
    pub full_refresh: bool,
    /// What each table is built from, left on it as a mark.
    pub marks: &'a HashMap<String, String>,
    /// What unit tests are run with.
    pub bench: &'a Bench<'a>,
}

/// What became of a step, before it is put beside its name and its time.
#[derive(Debug, Default)]
pub struct Built {
    pub status: Option<Status>,
    pub message: String,
    pub count: Option<u64>,
    pub compiled: Option<String>,
    pub ran: Option<String>,
    pub finding: Option<Finding>,
    pub spent: Vec<Spent>,
}

impl Built {
    pub(super) fn done(message: String, count: u64) -> Self {
        Self { status: Some(Status::Success), message, count: Some(count), ..Self::default() }
    }

    pub(super) fn interrupted() -> Self {
        Self { status: Some(Status::Error), message: EngineError::Interrupted.to_string(), ..Self::default() }
    }

    pub(super) fn failed(finding: Finding) -> Self {
        Self {
            status: Some(Status::Error),
            message: finding.message.clone(),
            finding: Some(finding),
            ..Self::default()
        }
    }
}

impl Builder<'_> {
    /// Fills a source table.
    pub fn source(&self, table: &SourceTable) -> Built {
        match source_data::fill(table, self.source_data, self.engine) {
            Ok(Filled::Rows(rows)) => Built::done(format!("{} from CSV", rows_words(rows)), rows),
            Ok(Filled::Empty) => Built::done("empty: no data was given".into(), 0),
            Ok(Filled::Kept) => Built { status: Some(Status::Success), message: "kept".into(), ..Built::default() },
            Err(error) => {
                let message = format!("the source `{}.{}` cannot be filled: {error}", table.source_name, table.name);
                Built::failed(Finding::new(BUILD, Level::Error, message, table.place.clone()))
            }
        }
    }

    /// Builds a model, loads a seed, or runs a test. What was built has its mark.
    pub fn node(&self, node: &Arc<Node>) -> Built {
        self.engine.begin(&node.unique_id);
        let built = self.built(node);
        Built { spent: self.engine.end(), ..built }
    }

    /// What the engine is told of a node's table before its query.
    pub(super) fn write<'n>(&'n self, engine: &dyn Engine, node: &'n Node) -> Write<'n> {
        Write {
            relation: &node.relation,
            destination: engine.place(node),
            mark: self.marks.get(&node.unique_id).map(String::as_str),
            contract: node.has_contract().then(|| promised(node)),
            node: Some(node),
        }
    }

    /// Runs a unit test.
    pub fn unit_test(&self, test: &Arc<Node>) -> Built {
        let ran = self.bench.run(test);
        let built = match ran.result {
            Ok(diff) if diff.differing() == 0 => {
                Built { status: Some(Status::Pass), count: Some(0), ..Built::default() }
            }
            Ok(diff) => {
                let message = unit_test::differing(&diff);
                let finding = Some(unit_test::failed(self.project, test, diff));
                Built { status: Some(Status::Fail), message, count: Some(1), finding, ..Built::default() }
            }
            Err(Stop::Wrong(finding)) => Built::failed(*finding),
            Err(Stop::NotHere { message, finding }) => {
                let finding = finding.map(|finding| *finding);
                Built { status: Some(Status::NotRun), message, finding, ..Built::default() }
            }
        };
        Built { compiled: ran.compiled, ran: ran.query, ..built }
    }

    fn built(&self, node: &Arc<Node>) -> Built {
        if node.has_relation() && node.database != self.project.target.database {
            let message = format!(
                "cadet builds only into the database `{}`, not into `{}`",
                self.project.target.database, node.database
            );
            let finding = Finding::new(BUILD, Level::Error, message, node.place.clone());
            return Built::failed(finding.help("take the `database` config away"));
        }
        if node.is_python {
            let message = "cadet does not build models in Python: it runs no Python".to_owned();
            return Built { status: Some(Status::NotRun), message, ..Built::default() };
        }
        let refreshed = node.config.get("full_refresh").and_then(|value| value.as_bool()).unwrap_or(self.full_refresh);
        let is_incremental = node.materialized() == "incremental" && !refreshed;
        if !is_incremental && node.resource_type != ResourceType::Snapshot {
            return self.with_hooks(node, false);
        }
        // What is there decides what is built.
        let mut built = None;
        let work = &mut || {
            let found = if is_incremental { self.is_table(node) } else { Ok(false) };
            built = Some(match found {
                Ok(incremental) => self.with_hooks(node, incremental),
                Err(error) => not_begun(node, &error),
            });
        };
        match self.engine.alone(&self.write(self.engine, node), work) {
            Ok(()) => built.unwrap_or_default(),
            Err(error) => not_begun(node, &error),
        }
    }

    fn with_hooks(&self, node: &Arc<Node>, incremental: bool) -> Built {
        if let Err(failed) = self.hooks(node, When::Before, incremental) {
            return *failed;
        }
        let built = self.of_kind(node, incremental);
        if built.status != Some(Status::Success) {
            return built;
        }
        match self.hooks(node, When::After, incremental) {
            Ok(()) => built,
            Err(failed) => Built { compiled: built.compiled, ran: built.ran, ..*failed },
        }
    }

    /// Builds a node, or runs it, as its kind is.
    fn of_kind(&self, node: &Arc<Node>, incremental: bool) -> Built {
        if node.resource_type == ResourceType::Seed {
            return self.seed(node);
        }
        let compiled = match self.compiled(node, incremental) {
            Ok(compiled) => compiled,
            Err(failed) => return *failed,
        };
        let built = match node.resource_type {
            ResourceType::Test => self.test(node, &compiled),
            ResourceType::Snapshot => self.snapshot(node, &compiled),
            _ => self.model(node, &compiled, incremental),
        };
        Built { compiled: Some(compiled.sql), ..built }
    }

    /// The SQL of a node, with what its template asks of the warehouse answered.
    pub(super) fn compiled(&self, node: &Arc<Node>, incremental: bool) -> Result<Compiled, Box<Built>> {
        let unavailable = |error: EngineError| {
            Box::new(Built::failed(Finding::new(BUILD, Level::Error, error.to_string(), node.place.clone())))
        };
        let warehouse = self.engine.reader().map_err(unavailable)?;
        let compiled = Compiler::new(self.project, incremental, Some(warehouse)).compile(node);
        compiled.map_err(|problem| Box::new(Built::failed(problem.finding())))
    }

    /// Whether a table is there. What cannot be looked up is not taken to be missing: it would be built from nothing.
    pub(super) fn is_table(&self, node: &Node) -> Result<bool, EngineError> {
        Ok(self.engine.find(&node.relation)?.is_some_and(|found| found.stored == Stored::Table))
    }

    fn seed(&self, node: &Node) -> Built {
        match self.load_seed(self.engine, node) {
            Ok(rows) => Built::done(rows_words(rows), rows),
            Err(built) => *built,
        }
    }

    /// Loads a seed into an engine; how many rows it has.
    pub(super) fn load_seed(&self, engine: &dyn Engine, node: &Node) -> Result<u64, Box<Built>> {
        let table = self.project.seed_table(node).map_err(|problem| {
            let place = Place::span(node.file.clone(), problem.span);
            let finding = Finding::new("seeds/readable", Level::Error, problem.message, place).help(problem.help);
            Box::new(Built::failed(finding))
        })?;
        let declared = node.config.get("column_types");
        let types = self.project.seed_types(node, &table);
        let column = |(name, data_type): (&String, String)| TypedColumn { name: name.clone(), data_type };
        let columns: Vec<TypedColumn> = table.header.iter().zip(types).map(column).collect();
        let cleaned = cleaned(&table, &columns, |name| declared.and_then(|types| types.get(name)).is_some());
        let write = self.write(engine, node);
        engine.load(&write, &Load { table: &cleaned, columns }).map_err(|error| {
            if error == EngineError::Interrupted {
                return Box::new(Built::interrupted());
            }
            let message = format!("this seed cannot be loaded: {error}");
            let finding = Finding::new(BUILD, Level::Error, message, node.place.clone());
            let help = "check the values, and the types under `column_types` in its property file";
            Box::new(Built::failed(finding.help(help)))
        })
    }

    fn model(&self, node: &Node, compiled: &Compiled, incremental: bool) -> Built {
        if let Some(refused) = self.unsafe_sql(node, compiled, &compiled.sql) {
            return refused;
        }
        let query = compiled.sql.trim();
        let write = self.write(self.engine, node);
        let relation = &node.relation;
        let (result, ran) = match node.materialized() {
            "view" => (
                self.engine.replace_view(&write, query).map(|()| None),
                format!("create or replace view {relation} as (\n{query}\n)"),
            ),
            "incremental" if incremental => {
                (self.engine.add(&write, query).map(Some), format!("insert into {relation}\n{query}"))
            }
            "table" | "incremental" => (
                self.engine.replace_table(&write, query).map(Some),
                format!("create table {relation} as (\n{query}\n)"),
            ),
            other => {
                let message = format!("cadet does not know the materialisation `{other}`");
                let finding = Finding::new(BUILD, Level::Error, message, node.place.clone());
                return Built::failed(finding.help("use table, view, incremental or ephemeral"));
            }
        };
        let built = match result {
            Ok(Some(rows)) if incremental => {
                // The local engine adds rows whatever the strategy is.
                let is_merged = write.destination.is_some() && write.strategy() == Ok(Strategy::Merge);
                let done = if is_merged { "merged" } else { "added" };
                Built::done(format!("{} {done}", rows_words(rows)), rows)
            }
            Ok(Some(rows)) => Built::done(rows_words(rows), rows),
            Ok(None) => Built { status: Some(Status::Success), message: "created".into(), ..Built::default() },
            Err(error) => self.refused(node, compiled, &error),
        };
        Built { ran: Some(ran), ..built }
    }

    /// SQL that is not exactly one query is never sent.
    pub(super) fn unsafe_sql(&self, node: &Node, compiled: &Compiled, query: &str) -> Option<Built> {
        let _working = match guard::begin(&node.file, Task::sql(query)) {
            Ok(working) => working,
            Err(blame) => {
                let finding = Finding::new("sql/parses", Level::Error, blame.message(), node.place.clone());
                return Some(Built::failed(finding.help(blame.help())));
            }
        };
        let problem = sql::check(query).err().filter(|problem| !problem.is_unread)?;
        let place = self.place(node, compiled, Some(problem.span.start));
        Some(Built::failed(Finding::new("sql/parses", Level::Error, problem.message, place).help(problem.help)))
    }

    /// An error of the engine, at the author's place.
    pub(super) fn refused(&self, node: &Node, compiled: &Compiled, error: &EngineError) -> Built {
        if let EngineError::NotHere(name) = error {
            let message = format!("uses `{name}`, which the local engine does not have; Athena does");
            return Built { status: Some(Status::NotRun), message, ..Built::default() };
        }
        if *error == EngineError::Interrupted {
            return Built::interrupted();
        }
        if let EngineError::OverBudget(words) = error {
            return Built { status: Some(Status::Skipped), message: words.clone(), ..Built::default() };
        }
        let skipped = compiled.sql.len() - compiled.sql.trim_start().len();
        let offset =
            if let EngineError::Query { offset, .. } = error { offset.map(|offset| offset + skipped) } else { None };
        let place = self.place(node, compiled, offset);
        let finding = Finding::new(BUILD, Level::Error, error.to_string(), place);
        Built::failed(match (error, node.resource_type) {
            (EngineError::Query { help: Some(help), .. }, _) => finding.help(help.clone()),
            (EngineError::Contract(_), _) => finding
                .help("change the select, or the columns in the property file; the table that was there is untouched"),
            (EngineError::Unavailable(_), _) => finding,
            (_, ResourceType::Test) => {
                finding.help("the test's query failed: check the column's name and the test's arguments")
            }
            _ => finding.help("the table that was there is untouched; fix the query and run again"),
        })
    }

    fn place(&self, node: &Node, compiled: &Compiled, offset: Option<usize>) -> Place {
        let text = |path: &str| self.project.text(path).to_owned();
        let place = offset.and_then(|offset| compiled.map.place(offset, text)).unwrap_or_else(|| node.place.clone());
        let Some(span) = place.span.clone().filter(|span| span.len() <= 4) else { return place };
        let rest = self.project.text(&place.path).get(span.start..).unwrap_or_default();
        let word = rest.find(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | '.' | '"')).unwrap_or(rest.len());
        Place::span(place.path, span.start..(span.start + word).max(span.end))
    }
}

/// A step that failed before anything was done for it.
fn not_begun(node: &Node, error: &EngineError) -> Built {
    match error {
        EngineError::Interrupted => Built::interrupted(),
        EngineError::Query { help: Some(help), .. } => {
            Built::failed(Finding::new(BUILD, Level::Error, error.to_string(), node.place.clone()).help(help.clone()))
        }
        _ => Built::failed(Finding::new(BUILD, Level::Error, error.to_string(), node.place.clone())),
    }
}

fn promised(node: &Node) -> Vec<TypedColumn> {
    let typed = node
        .columns
        .values()
        .filter_map(|column| Some(TypedColumn { name: column.name.clone(), data_type: column.data_type.clone()? }));
    typed.collect()
}

/// Numbers without the signs that dbt's reader drops. Columns with a declared type keep their text.
fn cleaned(table: &csv::Table, columns: &[TypedColumn], is_declared: impl Fn(&str) -> bool) -> csv::Table {
    let is_number =
        |column: &TypedColumn| matches!(column.data_type.as_str(), "integer" | "double") && !is_declared(&column.name);
    let numbers: Vec<bool> = columns.iter().map(is_number).collect();
    let clean = |value: &String, is_number: bool| {
        let number = if is_number { csv::number(value.trim()) } else { None };
        number.unwrap_or_else(|| value.clone())
    };
    let rows = table
        .rows
        .iter()
        .map(|row| row.iter().zip(&numbers).map(|(value, is_number)| clean(value, *is_number)).collect());
    csv::Table { header: table.header.clone(), rows: rows.collect() }
}

/// `1 row`, `12 rows`
pub fn rows_words(rows: u64) -> String {
    if rows == 1 { "1 row".to_owned() } else { format!("{rows} rows") }
}
