//! Glue: what is known of a table, and the one call that shows readers a new one.

use aws_sdk_glue::Client;
use aws_sdk_glue::types::{Column, DatabaseInput, Partition, PartitionInput, StorageDescriptor, Table, TableInput};

use super::call::{Api, CallError, Calls};
use super::place::Destination;

/// What cadet writes among a table's parameters: how it knows what is its own.
pub(super) const MARK: &str = "cadet_mark";
pub(super) const LOCATION: &str = "cadet_location";
pub(super) const ROWS: &str = "cadet_rows";
pub(super) const NODE: &str = "cadet_node";
/// Where the newest metadata of an Iceberg table is. Behaviour: Iceberg's `GlueCatalog`.
pub(super) const METADATA: &str = "metadata_location";

pub(super) struct Catalogue {
    pub client: Client,
}

/// Why a table was not put in the old one's place.
#[derive(Debug)]
pub(super) enum NotPublished {
    /// Someone else changed it meanwhile.
    Changed,
    /// It certainly was not.
    Refused(CallError),
    /// It may have been: no answer came.
    Unknown(CallError),
}

impl Catalogue {
    /// A table or view; nothing when it, or its database, is not there.
    pub(super) async fn table(&self, calls: &Calls, database: &str, name: &str) -> Result<Option<Table>, CallError> {
        let get = || self.client.get_table().database_name(database).name(name).send();
        match calls.make(Api::Catalogue, get).await {
            Ok(answer) => Ok(answer.table().cloned()),
            Err(error) if error.is_missing() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Two tables or views of a database, in one call.
    pub(super) async fn both(
        &self,
        calls: &Calls,
        database: &str,
        names: [&str; 2],
    ) -> Result<[Option<Table>; 2], CallError> {
        let (mut found, mut next) = ([None, None], None::<String>);
        loop {
            let get = || {
                let get = self.client.get_tables().database_name(database).expression(names.join("|"));
                get.set_next_token(next.clone()).send()
            };
            let page = match calls.make(Api::Catalogue, get).await {
                Err(error) if error.is_missing() => return Ok(found),
                page => page?,
            };
            // The pattern may fit other names too.
            for table in page.table_list() {
                if let Some(at) = names.iter().position(|name| *name == table.name()) {
                    found[at] = Some(table.clone());
                }
            }
            next = page.next_token().map(str::to_owned);
            if next.is_none() {
                return Ok(found);
            }
        }
    }

    /// Makes sure that a database is there.
    pub(super) async fn create_database(&self, calls: &Calls, name: &str) -> Result<(), CallError> {
        let get = || self.client.get_database().name(name).send();
        match calls.make(Api::Catalogue, get).await {
            Ok(_) => return Ok(()),
            Err(error) if error.is_missing() => {}
            Err(error) => return Err(error),
        }
        let input = DatabaseInput::builder().name(name).build().map_err(|error| unmade(&error))?;
        let create = || self.client.create_database().database_input(input.clone()).send();
        match calls.make(Api::Catalogue, create).await {
            Err(error) if !error.is("AlreadyExistsException") => Err(error),
            _ => Ok(()),
        }
    }

    /// Shows readers the new table: one call, which does nothing when someone else changed the old one since it was read.
    pub(super) async fn publish(
        &self,
        calls: &Calls,
        place: &Destination,
        input: TableInput,
        old: Option<&Table>,
    ) -> Result<(), NotPublished> {
        let database = &place.database;
        let answer = match old {
            Some(old) => {
                let version = old.version_id().map(str::to_owned);
                let update = || {
                    let update = self.client.update_table().database_name(database).table_input(input.clone());
                    update.set_version_id(version.clone()).skip_archive(true).send()
                };
                calls.make(Api::Catalogue, update).await.map(drop)
            }
            None => {
                let create = || self.client.create_table().database_name(database).table_input(input.clone()).send();
                calls.make(Api::Catalogue, create).await.map(drop)
            }
        };
        let Err(error) = answer else { return Ok(()) };
        let is_lost = ["ConcurrentModificationException", "VersionMismatchException", "AlreadyExistsException"];
        let is_lost = is_lost.contains(&error.code.as_str());
        // The call may have had its effect though its answer never came, or was another. What readers have is never removed.
        let Ok(now) = self.table(calls, database, &place.table).await else {
            return Err(NotPublished::Unknown(error));
        };
        if now.is_some_and(|now| is_shown(&now, &input)) {
            return Ok(());
        }
        Err(match is_lost {
            true => NotPublished::Changed,
            false if error.is_unknown() => NotPublished::Unknown(error),
            false => NotPublished::Refused(error),
        })
    }

    /// Adds an entry under a name that is for nobody else to take.
    pub(super) async fn create_table(
        &self,
        calls: &Calls,
        database: &str,
        input: &TableInput,
    ) -> Result<(), CallError> {
        let create = || self.client.create_table().database_name(database).table_input(input.clone()).send();
        match calls.make(Api::Catalogue, create).await {
            Err(error) if !error.is("AlreadyExistsException") => Err(error),
            _ => Ok(()),
        }
    }

    /// Takes a table's entry away; its files stay.
    pub(super) async fn delete(&self, calls: &Calls, database: &str, name: &str) -> Result<(), CallError> {
        let delete = || self.client.delete_table().database_name(database).name(name).send();
        match calls.make(Api::Catalogue, delete).await {
            Err(error) if !error.is_missing() => Err(error),
            _ => Ok(()),
        }
    }

    /// Every partition of a table.
    pub(super) async fn partitions(
        &self,
        calls: &Calls,
        database: &str,
        name: &str,
    ) -> Result<Vec<Partition>, CallError> {
        let (mut found, mut next) = (Vec::new(), None::<String>);
        loop {
            let get = || {
                let get = self.client.get_partitions().database_name(database).table_name(name);
                get.set_next_token(next.clone()).send()
            };
            let page = match calls.make(Api::Catalogue, get).await {
                Err(error) if error.is_missing() => return Ok(found),
                page => page?,
            };
            found.extend_from_slice(page.partitions());
            next = page.next_token().map(str::to_owned);
            if next.is_none() {
                return Ok(found);
            }
        }
    }

    /// Adds partitions. Returns the values of those that are there meanwhile, which stay as they are.
    ///
    /// # Errors
    /// When the call fails, or one of them cannot be added.
    pub(super) async fn add_partitions(
        &self,
        calls: &Calls,
        (database, table): (&str, &str),
        new: &[&Partition],
    ) -> Result<Vec<Vec<String>>, CallError> {
        let inputs: Vec<PartitionInput> = new.iter().map(|partition| partition_input(partition)).collect();
        let create = || {
            let create = self.client.batch_create_partition().database_name(database).table_name(table);
            create.set_partition_input_list(Some(inputs.clone())).send()
        };
        let answer = calls.make(Api::Catalogue, create).await?;
        let mut there = Vec::new();
        for error in answer.errors() {
            let detail = error.error_detail();
            match detail.and_then(|detail| detail.error_code()).unwrap_or_default() {
                "AlreadyExistsException" => there.push(error.partition_values().to_vec()),
                code => {
                    let message = detail.and_then(|detail| detail.error_message()).unwrap_or_default();
                    return Err(CallError::refused(code, message));
                }
            }
        }
        Ok(there)
    }

    /// Leads a partition to its new place.
    pub(super) async fn lead(
        &self,
        calls: &Calls,
        (database, table): (&str, &str),
        partition: &Partition,
    ) -> Result<(), CallError> {
        let update = || {
            let update = self.client.update_partition().database_name(database).table_name(table);
            let update = update.set_partition_value_list(Some(partition.values().to_vec()));
            update.partition_input(partition_input(partition)).send()
        };
        calls.make(Api::Catalogue, update).await.map(drop)
    }

    /// Takes a partition's entry away; its files stay.
    pub(super) async fn delete_partition(
        &self,
        calls: &Calls,
        (database, table): (&str, &str),
        values: &[String],
    ) -> Result<(), CallError> {
        let delete = || {
            let delete = self.client.delete_partition().database_name(database).table_name(table);
            delete.set_partition_values(Some(values.to_vec())).send()
        };
        match calls.make(Api::Catalogue, delete).await {
            Err(error) if !error.is_missing() => Err(error),
            _ => Ok(()),
        }
    }

    /// The names that begin so.
    pub(super) async fn beginning(
        &self,
        calls: &Calls,
        database: &str,
        beginning: &str,
    ) -> Result<Vec<String>, CallError> {
        let (mut found, mut next) = (Vec::new(), None::<String>);
        loop {
            let get = || {
                let get = self.client.get_tables().database_name(database).expression(format!("{beginning}.*"));
                get.set_next_token(next.clone()).send()
            };
            let page = calls.make(Api::Catalogue, get).await?;
            found.extend(page.table_list().iter().map(|table| table.name().to_owned()));
            next = page.next_token().map(str::to_owned);
            if next.is_none() {
                found.retain(|name| name.starts_with(beginning));
                return Ok(found);
            }
        }
    }

    /// The names of the tables and views of a database, and which of them are views.
    pub(super) async fn tables(&self, calls: &Calls, database: &str) -> Result<Vec<(String, bool)>, CallError> {
        let tables = self.all_tables(calls, database).await?;
        Ok(tables.iter().map(|table| (table.name().to_owned(), is_view(table))).collect())
    }

    /// The tables and views of a database; none when it is not there.
    pub(super) async fn all_tables(&self, calls: &Calls, database: &str) -> Result<Vec<Table>, CallError> {
        let (mut found, mut next) = (Vec::new(), None::<String>);
        loop {
            let get = || self.client.get_tables().database_name(database).set_next_token(next.clone()).send();
            let page = match calls.make(Api::Catalogue, get).await {
                Err(error) if error.is_missing() => return Ok(found),
                page => page?,
            };
            found.extend_from_slice(page.table_list());
            next = page.next_token().map(str::to_owned);
            if next.is_none() {
                return Ok(found);
            }
        }
    }

    /// The names of all databases.
    pub(super) async fn databases(&self, calls: &Calls) -> Result<Vec<String>, CallError> {
        let (mut found, mut next) = (Vec::new(), None::<String>);
        loop {
            let get = || self.client.get_databases().set_next_token(next.clone()).send();
            let page = calls.make(Api::Catalogue, get).await?;
            found.extend(page.database_list().iter().map(|database| database.name().to_owned()));
            next = page.next_token().map(str::to_owned);
            if next.is_none() {
                return Ok(found);
            }
        }
    }
}

/// Whether an entry is the one that was wanted: it leads to the same files, and has the same columns and the same mark.
pub(super) fn is_shown(now: &Table, wanted: &TableInput) -> bool {
    let of = |key: &str| wanted.parameters().and_then(|all| all.get(key)).map(String::as_str);
    let names = |storage: Option<&StorageDescriptor>| -> Vec<String> {
        storage
            .map(|storage| storage.columns().iter().map(|column| column.name().to_owned()).collect())
            .unwrap_or_default()
    };
    of(LOCATION).is_some()
        && [LOCATION, METADATA, MARK].iter().all(|key| parameter(now, key) == of(key))
        && names(now.storage_descriptor()) == names(wanted.storage_descriptor())
}

/// What cannot be made a request of; it is never sent.
pub(super) fn unmade(error: &aws_sdk_glue::error::BuildError) -> CallError {
    CallError::refused("", &error.to_string())
}

pub(super) fn is_view(table: &Table) -> bool {
    table.table_type() == Some("VIRTUAL_VIEW")
}

/// Whether a table is Iceberg's.
pub(super) fn is_iceberg(table: &Table) -> bool {
    parameter(table, "table_type").is_some_and(|kind| kind.eq_ignore_ascii_case("iceberg"))
}

pub(super) fn parameter<'t>(table: &'t Table, key: &str) -> Option<&'t str> {
    table.parameters()?.get(key).map(String::as_str)
}

