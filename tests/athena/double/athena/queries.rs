//! The queries of the account, with the tokens that started them.

use std::collections::BTreeMap;
use std::time::Instant;

use serde_json::Value;

use super::plan::{Course, Courses};
use super::query::{Failed, Query, State};
use crate::double::error::Refusal;

/// A workgroup.
#[derive(Debug, Clone, Default)]
pub struct Workgroup {
    /// Where results go if the caller does not say, or may not say.
    pub output: Option<String>,
    /// What the caller says of the output location is ignored.
    pub enforces: bool,
}

/// All queries.
#[derive(Debug, Default)]
pub struct Queries {
    pub by_id: BTreeMap<String, Query>,
    /// The ids in the order in which they began.
    pub order: Vec<String>,
    tokens: BTreeMap<String, String>,
    pub courses: Courses,
    /// The course of each query that is under way.
    pub under_way: BTreeMap<String, Course>,
    pub workgroups: BTreeMap<String, Workgroup>,
    /// More live queries than this are refused.
    pub most_live: Option<usize>,
    /// The largest number of queries that were live at once.
    pub peak: usize,
}

impl Queries {
    pub fn get(&self, id: &str) -> Result<&Query, Refusal> {
        self.by_id.get(id).ok_or_else(|| {
            Refusal::bad("InvalidRequestException", format!("QueryExecution {id} was not found"))
                .with("AthenaErrorCode", "INVALID_INPUT")
        })
    }

    pub fn live(&self) -> usize {
        self.by_id.values().filter(|query| query.state.is_live()).count()
    }

    /// The query that this token started, if it started one with the same input.
    pub fn of_token(&self, input: &Value) -> Result<Option<&Query>, Refusal> {
        let token = input["ClientRequestToken"].as_str().unwrap_or_default();
        if !(32..=128).contains(&token.len()) {
            let message = "Value at 'clientRequestToken' failed to satisfy constraint: Member must have length greater \
                           than or equal to 32";
            return Err(invalid(message));
        }
        let known = self.tokens.get(token).and_then(|id| self.by_id.get(id));
        match known {
            Some(query) if query.input != *input => {
                Err(invalid("Idempotent parameters do not match").with("AthenaErrorCode", "IDEMPOTENT_PARAMETERS"))
            }
            known => Ok(known),
        }
    }

    pub fn begin(&mut self, query: Query, course: Course) {
        if let Some(token) = query.input["ClientRequestToken"].as_str() {
            self.tokens.insert(token.to_owned(), query.id.clone());
        }
        self.order.push(query.id.clone());
        self.under_way.insert(query.id.clone(), course);
        self.by_id.insert(query.id.clone(), query);
        self.peak = self.peak.max(self.live());
    }

    /// Ends a query that is still live.
    pub fn end(&mut self, id: &str, error: Option<Failed>) {
        let Some(query) = self.by_id.get_mut(id).filter(|query| query.state.is_live()) else { return };
        query.state = if error.is_some() { State::Failed } else { State::Succeeded };
        query.reason = error.as_ref().map(|error| error.message.clone());
        query.error = error;
        query.completed = Some(jiff::Timestamp::now());
        query.ended = Some(Instant::now());
        self.under_way.remove(id);
    }

    /// Stops a query that is still live; one that has ended stays as it is.
    pub fn stop(&mut self, id: &str) -> Result<(), Refusal> {
        self.get(id)?;
        let Some(query) = self.by_id.get_mut(id).filter(|query| query.state.is_live()) else { return Ok(()) };
        query.state = State::Cancelled;
        query.reason = Some("Query cancelled by user".to_owned());
        query.completed = Some(jiff::Timestamp::now());
        query.ended = Some(Instant::now());
        Ok(())
    }
}

pub fn invalid(message: impl Into<String>) -> Refusal {
    Refusal::bad("InvalidRequestException", message)
}
