//! One answer of GitHub's API: its status, what it says of limits, and its JSON.
//!
//! Behaviour: GitHub's "Rate limits for the REST API" and "Troubleshooting the REST API".

use std::time::Duration;

use serde_json::Value;

use super::trouble::Trouble;
use crate::report::escape::{clean_path, cut};

/// What GitHub asks to wait when it does not say how long.
const USUAL_WAIT: Duration = Duration::from_secs(60);

/// An answer as it came.
#[derive(Debug, Default)]
pub(super) struct Answer {
    pub status: u16,
    /// Seconds, of the header `retry-after`.
    pub retry_after: Option<u64>,
    /// Of `x-ratelimit-remaining`.
    pub remaining: Option<u64>,
    /// Of `x-ratelimit-reset`: seconds since 1970.
    pub reset: Option<u64>,
    pub text: String,
}

/// What follows from an answer.
#[derive(Debug)]
pub(super) enum Verdict {
    Done(Value),
    /// It was not done; again after this time.
    Wait(Duration),
    /// Nobody knows whether it was done.
    Unknown(String),
    Failed(Trouble),
}

impl Answer {
    /// `needs` is the permission without which this call is forbidden. `now` is in seconds since 1970.
    pub(super) fn verdict(&self, needs: &'static str, now: u64) -> Verdict {
        let json: Option<Value> = serde_json::from_str(&self.text).ok();
        let words = || {
            let said = json.as_ref().and_then(|json| json["message"].as_str()).unwrap_or_default();
            cut(&clean_path(said), 300).into_owned()
        };
        let is_limit = self.retry_after.is_some() || self.remaining == Some(0) || words().contains("rate limit");
        match self.status {
            204 => Verdict::Done(Value::Null),
            // A proxy's page instead of an answer is no answer.
            200..300 => json.map_or_else(|| Verdict::Unknown("the answer is no JSON".to_owned()), Verdict::Done),
            429 => Verdict::Wait(self.wait(now)),
            403 if is_limit => Verdict::Wait(self.wait(now)),
            401 => Verdict::Failed(Trouble::Revoked),
            403 if words().to_lowercase().contains("locked") => Verdict::Failed(Trouble::Locked),
            403 => Verdict::Failed(Trouble::Forbidden(needs)),
            404 | 410 => Verdict::Failed(Trouble::Missing),
            408 | 500.. => Verdict::Unknown(format!("it answers with status {}", self.status)),
            _ => Verdict::Failed(Trouble::Refused(self.refusal(&words(), json.as_ref()))),
        }
    }

    /// GitHub's words with the first of its reasons.
    fn refusal(&self, words: &str, json: Option<&Value>) -> String {
        let first = json.and_then(|json| json["errors"].get(0));
        let reason = first.and_then(|first| first.as_str().or_else(|| first["message"].as_str()));
        let reason = reason.map_or_else(String::new, |reason| format!(" ({})", cut(&clean_path(reason), 300)));
        format!("{words}{reason}, status {}", self.status)
    }

    fn wait(&self, now: u64) -> Duration {
        let until_reset =
            || self.reset.filter(|_| self.remaining == Some(0)).map(|reset| reset.saturating_sub(now) + 1);
        self.retry_after.or_else(until_reset).map_or(USUAL_WAIT, Duration::from_secs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, text: &str) -> Answer {
        Answer { status, text: text.to_owned(), ..Answer::default() }
    }

    #[test]
    fn limits_are_waited_for_as_long_as_github_says() {
        let wait = |answer: Answer| match answer.verdict("x", 1_000) {
            Verdict::Wait(time) => time.as_secs(),
            other => panic!("{other:?}"),
        };
        assert_eq!(wait(Answer { retry_after: Some(7), ..answer(403, "{}") }), 7);
        assert_eq!(wait(Answer { remaining: Some(0), reset: Some(1_040), ..answer(403, "{}") }), 41);
        assert_eq!(wait(answer(403, r#"{"message":"You have exceeded a secondary rate limit"}"#)), 60);
        assert_eq!(wait(answer(429, "")), 60);
    }

    #[test]
    fn what_is_no_json_is_no_answer() {
        assert!(matches!(answer(200, "<html>").verdict("x", 0), Verdict::Unknown(_)));
        assert!(matches!(answer(502, "<html>").verdict("x", 0), Verdict::Unknown(_)));
    }

    #[test]
    fn refusals_have_githubs_words() {
        let text = r#"{"message":"Validation Failed","errors":[{"message":"line must be part of the diff"}]}"#;
        let Verdict::Failed(trouble) = answer(422, text).verdict("x", 0) else { panic!() };
        assert_eq!(
            trouble.to_string(),
            "GitHub refuses it: Validation Failed (line must be part of the diff), status 422"
        );
    }
}
