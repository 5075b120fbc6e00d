//! A package's `dbt_project.yml`, `packages.yml` and `dependencies.yml` in, its name and what it asks for out.
//!
//! Behaviour: `dbt.config.project`. Jinja is rendered in `packages.yml`; in `dependencies.yml` only if it is another
//! package's.

use std::sync::Arc;

use serde_json::Value;

use super::DepsError;
use super::spec::Spec;
use crate::jinja::scope::Scope;
use crate::parse::yaml::{self, Yaml};
use crate::project::yaml_jinja;
use crate::source::LineIndex;

/// The name of a package and the packages that it asks for.
#[derive(Debug)]
pub struct Lists {
    pub name: String,
    /// The file that lists packages: `packages.yml`, unless they stand in `dependencies.yml`.
    pub file: &'static str,
    pub(super) specs: Vec<Spec>,
}

const PACKAGES: &str = "packages.yml";
const DEPENDENCIES: &str = "dependencies.yml";

impl Lists {
    /// Reads the lists of the package `whose`, whose files `text` gives; the root project is `None`.
    ///
    /// # Errors
    /// When a file is not what dbt takes.
    pub fn read(
        whose: Option<&str>,
        text: &dyn Fn(&str) -> Option<String>,
        scope: &Arc<Scope>,
    ) -> Result<Self, DepsError> {
        let place = |file: &str| whose.map_or_else(|| file.to_owned(), |whose| format!("{file} of {whose}"));
        let document = |file: &str| -> Result<Option<Yaml>, DepsError> {
            let Some(text) = text(file) else { return Ok(None) };
            let advice = "correct the file at this line";
            let read = yaml::read(&text).map_err(|problem| {
                let line = LineIndex::new(&text).position(problem.span.start).0;
                DepsError::asked(format!("{}:{line}: {}", place(file), problem.message), advice)
            });
            read.map(|(yaml, _)| Some(yaml))
        };
        let project = document("dbt_project.yml")?;
        let name = project.as_ref().and_then(|project| project.get("name")).and_then(Yaml::scalar);
        let name = name.filter(|name| !name.is_empty()).ok_or_else(|| {
            let message = match &project {
                Some(_) => format!("{} has no `name:`", place("dbt_project.yml")),
                None => format!("there is no dbt_project.yml in `{}`", whose.unwrap_or(".")),
            };
            DepsError::asked(message, "check the entry: a package is a folder with a dbt_project.yml that has a name")
        })?;
        let (packages, dependencies) = (document(PACKAGES)?, document(DEPENDENCIES)?);
        let (file, yaml) = chosen(packages, dependencies, &place)?;
        let renders = whose.is_some() || file == PACKAGES;
        let source = text(file).unwrap_or_default();
        let scope = scope.naming_secrets();
        let specs = specs(&yaml, renders.then_some(&scope), (&place(file), &source))?;
        Ok(Self { name, file, specs })
    }
}

/// The one of both files that lists packages.
fn chosen(
    packages: Option<Yaml>,
    dependencies: Option<Yaml>,
    place: &dyn Fn(&str) -> String,
) -> Result<(&'static str, Yaml), DepsError> {
    let lists = |file: &Option<Yaml>, key: &str| file.as_ref().is_some_and(|file| file.get(key).is_some());
    if lists(&packages, "packages") && lists(&dependencies, "packages") {
        let message = format!("{} and {DEPENDENCIES} both list packages", place(PACKAGES));
        return Err(DepsError::asked(message, "move all of them into one of the two files"));
    }
    if lists(&packages, "projects") {
        let message = format!("{} has no key `projects`", place(PACKAGES));
        return Err(DepsError::asked(message, "move `projects:` to dependencies.yml"));
    }
    if lists(&dependencies, "packages") {
        return Ok((DEPENDENCIES, dependencies.unwrap_or(Yaml { value: yaml::Value::Null, span: 0..0 })));
    }
    let packages = packages.unwrap_or(Yaml { value: yaml::Value::Null, span: 0..0 });
    let unknown = packages.entries().iter().find(|(key, _)| key.name != "packages");
    match unknown {
        Some((key, _)) => {
            let message = format!("{} has no key `{}`", place(PACKAGES), key.name);
            Err(DepsError::asked(message, "the one key of the file is `packages:`"))
        }
        None => Ok((PACKAGES, packages)),
    }
}

