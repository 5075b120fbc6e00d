//! The queries that are running now, and whether cadet has been asked to stop.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::thread::ThreadId;

use tokio::sync::watch;

pub(super) struct Live {
    /// Each query with the thread that waits for it.
    queries: Mutex<BTreeMap<String, ThreadId>>,
    interrupted: watch::Sender<bool>,
}

impl Live {
    pub(super) fn new() -> Self {
        Self { queries: Mutex::default(), interrupted: watch::channel(false).0 }
    }

    pub(super) fn began(&self, id: &str) {
        let thread = std::thread::current().id();
        self.queries.lock().unwrap_or_else(PoisonError::into_inner).insert(id.to_owned(), thread);
    }

    pub(super) fn ended(&self, id: &str) {
        self.queries.lock().unwrap_or_else(PoisonError::into_inner).remove(id);
    }

    /// The queries that this thread has begun and not seen the end of.
    pub(super) fn of_this_thread(&self) -> Vec<String> {
        let own = std::thread::current().id();
        let queries = self.queries.lock().unwrap_or_else(PoisonError::into_inner);
        queries.iter().filter(|(_, thread)| **thread == own).map(|(id, _)| id.clone()).collect()
    }

    /// Tells everything that waits that cadet is to stop: each stops its own query.
    pub(super) fn interrupt(&self) {
        self.interrupted.send_replace(true);
    }

    pub(super) fn is_interrupted(&self) -> bool {
        *self.interrupted.borrow()
    }

    /// What becomes true when cadet is to stop.
    pub(super) fn interrupted(&self) -> watch::Receiver<bool> {
        self.interrupted.subscribe()
    }
}
