//! What the warehouse said, without values of rows: in a workflow everyone who sees the repository reads it.

use crate::deploy::{Outcome, Progress};
use crate::project::Project;
use crate::report::redact;

use super::invocation::Invocation;

/// Takes values out of the words of the warehouse.
pub(super) struct Discreet<'d> {
    project: &'d Project,
    /// On a laptop the values are one's own.
    is_needed: bool,
}

impl<'d> Discreet<'d> {
    /// Of a command that people see who started it, unless a workflow did.
    pub(super) fn of(invocation: &Invocation, project: &'d Project) -> Self {
        Self { project, is_needed: invocation.env.in_github }
    }

    /// Of what everyone sees who sees the pull request.
    pub(super) fn always(project: &'d Project) -> Self {
        Self { project, is_needed: true }
    }

    /// The outcomes, with no value in their messages that is not in the project's own text.
    pub(super) fn outcomes(&self, mut outcomes: Vec<Outcome>) -> Vec<Outcome> {
        for outcome in outcomes.iter_mut().filter(|outcome| self.is_needed && outcome.status.is_bad()) {
            let node = self.project.node(&outcome.id);
            let written = [node.map(|node| &*node.raw), outcome.compiled.as_deref(), outcome.ran.as_deref()];
            let known: String = written.into_iter().flatten().collect::<Vec<_>>().join("\n");
            outcome.message = redact::message(&outcome.message, &known);
            if let Some(finding) = &mut outcome.finding {
                finding.message = redact::message(&finding.message, &known);
            }
        }
        outcomes
    }

    /// The display of a run, which is told no value either.
    pub(super) fn shown_to<'p>(&'p self, next: &'p dyn Progress) -> impl Progress + 'p {
        Shown { discreet: self, next }
    }
}

struct Shown<'p> {
    discreet: &'p Discreet<'p>,
    next: &'p dyn Progress,
}

impl Progress for Shown<'_> {
    fn started(&self, name: &str) {
        self.next.started(name);
    }

    fn finished(&self, outcome: &Outcome) {
        self.discreet.outcomes(vec![outcome.clone()]).iter().for_each(|outcome| self.next.finished(outcome));
    }
}
