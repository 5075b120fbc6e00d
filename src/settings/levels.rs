//! Levels as `cadet.yaml` writes them: for a rule, for a group of rules, and for some of the files.

use std::collections::BTreeMap;

use ignore::gitignore::{Gitignore, GitignoreBuilder};
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::finding::Level;

/// A level in `cadet.yaml`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum RuleLevel {
    Error,
    Warning,
    Note,
    // Another word for a note.
    Advice,
    Off,
}

impl RuleLevel {
    fn level(self) -> Option<Level> {
        match self {
            Self::Error => Some(Level::Error),
            Self::Warning => Some(Level::Warning),
            Self::Note | Self::Advice => Some(Level::Note),
            Self::Off => None,
        }
    }
}

/// Levels by rule id or by group; a rule's own level wins.
pub type Levels = BTreeMap<String, RuleLevel>;

fn find(levels: &Levels, id: &str) -> Option<RuleLevel> {
    let group = id.split('/').next().unwrap_or_default();
    levels.get(id).or_else(|| levels.get(group)).copied()
}

/// Levels for the files that a pattern, written as in `.gitignore`, is for.
#[derive(Debug, Clone)]
pub(super) struct PathLevels {
    files: Gitignore,
    levels: Levels,
}

impl PathLevels {
    /// Makes the patterns ready.
    ///
    /// # Errors
    /// The first pattern that cannot be understood.
    pub(super) fn new(paths: &IndexMap<String, Levels>) -> Result<Vec<Self>, String> {
        let one = |(pattern, levels): (&String, &Levels)| {
            let mut builder = GitignoreBuilder::new("");
            let files = builder.add_line(None, pattern).and_then(|builder| builder.build());
            Ok(Self { files: files.map_err(|_| pattern.clone())?, levels: levels.clone() })
        };
        paths.iter().map(one).collect()
    }

    fn holds(&self, path: &str) -> bool {
        self.files.matched_path_or_any_parents(path, false).is_ignore()
    }
}

/// The level of a rule in most files, or nothing when no file needs to be looked at.
pub(super) fn level(rules: &Levels, paths: &[PathLevels], id: &str, usual: Level) -> Option<Level> {
    let general = find(rules, id).map_or(Some(usual), RuleLevel::level);
    general.or_else(|| paths.iter().filter_map(|path| find(&path.levels, id)).find_map(RuleLevel::level))
}

/// The level of a rule in a file: what the last pattern for it says, else what holds everywhere.
pub(super) fn level_at(rules: &Levels, paths: &[PathLevels], (id, usual): (&str, Level), path: &str) -> Option<Level> {
    let here = paths.iter().rev().find_map(|levels| find(&levels.levels, id).filter(|_| levels.holds(path)));
    here.or_else(|| find(rules, id)).map_or(Some(usual), RuleLevel::level)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_pattern_for_a_file_wins() {
        let levels = |pairs: &[(&str, RuleLevel)]| pairs.iter().map(|(id, level)| ((*id).to_owned(), *level)).collect();
        let rules: Levels = levels(&[("docs", RuleLevel::Off), ("docs/a", RuleLevel::Note)]);
        let paths = IndexMap::from([
            ("models/old/".to_owned(), levels(&[("docs", RuleLevel::Warning)])),
            ("*_x.sql".to_owned(), levels(&[("docs/a", RuleLevel::Off)])),
        ]);
        let paths = PathLevels::new(&paths).unwrap();
        let at = |id, path| level_at(&rules, &paths, (id, Level::Error), path);
        assert_eq!(at("docs/a", "models/new/a.sql"), Some(Level::Note));
        assert_eq!(at("docs/b", "models/new/a.sql"), None);
        assert_eq!(at("docs/b", "models/old/deep/a.sql"), Some(Level::Warning));
        assert_eq!(at("docs/a", "models/old/a_x.sql"), None);
        assert_eq!(at("sql/a", "models/old/a.sql"), Some(Level::Error));
        assert_eq!(level(&rules, &paths, "docs/b", Level::Error), Some(Level::Warning));
    }
}
