//! What is old and cadet's own, removed: tables, partitions that have lost their files, and folders that nothing leads to.
//!
//! What is cadet's is known by its marks: the place that it wrote on a table, and the names of its folders, whose sum no one
//! else's has. Everything else is left. Before anything is removed its table is locked and looked at once more.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use aws_sdk_glue::types::{Partition, Table};

use super::call::CallError;
use super::catalogue::{self, LOCATION, location, parameter};
use super::place::{Destination, Layout};
use super::run::Folder;
use super::storage::Aged;
use super::{Athena, Core, leftovers, lock, partitions, unavailable};
use crate::engine::EngineError;

/// What kind of thing is old.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Table,
    View,
    /// A partition of a table that stays, whose files are gone.
    Partition,
    /// What a killed run left: an entry in the catalogue, or files that no table leads to.
    Leftover,
    /// The lock of a run that was killed.
    Lock,
}

/// Something old.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expired {
    pub kind: Kind,
    /// `database.table`, or where the files are.
    pub name: String,
    pub bytes: u64,
    pub age: Duration,
    /// Why it was left, once it was to be removed.
    pub left: Option<String>,
    place: Destination,
    /// The entry in the catalogue, with the version that was looked at.
    entry: Option<(String, Option<String>)>,
    /// The values of a partition.
    values: Option<Vec<String>>,
    keys: Vec<String>,
}

/// What lies in a table's folder.
#[derive(Debug, Default)]
struct Lying {
    /// By the name of the folder that cadet made.
    folders: BTreeMap<String, Vec<Aged>>,
    lock: Option<Aged>,
    /// What a killed run was about to show.
    note: Option<Aged>,
}

/// An entry of the catalogue that leads to a table's folder.
struct Entry {
    place: Destination,
    table: Table,
    partitions: Vec<Partition>,
    /// The folders of cadet's that it and its partitions lead to.
    folders: BTreeSet<String>,
}

/// What was found, and how old it has to be.
struct Search<'a> {
    core: &'a Core,
    now: i64,
    older_than: i64,
    lying: BTreeMap<String, (Destination, Lying)>,
    /// How many entries lead to a folder, by its table's folder and its name.
    used: BTreeMap<(String, String), usize>,
    found: Vec<Expired>,
}

impl Athena {
    /// What cadet built in this target and nobody built anew for so long.
    ///
    /// # Errors
    /// When the bucket or the catalogue cannot be looked through.
    pub fn expired(&self, older_than: Duration) -> Result<Vec<Expired>, EngineError> {
        let failed = |error: CallError| unavailable("look for what is old", &error);
        self.runtime.block_on(Search::through(&self.core, older_than)).map_err(failed)
    }

    /// Removes something old. What is in use by then is left, and says why.
    pub fn remove(&self, mut expired: Expired) -> Expired {
        let place = expired.place.clone();
        let removed = self.runtime.block_on(self.core.locked_at(&place, self.core.remove(&expired)));
        expired.left = removed.err().map(|error| error.to_string());
        expired
    }
}

impl<'a> Search<'a> {
    async fn through(core: &'a Core, older_than: Duration) -> Result<Vec<Expired>, CallError> {
        let layout = &core.aim.layout;
        let mut search = Self {
            core,
            now: jiff::Timestamp::now().as_second(),
            older_than: i64::try_from(older_than.as_secs()).unwrap_or(i64::MAX),
            lying: BTreeMap::new(),
            used: BTreeMap::new(),
            found: Vec::new(),
        };
        for kind in ["models", "seeds"] {
            let prefix = format!("{}/{kind}/", layout.folder);
            let files = core.store.below(&core.calls, (&layout.bucket, &prefix)).await?;
            files.into_iter().for_each(|file| search.file(file, layout));
        }
        let mut entries = Vec::new();
        for database in core.catalogue.databases(&core.calls).await? {
            if layout.is_database(&database) {
                for table in core.catalogue.all_tables(&core.calls, &database).await? {
                    entries.extend(search.entry(&database, table).await?);
                }
            }
        }
        entries.into_iter().for_each(|entry| search.judge(entry));
        search.leftovers();
        search.found.sort_by(|a, b| (a.kind, &a.name).cmp(&(b.kind, &b.name)));
        Ok(search.found)
    }

