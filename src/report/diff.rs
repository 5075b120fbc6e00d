//! What a unit test expects beside what its model gives, written out: for a terminal, as plain text, as Markdown, as JSON.

use anstyle::Style;
use serde_json::{Value, json};

use super::counted;
use super::escape::markdown::block;
use super::table::{Shown, Table, cut, value};
use super::text::{ColorChoice, DIM, GREEN, Out, RED, YELLOW, clean_path};
use crate::finding::Diff;
use crate::finding::diff::{Cell, Matched};

/// A line is at most so long.
const WIDEST: usize = 78;

/// A value in a table is at most so long.
const WIDEST_VALUE: usize = 24;

/// In a list of values, a name, a value, and each of two values are at most so long.
const LISTED: (usize, usize, usize) = (30, 44, 20);

/// So many rows that differ are shown.
const MOST_ROWS: usize = 20;

/// A line with its mark: ` `, `~`, `-` or `+`.
type Line = (char, String);

/// For a terminal.
pub fn painted(diff: &Diff, out: &Out) -> String {
    let line = |(mark, line): Line| {
        let style = match mark {
            '~' => YELLOW,
            '-' => RED,
            '+' => GREEN,
            _ => Style::new(),
        };
        let mark = if mark == ' ' { " ".to_owned() } else { out.paint(style, &mark.to_string()) };
        format!("  {mark} {line}").trim_end().to_owned()
    };
    lines(diff, out).into_iter().map(line).collect::<Vec<_>>().join("\n")
}

/// Without colour.
pub fn text(diff: &Diff) -> String {
    painted(diff, &Out::new(ColorChoice::Never, true, false))
}

/// A block of Markdown, in the colours that GitHub gives to `-`, `+` and `!` at the start of a line.
pub fn markdown(diff: &Diff) -> String {
    let line = |(mark, line): Line| {
        let mark = if mark == '~' { '!' } else { mark };
        format!("{mark} {line}").trim_end().to_owned()
    };
    let plain = Out::new(ColorChoice::Never, true, false);
    let lines: Vec<String> = lines(diff, &plain).into_iter().map(line).collect();
    block("diff", &lines.join("\n").replace(CHANGED, "! expected → actual"), usize::MAX)
}

/// For scripts: every row, each value as text or null.
pub fn json(diff: &Diff) -> Value {
    let row = |row: &Matched| match row {
        Matched::Same(row) => json!({"is": "same", "expected": row, "actual": row}),
        Matched::Missing(row) => json!({"is": "missing", "expected": row, "actual": null}),
        Matched::Extra(row) => json!({"is": "extra", "expected": null, "actual": row}),
        Matched::Changed(row) => {
            let (expected, actual): (Vec<&Cell>, Vec<&Cell>) = row.iter().map(|(a, b)| (a, b)).unzip();
            json!({"is": "changed", "expected": expected, "actual": actual})
        }
    };
    json!({"columns": diff.columns, "rows": diff.rows.iter().map(row).collect::<Vec<_>>()})
}

fn lines(diff: &Diff, out: &Out) -> Vec<Line> {
    let (rows, left_out) = worth_showing(diff);
    let columns = columns(diff, &rows);
    let table = table(diff, &rows, &columns, out);
    let mut lines: Vec<Line> = if table.width() <= WIDEST - 4 {
        let marks = rows.iter().map(|row| mark(row));
        [' ', ' '].into_iter().chain(marks).zip(table.lines()).collect()
    } else {
        rows.iter().flat_map(|row| listed(diff, row, out)).collect()
    };
    if columns.len() < diff.columns.len() && table.width() <= WIDEST - 4 {
        let more = counted(diff.columns.len() - columns.len(), "column", "columns");
        lines.push((' ', out.paint(DIM, &format!("{more} without a difference not shown"))));
    }
    if left_out > 0 {
        lines.push((' ', out.paint(DIM, &format!("{} more", counted(left_out, "row", "rows")))));
    }
    lines.push((' ', String::new()));
    lines.push((' ', out.paint(DIM, &legend(&rows))));
    lines
}

/// The rows that differ with those beside them, and how many others there are.
fn worth_showing(diff: &Diff) -> (Vec<&Matched>, usize) {
    let differs = |at: usize| diff.rows.get(at).is_some_and(|row| !matches!(row, Matched::Same(_)));
    let is_near = |at: usize| differs(at) || differs(at + 1) || at.checked_sub(1).is_some_and(differs);
    let near: Vec<&Matched> = (0..diff.rows.len()).filter(|at| is_near(*at)).map(|at| &diff.rows[at]).collect();
    let shown: Vec<&Matched> = near.into_iter().take(MOST_ROWS).collect();
    let left_out = diff.rows.len() - shown.len();
    (shown, left_out)
}

