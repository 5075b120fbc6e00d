//! `cadet retry`: what failed or was skipped in an earlier run, done again by the same command with the same flags.
//!
//! Behaviour: `RetryTask` of dbt 1.11. What it has done again is what its own `run_results.json` holds then, so that it can
//! be retried in turn.

use std::collections::BTreeSet;
use std::path::Path;

use clap::Parser;
use serde_json::{Map, Value};

use super::invocation::Invocation;
use super::{Verdict, carry_out};
use crate::cli::typed::{self, Typed};
use crate::cli::{Cli, Global, RetryArgs};
use crate::error::Error;

/// The statuses that are done again.
const AGAIN: [&str; 5] = ["error", "fail", "skipped", "runtime error", "partial success"];

/// An earlier run: how it was called, and what it left.
struct Previous {
    args: Map<String, Value>,
    left: BTreeSet<String>,
}

pub(super) fn run(global: Global, args: &RetryArgs) -> Result<Verdict, Error> {
    let now = Invocation::new(global, Typed::default());
    let folder = now.project_dir()?;
    let state = args.state.clone().unwrap_or_else(|| folder.join("target"));
    let previous = Previous::read(&state)?;
    let which = previous.args.get("which").and_then(Value::as_str).unwrap_or_default().to_owned();
    let again = typed::words(&previous.args).and_then(|words| Cli::try_parse_from(words).ok());
    let again = again.ok_or_else(|| {
        let message = format!("the run in {} cannot be done again: it was `{which}`", state.display());
        Error::usage(message, "run, seed, test, build, deploy and ci can be; for others type the command again")
    })?;
    if previous.left.is_empty() {
        now.out.line("Nothing to do again: every step of the last run went well.");
        return Ok(Verdict::Good);
    }
    let steps = previous.left.len();
    let global = Global {
        target: now.global.target.or(again.global.target),
        vars: now.global.vars.or(again.global.vars),
        threads: now.global.threads.or(again.global.threads),
        ..now.global
    };
    let typed = Typed::of(&global, &again.command);
    let mut invocation = Invocation::new(global, typed);
    invocation.only = Some(previous.left);
    let words = if steps == 1 { "1 step".to_owned() } else { format!("{steps} steps") };
    invocation.out.info(&format!("Going on with `cadet {which}`: {words} failed or skipped."));
    carry_out(&invocation, again.command)
}

impl Previous {
    /// Reads `run_results.json`, dbt's or cadet's.
    fn read(state: &Path) -> Result<Self, Error> {
        let path = state.join("run_results.json");
        let missing = |_| {
            Error::usage(
                format!("there is no earlier run in {}", state.display()),
                "name the folder that holds its run_results.json with --state",
            )
        };
        let text = std::fs::read_to_string(&path).map_err(missing)?;
        let wrong = || {
            Error::usage(
                format!("{} is no run_results.json of dbt or cadet", path.display()),
                "name another folder with --state",
            )
        };
        let read: Value = serde_json::from_str(&text).map_err(|_| wrong())?;
        let results = read.get("results").and_then(Value::as_array).ok_or_else(wrong)?;
        let args = read.get("args").and_then(Value::as_object).cloned().ok_or_else(wrong)?;
        let is_left = |result: &&Value| {
            let id = result["unique_id"].as_str().unwrap_or_default();
            // dbt runs hooks whenever it runs anything.
            result["status"].as_str().is_some_and(|status| AGAIN.contains(&status)) && !id.starts_with("operation.")
        };
        let left = results.iter().filter(is_left).filter_map(|result| result["unique_id"].as_str().map(str::to_owned));
        Ok(Self { left: left.collect(), args })
    }
}
