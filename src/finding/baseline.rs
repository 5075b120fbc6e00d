//! Findings that are known and left out: `cadet-baseline.json`.
//!
//! An entry knows a finding by its rule, its file, its message without line numbers, and the text of its lines with the
//! blanks squeezed, so that it stays the same when lines move. Of equal findings it counts how many there are.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Finding, Waived, Waiver};
use crate::source::LineIndex;

/// The name of the file, beside `dbt_project.yml`.
pub const FILE: &str = "cadet-baseline.json";

/// Longer texts are cut: a file is not to be repeated in its baseline.
const LONGEST: usize = 200;

/// What a finding is known by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Known {
    pub path: String,
    pub rule: String,
    pub message: String,
    /// The text of the lines that it is about, or nothing when it is about the whole file.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
}

/// The findings that are left out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Baseline {
    /// How many there are of each.
    counts: BTreeMap<Known, usize>,
}

#[derive(Serialize, Deserialize)]
struct File {
    version: u32,
    findings: Vec<Entry>,
}

#[derive(Serialize, Deserialize)]
struct Entry {
    #[serde(flatten)]
    known: Known,
    #[serde(default = "one", skip_serializing_if = "is_one")]
    count: usize,
}

fn one() -> usize {
    1
}

fn is_one(count: &usize) -> bool {
    *count == 1
}

impl Known {
    /// What this finding is known by. `text` gives the text of a file of the project.
    pub fn of(finding: &Finding, text: &dyn Fn(&str) -> String) -> Self {
        let lines = finding.place.span.as_ref().map_or_else(String::new, |span| {
            let text = text(&finding.place.path);
            let index = LineIndex::new(&text);
            let (first, last) = (index.position(span.start).0, index.position(span.end).0);
            squeezed(text.get(index.line(first).start..index.line(last).end).unwrap_or_default())
        });
        Self {
            path: finding.place.path.clone(),
            rule: finding.rule.clone(),
            message: without_lines(&finding.message),
            text: lines,
        }
    }
}

impl Baseline {
    /// The baseline in which these findings are.
    pub fn of<'f>(findings: impl IntoIterator<Item = &'f Finding>, text: &dyn Fn(&str) -> String) -> Self {
        let mut counts = BTreeMap::new();
        for finding in findings {
            *counts.entry(Known::of(finding, text)).or_insert(0) += 1;
        }
        Self { counts }
    }

    /// Reads the file.
    ///
    /// # Errors
    /// In words, why it cannot be read.
    pub fn read(text: &str) -> Result<Self, String> {
        let file: File = serde_json::from_str(text).map_err(|error| error.to_string())?;
        if file.version != 1 {
            return Err(format!("it has the version {}, and this cadet knows version 1", file.version));
        }
        let mut counts = BTreeMap::new();
        for entry in file.findings {
            *counts.entry(entry.known).or_insert(0) += entry.count;
        }
        Ok(Self { counts })
    }

    /// The file's text: sorted, an entry with a line for each of its keys.
    pub fn written(&self) -> String {
        let entry = |(known, count): (&Known, &usize)| Entry { known: known.clone(), count: *count };
        let file = File { version: 1, findings: self.counts.iter().map(entry).collect() };
        serde_json::to_string_pretty(&file).map(|text| text + "\n").unwrap_or_default()
    }

    /// How many findings it has.
    pub fn len(&self) -> usize {
        self.counts.values().sum()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.counts.is_empty()
    }

    /// What of it is not in `other`: entries, each as often as it is too much here.
    #[must_use]
    pub fn without(&self, other: &Self) -> Self {
        let left = |(known, count): (&Known, &usize)| {
            let left = count.saturating_sub(other.counts.get(known).copied().unwrap_or_default());
            (left > 0).then(|| (known.clone(), left))
        };
        Self { counts: self.counts.iter().filter_map(left).collect() }
    }

    /// Takes out the findings that it knows, the first of equal ones first. `old_path` is where a file was before.
    pub fn leave_out(
        &self,
        findings: Vec<Finding>,
        text: &dyn Fn(&str) -> String,
        old_path: &dyn Fn(&str) -> Option<String>,
    ) -> (Vec<Finding>, Vec<Waived>) {
        if self.is_empty() {
            return (findings, Vec::new());
        }
        let mut left = self.counts.clone();
        let (mut told, mut waived) = (Vec::new(), Vec::new());
        for finding in findings {
            let mut known = Known::of(&finding, text);
            if let Some(path) = old_path(&known.path) {
                known.path = path;
            }
            match left.get_mut(&known).filter(|count| **count > 0) {
                Some(count) => {
                    *count -= 1;
                    waived.push(Waived { finding, why: Waiver::Baseline });
                }
                None => told.push(finding),
            }
        }
        (told, waived)
    }
}

/// A text with single blanks, cut to a bearable length.
fn squeezed(text: &str) -> String {
    let squeezed = text.split_whitespace().collect::<Vec<_>>().join(" ");
    squeezed.chars().take(LONGEST).collect()
}

/// A message with `#` for the numbers of lines, rows and columns in it.
fn without_lines(message: &str) -> String {
    let mut out: Vec<String> = Vec::new();
    let mut is_number = false;
    for word in message.split(' ') {
        let digits = word.trim_matches(|c: char| !c.is_ascii_digit());
        let is_place = is_number && !digits.is_empty() && digits.chars().all(|c| c.is_ascii_digit());
        out.push(if is_place { word.replace(digits, "#") } else { word.to_owned() });
        is_number = matches!(word, "line" | "lines" | "row" | "rows" | "column" | "columns");
    }
    out.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{Level, Place};

    fn finding(message: &str, span: std::ops::Range<usize>) -> Finding {
        Finding::new("a/b", Level::Error, message, Place::span("m.sql", span))
    }

    #[test]
    fn a_finding_is_known_again_when_lines_move() {
        let before = Baseline::of([&finding("wrong on line 1, as it was", 0..1)], &|_| "select  a".to_owned());
        let moved = vec![finding("wrong on line 3, as it was", 2..3), finding("wrong on line 4, as it was", 13..14)];
        let (told, waived) = before.leave_out(moved, &|_| "\n\n  select a\n select a".to_owned(), &|_| None);
        assert_eq!((told.len(), waived.len()), (1, 1), "one of the two is new");
    }

    #[test]
    fn a_finding_is_known_again_when_rows_move() {
        let message = |row: u8| format!("values of the column `code` lose their zeros: 2, the first in row {row}");
        let before = Baseline::of([&finding(&message(7), 0..1)], &|_| "code".to_owned());
        let (told, waived) = before.leave_out(vec![finding(&message(8), 0..1)], &|_| "code".to_owned(), &|_| None);
        assert_eq!((told.len(), waived.len()), (0, 1));
    }

    #[test]
    fn what_is_written_can_be_read() {
        let found =
            [finding("x", 0..1), finding("x", 0..1), Finding::new("a/c", Level::Error, "y", Place::file("a.sql"))];
        let baseline = Baseline::of(&found, &|_| "select a".to_owned());
        assert_eq!(Baseline::read(&baseline.written()), Ok(baseline.clone()));
        assert_eq!(
            baseline.written(),
            "{\n  \"version\": 1,\n  \"findings\": [\n    {\n      \"path\": \"a.sql\",\n      \"rule\": \"a/c\",\n      \"message\": \"y\"\n    },\n    \
             {\n      \"path\": \"m.sql\",\n      \"rule\": \"a/b\",\n      \"message\": \"x\",\n      \"text\": \"select a\",\n      \"count\": 2\n    }\n  ]\n}\n"
        );
    }
}
