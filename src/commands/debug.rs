//! `cadet debug`: whether everything is there that cadet needs, line by line, with what is missing and how to get it.

use std::collections::BTreeSet;
use std::path::Path;

use super::Verdict;
use super::changes;
use super::invocation::{Invocation, LOCAL, Working};
use super::warehouse::SettingsOf;
use crate::engine::athena::Checked;
use crate::engine::{Engine, EngineError};
use crate::error::Error;
use crate::project::{Project, ResourceType};
use crate::report::counted;
use crate::report::text::{GREEN, RED, clean};
use crate::settings::{self, Policy};

pub(super) fn run(invocation: &Invocation) -> Result<Verdict, Error> {
    let all = all(invocation);
    let is_good = all.iter().all(|checked| checked.is_good);
    let out = &invocation.out;
    out.info(&format!("cadet {}, {} on {}", env!("CARGO_PKG_VERSION"), std::env::consts::OS, std::env::consts::ARCH));
    for checked in &all {
        let sign = if checked.is_good { out.paint(GREEN, "✓") } else { out.paint(RED, "✗") };
        out.line(&format!("{sign} {:<12} {}", checked.what, clean(&checked.words)));
        if !checked.help.is_empty() {
            out.line(&format!("  {:<12} help: {}", "", clean(&checked.help)));
        }
    }
    Ok(if is_good { Verdict::Good } else { Verdict::Unready })
}

fn all(invocation: &Invocation) -> Vec<Checked> {
    let wrong = |what, error: &Error| vec![Checked::bad(what, error.to_string(), error.advice())];
    let folder = match invocation.project_dir() {
        Ok(folder) => folder,
        Err(error) => return wrong("project", &error),
    };
    let Working { mut project, policy, .. } = match invocation.working(&folder, invocation.run("debug", false)) {
        Ok(working) => working,
        Err(error @ Error::Settings(_)) => return wrong("settings", &error),
        Err(error) => return wrong("profile", &error),
    };
    let mut found =
        vec![of_project(&folder, &project, &policy), of_settings(&folder), of_profile(&project, invocation)];
    match invocation.is_on_athena(&project) {
        true => found.extend(on_athena(invocation, &folder, &mut project, &policy)),
        false => found.push(here(invocation, &folder, &project)),
    }
    found
}

fn of_project(folder: &Path, project: &Project, policy: &Policy) -> Checked {
    let of = |kind| project.nodes.values().filter(|node| node.resource_type == kind).count();
    let errors = changes::reading_errors(project, policy).len();
    let words = format!(
        "{} in {}: {}, {}, {}",
        project.name,
        folder.display(),
        counted(of(ResourceType::Model), "model", "models"),
        counted(of(ResourceType::Seed), "seed", "seeds"),
        counted(of(ResourceType::Test), "test", "tests")
    );
    match errors {
        0 => Checked::good("project", words),
        _ => {
            let errors = counted(errors, "mistake keeps", "mistakes keep");
            Checked::bad("project", format!("{words}; {errors} dbt from reading it"), "`cadet parse` shows them")
        }
    }
}

fn of_settings(folder: &Path) -> Checked {
    match folder.join(settings::FILE).is_file() {
        true => Checked::good("settings", settings::FILE),
        false => Checked::good("settings", "there is no cadet.yaml: everything is as it is without one"),
    }
}

fn of_profile(project: &Project, invocation: &Invocation) -> Checked {
    let target = &project.target;
    let words = match invocation.global.target.as_deref() {
        None | Some(LOCAL) => format!("{}: the local engine", target.profile_name),
        Some(_) => format!("{}: the target {} on {}", target.profile_name, target.name, target.kind),
    };
    match invocation.global.target.as_deref() {
        None | Some(LOCAL) => Checked::good("profile", words),
        Some(_) if ["athena", "duckdb"].contains(&target.kind.as_str()) => Checked::good("profile", words),
        Some(_) => Checked::bad("profile", words, "cadet builds on Athena and on DuckDB: name another target"),
    }
}

fn here(invocation: &Invocation, folder: &Path, project: &Project) -> Checked {
    let what = "engine";
    let tried = invocation.local(folder, project).map(|engine| engine.rows("select 1 as one", None));
    let help = "end other runs of cadet in this folder, and check that you may write to `target`";
    match tried {
        Ok(Ok(_)) => Checked::good(what, "DuckDB, in target/cadet.duckdb"),
        Ok(Err(error)) => Checked::bad(what, EngineError::to_string(&error), help),
        Err(error) => Checked::bad(what, error.to_string(), help),
    }
}

fn on_athena(invocation: &Invocation, folder: &Path, project: &mut Project, policy: &Policy) -> Vec<Checked> {
    let engine = match invocation.connected(folder, project, SettingsOf::Folder(policy)) {
        Ok((engine, _)) => engine,
        Err(error) => return vec![Checked::bad("engine", error.to_string(), error.advice())],
    };
    let built = |node: &&std::sync::Arc<crate::project::Node>| {
        matches!(node.resource_type, ResourceType::Model | ResourceType::Seed) && !node.is_ephemeral()
    };
    let places: Vec<_> = project.nodes.values().filter(built).filter_map(|node| engine.place(node)).collect();
    let databases: BTreeSet<String> = places.iter().map(|place| place.database.clone()).collect();
    engine.check(&databases.into_iter().collect::<Vec<_>>(), places.first())
}
