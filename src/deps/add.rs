//! A package to add in, `packages.yml` with it out. Everything else in the file stays as it was written.

use std::path::Path;

use super::DepsError;
use super::lock;
use crate::parse::yaml::{self, Value, Yaml};

/// A package to add to the list.
#[derive(Debug, Clone)]
pub struct Addition {
    /// `package`, `git` or `local`
    pub key: &'static str,
    pub name: String,
    /// A version of the hub, bounds with a comma between them, or a revision.
    pub version: Option<String>,
}

impl Addition {
    /// Reads `name@version`; an address may have an `@` of its own.
    ///
    /// # Errors
    /// When a version is needed and there is none.
    pub fn read(text: &str, key: &'static str) -> Result<Self, DepsError> {
        let parts = text.rsplit_once('@').filter(|(_, version)| !version.contains([':', '/']));
        let (name, version) = parts.map_or((text, None), |(name, version)| (name, Some(version.to_owned())));
        if version.as_ref().is_none_or(String::is_empty) && key != "local" {
            let message = format!("`{text}` has no version");
            return Err(DepsError::asked(message, "write --add-package name@version"));
        }
        Ok(Self { key, name: name.to_owned(), version })
    }

    /// Its lines, the first without what stands before it.
    fn lines(&self) -> Vec<String> {
        let mut lines = vec![format!("{}: {}", self.key, lock::text(&self.name))];
        let key = if self.key == "git" { "revision" } else { "version" };
        lines.extend(self.version.as_ref().filter(|_| self.key != "local").map(|version| {
            let bounds: Vec<String> = version.split(',').map(|bound| lock::text(bound.trim())).collect();
            if bounds.len() > 1 { format!("{key}: [{}]", bounds.join(", ")) } else { format!("{key}: {}", bounds[0]) }
        }));
        lines
    }

    /// Whether an entry is the same package under any name, as dbt has it: `dbt_utils` and `…/dbt-utils.git` are one.
    fn is_in(&self, entry: &Yaml) -> bool {
        let plain = |name: &str| name.trim_end_matches(".git").replace('-', "_");
        let own = plain(self.name.rsplit('/').next().unwrap_or_default());
        let identifier =
            ["package", "git", "local", "tarball", "private"].iter().find_map(|key| entry.get(key)?.as_str());
        identifier.is_some_and(|found| found.split(['/', '.']).any(|part| plain(part) == own))
    }
}

/// Adds a package to `file` in the project's folder, in place of entries for the same package. Returns what the file
/// held before, if it was there.
///
/// # Errors
/// When the file cannot be read, changed or written.
pub fn add(folder: &Path, file: &str, addition: &Addition) -> Result<Option<String>, DepsError> {
    let path = folder.join(file);
    let before = std::fs::read_to_string(&path).ok();
    let changed = added(before.as_deref().unwrap_or_default(), addition).ok_or_else(|| {
        let lines = addition.lines().join("\n    ");
        let message = format!("{file} is not written as a plain list, so that cadet cannot add to it");
        DepsError::asked(message, format!("write it yourself, below `packages:`:\n  - {lines}"))
    })?;
    std::fs::write(&path, changed).map_err(|error| DepsError::file("write", &path, &error))?;
    Ok(before)
}

/// The text with the package in it, or nothing when it is not a list with one entry on each line.
fn added(text: &str, addition: &Addition) -> Option<String> {
    let (yaml, _) = yaml::read(text).ok()?;
    let entry = yaml.entry("packages");
    let items = entry.map_or(&[][..], |(_, list)| list.items());
    let kept = items.iter().filter(|item| !addition.is_in(item)).count();
    let changed = match (entry, items.first()) {
        (None, _) => {
            let end = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
            format!("{text}{end}packages:\n{}", block("  - ", addition))
        }
        (Some((key, list)), None) => {
            let rest = text.get(list.span.end.max(key.span.end)..)?.trim_start_matches(':');
            format!("{}packages:\n{}{}", text.get(..key.span.start)?, block("  - ", addition), rest.trim_start())
        }
        (Some((_, list)), Some(first)) => {
            let before = line_start(text, first.span.start);
            let dash = text.get(before..first.span.start).filter(|dash| dash.trim() == "-")?;
            let end = text.get(list.span.end..)?.find('\n').map_or(text.len(), |newline| list.span.end + newline + 1);
            let starts = items.iter().map(|item| line_start(text, item.span.start));
            let ends = starts.clone().skip(1).chain([end]);
            let entries = items.iter().zip(starts.zip(ends)).filter(|(item, _)| !addition.is_in(item));
            let entries: Option<String> = entries.map(|(_, (start, end))| text.get(start..end)).collect();
            let entries = entries?;
            let newline = if entries.is_empty() || entries.ends_with('\n') { "" } else { "\n" };
            format!("{}{entries}{newline}{}{}", text.get(..before)?, block(dash, addition), text.get(end..)?)
        }
    };
    let (read, _) = yaml::read(&changed).ok()?;
    let list = read.get("packages")?.items();
    let last = list.last().filter(|last| matches!(last.value, Value::Map(_)))?;
    (list.len() == kept + 1 && addition.is_in(last)).then_some(changed)
}

fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |newline| newline + 1)
}

fn block(dash: &str, addition: &Addition) -> String {
    let indent = format!("\n{}", " ".repeat(dash.len()));
    format!("{dash}{}\n", addition.lines().join(&indent))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(text: &str, name: &str, version: &str) -> Option<String> {
        added(text, &Addition { key: "package", name: name.into(), version: Some(version.into()) })
    }

    #[test]
    fn what_was_written_stays() {
        let text = "# ours\npackages:\n  # why\n  - package: a/b  # here\n    version: 1.0.0\n\n  - git: https://x/dbt-utils.git\n    revision: v1\n";
        assert_eq!(
            with(text, "dbt-labs/dbt_utils", ">=1.0.0,<2.0.0").unwrap(),
            "# ours\npackages:\n  # why\n  - package: a/b  # here\n    version: 1.0.0\n\n  - package: dbt-labs/dbt_utils\n    version: ['>=1.0.0', '<2.0.0']\n"
        );
        assert_eq!(
            with("packages:\n- local: l\n\nother: 1", "a/c", "1.0.0").unwrap(),
            "packages:\n- local: l\n- package: a/c\n  version: 1.0.0\n\nother: 1"
        );
        for empty in ["", "packages:\n", "packages: []\n", "packages:"] {
            assert_eq!(
                with(empty, "a/c", "1.0.0").unwrap(),
                "packages:\n  - package: a/c\n    version: 1.0.0\n",
                "{empty:?}"
            );
        }
        assert_eq!(with("packages: [{local: l}]\n", "a/c", "1.0.0"), None);
    }

    #[test]
    fn an_address_has_an_at_sign_of_its_own() {
        let read = |text| Addition::read(text, "git").map(|read| (read.name, read.version)).ok();
        assert_eq!(read("git@host:a/b.git@v1"), Some(("git@host:a/b.git".into(), Some("v1".into()))));
        assert_eq!(read("git@host:a/b.git"), None);
    }
}
