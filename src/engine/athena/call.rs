//! One call of a service: held back by its limit, made again when it failed by nobody's fault, and otherwise an error in
//! words.
//!
//! The limits are those that AWS documents for an account, a little below them, and shared by all threads. A service that
//! says *too many* is asked half as often from then on, until it answers again.

use std::future::Future;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};

/// What a call counts towards.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Api {
    /// Beginning queries.
    Start,
    /// Stopping queries: as many at once as can be running.
    Stop,
    /// How a query is doing, and what it gave.
    Poll,
    /// Glue.
    Catalogue,
    /// Listing what is in S3.
    List,
    /// Writing to S3, and deleting there.
    Store,
}

/// Calls in a second, and how many at once.
const LIMITS: [(Api, f64, f64); 6] = [
    (Api::Start, 15.0, 60.0),
    (Api::Stop, 15.0, 70.0),
    (Api::Poll, 80.0, 160.0),
    (Api::Catalogue, 80.0, 80.0),
    (Api::List, 80.0, 80.0),
    (Api::Store, 80.0, 80.0),
];

/// What may become of a failed call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Too many calls.
    Throttled,
    /// Nobody's fault: the network, or the service itself.
    Fault,
    /// It would fail again.
    Refused,
}

/// A call that failed for good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct CallError {
    /// The service's name for what is wrong: `EntityNotFoundException`.
    pub code: String,
    pub message: String,
    kind: Kind,
}

impl CallError {
    /// What a service refused as a part of a call that it carried out.
    pub(super) fn refused(code: &str, message: &str) -> Self {
        Self { code: code.to_owned(), message: message.to_owned(), kind: Kind::Refused }
    }

    pub(super) fn is(&self, code: &str) -> bool {
        self.code == code
    }

    /// Something else is there than what the call was to find.
    pub(super) fn is_taken(&self) -> bool {
        ["PreconditionFailed", "ConditionalRequestConflict"].contains(&self.code.as_str())
    }

    /// The thing that was asked for is not there.
    pub(super) fn is_missing(&self) -> bool {
        ["EntityNotFoundException", "NoSuchKey", "NotFound"].contains(&self.code.as_str())
    }

    /// Whether it is unknown if the call had its effect.
    pub(super) fn is_unknown(&self) -> bool {
        self.kind != Kind::Refused
    }
}

impl std::fmt::Display for CallError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self.message.is_empty(), self.code.is_empty()) {
            (true, _) => f.write_str(&self.code),
            (false, true) => f.write_str(&self.message),
            (false, false) => write!(f, "{}: {}", self.code, self.message),
        }
    }
}

/// How often each kind of call may be made now.
pub(super) struct Calls {
    limits: [(Api, Limit); 6],
    retries: u32,
    /// The longest that one call may take.
    patience: Duration,
    /// For how long a service that has answered before may be gone.
    outage: Duration,
    has_answered: AtomicBool,
}

impl Calls {
    pub(super) fn new(retries: u32, patience: Duration, outage: Duration) -> Self {
        let limits = LIMITS.map(|(api, rate, burst)| (api, Limit::new(rate, burst)));
        Self { limits, retries, patience, outage, has_answered: AtomicBool::new(false) }
    }

    /// Makes a call, again and again while it fails by nobody's fault.
    ///
    /// # Errors
    /// What the service says, when it refuses or goes on failing.
    pub(super) async fn make<T, E, F>(&self, api: Api, call: impl Fn() -> F) -> Result<T, CallError>
    where
        F: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
        E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    {
        let limit = self.limits.iter().find(|(known, _)| *known == api).map(|(_, limit)| limit);
        let (mut tries, began) = (0, Instant::now());
        loop {
            if let Some(limit) = limit {
                tokio::time::sleep(limit.take()).await;
            }
            // The SDK's futures are large, and one waits inside of another: on the heap they do not fill a thread's stack.
            let error = match tokio::time::timeout(self.patience, Box::pin(call())).await {
                Ok(Ok(answer)) => {
                    limit.inspect(|limit| limit.quicken());
                    self.has_answered.store(true, Ordering::Relaxed);
                    return Ok(answer);
                }
                Ok(Err(error)) => read(&error),
                Err(_) => CallError {
                    code: String::new(),
                    message: format!("no answer within {} seconds", self.patience.as_secs_f64()),
                    kind: Kind::Fault,
                },
            };
            if error.kind == Kind::Throttled {
                limit.inspect(|limit| limit.slow());
            }
            // Who cannot reach it at all is told soon; a run that is at work waits until it is there again.
            let waits = self.has_answered.load(Ordering::Relaxed) && began.elapsed() < self.outage;
            if error.kind == Kind::Refused || (tries >= self.retries && !waits) {
                return Err(error);
            }
            tokio::time::sleep(pause(tries)).await;
            tries += 1;
        }
    }
}

