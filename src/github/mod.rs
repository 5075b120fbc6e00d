//! GitHub's API: a report in, posted on the pull request, and what could not be posted out, in words.
//!
//! Nothing here can fail a run. What is not posted is said, with the permission that is missing and with where the same is
//! to be read instead: the job's summary, which needs no permission.

mod answer;
mod api;
mod check_run;
mod comment;
mod deployment;
mod live;
mod suggestion;
mod trouble;
mod who;

use std::time::Duration;

use api::Api;
use comment::Sticky;

pub use check_run::{Annotation, CheckRun, Posted};
pub use deployment::Deployment;
pub use live::Live;
pub use suggestion::{MOST as MOST_SUGGESTIONS, Suggestion};
pub use trouble::Trouble;
pub use who::Who;

use crate::settings::Environment;

/// How long is waited in all when GitHub asks for it.
const PATIENCE: Duration = Duration::from_secs(150);

/// The same while the run goes on: the end matters more.
const SHORT_PATIENCE: Duration = Duration::from_secs(5);

/// A pull request's page, as cadet writes on it.
pub struct Desk {
    api: Api,
    pub who: Who,
    sticky: Sticky,
    /// The comment is beyond cadet's reach, so that it is left alone until the end of the run.
    is_out_of_reach: bool,
}

impl Desk {
    /// Prepares to write on the page of the pull request that the workflow runs for; nothing is sent yet. The comment begins
    /// with `marker`.
    ///
    /// # Errors
    /// In words, when there is no pull request, no token, or no way to GitHub.
    pub fn open(env: &Environment, token: Option<&str>, marker: &str) -> Result<Self, String> {
        let who = Who::of(env)?;
        let missing = "the step has no GITHUB_TOKEN: give it `env: GITHUB_TOKEN: ${{ github.token }}`";
        let token = token.ok_or(missing)?;
        let api = Api::new(&who.api, token, (PATIENCE, haste(env)))?;
        Ok(Self { api, who, sticky: Sticky::new(marker), is_out_of_reach: false })
    }

    /// Makes the comment say this, while the run goes on.
    pub fn comment(&mut self, text: &str) {
        if self.is_out_of_reach {
            return;
        }
        let (api, who, sticky) = (&self.api, &self.who, &mut self.sticky);
        match api.briefly(SHORT_PATIENCE, || sticky.say(api, who, text)) {
            Ok(()) => {}
            // It may be better next time.
            Err(Trouble::Lost(_) | Trouble::Busy(_)) => {}
            Err(_) => self.is_out_of_reach = true,
        }
    }

    /// Makes the comment say this at the end of the run; returns its page.
    ///
    /// # Errors
    /// When there is no comment that says this.
    pub fn last_comment(&mut self, text: &str) -> Result<Option<String>, Trouble> {
        // What stood in the way while the run went on may be over by now.
        let mut said = self.sticky.say_at_last(&self.api, &self.who, text);
        if said == Err(Trouble::Missing) && self.api.wait(comment::BETWEEN_LOOKS) {
            said = self.sticky.say_at_last(&self.api, &self.who, text);
        }
        said.map(|()| self.sticky.url.clone())
    }

    /// Posts the check run with its annotations.
    ///
    /// # Errors
    /// When nothing of it was posted.
    pub fn check_run(&self, run: &CheckRun) -> Result<Posted, Trouble> {
        check_run::post(&self.api, &self.who, run)
    }

    /// Posts suggestions that are not there yet; says how many.
    ///
    /// # Errors
    /// When none was posted that should have been.
    pub fn suggest(&self, suggestions: &[Suggestion]) -> Result<usize, Trouble> {
        suggestion::post(&self.api, &self.who, suggestions)
    }

    /// Says how the deployment to an environment ended.
    ///
    /// # Errors
    /// When GitHub does not show it.
    pub fn deployment(&self, deployment: &Deployment<'_>) -> Result<(), Trouble> {
        deployment::post(&self.api, &self.who, deployment)
    }

    /// From here on hardly anything is waited for: someone asked cadet to stop.
    pub fn hurry(&self) {
        self.api.hurry();
    }

    /// So many times faster than it is goes the time between two edits by.
    pub fn haste(&self) -> u32 {
        self.api.haste()
    }
}

#[cfg(debug_assertions)]
fn haste(env: &Environment) -> u32 {
    env.haste.as_ref().and_then(|text| text.parse().ok()).unwrap_or(1).max(1)
}

#[cfg(not(debug_assertions))]
fn haste(_: &Environment) -> u32 {
    1
}
