//! What can be typed, and nothing more.

mod check;
mod ci;
mod debug;
mod deps;
mod examples;
mod expire;
mod init;
mod kinds;
mod limits;
mod ls;
mod plan;
mod report;
mod retry;
mod show;
mod source;
pub mod typed;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use kinds::{EXCLUDED_TYPES, INCLUDED_TYPES};

use crate::report::text::ColorChoice;
use crate::select::Indirect;

pub use check::{BaselineArgs, CheckArgs, FixArgs, Format};
pub use ci::CiArgs;
pub use deps::{DepsArgs, PackageSource};
pub use expire::ExpireArgs;
pub use init::InitArgs;
pub use limits::LimitArgs;
pub use ls::{ListOutput, LsArgs};
pub use plan::PlanArgs;
pub use report::ReportArgs;
pub use retry::RetryArgs;
pub use show::{CompileArgs, PrintOutput, ShowArgs};
pub use source::{FreshnessArgs, SourceArgs, SourceCommand};

/// Checks a dbt project on every pull request, deploys what changed, tests it, and tells people what happened.
#[derive(Debug, Parser)]
#[command(
    name = "cadet",
    version,
    max_term_width = 100,
    after_help = "Examples:
  cadet demo                          see everything on a small example
  cadet check                         check what your branch changes
  cadet deploy --source-data data     build and test what your branch changes, on a local DuckDB
  cadet build --select +my_db__my_table
  cadet explain naming/model-file     what a rule asks for, and why

Exit codes: 0 nothing wrong, 1 something to fix, 2 bad usage or settings, 3 the run could not be done,
130 interrupted."
)]
pub struct Cli {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Options of every command")]
pub struct Global {
    /// The folder with dbt_project.yml [default: this one, one above it, or the only one below it]
    #[arg(long, global = true, value_name = "DIR")]
    pub project_dir: Option<PathBuf>,
    /// The folder with profiles.yml [default: DBT_PROFILES_DIR, the project's folder, or ~/.dbt]
    #[arg(long, global = true, value_name = "DIR")]
    pub profiles_dir: Option<PathBuf>,
    /// A target of profiles.yml; `local` is the profile's default target on the embedded DuckDB
    #[arg(long, short, global = true, value_name = "NAME")]
    pub target: Option<String>,
    /// Variables as YAML, for example '{start: 2024-01-01}'; they win over those in dbt_project.yml
    #[arg(long, global = true, value_name = "YAML")]
    pub vars: Option<String>,
    /// How many tables to build at the same time [default: the target's `threads`]
    #[arg(long, global = true, value_name = "N")]
    pub threads: Option<usize>,
    /// When to use colour; NO_COLOR is respected
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub color: ColorChoice,
    /// Print findings and the result only
    #[arg(long, short, global = true)]
    pub quiet: bool,
    /// Print every step, passed tests and sources too
    #[arg(long, short, global = true, conflicts_with = "quiet")]
    pub verbose: bool,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Check what changed between the base and your files
    #[command(after_help = check::EXAMPLES)]
    Check(CheckArgs),
    /// Write a cadet.yaml, and a workflow, that fit the project
    #[command(after_help = init::EXAMPLES)]
    Init(InitArgs),
    /// Write down the findings of today, so that `check` tells only what is new
    #[command(after_help = check::BASELINE_EXAMPLES)]
    Baseline(BaselineArgs),
    /// Build and test what changed and everything downstream of it
    #[command(after_help = "Examples:
  cadet deploy --source-data data          sources from data/<database>/<table>.csv
  cadet deploy --dry-run --format json     the plan for scripts, each step with its reason
  cadet deploy --select my_db__my_table+   a part of the project instead of what changed
  cadet deploy --full-refresh              build incremental models from nothing
  cadet deploy --target dev                on Athena, when profiles.yml says that dev is there")]
    Deploy(DeployArgs),
    /// Say what a deploy would do at most, without credentials
    #[command(after_help = plan::EXAMPLES)]
    Plan(PlanArgs),
    /// Check, deploy and report, as on a pull request
    #[command(after_help = ci::EXAMPLES)]
    Ci(CiArgs),
    /// Read the project and write target/manifest.json
    #[command(after_help = examples::PARSE)]
    Parse,
    /// Write the SQL of models and tests to target/compiled
    #[command(after_help = "Examples:
  cadet compile                            the whole project, unit tests too
  cadet compile -q --select my_db__my_table        print the SQL of one model
  cadet compile -q --inline \"select * from {{ ref('my_db__my_table') }}\"")]
    Compile(CompileArgs),
    /// Show rows of a model, a seed or a test, or of a query
    #[command(after_help = "It writes nothing. What a model reads must be built in the target.
