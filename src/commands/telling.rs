//! What `cadet ci` has to tell of a pull request: made once, and filled as the run goes on.

use std::collections::{BTreeMap, BTreeSet};

use super::Verdict;
use super::changes::{self, PullRequest};
use super::deploy;
use super::discreet::Discreet;
use super::invocation::Invocation;
use super::report::{Kept, Told};
use crate::deploy::Outcome;
use crate::finding::Finding;
use crate::github::Who;
use crate::plan::{Plan, Reason, Step};
use crate::report::Report;
use crate::report::around::{Around, Links, Other};
use crate::report::markdown::{Page, State};
use crate::source::{ChangedLines, Repo};

/// A pull request that is being told of.
pub(super) struct Telling<'t> {
    pub request: &'t PullRequest,
    findings: &'t [Finding],
    plan: &'t Plan,
    changed: BTreeMap<String, Reason>,
    /// What else changed.
    others: Vec<Other>,
    links: Links,
    /// The target on Athena, if that is where tables go.
    target: Option<String>,
    commit: String,
    started: jiff::Timestamp,
}

impl<'t> Telling<'t> {
    pub(super) fn new(
        invocation: &Invocation,
        request: &'t PullRequest,
        (findings, plan): (&'t [Finding], &'t Plan),
    ) -> Self {
        let who = Who::of(&invocation.env).ok();
        let is_on_athena = invocation.is_on_athena(&request.head);
        let region = request.policy.athena.region.clone().or_else(|| invocation.env.aws_region.clone());
        let is_region =
            |region: &String| region.bytes().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-');
        Self {
            request,
            findings,
            plan,
            others: request.others(),
            changed: request.changed(),
            links: Links {
                files: who.as_ref().map(Who::files),
                run: who.as_ref().map(Who::run_page),
                console: region.filter(|region| is_on_athena && is_region(region)),
            },
            target: is_on_athena.then(|| request.head.target.name.clone()),
            commit: who.map_or_else(|| request.head_commit.clone(), |who| who.head),
            started: invocation.started.timestamp(),
        }
    }

    /// The report of what has ended.
    pub(super) fn report<'r>(&'r self, outcomes: &'r [Outcome], kept: &Kept<'_>) -> Report<'r> {
        let mut report = self.report_with(outcomes, &[], kept.shown.clone());
        report.aside.place = Some(kept.place.clone());
        report
    }

    /// The same while some steps are left.
    fn report_with<'r>(&'r self, outcomes: &'r [Outcome], left: &[&Step], artefacts: String) -> Report<'r> {
        let mut report = deploy::report(self.request, self.findings, outcomes, artefacts);
        report.aside.around = Around {
            commit: self.commit.clone(),
            started: Some(self.started),
            links: self.links.clone(),
            target: self.target.clone(),
            others: self.others.clone(),
            ..Around::of(&self.request.head, &self.changed, (outcomes, left))
        };
        report
    }

    /// What is kept of the run.
    pub(super) fn told<'r>(&'r self, (report, verdict): (&'r Report<'r>, Verdict), kept: &'r Kept<'r>) -> Told<'r> {
        Told { command: "ci", project: &self.request.head, report, changed: Some(&self.changed), verdict, kept }
    }

    /// The comment while the run goes on.
    pub(super) fn so_far(&self, outcomes: &[Outcome], write: impl FnOnce(&Page<'_>) -> String) -> String {
        let outcomes = Discreet::always(&self.request.head).outcomes(outcomes.to_vec());
        let ended: BTreeSet<&str> = outcomes.iter().map(|known| known.id.as_str()).collect();
        let left: Vec<&Step> = self.plan.steps.iter().filter(|step| !ended.contains(step.id.as_str())).collect();
        let mut report = self.report_with(&outcomes, &left, String::new());
        report.artefacts = None;
        let text = changes::texts(&self.request.head);
        write(&Page {
            report: &report,
            prefix: &self.request.prefix,
            text: &text,
            state: State::Running { ended: outcomes.len(), of: self.plan.steps.len() },
            notes: Vec::new(),
        })
    }

    /// A file as the page of the pull request shows it; nothing when the page shows no change of it, or another text.
    pub(super) fn shown(&self, repo: &Repo, path: &str) -> Option<(String, ChangedLines)> {
        let text = self.request.head.text(path);
        let there = repo.file_at(&self.commit, &crate::report::in_repository(&self.request.prefix, path))?;
        let is_shown = self.request.changes.contains_key(path) && there == text.as_bytes();
        is_shown.then(|| (text.to_owned(), self.request.changed_lines(path)))
    }
}
