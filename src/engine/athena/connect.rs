//! Settings and credentials in, an engine out. Credentials come from where the AWS tools look for them: the environment, a
//! web identity (as in a GitHub workflow), a profile, the machine's own role.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region};
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};

use super::budget::Budget;
use super::call::Calls;
use super::catalogue::Catalogue;
use super::live::Live;
use super::lock::Locks;
use super::place::Layout;
use super::query::Queries;
use super::revision::Revision;
use super::run::Run;
use super::seat::Seat;
use super::storage::Store;
use super::{Athena, Core, keep};
use crate::engine::{EngineError, signals};
use crate::settings::AthenaSettings;
use crate::settings::bytes::Bytes;

/// Where tables go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Aim {
    pub layout: Layout,
    /// What the names of databases end in beyond what the project's templates know: a pull request's own `_pr123`.
    pub suffix: String,
    /// Whether the hooks of the project are run.
    pub hooks: bool,
}

impl Aim {
    /// Where a target's tables go, by its name; for a pull request with databases of its own, with their suffix.
    ///
    /// # Errors
    /// The names of the targets that there are, when it is none of them.
    pub fn of(settings: &AthenaSettings, target: &str, pull_request: Option<u64>) -> Result<Self, Vec<String>> {
        let layout =
            settings.targets.get(target).ok_or_else(|| settings.targets.keys().cloned().collect::<Vec<_>>())?;
        let number = pull_request.filter(|_| settings.pull_request_suffix && target != settings.defer_to);
        let suffix = number.map_or_else(String::new, |number| format!("_pr{number}"));
        let layout = Layout {
            bucket: settings.bucket.clone(),
            folder: layout.folder.clone(),
            suffix: format!("{}{suffix}", layout.suffix),
        };
        Ok(Self { layout, suffix, hooks: settings.hooks })
    }
}

/// What an engine is made of.
#[derive(Debug)]
pub struct Connection {
    pub settings: AthenaSettings,
    pub aim: Aim,
    pub run: Run,
    pub seat: Seat,
    /// The commit that is built, where that is known.
    pub revision: Option<Revision>,
    pub limits: Limits,
    /// When the run began, and the workflow that it is of: where its artefacts go.
    pub started: (jiff::Timestamp, Option<String>),
    /// How people are told what cadet waits for.
    pub tell: fn(&str),
    /// Whether the services are somewhere else than Amazon has them.
    pub has_endpoint: bool,
}

/// What was asked for on the command line.
#[derive(Debug, Clone, Copy, Default)]
pub struct Limits {
    /// The most bytes that all queries together may read.
    pub max_bytes: Option<Bytes>,
    /// So many are worth a warning.
    pub warn_bytes: Option<Bytes>,
    /// Whether a table that a newer commit has built may be replaced.
    pub replaces_newer: bool,
}

impl Athena {
    /// An engine; no call is made yet.
    ///
    /// # Errors
    /// When no region is known.
    pub fn connect(connection: Connection) -> Result<Self, EngineError> {
        let Connection { settings, aim, run, seat, revision, limits, started, tell, has_endpoint } = connection;
        let (began, workflow) = (started.0, started.1.as_deref());
        let shelves = keep::shelves(settings.artefacts, &aim.layout.folder, (workflow, began));
        let term = Duration::from_secs(settings.lock_seconds);
        let locks = Locks::new(seat, (term, Duration::from_secs(settings.lock_wait_minutes * 60)), tell);
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        let runtime = runtime.map_err(|error| EngineError::Unavailable(error.to_string()))?;
        let http = Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https();
        let timeouts = TimeoutConfig::builder().connect_timeout(Duration::from_secs(5)).build();
        let mut loader = aws_config::defaults(BehaviorVersion::latest())
            .http_client(http)
            .timeout_config(timeouts)
            // What fails is tried again here, where it is known what may be.
            .retry_config(RetryConfig::disabled());
        if let Some(region) = &settings.region {
            loader = loader.region(Region::new(region.clone()));
        }
        let config = runtime.block_on(loader.load());
        if config.region().is_none() {
            return Err(EngineError::Unavailable(
                "the AWS region is not known: set `region` under `athena` in cadet.yaml, or AWS_REGION".to_owned(),
            ));
        }
        let s3 = aws_sdk_s3::config::Builder::from(&config).force_path_style(has_endpoint).build();
        let core = Arc::new(Core {
            catalogue: Catalogue { client: aws_sdk_glue::Client::new(&config) },
            store: Store { client: aws_sdk_s3::Client::from_conf(s3) },
            calls: Calls::new(
                settings.retries,
                Duration::try_from_secs_f64(settings.call_seconds).unwrap_or_default(),
                Duration::from_secs(settings.outage_seconds),
            ),
            live: Live::new(),
            queries: Queries { client: aws_sdk_athena::Client::new(&config), settings },
            run,
            revision,
            replaces_newer: limits.replaces_newer,
            locks,
            budget: Budget::new((limits.max_bytes, limits.warn_bytes), tell),
            shelves,
            aim,
            work: Mutex::new(HashMap::new()),
            known: Mutex::new(HashMap::new()),
        });
        let interrupted = Arc::downgrade(&core);
        signals::watch(move || interrupted.upgrade().iter().for_each(|core| core.live.interrupt()))?;
        Ok(Self { core, runtime, credentials: config.credentials_provider() })
    }
}
