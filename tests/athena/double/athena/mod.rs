//! Athena: statements are started, asked after, stopped. Behaviour: the "Amazon Athena API Reference".

pub mod plan;
pub mod queries;
pub mod query;
mod results;

use std::sync::Arc;
use std::thread;
use std::time::Instant;

use serde_json::{Value, json};

use plan::Course;
use queries::{Workgroup, invalid};
use query::{Done, Query, State};

use super::World;
use super::error::Refusal;
use super::sql;

/// Calls that exist, and that the role of the service has no permission for.
pub const FORBIDDEN: [&str; 1] = ["BatchGetQueryExecution"];

/// The most bytes of one statement.
const LONGEST: usize = 262_144;

/// Answers a call.
pub fn answer(world: &Arc<World>, operation: &str, input: &Value) -> Result<Value, Refusal> {
    let id = input["QueryExecutionId"].as_str().unwrap_or_default();
    match operation {
        "StartQueryExecution" => start(world, input),
        "GetQueryExecution" => {
            polled(world, id);
            Ok(json!({ "QueryExecution": world.queries().get(id)?.shown() }))
        }
        "GetQueryResults" => results::page(world.queries().get(id)?, input),
        "GetQueryRuntimeStatistics" => Ok(world.queries().get(id)?.statistics()),
        "StopQueryExecution" => stop(world, id),
        "GetWorkGroup" => {
            let name = input["WorkGroup"].as_str().unwrap_or_default();
            let queries = world.queries();
            let workgroup = queries.workgroups.get(name).ok_or_else(|| no_workgroup(name))?;
            Ok(json!({ "WorkGroup": shown(name, workgroup) }))
        }
        other => Err(Refusal::bad("UnknownOperationException", format!("the double does not know {other}"))),
    }
}

fn no_workgroup(name: &str) -> Refusal {
    invalid(format!("WorkGroup {name} is not found.")).with("AthenaErrorCode", "INVALID_INPUT")
}

fn shown(name: &str, workgroup: &Workgroup) -> Value {
    json!({
        "Name": name,
        "State": "ENABLED",
        "Configuration": {
            "ResultConfiguration": { "OutputLocation": workgroup.output },
            "EnforceWorkGroupConfiguration": workgroup.enforces,
            "PublishCloudWatchMetricsEnabled": true,
            "RequesterPaysEnabled": false,
            "EngineVersion": {
                "SelectedEngineVersion": "AUTO", "EffectiveEngineVersion": "Athena engine version 3",
            },
        },
        "CreationTime": 1_700_000_000,
    })
}

fn start(world: &Arc<World>, input: &Value) -> Result<Value, Refusal> {
    let text = input["QueryString"].as_str().unwrap_or_default();
    if text.is_empty() || text.len() > LONGEST {
        let message = format!(
            "1 validation error detected: Value at 'queryString' failed to satisfy constraint: Member must have length \
             less than or equal to {LONGEST}"
        );
        return Err(invalid(message).with("AthenaErrorCode", "INVALID_INPUT"));
    }
    sql::check(text).map_err(|message| invalid(message).with("AthenaErrorCode", "MALFORMED_QUERY"))?;
    let (id, course) = {
        let mut queries = world.queries();
        if let Some(known) = queries.of_token(input)? {
            return Ok(json!({ "QueryExecutionId": known.id }));
        }
        let name = input["WorkGroup"].as_str().unwrap_or("primary").to_owned();
        let workgroup = queries.workgroups.get(&name).cloned().ok_or_else(|| no_workgroup(&name))?;
        if queries.most_live.is_some_and(|most| queries.live() >= most) {
            let message = "You have exceeded the limit for the number of queries you can run concurrently.";
            let refusal = Refusal::bad("TooManyRequestsException", message);
            return Err(refusal.with("Reason", "CONCURRENT_QUERY_LIMIT_EXCEEDED"));
        }
        let course = queries.courses.take(text);
        let query = begun(input, &workgroup, (&name, &course))?;
        let id = query.id.clone();
        queries.begin(query, course.clone());
        (id, course)
    };
    if course.is_instant() {
        finish(world, &id, &course);
    } else if course.polls.is_none() {
        let (world, id) = (Arc::clone(world), id.clone());
        thread::spawn(move || in_time(&world, &id, &course));
    }
    Ok(json!({ "QueryExecutionId": id }))
}

