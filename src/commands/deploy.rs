//! `cadet deploy`: what changed and everything downstream of it, built and tested.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;

use serde_json::{Value, json};

use super::Verdict;
use super::changes::{self, PullRequest};
use super::discreet::Discreet;
use super::invocation::Invocation;
use super::plan as held;
use super::report::{Kept, Told, leave};
use super::selecting::{Typed, selected_beside};
use super::warehouse::{Defer, SettingsOf, Warehouse, read_there};
use crate::cli::{DeployArgs, PlanFormat, RunArgs, SelectArgs};
use crate::deploy::build::Builder;
use crate::deploy::{self, Options, Outcome, Preflight, Progress};
use crate::engine::Engine;
use crate::error::Error;
use crate::finding::Finding;
use crate::plan::saved::Saved;
use crate::plan::{Plan, Reason, Step, name_of};
use crate::project::Project;
use crate::report::progress::Shown;
use crate::report::{Aside, Report, artefacts, terminal, text};
use crate::unit_test::{self, Bench};

pub(super) fn run(invocation: &Invocation, args: &DeployArgs) -> Result<Verdict, Error> {
    let run = invocation.run("deploy", args.run.full_refresh);
    let mut request = PullRequest::read(invocation, &args.base, &run)?;
    let reasons = reasons(invocation, &request, &args.select)?;
    let warehouse = open(invocation, &mut request)?;
    let engine = &*warehouse.engine;
    let agreed = held::agreed(invocation, args, &request, (&reasons, &warehouse))?;
    let plan = plan(&mut request, reasons, &warehouse, args.run.defer)?;
    if let Some(saved) = &agreed {
        held::hold(saved, (&request.head, &plan), &warehouse, args.run.full_refresh)?;
    }
    // What is only planned is not checked.
    let told = if args.dry_run { Vec::new() } else { request.findings() };
    let found = deploy::preflight(&request.head, &plan, engine, &told);
    if args.dry_run {
        show(invocation, args.format, (&request, &plan), &found);
        return Ok(Verdict::Good);
    }
    let mut blocked = request.blocked(&plan);
    blocked.extend(found.blocked);
    blocked.extend(agreed.iter().flat_map(Saved::refused));
    let work = Work { plan: &plan, engine, args: &args.run, blocked: &blocked };
    begin(invocation, &request.head, &request.folder, "deploy", (&args.run, &plan))?;
    let discreet = Discreet::of(invocation, &request.head);
    let outcomes = carry_out(invocation, &request, &work, |shown, carry_out| carry_out(&discreet.shown_to(shown)))?;
    let outcomes = discreet.outcomes(outcomes);
    let in_plan = |path: &str| {
        plan.steps.iter().any(|step| request.head.nodes.get(&step.id).is_some_and(|node| node.file == path))
    };
    let mut shown = told;
    shown.retain(|finding| in_plan(&finding.place.path) || changes::is_about_reading(finding));
    shown.extend(found.findings);
    let kept = write(invocation, &request.head, &request.folder, "deploy", (&args.run, &outcomes, engine))?;
    let report = report(&request, &shown, &outcomes, kept.shown.clone());
    let paths = invocation.paths(&request.folder);
    invocation.out.info("");
    terminal::findings(&report.all_findings(), &paths, &invocation.out, &changes::texts(&request.head));
    terminal::deploy_summary(&report, &invocation.out);
    show_kept(invocation, &report);
    let (verdict, changed) = (Verdict::of_run(report.is_bad(), engine), request.changed());
    let told = Told {
        command: "deploy",
        project: &request.head,
        report: &report,
        changed: Some(&changed),
        verdict,
        kept: &kept,
    };
    leave(invocation, &request.folder, &told, &args.run)?;
    Ok(verdict)
}

/// What changed with all that is downstream, or what was selected.
pub(super) fn reasons(
    invocation: &Invocation,
    request: &PullRequest,
    args: &SelectArgs,
) -> Result<BTreeMap<String, Reason>, Error> {
    let changed = request.changed();
    let mut reasons = Plan::of_changes(&request.head, &changed);
    reasons.retain(|id, _| invocation.takes(id));
    if args.select.is_empty() && args.how.exclude.is_empty() && args.how.selector.is_none() {
        return Ok(reasons);
    }
    let typed = Typed { words: &args.select, how: &args.how };
    let selection = selected_beside(invocation, &request.folder, &request.head, Some(request.base()), &typed)?;
    if args.select.is_empty() && args.how.selector.is_none() {
        reasons.retain(|id, _| selection.ids.contains(id));
        return Ok(reasons);
    }
    let ids = selection.ids.into_iter().filter(|id| invocation.takes(id));
    Ok(ids.map(|id| (id, Reason::Selected)).collect())
}

