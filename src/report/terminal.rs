//! Findings and outcomes as people read them in a terminal.

use std::ops::Range;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level as Shown, Origin, Renderer, Snippet};

use super::html::Summary;
use super::text::{self, BOLD, CYAN, ColorChoice, DIM, GREEN, Out, RED, YELLOW, clean, clean_path};
use super::{Report, counted, diff, in_repository};
use crate::deploy::{Outcome, Status};
use crate::error::Error;
use crate::finding::{Finding, Level, Place};
use crate::project::ResourceType;
use crate::source::LineIndex;

/// Shows paths as the reader would type them.
pub struct Paths {
    /// The way from the current folder to the project's, empty or ending in `/`.
    pub prefix: String,
}

impl Paths {
    /// A path of the project, from where the reader stands.
    pub fn shown(&self, path: &str) -> String {
        clean_path(&in_repository(&self.prefix, path))
    }
}

/// One finding with its source lines. `text` gives the text of a file of the project.
pub fn finding(finding: &Finding, paths: &Paths, out: &Out, text: &dyn Fn(&str) -> String) -> String {
    let level = match finding.level {
        Level::Error => Shown::ERROR,
        Level::Warning => Shown::WARNING,
        Level::Note => Shown::NOTE,
    };
    let mut group = Group::with_title(level.primary_title(clean(&finding.message)).id(finding.rule.clone()));
    group = placed(group, &finding.place, AnnotationKind::Primary, (paths, text));
    for (place, words) in &finding.related {
        if !words.is_empty() {
            group = group.element(Shown::NOTE.message(clean(words)));
        }
        group = placed(group, place, AnnotationKind::Context, (paths, text));
    }
    if let Some(help) = &finding.help {
        group = group.element(Shown::HELP.message(clean(help)));
    }
    let renderer = if out.color { Renderer::styled() } else { Renderer::plain() };
    let mut shown = renderer.decor_style(DecorStyle::Unicode).render(&[group]);
    if let Some(diff) = &finding.diff {
        shown.push_str("\n\n");
        shown.push_str(&diff::painted(diff, out));
    }
    shown
}

fn placed<'a>(
    group: Group<'a>,
    place: &Place,
    kind: AnnotationKind,
    (paths, text): (&Paths, &dyn Fn(&str) -> String),
) -> Group<'a> {
    let path = paths.shown(&place.path);
    let Some(span) = &place.span else { return group.element(Origin::path(path)) };
    let text = text(&place.path);
    if text.is_empty() {
        return group.element(Origin::path(path));
    }
    let (window, first_line, span) = window(&text, span);
    let annotation = kind.span(span);
    group.element(Snippet::source(window).line_start(first_line).path(path).annotation(annotation))
}

/// The lines that a span is on, at most a few, with the span in them. Control characters are shown as such.
fn window(text: &str, span: &Range<usize>) -> (String, usize, Range<usize>) {
    let index = LineIndex::new(text);
    let (first, _) = index.position(span.start);
    let (last, _) = index.position(span.end);
    let lines = index.line(first).start..index.line(last.min(first + 5)).end;
    let start = span.start.clamp(lines.start, lines.end);
    let end = span.end.clamp(start, lines.end);
    let before = clean(&text[lines.start..start]);
    let marked = clean(&text[start..end]);
    let after = clean(&text[end..lines.end]);
    (format!("{before}{marked}{after}"), first, before.len()..before.len() + marked.len())
}

/// Says on standard error what stopped cadet, and the way out; with the line that is to blame, if there is one.
pub fn stop(error: &Error) {
    let Some((found, text)) = error.finding() else {
        return text::stop(&error.to_string(), &error.advice());
    };
    let out = Out::new(ColorChoice::Never, true, false);
    text::stopped(&finding(&found, &Paths { prefix: String::new() }, &out, &|_| text.to_owned()));
}

