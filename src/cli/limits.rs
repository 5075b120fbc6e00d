//! What a run on Athena may do and cost.

use clap::Args;

use crate::settings::bytes::Bytes;

#[derive(Debug, Clone, Copy, Default, Args)]
pub struct LimitArgs {
    /// On Athena: begin no query once all of them have read so much, such as 500M, 10G or 1T
    #[arg(long, value_name = "AMOUNT", value_parser = Bytes::read)]
    pub max_bytes: Option<Bytes>,
    /// On Athena: replace tables that a newer commit of this branch has built, too
    #[arg(long)]
    pub replace_newer: bool,
}
