//! A lock for each table, so that no two runs build it at the same time: an object in the table's folder that only one of
//! them can make. Behaviour: "Conditional requests" of S3's user guide.
//!
//! Who holds a lock writes it again from time to time. One that is not written again for its whole term is that of a run
//! that was killed, and the next run takes it; that it was not is seen by watching it, as the clocks of two machines do not
//! agree. Who could not write it again in time gives the work up; and the last look before readers are shown the new table
//! is at the lock, after the look at the version that the table is to have then. So a holder that slept through the loss of
//! its lock changes nothing.

use std::collections::HashMap;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use aws_sdk_s3::primitives::ByteStream;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::call::{Api, CallError};
use super::place::Destination;
use super::seat::Seat;
use super::storage::{File, Object};
use super::{Core, destination, unavailable};
use crate::engine::{EngineError, Write};

/// The name of the object. Readers of a table leave out files that begin so.
pub(super) const NAME: &str = "_cadet_lock";

/// How far two clocks may be apart: AWS refuses requests of a clock that is further from its own.
const SKEW: SignedDuration = SignedDuration::from_mins(15);

/// What stands in a lock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Note {
    /// A random word of this holder at this table alone.
    holder: String,
    /// The seconds without being written again after which it counts no more.
    term: u64,
    /// The time of day at which it was taken, for people.
    since: String,
    commit: Option<String>,
    #[serde(flatten)]
    seat: Seat,
}

/// A lock that this run holds.
#[derive(Debug)]
struct Held {
    note: Note,
    /// Every state of it that this run has written.
    tags: Vec<String>,
    /// Until when it is certainly held, by two clocks: one of them goes on while a machine sleeps.
    until: (Instant, Timestamp),
}

type Shared = Arc<tokio::sync::Mutex<Option<Held>>>;

/// The locks of this run.
pub(super) struct Locks {
    seat: Seat,
    term: Duration,
    /// How long to wait for another run.
    patience: Duration,
    /// How people are told that cadet waits.
    tell: fn(&str),
    /// By the table's folder.
    held: Mutex<HashMap<String, Shared>>,
}

/// A lock of someone else's, as it was found.
struct Found {
    note: Option<Note>,
    tag: String,
    written: Option<Timestamp>,
}

impl Locks {
    pub(super) fn new(seat: Seat, (term, patience): (Duration, Duration), tell: fn(&str)) -> Self {
        Self { seat, term, patience, tell, held: Mutex::default() }
    }

    fn of(&self, place: &Destination) -> Shared {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(held.entry(place.prefix.clone()).or_default())
    }

    /// Until when a lock counts that is written now.
    fn until(&self) -> (Instant, Timestamp) {
        let term = self.term - self.term / 10;
        (Instant::now() + term, Timestamp::now() + term)
    }
}

impl Held {
    fn is_sure(&self) -> bool {
        Instant::now() < self.until.0 && Timestamp::now() < self.until.1
    }
}

impl Found {
    /// Whether its holder is certainly not there any more. `watched` is how long it was seen not to be written again.
    fn is_left(&self, own: &Seat, watched: Duration) -> bool {
        let term = self.note.as_ref().map_or(600, |note| note.term.clamp(1, 600));
        let is_old = |written: &Timestamp| {
            let term = SignedDuration::from_secs(i64::try_from(term).unwrap_or(600));
            Timestamp::now().duration_since(*written) > term + SKEW
        };
        self.note.as_ref().is_some_and(|note| own.knows_gone(&note.seat))
            || watched >= Duration::from_secs(term)
            || self.written.as_ref().is_some_and(is_old)
    }

    fn who(&self) -> String {
        let Some(note) = &self.note else { return "another run".to_owned() };
        format!("{}, since {}", note.seat.shown(), note.since.chars().take(20).collect::<String>())
    }
}

pub(super) fn key(place: &Destination) -> String {
    format!("{}{NAME}", place.prefix)
}

fn shown(place: &Destination) -> String {
    format!("{}.{}", place.database, place.table)
}

impl Core {
    /// Does what changes a table, while no other run does.
    ///
    /// # Errors
    /// Those of the work; and when another run holds the table for too long, or takes it over.
    pub(super) async fn locked<T>(
        &self,
        write: &Write<'_>,
        work: impl Future<Output = Result<T, EngineError>>,
    ) -> Result<T, EngineError> {
        self.locked_at(destination(write)?, work).await
    }

    /// The same of a table that no node is built to.
    pub(super) async fn locked_at<T>(
        &self,
        place: &Destination,
        work: impl Future<Output = Result<T, EngineError>>,
    ) -> Result<T, EngineError> {
        // Who decides what to build has it already.
        let is_claimed = self.locks.of(place).lock().await.is_some();
        if !is_claimed {
            Box::pin(self.acquire(place)).await?;
        }
        let ended = tokio::select! {
            biased;
            lost = self.keep(place) => Err(lost),
            ended = work => ended,
        };
        // Of work that was given up a query may still be running.
        for query in self.live.of_this_thread() {
            let _ = self.queries.stop(&self.calls, &query).await;
            self.live.ended(&query);
        }
        if !is_claimed {
            self.release(place).await;
        }
        ended
    }

