//! The first thing that a page says: whether all is well, and if not, what to do.

use serde::Deserialize;
use serde_json::{Value, json};

use super::data::Known;
use super::last_run::{Entry, LastRun, Metadata};
use crate::report::counted;

/// Whether all is well, in one sentence, and what is counted below it.
pub(super) fn verdict(known: &Known<'_>) -> Value {
    let count = |all: &[(&str, &Entry)], words: &[&str]| {
        all.iter().filter(|(id, _)| known.status(id).is_some_and(|status| words.contains(&status))).count()
    };
    let bad = &["error", "fail", "runtime error", "partial success"];
    let tables: Vec<_> = known.nodes.iter().copied().filter(|(_, entry)| entry.resource_type != "source").collect();
    let (failed, failed_tests) = (count(&known.nodes, bad), count(&known.tests, bad));
    // Something is always the matter with what was skipped, told here or not.
    let skipped = count(&known.nodes, &["skipped"]);
    let findings = || known.run.told.iter().flat_map(|told| &told.findings);
    let of_level = |level: &str| findings().filter(|finding| finding["level"] == level).count();
    let (errors, warnings) = (of_level("error"), of_level("warning"));
    let warned = count(&known.tests, &["warn"]).max(warnings);
    let is_request = known.run.told.as_ref().is_some_and(|told| told.base.is_some());
    let has_run = known.run.results.is_some();
    let ended = known.run.told.as_ref().and_then(|told| told.verdict.as_deref());
    let unfinished = match ended {
        Some("interrupted") => Some("The run was stopped before its end"),
        Some("error") => Some("cadet could not do its work"),
        _ => None,
    };
    let is_good =
        errors + failed + failed_tests + skipped == 0 && !matches!(ended, Some("interrupted" | "error" | "failure"));
    let title = if let Some(unfinished) = unfinished {
        unfinished.to_owned()
    } else if errors > 0 {
        format!("{} to fix", counted(errors, "thing", "things"))
    } else if failed > 0 {
        format!("{} could not be built", counted(failed, "table", "tables"))
    } else if failed_tests > 0 {
        format!("{} failed", counted(failed_tests, "test", "tests"))
    } else if !has_run {
        "Nothing was run yet".to_owned()
    } else if skipped > 0 {
        format!("{} not built", counted(skipped, "table was", "tables were"))
    } else if !is_good {
        "The run failed".to_owned()
    } else {
        let good = if is_request { "Ready for review" } else { "Everything went well" };
        match warned {
            0 => good.to_owned(),
            _ => format!("{good}, with {}", counted(warned, "warning", "warnings")),
        }
    };
    json!({
        "ok": is_good,
        "is_run": has_run,
        "title": title,
        "errors": errors,
        "warnings": warnings,
        "notes": of_level("note"),
        "built": count(&tables, &["success"]),
        "failed": failed,
        "skipped": skipped,
        "not_run": count(&known.nodes, &["not_run"]),
        "passed_tests": count(&known.tests, &["pass", "success"]),
        "warned_tests": count(&known.tests, &["warn"]),
        "failed_tests": failed_tests,
        "skipped_tests": count(&known.tests, &["skipped", "not_run"]),
    })
}

/// A run in a few lines.
#[derive(Debug)]
pub struct Summary {
    pub is_good: bool,
    /// Such as `2 things to fix`.
    pub title: String,
    /// What ran, and when.
    pub run: String,
    /// How many tables were built, tests passed, and so on.
    pub counts: Vec<String>,
    /// The errors and warnings, worst first.
    pub findings: Vec<Line>,
    pub notes: Vec<&'static str>,
}

/// A finding in one line.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Line {
    pub level: String,
    pub rule: String,
    pub path: String,
    pub line: Option<u64>,
    pub message: String,
}

/// How a run ended.
pub fn summary(run: &LastRun) -> Summary {
    let known = Known::of(run);
    let verdict = verdict(&known);
    let counted = |key: &str, word: &str| {
        let count = verdict[key].as_u64().filter(|count| *count > 0)?;
        Some(format!("{count} {word}"))
    };
    let list = |title: &str, words: &[(&str, &str)]| {
        let parts: Vec<String> = words.iter().filter_map(|(key, word)| counted(key, word)).collect();
        (!parts.is_empty()).then(|| format!("{title}: {}", parts.join(", ")))
    };
    let tables = [("built", "built"), ("failed", "failed"), ("skipped", "skipped"), ("not_run", "not run here")];
    let tests = [
        ("passed_tests", "passed"),
        ("warned_tests", "warned"),
        ("failed_tests", "failed"),
        ("skipped_tests", "skipped"),
    ];
    let told = run.told.iter().flat_map(|told| &told.findings);
    let findings = told.filter_map(|finding| Line::deserialize(finding).ok()).filter(|line| line.level != "note");
    let command = run.told.as_ref().and_then(|told| told.command.as_ref());
    let which = run.results.as_ref().and_then(|results| results.args.which.clone());
    let name = command.map(|command| format!("cadet {command}")).or(which);
    let when = run.results.as_ref().map_or(&run.manifest.metadata, |results| &results.metadata);
    Summary {
        is_good: verdict["ok"] == true,
        title: verdict["title"].as_str().unwrap_or_default().to_owned(),
        run: format!(
            "{}, {}",
            name.unwrap_or_else(|| if run.results.is_some() { "run" } else { "read" }.to_owned()),
            minute(when)
        ),
        counts: [list("Tables", &tables), list("Tests", &tests)].into_iter().flatten().collect(),
        findings: findings.collect(),
        notes: notes(run),
    }
}

/// `2026-01-31 09:05 UTC`; what is no moment stays as it is.
fn minute(metadata: &Metadata) -> String {
    let text = metadata.invocation_started_at.as_ref().unwrap_or(&metadata.generated_at);
    let moment = text.parse::<jiff::Timestamp>();
    moment.map_or_else(|_| text.clone(), |moment| moment.strftime("%Y-%m-%d %H:%M UTC").to_string())
}

/// What a reader must know to trust the page.
pub(super) fn notes(run: &LastRun) -> Vec<&'static str> {
    let mut notes = Vec::new();
    let Some(results) = &run.results else {
        notes.push("There is no run_results.json: the page shows the project, and nothing was run.");
        return notes;
    };
    if run.told.is_none() {
        notes.push("There is no cadet.json of this run, so the page knows neither findings nor what changed.");
    }
    if results.metadata.invocation_id != run.manifest.metadata.invocation_id {
        notes.push(
            "The project was read again after this run, so the graph and the source SQL may be newer than the results.",
        );
    }
    notes
}
