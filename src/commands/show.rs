//! `cadet show`: rows of what is selected, or of a query, from the local engine. Behaviour: `dbt.task.show`.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use super::Verdict;
use super::changes;
use super::invocation::{Invocation, Working};
use super::selecting::{self, Typed};
use super::warehouse::SettingsOf;
use crate::cli::{PrintOutput, ShowArgs};
use crate::compile::inline;
use crate::deploy::build::{Builder, Built};
use crate::engine::Rows;
use crate::error::Error;
use crate::finding::{Finding, Level};
use crate::project::{Node, Project, ResourceType};
use crate::report::{rows, terminal};
use crate::unit_test::Bench;

pub(super) fn run(invocation: &Invocation, args: &ShowArgs) -> Result<Verdict, Error> {
    if args.inline.is_none() && args.select.select.is_empty() && args.select.how.selector.is_none() {
        return Err(Error::usage(
            "there is nothing to show",
            "name a model with --select, or write a query with --inline",
        ));
    }
    let folder = invocation.project_dir()?;
    let run = invocation.run("show", false);
    let mut working = invocation.working_with(&folder, run, args.inline.as_deref())?;
    let nodes = nodes(invocation, args, (&folder, &working))?;
    let nodes = match nodes {
        Ok(nodes) => nodes,
        Err(finding) => return Ok(tell(invocation, (&folder, &working.project), &[&*finding])),
    };
    if nodes.is_empty() {
        selecting::nothing_selected();
        return Ok(Verdict::Good);
    }
    let warehouse = invocation.warehouse(&folder, &mut working.project, SettingsOf::Folder(&working.policy))?;
    let (project, engine) = (&working.project, &*warehouse.engine);
    let bench = Bench::new(project, None)?;
    let marks = HashMap::new();
    let builder = Builder { project, engine, source_data: None, full_refresh: false, marks: &marks, bench: &bench };
    let mut is_bad = false;
    for node in nodes {
        match shown(&builder, &node, args.limit) {
            Ok(found) => print(invocation, args, &node, &found),
            Err(finding) => is_bad |= tell(invocation, (&folder, project), &[&*finding]) == Verdict::Bad,
        }
    }
    Ok(Verdict::of(is_bad))
}

/// The nodes to show: those that were named, or else everything that was selected.
fn nodes(
    invocation: &Invocation,
    args: &ShowArgs,
    (folder, working): (&Path, &Working),
) -> Result<Result<Vec<Arc<Node>>, Box<Finding>>, Error> {
    if args.inline.is_some() {
        let node = inline::node(&working.project);
        return Ok(node.map(|node| vec![node]).map_err(|problem| Box::new(problem.finding())));
    }
    let typed = Typed { words: &args.select.select, how: &args.select.how };
    let selection = selecting::selected(invocation, (folder, working), &typed, &args.base)?;
    let all: Vec<Arc<Node>> = selection.ids.iter().filter_map(|id| working.project.nodes.get(id)).cloned().collect();
    let is_named = |node: &&Arc<Node>| selecting::is_named(node, &args.select.select);
    let named: Vec<Arc<Node>> = all.iter().filter(is_named).cloned().collect();
    Ok(Ok(if named.is_empty() { all } else { named }))
}

/// The rows, one more than is asked for, so that it is known whether there are more.
fn shown(builder: &Builder<'_>, node: &Arc<Node>, limit: i64) -> Result<(Rows, bool), Box<Finding>> {
    if matches!(node.resource_type, ResourceType::Snapshot | ResourceType::Operation) || node.is_python {
        return Err(Box::new(Builder::not_shown(node)));
    }
    let limit = usize::try_from(limit).ok();
    let found = builder.rows(node, limit.map(|limit| limit + 1));
    let mut rows = found.map_err(|built| Box::new(finding(node, *built)))?;
    let has_more = limit.is_some_and(|limit| rows.rows.len() > limit);
    rows.rows.truncate(limit.unwrap_or(usize::MAX));
    Ok((rows, has_more))
}

fn finding(node: &Node, built: Built) -> Finding {
    built.finding.unwrap_or_else(|| {
        let message = format!("`{}` cannot be shown here: it {}", node.name, built.message);
        Finding::new("deploy/build", Level::Error, message, node.place.clone())
    })
}

fn print(invocation: &Invocation, args: &ShowArgs, node: &Node, (found, has_more): &(Rows, bool)) {
    let name = args.inline.is_none().then(|| node.display_name());
    if args.output == PrintOutput::Json {
        return invocation.out.json(&rows::json(found, name.as_deref()));
    }
    invocation.out.info(&match &name {
        Some(name) => format!("Previewing node '{name}':"),
        None => "Previewing inline node:".to_owned(),
    });
    invocation.out.line(&rows::text(found, &invocation.out));
    if *has_more {
        invocation.out.info("There are more rows; --limit -1 shows all.");
    }
}

fn tell(invocation: &Invocation, (folder, project): (&Path, &Project), found: &[&Finding]) -> Verdict {
    let paths = invocation.paths(folder);
    // What was typed stands in no folder.
    let paths = if found.iter().any(|finding| finding.place.path == inline::PATH) {
        terminal::Paths { prefix: String::new() }
    } else {
        paths
    };
    terminal::findings(found, &paths, &invocation.out, &changes::texts(project));
    Verdict::Bad
}
