//! Tables, of Hive's kind and of Iceberg's: built beside the old one, looked at, and shown to readers by one call.

use std::collections::{BTreeSet, HashMap};

use aws_sdk_glue::types::{Partition, StorageDescriptor, Table, TableInput};

use super::call::{CallError, pause};
use super::catalogue::{self, LOCATION, MARK, NODE, NotPublished, ROWS};
use super::failure::Class;
use super::partitions::{self, Note};
use super::parts::Apart;
use super::place::Destination;
use super::run::Run;
use super::statement::{self, Statement, Storage};
use super::storage::File;
use super::{Core, contract, destination, known, leftovers, unavailable};
use crate::engine::{EngineError, Write};

/// The longest statement that Athena takes, in bytes.
const LONGEST: usize = 262_144;

/// A table under its temporary name, or files that are to be one.
pub(super) struct Made {
    /// The folder below the table's own.
    pub folder: String,
    pub rows: u64,
    /// Its entry in the catalogue, as it is to be.
    pub table: Table,
    pub partitions: Vec<Partition>,
    /// What stood under the table's own name when it was looked up.
    pub there: Option<Table>,
    /// The name of the entry that is to go afterwards.
    pub temporary: Option<String>,
}

impl Made {
    /// Where its files are, as the mark on the table says it.
    pub(super) fn location(&self, place: &Destination) -> String {
        let own = catalogue::location(&self.table).map(str::to_owned);
        own.unwrap_or_else(|| format!("{}/{}/", place.location(), self.folder))
    }

    /// The name of the entry that leads to it beside the table's own.
    pub(super) fn temporary(&self, run: &Run, place: &Destination) -> String {
        self.temporary.clone().unwrap_or_else(|| run.temporary(place))
    }
}

impl Core {
    /// Builds a table and puts it in the place of the old one.
    pub(super) async fn replace_hive(&self, write: &Write<'_>, query: &str) -> Result<u64, EngineError> {
        let place = destination(write)?;
        // What stands under the name is looked up with the new table: whoever changes it from then on is noticed.
        let (storage, statement) = (Storage::of(write), Statement::query(query));
        if !self.aim.suffix.is_empty() {
            // A pull request's own databases are new more often than not.
            self.make_database(place).await?;
        }
        let made = match self.create(place, &storage, (query, &statement)).await {
            Err(error) => {
                if !self.lacked_database(place, &error).await? {
                    return Err(error);
                }
                self.create(place, &storage, (query, &statement)).await?
            }
            made => made?,
        };
        self.take_over(write, place, (made.there.as_ref(), &made)).await
    }

    /// What stands under the name now. Without anything, the database may have to be made first.
    pub(super) async fn old(&self, place: &Destination) -> Result<Option<Table>, EngineError> {
        let old = self.catalogue.table(&self.calls, &place.database, &place.table).await;
        let old = old.map_err(|error| unavailable("look up the table", &error))?;
        if old.is_none() {
            self.make_database(place).await?;
        }
        self.is_newest(old.as_ref())?;
        Ok(old)
    }

    /// Builds a table in a new folder under its temporary name, in parts if it has too many partitions for one query.
    /// `query` is the author's part of what is sent.
    pub(super) async fn create(
        &self,
        place: &Destination,
        storage: &Storage,
        query: (&str, &Statement),
    ) -> Result<Made, EngineError> {
        let temporary = self.run.temporary(place);
        match self.create_as(place, (&temporary, ""), storage, query).await {
            Err(error) if known::is_too_many_partitions(&error) => match Apart::of(storage) {
                Some(apart) => self.create_in_parts(place, (storage, &apart), query).await,
                None => Err(error),
            },
            made => made,
        }
    }

