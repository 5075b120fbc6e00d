//! The deployment: GitHub then shows on the pull request that it is deployed to dev, and where to look.
//!
//! Behaviour: GitHub's "REST API endpoints for deployments".

use serde_json::json;

use super::api::Api;
use super::comment::refuse_outdated;
use super::trouble::Trouble;
use super::who::Who;

/// What it takes to make a deployment.
const PERMISSION: &str = "deployments: write";

/// How a deployment ended.
#[derive(Debug, Clone, Copy)]
pub struct Deployment<'d> {
    pub environment: &'d str,
    pub is_good: bool,
    pub words: &'d str,
    /// Where the tables can be looked at.
    pub page: Option<&'d str>,
}

/// Says that the pull request's commit was deployed to this environment, or that it failed to be.
///
/// # Errors
/// When GitHub does not allow it, or cannot be reached.
pub(super) fn post(api: &Api, who: &Who, deployment: &Deployment<'_>) -> Result<(), Trouble> {
    // Of an older commit it would stand above the newer one's.
    refuse_outdated(api, who)?;
    let id = create(api, who, deployment.environment)?;
    let mut status = json!({
        "state": if deployment.is_good { "success" } else { "failure" },
        "log_url": who.run_page(),
        "environment": deployment.environment,
        "description": deployment.words,
    });
    if let Some(page) = deployment.page {
        status["environment_url"] = page.into();
    }
    api.post(&who.way(&format!("deployments/{id}/statuses")), &status, PERMISSION).map(drop)
}

fn create(api: &Api, who: &Who, environment: &str) -> Result<u64, Trouble> {
    // Which attempt it is, so that a deployment that was made though no answer came is known again.
    let task = format!("deploy:cadet.{}.{}", who.run, who.attempt);
    let body = json!({
        "ref": who.head,
        "task": task,
        "environment": environment,
        "description": "cadet",
        "auto_merge": false,
        // The checks are cadet's own: it does not wait for others.
        "required_contexts": [],
        "transient_environment": true,
        "production_environment": false,
    });
    let find = || {
        let way = who.way(&format!("deployments?sha={}&task={task}", who.head));
        Ok(api.pages(&way, "deployments: read", 1)?.into_iter().next())
    };
    let made = api.post_once(&who.way("deployments"), (&body, PERMISSION), find)?;
    made["id"].as_u64().ok_or_else(|| Trouble::Lost("the answer has no id".to_owned()))
}
