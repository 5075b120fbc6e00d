//! What Ctrl-C and its kin stop on the embedded engine.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use duckdb::{Connection, InterruptHandle};

/// Whether cadet has been asked to stop, and what is to be stopped then.
#[derive(Default)]
pub(super) struct Stop {
    is_asked: AtomicBool,
    connections: Mutex<Vec<Arc<InterruptHandle>>>,
}

impl Stop {
    pub(super) fn is_asked(&self) -> bool {
        self.is_asked.load(Ordering::Relaxed)
    }

    /// What this connection does is stopped too.
    pub(super) fn holds(&self, connection: &Connection) {
        let mut connections = self.connections.lock().unwrap_or_else(PoisonError::into_inner);
        // Those that are closed hold their handle no longer.
        connections.retain(|known| Arc::strong_count(known) > 1);
        connections.push(connection.interrupt_handle());
    }

    /// Stops what every connection does.
    pub(super) fn ask(&self) {
        self.is_asked.store(true, Ordering::Relaxed);
        self.connections.lock().unwrap_or_else(PoisonError::into_inner).iter().for_each(|known| known.interrupt());
    }
}