/// Every finding, with a blank line after each.
pub fn findings(found: &[&Finding], paths: &Paths, out: &Out, text: &dyn Fn(&str) -> String) {
    for each in found {
        out.line(&finding(each, paths, out, text));
        out.line("");
    }
}

/// The last line of a check.
pub fn check_summary(report: &Report<'_>, out: &Out) {
    let what = match report.changed_files {
        Some(0) => "no changed file of the project".to_owned(),
        Some(count) => counted(count, "changed file", "changed files"),
        None => "the whole project".to_owned(),
    };
    let (errors, warnings, notes) =
        (report.count(Level::Error), report.count(Level::Warning), report.count(Level::Note));
    let mut parts = Vec::new();
    if errors > 0 {
        parts.push(out.paint(RED, &counted(errors, "error", "errors")));
    }
    if warnings > 0 {
        parts.push(out.paint(YELLOW, &counted(warnings, "warning", "warnings")));
    }
    if notes > 0 {
        parts.push(out.paint(CYAN, &counted(notes, "note", "notes")));
    }
    let sign = if errors > 0 { out.paint(RED, "✗") } else { out.paint(GREEN, "✓") };
    let found = if parts.is_empty() { "nothing to fix".to_owned() } else { parts.join(", ") };
    let tests: String = counts_of_tests(report).iter().map(|counts| format!(" {counts}")).collect();
    out.line(&format!("{sign} Checked {what}: {found}.{tests}"));
    if errors + warnings > 0 && !out.quiet {
        let all = report.all_findings();
        let rule = all.first().map_or("naming/model-file", |finding| finding.rule.as_str());
        out.line(&out.paint(DIM, &format!("  To learn more about a rule: cadet explain {rule}")));
    }
    let not_told = [(report.not_told().0, "ignored by comments"), (report.not_told().1, "in the baseline")];
    for (count, why) in not_told.into_iter().filter(|(count, _)| *count > 0) {
        let found = counted(count, "finding is", "findings are");
        out.info(&out.paint(DIM, &format!("  {found} {why}.")));
    }
    if report.aside.gone > 0 {
        let gone = counted(report.aside.gone, "finding of the baseline has", "findings of the baseline have");
        out.info(&out.paint(DIM, &format!("  {gone} gone: cadet baseline --prune")));
    }
    fixes(report, out);
}

/// What was fixed, or what cadet can fix.
fn fixes(report: &Report<'_>, out: &Out) {
    if let Some(fixed) = &report.aside.fixed {
        let files = counted(fixed.files, "file", "files");
        let found = counted(fixed.findings, "finding", "findings");
        let remain = counted(report.all_findings().len(), "finding remains", "findings remain");
        out.line(&format!("  Fixed {found} in {files}; {remain}."));
        if fixed.is_stopped {
            out.line("  The last fixes were taken back: a file could not be read after them.");
        }
    }
    let what = match report.fixable() {
        (0, 0) => return,
        (safe, 0) => format!("cadet can fix {safe} of these: cadet check --fix"),
        (0, others) => {
            format!("cadet can fix {others} of these, but look at the outcome: cadet check --fix --unsafe-fixes")
        }
        (safe, others) => {
            format!("cadet can fix {safe} of these: cadet check --fix; and {others} more with --unsafe-fixes")
        }
    };
    out.info(&out.paint(DIM, &format!("  {what}")));
}

/// One line for a step that has ended.
pub fn outcome(outcome: &Outcome, out: &Out) -> String {
    let (style, word) = match outcome.status {
        Status::Success if outcome.kind == ResourceType::Seed || outcome.kind == ResourceType::Source => {
            (GREEN, "loaded")
        }
        Status::Success => (GREEN, "built"),
        Status::Pass => (GREEN, "passed"),
        Status::Warn => (YELLOW, "warned"),
        Status::Fail | Status::Error => (RED, "failed"),
        Status::Skipped => (DIM, "skipped"),
        Status::NotRun => (CYAN, "not run"),
    };
    let kind = if outcome.kind == ResourceType::Model { outcome.materialized.as_str() } else { outcome.kind.name() };
    let word = out.paint(style, &format!("{word:>8}"));
    let took = if outcome.took.as_millis() > 0 { format!("{:.2}s", outcome.took.as_secs_f64()) } else { String::new() };
    let first = clean_path(&outcome.message);
    let line =
        format!("{word}  {kind:<11} {}  {}", clean_path(&outcome.name), out.paint(DIM, &format!("{first}  {took}")));
    line.trim_end().to_owned()
}

