//! What a rule is, and the list of them.

use rayon::prelude::*;

use super::handbook::Handbook;
use super::layout::{self, Layout};
use super::subject::Subject;
use super::templates::{self, Template};
use super::waive::{self, Complaint, Wrong};
use super::written::{self, Written};
use crate::finding::{Edit, Finding, Fix, Level, Place, Waived};
use crate::parse::yaml_layout::{Kind, without_tabs};
use crate::project::{Node, ProblemKind, Project, ResourceType};
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
    /// What is untidy about the lines of YAML files.
    Layout(Kind),
    /// What is wrong about comments that ignore findings.
    Ignores(Wrong),
}

/// What the rules found.
#[derive(Debug, Clone, Default)]
pub struct Checked {
    /// What is to be told, sorted.
    pub findings: Vec<Finding>,
    /// What is not, each with the reason.
    pub waived: Vec<Waived>,
}

/// What several rules need. What none of those that run needs is empty.
struct Shared<'a> {
    handbook: Option<Handbook<'a>>,
    templates: Vec<Template<'a>>,
    written: Vec<Written<'a>>,
    layouts: Vec<Layout>,
    /// What is wrong about comments that ignore findings, known once all other rules have run.
    complaints: Vec<Complaint>,
}

impl<'a> Shared<'a> {
    /// What these rules need, made before any of them runs: they run at the same time.
    fn of(subject: &'a Subject<'a>, entries: &[&Entry]) -> Self {
        let is_on = |entry: &&&Entry| subject.policy.level(&entry.id(), entry.rule.level).is_some();
        let on: Vec<&Check> = entries.iter().filter(is_on).map(|entry| &entry.rule.check).collect();
        let any = |needs: fn(&Check) -> bool| on.iter().any(|check| needs(check));
        let needs_written = any(|check| matches!(check, Check::Written(_)));
        let needs_templates = needs_written || any(|check| matches!(check, Check::Templates(_)));
        let needs_handbook = any(|check| matches!(check, Check::Handbook(_)));
        let needs_layouts = any(|check| matches!(check, Check::Layout(_)));
        let of_templates = || {
            let templates = if needs_templates { templates::of(subject) } else { Vec::new() };
            let written = if needs_written { written::of(subject, &templates) } else { Vec::new() };
            (templates, written)
        };
        let others = || {
            let handbook = if needs_handbook { Handbook::of(subject) } else { None };
            (handbook, if needs_layouts { layout::read(subject) } else { Vec::new() })
        };
        let ((templates, written), (handbook, layouts)) = rayon::join(of_templates, others);
        Self { handbook, templates, written, layouts, complaints: Vec::new() }
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
    let (group, name) = id.split_once('/')?;
    let as_file = |c: char| if c == '-' { '_' } else { c };
    super::RULES.iter().find(|entry| entry.group == group && entry.file.chars().eq(name.chars().map(as_file)))
}

/// Runs every rule that the policy does not switch off, and takes out what comments ignore. The findings are sorted.
pub fn run(subject: &Subject<'_>) -> Checked {
    let entries: Vec<&Entry> = super::RULES.iter().collect();
    let mut shared = Shared::of(subject, &entries);
    let found = of_rules(&entries, subject, &shared);
    let (mut findings, waived, complaints) = waive::waive(subject, subject.own_files(), found);
    shared.complaints = complaints;
    let of_ignores =
        entries.into_iter().filter(|entry| matches!(entry.rule.check, Check::Ignores(_))).collect::<Vec<_>>();
    findings.extend(of_rules(&of_ignores, subject, &shared));
    Checked { findings: sorted(findings), waived }
}

/// What those rules find that are wanted, whatever comments ignore. The findings are sorted.
pub fn run_where(subject: &Subject<'_>, is_wanted: impl Fn(&Entry) -> bool) -> Vec<Finding> {
    let entries: Vec<&Entry> = super::RULES.iter().filter(|entry| is_wanted(entry)).collect();
    sorted(of_rules(&entries, subject, &Shared::of(subject, &entries)))
}

fn of_rules<'a>(entries: &[&Entry], subject: &'a Subject<'a>, shared: &Shared<'a>) -> Vec<Finding> {
    entries.par_iter().flat_map_iter(|entry| of_rule(entry, subject, shared)).collect()
}

/// Findings in the order of their places, each once.
fn sorted(mut findings: Vec<Finding>) -> Vec<Finding> {
    findings.sort_by(|a, b| a.order().cmp(&b.order()));
    findings.dedup();
    findings
}

/// Whether the findings of a rule depend on nothing but the file that they are in, and the settings.
pub fn is_of_file_alone(id: &str) -> bool {
    find(id).is_some_and(|entry| matches!(entry.rule.check, Check::Layout(_)))
}

