//! Findings as JUnit's XML, which most CI systems show as tests: a suite for each file, a case for each rule in it.
//!
//! Errors are failures; warnings and notes are cases that passed, with what was found as their output. A file in which
//! nothing was found has one case that passed, so that one sees that it was checked.

use std::collections::BTreeMap;

use super::Report;
use super::text::clean;
use crate::finding::{Finding, Level};
use crate::source::LineIndex;

/// The suite of a check that had no file to look at.
const NOTHING: &str = "no changed file";

/// The findings of each rule in each file.
type Suites<'f> = BTreeMap<&'f str, BTreeMap<&'f str, Vec<&'f Finding>>>;

/// The whole document. `checked` are the files that were looked at; `text` gives the text of a file of the project.
pub fn document(report: &Report<'_>, checked: &[String], text: &dyn Fn(&str) -> String) -> String {
    let mut suites: Suites<'_> = checked.iter().map(|path| (path.as_str(), BTreeMap::new())).collect();
    if suites.is_empty() {
        suites.insert(NOTHING, BTreeMap::new());
    }
    let findings = report.all_findings();
    for finding in &findings {
        suites.entry(&finding.place.path).or_default().entry(&finding.rule).or_default().push(finding);
    }
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let cases = suites.values().map(|rules| rules.len().max(1)).sum::<usize>();
    out.push_str(&format!(
        "<testsuites name=\"cadet\" tests=\"{cases}\" failures=\"{}\">\n",
        failures(suites.values())
    ));
    for (path, rules) in &suites {
        let failed = failures(std::iter::once(rules));
        let name = escaped(path);
        let cases = rules.len().max(1);
        out.push_str(&format!("  <testsuite name=\"{name}\" tests=\"{cases}\" failures=\"{failed}\">\n"));
        if rules.is_empty() {
            let file = if *path == NOTHING { String::new() } else { format!(" file=\"{name}\"") };
            out.push_str(&format!("    <testcase classname=\"{name}\" name=\"cadet check\"{file}/>\n"));
        }
        for (rule, findings) in rules {
            out.push_str(&case(path, rule, findings, text));
        }
        out.push_str("  </testsuite>\n");
    }
    out.push_str("</testsuites>\n");
    out
}

fn failures<'s>(suites: impl Iterator<Item = &'s BTreeMap<&'s str, Vec<&'s Finding>>>) -> usize {
    suites.flat_map(BTreeMap::values).filter(|findings| is_failure(findings)).count()
}

fn is_failure(findings: &[&Finding]) -> bool {
    findings.iter().any(|finding| finding.level == Level::Error)
}

fn case(path: &str, rule: &str, findings: &[&Finding], text: &dyn Fn(&str) -> String) -> String {
    let (path, rule) = (escaped(path), escaped(rule));
    let told: Vec<String> = findings.iter().map(|finding| told(finding, text)).collect();
    let told = escaped(&told.join("\n"));
    let inner = match is_failure(findings) {
        true => {
            let message = escaped(findings.first().map_or("", |finding| &finding.message));
            format!("<failure type=\"{rule}\" message=\"{message}\">{told}</failure>")
        }
        false => format!("<system-out>{told}</system-out>"),
    };
    format!("    <testcase classname=\"{path}\" name=\"{rule}\" file=\"{path}\">\n      {inner}\n    </testcase>\n")
}

/// `path:line:column: message`, and how to fix it.
fn told(finding: &Finding, text: &dyn Fn(&str) -> String) -> String {
    let mut place = finding.place.path.clone();
    if let Some(span) = &finding.place.span {
        let (line, column) = LineIndex::new(&text(&finding.place.path)).position(span.start);
        place = format!("{place}:{line}:{column}");
    }
    let help = finding.help.as_ref().map_or_else(String::new, |help| format!("\nhelp: {help}"));
    format!("{place}: {}{help}", finding.message)
}

/// A text in XML, of which no character is one that XML does not allow.
fn escaped(text: &str) -> String {
    let text = clean(text);
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
    text.replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}")
}
