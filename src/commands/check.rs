//! `cadet check`: findings on what changed and on what that breaks elsewhere.

use std::path::Path;

use super::Verdict;
use super::changes::{self, PullRequest};
use super::invocation::Invocation;
use super::mending::{self, State};
use super::posting::{self, Posting};
use super::unit_tests;
use super::whole::Whole;
use crate::cli::{CheckArgs, Format};
use crate::deploy::Outcome;
use crate::error::Error;
use crate::finding::Finding;
use crate::github::Who;
use crate::plan::{Plan, Reason};
use crate::project::Project;
use crate::project::scopes::Run;
use crate::report::around::{Around, Links};
use crate::report::{Aside, Fixed, Report, annotations, json, junit, sarif, terminal};

pub(super) fn run(invocation: &Invocation, args: &CheckArgs) -> Result<Verdict, Error> {
    let run = invocation.run("check", false);
    let done = if args.all { whole(invocation, args, run) } else { change(invocation, args, &run) };
    if let Err(error) = &done {
        Posting::nowhere().stopped(invocation, error);
    }
    done
}

/// The whole project as it lies in its folder.
fn whole(invocation: &Invocation, args: &CheckArgs, run: Run) -> Result<Verdict, Error> {
    let folder = invocation.project_dir()?;
    let wanted = wanted(invocation, &folder, &args.paths)?;
    let in_wanted = |path: &str| is_wanted(path, &wanted);
    let whole = Whole::read(invocation, &folder, run)?;
    let prefix = whole.project.tree.prefix().to_owned();
    let (whole, fixed) = match fixed(invocation, args, (whole, &folder, &prefix), &in_wanted)? {
        Ok(fixed) => fixed,
        Err(verdict) => return Ok(verdict),
    };
    let (project, policy) = (&whole.project, &whole.policy);
    let all = project.others.keys().map(|id| (id.clone(), Reason::Selected)).collect();
    let outcomes = unit_tests::run(invocation, (project, policy), all, whole.all_findings(), &in_wanted)?;
    let findings: Vec<Finding> =
        whole.all_findings().iter().filter(|finding| in_wanted(&finding.place.path)).cloned().collect();
    let waived = whole.waived().iter().filter(|waived| in_wanted(&waived.finding.place.path)).cloned().collect();
    let checked = whole.files().filter(|path| in_wanted(path)).map(str::to_owned).collect();
    let report = Report {
        findings: &findings,
        outcomes: &outcomes,
        changed_files: None,
        base: None,
        head: changes::name_of(&folder),
        removed: Vec::new(),
        artefacts: None,
        aside: Aside { fixed, waived, gone: whole.gone(), ..Aside::default() },
    };
    let shown = Shown { report: &report, project, prefix: &prefix, is_changed: &|_| true };
    let verdict = show(invocation, args, &shown, (&invocation.paths(&folder), checked));
    whole.project.leave();
    Ok(verdict)
}

/// What a branch changes.
fn change(invocation: &Invocation, args: &CheckArgs, run: &Run) -> Result<Verdict, Error> {
    let request = PullRequest::read(invocation, &args.base, run)?;
    let (folder, prefix) = (request.folder.clone(), request.prefix.clone());
    let wanted = wanted(invocation, &folder, &args.paths)?;
    let in_wanted = |path: &str| is_wanted(path, &wanted);
    let (request, fixed) = match fixed(invocation, args, (request, &folder, &prefix), &in_wanted)? {
        Ok(fixed) => fixed,
        Err(verdict) => return Ok(verdict),
    };
    let outcomes = unit_tests(invocation, &request, &in_wanted)?;
    let findings: Vec<Finding> =
        request.findings().into_iter().filter(|finding| in_wanted(&finding.place.path)).collect();
    let waived = request.waived().into_iter().filter(|waived| in_wanted(&waived.finding.place.path)).collect();
    let report = Report {
        findings: &findings,
        outcomes: &outcomes,
        changed_files: Some(request.changes.keys().filter(|path| is_wanted(path, &wanted)).count()),
        base: Some(request.base_name.clone()),
        head: request.head_name.clone(),
        removed: request.removed(),
        artefacts: None,
        aside: Aside { fixed, waived, gone: request.gone(), around: around(invocation, &request), ..Aside::default() },
    };
    let is_checked = |path: &&String| is_wanted(path, &wanted) && request.head.tree.find(path).is_some();
    let checked = request.changes.keys().filter(is_checked).cloned().collect();
    let is_changed = |finding: &Finding| request.is_on_change(finding);
    let shown = Shown { report: &report, project: &request.head, prefix: &prefix, is_changed: &is_changed };
    let verdict = show(invocation, args, &shown, (&invocation.paths(&folder), checked));
    request.leave();
    Ok(verdict)
}

/// The state after `--fix`, with what is to be said of it; a verdict when `--diff` was all that was asked for.
fn fixed<S: State>(
    invocation: &Invocation,
    args: &CheckArgs,
    (state, folder, prefix): (S, &Path, &str),
    is_wanted: &dyn Fn(&str) -> bool,
) -> Result<Result<(S, Option<Fixed>), Verdict>, Error> {
    if !args.fix.fix && !args.fix.diff {
        return Ok(Ok((state, None)));
    }
    let (state, mended) = mending::mend(state, &args.fix, is_wanted);
    if args.fix.diff {
        return Ok(Err(mended.show(invocation, prefix)));
    }
    Ok(Ok((state, Some(mended.save(folder)?))))
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

/// The commit, and where its files and the run are to be seen.
fn around(invocation: &Invocation, request: &PullRequest) -> Around {
    let who = Who::of(&invocation.env).ok();
    let links = Links { files: who.as_ref().map(Who::files), run: who.as_ref().map(Who::run_page), ..Links::default() };
    let commit = who.map_or_else(|| request.head_commit.clone(), |who| who.head);
    Around { commit, links, started: Some(invocation.started.timestamp()), ..Around::default() }
}

/// What is shown of a check.
struct Shown<'s> {
    report: &'s Report<'s>,
    project: &'s Project,
    prefix: &'s str,
    /// Whether a finding is on lines that changed.
    is_changed: &'s dyn Fn(&Finding) -> bool,
}

fn show(
    invocation: &Invocation,
    args: &CheckArgs,
    shown: &Shown<'_>,
    (paths, checked): (&terminal::Paths, Vec<String>),
) -> Verdict {
    let Shown { report, project, prefix, is_changed } = *shown;
    let text = changes::texts(project);
    let verdict = Verdict::of(report.is_bad());
    match args.format {
        Format::Json => invocation.out.json(&json::report(report, &text).to_string()),
        Format::Sarif => invocation.out.json(&sarif::log(report, prefix, &text).to_string()),
        Format::Junit => invocation.out.xml(junit::document(report, &checked, &text).trim_end()),
        Format::Github => {
            let annotations = annotations::all(report, prefix, &text, is_changed);
            let rest = match invocation.env.github_summary {
                Some(_) => "see the job's summary",
                None => "run `cadet check` to see them",
            };
            annotations::print(&annotations, rest, &invocation.out);
        }
        Format::Human => {
            terminal::findings(&report.all_findings(), paths, &invocation.out, &text);
            terminal::check_summary(report, &invocation.out);
        }
    }
    if invocation.env.in_github {
        posting::for_the_runner(invocation, (report, verdict), (prefix, &text));
    }
    verdict
}
