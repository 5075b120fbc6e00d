//! What `cadet.yaml` says of Athena: where it is, where tables go, and how patient cadet is.

use std::time::Duration;

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;

use super::bytes::Bytes;

/// The key `athena` of `cadet.yaml`. What is left out is as the service *Create a Derived Table* has it.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AthenaSettings {
    /// The region; when left out, that of the credentials (`AWS_REGION`, or the profile of the AWS tools).
    pub region: Option<String>,
    /// The workgroup that queries run in.
    pub workgroup: String,
    /// The bucket that tables are written to.
    pub bucket: String,
    /// Where Athena puts the results of queries; when empty, where the workgroup says.
    pub results: String,
    /// How the rows of seeds are stored.
    pub seeds: SeedFormat,
    /// Where each target writes, by the target's name in `profiles.yml`.
    pub targets: IndexMap<String, TargetLayout>,
    /// The target that parents which did not change are read from.
    pub defer_to: String,
    /// Whether each pull request has databases of its own, whose names end in its number: `_pr123`.
    pub pull_request_suffix: bool,
    /// Whether a node's `pre-hook` and `post-hook` are run: statements of the project's own, with the rights of the role.
    pub hooks: bool,
    /// Seconds until a query is first asked how it is doing.
    pub first_poll: f64,
    /// The most seconds between two such questions.
    pub longest_poll: f64,
    /// How often a call that failed by no one's fault is made again, and a statement likewise.
    pub retries: u32,
    /// The most seconds that one call of a service may take.
    pub call_seconds: f64,
    /// For how many seconds a service that has answered before may be gone, or too busy, before a call of it fails.
    pub outage_seconds: u64,
    /// The most minutes that one statement may take, with the time that it waits in the queue.
    pub query_minutes: u32,
    /// The seconds after which a lock that nobody renews is that of a run that was killed.
    pub lock_seconds: u64,
    /// The most minutes to wait for another run that builds the same table.
    pub lock_wait_minutes: u64,
    /// The most bytes that the queries of one run may read together: no more of them are begun then.
    pub max_bytes: Option<Bytes>,
    /// So many bytes are worth a warning.
    pub warn_bytes: Option<Bytes>,
    /// Where the artefacts of a run are kept in the bucket.
    pub artefacts: ArtefactLayout,
    /// What Athena charges for a terabyte that is read, in dollars.
    pub price_per_tb: f64,
}

/// How the rows of seeds are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum SeedFormat {
    Parquet,
    /// Lines of text with the values' own types.
    Csv,
}

/// Where a target writes.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TargetLayout {
    /// The first folder in the bucket.
    pub folder: String,
    /// How the names of its databases end.
    #[serde(default)]
    pub suffix: String,
    /// For this target, in the place of the keys of the same names of `athena`.
    #[serde(default)]
    pub max_bytes: Option<Bytes>,
    #[serde(default)]
    pub warn_bytes: Option<Bytes>,
    /// Whether `cadet expire` may remove what is old here; when left out, wherever `defer_to` does not point.
    #[serde(default)]
    pub expires: Option<bool>,
}

/// Where the artefacts of a run are kept, below the target's folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ArtefactLayout {
    /// `run_artefacts/run_time=YYYY-MM-DDTHH:MM:SS/`
    Run,
    /// `run_artefacts/<workflow>/run_time=YYYY-MM-DDTHH:MM:SS/`, and the newest in `run_artefacts/<workflow>/latest/` too.
    Workflow,
    /// Nowhere.
    Off,
}

impl Default for AthenaSettings {
    fn default() -> Self {
        let layout = |folder: &str, suffix: &str| TargetLayout {
            folder: folder.to_owned(),
            suffix: suffix.to_owned(),
            max_bytes: None,
            warn_bytes: None,
            expires: None,
        };
        Self {
            region: None,
            workgroup: "primary".to_owned(),
            bucket: "mojap-derived-tables".to_owned(),
            results: "s3://dbt-query-dump/".to_owned(),
            seeds: SeedFormat::Parquet,
            targets: IndexMap::from([
                ("dev".to_owned(), layout("dev", "_dev_dbt")),
                ("prod".to_owned(), layout("prod", "")),
            ]),
            defer_to: "prod".to_owned(),
            pull_request_suffix: false,
            hooks: false,
            first_poll: 0.2,
            longest_poll: 2.0,
            retries: 5,
            call_seconds: 30.0,
            outage_seconds: 60,
            query_minutes: 240,
            lock_seconds: 60,
            lock_wait_minutes: 30,
            max_bytes: None,
            warn_bytes: None,
            artefacts: ArtefactLayout::Run,
            price_per_tb: 5.0,
        }
    }
}

impl AthenaSettings {
    /// How long to wait for the first answer about a query, and the longest between two.
    pub fn polls(&self) -> (Duration, Duration) {
        let seconds = |seconds: f64| Duration::try_from_secs_f64(seconds).unwrap_or(Duration::from_millis(200));
        (seconds(self.first_poll), seconds(self.longest_poll.max(self.first_poll)))
    }

    /// What is wrong with the values, in words.
    pub(super) fn mistake(&self) -> Option<String> {
        let is_name = |name: &str| name.bytes().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'_');
        let is_bucket = |name: &str| {
            !name.is_empty() && name.bytes().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || b"-.".contains(&c))
        };
        if !is_bucket(&self.bucket) {
            return Some(format!("`athena.bucket` is the name of a bucket, not `{}`", self.bucket));
        }
        if !self.results.is_empty() && !self.results.starts_with("s3://") {
            return Some(format!("`athena.results` begins with s3://, unlike `{}`", self.results));
        }
        for (name, layout) in &self.targets {
            if layout.folder.is_empty() || !is_name(&layout.folder) {
                return Some(format!("`athena.targets.{name}.folder` is one folder of small letters, digits and `_`"));
            }
            if !is_name(&layout.suffix) {
                return Some(format!("`athena.targets.{name}.suffix` is made of small letters, digits and `_`"));
            }
        }
        let places: Vec<&TargetLayout> = self.targets.values().collect();
        let is_same = |a: &TargetLayout, b: &TargetLayout| (&a.folder, &a.suffix) == (&b.folder, &b.suffix);
        let is_twice = |(at, place): (usize, &&TargetLayout)| places[..at].iter().any(|other| is_same(other, place));
        if places.iter().enumerate().any(is_twice) {
            return Some("two targets under `athena.targets` write to the same place".to_owned());
        }
        if !(2..=600).contains(&self.lock_seconds) {
            return Some("`athena.lock_seconds` is a number of seconds, from 2 to 600".to_owned());
        }
        if self.outage_seconds > 3600 {
            return Some("`athena.outage_seconds` is a number of seconds, 3600 at most".to_owned());
        }
        let is_time = |(_, seconds): &(&str, f64)| (0.01..=300.0).contains(seconds);
        let times =
            [("first_poll", self.first_poll), ("longest_poll", self.longest_poll), ("call_seconds", self.call_seconds)];
        let wrong = times.into_iter().find(|time| !is_time(time));
        wrong.map(|(name, _)| format!("`athena.{name}` is a number of seconds, from 0.01 to 300"))
    }
}
