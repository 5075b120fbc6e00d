//! What can be typed after `compile` and `show`.

use clap::{Args, ValueEnum};

use super::{SelectArgs, StateBaseArgs};

#[derive(Debug, Args)]
pub struct CompileArgs {
    #[command(flatten)]
    pub select: SelectArgs,
    #[command(flatten)]
    pub base: StateBaseArgs,
    /// Compile this query instead, and print it
    #[arg(long, value_name = "QUERY", conflicts_with_all = ["select", "exclude", "selector"])]
    pub inline: Option<String>,
    /// How to print what was named
    #[arg(long, value_name = "FORMAT", default_value = "text", ignore_case = true, alias = "format")]
    pub output: PrintOutput,
}

#[derive(Debug, Args)]
pub struct ShowArgs {
    #[command(flatten)]
    pub select: SelectArgs,
    #[command(flatten)]
    pub base: StateBaseArgs,
    /// Show the rows of this query instead
    #[arg(long, value_name = "QUERY", conflicts_with_all = ["select", "exclude", "selector"])]
    pub inline: Option<String>,
    /// The most rows to show; -1 for all
    #[arg(long, value_name = "N", default_value_t = 5, allow_negative_numbers = true)]
    pub limit: i64,
    /// How to print the rows
    #[arg(long, value_name = "FORMAT", default_value = "text", ignore_case = true, alias = "format")]
    pub output: PrintOutput,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PrintOutput {
    /// For people
    #[value(alias = "human")]
    Text,
    /// For scripts
    Json,
}