    /// Builds a table under a name; each attempt has a folder of its own, whose number has `word` before it.
    pub(super) async fn create_as(
        &self,
        place: &Destination,
        (temporary, word): (&str, &str),
        storage: &Storage,
        (query, body): (&str, &Statement),
    ) -> Result<Made, EngineError> {
        let number = self.next_statement();
        let (mut attempt, mut is_swept) = (0, false);
        loop {
            attempt += 1;
            let folder = self.run.folder(place, format!("{word}{attempt}"));
            let statement = statement::create_table(place, temporary, &folder, (storage, body));
            if statement.text.len() > LONGEST {
                return Err(too_long(statement.text.len()));
            }
            let failure = match self.attempt(&statement, (&number, attempt)).await {
                Ok(finished) => return self.made(place, (folder, temporary.to_owned()), &finished.id).await,
                Err(failure) => failure,
            };
            if failure.names("TABLE_ALREADY_EXISTS") && !is_swept {
                is_swept = true;
                self.sweep(place, temporary).await?;
                continue;
            }
            self.clean(place, (&folder, temporary), failure.class).await;
            if failure.class != Class::Again || attempt > self.queries.settings.retries {
                return Err(failure.told(query, statement.lines_before));
            }
            tokio::time::sleep(pause(attempt)).await;
        }
    }

    /// What Athena made.
    async fn made(
        &self,
        place: &Destination,
        (folder, temporary): (String, String),
        query: &str,
    ) -> Result<Made, EngineError> {
        let look = async {
            let given = self.queries.given(&self.calls, query, Some(0)).await?;
            let both = self.catalogue.both(&self.calls, &place.database, [&temporary, &place.table]).await?;
            let [table, there] = both;
            let table = table.ok_or_else(|| CallError::refused("", "the new table is not in the catalogue"))?;
            // A killed run of the same owner may have made one of this name meanwhile.
            let at = catalogue::location(&table).and_then(|location| leftovers::folder(place, location));
            if at.as_ref() != Some(&folder) {
                return Err(CallError::refused("", "another run of this branch is building the same table"));
            }
            let partitions = match table.partition_keys().is_empty() {
                true => Vec::new(),
                false => self.catalogue.partitions(&self.calls, &place.database, &temporary).await?,
            };
            Ok((given.written.unwrap_or_default(), table, partitions, there))
        };
        match look.await {
            Ok((rows, table, partitions, there)) => {
                Ok(Made { folder, rows, table, partitions, there, temporary: Some(temporary) })
            }
            Err(error) => {
                self.clean(place, (&folder, &temporary), Class::Unknown).await;
                Err(unavailable("look at the new table", &error))
            }
        }
    }

    /// Takes away the entry that a killed run of the same owner left.
    pub(super) async fn sweep(&self, place: &Destination, temporary: &str) -> Result<(), EngineError> {
        let failed = |error: CallError| unavailable("remove what an earlier run left", &error);
        let Some(table) = self.catalogue.table(&self.calls, &place.database, temporary).await.map_err(failed)? else {
            return Ok(());
        };
        let folder = catalogue::location(&table).and_then(|location| leftovers::folder(place, location));
        if folder.is_none() && !catalogue::is_view(&table) {
            return Err(EngineError::Unavailable(format!(
                "a table {}.{temporary} that cadet did not make is in the way: remove it",
                place.database
            )));
        }
        self.catalogue.delete(&self.calls, &place.database, temporary).await.map_err(failed)
    }

    /// Removes what a failed attempt left. What cannot be removed now is removed by the next run.
    pub(super) async fn clean(&self, place: &Destination, (folder, temporary): (&str, &str), class: Class) {
        // Athena registers a table only when its query has succeeded.
        if matches!(class, Class::Unknown | Class::Interrupted) {
            let _ = self.catalogue.delete(&self.calls, &place.database, temporary).await;
        }
        let below = format!("{}{folder}/", place.prefix);
        if let Ok(files) = self.store.list(&self.calls, place).await {
            let keys: Vec<String> =
                files.into_iter().map(|file| file.key).filter(|key| key.starts_with(&below)).collect();
            let _ = self.store.delete(&self.calls, place, &keys).await;
        }
    }

