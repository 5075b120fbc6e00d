//! Statements of Athena, carried out: queries by DuckDB, and everything else by hand.

mod alter;
mod create;
mod ddl;
mod failure;
mod files;
mod iceberg;
mod insert;
mod merge;
pub mod parquet;
mod run;
mod select;
mod stage;
mod tables;
pub mod types;
mod views;
pub mod words;

use cadet::compile::sql as reader;

use super::World;
use super::athena::plan::Course;
use super::athena::query::{Done, Failed, Query};
pub use run::{Ran, Run};
use words::{Words, first_words};

/// Statements that Athena has and the double has not.
const NOT_HERE: [&str; 5] = ["show", "describe", "msck", "explain", "unload"];

const STARTS: [&str; 18] = [
    "select", "with", "values", "create", "insert", "drop", "alter", "merge", "update", "delete", "optimize", "vacuum",
    "(", "show", "describe", "msck", "explain", "unload",
];

/// Whether this can be a statement at all.
///
/// # Errors
/// What Athena says when it is started, before it has an id.
pub fn check(sql: &str) -> Result<(), String> {
    let mut words = Words::of(sql);
    let Some(first) = words.peek().cloned() else {
        return Err("line 1:1: mismatched input '<EOF>'".to_owned());
    };
    if !STARTS.contains(&first.value.to_lowercase().as_str()) {
        let place = failure::place(sql, first.start);
        return Err(format!("{place}mismatched input '{}'. Expecting: 'ALTER', 'CREATE', <query>", first.value));
    }
    let is_query = ["select", "with", "values", "("].contains(&first.value.to_lowercase().as_str());
    let (start, query) = if is_query {
        (words.place(), words.rest())
    } else if words.take("create table") {
        words.until(&["as"]);
        if !words.take("as") {
            return Ok(());
        }
        (words.place(), words.rest())
    } else {
        return Ok(());
    };
    match reader::check(query) {
        Err(problem) if !problem.is_unread => {
            let at = start + problem.span.start;
            let found = query.get(problem.span.clone()).unwrap_or_default();
            Err(format!("{}mismatched input '{found}'", failure::place(sql, at)))
        }
        _ => Ok(()),
    }
}

/// Carries out a statement, as its course has it.
pub fn run(world: &World, query: &Query, course: &Course) -> Ran {
    let undisturbed = Course::default();
    let run = Run::new(world, query, if course.has_effect { &undisturbed } else { course });
    let outcome = match &course.fails {
        Some(error) if course.has_effect => statement(&run).and(Err(error.clone())),
        Some(error) if !course.leaves_files => Err(error.clone()),
        _ => statement(&run),
    };
    run.ended(outcome)
}

/// The rows of a query as a reader sees them now.
///
/// # Errors
/// What Athena says of it.
pub fn read(world: &World, sql: &str) -> Result<Done, Failed> {
    let course = Course::default();
    let query = super::inspect::bare_query(sql);
    let run = Run::new(world, &query, &course);
    select::select(&run, &mut Words::of(sql))
}

fn statement(run: &Run<'_>) -> Result<Done, Failed> {
    let words = &mut Words::of(&run.query.sql);
    let first = first_words(&run.query.sql);
    let is = |start: &str| first.starts_with(start);
    let done = if is("create table") {
        create::create_table_as(run, words)
    } else if is("create external table") {
        ddl::create_external_table(run, words)
    } else if is("create schema") || is("create database") {
        ddl::create_schema(run, words)
    } else if is("create or replace view") || is("create view") {
        views::create(run, words)
    } else if is("drop") {
        ddl::drop(run, words)
    } else if is("alter table") {
        alter::alter(run, words)
    } else if is("insert into") {
        insert::insert(run, words)
    } else if is("merge into") {
        merge::merge(run, words)
    } else if is("update") {
        merge::update(run, words)
    } else if is("delete from") {
        merge::delete(run, words)
    } else if is("optimize") || is("vacuum") {
        iceberg::tidied(run, words)
    } else if let Some(word) = NOT_HERE.iter().find(|word| is(word)) {
        Err(failure::not_here(word))
    } else {
        select::select(run, words)
    }?;
    match &run.course.fails {
        Some(error) => Err(error.clone()),
        None => Ok(done),
    }
}
