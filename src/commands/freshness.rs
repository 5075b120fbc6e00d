//! `cadet source freshness`: how old the newest row of each source is. Behaviour: `dbt.task.freshness`.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::Verdict;
use super::changes;
use super::invocation::{Invocation, Working};
use super::selecting::{self, Typed};
use super::warehouse::SettingsOf;
use crate::cli::FreshnessArgs;
use crate::deploy::build::Builder;
use crate::deploy::{Freshness, Status, freshness};
use crate::error::Error;
use crate::project::SourceTable;
use crate::report::text::{GREEN, RED};
use crate::report::{artefacts, counted, sources, terminal};
use crate::unit_test::Bench;

pub(super) fn run(invocation: &Invocation, args: &FreshnessArgs) -> Result<Verdict, Error> {
    let folder = invocation.project_dir()?;
    let run = || invocation.run("freshness", false);
    let working = invocation.working(&folder, run())?;
    let typed = Typed { words: &args.select.select, how: &args.select.how };
    let selection = selecting::selected(invocation, (&folder, &working), &typed, &args.base)?;
    let Working { mut project, policy, .. } = working;
    let warehouse = invocation.warehouse(&folder, &mut project, SettingsOf::Folder(&policy))?;
    let engine = &*warehouse.engine;
    let asked: Vec<&SourceTable> = selection.ids.iter().filter_map(|id| project.sources.get(id)).collect();
    let asked: Vec<&SourceTable> = asked.into_iter().filter(|table| freshness::is_judged(table)).collect();
    if asked.is_empty() {
        selecting::nothing_selected();
    }
    let (bench, marks) = (Bench::new(&project, None)?, HashMap::new());
    let builder =
        Builder { project: &project, engine, source_data: None, full_refresh: false, marks: &marks, bench: &bench };
    let threads = invocation.threads(&project, &policy).clamp(1, asked.len().max(1));
    let found = all(&builder, &asked, (threads, invocation));
    artefacts::write_sources(&folder, &sources::sources(&project, &run(), &found))?;
    let findings: Vec<_> = found.iter().filter_map(|one| one.outcome.finding.as_ref()).collect();
    invocation.out.info("");
    terminal::findings(&findings, &invocation.paths(&folder), &invocation.out, &changes::texts(&project));
    let count = |status: Status| found.iter().filter(|one| one.outcome.status == status).count();
    let is_bad = found.iter().any(|one| one.outcome.status.is_bad());
    let sign = if is_bad { invocation.out.paint(RED, "✗") } else { invocation.out.paint(GREEN, "✓") };
    let more =
        [(Status::Warn, "older than it should be"), (Status::Fail, "too old"), (Status::Error, "could not be asked")];
    let more = more.into_iter().filter(|(status, _)| count(*status) > 0);
    let more: Vec<String> = more.map(|(status, words)| format!(", {} {words}", count(status))).collect();
    let fresh = counted(count(Status::Pass), "source is fresh", "sources are fresh");
    invocation.out.line(&format!("{sign} {fresh}{}.", more.concat()));
    Ok(Verdict::of_run(is_bad, engine))
}

/// Asks several at once; the answers are in the order of the sources.
fn all(builder: &Builder<'_>, asked: &[&SourceTable], (threads, invocation): (usize, &Invocation)) -> Vec<Freshness> {
    let (next, found) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let work = || {
        while let Some(table) = asked.get(next.fetch_add(1, Ordering::Relaxed)) {
            if builder.engine.is_interrupted() {
                return;
            }
            let one = builder.freshness(table);
            invocation.out.info(&terminal::outcome(&one.outcome, &invocation.out));
            found.lock().unwrap_or_else(PoisonError::into_inner).push(one);
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(work);
        }
    });
    let mut found = found.into_inner().unwrap_or_else(PoisonError::into_inner);
    found.sort_by(|one, other| one.outcome.id.cmp(&other.outcome.id));
    found
}
