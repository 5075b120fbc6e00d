//! A GitHub runner: annotations on the changed lines, the step's outputs and its summary.
//!
//! Limits and escapes are the runner's own (`ExecutionContext.cs`, `ActionCommand.cs`, actions/toolkit `command.ts`).

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::Path;

use super::text::{Out, clean};
use super::{Report, counted, in_repository};
use crate::finding::{Finding, Level};
use crate::source::LineIndex;

/// A step shows ten annotations of each level and drops the rest without a word.
const MOST: usize = 10;

/// A longer message is cut by the runner.
const LONGEST: usize = 4_000;

/// A summary of more than a mebibyte is not shown at all.
const LONGEST_SUMMARY: usize = 1_000_000;

/// Prints an annotation for each finding, worst first. `prefix` leads from the repository to the project; `rest` says
/// where those are that the runner would drop.
pub fn annotations(report: &Report<'_>, (prefix, rest): (&str, &str), out: &Out, text: &dyn Fn(&str) -> String) {
    for level in [Level::Error, Level::Warning, Level::Note] {
        let found: Vec<&Finding> = report.all_findings().into_iter().filter(|finding| finding.level == level).collect();
        let shown = if found.len() > MOST { MOST - 1 } else { found.len() };
        for finding in &found[..shown] {
            out.command(&annotation(finding, prefix, text));
        }
        if found.len() > shown {
            let more = counted(found.len() - shown, "more finding is", "more findings are");
            out.command(&format!("::{}::{}", command(level), data(&format!("{more} not shown here: {rest}"))));
        }
    }
}

fn command(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "notice",
    }
}

fn annotation(finding: &Finding, prefix: &str, text: &dyn Fn(&str) -> String) -> String {
    let mut properties = vec![format!("file={}", property(&in_repository(prefix, &finding.place.path)))];
    if let Some(span) = &finding.place.span {
        let text = text(&finding.place.path);
        let index = LineIndex::new(&text);
        let ((line, column), (end_line, end_column)) = (index.position(span.start), index.position(span.end));
        properties.push(format!("line={line},endLine={end_line}"));
        // Columns of a span over several lines are refused.
        if line == end_line {
            properties.push(format!("col={column},endColumn={end_column}"));
        }
    }
    properties.push(format!("title={}", property(&format!("cadet: {}", finding.rule))));
    let help = finding.help.as_ref().map_or_else(String::new, |help| format!("\n{help}"));
    let fix = finding.fix.as_ref().map_or_else(String::new, |fix| format!("\n{}", fix.command()));
    let message = format!("{}{help}{fix}", finding.message);
    format!("::{} {}::{}", command(finding.level), properties.join(","), data(&cut(&message, LONGEST)))
}

fn cut(text: &str, length: usize) -> String {
    if text.len() <= length {
        return text.to_owned();
    }
    format!("{}…", &text[..crate::source::file::floor_char(text, length)])
}

/// The text of a workflow command.
fn data(text: &str) -> String {
    clean(text).replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A property of a workflow command.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

/// Adds the step's outputs to the file `GITHUB_OUTPUT`. The names are cadet's own.
///
/// # Errors
/// When the file cannot be written.
pub fn outputs(file: &Path, outputs: &[(&'static str, String)]) -> io::Result<()> {
    let mut out = OpenOptions::new().append(true).create(true).open(file)?;
    for (name, value) in outputs {
        // Random, so that no value can hold it.
        let end = format!("cadet_{}", uuid::Uuid::new_v4().simple());
        write!(out, "{name}<<{end}\n{value}\n{end}\n")?;
    }
    Ok(())
}

/// Adds Markdown to the file `GITHUB_STEP_SUMMARY`.
///
/// # Errors
/// When the file cannot be written.
pub fn summary(file: &Path, markdown: &str) -> io::Result<()> {
    let mut out = OpenOptions::new().append(true).create(true).open(file)?;
    writeln!(out, "{}", cut(markdown, LONGEST_SUMMARY))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Place;

    #[test]
    fn nothing_in_a_file_name_or_a_message_can_end_the_command() {
        let place = Place::file("models/a\n::error title=forged::x,line=1.yml");
        let finding = Finding::new("yaml/parses", Level::Error, "100%\r::warning::y", place);
        let line = annotation(&finding, "p/", &|_| String::new());
        assert_eq!(
            line,
            "::error file=p/models/a%0A%3A%3Aerror title=forged%3A%3Ax%2Cline=1.yml,title=cadet%3A yaml/parses::100%25\\u{d}::warning::y"
        );
    }
}