/// The engine of the target, with the settings of the base.
pub(super) fn open(invocation: &Invocation, request: &mut PullRequest) -> Result<Warehouse, Error> {
    // What each table is built from does not depend on where it goes.
    request.marks();
    let (folder, policy) = (request.folder.clone(), request.policy.clone());
    invocation.warehouse(&folder, &mut request.head, SettingsOf::Base(&policy))
}

/// The steps for what changed, with the parents that the engine lacks, or has from other files; with `defer`, those that
/// another target has are read from there.
pub(super) fn plan(
    request: &mut PullRequest,
    reasons: BTreeMap<String, Reason>,
    warehouse: &Warehouse,
    defer: bool,
) -> Result<Plan, Error> {
    let defer = Defer::new(&request.head, warehouse, request.marks(), defer)?;
    let mut plan = Plan::complete(&request.head, reasons, |id| defer.lacks(id));
    let elsewhere = defer.found()?;
    without_sources(&mut plan, &request.head, &*warehouse.engine);
    read_there(&mut request.head, &elsewhere);
    Ok(plan)
}

/// The plan of everything that a pull request changes.
pub(super) fn plan_of_changes(
    invocation: &Invocation,
    request: &mut PullRequest,
    warehouse: &Warehouse,
    defer: bool,
) -> Result<Plan, Error> {
    let mut reasons = Plan::of_changes(&request.head, &request.changed());
    reasons.retain(|id, _| invocation.takes(id));
    plan(request, reasons, warehouse, defer)
}

/// Where sources are someone else's, there is nothing to do for them.
pub(super) fn without_sources(plan: &mut Plan, project: &Project, engine: &dyn Engine) {
    if !engine.fills_sources() {
        plan.steps.retain(|step| !project.sources.contains_key(&step.id));
    }
}

/// Prints the plan, with what the engine would refuse.
fn show(invocation: &Invocation, format: PlanFormat, (request, plan): (&PullRequest, &Plan), found: &Preflight) {
    if format == PlanFormat::Json {
        return invocation.out.json(&as_json(request, plan, found).to_string());
    }
    show_plan(invocation, &request.head, plan);
    terminal::removed(&request.removed(), &invocation.out);
    if !found.findings.is_empty() {
        let findings: Vec<&Finding> = found.findings.iter().collect();
        invocation.out.line("");
        invocation.out.line("These would not be built, and neither would what reads them:");
        invocation.out.line("");
        let paths = invocation.paths(&request.folder);
        terminal::findings(&findings, &paths, &invocation.out, &changes::texts(&request.head));
    }
}

/// The plan for scripts: keys are added, never changed.
fn as_json(request: &PullRequest, plan: &Plan, found: &Preflight) -> Value {
    let step = |step: &Step| {
        let node = request.head.node(&step.id);
        let mut json = json!({
            "unique_id": step.id,
            "name": name_of(&request.head, &step.id),
            "resource_type": node.map(|node| node.resource_type.name()),
            "path": node.map(|node| node.file.clone()),
            "reason": step.reason.to_string(),
        });
        if let Some(refused) = found.blocked.get(&step.id) {
            json["refused"] = json!(refused);
        }
        json
    };
    let steps: Vec<Value> = plan.steps.iter().map(step).collect();
    json!({"version": 1, "base": request.base_name, "head": request.head_name, "steps": steps, "removed": request.removed()})
}

fn show_plan(invocation: &Invocation, project: &Project, plan: &Plan) {
    if plan.steps.is_empty() {
        invocation.out.line("Nothing to build: no model, seed or test changed.");
    }
    for step in &plan.steps {
        let kind = project.node(&step.id).map_or("source", |node| node.resource_type.name());
        invocation.out.line(&format!("{kind:>8}  {}  ({})", name_of(project, &step.id), step.reason));
    }
}

/// What is carried out, and how.
pub(super) struct Work<'w> {
    pub plan: &'w Plan,
    pub engine: &'w dyn Engine,
    pub args: &'w RunArgs,
    /// The nodes that may not be built, each with the reason in words.
    pub blocked: &'w HashMap<String, String>,
}

/// Does the work, and tells of each step as it ends.
pub(super) type Watched<'w> = &'w (dyn Fn(&dyn Progress) -> Vec<Outcome> + Sync);

