//! Ctrl-C and its kin on the embedded engine: what is running is stopped, and the run ends with what it has.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use duckdb::{Connection, InterruptHandle};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use crate::engine::EngineError;
use crate::engine::athena::signals::INTERRUPTED;

/// How long the run may take to write down what became of it: ninety pauses.
const PAUSE: Duration = Duration::from_millis(50);
const PAUSES: u32 = 90;

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

    fn interrupt(&self) {
        self.connections.lock().unwrap_or_else(PoisonError::into_inner).iter().for_each(|known| known.interrupt());
    }
}

/// Waits for a signal for as long as the process lives.
pub(super) fn watch(stop: &Arc<Stop>) -> Result<(), EngineError> {
    let failed = |error: std::io::Error| EngineError::Unavailable(format!("signals cannot be watched: {error}"));
    let mut signals = Signals::new([SIGINT, SIGTERM]).map_err(failed)?;
    let stop = Arc::clone(stop);
    let wait = move || {
        if signals.forever().next().is_none() {
            return;
        }
        stop.is_asked.store(true, Ordering::Relaxed);
        // A step may begin one more statement before it sees that it is to stop.
        for _ in 0..PAUSES {
            stop.interrupt();
            std::thread::sleep(PAUSE);
        }
        end();
    };
    std::thread::Builder::new().name("signals".to_owned()).spawn(wait).map(drop).map_err(failed)
}

#[expect(clippy::exit, reason = "the run did not end by itself in time")]
fn end() {
    std::process::exit(i32::from(INTERRUPTED));
}
