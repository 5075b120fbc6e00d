//! Findings and outcomes for scripts. The shape is stable: keys are added, never changed.

use serde_json::{Value, json};

use super::around::{Near, Reader, Versioned};
use super::outputs::Verdict;
use super::run_results::queries;
use super::{Report, diff};
use crate::deploy::Outcome;
use crate::finding::{Edit, Finding, Level, Place};
use crate::source::LineIndex;

/// The whole report. `text` gives the text of a file of the project.
pub fn report(report: &Report<'_>, text: &dyn Fn(&str) -> String) -> Value {
    let findings: Vec<Value> = report.all_findings().into_iter().map(|each| finding(each, text)).collect();
    let mut value = json!({
        "version": 1,
        "ok": !report.is_bad(),
        "base": report.base,
        "head": report.head,
        "changed_files": report.changed_files,
        "removed": report.removed,
        "errors": report.count(Level::Error),
        "warnings": report.count(Level::Warning),
        "notes": report.count(Level::Note),
        "findings": findings,
        "outcomes": report.outcomes.iter().map(outcome).collect::<Vec<_>>(),
        "artefacts": report.place(),
    });
    if let Some(fixed) = &report.aside.fixed {
        value["fixed"] = json!({"findings": fixed.findings, "files": fixed.files});
    }
    value
}

/// The report of a run as `cadet.json` holds it: the same with what is around the change. Its form is described by
/// `docs/cadet-report.schema.json`.
pub fn whole(report: &Report<'_>, verdict: Verdict, text: &dyn Fn(&str) -> String) -> Value {
    let around = &report.aside.around;
    let mut value = self::report(report, text);
    for (outcome, known) in value["outcomes"].as_array_mut().into_iter().flatten().zip(report.outcomes) {
        outcome["bytes"] = known.spent.iter().map(|spent| spent.bytes).sum::<u64>().into();
        outcome["cost"] = known.spent.iter().map(|spent| spent.cost).sum::<f64>().into();
        outcome["queries"] = known.spent.iter().map(|spent| spent.query.as_str()).collect();
        outcome["started_at"] = known.started.to_string().into();
    }
    let node = |node: &Near| {
        json!({
            "unique_id": node.id,
            "name": node.name,
            "resource_type": node.kind,
            "path": node.file,
            "table": node.table,
            "status": node.status,
            "changed": node.is_changed,
            "tests": {"passed": node.tests.passed, "warned": node.tests.warned, "failed": node.tests.failed},
        })
    };
    let reader = |reader: &Reader| json!({"name": reader.name, "kind": reader.what, "owner": reader.owner, "reads": reader.reads});
    let version = |known: &Versioned| {
        json!({
            "name": known.name,
            "version": known.version,
            "latest_version": known.latest,
            "new": known.is_new,
            "deprecation_date": known.ends,
        })
    };
    value["verdict"] = verdict.name().into();
    value["cadet"] = env!("CARGO_PKG_VERSION").into();
    value["commit"] = around.commit.as_str().into();
    value["started_at"] = around.started.map(|started| started.to_string()).into();
    value["target"] = around.target.as_deref().into();
    value["run_url"] = around.links.run.as_deref().into();
    value["files_url"] = around.links.files.as_deref().into();
    value["graph"] = json!({"nodes": around.nodes.iter().map(node).collect::<Vec<_>>(), "edges": around.edges});
    value["downstream"] = around.readers.iter().map(reader).collect();
    value["versions"] = around.versions.iter().map(version).collect();
    value
}

fn finding(finding: &Finding, text: &dyn Fn(&str) -> String) -> Value {
    let mut value = place(&finding.place, text);
    let related: Vec<Value> = finding
        .related
        .iter()
        .map(|(related, words)| {
            let mut value = place(related, text);
            value["message"] = words.as_str().into();
            value
        })
        .collect();
    value["rule"] = finding.rule.as_str().into();
    value["level"] = json!(finding.level);
    value["message"] = finding.message.as_str().into();
    value["help"] = json!(finding.help);
    value["related"] = related.into();
    if let Some(diff) = finding.diff.as_deref() {
        value["diff"] = diff::json(diff);
    }
    if let Some(fix) = finding.fix.as_deref() {
        let edits: Vec<Value> = fix.edits.iter().map(|each| edit(each, text)).collect();
        value["fix"] = json!({"safe": fix.is_safe, "edits": edits});
    }
    value
}

/// A place with the text that it becomes, or a path with the one that it becomes.
fn edit(edit: &Edit, text: &dyn Fn(&str) -> String) -> Value {
    match edit {
        Edit::Replace { place: at, text: new } => {
            let mut value = place(at, text);
            value["text"] = new.as_str().into();
            value
        }
        Edit::Rename { from, to } => json!({"path": from, "rename_to": to}),
    }
}

/// Path, and line and column from 1 where they are known.
fn place(place: &Place, text: &dyn Fn(&str) -> String) -> Value {
    let mut value = json!({"path": place.path, "line": null, "column": null, "end_line": null, "end_column": null});
    if let Some(span) = &place.span {
        let text = text(&place.path);
        let index = LineIndex::new(&text);
        let (start, end) = (index.position(span.start), index.position(span.end));
        value = json!({"path": place.path, "line": start.0, "column": start.1, "end_line": end.0, "end_column": end.1});
    }
    value
}

fn outcome(outcome: &Outcome) -> Value {
    json!({
        "unique_id": outcome.id,
        "name": outcome.name,
        "resource_type": outcome.kind,
        "materialized": outcome.materialized,
        "status": outcome.status,
        "reason": outcome.reason,
        "message": outcome.message,
        "count": outcome.count,
        "relation": outcome.relation,
        "seconds": outcome.took.as_secs_f64(),
        "bytes": outcome.spent.iter().map(|spent| spent.bytes).sum::<u64>(),
        "cost": outcome.spent.iter().map(|spent| spent.cost).sum::<f64>(),
        "queries": queries(outcome),
    })
}
