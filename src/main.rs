//! The binary: parses what was typed, runs it, and says what stopped it, with the way out.

use std::process::ExitCode;

use clap::Parser;

use cadet::cli::Cli;
use cadet::{commands, report};

fn main() -> ExitCode {
    let cli = Cli::parse();
    match commands::run(cli) {
        Ok(verdict) => ExitCode::from(verdict.exit_code()),
        Err(error) => {
            report::text::stop(&error.to_string(), &error.advice());
            ExitCode::from(error.exit_code())
        }
    }
}
