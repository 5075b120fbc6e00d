//! Outcomes as dbt's `run_results.json` (schema v6).

use serde_json::{Value, json};

use super::diff;
use super::manifest::metadata;
use crate::deploy::{Outcome, Status};
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
        "args": {"which": run.command, "full_refresh": run.full_refresh},
    })
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
        "adapter_response": {"rows_affected": if is_test { None } else { outcome.count }},
        "message": message,
        "failures": if is_test { outcome.count } else { None },
        "unique_id": outcome.id,
        "compiled": outcome.compiled.is_some(),
        "compiled_code": outcome.compiled,
        "relation_name": outcome.relation,
        "batch_results": null,
    })
}