    /// Takes a table's lock, and waits for it if another run has it.
    pub(super) async fn acquire(&self, place: &Destination) -> Result<(), EngineError> {
        let failed = |error: CallError| unavailable(&format!("lock {}", shown(place)), &error);
        let note = Note {
            holder: uuid::Uuid::new_v4().simple().to_string(),
            term: self.locks.term.as_secs().max(1),
            since: Timestamp::now().strftime("%H:%M:%S UTC").to_string(),
            commit: self.revision.as_ref().map(|revision| revision.commit.clone()),
            seat: self.locks.seat.clone(),
        };
        let began = Instant::now();
        let mut watched: Option<(String, Option<Timestamp>, Instant)> = None;
        let mut taken_from = None;
        loop {
            if self.live.is_interrupted() {
                return Err(EngineError::Interrupted);
            }
            let until = self.locks.until();
            match self.write_note(place, &note, taken_from.take().as_deref()).await {
                Ok(tag) => {
                    *self.locks.of(place).lock().await = Some(Held { note, tags: vec![tag], until });
                    return Ok(());
                }
                Err(error) if error.is_taken() || error.is_missing() => {}
                Err(error) => return Err(failed(error)),
            }
            let Some(found) = self.read_note(place).await.map_err(failed)? else { continue };
            // The answer to the first try may have been lost.
            if found.note.as_ref().is_some_and(|there| there.holder == note.holder) {
                *self.locks.of(place).lock().await = Some(Held { note, tags: vec![found.tag], until });
                return Ok(());
            }
            let is_new = watched.as_ref().is_none_or(|(tag, at, _)| (tag, *at) != (&found.tag, found.written));
            if is_new {
                if watched.is_none() && !found.is_left(&self.locks.seat, Duration::ZERO) {
                    self.say_waiting(place, &found);
                }
                watched = Some((found.tag.clone(), found.written, Instant::now()));
            }
            let since = watched.as_ref().map_or(Duration::ZERO, |(.., since)| since.elapsed());
            if found.is_left(&self.locks.seat, since) {
                taken_from = Some(found.tag);
                continue;
            }
            if began.elapsed() >= self.locks.patience {
                return Err(self.waited_enough(place, &found));
            }
            self.pause().await;
        }
    }

    fn say_waiting(&self, place: &Destination, found: &Found) {
        let minutes = self.locks.patience.as_secs().div_ceil(60);
        if minutes == 0 {
            return;
        }
        (self.locks.tell)(&format!(
            "{} is being built by {}; waiting for it, {minutes} minutes at most",
            shown(place),
            found.who()
        ));
    }

    fn waited_enough(&self, place: &Destination, found: &Found) -> EngineError {
        let minutes = self.locks.patience.as_secs().div_ceil(60);
        if minutes == 0 {
            return EngineError::Unavailable(format!("{} is being built by {}", shown(place), found.who()));
        }
        EngineError::Unavailable(format!(
            "{} is still being built by {}: cadet has waited {minutes} minutes, as `athena.lock_wait_minutes` says; run \
             again when that run has ended",
            shown(place),
            found.who()
        ))
    }