    fn file(&mut self, aged: Aged, layout: &Layout) {
        let Some(place) = Destination::of_key(&aged.file.key, layout) else { return };
        let folder = Folder::of(&place, &aged.file.key).map(|folder| folder.name.to_owned());
        let (is_lock, is_note) = (aged.file.key == lock::key(&place), partitions::is_note(&place, &aged.file.key));
        let (_, lying) = self.lying.entry(place.prefix.clone()).or_insert_with(|| (place, Lying::default()));
        match folder {
            Some(folder) => lying.folders.entry(folder).or_default().push(aged),
            None if is_lock => lying.lock = Some(aged),
            None if is_note => lying.note = Some(aged),
            None => {}
        }
    }

    async fn entry(&mut self, database: &str, table: Table) -> Result<Option<Entry>, CallError> {
        let layout = &self.core.aim.layout;
        let key = |location: &str| location.strip_prefix(&format!("s3://{}/", layout.bucket)).map(str::to_owned);
        let at = parameter(&table, LOCATION).or(location(&table)).and_then(key);
        let place = at.and_then(|key| Destination::of_key(&key, layout)).filter(|place| place.database == database);
        let Some(place) = place else { return Ok(None) };
        let partitions = match table.partition_keys().is_empty() {
            true => Vec::new(),
            false => self.core.catalogue.partitions(&self.core.calls, database, table.name()).await?,
        };
        let leads = location(&table).into_iter().chain(partitions.iter().filter_map(location_of));
        let folders: BTreeSet<String> = leads.filter_map(|at| leftovers::folder(&place, at)).collect();
        for folder in &folders {
            *self.used.entry((place.prefix.clone(), folder.clone())).or_default() += 1;
        }
        Ok(Some(Entry { place, table, partitions, folders }))
    }

    fn judge(&mut self, entry: Entry) {
        let Entry { place, table, partitions, folders } = entry;
        let is_own = table.name() == place.table && is_marked(&table);
        let is_temporary = table.name().starts_with(&format!("{}__cadet_", place.table)) && !folders.is_empty();
        let touched = table.update_time().or(table.create_time()).map_or(self.now, |time| time.secs());
        if !is_own && !is_temporary {
            return;
        }
        if self.now - touched < self.older_than {
            self.partitions(&place, &table, &partitions);
            return;
        }
        let lying = self.lying.get(&place.prefix).map(|(_, lying)| lying);
        // A second entry of an Iceberg table leads to the table's own files: those stay.
        let is_alone = |name: &String| is_own || self.used.get(&(place.prefix.clone(), name.clone())) == Some(&1);
        let files = lying.iter().flat_map(|lying| &lying.folders);
        let files = files.filter(|(name, _)| folders.contains(*name) && is_alone(name));
        let note = lying.iter().flat_map(|lying| &lying.note).filter(|_| is_own);
        let files: Vec<&Aged> = files.flat_map(|(_, files)| files).chain(note).collect();
        let kind = match (is_own, catalogue::is_view(&table)) {
            (false, _) => Kind::Leftover,
            (true, true) => Kind::View,
            (true, false) => Kind::Table,
        };
        self.found.push(Expired {
            kind,
            name: format!("{}.{}", place.database, table.name()),
            bytes: files.iter().map(|aged| aged.file.bytes).sum(),
            age: self.age(touched),
            left: None,
            entry: Some((table.name().to_owned(), table.version_id().map(str::to_owned))),
            values: None,
            keys: files.iter().map(|aged| aged.file.key.clone()).collect(),
            place,
        });
    }

    /// The partitions of a table that stays, whose files someone else has removed.
    fn partitions(&mut self, place: &Destination, table: &Table, partitions: &[Partition]) {
        for partition in partitions {
            let touched = partition.creation_time().map_or(self.now, |time| time.secs());
            let at = location_of(partition).filter(|at| leftovers::folder(place, at).is_some());
            let key = at.and_then(|at| place.key_below(at)).map(|key| format!("{}/", key.trim_end_matches('/')));
            let Some(key) = key.filter(|_| self.now - touched >= self.older_than) else { continue };
            let lying = self.lying.get(&place.prefix).map(|(_, lying)| lying);
            let mut files = lying.iter().flat_map(|lying| lying.folders.values().flatten());
            if files.any(|aged| aged.file.key.starts_with(&key)) {
                continue;
            }
            self.found.push(Expired {
                kind: Kind::Partition,
                name: format!("{}.{} ({})", place.database, place.table, partition.values().join(", ")),
                bytes: 0,
                age: self.age(touched),
                left: None,
                entry: Some((table.name().to_owned(), table.version_id().map(str::to_owned))),
                values: Some(partition.values().to_vec()),
                keys: Vec::new(),
                place: place.clone(),
            });
        }
    }

