//! The whole project as it lies in its folder, checked: what `check --all` looks at.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use super::invocation::{Invocation, Working};
use super::mending::State;
use crate::compile::{self, Compilations};
use crate::error::Error;
use crate::finding::Finding;
use crate::project::read::{self, Inputs};
use crate::project::scopes::Run;
use crate::project::Project;
use crate::rules::{self, Subject};
use crate::settings::Policy;
use crate::source::Tree;

pub(super) struct Whole {
    pub project: Project,
    pub policy: Policy,
    inputs: Inputs,
    compiled: Compilations,
    findings: OnceLock<Vec<Finding>>,
}

impl Whole {
    /// Reads the project with its own settings.
    pub(super) fn read(invocation: &Invocation, folder: &Path, run: Run) -> Result<Self, Error> {
        let Working { project, policy, inputs } = invocation.working(folder, run)?;
        Ok(Self::of(project, policy, inputs))
    }

    fn of(project: Project, policy: Policy, inputs: Inputs) -> Self {
        let compiled = compile::models(&project);
        Self { project, policy, inputs, compiled, findings: OnceLock::new() }
    }

    /// Every finding.
    pub(super) fn all_findings(&self) -> &[Finding] {
        let (project, compiled, policy) = (&self.project, &self.compiled, &self.policy);
        self.findings.get_or_init(|| rules::run(&Subject { project, compiled, policy, base: None }))
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
        Self::of(project, self.policy, self.inputs)
    }
}
