//! `cadet deps`: packages locked and installed, as `dbt deps` does. No other command fetches anything.

use serde_json::json;

use super::Verdict;
use super::invocation::Invocation;
use crate::cli::{DepsArgs, PackageSource, PlanFormat};
use crate::deps::add::{self, Addition};
use crate::deps::{self, Fetcher, GitProgram, Installed, Lists, Package, Request, Surroundings};
use crate::error::Error;
use crate::project::project_file::ProjectFile;
use crate::report::counted;
use crate::report::progress::Waiting;
use crate::report::text::{self, DIM, GREEN, clean_path};

/// dbt's hub.
const HUB: &str = "https://hub.getdbt.com/";

pub(super) fn run(invocation: &Invocation, args: &DepsArgs) -> Result<Verdict, Error> {
    refuse_credentials(invocation)?;
    let folder = invocation.project_dir()?;
    let (file, scope) = invocation.project_file(&folder)?;
    let in_github = invocation.env.in_github;
    let around = Surroundings {
        folder: folder.clone(),
        scope,
        hub: invocation.env.package_hub.clone().unwrap_or_else(|| HUB.to_owned()),
        git: GitProgram { env: invocation.env.for_git(!in_github), is_anonymous: in_github },
    };
    let text = |name: &str| std::fs::read_to_string(folder.join(name)).ok();
    let mut lists = Lists::read(None, &text, &around.scope)?;
    let mut undo = None;
    if let Some(added) = &args.add_package {
        let addition = Addition::read(added, key(args.source))?;
        undo = Some((folder.join(lists.file), add::add(&folder, lists.file, &addition)?));
        lists = Lists::read(None, &text, &around.scope)?;
    }
    let request = Request {
        folder: &folder,
        lists: &lists,
        into: &file.packages_path,
        sources: &file.property_paths(),
        only_lock: args.lock,
        upgrade: args.upgrade,
    };
    let waiting = Waiting::new(&invocation.out);
    let tell = |what: &str| waiting.show(what);
    let done = deps::run(&request, &mut Fetcher::new(around, &tell));
    waiting.end();
    if let (Err(_), Some((path, before))) = (&done, undo) {
        // What cannot be installed is not left in the list.
        let _ = before.map_or_else(|| std::fs::remove_file(&path), |before| std::fs::write(&path, before));
    }
    show(invocation, args, &file, &done?);
    Ok(Verdict::Good)
}

fn key(source: PackageSource) -> &'static str {
    match source {
        PackageSource::Hub => "package",
        PackageSource::Git => "git",
        PackageSource::Local => "local",
    }
}

/// The list of packages may be a stranger's: what it names is fetched where there is nothing to steal.
///
/// On a laptop the name of a profile is no credential; in a workflow it stands for one.
fn refuse_credentials(invocation: &Invocation) -> Result<(), Error> {
    let counts = |name: &&str| *name != "AWS_PROFILE" || invocation.env.in_github;
    let held: Vec<&str> = invocation.env.credentials().into_iter().filter(counts).collect();
    if held.is_empty() {
        return Ok(());
    }
    Err(Error::usage(
        format!("`cadet deps` does not run beside credentials, and the environment has {}", held.join(", ")),
        "in a workflow, install packages in a job without `id-token: write`, or in a step before the one that asks AWS for \
         credentials; elsewhere, in a shell without these variables",
    ))
}

fn show(invocation: &Invocation, args: &DepsArgs, file: &ProjectFile, done: &Installed) {
    for note in &done.notes {
        text::note(note);
    }
    let out = &invocation.out;
    if args.format == PlanFormat::Json {
        let installed = (!args.lock).then_some(&file.packages_path);
        let report = json!({
            "version": 1,
            "ok": true,
            "locked": done.is_locked,
            "installed_into": installed,
            "packages": done.packages,
            "notes": done.notes,
        });
        return out.json(&report.to_string());
    }
    for package in &done.packages {
        out.info(&line(invocation, package, args.lock));
    }
    let count = counted(done.packages.len(), "package", "packages");
    let sign = out.paint(GREEN, "✓");
    out.line(&match (done.packages.is_empty(), args.lock, done.is_locked) {
        (true, ..) => format!("{sign} No packages are listed in packages.yml or dependencies.yml."),
        (_, true, true) => format!("{sign} Locked {count} in package-lock.yml."),
        (_, true, false) => format!("{sign} package-lock.yml is up to date: {count}."),
        (_, false, true) => format!("{sign} Locked and installed {count} into {}.", clean_path(&file.packages_path)),
        (_, false, false) => {
            format!("{sign} Installed {count} into {}, as locked.", clean_path(&file.packages_path))
        }
    });
}

fn line(invocation: &Invocation, package: &Package, only_lock: bool) -> String {
    let out = &invocation.out;
    let word = if only_lock {
        "locked"
    } else if package.source == "local" {
        "linked"
    } else {
        "installed"
    };
    let version = match (&package.version, package.source) {
        (Some(commit), "git") => commit.get(..7).unwrap_or(commit).to_owned(),
        (version, _) => version.clone().unwrap_or_default(),
    };
    let newer = package.latest.as_ref().filter(|latest| package.version.as_ref() != Some(*latest));
    let newer = newer.map_or_else(String::new, |latest| format!("  ({latest} is there)"));
    let from = out.paint(DIM, &format!("from {}{newer}", clean_path(&package.from)));
    let word = out.paint(GREEN, &format!("{word:>9}"));
    let parts = [word, clean_path(&package.name), clean_path(&version), from];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("  ")
}
