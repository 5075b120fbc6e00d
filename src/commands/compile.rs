//! `cadet compile`: the SQL of models and tests, written to `target/compiled`, or that of a query, printed.

use std::path::Path;
use std::sync::Arc;

use rayon::prelude::*;
use serde_json::json;

use super::Verdict;
use super::changes;
use super::invocation::{Invocation, Working};
use super::selecting::{self, Typed};
use crate::PIECE;
use crate::cli::{CompileArgs, PrintOutput};
use crate::compile::{Compiler, inline};
use crate::engine::Engine;
use crate::error::Error;
use crate::finding::Finding;
use crate::guard;
use crate::jinja::warehouse::{Kind, Warehouse};
use crate::project::{Node, Project, ResourceType};
use crate::report::text::{self, clean};
use crate::report::{Aside, Report, artefacts, counted, terminal};
use crate::unit_test::{Bench, Stop};

pub(super) fn run(invocation: &Invocation, args: &CompileArgs) -> Result<Verdict, Error> {
    let folder = invocation.project_dir()?;
    let run = invocation.run("compile", false);
    if let Some(query) = &args.inline {
        let working = invocation.working_with(&folder, run, Some(query))?;
        let warehouse = warehouse(invocation, &folder, &working.project)?;
        return Ok(of_query(invocation, args, &working.project, warehouse));
    }
    let working = invocation.working(&folder, run.clone())?;
    let typed = Typed { words: &args.select.select, how: &args.select.how };
    let selection = selecting::selected(invocation, (&folder, &working), &typed, &args.base)?;
    let Working { project, policy, .. } = working;
    let is_wanted = |node: &&Arc<Node>| {
        let has_sql = node.resource_type != ResourceType::Seed && !node.is_python;
        selection.ids.contains(&node.unique_id) && has_sql && !node.is_broken
    };
    let nodes: Vec<&Arc<Node>> = project.nodes.values().filter(is_wanted).collect();
    project.select(nodes.iter().map(|node| node.unique_id.as_str()));
    let warehouse = warehouse(invocation, &folder, &project)?;
    let compile = |node: &Arc<Node>| {
        let exists = || warehouse.as_ref().and_then(|found| found.kind(&node.relation).ok()?) == Some(Kind::Table);
        let incremental = node.materialized() == "incremental" && exists();
        let compiler = Compiler::new(&project, incremental, warehouse.clone());
        let compiled = compiler.compile(node);
        (compiled.map(|compiled| compiled.sql), compiler.said())
    };
    let results: Vec<_> = nodes.par_iter().with_max_len(PIECE).map(|node| (*node, compile(node))).collect();
    let mut compiled = Vec::with_capacity(results.len());
    let mut findings = changes::reading_errors(&project, &policy);
    for (node, (result, said)) in results {
        said.iter().for_each(|message| text::said(Some(&node.display_name()), message));
        match result {
            Ok(sql) => compiled.push((node, sql)),
            Err(problem) => findings.push(problem.finding()),
        }
    }
    let is_test = |node: &&Arc<Node>| node.resource_type == ResourceType::UnitTest && is_wanted(node);
    unit_tests(&project, project.others.values().filter(is_test).collect(), (&mut compiled, &mut findings))?;
    let texts: Vec<(&Node, &str)> = compiled.iter().map(|(node, sql)| (&***node, sql.as_str())).collect();
    artefacts::write_compiled(&project, &run, &folder, &texts)?;
    let report = Report {
        findings: &findings,
        outcomes: &[],
        changed_files: None,
        base: None,
        head: changes::name_of(&folder),
        removed: Vec::new(),
        artefacts: None,
        aside: Aside::default(),
    };
    let prints = !args.select.select.is_empty();
    if args.output == PrintOutput::Text || !prints || report.is_bad() {
        tell(invocation, &report, (&folder, &project, compiled.len()), prints);
    }
    if prints {
        print_named(invocation, args, compiled);
    }
    let verdict = Verdict::of(report.is_bad());
    drop(warehouse);
    project.leave();
    Ok(verdict)
}

/// What templates read from: the local database, once something was built. Without one, they see an empty warehouse.
fn warehouse(invocation: &Invocation, folder: &Path, project: &Project) -> Result<Option<Arc<dyn Warehouse>>, Error> {
    if !folder.join("target/cadet.duckdb").is_file() || invocation.is_on_athena(project) {
        return Ok(None);
    }
    // A query may take as long as it likes.
    guard::no_return();
    Ok(Some(invocation.local(folder, project)?.reader()?))
}

