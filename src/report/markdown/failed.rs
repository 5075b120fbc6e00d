//! What failed on the warehouse: each with its cause, its place and the way out.

use super::super::diff;
use super::super::escape::cut;
use super::super::escape::markdown::code;
use super::super::outputs::is_table;
use super::findings::{how, indented};
use super::fit::{Part, rows};
use super::page::{Page, message, sentence};
use crate::deploy::{Outcome, Status};

/// So many are shown without a click.
const OPEN: usize = 5;

/// What failed, tables before tests.
pub(super) fn part<'p>(page: &Page<'p>, more: &str) -> Vec<Part<'p>> {
    let mut bad: Vec<&Outcome> = page.report.outcomes.iter().filter(|outcome| outcome.status.is_bad()).collect();
    bad.sort_by_key(|outcome| !is_table(outcome.kind));
    if bad.is_empty() {
        return Vec::new();
    }
    let items: Vec<String> = bad.into_iter().map(|outcome| item(page, outcome)).collect();
    let (count, more) = (items.len(), more.to_owned());
    let write = move |shown: usize| {
        let list = rows(&items, shown, (OPEN, ""), (("failure", "failures"), &more));
        format!("### 💥 Failed ({count})\n\n{list}")
    };
    vec![Part { weight: 8, rows: count, write: Box::new(write) }]
}

fn item(page: &Page<'_>, outcome: &Outcome) -> String {
    let around = &page.report.aside.around;
    let table = around.node(&outcome.id).and_then(|node| node.table.as_deref());
    let name = code(&cut(table.unwrap_or(&outcome.name), 240));
    let cause = outcome.finding.as_ref().map_or(outcome.message.as_str(), |finding| finding.message.as_str());
    let place =
        outcome.finding.as_ref().map_or_else(String::new, |finding| format!("<br>{}", page.place(&finding.place)));
    let mut out = format!("- **{name}: {}**{place}{}\n", message(&sentence(cause)), held_back(page, outcome));
    if let Some(finding) = &outcome.finding {
        out.push_str(&how(finding, "  "));
        if let Some(diff) = finding.diff.as_deref() {
            out.push_str(&indented(&diff::markdown(diff), "  "));
        }
    }
    out
}

/// What was not built because of it.
fn held_back(page: &Page<'_>, outcome: &Outcome) -> String {
    let because = format!("{} failed", outcome.name);
    let is_held =
        |other: &&Outcome| other.status == Status::Skipped && is_table(other.kind) && other.message == because;
    let names: Vec<String> =
        page.report.outcomes.iter().filter(is_held).map(|other| code(&cut(&other.name, 120))).collect();
    match names.as_slice() {
        [] => String::new(),
        few if few.len() <= 5 => format!("<br>Not built because of it: {}", few.join(", ")),
        [first, second, third, rest @ ..] => {
            format!("<br>Not built because of it: {first}, {second}, {third} and {} more", rest.len())
        }
        _ => String::new(),
    }
}
