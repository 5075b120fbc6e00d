//! The address of a repository and a revision in, the commit and its files out.
//!
//! A repository on this machine is opened. For another, git itself fetches objects into an empty repository: it knows
//! the user's proxy, certificates, ssh agent and credential helper, and libgit2 would bring OpenSSL for it. Nothing is
//! ever checked out, so that no hook, filter or submodule of the package can run: files are read from git's objects.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use git2::{ObjectType, Oid, Reference, Repository, TreeWalkMode, TreeWalkResult};

use super::content::{self, Content};

/// How long git may fetch.
const LONGEST: Duration = Duration::from_secs(600);

/// Where the wanted commit is put.
const WANTED: &str = "refs/cadet/wanted";

/// What git gets to know of this process.
#[derive(Debug, Default)]
pub struct GitProgram {
    /// The variables that it gets, and no others.
    pub env: Vec<(String, String)>,
    /// Nobody's credentials are to be used.
    pub is_anonymous: bool,
}

/// Why a revision cannot be had.
pub(super) enum GitProblem {
    /// Neither a branch, a tag nor a commit.
    NoRevision,
    /// The address is not one that is fetched, or what is there is no package.
    Refused(String),
    Other(String),
}

impl From<git2::Error> for GitProblem {
    fn from(error: git2::Error) -> Self {
        Self::Other(error.message().to_owned())
    }
}

/// Where a repository is.
enum Place {
    Here(PathBuf),
    Elsewhere,
}

/// The commit that `revision` (`HEAD` for the default branch) means, and its files below `subdirectory`.
///
/// # Errors
/// When the repository or the revision cannot be had, or holds what is no package.
pub(super) fn files(
    program: &GitProgram,
    url: &str,
    revision: &str,
    subdirectory: Option<&str>,
) -> Result<(String, Content), GitProblem> {
    let commit = commit_id(revision);
    let is_name = !revision.starts_with('-') && Reference::is_valid_name(&format!("refs/tags/{revision}"));
    if commit.is_none() && revision != "HEAD" && !is_name {
        return Err(GitProblem::NoRevision);
    }
    match place(url).map_err(GitProblem::Refused)? {
        Place::Here(folder) => {
            let repository = Repository::open(folder)?;
            let names = [format!("refs/tags/{revision}"), format!("refs/heads/{revision}")];
            let names = if revision == "HEAD" { vec!["HEAD".to_owned()] } else { names.to_vec() };
            let found = commit.or_else(|| names.iter().find_map(|name| peeled(&repository, name)));
            content(&repository, found.ok_or(GitProblem::NoRevision)?, subdirectory)
        }
        Place::Elsewhere => {
            let folder = tempfile::TempDir::with_prefix("cadet-git-")
                .map_err(|error| GitProblem::Other(format!("failed to make a temporary folder: {error}")))?;
            let repository = Repository::init_bare(folder.path().join("git"))?;
            let fetch = Fetch { program, url, folder: folder.path() };
            let found = fetch.commit(&repository, revision, commit)?;
            content(&repository, found, subdirectory)
        }
    }
}

/// A whole commit id.
fn commit_id(revision: &str) -> Option<Oid> {
    let is_whole = revision.len() == 40 && revision.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    is_whole.then(|| Oid::from_str(revision).ok()).flatten()
}

fn peeled(repository: &Repository, name: &str) -> Option<Oid> {
    repository.find_reference(name).ok()?.peel_to_commit().ok().map(|commit| commit.id())
}

/// Takes `https://`, `ssh://`, `user@host:path`, and what lies on this machine. Nothing else: git knows addresses that
/// run programs.
fn place(url: &str) -> Result<Place, String> {
    if let Some(path) = url.strip_prefix("file://") {
        return Ok(Place::Here(PathBuf::from(path)));
    }
    if Path::new(url).is_absolute() {
        return Ok(Place::Here(PathBuf::from(url)));
    }
    let host = |rest: &str| {
        rest.split(['/', ':']).next().unwrap_or_default().rsplit('@').next().unwrap_or_default().to_owned()
    };
    let is_odd = |c: char| c.is_whitespace() || c.is_control();
    let remote = url.strip_prefix("https://").or_else(|| url.strip_prefix("ssh://")).map(|rest| {
        let authority = rest.split('/').next().unwrap_or_default();
        host(authority.rsplit_once('@').map_or(authority, |(_, host)| host))
    });
    let short = || url.split_once(':').filter(|(user, path)| user.contains('@') && !path.starts_with(':'));
    let remote = remote.or_else(|| short().filter(|_| !url.contains("://")).map(|(before, _)| host(before)));
    match remote {
        Some(host) if !host.is_empty() && !host.starts_with('-') && !url.starts_with('-') && !url.contains(is_odd) => {
            Ok(Place::Elsewhere)
        }
        _ => Err("only https://, ssh:// and user@host:path are taken".to_owned()),
    }
}

struct Fetch<'f> {
    program: &'f GitProgram,
    url: &'f str,
    /// Holds the repository and what git says.
    folder: &'f Path,
}

