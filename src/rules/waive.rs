//! Findings and the comments that ignore them in, what is told and what is not out, with what is wrong about the comments.

use std::collections::{HashMap, HashSet};

use jiff::civil::Date;

use super::Subject;
use super::registry::find;
use crate::finding::ignore::{self, Ignore};
use crate::finding::{Finding, Fix, Place, Waived, Waiver};
use crate::project::problem::did_you_mean;
use crate::source::{FileKind, LineIndex, SourceFile};

/// What can be wrong about a comment that ignores findings; each kind is told by one rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wrong {
    /// The rule that it names does not exist.
    KnownRules,
    /// The day until which it counts has gone by.
    NotExpired,
    /// The rule that it names cannot be ignored.
    Permitted,
    /// It cannot be understood.
    Readable,
    /// It says no reason.
    Reasoned,
    /// There is no finding that it ignores.
    Used,
}

/// Something that is wrong about a comment.
pub(super) struct Complaint {
    pub(super) wrong: Wrong,
    pub(super) place: Place,
    pub(super) message: String,
    pub(super) help: Option<String>,
    pub(super) fix: Option<Fix>,
}

/// Groups of rules, and rules, whose findings a comment in the project's files cannot ignore: what cannot be read, what dbt
/// refuses, what could do harm, and what is wrong about ignoring itself.
const NEVER: &[&str] = &[
    "files",
    "guard",
    "ignores",
    "jinja",
    "references",
    "secrets",
    "security",
    "seeds/readable",
    "settings",
    "sql/length-limit",
    "sql/parses",
    "testing/lost-test",
    "yaml/parses",
    "yaml/property-file",
];

/// Whether a comment may ignore the findings of a rule, and a baseline leave them out.
pub fn can_be_waived(rule: &str) -> bool {
    let group = rule.split('/').next().unwrap_or_default();
    !NEVER.contains(&group) && !NEVER.contains(&rule)
}

/// An ignore with its file, and which of its rules have ignored something.
struct Used<'p> {
    path: &'p str,
    ignore: Ignore,
    used: HashSet<usize>,
}

/// Takes out the findings that comments ignore. Returns what is left, what was taken out, and what is wrong about the
/// comments.
pub(super) fn waive<'p>(
    subject: &Subject<'_>,
    files: impl Iterator<Item = &'p SourceFile>,
    findings: Vec<Finding>,
) -> (Vec<Finding>, Vec<Waived>, Vec<Complaint>) {
    let today = subject.project.run.started.date();
    let mut complaints = Vec::new();
    let mut ignores: HashMap<&str, Vec<Used<'_>>> = HashMap::new();
    let found_in: HashSet<&str> = findings.iter().map(|finding| finding.place.path.as_str()).collect();
    let matters = |file: &&SourceFile| found_in.contains(file.path.as_str()) || subject.is_judged(&file.path);
    for file in files.filter(|file| file.kind == FileKind::Regular).filter(matters) {
        let Ok(text) = file.text() else { continue };
        for ignore in ignore::read(&file.path, text) {
            complaints.extend(complaint(&file.path, &ignore, today));
            ignores.entry(&file.path).or_default().push(Used { path: &file.path, ignore, used: HashSet::new() });
        }
    }
    let (mut told, mut waived) = (Vec::new(), Vec::new());
    for finding in findings {
        let reason = ignores.get_mut(finding.place.path.as_str()).and_then(|candidates| {
            let line = line_of(subject, &finding);
            candidates.iter_mut().find_map(|used| used.take(&finding, line, today))
        });
        match reason {
            Some(reason) => waived.push(Waived { finding, why: Waiver::Ignored { reason } }),
            None => told.push(finding),
        }
    }
    let unused = ignores.values().flatten().flat_map(|used| used.unused(subject, today));
    complaints.extend(unused);
    // In a file that did not change, a comment may be about what is not looked at today.
    complaints.retain(|complaint| subject.is_judged(&complaint.place.path));
    (told, waived, complaints)
}

/// The line that a finding begins on, from 1; nothing when it is about the whole file.
fn line_of(subject: &Subject<'_>, finding: &Finding) -> Option<usize> {
    let span = finding.place.span.as_ref()?;
    Some(LineIndex::new(subject.project.text(&finding.place.path)).position(span.start).0)
}

fn counts(ignore: &Ignore, today: Date) -> bool {
    ignore.mistake.is_none() && !ignore.reason.is_empty() && !is_expired(ignore, today)
}

fn is_expired(ignore: &Ignore, today: Date) -> bool {
    ignore.until.as_ref().is_some_and(|(day, _)| *day < today)
}

