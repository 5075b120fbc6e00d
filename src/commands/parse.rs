//! `cadet parse`: the project read, and `target/manifest.json` written, as `dbt parse` does.

use super::invocation::Invocation;
use super::{Verdict, changes};
use crate::error::Error;
use crate::finding::Finding;
use crate::report::{artefacts, counted, terminal};

pub(super) fn run(invocation: &Invocation) -> Result<Verdict, Error> {
    let folder = invocation.project_dir()?;
    let run = invocation.run("parse", false);
    let (project, policy) = invocation.working_project(&folder, run.clone())?;
    artefacts::write_compiled(&project, &run, &folder, &[])?;
    let findings = changes::reading_errors(&project, &policy);
    let paths = invocation.paths(&folder);
    let shown: Vec<&Finding> = findings.iter().collect();
    terminal::findings(&shown, &paths, &invocation.out, &changes::texts(&project));
    let count = project.all_nodes().count();
    let mark = if findings.is_empty() { "✓" } else { "✗" };
    invocation.out.line(&format!(
        "{mark} Read {}; {}target/manifest.json is written.",
        counted(count, "node", "nodes"),
        paths.prefix
    ));
    Ok(Verdict::of(!findings.is_empty()))
}