/// Compiles unit tests. What the project's files do not say of a column is not asked of a warehouse here.
fn unit_tests<'p>(
    project: &'p Project,
    tests: Vec<&'p Arc<Node>>,
    (compiled, findings): (&mut Vec<(&'p Arc<Node>, String)>, &mut Vec<Finding>),
) -> Result<(), Error> {
    if tests.is_empty() {
        return Ok(());
    }
    let bench = Bench::new(project, None)?;
    let blocked = changes::blocked(project, findings);
    let tests: Vec<_> = tests.into_iter().filter(|test| !blocked.contains_key(&test.unique_id)).collect();
    let results: Vec<_> = tests.into_par_iter().map(|test| (test, bench.compile(test))).collect();
    for (test, result) in results {
        match result {
            Ok(sql) => compiled.push((test, sql)),
            Err(Stop::Wrong(finding)) => findings.push(*finding),
            Err(Stop::NotHere { finding, .. }) => findings.extend(finding.map(|finding| *finding)),
        }
    }
    Ok(())
}

/// Compiles a query from the command line and prints it.
fn of_query(
    invocation: &Invocation,
    args: &CompileArgs,
    project: &Project,
    warehouse: Option<Arc<dyn Warehouse>>,
) -> Verdict {
    let compiler = Compiler::new(project, false, warehouse);
    let compiled = inline::node(project).and_then(|node| compiler.compile(&node));
    compiler.said().iter().for_each(|message| text::said(None, message));
    match compiled {
        Ok(compiled) => {
            print(invocation, args, None, &compiled.sql);
            Verdict::Good
        }
        Err(problem) => {
            let paths = terminal::Paths { prefix: String::new() };
            terminal::findings(&[&problem.finding()], &paths, &invocation.out, &changes::texts(project));
            Verdict::Bad
        }
    }
}

/// Prints the SQL of the nodes that were named.
fn print_named(invocation: &Invocation, args: &CompileArgs, mut compiled: Vec<(&Arc<Node>, String)>) {
    compiled.sort_by(|(a, _), (b, _)| a.unique_id.cmp(&b.unique_id));
    let is_model = |(node, _): &(&Arc<Node>, String)| node.resource_type != ResourceType::UnitTest;
    let (first, tests): (Vec<_>, Vec<_>) = compiled.into_iter().partition(is_model);
    let shown = if first.is_empty() { tests } else { first };
    for (node, sql) in shown.iter().filter(|(node, _)| selecting::is_named(node, &args.select.select)) {
        print(invocation, args, Some(&node.display_name()), sql);
    }
}

/// Prints SQL as dbt does: alone with `--quiet`.
fn print(invocation: &Invocation, args: &CompileArgs, name: Option<&str>, sql: &str) {
    let text = match (args.output, name) {
        (PrintOutput::Json, Some(name)) => pretty(&json!({"node": name, "compiled": sql})),
        (PrintOutput::Json, None) => pretty(&json!({"compiled": sql})),
        (PrintOutput::Text, _) if invocation.out.quiet => clean(sql),
        (PrintOutput::Text, Some(name)) => format!("Compiled node '{name}' is:\n{}", clean(sql)),
        (PrintOutput::Text, None) => format!("Compiled inline node is:\n{}", clean(sql)),
    };
    match args.output {
        PrintOutput::Json => invocation.out.json(&text),
        PrintOutput::Text => invocation.out.line(&text),
    }
}

fn pretty(value: &serde_json::Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

/// What is wrong, and where the files are; with `--quiet` the latter is not said where SQL is printed.
fn tell(
    invocation: &Invocation,
    report: &Report<'_>,
    (folder, project, count): (&Path, &Project, usize),
    prints: bool,
) {
    let paths = invocation.paths(folder);
    terminal::findings(&report.all_findings(), &paths, &invocation.out, &changes::texts(project));
    let sign = if report.is_bad() { "✗" } else { "✓" };
    let line = format!(
        "{sign} Compiled {} to {}target/compiled/{}.",
        counted(count, "node", "nodes"),
        paths.prefix,
        project.name
    );
    if prints { invocation.out.info(&line) } else { invocation.out.line(&line) }
}
