//! A statement of the project's own, where the settings allow it. It is sent once: nobody knows what it does.

use std::sync::PoisonError;

use super::Core;
use super::statement::Statement;
use crate::engine::EngineError;

/// What Athena says when `optimize` or `vacuum` did a part of their work.
const UNFINISHED: [&str; 2] = ["ICEBERG_OPTIMIZE_MORE_RUNS_NEEDED", "ICEBERG_VACUUM_MORE_RUNS_NEEDED"];

/// The most parts of that work.
const MOST: u32 = 50;

impl Core {
    /// Runs it; `optimize` and `vacuum` until they have done all of their work.
    pub(super) async fn run_hook(&self, text: &str) -> Result<(), EngineError> {
        let statement = Statement::query(text);
        // It may have changed any table.
        self.known.lock().unwrap_or_else(PoisonError::into_inner).clear();
        for _ in 0..MOST {
            let number = self.next_statement();
            match self.attempt(&statement, (&number, 1)).await {
                Ok(_) => return Ok(()),
                Err(failure) if UNFINISHED.iter().any(|word| failure.names(word)) => {}
                Err(failure) => return Err(failure.told(text, 0)),
            }
        }
        Err(EngineError::Unavailable("`optimize` or `vacuum` has not come to its end".to_owned()))
    }
}
