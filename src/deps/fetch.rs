//! What is wanted of a package in, one version of it out, with its name, what it asks for, and its files.

use std::collections::HashMap;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;

use super::DepsError;
use super::archive;
use super::content::Content;
use super::git::{self, GitProblem, GitProgram};
use super::hub::Hub;
use super::lists::Lists;
use super::lock::Locked;
use super::resolve::Wanted;
use super::spec::{Address, Source, Spec};
use super::version::{self, Version};
use super::web::{Web, WebProblem};
use crate::jinja::scope::Scope;

/// What fetching depends on besides the lists.
pub struct Surroundings {
    /// The project's folder.
    pub folder: PathBuf,
    /// What Jinja in lists of packages sees.
    pub scope: Arc<Scope>,
    /// The hub's address.
    pub hub: String,
    pub git: GitProgram,
}

/// A package with its version decided.
#[derive(Debug, Clone)]
pub(super) struct Pinned {
    /// The name of its project, which is the name of its folder.
    pub name: String,
    pub from: From,
    /// What it asks for itself.
    pub specs: Vec<Spec>,
}

/// Where it is.
#[derive(Debug, Clone)]
pub(super) enum From {
    Hub { package: String, version: String, latest: String, tarball: String },
    Git { url: Address, commit: String, subdirectory: Option<String>, content: Rc<Content> },
    Tarball { url: Address, content: Rc<Content> },
    Local { path: String, folder: PathBuf },
}

impl Pinned {
    /// Its entry in the lock file.
    pub(super) fn locked(&self) -> Locked {
        let mut locked = Locked::from([("name", self.name.clone())]);
        match &self.from {
            From::Hub { package, version, .. } => {
                locked.extend([("package", package.clone()), ("version", version.clone())]);
            }
            From::Git { url, commit, subdirectory, .. } => {
                locked.extend([("git", url.written.clone()), ("revision", commit.clone())]);
                locked.extend(subdirectory.clone().map(|folder| ("subdirectory", folder)));
            }
            From::Tarball { url, .. } => locked.extend([("tarball", url.written.clone())]),
            From::Local { path, .. } => {
                // dbt has no name for it here either, but takes one.
                locked.extend([("local", path.clone())]);
            }
        }
        locked
    }
}

/// A repository at one revision: its address, the revision and the folder in it that are wanted.
type Wish = (String, String, Option<String>);

/// A commit and the files in it.
type Checkout = (String, Rc<Content>);

/// Fetches each thing once.
pub struct Fetcher<'t> {
    around: Surroundings,
    web: Web,
    hub: Hub,
    repositories: HashMap<Wish, Checkout>,
    archives: HashMap<String, Rc<Content>>,
    /// What was noticed on the way.
    pub(super) notes: Vec<String>,
    /// Told what is being done, before it is done.
    told: &'t dyn Fn(&str),
}

impl<'t> Fetcher<'t> {
    /// A fetcher that has fetched nothing yet.
    pub fn new(around: Surroundings, told: &'t dyn Fn(&str)) -> Self {
        let hub = Hub::new(&around.hub);
        let (repositories, archives) = (HashMap::new(), HashMap::new());
        Self { around, web: Web::new(), hub, repositories, archives, notes: Vec::new(), told }
    }

    /// What Jinja in lists sees.
    pub(super) fn scope(&self) -> &Arc<Scope> {
        &self.around.scope
    }

    /// Decides the version of a package, and reads what it asks for.
    pub(super) fn pin(&mut self, wanted: &Wanted) -> Result<Pinned, DepsError> {
        (self.told)(&format!("asking for {}", wanted.shown()));
        match &wanted.source {
            Source::Hub { package, versions, prereleases } => self.pin_hub(wanted, package, versions, *prereleases),
            Source::Git { url, revision, subdirectory, warns } => {
                let revision = revision.as_deref().unwrap_or("HEAD");
                let (commit, content) = self.repository(url, revision, subdirectory.as_deref())?;
                if *warns && ["HEAD", "main", "master"].contains(&revision) {
                    self.note(format!(
                        "{} is not pinned: it is taken as its branch is today ({}). Name a tag or a commit with \
                         `revision:`, or switch this note off with `warn-unpinned: false`",
                        url.written,
                        commit.get(..7).unwrap_or_default()
                    ));
                }
                let lists = Lists::read(Some(&url.written), &|path| content.text(path), &self.around.scope)?;
                let from = From::Git { url: url.clone(), commit, subdirectory: subdirectory.clone(), content };
                Ok(Pinned { name: lists.name, from, specs: lists.specs })
            }
            Source::Tarball { url, name } => {
                let content = self.archive(url)?;
                let lists = Lists::read(Some(&url.written), &|path| content.text(path), &self.around.scope)?;
                Ok(Pinned { name: name.clone(), from: From::Tarball { url: url.clone(), content }, specs: lists.specs })
            }
            Source::Local { path } => {
                let folder = self.around.folder.join(path);
                let text = |file: &str| std::fs::read_to_string(folder.join(file)).ok();
                let lists = Lists::read(Some(path), &text, &self.around.scope)?;
                let folder = folder.canonicalize().map_err(|error| DepsError::file("open", &folder, &error))?;
                Ok(Pinned { name: lists.name, from: From::Local { path: path.clone(), folder }, specs: lists.specs })
            }
        }
    }