/// A time to wait that doubles with each try, somewhere between nothing and all of it.
pub(super) fn pause(tries: u32) -> Duration {
    let most = (100_u64 << tries.min(7)).min(10_000);
    let random = u64::try_from(uuid::Uuid::new_v4().as_u128() & 0xffff).unwrap_or_default();
    Duration::from_millis(most / 4 + most * random / 0x1_0000)
}

fn read<E>(error: &SdkError<E, HttpResponse>) -> CallError
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    let words = || cause(error);
    let Some(service) = error.as_service_error() else {
        let is_own = match error {
            SdkError::ConstructionFailure(_) => true,
            SdkError::DispatchFailure(failure) => failure.is_user(),
            _ => false,
        };
        let kind = if is_own { Kind::Refused } else { Kind::Fault };
        return CallError { code: String::new(), message: words(), kind };
    };
    let status = error.raw_response().map_or(0, |response| response.status().as_u16());
    let code = service.code().unwrap_or_default().to_owned();
    let message = service.message().map_or_else(String::new, str::to_owned);
    let kind = kind(&code, status);
    let message = if code.is_empty() && message.is_empty() { words() } else { message };
    CallError { code, message, kind }
}

/// Why a call was not answered: what is said last is what happened, and what comes before it only where.
fn cause(error: &(dyn std::error::Error + 'static)) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.last().unwrap_or(error).to_string()
}

fn kind(code: &str, status: u16) -> Kind {
    const THROTTLED: [&str; 7] = [
        "ThrottlingException",
        "TooManyRequestsException",
        "Throttling",
        "RequestLimitExceeded",
        "SlowDown",
        "RequestThrottled",
        "ResourceNumberLimitExceededException",
    ];
    const FAULTS: [&str; 6] = [
        "InternalServerException",
        "InternalServiceException",
        "InternalError",
        "OperationTimeoutException",
        "RequestTimeout",
        "ServiceUnavailable",
    ];
    match status {
        _ if THROTTLED.contains(&code) => Kind::Throttled,
        429 | 503 => Kind::Throttled,
        _ if status >= 500 || FAULTS.contains(&code) => Kind::Fault,
        _ => Kind::Refused,
    }
}

/// So many calls in a second.
struct Limit {
    most: f64,
    burst: f64,
    state: Mutex<State>,
}

struct State {
    /// Calls that may be made at once; below zero, those that wait.
    tokens: f64,
    rate: f64,
    at: Instant,
}

impl Limit {
    fn new(most: f64, burst: f64) -> Self {
        Self { most, burst, state: Mutex::new(State { tokens: burst, rate: most, at: Instant::now() }) }
    }

    /// Takes a turn; how long it is until then.
    fn take(&self) -> Duration {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        let gained = now.duration_since(state.at).as_secs_f64() * state.rate;
        state.tokens = (state.tokens + gained).min(self.burst) - 1.0;
        state.at = now;
        Duration::try_from_secs_f64((-state.tokens).max(0.0) / state.rate).unwrap_or_default()
    }

    fn slow(&self) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.rate = (state.rate / 2.0).max(self.most / 20.0);
        state.tokens = state.tokens.min(1.0);
    }

    fn quicken(&self) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.rate = (state.rate * 1.1).min(self.most);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_that_says_too_many_is_asked_less_often() {
        let limit = Limit::new(10.0, 2.0);
        assert_eq!((limit.take(), limit.take()), (Duration::ZERO, Duration::ZERO));
        let third = limit.take();
        assert!(third > Duration::from_millis(50) && third <= Duration::from_millis(100), "{third:?}");
        limit.slow();
        limit.slow();
        assert!((limit.state.lock().unwrap().rate - 2.5).abs() < f64::EPSILON);
        (0..50).for_each(|_| limit.quicken());
        assert!((limit.state.lock().unwrap().rate - 10.0).abs() < f64::EPSILON);
    }

    #[test]
    fn what_is_nobodys_fault_is_tried_again_and_nothing_else() {
        for (code, status, wanted) in [
            ("ThrottlingException", 400, Kind::Throttled),
            ("SlowDown", 503, Kind::Throttled),
            ("", 500, Kind::Fault),
            ("InternalServerException", 400, Kind::Fault),
            ("AccessDeniedException", 400, Kind::Refused),
            ("InvalidRequestException", 400, Kind::Refused),
            ("ExpiredTokenException", 400, Kind::Refused),
            ("ConcurrentModificationException", 400, Kind::Refused),
        ] {
            assert_eq!(kind(code, status), wanted, "{code} {status}");
        }
    }

    #[test]
    fn pauses_grow_and_differ() {
        for tries in 0..10 {
            let most = (100_u64 << tries.min(7)).min(10_000);
            assert!((most / 4..=most * 5 / 4).contains(&u64::try_from(pause(tries).as_millis()).unwrap()));
        }
    }
}
