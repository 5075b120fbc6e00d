//! A table's partitions, led to new files. Glue changes them one by one, or adds a hundred at once; what is to become of them
//! is written down before the first call, so that the next run can go on where a killed one stopped.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_glue::types::{Partition, Table};
use serde::{Deserialize, Serialize};

use super::call::CallError;
use super::catalogue::{self, LOCATION, NotPublished};
use super::hive::{self, Made};
use super::place::Destination;
use super::{Core, unavailable};
use crate::engine::{EngineError, Write};

/// The name of the object. Readers of a table leave out files that begin so.
const NAME: &str = "_cadet_publish";

/// The most partitions of one call that adds them.
const MOST: usize = 100;

/// What is to be shown to readers. The entry under the temporary name, and its partitions, are what it is led to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Note {
    temporary: String,
    folder: String,
    rows: u64,
    /// The place that the table has meanwhile, by its mark.
    location: Option<String>,
    /// When the table was made, if it stays and only some of its partitions change.
    created: Option<i64>,
    /// Where those partitions lead, by their values: what someone else has changed meanwhile is theirs.
    from: BTreeMap<String, String>,
}

impl Note {
    /// Of a whole table that is to be shown.
    pub(super) fn whole(place: &Destination, made: &Made, temporary: String) -> Self {
        let (folder, rows, location) = (made.folder.clone(), made.rows, Some(made.location(place)));
        Self { temporary, folder, rows, location, created: None, from: BTreeMap::new() }
    }

    /// Of partitions of a table that stays.
    pub(super) fn some(now: &Table, there: &[Partition], made: &Made, temporary: String) -> Self {
        let from = there.iter().filter_map(|partition| Some((known_by(partition), location(partition)?.to_owned())));
        Self {
            temporary,
            folder: made.folder.clone(),
            rows: made.rows,
            location: catalogue::parameter(now, LOCATION).map(str::to_owned),
            created: Some(created(now)),
            from: from.collect(),
        }
    }

    /// Whether the table is the one that the note is of, so that what it says is still to be done.
    fn is_due(&self, now: Option<&Table>) -> bool {
        let is_at = |now: &Table| catalogue::parameter(now, LOCATION) == self.location.as_deref();
        match (now, self.created) {
            // It had to go for a moment.
            (None, made) => made.is_none(),
            (Some(now), None) => is_at(now),
            (Some(now), Some(made)) => is_at(now) && created(now) == made,
        }
    }

    /// Whether a partition still leads to where it did, or to nowhere as it did, or to its new place already.
    fn may_lead(&self, there: Option<&Partition>, wanted: &Partition) -> bool {
        let now = there.and_then(location);
        self.created.is_none() || now == self.from.get(&known_by(wanted)).map(String::as_str) || now == location(wanted)
    }
}

fn created(table: &Table) -> i64 {
    table.create_time().map_or(0, |time| time.secs())
}

fn known_by(partition: &Partition) -> String {
    serde_json::to_string(partition.values()).unwrap_or_default()
}

fn location(partition: &Partition) -> Option<&str> {
    partition.storage_descriptor()?.location()
}

pub(super) fn key(place: &Destination) -> String {
    format!("{}{NAME}", place.prefix)
}

/// Whether a file in a table's folder says what a killed run was about to show.
pub(super) fn is_note(place: &Destination, file: &str) -> bool {
    file.strip_prefix(&place.prefix) == Some(NAME)
}

impl Core {
    /// Makes the table's partitions those that are wanted: new ones are added, those that are `there` are led to their new
    /// place one by one, and those that are gone are taken away unless others are to be kept. Before each call it is made
    /// sure that the table is this run's.
    pub(super) async fn set_partitions(
        &self,
        place: &Destination,
        (there, wanted): (&[Partition], &[Partition]),
        keep_others: bool,
    ) -> Result<(), EngineError> {
        let failed = |error: CallError| unavailable("show readers the new partitions", &error);
        let of = (place.database.as_str(), place.table.as_str());
        let known: HashMap<&[String], &Partition> = there.iter().map(|known| (known.values(), known)).collect();
        let new: Vec<&Partition> = wanted.iter().filter(|wanted| !known.contains_key(wanted.values())).collect();
        let mut added_meanwhile = Vec::new();
        for chunk in new.chunks(MOST) {
            self.holds(place).await?;
            let there = self.catalogue.add_partitions(&self.calls, of, chunk).await.map_err(failed)?;
            added_meanwhile.extend(there);
        }
        let is_elsewhere = |wanted: &&Partition| match known.get(wanted.values()) {
            Some(known) => location(known) != location(wanted),
            None => added_meanwhile.iter().any(|values| values == wanted.values()),
        };
        for partition in wanted.iter().filter(is_elsewhere) {
            self.holds(place).await?;
            self.catalogue.lead(&self.calls, of, partition).await.map_err(failed)?;
        }
        let is_gone = |known: &&Partition| !keep_others && wanted.iter().all(|it| it.values() != known.values());
        for partition in there.iter().filter(is_gone) {
            self.holds(place).await?;
            self.catalogue.delete_partition(&self.calls, of, partition.values()).await.map_err(failed)?;
        }
        Ok(())
    }

