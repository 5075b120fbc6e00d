//! Ctrl-C and its kin: what is running is stopped, and the run ends with what it has.

use std::time::Duration;

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use super::EngineError;

/// What a process ends with that was asked to stop.
pub const INTERRUPTED: u8 = 130;

/// How long the run may take to write down what became of it: ninety pauses.
const PAUSE: Duration = Duration::from_millis(50);
const PAUSES: u32 = 90;

/// Waits for a signal for as long as the process lives, and then stops what is running with `stop`, again and again: a step
/// may begin one more statement before it sees that it is to stop.
pub(super) fn watch(stop: impl Fn() + Send + 'static) -> Result<(), EngineError> {
    let failed = |error: std::io::Error| EngineError::Unavailable(format!("signals cannot be watched: {error}"));
    let mut signals = Signals::new([SIGINT, SIGTERM]).map_err(failed)?;
    let wait = move || {
        if signals.forever().next().is_none() {
            return;
        }
        for _ in 0..PAUSES {
            stop();
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
