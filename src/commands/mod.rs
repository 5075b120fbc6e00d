//! One file for each command; each is the journey as a short paragraph.

mod baseline;
mod build;
mod changes;
mod check;
mod ci;
mod clean;
mod compile;
mod debug;
mod demo;
mod deploy;
mod deps;
mod discreet;
mod expire;
mod explain;
mod freshness;
mod init;
mod invocation;
mod ls;
mod mending;
mod parse;
mod plan;
mod posting;
mod report;
mod retry;
mod selecting;
mod show;
mod telling;
mod text_of;
mod touched;
mod unit_tests;
mod warehouse;
mod whole;
mod why;

use crate::cli::typed::Typed;
use crate::cli::{Cli, Command, SourceCommand};
use crate::engine::Engine;
use crate::engine::signals::INTERRUPTED;
use crate::error::Error;
use invocation::Invocation;

/// What the process ends with when nothing stopped it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Good,
    /// Findings at error level, or something failed.
    Bad,
    /// Something is missing that cadet needs.
    Unready,
    /// Someone asked cadet to stop.
    Interrupted,
}

impl Verdict {
    fn of(is_bad: bool) -> Self {
        if is_bad { Self::Bad } else { Self::Good }
    }

    /// Of a run that has built something, or was stopped at it.
    fn of_run(is_bad: bool, engine: &dyn Engine) -> Self {
        if engine.is_interrupted() { Self::Interrupted } else { Self::of(is_bad) }
    }

    /// 0, 1, 3 or 130.
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Good => 0,
            Self::Bad => 1,
            Self::Unready => 3,
            Self::Interrupted => INTERRUPTED,
        }
    }
}

/// Runs the command that was typed.
///
/// # Errors
/// When the command could not be carried out; what it found is not an error.
pub fn run(cli: Cli) -> Result<Verdict, Error> {
    let typed = Typed::of(&cli.global, &cli.command);
    match cli.command {
        Command::Retry(args) => retry::run(cli.global, &args),
        command => carry_out(&Invocation::new(cli.global, typed), command),
    }
}

/// Tells the pull request and the runner that the working process died, which could not do so itself any more.
pub fn died(cli: Cli, error: &Error) {
    if !matches!(error, Error::Died(_)) {
        return;
    }
    let typed = Typed::of(&cli.global, &cli.command);
    let invocation = Invocation::new(cli.global, typed);
    match cli.command {
        Command::Ci(args) => posting::Posting::open(&invocation, &args).stopped(&invocation, error),
        Command::Check(_) => posting::Posting::nowhere().stopped(&invocation, error),
        _ => {}
    }
}

/// The command as a call of cadet carries it out.
fn carry_out(invocation: &Invocation, command: Command) -> Result<Verdict, Error> {
    if command.reads_project() {
        changes::refuse_unsafe_events(invocation)?;
    }
    match command {
        Command::Retry(_) => Err(Error::usage("a retry cannot be retried", "retry the run before it")),
        Command::Expire(args) => expire::run(invocation, &args),
        Command::Debug => debug::run(invocation),
        Command::Check(args) => check::run(invocation, &args),
        Command::Init(args) => init::run(invocation, &args),
        Command::Baseline(args) => baseline::run(invocation, &args),
        Command::Deploy(args) => deploy::run(invocation, &args),
        Command::Plan(args) => plan::run(invocation, &args),
        Command::Ci(args) => ci::run(invocation, &args),
        Command::Parse => parse::run(invocation),
        Command::Compile(args) => compile::run(invocation, &args),
        Command::Run(args) => build::run(invocation, &args, build::RUN),
        Command::Seed(args) => build::run(invocation, &args, build::SEED),
        Command::Snapshot(args) => build::run(invocation, &args, build::SNAPSHOT),
        Command::Test(args) => build::run(invocation, &args, build::TEST),
        Command::Build(args) => build::run(invocation, &args, build::BUILD),
        Command::Show(args) => show::run(invocation, &args),
        Command::Deps(args) => deps::run(invocation, &args),
        Command::Clean => clean::run(invocation),
        Command::Ls(args) => ls::run(invocation, &args),
        Command::Source(args) => match args.command {
            SourceCommand::Freshness(args) => freshness::run(invocation, &args),
        },
        Command::Why(args) => why::run(invocation, &args),
        Command::Report(args) => report::run(invocation, &args),
        Command::Explain(args) => explain::run(invocation, &args),
        Command::Demo(args) => demo::run(invocation, &args),
        Command::Completions { shell } => Ok(text_of::completions(invocation, shell)),
        Command::Man { command } => text_of::man(invocation, command.as_deref()),
        Command::Schema => Ok(text_of::schema(invocation)),
    }
}
