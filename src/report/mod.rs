//! Stage 10: findings and outcomes in, what people and machines read out. Each sink escapes what it writes.

pub mod annotations;
pub mod around;
pub mod artefacts;
pub mod diff;
pub mod escape;
pub mod html;
pub mod json;
pub mod junit;
pub mod manifest;
pub mod markdown;
pub mod outputs;
pub mod patch;
pub mod plan;
pub mod progress;
pub mod record;
pub mod redact;
pub mod rows;
pub mod run_results;
pub mod sarif;
pub mod secrets;
pub mod sources;
pub mod suggestions;
pub mod table;
pub mod terminal;
pub mod text;

use crate::deploy::{Outcome, Status};
use crate::finding::{Finding, Level, Waived, Waiver};
use crate::project::ResourceType;

/// Everything that is told at the end.
pub struct Report<'a> {
    pub findings: &'a [Finding],
    pub outcomes: &'a [Outcome],
    /// How many files the change holds; none when everything was looked at.
    pub changed_files: Option<usize>,
    /// `main` and `my-branch`, or commits.
    pub base: Option<String>,
    pub head: String,
    /// Models and seeds of the base that the head does not have.
    pub removed: Vec<String>,
    /// Where the run's artefacts are.
    pub artefacts: Option<String>,
    pub aside: Aside,
}

/// What is told beside the findings.
#[derive(Debug, Clone, Default)]
pub struct Aside {
    /// What was fixed, when that was asked for.
    pub fixed: Option<Fixed>,
    /// Findings that are not told.
    pub waived: Vec<Waived>,
    /// How many findings of the baseline there are not any more.
    pub gone: usize,
    /// What is around a change that was built.
    pub around: around::Around,
    /// The one place of the artefacts that programs are told of.
    pub place: Option<String>,
}

/// How much was fixed.
#[derive(Debug, Clone, Copy)]
pub struct Fixed {
    pub findings: usize,
    pub files: usize,
    /// The last fixes were taken back, because a file could not be read after them.
    pub is_stopped: bool,
}

impl Report<'_> {
    /// The findings of the check and of the deployment together, worst first, each once.
    pub fn all_findings(&self) -> Vec<&Finding> {
        let built = self.outcomes.iter().filter_map(|outcome| outcome.finding.as_ref());
        let mut all: Vec<&Finding> = self.findings.iter().chain(built).collect();
        all.sort_by(|a, b| a.order().cmp(&b.order()));
        all.dedup_by(|a, b| a.identity() == b.identity() && a.place == b.place);
        all
    }

    /// How many findings there are of a level.
    pub fn count(&self, level: Level) -> usize {
        self.all_findings().iter().filter(|finding| finding.level == level).count()
    }

    /// How many findings are ignored by comments, and how many are in the baseline.
    pub fn not_told(&self) -> (usize, usize) {
        let known = self.aside.waived.iter().filter(|waived| waived.why == Waiver::Baseline).count();
        (self.aside.waived.len() - known, known)
    }

    /// How many findings cadet can fix by itself: safely, and where a person should look at the outcome.
    pub fn fixable(&self) -> (usize, usize) {
        let found = self.all_findings();
        let count = |is_safe| {
            let is_it = |finding: &&&Finding| finding.fix.as_ref().is_some_and(|fix| fix.is_safe == is_safe);
            found.iter().filter(is_it).count()
        };
        (count(true), count(false))
    }

    /// How many steps ended so.
    pub fn ended(&self, status: Status) -> usize {
        self.outcomes.iter().filter(|outcome| outcome.status == status).count()
    }

    /// How the tests of a kind ended: `3 passed, 1 failed`; nothing when there are none.
    pub fn counts_of_tests(&self, kind: ResourceType) -> String {
        let words = [
            (Status::Pass, "passed"),
            (Status::Warn, "warned"),
            (Status::Fail, "failed"),
            (Status::Error, "could not be run"),
            (Status::Skipped, "skipped"),
            (Status::NotRun, "not run here"),
        ];
        let count = |status: Status| {
            let is_it = |outcome: &&Outcome| outcome.kind == kind && outcome.status == status;
            self.outcomes.iter().filter(is_it).count()
        };
        let parts = words.iter().map(|(status, word)| (count(*status), word)).filter(|(count, _)| *count > 0);
        parts.map(|(count, word)| format!("{count} {word}")).collect::<Vec<_>>().join(", ")
    }

    /// How many bytes all statements read, and what they cost in dollars; nothing when the engine costs nothing.
    pub fn spent(&self) -> Option<(u64, f64)> {
        let spent = || self.outcomes.iter().flat_map(|outcome| &outcome.spent);
        let (bytes, cost) = (spent().map(|spent| spent.bytes).sum(), spent().map(|spent| spent.cost).sum());
        (bytes > 0 || cost > 0.0).then_some((bytes, cost))
    }

    /// What was spent, in words.
    pub fn spent_in_words(&self) -> Option<String> {
        let (bytes, cost) = self.spent()?;
        Some(format!("Athena read {} for {}.", read_in_words(bytes), cost_in_words(cost)))
    }

    /// Where the artefacts are, as one path or address.
    pub fn place(&self) -> Option<&str> {
        self.aside.place.as_deref().or(self.artefacts.as_deref())
    }

    /// Where the manifest is, as far as the artefacts are somewhere.
    pub fn manifest(&self) -> Option<String> {
        let place = self.place().filter(|place| !place.is_empty())?;
        // A copy has the target folder in it, beside the log.
        let copied = if place.ends_with("target") { "" } else { "/target" };
        Some(format!("{place}{copied}/manifest.json"))
    }

    /// Whether anything is wrong.
    pub fn is_bad(&self) -> bool {
        self.count(Level::Error) > 0 || self.outcomes.iter().any(|outcome| outcome.status.is_bad())
    }
}

/// `1.2 MB`
pub fn read_in_words(bytes: u64) -> String {
    #[expect(clippy::cast_precision_loss, reason = "a few digits are shown")]
    let of = |unit: u64| bytes as f64 / unit as f64;
    match bytes {
        0..1_000_000 => format!("{:.1} kB", of(1_000)),
        1_000_000..1_000_000_000 => format!("{:.1} MB", of(1_000_000)),
        _ => format!("{:.1} GB", of(1_000_000_000)),
    }
}

/// `about $0.12`
pub fn cost_in_words(cost: f64) -> String {
    if cost < 0.01 { "less than $0.01".to_owned() } else { format!("about ${cost:.2}") }
}

/// `1 error`, `2 errors`
pub fn counted(count: usize, one: &str, many: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {many}") }
}

/// A path of the project as seen from the top of its repository. `prefix` leads from there to the project; the path may lead
/// out of the project's folder (`../.yamllint`).
pub fn in_repository(prefix: &str, path: &str) -> String {
    let (mut folder, mut path) = (prefix.trim_end_matches('/'), path);
    while let Some(rest) = path.strip_prefix("../").filter(|_| !folder.is_empty()) {
        folder = folder.rsplit_once('/').map_or("", |(folder, _)| folder);
        path = rest;
    }
    if folder.is_empty() { path.to_owned() } else { format!("{folder}/{path}") }
}
