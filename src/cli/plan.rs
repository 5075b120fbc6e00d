//! What can be typed after `plan`.

use std::path::PathBuf;

use clap::Args;

use super::{BaseArgs, PlanFormat, SelectArgs};

pub(super) const EXAMPLES: &str =
    "It needs no credentials and reaches no warehouse: it says what `cadet deploy` would do at most.
Examples:
  cadet plan --target dev                        every table that a deploy may write, and where
  cadet plan --target dev --out plan.json        the same, kept in a file
  cadet deploy --target dev --plan plan.json     build that and no more; refused once something has moved
  cadet plan --target dev --format json | jq '.steps[].location'";

#[derive(Debug, Args)]
pub struct PlanArgs {
    #[command(flatten)]
    pub base: BaseArgs,
    #[command(flatten)]
    pub select: SelectArgs,
    /// As `deploy --full-refresh`: incremental models are built from nothing
    #[arg(long, short)]
    pub full_refresh: bool,
    /// Write the plan to this file, for `cadet deploy --plan`
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// How to print the plan
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub format: PlanFormat,
}
