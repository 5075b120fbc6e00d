//! Two tables in, their rows matched out: rows with a key that no other row has belong together.
//!
//! Behaviour: the library daff's comparison of unordered tables, with which dbt compares a unit test's rows.

use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};

use crate::finding::diff::{Cell, Diff, Matched};

/// Keys are made of these many columns at most: those with the most different values.
const MOST_COLUMNS: usize = 5;

/// Compares what is expected with what the model gives, whatever the order of the rows.
pub fn diff(columns: Vec<String>, mut expected: Vec<Vec<Cell>>, mut actual: Vec<Vec<Cell>>) -> Diff {
    expected.sort_by(|a, b| order(a, b));
    actual.sort_by(|a, b| order(a, b));
    let links = Links::of(&expected, &actual, columns.len());
    let rows = links.rows(expected, actual);
    Diff { columns, rows }
}

/// Nulls come last; numbers in the order of numbers.
fn order(a: &[Cell], b: &[Cell]) -> Ordering {
    let cell = |(a, b): (&Cell, &Cell)| match (a, b) {
        (Some(a), Some(b)) => match (a.parse::<f64>(), b.parse::<f64>()) {
            (Ok(x), Ok(y)) => x.total_cmp(&y),
            _ => a.cmp(b),
        },
        (a, b) => a.is_none().cmp(&b.is_none()),
    };
    a.iter().zip(b).map(cell).find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
}

/// Which row of the one table belongs to which of the other.
struct Links {
    expected: Vec<Option<usize>>,
    actual: Vec<Option<usize>>,
}

impl Links {
    fn of(expected: &[Vec<Cell>], actual: &[Vec<Cell>], width: usize) -> Self {
        let mut links = Self { expected: vec![None; expected.len()], actual: vec![None; actual.len()] };
        let columns = telling_columns(expected, actual, width);
        let all = (1usize << columns.len()) - 1;
        // daff counts the line with the names as a row.
        let height = expected.len().max(actual.len()) + 1;
        let mut has_matched = false;
        for set in 1..=all {
            if !links.expected.contains(&None) {
                return links;
            }
            let of_set: Vec<usize> =
                columns.iter().enumerate().filter(|(at, _)| set >> at & 1 == 1).map(|(_, column)| *column).collect();
            let keys = (keys(expected, &of_set), keys(actual, &of_set));
            let counts = (counted(&keys.0), counted(&keys.1));
            let most = counts.0.values().chain(counts.1.values()).map(Vec::len).max().unwrap_or(0).max(1);
            let is_common = most * 10 >= height + 20;
            if is_common && (has_matched || set < all) {
                continue;
            }
            has_matched = true;
            links.unique(&keys.0, &counts);
        }
        let every: Vec<usize> = columns;
        let keys = (keys(expected, &every), keys(actual, &every));
        extend(&mut links.expected, &mut links.actual, (&keys.0, &keys.1));
        extend(&mut links.actual, &mut links.expected, (&keys.1, &keys.0));
        links
    }

    /// Links the rows whose key stands once in both tables.
    fn unique(&mut self, keys: &[String], (ours, theirs): &(Places<'_>, Places<'_>)) {
        for (row, key) in keys.iter().enumerate() {
            let only = |places: &Places<'_>| match places.get(key.as_str()).map(Vec::as_slice) {
                Some([only]) => Some(*only),
                _ => None,
            };
            if self.expected[row].is_some() || key.is_empty() || only(ours).is_none() {
                continue;
            }
            if let Some(other) = only(theirs).filter(|other| self.actual[*other].is_none()) {
                self.expected[row] = Some(other);
                self.actual[other] = Some(row);
            }
        }
    }

    /// The rows in order: what only one table has stands where it would stand in the other.
    fn rows(&self, expected: Vec<Vec<Cell>>, actual: Vec<Vec<Cell>>) -> Vec<Matched> {
        let mut rows = Vec::with_capacity(expected.len().max(actual.len()));
        let mut next = 0;
        let extras = |until: usize, next: &mut usize, rows: &mut Vec<Matched>| {
            while *next < until {
                if self.actual[*next].is_none() {
                    rows.push(Matched::Extra(actual[*next].clone()));
                }
                *next += 1;
            }
        };
        for (at, row) in expected.into_iter().enumerate() {
            match self.expected[at] {
                Some(other) => {
                    extras(other, &mut next, &mut rows);
                    rows.push(pair(row, &actual[other]));
                    next = next.max(other + 1);
                }
                None => {
                    // Both lists are sorted: what is smaller comes first.
                    let before = actual[next..].iter().take_while(|other| order(other, &row).is_lt()).count();
                    let linked = self.actual[next..next + before].iter().take_while(|link| link.is_none()).count();
                    extras(next + linked, &mut next, &mut rows);
                    rows.push(Matched::Missing(row));
                }
            }
        }
        extras(actual.len(), &mut next, &mut rows);
        rows
    }
}

