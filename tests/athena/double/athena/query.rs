//! A query: what was asked, what became of it, and when.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// What a statement gave.
#[derive(Debug, Clone, Default)]
pub struct Done {
    pub columns: Vec<Column>,
    pub rows: Vec<Vec<Option<String>>>,
    /// The rows that a statement wrote.
    pub updated: Option<u64>,
    pub output_bytes: u64,
}

/// A column of a result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    pub name: String,
    /// In Athena's words, with its sizes: `decimal(10,2)`.
    pub data_type: String,
}

/// Why a query failed. Behaviour: "Athena error catalog".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failed {
    /// 1 for the system's, 2 for the user's, 3 for others.
    pub category: i32,
    pub kind: i32,
    pub is_retryable: bool,
    pub message: String,
}

impl Failed {
    /// A mistake of the author's, or what is wrong with the data.
    pub fn user(message: impl Into<String>) -> Self {
        const DATA: [&str; 4] =
            ["DIVISION_BY_ZERO", "INVALID_CAST_ARGUMENT", "HIVE_BAD_DATA", "HIVE_CANNOT_OPEN_SPLIT"];
        let message = message.into();
        let kind = match message.split(':').next().unwrap_or_default() {
            code if code.starts_with("ICEBERG_") => 233,
            code if DATA.contains(&code) => 1001,
            "FAILED" => 1003,
            _ => 1000,
        };
        Self { category: 2, kind, is_retryable: false, message }
    }

    /// The cluster had no resources left for this query.
    pub fn exhausted() -> Self {
        let message = "Query exhausted resources at this scale factor";
        Self { category: 2, kind: 0, is_retryable: false, message: message.to_owned() }
    }

    /// Athena's own fault.
    pub fn internal() -> Self {
        let message = "GENERIC_INTERNAL_ERROR: Internal error. Please contact customer support";
        Self { category: 1, kind: 100, is_retryable: true, message: message.to_owned() }
    }

    /// The storage took no more requests.
    pub fn throttled_by_s3() -> Self {
        let message = "HIVE_CURSOR_ERROR: Please reduce your request rate. (Service: Amazon S3; Status Code: 503; \
                       Error Code: SlowDown)";
        Self { category: 2, kind: 1400, is_retryable: true, message: message.to_owned() }
    }

    /// The query ran for longer than it may.
    pub fn timed_out() -> Self {
        let message = "Query timeout";
        Self { category: 2, kind: 210, is_retryable: false, message: message.to_owned() }
    }

    /// Another write of the same Iceberg table was first.
    pub fn commit_conflict(table: &str) -> Self {
        let message = format!("ICEBERG_COMMIT_ERROR: Failed to commit Iceberg update to table: {table}");
        Self { category: 2, kind: 233, is_retryable: false, message }
    }
}

/// Where a query is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Queued,
    Running,
    Succeeded,
    Failed,
    Cancelled,
}

impl State {
    pub fn name(self) -> &'static str {
        match self {
            Self::Queued => "QUEUED",
            Self::Running => "RUNNING",
            Self::Succeeded => "SUCCEEDED",
            Self::Failed => "FAILED",
            Self::Cancelled => "CANCELLED",
        }
    }

    pub fn is_live(self) -> bool {
        matches!(self, Self::Queued | Self::Running)
    }
}

/// A query execution.
#[derive(Debug, Clone)]
pub struct Query {
    pub id: String,
    pub sql: String,
    /// The whole input of `StartQueryExecution`.
    pub input: Value,
    pub workgroup: String,
    /// A folder, with its `/` at the end.
    pub output: String,
    pub state: State,
    pub reason: Option<String>,
    pub submitted: jiff::Timestamp,
    pub completed: Option<jiff::Timestamp>,
    pub started: Instant,
    pub ended: Option<Instant>,
    /// How long it waits and runs by its plan, for the statistics.
    pub queue_time: Duration,
    pub run_time: Duration,
    pub done: Done,
    pub error: Option<Failed>,
    pub scanned: u64,
    pub input_rows: u64,
    /// Where the list of the files that it wrote stands.
    pub manifest: Option<String>,
    /// How often its state was asked for.
    pub polls: u32,
}

