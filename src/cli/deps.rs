//! What can be typed after `cadet deps`.

use clap::{Args, ValueEnum};

use super::PlanFormat;

pub(super) const EXAMPLES: &str = "Examples:
  cadet deps                                         as locked; a list that changed is locked anew
  cadet deps --upgrade                               the newest versions that the list allows
  cadet deps --lock                                  write package-lock.yml, and install nothing
  cadet deps --add-package dbt-labs/dbt_utils@1.3.0
  cadet deps --add-package https://github.com/dbt-labs/dbt-codegen.git@0.13.1 --source git

No other command fetches anything. Packages of the hub come from hub.getdbt.com, others from the
addresses in the list. It refuses to run beside credentials of AWS.";

#[derive(Debug, Args)]
pub struct DepsArgs {
    /// Write package-lock.yml if it is out of date, and install nothing
    #[arg(long)]
    pub lock: bool,
    /// Look for newer versions, even if package-lock.yml is up to date
    #[arg(long)]
    pub upgrade: bool,
    /// Add a package to the list first
    #[arg(long, value_name = "NAME@VERSION")]
    pub add_package: Option<String>,
    /// Where the package that is added comes from
    #[arg(long, value_name = "SOURCE", default_value = "hub", requires = "add_package")]
    pub source: PackageSource,
    /// How to print what was installed
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub format: PlanFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PackageSource {
    /// owner/name of the hub
    Hub,
    /// The address of a repository
    Git,
    /// A folder of the project
    Local,
}
