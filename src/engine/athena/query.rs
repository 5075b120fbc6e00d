//! A statement in, what became of it out: begun, asked about until it has ended, and stopped when cadet is.

use std::time::{Duration, Instant};

use aws_sdk_athena::Client;
use aws_sdk_athena::types::{QueryExecution, QueryExecutionState, ResultConfiguration, ResultSet, StatementType};

use super::call::{Api, CallError, Calls};
use super::failure::{Class, Failure};
use super::live::Live;
use crate::engine::Spent;
use crate::settings::AthenaSettings;

/// The least that Athena charges for a query, and the step in which it counts, in bytes.
const LEAST: u64 = 10 << 20;
const STEP: u64 = 1 << 20;

pub(super) struct Queries {
    pub client: Client,
    pub settings: AthenaSettings,
}

/// A statement that succeeded.
#[derive(Debug, Clone)]
pub(super) struct Finished {
    pub id: String,
}

/// What a statement gave.
#[derive(Debug, Default)]
pub(super) struct Given {
    /// How many rows were written.
    pub written: Option<u64>,
    /// The types of the columns, by name.
    pub columns: Vec<(String, String)>,
    pub rows: Vec<Vec<Option<String>>>,
}

impl Queries {
    /// Runs a statement to its end. What it cost is told in any case.
    ///
    /// # Errors
    /// When it fails, takes too long, or cadet is asked to stop.
    pub(super) async fn run(
        &self,
        (calls, live): (&Calls, &Live),
        text: &str,
        token: &str,
    ) -> (Result<Finished, Failure>, Option<Spent>) {
        if live.is_interrupted() {
            return (Err(Failure::new(Class::Interrupted, "")), None);
        }
        let id = match self.start(calls, text, token).await {
            Ok(id) => id,
            Err(error) => {
                let class = if error.is_unknown() { Class::Unknown } else { Class::Never };
                return (Err(Failure::new(class, error.to_string())), None);
            }
        };
        live.began(&id);
        let mut interrupted = live.interrupted();
        let ended = tokio::select! {
            ended = self.wait(calls, &id) => ended,
            _ = interrupted.wait_for(|is_asked| *is_asked) => Err(Failure::new(Class::Interrupted, "")),
        };
        let ended = match ended {
            Ok(query) => Ok(query),
            Err(failure) => {
                // Nobody waits for it any more; what it writes is nobody's.
                let _ = self.stop(calls, &id).await;
                Err(failure)
            }
        };
        live.ended(&id);
        let query = match ended {
            Ok(query) => query,
            Err(failure) if failure.class == Class::Interrupted => {
                return (Err(failure), Some(Spent { query: id, ..Spent::default() }));
            }
            // What a stopped query has read is paid for.
            Err(failure) => {
                let query = self.look(calls, &id).await.ok().flatten();
                let spent =
                    query.map_or_else(|| Spent { query: id.clone(), ..Spent::default() }, |it| self.spent(&id, &it));
                return (Err(failure), Some(spent));
            }
        };
        let spent = self.spent(&id, &query);
        let state = query.status().and_then(|status| status.state());
        match state {
            Some(QueryExecutionState::Succeeded) => (Ok(Finished { id }), Some(spent)),
            Some(QueryExecutionState::Cancelled) if live.is_interrupted() => {
                (Err(Failure::new(Class::Interrupted, "")), Some(spent))
            }
            _ => (Err(Failure::read(&query)), Some(spent)),
        }
    }

    async fn start(&self, calls: &Calls, text: &str, token: &str) -> Result<String, CallError> {
        let results = match self.settings.results.is_empty() {
            true => None,
            false => Some(ResultConfiguration::builder().output_location(&self.settings.results).build()),
        };
        let start = || {
            let start = self.client.start_query_execution().query_string(text).client_request_token(token);
            start.work_group(&self.settings.workgroup).set_result_configuration(results.clone()).send()
        };
        let started = calls.make(Api::Start, start).await?;
        Ok(started.query_execution_id().unwrap_or_default().to_owned())
    }

    /// How a query is doing.
    async fn look(&self, calls: &Calls, id: &str) -> Result<Option<QueryExecution>, CallError> {
        let get = || self.client.get_query_execution().query_execution_id(id).send();
        Ok(calls.make(Api::Poll, get).await?.query_execution)
    }

