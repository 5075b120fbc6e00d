//! What a run left in, what its page shows out: one JSON value. The page knows nodes and tests by their number.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Value, json};

use super::last_run::{Changed, Entry, LastRun, StepResult, ToldStep};
use super::{graph, verdict};

/// Texts of SQL in all that a page holds; those of nodes that did not run are left out beyond it.
const MOST_SQL: usize = 8_000_000;

/// What is known of each node and test, by unique id.
pub(super) struct Known<'r> {
    pub run: &'r LastRun,
    results: HashMap<&'r str, &'r StepResult>,
    told: HashMap<&'r str, &'r ToldStep>,
    changed: BTreeMap<&'r str, &'r Changed>,
    /// The nodes that are drawn, and the tests, each with its entry in the manifest.
    pub nodes: Vec<(&'r str, &'r Entry)>,
    pub tests: Vec<(&'r str, &'r Entry)>,
    number: HashMap<&'r str, usize>,
    lanes: Lanes<'r>,
}

/// The rows of the timings: what ran at the same time stands in different ones.
#[derive(Default)]
struct Lanes<'r> {
    lane: HashMap<&'r str, usize>,
    first: Option<jiff::Timestamp>,
    count: usize,
    seconds: f64,
}

impl<'r> Known<'r> {
    pub(super) fn of(run: &'r LastRun) -> Self {
        let steps = || run.results.iter().flat_map(|results| &results.results);
        let told = || run.told.iter().flat_map(|told| &told.outcomes);
        let changed = run.told.iter().flat_map(|told| told.changed.iter().flatten());
        let results: HashMap<&str, &StepResult> = steps().map(|step| (step.unique_id.as_str(), step)).collect();
        let (mut nodes, mut tests) = (Vec::new(), Vec::new());
        for (id, entry) in run.manifest.all() {
            match entry.resource_type.as_str() {
                "test" | "unit_test" => tests.push((id.as_str(), entry)),
                "analysis" | "operation" | "sql_operation" => {}
                _ => nodes.push((id.as_str(), entry)),
            }
        }
        let number = |all: &[(&'r str, &Entry)]| -> Vec<(&'r str, usize)> {
            all.iter().enumerate().map(|(at, (id, _))| (*id, at)).collect()
        };
        let number = number(&nodes).into_iter().chain(number(&tests)).collect();
        let lanes = Lanes::of(steps());
        let told = told().map(|step| (step.unique_id.as_str(), step)).collect();
        let changed = changed.map(|each| (each.unique_id.as_str(), each)).collect();
        Self { run, results, told, changed, nodes, tests, number, lanes }
    }

    /// How a node or test ended, in the words of dbt's results; cadet's own tell more. Nothing when it was no step.
    pub(super) fn status(&self, id: &str) -> Option<&'r str> {
        let told = self.told.get(id).map(|step| step.status.as_str());
        told.or_else(|| self.results.get(id).map(|step| step.status.as_str()))
    }

    pub(super) fn is_bad(&self, id: &str) -> bool {
        matches!(self.status(id), Some("error" | "fail" | "runtime error" | "partial success"))
    }

    pub(super) fn is_changed(&self, id: &str) -> bool {
        self.changed.contains_key(id)
    }

    fn message(&self, id: &str) -> String {
        let own = self.told.get(id).map(|step| step.message.clone());
        let of_result = || match self.results.get(id).and_then(|step| step.message.as_ref()) {
            Some(Value::String(text)) => text.clone(),
            Some(Value::Null) | None => String::new(),
            Some(other) => other.to_string(),
        };
        own.unwrap_or_else(of_result)
    }

    /// Why it is in the run, and of which kind that is.
    fn why(&self, id: &str) -> (Option<&'r str>, &'static str) {
        if let Some(changed) = self.changed.get(id) {
            return (Some(&changed.reason), "changed");
        }
        match self.told.get(id).map(|step| step.reason.as_str()) {
            None => (None, ""),
            Some("selected") => (Some("selected"), "selected"),
            Some(reason) if reason.starts_with("reads ") => (Some(reason), "downstream"),
            Some(reason) => (Some(reason), "needed"),
        }
    }

    /// The numbers of the nodes that an entry reads.
    pub(super) fn parents(&self, entry: &Entry) -> Vec<usize> {
        let is_node = |id: &&String| !is_test(id);
        entry.depends_on.nodes.iter().filter(is_node).filter_map(|id| self.number.get(id.as_str()).copied()).collect()
    }

