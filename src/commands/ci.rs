//! `cadet ci`: check, deploy and report, as on a pull request.

use super::Verdict;
use super::changes::{self, PullRequest};
use super::deploy::{self, Work};
use super::discreet::Discreet;
use super::invocation::Invocation;
use super::posting::Posting;
use super::report;
use super::telling::Telling;
use crate::cli::CiArgs;
use crate::error::Error;
use crate::report::{terminal, text};

pub(super) fn run(invocation: &Invocation, args: &CiArgs) -> Result<Verdict, Error> {
    let mut posting = Posting::open(invocation, args);
    let done = journey(invocation, args, &mut posting);
    if let Err(error) = &done {
        posting.stopped(invocation, error);
    }
    done
}

fn journey(invocation: &Invocation, args: &CiArgs, posting: &mut Posting) -> Result<Verdict, Error> {
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
    let plan = deploy::plan_of_changes(invocation, &mut request, &warehouse, !args.run.no_defer)?;
    let found = crate::deploy::preflight(&request.head, &plan, engine, &findings);
    let mut blocked = request.blocked(&plan);
    blocked.extend(found.blocked);
    let findings = [findings, found.findings.clone()].concat();
    let telling = Telling::new(invocation, &request, (&findings, &plan));
    let work = Work { plan: &plan, engine, args: &args.run, blocked: &blocked };
    or_lost(deploy::begin(invocation, &request.head, &request.folder, "ci", (&args.run, &plan)));
    let outcomes =
        deploy::carry_out(invocation, &request, &work, |shown, carry_out| posting.live(&telling, shown, carry_out))?;
    let outcomes = Discreet::always(&request.head).outcomes(outcomes);
    let kept = deploy::write(invocation, &request.head, &request.folder, "ci", (&args.run, &outcomes, engine));
    let kept = kept.unwrap_or_else(|error| lost(&error));
    let texts = changes::texts(&request.head);
    let built: Vec<_> = outcomes.iter().filter_map(|outcome| outcome.finding.as_ref()).collect();
    invocation.out.info("");
    terminal::findings(&built, &paths, &invocation.out, &texts);
    let refused: Vec<_> = found.findings.iter().collect();
    terminal::findings(&refused, &paths, &invocation.out, &texts);
    let report = telling.report(&outcomes, &kept);
    terminal::deploy_summary(&report, &invocation.out);
    invocation.out.info("");

    terminal::heading("3. Report", &invocation.out);
    let verdict = Verdict::of_run(report.is_bad(), engine);
    or_lost(report::keep(invocation, &request.folder, &telling.told((&report, verdict), &kept), &args.run));
    posting.tell(invocation, args, &telling, (&report, verdict));
    or_lost(report::show(invocation, &request.folder, &args.run));
    Ok(verdict)
}

/// Says what could not be written. The verdict stands, and everything else is told all the same.
pub(super) fn or_lost(written: Result<(), Error>) {
    if let Err(error) = written {
        lost::<()>(&error);
    }
}

fn lost<T: Default>(error: &Error) -> T {
    text::note(&format!("{error}; the rest of the report is not affected"));
    T::default()
}
