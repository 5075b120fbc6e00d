//! The SDK's clients, as a program has them, and a statement carried out from start to end.

#![allow(dead_code, unreachable_pub, reason = "each test file uses a part of it")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use aws_sdk_athena::operation::get_query_results::GetQueryResultsOutput;
use aws_sdk_athena::types::{QueryExecution, QueryExecutionState, Row};

use crate::double::Double;

/// The three clients.
pub struct Clients {
    pub athena: aws_sdk_athena::Client,
    pub glue: aws_sdk_glue::Client,
    pub s3: aws_sdk_s3::Client,
}

/// Clients that talk to the double and try nothing twice.
pub fn clients(double: &Double) -> Clients {
    let credentials =
        aws_sdk_s3::config::Credentials::new("AKIADOUBLE", "secret", Some("token".to_owned()), None, "test");
    let config = aws_config::SdkConfig::builder()
        .behavior_version(aws_config::BehaviorVersion::latest())
        .region(aws_config::Region::new("eu-west-1"))
        .credentials_provider(aws_sdk_s3::config::SharedCredentialsProvider::new(credentials))
        .retry_config(aws_config::retry::RetryConfig::disabled())
        .timeout_config(
            aws_config::timeout::TimeoutConfig::builder().operation_attempt_timeout(Duration::from_secs(2)).build(),
        )
        .endpoint_url(double.url())
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .build();
    let s3 = aws_sdk_s3::config::Builder::from(&config).force_path_style(true).build();
    Clients {
        athena: aws_sdk_athena::Client::new(&config),
        glue: aws_sdk_glue::Client::new(&config),
        s3: aws_sdk_s3::Client::from_conf(s3),
    }
}

/// How a statement ended.
pub enum Outcome {
    Done(Box<Answer>),
    Failed(String),
    /// It was not even started.
    Refused(String),
}

/// What a statement gave.
pub struct Answer {
    pub execution: QueryExecution,
    pub results: GetQueryResultsOutput,
}

impl Outcome {
    pub fn done(self) -> Answer {
        match self {
            Self::Done(answer) => *answer,
            Self::Failed(message) | Self::Refused(message) => panic!("{message}"),
        }
    }

    pub fn failed(self) -> String {
        match self {
            Self::Failed(message) => message,
            Self::Refused(message) => panic!("refused: {message}"),
            Self::Done(_) => panic!("it did not fail"),
        }
    }
}

fn cells(row: &Row) -> Vec<String> {
    let cell = |datum: &aws_sdk_athena::types::Datum| datum.var_char_value().unwrap_or("NULL").to_owned();
    row.data().iter().map(cell).collect()
}

impl Answer {
    fn all(&self) -> Vec<Vec<String>> {
        self.results.result_set().map(|set| set.rows().iter().map(cells).collect()).unwrap_or_default()
    }

    pub fn header(&self) -> Vec<String> {
        self.all().first().cloned().unwrap_or_default()
    }

    pub fn rows(&self) -> Vec<Vec<String>> {
        self.all().split_off(1)
    }

    pub fn types(&self) -> Vec<String> {
        let columns = self.results.result_set().and_then(|set| set.result_set_metadata());
        columns
            .map(|set| set.column_info().iter().map(|column| column.r#type().to_owned()).collect())
            .unwrap_or_default()
    }

    pub fn updated(&self) -> i64 {
        self.results.update_count().unwrap_or_default()
    }
}

/// Starts a statement, waits for its end, and fetches what it gave.
pub async fn execute(athena: &aws_sdk_athena::Client, sql: &str) -> Outcome {
    let token = uuid::Uuid::new_v4().to_string();
    let started = athena.start_query_execution().query_string(sql).client_request_token(token).send().await;
    let id = match started {
        Ok(started) => started.query_execution_id().unwrap().to_owned(),
        Err(error) => return Outcome::Refused(error.into_service_error().to_string()),
    };
    loop {
        let execution = athena.get_query_execution().query_execution_id(&id).send().await.unwrap();
        let execution = execution.query_execution.unwrap();
        let status = execution.status().unwrap();
        match status.state().unwrap() {
            QueryExecutionState::Succeeded => {
                let results = athena.get_query_results().query_execution_id(&id).send().await.unwrap();
                return Outcome::Done(Box::new(Answer { execution, results }));
            }
            QueryExecutionState::Queued | QueryExecutionState::Running => {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            _ => return Outcome::Failed(status.state_change_reason().unwrap_or_default().to_owned()),
        }
    }
}

/// Runs a command that has to succeed, and gives what it printed.
pub fn run(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let out = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{command:?}\n{out}\n{}", String::from_utf8_lossy(&output.stderr));
    out.into_owned()
}

/// A Python with these packages, made once, in the target folder.
pub fn python(name: &str, packages: &[&str]) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let (python, done) = (folder.join("bin/python"), folder.join(format!("{}.done", packages.join("_"))));
    if !done.exists() {
        run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&folder));
        run(Command::new(&python).args(["-m", "pip", "install", "--quiet"]).args(packages));
        fs::write(done, "").unwrap();
    }
    python
}
