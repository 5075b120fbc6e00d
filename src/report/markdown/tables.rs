//! The tables of the run: why each is here, what became of it, what it took, and how to look into it.

use super::super::escape::markdown::{block, plain};
use super::super::outputs::is_table;
use super::super::{cost_in_words, counted, read_in_words};
use super::fit::{Part, rows};
use super::page::{Page, message, thousands};
use crate::deploy::{Outcome, Status};
use crate::plan::Reason;
use crate::project::ResourceType;
use crate::report::around::{Tests, ToCome};

/// So many tables are shown without a click.
const OPEN: usize = 10;

/// The table of tables, and below it what to paste to see their rows.
pub(super) fn parts<'p>(page: &Page<'p>, more: &str) -> Vec<Part<'p>> {
    let all: Vec<&Outcome> = page.report.outcomes.iter().filter(|known| is_table(known.kind)).collect();
    let (parents, mut tables): (Vec<&Outcome>, Vec<&Outcome>) = all.into_iter().partition(|known| is_parent(known));
    // What the author has to do with comes first.
    tables.sort_by_key(|known| rank(known.status));
    let parts = [table(page, &tables, more), only_read(page, &parents, more), look(page, &tables, more)];
    parts.into_iter().flatten().collect()
}

/// Built only because something in the change reads it.
pub(super) fn is_parent(outcome: &Outcome) -> bool {
    outcome.status == Status::Success && is_only_read(&outcome.reason)
}

fn is_only_read(reason: &str) -> bool {
    [Reason::Missing, Reason::Stale].iter().any(|parent| parent.to_string() == reason)
}

/// The tables of the change that the run has yet to build.
pub(super) fn to_come<'p>(page: &Page<'p>) -> impl Iterator<Item = &'p ToCome> {
    page.report.aside.around.to_come.iter().filter(|table| !is_only_read(&table.reason))
}

fn rank(status: Status) -> u8 {
    match status {
        Status::Error | Status::Fail => 0,
        Status::Skipped => 1,
        Status::NotRun | Status::Warn => 2,
        Status::Success | Status::Pass => 3,
    }
}

fn table<'p>(page: &Page<'p>, tables: &[&Outcome], more: &str) -> Option<Part<'p>> {
    let (head, mut lines) = table_of(page, tables);
    let built = tables.iter().filter(|known| known.status == Status::Success).count();
    let is_spent = is_spent(tables);
    lines.extend(to_come(page).map(|table| row_to_come(page, table, is_spent)));
    let so_far = if lines.len() > tables.len() { " so far" } else { "" };
    let (count, more) = (lines.len(), more.to_owned());
    let write = move |shown: usize| {
        let list = rows(&lines, shown, (OPEN, &head), (("table", "tables"), &more));
        format!("### Tables: {built} of {count} built{so_far}\n\n{list}")
    };
    (count > 0).then(|| Part { weight: 4, rows: count, write: Box::new(write) })
}

/// What did not change, and was built because something in the change reads it: folded away.
fn only_read<'p>(page: &Page<'p>, parents: &[&Outcome], more: &str) -> Option<Part<'p>> {
    let (head, lines) = table_of(page, parents);
    let (count, more) = (lines.len(), more.to_owned());
    let write = move |shown: usize| {
        let title = counted(count, "unchanged table that is read was", "unchanged tables that are read were");
        let list = rows(&lines, shown, (count, &head), (("table", "tables"), &more));
        format!("<details><summary>{title} built too</summary>\n\n{list}</details>\n\n")
    };
    (count > 0).then(|| Part { weight: 1, rows: count, write: Box::new(write) })
}

/// The head of a table of tables, and its rows.
fn table_of(page: &Page<'_>, tables: &[&Outcome]) -> (String, Vec<String>) {
    let is_spent = is_spent(tables);
    let (read, line) = if is_spent { (" Read |", "--:|") } else { ("", "") };
    let head = format!("| | Table | Result | Time |{read} Tests |\n|---|---|---|--:|{line}---|\n");
    (head, tables.iter().map(|known| row(page, known, is_spent)).collect())
}

fn is_spent(tables: &[&Outcome]) -> bool {
    tables.iter().any(|known| !known.spent.is_empty())
}

fn row_to_come(page: &Page<'_>, table: &ToCome, is_spent: bool) -> String {
    let node = page.report.aside.around.node(&table.id);
    let name = node.map(|node| node.table.as_deref().unwrap_or(&node.name)).unwrap_or_default();
    let (file, read) = (node.map(|node| node.file.as_str()).unwrap_or_default(), if is_spent { " |" } else { "" });
    let why = message(&reason(node.map(|node| node.name.as_str()).unwrap_or_default(), &table.reason));
    format!("| ⏳ | {}<br><sub>{why}</sub> | to come | |{read} |\n", page.named(name, file))
}

