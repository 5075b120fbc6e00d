//! Where the rows of a unit test stand: in its YAML, in a CSV that is written there, or in a fixture file.

use std::ops::Range;
use std::sync::Arc;

use super::entries::PropertyFile;
use super::fixture;
use super::given::{self, Side};
use super::{Node, Project};
use crate::finding::Place;
use crate::parse::yaml::{Value, Yaml};

/// The places of one unit test.
pub struct Places<'p> {
    project: &'p Project,
    test: &'p Node,
    written: Option<(&'p Arc<PropertyFile>, &'p Yaml)>,
}

impl<'p> Places<'p> {
    /// Looks the test up in its property file.
    pub fn new(project: &'p Project, test: &'p Node) -> Self {
        let file = project.property_files.iter().find(|file| file.path == test.file);
        let written = file.and_then(|file| {
            let entries = file.yaml.get("unit_tests").map_or(&[][..], Yaml::items);
            let is_it = |entry: &&Yaml| {
                let text = |key: &str| entry.get(key).and_then(Yaml::scalar);
                text("name").as_deref() == Some(&test.name) && text("model").as_deref() == test.body["model"].as_str()
            };
            Some((file, entries.iter().find(is_it)?))
        });
        Self { project, test, written }
    }

    /// The test's name.
    pub fn test(&self) -> Place {
        let named = self.written.and_then(|(file, entry)| Some((file, entry.get("name")?)));
        named.map_or_else(|| self.test.place.clone(), |(file, name)| Place::span(file.path.clone(), name.span.clone()))
    }

    /// The lines of the whole test.
    pub fn lines(&self) -> Option<Place> {
        self.written.map(|(file, entry)| Place::span(file.path.clone(), entry.span.clone()))
    }

    /// The word `given`, or the test's name.
    pub fn given(&self) -> Place {
        let key = self.written.and_then(|(file, entry)| Some((file, entry.entry("given")?.0)));
        key.map_or_else(|| self.test(), |(file, key)| Place::span(file.path.clone(), key.span.clone()))
    }

    /// A side's `input`, else its `rows` or `fixture`, else the test's name.
    pub fn side(&self, side: Side) -> Place {
        let found = self.yaml(side).and_then(|yaml| ["input", "rows", "fixture"].iter().find_map(|key| yaml.get(key)));
        found.and_then(|yaml| self.at(yaml)).unwrap_or_else(|| self.test())
    }

    /// The rows of a side: `rows` or the fixture file.
    pub fn rows(&self, side: Side) -> Place {
        if let Some((path, _)) = self.fixture(side) {
            return Place::file(path);
        }
        let rows = self.yaml(side).and_then(|yaml| yaml.get("rows"));
        rows.and_then(|yaml| self.at(yaml)).unwrap_or_else(|| self.side(side))
    }

    /// A row, counted as the manifest has them; with a column, the value in it or the column's name there.
    pub fn cell(&self, side: Side, row: usize, column: Option<&str>, wants_name: bool) -> Place {
        let is_csv = given::side(self.test, side)["format"] == "csv";
        let row = self.row_as_written(side, row);
        if is_csv {
            return self.line(side, row).unwrap_or_else(|| self.rows(side));
        }
        let written = self.yaml(side).and_then(|yaml| yaml.get("rows")?.items().get(row));
        let Some(written) = written else { return self.rows(side) };
        let entry = column.and_then(|column| {
            written.entries().iter().find(|(key, _)| key.name.as_str().eq_ignore_ascii_case(column))
        });
        let (file, span) = match (self.written, entry) {
            (Some((file, _)), Some((key, _))) if wants_name => (file, key.span.clone()),
            (Some((file, _)), Some((key, value))) => {
                (file, if value.span.is_empty() { key.span.clone() } else { value.span.clone() })
            }
            (Some((file, _)), None) => (file, written.span.clone()),
            (None, _) => return self.rows(side),
        };
        Place::span(file.path.clone(), span)
    }

    /// Whether a side says nothing of rows, so that they are its seed's.
    pub fn is_of_seed(&self, side: Side) -> bool {
        let says =
            |key: &str| self.yaml(side).and_then(|yaml| yaml.get(key)).is_some_and(|yaml| yaml.value != Value::Null);
        !says("rows") && !says("fixture")
    }

