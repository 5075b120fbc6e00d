//! `cadet completions`, `cadet man` and `cadet schema`: texts for shells, for `man` and for editors.

use clap::CommandFactory;
use clap_complete::Shell;

use super::Verdict;
use super::invocation::Invocation;
use crate::cli::Cli;
use crate::error::Error;
use crate::project::problem::did_you_mean;
use crate::settings;

/// What a shell needs to complete cadet's commands and flags.
pub(super) fn completions(invocation: &Invocation, shell: Shell) -> Verdict {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "cadet", &mut text);
    print(invocation, &text)
}

/// The man page of cadet or of one of its commands, in the form that `man` reads.
pub(super) fn man(invocation: &Invocation, command: Option<&str>) -> Result<Verdict, Error> {
    let mut cadet = Cli::command();
    let page = match command {
        None => cadet,
        Some(name) => {
            // Only then a command knows its whole name, and the options of every command.
            cadet.build();
            let known = || cadet.get_subcommands().map(clap::Command::get_name);
            let unknown = || {
                let near = did_you_mean(name, known()).map(|near| format!("did you mean `{near}`?"));
                Error::usage(
                    format!("cadet has no command `{name}`"),
                    near.unwrap_or_else(|| "`cadet --help` lists them".to_owned()),
                )
            };
            cadet.find_subcommand(name).ok_or_else(unknown)?.clone()
        }
    };
    let mut text = Vec::new();
    // Nothing can go wrong: it is written to memory.
    let _ = clap_mangen::Man::new(page).render(&mut text);
    Ok(print(invocation, &text))
}

/// The JSON schema of `cadet.yaml`.
pub(super) fn schema(invocation: &Invocation) -> Verdict {
    print(invocation, settings::schema().as_bytes())
}

fn print(invocation: &Invocation, text: &[u8]) -> Verdict {
    invocation.out.line(String::from_utf8_lossy(text).trim_end());
    Verdict::Good
}
