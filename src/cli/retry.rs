//! What `cadet retry` takes.

use std::path::PathBuf;

use clap::Args;

pub(super) const EXAMPLES: &str = "What failed or was skipped is done again, by the same command with the same flags.
--vars, --threads and --target of this call win.
Examples:
  cadet retry
  cadet retry --state results-of-last-night     the folder with its run_results.json";

#[derive(Debug, Args)]
pub struct RetryArgs {
    /// The folder with the run_results.json of the run to go on with [default: target]
    #[arg(long, value_name = "DIR")]
    pub state: Option<PathBuf>,
}
