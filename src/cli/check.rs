//! What can be typed after `check`.

use clap::{Args, ValueEnum};

use super::BaseArgs;

pub(super) const EXAMPLES: &str = "Examples:
  cadet check                      what your branch and your uncommitted work change
  cadet check --base release       compared with another branch
  cadet check --all                the whole project; needs no git
  cadet check models/prison        only findings in this folder
  cadet check --diff               what cadet can fix by itself, as a diff; writes nothing
  cadet check --fix                fix it
  cadet check --format json | jq .findings";

#[derive(Debug, Args)]
pub struct CheckArgs {
    #[command(flatten)]
    pub base: BaseArgs,
    /// Look at the whole project, not only at what changed
    #[arg(long, conflicts_with_all = ["base", "head"])]
    pub all: bool,
    #[command(flatten)]
    pub fix: FixArgs,
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub format: Format,
    /// Show only findings in these files and folders
    #[arg(value_name = "PATH")]
    pub paths: Vec<String>,
}

#[derive(Debug, Args)]
pub struct FixArgs {
    /// Fix what can be fixed without changing what the project means
    #[arg(long, group = "mend", conflicts_with = "head")]
    pub fix: bool,
    /// With --fix or --diff: fix also where a person should look at the outcome
    #[arg(long, requires = "mend")]
    pub unsafe_fixes: bool,
    /// Show what --fix would do as a diff, and write nothing; ends with 1 when there is something to fix
    #[arg(long, group = "mend", conflicts_with = "format")]
    pub diff: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people, with the source lines
    Human,
    /// Workflow commands for a GitHub runner
    Github,
    /// For scripts
    Json,
    /// SARIF 2.1.0, for code scanning and editors
    Sarif,
    /// JUnit's XML, for CI systems that show tests
    Junit,
}

pub(super) const BASELINE_EXAMPLES: &str = "Examples:
  cadet baseline            write down what is wrong today; from then on `cadet check` tells what is new
  cadet baseline --prune    only take out what has been fixed since";

#[derive(Debug, Args)]
pub struct BaselineArgs {
    /// Only take out what does not occur any more, and add nothing
    #[arg(long)]
    pub prune: bool,
}
