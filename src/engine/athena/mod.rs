//! Athena: queries there, tables in Glue, files in S3.
//!
//! A table is built in a new folder under a temporary name, looked at, and shown to readers by one call that fails when
//! someone else changed it meanwhile; what was there before is deleted last, and only if cadet wrote it. So whenever a run
//! is killed, readers have the old table or the new one, and the next run removes what is left.

mod budget;
mod call;
mod catalogue;
mod connect;
mod contract;
mod debug;
mod exchange;
mod expire;
mod failure;
mod fit;
mod hive;
mod hook;
mod iceberg;
mod incremental;
mod keep;
mod known;
mod leftovers;
mod live;
mod lock;
mod merge;
mod parquet_file;
mod partitions;
mod parts;
pub mod place;
mod properties;
mod query;
mod reader;
mod results;
mod revision;
pub mod run;
mod seat;
mod seed;
mod seed_value;
mod statement;
mod storage;
mod text_file;
mod view;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::ThreadId;

use aws_sdk_s3::config::SharedCredentialsProvider;
use tokio::runtime::Runtime;

use budget::Budget;
use call::{CallError, Calls};
use catalogue::{Catalogue, MARK, ROWS};
pub use connect::{Aim, Connection, Limits};
pub use debug::Checked;
pub use expire::{Expired, Kind as ExpiredKind};
use failure::{Class, Failure};
pub use fit::refuses;
use live::Live;
use lock::Locks;
use place::{Destination, Misplaced};
use query::{Finished, Given, Queries};
pub use revision::Revision;
use run::Run;
pub use seat::Seat;
use statement::Statement;
use storage::Store;

use super::snapshot::Renewal;
use super::{Engine, EngineError, Found, Load, Rows, Spent, Stored, Strategy, TestAnswer, Write};
use crate::jinja::relation::Relation;
use crate::jinja::warehouse::Warehouse;
use crate::project::Node;

/// The engine. Threads share it, and with it the limits of the account.
pub struct Athena {
    core: Arc<Core>,
    runtime: Runtime,
    credentials: Option<SharedCredentialsProvider>,
}

/// What every part of the engine needs.
struct Core {
    queries: Queries,
    catalogue: Catalogue,
    store: Store,
    calls: Calls,
    live: Live,
    run: Run,
    /// The commit that is built, where that is known.
    revision: Option<Revision>,
    /// Whether a table that a newer commit has built may be replaced.
    replaces_newer: bool,
    locks: Locks,
    budget: Budget,
    /// Where the artefacts of this run go in the bucket, with a `/` at the end of each.
    shelves: Vec<String>,
    aim: Aim,
    work: Mutex<HashMap<ThreadId, Work>>,
    /// What is known to be there, so that nothing is asked twice.
    known: Mutex<HashMap<Relation, Option<Found>>>,
}

/// What a thread is working on.
#[derive(Debug, Default)]
struct Work {
    node: String,
    statements: u32,
    spent: Vec<Spent>,
}

impl Core {
    /// Which statement of the thread's node comes now, and the node.
    fn next_statement(&self) -> (String, u32) {
        let mut work = self.work.lock().unwrap_or_else(PoisonError::into_inner);
        let work = work.entry(std::thread::current().id()).or_default();
        work.statements += 1;
        (work.node.clone(), work.statements)
    }

    fn spend(&self, spent: Option<Spent>) {
        self.budget.spend(spent.as_ref().map_or(0, |spent| spent.bytes));
        let mut work = self.work.lock().unwrap_or_else(PoisonError::into_inner);
        work.entry(std::thread::current().id()).or_default().spent.extend(spent);
    }

    /// Runs a statement once.
    async fn attempt(&self, statement: &Statement, of: (&(String, u32), u32)) -> Result<Finished, Failure> {
        if let Some(words) = self.budget.is_used_up() {
            return Err(Failure::new(Class::Budget, words));
        }
        let ((node, number), attempt) = of;
        let token = self.run.token(node, *number, attempt);
        let (result, spent) = self.queries.run((&self.calls, &self.live), &statement.text, &token).await;
        self.spend(spent);
        result
    }

    /// Runs a statement that writes nothing, again while it fails by nobody's fault.
    async fn read(&self, statement: &Statement, limit: Option<usize>) -> Result<Given, Failure> {
        let number = self.next_statement();
        let mut attempt = 1;
        let finished = loop {
            match self.attempt(statement, (&number, attempt)).await {
                Err(failure) if failure.class == Class::Again && attempt <= self.queries.settings.retries => {
                    tokio::time::sleep(call::pause(attempt)).await;
                    attempt += 1;
                }
                ended => break ended?,
            }
        };
        let given = self.queries.given(&self.calls, &finished.id, limit).await;
        given.map_err(|error| Failure::new(Class::Never, error.to_string()))
    }

