//! The report as GitHub's Markdown: the pull request's comment and the job's summary.
//!
//! Everything that comes from the project is text here: it makes no link, no mention, no image and no row of its own.

use std::fmt::Write as _;

use super::text::clean;
use super::{Report, counted, diff, in_repository};
use crate::deploy::{Outcome, Status};
use crate::finding::{Finding, Level};
use crate::plan::Reason;
use crate::project::ResourceType;
use crate::source::LineIndex;

/// By this the comment is found again and replaced.
pub const MARKER: &str = "<!-- cadet:report -->";

/// A comment may hold 65,536 characters; some are left for the closing lines.
const LONGEST: usize = 60_000;

/// The most rows of one table.
const MOST_ROWS: usize = 100;

/// The whole comment.
pub fn comment(report: &Report<'_>, prefix: &str, text: &dyn Fn(&str) -> String) -> String {
    let mut out = format!("{MARKER}\n## {}\n\n", title(report));
    if let Some(base) = &report.base {
        let files = report
            .changed_files
            .map_or_else(String::new, |count| format!(", {}", counted(count, "changed file", "changed files")));
        let _ = writeln!(out, "{} compared with {}{files}.\n", code(&report.head), code(base));
    }
    let found = report.all_findings();
    for (level, title) in [(Level::Error, "To fix"), (Level::Warning, "To look at"), (Level::Note, "To know")] {
        let of_level: Vec<&Finding> = found.iter().copied().filter(|finding| finding.level == level).collect();
        findings(&mut out, title, &of_level, prefix, text);
    }
    if !report.removed.is_empty() {
        let names: Vec<String> = report.removed.iter().take(MOST_ROWS).map(|name| code(name)).collect();
        let _ = writeln!(
            out,
            "**Removed ({}):** {}. Tables that were built from them stay.\n",
            report.removed.len(),
            names.join(", ")
        );
    }
    differences(&mut out, &found);
    tables(&mut out, report);
    tests(&mut out, report);
    if let Some(spent) = report.spent_in_words() {
        let _ = writeln!(out, "{spent}\n");
    }
    if let Some(artefacts) = &report.artefacts {
        let _ = writeln!(out, "Artefacts of this run (manifest, results, compiled SQL, log): {}\n", code(artefacts));
    }
    if report.is_bad() {
        let command =
            if report.findings.iter().any(|finding| finding.level == Level::Error) { "check" } else { "deploy" };
        let _ = writeln!(out, "Run `cadet {command}` on your machine to see the same before you push.");
    }
    out
}

fn title(report: &Report<'_>) -> String {
    let errors = report.count(Level::Error);
    if errors > 0 {
        format!("❌ cadet: {} to fix", counted(errors, "thing", "things"))
    } else if report.is_bad() {
        "❌ cadet: the deployment failed".to_owned()
    } else if report.count(Level::Warning) > 0 {
        format!("✅ cadet: ready for review, with {}", counted(report.count(Level::Warning), "warning", "warnings"))
    } else {
        "✅ cadet: ready for review".to_owned()
    }
}

fn findings(out: &mut String, title: &str, found: &[&Finding], prefix: &str, text: &dyn Fn(&str) -> String) {
    if found.is_empty() {
        return;
    }
    let _ = writeln!(out, "### {title} ({})\n\n| Where | What | How to go on |\n|---|---|---|", found.len());
    let mut shown = 0;
    for finding in found.iter().take(MOST_ROWS) {
        if out.len() > LONGEST {
            break;
        }
        let line =
            finding.place.span.as_ref().map(|span| LineIndex::new(&text(&finding.place.path)).position(span.start).0);
        let line = line.map_or_else(String::new, |line| format!(" line {line}"));
        let mut help = finding.help.as_deref().map_or_else(String::new, with_lines);
        if let Some(fix) = &finding.fix {
            let _ = write!(help, "{}{}", if help.is_empty() { "" } else { "<br>" }, prose(fix.command()));
        }
        let place = code(&in_repository(prefix, &finding.place.path));
        let _ = writeln!(
            out,
            "| {place}{line} | {} <br><sub>{}</sub> | {help} |",
            prose(&finding.message),
            code(&finding.rule)
        );
        shown += 1;
    }
    if shown < found.len() {
        let _ = writeln!(out, "\n{} more: see the job's log.", found.len() - shown);
    }
    out.push('\n');
}

/// What unit tests expect beside what their models give.
fn differences(out: &mut String, found: &[&Finding]) {
    for finding in found {
        let Some(diff) = finding.diff.as_deref().filter(|_| out.len() < LONGEST) else { continue };
        let shown = diff::markdown(diff);
        if out.len() + shown.len() < LONGEST {
            let _ = writeln!(out, "**{}**\n\n{shown}\n", prose(&finding.message));
        }
    }
}

