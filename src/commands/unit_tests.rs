//! The unit tests of a check: run without a warehouse, from the project's files alone.

use std::collections::{BTreeMap, HashMap};

use super::changes;
use super::invocation::Invocation;
use crate::deploy::build::Builder;
use crate::deploy::{self, Options, Outcome, Progress};
use crate::error::Error;
use crate::finding::Finding;
use crate::plan::{Plan, Reason};
use crate::project::{Project, ResourceType, given};
use crate::settings::Policy;
use crate::unit_test::Bench;

/// Nothing is shown while they run: what they found is shown with the other findings.
struct Silent;

impl Progress for Silent {
    fn started(&self, _: &str) {}

    fn finished(&self, _: &Outcome) {}
}

/// Runs the unit tests among `reasons` that stand, or whose model stands, in one of the files that `is_wanted`.
pub(super) fn run(
    invocation: &Invocation,
    (project, policy): (&Project, &Policy),
    mut reasons: BTreeMap<String, Reason>,
    findings: &[Finding],
    is_wanted: &dyn Fn(&str) -> bool,
) -> Result<Vec<Outcome>, Error> {
    reasons.retain(|id, _| {
        let test = project.others.get(id).filter(|node| node.resource_type == ResourceType::UnitTest);
        test.is_some_and(|test| {
            is_wanted(&test.file) || given::tested(project, test).is_some_and(|model| is_wanted(&model.file))
        })
    });
    if reasons.is_empty() {
        return Ok(Vec::new());
    }
    let bench = Bench::new(project, None)?;
    let marks = HashMap::new();
    let builder = Builder {
        project,
        engine: bench.engine(),
        source_data: None,
        full_refresh: false,
        marks: &marks,
        bench: &bench,
    };
    let options = Options { threads: invocation.threads(project, policy), fail_fast: false, tests_gate: false };
    let plan = Plan::complete(project, reasons, |_| None);
    let blocked = changes::blocked(project, findings);
    Ok(deploy::run(&plan, &builder, &blocked, options, &Silent))
}

/// Whether the project has a unit test that is run.
pub(super) fn has_any(project: &Project) -> bool {
    project.others.values().any(|node| node.resource_type == ResourceType::UnitTest)
}
