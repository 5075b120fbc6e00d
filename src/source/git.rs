//! A repository in, the project's state at a commit and the changed files out.
//!
//! Everything is read from git's objects in this process; nothing is checked out and no `git` is run.

use std::path::{Path, PathBuf};

use git2::{
    Delta, DiffFindOptions, DiffOptions, ErrorCode, FileMode, ObjectType, Oid, Repository, TreeEntry, TreeWalkMode,
};

use super::changes::Changes;
use super::{ChangeKind, FileKind, SourceFile, Tree, walk};

/// What keeps cadet from comparing with the base.
#[derive(Debug, thiserror::Error)]
pub enum GitError {
    #[error("{0} is not inside a git repository")]
    NotARepository(String),
    #[error("this repository has no commit yet")]
    NoCommit,
    #[error("the base `{0}` does not exist in this repository")]
    NoSuchBase(String),
    #[error("there is no branch or commit `{0}` in this repository")]
    NoSuchHead(String),
    #[error("no base to compare with: neither `origin/main`, `main`, `origin/master` nor `master` exists")]
    NoDefaultBase,
    #[error("this clone is shallow and does not hold the commit where `{0}` and your branch part")]
    ShallowClone(String),
    #[error("`{0}` and your branch have no commit in common")]
    NoMergeBase(String),
    #[error("git refuses to read this repository because another user owns it")]
    NotOwned,
    #[error("failed to read the repository: {}", .0.message())]
    Git(#[from] git2::Error),
}

impl GitError {
    /// What the reader can do about it.
    pub fn advice(&self) -> String {
        match self {
            Self::NotARepository(_) => {
                "run cadet inside a clone, or pass --project-dir; `cadet check --all` needs no repository".into()
            }
            Self::NoCommit => "commit something first, or run `cadet check --all`".into(),
            Self::NoSuchBase(base) => format!(
                "fetch it (`git fetch origin {}`) or name another one with --base",
                base.trim_start_matches("origin/")
            ),
            Self::NoSuchHead(_) => "check the name after --head; `git branch --all` lists the branches".into(),
            Self::NoDefaultBase => "name the branch that you will merge into with --base".into(),
            Self::ShallowClone(_) => {
                "run `git fetch --unshallow`; in a workflow give actions/checkout `fetch-depth: 0`".into()
            }
            Self::NoMergeBase(_) => "name the branch that you will merge into with --base".into(),
            Self::NotOwned => "run `git config --global --add safe.directory \"$PWD\"`".into(),
            Self::Git(_) => "check that `git status` works here".into(),
        }
    }
}

/// A git repository and the project's folder in it.
pub struct Repo {
    repository: Repository,
    root: PathBuf,
    prefix: String,
}

/// Two states to compare: the merge base, and the head commit it was taken with.
#[derive(Debug, Clone)]
pub struct Comparison {
    /// The base as it was found: `main`, `origin/main`, or as it was typed.
    pub base_name: String,
    pub merge_base: Oid,
    pub head: Oid,
}

impl Repo {
    /// Opens the repository that holds `project`.
    ///
    /// # Errors
    /// When there is none, it is bare, or it belongs to another user.
    pub fn discover(project: &Path) -> Result<Self, GitError> {
        let not_here = || GitError::NotARepository(project.display().to_string());
        let repository = Repository::discover(project).map_err(|error| match error.code() {
            ErrorCode::NotFound => not_here(),
            ErrorCode::Owner => GitError::NotOwned,
            _ => GitError::Git(error),
        })?;
        let root = repository.workdir().ok_or_else(not_here)?;
        let root = root.canonicalize().unwrap_or_else(|_| root.to_owned());
        let project = project.canonicalize().unwrap_or_else(|_| project.to_owned());
        let prefix = project.strip_prefix(&root).map_err(|_| not_here())?;
        let prefix = prefix.to_string_lossy().replace('\\', "/");
        let prefix = if prefix.is_empty() { prefix } else { format!("{prefix}/") };
        Ok(Self { repository, root, prefix })
    }

    /// The folder of the repository.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The project's folder relative to the repository, empty or ending in `/`.
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// Finds the merge base of `HEAD` (or the commit `head`) and `base`, or of the usual main branch.
    ///
    /// # Errors
    /// When the base does not exist, or the clone is too shallow to know.
    pub fn compare(&self, base: Option<&str>, head: Option<&str>) -> Result<Comparison, GitError> {
        let head = match head {
            Some(name) => self.commit(name).map_err(|_| GitError::NoSuchHead(name.to_owned()))?,
            None => self.commit("HEAD").map_err(|_| GitError::NoCommit)?,
        };
        let (name, base) = self.base(base)?;
        match self.repository.merge_base(base, head) {
            Ok(merge_base) => Ok(Comparison { base_name: name, merge_base, head }),
            Err(_) if self.repository.is_shallow() => Err(GitError::ShallowClone(name)),
            Err(_) => Err(GitError::NoMergeBase(name)),
        }
    }

