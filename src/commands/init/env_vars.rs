//! The project's files in, the environment variables that its templates and its profile read out.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;

use crate::source::file::file_name;
use crate::source::{FileKind, SourceFile, Tree};

/// The names, sorted.
#[derive(Debug, Default)]
pub(super) struct EnvVars {
    pub(super) plain: Vec<String>,
    /// Those that look as if they held a secret: cadet needs none, and a template could print it.
    pub(super) secret: Vec<String>,
}

static CALL: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#"\benv_var\(\s*['"]([A-Za-z_][A-Za-z0-9_]*)['"]"#).ok());

/// What Jinja does not look at.
static COMMENT: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"(?s)\{#.*?#\}").ok());

/// The keys of a profile that cadet reads.
const NAMES: &[&str] = &["target", "type", "database", "schema", "threads", "path"];

/// Looks at the project's own files.
pub(super) fn read(tree: &Tree) -> EnvVars {
    let is_own = |file: &&SourceFile| {
        file.kind == FileKind::Regular
            && matches!(file.extension(), "sql" | "yml" | "yaml")
            && !file.path.starts_with("dbt_packages/")
    };
    let mut names = BTreeSet::new();
    for file in tree.iter().filter(is_own) {
        let Ok(text) = file.text() else { continue };
        if file_name(&file.path) == "profiles.yml" {
            text.lines().filter(|line| is_name(line)).for_each(|line| calls(line, &mut names));
        } else {
            calls(text, &mut names);
        }
    }
    let (secret, plain) = names.into_iter().partition(|name| is_secret(name));
    EnvVars { plain, secret }
}

fn calls(text: &str, names: &mut BTreeSet<String>) {
    let (Some(call), Some(comment)) = (&*CALL, &*COMMENT) else { return };
    let text = comment.replace_all(text, "");
    names.extend(call.captures_iter(&text).map(|found| found[1].to_owned()));
}

fn is_name(line: &str) -> bool {
    line.split_once(':').is_some_and(|(key, _)| NAMES.contains(&key.trim()))
}

fn is_secret(name: &str) -> bool {
    let words = name.to_lowercase();
    ["secret", "password", "passwd", "passphrase", "token", "credential", "private_key", "access_key", "api_key"]
        .iter()
        .any(|word| words.contains(word))
}

#[cfg(test)]
mod tests {

    use super::*;

    #[test]
    fn what_templates_and_names_of_the_profile_read_is_found() {
        let file =
            |path: &str, text: &str| SourceFile { path: path.to_owned(), kind: FileKind::Regular, bytes: text.into() };
        let tree: Tree = [
            file("models/a.sql", "select '{{ env_var(\"DAY\", '1') }}' {# {{ env_var('OLD') }} #}"),
            file("dbt_project.yml", "vars:\n  x: \"{{ env_var( 'LIMIT') }} {{ env_var('API_TOKEN') }}\"\n"),
            file(
                "profiles.yml",
                "a:\n  schema: \"{{ env_var('SCHEMA') }}\"\n  password: \"{{ env_var('PGPASS') }}\"\n",
            ),
            file("dbt_packages/p/macros/a.sql", "{{ env_var('THEIRS') }}"),
            file("README.md", "env_var('TOLD')"),
        ]
        .into_iter()
        .collect();
        let found = read(&tree);
        assert_eq!(found.plain, ["DAY", "LIMIT", "SCHEMA"]);
        assert_eq!(found.secret, ["API_TOKEN"]);
    }
}
