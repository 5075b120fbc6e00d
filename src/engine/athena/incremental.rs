//! Rows into a table that is there. Readers never see a part of them: the table, or each partition, is written anew beside
//! the old one, and then shown.

use std::collections::{BTreeSet, HashMap};

use aws_sdk_glue::types::{Column, Partition, Table, TableInput};

use super::call::CallError;
use super::catalogue::{self, MARK, ROWS};
use super::hive::Made;
use super::partitions::{self, Note};
use super::place::Destination;
use super::run::Folder;
use super::statement::{self, Added, Statement, Storage};
use super::storage::File;
use super::{Core, destination, leftovers, results, unavailable};
use crate::engine::{EngineError, Write};

impl Core {
    /// The old rows and the new ones as a new table, in the place of the old. Returns how many were added.
    pub(super) async fn append(&self, write: &Write<'_>, query: &str) -> Result<u64, EngineError> {
        let place = destination(write)?;
        let Some(old) = self.old(place).await? else { return self.replace_hive(write, query).await };
        let columns = self.columns(write, (&old, query)).await?;
        let body = statement::together(place, &columns, query);
        let before = self.rows_of(place, &old).await?;
        let made = self.create(place, &Storage::of(write), (query, &body)).await?;
        let rows = self.take_over(write, place, (Some(&old), &made)).await?;
        Ok(rows.saturating_sub(before))
    }

    /// The whole of a history as a new table, in the place of the old one as it was when its rows were read.
    pub(super) async fn renew_hive(&self, write: &Write<'_>, whole: &str) -> Result<u64, EngineError> {
        let place = destination(write)?;
        let Some(old) = self.old(place).await? else { return self.replace_hive(write, whole).await };
        let made = self.create(place, &Storage::of(write), (whole, &Statement::query(whole))).await?;
        self.take_over(write, place, (Some(&old), &made)).await
    }

    /// How many rows a table has; counted, where nobody wrote that down.
    async fn rows_of(&self, place: &Destination, table: &Table) -> Result<u64, EngineError> {
        if let Some(rows) = catalogue::parameter(table, ROWS).and_then(|rows| rows.parse().ok()) {
            return Ok(rows);
        }
        let given = self.read(&statement::count(place), None).await.map_err(|failure| failure.told("", 0))?;
        let rows = given.rows.first().and_then(|row| row.first()?.as_deref()?.parse().ok());
        rows.ok_or_else(|| EngineError::Unavailable("Athena does not say how many rows the table has".to_owned()))
    }