    /// The nodes that a test is about.
    pub(super) fn tested(&self, entry: &Entry) -> Vec<usize> {
        let attached = entry.attached_node.as_ref().and_then(|id| self.number.get(id.as_str()));
        let first_of_unit = (entry.resource_type == "unit_test").then(|| self.parents(entry).into_iter().take(1));
        match (attached, first_of_unit) {
            (Some(node), _) => vec![*node],
            (None, Some(first)) => first.collect(),
            (None, None) => self.parents(entry),
        }
    }

    /// What a step took: rows, seconds, bytes, dollars, and its place among the timings.
    fn spent(&self, id: &str) -> Value {
        let Some(step) = self.results.get(id) else {
            return json!({"rows": self.told.get(id).and_then(|step| step.count)});
        };
        let response = &step.adapter_response;
        let start = step.timing.first().and_then(|first| first.started_at).zip(self.lanes.first);
        json!({
            "rows": response.get("rows_affected").and_then(Value::as_i64).filter(|rows| *rows >= 0),
            "failures": step.failures,
            "seconds": (step.status != "skipped").then_some(step.execution_time),
            "bytes": response.get("data_scanned_in_bytes").and_then(Value::as_u64),
            "cost": response.get("cost").and_then(Value::as_f64),
            "queries": response.get("queries").filter(|queries| queries.is_array()),
            "start": start.map(|(start, first)| start.duration_since(first).as_secs_f64()),
            "lane": self.lanes.lane.get(id),
        })
    }

    /// The nodes that a finding of `cadet.json` is about.
    pub(super) fn about(&self, finding: &Value) -> Vec<usize> {
        let ids = finding["nodes"].as_array().into_iter().flatten().filter_map(Value::as_str);
        let is_node = |id: &&str| !is_test(id);
        ids.filter(is_node).filter_map(|id| self.number.get(id).copied()).collect()
    }

    fn compiled(&self, id: &str, entry: &'r Entry) -> Option<&'r str> {
        let ran = self.results.get(id).and_then(|step| step.compiled_code.as_deref());
        ran.or(entry.compiled_code.as_deref())
    }
}

impl<'r> Lanes<'r> {
    fn of(steps: impl Iterator<Item = &'r StepResult>) -> Self {
        let timed = |step: &'r StepResult| {
            let start = step.timing.iter().find_map(|timing| timing.started_at)?;
            let end = step.timing.iter().filter_map(|timing| timing.completed_at).max().unwrap_or(start);
            Some((start, end, step.unique_id.as_str()))
        };
        let mut steps: Vec<_> = steps.filter(|step| step.status != "skipped").filter_map(timed).collect();
        steps.sort_unstable();
        let mut lanes = Self { first: steps.first().map(|step| step.0), ..Self::default() };
        let mut ends: Vec<jiff::Timestamp> = Vec::new();
        for (start, end, id) in steps {
            let free = ends.iter().position(|before| *before <= start).unwrap_or(ends.len());
            ends.resize(ends.len().max(free + 1), end);
            ends[free] = end;
            lanes.lane.insert(id, free);
        }
        lanes.count = ends.len();
        let last = ends.into_iter().max().zip(lanes.first);
        lanes.seconds = last.map_or(0.0, |(last, first)| last.duration_since(first).as_secs_f64());
        lanes
    }
}

/// Everything that the page shows.
pub(super) fn data(run: &LastRun) -> Value {
    let known = Known::of(run);
    let (results, told) = (run.results.as_ref(), run.told.as_ref());
    let metadata = results.map_or(&run.manifest.metadata, |results| &results.metadata);
    // Without cadet's own report it may have been dbt.
    let command = told.and_then(|told| Some(format!("cadet {}", told.command.as_deref()?)));
    let mut sql = known.nodes.iter().chain(&known.tests).map(|(id, entry)| sql_size(&known, id, entry)).sum::<usize>();
    let nodes: Vec<Value> = known.nodes.iter().map(|(id, entry)| node(&known, id, entry, &mut sql)).collect();
    let tests: Vec<Value> = known.tests.iter().map(|(id, entry)| test(&known, id, entry)).collect();
    json!({
        "project": run.manifest.metadata.project_name,
        "adapter": run.manifest.metadata.adapter_type,
        "command": command.or_else(|| results.and_then(|results| results.args.which.clone())),
        "generated_at": metadata.generated_at,
        "started_at": metadata.invocation_started_at,
        "elapsed": results.map(|results| results.elapsed_time),
        "base": told.and_then(|told| told.base.as_deref()),
        "head": told.and_then(|told| told.head.as_deref()),
        "changed_files": told.and_then(|told| told.changed_files),
        "removed": told.map(|told| &told.removed),
        "artefacts": told.and_then(|told| told.artefacts.as_deref()),
        "verdict": verdict::verdict(&known),
        "notes": verdict::notes(run),
        "findings": told.map(|told| told.findings.iter().filter(|each| each.is_object()).map(|each| finding(&known, each)).collect::<Vec<_>>()),
        "nodes": nodes,
        "tests": tests,
        "lanes": known.lanes.count,
        "span": known.lanes.seconds,
        "graph": graph::graph(&known),
    })
}

