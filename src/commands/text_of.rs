//! `cadet completions`, `cadet man` and `cadet schema`: texts for shells, for `man` and for editors.

use clap::CommandFactory;
use clap_complete::Shell;

use super::Verdict;
use super::invocation::Invocation;
use crate::cli::Cli;
use crate::settings;

/// What a shell needs to complete cadet's commands and flags.
pub(super) fn completions(invocation: &Invocation, shell: Shell) -> Verdict {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "cadet", &mut text);
    print(invocation, &text)
}

/// The man page, in the form that `man` reads.
pub(super) fn man(invocation: &Invocation) -> Verdict {
    let mut text = Vec::new();
    // Nothing can go wrong: it is written to memory.
    let _ = clap_mangen::Man::new(Cli::command()).render(&mut text);
    print(invocation, &text)
}

/// The JSON schema of `cadet.yaml`.
pub(super) fn schema(invocation: &Invocation) -> Verdict {
    print(invocation, settings::schema().as_bytes())
}

fn print(invocation: &Invocation, text: &[u8]) -> Verdict {
    invocation.out.line(String::from_utf8_lossy(text).trim_end());
    Verdict::Good
}
