//! A project in a git repository in a temporary folder, and the binary run on it.

#![allow(dead_code, unreachable_pub, reason = "each test file uses a part of it")]

pub mod answer;
pub mod hub;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use git2::{IndexAddOption, Repository, RepositoryInitOptions, Signature};
use tempfile::TempDir;

/// The repository's own folder, for fixtures.
pub const HERE: &str = env!("CARGO_MANIFEST_DIR");

/// The least that makes a folder a dbt project.
pub const DBT_PROJECT: &str =
    "name: mojap_derived_tables\nversion: '1.0'\nprofile: mojap_derived_tables\nmodels:\n  +materialized: table\n";

/// A folder with a project in it.
pub struct Sandbox {
    folder: TempDir,
}

/// What the binary printed, and how it ended.
pub struct Ran {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
    root: PathBuf,
}

impl Sandbox {
    /// A project with nothing but `dbt_project.yml`.
    pub fn new() -> Self {
        Self { folder: TempDir::new().unwrap() }.file("dbt_project.yml", DBT_PROJECT)
    }

    /// The fixture project.
    pub fn fixture() -> Self {
        let sandbox = Self { folder: TempDir::new().unwrap() };
        copy(&Path::new(HERE).join("fixtures/mojap_derived_tables"), sandbox.root());
        sandbox
    }

    /// The fixture project, committed on `main`, with a branch `work` checked out.
    pub fn fixture_branch() -> Self {
        Self::fixture().commit("the project").branch("work")
    }

    pub fn root(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a file.
    #[must_use]
    pub fn file(self, path: &str, text: &str) -> Self {
        self.bytes(path, text.as_bytes())
    }

    #[must_use]
    pub fn bytes(self, path: &str, bytes: &[u8]) -> Self {
        let path = self.root().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
        self
    }

    /// Replaces a piece of a file, which must be there.
    #[must_use]
    pub fn edit(self, path: &str, from: &str, to: &str) -> Self {
        let text = fs::read_to_string(self.root().join(path)).unwrap();
        assert!(text.contains(from), "{path} does not hold {from:?}");
        self.file(path, &text.replace(from, to))
    }

    #[must_use]
    pub fn remove(self, path: &str) -> Self {
        fs::remove_file(self.root().join(path)).unwrap();
        self
    }

    #[must_use]
    pub fn rename(self, from: &str, to: &str) -> Self {
        fs::create_dir_all(self.root().join(to).parent().unwrap()).unwrap();
        fs::rename(self.root().join(from), self.root().join(to)).unwrap();
        self
    }

    /// Commits everything; the first commit makes the repository, on `main`.
    #[must_use]
    pub fn commit(self, message: &str) -> Self {
        let mut options = RepositoryInitOptions::new();
        let repository = Repository::open(self.root())
            .unwrap_or_else(|_| Repository::init_opts(self.root(), options.initial_head("main")).unwrap());
        let mut index = repository.index().unwrap();
        index.add_all(["."], IndexAddOption::DEFAULT, None).unwrap();
        index.update_all(["."], None).unwrap();
        index.write().unwrap();
        let tree = repository.find_tree(index.write_tree().unwrap()).unwrap();
        let signature = Signature::now("a test", "test@localhost").unwrap();
        let parent = repository.head().ok().and_then(|head| head.peel_to_commit().ok());
        let parents: Vec<&git2::Commit<'_>> = parent.iter().collect();
        repository.commit(Some("HEAD"), &signature, &signature, message, &tree, &parents).unwrap();
        self
    }

    /// Makes a branch at the current commit and goes on it.
    #[must_use]
    pub fn branch(self, name: &str) -> Self {
        let repository = Repository::open(self.root()).unwrap();
        let commit = repository.head().unwrap().peel_to_commit().unwrap();
        repository.branch(name, &commit, false).unwrap();
        repository.set_head(&format!("refs/heads/{name}")).unwrap();
        self
    }

    /// Goes on a branch that is there, with its files.
    #[must_use]
    pub fn checkout(self, name: &str) -> Self {
        let repository = Repository::open(self.root()).unwrap();
        repository.set_head(&format!("refs/heads/{name}")).unwrap();
        let mut options = git2::build::CheckoutBuilder::new();
        repository.checkout_head(Some(options.force().remove_untracked(true))).unwrap();
        self
    }

    /// `git add` of one file.
    #[must_use]
    pub fn stage(self, path: &str) -> Self {
        let repository = Repository::open(self.root()).unwrap();
        let mut index = repository.index().unwrap();
        index.add_path(Path::new(path)).unwrap();
        index.write().unwrap();
        self
    }

    /// `chmod +x`
    #[cfg(unix)]
    #[must_use]
    pub fn executable(self, path: &str) -> Self {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(self.root().join(path), fs::Permissions::from_mode(0o755)).unwrap();
        self
    }

    /// A symbolic link at `path` that points at `target`.
    #[cfg(unix)]
    #[must_use]
    pub fn link(self, path: &str, target: &str) -> Self {
        let path = self.root().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::os::unix::fs::symlink(target, path).unwrap();
        self
    }

    /// The text of a file.
    pub fn read(&self, path: &str) -> String {
        fs::read_to_string(self.root().join(path)).unwrap()
    }

    /// A JSON file.
    pub fn json(&self, path: &str) -> serde_json::Value {
        serde_json::from_str(&self.read(path)).unwrap()
    }

    /// Runs the binary in the project's folder.
    pub fn cadet(&self, args: &[&str]) -> Ran {
        self.cadet_with(args, &[])
    }

    /// Runs the binary with environment variables; it gets no others.
    pub fn cadet_with(&self, args: &[&str], env: &[(&str, &str)]) -> Ran {
        self.cadet_in(".", args, env)
    }

    /// Runs the binary in a folder below the project's, or above it.
    pub fn cadet_in(&self, folder: &str, args: &[&str], env: &[(&str, &str)]) -> Ran {
        let output = Command::new(env!("CARGO_BIN_EXE_cadet"))
            .args(args)
            .current_dir(self.root().join(folder))
            .env_clear()
            .env("HOME", self.root().join("home"))
            .envs(env.iter().copied())
            .output()
            .unwrap();
        Ran {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
            root: self.root().canonicalize().unwrap(),
        }
    }
}

impl Ran {
    /// Everything that was seen: output, errors and exit code, without what differs from run to run.
    pub fn shown(&self) -> String {
        let mut shown = self.stdout.clone();
        if !self.stderr.is_empty() {
            shown = format!("{shown}--- stderr\n{}", self.stderr);
        }
        steady(&format!("{shown}--- exit code {}", self.code), &self.root)
    }

