//! Lists of packages in, one version of each package of the whole tree out. Behaviour: `dbt.deps.resolver`.

use std::collections::HashSet;

use indexmap::IndexMap;

use super::DepsError;
use super::fetch::{Fetcher, Pinned};
use super::spec::{Source, Spec};

/// More packages than this are refused: a list could go on for ever.
const MOST: usize = 500;

/// A package, and everybody who asks for it.
#[derive(Debug, Clone)]
pub(super) struct Wanted {
    pub source: Source,
    pub asked: Vec<Ask>,
}

/// Who asks, and for which version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ask {
    pub by: String,
    pub what: String,
}

impl Wanted {
    fn new(spec: &Spec, by: &str) -> Self {
        let what = match &spec.source {
            Source::Hub { versions, .. } => versions.join(" and "),
            Source::Git { revision, .. } => revision.clone().unwrap_or_else(|| "the default branch".to_owned()),
            Source::Tarball { .. } | Source::Local { .. } => String::new(),
        };
        Self { source: spec.source.clone(), asked: vec![Ask { by: by.to_owned(), what }] }
    }

    /// How the package is told to people.
    pub(super) fn shown(&self) -> &str {
        match &self.source {
            Source::Hub { package, .. } => package,
            Source::Git { url, .. } | Source::Tarball { url, .. } => &url.written,
            Source::Local { path } => path,
        }
    }

    /// Every wish with the one who has it.
    pub(super) fn asks(&self) -> String {
        let asks = self.asked.iter().map(|ask| format!("{} (asked for by {})", ask.what, ask.by));
        asks.collect::<Vec<_>>().join(", ")
    }

    /// Everybody who asks for it.
    pub(super) fn askers(&self) -> String {
        self.asked.iter().map(|ask| ask.by.as_str()).collect::<Vec<_>>().join(" and ")
    }

    fn kind(&self) -> &'static str {
        match self.source {
            Source::Hub { .. } => "package",
            Source::Git { .. } => "git",
            Source::Tarball { .. } => "tarball",
            Source::Local { .. } => "local",
        }
    }

    /// What tells it from other packages; a repository may be written with and without `.git`.
    fn keys(&self) -> Vec<String> {
        match &self.source {
            Source::Hub { package, .. } => vec![package.clone()],
            Source::Git { url, subdirectory, .. } => {
                let url = &url.url;
                let other = url.strip_suffix(".git").map_or_else(|| format!("{url}.git"), str::to_owned);
                let below = subdirectory.as_ref().map_or_else(String::new, |folder| format!("/{folder}"));
                vec![format!("{url}{below}"), format!("{other}{below}")]
            }
            Source::Tarball { url, .. } => vec![url.url.clone()],
            Source::Local { path } => vec![path.clone()],
        }
    }

    /// Takes the wishes of another list for the same package too.
    fn and(&mut self, other: Self) -> Result<(), DepsError> {
        let (ours, theirs) = (self.kind(), other.kind());
        for ask in other.asked {
            if !self.asked.contains(&ask) {
                self.asked.push(ask);
            }
        }
        match (&mut self.source, other.source) {
            (Source::Hub { versions, .. }, Source::Hub { versions: more, .. }) => {
                for version in more {
                    if !versions.contains(&version) {
                        versions.push(version);
                    }
                }
            }
            (Source::Git { revision, warns, .. }, Source::Git { revision: other, warns: also, .. }) => {
                *warns &= also;
                if revision.is_some() && other.is_some() && *revision != other {
                    let message =
                        format!("one repository cannot be installed twice: {}: {}", self.shown(), self.asks());
                    return Err(DepsError::asked(message, "let all of them ask for the same `revision:`"));
                }
                *revision = revision.take().or(other);
            }
            (Source::Tarball { .. }, Source::Tarball { .. }) | (Source::Local { .. }, Source::Local { .. }) => {}
            _ => {
                let message = format!("{} is asked for as `{ours}:` and as `{theirs}:`", self.shown());
                return Err(DepsError::asked(message, "write it in one way everywhere"));
            }
        }
        Ok(())
    }
}

/// Packages in the order in which they were first asked for.
#[derive(Default)]
struct Listing(IndexMap<String, Wanted>);

impl Listing {
    fn of(specs: &[Spec], by: &str) -> Result<Self, DepsError> {
        let mut listing = Self::default();
        for spec in specs {
            listing.add(Wanted::new(spec, by))?;
        }
        Ok(listing)
    }

    /// Adds a wish, and gives the key of its package.
    fn add(&mut self, wanted: Wanted) -> Result<String, DepsError> {
        let keys = wanted.keys();
        let key = keys.iter().find(|key| self.0.contains_key(*key)).or(keys.first()).cloned().unwrap_or_default();
        match self.0.get_mut(&key) {
            Some(known) => known.and(wanted)?,
            None => drop(self.0.insert(key.clone(), wanted)),
        }
        Ok(key)
    }

    fn pinned(&self, fetcher: &mut Fetcher<'_>) -> Result<Vec<Pinned>, DepsError> {
        self.0.values().map(|wanted| fetcher.pin(wanted)).collect()
    }
}

/// Decides the version of every package that the project `root` asks for, and of those that they ask for.
///
/// As in dbt, what a version asked for counts even when another version of it is chosen in the end.
pub(super) fn resolve(
    specs: &[Spec],
    (root, file): (&str, &str),
    fetcher: &mut Fetcher<'_>,
) -> Result<Vec<Pinned>, DepsError> {
    let (mut all, mut opened) = (Listing::default(), HashSet::new());
    let mut pending = Listing::of(specs, file)?;
    while !pending.0.is_empty() {
        let mut next = Listing::default();
        for wanted in pending.0.into_values() {
            let key = all.add(wanted)?;
            let pinned = fetcher.pin(&all.0[&key])?;
            // Packages may ask for each other: what is open already asks for nothing new.
            if opened.insert(pinned.locked()) {
                for spec in &pinned.specs {
                    next.add(Wanted::new(spec, &pinned.name))?;
                }
            }
            if all.0.len() > MOST {
                let message = format!("the packages ask for more than {MOST} packages");
                return Err(DepsError::asked(message, "look for the one that asks for so many, and leave it out"));
            }
        }
        pending = next;
    }
    let pinned = all.pinned(fetcher)?;
    check_names(&pinned, root)?;
    Ok(pinned)
}

/// The packages of a lock file, which asks for all of them itself.
pub(super) fn of_lock(
    specs: &[Spec],
    file: &str,
    root: &str,
    fetcher: &mut Fetcher<'_>,
) -> Result<Vec<Pinned>, DepsError> {
    let pinned = Listing::of(specs, file)?.pinned(fetcher)?;
    check_names(&pinned, root)?;
    Ok(pinned)
}

/// Every project has one name: no two packages may share it.
fn check_names(pinned: &[Pinned], root: &str) -> Result<(), DepsError> {
    let mut seen = HashSet::new();
    for package in pinned {
        let name = &package.name;
        let is_plain = name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'));
        if !is_plain || name.starts_with('.') || name.is_empty() {
            let message = format!("a package is named `{name}`, which cannot be the name of a folder");
            return Err(DepsError::asked(message, "a name has letters, digits and underscores"));
        }
        if name == root {
            let message = format!("a package has the name of your own project, `{name}`");
            return Err(DepsError::asked(message, "take it out of the list, or rename the project"));
        }
        if !seen.insert(name) {
            let message = format!("two packages are both named `{name}`");
            return Err(DepsError::asked(
                message,
                "it may be asked for from the hub and from git: keep one of the two",
            ));
        }
    }
    Ok(())
}
