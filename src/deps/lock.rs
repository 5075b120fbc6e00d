//! Pinned packages in, the text of `package-lock.yml` out, as dbt writes it; and the other way.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::DepsError;
use super::lists;
use super::spec::Spec;
use crate::jinja::scope::Scope;
use crate::parse::scalar;
use crate::parse::yaml::{self, Value, Yaml};

/// dbt's lock file, beside `dbt_project.yml`.
pub(super) const FILE: &str = "package-lock.yml";

/// One entry of a lock file: its keys and texts.
pub(super) type Locked = BTreeMap<&'static str, String>;

/// A lock file as it was read.
pub(super) struct Lock {
    pub specs: Vec<Spec>,
    /// The hash of the list that was locked.
    pub hash: Option<String>,
}

/// Reads a lock file. Addresses in it may hold Jinja, as in the list that was locked.
///
/// # Errors
/// When it is no lock file.
pub(super) fn read(text: &str, scope: &Arc<Scope>) -> Result<Lock, DepsError> {
    let advice = format!("delete {FILE} and run `cadet deps` again: it is made anew from your list of packages");
    let (mut yaml, _) = yaml::read(text)
        .map_err(|problem| DepsError::asked(format!("{FILE} cannot be read: {}", problem.message), &advice))?;
    let hash = yaml.get("sha1_hash").and_then(Yaml::scalar);
    // A name beside a version is the lock's own; what is installed has it from elsewhere.
    if let Value::Map(entries) = &mut yaml.value {
        entries.retain(|(key, _)| key.name != "sha1_hash");
    }
    let specs = lists::specs(&yaml, Some(scope), (FILE, text)).map_err(|error| DepsError { advice, ..error })?;
    Ok(Lock { specs, hash })
}

/// Writes entries and the hash of the list that they come from.
pub(super) fn write(entries: &[Locked], hash: &str) -> String {
    format!("{}sha1_hash: {}\n", list(entries), text(hash))
}

/// `packages:` and its entries, keys sorted, as dbt writes them.
pub(super) fn list<K: AsRef<str>>(entries: &[BTreeMap<K, String>]) -> String {
    let mut out = "packages:\n".to_owned();
    for entry in entries {
        let lines: Vec<_> = entry.iter().map(|(key, value)| format!("{}: {}", key.as_ref(), text(value))).collect();
        out.push_str(&format!("  - {}\n", lines.join("\n    ")));
    }
    out
}

/// A text as YAML, in quotes where it would be read as something else.
pub(super) fn text(text: &str) -> String {
    let is_text = matches!(scalar::resolve(text), Value::String(_));
    let starts_plainly = text.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '.' | '/' | '_'));
    let is_plain = text.chars().all(|c| c.is_alphanumeric() || "._/-:@+~ ".contains(c));
    let is_date = text.len() >= 10 && text.as_bytes()[4] == b'-' && text[..4].bytes().all(|byte| byte.is_ascii_digit());
    let is_safe = !text.contains(": ") && !text.ends_with([':', ' ']);
    if is_text && starts_plainly && is_plain && is_safe && !is_date {
        text.to_owned()
    } else if text.chars().any(char::is_control) {
        serde_json::Value::from(text).to_string()
    } else {
        format!("'{}'", text.replace('\'', "''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_read_back_as_it_was() {
        for value in [
            "1.3.0",
            "1.0",
            "12",
            "1e5",
            "true",
            "",
            "a: b",
            "https://x/y.git",
            "{{ env_var('T') }}@x",
            "é",
            "2024-01-01",
            "-x",
            "a\nb",
            "x #y",
            "git@github.com:a/b.git",
            "0x1",
            "a:",
        ] {
            let written = format!("k: {}\n", text(value));
            let (yaml, _) = yaml::read(&written).unwrap();
            assert_eq!(yaml.get("k").unwrap().as_str(), Some(value), "{written}");
        }
    }
}