    /// A moment until the next look at a lock.
    async fn pause(&self) {
        let pause = (self.locks.term / 30).clamp(Duration::from_millis(100), Duration::from_secs(2));
        let mut interrupted = self.live.interrupted();
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            _ = interrupted.wait_for(|is_asked| *is_asked) => {}
        }
    }

    /// Writes the lock again and again, for as long as it is held. Ends when it is lost.
    pub(super) async fn keep(&self, place: &Destination) -> EngineError {
        let shared = self.locks.of(place);
        loop {
            tokio::time::sleep(self.locks.term / 3).await;
            let mut held = shared.lock().await;
            // It was given back: what is left to do does not need it.
            let Some(lock) = held.as_mut() else { std::future::pending().await };
            let left = lock.until.0.saturating_duration_since(Instant::now());
            if left > self.locks.term / 2 {
                // Both the decision and the building write it.
                continue;
            }
            let until = self.locks.until();
            let last = lock.tags.last().cloned().unwrap_or_default();
            match tokio::time::timeout(left, self.write_note(place, &lock.note, Some(&last))).await {
                Ok(Ok(tag)) => {
                    if !lock.tags.contains(&tag) {
                        lock.tags.push(tag);
                    }
                    lock.until = until;
                }
                Ok(Err(error)) if error.is_taken() || error.is_missing() => match self.read_note(place).await {
                    // The answer to an earlier try was lost.
                    Ok(Some(found)) if found.note.as_ref() == Some(&lock.note) => {
                        lock.tags.push(found.tag);
                        lock.until = until;
                    }
                    _ => return lost(place),
                },
                _ if lock.is_sure() => {}
                _ => return lost(place),
            }
        }
    }

    /// Whether the table is this run's: asked before each call that changes what readers see.
    pub(super) async fn holds(&self, place: &Destination) -> Result<(), EngineError> {
        let shared = self.locks.of(place);
        let held = shared.lock().await;
        match held.as_ref().is_some_and(Held::is_sure) {
            true => Ok(()),
            false => Err(lost(place)),
        }
    }

    /// The same by a list of the table's folder: whoever took the lock over before it was made is seen in it.
    pub(super) async fn holds_by(&self, place: &Destination, files: &[File]) -> Result<(), EngineError> {
        let shared = self.locks.of(place);
        let held = shared.lock().await;
        let key = key(place);
        let there = files.iter().find(|file| file.key == key);
        let is_own = |held: &Held| there.is_some_and(|file| held.tags.contains(&file.tag));
        match held.as_ref().is_some_and(is_own) {
            true => Ok(()),
            false => Err(lost(place)),
        }
    }

    /// Deletes files of a table's folder that nobody needs any more and, in the same call, gives its lock back.
    pub(super) async fn tidy(&self, place: &Destination, keys: &[String]) -> Result<(), CallError> {
        if keys.is_empty() {
            return Ok(());
        }
        let held = self.locks.of(place).lock().await.take();
        let key = key(place);
        let last = held.as_ref().and_then(|held| held.tags.last()).map(|tag| (key.as_str(), tag.as_str()));
        self.store.delete_with(&self.calls, place, (keys, last)).await
    }

    /// Gives a table's lock back, if it was not given back yet. What cannot be given back runs out.
    pub(super) async fn release(&self, place: &Destination) {
        let held = self.locks.of(place).lock().await.take();
        self.locks.held.lock().unwrap_or_else(PoisonError::into_inner).remove(&place.prefix);
        let Some(tag) = held.as_ref().and_then(|held| held.tags.last()) else { return };
        let key = key(place);
        let delete = || self.store.client.delete_object().bucket(&place.bucket).key(&key).if_match(tag).send();
        let _ = self.calls.make(Api::Store, delete).await;
    }

    /// Writes a lock: a new one, or in the place of one in this state. Its state then.
    async fn write_note(&self, place: &Destination, note: &Note, over: Option<&str>) -> Result<String, CallError> {
        let body = serde_json::to_vec(note).unwrap_or_default();
        let key = key(place);
        let put = || {
            let put = self.store.client.put_object().bucket(&place.bucket).key(&key);
            let put = put.content_type("application/json").body(ByteStream::from(body.clone()));
            let absent = over.is_none().then(|| "*".to_owned());
            put.set_if_none_match(absent).set_if_match(over.map(str::to_owned)).send()
        };
        let answer = self.calls.make(Api::Store, put).await?;
        Ok(answer.e_tag().unwrap_or_default().to_owned())
    }

    /// The lock that is there, if one is.
    async fn read_note(&self, place: &Destination) -> Result<Option<Found>, CallError> {
        let found = self.store.get(&self.calls, (&place.bucket, &key(place))).await?;
        Ok(found.map(|Object { bytes, tag, written }| Found {
            note: serde_json::from_slice(&bytes).ok(),
            tag,
            written,
        }))
    }
}

fn lost(place: &Destination) -> EngineError {
    EngineError::Unavailable(format!(
        "another run has taken {} over, since this one could not be seen to go on; what readers have is whole: run again",
        shown(place)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(term: u64, written: Timestamp) -> Found {
        let seat = Seat::new(None, "another branch");
        let note = Note { holder: "x".into(), term, since: String::new(), commit: None, seat };
        Found { note: Some(note), tag: "t".into(), written: Some(written) }
    }

    /// Clocks may be wrong by some minutes, so only what is seen, or very old, counts.
    #[test]
    fn a_lock_is_left_when_it_was_seen_not_to_be_written_again() {
        let elsewhere = Seat { machine: "another machine".into(), ..Seat::new(None, "branch") };
        let minute = SignedDuration::from_mins(1);
        for (age, watched, wanted) in [(0, 0, false), (0, 59, false), (0, 60, true), (10, 30, false), (17, 0, true)] {
            let lock = found(60, Timestamp::now() - minute * age);
            assert_eq!(lock.is_left(&elsewhere, Duration::from_secs(watched)), wanted, "{age} {watched}");
        }
        let unread = Found { note: None, tag: String::new(), written: Some(Timestamp::now()) };
        assert!(!unread.is_left(&elsewhere, Duration::from_secs(599)));
    }

    #[test]
    fn the_term_of_a_lock_is_not_anyones_to_choose() {
        let elsewhere = Seat { machine: "another machine".into(), ..Seat::new(None, "branch") };
        assert!(found(u64::MAX, Timestamp::now()).is_left(&elsewhere, Duration::from_secs(600)));
        assert!(!found(0, Timestamp::now()).is_left(&elsewhere, Duration::ZERO));
    }
}
