//! What a test may ask of the account.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use serde_json::json;

use super::athena::query::{Done, Query, State};
use super::call::Call;
use super::glue::store::Table;
use super::s3::store::{Object, parts};
use super::{World, locked, s3, sql};

impl World {
    /// Every call in order.
    pub fn calls(&self) -> Vec<Call> {
        locked(&self.calls).clone()
    }

    /// The calls in one line each.
    pub fn shown_calls(&self) -> Vec<String> {
        self.calls().iter().map(Call::shown).collect()
    }

    /// Forgets the calls so far, so that the next one is number 1.
    pub fn forget_calls(&self) {
        locked(&self.calls).clear();
    }

    /// The largest number of calls of an operation within a second.
    pub fn most_within_a_second(&self, operation: &str) -> usize {
        let calls = self.calls();
        let times: Vec<Instant> = calls.iter().filter(|call| call.operation == operation).map(|call| call.at).collect();
        let within = |from: &Instant| {
            times.iter().filter(|at| *at >= from && at.duration_since(*from) < Duration::from_secs(1)).count()
        };
        times.iter().map(within).max().unwrap_or(0)
    }

    /// The tables as `database.table`.
    pub fn tables(&self) -> BTreeMap<String, Table> {
        let catalogue = self.catalogue();
        let of = |(database, own): (&String, &super::glue::store::Database)| {
            let named = |(name, table): (&String, &Table)| (format!("{database}.{name}"), table.clone());
            own.tables.iter().map(named).collect::<Vec<_>>()
        };
        catalogue.databases.iter().flat_map(of).collect()
    }

    /// The addresses that begin so, of everything that is stored.
    pub fn objects(&self, prefix: &str) -> Vec<String> {
        let all = self.store().all();
        all.into_iter().map(|(address, _)| address).filter(|address| address.starts_with(prefix)).collect()
    }

    /// What the answers to a reader of a table come from: as long as it is the same, they are. Of a view they come from
    /// other tables too.
    pub fn met_by_readers(&self, database: &str, table: &str) -> String {
        let catalogue = self.catalogue();
        let table = catalogue.databases.get(database).and_then(|own| own.tables.get(table));
        let partitions = table.iter().flat_map(|table| table.partitions.values());
        let partitions = partitions.filter_map(|partition| partition["StorageDescriptor"]["Location"].as_str());
        let folders = table.iter().map(|table| table.location()).chain(partitions);
        let folders: Vec<String> = folders.filter(|at| !at.is_empty()).map(|at| parts(at).1).collect();
        let files = self.store().files_of(|key| folders.iter().any(|folder| key.starts_with(folder)));
        format!("{table:?}\n{files:?}")
    }

    /// Makes every partition of a table so many seconds older than it is.
    pub fn age_partitions(&self, database: &str, table: &str, seconds: f64) {
        let mut catalogue = self.catalogue();
        let table = catalogue.table_mut(database, table).unwrap();
        for partition in table.partitions.values_mut() {
            let created = partition["CreationTime"].as_f64().unwrap();
            partition["CreationTime"] = json!(created - seconds);
        }
    }

    /// An object's bytes.
    pub fn object(&self, address: &str) -> Option<Vec<u8>> {
        let (bucket, key) = parts(address);
        self.store().object(&bucket, &key).ok().map(s3::bytes)
    }

    /// Every object with what is known of it: what a test compares before and after.
    pub fn stored(&self) -> BTreeMap<String, Object> {
        self.store().all().into_iter().collect()
    }

    /// Puts an object there, without a call.
    pub fn put_object(&self, address: &str, bytes: &[u8]) {
        let (bucket, key) = parts(address);
        let mut store = self.store();
        store.add_bucket(&bucket);
        let object = store.written(bytes, "binary/octet-stream", Vec::new());
        store.put(&bucket, &key, object).unwrap();
    }

    pub fn delete_object(&self, address: &str) {
        let (bucket, key) = parts(address);
        self.store().delete(&bucket, &key).unwrap();
    }

    /// The rows of a query, or of a table by its name, as a reader sees them now; or what Athena says.
    pub fn rows(&self, query_or_table: &str) -> Result<Vec<Vec<Option<String>>>, String> {
        self.read(query_or_table).map(|done| done.rows)
    }

    /// The same with the columns.
    pub fn read(&self, query_or_table: &str) -> Result<Done, String> {
        let is_query = query_or_table.trim().contains(char::is_whitespace);
        let query = match is_query {
            true => query_or_table.to_owned(),
            false => format!("select * from {query_or_table}"),
        };
        sql::read(self, &query).map_err(|failed| failed.message)
    }

    /// Carries out a statement without a call: for what a test finds there.
    pub fn run(&self, statement: &str) -> Result<Done, String> {
        let course = super::athena::plan::Course::default();
        let query = bare_query(statement);
        sql::run(self, &query, &course).outcome.map_err(|failed| failed.message)
    }

    /// All queries in the order in which they began.
    pub fn all_queries(&self) -> Vec<Query> {
        let queries = self.queries();
        queries.order.iter().filter_map(|id| queries.by_id.get(id).cloned()).collect()
    }

    /// The queries that are queued or run.
    pub fn live_queries(&self) -> Vec<Query> {
        self.all_queries().into_iter().filter(|query| query.state.is_live()).collect()
    }

    /// Waits until no call is being answered and no query runs: what a client that is gone has begun ends all the same.
    pub fn settle(&self) {
        let deadline = Instant::now() + Duration::from_secs(60);
        while self.open.load(Ordering::SeqCst) > 0 || !self.live_queries().is_empty() {
            assert!(Instant::now() < deadline, "{:?}", self.live_queries());
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// The largest number of queries that were live at once.
    pub fn most_queries_at_once(&self) -> usize {
        self.queries().peak
    }

    /// Lets every query that is under way end now.
    pub fn let_queries_end(&self) {
        let under_way: Vec<_> = self.queries().under_way.clone().into_iter().collect();
        for (id, course) in under_way {
            super::athena::finish(self, &id, &course);
        }
    }
}

/// A statement as a query of nobody's.
pub fn bare_query(statement: &str) -> Query {
    Query {
        id: uuid::Uuid::new_v4().to_string(),
        sql: statement.to_owned(),
        input: json!({}),
        workgroup: "primary".to_owned(),
        output: format!("s3://{}/", super::RESULTS),
        state: State::Running,
        reason: None,
        submitted: jiff::Timestamp::now(),
        completed: None,
        started: Instant::now(),
        ended: None,
        queue_time: Duration::ZERO,
        run_time: Duration::ZERO,
        done: Done::default(),
        error: None,
        scanned: 0,
        input_rows: 0,
        manifest: None,
        polls: 0,
    }
}
