//! Fixes as suggestions on the changed lines, which the author takes over with one click.
//!
//! Behaviour: GitHub's "REST API endpoints for pull request reviews". All are one review, so that people are told once. Of
//! those that are there already none is made again, and there are never more than [`MOST`] of them.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::api::Api;
use super::comment::{PERMISSION, account, refuse_outdated};
use super::trouble::Trouble;
use super::who::Who;

/// More in one request take GitHub too long.
pub const MOST: usize = 20;

/// By this cadet knows its own suggestions again.
const MARKER: &str = "<!-- cadet:suggestion -->";

/// Comments on lines are looked through this far, a hundred on each page.
const MOST_PAGES: usize = 30;

/// New text for whole lines of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// From the top of the repository.
    pub path: String,
    /// The first line and the last, both of the new file.
    pub lines: (usize, usize),
    /// Markdown: why, and the block with the new lines.
    pub body: String,
}

/// Posts those that are not there yet; says how many.
///
/// # Errors
/// When a newer commit is there, or GitHub does not allow it, or cannot be reached.
pub(super) fn post(api: &Api, who: &Who, wanted: &[Suggestion]) -> Result<usize, Trouble> {
    if wanted.is_empty() {
        return Ok(0);
    }
    refuse_outdated(api, who)?;
    let way = who.way(&format!("pulls/{}", who.number));
    let known = api.pages(&format!("{way}/comments"), "pull-requests: read", MOST_PAGES)?;
    // Anyone may write the marker.
    let account = account(api)?;
    let is_own = |known: &&Value| text(known, "body").starts_with(MARKER) && account.wrote(known);
    let own: Vec<&Value> = known.iter().filter(is_own).collect();
    // A fix that was offered stays offered, wherever its lines are by now.
    let there: BTreeSet<(&str, String)> =
        own.iter().map(|known| (text(known, "path"), plain(text(known, "body")))).collect();
    let is_new = |new: &&Suggestion| !there.contains(&(new.path.as_str(), plain(&new.body())));
    let new: Vec<&Suggestion> = wanted.iter().filter(is_new).take(MOST.saturating_sub(own.len())).collect();
    if new.is_empty() {
        return Ok(0);
    }
    let comments: Vec<Value> = new.iter().map(|new| new.json()).collect();
    let review = json!({"commit_id": who.head, "event": "COMMENT", "comments": comments});
    match api.post(&format!("{way}/reviews"), &review, PERMISSION) {
        Ok(_) => Ok(new.len()),
        // One that GitHub does not take keeps out all others.
        Err(Trouble::Refused(words)) if new.len() > 1 => {
            let alone =
                |new: &&Suggestion| json!({"commit_id": who.head, "event": "COMMENT", "comments": [new.json()]});
            let posted = new.iter().map(|new| api.post(&format!("{way}/reviews"), &alone(new), PERMISSION));
            match posted.filter(Result::is_ok).count() {
                0 => Err(Trouble::Refused(words)),
                count => Ok(count),
            }
        }
        Err(trouble) => Err(trouble),
    }
}

fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value[key].as_str().unwrap_or_default()
}

/// The text without the line breaks that GitHub turns into those of Windows.
fn plain(body: &str) -> String {
    body.replace("\r\n", "\n").trim().to_owned()
}

impl Suggestion {
    fn body(&self) -> String {
        format!("{MARKER}\n{}", self.body)
    }

    fn json(&self) -> Value {
        let (first, last) = self.lines;
        let mut value = json!({"path": self.path, "line": last, "side": "RIGHT", "body": self.body()});
        if first < last {
            value["start_line"] = first.into();
            value["start_side"] = "RIGHT".into();
        }
        value
    }
}