    /// The columns of the table as it is to be, as `on_schema_change` says. By default they are those that it has.
    pub(super) async fn columns(
        &self,
        write: &Write<'_>,
        (old, query): (&Table, &str),
    ) -> Result<Vec<Added>, EngineError> {
        let own: Vec<(String, String)> = catalogue::columns(old).iter().map(|column| described(column)).collect();
        let change = write.text("on_schema_change").unwrap_or_else(|| "ignore".to_owned());
        let column = |(name, data_type): &(String, String), in_table, in_query| Added {
            name: name.clone(),
            data_type: data_type.clone(),
            in_table,
            in_query,
        };
        let as_it_is = || own.iter().map(|known| column(known, true, true)).collect();
        if change == "ignore" {
            return Ok(as_it_is());
        }
        let described = Statement::limited(query, 0);
        let given = self.read(&described, Some(0)).await;
        let given = given.map_err(|failure| failure.told(query, described.lines_before))?;
        let new: Vec<(String, String)> =
            given.columns.into_iter().map(|(name, data_type)| (name.to_lowercase(), data_type)).collect();
        let is_in = |list: &[(String, String)], name: &str| list.iter().any(|(known, _)| known == name);
        let more: Vec<&(String, String)> = new.iter().filter(|(name, _)| !is_in(&own, name)).collect();
        let gone: Vec<&(String, String)> = own.iter().filter(|(name, _)| !is_in(&new, name)).collect();
        let is_other = |(name, data_type): &&(String, String)| {
            let known = catalogue::columns(old).into_iter().find(|known| known.name() == name);
            known.is_some_and(|known| !results::same_kind(data_type, known.r#type().unwrap_or_default()))
        };
        let other: Vec<&(String, String)> = new.iter().filter(is_other).collect();
        if change == "fail" && !(more.is_empty() && gone.is_empty() && other.is_empty()) {
            return Err(schema_changed([("new:", &more), ("gone:", &gone), ("of another type:", &other)]));
        }
        if more.is_empty() && gone.is_empty() {
            return Ok(as_it_is());
        }
        let keys: Vec<&str> = old.partition_keys().iter().map(|key| key.name()).collect();
        let mut columns: Vec<Added> = own
            .iter()
            .filter(|(name, _)| change != "sync_all_columns" || is_in(&new, name))
            .map(|known| column(known, true, is_in(&new, &known.0)))
            .collect();
        let at = columns.iter().position(|column| keys.contains(&column.name.as_str())).unwrap_or(columns.len());
        columns.splice(at..at, more.into_iter().map(|new| column(new, false, true)));
        Ok(columns)
    }

    /// The query's partitions in the place of those of the same values; all others stay. Returns how many rows they have.
    pub(super) async fn replace_partitions(&self, write: &Write<'_>, query: &str) -> Result<u64, EngineError> {
        let place = destination(write)?;
        let failed = |error: CallError| unavailable("show readers the new partitions", &error);
        let Some(old) = self.old(place).await? else { return self.replace_hive(write, query).await };
        let keys: Vec<&str> = old.partition_keys().iter().map(|key| key.name()).collect();
        if keys != write.names("partitioned_by") {
            return Err(repartitioned());
        }
        let columns = self.columns(write, (&old, query)).await?;
        let is_changed =
            columns.len() != catalogue::columns(&old).len() || columns.iter().any(|column| !column.in_table);
        let body = statement::in_order(&columns, query);
        let made = self.create(place, &Storage::of(write), (query, &body)).await?;
        let looked = match fit_together(&old, &made.table) {
            Ok(()) => self.look_at(write, place, &made).await,
            Err(error) => Err(error),
        };
        let files = match looked {
            Ok(files) => files,
            Err(error) => {
                self.discard(place, &made).await;
                return Err(error);
            }
        };
        let there = self.catalogue.partitions(&self.calls, &place.database, &place.table).await.map_err(failed)?;
        let mut now = old;
        if is_changed {
            // Rows that are there have nothing in a column that is new to them.
            let entry = recolumned(&now, &made.table, place).map_err(failed)?;
            self.put(place, entry, Some(&now), &made).await?;
            let table = self.catalogue.table(&self.calls, &place.database, &place.table).await.map_err(failed)?;
            now = table.ok_or_else(|| failed(CallError::refused("", "the table has gone")))?;
        }
        let temporary = made.temporary(&self.run, place);
        self.intend(place, &made, &Note::some(&now, &there, &made, temporary)).await?;
        self.set_partitions(place, (&there, &made.partitions), true).await?;
        self.settle(place).await?;
        self.marked(write, place, &now).await?;
        if let Some(temporary) = &made.temporary {
            let _ = self.catalogue.delete(&self.calls, &place.database, temporary).await;
        }
        let mut unneeded = self.unneeded(place, &files, (&now, &there, &made));
        unneeded.push(partitions::key(place));
        let _ = self.tidy(place, &unneeded).await;
        Ok(made.rows)
    }

    /// The table's entry with its new mark, and otherwise as it was.
    async fn marked(&self, write: &Write<'_>, place: &Destination, old: &Table) -> Result<(), EngineError> {
        let failed = |error: CallError| unavailable("mark the table", &error);
        let mut entry = catalogue::input(old, &place.table).map_err(failed)?;
        let mut parameters: HashMap<String, String> = entry.parameters.take().unwrap_or_default();
        parameters.remove(ROWS);
        parameters.extend(write.mark.map(|mark| (MARK.to_owned(), mark.to_owned())));
        entry.parameters = Some(parameters);
        self.mark(place, entry, Some(old)).await
    }

    /// The files of partitions that were replaced, now or by a killed run, and what killed runs of the same owner left.
    fn unneeded(
        &self,
        place: &Destination,
        files: &[File],
        (old, there, made): (&Table, &[Partition], &Made),
    ) -> Vec<String> {
        let key = |partition: &Partition| {
            let location = partition.storage_descriptor()?.location()?;
            Some(format!("{}/", place.key_below(location)?.trim_end_matches('/')))
        };
        let is_replaced = |old: &&Partition| made.partitions.iter().any(|new| new.values() == old.values());
        let others = there.iter().filter(|partition| !is_replaced(partition));
        let shown: Vec<String> = others.chain(&made.partitions).filter_map(key).collect();
        let folder_of = |key: String| Folder::of(place, &key).map(|folder| folder.name.to_owned());
        let of_table = catalogue::location(old).and_then(|location| leftovers::folder(place, location));
        let kept: BTreeSet<String> = shown.iter().cloned().filter_map(folder_of).chain(of_table).collect();
        let mut unneeded = leftovers::deletable(&self.run, place, files, (&BTreeSet::new(), &kept));
        let led_to = there.iter().filter_map(key).filter_map(folder_of).chain(kept).collect();
        unneeded.extend(leftovers::replaced(place, files, (&led_to, &shown)));
        unneeded.sort();
        unneeded.dedup();
        unneeded
    }
}

/// The table's entry with the columns of the new partitions. It leads to the same files as before, and has no mark until
/// the partitions are shown.
fn recolumned(old: &Table, new: &Table, place: &Destination) -> Result<TableInput, CallError> {
    let mut entry = catalogue::input(old, &place.table)?;
    if let Some(storage) = &mut entry.storage_descriptor {
        storage.columns = new.storage_descriptor().map(|storage| storage.columns().to_vec());
    }
    if let Some(parameters) = &mut entry.parameters {
        parameters.remove(MARK);
    }
    Ok(entry)
}

/// Whether readers can read new partitions beside the old ones: each has types of its own, and a reader takes them for those
/// of the table. Behaviour: "Update tables with partitions" in Athena's user guide; which types go together it leaves open,
/// so that only those pass that certainly do.
fn fit_together(old: &Table, new: &Table) -> Result<(), EngineError> {
    let is_read_as = |new: &str, old: &str| {
        const WHOLE: [&str; 4] = ["tinyint", "smallint", "int", "bigint"];
        let size = |name: &str| WHOLE.iter().position(|known| *known == name);
        let is_text = |name: &str| name == "string" || name.starts_with("varchar");
        new == old
            || matches!((size(new), size(old)), (Some(new), Some(old)) if new < old)
            || (new, old) == ("float", "double")
            || (is_text(new) && is_text(old))
    };
    let kind = |column: &Column| column.r#type().unwrap_or_default().to_lowercase();
    let own = catalogue::columns(old);
    let wrong = catalogue::columns(new).into_iter().find_map(|new| {
        let old = own.iter().find(|old| old.name() == new.name()).map(|old| kind(old))?;
        let new_kind = kind(new);
        (!is_read_as(&new_kind, &old)).then(|| (new.name().to_owned(), new_kind, old))
    });
    let Some((name, new, old)) = wrong else { return Ok(()) };
    let [new, old] = [new, old].map(|kind| results::athena_type(&kind));
    Err(EngineError::Query {
        message: format!("the column `{name}` is {new} now, and {old} in the partitions that are there"),
        offset: None,
        help: Some(format!("write `cast({name} as {old})`, or build it anew with `--full-refresh`")),
    })
}

fn described(column: &Column) -> (String, String) {
    (column.name().to_owned(), results::athena_type(column.r#type().unwrap_or_default()))
}

fn schema_changed(changes: [(&str, &[&(String, String)]); 3]) -> EngineError {
    let words = |(what, columns): (&str, &[&(String, String)])| {
        let names: Vec<String> = columns.iter().map(|(name, _)| format!("`{name}`")).collect();
        (!names.is_empty()).then(|| format!("{what} {}", names.join(", ")))
    };
    let parts: Vec<String> = changes.into_iter().filter_map(words).collect();
    EngineError::Query {
        message: format!(
            "the columns are no longer those of the table ({}), and `on_schema_change` is `fail`",
            parts.join("; ")
        ),
        offset: None,
        help: Some("build it anew with `--full-refresh`, or set `on_schema_change` to `append_new_columns`".to_owned()),
    }
}

fn repartitioned() -> EngineError {
    EngineError::Query {
        message: "the table is not partitioned by what `partitioned_by` says".to_owned(),
        offset: None,
        help: Some("build it anew with `--full-refresh`".to_owned()),
    }
}