    /// The rows of a CSV with more or fewer values than its first line, with what is wrong.
    pub fn ragged(&self, side: Side) -> Option<(Place, String)> {
        if given::side(self.test, side)["format"] != "csv" {
            return None;
        }
        let records = records(&self.csv(side)?);
        let wanted = records.first()?.values.len();
        let at = records.iter().position(|record| record.values.len() != wanted)?;
        let values = |count: usize| if count == 1 { "1 value".to_owned() } else { format!("{count} values") };
        let found = values(records[at].values.len());
        let place = self.line(side, at - 1).unwrap_or_else(|| self.rows(side));
        Some((place, format!("this row has {found}, but the first line names {}", columns(wanted))))
    }

    fn yaml(&self, side: Side) -> Option<&'p Yaml> {
        let (_, entry) = self.written?;
        match side {
            Side::Given(at) => entry.get("given")?.items().get(at),
            Side::Expect => entry.get("expect"),
        }
    }

    fn at(&self, yaml: &Yaml) -> Option<Place> {
        self.written.map(|(file, _)| Place::span(file.path.clone(), yaml.span.clone()))
    }

    fn fixture(&self, side: Side) -> Option<(String, &'p str)> {
        let name = given::side(self.test, side)["fixture"].as_str().filter(|name| !name.is_empty())?;
        let package = self.project.packages.iter().find(|package| package.name() == self.test.package)?;
        let found = fixture::file(&self.project.tree, package, name)?;
        Some((found.file.path.clone(), found.text))
    }

    /// The text of a side's CSV.
    fn csv(&self, side: Side) -> Option<String> {
        match self.fixture(side) {
            Some((_, text)) => Some(text.trim().to_owned()),
            None => self.yaml(side)?.get("rows")?.as_str().map(str::to_owned),
        }
    }

    /// The first row without a null was put in front when the rows were read: the way back.
    fn row_as_written(&self, side: Side, row: usize) -> usize {
        let first_full = match self.csv(side) {
            Some(text) => {
                let rows = records(&text);
                rows.iter().skip(1).position(|record| record.values.iter().all(|value| !value.is_empty()))
            }
            None => self.yaml(side).and_then(|yaml| yaml.get("rows")).and_then(|rows| {
                let is_full = |row: &Yaml| row.entries().iter().all(|(_, value)| value.value != Value::Null);
                rows.items().iter().position(is_full)
            }),
        };
        match (row, first_full) {
            (0, Some(at)) => at,
            (row, Some(at)) if row == at => 0,
            _ => row,
        }
    }

    /// The line of a CSV's row: in the fixture file, or in the lines below `rows: |`.
    fn line(&self, side: Side, row: usize) -> Option<Place> {
        let record = records(&self.csv(side)?).into_iter().nth(row + 1)?;
        if let Some((path, text)) = self.fixture(side) {
            let skipped = text.len() - text.trim_start().len();
            return Some(Place::span(path, span_of_line(text, skipped, record.line)?));
        }
        let (file, _) = self.written?;
        let rows = self.yaml(side)?.get("rows")?;
        let text = self.project.text(&file.path);
        if !text.get(rows.span.clone())?.starts_with(['|', '>']) {
            return self.at(rows);
        }
        Some(Place::span(file.path.clone(), span_of_line(text, rows.span.start, record.line + 1)?))
    }
}

fn columns(count: usize) -> String {
    if count == 1 { "1 column".to_owned() } else { format!("{count} columns") }
}

/// A record of a CSV, with the line on which it begins, from 0.
struct Record {
    line: usize,
    values: Vec<String>,
}

fn records(text: &str) -> Vec<Record> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    let record = |record: csv::StringRecord| {
        let line = record.position().map_or(1, csv::Position::line);
        let values = record.iter().map(str::to_owned).collect();
        Record { line: usize::try_from(line).unwrap_or(1).saturating_sub(1), values }
    };
    reader.records().map_while(Result::ok).map(record).collect()
}

/// What is written on the line `line` lines below the one that holds `start`, without the blanks around it.
fn span_of_line(text: &str, start: usize, line: usize) -> Option<Range<usize>> {
    let mut at = start;
    for _ in 0..line {
        at += text.get(at..)?.find('\n')? + 1;
    }
    let rest = text.get(at..)?;
    let end = rest.find('\n').unwrap_or(rest.len());
    let blanks = end - rest[..end].trim_start().len();
    Some(at + blanks..at + rest[..end].trim_end().len().max(blanks))
}