/// The last lines of a deployment.
pub fn deploy_summary(report: &Report<'_>, out: &Out) {
    removed(&report.removed, out);
    let tables = |status: Status| report.outcomes.iter().filter(|o| o.status == status && o.kind.is_refable()).count();
    let failed = report.outcomes.iter().filter(|o| o.status == Status::Error && !is_test(o)).count();
    let sign = if report.is_bad() { out.paint(RED, "✗") } else { out.paint(GREEN, "✓") };
    let has_tables = report.outcomes.iter().any(|o| o.kind.is_refable());
    let has_tests = report.outcomes.iter().any(is_test);
    let mut parts = Vec::new();
    if has_tables || !has_tests {
        parts.push(format!("{} built", counted(tables(Status::Success), "table", "tables")));
    }
    for (count, word) in
        [(failed, "failed"), (tables(Status::Skipped), "skipped"), (tables(Status::NotRun), "not run here")]
    {
        if count > 0 {
            parts.push(format!("{count} {word}"));
        }
    }
    let mut sentences = if parts.is_empty() { Vec::new() } else { vec![format!("{}.", parts.join(", "))] };
    sentences.extend(counts_of_tests(report));
    sentences.extend(report.spent_in_words());
    out.line(&format!("{sign} {}", sentences.join(" ")));
}

fn is_test(outcome: &Outcome) -> bool {
    matches!(outcome.kind, ResourceType::Test | ResourceType::UnitTest)
}

/// How the tests ended, those of data and those of units apart.
fn counts_of_tests(report: &Report<'_>) -> Vec<String> {
    let kinds = [(ResourceType::Test, "Tests"), (ResourceType::UnitTest, "Unit tests")];
    let counts = kinds.map(|(kind, title)| (report.counts_of_tests(kind), title));
    let counts = counts.into_iter().filter(|(counts, _)| !counts.is_empty());
    counts.map(|(counts, title)| format!("{title}: {counts}.")).collect()
}

/// What a branch takes away, if it does.
pub fn removed(names: &[String], out: &Out) {
    if !names.is_empty() {
        let names: Vec<String> = names.iter().map(|name| clean_path(name)).collect();
        out.info(&format!("This branch removes {}. Tables that were built from it stay.", names.join(", ")));
    }
}

/// How the last run ended, in a few lines.
pub fn last_run(summary: &Summary, out: &Out) {
    let sign = if summary.is_good { out.paint(GREEN, "✓") } else { out.paint(RED, "✗") };
    out.line(&format!("{sign} {}  {}", summary.title, out.paint(DIM, &clean_path(&summary.run))));
    for counts in &summary.counts {
        out.line(&format!("  {counts}"));
    }
    for finding in &summary.findings {
        let level = match finding.level.as_str() {
            "error" => out.paint(RED, "  error"),
            _ => out.paint(YELLOW, "warning"),
        };
        let line = finding.line.map_or_else(String::new, |line| format!(":{line}"));
        let place = out.paint(DIM, &format!("{}{line}", clean_path(&finding.path)));
        out.line(&format!("  {level}  {}  {place}", clean_path(&finding.message)));
    }
    for note in &summary.notes {
        out.info(&out.paint(DIM, &format!("  {note}")));
    }
}

/// A heading between the parts of a long run. The name of a branch in it is anyone's.
pub fn heading(text: &str, out: &Out) {
    if !out.quiet {
        out.line(&out.paint(BOLD, &clean_path(text)));
        out.line("");
    }
}
