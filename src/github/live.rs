//! The comment while the run goes on: what has ended so far, written at most every fifteen seconds.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::Desk;
use crate::deploy::{Outcome, Progress};

/// The time between two edits: GitHub allows few writes, and people are told of none of them.
const BETWEEN: Duration = Duration::from_secs(15);

/// What has ended so far, told on to another display and to the comment.
pub struct Live<'a> {
    next: &'a dyn Progress,
    ended: Mutex<Ended>,
    stirred: Condvar,
}

#[derive(Default)]
struct Ended {
    outcomes: Vec<Outcome>,
    is_over: bool,
}

impl<'a> Live<'a> {
    /// Nothing has ended yet; what ends is told `next` too.
    pub fn new(next: &'a dyn Progress) -> Self {
        Self { next, ended: Mutex::default(), stirred: Condvar::new() }
    }

    /// Nothing more will end.
    pub fn over(&self) {
        self.lock().is_over = true;
        self.stirred.notify_all();
    }

    /// Writes the comment as `text` says it, at once and then whenever something has ended, until all is over.
    pub fn write(&self, desk: &mut Desk, text: &dyn Fn(&[Outcome]) -> String) {
        let between = BETWEEN / desk.haste();
        let mut known = None;
        loop {
            let mut ended = self.lock();
            while !ended.is_over && known == Some(ended.outcomes.len()) {
                ended = self.stirred.wait(ended).unwrap_or_else(PoisonError::into_inner);
            }
            if ended.is_over {
                return;
            }
            known = Some(ended.outcomes.len());
            let outcomes = ended.outcomes.clone();
            drop(ended);
            desk.comment(&text(&outcomes));
            self.rest(between);
        }
    }

    /// Waits for this time, or until all is over.
    fn rest(&self, time: Duration) {
        let until = Instant::now() + time;
        let mut ended = self.lock();
        while !ended.is_over && Instant::now() < until {
            let left = until.saturating_duration_since(Instant::now());
            ended = self.stirred.wait_timeout(ended, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Ended> {
        self.ended.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Progress for Live<'_> {
    fn started(&self, name: &str) {
        self.next.started(name);
    }

    fn finished(&self, outcome: &Outcome) {
        self.next.finished(outcome);
        self.lock().outcomes.push(outcome.clone());
        self.stirred.notify_all();
    }
}