    /// Writes down what is to be shown. What cannot be written down is not shown, and removed: after the note, which may be
    /// there although no answer came, and would send the next run after something that is gone.
    pub(super) async fn intend(&self, place: &Destination, made: &Made, note: &Note) -> Result<(), EngineError> {
        let written = self.write_down(place, Some(note)).await;
        if written.is_err() && self.forget_note(place).await.is_ok() {
            self.discard(place, made).await;
        }
        written
    }

    /// Writes down that nothing is left to be shown, before the entry goes that the note names. That needs no right to delete;
    /// the note itself goes with the files that nobody needs any more.
    pub(super) async fn settle(&self, place: &Destination) -> Result<(), EngineError> {
        self.write_down(place, None).await
    }

    async fn write_down(&self, place: &Destination, note: Option<&Note>) -> Result<(), EngineError> {
        self.holds(place).await?;
        let body = serde_json::to_vec(&note).unwrap_or_default();
        let put = self.store.put(&self.calls, (&place.bucket, &key(place)), &body).await;
        put.map_err(|error| unavailable("write down what is to be shown", &error))
    }

    /// Removes the note.
    pub(super) async fn forget_note(&self, place: &Destination) -> Result<(), CallError> {
        self.store.delete(&self.calls, place, &[key(place)]).await
    }

    async fn note(&self, place: &Destination) -> Result<Option<Note>, CallError> {
        let key = key(place);
        let Some(found) = self.store.get(&self.calls, (&place.bucket, &key)).await? else { return Ok(None) };
        let note = serde_json::from_slice(&found.bytes);
        note.map_err(|error| CallError::refused("", &format!("{key} cannot be read: {error}")))
    }

    /// Shows what an earlier run was stopped in the middle of showing: what readers have then is whole, and what comes next
    /// may go on from there.
    pub(super) async fn resume(&self, write: &Write<'_>, place: &Destination) -> Result<(), EngineError> {
        let failed = |error: CallError| unavailable("look for what an earlier run has left half done", &error);
        let Some(note) = self.note(place).await.map_err(failed)? else { return Ok(()) };
        let [table, now] =
            self.catalogue.both(&self.calls, &place.database, [&note.temporary, &place.table]).await.map_err(failed)?;
        if !note.is_due(now.as_ref()) || (now.is_none() && table.is_none()) {
            self.settle(place).await?;
            let _ = self.forget_note(place).await;
            return Ok(());
        }
        let table = table.ok_or_else(|| half_shown(place))?;
        let partitions = match table.partition_keys().is_empty() {
            true => Vec::new(),
            false => self.catalogue.partitions(&self.calls, &place.database, &note.temporary).await.map_err(failed)?,
        };
        let temporary = note.temporary.clone();
        let (folder, rows) = (note.folder.clone(), note.rows);
        let made = Made { folder, rows, table, partitions, there: now.clone(), temporary: Some(temporary) };
        if now.is_none() {
            let entry = hive::entry(write, place, &made, false).map_err(failed)?;
            self.holds(place).await?;
            let shown = self.catalogue.publish(&self.calls, place, self.signed(entry), None).await;
            shown.map_err(|error| match error {
                NotPublished::Changed => EngineError::Unavailable(format!(
                    "someone else made {}.{} meanwhile; theirs is kept: run again",
                    place.database, place.table
                )),
                NotPublished::Refused(error) | NotPublished::Unknown(error) => failed(error),
            })?;
        }
        if !made.table.partition_keys().is_empty() {
            let there = self.catalogue.partitions(&self.calls, &place.database, &place.table).await.map_err(failed)?;
            let known = |wanted: &Partition| there.iter().find(|known| known.values() == wanted.values());
            let wanted = made.partitions.iter().filter(|wanted| note.may_lead(known(wanted), wanted));
            let wanted: Vec<Partition> = wanted.cloned().collect();
            self.set_partitions(place, (&there, &wanted), note.created.is_some()).await?;
        }
        self.settle(place).await?;
        let _ = self.forget_note(place).await;
        let _ = self.catalogue.delete(&self.calls, &place.database, &note.temporary).await;
        Ok(())
    }
}

fn half_shown(place: &Destination) -> EngineError {
    let message = format!(
        "an earlier run was stopped while it showed readers the new rows of {}.{}, and what it had built is gone",
        place.database, place.table
    );
    let help = format!(
        "build the table anew with `--full-refresh`; for a snapshot delete s3://{}/{}, and it goes on from what readers have",
        place.bucket,
        key(place)
    );
    EngineError::Query { message, offset: None, help: Some(help) }
}