    /// Looks at what was made, and puts it in the place of the old table. What is not shown to readers in the end is
    /// removed.
    pub(super) async fn take_over(
        &self,
        write: &Write<'_>,
        place: &Destination,
        (old, made): (Option<&Table>, &Made),
    ) -> Result<u64, EngineError> {
        let files = match self.look_at(write, place, made).await {
            Ok(files) => files,
            Err(error) => {
                self.discard(place, made).await;
                return Err(error);
            }
        };
        let there = self.publish(write, place, (old, made)).await?;
        // Readers have the new table. What is left to do is tidying up, and the next run does it if this one cannot.
        if let Some(temporary) = &made.temporary {
            let _ = self.catalogue.delete(&self.calls, &place.database, temporary).await;
        }
        let kept = BTreeSet::from([made.folder.clone()]);
        let mut unneeded =
            leftovers::deletable(&self.run, place, &files, (&leftovers::folders_of(place, old, &there), &kept));
        // What a killed run was about to show is not to be shown any more.
        let is_noted = !made.table.partition_keys().is_empty();
        let is_note = |file: &File| partitions::is_note(place, &file.key);
        unneeded.extend((is_noted || files.iter().any(is_note)).then(|| partitions::key(place)));
        let _ = self.tidy(place, &unneeded).await;
        Ok(made.rows)
    }

    pub(super) async fn discard(&self, place: &Destination, made: &Made) {
        let temporary = made.temporary(&self.run, place);
        self.clean(place, (&made.folder, &temporary), Class::Unknown).await;
    }

    /// Compares what was made with what was promised and with what Athena says that it wrote. Returns the files in the
    /// table's folder, the old ones too.
    pub(super) async fn look_at(
        &self,
        write: &Write<'_>,
        place: &Destination,
        made: &Made,
    ) -> Result<Vec<File>, EngineError> {
        self.is_newest(made.there.as_ref())?;
        contract::is_kept(&made.table, write.contract.as_deref())?;
        let files = self.store.list(&self.calls, place).await;
        let files = files.map_err(|error| unavailable("list the files of the new table", &error))?;
        self.holds_by(place, &files).await?;
        let below = format!("{}{}/", place.prefix, made.folder);
        let new: Vec<&str> = files.iter().filter_map(|file| file.key.strip_prefix(&below)).collect();
        if made.rows > 0 && new.is_empty() {
            return Err(differs(&format!("Athena says that it wrote {} rows, and there are no files", made.rows)));
        }
        if !made.table.partition_keys().is_empty() {
            let folders: BTreeSet<&str> =
                new.iter().filter_map(|key| key.rsplit_once('/').map(|(folder, _)| folder)).collect();
            if folders.len() != made.partitions.len() {
                let (folders, partitions) = (folders.len(), made.partitions.len());
                return Err(differs(&format!(
                    "there are {folders} folders of partitions, and {partitions} partitions"
                )));
            }
        }
        Ok(files)
    }

    /// Shows readers the new table. Returns the partitions that the old one had.
    async fn publish(
        &self,
        write: &Write<'_>,
        place: &Destination,
        (old, made): (Option<&Table>, &Made),
    ) -> Result<Vec<Partition>, EngineError> {
        let failed = |error: CallError| unavailable("show readers the new table", &error);
        let there = match old {
            Some(old) if !old.partition_keys().is_empty() => {
                self.catalogue.partitions(&self.calls, &place.database, &place.table).await.map_err(failed)?
            }
            _ => Vec::new(),
        };
        let is_partitioned = !made.table.partition_keys().is_empty();
        let entry = entry(write, place, made, !is_partitioned).map_err(failed)?;
        if is_partitioned {
            self.intend(place, made, &Note::whole(place, made, made.temporary(&self.run, place))).await?;
        }
        let has_gone = self.replace_entry(place, entry, (old, &there), made).await?;
        if !is_partitioned {
            return Ok(there);
        }
        // A table that had to go took its partitions with it.
        let here = if has_gone { &[] } else { there.as_slice() };
        // The mark comes last: a table whose partitions are not all led to the new place is built again.
        self.set_partitions(place, (here, &made.partitions), false).await?;
        self.settle(place).await?;
        let now = self.catalogue.table(&self.calls, &place.database, &place.table).await.map_err(failed)?;
        let marked = self::entry(write, place, made, true).map_err(failed)?;
        self.mark(place, marked, now.as_ref()).await?;
        Ok(there)
    }

