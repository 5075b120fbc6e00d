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

use super::call::Calls;
use super::catalogue::Catalogue;
use super::live::Live;
use super::place::Layout;
use super::query::Queries;
use super::run::Run;
use super::storage::Store;
use super::{Athena, Core, signals};
use crate::engine::EngineError;
use crate::settings::AthenaSettings;

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
    /// Whether the services are somewhere else than Amazon has them.
    pub has_endpoint: bool,
}

impl Athena {
    /// An engine; no call is made yet.
    ///
    /// # Errors
    /// When no region is known.
    pub fn connect(connection: Connection) -> Result<Self, EngineError> {
        let Connection { settings, aim, run, has_endpoint } = connection;
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
            calls: Calls::new(settings.retries, Duration::try_from_secs_f64(settings.call_seconds).unwrap_or_default()),
            live: Live::new(),
            queries: Queries { client: aws_sdk_athena::Client::new(&config), settings },
            run,
            aim,
            work: Mutex::new(HashMap::new()),
            known: Mutex::new(HashMap::new()),
        });
        signals::watch(&core, runtime.handle())?;
        Ok(Self { core, runtime })
    }
}