    /// Asks until the query has ended.
    async fn wait(&self, calls: &Calls, id: &str) -> Result<QueryExecution, Failure> {
        let (first, longest) = self.settings.polls();
        let began = Instant::now();
        let deadline = began + Duration::from_secs(u64::from(self.settings.query_minutes) * 60);
        loop {
            // A twentieth of what it has run already: that is the most by which its end is noticed too late.
            tokio::time::sleep((began.elapsed() / 20).clamp(first, longest)).await;
            let query = self.look(calls, id).await.map_err(|error| Failure::new(Class::Unknown, error.to_string()))?;
            let state = query.as_ref().and_then(|query| query.status()?.state().cloned());
            match (query, state) {
                (
                    Some(query),
                    Some(QueryExecutionState::Succeeded | QueryExecutionState::Failed | QueryExecutionState::Cancelled),
                ) => return Ok(query),
                _ if Instant::now() > deadline => {
                    let minutes = self.settings.query_minutes;
                    let reason =
                        format!("EXCEEDED_TIME_LIMIT: stopped after {minutes} minutes, as `athena.query_minutes` says");
                    return Err(Failure::new(Class::Never, reason));
                }
                _ => {}
            }
        }
    }

    /// Stops a query.
    pub(super) async fn stop(&self, calls: &Calls, id: &str) -> Result<(), CallError> {
        let stop = || self.client.stop_query_execution().query_execution_id(id).send();
        calls.make(Api::Stop, stop).await.map(drop)
    }

    /// What a query gave, at most `limit` rows.
    pub(super) async fn given(&self, calls: &Calls, id: &str, limit: Option<usize>) -> Result<Given, CallError> {
        let (mut given, mut next, mut is_first) = (Given::default(), None::<String>, true);
        loop {
            let get = || self.client.get_query_results().query_execution_id(id).set_next_token(next.clone()).send();
            let page = calls.make(Api::Poll, get).await?;
            given.written = given.written.or(page.update_count().and_then(|count| u64::try_from(count).ok()));
            if let Some(set) = page.result_set() {
                take(&mut given, set, is_first);
            }
            is_first = false;
            next = page.next_token().map(str::to_owned);
            if next.is_none() || limit.is_some_and(|limit| given.rows.len() >= limit) {
                given.rows.truncate(limit.unwrap_or(usize::MAX));
                return Ok(given);
            }
        }
    }

    fn spent(&self, id: &str, query: &QueryExecution) -> Spent {
        let of = |value: Option<i64>| value.and_then(|value| u64::try_from(value).ok()).unwrap_or_default();
        let statistics = query.statistics();
        let bytes = of(statistics.and_then(|it| it.data_scanned_in_bytes()));
        // What changes the catalogue only, and what fails, is free.
        let is_ddl = query.statement_type() == Some(&StatementType::Ddl)
            && query.substatement_type() != Some("CREATE_TABLE_AS_SELECT");
        let is_failed = query.status().and_then(|status| status.state()) == Some(&QueryExecutionState::Failed);
        let is_free = is_ddl || is_failed;
        Spent {
            query: id.to_owned(),
            bytes,
            queued: of(statistics.and_then(|it| it.query_queue_time_in_millis())),
            ran: of(statistics.and_then(|it| it.engine_execution_time_in_millis())),
            cost: if is_free { 0.0 } else { cost(bytes, self.settings.price_per_tb) },
        }
    }
}

/// What reading so many bytes costs: every megabyte that is begun counts, and ten at least.
fn cost(bytes: u64, per_terabyte: f64) -> f64 {
    let charged = bytes.max(LEAST).div_ceil(STEP) * STEP;
    #[expect(clippy::cast_precision_loss, reason = "no query reads so much that it matters")]
    let charged = charged as f64;
    charged / 1e12 * per_terabyte
}

/// Takes a page of rows. The first row of the first page of a `select` holds the names of the columns.
fn take(given: &mut Given, set: &ResultSet, is_first: bool) {
    let info = set.result_set_metadata().map(|metadata| metadata.column_info()).unwrap_or_default();
    if is_first {
        let typed = |column: &aws_sdk_athena::types::ColumnInfo| {
            let data_type = match column.r#type() {
                "decimal" => format!("decimal({},{})", column.precision(), column.scale()),
                other => other.to_owned(),
            };
            (column.name().to_owned(), data_type)
        };
        given.columns = info.iter().map(typed).collect();
    }
    let rows = set
        .rows()
        .iter()
        .map(|row| row.data().iter().map(|cell| cell.var_char_value().map(str::to_owned)).collect::<Vec<_>>());
    let mut rows: Vec<_> = rows.collect();
    let is_header = |row: &Vec<Option<String>>| {
        row.len() == given.columns.len()
            && row.iter().zip(&given.columns).all(|(cell, (name, _))| cell.as_deref() == Some(name))
    };
    if is_first && rows.first().is_some_and(is_header) {
        rows.remove(0);
    }
    given.rows.append(&mut rows);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_megabytes_are_charged_at_least_and_whole_ones_after_that() {
        let dollars = |bytes| (cost(bytes, 5.0) * 1e9).round();
        assert!((dollars(0) - dollars(LEAST)).abs() < 0.5);
        assert!((dollars(LEAST + 1) - dollars(LEAST + STEP)).abs() < 0.5);
        assert!((cost(1_000_000_000_000, 5.0) - 5.0).abs() < 0.001);
    }
}
