//! The binary: parses what was typed, runs it, and says what stopped it, with the way out.

use std::process::ExitCode;

use clap::Parser;

use cadet::cli::Cli;
use cadet::settings::Environment;
use cadet::{commands, guard, report};

/// Reading a project makes millions of small values on several threads, which the system's allocator is slow at.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = Cli::parse();
    // A panic in a template's rendering is caught and told as a finding; its trace would only be noise.
    std::panic::set_hook(Box::new(|_| {}));
    // What reads a project does so in a process of its own, which may die of it.
    let waited = if cli.command.reads_project() { guard::enter(&Environment::read()) } else { Ok(None) };
    let ended = match waited {
        Ok(Some(code)) => Ok(code),
        Ok(None) => commands::run(cli).map(commands::Verdict::exit_code),
        Err(error) => {
            commands::died(cli, &error);
            Err(error)
        }
    };
    match ended {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            report::terminal::stop(&error);
            ExitCode::from(error.exit_code())
        }
    }
}
