//! The head and the base, both read and checked: what `check`, `deploy` and `ci` start from.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use super::invocation::Invocation;
use super::mending::State;
use crate::cli::BaseArgs;
use crate::compile;
use crate::error::Error;
use crate::finding::baseline::Baseline;
use crate::finding::{Finding, Level, Waived, Waiver};
use crate::plan::{Plan, Reason, diff, mark};
use crate::project::fixture_place::Places;
use crate::project::given;
use crate::project::read::Inputs;
use crate::project::scopes::Run;
use crate::project::{Node, Project, ResourceType, read};
use crate::rules::{self, Bodies, Checked, Entry, Subject, Touched};
use crate::settings::{self, Policy};
use crate::source::changes::Changes;
use crate::source::git::Comparison;
use crate::source::{ChangeKind, Repo, Tree};

/// A pull request as cadet sees it.
pub(super) struct PullRequest {
    pub folder: PathBuf,
    /// The way from the repository to the project, empty or ending in `/`.
    pub prefix: String,
    pub head: Project,
    pub base_tree: Arc<Tree>,
    inputs: Inputs,
    base: OnceLock<Project>,
    /// What the models hold that are judged.
    bodies: OnceLock<Bodies>,
    checked: OnceLock<Checked>,
    marks: OnceLock<HashMap<String, String>>,
    pub changes: Changes,
    pub policy: Policy,
    baseline: Baseline,
    pub base_name: String,
    pub head_name: String,
    /// The two commits.
    pub comparison: Comparison,
    /// The commit that is checked out, or was named.
    pub head_commit: String,
}

impl PullRequest {
    /// Reads head and base. The settings are the base's: a pull request does not set its own rules.
    pub(super) fn read(invocation: &Invocation, args: &BaseArgs, run: &Run) -> Result<Self, Error> {
        let folder = invocation.project_dir()?;
        let repo = Repo::discover(&folder)?;
        let wanted = args.base.as_deref().or(invocation.env.github_base.as_deref());
        let comparison = repo.compare(wanted, args.head.as_deref())?;
        let head_tree = Arc::new(match args.head {
            Some(_) => repo.tree_at(comparison.head)?,
            None => repo.working_tree(),
        });
        // Reading the project takes longest. All that it needs of the base is one file of settings.
        let early = Policy::read(&repo.file_alone(comparison.merge_base, settings::FILE)?)?;
        let inputs = invocation.inputs(&folder, &head_tree, &early, run.clone())?;
        let (head, compared) = std::thread::scope(|scope| {
            let compared = scope.spawn(|| repo.compared(&comparison, args.head.is_some(), &head_tree));
            (read::read(&head_tree, &inputs), compared.join())
        });
        let (repo, changes, base_tree) = compared.unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
        let base_tree = Arc::new(base_tree);
        let policy = Policy::read(&base_tree)?;
        let baseline = settings::baseline(&base_tree)?;
        let head_name = args
            .head
            .clone()
            .or_else(|| repo.branch())
            .or_else(|| invocation.env.github_head.clone())
            .unwrap_or_else(|| repo.short(comparison.head));
        Ok(Self {
            prefix: repo.prefix().to_owned(),
            base_name: format!("{} ({})", comparison.base_name, repo.short(comparison.merge_base)),
            folder,
            head,
            base_tree,
            inputs,
            base: OnceLock::new(),
            bodies: OnceLock::new(),
            checked: OnceLock::new(),
            marks: OnceLock::new(),
            changes,
            policy,
            baseline,
            head_name,
            head_commit: comparison.head.to_string(),
            comparison,
        })
    }

    /// The project at the merge base, read when it is first asked for.
    pub(super) fn base(&self) -> &Project {
        self.base.get_or_init(|| read::read_beside(&self.base_tree, &self.inputs, Some(&self.head)))
    }

    /// What differs between the two, each node with its reason.
    pub(super) fn changed(&self) -> BTreeMap<String, Reason> {
        diff::changed((&self.head, &self.bodies().compiled), self.base())
    }

    /// What the models and seeds hold that the change can matter to. All others are as they were.
    fn bodies(&self) -> &Bodies {
        self.bodies.get_or_init(|| Bodies::of_change(&self.head, &self.policy, &self.base_tree, &self.changes))
    }

    /// What each of the head's tables is built from.
    pub(super) fn marks(&self) -> &HashMap<String, String> {
        self.marks.get_or_init(|| mark::marks(&self.head, &compile::models(&self.head)))
    }