    /// Folders that nothing leads to, and locks that nobody has given back.
    fn leftovers(&mut self) {
        let mut found = Vec::new();
        for (place, lying) in self.lying.values() {
            let unused = lying
                .folders
                .iter()
                .filter(|(name, _)| !self.used.contains_key(&(place.prefix.clone(), (*name).clone())));
            let of = |kind, name: String, files: &[Aged]| {
                let newest = files.iter().map(|aged| aged.written).max().unwrap_or(self.now);
                (self.now - newest >= self.older_than).then(|| Expired {
                    kind,
                    name,
                    bytes: files.iter().map(|aged| aged.file.bytes).sum(),
                    age: self.age(newest),
                    left: None,
                    place: place.clone(),
                    entry: None,
                    values: None,
                    keys: files.iter().map(|aged| aged.file.key.clone()).collect(),
                })
            };
            let at = |name: &str| format!("{}/{name}", place.location());
            let folders = unused.filter_map(|(name, files)| of(Kind::Leftover, at(name) + "/", files));
            let lock = lying.lock.iter().filter_map(|lock| {
                let files = std::slice::from_ref(lock);
                of(Kind::Lock, at(lock::NAME), files).map(|lock| Expired { keys: Vec::new(), ..lock })
            });
            found.extend(folders.chain(lock));
        }
        self.found.extend(found);
    }

    fn age(&self, since: i64) -> Duration {
        Duration::from_secs(u64::try_from(self.now - since).unwrap_or_default())
    }
}

fn location_of(partition: &Partition) -> Option<&str> {
    partition.storage_descriptor()?.location()
}

/// Whether a table is where cadet has put it.
fn is_marked(table: &Table) -> bool {
    let own = parameter(table, LOCATION).map(|own| own.trim_end_matches('/'));
    let at = location(table).map(|location| location.trim_end_matches('/'));
    own.is_some() && (catalogue::is_view(table) || own == at)
}

impl Core {
    /// Removes what is still as it was found. Its table is locked.
    async fn remove(&self, expired: &Expired) -> Result<(), EngineError> {
        let place = &expired.place;
        let failed = |error: CallError| unavailable(&format!("remove {}", expired.name), &error);
        if let Some((name, version)) = &expired.entry {
            let now = self.catalogue.table(&self.calls, &place.database, name).await.map_err(failed)?;
            if now.as_ref().is_some_and(|table| table.version_id() != version.as_deref()) {
                return Err(EngineError::Unavailable("it was built anew meanwhile".to_owned()));
            }
            self.holds(place).await?;
            match &expired.values {
                Some(values) => self.catalogue.delete_partition(&self.calls, (&place.database, name), values).await,
                None => self.catalogue.delete(&self.calls, &place.database, name).await,
            }
            .map_err(failed)?;
        }
        if expired.kind == Kind::Leftover && self.is_used(place, &expired.keys).await.map_err(failed)? {
            return Err(EngineError::Unavailable("it was built meanwhile".to_owned()));
        }
        self.tidy(place, &expired.keys).await.map_err(failed)
    }

    /// Whether the table, or one of its partitions, leads to a folder of these files now.
    async fn is_used(&self, place: &Destination, keys: &[String]) -> Result<bool, CallError> {
        let Some(table) = self.catalogue.table(&self.calls, &place.database, &place.table).await? else {
            return Ok(false);
        };
        let partitions = match table.partition_keys().is_empty() {
            true => Vec::new(),
            false => self.catalogue.partitions(&self.calls, &place.database, &place.table).await?,
        };
        let leads = location(&table).into_iter().chain(partitions.iter().filter_map(location_of));
        let used: BTreeSet<String> = leads.filter_map(|at| leftovers::folder(place, at)).collect();
        Ok(keys.iter().filter_map(|key| Folder::of(place, key)).any(|folder| used.contains(folder.name)))
    }
}
