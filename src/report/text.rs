//! The terminal: the one place that writes to standard output, and makes every line harmless first.

use std::borrow::Cow;
use std::io::{self, IsTerminal, Write};

use anstyle::{AnsiColor, Style};

use super::escape::log::{no_commands, no_commands_in_json, no_commands_in_xml};
pub use super::escape::{clean, clean_path};
use super::secrets;
use crate::guard;

/// When to use colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum ColorChoice {
    Auto,
    Always,
    Never,
}

/// Standard output.
#[derive(Debug)]
pub struct Out {
    pub color: bool,
    pub terminal: bool,
    pub quiet: bool,
    pub verbose: bool,
    /// A GitHub runner reads what is printed: no line of ours may look like a command to it.
    pub in_github: bool,
}

pub const BOLD: Style = Style::new().bold();
pub const DIM: Style = Style::new().dimmed();
pub const GREEN: Style = AnsiColor::Green.on_default();
pub const RED: Style = AnsiColor::Red.on_default();
pub const YELLOW: Style = AnsiColor::Yellow.on_default();
pub const CYAN: Style = AnsiColor::Cyan.on_default();

impl Out {
    /// Standard output as it is: a terminal or not.
    pub fn new(choice: ColorChoice, no_color: bool, in_github: bool) -> Self {
        let terminal = io::stdout().is_terminal();
        let color = match choice {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto => terminal && !no_color,
        };
        Self { color, terminal, quiet: false, verbose: false, in_github }
    }

    /// Prints text and a line break.
    pub fn line(&self, text: &str) {
        let text = if self.in_github { Cow::Owned(no_commands(text)) } else { Cow::Borrowed(text) };
        self.write(&text);
    }

    /// Prints JSON, which stays what it is.
    pub fn json(&self, text: &str) {
        let text = if self.in_github { Cow::Owned(no_commands_in_json(text)) } else { Cow::Borrowed(text) };
        self.write(&text);
    }

    /// Prints XML, which stays what it is.
    pub fn xml(&self, text: &str) {
        let text = if self.in_github { Cow::Owned(no_commands_in_xml(text)) } else { Cow::Borrowed(text) };
        self.write(&text);
    }

    /// Prints a line unless `--quiet` was given.
    pub fn info(&self, text: &str) {
        if !self.quiet {
            self.line(text);
        }
    }

    /// Prints a workflow command, which the caller has escaped.
    pub fn command(&self, command: &str) {
        self.write(command);
    }

    fn write(&self, text: &str) {
        guard::no_return();
        let mut out = io::stdout().lock();
        // The reader may have gone away (`| head`): the run goes on, and its exit code still tells.
        let _ = writeln!(out, "{}", secrets::hidden(text)).and_then(|()| out.flush());
    }

    /// Text in a style, if there is colour.
    pub fn paint(&self, style: Style, text: &str) -> String {
        if self.color { format!("{style}{text}{style:#}") } else { text.to_owned() }
    }
}

/// Says on standard error what stopped cadet, and the way out.
pub fn stop(message: &str, advice: &str) {
    let text = no_commands(&clean(&format!("error: {message}\nhelp: {advice}")));
    // Nothing is left to be done when standard error is closed.
    let _ = writeln!(io::stderr().lock(), "{}", secrets::hidden(&text));
}

/// The same of a finding as it is shown, which is clean.
pub fn stopped(shown: &str) {
    // Nothing is left to be done when standard error is closed.
    let _ = writeln!(io::stderr().lock(), "{}", secrets::hidden(&no_commands(shown)));
}

/// Says something on standard error, where it is in nobody's way.
pub fn note(message: &str) {
    // Nothing is left to be done when standard error is closed.
    let _ = writeln!(io::stderr().lock(), "note: {}", secrets::hidden(&no_commands(&clean(message))));
}

/// Hands on what the template of a node printed, on standard error.
pub fn said(node: Option<&str>, message: &str) {
    let from = node.map_or_else(String::new, |node| format!("{}: ", clean(node)));
    // Nothing is left to be done when standard error is closed.
    let _ = writeln!(io::stderr().lock(), "{}", secrets::hidden(&no_commands(&format!("{from}{}", clean(message)))));
}
