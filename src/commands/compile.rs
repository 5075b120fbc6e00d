//! `cadet compile`: the SQL of models and tests, written to `target/compiled`.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use rayon::prelude::*;

use super::Verdict;
use super::changes;
use super::invocation::{Invocation, Working};
use super::selecting::{self, Typed};
use crate::cli::CompileArgs;
use crate::compile::Compiler;
use crate::engine::Engine;
use crate::error::Error;
use crate::jinja::warehouse::{Kind, Warehouse};
use crate::project::{Node, Project, ResourceType};
use crate::report::{Report, artefacts, counted, terminal};

pub(super) fn run(invocation: &Invocation, args: &CompileArgs) -> Result<Verdict, Error> {
    let folder = invocation.project_dir()?;
    let run = invocation.run("compile", false);
    let working = invocation.working(&folder, run.clone())?;
    let typed = Typed { words: &args.select.select, how: &args.select.how };
    let selection = selecting::selected(invocation, (&folder, &working), &typed, &args.base)?;
    let Working { project, policy, .. } = working;
    let is_wanted = |node: &&Arc<Node>| {
        let has_sql = node.resource_type != ResourceType::Seed && !node.is_python;
        selection.ids.contains(&node.unique_id) && has_sql && !node.is_broken
    };
    let nodes: Vec<&Arc<Node>> = project.nodes.values().filter(is_wanted).collect();
    project.select(nodes.iter().map(|node| node.unique_id.clone()));
    let warehouse = warehouse(invocation, &folder, &project)?;
    let compile = |node: &Arc<Node>| {
        let exists = || warehouse.as_ref().and_then(|found| found.kind(&node.relation).ok()?) == Some(Kind::Table);
        let incremental = node.materialized() == "incremental" && exists();
        Compiler::new(&project, incremental, warehouse.clone()).compile(node)
    };
    let results: Vec<_> = nodes.par_iter().map(|node| (*node, compile(node))).collect();
    let mut compiled = HashMap::new();
    let mut findings = changes::reading_errors(&project, &policy);
    for (node, result) in results {
        match result {
            Ok(sql) => drop(compiled.insert(node.unique_id.clone(), sql.sql)),
            Err(problem) => findings.push(problem.finding()),
        }
    }
    artefacts::write_compiled(&project, &run, &folder, &compiled)?;
    let paths = invocation.paths(&folder);
    let head = changes::name_of(&folder);
    let report = Report {
        findings: &findings,
        outcomes: &[],
        changed_files: None,
        base: None,
        head,
        removed: Vec::new(),
        artefacts: None,
    };
    terminal::findings(&report.all_findings(), &paths, &invocation.out, &changes::texts(&project));
    let written = format!("{}target/compiled/{}", paths.prefix, project.name);
    invocation.out.line(&format!(
        "{} Compiled {} to {written}.",
        if report.is_bad() { "✗" } else { "✓" },
        counted(compiled.len(), "node", "nodes")
    ));
    Ok(Verdict::of(report.is_bad()))
}

/// What templates read from: the local database, once something was built. Without one, they see an empty warehouse.
fn warehouse(invocation: &Invocation, folder: &Path, project: &Project) -> Result<Option<Arc<dyn Warehouse>>, Error> {
    if !folder.join("target/cadet.duckdb").is_file() {
        return Ok(None);
    }
    Ok(Some(invocation.engine(folder, project)?.reader()?))
}