/// All columns; where they are too many and rows only differ in a few, the first and those.
fn columns(diff: &Diff, rows: &[&Matched]) -> Vec<usize> {
    let all: Vec<usize> = (0..diff.columns.len()).collect();
    let plain = Out::new(ColorChoice::Never, true, false);
    let is_whole = rows.iter().any(|row| matches!(row, Matched::Missing(_) | Matched::Extra(_)));
    if is_whole || table(diff, rows, &all, &plain).width() <= WIDEST - 4 {
        return all;
    }
    let differs = |at: &usize| {
        *at == 0 || rows.iter().any(|row| matches!(row, Matched::Changed(row) if row[*at].0 != row[*at].1))
    };
    all.into_iter().filter(differs).collect()
}

fn table(diff: &Diff, rows: &[&Matched], columns: &[usize], out: &Out) -> Table {
    let name = |at: &usize| cut(&clean_path(&diff.columns[*at]), WIDEST_VALUE);
    let row = |row: &&Matched| columns.iter().map(|at| shown(row, *at, WIDEST_VALUE, out)).collect();
    let is_number = |at: &usize| {
        let is_number = |cell: &Cell| cell.as_ref().is_none_or(|text| text.parse::<f64>().is_ok());
        diff.rows.iter().all(|row| match row {
            Matched::Same(row) | Matched::Missing(row) | Matched::Extra(row) => is_number(&row[*at]),
            Matched::Changed(row) => is_number(&row[*at].0) && is_number(&row[*at].1),
        })
    };
    Table {
        header: columns.iter().map(name).collect(),
        rows: rows.iter().map(row).collect(),
        right: columns.iter().map(is_number).collect(),
    }
}

/// One value of a row; both, where they differ.
fn shown(row: &Matched, at: usize, most: usize, out: &Out) -> Shown {
    let whole = |cell: &Cell| cut(&value(cell.as_deref()), most);
    let styled = |style: Style, cell: &Cell| Shown { plain: whole(cell), painted: out.paint(style, &whole(cell)) };
    match row {
        Matched::Same(row) => Shown::plain(whole(&row[at])),
        Matched::Missing(row) => styled(RED, &row[at]),
        Matched::Extra(row) => styled(GREEN, &row[at]),
        Matched::Changed(row) => {
            let (expected, actual) = &row[at];
            if expected == actual {
                return Shown::plain(whole(expected));
            }
            let (expected, actual) = told_apart(expected, actual, most);
            let painted = format!("{} → {}", out.paint(RED, &expected), out.paint(GREEN, &actual));
            Shown { plain: format!("{expected} → {actual}"), painted }
        }
    }
}

/// Two values that differ, each cut so that the difference is seen.
fn told_apart(expected: &Cell, actual: &Cell, most: usize) -> (String, String) {
    let (expected, actual) = (value(expected.as_deref()), value(actual.as_deref()));
    let same = expected.chars().zip(actual.chars()).take_while(|(a, b)| a == b).count();
    let is_long = expected.chars().count().max(actual.chars().count()) > most;
    let from = |text: &str| match is_long && same > most / 2 {
        true => format!("…{}", text.chars().skip(same - most / 4).collect::<String>()),
        false => text.to_owned(),
    };
    (cut(&from(&expected), most), cut(&from(&actual), most))
}

/// A row as a list of its values, for tables that are too wide.
fn listed(diff: &Diff, row: &Matched, out: &Out) -> Vec<Line> {
    let is_shown = |at: &usize| match row {
        Matched::Same(_) => *at == 0,
        Matched::Changed(row) => *at == 0 || row[*at].0 != row[*at].1,
        Matched::Missing(_) | Matched::Extra(_) => true,
    };
    let most = if matches!(row, Matched::Changed(_)) { LISTED.2 } else { LISTED.1 };
    let line = |(number, at): (usize, usize)| {
        let mark = if number == 0 || mark(row) != '~' { mark(row) } else { ' ' };
        let name = cut(&clean_path(&diff.columns[at]), LISTED.0);
        (mark, format!("{name}: {}", shown(row, at, most, out).painted))
    };
    (0..diff.columns.len()).filter(is_shown).enumerate().map(line).collect()
}

fn mark(row: &Matched) -> char {
    match row {
        Matched::Same(_) => ' ',
        Matched::Changed(_) => '~',
        Matched::Missing(_) => '-',
        Matched::Extra(_) => '+',
    }
}

const CHANGED: &str = "~ expected → actual";

fn legend(rows: &[&Matched]) -> String {
    let words = [('~', CHANGED), ('-', "- expected, but missing"), ('+', "+ not expected")];
    let used = words.iter().filter(|(wanted, _)| rows.iter().any(|row| mark(row) == *wanted));
    used.map(|(_, words)| *words).collect::<Vec<_>>().join("   ")
}
