//! What can be typed after `source`.

use clap::{Args, Subcommand};

use super::{SelectArgs, StateBaseArgs};

pub(super) const EXAMPLES: &str = "Examples:
  cadet source freshness --target prod                  every source that says how old it may be
  cadet source freshness --select source:nomis
  cadet source freshness && cadet build --select source_status:fresher+ --state last_run";

#[derive(Debug, Args)]
pub struct SourceArgs {
    #[command(subcommand)]
    pub command: SourceCommand,
}

#[derive(Debug, Subcommand)]
pub enum SourceCommand {
    /// Ask sources how old their newest row is, and write target/sources.json
    #[command(after_help = EXAMPLES, alias = "snapshot-freshness")]
    Freshness(FreshnessArgs),
}

#[derive(Debug, Args)]
pub struct FreshnessArgs {
    #[command(flatten)]
    pub select: SelectArgs,
    #[command(flatten)]
    pub base: StateBaseArgs,
}