    /// The files of a package; a local one has none of its own.
    pub(super) fn content(&mut self, pinned: &Pinned) -> Result<Option<Rc<Content>>, DepsError> {
        match &pinned.from {
            From::Hub { tarball, .. } => {
                let url = Address { url: tarball.clone(), written: tarball.clone() };
                self.archive(&url).map(Some)
            }
            From::Git { content, .. } | From::Tarball { content, .. } => Ok(Some(Rc::clone(content))),
            From::Local { .. } => Ok(None),
        }
    }

    fn pin_hub(
        &mut self,
        wanted: &Wanted,
        package: &str,
        versions: &[String],
        prereleases: bool,
    ) -> Result<Pinned, DepsError> {
        let listing = self.hub.package(&self.web, package, &wanted.askers())?;
        if let Some(moved) = &listing.moved_to {
            self.note(format!("the hub says that {package} is {moved} now: change it in your list of packages"));
        }
        let mut bounds = Vec::new();
        for text in versions {
            bounds.push(Version::read(text).ok_or_else(|| no_version(wanted, text))?);
        }
        if !version::can_be_met(&bounds) {
            let message = format!("no version of {package} can be all that is asked for: {}", wanted.asks());
            return Err(DepsError::asked(message, "change the `version:` of one of them"));
        }
        let installable = listing.installable(prereleases || bounds.iter().any(Version::is_prerelease));
        let version = version::newest(&installable, &bounds).ok_or_else(|| {
            let known = installable.iter().rev().take(8).cloned().collect::<Vec<_>>().join(", ");
            let known = if known.is_empty() { "none".to_owned() } else { known };
            DepsError::asked(
                format!("the hub has no version of {package} that is {}", wanted.asks()),
                format!("versions that work with dbt 1.11, newest first: {known}"),
            )
        })?;
        let release = listing.release(package, version)?;
        let from = From::Hub {
            package: package.to_owned(),
            version: version.to_owned(),
            latest: installable.last().cloned().unwrap_or_default(),
            tarball: release.tarball,
        };
        Ok(Pinned { name: release.name, from, specs: release.specs })
    }

    fn repository(&mut self, url: &Address, revision: &str, subdirectory: Option<&str>) -> Result<Checkout, DepsError> {
        let key = |revision: &str| (url.url.clone(), revision.to_owned(), subdirectory.map(str::to_owned));
        if let Some((commit, content)) = self.repositories.get(&key(revision)) {
            return Ok((commit.clone(), Rc::clone(content)));
        }
        (self.told)(&format!("fetching {}", url.written));
        let found = git::files(&self.around.git, &url.url, revision, subdirectory);
        let (commit, content) = found.map_err(|problem| match problem {
            GitProblem::NoRevision => DepsError::asked(
                format!("{} has no branch, tag or commit `{revision}`", url.written),
                "check `revision:`; a commit is written with all of its 40 digits",
            ),
            GitProblem::Refused(why) => DepsError::asked(
                format!("the package from {} is not installed: {why}", url.written),
                "correct the entry, or ask the owners of the package",
            ),
            GitProblem::Other(why) => DepsError::failed(
                format!("failed to fetch {}: {}", url.written, hide(&why, url)),
                "check the address, and that `git clone` of it works in this terminal without asking anything",
            ),
        })?;
        let content = Rc::new(content);
        for revision in [revision, &commit] {
            self.repositories.insert(key(revision), (commit.clone(), Rc::clone(&content)));
        }
        Ok((commit, content))
    }

    fn archive(&mut self, url: &Address) -> Result<Rc<Content>, DepsError> {
        if let Some(known) = self.archives.get(&url.url) {
            return Ok(Rc::clone(known));
        }
        (self.told)(&format!("fetching {}", url.written));
        let failed = |why: String| {
            let message = format!("failed to fetch {}: {}", url.written, hide(&why, url));
            DepsError::failed(message, "check the address, the network, and the proxy in HTTPS_PROXY if you need one")
        };
        let bytes = self.web.get(&url.url).map_err(|problem| match problem {
            WebProblem::NotFound => failed("there is nothing at this address".to_owned()),
            WebProblem::Other(why) => failed(why),
        })?;
        let content = archive::unpack(&bytes).map_err(|why| {
            let message = format!("the package from {} is not installed: {why}", url.written);
            DepsError::failed(message, "a package is a .tar.gz with one folder that holds dbt_project.yml")
        })?;
        let content = Rc::new(content);
        self.archives.insert(url.url.clone(), Rc::clone(&content));
        Ok(content)
    }

    fn note(&mut self, note: String) {
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }
}

fn no_version(wanted: &Wanted, text: &str) -> DepsError {
    let by = wanted.asked.iter().find(|ask| ask.what.contains(text)).map_or("", |ask| &ask.by);
    let advice = match text.split_once(',') {
        Some((from, to)) => format!("write bounds as a list: [\"{}\", \"{}\"]", from.trim(), to.trim()),
        None => "a version has three numbers, 1.3.0; a bound has no blank after its sign, \">=1.0.0\"".to_owned(),
    };
    DepsError::asked(format!("`{text}` is no version: {by} asks for it of {}", wanted.shown()), advice)
}

/// Takes an address with a password in it out of a message.
fn hide(message: &str, address: &Address) -> String {
    let message = message.replace(&address.url, &address.written);
    let user = address.url.split_once("://").and_then(|(_, rest)| rest.split('/').next()?.rsplit_once('@'));
    match user {
        Some((user, _)) if !user.is_empty() && address.url != address.written => message.replace(user, "…"),
        _ => message,
    }
}