    /// The base's commit. Branches come before anything else of that name: a tag `main` is not the branch `main`.
    fn base(&self, base: Option<&str>) -> Result<(String, Oid), GitError> {
        let reference = |name: &str| match name.strip_prefix("origin/") {
            Some(branch) => format!("refs/remotes/origin/{branch}"),
            None => format!("refs/heads/{name}"),
        };
        let find = |name: &str| Some((name.to_owned(), self.commit(&reference(name)).ok()?));
        if let Some(base) = base {
            let remote = format!("origin/{base}");
            let named = || Some((base.to_owned(), self.commit(base).ok()?));
            let found = find(&remote).or_else(|| find(base)).or_else(named);
            return found.ok_or_else(|| GitError::NoSuchBase(base.to_owned()));
        }
        let usual = ["origin/main", "main", "origin/master", "master"];
        usual.iter().find_map(|name| find(name)).ok_or(GitError::NoDefaultBase)
    }

    fn commit(&self, name: &str) -> Result<Oid, git2::Error> {
        Ok(self.repository.revparse_single(name)?.peel(ObjectType::Commit)?.id())
    }

    /// The short name of a commit, for people.
    pub fn short(&self, commit: Oid) -> String {
        commit.to_string().chars().take(7).collect()
    }

    /// The bytes of a file in a commit, by its path from the top of the repository; nothing when either is not there.
    pub fn file_at(&self, commit: &str, path: &str) -> Option<Vec<u8>> {
        let tree = self.repository.find_commit(Oid::from_str(commit).ok()?).ok()?.tree().ok()?;
        let entry = tree.get_path(Path::new(path)).ok()?;
        Some(self.repository.find_blob(entry.id()).ok()?.content().to_vec())
    }

    /// The name of the branch that `HEAD` is on, if it is on one.
    pub fn branch(&self) -> Option<String> {
        let head = self.repository.head().ok()?;
        head.is_branch().then(|| head.shorthand().ok().map(str::to_owned)).flatten()
    }

    /// A commit by one of its names, and when it was made, in seconds since 1970.
    pub fn revision(&self, name: &str) -> Option<(String, i64)> {
        let commit = self.repository.find_commit(self.commit(name).ok()?).ok()?;
        Some((commit.id().to_string(), commit.time().seconds()))
    }

    /// Whether a commit comes after another one; nothing when one of them is not known here.
    pub fn comes_after(&self, later: &str, earlier: &str) -> Option<bool> {
        let known = |name: &str| self.repository.find_commit(Oid::from_str(name).ok()?).ok().map(|commit| commit.id());
        self.repository.graph_descendant_of(known(later)?, known(earlier)?).ok()
    }

    /// Reads the project as it is in `commit`.
    ///
    /// # Errors
    /// When git's objects cannot be read.
    pub fn tree_at(&self, commit: Oid) -> Result<Tree, GitError> {
        self.walk(commit, |path, entry| self.blob(path, entry))
    }

    /// One file of the project as it is in `commit`, in a tree of its own, which is empty when there is no such file.
    ///
    /// # Errors
    /// When git's objects cannot be read.
    pub fn file_alone(&self, commit: Oid, path: &str) -> Result<Tree, GitError> {
        let tree = self.repository.find_commit(commit)?.tree()?;
        let mut files = Tree::default();
        if let Ok(entry) = tree.get_path(Path::new(&format!("{}{path}", self.prefix))) {
            files.insert(self.blob(path, &entry));
        }
        Ok(files)
    }

