//! `cadet check`: findings on what changed and on what that breaks elsewhere.

use std::path::Path;

use super::Verdict;
use super::changes::{self, PullRequest};
use super::invocation::Invocation;
use super::unit_tests;
use crate::cli::{CheckArgs, Format};
use crate::compile;
use crate::deploy::Outcome;
use crate::error::Error;
use crate::finding::Finding;
use crate::plan::{Plan, Reason};
use crate::project::Project;
use crate::report::{Report, github, json, terminal};
use crate::rules::{self, Subject};

pub(super) fn run(invocation: &Invocation, args: &CheckArgs) -> Result<Verdict, Error> {
    let run = invocation.run("check", false);
    if args.all {
        let folder = invocation.project_dir()?;
        let (project, policy) = invocation.working_project(&folder, run)?;
        let compiled = compile::models(&project);
        let findings = rules::run(&Subject::new(&project, &compiled, &policy).whole());
        let (project, policy) = (&project, &policy);
        let wanted = wanted(invocation, &folder, &args.paths)?;
        let in_wanted = |path: &str| is_wanted(path, &wanted);
        let all = project.others.keys().map(|id| (id.clone(), Reason::Selected)).collect();
        let outcomes = unit_tests::run(invocation, (project, policy), all, &findings, &in_wanted)?;
        let findings: Vec<Finding> = findings.into_iter().filter(|finding| in_wanted(&finding.place.path)).collect();
        let head = changes::name_of(&folder);
        let report = Report {
            findings: &findings,
            outcomes: &outcomes,
            changed_files: None,
            base: None,
            head,
            removed: Vec::new(),
            artefacts: None,
        };
        return Ok(show(invocation, args, &report, (project, "", &invocation.paths(&folder))));
    }
    let request = PullRequest::read(invocation, &args.base, &run)?;
    let paths = invocation.paths(&request.folder);
    let wanted = wanted(invocation, &request.folder, &args.paths)?;
    let in_wanted = |path: &str| is_wanted(path, &wanted);
    let outcomes = unit_tests(invocation, &request, &in_wanted)?;
    let findings: Vec<Finding> =
        request.findings().into_iter().filter(|finding| in_wanted(&finding.place.path)).collect();
    let report = Report {
        findings: &findings,
        outcomes: &outcomes,
        changed_files: Some(request.changes.keys().filter(|path| is_wanted(path, &wanted)).count()),
        base: Some(request.base_name.clone()),
        head: request.head_name.clone(),
        removed: request.removed(),
        artefacts: None,
    };
    Ok(show(invocation, args, &report, (&request.head, &request.prefix, &paths)))
}

/// The unit tests of what changed and of everything downstream of it, run without a warehouse.
fn unit_tests(
    invocation: &Invocation,
    request: &PullRequest,
    is_wanted: &dyn Fn(&str) -> bool,
) -> Result<Vec<Outcome>, Error> {
    if !unit_tests::has_any(&request.head) {
        // Then the base need not be read.
        return Ok(Vec::new());
    }
    let reasons = Plan::of_changes(&request.head, &request.changed());
    unit_tests::run(invocation, (&request.head, &request.policy), reasons, request.all_findings(), is_wanted)
}

/// The files and folders that were named, as the project names them; the empty path is the whole project.
fn wanted(invocation: &Invocation, folder: &Path, paths: &[String]) -> Result<Vec<String>, Error> {
    let canonical = |path: &Path| path.canonicalize().ok();
    let root = canonical(folder).unwrap_or_else(|| folder.to_owned());
    let one = |path: &String| {
        let found = canonical(&invocation.here.join(path)).or_else(|| canonical(&folder.join(path)));
        let below = found.as_ref().and_then(|found| found.strip_prefix(&root).ok());
        let below = below.map(|below| below.to_string_lossy().replace('\\', "/"));
        let outside = || {
            Error::usage(
                format!("`{path}` is no file or folder of the project"),
                "name it as seen from here, or leave it out",
            )
        };
        // The folder above the project holds all of it.
        below.or_else(|| found.filter(|found| root.starts_with(found)).map(|_| String::new())).ok_or_else(outside)
    };
    paths.iter().map(one).collect()
}

fn is_wanted(path: &str, wanted: &[String]) -> bool {
    let holds = |folder: &String| {
        folder.is_empty()
            || path == folder
            || path.strip_prefix(folder.as_str()).is_some_and(|rest| rest.starts_with('/'))
    };
    wanted.is_empty() || wanted.iter().any(holds)
}

fn show(
    invocation: &Invocation,
    args: &CheckArgs,
    report: &Report<'_>,
    (project, prefix, paths): (&Project, &str, &terminal::Paths),
) -> Verdict {
    let text = changes::texts(project);
    match args.format {
        Format::Json => invocation.out.line(&json::report(report, &text).to_string()),
        Format::Github => {
            github::annotations(report, (prefix, "run `cadet check` to see them"), &invocation.out, &text)
        }
        Format::Human => {
            terminal::findings(&report.all_findings(), paths, &invocation.out, &text);
            terminal::check_summary(report, &invocation.out);
        }
    }
    Verdict::of(report.is_bad())
}
