//! GitHub's API behind a blocking face: a request in, JSON out, or the reason why not.
//!
//! What is asynchronous of it is in here. Each call takes a bounded time, and so do all together: a report that cannot be
//! posted never holds up a run.

use std::cell::Cell;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use octocrab::Octocrab;
use serde_json::Value;
use tokio::runtime::{Builder, Runtime};

use super::answer::{Answer, Verdict};
use super::trouble::Trouble;
use crate::report::secrets;

/// One call takes at most so long.
const LONGEST_CALL: Duration = Duration::from_secs(15);

/// The same when there is hardly any time left.
const LONGEST_IN_HASTE: Duration = Duration::from_secs(2);

/// A call that failed by no one's fault is made so often.
const MOST_TRIES: u32 = 4;

/// For tests: when time goes by faster, a call is still given more of it than a pause.
const SLOWER: u32 = 10;

/// How long cadet waits after a call that failed, before it makes it again; each time twice as long.
const FIRST_PAUSE: Duration = Duration::from_secs(2);

/// An answer is at most so many bytes: a page of a hundred comments of full length is less.
const LARGEST_ANSWER: usize = 64 << 20;

/// What a call asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Method {
    Get,
    Post,
    Patch,
    /// A patch that adds to what is there.
    Append,
    Delete,
}

/// A connection to GitHub's API.
pub(super) struct Api {
    runtime: Runtime,
    client: Octocrab,
    /// The folder that the API is in, empty on github.com.
    folder: String,
    /// How long is still waited, all calls together.
    patience: Cell<Duration>,
    /// How long one call takes at most.
    longest: Cell<Duration>,
    /// How many times faster time goes by.
    haste: u32,
}

impl Api {
    /// Makes the connection; nothing is sent yet. `patience` is how long is waited at most when GitHub asks for it.
    ///
    /// # Errors
    /// In words, when the machine's certificates cannot be read, or the address is none.
    pub(super) fn new(address: &str, token: &str, (patience, haste): (Duration, u32)) -> Result<Self, String> {
        let runtime = Builder::new_current_thread().enable_all().build().map_err(|error| error.to_string())?;
        // octocrab would put the folder before what is not in it.
        let start = address.find("://").map_or(0, |at| at + 3);
        let (server, folder) = address.split_at(address[start..].find('/').map_or(address.len(), |at| start + at));
        let client = {
            // octocrab starts a task of its own.
            let _inside = runtime.enter();
            let builder = Octocrab::builder().base_uri(server).map_err(|error| error.to_string())?;
            let builder =
                builder.personal_token(token.to_owned()).set_connect_timeout(Some(call_time(LONGEST_CALL, haste)));
            builder.build().map_err(|error| error.to_string())?
        };
        let longest = Cell::new(call_time(LONGEST_CALL, haste));
        Ok(Self { runtime, client, folder: folder.to_owned(), patience: Cell::new(patience), longest, haste })
    }

    /// From here on hardly anything is waited for: someone asked cadet to stop.
    pub(super) fn hurry(&self) {
        self.patience.set(Duration::ZERO);
        self.longest.set(call_time(LONGEST_IN_HASTE, self.haste));
    }

    /// Does something with no more patience than this, each call too, and has then all that was left before.
    pub(super) fn briefly<T>(&self, patience: Duration, act: impl FnOnce() -> T) -> T {
        let kept = (self.patience.replace(patience), self.longest.replace(call_time(patience, self.haste)));
        let done = act();
        self.patience.set(kept.0);
        self.longest.set(kept.1);
        done
    }

    /// How many times faster than it is time goes by.
    pub(super) fn haste(&self) -> u32 {
        self.haste
    }

    /// Waits, when there is enough patience left for it.
    pub(super) fn wait(&self, time: Duration) -> bool {
        let left = self.patience.get();
        if time > left {
            return false;
        }
        self.patience.set(left - time);
        std::thread::sleep(time / self.haste);
        true
    }

