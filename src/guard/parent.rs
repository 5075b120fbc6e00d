//! The process that waits: starts the working process, hands signals on, and starts it again without what ended it.

use std::fs::File;
use std::io::{self, Write};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use signal_hook::consts::{SIGCHLD, SIGHUP, SIGINT, SIGKILL, SIGPIPE, SIGQUIT, SIGTERM};
use signal_hook::iterator::Signals;

use super::journal::{Blame, Cause, Folder, Handed, Orders};
use super::work::{Frame, Task, innermost};
use crate::error::Error;
use crate::report::text;
use crate::settings::{Environment, TOKENS, WORKER};

/// The working process is started again at most so often.
const MOST_STARTS: usize = 20;

/// What Rust ends a process with that panicked.
const PANICKED: i32 = 101;

/// How the working process ended.
enum End {
    /// With an exit code of its own, or because someone asked it to.
    Code(u8),
    /// By a signal that nobody sent, or, without one, of a mistake in cadet.
    Died(Option<i32>),
}

/// Starts this executable again with the same arguments, to do the work; returns the exit code to end with.
///
/// # Errors
/// When it cannot be started, or dies of what no file can be blamed for.
pub fn run(env: &Environment) -> Result<u8, Error> {
    let failed = |source| Error::File { action: "use the folder", path: std::env::temp_dir(), source };
    let kept = tempfile::Builder::new().prefix("cadet-").tempdir().map_err(failed)?;
    let folder = Folder::new(kept.path());
    let mut signals = Signals::new([SIGCHLD, SIGINT, SIGTERM]).map_err(failed)?;
    let handed =
        Handed { token: env.github_token().map(str::to_owned), hidden: env.secrets().map(str::to_owned).collect() };
    let mut orders = Orders { parent: std::process::id(), ..Orders::default() };
    for _ in 0..MOST_STARTS {
        folder.give_orders(&orders).and_then(|()| folder.give_secret(&handed)).map_err(failed)?;
        let not_started = |source| Error::File { action: "start", path: executable(), source };
        let mut child = start(kept.path(), &folder, orders.careful).map_err(not_started)?;
        let end = wait(&mut child, &mut signals).map_err(not_started)?;
        let said = orders.careful.then(|| std::fs::read_to_string(folder.stderr()).unwrap_or_default());
        match end {
            End::Code(code) => {
                // Nothing is left to be done when standard error is closed.
                let _ = io::stderr().write_all(said.unwrap_or_default().as_bytes());
                return Ok(code);
            }
            End::Died(_) if folder.is_past_return() => return Err(Error::Died(while_building(&folder))),
            End::Died(signal) => learn(&folder, &mut orders, signal, &said.unwrap_or_default())?,
        }
    }
    Err(Error::Died(Died { files: files(&orders.blamed), at: When::TooOften }))
}

/// What the working process died of, when that ends the run.
#[derive(Debug)]
pub struct Died {
    /// What it was working on, as far as that is known.
    pub files: Vec<String>,
    pub at: When,
}

/// When the working process died.
#[derive(Debug, PartialEq, Eq)]
pub enum When {
    /// While it read, in too many files.
    TooOften,
    /// While it read, and what is known of it does not keep it from dying.
    Reading,
    /// After the first statement, or the first word of its report.
    Building,
}

impl std::fmt::Display for Died {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let files = self.files.join(", ");
        match (&self.at, self.files.is_empty()) {
            (When::TooOften, _) => write!(f, "too many files end cadet when it reads them: {files}"),
            (When::Reading, true) => {
                write!(f, "cadet ended unexpectedly while it read the project, and no file can be blamed")
            }
            (When::Reading, false) => write!(f, "cadet ended unexpectedly while it read {files}"),
            (When::Building, true) => write!(f, "cadet ended unexpectedly before its report was done"),
            (When::Building, false) => {
                write!(f, "cadet ended unexpectedly before its report was done; it was at work on {files}")
            }
        }
    }
}

impl Died {
    /// What the reader can do about it.
    pub fn advice(&self) -> String {
        match self.at {
            When::TooOften => "mend a macro that they share, or these files one after the other, and run again".into(),
            When::Reading => {
                "look at what changed last; if there is nothing unusual in it, tell cadet's developers".into()
            }
            When::Building => "run the same command again; each table is whole, the old one or the new one".into(),
        }
    }
}

/// This executable. On Linux it is this very file, even when another was put in its place meanwhile.
fn executable() -> PathBuf {
    let elsewhere = || std::env::current_exe().unwrap_or_else(|_| "cadet".into());
    if cfg!(target_os = "linux") { "/proc/self/exe".into() } else { elsewhere() }
}

