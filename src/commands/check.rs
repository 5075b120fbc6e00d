//! `cadet check`: findings on what changed and on what that breaks elsewhere.

use super::Verdict;
use super::changes::{self, PullRequest};
use super::session::Session;
use crate::cli::{CheckArgs, Format};
use crate::compile;
use crate::error::Error;
use crate::finding::Finding;
use crate::project::Project;
use crate::report::{Report, github, json, terminal};
use crate::rules::{self, Subject};

pub(super) fn run(session: &Session, args: &CheckArgs) -> Result<Verdict, Error> {
    let run = session.run("check", false);
    if args.all {
        let folder = session.project_dir()?;
        let (project, policy) = session.working_project(&folder, run)?;
        let compiled = compile::models(&project);
        let findings = rules::run(&Subject { project: &project, compiled: &compiled, policy: &policy });
        let findings = below(findings, &args.paths, &session.paths(&folder).prefix);
        let head = changes::name_of(&folder);
        let report =
            Report { findings: &findings, outcomes: &[], changed_files: None, base: None, head, artefacts: None };
        return Ok(show(session, args, &report, (&project, "", &session.paths(&folder))));
    }
    let request = PullRequest::read(session, &args.base, &run)?;
    let paths = session.paths(&request.folder);
    let findings = below(request.findings(), &args.paths, &paths.prefix);
    let report = Report {
        findings: &findings,
        outcomes: &[],
        changed_files: Some(request.changes.len()),
        base: Some(request.base_name.clone()),
        head: request.head_name.clone(),
        artefacts: None,
    };
    Ok(show(session, args, &report, (&request.head, &request.prefix, &paths)))
}

/// Only findings in these files and folders, which may be written as seen from here or from the project.
fn below(findings: Vec<Finding>, paths: &[String], prefix: &str) -> Vec<Finding> {
    let wanted: Vec<&str> = paths
        .iter()
        .map(|path| path.trim_start_matches("./").trim_end_matches('/'))
        .map(|path| path.strip_prefix(prefix).unwrap_or(path))
        .collect();
    let is_below = |path: &str| {
        wanted.is_empty()
            || wanted.iter().any(|folder| {
                path == *folder || path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/')) || *folder == "."
            })
    };
    findings.into_iter().filter(|finding| is_below(&finding.place.path)).collect()
}

fn show(
    session: &Session,
    args: &CheckArgs,
    report: &Report<'_>,
    (project, prefix, paths): (&Project, &str, &terminal::Paths),
) -> Verdict {
    let text = changes::texts(project);
    match args.format {
        Format::Json => session.out.line(&json::report(report, &text).to_string()),
        Format::Github => github::annotations(report, prefix, &session.out, &text),
        Format::Human => {
            terminal::findings(&report.all_findings(), paths, &session.out, &text);
            terminal::check_summary(report, &session.out);
        }
    }
    Verdict::of(report.is_bad())
}