impl Used<'_> {
    /// The reason for which this finding is not told, if there is one.
    fn take(&mut self, finding: &Finding, line: Option<usize>, today: Date) -> Option<String> {
        let is_here = self.ignore.line.is_none() || self.ignore.line == line;
        if !is_here || !counts(&self.ignore, today) || !can_be_waived(&finding.rule) {
            return None;
        }
        let at = self.ignore.rules.iter().position(|(rule, _)| *rule == finding.rule)?;
        self.used.insert(at);
        Some(self.ignore.reason.clone())
    }

    /// The rules that it names in vain. A rule that is switched off cannot say whether it would have found anything.
    fn unused(&self, subject: &Subject<'_>, today: Date) -> Vec<Complaint> {
        let (ignore, path) = (&self.ignore, self.path);
        if !counts(ignore, today) {
            return Vec::new();
        }
        let is_idle = |(at, (rule, _)): &(usize, &(String, std::ops::Range<usize>))| {
            let is_on = find(rule).is_some_and(|entry| subject.policy.level_at(rule, entry.rule.level, path).is_some());
            is_on && can_be_waived(rule) && !self.used.contains(at)
        };
        let idle: Vec<_> = ignore.rules.iter().enumerate().filter(is_idle).collect();
        let is_all = idle.len() == ignore.rules.len();
        let one = |(at, (rule, place)): &(usize, &(String, std::ops::Range<usize>))| Complaint {
            wrong: Wrong::Used,
            place: Place::span(path, if is_all { ignore.span.clone() } else { (*place).clone() }),
            message: format!("there is nothing here that `{rule}` would find, so it need not be ignored"),
            help: Some("take the comment out, or the rule out of it".to_owned()),
            fix: Some(match is_all {
                true => Fix::safe(Place::span(path, ignore.removal.clone()), ""),
                false => Fix::safe(Place::span(path, name_with_comma(ignore, *at)), ""),
            }),
        };
        idle.iter().map(one).collect()
    }
}

/// A rule's name in the brackets, with the comma that goes with it.
fn name_with_comma(ignore: &Ignore, at: usize) -> std::ops::Range<usize> {
    let place = |at: usize| ignore.rules[at].1.clone();
    if at + 1 < ignore.rules.len() {
        return place(at).start..place(at + 1).start;
    }
    let before = at.checked_sub(1).map_or(place(at).start, |before| place(before).end);
    before..place(at).end
}

/// What is wrong about a comment by itself.
fn complaint(path: &str, ignore: &Ignore, today: Date) -> Vec<Complaint> {
    let whole = || Place::span(path, ignore.span.clone());
    let new = |wrong, place, message, help: &str| {
        let help = Some(help.to_owned()).filter(|help| !help.is_empty());
        Complaint { wrong, place, message, help, fix: None }
    };
    if let Some(mistake) = &ignore.mistake {
        let message = format!("this comment ignores nothing: {mistake}");
        let help = "write it as: cadet: ignore[group/rule] and why";
        return vec![new(Wrong::Readable, whole(), message, help)];
    }
    let mut found = Vec::new();
    if ignore.reason.is_empty() {
        let message = "this comment ignores nothing, because it does not say why".to_owned();
        let help = "write behind the brackets why this is right here";
        found.push(new(Wrong::Reasoned, whole(), message, help));
    }
    if let Some((day, place)) = ignore.until.as_ref().filter(|_| is_expired(ignore, today)) {
        let message = format!("this comment counted until {day}, and ignores nothing any more");
        let help = "fix what it ignored, or give it another day";
        found.push(new(Wrong::NotExpired, Place::span(path, place.clone()), message, help));
    }
    for (rule, place) in &ignore.rules {
        let place = Place::span(path, place.clone());
        if find(rule).is_none_or(|entry| entry.id() != *rule) {
            found.push(Complaint {
                help: Some(meant(rule)),
                ..new(Wrong::KnownRules, place, format!("there is no rule `{rule}`"), "")
            });
        } else if !can_be_waived(rule) {
            let message = format!("`{rule}` cannot be ignored by a comment");
            found.push(new(Wrong::Permitted, place, message, "fix what it finds, and take it out of the comment"));
        }
    }
    found
}

fn meant(rule: &str) -> String {
    let ids: Vec<String> = super::RULES.iter().map(super::Entry::id).collect();
    if super::RULES.iter().any(|entry| entry.group == rule) {
        return "this is a group: name its rules one by one, so that nobody ignores more than was meant".to_owned();
    }
    let near = ids
        .iter()
        .find(|id| id.ends_with(&format!("/{rule}")))
        .map(String::as_str)
        .or_else(|| did_you_mean(rule, ids.iter().map(String::as_str)));
    near.map_or_else(|| "`cadet explain` lists all rules".to_owned(), |id| format!("did you mean `{id}`?"))
}
