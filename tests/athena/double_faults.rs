//! What goes wrong on the way, as the SDK's clients see it; and what a test may do at a moment of a call.

use std::sync::{Arc, Mutex};

use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::primitives::ByteStream;

use crate::double::faults::{Calls, Fault, Planned, Side, Times};
use crate::double::hooks::Moment;
use crate::double::{BUCKET, Double};
use crate::support::{clients, execute};

/// What a caller sees of a fault: the code of the error, or the kind of it.
fn told<E: ProvideErrorMetadata>(
    result: Result<impl Sized, SdkError<E, aws_sdk_s3::config::http::HttpResponse>>,
) -> String {
    match result {
        Ok(_) => "done".to_owned(),
        Err(SdkError::ServiceError(error)) => error.err().code().unwrap_or("no code").to_owned(),
        Err(SdkError::TimeoutError(_)) => "time-out".to_owned(),
        Err(SdkError::DispatchFailure(_)) => "connection lost".to_owned(),
        Err(SdkError::ResponseError(_)) => "answer cut".to_owned(),
        Err(_) => "other".to_owned(),
    }
}

#[tokio::test]
async fn each_fault_looks_as_it_does_in_each_service() {
    let expected = [
        (Fault::Throttle, "SlowDown", "ThrottlingException", "ThrottlingException"),
        (Fault::Internal, "InternalError", "InternalServiceException", "InternalServerException"),
        (Fault::Unavailable, "ServiceUnavailable", "ServiceUnavailableException", "ServiceUnavailableException"),
        (Fault::TimeOut, "time-out", "time-out", "time-out"),
        (Fault::Reset, "connection lost", "connection lost", "connection lost"),
        (Fault::CutBody, "done", "answer cut", "answer cut"),
        (Fault::ExpiredToken, "ExpiredToken", "ExpiredTokenException", "ExpiredTokenException"),
        (Fault::AccessDenied, "AccessDenied", "AccessDeniedException", "AccessDeniedException"),
    ];
    let double = Double::start();
    let clients = clients(&double);
    double.put_object(&format!("s3://{BUCKET}/a"), b"some text");
    for (fault, s3, glue, athena) in expected {
        double.clear_faults();
        double.inject(Planned { calls: Calls::Every, fault, side: Side::BeforeEffect, times: Times::Forever });
        assert_eq!(told(clients.s3.get_object().bucket(BUCKET).key("a").send().await), s3, "{fault:?}");
        assert_eq!(told(clients.glue.get_databases().send().await), glue, "{fault:?}");
        assert_eq!(told(clients.athena.get_work_group().work_group("primary").send().await), athena, "{fault:?}");
    }
    // An object's bytes are read after the head of the answer.
    double.clear_faults();
    double.inject(Planned { calls: Calls::Every, fault: Fault::CutBody, side: Side::AfterEffect, times: Times::Once });
    let got = clients.s3.get_object().bucket(BUCKET).key("a").send().await.unwrap();
    assert!(got.body.collect().await.is_err());
}

#[tokio::test]
async fn a_fault_comes_before_or_after_the_effect() {
    let double = Double::start();
    let s3 = clients(&double).s3;
    for fault in Fault::ALL {
        for (side, found) in [(Side::BeforeEffect, 0), (Side::AfterEffect, 1)] {
            double.inject(Planned { calls: Calls::EachOf("PutObject"), fault, side, times: Times::Once });
            let put = s3.put_object().bucket(BUCKET).key("a").body(ByteStream::from_static(b"x"));
            drop(put.send().await);
            // What is cut is the answer: the effect was there.
            let found = if fault == Fault::CutBody { 1 } else { found };
            assert_eq!(double.objects("s3://mojap").len(), found, "{fault:?} {side:?}");
            if found == 1 {
                double.delete_object(&format!("s3://{BUCKET}/a"));
            }
        }
    }
}

#[tokio::test]
async fn a_fault_comes_at_its_call_once_or_from_then_on() {
    let double = Double::start();
    let glue = clients(&double).glue;
    let fault = Fault::Internal;
    let times = |times| Planned { calls: Calls::NthOf("GetDatabases", 2), fault, side: Side::BeforeEffect, times };
    for (planned, expected) in [
        (times(Times::Once), ["done", "InternalServiceException", "done", "done"]),
        (
            times(Times::Forever),
            ["done", "InternalServiceException", "InternalServiceException", "InternalServiceException"],
        ),
        (
            Planned { calls: Calls::Number(3), ..times(Times::Once) },
            ["done", "done", "InternalServiceException", "done"],
        ),
    ] {
        double.clear_faults();
        double.forget_calls();
        double.inject(planned.clone());
        for expected in expected {
            assert_eq!(told(glue.get_databases().send().await), expected, "{planned:?}");
        }
    }
}

#[tokio::test]
async fn calls_that_come_too_fast_are_throttled() {
    let double = Double::start();
    let glue = clients(&double).glue;
    double.most_per_second("GetDatabases", 3);
    let mut told_all = Vec::new();
    for _ in 0..5 {
        told_all.push(told(glue.get_databases().send().await));
    }
    assert_eq!(told_all, ["done", "done", "done", "ThrottlingException", "ThrottlingException"]);
    assert_eq!(double.most_within_a_second("GetDatabases"), 5);
    let statuses: Vec<Option<u16>> = double.calls().iter().map(|call| call.status).collect();
    assert_eq!(statuses, [Some(200), Some(200), Some(200), Some(400), Some(400)]);
}

#[tokio::test]
async fn a_test_looks_at_the_tables_at_every_moment_of_a_call() {
    let double = Double::start();
    let athena = clients(&double).athena;
    execute(&athena, "create schema d").await.done();
    double.forget_calls();
    let seen = Arc::new(Mutex::new(Vec::new()));
    for moment in [Moment::Before, Moment::InsteadOfReply, Moment::AfterReply] {
        let seen = Arc::clone(&seen);
        double.on_call(1, moment, move |world| {
            let rows = world.rows("d.t").map_or_else(|error| error, |rows| format!("{} rows", rows.len()));
            seen.lock().unwrap().push(format!("{moment:?}: {rows}"));
        });
    }
    let counted = Arc::new(Mutex::new(0));
    let own = Arc::clone(&counted);
    double.on_every_call(Moment::Before, move |_, _| *own.lock().unwrap() += 1);
    execute(&athena, "create table d.t as select 1 as a").await.done();
    assert_eq!(
        *seen.lock().unwrap(),
        [
            "Before: TABLE_NOT_FOUND: line 1:15: Table 'awsdatacatalog.d.t' does not exist",
            "InsteadOfReply: 1 rows",
            "AfterReply: 1 rows",
        ]
    );
    assert_eq!(*counted.lock().unwrap(), double.calls().len());
}
