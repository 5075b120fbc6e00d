//! `cadet ls`: nodes by selector, one on a line.

use serde_json::json;

use super::Verdict;
use super::invocation::Invocation;
use crate::cli::{ListOutput, LsArgs};
use crate::error::Error;
use crate::project::{Node, Project, SourceTable};

pub(super) fn run(invocation: &Invocation, args: &LsArgs) -> Result<Verdict, Error> {
    let folder = invocation.project_dir()?;
    let (project, _) = invocation.working_project(&folder, invocation.run("ls", false))?;
    let mut selection = invocation.select(&project, &args.select)?;
    if args.select.select.is_empty() {
        selection.ids.extend(project.sources.keys().cloned());
    }
    let mut lines: Vec<String> = selection.ids.iter().filter_map(|id| line(&project, id, args)).collect();
    lines.sort();
    for line in lines {
        invocation.out.line(&line);
    }
    Ok(Verdict::Good)
}

fn line(project: &Project, id: &str, args: &LsArgs) -> Option<String> {
    let wanted = |kind: &str| {
        args.resource_type.is_empty() || args.resource_type.iter().any(|wanted| wanted == kind || wanted == "all")
    };
    if let Some(node) = project.nodes.get(id) {
        return wanted(node.resource_type.name()).then(|| of_node(node, args.output));
    }
    let table = project.sources.get(id)?;
    wanted("source").then(|| of_source(table, args.output))
}

fn of_node(node: &Node, output: ListOutput) -> String {
    match output {
        ListOutput::Selector => node.fqn.join("."),
        ListOutput::Name => node.name.clone(),
        ListOutput::Path => node.original_file_path.clone(),
        ListOutput::Json => json!({
            "name": node.name, "resource_type": node.resource_type, "package_name": node.package,
            "original_file_path": node.original_file_path, "unique_id": node.unique_id, "alias": node.alias,
            "config": *node.config, "tags": node.tags, "depends_on": {"macros": node.macros, "nodes": node.depends_on},
        })
        .to_string(),
    }
}

fn of_source(table: &SourceTable, output: ListOutput) -> String {
    match output {
        ListOutput::Selector => format!("source:{}.{}.{}", table.package, table.source_name, table.name),
        ListOutput::Name => format!("{}.{}", table.source_name, table.name),
        ListOutput::Path => table.original_file_path.clone(),
        ListOutput::Json => json!({
            "name": table.name, "resource_type": "source", "package_name": table.package, "source_name": table.source_name,
            "original_file_path": table.original_file_path, "unique_id": table.unique_id,
        })
        .to_string(),
    }
}