    /// Asks for something. `needs` is the permission that it takes.
    ///
    /// # Errors
    /// When it is not to be had; a call that may be made twice has then been made several times.
    pub(super) fn get(&self, path: &str, needs: &'static str) -> Result<Value, Trouble> {
        self.call(Method::Get, &self.within(path), &Value::Null, needs)
    }

    /// Makes something. It is never made twice: [`Trouble::Lost`] says that it may be there all the same.
    ///
    /// # Errors
    /// When it was not made, or nobody knows.
    pub(super) fn post(&self, path: &str, body: &Value, needs: &'static str) -> Result<Value, Trouble> {
        self.call(Method::Post, &self.within(path), body, needs)
    }

    /// As [`post`](Self::post), where `find` can tell whether it was made though no answer came: only when it was not, it is
    /// made again, once.
    ///
    /// # Errors
    /// When it is not there.
    pub(super) fn post_once(
        &self,
        path: &str,
        (body, needs): (&Value, &'static str),
        find: impl Fn() -> Result<Option<Value>, Trouble>,
    ) -> Result<Value, Trouble> {
        match self.post(path, body, needs) {
            Err(Trouble::Lost(_)) => {
                self.wait(FIRST_PAUSE);
                find()?.map_or_else(|| self.post(path, body, needs), Ok)
            }
            posted => posted,
        }
    }

    /// Changes something.
    ///
    /// # Errors
    /// When it was not changed.
    pub(super) fn patch(&self, path: &str, body: &Value, needs: &'static str) -> Result<Value, Trouble> {
        self.call(Method::Patch, &self.within(path), body, needs)
    }

    /// Adds to something. It is never done twice: [`Trouble::Lost`] says that it may be there all the same.
    ///
    /// # Errors
    /// When it was not added, or nobody knows.
    pub(super) fn append(&self, path: &str, body: &Value, needs: &'static str) -> Result<Value, Trouble> {
        self.call(Method::Append, &self.within(path), body, needs)
    }

    /// Removes something.
    ///
    /// # Errors
    /// When it was not removed.
    pub(super) fn delete(&self, path: &str, needs: &'static str) -> Result<Value, Trouble> {
        self.call(Method::Delete, &self.within(path), &Value::Null, needs)
    }

    /// A question in GraphQL, which changes nothing and may so be asked again.
    ///
    /// # Errors
    /// When there is no answer.
    pub(super) fn graphql(&self, query: &str) -> Result<Value, Trouble> {
        // On a GitHub of one's own it is beside the folder of the other calls: `/api/v3` and `/api/graphql`.
        let path = format!("{}/graphql", self.folder.trim_end_matches("/v3"));
        let ask = || self.call(Method::Post, &path, &serde_json::json!({"query": query}), "");
        match ask() {
            Err(Trouble::Lost(how)) if self.wait(FIRST_PAUSE) => ask().map_err(|_| Trouble::Lost(how)),
            answered => answered,
        }
    }

    /// Every entry of a list, through all its pages of a hundred. A list of more than `most` pages is not read to its end.
    ///
    /// # Errors
    /// When one of the pages is not to be had.
    pub(super) fn pages(&self, path: &str, needs: &'static str, most: usize) -> Result<Vec<Value>, Trouble> {
        let mut all = Vec::new();
        let sign = if path.contains('?') { '&' } else { '?' };
        for page in 1..=most {
            let found = self.get(&format!("{path}{sign}per_page=100&page={page}"), needs)?;
            // Some lists stand in a map, beside how many there are.
            let list = match found {
                Value::Array(list) => list,
                Value::Object(map) => map.into_values().find_map(|value| value.as_array().cloned()).unwrap_or_default(),
                _ => Vec::new(),
            };
            let is_last = list.len() < 100;
            all.extend(list);
            if is_last {
                break;
            }
        }
        Ok(all)
    }

    /// Waits a little before something is asked for again.
    pub(super) fn pause(&self) -> bool {
        self.wait(FIRST_PAUSE)
    }

    fn within(&self, path: &str) -> String {
        format!("{}{path}", self.folder)
    }

    fn call(&self, method: Method, path: &str, body: &Value, needs: &'static str) -> Result<Value, Trouble> {
        let mut pause = FIRST_PAUSE / 2;
        let mut tries = 1;
        let is_once = matches!(method, Method::Post | Method::Append);
        loop {
            let began = Instant::now();
            let verdict = match self.send(method, path, body) {
                Ok(answer) => answer.verdict(needs, now()),
                Err(how) => {
                    self.spend(began.elapsed());
                    Verdict::Unknown(how)
                }
            };
            let wait = match verdict {
                Verdict::Done(value) => return Ok(value),
                Verdict::Failed(trouble) => return Err(trouble),
                Verdict::Unknown(how) if is_once || tries == MOST_TRIES => return Err(Trouble::Lost(how)),
                Verdict::Unknown(how) => {
                    pause *= 2;
                    (pause, Trouble::Lost(how))
                }
                Verdict::Wait(time) if tries == MOST_TRIES => return Err(Trouble::Busy(time)),
                Verdict::Wait(time) => (time, Trouble::Busy(time)),
            };
            if !self.wait(wait.0) {
                return Err(wait.1);
            }
            tries += 1;
        }
    }

    /// Time that was waited for nothing makes the next calls shorter.
    fn spend(&self, time: Duration) {
        let left = self.patience.get().saturating_sub(time * self.haste.div_ceil(SLOWER));
        self.patience.set(left);
        if left.is_zero() {
            self.longest.set(self.longest.get().min(call_time(LONGEST_IN_HASTE, self.haste)));
        }
    }

    /// One request, and its answer.
    fn send(&self, method: Method, path: &str, body: &Value) -> Result<Answer, String> {
        let began = Instant::now();
        let longest = self.longest.get();
        // The last sink of all: what goes out holds no secret, whoever wrote it.
        let body = hidden(body);
        let sent = self.runtime.block_on(async {
            let path = path.to_owned();
            let call = async {
                let answer = match method {
                    Method::Get => self.client._get(path).await,
                    Method::Post => self.client._post(path, Some(&body)).await,
                    Method::Patch | Method::Append => self.client._patch(path, Some(&body)).await,
                    Method::Delete => self.client._delete(path, None::<&()>).await,
                }?;
                let mut read = read_head(answer.status().as_u16(), |name| {
                    answer.headers().get(name)?.to_str().ok()?.trim().parse().ok()
                });
                read.text = self.client.body_to_string(answer).await?;
                Ok::<_, octocrab::Error>(read)
            };
            tokio::time::timeout(longest, call).await
        });
        match sent {
            Ok(Ok(answer)) if answer.text.len() <= LARGEST_ANSWER => Ok(answer),
            Ok(Ok(_)) => Err("the answer is too long".to_owned()),
            Ok(Err(error)) => Err(innermost(&error)),
            Err(_) => Err(format!("no answer within {} seconds", began.elapsed().as_secs().max(1))),
        }
    }
}

/// What a call may take when time goes by faster.
fn call_time(time: Duration, haste: u32) -> Duration {
    time / haste.div_ceil(SLOWER)
}

fn read_head(status: u16, header: impl Fn(&str) -> Option<u64>) -> Answer {
    Answer {
        status,
        retry_after: header("retry-after"),
        remaining: header("x-ratelimit-remaining"),
        reset: header("x-ratelimit-reset"),
        text: String::new(),
    }
}

/// The same JSON without the secrets of this process.
fn hidden(value: &Value) -> Value {
    match value {
        Value::String(text) => secrets::hidden(text).into(),
        Value::Array(list) => list.iter().map(hidden).collect(),
        Value::Object(map) => map.iter().map(|(key, value)| (key.clone(), hidden(value))).collect(),
        other => other.clone(),
    }
}

/// The reason behind an error: the outer ones say only where it came from.
fn innermost(error: &dyn std::error::Error) -> String {
    let reasons = std::iter::successors(Some(error), |error| error.source());
    let words = reasons.last().map(ToString::to_string).unwrap_or_default();
    crate::report::escape::cut(&crate::report::escape::clean_path(&words), 200).into_owned()
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
