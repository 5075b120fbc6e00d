//! The embedded engine: a DuckDB file that stands for the account's data catalogue.
//!
//! The file is attached under the catalogue's name, so that the SQL that goes to Athena names the right tables here.
//! A project's SQL cannot reach files or the network: external access is off before the first query.

pub mod athena;
mod cell;
mod message;
mod native;
mod prelude;
mod reader;
pub mod rows;
mod stop;
pub mod types;

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use duckdb::{Connection, OptionalExt, params};

use athena::{Table, Translated};
use message::query_error;
use stop::Stop;

use super::{Engine, EngineError, Found, Load, Rows, Stored, TestAnswer, TypedColumn, Write, signals};
use crate::jinja::relation::Relation;
use crate::jinja::warehouse::Warehouse;

/// A DuckDB file.
pub struct DuckDb {
    connection: Mutex<Connection>,
    catalogue: String,
    stop: Arc<Stop>,
}

impl DuckDb {
    /// Opens or creates the file, as the database `catalogue`.
    ///
    /// # Errors
    /// When another process holds the file, or it is not a DuckDB file.
    pub fn open(file: &Path, catalogue: &str) -> Result<Self, EngineError> {
        let unavailable = |error: duckdb::Error| {
            let text = error.to_string();
            let reason = if text.contains("lock") {
                "another cadet is using it"
            } else {
                text.lines().next().unwrap_or_default()
            };
            EngineError::Unavailable(format!("the local database {} cannot be opened: {reason}", file.display()))
        };
        let connection = Connection::open_in_memory().map_err(unavailable)?;
        let path = file.display().to_string().replace('\'', "''");
        connection.execute_batch(&format!("attach '{path}' as {}", quoted(catalogue))).map_err(unavailable)?;
        prepare(&connection).map_err(unavailable)?;
        connection
            .execute_batch("set enable_external_access = false; set lock_configuration = true")
            .map_err(unavailable)?;
        let stop = Arc::<Stop>::default();
        stop.holds(&connection);
        Ok(Self { connection: Mutex::new(connection), catalogue: catalogue.to_owned(), stop })
    }

    /// From here on Ctrl-C and its kin end the run with what it has, instead of the process.
    ///
    /// # Errors
    /// When the system does not allow it.
    pub fn watch(&self) -> Result<(), EngineError> {
        let stop = Arc::clone(&self.stop);
        signals::watch(move || stop.ask())
    }

    fn connection(&self) -> Result<Connection, EngineError> {
        let connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        let connection = connection.try_clone().map_err(|error| EngineError::Unavailable(error.to_string()))?;
        self.stop.holds(&connection);
        Ok(connection)
    }

    /// Creates the schema that a relation is in, one thread at a time: two that create it at once would conflict.
    fn create_schema(&self, relation: &Relation) -> Result<(), EngineError> {
        let schema = Relation { identifier: None, ..relation.clone() };
        let connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        run(&connection, &format!("create schema if not exists {schema}")).map(drop)
    }

    /// Runs `work` in one transaction: all of it happens, or none.
    fn transaction<T>(&self, work: impl FnOnce(&Connection) -> Result<T, EngineError>) -> Result<T, EngineError> {
        let connection = self.connection()?;
        run(&connection, "begin transaction")?;
        let result = work(&connection);
        let end = if result.is_ok() { "commit" } else { "rollback" };
        match (run(&connection, end), result) {
            (Err(error), Ok(_)) => Err(error),
            (_, result) => result,
        }
    }

    /// The query in DuckDB's words.
    ///
    /// # Errors
    /// When Athena would refuse it, or it cannot be run here; or two of its columns have one name, which Athena's
    /// tables cannot have.
    fn translated(&self, connection: &Connection, query: &str) -> Result<String, EngineError> {
        let translated = translate(connection, &self.catalogue, query)?;
        let names = &translated.names;
        let is_twice = |(at, name): (usize, &String)| names[..at].iter().any(|known| known.eq_ignore_ascii_case(name));
        match names.iter().enumerate().find(|(at, name)| is_twice((*at, name))) {
            None => Ok(translated.sql),
            Some((_, name)) => Err(EngineError::Query {
                message: format!("the column `{name}` stands twice in what this selects"),
                offset: None,
                help: Some(
                    "give one of the two another name with `as`, or leave it out; capital letters make no difference"
                        .to_owned(),
                ),
            }),
        }
    }

