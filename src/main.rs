//! The binary: parses what was typed, runs it, and says what stopped it, with the way out.

use std::process::ExitCode;

use clap::Parser;

use cadet::cli::Cli;
use cadet::{commands, report};

/// Reading a project makes millions of small values on several threads, which the system's allocator is slow at.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = Cli::parse();
    // A panic in a template's rendering is caught and told as a finding; its trace would only be noise.
    std::panic::set_hook(Box::new(|_| {}));
    match commands::run(cli) {
        Ok(verdict) => ExitCode::from(verdict.exit_code()),
        Err(error) => {
            report::text::stop(&error.to_string(), &error.advice());
            ExitCode::from(error.exit_code())
        }
    }
}
