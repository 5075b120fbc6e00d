//! `cadet run`, `seed`, `snapshot`, `test` and `build`: dbt's verbs over the working tree.

use std::collections::BTreeMap;
use std::path::Path;

use super::Verdict;
use super::changes;
use super::deploy::{begin, show_kept, source_data, without_sources, write};
use super::discreet::Discreet;
use super::invocation::{Invocation, Working};
use super::report::{Told, leave};
use super::selecting::{self, Typed};
use super::warehouse::{Defer, SettingsOf, read_there};
use crate::cli::{BuildArgs, RunArgs};
use crate::compile;
use crate::deploy::build::Builder;
use crate::deploy::{self, Options};
use crate::error::Error;
use crate::plan::{Plan, Reason, mark};
use crate::project::ResourceType;
use crate::report::progress::Shown;
use crate::report::{Aside, Report, terminal};
use crate::unit_test::{Bench, Warehouse};

/// A verb: its name, and the kinds of nodes that it works on.
pub(super) struct Verb {
    name: &'static str,
    kinds: &'static [ResourceType],
}

pub(super) const RUN: Verb = Verb { name: "run", kinds: &[ResourceType::Model] };
pub(super) const SEED: Verb = Verb { name: "seed", kinds: &[ResourceType::Seed] };
pub(super) const SNAPSHOT: Verb = Verb { name: "snapshot", kinds: &[ResourceType::Snapshot] };
pub(super) const TEST: Verb = Verb { name: "test", kinds: &[ResourceType::Test, ResourceType::UnitTest] };
pub(super) const BUILD: Verb = Verb {
    name: "build",
    kinds: &[
        ResourceType::Seed,
        ResourceType::Model,
        ResourceType::Snapshot,
        ResourceType::Test,
        ResourceType::UnitTest,
    ],
};

pub(super) fn run(invocation: &Invocation, args: &BuildArgs, verb: Verb) -> Result<Verdict, Error> {
    let folder = invocation.project_dir()?;
    let working = invocation.working(&folder, invocation.run(verb.name, args.run.full_refresh))?;
    let typed = Typed { words: &args.select.select, how: &args.select.how };
    let selection = selecting::selected(invocation, (&folder, &working), &typed, &args.base)?;
    let Working { mut project, policy, .. } = working;
    let findings = changes::reading_errors(&project, &policy);
    let kinds = kinds(args, &verb);
    let is_of_verb = |id: &String| project.node(id).is_some_and(|node| kinds.contains(&node.resource_type));
    let ids = selection.ids.into_iter().filter(|id| is_of_verb(id) && invocation.takes(id));
    let wanted: BTreeMap<String, Reason> = ids.map(|id| (id, Reason::Selected)).collect();
    if wanted.is_empty() {
        selecting::nothing_selected();
    }
    let source_data = source_data(&args.run)?;
    let marks = mark::marks(&project, &compile::models(&project));
    let warehouse = invocation.warehouse(&folder, &mut project, SettingsOf::Folder(&policy))?;
    let engine = &*warehouse.engine;
    let defer = Defer::new(&project, &warehouse, &marks, args.run.defer)?;
    // What is not selected is taken as it is there, or read from the other target.
    let mut plan = Plan::complete(&project, wanted, |id| {
        drop(args.run.defer.then(|| defer.lacks(id)));
        None
    });
    let elsewhere = defer.found()?;
    without_sources(&mut plan, &project, engine);
    read_there(&mut project, &elsewhere);
    let found = deploy::preflight(&project, &plan, engine, &findings);
    let blocked = changes::blocked(&project, &findings).into_iter().chain(found.blocked).collect();
    let findings = [findings, found.findings].concat();
    let bench = Bench::new(&project, Some(Warehouse { engine, marks: &marks }))?;
    let builder = Builder {
        project: &project,
        engine,
        source_data: source_data.as_deref(),
        full_refresh: args.run.full_refresh,
        marks: &marks,
        bench: &bench,
    };
    let threads = invocation.threads(&project, &policy);
    let options = Options { threads, fail_fast: args.run.fail_fast, tests_gate: verb.name == BUILD.name };
    let shown = Shown::new(&invocation.out, plan.steps.len());
    begin(invocation, &project, &folder, verb.name, (&args.run, &plan))?;
    let discreet = Discreet::of(invocation, &project);
    let outcomes = deploy::run(&plan, &builder, &blocked, options, &discreet.shown_to(&shown));
    let outcomes = discreet.outcomes(outcomes);
    shown.end();
    let kept = write(invocation, &project, &folder, verb.name, (&args.run, &outcomes, engine))?;
    let report = Report {
        findings: &findings,
        outcomes: &outcomes,
        changed_files: None,
        base: None,
        head: changes::name_of(&folder),
        removed: Vec::new(),
        artefacts: Some(kept.shown.clone()),
        aside: Aside::default(),
    };
    let verdict = Verdict::of_run(report.is_bad(), engine);
    let told = Told { command: verb.name, project: &project, report: &report, changed: None, verdict, kept: &kept };
    tell(invocation, &folder, &told, &args.run)?;
    Ok(verdict)
}

/// Shows how the run ended, and leaves its report.
fn tell(invocation: &Invocation, folder: &Path, told: &Told<'_>, args: &RunArgs) -> Result<(), Error> {
    let (report, texts) = (told.report, changes::texts(told.project));
    invocation.out.info("");
    terminal::findings(&report.all_findings(), &invocation.paths(folder), &invocation.out, &texts);
    terminal::deploy_summary(report, &invocation.out);
    show_kept(invocation, report);
    leave(invocation, folder, told, args)
}

/// The verb's kinds of nodes, without those that were left out on the command line.
fn kinds(args: &BuildArgs, verb: &Verb) -> Vec<ResourceType> {
    let names = |kind: &ResourceType, named: &[String]| named.iter().any(|name| name == kind.name());
    let is_taken = |kind: &&ResourceType| {
        let all = args.resource_type.iter().any(|name| matches!(name.as_str(), "all" | "default"));
        (args.resource_type.is_empty() || all || names(kind, &args.resource_type))
            && !names(kind, &args.exclude_resource_type)
    };
    verb.kinds.iter().filter(is_taken).copied().collect()
}
