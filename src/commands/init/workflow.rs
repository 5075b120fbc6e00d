//! A git repository of cadet's in, the workflow that builds cadet from it and checks pull requests out.

use std::path::{Path, PathBuf};

use crate::cli::InitArgs;
use crate::error::Error;
use crate::source::Repo;

/// Where GitHub looks for it, below the repository's top.
pub(super) const FILE: &str = ".github/workflows/cadet.yml";

/// A workflow that can be written.
pub(super) struct Workflow {
    /// The top of the project's repository.
    pub(super) root: PathBuf,
    /// The way from there to the project, empty or ending in `/`.
    prefix: String,
    /// The branch that pull requests are merged into.
    main: &'static str,
    repository: String,
    commit: String,
}

/// The workflow that was asked for, if one was.
///
/// # Errors
/// When the address or the commit is not one, or the project is in no repository.
pub(super) fn wanted(args: &InitArgs, folder: &Path) -> Result<Option<Workflow>, Error> {
    let (Some(repository), Some(commit)) = (&args.cadet_repository, &args.cadet_commit) else { return Ok(None) };
    let is_plain = |text: &str, more: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || more.contains(c));
    if !repository.starts_with("https://") || !is_plain(repository, ":/._-~") {
        return Err(Error::usage(
            format!("`{repository}` is no address that a workflow can fetch cadet from"),
            "name a git repository as https://github.com/<owner>/cadet",
        ));
    }
    if commit.len() != 40 || !commit.chars().all(|c| c.is_ascii_digit() || ('a'..='f').contains(&c)) {
        return Err(Error::usage(
            format!("`{commit}` is not the full SHA of a commit"),
            "give all 40 digits, as `git rev-parse HEAD` prints them: a branch or a tag can change",
        ));
    }
    let repo = Repo::discover(folder)?;
    let prefix = repo.prefix().to_owned();
    if !is_plain(&prefix, "/._-") {
        return Err(Error::usage(
            format!("the workflow cannot name the folder `{prefix}`"),
            "rename it so that it holds letters, digits, `_`, `-` and `.` only",
        ));
    }
    let base = repo.compare(None, None).map(|comparison| comparison.base_name);
    Ok(Some(Workflow {
        root: repo.root().to_owned(),
        prefix,
        main: if base.is_ok_and(|base| base.ends_with("master")) { "master" } else { "main" },
        repository: repository.clone(),
        commit: commit.clone(),
    }))
}

impl Workflow {
    /// The whole file.
    pub(super) fn text(&self, has_packages: bool) -> String {
        let Self { repository, commit, prefix, .. } = self;
        let folder = match prefix.trim_end_matches('/') {
            "" => String::new(),
            folder => format!("\n        working-directory: {folder}"),
        };
        let deps = match has_packages {
            true => format!(
                "      - name: Install the project's packages\n        \
                 if: github.event_name == 'pull_request'{folder}\n        run: cadet deps\n"
            ),
            false => String::new(),
        };
        TEMPLATE
            .replace("[main]", &format!("[{}]", self.main))
            .replace("[commit]", commit)
            .replace("[repository]", repository)
            .replace("[deps]\n", &deps)
            .replace("[folder]", &folder)
    }
}

/// Actions are named by commit, so that nobody can change them. On `main` cadet is only built, for the cache: what a pull
/// request puts into the cache no other one sees.
const TEMPLATE: &str = "\
# Checks each pull request with cadet, builds what it changes on an embedded DuckDB, tests it, and reports.
name: cadet

on:
  pull_request:
  push:
    branches: [main]

permissions: {}

concurrency:
  group: cadet-${{ github.event.pull_request.number || github.run_id }}
  cancel-in-progress: true

jobs:
  cadet:
    name: cadet
    runs-on: ubuntu-24.04
    # cadet is built once, which takes about 20 minutes or more; later runs take it from the cache.
    timeout-minutes: 90
    permissions:
      contents: read
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
        with:
          # cadet compares with the base, and needs the commits up to it.
          fetch-depth: 0
          persist-credentials: false
      - uses: actions/cache@5a3ec84eff668545956fd18022155c47e93e2684 # v4.2.3
        id: cache
        with:
          path: ~/cadet
          key: cadet-${{ runner.os }}-${{ runner.arch }}-[commit]
      - name: Build cadet
        if: steps.cache.outputs.cache-hit != 'true'
        run: |
          rustup toolchain install stable --profile minimal
          cargo +stable install --locked --root ~/cadet --git [repository] --rev [commit] cadet
      - name: Put cadet on the PATH
        run: echo ~/cadet/bin >> \"$GITHUB_PATH\"
[deps]
      - name: Check and build what changed
        if: github.event_name == 'pull_request'[folder]
        run: cadet ci
";
