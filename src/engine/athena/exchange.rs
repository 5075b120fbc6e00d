//! An entry that Glue cannot change into the new one, so that it has to go for a moment: a table that is partitioned by
//! something else, or that becomes a view. What cannot be shown in the end leaves the old entry there again.

use aws_sdk_glue::types::{Partition, Table, TableInput};

use super::call::{CallError, pause};
use super::catalogue::{self, NotPublished};
use super::hive::Made;
use super::partitions::Note;
use super::place::Destination;
use super::{Core, unavailable};
use crate::engine::EngineError;

/// How often the new entry is tried after the first time: the table is missing meanwhile.
const TRIES: u32 = 2;

impl Core {
    /// Shows readers the new entry in the place of the old one, if there is one. Returns whether the old one had to go for
    /// that, and its partitions with it.
    pub(super) async fn replace_entry(
        &self,
        place: &Destination,
        entry: TableInput,
        (old, there): (Option<&Table>, &[Partition]),
        made: &Made,
    ) -> Result<bool, EngineError> {
        let Some(old) = old else { return self.put(place, entry, None, made).await.map(|()| false) };
        let keys = |table: &Table| table.partition_keys().iter().map(|key| key.name().to_owned()).collect::<Vec<_>>();
        let is_view = catalogue::is_view(old);
        // By what a table is partitioned cannot be changed, and a view would keep the partitions.
        if keys(old) != keys(&made.table) && !(is_view && there.is_empty()) {
            return self.exchange(place, entry, (old, there), made).await.map(|()| true);
        }
        let is_other_kind = !is_view && catalogue::is_iceberg(old) != catalogue::is_iceberg(&made.table);
        self.holds(place).await?;
        match self.catalogue.publish(&self.calls, place, self.signed(entry.clone()), Some(old)).await {
            Ok(()) => Ok(false),
            // Nobody promises that a table of Hive's may become one of Iceberg's, or the other way round.
            Err(NotPublished::Refused(error)) if is_other_kind && error.is("InvalidInputException") => {
                self.exchange(place, entry, (old, there), made).await.map(|()| true)
            }
            Err(error) => Err(self.not_shown(place, made, error).await),
        }
    }

    /// Takes the old entry away and adds the new one. `there` are the old one's partitions.
    pub(super) async fn exchange(
        &self,
        place: &Destination,
        entry: TableInput,
        (old, there): (&Table, &[Partition]),
        made: &Made,
    ) -> Result<(), EngineError> {
        let failed = |error: CallError| unavailable("take the old table's entry away", &error);
        let now = self.catalogue.table(&self.calls, &place.database, &place.table).await;
        let is_same = match &now {
            Ok(now) => now.as_ref().is_some_and(|now| now.version_id() == old.version_id()),
            Err(_) => false,
        };
        if !is_same {
            let error = now.map_or_else(NotPublished::Refused, |_| NotPublished::Changed);
            return Err(self.not_shown(place, made, error).await);
        }
        let failed_to_note = |error: CallError| unavailable("make a second entry of the new table", &error);
        let temporary = made.temporary(&self.run, place);
        if made.temporary.is_none() {
            let second = catalogue::input(&made.table, &temporary).map_err(failed_to_note)?;
            self.catalogue.create_table(&self.calls, &place.database, &second).await.map_err(failed_to_note)?;
        }
        // Whoever is killed while there is no entry leaves word of the new one.
        self.intend(place, made, &Note::whole(place, made, temporary.clone())).await?;
        self.holds(place).await?;
        if let Err(error) = self.catalogue.delete(&self.calls, &place.database, &place.table).await
            && !error.is_unknown()
        {
            self.discard(place, made).await;
            return Err(failed(error));
        }
        let entry = self.signed(entry);
        let mut tries = 0;
        let error = loop {
            match self.catalogue.publish(&self.calls, place, entry.clone(), None).await {
                Ok(()) => break None,
                Err(NotPublished::Changed) => return Err(self.not_shown(place, made, NotPublished::Changed).await),
                Err(NotPublished::Refused(error) | NotPublished::Unknown(error)) if tries == TRIES => {
                    break Some(error);
                }
                Err(_) => tokio::time::sleep(pause(tries)).await,
            }
            tries += 1;
        };
        if let Some(error) = error {
            return self.put_back(place, (old, there), (&entry, made), &error).await;
        }
        if made.table.partition_keys().is_empty() {
            self.settle(place).await?;
            let _ = self.forget_note(place).await;
        }
        if made.temporary.is_none() {
            let _ = self.catalogue.delete(&self.calls, &place.database, &temporary).await;
        }
        Ok(())
    }

    /// Adds the old entry again, and says what became of it. What may be shown after all is kept, and so is what was built
    /// when that fails too: the next run shows a table of its own.
    async fn put_back(
        &self,
        place: &Destination,
        (old, there): (&Table, &[Partition]),
        (new, made): (&TableInput, &Made),
        because: &CallError,
    ) -> Result<(), EngineError> {
        let failed = |error: CallError| unavailable("put the old entry back", &error);
        let back = async {
            let entry = catalogue::input(old, &place.table).map_err(failed)?;
            self.catalogue.create_table(&self.calls, &place.database, &entry).await.map_err(failed)?;
            let now = self.catalogue.table(&self.calls, &place.database, &place.table).await.map_err(failed)?;
            // An answer that was lost may have been a yes.
            if now.as_ref().is_some_and(|now| catalogue::is_shown(now, new)) {
                return Ok(true);
            }
            self.set_partitions(place, (&[], there), false).await?;
            Ok::<bool, EngineError>(false)
        };
        let because = unavailable("show readers the new table", because);
        Err(EngineError::Unavailable(match back.await {
            Ok(true) => return Ok(()),
            Ok(false) => {
                self.discard(place, made).await;
                let _ = self.forget_note(place).await;
                format!("{because}; the old table is there again")
            }
            Err(error) => format!(
                "{because}; nor could the old entry be put back ({error}), so {}.{} is missing until cadet is run again",
                place.database, place.table
            ),
        }))
    }
}
