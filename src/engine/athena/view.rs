//! Views: made under a temporary name, so that Athena judges the query, and then shown to readers by one call.

use aws_sdk_glue::types::Table;

use super::call::{CallError, pause};
use super::failure::Class;
use super::hive::{self, Made};
use super::place::Destination;
use super::{Core, contract, destination, leftovers, statement, unavailable};
use crate::engine::{EngineError, Write};

impl Core {
    /// Puts a view in the place of what is there. A table's files are deleted last.
    pub(super) async fn replace_view(&self, write: &Write<'_>, query: &str) -> Result<(), EngineError> {
        let place = destination(write)?;
        let old = self.old(place).await?;
        let temporary = self.run.temporary(place);
        let table = self.view(place, &temporary, query).await?;
        let folder = self.run.folder(place, 1);
        let made =
            Made { folder, rows: 0, table, partitions: Vec::new(), there: None, temporary: Some(temporary.clone()) };
        let shown = match contract::is_kept(&made.table, write.contract.as_deref()) {
            Ok(()) => self.show(write, place, (old.as_ref(), &made)).await,
            Err(error) => Err(error),
        };
        let _ = self.catalogue.delete(&self.calls, &place.database, &temporary).await;
        shown?;
        let folders = leftovers::folders_of(place, old.as_ref(), &[]);
        if !folders.is_empty()
            && let Ok(files) = self.store.list(&self.calls, place).await
        {
            let unneeded = leftovers::deletable(&self.run, place, &files, (&folders, &Default::default()));
            let _ = self.tidy(place, &unneeded).await;
        }
        Ok(())
    }

    async fn show(
        &self,
        write: &Write<'_>,
        place: &Destination,
        (old, made): (Option<&Table>, &Made),
    ) -> Result<(), EngineError> {
        let failed = |error: CallError| unavailable("show readers the new view", &error);
        // A partitioned table cannot become a view by a change of its entry: its partitions would stay.
        let there = match old {
            Some(old) if !old.partition_keys().is_empty() => {
                self.catalogue.partitions(&self.calls, &place.database, &place.table).await.map_err(failed)?
            }
            _ => Vec::new(),
        };
        let entry = hive::entry(write, place, made, true).map_err(failed)?;
        self.replace_entry(place, entry, (old, &there), made).await.map(drop)
    }

    /// The view under its temporary name, as the catalogue has it.
    async fn view(&self, place: &Destination, temporary: &str, query: &str) -> Result<Table, EngineError> {
        let statement = statement::create_view(place, temporary, query);
        let number = self.next_statement();
        let mut attempt = 1;
        loop {
            match self.attempt(&statement, (&number, attempt)).await {
                Ok(_) => break,
                Err(failure) if failure.class == Class::Again && attempt <= self.queries.settings.retries => {
                    tokio::time::sleep(pause(attempt)).await;
                    attempt += 1;
                }
                Err(failure) => return Err(failure.told(query, statement.lines_before)),
            }
        }
        let table = self.catalogue.table(&self.calls, &place.database, temporary).await;
        let table = table.map_err(|error| unavailable("look at the new view", &error))?;
        table.ok_or_else(|| EngineError::Unavailable("the new view is not in the catalogue".to_owned()))
    }
}
