//! The double's queries, through the SDK's client: how they are started, asked after, stopped, and counted.

use std::time::Duration;

use aws_sdk_athena::Client;
use aws_sdk_athena::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_athena::types::QueryExecution;

use crate::double::athena::plan::Course;
use crate::double::athena::queries::Workgroup;
use crate::double::athena::query::Failed;
use crate::double::{BUCKET, Double};
use crate::support::{clients, execute};

fn token() -> String {
    uuid::Uuid::new_v4().to_string()
}

async fn start(athena: &Client, sql: &str) -> String {
    let started = athena.start_query_execution().query_string(sql).client_request_token(token()).send().await.unwrap();
    started.query_execution_id.unwrap()
}

async fn poll(athena: &Client, id: &str) -> QueryExecution {
    athena.get_query_execution().query_execution_id(id).send().await.unwrap().query_execution.unwrap()
}

async fn state(athena: &Client, id: &str) -> String {
    poll(athena, id).await.status().unwrap().state().unwrap().as_str().to_owned()
}

fn code<E: ProvideErrorMetadata>(
    result: Result<impl Sized, SdkError<E, aws_sdk_s3::config::http::HttpResponse>>,
) -> (String, String) {
    let Err(error) = result else { panic!("it was not refused") };
    (error.code().unwrap_or_default().to_owned(), error.message().unwrap_or_default().to_owned())
}

#[tokio::test]
async fn one_token_starts_one_query() {
    let double = Double::start();
    let athena = clients(&double).athena;
    let token = token();
    let start = |sql: &str| athena.start_query_execution().query_string(sql).client_request_token(&token);
    let first = start("select 1 as a").send().await.unwrap().query_execution_id.unwrap();
    let second = start("select 1 as a").send().await.unwrap().query_execution_id.unwrap();
    assert_eq!((first == second, double.all_queries().len()), (true, 1));
    let other = code(start("select 2 as a").send().await);
    assert_eq!(other, ("InvalidRequestException".to_owned(), "Idempotent parameters do not match".to_owned()));
}

#[tokio::test]
async fn what_cannot_be_started_is_refused_at_once() {
    let double = Double::start();
    let athena = clients(&double).athena;
    let start = |sql: &str| athena.start_query_execution().query_string(sql).client_request_token(token());
    let long = format!("select '{}' as a", "x".repeat(262_144));
    assert_eq!(code(start(&long).send().await).0, "InvalidRequestException");
    let none = start("select 1 as a").work_group("none").send().await;
    assert_eq!(code(none).1, "WorkGroup none is not found.");
    assert_eq!(
        code(start("selec 1").send().await).1,
        "line 1:1: mismatched input 'selec'. Expecting: 'ALTER', 'CREATE', <query>"
    );
    double.add_workgroup("bare", Workgroup::default());
    let bare = start("select 1 as a").work_group("bare").send().await;
    assert!(code(bare).1.starts_with("No output location provided."));
    double.most_live_queries(1);
    double.course("", Course::ends_at_poll(2));
    start("select 1 as a").send().await.unwrap();
    assert_eq!(code(start("select 2 as a").send().await).0, "TooManyRequestsException");
}

#[tokio::test]
async fn a_query_goes_through_its_states_by_the_clock() {
    let double = Double::start();
    let athena = clients(&double).athena;
    double.speed(1000.0);
    let course = Course::runs(Duration::from_secs(300)).queued(Duration::from_secs(200));
    double.course("select 1", course);
    let id = start(&athena, "select 1 as a").await;
    let mut states = vec![state(&athena, &id).await];
    while states.last().unwrap() != "SUCCEEDED" {
        tokio::time::sleep(Duration::from_millis(10)).await;
        states.push(state(&athena, &id).await);
    }
    states.dedup();
    assert_eq!(states, ["QUEUED", "RUNNING", "SUCCEEDED"]);
    let statistics = poll(&athena, &id).await.statistics.unwrap();
    assert_eq!(statistics.query_queue_time_in_millis(), Some(200_000));
    assert_eq!(statistics.engine_execution_time_in_millis(), Some(300_000));
}

