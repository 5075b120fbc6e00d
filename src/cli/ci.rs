//! What can be typed after `ci`.

use std::path::PathBuf;

use clap::Args;

use super::{BaseArgs, RunArgs};

pub(super) const EXAMPLES: &str =
    "In a GitHub workflow it writes annotations, the job's summary and the step's outputs; with GITHUB_TOKEN in the
environment it also keeps one comment on the pull request up to date. See docs/report.md.
Examples:
  cadet ci --comment-file comment.md --artefacts-to upload
  cadet ci --target dev --deployment dev --suggest";

#[derive(Debug, Args)]
pub struct CiArgs {
    #[command(flatten)]
    pub base: BaseArgs,
    #[command(flatten)]
    pub run: RunArgs,
    /// Write the pull request's comment to this file
    #[arg(long, value_name = "FILE")]
    pub comment_file: Option<PathBuf>,
    /// Offer up to 20 fixes as suggestions on the changed lines of the pull request
    #[arg(long)]
    pub suggest: bool,
    /// Tell GitHub that the pull request is deployed to this environment, for example dev
    #[arg(long, value_name = "ENVIRONMENT")]
    pub deployment: Option<String>,
    /// Post nothing on GitHub: the report is in the log, the job's summary and the step's outputs
    #[arg(long, conflicts_with_all = ["suggest", "deployment"])]
    pub no_post: bool,
}
