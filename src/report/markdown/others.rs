//! What changed and leaves no table: tests, and what is said of tables.

use super::super::escape::cut;
use super::super::escape::markdown::plain;
use super::fit::{Part, rows};
use super::page::Page;

/// So many are shown without a click.
const OPEN: usize = 5;

/// One line for each.
pub(super) fn part<'p>(page: &Page<'p>, more: &str) -> Vec<Part<'p>> {
    let others = &page.report.aside.around.others;
    if others.is_empty() {
        return Vec::new();
    }
    let line = |other: &crate::report::around::Other| {
        format!("- {}: {}\n", page.named(&other.name, &other.file), plain(&cut(&other.what, 120)))
    };
    let lines: Vec<String> = others.iter().map(line).collect();
    let (count, more) = (lines.len(), more.to_owned());
    let write = move |shown: usize| {
        let list = rows(&lines, shown, (OPEN, ""), (("change", "changes"), &more));
        format!("### Also changed ({count})\n\n{list}")
    };
    vec![Part { weight: 1, rows: count, write: Box::new(write) }]
}