    /// The models and seeds of the base that the head does not have, by name. They can only go with a file that went, or
    /// by what is said of them: otherwise the base need not be read.
    pub(super) fn removed(&self) -> Vec<String> {
        let can_remove = |(path, kind): (&String, &ChangeKind)| {
            let went = matches!(kind, ChangeKind::Deleted | ChangeKind::Renamed(_)) || path == "dbt_project.yml";
            went || self.either_says(path, "enabled") || self.either_says(path, "versions")
        };
        if !self.changes.iter().any(can_remove) {
            return Vec::new();
        }
        let is_table = |node: &&Arc<Node>| matches!(node.resource_type, ResourceType::Model | ResourceType::Seed);
        let gone =
            self.base().nodes.values().filter(is_table).filter(|node| !self.head.nodes.contains_key(&node.unique_id));
        gone.map(|node| node.display_name()).collect()
    }

    /// The findings on what changed, and those that the change causes elsewhere.
    ///
    /// Only when something is wrong in a file that did not change is the base read, to know since when.
    pub(super) fn findings(&self) -> Vec<Finding> {
        let help = "these settings would stop every check once they are merged; see docs/settings.md";
        let settings = Policy::read(&self.head.tree).err().map(|error| error.finding(help));
        let (mut here, mut elsewhere): (Vec<_>, Vec<_>) =
            self.all_findings().iter().cloned().partition(|finding| self.is_changed(&finding.place.path));
        let touched = self.bodies().touched.as_ref();
        let is_in = |ids: fn(&Touched) -> &HashSet<String>| self.are_files_of(touched.map(ids));
        let (is_declared, is_touched) = (is_in(|touched| &touched.declared), is_in(|touched| &touched.all));
        // What a rule finds that looks at one table or file at a time was so before, where nothing is touched. Whether a
        // file above the project changed is not known.
        elsewhere.retain(|Finding { rule, place, related, .. }| {
            let mut places = related.iter().map(|(place, _)| place).chain([place]);
            let is_new = match rules::is_of_node_alone(rule) {
                true => places.any(|place| is_declared(&place.path)),
                false => is_touched(&place.path),
            };
            place.path.starts_with("../") || (!rules::is_of_file_alone(rule) && (is_new || !rules::is_of_node(rule)))
        });
        if !elsewhere.is_empty() {
            let before = self.before(&elsewhere);
            let known: HashSet<_> = before.iter().map(Finding::identity).collect();
            here.extend(elsewhere.into_iter().filter(|finding| !known.contains(&finding.identity())));
        }
        let help = "it would stop every check once it is merged; write it anew with `cadet baseline`";
        let broken = settings::baseline(&self.head.tree).err().map(|error| error.finding(help));
        here.extend(settings.into_iter().chain(broken));
        here.sort_by(|a, b| a.order().cmp(&b.order()));
        here
    }

    /// What the rules of these findings find in the base, whether a comment ignores it or not.
    fn before(&self, elsewhere: &[Finding]) -> Vec<Finding> {
        let rules: HashSet<&str> = elsewhere.iter().map(|finding| finding.rule.as_str()).collect();
        let is_without_sql = rules.iter().all(|rule| rules::is_without_sql(rule));
        let bodies = match &self.bodies().touched {
            _ if is_without_sql => Bodies::default(),
            Some(touched) => Bodies::of(self.base(), &self.policy, &touched.all.iter().map(String::as_str).collect()),
            None => Bodies::all(self.base(), &self.policy),
        };
        let subject = Subject::new(self.base(), &bodies, &self.policy).changed(&self.changes);
        rules::run_where(&subject, |entry| rules.contains(entry.id().as_str()))
    }

    /// Every finding of the head that is to be told.
    pub(super) fn all_findings(&self) -> &[Finding] {
        &self.checked().findings
    }

    /// The findings in changed files that are not told.
    pub(super) fn waived(&self) -> Vec<Waived> {
        self.checked().waived.iter().filter(|waived| self.is_changed(&waived.finding.place.path)).cloned().collect()
    }

    /// How many findings of the head's baseline there are not any more.
    pub(super) fn gone(&self) -> usize {
        let Some(written) = settings::baseline(&self.head.tree).ok().filter(|written| !written.is_empty()) else {
            return 0;
        };
        let known = self.checked().waived.iter().filter(|waived| waived.why == Waiver::Baseline);
        let all = self.all_findings().iter().chain(known.map(|waived| &waived.finding));
        written.without(&Baseline::of(all, &texts(&self.head))).len()
    }

    fn checked(&self) -> &Checked {
        self.checked.get_or_init(|| self.judged(self.bodies()))
    }

