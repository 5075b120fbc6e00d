//! What can be typed after `init`.

use clap::Args;

pub(super) const EXAMPLES: &str = "Examples:
  cadet init --dry-run      show what would be written
  cadet init                write cadet.yaml
  cadet init --cadet-repository https://github.com/<owner>/cadet --cadet-commit <full SHA>
                            write .github/workflows/cadet.yml too, which builds cadet from there
A file that is there already is left as it is, unless --force is given.";

#[derive(Debug, Args)]
pub struct InitArgs {
    /// Print what would be written, and write nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Write anew what is there already
    #[arg(long)]
    pub force: bool,
    /// Write a workflow too, which builds cadet from this git repository
    #[arg(long, value_name = "URL", requires = "cadet_commit")]
    pub cadet_repository: Option<String>,
    /// The commit of that repository, with all its 40 digits
    #[arg(long, value_name = "SHA", requires = "cadet_repository")]
    pub cadet_commit: Option<String>,
}