/// Carries the plan out with a progress display. `watch` is given that and the work, which it does.
pub(super) fn carry_out(
    invocation: &Invocation,
    request: &PullRequest,
    work: &Work<'_>,
    watch: impl FnOnce(&dyn Progress, Watched<'_>) -> Vec<Outcome>,
) -> Result<Vec<Outcome>, Error> {
    let Work { plan, engine, args, blocked } = *work;
    let source_data = source_data(args)?;
    let bench = Bench::new(&request.head, Some(unit_test::Warehouse { engine, marks: request.marks() }))?;
    let builder = Builder {
        project: &request.head,
        engine,
        source_data: source_data.as_deref(),
        full_refresh: args.full_refresh,
        marks: request.marks(),
        bench: &bench,
    };
    let options = Options {
        threads: invocation.threads(&request.head, &request.policy),
        fail_fast: args.fail_fast,
        tests_gate: false,
    };
    let shown = Shown::new(&invocation.out, plan.steps.len());
    if plan.steps.is_empty() {
        invocation.out.info("Nothing to build: no model, seed or test changed.");
    }
    let outcomes = watch(&shown, &|progress| deploy::run(plan, &builder, blocked, options, progress));
    shown.end();
    Ok(outcomes)
}

/// The folder of source data, which must exist when it is named.
pub(super) fn source_data(args: &RunArgs) -> Result<Option<PathBuf>, Error> {
    match &args.source_data {
        Some(folder) if !folder.is_dir() => Err(Error::usage(
            format!("the folder of source data {} does not exist", folder.display()),
            "name a folder that holds <database>/<table>.csv",
        )),
        folder => Ok(folder.clone()),
    }
}

/// Leaves word of all steps before the first begins, so that a run which is killed can be gone on with.
pub(super) fn begin(
    invocation: &Invocation,
    project: &Project,
    folder: &std::path::Path,
    command: &str,
    (args, plan): (&RunArgs, &Plan),
) -> Result<(), Error> {
    let run = invocation.run(command, args.full_refresh);
    artefacts::begin_results(&run, folder, &deploy::not_begun(plan, project))
}

/// Writes the artefacts and the log.
pub(super) fn write<'e>(
    invocation: &Invocation,
    project: &Project,
    folder: &std::path::Path,
    command: &str,
    (args, outcomes, engine): (&RunArgs, &[Outcome], &'e dyn Engine),
) -> Result<Kept<'e>, Error> {
    let run = invocation.run(command, args.full_refresh);
    artefacts::write_results(project, &run, folder, outcomes)?;
    let lines: Vec<String> = outcomes
        .iter()
        .map(|outcome| {
            format!(
                "{:?} {} {} ({:.3}s, {})",
                outcome.status,
                outcome.id,
                outcome.message,
                outcome.took.as_secs_f64(),
                outcome.reason
            )
        })
        .collect();
    artefacts::log(folder, &run, &lines)?;
    let kept = engine.keep(&artefacts::files(folder)).unwrap_or_else(|error| {
        // What was built is built, whether anyone can read about it or not.
        text::note(&format!("the artefacts {error}"));
        None
    });
    let copied = match &args.artefacts_to {
        Some(to) => Some(artefacts::export(folder, &run, to)?),
        None => None,
    };
    let keeper = kept.is_some().then_some(engine);
    let mut places: Vec<String> = copied.iter().map(|folder| folder.display().to_string()).chain(kept).collect();
    if places.is_empty() {
        places.push(format!("{}target", invocation.paths(folder).prefix));
    }
    let place = places[0].trim_end_matches('/').to_owned();
    Ok(Kept { shown: places.join(" and "), place, copied, keeper })
}

/// Says where the artefacts are kept for others, if they are.
pub(super) fn show_kept(invocation: &Invocation, report: &Report<'_>) {
    if let Some(place) = report.artefacts.as_ref().filter(|place| place.contains("s3://")) {
        invocation.out.info(&format!("Artefacts: {place}"));
    }
}

/// The report of a pull request.
pub(super) fn report<'a>(
    request: &PullRequest,
    findings: &'a [Finding],
    outcomes: &'a [Outcome],
    artefacts: String,
) -> Report<'a> {
    Report {
        findings,
        outcomes,
        changed_files: Some(request.changes.len()),
        base: Some(request.base_name.clone()),
        head: request.head_name.clone(),
        removed: request.removed(),
        artefacts: Some(artefacts),
        aside: Aside::default(),
    }
}