fn row(page: &Page<'_>, outcome: &Outcome, is_spent: bool) -> String {
    let node = page.report.aside.around.node(&outcome.id);
    let name = node.and_then(|node| node.table.as_deref()).unwrap_or(&outcome.name);
    let result = match (outcome.status, outcome.count) {
        (Status::Success, Some(1)) if outcome.message == "1 row" => "1 row".to_owned(),
        (Status::Success, Some(rows)) if outcome.message == format!("{rows} rows") => {
            format!("{} rows", thousands(rows))
        }
        (Status::Error, _) => "failed".to_owned(),
        _ => message(&outcome.message),
    };
    let took = match outcome.status {
        Status::Skipped | Status::NotRun => String::new(),
        // A tenth of a second is the least that anyone wants to know of.
        _ => format!("{:.1} s", (outcome.took.as_secs_f64() * 10.0).ceil().max(1.0) / 10.0),
    };
    let read = if is_spent { format!(" {} |", read(page, outcome)) } else { String::new() };
    let tests = node.map_or_else(String::new, |node| tests(node.tests));
    let file = node.map(|node| node.file.as_str()).unwrap_or_default();
    format!(
        "| {} | {}<br><sub>{}</sub> | {result} | {took} |{read} {tests} |\n",
        sign(outcome.status),
        page.named(name, file),
        message(&reason(&outcome.name, &outcome.reason))
    )
}

/// Why it is here; tables of its own database are called by their names alone.
fn reason(name: &str, reason: &str) -> String {
    match name.split_once("__") {
        Some((database, _)) => reason.replace(&format!(" {database}__"), " "),
        None => reason.to_owned(),
    }
}

/// What its statements read, with the way to the last of them in Athena's console.
fn read(page: &Page<'_>, outcome: &Outcome) -> String {
    let (bytes, cost) = (
        outcome.spent.iter().map(|spent| spent.bytes).sum::<u64>(),
        outcome.spent.iter().map(|spent| spent.cost).sum::<f64>(),
    );
    let Some(last) = outcome.spent.last() else { return String::new() };
    let words = plain(&format!("{}, {}", read_in_words(bytes), cost_in_words(cost)));
    let is_id = !last.query.is_empty() && last.query.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'-');
    match page.report.aside.around.links.console_page().filter(|_| is_id) {
        Some(console) => format!("[{words}]({console}#/query-editor/history/{})", last.query),
        None => words,
    }
}

fn tests(tests: Tests) -> String {
    let counts = [(tests.passed, "✅"), (tests.warned, "⚠️"), (tests.failed, "❌")];
    let shown = counts.into_iter().filter(|(count, _)| *count > 0).map(|(count, sign)| format!("{count}\u{a0}{sign}"));
    shown.collect::<Vec<_>>().join(" ")
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

/// What to paste to see rows of the tables that were built.
fn look<'p>(page: &Page<'p>, tables: &[&Outcome], more: &str) -> Option<Part<'p>> {
    let around = &page.report.aside.around;
    let is_live = around.target.is_some();
    let one = |known: &&Outcome| {
        let table = around.node(&known.id)?.table.as_deref()?;
        let command = match is_live {
            true => format!("select * from {} limit 100", quoted(table)),
            false => format!("cadet show --select {}", known.name),
        };
        Some(block(if is_live { "sql" } else { "sh" }, &command, 600) + "\n")
    };
    let is_there = |known: &&&Outcome| known.status == Status::Success;
    let is_shown = |known: &&&Outcome| is_live || known.kind != ResourceType::Snapshot;
    let blocks: Vec<String> = tables.iter().filter(is_there).filter(is_shown).filter_map(one).collect();
    if blocks.is_empty() {
        return None;
    }
    let (count, more) = (blocks.len(), more.to_owned());
    let write = move |shown: usize| {
        if shown == 0 {
            return String::new();
        }
        let where_ = if is_live { "Paste into Athena's query editor:" } else { "On your machine, after `cadet ci`:" };
        let left = match count - shown.min(count) {
            0 => String::new(),
            left => format!("\n{left} more: see {more}.\n"),
        };
        let blocks = blocks[..shown.min(count)].join("\n");
        format!("<details><summary>Look into the tables</summary>\n\n{where_}\n\n{blocks}{left}\n</details>\n\n")
    };
    Some(Part { weight: 1, rows: count, write: Box::new(write) })
}

/// `database.table`, in quotes where one of the names is not a plain one.
fn quoted(table: &str) -> String {
    let is_plain = |name: &str| {
        let letters = name.bytes().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'_');
        letters && name.starts_with(|c: char| c.is_ascii_lowercase())
    };
    let quote =
        |name: &str| if is_plain(name) { name.to_owned() } else { format!("\"{}\"", name.replace('"', "\"\"")) };
    match table.split_once('.') {
        Some((database, table)) => format!("{}.{}", quote(database), quote(table)),
        None => quote(table),
    }
}