    /// Leaves the mark on a table whose partitions are shown already: whatever becomes of this, their files stay.
    pub(super) async fn mark(
        &self,
        place: &Destination,
        entry: TableInput,
        now: Option<&Table>,
    ) -> Result<(), EngineError> {
        self.holds(place).await?;
        self.catalogue.publish(&self.calls, place, self.signed(entry), now).await.map_err(|error| match error {
            NotPublished::Changed => EngineError::Unavailable(format!(
                "{}.{} was changed by someone else meanwhile; its new partitions are there: run again",
                place.database, place.table
            )),
            NotPublished::Refused(error) | NotPublished::Unknown(error) => unavailable("mark the table", &error),
        })
    }

    /// The one call. What it certainly did not show is removed; where that is not certain, nothing is.
    pub(super) async fn put(
        &self,
        place: &Destination,
        entry: TableInput,
        old: Option<&Table>,
        made: &Made,
    ) -> Result<(), EngineError> {
        self.holds(place).await?;
        match self.catalogue.publish(&self.calls, place, self.signed(entry), old).await {
            Ok(()) => Ok(()),
            Err(error) => Err(self.not_shown(place, made, error).await),
        }
    }

    pub(super) async fn not_shown(&self, place: &Destination, made: &Made, error: NotPublished) -> EngineError {
        match error {
            NotPublished::Changed => {
                self.discard(place, made).await;
                EngineError::Unavailable(format!(
                    "someone else changed {}.{} while it was being built; theirs is kept: run again to build this one",
                    place.database, place.table
                ))
            }
            NotPublished::Refused(error) => {
                self.discard(place, made).await;
                unavailable("show readers the new table", &error)
            }
            NotPublished::Unknown(error) => unavailable("show readers the new table", &error),
        }
    }
}

fn too_long(bytes: usize) -> EngineError {
    EngineError::Query {
        message: format!("the statement has {bytes} bytes, and Athena takes {LONGEST} at most"),
        offset: None,
        help: Some("split the model in two, or put long lists of values into a seed".to_owned()),
    }
}

fn differs(what: &str) -> EngineError {
    let message = format!("the new table is not as Athena says that it made it: {what}");
    EngineError::Query { message, offset: None, help: Some("run it again; the old table is still there".to_owned()) }
}

/// The entry of the table in the catalogue: that of the temporary one, under the right name, with cadet's marks.
pub(super) fn entry(
    write: &Write<'_>,
    place: &Destination,
    made: &Made,
    is_whole: bool,
) -> Result<TableInput, CallError> {
    let documented = write.documented();
    let mut entry = catalogue::input(&made.table, &place.table)?;
    let mut parameters: HashMap<String, String> = entry.parameters.take().unwrap_or_default();
    let format = write.text("format").unwrap_or_else(|| "parquet".to_owned());
    if !catalogue::is_view(&made.table) && !catalogue::is_iceberg(&made.table) {
        parameters.insert("classification".to_owned(), format);
    }
    parameters.insert(LOCATION.to_owned(), made.location(place));
    parameters.insert(ROWS.to_owned(), made.rows.to_string());
    parameters.extend(write.node.map(|node| (NODE.to_owned(), node.unique_id.clone())));
    parameters.extend(write.mark.filter(|_| is_whole).map(|mark| (MARK.to_owned(), mark.to_owned())));
    entry.parameters = Some(parameters);
    entry.description = documented.table.or(entry.description);
    if let Some(storage) = &mut entry.storage_descriptor {
        describe(storage, &documented.columns);
    }
    Ok(entry)
}

pub(super) fn describe(storage: &mut StorageDescriptor, descriptions: &[(String, String)]) {
    for column in storage.columns.iter_mut().flatten() {
        let found = descriptions.iter().find(|(name, _)| *name == column.name);
        column.comment = found.map(|(_, text)| text.clone()).or(column.comment.take());
    }
}
