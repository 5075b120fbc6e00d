//! Findings as annotations on their lines: workflow commands that a GitHub runner reads, or those of a check run.
//!
//! Limits are the runner's own (`ExecutionContext.cs`): ten of each level are shown, and the rest is dropped without a word.

use super::escape::log::{data, property};
use super::escape::{clean, cut};
use super::text::Out;
use super::{Report, counted, in_repository};
use crate::finding::{Finding, Level};
use crate::github::Annotation;
use crate::source::LineIndex;

/// A step shows ten annotations of each level.
const MOST: usize = 10;

/// A longer message is cut by the runner, and a check run takes no message of more than 64 kB.
const LONGEST: usize = 4_000;

/// A check run's titles have at most 255 characters.
const LONGEST_TITLE: usize = 200;

/// Every finding, worst first, and of each level those on changed lines first.
pub fn all(
    report: &Report<'_>,
    prefix: &str,
    text: &dyn Fn(&str) -> String,
    is_changed: &dyn Fn(&Finding) -> bool,
) -> Vec<Annotation> {
    let mut findings: Vec<(bool, &Finding)> =
        report.all_findings().into_iter().map(|finding| (!is_changed(finding), finding)).collect();
    findings.sort_by_key(|(is_elsewhere, finding)| (finding.level, *is_elsewhere));
    findings.into_iter().map(|(_, finding)| annotation(finding, prefix, text)).collect()
}

fn annotation(finding: &Finding, prefix: &str, text: &dyn Fn(&str) -> String) -> Annotation {
    let mut annotation = Annotation {
        path: in_repository(prefix, &finding.place.path),
        lines: None,
        columns: None,
        level: match finding.level {
            Level::Error => "failure",
            Level::Warning => "warning",
            Level::Note => "notice",
        },
        title: cut(&format!("cadet: {}", finding.rule), LONGEST_TITLE).into_owned(),
        message: message(finding),
    };
    if let Some(span) = &finding.place.span {
        let text = text(&finding.place.path);
        let index = LineIndex::new(&text);
        let ((line, column), (end_line, end_column)) = (index.position(span.start), index.position(span.end));
        annotation.lines = Some((line, end_line));
        // Columns of a span over several lines are refused.
        annotation.columns = (line == end_line).then_some((column, end_column));
    }
    annotation
}

fn message(finding: &Finding) -> String {
    let help = finding.help.as_ref().map_or_else(String::new, |help| format!("\n{help}"));
    let fix = finding.fix.as_ref().map_or_else(String::new, |fix| format!("\n{}", fix.command()));
    cut(&clean(&format!("{}{help}{fix}", finding.message)), LONGEST).into_owned()
}

/// Prints the annotations for a runner, as many as it shows. `rest` says where the others are.
pub fn print(annotations: &[Annotation], rest: &str, out: &Out) {
    commands(annotations, rest).iter().for_each(|command| out.command(command));
}

/// The workflow commands, each a line.
pub fn commands(annotations: &[Annotation], rest: &str) -> Vec<String> {
    let mut lines = Vec::new();
    for (level, command) in [("failure", "error"), ("warning", "warning"), ("notice", "notice")] {
        let found: Vec<&Annotation> = annotations.iter().filter(|found| found.level == level).collect();
        let shown = if found.len() > MOST { MOST - 1 } else { found.len() };
        lines.extend(found[..shown].iter().map(|annotation| written(annotation, command)));
        if found.len() > shown {
            let more = counted(found.len() - shown, "more finding is", "more findings are");
            lines.push(format!("::{command}::{}", data(&format!("{more} not shown here: {rest}"))));
        }
    }
    lines
}

fn written(annotation: &Annotation, command: &str) -> String {
    let mut properties = vec![format!("file={}", property(&annotation.path))];
    if let Some((line, end_line)) = annotation.lines {
        properties.push(format!("line={line},endLine={end_line}"));
    }
    if let Some((column, end_column)) = annotation.columns {
        properties.push(format!("col={column},endColumn={end_column}"));
    }
    properties.push(format!("title={}", property(&annotation.title)));
    format!("::{command} {}::{}", properties.join(","), data(&annotation.message))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Place;

    #[test]
    fn nothing_in_a_file_name_or_a_message_can_end_the_command() {
        let place = Place::file("models/a\n::error title=forged::x,line=1.yml");
        let finding = Finding::new("yaml/parses", Level::Error, "100%\r::warning::y", place);
        let line = written(&annotation(&finding, "p/", &|_| String::new()), "error");
        assert_eq!(
            line,
            "::error file=p/models/a%0A%3A%3Aerror title=forged%3A%3Ax%2Cline=1.yml,title=cadet%3A yaml/parses::100%25\\u{d}::warning::y"
        );
    }
}