fn tables(out: &mut String, report: &Report<'_>) {
    let is_table = |outcome: &&Outcome| matches!(outcome.kind, ResourceType::Model | ResourceType::Seed);
    let parents = [Reason::Missing, Reason::Stale].map(|reason| reason.to_string());
    let is_parent = |outcome: &Outcome| parents.contains(&outcome.reason) && outcome.status == Status::Success;
    let all: Vec<&Outcome> = report.outcomes.iter().filter(is_table).collect();
    let tables: Vec<&Outcome> = all.iter().copied().filter(|outcome| !is_parent(outcome)).collect();
    if all.is_empty() {
        return;
    }
    let built = tables.iter().filter(|outcome| outcome.status == Status::Success).count();
    let _ = writeln!(
        out,
        "<details{}><summary><b>Tables: {built} of {} built</b></summary>\n",
        if built < tables.len() { " open" } else { "" },
        tables.len()
    );
    out.push_str("| | Table | Result | Why it is here |\n|---|---|---|---|\n");
    for outcome in tables.iter().take(MOST_ROWS) {
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} |",
            sign(outcome.status),
            code(&outcome.name),
            prose(&outcome.message),
            prose(&outcome.reason)
        );
    }
    if tables.len() > MOST_ROWS {
        let _ = writeln!(out, "\n{} more: see the job's log.", tables.len() - MOST_ROWS);
    }
    if all.len() > tables.len() {
        let parents = counted(
            all.len() - tables.len(),
            "unchanged table that they read was",
            "unchanged tables that they read were",
        );
        let _ = writeln!(out, "\n{parents} built too.");
    }
    out.push_str("\n</details>\n\n");
}

fn tests(out: &mut String, report: &Report<'_>) {
    for (kind, title) in [(ResourceType::Test, "Tests"), (ResourceType::UnitTest, "Unit tests")] {
        let counts = report.counts_of_tests(kind);
        if !counts.is_empty() {
            let _ = writeln!(out, "**{title}:** {counts}.\n");
        }
    }
}

fn sign(status: Status) -> &'static str {
    match status {
        Status::Success | Status::Pass => "✅",
        Status::Warn => "⚠️",
        Status::Error | Status::Fail => "❌",
        Status::Skipped => "⏭️",
        Status::NotRun => "➖",
    }
}

/// A sentence, and below it lines to be copied as they are.
fn with_lines(text: &str) -> String {
    match text.split_once('\n') {
        Some((sentence, lines)) => {
            let lines: Vec<String> = lines.lines().map(|line| entities(&clean(line))).collect();
            format!("{}<pre>{}</pre>", prose(sentence), lines.join("<br>"))
        }
        None => prose(text),
    }
}

/// A name in a code span: nothing in it means anything to GitHub.
fn code(text: &str) -> String {
    let text = clean(text).replace(['\n', '\t'], " ");
    if text.contains('`') || text.trim().is_empty() {
        return format!("<code>{}</code>", entities(&text));
    }
    format!("`{}`", text.replace('|', "\\|"))
}

/// A sentence of cadet's, with names between backticks.
fn prose(text: &str) -> String {
    let mut out = String::new();
    for (at, part) in text.split('`').enumerate() {
        let closed = text.matches('`').count() > at;
        match (at % 2, closed) {
            (1, true) => out.push_str(&code(part)),
            _ => out.push_str(&entities(&clean(part)).replace('\n', "<br>").replace("  ", "&nbsp; ")),
        }
    }
    out
}

/// Every character that Markdown, HTML or GitHub gives a meaning to, as an entity; `@` and `#` never touch a word.
fn entities(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    let mut before = ' ';
    while let Some(c) = chars.next() {
        let next = chars.peek().copied().unwrap_or(' ');
        let means_something = match c {
            '&' | '<' | '>' | '\\' | '`' | '*' | '[' | ']' | '|' | '~' | '$' | '^' => true,
            // Inside a word an underscore is plain, and so is a colon before a blank.
            '_' => !(before.is_alphanumeric() && next.is_alphanumeric()),
            ':' => !next.is_whitespace(),
            '.' => before == 'w',
            _ => false,
        };
        match c {
            '@' | '#' => {
                let _ = write!(out, "&#{};&#8203;", u32::from(c));
            }
            c if means_something => {
                let _ = write!(out, "&#{};", u32::from(c));
            }
            c => out.push(c),
        }
        before = c;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_of_the_project_stays_text() {
        let hostile = "a|b `x|y` @org/everyone #1 ![i](https://e) <img src=x> </details>\n## no";
        assert_eq!(
            prose(hostile),
            "a&#124;b `x\\|y` &#64;&#8203;org/everyone &#35;&#8203;1 !&#91;i&#93;(https&#58;//e) \
             &#60;img src=x&#62; &#60;/details&#62;<br>&#35;&#8203;&#35;&#8203; no"
        );
        assert_eq!(prose("www.evil.uk __x__ a_b: c :tada:"), "www&#46;evil.uk &#95;&#95;x&#95;&#95; a_b: c &#58;tada:");
    }
}
