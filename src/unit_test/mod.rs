//! Unit tests: the rows of a model's inputs in, what the model makes of them beside what it should out.
//!
//! They need no warehouse: the inputs' rows are CTEs before the model's SQL, and an engine in memory runs that.

pub mod columns;
mod compile;
pub mod diff;
mod rows;
mod stop;
pub mod text;
mod values;

use std::sync::Arc;

pub use columns::Warehouse;
use columns::{Column, Relations};
use rows::Checked;
pub use stop::{RULE, Stop};
pub use text::Form;

use crate::compile::{Compiled, sql};
use crate::engine::{Engine, EngineError, Rows};
use crate::finding::{Diff, Finding, Level, Place};
use crate::project::fixture_place::Places;
use crate::project::given::{self, Side};
use crate::project::{Node, Project};

/// What unit tests are run with.
pub struct Bench<'a> {
    project: &'a Project,
    relations: Relations<'a>,
}

/// What became of a unit test.
pub struct Ran {
    /// The model's SQL with the inputs before it.
    pub compiled: Option<String>,
    /// The query that compares.
    pub query: Option<String>,
    pub result: Result<Diff, Stop>,
}

/// A unit test's query, ready to be run.
struct Ready {
    compiled: Compiled,
    query: String,
    columns: Vec<String>,
    at_model: usize,
}

impl<'a> Bench<'a> {
    /// A bench for a project; the warehouse is only asked for the columns of its tables.
    ///
    /// # Errors
    /// When no engine can be opened in memory.
    pub fn new(project: &'a Project, warehouse: Option<Warehouse<'a>>) -> Result<Self, EngineError> {
        Ok(Self { project, relations: Relations::new(project, warehouse)? })
    }

    /// The engine in memory.
    pub fn engine(&self) -> &dyn Engine {
        &self.relations.engine
    }

    /// The SQL of the model with the inputs before it, as dbt writes it to `target/compiled`.
    ///
    /// # Errors
    /// What keeps the test from being run.
    pub fn compile(&self, test: &Arc<Node>) -> Result<String, Stop> {
        compile::compile(self, test, &Places::new(self.project, test)).map(|compiled| compiled.sql)
    }

    /// Runs a unit test.
    pub fn run(&self, test: &Arc<Node>) -> Ran {
        let places = Places::new(self.project, test);
        let compiled = match compile::compile(self, test, &places) {
            Ok(compiled) => compiled,
            Err(stop) => return Ran { compiled: None, query: None, result: Err(stop) },
        };
        let text = compiled.sql.clone();
        let ready = match self.ready(test, &places, compiled) {
            Ok(ready) => ready,
            Err(stop) => return Ran { compiled: Some(text), query: None, result: Err(stop) },
        };
        let result = self.compared(test, &places, &ready);
        Ran { compiled: Some(text), query: Some(ready.query), result }
    }

    /// The query that compares what the model gives with what is expected.
    fn ready(&self, test: &Arc<Node>, places: &Places<'_>, compiled: Compiled) -> Result<Ready, Stop> {
        let at_model = |offset: Option<usize>| self.place(&compiled, offset);
        if let Err(problem) = sql::check(&compiled.sql)
            && !problem.is_unread
        {
            let place = at_model(Some(problem.span.start)).unwrap_or_else(|| places.test());
            return Err(Stop::wrong(problem.message, place, problem.help));
        }
        let described = self.rows(&compiled.sql, Some(0));
        let described = described.map_err(|error| self.refused(&error, at_model, test))?;
        let columns = Column::all(described);
        let expect = given::side(test, Side::Expect);
        let (expected, wanted) = match expect["rows"].as_str().filter(|_| expect["format"] == "sql") {
            Some(sql) => {
                one_query(sql, &places.rows(Side::Expect))?;
                (sql.to_owned(), columns.iter().collect())
            }
            None => {
                let checked = Checked::new(self, places, (test, Side::Expect), &columns)?;
                let wanted = checked.same_columns(places, &columns)?;
                (text::expected(&checked.rows, &wanted, Form::of(&self.project.target.kind)), wanted)
            }
        };
        let form = Form::of(&self.project.target.kind);
        let names: Vec<String> = wanted.iter().map(|column| column.named(form)).collect();
        let (query, at_model) = text::comparison(&compiled.sql, &expected, &names);
        Ok(Ready { compiled, query, columns: names, at_model })
    }

