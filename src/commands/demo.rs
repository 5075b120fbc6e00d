//! `cadet demo`: a repository with a pull request of good changes and six mistakes, and cadet at work on it.

use std::path::{Path, PathBuf};

use git2::{Repository, RepositoryInitOptions, Signature};
use rust_embed::Embed;

use super::Verdict;
use super::ci;
use super::invocation::Invocation;
use crate::cli::{BaseArgs, CiArgs, DemoArgs, LimitArgs, RunArgs};
use crate::error::Error;
use crate::report::artefacts::write;
use crate::report::text::{BOLD, CYAN, DIM};

/// The example project, its data, and the files of the pull request.
#[derive(Embed)]
#[folder = "fixtures/"]
struct Example;

const BRANCH: &str = "incident-costs";

pub(super) fn run(invocation: &Invocation, args: &DemoArgs) -> Result<Verdict, Error> {
    let folder = folder(args)?;
    let repository = folder.join("create-a-derived-table");
    make_repository(&repository)?;
    let out = &invocation.out;
    out.line(&out.paint(BOLD, "cadet on a pull request"));
    out.line(&format!(
        "The branch `{BRANCH}` adds a table of what incidents cost and a row to a seed, which is fine.\n\
         It also makes six mistakes. This is what its author and its reviewer would be told.\n"
    ));
    let project = repository.join("mojap_derived_tables");
    let comment = repository.join("target/comment.md");
    let ci = CiArgs {
        base: BaseArgs { base: Some("main".into()), head: None },
        run: RunArgs {
            full_refresh: false,
            fail_fast: false,
            defer: false,
            no_defer: false,
            source_data: Some(repository.join("source_data")),
            artefacts_to: Some(repository.join("target")),
            limits: LimitArgs::default(),
            html: None,
        },
        comment_file: Some(comment.clone()),
        suggest: false,
        deployment: None,
        no_post: true,
    };
    ci::run(&invocation.elsewhere(repository.clone(), project), &ci)?;
    show_comment(invocation, &comment)?;
    next_steps(invocation, &repository);
    Ok(Verdict::Good)
}

/// A new folder for the example.
fn folder(args: &DemoArgs) -> Result<PathBuf, Error> {
    let Some(named) = &args.keep else {
        let made = tempfile::Builder::new().prefix("cadet-demo-").tempdir();
        return made.map(tempfile::TempDir::keep).map_err(|source| Error::File {
            action: "create a folder in",
            path: std::env::temp_dir(),
            source,
        });
    };
    if named.join("create-a-derived-table").exists() {
        return Err(Error::usage(
            format!("{} holds an example already", named.display()),
            "name another folder, or delete that one",
        ));
    }
    Ok(named.clone())
}

/// `main` with the project, and a branch on top of it with the pull request's files.
fn make_repository(folder: &Path) -> Result<(), Error> {
    for path in Example::iter() {
        let place = if path.starts_with("mojap_derived_tables/") || path.starts_with("source_data/") {
            folder.join(&*path)
        } else {
            continue;
        };
        write_file(&path, &place)?;
    }
    write(&folder.join(".gitignore"), b"target/\n")?;
    let git = |error: git2::Error| Error::Git(error.into());
    let mut options = RepositoryInitOptions::new();
    let repository = Repository::init_opts(folder, options.initial_head("main")).map_err(git)?;
    commit(&repository, "The derived tables").map_err(git)?;
    repository.set_head(&format!("refs/heads/{BRANCH}")).map_err(git)?;
    for path in Example::iter() {
        if let Some(changed) = path.strip_prefix("pull_request/") {
            write_file(&path, &folder.join("mojap_derived_tables").join(changed))?;
        }
    }
    commit(&repository, "What incidents cost").map_err(git)
}

fn write_file(embedded: &str, place: &Path) -> Result<(), Error> {
    let Some(file) = Example::get(embedded) else { return Ok(()) };
    write(place, &file.data)
}

/// Commits everything. The first commit of the pull request's branch has `main` as its parent.
fn commit(repository: &Repository, message: &str) -> Result<(), git2::Error> {
    let mut index = repository.index()?;
    index.add_all(["."], git2::IndexAddOption::DEFAULT, None)?;
    index.write()?;
    let tree = repository.find_tree(index.write_tree()?)?;
    let signature = Signature::now("cadet demo", "cadet@localhost")?;
    let parent =
        repository.find_branch("main", git2::BranchType::Local).ok().and_then(|main| main.get().peel_to_commit().ok());
    let parents: Vec<&git2::Commit<'_>> = parent.iter().collect();
    repository.commit(Some("HEAD"), &signature, &signature, message, &tree, &parents).map(drop)
}

fn show_comment(invocation: &Invocation, comment: &Path) -> Result<(), Error> {
    let text = std::fs::read_to_string(comment).map_err(|source| Error::File {
        action: "read",
        path: comment.to_owned(),
        source,
    })?;
    let out = &invocation.out;
    out.line("\nThe comment on the pull request, in Markdown:\n");
    for line in text.lines() {
        out.line(&out.paint(DIM, &format!("  {line}")));
    }
    Ok(())
}

fn next_steps(invocation: &Invocation, repository: &Path) {
    let out = &invocation.out;
    let step = |command: &str, why: &str| out.line(&format!("  {}  {why}", out.paint(CYAN, &format!("{command:<46}"))));
    out.line("");
    out.line(&out.paint(BOLD, "Try next"));
    out.line(&format!("  cd {}", repository.display()));
    step("cadet check", "the same check; mend a file and see its finding go");
    step("cadet explain naming/model-file", "what a rule asks for, and why");
    step("cadet deploy --source-data source_data", "build again what is mended, and what reads it");
    step("cadet ls --select +court_listings__results_fct", "everything that a table is made of");
    step("cadet check --format json", "for scripts");
}
