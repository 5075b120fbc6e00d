//! What was found in the files, by level: five are shown, the others folded away.

use super::super::escape::markdown::{block, code};
use super::fit::{Part, rows};
use super::page::{LONGEST_HELP, Page, message, sentence};
use super::promises;
use crate::finding::{Finding, Level};

/// So many of a level are shown without a click.
const OPEN: usize = 5;

/// One part for each level that has findings.
pub(super) fn parts<'p>(page: &Page<'p>, more: &str) -> Vec<Part<'p>> {
    let own = own(page);
    let levels = [(Level::Error, "❌ To fix", 8), (Level::Warning, "⚠️ To look at", 3), (Level::Note, "ℹ️ To know", 1)];
    let part = |(level, title, weight): (Level, &'static str, usize)| {
        let found: Vec<String> =
            own.iter().filter(|finding| finding.level == level).map(|finding| item(page, finding)).collect();
        if found.is_empty() {
            return None;
        }
        let (count, more) = (found.len(), more.to_owned());
        let write = move |shown: usize| {
            let list = rows(&found, shown, (OPEN, ""), (("finding", "findings"), &more));
            format!("### {title} ({count})\n\n{list}")
        };
        Some(Part { weight, rows: count, write: Box::new(write) })
    };
    levels.into_iter().filter_map(part).collect()
}

/// The findings that no other part tells of.
fn own<'p>(page: &Page<'p>) -> Vec<&'p Finding> {
    in_files(page).into_iter().filter(|finding| !promises::is_one(finding)).collect()
}

/// The findings of the files, and not those of what failed.
pub(super) fn in_files<'p>(page: &Page<'p>) -> Vec<&'p Finding> {
    let failed = page.report.outcomes.iter().filter(|outcome| outcome.status.is_bad());
    let told: Vec<&Finding> = failed.filter_map(|outcome| outcome.finding.as_ref()).collect();
    page.report.all_findings().into_iter().filter(|finding| !told.contains(finding)).collect()
}

/// One finding: what is wrong, where, and how to go on.
pub(super) fn item(page: &Page<'_>, finding: &Finding) -> String {
    let what = message(&sentence(&finding.message));
    let mut out = format!("- **{what}**<br>{} · {}\n", page.place(&finding.place), code(&finding.rule));
    out.push_str(&how(finding, "  "));
    out
}

/// How to fix it, below an item of a list.
pub(super) fn how(finding: &Finding, indent: &str) -> String {
    let mut out = String::new();
    if let Some(help) = &finding.help {
        let (words, lines) = help.split_once('\n').unwrap_or((help, ""));
        out.push_str(&format!("{indent}<br>**Fix:** {}\n", message(words)));
        if !lines.trim().is_empty() {
            out.push_str(&indented(&block("yaml", lines, LONGEST_HELP), indent));
        }
    }
    if let Some(fix) = &finding.fix {
        out.push_str(&format!("{indent}<br>{}\n", message(fix.command())));
    }
    out
}

/// A block as a part of a list's item, with an empty line before it.
pub(super) fn indented(block: &str, indent: &str) -> String {
    let lines: String = block.lines().map(|line| format!("{indent}{line}\n")).collect();
    format!("\n{lines}\n")
}

/// A finding in a sentence, without its place.
pub(super) fn sentences(finding: &Finding) -> String {
    format!("**{}** · {}", message(&sentence(&finding.message)), code(&finding.rule))
}