    /// What is stored under a name. A table whose files have gone, as they do in dev after some days, counts as not there.
    async fn find(&self, relation: &Relation) -> Result<Option<Found>, CallError> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner).get(relation).cloned();
        if let Some(known) = known {
            return Ok(known);
        }
        let found = self.look(relation).await?;
        self.learn(relation, found.clone());
        Ok(found)
    }

    async fn look(&self, relation: &Relation) -> Result<Option<Found>, CallError> {
        let (database, name) = names(relation);
        let Some(table) = self.catalogue.table(&self.calls, &database, &name).await? else { return Ok(None) };
        let built = table.update_time().or(table.create_time());
        let nanoseconds =
            |time: &aws_sdk_glue::primitives::DateTime| i32::try_from(time.subsec_nanos()).unwrap_or_default();
        let built = built.and_then(|time| jiff::Timestamp::new(time.secs(), nanoseconds(time)).ok());
        let mark = catalogue::parameter(&table, MARK).map(str::to_owned);
        if catalogue::is_view(&table) {
            return Ok(Some(Found { stored: Stored::View, mark, built }));
        }
        let is_empty = catalogue::parameter(&table, ROWS) == Some("0");
        let place = catalogue::location(&table).and_then(|location| location.strip_prefix("s3://")?.split_once('/'));
        if let (false, Some((bucket, key))) = (is_empty, place) {
            let key = format!("{}/", key.trim_end_matches('/'));
            // Partitions may lie elsewhere; so may the data of a table that is not cadet's.
            let is_own = bucket == self.aim.layout.bucket && table.partition_keys().is_empty();
            if is_own && !self.store.has_any(&self.calls, bucket, &key).await? {
                return Ok(None);
            }
        }
        Ok(Some(Found { stored: Stored::Table, mark, built }))
    }

    /// Makes the database of a table, if it is not there.
    async fn make_database(&self, place: &Destination) -> Result<(), EngineError> {
        let made = self.catalogue.create_database(&self.calls, &place.database).await;
        made.map_err(|error| unavailable(&format!("make the database {}", place.database), &error))
    }

    /// Whether a query failed since there was no database for its table. There is one then.
    async fn lacked_database(&self, place: &Destination, error: &EngineError) -> Result<bool, EngineError> {
        let EngineError::Query { message, .. } = error else { return Ok(false) };
        let said = message.to_lowercase();
        let is_about_it =
            said.contains(&place.database) && ["schema", "database"].iter().any(|word| said.contains(word));
        if is_about_it {
            self.make_database(place).await?;
        }
        Ok(is_about_it)
    }

    fn learn(&self, relation: &Relation, found: Option<Found>) {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).insert(relation.clone(), found);
    }

    fn forget(&self, relation: &Relation) {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).remove(relation);
    }
}

/// A relation's database and table, as Glue writes them.
fn names(relation: &Relation) -> (String, String) {
    let of = |part: &Option<String>| part.clone().unwrap_or_default().to_lowercase();
    (of(&relation.schema), of(&relation.identifier))
}

/// A call that failed, in words.
fn unavailable(doing: &str, error: &CallError) -> EngineError {
    let is_expired = ["ExpiredToken", "ExpiredTokenException"].contains(&error.code.as_str());
    EngineError::Unavailable(match is_expired {
        true => "the credentials for AWS have expired: get new ones and run again".to_owned(),
        false if error.code.is_empty() => format!("cadet cannot {doing} on AWS: {error}"),
        false => format!("AWS does not let cadet {doing}: {error}"),
    })
}

/// Where a node's table goes: that it has a place is known before anything is built.
fn destination<'w>(write: &'w Write<'_>) -> Result<&'w Destination, EngineError> {
    let missing = || EngineError::Unavailable(format!("there is no place on Athena for {}", write.relation));
    write.destination.as_ref().ok_or_else(missing)
}

impl Engine for Athena {
    fn begin(&self, node: &str) {
        let work = Work { node: node.to_owned(), ..Work::default() };
        let mut works = self.core.work.lock().unwrap_or_else(PoisonError::into_inner);
        works.insert(std::thread::current().id(), work);
    }

    fn end(&self) -> Vec<Spent> {
        let mut works = self.core.work.lock().unwrap_or_else(PoisonError::into_inner);
        works.remove(&std::thread::current().id()).unwrap_or_default().spent
    }

    fn fills_sources(&self) -> bool {
        false
    }

    fn is_interrupted(&self) -> bool {
        self.core.live.is_interrupted()
    }

