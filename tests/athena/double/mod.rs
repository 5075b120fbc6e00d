//! A double of Athena, Glue and S3 that the SDK talks to over HTTP, and that carries out what it is asked: objects and
//! tables are files on disk, and statements run on DuckDB.
//!
//! One server answers all three: `X-Amz-Target` tells Athena and Glue, and everything else is S3, path style. A hive
//! table's files are Parquet whatever its `format` says, save for those that a test uploads for a table of CSV or JSON.
//! An Iceberg table is a folder of Parquet files and a metadata file that lists them: its place in the catalogue is the
//! pointer that changes in one step.

#![allow(dead_code, unreachable_pub, reason = "each test uses a part of it")]

pub mod athena;
pub mod base64;
pub mod call;
pub mod error;
pub mod faults;
pub mod glue;
pub mod hooks;
pub mod http;
pub mod inspect;
pub mod s3;
mod server;
pub mod sql;
mod sts;

use std::net::SocketAddr;
use std::ops::Deref;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use duckdb::Connection;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use athena::plan::Course;
use athena::queries::{Queries, Workgroup};
use call::{Call, Service};
use error::{Refusal, access_denied};
use faults::{Ending, Fault, Plan, Planned, Side};
use glue::store::Catalogue;
use hooks::{Hooks, Moment};
use http::{Reply, Request};
use s3::store::Store;

/// The bucket of the tables.
pub const BUCKET: &str = "mojap-derived-tables";
/// The bucket of the queries' results.
pub const RESULTS: &str = "dbt-query-dump";

/// A running double. It stops when it is dropped.
pub struct Double {
    world: Arc<World>,
    address: SocketAddr,
    runtime: Option<Runtime>,
}

/// Everything that the account holds, and everything that happened in it.
pub struct World {
    objects: Mutex<Store>,
    catalogue: Mutex<Catalogue>,
    queries: Mutex<Queries>,
    calls: Mutex<Vec<Call>>,
    plan: Mutex<Plan>,
    hooks: Mutex<Hooks>,
    limits: Mutex<Vec<(&'static str, usize)>>,
    speed: Mutex<f64>,
    duckdb: Mutex<Connection>,
    /// How many calls are being answered.
    open: AtomicUsize,
}

impl Double {
    /// An account with the two buckets, the workgroup `primary`, and nothing else.
    pub fn start() -> Self {
        let connection = Connection::open_in_memory().unwrap();
        cadet::engine::duckdb::prepare(&connection).unwrap();
        sql::parquet::register(&connection);
        connection.execute_batch("set global threads = 2; set global preserve_insertion_order = true").unwrap();
        let mut store = Store::new();
        store.add_bucket(BUCKET);
        store.add_bucket(RESULTS);
        let mut queries = Queries::default();
        let output = Some(format!("s3://{RESULTS}/"));
        queries.workgroups.insert("primary".to_owned(), Workgroup { output, enforces: false });
        let world = Arc::new(World {
            objects: Mutex::new(store),
            catalogue: Mutex::default(),
            queries: Mutex::new(queries),
            calls: Mutex::default(),
            plan: Mutex::default(),
            hooks: Mutex::default(),
            limits: Mutex::default(),
            speed: Mutex::new(1.0),
            duckdb: Mutex::new(connection),
            open: AtomicUsize::new(0),
        });
        let (runtime, address) = server::listen(&world);
        Self { world, address, runtime: Some(runtime) }
    }

    /// The address for `AWS_ENDPOINT_URL`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The environment in which the SDK, in any program, talks to the double.
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        vec![
            ("AWS_ENDPOINT_URL", self.url()),
            ("AWS_REGION", "eu-west-1".to_owned()),
            ("AWS_ACCESS_KEY_ID", "AKIADOUBLE".to_owned()),
            ("AWS_SECRET_ACCESS_KEY", "secret".to_owned()),
            ("AWS_SESSION_TOKEN", "token".to_owned()),
            ("AWS_EC2_METADATA_DISABLED", "true".to_owned()),
        ]
    }
}

impl Deref for Double {
    type Target = World;

    fn deref(&self) -> &World {
        &self.world
    }
}

impl Drop for Double {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl World {
    fn store(&self) -> MutexGuard<'_, Store> {
        locked(&self.objects)
    }