Examples:
  cadet show --select my_db__my_table
  cadet show --select not_null_my_db__my_table_id --limit -1     the rows that break a test
  cadet show --inline \"select count(*) as n from {{ ref('my_db__my_table') }}\"
  cadet show --select my_db__my_table --output json | jq .show")]
    Show(ShowArgs),
    /// Build models
    #[command(after_help = examples::RUN)]
    Run(BuildArgs),
    /// Load seeds
    #[command(after_help = examples::SEED)]
    Seed(BuildArgs),
    /// Bring the histories of snapshots up to date
    #[command(after_help = examples::SNAPSHOT)]
    Snapshot(BuildArgs),
    /// Run data tests and unit tests
    #[command(after_help = "Examples:
  cadet test --select my_db__my_table
  cadet test --select test_type:unit              unit tests only; they need no data
  cadet test --exclude-resource-type unit_test    data tests only")]
    Test(BuildArgs),
    /// Load seeds, run unit tests, build models and run data tests, in the order of the graph
    #[command(after_help = "Examples:
  cadet build --select +my_db__my_table
  cadet build --exclude-resource-type unit_test
A model whose unit test fails is not built.")]
    Build(BuildArgs),
    /// Do again what failed or was skipped in the last run
    #[command(after_help = retry::EXAMPLES)]
    Retry(RetryArgs),
    /// Remove old tables that cadet built in a target on Athena
    #[command(after_help = expire::EXAMPLES)]
    Expire(ExpireArgs),
    /// Check that cadet has everything it needs: project, settings, credentials, permissions
    #[command(after_help = debug::EXAMPLES)]
    Debug,
    /// Install the packages of packages.yml or dependencies.yml, and lock their versions
    #[command(after_help = deps::EXAMPLES)]
    Deps(DepsArgs),
    /// Remove the folders of `clean-targets` in dbt_project.yml, such as target and dbt_packages
    #[command(after_help = examples::CLEAN)]
    Clean,
    /// List nodes
    #[command(
        alias = "list",
        after_help = "Examples:
  cadet ls --select tag:daily
  cadet ls --select +my_db__my_table --resource-type model --output path"
    )]
    Ls(LsArgs),
    /// Ask sources how old they are
    Source(SourceArgs),
    /// Say why a model, seed or test is in the change, or why it is not
    #[command(after_help = "Examples:
  cadet why my_db__my_table
  cadet why my_db__my_table --base release
  cadet why my_db__my_table tag:daily --format json | jq '.nodes[].causes'")]
    Why(WhyArgs),
    /// Tell how the last run ended, in a few lines or as a page
    #[command(after_help = report::EXAMPLES)]
    Report(ReportArgs),
    /// Explain a rule, or list all of them
    #[command(after_help = examples::EXPLAIN)]
    Explain(ExplainArgs),
    /// Show everything on a small example, in a temporary folder
    #[command(after_help = examples::DEMO)]
    Demo(DemoArgs),
    /// Print what a shell needs to complete commands and flags
    #[command(after_help = "Examples:
  cadet completions bash > ~/.local/share/bash-completion/completions/cadet
  cadet completions zsh > ~/.zfunc/_cadet
  cadet completions fish > ~/.config/fish/completions/cadet.fish")]
    Completions { shell: clap_complete::Shell },
    /// Print the man page, of cadet or of one of its commands
    #[command(after_help = "Examples:
  cadet man > ~/.local/share/man/man1/cadet.1
  cadet man check > ~/.local/share/man/man1/cadet-check.1")]
    Man {
        /// The command, for example check
        command: Option<String>,
    },
    /// Print the JSON schema of cadet.yaml, for editors
    #[command(after_help = "Put this line at the top of cadet.yaml, with the path of the file that you wrote:
  # yaml-language-server: $schema=cadet.schema.json")]
    Schema,
}

impl Command {
    /// Whether the command reads a dbt project; the others read nothing that anyone else wrote.
    pub fn reads_project(&self) -> bool {
        !matches!(self, Self::Explain(_) | Self::Completions { .. } | Self::Man { .. } | Self::Schema)
    }
}

#[derive(Debug, Args)]
pub struct BaseArgs {
    /// The branch or commit that you will merge into [default: the pull request's base, or main]
    #[arg(long, value_name = "REF")]
    pub base: Option<String>,
    /// Look at this commit instead of the files in the working tree
    #[arg(long, value_name = "REF")]
    pub head: Option<String>,
}