impl Query {
    /// As `GetQueryExecution` shows it.
    pub fn shown(&self) -> Value {
        let millis = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        let (queue, engine) = (millis(self.queue_time), millis(self.run_time));
        let (kind, substatement) = kind_of(&self.sql);
        let mut status = json!({ "State": self.state.name(), "SubmissionDateTime": seconds(self.submitted) });
        if let Some(completed) = self.completed {
            status["CompletionDateTime"] = json!(seconds(completed));
        }
        if let Some(reason) = &self.reason {
            status["StateChangeReason"] = json!(reason);
        }
        if let Some(error) = &self.error {
            status["AthenaError"] = json!({
                "ErrorCategory": error.category,
                "ErrorType": error.kind,
                "Retryable": error.is_retryable,
                "ErrorMessage": error.message,
            });
        }
        let mut statistics = json!({
            "EngineExecutionTimeInMillis": if self.state == State::Queued { 0 } else { engine },
            "DataScannedInBytes": self.scanned,
            "TotalExecutionTimeInMillis": queue + engine,
            "QueryQueueTimeInMillis": queue,
            "ServicePreProcessingTimeInMillis": 0,
            "QueryPlanningTimeInMillis": 0,
            "ServiceProcessingTimeInMillis": 0,
            "ResultReuseInformation": { "ReusedPreviousResult": false },
        });
        if let Some(manifest) = &self.manifest {
            statistics["DataManifestLocation"] = json!(manifest);
        }
        let ending = if kind == "DDL" && substatement != "CREATE_TABLE_AS_SELECT" { ".txt" } else { ".csv" };
        let place = match substatement {
            "CREATE_TABLE_AS_SELECT" => format!("{}tables/{}", self.output, self.id),
            _ => format!("{}{}{ending}", self.output, self.id),
        };
        json!({
            "QueryExecutionId": self.id,
            "Query": self.sql,
            "StatementType": kind,
            "SubstatementType": substatement,
            "ResultConfiguration": { "OutputLocation": place },
            "QueryExecutionContext": self.input["QueryExecutionContext"],
            "Status": status,
            "Statistics": statistics,
            "WorkGroup": self.workgroup,
            "EngineVersion": {
                "SelectedEngineVersion": "AUTO", "EffectiveEngineVersion": "Athena engine version 3",
            },
        })
    }

    /// As `GetQueryRuntimeStatistics` shows it.
    pub fn statistics(&self) -> Value {
        let shown = self.shown();
        let output = self.done.updated.unwrap_or(self.done.rows.len() as u64);
        json!({ "QueryRuntimeStatistics": {
            "Timeline": {
                "QueryQueueTimeInMillis": shown["Statistics"]["QueryQueueTimeInMillis"],
                "QueryPlanningTimeInMillis": 0,
                "EngineExecutionTimeInMillis": shown["Statistics"]["EngineExecutionTimeInMillis"],
                "ServiceProcessingTimeInMillis": 0,
                "TotalExecutionTimeInMillis": shown["Statistics"]["TotalExecutionTimeInMillis"],
            },
            "Rows": {
                "InputRows": self.input_rows,
                "InputBytes": self.scanned,
                "OutputRows": output,
                "OutputBytes": self.done.output_bytes,
            },
            "OutputStage": {
                "StageId": 0,
                "State": if self.state == State::Succeeded { "FINISHED" } else { "FAILED" },
                "OutputBytes": self.done.output_bytes,
                "OutputRows": output,
                "InputBytes": self.scanned,
                "InputRows": self.input_rows,
                "ExecutionTime": shown["Statistics"]["EngineExecutionTimeInMillis"],
                "SubStages": [],
            },
        } })
    }
}

/// What a statement is by its first words: its type and the type below that.
pub fn kind_of(sql: &str) -> (&'static str, &'static str) {
    let words = crate::double::sql::words::first_words(sql);
    let is = |wanted: &str| words.starts_with(wanted);
    let kinds = [
        ("create table", ("DDL", "CREATE_TABLE_AS_SELECT")),
        ("create external table", ("DDL", "CREATE_TABLE")),
        ("create or replace view", ("DDL", "CREATE_VIEW")),
        ("create view", ("DDL", "CREATE_VIEW")),
        ("create schema", ("DDL", "CREATE_SCHEMA")),
        ("create database", ("DDL", "CREATE_SCHEMA")),
        ("drop view", ("DDL", "DROP_VIEW")),
        ("drop table", ("DDL", "DROP_TABLE")),
        ("alter table", ("DDL", "ALTER_TABLE")),
        ("insert", ("DML", "INSERT")),
        ("merge", ("DML", "MERGE")),
        ("update", ("DML", "UPDATE")),
        ("delete", ("DML", "DELETE")),
        ("optimize", ("UTILITY", "OPTIMIZE")),
        ("vacuum", ("UTILITY", "VACUUM")),
    ];
    kinds.into_iter().find(|(wanted, _)| is(wanted)).map_or(("DML", "SELECT"), |(_, kind)| kind)
}

fn seconds(time: jiff::Timestamp) -> f64 {
    time.as_millisecond() as f64 / 1000.0
}