fn pair(expected: Vec<Cell>, actual: &[Cell]) -> Matched {
    if expected == actual {
        return Matched::Same(expected);
    }
    Matched::Changed(expected.into_iter().zip(actual.iter().cloned()).collect())
}

type Places<'k> = HashMap<&'k str, Vec<usize>>;

fn counted(keys: &[String]) -> Places<'_> {
    let mut places: Places<'_> = HashMap::new();
    for (row, key) in keys.iter().enumerate() {
        places.entry(key).or_default().push(row);
    }
    places
}

/// The columns that tell rows apart best.
fn telling_columns(expected: &[Vec<Cell>], actual: &[Vec<Cell>], width: usize) -> Vec<usize> {
    let mut columns: Vec<usize> = (0..width).collect();
    if width > MOST_COLUMNS {
        let different = |column: usize| {
            let of = |rows: &[Vec<Cell>]| rows.iter().map(|row| row[column].clone()).collect::<HashSet<Cell>>().len();
            of(expected) + of(actual)
        };
        columns.sort_by_cached_key(|column| std::cmp::Reverse(different(*column)));
        columns.truncate(MOST_COLUMNS);
    }
    columns
}

/// The key of each row: nothing stands for what is null or empty.
fn keys(rows: &[Vec<Cell>], columns: &[usize]) -> Vec<String> {
    let of_row = |row: &Vec<Cell>| {
        let cells: Vec<&str> = columns.iter().map(|column| row[*column].as_deref().unwrap_or_default()).collect();
        cells.join(" // ")
    };
    rows.iter().map(of_row).collect()
}

/// Links the rows with equal keys that follow, or go before, rows that are linked.
fn extend(ours: &mut [Option<usize>], theirs: &mut [Option<usize>], keys: (&[String], &[String])) {
    for forward in [true, false] {
        // The lines with the names belong together: the first row follows them.
        let mut next = if forward { Some(0) } else { theirs.len().checked_sub(1) };
        let step = |at: usize| if forward { Some(at + 1) } else { at.checked_sub(1) };
        let rows: Vec<usize> = if forward { (0..ours.len()).collect() } else { (0..ours.len()).rev().collect() };
        for row in rows {
            if let Some(other) = ours[row] {
                next = step(other);
                continue;
            }
            let Some(other) = next.filter(|other| *other < theirs.len()) else { break };
            if keys.0[row] == keys.1[other] && theirs[other].is_none() {
                ours[row] = Some(other);
                theirs[other] = Some(row);
                next = step(other);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(text: &str) -> Vec<Vec<Cell>> {
        let cell = |cell: &str| (cell != "-").then(|| cell.to_owned());
        text.split('|')
            .filter(|row| !row.trim().is_empty())
            .map(|row| row.split_whitespace().map(cell).collect())
            .collect()
    }

    fn shown(expected: &str, actual: &str) -> String {
        let cell = |cell: &Cell| cell.clone().unwrap_or_else(|| "-".to_owned());
        let cells = |cells: &[Cell]| cells.iter().map(cell).collect::<Vec<_>>().join(" ");
        let (expected, actual) = (table(expected), table(actual));
        let width = expected.first().or(actual.first()).map_or(0, Vec::len);
        let found = diff((0..width).map(|at| at.to_string()).collect(), expected, actual);
        let row = |row: &Matched| match row {
            Matched::Same(row) => format!("= {}", cells(row)),
            Matched::Missing(row) => format!("- {}", cells(row)),
            Matched::Extra(row) => format!("+ {}", cells(row)),
            Matched::Changed(row) => {
                let both = |(a, b): &(Cell, Cell)| if a == b { cell(a) } else { format!("{}>{}", cell(a), cell(b)) };
                format!("~ {}", row.iter().map(both).collect::<Vec<_>>().join(" "))
            }
        };
        found.rows.iter().map(row).collect::<Vec<_>>().join(" | ")
    }

    #[test]
    fn rows_are_matched_by_what_is_unique() {
        let cases = [
            ("1 a | 2 b", "2 b | 1 a", "= 1 a | = 2 b"),
            (
                "1 Anne - | 2 Bob - | 4 Dee 1",
                "1 Ann - | 2 Bob - | 3 Cy -",
                "~ 1 Anne>Ann - | = 2 Bob - | + 3 Cy - | - 4 Dee 1",
            ),
            ("1 a", "1 a | 1 a", "= 1 a | + 1 a"),
            ("1 a | 1 a | 1 a", "1 a", "= 1 a | - 1 a | - 1 a"),
            ("1 -", "1 x", "~ 1 ->x"),
            ("", "1 x", "+ 1 x"),
            ("1 x", "", "- 1 x"),
            ("10 a | 9 b", "9 b | 10 c", "= 9 b | ~ 10 a>c"),
        ];
        for (expected, actual, rows) in cases {
            assert_eq!(shown(expected, actual), rows, "{expected} / {actual}");
        }
    }
}