fn sql_size(known: &Known<'_>, id: &str, entry: &Entry) -> usize {
    entry.raw_code.as_ref().map_or(0, String::len) + known.compiled(id, entry).map_or(0, str::len)
}

/// A name as people write it.
pub(super) fn name(entry: &Entry) -> String {
    match (&entry.source_name, &entry.version) {
        (Some(source), _) => format!("{source}.{}", entry.name),
        (None, Value::String(version)) => format!("{}.v{version}", entry.name),
        (None, Value::Number(version)) => format!("{}.v{version}", entry.name),
        _ => entry.name.clone(),
    }
}

/// The file that describes it, without the package before it.
fn patch(entry: &Entry) -> Option<&str> {
    entry.patch_path.as_deref().map(|path| path.split_once("://").map_or(path, |(_, path)| path))
}

fn node(known: &Known<'_>, id: &str, entry: &Entry, sql: &mut usize) -> Value {
    let (reason, why) = known.why(id);
    let columns = entry
        .columns
        .values()
        .map(|column| json!({"name": column.name, "type": column.data_type, "description": column.description}));
    let is_left_out = *sql > MOST_SQL && known.status(id).is_none();
    if is_left_out {
        *sql -= sql_size(known, id, entry);
    }
    let text = |text: Option<&str>| text.filter(|text| !text.is_empty() && !is_left_out).map(str::to_owned);
    let owner = entry.owner.as_ref().and_then(|owner| owner.name.as_ref().or(owner.email.as_ref()));
    let mut value = json!({
        "id": id,
        "name": name(entry),
        "kind": entry.resource_type,
        "materialized": entry.config.materialized.as_ref().filter(|_| entry.resource_type == "model"),
        "path": entry.original_file_path,
        "patch": patch(entry),
        "description": entry.description,
        "relation": entry.relation_name,
        "tags": entry.tags,
        "owner": owner.and_then(Value::as_str),
        "columns": columns.collect::<Vec<_>>(),
        "status": known.status(id),
        "message": known.message(id),
        "reason": reason,
        "why": why,
        "source": text(entry.raw_code.as_deref().filter(|_| entry.resource_type != "seed")),
        "compiled": text(known.compiled(id, entry)),
        "left_out": is_left_out,
        "parents": known.parents(entry),
    });
    add(&mut value, known.spent(id));
    value
}

fn test(known: &Known<'_>, id: &str, entry: &Entry) -> Value {
    let short = entry.test_metadata.as_ref().map(|test| match &test.namespace {
        Some(package) => format!("{package}.{}", test.name),
        None => test.name.clone(),
    });
    let mut value = json!({
        "id": id,
        "name": entry.name,
        "test": short,
        "column": entry.column_name,
        "kind": entry.resource_type,
        "path": entry.original_file_path,
        "status": known.status(id),
        "message": known.message(id),
        "reason": known.why(id).0,
        "why": known.why(id).1,
        "nodes": known.tested(entry),
        "source": entry.raw_code.as_ref().filter(|_| entry.test_metadata.is_none()),
        "compiled": known.compiled(id, entry),
    });
    add(&mut value, known.spent(id));
    value
}

fn add(value: &mut Value, more: Value) {
    if let (Value::Object(entries), Value::Object(more)) = (value, more) {
        entries.extend(more);
    }
}

/// A finding with the numbers of the nodes and tests that it is about.
fn finding(known: &Known<'_>, told: &Value) -> Value {
    let ids = told["nodes"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let tests: Vec<usize> = ids.filter(|id| is_test(id)).filter_map(|id| known.number.get(id).copied()).collect();
    let mut value = told.clone();
    add(&mut value, json!({"nodes": known.about(told), "tests": tests}));
    value
}

fn is_test(id: &str) -> bool {
    id.starts_with("test.") || id.starts_with("unit_test.")
}