/// The entries under `packages:`; with a scope, their Jinja is rendered.
///
/// # Errors
/// What an entry says that dbt does not take, with its line.
pub(super) fn specs(
    yaml: &Yaml,
    scope: Option<&Arc<Scope>>,
    (place, text): (&str, &str),
) -> Result<Vec<Spec>, DepsError> {
    let Some(list) = yaml.get("packages") else { return Ok(Vec::new()) };
    if !matches!(list.value, yaml::Value::List(_)) {
        let message = format!("`packages:` in {place} must be a list");
        return Err(DepsError::asked(message, "write each package as `- package: owner/name` on a line of its own"));
    }
    let mut problems = Vec::new();
    let rendered = scope.map(|scope| {
        let everywhere = yaml_jinja::everywhere;
        yaml_jinja::rendered(scope, yaml, (place, ""), everywhere, &mut problems).into_owned()
    });
    if let Some(problem) = problems.into_iter().next() {
        let message = format!("{place} cannot be rendered: {}", problem.message);
        return Err(DepsError::asked(message, problem.help.unwrap_or_default()));
    }
    let rendered = rendered.as_ref().and_then(|yaml| yaml.get("packages")).unwrap_or(list);
    let index = LineIndex::new(text);
    let entries = rendered.items().iter().zip(list.items());
    let read = entries.map(|(entry, written)| {
        let line = index.position(written.span.start).0;
        Spec::read(entry, written).map_err(|error| DepsError { message: format!("{place}:{line}: {error}"), ..error })
    });
    read.collect()
}

/// dbt's hash of a list, by which it knows whether the list has changed since it was locked.
pub(super) fn hash(specs: &[Spec]) -> String {
    use sha1::{Digest, Sha1};
    let mut written: Vec<String> = specs.iter().map(|spec| python_json(&spec.hashed)).collect();
    written.sort();
    format!("{:x}", Sha1::digest(written.join("\n")))
}

/// JSON as Python's `json.dumps(sort_keys=True)` writes it: in ASCII, with a blank after each comma and colon.
fn python_json(value: &Value) -> String {
    match value {
        Value::Array(items) => format!("[{}]", items.iter().map(python_json).collect::<Vec<_>>().join(", ")),
        Value::Object(entries) => {
            let mut entries: Vec<_> = entries.iter().collect();
            entries.sort_by_key(|(key, _)| key.as_str());
            let write = |(key, value): (&String, &Value)| format!("{}: {}", in_ascii(key), python_json(value));
            format!("{{{}}}", entries.into_iter().map(write).collect::<Vec<_>>().join(", "))
        }
        Value::String(text) => in_ascii(text),
        scalar => scalar.to_string(),
    }
}

fn in_ascii(text: &str) -> String {
    let quoted = Value::from(text).to_string();
    let escaped = quoted.chars().map(|c| match c {
        ' '..='~' => c.to_string(),
        c => c.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")).collect(),
    });
    escaped.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hashed(text: &str) -> String {
        let (yaml, _) = yaml::read(text).unwrap();
        hash(&specs(&yaml, None, ("packages.yml", text)).unwrap())
    }

    /// The right-hand sides are what dbt-core 1.11.16 computes.
    #[test]
    fn the_hash_is_dbts() {
        let cases = [
            ("{package: a/b, version: 1.0.0}", "fbe59819b389dd3c16eebc554e4ec5b3ce2924bc"),
            ("{package: a/b, version: ['>=1.0.0', '<2.0.0']}", "3fb81c1ba79cf8f4ae304803deaa6a9f1b48f61d"),
            ("{package: a/b, version: 1.0.0, install_prerelease: true}", "c3abe22411807d7e886d361b3a1ce2cce9664ba6"),
            ("{git: https://x, revision: 1.0}", "03f7b6fbb825e524f42d639671fb48b61351fba1"),
            ("{git: https://x, revision: 1}", "cd4e1b58d22bfbd6c97b2a0c08fb90ce3bee626d"),
            (
                "{git: https://x, revision: main, warn-unpinned: false, subdirectory: d}",
                "a9295dfdfd4e6704a95339d5d4dfbc319baae4c9",
            ),
            ("{git: é, warn-unpinned: null}", "911387a8ccdc6a6f099ec8c904c9f22b8d338db7"),
            ("{local: l}", "5b8afcc020e48a3704164028a9995ddfe83d9e0d"),
            ("{tarball: l, name: n}", "27ba9bbe33d88b03c56d8f835471ff02b2ab142a"),
        ];
        for (entry, expected) in cases {
            assert_eq!(hashed(&format!("packages:\n  - {entry}\n")), expected, "{entry}");
        }
    }
}
