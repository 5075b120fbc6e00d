//! The first lines: whether the change is good, where it is live, and what to do next.

use super::super::escape::cut;
use super::super::escape::markdown::{plain, prose};
use super::super::outputs::{Verdict, is_table};
use super::super::{cost_in_words, counted, read_in_words};
use super::page::{LONGEST_HELP, Page, State, message, sentence};
use super::tables::{is_parent, to_come};
use crate::deploy::{Outcome, Status};
use crate::finding::{Finding, Level};

/// The verdict as a heading, and the next step.
pub(super) fn head(page: &Page<'_>) -> String {
    let mut head = format!("## {}\n\n**Next:** {}\n\n", line(page), next(page));
    let counts = counts(page);
    if !counts.is_empty() {
        head.push_str(&format!("{counts}\n\n"));
    }
    head
}

/// The verdict without Markdown, for a title.
pub(super) fn words(page: &Page<'_>) -> String {
    line(page).replace('`', "")
}

fn line(page: &Page<'_>) -> String {
    let tables = match (built(page), page.target()) {
        (0, _) | (_, None) => String::new(),
        (count, Some(target)) => {
            format!("{} {} live in {target}", counted(count, "table", "tables"), if count == 1 { "is" } else { "are" })
        }
    };
    let with = |words: String| if tables.is_empty() { words } else { format!("{words}; {tables}") };
    match &page.state {
        State::Running { ended, of } => format!("⏳ cadet is at work: {ended} of {}", counted(*of, "step", "steps")),
        State::Stopped { .. } => "❌ cadet could not do its work".to_owned(),
        State::Over(Verdict::Interrupted) => with("⏹️ The run was stopped before its end".to_owned()),
        State::Over(Verdict::Error) => "❌ cadet could not do its work".to_owned(),
        State::Over(Verdict::Failure) => with(format!("❌ Not ready: {}", wrong(page))),
        State::Over(Verdict::Success) => match page.report.count(Level::Warning) {
            0 => with(format!("✅ {}", good(page))),
            count => with(format!("✅ {}, with {}", good(page), counted(count, "warning", "warnings"))),
        },
    }
}

/// A whole project is not reviewed: it is compared with nothing.
fn good(page: &Page<'_>) -> &'static str {
    if page.report.base.is_some() { "Ready for review" } else { "Nothing to fix" }
}

/// How much is wrong: `2 errors to fix, 1 table and 3 tests failed`.
fn wrong(page: &Page<'_>) -> String {
    let errors = super::findings::in_files(page).into_iter().filter(|finding| finding.level == Level::Error).count();
    let bad: Vec<&Outcome> = page.report.outcomes.iter().filter(|outcome| outcome.status.is_bad()).collect();
    let tables = bad.iter().filter(|outcome| is_table(outcome.kind)).count();
    let tests = bad.len() - tables;
    let mut parts = Vec::new();
    if errors > 0 {
        parts.push(format!("{} to fix", counted(errors, "error", "errors")));
    }
    if tables > 0 {
        parts.push(format!("{} failed", counted(tables, "table", "tables")));
    }
    if tests > 0 {
        parts.push(format!("{} failed", counted(tests, "test", "tests")));
    }
    parts.join(", ")
}

/// One step that brings the reader further.
fn next(page: &Page<'_>) -> String {
    match &page.state {
        State::Running { .. } => "nothing yet. This comment changes as the run goes on.".to_owned(),
        State::Stopped { message: what, advice } => {
            format!("{}.<br>{}", message(&sentence(what)), prose(&cut(advice, LONGEST_HELP)))
        }
        State::Over(Verdict::Interrupted | Verdict::Error) => {
            "run the job again. Each table is whole: the old one, or the new one.".to_owned()
        }
        State::Over(Verdict::Failure) => match first(page) {
            Some(finding) => format!(
                "fix {}: {}. Then push again; `cadet ci` on your machine shows the same before you push.",
                page.place(&finding.place),
                message(&finding.message)
            ),
            None => "see what failed below, fix it and push again.".to_owned(),
        },
        State::Over(Verdict::Success) if page.report.base.is_none() => "nothing.".to_owned(),
        State::Over(Verdict::Success) if page.report.count(Level::Warning) > 0 => {
            "look at the warnings below, then ask for a review.".to_owned()
        }
        State::Over(Verdict::Success) => "ask for a review.".to_owned(),
    }
}

/// The worst finding.
fn first<'p>(page: &Page<'p>) -> Option<&'p Finding> {
    page.report.all_findings().into_iter().find(|finding| finding.level == Level::Error)
}

/// Tables, tests and what they cost, in one line.
fn counts(page: &Page<'_>) -> String {
    let report = page.report;
    let tables = |status: Status| concerned(page).filter(|known| known.status == status).count();
    let words = [
        (Status::Success, "built"),
        (Status::Error, "failed"),
        (Status::Skipped, "not built"),
        (Status::NotRun, "not run here"),
    ];
    let counts = words.map(|(status, word)| (tables(status), word));
    let counts = counts.into_iter().chain([(to_come(page).count(), "to come")]);
    let counts: Vec<String> =
        counts.filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")).collect();
    let mut parts = Vec::new();
    if !counts.is_empty() {
        let place = if page.target().is_some() { "" } else { " on the embedded DuckDB" };
        parts.push(format!("**Tables{place}:** {}", counts.join(", ")));
    }
    for (kind, title) in
        [(crate::project::ResourceType::Test, "Tests"), (crate::project::ResourceType::UnitTest, "Unit tests")]
    {
        let counts = report.counts_of_tests(kind);
        if !counts.is_empty() {
            parts.push(format!("**{title}:** {counts}"));
        }
    }
    if let Some((bytes, cost)) = report.spent() {
        parts.push(format!("**Athena read:** {} for {}", read_in_words(bytes), plain(&cost_in_words(cost))));
    }
    parts.join(" · ")
}

fn built(page: &Page<'_>) -> usize {
    concerned(page).filter(|known| known.status == Status::Success).count()
}

/// The tables that the change concerns; what was built only to be read has its own line below them.
fn concerned<'p>(page: &Page<'p>) -> impl Iterator<Item = &'p Outcome> {
    page.report.outcomes.iter().filter(|known| is_table(known.kind) && !is_parent(known))
}