    /// The project's files in `commit`, each as `read` makes it of its path and entry.
    fn walk(&self, commit: Oid, read: impl Fn(&str, &TreeEntry<'_>) -> SourceFile) -> Result<Tree, GitError> {
        let tree = self.repository.find_commit(commit)?.tree()?;
        let mut files = Tree::default();
        files.lies_in(&self.prefix);
        tree.walk(TreeWalkMode::PreOrder, |folder, entry| {
            let name = String::from_utf8_lossy(entry.name_bytes());
            let path = format!("{folder}{name}");
            let Some(path) = path.strip_prefix(&self.prefix) else {
                if let Some(seen) = walk::above(&path, &self.prefix) {
                    let file = self.blob(seen.trim_start_matches("../"), entry);
                    files.insert_above(SourceFile { path: seen, ..file });
                }
                return 0;
            };
            if entry.kind() != Some(ObjectType::Tree) {
                files.insert(read(path, entry));
            }
            0
        })?;
        Ok(files)
    }

    /// Reads the project as it is in `commit`, taking from `head` the files that are no part of `changes`: the same bytes
    /// are held once, and known to be the same.
    ///
    /// What git ignores, such as installed packages, is no part of a change, and is taken for the commit's too.
    ///
    /// # Errors
    /// When git's objects cannot be read.
    pub fn tree_beside(&self, commit: Oid, head: &Tree, changes: &Changes) -> Result<Tree, GitError> {
        let mut files = self.walk(commit, |path, entry| {
            let same = head.find(path).filter(|file| !changes.contains_key(path) && file.kind == FileKind::Regular);
            same.cloned().unwrap_or_else(|| self.blob(path, entry))
        })?;
        let lists = ["packages.yml", "dependencies.yml", "package-lock.yml"];
        if !lists.iter().any(|list| changes.contains_key(*list)) {
            // What is in neither is ignored by git: a pull request can neither bring it nor change it.
            let ignored =
                head.iter().filter(|file| !changes.contains_key(&file.path) && files.find(&file.path).is_none());
            let ignored: Vec<SourceFile> = ignored.cloned().collect();
            ignored.into_iter().for_each(|file| files.insert(file));
        }
        Ok(files)
    }

    fn blob(&self, path: &str, entry: &TreeEntry<'_>) -> SourceFile {
        let (kind, bytes) = match entry.filemode() {
            mode if mode == i32::from(FileMode::Link) => (FileKind::Symlink, Vec::new()),
            mode if mode == i32::from(FileMode::Commit) => (FileKind::Submodule, Vec::new()),
            _ if !walk::is_read(path) => (FileKind::Regular, Vec::new()),
            _ => match self.repository.find_blob(entry.id()) {
                Ok(blob) => (FileKind::Regular, blob.content().to_vec()),
                Err(error) => (FileKind::Unreadable(error.message().to_owned()), Vec::new()),
            },
        };
        SourceFile { path: path.to_owned(), kind, bytes: bytes.into() }
    }

    /// The project as it lies in the working tree.
    pub fn working_tree(&self) -> Tree {
        walk::read_folder(&self.root.join(&self.prefix))
    }

    /// The project's files that differ between the merge base and the working tree:
    /// committed, staged, unstaged and untracked changes together.
    ///
    /// # Errors
    /// When git's objects cannot be read.
    pub fn changes_to_working_tree(&self, base: Oid) -> Result<Changes, GitError> {
        let tree = self.repository.find_commit(base)?.tree()?;
        let diff = self.repository.diff_tree_to_workdir_with_index(Some(&tree), Some(&mut self.options()))?;
        self.changes(diff)
    }

    /// The project's files that differ between two commits.
    ///
    /// # Errors
    /// When git's objects cannot be read.
    pub fn changes_between(&self, comparison: &Comparison) -> Result<Changes, GitError> {
        let old = self.repository.find_commit(comparison.merge_base)?.tree()?;
        let new = self.repository.find_commit(comparison.head)?.tree()?;
        let diff = self.repository.diff_tree_to_tree(Some(&old), Some(&new), Some(&mut self.options()))?;
        self.changes(diff)
    }

    /// What changed since the merge base, up to the head's commit or the working tree, and the base itself. The repository
    /// is handed back: only one thread at a time may ask it.
    ///
    /// # Errors
    /// When git's objects cannot be read.
    pub fn compared(
        self,
        comparison: &Comparison,
        is_commit: bool,
        head: &Tree,
    ) -> Result<(Self, Changes, Tree), GitError> {
        let changes = match is_commit {
            true => self.changes_between(comparison)?,
            false => self.changes_to_working_tree(comparison.merge_base)?,
        };
        let base = self.tree_beside(comparison.merge_base, head, &changes)?;
        Ok((self, changes, base))
    }

    fn options(&self) -> DiffOptions {
        let mut options = DiffOptions::new();
        options.include_untracked(true).recurse_untracked_dirs(true).include_typechange(true);
        options.show_untracked_content(true).disable_pathspec_match(true);
        if !self.prefix.is_empty() {
            options.pathspec(&self.prefix);
        }
        options
    }

    fn changes(&self, mut diff: git2::Diff<'_>) -> Result<Changes, GitError> {
        diff.find_similar(Some(DiffFindOptions::new().renames(true).for_untracked(true)))?;
        let name = |file: git2::DiffFile<'_>| {
            let path = String::from_utf8_lossy(file.path_bytes().unwrap_or_default()).into_owned();
            let path = path.strip_prefix(&self.prefix)?;
            // What tools wrote is no part of a change, whether git ignores it or not.
            let is_source = path.split('/').next().is_some_and(|first| !walk::SKIPPED.contains(&first));
            is_source.then(|| path.to_owned())
        };
        let mut changes = Changes::new();
        for delta in diff.deltas() {
            let kind = match delta.status() {
                Delta::Added | Delta::Untracked | Delta::Copied => ChangeKind::Added,
                Delta::Deleted => ChangeKind::Deleted,
                Delta::Renamed => ChangeKind::Renamed(name(delta.old_file()).unwrap_or_default()),
                Delta::Typechange => ChangeKind::Type,
                Delta::Modified if delta.old_file().id() == delta.new_file().id() => ChangeKind::Mode,
                Delta::Modified | Delta::Conflicted | Delta::Unreadable => ChangeKind::Modified,
                Delta::Unmodified | Delta::Ignored => continue,
            };
            let file = if kind == ChangeKind::Deleted { delta.old_file() } else { delta.new_file() };
            if let Some(path) = name(file) {
                changes.insert(path, kind);
            }
        }
        Ok(changes)
    }
}
