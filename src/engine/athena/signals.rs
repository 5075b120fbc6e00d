//! Ctrl-C and its kin: every query that is running is stopped, and the run ends with what it has.

use std::sync::Arc;
use std::time::Duration;

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use super::Core;
use crate::engine::EngineError;

/// How long the run may take to write down what became of it.
const PATIENCE: Duration = Duration::from_millis(4500);

/// What a process ends with that was asked to stop.
pub const INTERRUPTED: u8 = 130;

/// Waits for a signal for as long as the process lives.
pub(super) fn watch(core: &Arc<Core>) -> Result<(), EngineError> {
    let failed = |error: std::io::Error| EngineError::Unavailable(format!("signals cannot be watched: {error}"));
    let mut signals = Signals::new([SIGINT, SIGTERM]).map_err(failed)?;
    let core = Arc::downgrade(core);
    let wait = move || {
        if signals.forever().next().is_none() {
            return;
        }
        if let Some(core) = core.upgrade() {
            core.live.interrupt();
        }
        std::thread::sleep(PATIENCE);
        end();
    };
    std::thread::Builder::new().name("signals".to_owned()).spawn(wait).map(drop).map_err(failed)
}

#[expect(clippy::exit, reason = "the run did not end by itself in time")]
fn end() {
    std::process::exit(i32::from(INTERRUPTED));
}
