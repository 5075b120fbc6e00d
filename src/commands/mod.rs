//! One file for each command; each is the journey as a short paragraph.

mod baseline;
mod build;
mod changes;
mod check;
mod ci;
mod clean;
mod compile;
mod demo;
mod deploy;
mod deps;
mod explain;
mod init;
mod invocation;
mod ls;
mod mending;
mod parse;
mod selecting;
mod show;
mod text_of;
mod unit_tests;
mod whole;
mod why;

use crate::cli::{Cli, Command};
use crate::error::Error;
use invocation::Invocation;

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
    let invocation = Invocation::new(cli.global);
    match cli.command {
        Command::Check(args) => check::run(&invocation, &args),
        Command::Init(args) => init::run(&invocation, &args),
        Command::Baseline(args) => baseline::run(&invocation, &args),
        Command::Deploy(args) => deploy::run(&invocation, &args),
        Command::Ci(args) => ci::run(&invocation, &args),
        Command::Parse => parse::run(&invocation),
        Command::Compile(args) => compile::run(&invocation, &args),
        Command::Run(args) => build::run(&invocation, &args, build::RUN),
        Command::Seed(args) => build::run(&invocation, &args, build::SEED),
        Command::Test(args) => build::run(&invocation, &args, build::TEST),
        Command::Build(args) => build::run(&invocation, &args, build::BUILD),
        Command::Show(args) => show::run(&invocation, &args),
        Command::Deps(args) => deps::run(&invocation, &args),
        Command::Clean => clean::run(&invocation),
        Command::Ls(args) => ls::run(&invocation, &args),
        Command::Why(args) => why::run(&invocation, &args),
        Command::Explain(args) => explain::run(&invocation, &args),
        Command::Demo(args) => demo::run(&invocation, &args),
        Command::Completions { shell } => Ok(text_of::completions(&invocation, shell)),
        Command::Man { command } => text_of::man(&invocation, command.as_deref()),
        Command::Schema => Ok(text_of::schema(&invocation)),
    }
}