    fn compared(&self, test: &Node, places: &Places<'_>, ready: &Ready) -> Result<Diff, Stop> {
        let end = ready.at_model + ready.compiled.sql.len();
        // What is neither in the model nor in its inputs is in the rows that are expected.
        let place = |offset: Option<usize>| {
            let of_model = offset.and_then(|offset| compile::within(offset, ready.at_model..end));
            let of_model = of_model.and_then(|offset| self.place(&ready.compiled, Some(offset)));
            of_model.or_else(|| Some(places.rows(Side::Expect)))
        };
        let found = self.rows(&ready.query, None).map_err(|error| self.refused(&error, place, test))?;
        let (mut expected, mut actual) = (Vec::new(), Vec::new());
        for mut row in found.rows {
            match row.pop().flatten().as_deref() {
                Some("expected") => expected.push(row),
                _ => actual.push(row),
            }
        }
        Ok(diff::diff(ready.columns.clone(), expected, actual))
    }

    fn rows(&self, sql: &str, limit: Option<usize>) -> Result<Rows, EngineError> {
        let sql = text::in_athenas_words(sql, Form::of(&self.project.target.kind));
        self.relations.engine.rows(&sql, limit)
    }

    fn place(&self, compiled: &Compiled, offset: Option<usize>) -> Option<Place> {
        compiled.map.place(offset?, |path| self.project.text(path).to_owned())
    }

    /// An error of the engine, at the author's place.
    fn refused(&self, error: &EngineError, place: impl Fn(Option<usize>) -> Option<Place>, test: &Node) -> Stop {
        if let EngineError::NotHere(name) = error {
            let message = format!("uses `{name}`, which the local engine does not have; Athena does");
            return Stop::NotHere { message, finding: None };
        }
        let (offset, help) = match error {
            EngineError::Query { offset, help, .. } => (*offset, help.clone()),
            _ => (None, None),
        };
        let place = place(offset).unwrap_or_else(|| Places::new(self.project, test).test());
        let message = format!("the unit test `{}` cannot be run: {error}", test.name);
        Stop::wrong(message, place, help.unwrap_or_else(|| "check the model's SQL and the rows of the test".to_owned()))
    }
}

/// Rows that are SQL are exactly one query: nothing else is ever run.
fn one_query(sql: &str, place: &Place) -> Result<(), Stop> {
    match sql::check(sql) {
        // With Jinja in it, it can only be read when it is rendered.
        Err(problem) if !problem.is_unread && !crate::jinja::render::has_jinja(sql) => {
            let message =
                format!("these rows are not one query: {}", problem.message.replace("a model must", "they must"));
            Err(Stop::wrong(message, place.clone(), "write one `select`, without a `;` at its end"))
        }
        _ => Ok(()),
    }
}

/// What is told of a test whose rows differ.
pub fn failed(project: &Project, test: &Node, diff: Diff) -> Finding {
    let model = test.body["model"].as_str().unwrap_or_default();
    let message =
        format!("the unit test `{}` of `{model}` fails: {} from what is expected", test.name, differing(&diff));
    let finding = Finding::new(RULE, Level::Error, message, Places::new(project, test).test());
    let help = "change the model, or what the test expects".to_owned();
    Finding { diff: Some(Box::new(diff)), ..finding.help(help) }
}

/// `1 of 3 rows differs`
pub fn differing(diff: &Diff) -> String {
    let (differing, of) = (diff.differing(), diff.rows.len());
    let rows = if of == 1 { "row" } else { "rows" };
    format!("{differing} of {of} {rows} {}", if differing == 1 { "differs" } else { "differ" })
}

/// The test's name, with the version of its model if it has one.
pub fn versioned_name(test: &Node) -> String {
    match &test.model.version {
        Some(version) => format!("{}_v{version}", test.name),
        None => test.name.clone(),
    }
}