#[tokio::test]
async fn a_query_that_is_stopped_has_no_effect() {
    let double = Double::start();
    let athena = clients(&double).athena;
    execute(&athena, "create schema d").await.done();
    double.course("create table", Course::ends_at_poll(3));
    let create = |name: &str| {
        format!("create table d.{name} with (external_location = 's3://{BUCKET}/{name}') as select 1 as a")
    };
    let id = start(&athena, &create("t")).await;
    assert_eq!(state(&athena, &id).await, "RUNNING");
    assert_eq!(double.live_queries().len(), 1);
    let early = athena.get_query_results().query_execution_id(&id).send().await;
    assert_eq!(code(early).1, "Query has not yet finished. Current state: RUNNING");
    athena.stop_query_execution().query_execution_id(&id).send().await.unwrap();
    assert_eq!(state(&athena, &id).await, "CANCELLED");
    assert_eq!((double.tables().len(), double.objects("s3://mojap").len()), (0, 0));
    // Athena leaves the files of a statement that it had begun to write.
    double.course("create table", Course::ends_at_poll(3).leaving_files());
    let id = start(&athena, &create("u")).await;
    athena.stop_query_execution().query_execution_id(&id).send().await.unwrap();
    assert_eq!((double.tables().len(), double.objects("s3://mojap").len()), (0, 1));
    // One that nobody asks after ends all the same, and stopping it then changes nothing.
    let id = start(&athena, &create("v")).await;
    double.let_queries_end();
    athena.stop_query_execution().query_execution_id(&id).send().await.unwrap();
    assert_eq!(state(&athena, &id).await, "SUCCEEDED");
    assert_eq!(double.tables().keys().collect::<Vec<_>>(), ["d.v"]);
}

#[tokio::test]
async fn a_query_says_what_it_read_and_wrote() {
    let double = Double::start();
    let athena = clients(&double).athena;
    execute(&athena, "create schema d").await.done();
    let create = format!(
        "create table d.t with (external_location = 's3://{BUCKET}/t') as select n from unnest(sequence(1, 1500)) as u (n)"
    );
    execute(&athena, &create).await.done();
    let size = double
        .stored()
        .into_iter()
        .filter(|(address, _)| address.contains("/t/"))
        .map(|(_, object)| object.size)
        .sum::<u64>();
    let answer = execute(&athena, "select * from d.t").await.done();
    let statistics = answer.execution.statistics().unwrap();
    assert_eq!(statistics.data_scanned_in_bytes(), Some(i64::try_from(size).unwrap()));
    let id = answer.execution.query_execution_id().unwrap();
    let runtime = athena.get_query_runtime_statistics().query_execution_id(id).send().await.unwrap();
    let rows = runtime.query_runtime_statistics.unwrap().rows.unwrap();
    assert_eq!((rows.input_rows(), rows.output_rows()), (Some(1500), Some(1500)));
    // A thousand rows make a page, the names of the columns among them.
    let next = answer.results.next_token().unwrap();
    let second = athena.get_query_results().query_execution_id(id).next_token(next).send().await.unwrap();
    assert_eq!(answer.results.result_set().unwrap().rows().len(), 1000);
    assert_eq!(second.result_set().unwrap().rows().len(), 501);
    assert_eq!(second.next_token(), None);
}

#[tokio::test]
async fn a_query_fails_as_a_test_wants_it() {
    let double = Double::start();
    let athena = clients(&double).athena;
    execute(&athena, "create schema d").await.done();
    double.course("create table d.t", Course::fails(Failed::exhausted()).leaving_files().times(1));
    let create = format!("create table d.t with (external_location = 's3://{BUCKET}/t') as select 1 as a");
    let id = start(&athena, &create).await;
    let status = poll(&athena, &id).await.status.unwrap();
    let error = status.athena_error().unwrap();
    assert_eq!((error.error_category(), error.error_type(), error.retryable()), (Some(2), Some(0), false));
    assert!(
        error
            .error_message()
            .unwrap()
            .starts_with("Query exhausted resources at this scale factor. If a data manifest file")
    );
    assert_eq!((double.tables().len(), double.objects("s3://mojap").len()), (0, 1));
    assert!(execute(&athena, &create).await.failed().starts_with("HIVE_PATH_ALREADY_EXISTS"));
}

