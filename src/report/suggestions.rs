//! Findings with a fix in, suggestions for a pull request's lines out.
//!
//! What a suggestion holds becomes the file with one click. So it is made only where the page shows these very lines, and
//! only of text that a reader can see.

use super::escape::clean;
use super::escape::markdown::block;
use super::markdown::sentences;
use super::{Report, in_repository};
use crate::finding::{Edit, Finding, Fix};
use crate::github::Suggestion;
use crate::source::{ChangedLines, LineIndex};

/// No suggestion has more lines than these.
const LONGEST: usize = 30;

/// A file as the page of the pull request shows it: its text and its changed lines; nothing when it is not shown, or has
/// another text there.
pub type Shown<'s> = &'s dyn Fn(&str) -> Option<(String, ChangedLines)>;

/// Every suggestion that can be made, worst first. `prefix` leads from the repository to the project.
pub fn all(report: &Report<'_>, prefix: &str, shown: Shown<'_>) -> Vec<Suggestion> {
    let mut found: Vec<Suggestion> = Vec::new();
    for finding in report.all_findings() {
        let Some(suggestion) = suggestion(finding, prefix, shown) else { continue };
        let overlaps = |other: &Suggestion| {
            other.path == suggestion.path && other.lines.0 <= suggestion.lines.1 && suggestion.lines.0 <= other.lines.1
        };
        if !found.iter().any(overlaps) {
            found.push(suggestion);
        }
    }
    found
}

fn suggestion(finding: &Finding, prefix: &str, shown: Shown<'_>) -> Option<Suggestion> {
    let fix = finding.fix.as_deref()?;
    let path = fix.edits.first()?.path();
    let (text, changed) = shown(path)?;
    let edits = edits(fix, path)?;
    let (first, last) = (edits.first()?.0.start, edits.iter().map(|(span, _)| span.end).max()?);
    let index = LineIndex::new(&text);
    let lines = (index.position(first).0, index.position(last).0);
    let range = lines.0..=lines.1;
    if !changed.shows(&range) || range.clone().count() > LONGEST {
        return None;
    }
    let whole = index.line(lines.0).start..index.line(lines.1).end;
    let before = text.get(whole.clone())?;
    let mut after = String::new();
    let mut at = whole.start;
    for (span, new) in &edits {
        after.push_str(text.get(at..span.start)?);
        after.push_str(new);
        at = span.end;
    }
    after.push_str(text.get(at..whole.end)?);
    // What is not seen is not offered, and neither is what changes nothing.
    if after == before || clean(&after) != after {
        return None;
    }
    let look = if fix.is_safe { "" } else { "\n\nLook at the outcome before you take it." };
    let lines_of =
        if after.is_empty() { "```suggestion\n```".to_owned() } else { block("suggestion", &after, after.len()) };
    let body = format!("{}{look}\n\n{lines_of}", sentences(finding));
    Some(Suggestion { path: in_repository(prefix, path), lines, body })
}

/// The edits of one file, in the order of its text, when they are all of this file and none touches another.
fn edits<'f>(fix: &'f Fix, path: &str) -> Option<Vec<(std::ops::Range<usize>, &'f str)>> {
    let edit = |edit: &'f Edit| match edit {
        Edit::Replace { place, text } if place.path == path => Some((place.span.clone()?, text.as_str())),
        _ => None,
    };
    let mut edits: Vec<_> = fix.edits.iter().map(edit).collect::<Option<_>>()?;
    edits.sort_by_key(|(span, _)| span.start);
    edits.is_sorted_by(|(a, _), (b, _)| a.end <= b.start).then_some(edits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{Level, Place};
    use crate::report::Aside;

    fn report(findings: &[Finding]) -> Report<'_> {
        Report {
            findings,
            outcomes: &[],
            changed_files: None,
            base: None,
            head: String::new(),
            removed: Vec::new(),
            artefacts: None,
            aside: Aside::default(),
        }
    }

    fn finding(span: std::ops::Range<usize>, text: &str) -> Finding {
        let place = Place::span("models/a.sql", span);
        let mut finding = Finding::new("a/rule", Level::Warning, "a comma too many", place.clone());
        finding.fix = Some(Box::new(Fix::safe(place, text)));
        finding
    }

    #[test]
    fn a_fix_becomes_whole_lines() {
        let file = "select\n    a,\nfrom b\n";
        let shown = |_: &str| Some((file.to_owned(), ChangedLines::between(b"", file.as_bytes())));
        let found = [finding(12..13, "")];
        let all = all(&report(&found), "p/", &shown);
        assert_eq!((all[0].path.as_str(), all[0].lines), ("p/models/a.sql", (2, 2)));
        assert_eq!(all[0].body, "**A comma too many** · `a/rule`\n\n```suggestion\n    a\n```");
    }

    #[test]
    fn nothing_is_offered_off_the_page_or_unseen() {
        let file = "a\nb\nc\nd\ne\nf\ng\nh\n";
        let far = |_: &str| Some((file.to_owned(), ChangedLines::between(&file.as_bytes()[..14], file.as_bytes())));
        assert_eq!(all(&report(&[finding(0..1, "A")]), "", &far), []);
        let new = |_: &str| Some((file.to_owned(), ChangedLines::between(b"", file.as_bytes())));
        assert_eq!(all(&report(&[finding(0..1, "A\u{202e}")]), "", &new), []);
        assert_eq!(all(&report(&[finding(0..1, "a")]), "", &new), []);
        assert_eq!(all(&report(&[finding(0..1, "A")]), "", &new).len(), 1);
    }
}
