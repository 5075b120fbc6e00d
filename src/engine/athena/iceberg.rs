//! Rows into an Iceberg table that is there, and rows of it changed. The work is done on a second entry of the same files,
//! which no reader knows, and shown by one call.
//!
//! An Iceberg table is its newest metadata file, and the entry in the catalogue says which that is. A second entry that says
//! the same is the same table at first, and a table of its own from the next statement on: what is written to it comes into
//! new files, and the table that readers have still leads to the old ones. So new columns and new rows are shown together or
//! not at all, whatever happens to the run or to its query; nothing is copied; and a change by anyone else meanwhile makes
//! the last call fail, since every change of an Iceberg table is a change of its entry.

use std::collections::HashMap;

use aws_sdk_glue::types::{Table, TableInput};

use super::call::{CallError, pause};
use super::catalogue::{self, LOCATION, MARK, METADATA, NODE, NotPublished, ROWS};
use super::failure::Class;
use super::place::Destination;
use super::statement::{Added, Statement};
use super::{Core, contract, destination, hive, merge, results, unavailable};
use crate::engine::merge::Merge;
use crate::engine::snapshot::Renewal;
use crate::engine::{EngineError, Strategy, TypedColumn, Write};

/// What stands on a second entry, for whoever meets it after a run was killed.
const WARNING: &str = "A second entry of a table that cadet was changing. Its files are those of the table itself: do not \
                       drop it in Athena, which would delete them. The next run of cadet takes it away.";

/// What is to be done with the table.
struct Change {
    /// New columns, with their types in Glue's words.
    added: Vec<TypedColumn>,
    dropped: Vec<String>,
    rows: Statement,
}

impl Core {
    /// Merges the query's rows into the table, or adds them. Returns how many rows were added, changed or deleted.
    pub(super) async fn change_iceberg(
        &self,
        write: &Write<'_>,
        strategy: Strategy,
        query: &str,
    ) -> Result<u64, EngineError> {
        let place = destination(write)?;
        let Some(old) = self.old(place).await? else { return self.replace_hive(write, query).await };
        if !catalogue::is_iceberg(&old) {
            return Err(not_iceberg());
        }
        let columns = self.columns(write, (&old, query)).await?;
        let change = change(write, (place, &self.run.draft(place)), (&old, columns), (strategy, query))?;
        self.carry_out(write, place, &old, (&change, query)).await
    }

    /// Closes rows of a history and adds new ones. Returns how many of both.
    pub(super) async fn renew_iceberg(&self, write: &Write<'_>, renewal: &Renewal) -> Result<u64, EngineError> {
        let place = destination(write)?;
        let Some(old) = self.old(place).await? else { return self.replace_hive(write, &renewal.whole).await };
        if !catalogue::is_iceberg(&old) {
            // Its rows come into a table of the right kind.
            return self.replace_hive(write, &renewal.whole).await;
        }
        let own = catalogue::columns(&old);
        let is_new = |name: &&String| !own.iter().any(|known| known.name().eq_ignore_ascii_case(name));
        let more: Vec<&String> = renewal.columns.iter().filter(is_new).collect();
        let added = if more.is_empty() { Vec::new() } else { self.types_of(&renewal.changes, &more).await? };
        let rows = merge::renew((&place.database, &self.run.draft(place)), renewal);
        let change = Change { added, dropped: Vec::new(), rows };
        self.carry_out(write, place, &old, (&change, &renewal.changes)).await
    }

    /// Columns of a query, with their types in Glue's words.
    async fn types_of(&self, query: &str, names: &[&String]) -> Result<Vec<TypedColumn>, EngineError> {
        let described = Statement::limited(query, 0);
        let given = self.read(&described, Some(0)).await;
        let given = given.map_err(|failure| failure.told(query, described.lines_before))?;
        let is_wanted = |(name, _): &(String, String)| names.iter().any(|wanted| wanted.eq_ignore_ascii_case(name));
        given.columns.into_iter().filter(is_wanted).map(|(name, data_type)| new(&name, &data_type)).collect()
    }

    /// Carries a change out on a second entry, and shows it.
    async fn carry_out(
        &self,
        write: &Write<'_>,
        place: &Destination,
        old: &Table,
        (change, query): (&Change, &str),
    ) -> Result<u64, EngineError> {
        let draft = self.run.draft(place);
        self.begin_draft(place, old, &draft).await?;
        let made = self.changed(place, (old, &draft), (change, query)).await;
        let shown = match made {
            Ok((rows, made)) => self.show_draft(write, place, (old, &made)).await.map(|()| rows),
            Err(error) => Err(error),
        };
        // Its files are those of the table itself; only the entry goes.
        let _ = self.catalogue.delete(&self.calls, &place.database, &draft).await;
        shown
    }

