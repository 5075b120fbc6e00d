//! Where `cadet ci` writes its report: on the pull request as far as it may, and in the job's summary in any case.

use std::path::Path;

use super::Verdict;
use super::changes;
use super::ci::or_lost;
use super::deploy::Watched;
use super::discreet::Discreet;
use super::invocation::Invocation;
use super::telling::Telling;
use crate::cli::CiArgs;
use crate::deploy::{Outcome, Progress};
use crate::error::Error;
use crate::github::{CheckRun, Deployment, Desk, Live, Trouble, Who};
use crate::guard;
use crate::report::around::{Around, Links};
use crate::report::markdown::{self, Page, State};
use crate::report::{Aside, Report, annotations, artefacts, counted, escape, outputs, suggestions};
use crate::source::Repo;

/// The pull request's page, if cadet may write on it.
pub(super) struct Posting {
    desk: Option<Desk>,
    marker: String,
    /// The name of the check run.
    check: String,
    /// What is not on the page, and why.
    notes: Vec<String>,
}

impl Posting {
    /// Prepares to post; nothing is sent yet.
    pub(super) fn open(invocation: &Invocation, args: &CiArgs) -> Self {
        let folder = invocation.project_dir().ok();
        let prefix = folder.and_then(|folder| Some(Repo::discover(&folder).ok()?.prefix().to_owned()));
        let target = invocation.global.target.clone().unwrap_or_default();
        let prefix = prefix.unwrap_or_default();
        let marker = markdown::marker(&format!("{prefix}\n{target}"));
        let check = check_name(&prefix, &target);
        let is_wanted = invocation.env.in_github && !args.no_post;
        let mut notes = Vec::new();
        let desk = is_wanted.then(|| Desk::open(&invocation.env, guard::github_token(), &marker));
        let desk =
            desk.and_then(|opened| opened.map_err(|why| notes.push(format!("There is no comment: {why}."))).ok());
        Self { desk, marker, check, notes }
    }

    /// Of a command that posts nothing: what there is goes to the runner alone.
    pub(super) fn nowhere() -> Self {
        Self { desk: None, marker: String::new(), check: String::new(), notes: Vec::new() }
    }