impl Fetch<'_> {
    /// Fetches one commit with its files, without its history.
    fn commit(&self, repository: &Repository, revision: &str, commit: Option<Oid>) -> Result<Oid, GitProblem> {
        if let Some(commit) = commit {
            if self.fetch(&["--depth=1"], &[revision]).is_err() {
                // Not every server gives a commit by its id: it is in one of the branches or tags.
                self.fetch(&[], &["+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*"])?;
            }
            return repository.find_commit(commit).map(|found| found.id()).map_err(|_| GitProblem::NoRevision);
        }
        let names = match revision {
            "HEAD" => vec!["HEAD".to_owned()],
            name => vec![format!("refs/tags/{name}"), format!("refs/heads/{name}")],
        };
        for name in names {
            match self.fetch(&["--depth=1"], &[&format!("+{name}:{WANTED}")]) {
                Ok(()) => return peeled(repository, WANTED).ok_or(GitProblem::NoRevision),
                Err(GitProblem::NoRevision) => {}
                Err(other) => return Err(other),
            }
        }
        Err(GitProblem::NoRevision)
    }

    fn fetch(&self, how: &[&str], what: &[&str]) -> Result<(), GitProblem> {
        let said = self.folder.join("said");
        let failed = |error: std::io::Error| match error.kind() {
            std::io::ErrorKind::NotFound => GitProblem::Other("the program `git` is not installed here".to_owned()),
            _ => GitProblem::Other(format!("failed to run git: {error}")),
        };
        let file = File::create(&said).map_err(failed)?;
        let mut git = Command::new("git");
        git.env_clear().envs(self.program.env.iter().map(|(name, value)| (name, value)));
        git.env("GIT_TERMINAL_PROMPT", "0").env("LC_ALL", "C").current_dir(self.folder);
        git.args(["--git-dir=git", "-c", "core.hooksPath=/dev/null", "-c", "protocol.allow=never"]);
        git.args(["-c", "protocol.https.allow=always", "-c", "protocol.ssh.allow=always"]);
        if self.program.is_anonymous {
            git.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
        }
        git.args(["fetch", "--quiet", "--no-tags", "--no-recurse-submodules", "--no-write-fetch-head"]);
        git.args(how).arg("--").arg(self.url).args(what);
        let mut child = git.stdin(Stdio::null()).stdout(Stdio::null()).stderr(file).spawn().map_err(failed)?;
        let started = Instant::now();
        let status = loop {
            match child.try_wait().map_err(failed)? {
                Some(status) => break status,
                None if started.elapsed() > LONGEST => {
                    let _ = child.kill();
                    let _ = child.wait();
                    return Err(GitProblem::Other(format!("git took longer than {} s", LONGEST.as_secs())));
                }
                None => std::thread::sleep(Duration::from_millis(20)),
            }
        };
        if status.success() {
            return Ok(());
        }
        let said = std::fs::read_to_string(&said).unwrap_or_default();
        if said.contains("couldn't find remote ref") {
            return Err(GitProblem::NoRevision);
        }
        Err(GitProblem::Other(said.trim().lines().collect::<Vec<_>>().join("; ")))
    }
}

/// The files of a commit below a folder. Other repositories mounted there are left out, as an empty folder would be.
fn content(repository: &Repository, commit: Oid, subdirectory: Option<&str>) -> Result<(String, Content), GitProblem> {
    let commit = repository.find_commit(commit).map_err(|_| GitProblem::NoRevision)?;
    let mut tree = commit.tree()?;
    if let Some(subdirectory) = subdirectory.filter(|folder| !folder.trim_matches(['/', '.']).is_empty()) {
        let path = content::inside(subdirectory).map_err(GitProblem::Refused)?;
        let missing = |_| GitProblem::Refused(format!("it has no folder `{subdirectory}`"));
        let entry = tree.get_path(Path::new(&path)).map_err(missing)?;
        tree = entry
            .to_object(repository)?
            .into_tree()
            .map_err(|_| GitProblem::Refused(format!("`{subdirectory}` is no folder")))?;
    }
    let (mut content, mut problem) = (Content::default(), None);
    tree.walk(TreeWalkMode::PreOrder, |folder, entry| {
        if entry.kind() != Some(ObjectType::Blob) {
            return TreeWalkResult::Ok;
        }
        match add(repository, &mut content, folder, entry) {
            Ok(()) => TreeWalkResult::Ok,
            Err(why) => {
                problem = Some(why);
                TreeWalkResult::Abort
            }
        }
    })
    .or_else(|error| if problem.is_some() { Ok(()) } else { Err(error) })?;
    match problem {
        Some(why) => Err(GitProblem::Refused(why)),
        None => Ok((commit.id().to_string(), content)),
    }
}

fn add(
    repository: &Repository,
    content: &mut Content,
    folder: &str,
    entry: &git2::TreeEntry<'_>,
) -> Result<(), String> {
    let name = entry.name().map_err(|_| "the name of a file in it is not UTF-8".to_owned())?;
    let path = format!("{folder}{name}");
    let blob = repository.find_blob(entry.id()).map_err(|error| error.message().to_owned())?;
    match entry.filemode() {
        0o120_000 => {
            let target = std::str::from_utf8(blob.content()).map_err(|_| format!("the link `{path}` is not UTF-8"))?;
            content.add_link(&path, target)
        }
        mode => content.add_file(&path, blob.content().to_vec(), mode & 0o100 != 0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_that_run_nothing_are_taken() {
        for url in [
            "https://github.com/dbt-labs/dbt-utils.git",
            "https://token@github.com/a/b",
            "git@github.com:dbt-labs/dbt-utils.git",
            "ssh://git@github.com:22/a/b",
        ] {
            assert!(matches!(place(url), Ok(Place::Elsewhere)), "{url}");
        }
        for url in [
            "ext::sh -c touch% /tmp/p",
            "--upload-pack=touch /tmp/p;",
            "-u@host:path",
            "ssh://-oProxyCommand=x/a",
            "ssh://user@-oProxyCommand=x/a",
            "git@-oProxyCommand=x:a",
            "git://github.com/a/b",
            "http://github.com/a/b",
            "user@host::x",
            "fd::17",
            "https://a b/c",
            "https:///c",
            "../beside",
        ] {
            assert!(place(url).is_err(), "{url}");
        }
    }
}