    fn catalogue(&self) -> MutexGuard<'_, Catalogue> {
        locked(&self.catalogue)
    }

    fn queries(&self) -> MutexGuard<'_, Queries> {
        locked(&self.queries)
    }

    /// A connection of its own to the engine.
    fn connection(&self) -> Connection {
        locked(&self.duckdb).try_clone().unwrap()
    }

    pub fn add_bucket(&self, name: &str) {
        self.store().add_bucket(name);
    }

    pub fn add_workgroup(&self, name: &str, workgroup: Workgroup) {
        self.queries().workgroups.insert(name.to_owned(), workgroup);
    }

    /// Sets how statements go that hold these words.
    pub fn course(&self, words: &str, course: Course) {
        self.queries().courses.add(words, course);
    }

    pub fn clear_courses(&self) {
        self.queries().courses.clear();
    }

    /// Queries that end by the clock take this many times less of the wall's time than they say.
    pub fn speed(&self, times: f64) {
        *locked(&self.speed) = times;
    }

    fn sleep(&self, time: Duration) {
        let speed = *locked(&self.speed);
        std::thread::sleep(time.div_f64(speed));
    }

    /// More live queries than this are refused.
    pub fn most_live_queries(&self, most: usize) {
        self.queries().most_live = Some(most);
    }

    /// More calls of an operation than this within a second are throttled.
    pub fn most_per_second(&self, operation: &'static str, most: usize) {
        locked(&self.limits).push((operation, most));
    }

    pub fn inject(&self, planned: Planned) {
        locked(&self.plan).add(planned);
    }

    pub fn clear_faults(&self) {
        locked(&self.plan).clear();
    }

    /// Runs `hook` at a moment of the call with this number, counted from 1. It may look at everything.
    pub fn on_call(&self, number: usize, moment: Moment, hook: impl FnOnce(&World) + Send + 'static) {
        locked(&self.hooks).once(number, moment, Box::new(hook));
    }

    /// Runs `hook` at a moment of every call.
    pub fn on_every_call(&self, moment: Moment, hook: impl Fn(&World, &Call) + Send + Sync + 'static) {
        locked(&self.hooks).always(moment, Arc::new(hook));
    }

    /// Runs what is to be done at this moment. The hooks are not locked meanwhile: one may set another.
    fn at(&self, call: &Call, moment: Moment) {
        let (once, always) = locked(&self.hooks).take(call.number, moment);
        for hook in once {
            hook(self);
        }
        for hook in always {
            hook(self, call);
        }
    }

    /// Answers a request: the call that it is, and how that ends.
    fn answer(self: &Arc<Self>, request: &Request) -> (Call, Ending) {
        self.open.fetch_add(1, Ordering::SeqCst);
        let answered = self.answered(request);
        self.open.fetch_sub(1, Ordering::SeqCst);
        answered
    }

    fn answered(self: &Arc<Self>, request: &Request) -> (Call, Ending) {
        let call = {
            let mut calls = locked(&self.calls);
            let call = Call::of(request, calls.len() + 1);
            calls.push(call.clone());
            call
        };
        self.at(&call, Moment::Before);
        let fault = locked(&self.plan).meet(&call).or_else(|| self.is_too_fast(&call));
        let ending = match fault {
            Some((Fault::CutBody, _)) => Fault::CutBody.ending(&call, self.carried_out(&call, request)),
            Some((fault, Side::BeforeEffect)) => fault.ending(&call, Reply::default()),
            Some((fault, Side::AfterEffect)) => {
                let reply = self.carried_out(&call, request);
                fault.ending(&call, reply)
            }
            None => Ending::Reply(self.carried_out(&call, request)),
        };
        if let Ending::Reply(reply) = &ending {
            self.note(&call, reply);
        }
        self.at(&call, Moment::InsteadOfReply);
        (call, ending)
    }

    /// What happens when the reply to a call was sent.
    fn replied(&self, call: &Call) {
        let is_known = locked(&self.calls).iter().any(|known| known.at == call.at);
        if is_known {
            self.at(call, Moment::AfterReply);
        }
    }

    fn note(&self, call: &Call, reply: &Reply) {
        let mut calls = locked(&self.calls);
        // The calls may have been forgotten meanwhile.
        let Some(own) = calls.iter_mut().rev().find(|known| known.at == call.at) else { return };
        own.status = Some(reply.status);
        if reply.status >= 400 {
            let body = String::from_utf8_lossy(&reply.body);
            let json: Value = serde_json::from_slice(&reply.body).unwrap_or_default();
            let code = json["__type"].as_str().map(str::to_owned);
            own.error = code.or_else(|| s3::xml::texts(&body, "Code").pop());
        }
    }

    fn is_too_fast(&self, call: &Call) -> Option<(Fault, Side)> {
        let most = locked(&self.limits).iter().find(|(name, _)| *name == call.operation)?.1;
        let calls = locked(&self.calls);
        let second = Duration::from_secs(1);
        let is_recent = |other: &&Call| other.operation == call.operation && call.at.duration_since(other.at) < second;
        let recent = calls.iter().rev().take_while(|other| other.at.elapsed() < second * 2).filter(is_recent).count();
        (recent > most).then_some((Fault::Throttle, Side::BeforeEffect))
    }

    /// The effect of a call, and its reply.
    fn carried_out(self: &Arc<Self>, call: &Call, request: &Request) -> Reply {
        let forbidden = [&glue::FORBIDDEN[..], &athena::FORBIDDEN[..]].concat();
        if forbidden.contains(&call.operation.as_str()) {
            return access_denied(call.service, &call.operation, &faults::resource(call)).reply(call.service);
        }
        let answer = match call.service {
            Service::Sts => return sts::answer(call),
            Service::S3 => match s3::answer(&mut self.store(), &call.operation, request) {
                Ok(reply) => return reply,
                Err(refusal) => Err(refusal),
            },
            _ if request.header("authorization").is_none() => {
                Err(Refusal::bad("MissingAuthenticationTokenException", "Missing Authentication Token"))
            }
            Service::Athena => athena::answer(self, &call.operation, &call.input),
            Service::Glue => {
                let connection = self.connection();
                let matching = |table: &glue::store::Table, expression: &str| {
                    glue::expression::matching(&connection, table, expression)
                };
                glue::answer(&mut self.catalogue(), &call.operation, &call.input, &matching)
            }
        };
        match answer {
            Ok(answer) => Reply::new(200, "application/x-amz-json-1.1", lean(answer).to_string()),
            Err(refusal) => refusal.reply(call.service),
        }
    }
}

/// Without what is null: the services leave that out.
fn lean(value: Value) -> Value {
    match value {
        Value::Object(fields) => {
            fields.into_iter().filter(|(_, value)| !value.is_null()).map(|(name, value)| (name, lean(value))).collect()
        }
        Value::Array(values) => json!(values.into_iter().map(lean).collect::<Vec<_>>()),
        other => other,
    }
}
