//! What reads the change and was not built: dashboards, metrics, models; with whom to tell.

use super::super::escape::cut;
use super::super::escape::markdown::{code, plain};
use super::fit::{Part, rows};
use super::page::{Page, sentence};

/// So many are shown without a click.
const OPEN: usize = 5;

/// So many of the changed models that one of them reads are named.
const NAMED: usize = 3;

/// One row for each.
pub(super) fn part<'p>(page: &Page<'p>, more: &str) -> Vec<Part<'p>> {
    let readers = &page.report.aside.around.readers;
    if readers.is_empty() {
        return Vec::new();
    }
    let row = |reader: &crate::report::around::Reader| {
        let mut reads: Vec<String> = reader.reads.iter().take(NAMED).map(|name| code(&cut(name, 120))).collect();
        if reader.reads.len() > NAMED {
            reads.push(format!("{} more", reader.reads.len() - NAMED));
        }
        let owner = reader.owner.as_deref().map_or_else(String::new, |owner| plain(&cut(owner, 120)));
        let what = plain(&sentence(&cut(&reader.what, 60)));
        format!("| {what} | {} | {owner} | {} |\n", code(&cut(&reader.name, 120)), reads.join(", "))
    };
    let lines: Vec<String> = readers.iter().map(row).collect();
    let (count, more) = (lines.len(), more.to_owned());
    let write = move |shown: usize| {
        let head = "| | Name | Owner | Reads |\n|---|---|---|---|\n";
        let list = rows(&lines, shown, (OPEN, head), (("reader", "readers"), &more));
        format!(
            "### 📣 Not built, but downstream of the change ({count})\n\nTell the owners when the numbers will change.\n\n{list}"
        )
    };
    vec![Part { weight: 3, rows: count, write: Box::new(write) }]
}
