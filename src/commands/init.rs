//! `cadet init`: a `cadet.yaml` that fits the project, and a workflow that checks its pull requests.

mod env_vars;
mod settings_file;
mod survey;
mod workflow;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Verdict;
use super::changes;
use super::invocation::{Invocation, Working};
use crate::cli::InitArgs;
use crate::error::Error;
use crate::finding::{Finding, Level, save};
use crate::guard;
use crate::report::counted;
use crate::rules::{self, Bodies, Subject};
use crate::settings::{self, Policy};
use crate::source::{FileKind, SourceFile, Tree, walk};
use survey::Survey;

/// A file that is to be written.
struct New {
    /// The folder that must hold all of its way: no link leads out of it.
    root: PathBuf,
    /// The way from there.
    path: String,
    text: String,
}

pub(super) fn run(invocation: &Invocation, args: &InitArgs) -> Result<Verdict, Error> {
    let folder = invocation.project_dir()?;
    let workflow = workflow::wanted(args, &folder)?;
    let mut tree = walk::read_folder(&folder);
    // What is to be written does not depend on what was written before.
    let before = tree.remove(settings::FILE).is_some();
    let survey = survey(invocation, &folder, &tree)?;
    let mut files =
        vec![New { root: folder.clone(), path: settings::FILE.to_owned(), text: settings_file::text(&survey) }];
    if let Some(workflow) = workflow {
        let text = workflow.text(survey.has_packages);
        files.push(New { root: workflow.root, path: workflow::FILE.to_owned(), text });
    }
    if !args.dry_run {
        refuse(&files, args.force)?;
    }
    let findings = findings(invocation, &folder, tree, &files[0].text)?;
    let out = &invocation.out;
    survey.tell(out);
    for file in &files {
        if args.dry_run {
            out.line(&format!("This would be written to {}:\n\n{}", file.path, file.text));
        } else {
            write(file)?;
            out.line(&format!("Wrote {}.", file.path));
        }
    }
    if args.dry_run && before && !args.force {
        out.line(&format!("There is a {} already, which is written anew with --force only.\n", settings::FILE));
    }
    if files.len() == 1 {
        out.info(
            "No workflow was written: cadet has no release that one could fetch. `cadet init --help` shows how to have one\n\
             that builds cadet from a git repository.",
        );
    }
    next_steps(invocation, &findings);
    Ok(Verdict::Good)
}

/// What the project does, read with the usual settings.
fn survey(invocation: &Invocation, folder: &Path, tree: &Tree) -> Result<Survey, Error> {
    let env_vars = env_vars::read(tree);
    let mut policy = Policy::default();
    policy.env_vars.clone_from(&env_vars.plain);
    let tree = Arc::new(tree.clone());
    let working = invocation.working_of(folder, &tree, policy, invocation.run("init", false))?;
    Ok(Survey::of(&working.project, &working.policy, env_vars))
}

/// What `check --all` will find with the new settings, which are read as they will be then.
fn findings(invocation: &Invocation, folder: &Path, mut tree: Tree, text: &str) -> Result<Vec<Finding>, Error> {
    let (path, bytes) = (settings::FILE.to_owned(), text.into());
    tree.insert(SourceFile { path, kind: FileKind::Regular, bytes });
    let tree = Arc::new(tree);
    let (policy, baseline) = (Policy::read(&tree)?, settings::baseline(&tree)?);
    let Working { project, policy, .. } =
        invocation.working_of(folder, &tree, policy, invocation.run("init", false))?;
    let bodies = Bodies::all(&project, &policy);
    let checked = rules::run(&Subject::new(&project, &bodies, &policy));
    Ok(changes::leave_out(checked, &baseline, &project, &|_| None).findings)
}

/// Refuses to write over what is there, before anything is written.
fn refuse(files: &[New], force: bool) -> Result<(), Error> {
    for file in files {
        let parts: Vec<&Path> = Path::new(&file.path).ancestors().filter(|part| !part.as_os_str().is_empty()).collect();
        let is_link = |part: &&Path| fs::symlink_metadata(file.root.join(part)).is_ok_and(|found| found.is_symlink());
        if parts.iter().any(is_link) {
            return Err(Error::usage(
                format!("there is a symbolic link on the way to {}", file.path),
                "cadet does not write through links: put a plain file or folder in its place",
            ));
        }
        if !force && fs::symlink_metadata(file.root.join(&file.path)).is_ok() {
            return Err(Error::usage(
                format!("there is a {} already", file.path),
                "see what would be written with --dry-run, or write it anew with --force",
            ));
        }
    }
    Ok(())
}

fn write(file: &New) -> Result<(), Error> {
    let path = file.root.join(&file.path);
    let failed = |action| {
        let path = path.clone();
        move |source| Error::File { action, path, source }
    };
    guard::no_return();
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(failed("create the folder of"))?;
    }
    save::replace(&path, file.text.as_bytes()).map_err(failed("write"))
}

fn next_steps(invocation: &Invocation, findings: &[Finding]) {
    let out = &invocation.out;
    let errors = findings.iter().filter(|finding| finding.level == Level::Error).count();
    out.info("\nNext:");
    if findings.is_empty() {
        out.info("  cadet check --all   finds nothing to fix today");
    } else {
        let found = counted(findings.len(), "finding", "findings");
        let errors = if errors == 0 { "no error".to_owned() } else { counted(errors, "error", "errors") };
        out.info(&format!("  cadet check --all   shows {found} ({errors})"));
        if findings.iter().any(|finding| rules::can_be_waived(&finding.rule)) {
            out.info("  cadet baseline      writes them down; from then on only what is new is told");
        }
    }
    out.info("  cadet check         checks what a branch changes, once the new files are committed on main");
}
