//! `cadet report`: how the last run ended, in a few lines or as a page; and what the other commands leave for it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::Verdict;
use super::changes;
use super::invocation::Invocation;
use super::posting::{self, ended};
use crate::cli::{ReportArgs, RunArgs};
use crate::engine::Engine;
use crate::error::Error;
use crate::plan::Reason;
use crate::project::Project;
use crate::report::html::{self, LastRun};
use crate::report::record::Record;
use crate::report::{Report, artefacts, terminal, text};
use crate::source::Repo;

pub(super) fn run(invocation: &Invocation, args: &ReportArgs) -> Result<Verdict, Error> {
    let (folder, shown) = match &args.artefacts {
        Some(folder) => (folder.clone(), folder.display().to_string()),
        None => {
            let project = invocation.project_dir()?;
            artefacts::refuse_links(&project)?;
            (project.join("target"), format!("{}target", invocation.paths(&project).prefix))
        }
    };
    let last = LastRun::read(&folder)?;
    terminal::last_run(&html::summary(&last), &invocation.out);
    let Some(file) = &args.html else {
        invocation.out.info("\nTo see all of it as a page: cadet report --html");
        return Ok(Verdict::Good);
    };
    match file {
        Some(file) => write_page(invocation, &last, file, &file.display().to_string())?,
        None => write_page(invocation, &last, &folder.join("report.html"), &format!("{shown}/report.html"))?,
    }
    Ok(Verdict::Good)
}

fn write_page(invocation: &Invocation, last: &LastRun, file: &Path, shown: &str) -> Result<(), Error> {
    artefacts::write(file, html::page(last).as_bytes())?;
    invocation.out.info(&format!("The report as a page: {shown}"));
    Ok(())
}

/// What a run has to tell.
pub(super) struct Told<'a> {
    pub command: &'a str,
    pub project: &'a Project,
    pub report: &'a Report<'a>,
    /// What differs from the base, where there is one.
    pub changed: Option<&'a BTreeMap<String, Reason>>,
    pub verdict: Verdict,
    pub kept: &'a Kept<'a>,
}

/// Where the artefacts of a run are.
#[derive(Default)]
pub(super) struct Kept<'e> {
    /// In words, for people.
    pub shown: String,
    /// One of these places, for the steps that come after: a copy that was asked for comes first.
    pub place: String,
    /// The folder that they were copied to.
    pub copied: Option<PathBuf>,
    /// Who keeps them for others, where someone does.
    pub keeper: Option<&'e dyn Engine>,
}

/// Leaves the run's report beside its other artefacts and with the runner, and writes the page if that was asked for.
pub(super) fn leave(invocation: &Invocation, folder: &Path, told: &Told<'_>, args: &RunArgs) -> Result<(), Error> {
    if invocation.env.in_github {
        let prefix = Repo::discover(folder).map(|repo| repo.prefix().to_owned()).unwrap_or_default();
        let text = changes::texts(told.project);
        posting::for_the_runner(invocation, (told.report, told.verdict), (&prefix, &text));
    }
    keep(invocation, folder, told, args)?;
    show(invocation, folder, args)
}

/// Writes `cadet.json`, and puts it beside the other artefacts wherever those are.
pub(super) fn keep(invocation: &Invocation, folder: &Path, told: &Told<'_>, args: &RunArgs) -> Result<(), Error> {
    let run = invocation.run(told.command, args.full_refresh);
    let record = Record { run: &run, project: told.project, report: told.report, changed: told.changed };
    let value = record.value(ended(told.verdict), &changes::texts(told.project));
    let file = artefacts::write_report(folder, told.kept.copied.as_deref(), &value)?;
    // Who was asked to stop has no time left for it.
    if let Some(keeper) = told.kept.keeper.filter(|_| told.verdict != Verdict::Interrupted)
        && let Err(error) = keeper.keep(&[(artefacts::REPORT.to_owned(), file)])
    {
        text::note(&format!("cadet.json {error}"));
    }
    Ok(())
}

/// Writes the page, if that was asked for.
pub(super) fn show(invocation: &Invocation, folder: &Path, args: &RunArgs) -> Result<(), Error> {
    match &args.html {
        Some(file) => {
            write_page(invocation, &LastRun::read(&folder.join("target"))?, file, &file.display().to_string())
        }
        None => Ok(()),
    }
}