    /// The steps of a plan that may not be carried out, each with the reason in words.
    pub(super) fn blocked(&self, plan: &Plan) -> HashMap<String, String> {
        let ids = plan.steps.iter().map(|step| step.id.as_str()).collect();
        let findings = self.judged(&Bodies::of(&self.head, &self.policy, &ids)).findings;
        blocked(&self.head, &findings)
    }

    /// What the rules find where these bodies are looked at.
    fn judged(&self, bodies: &Bodies) -> Checked {
        let base = (self.has_promises() || self.is_changed("dbt_project.yml")).then(|| self.base());
        let subject = Subject::new(&self.head, bodies, &self.policy).beside(base).changed(&self.changes);
        let renamed = |path: &str| match self.changes.get(path) {
            Some(ChangeKind::Renamed(from)) => Some(from.clone()),
            _ => None,
        };
        leave_out(rules::run(&subject), &self.baseline, &self.head, &renamed)
    }

    fn either_says(&self, path: &str, word: &str) -> bool {
        self.base_tree.says(path, word) || self.head.tree.says(path, word)
    }

    /// Whether the base may promise something that the change takes back: otherwise the rules need not see the base.
    fn has_promises(&self) -> bool {
        let is_model = |path: &str| [".yml", ".yaml", ".sql", ".py"].iter().any(|ending| path.ends_with(ending));
        let is_relevant = |(path, kind): (&String, &ChangeKind)| match kind {
            ChangeKind::Added | ChangeKind::Mode => is_model(path) && !path.ends_with(".sql"),
            ChangeKind::Modified if path.ends_with(".sql") => self.either_says(path, "config"),
            ChangeKind::Modified | ChangeKind::Deleted | ChangeKind::Renamed(_) | ChangeKind::Type => is_model(path),
        };
        let mut files = self.base_tree.iter().filter(|file| is_model(&file.path));
        self.changes.iter().any(is_relevant) && files.any(|file| self.base_tree.says(&file.path, "enforced"))
    }

    /// Whether a file defines or describes one of these nodes; they are all when none are named.
    fn are_files_of<'s>(&'s self, ids: Option<&'s HashSet<String>>) -> impl Fn(&str) -> bool + 's {
        let nodes = |ids: &'s HashSet<String>| ids.iter().filter_map(|id| self.head.node(id));
        let files: Option<HashSet<&str>> = ids.map(|ids| nodes(ids).flat_map(files_of).collect());
        move |path| files.as_ref().is_none_or(|files| files.contains(path))
    }

    /// Leaves the memory to the end of the process, which is near: freeing it takes long.
    pub(super) fn leave(self) {
        std::mem::forget(self);
    }

    fn is_changed(&self, path: &str) -> bool {
        self.changes.get(path).is_some_and(|kind| *kind != ChangeKind::Deleted)
    }
}

impl State for PullRequest {
    fn tree(&self) -> &Arc<Tree> {
        &self.head.tree
    }

    fn findings(&self) -> Vec<Finding> {
        self.findings()
    }

    fn with(mut self, tree: &Arc<Tree>, touched: &BTreeSet<String>) -> Self {
        for path in touched {
            self.changes.entry(path.clone()).or_insert(ChangeKind::Modified);
        }
        self.head = read::read_beside(tree, &self.inputs, Some(&self.head));
        (self.bodies, self.checked, self.marks) = (OnceLock::new(), OnceLock::new(), OnceLock::new());
        self
    }
}

/// The files that define and describe a node.
fn files_of(node: &Arc<Node>) -> impl Iterator<Item = &str> {
    [node.file.as_str()].into_iter().chain(node.patch.as_ref().map(|patch| patch.path.as_str()))
}

/// Takes out what is in the baseline. `old_path` is where a file was when that was written.
pub(super) fn leave_out(
    checked: Checked,
    baseline: &Baseline,
    project: &Project,
    old_path: &dyn Fn(&str) -> Option<String>,
) -> Checked {
    let (may, must): (Vec<_>, Vec<_>) =
        checked.findings.into_iter().partition(|finding| rules::can_be_waived(&finding.rule));
    let (mut findings, known) = baseline.leave_out(may, &texts(project), old_path);
    findings.extend(must);
    findings.sort_by(|a, b| a.order().cmp(&b.order()));
    Checked { findings, waived: [checked.waived, known].concat() }
}

