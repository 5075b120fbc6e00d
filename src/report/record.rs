//! `target/cadet.json`: the report of a run for whoever reads it later. It is what `--format json` prints of a check, with
//! the run that it is of, what changed, and for each finding its nodes and the lines that it is on. Keys are added, never
//! changed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::{Value, json};

use super::outputs::Verdict;
use super::{Report, json};
use crate::finding::{Finding, Place};
use crate::plan::Reason;
use crate::project::scopes::Run;
use crate::project::{Node, Project};
use crate::source::LineIndex;

/// So many lines stand around those that are meant.
const AROUND: usize = 2;

/// The most lines that are meant, and the most characters of a line.
const MOST_LINES: usize = 12;
const LONGEST_LINE: usize = 300;

/// A run and what it found.
pub struct Record<'a> {
    pub run: &'a Run,
    pub project: &'a Project,
    pub report: &'a Report<'a>,
    /// What differs from the base, where there is one.
    pub changed: Option<&'a BTreeMap<String, Reason>>,
}

impl Record<'_> {
    /// As JSON. `text` gives the text of a file of the project.
    pub fn value(&self, verdict: Verdict, text: &dyn Fn(&str) -> String) -> Value {
        let mut value = json::whole(self.report, verdict, text);
        // Of dbt's verbs neither a commit nor a workflow's run is known.
        if value["commit"] == "" {
            value["commit"] = Value::Null;
            value["started_at"] = self.run.started.timestamp().to_string().into();
        }
        value["invocation_id"] = self.run.invocation_id.as_str().into();
        value["command"] = self.run.command.as_str().into();
        let changed = self.changed.map(|changed| changed.iter().map(|(id, reason)| changed_node(id, reason)));
        value["changed"] = changed.map_or(Value::Null, |changed| changed.collect::<Vec<_>>().into());
        for (at, finding) in self.report.all_findings().into_iter().enumerate() {
            value["findings"][at]["nodes"] = json!(self.nodes(finding));
            value["findings"][at]["excerpt"] = excerpt(&finding.place, text);
        }
        value
    }

    /// The nodes that a finding is about: what it became of, what the file defines, or what stands there in a property file.
    fn nodes(&self, finding: &Finding) -> BTreeSet<&str> {
        let of_step = self.report.outcomes.iter().filter(|outcome| outcome.finding.as_ref() == Some(finding));
        let mut nodes: BTreeSet<&str> = of_step.map(|outcome| outcome.id.as_str()).collect();
        let place = &finding.place;
        let start = place.span.as_ref().map(|span| span.start);
        let is_in = |own: &Place| {
            let both = own.span.as_ref().zip(start);
            own.path == place.path && (own.span.is_none() || both.is_some_and(|(own, at)| own.contains(&at)))
        };
        let defined = self.project.all_nodes().filter(|node| is_in(&node.place));
        nodes.extend(defined.map(|node| node.unique_id.as_str()));
        nodes.extend(self.described(place));
        let tests = nodes.iter().filter_map(|id| self.project.node(id)?.test.as_ref()?.attached_to.as_deref());
        let tested: Vec<&str> = tests.collect();
        nodes.extend(tested);
        nodes
    }

    /// The node whose lines in a property file begin last before the place; all of the file where lines are not known.
    fn described(&self, place: &Place) -> Vec<&str> {
        let here = self.project.all_nodes().filter_map(|node: &Arc<Node>| {
            let patch = node.patch.as_ref().filter(|patch| patch.path == place.path)?;
            Some((patch.span.as_ref().map(|span| span.start), node.unique_id.as_str()))
        });
        let here: Vec<(Option<usize>, &str)> = here.collect();
        let Some(at) = place.span.as_ref().map(|span| span.start) else {
            return here.into_iter().map(|(_, id)| id).collect();
        };
        let last = here.iter().filter_map(|(start, _)| *start).filter(|start| *start <= at).max();
        here.into_iter().filter(|(start, _)| start.is_none() || *start == last).map(|(_, id)| id).collect()
    }
}

fn changed_node(id: &str, reason: &Reason) -> Value {
    json!({"unique_id": id, "reason": reason.to_string()})
}

/// The lines that are meant, and some around them; of data only those that are meant.
fn excerpt(place: &Place, text: &dyn Fn(&str) -> String) -> Value {
    let Some(span) = &place.span else { return Value::Null };
    let text = text(&place.path);
    if text.is_empty() {
        return Value::Null;
    }
    let index = LineIndex::new(&text);
    let ((first, _), (last, _)) = (index.position(span.start), index.position(span.end));
    let last = last.min(first + MOST_LINES - 1);
    let around = if place.path.ends_with(".csv") { 0 } else { AROUND };
    let count = text.strip_suffix('\n').unwrap_or(&text).split('\n').count();
    let lines = first.saturating_sub(around).max(1)..=(last + around).min(count.max(last));
    let first = *lines.start();
    let line = |number: usize| text[index.line(number)].chars().take(LONGEST_LINE).collect::<String>();
    json!({"line": first, "lines": lines.map(line).collect::<Vec<_>>()})
}
