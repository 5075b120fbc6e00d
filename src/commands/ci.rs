//! `cadet ci`: check, deploy and report, as on a pull request.

use super::Verdict;
use super::changes::{self, PullRequest};
use super::deploy;
use super::invocation::Invocation;
use super::report::{Told, leave};
use crate::cli::CiArgs;
use crate::deploy::Status;
use crate::error::Error;
use crate::finding::Level;
use crate::project::ResourceType;
use crate::report::{Report, artefacts, github, markdown, terminal};

pub(super) fn run(invocation: &Invocation, args: &CiArgs) -> Result<Verdict, Error> {
    let run = invocation.run("ci", args.run.full_refresh);
    let mut request = PullRequest::read(invocation, &args.base, &run)?;
    let findings = request.findings();
    let paths = invocation.paths(&request.folder);
    let checked = deploy::report(&request, &findings, &[], String::new());
    terminal::heading(&format!("1. Check: {} compared with {}", request.head_name, request.base_name), &invocation.out);
    terminal::findings(&checked.all_findings(), &paths, &invocation.out, &changes::texts(&request.head));
    terminal::check_summary(&checked, &invocation.out);
    invocation.out.info("");

    terminal::heading("2. Deploy: what changed and everything downstream, with its tests", &invocation.out);
    let warehouse = deploy::open(invocation, &mut request)?;
    let engine = &*warehouse.engine;
    let plan = deploy::plan_of_changes(&mut request, &warehouse, !args.run.no_defer)?;
    let found = crate::deploy::preflight(&request.head, &plan, engine);
    let mut blocked = request.blocked(&plan);
    blocked.extend(found.blocked);
    let outcomes = deploy::carry_out(invocation, &request, &plan, engine, (&args.run, &blocked))?;
    let exported = deploy::write(invocation, &request.head, &request.folder, "ci", (&args.run, &outcomes))?;
    let text = changes::texts(&request.head);
    let built: Vec<_> = outcomes.iter().filter_map(|outcome| outcome.finding.as_ref()).collect();
    invocation.out.info("");
    terminal::findings(&built, &paths, &invocation.out, &text);
    let refused: Vec<_> = found.findings.iter().collect();
    terminal::findings(&refused, &paths, &invocation.out, &text);
    let findings = [findings, found.findings].concat();
    let report = deploy::report(&request, &findings, &outcomes, exported);
    terminal::deploy_summary(&report, &invocation.out);
    invocation.out.info("");

    tell(invocation, args, &request, &report)?;
    let told = Told { command: "ci", project: &request.head, report: &report, changed: Some(request.changed()) };
    leave(invocation, &request.folder, told, &args.run)?;
    Ok(Verdict::of_run(report.is_bad(), engine))
}

/// Writes the report to everyone who waits for it.
fn tell(invocation: &Invocation, args: &CiArgs, request: &PullRequest, report: &Report<'_>) -> Result<(), Error> {
    let text = changes::texts(&request.head);
    let comment = markdown::comment(report, &request.prefix, &text);
    terminal::heading("3. Report", &invocation.out);
    if invocation.env.in_github {
        github::annotations(report, (&request.prefix, "see the job's summary"), &invocation.out, &text);
    }
    let failed = |path: &std::path::Path| {
        let path = path.to_owned();
        move |source| Error::File { action: "write", path, source }
    };
    if let Some(file) = &invocation.env.github_summary {
        github::summary(file, &comment).map_err(failed(file))?;
    }
    if let Some(file) = &invocation.env.github_output {
        github::outputs(file, &outputs(report)).map_err(failed(file))?;
    }
    if let Some(file) = &args.comment_file {
        artefacts::write(file, comment.as_bytes())?;
        invocation.out.info(&format!("The pull request's comment is in {}.", file.display()));
    }
    invocation.out.info(&format!("Artefacts: {}", report.artefacts.clone().unwrap_or_default()));
    Ok(())
}

fn outputs(report: &Report<'_>) -> Vec<(&'static str, String)> {
    let tables = report
        .outcomes
        .iter()
        .filter(|outcome| outcome.status == Status::Success && outcome.kind != ResourceType::Source)
        .count();
    vec![
        ("result", if report.is_bad() { "failure" } else { "success" }.to_owned()),
        ("errors", report.count(Level::Error).to_string()),
        ("warnings", report.count(Level::Warning).to_string()),
        ("tables-built", tables.to_string()),
        ("tests-failed", report.ended(Status::Fail).to_string()),
        ("artefacts", report.artefacts.clone().unwrap_or_default()),
    ]
}