    /// Does the work, and keeps the comment up to date meanwhile.
    pub(super) fn live(&mut self, telling: &Telling<'_>, shown: &dyn Progress, work: Watched<'_>) -> Vec<Outcome> {
        let discreet = Discreet::always(&telling.request.head);
        let shown = &discreet.shown_to(shown);
        let Some(desk) = &mut self.desk else { return work(shown) };
        let (live, marker) = (Live::new(shown), &self.marker);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                live.write(desk, &|outcomes| telling.so_far(outcomes, |page| markdown::comment(page, marker)));
            });
            let outcomes = work(&live);
            live.over();
            outcomes
        })
    }

    /// Writes the report to everyone who waits for it.
    pub(super) fn tell(
        &mut self,
        invocation: &Invocation,
        args: &CiArgs,
        telling: &Telling<'_>,
        (report, verdict): (&Report<'_>, Verdict),
    ) {
        let request = telling.request;
        let text = changes::texts(&request.head);
        let ended = ended(verdict);
        if ended == outputs::Verdict::Interrupted {
            self.desk.iter().for_each(Desk::hurry);
        }
        let state = State::Over(ended);
        let page = |notes: &[String]| Page {
            report,
            prefix: &request.prefix,
            text: &text,
            state: state.clone(),
            notes: notes.to_vec(),
        };
        self.annotate(invocation, telling, (report, &page(&[])));
        if args.suggest {
            self.suggest(invocation, telling, report);
        }
        if let Some(environment) = &args.deployment {
            self.deployment(invocation, environment, (report, ended));
        }
        let comment = markdown::comment(&page(&self.notes), &self.marker);
        let url = self.comment(invocation, &comment);
        if let Some(file) = &args.comment_file {
            let written = artefacts::write(file, comment.as_bytes());
            if written.is_ok() {
                invocation.out.info(&format!("The pull request's comment is in {}.", file.display()));
            }
            or_lost(written);
        }
        self.notes.iter().for_each(|note| invocation.out.info(note));
        invocation.out.info(&format!("Artefacts: {}", report.artefacts.clone().unwrap_or_default()));
        let outputs = outputs::of(report, ended, url.as_deref());
        to_the_runner(invocation, &markdown::summary(&page(&self.notes)), &outputs);
    }

    /// Says that the run could not be done, wherever the report would have been.
    pub(super) fn stopped(&mut self, invocation: &Invocation, error: &Error) {
        let (message, advice) = (error.to_string(), error.advice());
        let who = self.desk.as_ref().map(|desk| &desk.who);
        let links = Links { run: who.map(Who::run_page), ..Links::default() };
        let commit = who.map(|who| who.head.clone()).unwrap_or_default();
        let report = Report {
            findings: &[],
            outcomes: &[],
            changed_files: None,
            base: None,
            head: invocation.env.github_head.clone().unwrap_or_else(|| "this branch".to_owned()),
            removed: Vec::new(),
            artefacts: None,
            aside: Aside { around: Around { links, commit, ..Around::default() }, ..Aside::default() },
        };
        let state = State::Stopped { message, advice };
        let page = |notes: &[String]| Page {
            report: &report,
            prefix: "",
            text: &|_| String::new(),
            state: state.clone(),
            notes: notes.to_vec(),
        };
        let comment = markdown::comment(&page(&self.notes), &self.marker);
        let url = self.comment(invocation, &comment);
        if let Some(desk) = &self.desk {
            let (title, summary) = markdown::check(&page(&[]));
            // The comment, the summary and the exit code say it too.
            let name = self.check.clone();
            let _ = desk.check_run(&CheckRun { name, conclusion: "failure", title, summary, annotations: Vec::new() });
        }
        self.notes.iter().for_each(|note| invocation.out.info(note));
        let outputs = outputs::of(&report, outputs::Verdict::Error, url.as_deref());
        to_the_runner(invocation, &markdown::summary(&page(&self.notes)), &outputs);
    }

    fn comment(&mut self, invocation: &Invocation, text: &str) -> Option<String> {
        let desk = self.desk.as_mut()?;
        match desk.last_comment(text) {
            Ok(url) => {
                invocation.out.info(&format!("The comment: {}", url.as_deref().unwrap_or("on the pull request")));
                url
            }
            Err(Trouble::Outdated) => {
                self.notes.push(format!("The comment was left alone: {}.", Trouble::Outdated));
                None
            }
            Err(trouble) => {
                self.notes
                    .push(format!("The comment is not up to date: {trouble}. The same is in the summary of the run."));
                None
            }
        }
    }

    /// Annotations in a check run, or else as commands to the runner; never both.
    fn annotate(&mut self, invocation: &Invocation, telling: &Telling<'_>, (report, page): (&Report<'_>, &Page<'_>)) {
        if !invocation.env.in_github {
            return;
        }
        let text = changes::texts(&telling.request.head);
        let all =
            annotations::all(report, &telling.request.prefix, &text, &|finding| telling.request.is_on_change(finding));
        let posted = self.desk.as_ref().map(|desk| {
            let (title, summary) = markdown::check(page);
            let conclusion = match &page.state {
                State::Over(outputs::Verdict::Success) => "success",
                State::Over(outputs::Verdict::Interrupted) => "cancelled",
                _ => "failure",
            };
            desk.check_run(&CheckRun { name: self.check.clone(), conclusion, title, summary, annotations: all.clone() })
        });
        match posted {
            Some(Ok(posted)) => {
                let missing = all.len() - posted.annotations;
                if missing > 0 {
                    let words = counted(missing, "annotation is", "annotations are");
                    let why =
                        posted.trouble.map_or_else(|| "GitHub does not take them".to_owned(), |why| why.to_string());
                    self.notes.push(format!("{words} not on the lines: {why}. Every finding is in cadet.json."));
                }
            }
            Some(Err(trouble)) => {
                self.notes.push(format!("There is no check run with every finding on its line: {trouble}."));
                annotations::print(&all, "see the job's summary", &invocation.out);
            }
            None => annotations::print(&all, "see the job's summary", &invocation.out),
        }
    }

    fn suggest(&mut self, invocation: &Invocation, telling: &Telling<'_>, report: &Report<'_>) {
        let (Some(desk), Ok(repo)) = (&self.desk, Repo::discover(&telling.request.folder)) else { return };
        let shown = |path: &str| telling.shown(&repo, path);
        let all = suggestions::all(report, &telling.request.prefix, &shown);
        match desk.suggest(&all) {
            Ok(0) => {}
            Ok(count) => {
                invocation.out.info(&format!("Offered {} on the changed lines.", counted(count, "fix", "fixes")));
            }
            Err(trouble) => self.notes.push(format!("No fixes were offered on the changed lines: {trouble}.")),
        }
    }

    fn deployment(
        &mut self,
        invocation: &Invocation,
        environment: &str,
        (report, ended): (&Report<'_>, outputs::Verdict),
    ) {
        let Some(desk) = &self.desk else { return };
        let around = &report.aside.around;
        if around.target.is_none() {
            let why = "the tables are on the embedded DuckDB of this run, where nobody else can reach them";
            return self.notes.push(format!("GitHub is told of no deployment to {environment}: {why}."));
        }
        let built = report.outcomes.iter().filter(|known| outputs::is_table(known.kind));
        let built = built.filter(|known| known.status == crate::deploy::Status::Success).count();
        let words = format!("{} built", counted(built, "table", "tables"));
        let page = around.links.console_page();
        let is_good = ended == outputs::Verdict::Success;
        match desk.deployment(&Deployment { environment, is_good, words: &words, page: page.as_deref() }) {
            Ok(()) => invocation.out.info(&format!("GitHub shows the deployment to {environment}.")),
            Err(trouble) => self.notes.push(format!("GitHub does not show the deployment: {trouble}.")),
        }
    }
}

/// `cadet`, and of a project in a folder, or of a target that was named, these as well: checks of one name hide one another.
fn check_name(folder: &str, target: &str) -> String {
    let parts: Vec<String> = [folder.trim_end_matches('/'), target].map(escape::clean_path).into();
    let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    if parts.is_empty() { "cadet".to_owned() } else { format!("cadet: {}", parts.join(", ")) }
}

pub(super) fn ended(verdict: Verdict) -> outputs::Verdict {
    match verdict {
        Verdict::Good => outputs::Verdict::Success,
        Verdict::Bad => outputs::Verdict::Failure,
        Verdict::Interrupted => outputs::Verdict::Interrupted,
        Verdict::Unready => outputs::Verdict::Error,
    }
}

/// The report of a command that posts nothing, for the runner: on a pull request of a fork, or after a merge, there is nothing
/// else that may be written.
pub(super) fn for_the_runner(
    invocation: &Invocation,
    (report, verdict): (&Report<'_>, Verdict),
    (prefix, text): (&str, &dyn Fn(&str) -> String),
) {
    let state = State::Over(ended(verdict));
    let page = Page { report, prefix, text, state, notes: Vec::new() };
    to_the_runner(invocation, &markdown::summary(&page), &outputs::of(report, ended(verdict), None));
}

/// The job's summary and the step's outputs: neither waits for the other, nor the verdict for them.
fn to_the_runner(invocation: &Invocation, summary: &str, values: &[(&'static str, String)]) {
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| Error::File { action: "write", path, source }
    };
    if let Some(file) = &invocation.env.github_summary {
        or_lost(outputs::summary(file, summary).map_err(failed(file)));
    }
    if let Some(file) = &invocation.env.github_output {
        or_lost(outputs::write(file, values).map_err(failed(file)));
    }
}