#[tokio::test]
async fn a_workgroup_may_have_the_last_word_on_places() {
    let double = Double::start();
    let athena = clients(&double).athena;
    let output = Some("s3://dbt-query-dump/own/".to_owned());
    double.add_workgroup("strict", Workgroup { output, enforces: true });
    let found = athena.get_work_group().work_group("strict").send().await.unwrap().work_group.unwrap();
    assert_eq!(found.configuration().unwrap().enforce_work_group_configuration(), Some(true));
    execute(&athena, "create schema d").await.done();
    let create = format!("create table d.t with (external_location = 's3://{BUCKET}/t') as select 1 as a");
    let started =
        athena.start_query_execution().query_string(create).work_group("strict").client_request_token(token());
    let id = started.send().await.unwrap().query_execution_id.unwrap();
    let status = poll(&athena, &id).await.status.unwrap();
    assert!(status.state_change_reason().unwrap().contains("enforces a centralized output location"));
}

#[tokio::test]
async fn many_queries_run_at_once_and_the_largest_number_is_known() {
    let double = Double::start();
    let athena = clients(&double).athena;
    double.speed(1000.0);
    double.course("select", Course::runs(Duration::from_secs(200)));
    let queries = (0..20).map(|number| {
        let athena = athena.clone();
        tokio::spawn(async move { execute(&athena, &format!("select {number} as n")).await.done().rows() })
    });
    let mut found = Vec::new();
    for query in queries.collect::<Vec<_>>() {
        found.push(query.await.unwrap()[0][0].clone());
    }
    assert_eq!(found, (0..20).map(|number: u32| number.to_string()).collect::<Vec<_>>());
    let peak = double.most_queries_at_once();
    assert!((2..=20).contains(&peak), "{peak}");
    assert!(double.live_queries().is_empty());
    assert!(double.most_within_a_second("StartQueryExecution") >= peak);
}

#[tokio::test]
async fn of_two_writes_of_an_iceberg_table_the_second_is_a_conflict() {
    let double = Double::start();
    let athena = clients(&double).athena;
    execute(&athena, "create schema d").await.done();
    let create = format!(
        "create table d.t with (table_type = 'iceberg', is_external = false, location = 's3://{BUCKET}/t') as select 1 as a"
    );
    execute(&athena, &create).await.done();
    double.course("insert into d.t", Course::fails(Failed::commit_conflict("d.t")).leaving_files().times(1));
    let insert = "insert into d.t select 2 as a";
    let id = start(&athena, insert).await;
    let status = poll(&athena, &id).await.status.unwrap();
    let error = status.athena_error().unwrap();
    assert_eq!(
        (error.error_type(), status.state_change_reason().unwrap().starts_with("ICEBERG_COMMIT_ERROR")),
        (Some(233), true)
    );
    // The files that it left are no part of the table.
    assert_eq!((double.objects(&format!("s3://{BUCKET}/t/data/")).len(), double.rows("d.t").unwrap().len()), (2, 1));
    execute(&athena, insert).await.done();
    assert_eq!(double.rows("d.t").unwrap().len(), 2);
}

#[test]
fn writes_of_an_iceberg_table_at_once_lose_nothing() {
    let double = Double::start();
    double.run("create schema d").unwrap();
    let create = format!(
        "create table d.t with (table_type = 'iceberg', is_external = false, location = 's3://{BUCKET}/t') as select 1 as a"
    );
    double.run(&create).unwrap();
    let ends: Vec<Result<_, String>> = std::thread::scope(|scope| {
        let insert = || double.run("insert into d.t select 2 as a");
        let writers: Vec<_> = (0..6).map(|_| scope.spawn(insert)).collect();
        writers.into_iter().map(|writer| writer.join().unwrap()).collect()
    });
    let done = ends.iter().filter(|end| end.is_ok()).count();
    assert_eq!(double.rows("d.t").unwrap().len(), 1 + done);
    for refused in ends.into_iter().filter_map(Result::err) {
        assert!(
            refused.starts_with("ICEBERG_COMMIT_ERROR: Failed to commit Iceberg update to table: d.t"),
            "{refused}"
        );
    }
}
