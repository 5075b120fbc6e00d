//! The tables of the run: why each is here, what became of it, what it took, and how to look into it.

use super::super::escape::markdown::{block, plain};
use super::super::outputs::is_table;
use super::super::{cost_in_words, counted, read_in_words};
use super::fit::{Part, rows};
use super::page::{Page, message, thousands};
use crate::deploy::{Outcome, Status};
use crate::plan::Reason;
use crate::project::ResourceType;
use crate::report::around::Tests;

/// So many tables are shown without a click.
const OPEN: usize = 10;

/// The table of tables, and below it what to paste to see their rows.
pub(super) fn parts<'p>(page: &Page<'p>, more: &str) -> Vec<Part<'p>> {
    let all: Vec<&Outcome> = page.report.outcomes.iter().filter(|known| is_table(known.kind)).collect();
    if all.is_empty() {
        return Vec::new();
    }
    let mut tables: Vec<&Outcome> = all.iter().copied().filter(|known| !is_parent(known)).collect();
    // What the author has to do with comes first.
    tables.sort_by_key(|known| rank(known.status));
    let parents = all.len() - tables.len();
    [table(page, &tables, parents, more), look(page, &tables, more)].into_iter().flatten().collect()
}

/// Built only because something in the change reads it.
pub(super) fn is_parent(outcome: &Outcome) -> bool {
    let parents = [Reason::Missing, Reason::Stale].map(|reason| reason.to_string());
    parents.contains(&outcome.reason) && outcome.status == Status::Success
}

fn rank(status: Status) -> u8 {
    match status {
        Status::Error | Status::Fail => 0,
        Status::Skipped => 1,
        Status::NotRun | Status::Warn => 2,
        Status::Success | Status::Pass => 3,
    }
}

fn table<'p>(page: &Page<'p>, tables: &[&Outcome], parents: usize, more: &str) -> Option<Part<'p>> {
    let is_spent = tables.iter().any(|known| !known.spent.is_empty());
    let lines: Vec<String> = tables.iter().map(|known| row(page, known, is_spent)).collect();
    let (read, line) = if is_spent { (" Read |", "--:|") } else { ("", "") };
    let head = format!("| | Table | Result | Time |{read} Tests |\n|---|---|---|--:|{line}---|\n");
    let built = tables.iter().filter(|known| known.status == Status::Success).count();
    let (count, more) = (tables.len(), more.to_owned());
    let others = (parents > 0).then(|| {
        let parents = counted(parents, "unchanged table that they read was", "unchanged tables that they read were");
        format!("{parents} built too.\n\n")
    });
    let write = move |shown: usize| {
        let list = rows(&lines, shown, (OPEN, &head), (("table", "tables"), &more));
        format!("### Tables: {built} of {count} built\n\n{list}{}", others.clone().unwrap_or_default())
    };
    Some(Part { weight: 4, rows: count, write: Box::new(write) })
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
        message(&reason(outcome))
    )
}

/// Why it is here; tables of its own database are called by their names alone.
fn reason(outcome: &Outcome) -> String {
    match outcome.name.split_once("__") {
        Some((database, _)) => outcome.reason.replace(&format!(" {database}__"), " "),
        None => outcome.reason.clone(),
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
    match page.report.aside.around.links.console.as_ref().filter(|_| is_id) {
        Some(region) => {
            let console = format!("https://{region}.console.aws.amazon.com/athena/home?region={region}");
            format!("[{words}]({console}#/query-editor/history/{})", last.query)
        }
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