    /// Makes the second entry. Those that killed runs left go first, and so does the one under which the table was made when
    /// its first run was killed.
    async fn begin_draft(&self, place: &Destination, old: &Table, draft: &str) -> Result<(), EngineError> {
        let failed = |error: CallError| unavailable("make a second entry of the table", &error);
        let temporary = self.run.temporary(place);
        let names = self.catalogue.beginning(&self.calls, &place.database, &temporary).await.map_err(failed)?;
        if names.contains(&temporary) {
            self.sweep(place, &temporary).await?;
        }
        for name in names.iter().filter(|name| self.run.is_draft(place, name)) {
            self.catalogue.delete(&self.calls, &place.database, name).await.map_err(failed)?;
        }
        let mut entry = catalogue::input(old, draft).map_err(failed)?;
        let mut parameters: HashMap<String, String> = entry.parameters.take().unwrap_or_default();
        parameters.retain(|key, _| ![MARK, LOCATION, ROWS, NODE].contains(&key.as_str()));
        entry.parameters = Some(parameters);
        entry.description = Some(WARNING.to_owned());
        self.catalogue.create_table(&self.calls, &place.database, &entry).await.map_err(failed)
    }

    /// Carries the change out on the second entry. Returns the number of rows, and the entry as it is then.
    async fn changed(
        &self,
        place: &Destination,
        (old, draft): (&Table, &str),
        (change, query): (&Change, &str),
    ) -> Result<(u64, Table), EngineError> {
        let of = (place.database.as_str(), draft);
        let failed = |error: CallError| unavailable("look at the changed table", &error);
        let mut state = catalogue::parameter(old, METADATA).map(str::to_owned);
        let drops = change.dropped.iter().map(|column| merge::drop_column(of, column));
        let adds = (!change.added.is_empty()).then(|| merge::add_columns(of, &change.added));
        for statement in adds.into_iter().chain(drops) {
            self.finish((place, draft, state.as_deref()), &statement, "").await?;
            state = self.state_of(place, draft).await.map_err(failed)?;
        }
        let id = self.finish((place, draft, state.as_deref()), &change.rows, query).await?;
        let given = self.queries.given(&self.calls, &id, Some(0)).await.map_err(failed)?;
        let table = self.catalogue.table(&self.calls, &place.database, draft).await.map_err(failed)?;
        let gone = || EngineError::Unavailable("the second entry of the table has gone: run again".to_owned());
        Ok((given.written.unwrap_or_default(), table.ok_or_else(gone)?))
    }

    /// The newest metadata of a second entry.
    async fn state_of(&self, place: &Destination, draft: &str) -> Result<Option<String>, CallError> {
        let table = self.catalogue.table(&self.calls, &place.database, draft).await?;
        Ok(table.as_ref().and_then(|table| catalogue::parameter(table, METADATA)).map(str::to_owned))
    }

    /// Runs a statement, again while it fails by nobody's fault and has changed nothing: Athena may say of one that it failed
    /// though its commit was taken, and rows would then be there twice. Returns its id.
    async fn finish(
        &self,
        (place, draft, state): (&Destination, &str, Option<&str>),
        statement: &Statement,
        query: &str,
    ) -> Result<String, EngineError> {
        let number = self.next_statement();
        let mut attempt = 1;
        loop {
            match self.attempt(statement, (&number, attempt)).await {
                Ok(finished) => return Ok(finished.id),
                Err(failure) if failure.class == Class::Again && attempt <= self.queries.settings.retries => {
                    tokio::time::sleep(pause(attempt)).await;
                    attempt += 1;
                    let failed =
                        |error: CallError| unavailable("see whether the statement has changed anything", &error);
                    if self.state_of(place, draft).await.map_err(failed)?.as_deref() != state {
                        return Err(failure.told(query, statement.lines_before));
                    }
                }
                Err(failure) => return Err(failure.told(query, statement.lines_before)),
            }
        }
    }