    fn columns(connection: &Connection, relation: &Relation) -> Result<Vec<TypedColumn>, EngineError> {
        Self::described(connection, &relation.to_string())
    }

    /// The columns of a relation, or of a query in brackets.
    fn described(connection: &Connection, what: &str) -> Result<Vec<TypedColumn>, EngineError> {
        let mut statement = connection.prepare(&format!("describe {what}")).map_err(|error| query_error(&error))?;
        let rows = statement.query_map([], |row| Ok(TypedColumn { name: row.get(0)?, data_type: row.get(1)? }));
        rows.and_then(Iterator::collect).map_err(|error| query_error(&error))
    }
}

/// Teaches a new database what a query needs that [`athena::translate`] has written: its functions, and how it orders.
///
/// # Errors
/// When DuckDB refuses a setting or a function.
pub fn prepare(connection: &Connection) -> duckdb::Result<()> {
    native::register(connection)?;
    connection.execute_batch(
        "set global default_null_order = 'nulls_last'; set global lambda_syntax = 'DISABLE_SINGLE_ARROW';
         set autoinstall_known_extensions = false; set autoload_known_extensions = false",
    )?;
    connection.execute_batch(&format!("begin transaction; {} commit", prelude::SQL))
}

/// A query in DuckDB's words, with the tables that the connection knows.
fn translate(connection: &Connection, catalogue: &str, query: &str) -> Result<Translated, EngineError> {
    athena::translate(query, &|parts: &[String]| table(connection, catalogue, parts))
}

const COLUMNS: &str = "select column_name, data_type from duckdb_columns() where lower(database_name) = lower(?) \
                       and lower(schema_name) = lower(?) and lower(table_name) = lower(?) order by column_index";

/// A table or view by the parts of its name: the schema and the table, perhaps after the catalogue.
fn table(connection: &Connection, catalogue: &str, parts: &[String]) -> Result<Option<Table>, EngineError> {
    let (database, schema, table) = match parts {
        [database, schema, table] => (database.as_str(), schema, table),
        [schema, table] => (catalogue, schema, table),
        _ => return Ok(None),
    };
    let mut statement = connection.prepare_cached(COLUMNS).map_err(|error| query_error(&error))?;
    let rows = statement.query_map(params![database, schema, table], |row| {
        Ok(TypedColumn { name: row.get(0)?, data_type: row.get(1)? })
    });
    let columns: Vec<TypedColumn> = rows.and_then(Iterator::collect).map_err(|error| query_error(&error))?;
    let name = [database, schema, table].map(quoted).join(".");
    Ok(Some(Table { name, columns }).filter(|table| !table.columns.is_empty()))
}