    /// The JSON on standard output, one key on a line.
    pub fn pretty(&self) -> String {
        let json: serde_json::Value = serde_json::from_str(&self.stdout).unwrap_or_else(|_| panic!("{}", self.shown()));
        let shown = serde_json::to_string_pretty(&json).unwrap();
        let stderr = if self.stderr.is_empty() { String::new() } else { format!("--- stderr\n{}", self.stderr) };
        steady(&format!("{shown}\n{stderr}--- exit code {}", self.code), &self.root)
    }

    /// The lines with steps taken, sorted: steps that run at the same time end in any order.
    pub fn sorted(&self) -> String {
        let shown = self.shown();
        let is_step = |line: &&str| {
            ["loaded", "built", "failed", "skipped", "warned", "passed", "not run"].iter().any(|word| {
                line.trim_start().starts_with(word) && line.starts_with("  ")
                    || line.starts_with(" skipped")
                    || line.starts_with(" not run")
            })
        };
        let mut steps: Vec<&str> = shown.lines().filter(is_step).collect();
        steps.sort_unstable();
        let mut steps = steps.into_iter();
        let lines = shown.lines().map(|line| if is_step(&line) { steps.next().unwrap() } else { line });
        lines.collect::<Vec<_>>().join("\n")
    }
}

/// Replaces the folder, commit ids, seconds and times of day.
pub fn steady(text: &str, root: &Path) -> String {
    // In the report on a pull request.
    let report = [
        (r"Commit `[0-9a-f]{7}`", "Commit `[commit]`"),
        (r"begun [-0-9]{10} [:0-9]{5} UTC", "begun [time]"),
        (r"\d+\.\d s \|", "[seconds] |"),
    ];
    let text = report.iter().fold(text.to_owned(), |text, (pattern, name)| {
        regex::Regex::new(pattern).unwrap().replace_all(&text, *name).into_owned()
    });
    let mut text = text.replace(&root.display().to_string(), "[folder]").replace('\u{200b}', "[zero-width]");
    let mut out = String::new();
    while let Some(at) = text.find("(") {
        let (before, rest) = text.split_at(at);
        out.push_str(before);
        let hex = rest[1..].chars().take_while(char::is_ascii_hexdigit).count();
        if hex == 7 && rest[8..].starts_with(')') {
            out.push_str("([commit])");
            text = rest[9..].to_owned();
        } else {
            out.push('(');
            text = rest[1..].to_owned();
        }
    }
    out.push_str(&text);
    let lines = out.lines().map(|line| {
        let seconds = line
            .rsplit_once("  ")
            .filter(|(_, last)| last.ends_with('s') && last.trim_end_matches('s').parse::<f64>().is_ok());
        let line = seconds.map_or(line, |(rest, _)| rest.trim_end());
        match line.split_once("run_time=") {
            Some((before, after)) => format!("{before}run_time=[time]{}", after.get(19..).unwrap_or_default()),
            None => line.to_owned(),
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Copies a folder.
pub fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target)
        } else {
            let _ = fs::copy(entry.path(), target).unwrap();
        }
    }
}
