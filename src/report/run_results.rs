//! Outcomes as dbt's `run_results.json` (schema v6).

use serde_json::{Value, json};

use super::diff;
use super::manifest::metadata;
use crate::deploy::{Outcome, Status};
use crate::engine::Spent;
use crate::project::ResourceType;
use crate::project::scopes::Run;

/// The results of every step but the sources, which dbt does not know as steps.
pub fn run_results(run: &Run, outcomes: &[Outcome]) -> Value {
    let results: Vec<Value> =
        outcomes.iter().filter(|outcome| outcome.kind != ResourceType::Source).map(result).collect();
    let elapsed = jiff::Timestamp::now().duration_since(run.started.timestamp()).as_secs_f64();
    json!({
        "metadata": metadata(run, "run-results/v6"),
        "results": results,
        "elapsed_time": elapsed,
        "args": args(run),
    })
}

/// The command, in dbt's words.
fn args(run: &Run) -> Value {
    let mut args = run.args.clone();
    args.insert("which".to_owned(), json!(run.command));
    args.insert("full_refresh".to_owned(), json!(run.full_refresh));
    Value::Object(args)
}

fn result(outcome: &Outcome) -> Value {
    // dbt has no word for what the local engine cannot run.
    let status = if outcome.status == Status::NotRun { Status::Skipped } else { outcome.status };
    let is_test = matches!(outcome.kind, ResourceType::Test | ResourceType::UnitTest);
    let diff = outcome.finding.as_ref().and_then(|finding| finding.diff.as_ref());
    let message = diff.map_or_else(|| outcome.message.clone(), |diff| diff::text(diff));
    let started = outcome.started.to_string();
    let completed = (outcome.started + outcome.took).to_string();
    json!({
        "status": status,
        "timing": [
            {"name": "compile", "started_at": started, "completed_at": started},
            {"name": "execute", "started_at": started, "completed_at": completed},
        ],
        "thread_id": "Thread-1",
        "execution_time": outcome.took.as_secs_f64(),
        "adapter_response": response(outcome, is_test),
        "message": message,
        "failures": if is_test { outcome.count } else { None },
        "unique_id": outcome.id,
        "compiled": outcome.compiled.is_some(),
        "compiled_code": outcome.compiled,
        "relation_name": outcome.relation,
        "batch_results": null,
    })
}

/// What the engine said; dbt-athena's keys, and those of every statement beside them.
fn response(outcome: &Outcome, is_test: bool) -> Value {
    let rows = if is_test { None } else { outcome.count };
    if outcome.spent.is_empty() {
        return json!({"rows_affected": rows});
    }
    let bytes: u64 = outcome.spent.iter().map(|spent| spent.bytes).sum();
    let cost: f64 = outcome.spent.iter().map(|spent| spent.cost).sum();
    let code = if outcome.status.is_bad() { "ERROR" } else { "OK" };
    json!({
        "_message": rows.map_or_else(|| code.to_owned(), |rows| format!("{code} {rows}")),
        "code": code,
        "rows_affected": rows,
        "data_scanned_in_bytes": bytes,
        "cost": cost,
        "queries": queries(outcome),
    })
}

/// Each statement: the name by which Athena's console finds it, and what it cost.
pub(super) fn queries(outcome: &Outcome) -> Vec<Value> {
    let statement = |spent: &Spent| {
        json!({
            "query_id": spent.query,
            "data_scanned_in_bytes": spent.bytes,
            "queued_ms": spent.queued,
            "ran_ms": spent.ran,
            "cost": spent.cost,
        })
    };
    outcome.spent.iter().map(statement).collect()
}
