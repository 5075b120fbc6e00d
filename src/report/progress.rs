//! What is seen while a plan is carried out: a bar on a terminal, plain lines elsewhere.

use std::sync::Mutex;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::terminal;
use super::text::{Out, clean_path};
use crate::deploy::{Outcome, Progress, Status};
use crate::project::ResourceType;

/// Shows the steps as they end, and on a terminal what is running.
pub struct Shown<'a> {
    out: &'a Out,
    bar: Option<ProgressBar>,
    running: Mutex<Vec<String>>,
}

impl<'a> Shown<'a> {
    /// A display for so many steps.
    pub fn new(out: &'a Out, steps: usize) -> Self {
        let bar = (out.terminal && !out.quiet && steps > 0).then(|| {
            let bar = ProgressBar::new(u64::try_from(steps).unwrap_or_default());
            if let Ok(style) = ProgressStyle::with_template("{bar:24} {pos}/{len} {wide_msg}") {
                bar.set_style(style);
            }
            bar.enable_steady_tick(Duration::from_millis(120));
            bar
        });
        Self { out, bar, running: Mutex::new(Vec::new()) }
    }

    /// Takes the bar away.
    pub fn end(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }

    fn show(&self, change: impl FnOnce(&mut Vec<String>)) {
        let Ok(mut running) = self.running.lock() else { return };
        change(&mut running);
        if let Some(bar) = &self.bar {
            bar.set_message(running.join(", "));
        }
    }

    /// Sources and passed tests are many and say little.
    fn is_worth_a_line(&self, outcome: &Outcome) -> bool {
        let good = matches!(outcome.status, Status::Success | Status::Pass);
        let many = matches!(outcome.kind, ResourceType::Source | ResourceType::Test | ResourceType::UnitTest);
        let skipped_test = outcome.kind == ResourceType::Test && outcome.status == Status::Skipped;
        self.out.verbose || !((good && many) || skipped_test)
    }
}

/// Says what is waited for, on a terminal, once it has taken a second.
pub struct Waiting {
    bar: Option<ProgressBar>,
}

impl Waiting {
    /// Nothing is shown yet.
    pub fn new(out: &Out) -> Self {
        let bar = (out.terminal && !out.quiet).then(|| {
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
            if let Ok(style) = ProgressStyle::with_template("{spinner} {wide_msg}") {
                bar.set_style(style);
            }
            let shown = bar.clone();
            // Ends by itself; the process does not wait for it.
            drop(std::thread::spawn(move || {
                std::thread::sleep(Duration::from_secs(1));
                if !shown.is_finished() {
                    shown.set_draw_target(ProgressDrawTarget::stderr());
                    shown.enable_steady_tick(Duration::from_millis(120));
                }
            }));
            bar
        });
        Self { bar }
    }

    /// What is being done now.
    pub fn show(&self, what: &str) {
        if let Some(bar) = &self.bar {
            bar.set_message(clean_path(what));
        }
    }

    /// Takes the line away.
    pub fn end(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

impl Progress for Shown<'_> {
    fn started(&self, name: &str) {
        self.show(|running| running.push(name.to_owned()));
    }

    fn finished(&self, outcome: &Outcome) {
        self.show(|running| running.retain(|name| *name != outcome.name));
        if !self.out.quiet && self.is_worth_a_line(outcome) {
            let line = terminal::outcome(outcome, self.out);
            match &self.bar {
                Some(bar) => bar.suspend(|| self.out.line(&line)),
                None => self.out.line(&line),
            }
        }
        if let Some(bar) = &self.bar {
            bar.inc(1);
        }
    }
}