fn start(path: &Path, folder: &Folder, careful: bool) -> io::Result<Child> {
    let mut args = std::env::args_os();
    let mut command = Command::new(executable());
    if let Some(name) = args.next() {
        command.arg0(name);
    }
    if careful {
        // What Rust says of a death tells how it died.
        command.stderr(Stdio::from(File::create(folder.stderr())?));
    }
    // No template, and nothing that is started from here, finds the token.
    for name in TOKENS {
        command.env_remove(name);
    }
    // What one stage frees the next one takes: the memory is not handed back to the kernel, which would hand it out again.
    command.args(args).env("MIMALLOC_PURGE_DELAY", "-1").env(WORKER, path).spawn()
}

/// Waits for the working process, and hands on what this one is told.
///
/// At a terminal both are told already: to be told twice does no harm.
fn wait(child: &mut Child, signals: &mut Signals) -> io::Result<End> {
    let mut asked = None;
    loop {
        for signal in signals.wait() {
            if signal != SIGCHLD {
                asked = Some(signal);
                let signal = if signal == SIGINT { Signal::INT } else { Signal::TERM };
                // It has not been waited for, so that its number is still its own.
                let _ = kill_process(Pid::from_child(child), signal);
            }
        }
        if let Some(status) = child.try_wait()? {
            return Ok(end(status, asked));
        }
    }
}

fn end(status: ExitStatus, asked: Option<i32>) -> End {
    let by_signal = |signal: i32| u8::try_from(128 + signal).unwrap_or(u8::MAX);
    match (status.code(), status.signal()) {
        (Some(PANICKED), _) => End::Died(None),
        (Some(code), _) => End::Code(u8::try_from(code).unwrap_or(u8::MAX)),
        (None, Some(signal)) if [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE].contains(&signal) => {
            End::Code(by_signal(signal))
        }
        (None, signal) => asked.map_or(End::Died(signal), |asked| End::Code(by_signal(asked))),
    }
}

/// Puts what ended the working process into the orders of the next one.
fn learn(folder: &Folder, orders: &mut Orders, signal: Option<i32>, said: &str) -> Result<(), Error> {
    let overdue = folder.overdue();
    let (frames, cause) = match overdue {
        Some(frames) => (frames, Cause::Time),
        None if !orders.careful => {
            text::note("something in the project ended cadet; it reads the files again one by one, to find out which");
            orders.careful = true;
            return Ok(());
        }
        None => (folder.work().into_iter().next().unwrap_or_default(), cause(signal, said)),
    };
    let Some(found) = blame(&frames, cause) else {
        return Err(Error::Died(Died { files: Vec::new(), at: When::Reading }));
    };
    let shared = shared_macro(&orders.blamed, &found);
    let is_known =
        |blame: &Blame| orders.blamed.iter().any(|known| known.path == blame.path && known.task == blame.task);
    if is_known(&found) {
        return Err(Error::Died(Died { files: vec![text::clean_path(&found.path)], at: When::Reading }));
    }
    text::note(&format!("{}: {}; cadet goes on without it", text::clean_path(&found.path), found.message()));
    orders.blamed.extend(shared.filter(|shared| !is_known(shared)));
    orders.blamed.push(found);
    Ok(())
}

fn cause(signal: Option<i32>, said: &str) -> Cause {
    match signal {
        _ if said.contains("has overflowed its stack") => Cause::Stack,
        _ if said.contains("memory allocation of") || said.contains("bad_alloc") => Cause::Memory,
        // It is how the system ends a process when there is no memory left.
        Some(SIGKILL) => Cause::Memory,
        _ => Cause::Other,
    }
}

/// The file that was worked on for its own sake, and the macro that was running for it.
fn blame(frames: &[Frame], cause: Cause) -> Option<Blame> {
    let at = innermost(frames)?;
    let frame = frames.get(at)?;
    let within = frames.get(at + 1..)?.last().and_then(|frame| match &frame.task {
        Task::Macro(id) => Some((id.clone(), frame.path.clone())),
        _ => None,
    });
    Some(Blame { path: frame.path.clone(), task: frame.task.clone(), cause, within })
}

/// The macro that other work died of too: it is left out for all.
fn shared_macro(blamed: &[Blame], found: &Blame) -> Option<Blame> {
    let (id, path) = found.within.clone()?;
    let is_shared =
        |blame: &Blame| (&blame.path, &blame.task) != (&found.path, &found.task) && blame.within == found.within;
    let task = Task::Macro(id);
    blamed.iter().any(is_shared).then_some(Blame { path, task, cause: found.cause, within: None })
}

/// What each thread was at work on.
fn while_building(folder: &Folder) -> Died {
    let frames = folder.overdue().map_or_else(|| folder.work(), |frames| vec![frames]);
    let mut files: Vec<String> =
        frames.iter().filter_map(|frames| Some(text::clean_path(&frames.get(innermost(frames)?)?.path))).collect();
    files.sort();
    files.dedup();
    Died { files, at: When::Building }
}

fn files(blamed: &[Blame]) -> Vec<String> {
    let mut files: Vec<String> = blamed.iter().map(|blame| text::clean_path(&blame.path)).collect();
    files.sort();
    files.dedup();
    files
}
