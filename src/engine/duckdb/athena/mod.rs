//! Athena's SQL in, the same query in DuckDB's SQL out, with the type of every column.
//!
//! The reader's tree is walked with Trino's rules of names and types, and printed anew. Only what is known here is
//! printed: a function or a clause that is not is refused, by its name, and never handed on in the hope that DuckDB
//! means the same. Behaviour: Trino's "SQL language" and "Functions and operators".

mod access;
mod aggregate;
mod arithmetic;
mod call;
mod call_special;
mod cast;
mod cast_json;
mod cast_text;
mod coerce;
mod compare;
mod data_type;
mod expression;
mod from;
mod functions;
mod group;
mod lambda;
mod literal;
mod place;
mod query;
mod reserved;
mod scope;
mod select;
mod type_words;
mod type_written;
mod unnest;
mod window;

#[cfg(test)]
mod tests;

use std::cell::Cell;

use sqlparser::tokenizer::Span;

use crate::compile::sql::{self, SqlProblem};
use crate::engine::{EngineError, TypedColumn};
use crate::source::LineIndex;

use data_type::Type;
use place::Placed;
use scope::Scope;

/// A table of the catalogue.
#[derive(Debug)]
pub struct Table {
    /// The whole name, in DuckDB's words, or whatever else may stand after `from` there.
    pub name: String,
    /// The columns with their types in DuckDB's words.
    pub columns: Vec<TypedColumn>,
}

/// Finds a table by the parts of its name.
pub type Tables<'t> = dyn Fn(&[String]) -> Result<Option<Table>, EngineError> + 't;

/// A query in DuckDB's words.
#[derive(Debug)]
pub struct Translated {
    /// Runs on a connection that [`prepare`](super::prepare) has seen.
    pub sql: String,
    /// The columns' names.
    pub names: Vec<String>,
    /// The columns' types as DuckDB has them.
    #[cfg(test)]
    pub(super) types: Vec<String>,
}

/// Translates one query.
///
/// # Errors
/// `NotHere` for what cannot be run here though Athena can; `Query` for what Athena refuses too.
pub fn translate(query: &str, tables: &Tables<'_>) -> Result<Translated, EngineError> {
    let tree = sql::read(query).map_err(|problem| unread(query, problem))?;
    let translator = Translator { query, index: LineIndex::new(query), tables, next: Cell::new(0) };
    let relation = translator.query(&tree, &Scope::default())?;
    translator.output(relation)
}

fn unread(query: &str, problem: SqlProblem) -> EngineError {
    match sql::unread_clause(query).filter(|_| problem.is_unread) {
        Some(clause) => EngineError::NotHere(clause.to_owned()),
        None => {
            EngineError::Query { message: problem.message, offset: Some(problem.span.start), help: Some(problem.help) }
        }
    }
}

/// What is known while one query is translated.
struct Translator<'q> {
    query: &'q str,
    index: LineIndex<'q>,
    tables: &'q Tables<'q>,
    next: Cell<usize>,
}

/// A query or a table in DuckDB's words, with its columns.
#[derive(Debug, Clone)]
struct Relation {
    sql: String,
    columns: Vec<Output>,
}

/// A column of a relation. In DuckDB's words it is called by its number: see [`column_name`].
#[derive(Debug, Clone)]
struct Output {
    name: Option<String>,
    data_type: Type,
}

/// An expression in DuckDB's words.
#[derive(Debug, Clone)]
struct Typed {
    sql: String,
    data_type: Type,
    /// The text of a literal.
    literal: Option<String>,
}

impl Typed {
    fn new(sql: impl Into<String>, data_type: Type) -> Self {
        Self { sql: sql.into(), data_type, literal: None }
    }
}

type Answer<T> = Result<T, EngineError>;

/// The name, inside of the translated query, of a relation's column with this number.
fn column_name(at: usize) -> String {
    format!("c{}", at + 1)
}

fn quoted(name: &str) -> String {
    super::quoted(name)
}

/// A text as a literal.
fn text(value: &str) -> String {
    format!("'{}'", value.replace('\'', "''"))
}

fn not_here<T>(what: impl Into<String>) -> Answer<T> {
    Err(EngineError::NotHere(what.into()))
}

impl Translator<'_> {
    /// A name that nothing else in the translated query has.
    fn fresh(&self, letter: char) -> String {
        self.next.set(self.next.get() + 1);
        format!("{letter}{}", self.next.get())
    }

    /// What Athena refuses, at its place.
    fn wrong<T>(&self, at: &impl Placed, message: impl Into<String>, help: &str) -> Answer<T> {
        self.wrong_at(at.place(), message, help)
    }

    fn wrong_at<T>(&self, span: Span, message: impl Into<String>, help: &str) -> Answer<T> {
        Err(EngineError::Query { message: message.into(), offset: self.offset(span), help: Some(help.to_owned()) })
    }

    fn offset(&self, span: Span) -> Option<usize> {
        let number = |value: u64| usize::try_from(value).ok().filter(|value| *value > 0);
        Some(self.index.offset(number(span.start.line)?, number(span.start.column)?))
    }

    /// The whole query with the names that its columns are to have, in types that a table can hold.
    fn output(&self, relation: Relation) -> Answer<Translated> {
        let mut names = Vec::new();
        let mut items = Vec::new();
        #[cfg(test)]
        let mut types = Vec::new();
        for (at, column) in relation.columns.iter().enumerate() {
            let name = column.name.clone().unwrap_or_else(|| format!("_col{at}"));
            let from = column_name(at);
            let value = match &column.data_type {
                Type::Zoned(_) => format!("__instant({from})"),
                data_type if data_type.has_zone() => return not_here("timestamp with time zone inside an array"),
                _ => from,
            };
            #[cfg(test)]
            types.push(match &column.data_type {
                Type::Zoned(_) => "TIMESTAMP WITH TIME ZONE".to_owned(),
                data_type => data_type.in_duckdb(),
            });
            items.push(format!("{value} AS {}", quoted(&name)));
            names.push(name);
        }
        let sql = format!("SELECT {} FROM ({}) AS r0", items.join(", "), relation.sql);
        Ok(Translated {
            sql,
            names,
            #[cfg(test)]
            types,
        })
    }
}
