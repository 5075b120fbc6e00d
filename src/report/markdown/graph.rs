//! The graph of the change, in the colours of how each node ended. Behaviour: Mermaid's flowcharts.
//!
//! A graph that no one can read helps no one: a large one is cut to what changed and its neighbours, then to what changed.

use std::collections::BTreeSet;

use super::super::escape::{cut, mermaid};
use super::fit::Part;
use super::page::Page;
use crate::deploy::Status;
use crate::project::ResourceType;
use crate::report::around::{Around, Near};

/// More nodes than these are not drawn.
const MOST: usize = 60;

/// Up to so many nodes the graph is shown without a click.
const OPEN: usize = 12;

/// More edges than these are not drawn by Mermaid as GitHub has it.
const MOST_EDGES: usize = 400;

/// The colour of what the run has yet to build; it is there while the run goes on.
const TO_COME: &str = "  classDef comes fill:#ddf4ff,stroke:#0969da,color:#0a2a52,stroke-dasharray:4 3\n";

/// Colours that can be read on white and on black.
const CLASSES: &str = "  classDef built fill:#dafbe1,stroke:#1a7f37,color:#0a3016
  classDef failed fill:#ffebe9,stroke:#cf222e,color:#5c0f14
  classDef waits fill:#fff8c5,stroke:#9a6700,color:#4d3300
  classDef other fill:#f6f8fa,stroke:#8c959f,color:#1f2328
  classDef changed stroke-width:4px
";

/// The graph, or nothing when there is nothing to connect.
pub(super) fn part<'p>(page: &Page<'p>) -> Vec<Part<'p>> {
    let around = &page.report.aside.around;
    if around.edges.is_empty() || around.nodes.iter().all(|node| !node.is_changed) {
        return Vec::new();
    }
    let write = move |shown: usize| if shown == 0 { String::new() } else { whole(around) };
    vec![Part { weight: 2, rows: 1, write: Box::new(write) }]
}

fn whole(around: &Around) -> String {
    let all: BTreeSet<usize> = (0..around.nodes.len()).collect();
    let (shown, words) = chosen(around, &all);
    let left = all.len() - shown.len();
    let note = if left > 0 { format!("{words} {left} more are left out.\n\n") } else { String::new() };
    let open = if shown.len() <= OPEN { " open" } else { "" };
    let (class, legend) = if around.to_come.is_empty() { ("", "") } else { (TO_COME, "Blue: to come. ") };
    format!(
        "<details{open}><summary>How it hangs together</summary>\n\n{note}```mermaid\nflowchart LR\n{}{class}{CLASSES}```\n\n\
         Green: built. {legend}Red: failed. Yellow: not built. Grey: no part of the run. Thick: changed.\n\n</details>\n\n",
        drawn(around, &shown)
    )
}

/// The nodes to draw, and in words which they are.
fn chosen(around: &Around, all: &BTreeSet<usize>) -> (BTreeSet<usize>, &'static str) {
    if all.len() <= MOST {
        return (all.clone(), "");
    }
    let is_changed = |at: &usize| around.nodes[*at].is_changed;
    let changed: BTreeSet<usize> = all.iter().copied().filter(is_changed).collect();
    let near = around.edges.iter().filter(|(from, to)| is_changed(from) || is_changed(to));
    let mut near: BTreeSet<usize> = near.flat_map(|(from, to)| [*from, *to]).collect();
    near.extend(&changed);
    if near.len() <= MOST {
        return (near, "This is what changed and what is next to it;");
    }
    // What failed is what the reader looks for.
    let mut worst: Vec<usize> = changed.into_iter().collect();
    worst.sort_by_key(|at| !matches!(around.nodes[*at].status, Some(Status::Error | Status::Fail)));
    (worst.into_iter().take(MOST).collect(), "This is a part of what changed;")
}

fn drawn(around: &Around, shown: &BTreeSet<usize>) -> String {
    let mut out = String::new();
    for at in shown {
        let node = &around.nodes[*at];
        let label = mermaid(&cut(node.table.as_deref().unwrap_or(&node.name), 120));
        let (open, close) = shape(node);
        out.push_str(&format!("  n{at}{open}\"{label}\"{close}:::{}\n", class(around, node)));
        if node.is_changed {
            out.push_str(&format!("  class n{at} changed\n"));
        }
    }
    let edges = around.edges.iter().filter(|(from, to)| shown.contains(from) && shown.contains(to));
    for (from, to) in edges.take(MOST_EDGES) {
        out.push_str(&format!("  n{from} --> n{to}\n"));
    }
    out
}

fn shape(node: &Near) -> (&'static str, &'static str) {
    match node.kind {
        ResourceType::Source | ResourceType::Seed => ("[(", ")]"),
        ResourceType::Exposure => ("([", "])"),
        _ => ("[", "]"),
    }
}

fn class(around: &Around, node: &Near) -> &'static str {
    match node.status {
        None if around.is_to_come(&node.id) => "comes",
        Some(Status::Error | Status::Fail) => "failed",
        _ if node.tests.failed > 0 => "failed",
        Some(Status::Skipped | Status::NotRun | Status::Warn) => "waits",
        Some(Status::Success | Status::Pass) => "built",
        None => "other",
    }
}
