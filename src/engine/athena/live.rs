//! The queries that are running now, and whether cadet has been asked to stop.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use tokio::sync::watch;

pub(super) struct Live {
    queries: Mutex<BTreeSet<String>>,
    interrupted: watch::Sender<bool>,
}

impl Live {
    pub(super) fn new() -> Self {
        Self { queries: Mutex::default(), interrupted: watch::channel(false).0 }
    }

    pub(super) fn began(&self, id: &str) {
        self.queries.lock().unwrap_or_else(PoisonError::into_inner).insert(id.to_owned());
    }

    pub(super) fn ended(&self, id: &str) {
        self.queries.lock().unwrap_or_else(PoisonError::into_inner).remove(id);
    }

    /// Tells everything that waits that cadet is to stop; the queries that are running.
    pub(super) fn interrupt(&self) -> Vec<String> {
        self.interrupted.send_replace(true);
        self.queries.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }

    pub(super) fn is_interrupted(&self) -> bool {
        *self.interrupted.borrow()
    }

    /// What becomes true when cadet is to stop.
    pub(super) fn interrupted(&self) -> watch::Receiver<bool> {
        self.interrupted.subscribe()
    }
}