    /// Leads readers to what was made, unless someone else changed the table meanwhile.
    async fn show_draft(
        &self,
        write: &Write<'_>,
        place: &Destination,
        (old, made): (&Table, &Table),
    ) -> Result<(), EngineError> {
        contract::is_kept(made, write.contract.as_deref())?;
        let failed = |error: CallError| unavailable("show readers the changed table", &error);
        let entry = entry(write, place, (old, made)).map_err(failed)?;
        self.holds(place).await?;
        self.catalogue.publish(&self.calls, place, self.signed(entry), Some(old)).await.map_err(|error| match error {
            NotPublished::Changed => EngineError::Unavailable(format!(
                "someone else changed {}.{} meanwhile; theirs is kept: run again to change this one",
                place.database, place.table
            )),
            NotPublished::Refused(error) | NotPublished::Unknown(error) => failed(error),
        })
    }
}

/// The statements for a table as it is, and a query.
fn change(
    write: &Write<'_>,
    (place, draft): (&Destination, &str),
    (old, columns): (&Table, Vec<Added>),
    (strategy, query): (Strategy, &str),
) -> Result<Change, EngineError> {
    let own = catalogue::columns(old);
    let typed = |column: &Added| {
        let known = own.iter().find(|known| known.name().eq_ignore_ascii_case(&column.name));
        let data_type =
            known.and_then(|known| known.r#type()).map_or_else(|| column.data_type.clone(), results::athena_type);
        TypedColumn { name: column.name.clone(), data_type }
    };
    let added: Result<Vec<TypedColumn>, EngineError> =
        columns.iter().filter(|column| !column.in_table).map(|column| new(&column.name, &column.data_type)).collect();
    let is_kept = |name: &str| columns.iter().any(|column| column.name.eq_ignore_ascii_case(name));
    let dropped = own.iter().map(|column| column.name().to_owned()).filter(|name| !is_kept(name)).collect();
    // What the query does not have stays as it is in rows that are there, and is null in new ones.
    let written: Vec<TypedColumn> = columns.iter().filter(|column| column.in_query).map(typed).collect();
    let into = (place.database.as_str(), draft);
    let rows = match (strategy, write.node) {
        (Strategy::Merge, Some(node)) => {
            let merge = Merge::of(node).map_err(|(what, help)| refused(&format!("{what} cannot be merged"), help))?;
            merge::merge(into, &merge, &written, query)
        }
        _ => merge::append(into, &written.into_iter().map(|column| column.name).collect::<Vec<_>>(), query),
    };
    Ok(Change { added: added?, dropped, rows })
}

/// A new column, with its type in Glue's words.
fn new(name: &str, data_type: &str) -> Result<TypedColumn, EngineError> {
    let glue = match data_type {
        "tinyint" | "smallint" => Ok("int".to_owned()),
        "varbinary" => Ok("binary".to_owned()),
        other => results::glue_type(other.split(" with ").next().unwrap_or(other)),
    };
    let wrong = |_| {
        let what =
            format!("the column `{name}` is new, and of the type {data_type}, which cadet cannot add to a table");
        refused(&what, "build it anew with `--full-refresh`")
    };
    Ok(TypedColumn { name: name.to_owned(), data_type: glue.map_err(wrong)? })
}

/// The table's entry: as it was, with the files and columns of the changed one, and cadet's marks.
fn entry(write: &Write<'_>, place: &Destination, (old, made): (&Table, &Table)) -> Result<TableInput, CallError> {
    let documented = write.documented();
    let mut entry = catalogue::input(made, &place.table)?;
    let mut parameters = old.parameters().cloned().unwrap_or_default();
    parameters.extend(entry.parameters.take().unwrap_or_default());
    parameters.remove(ROWS);
    parameters.extend(catalogue::location(made).map(|location| (LOCATION.to_owned(), location.to_owned())));
    parameters.extend(write.node.map(|node| (NODE.to_owned(), node.unique_id.clone())));
    parameters.extend(write.mark.map(|mark| (MARK.to_owned(), mark.to_owned())));
    // Without it the entry would be no table of Iceberg's.
    if !parameters.contains_key(METADATA) {
        return Err(CallError::refused("", "the changed table has no metadata"));
    }
    entry.parameters = Some(parameters);
    entry.description = documented.table.or_else(|| old.description().map(str::to_owned));
    if let Some(storage) = &mut entry.storage_descriptor {
        hive::describe(storage, &documented.columns);
    }
    Ok(entry)
}

fn refused(message: &str, help: &str) -> EngineError {
    EngineError::Query { message: message.to_owned(), offset: None, help: Some(help.to_owned()) }
}

fn not_iceberg() -> EngineError {
    refused(
        "the table that is there is not an Iceberg table, and the model's is to be one",
        "build it anew with `--full-refresh`",
    )
}