    fn used_up(&self) -> Option<String> {
        self.core.budget.is_used_up()
    }

    fn keep(&self, files: &[(String, PathBuf)]) -> Result<Option<String>, EngineError> {
        keep::keep(&self.core, &self.runtime, files)
    }

    fn place(&self, node: &Node) -> Option<Destination> {
        Destination::of(node, &self.core.aim.layout).ok()
    }

    fn place_of_failures(&self, test: &Node, tested: Option<&Node>) -> Result<Option<Destination>, Misplaced> {
        Destination::of_failures(test, tested, &self.core.aim.layout).map(Some)
    }

    fn refuses(&self, node: &Node) -> Option<Misplaced> {
        fit::refuses(node, &self.core.aim)
    }

    fn find(&self, relation: &Relation) -> Result<Option<Found>, EngineError> {
        let found = self.runtime.block_on(self.core.find(relation));
        found.map_err(|error| unavailable(&format!("look {relation} up"), &error))
    }

    fn alone(&self, write: &Write<'_>, work: &mut dyn FnMut()) -> Result<(), EngineError> {
        let place = destination(write)?;
        self.core.forget(write.relation);
        self.runtime.block_on(self.core.acquire(place))?;
        let (core, own) = (Arc::clone(&self.core), place.clone());
        let keeper = self.runtime.spawn(async move { core.keep(&own).await });
        let resumed = self.runtime.block_on(self.core.resume(write, place));
        if resumed.is_ok() {
            work();
        }
        keeper.abort();
        self.runtime.block_on(self.core.release(place));
        resumed
    }

    fn replace_table(&self, write: &Write<'_>, query: &str) -> Result<u64, EngineError> {
        let rows = self.runtime.block_on(self.core.locked(write, self.core.replace_hive(write, query)));
        self.core.forget(write.relation);
        rows
    }

    fn replace_view(&self, write: &Write<'_>, query: &str) -> Result<(), EngineError> {
        let done = self.runtime.block_on(self.core.locked(write, self.core.replace_view(write, query)));
        self.core.forget(write.relation);
        done
    }

    fn add(&self, write: &Write<'_>, query: &str) -> Result<u64, EngineError> {
        let rows = match write.strategy() {
            Ok(strategy) if write.is_iceberg() => {
                self.runtime.block_on(self.core.locked(write, self.core.change_iceberg(write, strategy, query)))
            }
            Ok(Strategy::InsertOverwrite) if !write.names("partitioned_by").is_empty() => {
                self.runtime.block_on(self.core.locked(write, self.core.replace_partitions(write, query)))
            }
            _ => self.runtime.block_on(self.core.locked(write, self.core.append(write, query))),
        };
        self.core.forget(write.relation);
        rows
    }

    fn renew(&self, write: &Write<'_>, renewal: &Renewal) -> Result<u64, EngineError> {
        let rows = match write.is_iceberg() {
            true => self.runtime.block_on(self.core.locked(write, self.core.renew_iceberg(write, renewal))),
            false => self.runtime.block_on(self.core.locked(write, self.core.renew_hive(write, &renewal.whole))),
        };
        self.core.forget(write.relation);
        rows
    }

    fn runs_hooks(&self) -> bool {
        self.core.aim.hooks
    }

    fn run_hook(&self, statement: &str) -> Result<(), EngineError> {
        match self.core.aim.hooks {
            true => self.runtime.block_on(self.core.run_hook(statement)),
            false => Err(EngineError::Unavailable("`athena.hooks` in cadet.yaml does not allow it".to_owned())),
        }
    }

    fn load(&self, write: &Write<'_>, load: &Load<'_>) -> Result<u64, EngineError> {
        let rows = self.runtime.block_on(self.core.locked(write, self.core.load(write, load)));
        self.core.forget(write.relation);
        rows
    }

    fn reader(&self) -> Result<Arc<dyn Warehouse>, EngineError> {
        Ok(Arc::new(reader::Reader::new(Arc::clone(&self.core), self.runtime.handle().clone())))
    }

    fn test(&self, query: &str) -> Result<TestAnswer, EngineError> {
        let given = self.runtime.block_on(self.core.read(&Statement::query(query), None));
        given.map_err(|failure| failure.told(query, 0)).and_then(|given| results::test(&given))
    }

    fn rows(&self, query: &str, limit: Option<usize>) -> Result<Rows, EngineError> {
        let statement = limit.map_or_else(|| Statement::query(query), |limit| Statement::limited(query, limit));
        let given = self.runtime.block_on(self.core.read(&statement, limit));
        given.map(results::rows).map_err(|failure| failure.told(query, statement.lines_before))
    }
}