/// A workflow on `pull_request_target` would run a stranger's files with the repository's secrets.
pub(super) fn refuse_unsafe_events(invocation: &Invocation) -> Result<(), Error> {
    match invocation.env.github_event.as_deref() {
        Some(event @ ("pull_request_target" | "workflow_run" | "issue_comment")) => Err(Error::usage(
            format!(
                "cadet does not run on the event `{event}`: it hands the repository's secrets to the pull request's files"
            ),
            "use `on: pull_request`",
        )),
        _ => Ok(()),
    }
}

/// Groups of rules that tell what could not be read.
const READING: &[&str] = &["files", "jinja", "references", "yaml"];

/// Rules of another group on what dbt refuses when it reads: only one of the two can be there.
const TWICE: &[&str] = &["naming/unique-names", "naming/unique-relations"];

/// The rule whose findings are about every file that they show.
const CIRCLES: &str = "references/no-circles";

fn is_related(finding: &Finding, path: &str) -> bool {
    finding.related.iter().any(|(place, _)| place.path == path)
}

/// Whether a finding says that something of the project could not be read, and so is not there. How the lines of a file
/// look keeps nothing from being read.
pub(super) fn is_about_reading(finding: &Finding) -> bool {
    let is_one = READING.contains(&group(finding)) || TWICE.contains(&finding.rule.as_str());
    finding.level == Level::Error && is_one && !rules::is_of_file_alone(&finding.rule)
}

fn group(finding: &Finding) -> &str {
    finding.rule.split('/').next().unwrap_or_default()
}

/// What could not be read: all that dbt's verbs say of a project. How it is named is for `check` to judge.
pub(super) fn reading_errors(project: &Project, policy: &Policy) -> Vec<Finding> {
    let is_about_reading_it = |entry: &Entry| READING.contains(&entry.group) || TWICE.contains(&entry.id().as_str());
    // How the lines of a file look keeps nothing from being read.
    let is_wanted = |entry: &Entry| is_about_reading_it(entry) && !rules::is_of_text_alone(entry);
    let mut findings = rules::run_where(&Subject::new(project, Bodies::none(), policy), is_wanted);
    findings.retain(is_about_reading);
    findings
}

/// Nodes that may not be built, each with the reason in words: an error stands on the node's own file.
pub(super) fn blocked(project: &Project, findings: &[Finding]) -> HashMap<String, String> {
    let mut blocked = HashMap::new();
    for node in project.nodes.values() {
        let is_on = |finding: &&Finding| match node.resource_type {
            ResourceType::Test => finding.place == node.place,
            _ => finding.place.path == node.file || (finding.rule == CIRCLES && is_related(finding, &node.file)),
        };
        let error = findings
            .iter()
            .filter(|finding| finding.level == Level::Error)
            .filter(|finding| !rules::is_built_anyway(&finding.rule))
            .find(is_on);
        if let Some(error) = error {
            blocked.insert(node.unique_id.clone(), format!("not built: fix {} first", error.rule));
        } else if node.is_broken {
            blocked.insert(node.unique_id.clone(), "not built: fix what is wrong with it first".to_owned());
        }
    }
    for test in project.others.values().filter(|node| node.resource_type == ResourceType::UnitTest) {
        if let Some(error) = findings.iter().find(|finding| keeps_from_running(project, test, finding)) {
            blocked.insert(test.unique_id.clone(), format!("not run: fix {} first", error.rule));
        } else if test.is_broken {
            blocked.insert(test.unique_id.clone(), "not run: fix what is wrong with it first".to_owned());
        }
    }
    blocked
}

/// Whether a finding says that a unit test or its model cannot be read. How they are named does not matter.
fn keeps_from_running(project: &Project, test: &Node, finding: &Finding) -> bool {
    let is_read = is_about_reading(finding) || (finding.level == Level::Error && group(finding) == "sql");
    let of_model = || {
        let file = given::tested(project, test).map(|model| &model.file);
        file == Some(&finding.place.path)
            || (finding.rule == CIRCLES && file.is_some_and(|file| is_related(finding, file)))
    };
    let of_test = || {
        let lines = Places::new(project, test).lines();
        let both = lines.and_then(|lines| Some((lines.span?, finding.place.span.as_ref()?)));
        finding.place.path == test.file && both.is_some_and(|(lines, span)| lines.contains(&span.start))
    };
    is_read && (of_model() || of_test())
}

/// A closure that gives the text of a project's file, for reports.
pub(super) fn texts(project: &Project) -> impl Fn(&str) -> String + '_ {
    |path: &str| project.text(path).to_owned()
}

/// The folder's own name, for people.
pub(super) fn name_of(folder: &Path) -> String {
    folder.file_name().map_or_else(|| ".".to_owned(), |name| name.to_string_lossy().into_owned())
}