pub(super) fn location(table: &Table) -> Option<&str> {
    table.storage_descriptor()?.location().filter(|location| !location.is_empty())
}

/// All columns of a table, those that it is partitioned by last.
pub(super) fn columns(table: &Table) -> Vec<&Column> {
    let own = table.storage_descriptor().map(|storage| storage.columns()).unwrap_or_default();
    own.iter().chain(table.partition_keys()).collect()
}

/// A table's definition under another name.
pub(super) fn input(table: &Table, name: &str) -> Result<TableInput, CallError> {
    let input = TableInput::builder()
        .name(name)
        .set_description(table.description().map(str::to_owned))
        .set_owner(table.owner().map(str::to_owned))
        .retention(table.retention())
        .set_storage_descriptor(table.storage_descriptor().cloned())
        .set_partition_keys(Some(table.partition_keys().to_vec()))
        .set_view_original_text(table.view_original_text().map(str::to_owned))
        .set_view_expanded_text(table.view_expanded_text().map(str::to_owned))
        .set_table_type(table.table_type().map(str::to_owned))
        .set_parameters(table.parameters().cloned());
    input.build().map_err(|error| unmade(&error))
}

fn partition_input(partition: &Partition) -> PartitionInput {
    PartitionInput::builder()
        .set_values(Some(partition.values().to_vec()))
        .set_storage_descriptor(partition.storage_descriptor().cloned())
        .set_parameters(partition.parameters().cloned())
        .build()
}
