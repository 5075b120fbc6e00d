//! What can be typed after `ls`.

use clap::{Args, ValueEnum};

use super::kinds::{EXCLUDED_TYPES, INCLUDED_TYPES};
use super::{HowArgs, StateBaseArgs};

#[derive(Debug, Args)]
pub struct LsArgs {
    /// Nodes to take: names, paths, tag:, source:, state: and more, with + for parents and children
    #[arg(long, short, value_name = "SELECTOR", num_args = 1..)]
    pub select: Vec<String>,
    /// As --select, but lists models only
    #[arg(long, short, value_name = "SELECTOR", num_args = 1.., alias = "model", conflicts_with_all = ["select", "resource_type"])]
    pub models: Vec<String>,
    #[command(flatten)]
    pub how: HowArgs,
    #[command(flatten)]
    pub base: StateBaseArgs,
    /// List only nodes of these kinds; `all` adds analyses to the default
    #[arg(long, value_name = "TYPE", num_args = 1.., alias = "resource-types", value_parser = INCLUDED_TYPES)]
    pub resource_type: Vec<String>,
    /// List no nodes of these kinds
    #[arg(long, value_name = "TYPE", num_args = 1.., alias = "exclude-resource-types", value_parser = EXCLUDED_TYPES)]
    pub exclude_resource_type: Vec<String>,
    #[arg(long, value_name = "WHAT", default_value = "selector", ignore_case = true)]
    pub output: ListOutput,
    /// What --output json writes of each node, for example: name config.materialized
    #[arg(long, value_name = "KEY", num_args = 1..)]
    pub output_keys: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ListOutput {
    /// As it would be selected: the fqn with dots, or source:… and the like
    Selector,
    Name,
    Path,
    Json,
}
