//! The whole project as it lies in its folder, checked: what `check --all` looks at.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use super::changes;
use super::invocation::{Invocation, Working};
use super::mending::State;
use crate::error::Error;
use crate::finding::baseline::Baseline;
use crate::finding::{Finding, Waived, Waiver};
use crate::project::Project;
use crate::project::read::{self, Inputs};
use crate::project::scopes::Run;
use crate::rules::{self, Bodies, Checked, Subject};
use crate::settings::{self, Policy};
use crate::source::Tree;

pub(super) struct Whole {
    pub project: Project,
    pub policy: Policy,
    inputs: Inputs,
    pub baseline: Baseline,
    checked: OnceLock<Checked>,
}

impl Whole {
    /// Reads the project with its own settings.
    pub(super) fn read(invocation: &Invocation, folder: &Path, run: Run) -> Result<Self, Error> {
        let Working { project, policy, inputs } = invocation.working(folder, run)?;
        let baseline = settings::baseline(&project.tree)?;
        Ok(Self::of(project, policy, inputs, baseline))
    }

    fn of(project: Project, policy: Policy, inputs: Inputs, baseline: Baseline) -> Self {
        Self { project, policy, inputs, baseline, checked: OnceLock::new() }
    }

    /// Every finding that is to be told.
    pub(super) fn all_findings(&self) -> &[Finding] {
        &self.checked().findings
    }

    /// The findings that are not told.
    pub(super) fn waived(&self) -> &[Waived] {
        &self.checked().waived
    }

    /// Every finding that no comment ignores, those in the baseline too.
    pub(super) fn known(&self) -> impl Iterator<Item = &Finding> {
        let known = self.waived().iter().filter(|waived| waived.why == Waiver::Baseline);
        self.all_findings().iter().chain(known.map(|waived| &waived.finding))
    }

    /// The paths of the project's own files that the rules look into.
    pub(super) fn files(&self) -> impl Iterator<Item = &str> {
        let own: Vec<&str> = Subject::new(&self.project, Bodies::none(), &self.policy)
            .own_files()
            .filter(|file| matches!(file.extension(), "sql" | "yml" | "yaml" | "csv" | "md" | "py"))
            .map(|file| file.path.as_str())
            .collect();
        own.into_iter()
    }

    /// How many findings of the baseline there are not any more.
    pub(super) fn gone(&self) -> usize {
        if self.baseline.is_empty() {
            return 0;
        }
        self.baseline.without(&Baseline::of(self.known(), &changes::texts(&self.project))).len()
    }

    fn checked(&self) -> &Checked {
        let (project, policy) = (&self.project, &self.policy);
        let run = || {
            let bodies = Bodies::all(project, policy);
            let checked = rules::run(&Subject::new(project, &bodies, policy));
            changes::leave_out(checked, &self.baseline, project, &|_| None)
        };
        self.checked.get_or_init(run)
    }
}

impl State for Whole {
    fn tree(&self) -> &Arc<Tree> {
        &self.project.tree
    }

    fn findings(&self) -> Vec<Finding> {
        self.all_findings().to_vec()
    }

    fn with(self, tree: &Arc<Tree>, _: &BTreeSet<String>) -> Self {
        let project = read::read_beside(tree, &self.inputs, Some(&self.project));
        Self::of(project, self.policy, self.inputs, self.baseline)
    }
}
