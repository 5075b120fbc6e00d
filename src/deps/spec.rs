//! An entry of a list of packages in, what it asks for out. Behaviour: `dbt.contracts.project`.

use serde_json::{Map, Value, json};

use super::DepsError;
use crate::parse::yaml::{self, Yaml};
use crate::project::problem::did_you_mean;

/// Where a package comes from.
#[derive(Debug, Clone)]
pub(super) enum Source {
    Hub { package: String, versions: Vec<String>, prereleases: bool },
    Git { url: Address, revision: Option<String>, subdirectory: Option<String>, warns: bool },
    Tarball { url: Address, name: String },
    Local { path: String },
}

/// An address, and how it was written: Jinja may hide a password, which is shown nowhere and never written.
#[derive(Debug, Clone)]
pub(super) struct Address {
    pub url: String,
    pub written: String,
}

/// One entry.
#[derive(Debug, Clone)]
pub(super) struct Spec {
    pub source: Source,
    /// The entry as dbt's hash of the list sees it.
    pub hashed: Value,
}

/// The keys of each kind of entry; the first is what tells the kind.
const KINDS: &[&[&str]] = &[
    &["package", "version", "install_prerelease", "name"],
    &["git", "revision", "warn-unpinned", "subdirectory", "name"],
    &["tarball", "name"],
    &["local", "name"],
    &["private", "provider", "revision", "warn-unpinned", "subdirectory", "name"],
];

impl Spec {
    /// Reads an entry. `written` is the entry before its Jinja was rendered.
    ///
    /// # Errors
    /// What dbt does not take, in words without a place.
    pub(super) fn read(entry: &Yaml, written: &Yaml) -> Result<Self, DepsError> {
        let kind = kind(entry)?;
        let (get, tell) = (|key: &str| entry.get(key).map_or(Value::Null, Yaml::to_json), kind[0]);
        let text = |key: &str| text(entry, key);
        let address = |key: &str| -> Result<Address, DepsError> {
            let url = required(entry, key)?;
            let written = written.get(key).and_then(Yaml::as_str).unwrap_or(&url).to_owned();
            Ok(Address { url, written })
        };
        let mut hashed = Map::from_iter([(tell.to_owned(), get(tell)), ("unrendered".to_owned(), written.to_json())]);
        hashed.extend(text("name")?.map(|name| ("name".to_owned(), name.into())));
        let source = match tell {
            "package" => {
                hashed.insert("version".to_owned(), get("version"));
                let prereleases = entry.get("install_prerelease").map_or(json!(false), Yaml::to_json);
                hashed.insert("install_prerelease".to_owned(), prereleases);
                hub(entry)?
            }
            "git" => {
                hashed.extend(kind[1..4].iter().map(|key| ((*key).to_owned(), get(key))));
                let warns = flag(entry, "warn-unpinned")? != Some(false);
                let revision = revision(entry)?;
                Source::Git { url: address("git")?, revision, subdirectory: text("subdirectory")?, warns }
            }
            "tarball" => Source::Tarball { url: address("tarball")?, name: required(entry, "name")? },
            "local" => Source::Local { path: required(entry, "local")? },
            _ => {
                return Err(DepsError::asked(
                    format!("`private: {}` cannot be installed here", required(entry, "private")?),
                    "private packages are known to the dbt platform only: write the repository's address as `git:`",
                ));
            }
        };
        Ok(Self { source, hashed: Value::Object(hashed) })
    }
}

/// What kind of entry it is: the keys that it may have.
fn kind(entry: &Yaml) -> Result<&'static [&'static str], DepsError> {
    let kinds: Vec<_> = KINDS.iter().filter(|keys| entry.get(keys[0]).is_some()).collect();
    let [kind] = kinds.as_slice() else {
        return Err(DepsError::asked(
            "an entry has to say where its package comes from, with one of `package:`, `git:`, `tarball:` and `local:`",
            "for example `- package: dbt-labs/dbt_utils` with `version: 1.3.0` in the next line",
        ));
    };
    let unknown = entry.entries().iter().find(|(key, _)| !kind.contains(&key.name.as_str()));
    let Some((unknown, _)) = unknown else { return Ok(kind) };
    let known = format!("it may have {}", kind.join(", "));
    let meant = unknown.name.replace('-', "_");
    let same = kind.iter().find(|key| key.replace('-', "_") == meant).copied();
    let near = same.or_else(|| did_you_mean(&unknown.name, kind.iter().copied()));
    let advice = near.map_or(known, |near| format!("did you mean `{near}`?"));
    Err(DepsError::asked(format!("an entry with `{}:` has no key `{}`", kind[0], unknown.name), advice))
}

fn hub(entry: &Yaml) -> Result<Source, DepsError> {
    let package = required(entry, "package")?;
    if !package.contains('/') {
        return Err(DepsError::asked(
            format!("`{package}` is no package of the hub: its owner is missing"),
            "write it as owner/name, for example dbt-labs/dbt_utils",
        ));
    }
    let version = |value: &Yaml| match &value.value {
        yaml::Value::String(_) | yaml::Value::Float(_) | yaml::Value::Int(_) => value.scalar(),
        _ => None,
    };
    let versions = match entry.get("version") {
        Some(Yaml { value: yaml::Value::List(items), .. }) if !items.is_empty() => items.iter().map(version).collect(),
        Some(one) => version(one).map(|one| vec![one]),
        None => None,
    };
    let Some(versions) = versions else {
        return Err(DepsError::asked(
            format!("`{package}` has no `version:`"),
            "write the version to install, or a list of bounds such as [\">=1.0.0\", \"<2.0.0\"]",
        ));
    };
    let prereleases = flag(entry, "install_prerelease")?.unwrap_or(false);
    Ok(Source::Hub { package, versions, prereleases })
}

/// A branch, a tag or a commit, which may look like a number.
fn revision(entry: &Yaml) -> Result<Option<String>, DepsError> {
    match entry.get("revision").map(|value| (&value.value, value)) {
        None | Some((yaml::Value::Null, _)) => Ok(None),
        Some((yaml::Value::String(_) | yaml::Value::Int(_) | yaml::Value::Float(_), value)) => Ok(value.scalar()),
        Some(_) => Err(wrong("revision", "a branch, a tag or a commit")),
    }
}

fn text(entry: &Yaml, key: &str) -> Result<Option<String>, DepsError> {
    match entry.get(key) {
        None | Some(Yaml { value: yaml::Value::Null, .. }) => Ok(None),
        Some(value) => value.as_str().map(|text| Some(text.to_owned())).ok_or_else(|| wrong(key, "text")),
    }
}

fn required(entry: &Yaml, key: &str) -> Result<String, DepsError> {
    text(entry, key)?.filter(|text| !text.is_empty()).ok_or_else(|| wrong(key, "text that is not empty"))
}

fn flag(entry: &Yaml, key: &str) -> Result<Option<bool>, DepsError> {
    match entry.get(key) {
        None | Some(Yaml { value: yaml::Value::Null, .. }) => Ok(None),
        Some(value) => value.as_bool().map(Some).ok_or_else(|| wrong(key, "`true` or `false`")),
    }
}

fn wrong(key: &str, wanted: &str) -> DepsError {
    DepsError::asked(
        format!("`{key}:` of an entry must be {wanted}"),
        "see https://docs.getdbt.com/docs/build/packages",
    )
}