fn begun(input: &Value, workgroup: &Workgroup, (name, course): (&str, &Course)) -> Result<Query, Refusal> {
    let own = input["ResultConfiguration"]["OutputLocation"].as_str().map(str::to_owned);
    let output = if workgroup.enforces { workgroup.output.clone() } else { own.or(workgroup.output.clone()) };
    let Some(output) = output else {
        let message = "No output location provided. An output location is required either through the Workgroup \
                       result configuration setting or as an API input.";
        return Err(invalid(message).with("AthenaErrorCode", "INVALID_INPUT"));
    };
    let is_queued = !course.queued.is_zero();
    Ok(Query {
        id: uuid::Uuid::new_v4().to_string(),
        sql: input["QueryString"].as_str().unwrap_or_default().to_owned(),
        input: input.clone(),
        workgroup: name.to_owned(),
        output: format!("{}/", output.trim_end_matches('/')),
        state: if is_queued { State::Queued } else { State::Running },
        reason: None,
        submitted: jiff::Timestamp::now(),
        completed: None,
        started: Instant::now(),
        ended: None,
        queue_time: course.queued,
        run_time: course.runs,
        done: Done::default(),
        error: None,
        scanned: 0,
        input_rows: 0,
        manifest: None,
        polls: 0,
    })
}

/// A query that ends by the clock.
fn in_time(world: &World, id: &str, course: &Course) {
    world.sleep(course.queued);
    if let Some(query) = world.queries().by_id.get_mut(id).filter(|query| query.state == State::Queued) {
        query.state = State::Running;
    }
    world.sleep(course.runs);
    finish(world, id, course);
}

/// A query that ends at a poll.
fn polled(world: &World, id: &str) {
    let course = {
        let mut queries = world.queries();
        let Some(query) = queries.by_id.get_mut(id) else { return };
        query.polls += 1;
        let polls = query.polls;
        let is_due = |course: &&Course| course.polls.is_some_and(|wanted| polls >= wanted);
        queries.under_way.get(id).filter(is_due).cloned()
    };
    if let Some(course) = course {
        finish(world, id, &course);
    }
}

/// Carries out a query that is still live; a query is carried out once.
pub fn finish(world: &World, id: &str, course: &Course) {
    let query = {
        let mut queries = world.queries();
        let is_live = queries.by_id.get(id).is_some_and(|query| query.state.is_live());
        if queries.under_way.remove(id).is_none() || !is_live {
            return;
        }
        queries.by_id.get(id).cloned()
    };
    let Some(query) = query else { return };
    let began = Instant::now();
    let ran = sql::run(world, &query, course);
    let took = began.elapsed();
    let mut queries = world.queries();
    if let Some(query) = queries.by_id.get_mut(id) {
        query.scanned = ran.scanned;
        query.input_rows = ran.input_rows;
        query.manifest = ran.manifest;
        query.run_time = query.run_time.max(took);
        query.done = ran.outcome.as_ref().ok().cloned().unwrap_or_default();
    }
    queries.end(id, ran.outcome.err());
}

fn stop(world: &World, id: &str) -> Result<Value, Refusal> {
    let left = {
        let mut queries = world.queries();
        let is_live = queries.get(id)?.state.is_live();
        let course = queries.under_way.remove(id);
        queries.stop(id)?;
        course
            .filter(|course| course.leaves_files && is_live)
            .and_then(|course| Some((course, queries.get(id).ok()?.clone())))
    };
    // What a stopped statement has written by then stays there.
    if let Some((course, query)) = left {
        let course = Course { fails: Some(query::Failed::user("Query cancelled by user")), ..course };
        let ran = sql::run(world, &query, &course);
        if let Some(query) = world.queries().by_id.get_mut(id) {
            query.manifest = ran.manifest;
            query.scanned = ran.scanned;
        }
    }
    Ok(json!({}))
}
