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

/// The most partitions, each of their buckets counted, that one query may write.
const MOST: usize = 100;

/// How the rows of a table are kept apart: by which expressions, and how many of their values one query may write.
pub(super) struct Apart {
    by: Vec<String>,
    most: usize,
}

impl Apart {
    /// As the table is partitioned; nothing when the values cannot be told from outside.
    pub(super) fn of(storage: &Storage) -> Option<Self> {
        let buckets = storage.buckets.filter(|_| !storage.bucketed_by.is_empty());
        let mut buckets = buckets.and_then(|count| usize::try_from(count).ok()).unwrap_or(1);
        let mut by = Vec::new();
        for written in &storage.partitioned_by {
            match written.split_once('(').filter(|_| storage.is_iceberg) {
                None => by.push(statement::name(written.trim().trim_matches('"'))),
                Some((transform, rest)) => {
                    let given: Vec<&str> = rest.trim_end_matches(')').split(',').map(str::trim).collect();
                    match (transform.trim(), given.as_slice()) {
                        (unit @ ("year" | "month" | "day" | "hour"), [column]) => {
                            by.push(format!("date_trunc('{unit}', {})", statement::name(column.trim_matches('"'))));
                        }
                        ("bucket", [_, _]) => buckets *= given.iter().find_map(|it| it.parse::<usize>().ok())?,
                        _ => return None,
                    }
                }
            }
        }
        let most = MOST / buckets.max(1);
        (most > 0 && !by.is_empty()).then_some(Self { by, most })
    }
}

impl Core {
    /// Builds the table in parts.
    pub(super) async fn create_in_parts(
        &self,
        place: &Destination,
        (storage, apart): (&Storage, &Apart),
        (query, body): (&str, &Statement),
    ) -> Result<Made, EngineError> {
        let temporary = self.run.temporary(place);
        let (held, held_storage) = (format!("{temporary}_all"), storage.without_partitions());
        let whole = self.create_as(place, (&held, "a"), &held_storage, (query, body)).await?;
        let made = self.written_from(place, (storage, apart), (&held, whole.rows)).await;
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
        (storage, apart): (&Storage, &Apart),
        (held, rows): (&str, u64),
    ) -> Result<Made, EngineError> {
        let temporary = self.run.temporary(place);
        let distinct = statement::values(place, held, &apart.by);
        let given = self.read(&distinct, None).await.map_err(|failure| failure.told("", 0))?;
        let mut batches = given.rows.chunks(apart.most);
        let first = batches.next().unwrap_or_default();
        let body = statement::of_values(place, held, &apart.by, first);
        let mut made = self.create_as(place, (&temporary, "p"), storage, (&body.text, &body)).await?;
        for batch in batches {
            let body = statement::of_values(place, held, &apart.by, batch);
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
        let failed = |error: CallError| unavailable("look at the new table", &error);
        made.partitions = self.catalogue.partitions(&self.calls, &place.database, &temporary).await.map_err(failed)?;
        if storage.is_iceberg {
            // Each statement has led the entry to new metadata.
            let table = self.catalogue.table(&self.calls, &place.database, &temporary).await.map_err(failed)?;
            made.table = table.ok_or_else(|| failed(CallError::refused("", "it is not in the catalogue")))?;
        }
        Ok(made)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn partitions_are_told_apart_from_outside() {
        let of = |by: &[&str], is_iceberg, buckets: Option<u64>| {
            let storage = Storage {
                partitioned_by: by.iter().map(|it| (*it).to_owned()).collect(),
                bucketed_by: buckets.map(|_| "id".to_owned()).into_iter().collect(),
                buckets,
                is_iceberg,
                ..Storage::default()
            };
            Apart::of(&storage).map(|apart| format!("{} of {}", apart.most, apart.by.join(", ")))
        };
        assert_eq!(of(&["year", "kind"], false, None).unwrap(), "100 of \"year\", \"kind\"");
        assert_eq!(of(&["year"], false, Some(8)).unwrap(), "12 of \"year\"");
        assert_eq!(
            of(&["day(at)", "bucket(id, 5)", "kind"], true, None).unwrap(),
            "20 of date_trunc('day', \"at\"), \"kind\""
        );
        assert_eq!(of(&["bucket(16, id)", "month(at)"], true, None).unwrap(), "6 of date_trunc('month', \"at\")");
        for by in [&["bucket(id, 200)", "kind"][..], &["truncate(name, 3)"], &["bucket(id, 5)"], &["void(x)"]] {
            assert_eq!(of(by, true, None), None, "{by:?}");
        }
    }
}
