//! A table with more partitions than one query may write: the rows are kept without partitions first, and then written
//! from there a hundred partitions at a time. No reader sees any of it.

use super::Core;
use super::call::CallError;
use super::failure::Class;
use super::hive::Made;
use super::place::Destination;
use super::statement::{self, Statement, Storage};
use super::unavailable;
use crate::engine::EngineError;

/// The most partitions that one query may write.
const MOST: usize = 100;

impl Core {
    /// Builds the table in parts.
    pub(super) async fn create_in_parts(
        &self,
        place: &Destination,
        storage: &Storage,
        (query, body): (&str, &Statement),
    ) -> Result<Made, EngineError> {
        let temporary = self.run.temporary(place);
        let (held, held_storage) = (format!("{temporary}_all"), storage.without_partitions());
        let whole = self.create_as(place, (&held, "a"), &held_storage, (query, body)).await?;
        let made = self.written_from(place, storage, (&held, whole.rows)).await;
        if let Err(error) = &made {
            let class = if *error == EngineError::Interrupted { Class::Interrupted } else { Class::Unknown };
            let folder = self.run.folder(place, "p1");
            self.clean(place, (&folder, &temporary), class).await;
        }
        self.clean(place, (&whole.folder, &held), Class::Unknown).await;
        made
    }

    /// The partitioned table from the rows that are held.
    async fn written_from(
        &self,
        place: &Destination,
        storage: &Storage,
        (held, rows): (&str, u64),
    ) -> Result<Made, EngineError> {
        let temporary = self.run.temporary(place);
        let distinct = statement::values(place, held, &storage.partitioned_by);
        let given = self.read(&distinct, None).await.map_err(|failure| failure.told("", 0))?;
        let mut batches = given.rows.chunks(MOST);
        let first = batches.next().unwrap_or_default();
        let body = statement::of_values(place, held, &storage.partitioned_by, first);
        let mut made = self.create_as(place, (&temporary, "p"), storage, (&body.text, &body)).await?;
        for batch in batches {
            let body = statement::of_values(place, held, &storage.partitioned_by, batch);
            let insert = statement::insert(place, &temporary, &body);
            let number = self.next_statement();
            // What an insert that failed has left cannot be told from what it was to leave: it is not tried again.
            let finished = self.attempt(&insert, (&number, 1)).await.map_err(|failure| failure.told("", 0))?;
            let given = self.queries.given(&self.calls, &finished.id, Some(0)).await;
            let failed = |error: CallError| unavailable("see how many rows were written", &error);
            made.rows += given.map_err(failed)?.written.unwrap_or_default();
        }
        if made.rows != rows {
            let message = format!("{rows} rows were to be written, and {} were", made.rows);
            return Err(EngineError::Query { message, offset: None, help: Some("run it again".to_owned()) });
        }
        let partitions = self.catalogue.partitions(&self.calls, &place.database, &temporary).await;
        made.partitions = partitions.map_err(|error| unavailable("look at the new table", &error))?;
        Ok(made)
    }
}