#[derive(Debug, Args)]
pub struct SelectArgs {
    /// Nodes to take: names, paths, tag:, source:, state: and more, with + for parents and children
    #[arg(
        long,
        short,
        value_name = "SELECTOR",
        num_args = 1..,
        visible_alias = "models",
        alias = "model",
        short_alias = 'm'
    )]
    pub select: Vec<String>,
    #[command(flatten)]
    pub how: HowArgs,
}

/// What a selection says besides the nodes to take.
#[derive(Debug, Args)]
pub struct HowArgs {
    /// Nodes to leave out
    #[arg(long, value_name = "SELECTOR", num_args = 1..)]
    pub exclude: Vec<String>,
    /// Take what this selector of selectors.yml names
    #[arg(long, value_name = "NAME", overrides_with = "selector")]
    pub selector: Option<String>,
    /// Which tests come with the nodes that they test
    #[arg(long, value_name = "MODE", default_value = "eager", ignore_case = true)]
    pub indirect_selection: Indirect,
    /// Compare with the artefacts in this folder: for state:, result: and source_status:
    #[arg(long, value_name = "DIR")]
    pub state: Option<PathBuf>,
}

/// For commands that look at a base only when `state:` is asked for.
#[derive(Debug, Args)]
pub struct StateBaseArgs {
    /// Without --state, `state:` compares with this branch or commit [default: the pull request's base, or main]
    #[arg(long, value_name = "REF", conflicts_with = "state")]
    pub base: Option<String>,
}

#[derive(Debug, Args)]
pub struct RunArgs {
    /// Build incremental models from nothing
    #[arg(long, short)]
    pub full_refresh: bool,
    /// Stop after the first failure
    #[arg(long, short = 'x')]
    pub fail_fast: bool,
    /// On Athena: read what did not change from production, unless the target has it newer [default in `ci`]
    #[arg(long)]
    pub defer: bool,
    /// On Athena: build what did not change, and is not there, in the target too
    #[arg(long, overrides_with = "defer")]
    pub no_defer: bool,
    /// A folder with <database>/<table>.csv for the sources [default: empty tables]
    #[arg(long, value_name = "DIR")]
    pub source_data: Option<PathBuf>,
    /// Copy the artefacts to DIR/dev/run_artefacts/run_time=…/
    #[arg(long, value_name = "DIR", value_parser = folder)]
    pub artefacts_to: Option<PathBuf>,
    #[command(flatten)]
    pub limits: LimitArgs,
    /// Write the report as one HTML page to this file
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
}

/// A folder of this machine, and no address.
fn folder(text: &str) -> Result<PathBuf, String> {
    match text.contains("://") {
        true => Err("it is no folder; artefacts go to S3 by the setting `athena.artefacts`".to_owned()),
        false => Ok(text.into()),
    }
}

#[derive(Debug, Args)]
pub struct BuildArgs {
    #[command(flatten)]
    pub select: SelectArgs,
    /// Take only nodes of these kinds
    #[arg(long, value_name = "TYPE", num_args = 1.., alias = "resource-types", value_parser = INCLUDED_TYPES)]
    pub resource_type: Vec<String>,
    /// Leave out nodes of these kinds
    #[arg(long, value_name = "TYPE", num_args = 1.., alias = "exclude-resource-types", value_parser = EXCLUDED_TYPES)]
    pub exclude_resource_type: Vec<String>,
    #[command(flatten)]
    pub base: StateBaseArgs,
    #[command(flatten)]
    pub run: RunArgs,
}

#[derive(Debug, Args)]
pub struct DeployArgs {
    #[command(flatten)]
    pub base: BaseArgs,
    #[command(flatten)]
    pub select: SelectArgs,
    #[command(flatten)]
    pub run: RunArgs,
    /// Print the plan and build nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Do what this plan of `cadet plan` allows and no more; refused when anything has moved since
    #[arg(long, value_name = "FILE", conflicts_with = "dry_run")]
    pub plan: Option<PathBuf>,
    /// How to print the plan
    #[arg(long, value_name = "FORMAT", default_value = "human", requires = "dry_run")]
    pub format: PlanFormat,
}

#[derive(Debug, Args)]
pub struct WhyArgs {
    /// The nodes: names, or anything that selects
    #[arg(value_name = "NODE", required = true)]
    pub nodes: Vec<String>,
    #[command(flatten)]
    pub base: BaseArgs,
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub format: PlanFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PlanFormat {
    /// For people
    Human,
    /// For scripts
    Json,
}

#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// The rule, for example naming/model-file
    pub rule: Option<String>,
    /// Write the page of every rule into this folder
    #[arg(long, value_name = "DIR", hide = true)]
    pub pages: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct DemoArgs {
    /// Make the example's repository here instead of in a temporary folder, and keep it
    #[arg(long, value_name = "DIR")]
    pub keep: Option<PathBuf>,
}
