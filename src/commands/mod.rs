//! One file for each command; each is the journey as a short paragraph.

mod build;
mod changes;
mod check;
mod ci;
mod compile;
mod demo;
mod deploy;
mod explain;
mod ls;
mod session;

use crate::cli::{Cli, Command};
use crate::error::Error;
use session::Session;

/// What the process ends with when nothing stopped it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Good,
    /// Findings at error level, or something failed.
    Bad,
}

impl Verdict {
    fn of(is_bad: bool) -> Self {
        if is_bad { Self::Bad } else { Self::Good }
    }

    /// 0 or 1.
    pub fn exit_code(self) -> u8 {
        u8::from(self == Self::Bad)
    }
}

/// Runs the command that was typed.
///
/// # Errors
/// When the command could not be carried out; what it found is not an error.
pub fn run(cli: Cli) -> Result<Verdict, Error> {
    let session = Session::new(cli.global);
    match cli.command {
        Command::Check(args) => check::run(&session, &args),
        Command::Deploy(args) => deploy::run(&session, &args),
        Command::Ci(args) => ci::run(&session, &args),
        Command::Compile(args) => compile::run(&session, &args),
        Command::Run(args) => build::run(&session, &args, build::RUN),
        Command::Seed(args) => build::run(&session, &args, build::SEED),
        Command::Test(args) => build::run(&session, &args, build::TEST),
        Command::Build(args) => build::run(&session, &args, build::BUILD),
        Command::Ls(args) => ls::run(&session, &args),
        Command::Explain(args) => explain::run(&session, &args),
        Command::Demo(args) => demo::run(&session, &args),
    }
}