fn run(connection: &Connection, statement: &str) -> Result<usize, EngineError> {
    connection.execute(statement, []).map_err(|error| query_error(&error))
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// The relation under which a new table is built before it takes its name.
fn fresh(relation: &Relation) -> Relation {
    let identifier = relation.identifier.as_ref().map(|name| format!("{name}__cadet_new"));
    Relation { identifier, ..relation.clone() }
}

const FIND: &str = "select 'TABLE', comment from duckdb_tables() where database_name = ? and schema_name = ? and table_name = ? \
                    union all select 'VIEW', comment from duckdb_views() where database_name = ? and schema_name = ? and view_name = ?";

fn found(connection: &Connection, relation: &Relation) -> Result<Option<Found>, EngineError> {
    let [a, b, c] =
        [&relation.database, &relation.schema, &relation.identifier].map(|name| name.clone().unwrap_or_default());
    let row: Option<(String, Option<String>)> = connection
        .query_row(FIND, params![a, b, c, a, b, c], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()
        .map_err(|error| query_error(&error))?;
    Ok(row.map(|(kind, mark)| Found {
        stored: if kind == "VIEW" { Stored::View } else { Stored::Table },
        mark,
        built: None,
    }))
}

fn stored(connection: &Connection, relation: &Relation) -> Result<Option<Stored>, EngineError> {
    Ok(found(connection, relation)?.map(|found| found.stored))
}

/// Gives the new table its name, in the place of whatever had it.
fn swap(connection: &Connection, relation: &Relation) -> Result<(), EngineError> {
    match stored(connection, relation)? {
        Some(Stored::View) => drop(run(connection, &format!("drop view {relation}"))?),
        Some(Stored::Table) => drop(run(connection, &format!("drop table {relation}"))?),
        None => {}
    }
    let name = quoted(relation.identifier.as_deref().unwrap_or_default());
    run(connection, &format!("alter table {} rename to {name}", fresh(relation))).map(drop)
}

/// Leaves on a table or view what it is built from.
fn mark(connection: &Connection, kind: &str, write: &Write<'_>) -> Result<(), EngineError> {
    let Some(mark) = write.mark else { return Ok(()) };
    let mark = mark.replace('\'', "''");
    run(connection, &format!("comment on {kind} {} is '{mark}'", write.relation)).map(drop)
}

fn count(connection: &Connection, relation: &Relation) -> Result<u64, EngineError> {
    connection
        .query_row(&format!("select count(*) from {relation}"), [], |row| row.get(0))
        .map_err(|error| query_error(&error))
}

/// Compares the columns that were built with those that the contract promises.
fn keeps_contract(built: &[TypedColumn], contract: &[TypedColumn]) -> Result<(), EngineError> {
    let mut wrong = Vec::new();
    for promised in contract {
        let Some(column) = built.iter().find(|column| column.name.eq_ignore_ascii_case(&promised.name)) else {
            wrong.push(format!("the column `{}` is missing", promised.name));
            continue;
        };
        let wanted = types::duckdb_type(&promised.data_type).map_err(EngineError::Contract)?;
        if !types::same_kind(&wanted, &column.data_type) {
            wrong.push(format!(
                "the column `{}` is {}, not {}",
                promised.name,
                column.data_type.to_lowercase(),
                promised.data_type
            ));
        }
    }
    let promised = |column: &&TypedColumn| contract.iter().all(|known| !known.name.eq_ignore_ascii_case(&column.name));
    wrong.extend(
        built.iter().filter(promised).map(|column| format!("the column `{}` is not in the contract", column.name)),
    );
    if wrong.is_empty() {
        Ok(())
    } else {
        Err(EngineError::Contract(format!("the contract is broken: {}", wrong.join("; "))))
    }
}

impl Engine for DuckDb {
    fn is_interrupted(&self) -> bool {
        self.stop.is_asked()
    }

    fn find(&self, relation: &Relation) -> Result<Option<Found>, EngineError> {
        found(&self.connection.lock().unwrap_or_else(PoisonError::into_inner), relation)
    }

    fn replace_table(&self, write: &Write<'_>, query: &str) -> Result<u64, EngineError> {
        let relation = write.relation;
        self.create_schema(relation)?;
        self.transaction(|connection| {
            let query = &self.translated(connection, query)?;
            let new = fresh(relation);
            run(connection, &format!("create or replace table {new} as (\n{query}\n)"))?;
            if let Some(contract) = &write.contract {
                keeps_contract(&Self::columns(connection, &new)?, contract)?;
            }
            let rows = count(connection, &new)?;
            swap(connection, relation)?;
            mark(connection, "table", write)?;
            Ok(rows)
        })
    }

    fn replace_view(&self, write: &Write<'_>, query: &str) -> Result<(), EngineError> {
        let relation = write.relation;
        self.create_schema(relation)?;
        self.transaction(|connection| {
            let query = &self.translated(connection, query)?;
            if stored(connection, relation)? == Some(Stored::Table) {
                run(connection, &format!("drop table {relation}"))?;
            }
            run(connection, &format!("create or replace view {relation} as (\n{query}\n)"))?;
            mark(connection, "view", write)
        })
    }

    fn add(&self, write: &Write<'_>, query: &str) -> Result<u64, EngineError> {
        let relation = write.relation;
        self.transaction(|connection| {
            let query = &self.translated(connection, query)?;
            let columns = Self::columns(connection, relation)?;
            let names: Vec<String> = columns.iter().map(|column| quoted(&column.name)).collect();
            let names = names.join(", ");
            let rows = run(
                connection,
                &format!("insert into {relation} ({names}) select {names} from (\n{query}\n) as cadet_new"),
            )?;
            mark(connection, "table", write)?;
            Ok(u64::try_from(rows).unwrap_or_default())
        })
    }

    fn load(&self, write: &Write<'_>, load: &Load<'_>) -> Result<u64, EngineError> {
        let relation = write.relation;
        let types: Vec<String> = load
            .columns
            .iter()
            .map(|column| types::duckdb_type(&column.data_type))
            .collect::<Result<_, _>>()
            .map_err(|message| EngineError::Query { message, offset: None, help: None })?;
        self.create_schema(relation)?;
        self.transaction(|connection| {
            let names: Vec<String> = load.columns.iter().map(|column| quoted(&column.name)).collect();
            let texts: Vec<String> = names.iter().map(|name| format!("{name} varchar")).collect();
            run(connection, &format!("create or replace temp table cadet_load ({})", texts.join(", ")))?;
            append_rows(connection, load)?;
            let casts =
                names.iter().zip(&types).map(|(name, data_type)| format!("cast({name} as {data_type}) as {name}"));
            let query = format!("select {} from temp.cadet_load", casts.collect::<Vec<_>>().join(", "));
            run(connection, &format!("create or replace table {} as {query}", fresh(relation)))?;
            run(connection, "drop table temp.cadet_load")?;
            swap(connection, relation)?;
            mark(connection, "table", write)?;
            count(connection, relation)
        })
    }

    fn reader(&self) -> Result<Arc<dyn Warehouse>, EngineError> {
        Ok(Arc::new(reader::Reader::new(self.connection()?, &self.catalogue)))
    }

    fn test(&self, query: &str) -> Result<TestAnswer, EngineError> {
        let connection = self.connection()?;
        let query = &self.translated(&connection, query)?;
        let answer = connection.query_row(query, [], |row| {
            let failures: Option<i64> = row.get(0)?;
            let (warns, fails): (Option<bool>, Option<bool>) = (row.get(1)?, row.get(2)?);
            let failures = u64::try_from(failures.unwrap_or_default()).unwrap_or_default();
            Ok(TestAnswer { failures, warns: warns.unwrap_or_default(), fails: fails.unwrap_or_default() })
        });
        answer.map_err(|error| query_error(&error))
    }

    fn rows(&self, query: &str, limit: Option<usize>) -> Result<Rows, EngineError> {
        self.read_rows(query, limit)
    }
}

/// Appends the rows as text; what the file has no column for is null.
fn append_rows(connection: &Connection, load: &Load<'_>) -> Result<(), EngineError> {
    let places: Vec<Option<usize>> = load
        .columns
        .iter()
        .map(|column| load.table.header.iter().position(|name| name.eq_ignore_ascii_case(&column.name)))
        .collect();
    let mut appender = connection.appender("cadet_load").map_err(|error| query_error(&error))?;
    for row in &load.table.rows {
        let values = places
            .iter()
            .map(|place| place.and_then(|at| row.get(at)).filter(|value| !crate::parse::csv::is_null(value)));
        appender.append_row(duckdb::appender_params_from_iter(values)).map_err(|error| query_error(&error))?;
    }
    appender.flush().map_err(|error| query_error(&error))
}
