//! The check run: a verdict on the commit, with every finding as an annotation on its line.
//!
//! Behaviour: GitHub's "REST API endpoints for check runs": at most 50 annotations in a request, and 65,535 characters of
//! summary. It is made when the run has ended, so that none is left unfinished when a run is killed.

use serde_json::{Value, json};

use super::api::Api;
use super::trouble::Trouble;
use super::who::Who;

/// What it takes to make a check run.
const PERMISSION: &str = "checks: write";

/// The most annotations in one request.
const BATCH: usize = 50;

/// Annotations that nobody knows of are sent so often.
const MOST_TRIES: usize = 3;

/// GitHub keeps no check runs of one name beyond a thousand, so that more pages than these are never needed.
const MOST_PAGES: usize = 10;

/// What a check run says.
#[derive(Debug, Clone, Default)]
pub struct CheckRun {
    /// Beside it GitHub shows whether the check was passed. Each project and target has its own.
    pub name: String,
    /// `success`, `failure` or `cancelled`.
    pub conclusion: &'static str,
    pub title: String,
    /// Markdown, at most 65,535 bytes.
    pub summary: String,
    pub annotations: Vec<Annotation>,
}

/// A finding at its lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Annotation {
    /// From the top of the repository.
    pub path: String,
    /// The first and the last; nothing when the whole file is meant.
    pub lines: Option<(usize, usize)>,
    /// Only of a span on one line.
    pub columns: Option<(usize, usize)>,
    /// `failure`, `warning` or `notice`.
    pub level: &'static str,
    pub title: String,
    pub message: String,
}

/// How far a check run came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Posted {
    pub annotations: usize,
    /// What GitHub did not take.
    pub refused: usize,
    /// Why not all were posted.
    pub trouble: Option<Trouble>,
}

/// Posts the whole check run.
///
/// # Errors
/// When there is no check run at all; then nothing was posted.
pub(super) fn post(api: &Api, who: &Who, run: &CheckRun) -> Result<Posted, Trouble> {
    let id = create(api, who, run)?;
    let way = who.way(&format!("check-runs/{id}"));
    let mut posted = Posted { annotations: 0, refused: 0, trouble: None };
    let mut batches: Vec<&[Annotation]> = run.annotations.chunks(BATCH).rev().collect();
    while let Some(batch) = batches.pop() {
        let annotations: Vec<Value> = batch.iter().map(Annotation::json).collect();
        let output = json!({"title": run.title, "summary": run.summary, "annotations": annotations});
        match add(api, &way, (&json!({"output": output}), posted.annotations)) {
            Ok(()) => posted.annotations += batch.len(),
            Err(Trouble::Refused(_)) if batch.len() > 1 => {
                // One that GitHub does not take keeps out the others of its batch.
                let (first, second) = batch.split_at(batch.len() / 2);
                batches.extend([second, first]);
            }
            Err(Trouble::Refused(_)) => posted.refused += 1,
            Err(trouble) => {
                posted.trouble = Some(trouble);
                break;
            }
        }
    }
    Ok(posted)
}

/// Adds annotations to the `known` ones: again only when the check run does not have them although no answer came.
fn add(api: &Api, way: &str, (body, known): (&Value, usize)) -> Result<(), Trouble> {
    let mut tries = 1;
    loop {
        let Err(trouble) = api.append(way, body, PERMISSION) else { return Ok(()) };
        if !matches!(trouble, Trouble::Lost(_)) || tries == MOST_TRIES || !api.pause() {
            return Err(trouble);
        }
        let run = api.get(way, "checks: read")?;
        let count = run["output"]["annotations_count"].as_u64().and_then(|count| usize::try_from(count).ok());
        match count {
            Some(count) if count > known => return Ok(()),
            Some(_) => tries += 1,
            None => return Err(trouble),
        }
    }
}

/// Makes the check run without annotations; one that was made though no answer came is used.
fn create(api: &Api, who: &Who, run: &CheckRun) -> Result<u64, Trouble> {
    let own = format!("{}.{} {}", who.run, who.attempt, run.name);
    let body = json!({
        "name": run.name,
        "head_sha": who.head,
        "external_id": own,
        "details_url": who.run_page(),
        "status": "completed",
        "conclusion": run.conclusion,
        "output": {"title": run.title, "summary": run.summary},
    });
    let find = || {
        let way = who.way(&format!("commits/{}/check-runs?filter=all", who.head));
        let known = api.pages(&way, "checks: read", MOST_PAGES)?;
        Ok(known.into_iter().find(|run| run["external_id"].as_str() == Some(&own)))
    };
    let made = api.post_once(&who.way("check-runs"), (&body, PERMISSION), find)?;
    made["id"].as_u64().ok_or_else(|| Trouble::Lost("the answer has no id".to_owned()))
}

impl Annotation {
    fn json(&self) -> Value {
        let (start, end) = self.lines.unwrap_or((1, 1));
        let mut value = json!({
            "path": self.path,
            "start_line": start,
            "end_line": end,
            "annotation_level": self.level,
            "title": self.title,
            "message": self.message,
        });
        // GitHub refuses columns of a span over several lines.
        if let Some((first, last)) = self.columns.filter(|_| start == end) {
            value["start_column"] = first.into();
            value["end_column"] = last.into();
        }
        value
    }
}
