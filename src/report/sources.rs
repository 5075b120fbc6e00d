//! How old sources are, as dbt's `sources.json` (schema v3). Like dbt, it leaves out those that could not be asked.

use serde_json::{Value, json};

use super::manifest::metadata;
use crate::deploy::{Freshness, Status};
use crate::project::Project;
use crate::project::scopes::Run;

/// The artefact of `source freshness`.
pub fn sources(project: &Project, run: &Run, found: &[Freshness]) -> Value {
    let elapsed = jiff::Timestamp::now().duration_since(run.started.timestamp()).as_secs_f64();
    json!({
        "metadata": metadata(run, "sources/v3"),
        "results": found.iter().filter_map(|one| result(project, one)).collect::<Vec<_>>(),
        "elapsed_time": elapsed,
    })
}

fn result(project: &Project, found: &Freshness) -> Option<Value> {
    let (outcome, seen) = (&found.outcome, found.seen?);
    let status = match outcome.status {
        Status::Pass => "pass",
        Status::Warn => "warn",
        _ => "error",
    };
    let completed = (outcome.started + outcome.took).to_string();
    Some(json!({
        "unique_id": outcome.id,
        "max_loaded_at": seen.newest.to_string(),
        "snapshotted_at": seen.asked.to_string(),
        "max_loaded_at_time_ago_in_s": seen.age,
        "status": status,
        "criteria": project.sources.get(&outcome.id).and_then(|table| table.config.get("freshness")),
        "adapter_response": {},
        "timing": [
            {"name": "compile", "started_at": outcome.started.to_string(), "completed_at": outcome.started.to_string()},
            {"name": "execute", "started_at": outcome.started.to_string(), "completed_at": completed},
        ],
        "thread_id": "Thread-1",
        "execution_time": outcome.took.as_secs_f64(),
    }))
}
