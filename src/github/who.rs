//! The environment and the event of a workflow in, which pull request this is about out.
//!
//! Behaviour: GitHub's "Variables" and "Webhook events and payloads". Names of branches in the event are anyone's; the
//! numbers and commits are GitHub's own.

use std::path::Path;

use serde_json::Value;

use crate::settings::Environment;

/// A larger event is none of GitHub's.
const LARGEST_EVENT: u64 = 25 << 20;

/// Where GitHub itself is.
const SERVER: &str = "https://github.com";
const API: &str = "https://api.github.com";

/// Which pull request a run is for, and which run it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Who {
    /// `owner/name`
    pub repository: String,
    /// The pull request's number.
    pub number: u64,
    /// The commit that the pull request ended in when the run began.
    pub head: String,
    /// It comes from another repository, so that its token may only read.
    pub is_fork: bool,
    /// The number of the run, and of the attempt at it.
    pub run: String,
    pub attempt: String,
    /// Where the pages of GitHub are, without a `/` at the end.
    pub server: String,
    /// Where its API is.
    pub api: String,
}

impl Who {
    /// Looks at what the workflow knows.
    ///
    /// # Errors
    /// In words, when this is no run for a pull request.
    pub fn of(env: &Environment) -> Result<Self, String> {
        let [repository, run, attempt] =
            env.github_run.clone().ok_or("GITHUB_REPOSITORY or GITHUB_RUN_ID is not set")?;
        let event = env.github_event_path.as_deref().and_then(event).unwrap_or_default();
        let request = &event["pull_request"];
        let number = request["number"].as_u64().or_else(|| env.pull_request());
        let number = number.ok_or("this run is for no pull request")?;
        let head = request["head"]["sha"].as_str().filter(|sha| is_commit(sha));
        let head = head.ok_or("the event does not say which commit the pull request ends in")?;
        let of = |side: &str| request[side]["repo"]["full_name"].as_str().map(str::to_owned);
        let web = |address: Option<&String>, usual: &str| {
            let address = address.map_or(usual, String::as_str).trim_end_matches('/');
            is_web(address).then(|| address.to_owned()).ok_or("the address of GitHub is not one")
        };
        if !is_repository(&repository) || ![&run, &attempt].iter().all(|text| text.bytes().all(|c| c.is_ascii_digit()))
        {
            return Err("the workflow's variables are not as GitHub sets them".to_owned());
        }
        Ok(Self {
            is_fork: of("head").is_some_and(|head| Some(head) != of("base")),
            head: head.to_owned(),
            server: web(env.github_server.as_ref(), SERVER)?,
            api: web(env.github_api.as_ref(), API)?,
            repository,
            number,
            run,
            attempt,
        })
    }

    /// The page of the run, with its log and its summary.
    pub fn run_page(&self) -> String {
        format!("{}/{}/actions/runs/{}", self.server, self.repository, self.run)
    }

    /// Where the files are, as they are in the pull request.
    pub fn files(&self) -> String {
        format!("{}/{}/blob/{}/", self.server, self.repository, self.head)
    }

    /// A way of the API below this repository.
    pub(super) fn way(&self, rest: &str) -> String {
        format!("/repos/{}/{rest}", self.repository)
    }
}

fn event(path: &Path) -> Option<Value> {
    let is_small = std::fs::metadata(path).is_ok_and(|found| found.is_file() && found.len() <= LARGEST_EVENT);
    serde_json::from_slice(&std::fs::read(path).ok().filter(|_| is_small)?).ok()
}

fn is_commit(sha: &str) -> bool {
    (40..=64).contains(&sha.len()) && sha.bytes().all(|c| c.is_ascii_hexdigit())
}

fn is_repository(name: &str) -> bool {
    let is_name =
        |part: &str| !part.is_empty() && part.bytes().all(|c| c.is_ascii_alphanumeric() || b"-_.".contains(&c));
    name.split_once('/').is_some_and(|(owner, name)| is_name(owner) && is_name(name))
}

fn is_web(address: &str) -> bool {
    let rest = address.strip_prefix("https://").or_else(|| address.strip_prefix("http://"));
    rest.is_some_and(|rest| {
        !rest.is_empty() && rest.bytes().all(|c| c.is_ascii_alphanumeric() || b"-_.:/".contains(&c))
    })
}
