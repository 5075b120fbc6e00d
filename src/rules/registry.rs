//! What a rule is, and the list of them.

use std::cell::OnceCell;

use super::handbook::Handbook;
use super::subject::Subject;
use super::templates::{self, Template};
use super::written::{self, Written};
use crate::finding::{Finding, Level, Place};
use crate::project::{Node, ProblemKind, ResourceType};
use crate::source::SourceFile;

/// A rule: how bad a finding is, one line of what it is about, and the check.
pub struct Rule {
    pub level: Level,
    /// What the rule asks for, in a few words.
    pub summary: &'static str,
    pub check: Check,
}

/// What a rule looks at.
pub enum Check {
    /// Each of the project's own models.
    Model(fn(&Node, &Subject<'_>, &mut Found)),
    /// Each of the project's own seeds.
    Seed(fn(&Node, &Subject<'_>, &mut Found)),
    /// Each file of the project, packages left out.
    File(fn(&SourceFile, &Subject<'_>, &mut Found)),
    /// The project as a whole.
    Project(fn(&Subject<'_>, &mut Found)),
    /// The project as a whole, where it follows the handbook.
    Handbook(fn(&Handbook<'_>, &mut Found)),
    /// The templates of the project's own files.
    Templates(fn(&[Template<'_>], &Subject<'_>, &mut Found)),
    /// The configs that the project's own files set, as they are written.
    Written(fn(&[Written<'_>], &Subject<'_>, &mut Found)),
    /// What reading the project found.
    Problems(ProblemKind),
}

/// What several rules need, made when the first of them asks.
#[derive(Default)]
struct Shared<'a> {
    handbook: OnceCell<Option<Handbook<'a>>>,
    templates: OnceCell<Vec<Template<'a>>>,
    written: OnceCell<Vec<Written<'a>>>,
}

impl<'a> Shared<'a> {
    fn templates(&self, subject: &'a Subject<'a>) -> &[Template<'a>] {
        self.templates.get_or_init(|| templates::of(subject))
    }
}

/// The findings of one rule.
pub struct Found {
    rule: String,
    level: Level,
    findings: Vec<Finding>,
}

impl Found {
    /// Adds a finding; more can be said of it through what is returned.
    pub fn at(&mut self, place: Place, message: impl Into<String>) -> &mut Finding {
        let finding = Finding::new(&self.rule, self.level, message, place);
        let at = self.findings.len();
        self.findings.push(finding);
        &mut self.findings[at]
    }

    /// Adds what reading the project found of one kind, as no worse than `worst`.
    pub fn problems(&mut self, subject: &Subject<'_>, kind: ProblemKind, worst: Level) {
        for problem in subject.project.problems.iter().filter(|problem| problem.kind == kind) {
            let finding = self.at(problem.place.clone(), problem.message.clone());
            finding.level = finding.level.max(worst);
            finding.help.clone_from(&problem.help);
            finding.related.clone_from(&problem.related);
        }
    }
}

/// A rule in the list.
pub struct Entry {
    pub group: &'static str,
    /// The file's name, with `_`.
    pub file: &'static str,
    /// The file's text: its leading `//!` is the page.
    pub source: &'static str,
    pub rule: &'static Rule,
}

impl Entry {
    /// `group/kebab-name`
    pub fn id(&self) -> String {
        format!("{}/{}", self.group, self.file.replace('_', "-"))
    }
}

/// Turns the list into modules and [`RULES`].
macro_rules! rules {
    ($($group:ident { $($name:ident)* })*) => {
        $(mod $group { $(pub(super) mod $name;)* })*

        /// Every rule, sorted by id.
        pub static RULES: &[Entry] = &[$($(Entry {
            group: stringify!($group),
            file: stringify!($name),
            source: include_str!(concat!(stringify!($group), "/", stringify!($name), ".rs")),
            rule: &$group::$name::RULE,
        }),*),*];
    };
}

/// The rule with this id; `_` and `-` are the same.
pub fn find(id: &str) -> Option<&'static Entry> {
    super::RULES.iter().find(|entry| entry.id() == id.replace('_', "-"))
}

/// Runs every rule that the policy does not switch off. The findings are sorted.
pub fn run(subject: &Subject<'_>) -> Vec<Finding> {
    run_where(subject, |_| true)
}

/// The same with those rules only that are wanted.
pub fn run_where(subject: &Subject<'_>, is_wanted: impl Fn(&Entry) -> bool) -> Vec<Finding> {
    let shared = Shared::default();
    let mut findings = Vec::new();
    for entry in super::RULES.iter().filter(|entry| is_wanted(entry)) {
        let id = entry.id();
        let Some(level) = subject.policy.level(&id, entry.rule.level) else { continue };
        if entry.group == "athena" && !subject.is_for_athena() {
            continue;
        }
        let mut found = Found { rule: id, level, findings: Vec::new() };
        check(entry.rule, subject, &shared, &mut found);
        findings.extend(found.findings);
    }
    findings.sort_by(|a, b| a.order().cmp(&b.order()));
    findings.dedup();
    findings
}

fn check<'a>(rule: &Rule, subject: &'a Subject<'a>, shared: &Shared<'a>, found: &mut Found) {
    let project = subject.project;
    match rule.check {
        Check::Model(check) => project.own(ResourceType::Model).for_each(|node| check(node, subject, found)),
        Check::Seed(check) => project.own(ResourceType::Seed).for_each(|node| check(node, subject, found)),
        Check::File(check) => subject.own_files().for_each(|file| check(file, subject, found)),
        Check::Project(check) => check(subject, found),
        Check::Handbook(check) => {
            if let Some(handbook) = shared.handbook.get_or_init(|| Handbook::of(subject)) {
                check(handbook, found);
            }
        }
        Check::Templates(check) => check(shared.templates(subject), subject, found),
        Check::Written(check) => {
            let written = shared.written.get_or_init(|| written::of(subject, shared.templates(subject)));
            check(written, subject, found);
        }
        Check::Problems(kind) => found.problems(subject, kind, Level::Error),
    }
}
