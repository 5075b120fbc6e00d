//! `cadet check --fix` and `--diff`: fixes carried out in memory and checked again until nothing changes, then written, or
//! shown.

use std::collections::{BTreeSet, HashSet};
use std::path::Path;
use std::sync::Arc;

use super::Verdict;
use super::changes;
use super::invocation::Invocation;
use crate::cli::FixArgs;
use crate::error::Error;
use crate::finding::Finding;
use crate::finding::mend::{MendedFile, Mending};
use crate::finding::save;
use crate::guard;
use crate::report::{Fixed, counted, patch, text};
use crate::source::Tree;

/// How often the project is checked again at most: a fix can make room for another.
const MOST_ROUNDS: usize = 10;

/// A project in one of its states: as it was read, or mended.
pub(super) trait State: Sized {
    fn tree(&self) -> &Arc<Tree>;
    /// What would be told of it.
    fn findings(&self) -> Vec<Finding>;
    /// The same with these files, of which the `touched` ones are other than before.
    fn with(self, tree: &Arc<Tree>, touched: &BTreeSet<String>) -> Self;
}

/// What was mended, and what was not.
pub(super) struct Mended {
    mending: Mending,
    /// A round of fixes that was taken back, because a file could not be read after it.
    is_stopped: bool,
}

/// Mends what is found in the files that `is_wanted`, until there is nothing more to do. Nothing is written.
pub(super) fn mend<S: State>(mut state: S, how: &FixArgs, is_wanted: &dyn Fn(&str) -> bool) -> (S, Mended) {
    let mut mending = Mending::new(Arc::clone(state.tree()));
    for _ in 0..MOST_ROUNDS {
        let found = state.findings();
        let before = mending.clone();
        let touched = mending.apply(found.iter().filter(|finding| is_wanted(&finding.place.path)), how.unsafe_fixes);
        if touched.is_empty() {
            break;
        }
        let unread = unread(&found);
        state = state.with(&mending.tree, &touched);
        if !unread.is_superset(&self::unread(&state.findings())) {
            state = state.with(&before.tree, &touched);
            return (state, Mended { mending: before, is_stopped: true });
        }
    }
    (state, Mended { mending, is_stopped: false })
}

/// The files of which something cannot be read.
fn unread(findings: &[Finding]) -> HashSet<String> {
    let unread = findings.iter().filter(|finding| changes::is_about_reading(finding));
    unread.map(|finding| format!("{} {}", finding.place.path, finding.rule)).collect()
}

impl Mended {
    /// Writes the files into the project's folder.
    ///
    /// # Errors
    /// When files could not be written; all others are.
    pub(super) fn save(&self, folder: &Path) -> Result<Fixed, Error> {
        let groups = self.mending.files();
        // From here on the work must not be done twice.
        guard::no_return();
        let failed: Vec<String> = groups.iter().filter_map(|group| save::save(folder, group).err()).collect();
        if let Some(reason) = failed.first() {
            let more = if failed.len() > 1 { format!(", and {} more", failed.len() - 1) } else { String::new() };
            return Err(Error::NotFixed { reason: format!("{reason}{more}") });
        }
        let files = groups.iter().map(Vec::len).sum();
        Ok(Fixed { findings: self.mending.fixed, files, is_stopped: self.is_stopped })
    }

    /// Shows the files as a diff. Nothing is written.
    pub(super) fn show(&self, invocation: &Invocation, prefix: &str) -> Verdict {
        let groups = self.mending.files();
        let mut files: Vec<&MendedFile> = groups.iter().flatten().collect();
        files.sort_by(|a, b| a.to.cmp(&b.to));
        patch::print(&files, prefix, &invocation.out);
        let fixed = self.mending.fixed;
        text::note(&if fixed == 0 {
            "there is nothing that cadet can fix".to_owned()
        } else {
            let files = counted(files.len(), "file", "files");
            format!("this would fix {} in {files}; nothing was written", counted(fixed, "finding", "findings"))
        });
        Verdict::of(fixed > 0)
    }
}