/// Rules that look at nodes of several kinds, each by itself.
const ALSO_OF_NODE: &[&str] = &["versions/deprecated"];

/// Whether a rule looks at how files are written, and at nothing that dbt would refuse.
pub fn is_of_text_alone(entry: &Entry) -> bool {
    matches!(entry.rule.check, Check::Layout(_) | Check::Templates(_))
}

/// Rules and groups of them whose findings do not keep a table from being built. Which columns a table has the warehouse
/// knows best, and it says so before it reads a row.
const BUILT_ANYWAY: &[&str] = &[
    "docs",
    "testing",
    "contracts/breaking-change",
    "config/external-location",
    "sql/uneven-union",
    "sql/unknown-column",
];

/// Whether a table is built although this rule finds an error in it.
pub fn is_built_anyway(id: &str) -> bool {
    let group = id.split('/').next().unwrap_or_default();
    BUILT_ANYWAY.contains(&group) || BUILT_ANYWAY.contains(&id)
}

/// Whether a rule looks at one table, file or template at a time, with what that depends on.
pub fn is_of_node(id: &str) -> bool {
    let is_one = |check: &Check| !matches!(check, Check::Project(_) | Check::Problems(_) | Check::Ignores(_));
    ALSO_OF_NODE.contains(&id) || find(id).is_some_and(|entry| is_one(&entry.rule.check))
}

/// Whether a rule looks at one table at a time, and neither at its SQL nor at what that depends on.
pub fn is_of_node_alone(id: &str) -> bool {
    is_of_node(id) && is_without_sql(id) && !id.starts_with("versions/")
}

/// Groups whose rules look at the project as it was read, and not at what its templates become.
const WITHOUT_SQL: &[&str] = &["config", "files", "naming", "references", "sources", "versions", "yaml"];

/// Rules of other groups that do not either.
const ALSO_WITHOUT_SQL: &[&str] = &[
    "docs/columns-described",
    "docs/described",
    "docs/intermediate-is-described",
    "docs/model-has-property-file",
    "docs/seed-has-property-file",
    "graph/unused-macro",
    "graph/unused-seed",
    "graph/unused-source",
    "testing/primary-key",
];

/// Whether a rule finds the same without the SQL of the models.
pub fn is_without_sql(id: &str) -> bool {
    let group = id.split('/').next().unwrap_or_default();
    WITHOUT_SQL.contains(&group) || ALSO_WITHOUT_SQL.contains(&id)
}

/// What one rule finds, each finding at the level that it has in its file.
fn of_rule<'a>(entry: &Entry, subject: &'a Subject<'a>, shared: &Shared<'a>) -> Vec<Finding> {
    let (id, policy, usual) = (entry.id(), subject.policy, entry.rule.level);
    let Some(level) = policy.level(&id, usual) else { return Vec::new() };
    if entry.group == "athena" && !subject.is_for_athena() {
        return Vec::new();
    }
    let mut found = Found { rule: id, level, findings: Vec::new() };
    check(entry.rule, subject, shared, &mut found);
    let Found { rule, mut findings, .. } = found;
    findings.retain_mut(|finding| match policy.level_at(&rule, usual, &finding.place.path) {
        Some(here) if here == level => true,
        Some(here) => {
            finding.level = here;
            true
        }
        None => false,
    });
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
            if let Some(handbook) = &shared.handbook {
                check(handbook, found);
            }
        }
        Check::Templates(check) => check(&shared.templates, subject, found),
        Check::Written(check) => check(&shared.written, subject, found),
        Check::Problems(kind) => {
            found.problems(subject, kind, Level::Error);
            if kind == ProblemKind::YamlSyntax {
                found.findings.iter_mut().for_each(|finding| finding.fix = tabs(project, finding));
            }
        }
        Check::Layout(kind) => layout::tell(&shared.layouts, kind, found),
        Check::Ignores(wrong) => {
            for complaint in shared.complaints.iter().filter(|complaint| complaint.wrong == wrong) {
                let finding = found.at(complaint.place.clone(), complaint.message.clone());
                finding.help.clone_from(&complaint.help);
                finding.fix = complaint.fix.clone().map(Box::new);
            }
        }
    }
}

/// What makes a YAML file readable that is indented with tabs: spaces.
fn tabs(project: &Project, finding: &Finding) -> Option<Box<Fix>> {
    let path = &finding.place.path;
    let edits = without_tabs(project.text(path))?.into_iter();
    let edits = edits.map(|(span, text)| Edit::Replace { place: Place::span(path.as_str(), span), text }).collect();
    Some(Box::new(Fix { edits, is_safe: true }))
}
