//! One call, and what GitHub does about it.

use serde_json::{Value, json};

use super::BOT;
use super::http::Request;
use super::openapi;
use super::world::{Comment, State};

/// A request, read.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub method: String,
    pub path: String,
    pub query: Vec<(String, String)>,
    pub body: Value,
    /// All that was sent, for those who look for what must not be in it.
    pub raw: String,
    pub token: Option<String>,
}

impl Call {
    pub(super) fn read(request: &Request) -> Self {
        Self {
            method: request.method.clone(),
            // A GitHub of one's own has its API below a path.
            path: match request.path.strip_prefix("/api/v3") {
                Some(path) => path.to_owned(),
                None => request.path.replace("/api/graphql", "/graphql"),
            },
            query: request.query.clone(),
            body: serde_json::from_slice(&request.body).unwrap_or(Value::Null),
            raw: String::from_utf8_lossy(&request.body).into_owned(),
            token: request.header("authorization").map(str::to_owned),
        }
    }

    fn asked(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The page of a list that is asked for.
    fn page(&self, list: Vec<Value>) -> Value {
        let number = |name: &str, usual: usize| self.asked(name).map_or(usual, |text| text.parse().unwrap());
        let (size, page) = (number("per_page", 30), number("page", 1));
        list.into_iter().skip(size * (page - 1)).take(size).collect()
    }

    fn text(&self, key: &str) -> String {
        self.body[key].as_str().unwrap_or_default().to_owned()
    }
}

/// The status and the body of GitHub's answer.
pub(super) fn carry_out(state: &mut State, call: &Call) -> (u16, Value) {
    if call.path == "/graphql" {
        return graphql(state, call);
    }
    let path = call.path.strip_prefix("/repos/moj/tables/").unwrap_or_default();
    let parts: Vec<&str> = path.split('/').collect();
    let needs = match (call.method.as_str(), parts.first()) {
        ("GET", _) => None,
        (_, Some(&"issues")) => Some("issues"),
        (_, Some(&"check-runs")) => Some("checks"),
        (_, Some(&"deployments")) => Some("deployments"),
        _ => Some("reviews"),
    };
    if needs.is_some_and(|needs| !state.may.contains(needs)) {
        return error(403, "Resource not accessible by integration");
    }
    match (call.method.as_str(), parts.as_slice()) {
        ("GET", ["pulls", "7"]) => {
            let mut value = openapi::example("pull-request");
            value["head"]["sha"] = state.head.as_str().into();
            // GitHub's own example of a team lacks what its description asks for.
            value["requested_teams"] = json!([]);
            (200, value)
        }
        ("GET", ["issues", "7", "comments"]) => {
            (200, call.page(state.comments.iter().map(|comment| state.shown(comment)).collect()))
        }
        ("POST", ["issues", "7", "comments"]) => create_comment(state, call),
        (method, ["issues", "comments", id]) => one_comment(state, call, (method, id)),
        ("POST", ["check-runs"]) => create_check(state, call),
        ("PATCH", ["check-runs", id]) => update_check(state, call, id),
        ("GET", ["check-runs", id]) => match state.checks.iter().find(|known| is_of(known, id)) {
            Some(known) => (200, check(known)),
            None => error(404, "Not Found"),
        },
        ("GET", ["commits", _, "check-runs"]) => {
            let page = call.page(state.checks.iter().map(check).collect());
            (200, json!({"total_count": state.checks.len(), "check_runs": page}))
        }
        ("GET", ["pulls", "7", "comments"]) => (200, call.page(state.review_comments.clone())),
        ("POST", ["pulls", "7", "reviews"]) => review(state, call),
        ("POST", ["deployments"]) => deployment(state, call),
        ("GET", ["deployments"]) => {
            let is_it = |known: &&Value| call.asked("task").is_none_or(|task| known["task"] == task);
            (200, call.page(state.deployments.iter().filter(is_it).cloned().collect()))
        }
        ("POST", ["deployments", id, "statuses"]) => status(state, call, id),
        _ => error(404, "Not Found"),
    }
}

fn error(status: u16, message: &str) -> (u16, Value) {
    (
        status,
        json!({"message": message, "documentation_url": "https://docs.github.com/rest", "status": status.to_string()}),
    )
}

fn graphql(state: &mut State, call: &Call) -> (u16, Value) {
    if call.text("query") != "query { viewer { databaseId login } }" {
        state.wrong.push(format!("unknown GraphQL: {}", call.raw));
    }
    match state.knows_viewer {
        true => (200, json!({"data": {"viewer": {"databaseId": BOT, "login": "github-actions[bot]"}}})),
        false => (200, json!({"data": null, "errors": [{"message": "Resource not accessible by integration"}]})),
    }
}

fn create_comment(state: &mut State, call: &Call) -> (u16, Value) {
    if state.is_locked {
        return error(403, "Unable to create comment because issue is locked.");
    }
    let body = call.text("body");
    if body.chars().count() > 65_536 {
        return error(422, "Validation Failed");
    }
    if let Some(other) = state.comes_before.take() {
        // It begins with the same marker.
        let marker = body.lines().next().unwrap_or_default().to_owned();
        state.add_comment(BOT, &format!("{marker}\n{other}"));
    }
    let comment = Comment { id: state.new_id(), author: BOT, body };
    state.comments.push(comment.clone());
    (201, state.shown(&comment))
}

fn one_comment(state: &mut State, call: &Call, (method, id): (&str, &str)) -> (u16, Value) {
    let Some(at) = state.comments.iter().position(|comment| comment.id.to_string() == id) else {
        return error(404, "Not Found");
    };
    match method {
        "DELETE" => {
            state.comments.remove(at);
            (204, Value::Null)
        }
        "PATCH" if call.text("body").chars().count() > 65_536 => error(422, "Validation Failed"),
        "PATCH" => {
            state.comments[at].body = call.text("body");
            (200, state.shown(&state.comments[at]))
        }
        _ => error(404, "Not Found"),
    }
}

/// A check run as GitHub shows it: without its annotations.
fn check(known: &Value) -> Value {
    let mut value = openapi::example("check-run");
    for key in ["id", "name", "head_sha", "external_id", "conclusion", "status"] {
        value[key] = known[key].clone();
    }
    value["output"]["annotations_count"] = known["annotations"].as_array().map_or(0, Vec::len).into();
    value
}

fn create_check(state: &mut State, call: &Call) -> (u16, Value) {
    let mut known = call.body.clone();
    known["id"] = state.new_id().into();
    known["annotations"] = json!([]);
    state.checks.push(known);
    let id = state.last_id.to_string();
    let (status, value) = update_check(state, call, &id);
    (if status == 200 { 201 } else { status }, value)
}

fn update_check(state: &mut State, call: &Call, id: &str) -> (u16, Value) {
    let Some(at) = state.checks.iter().position(|known| is_of(known, id)) else {
        return error(404, "Not Found");
    };
    let output = &call.body["output"];
    let annotations = output["annotations"].as_array().cloned().unwrap_or_default();
    let is_bad = |annotation: &Value| {
        let is_split = annotation["start_line"] != annotation["end_line"];
        let is_long = annotation["message"].as_str().is_none_or(|text| text.len() > 65_536);
        let is_long = is_long || annotation["title"].as_str().is_some_and(|text| text.chars().count() > 255);
        (is_split && annotation.get("start_column").is_some()) || is_long || annotation["path"] == "refused.sql"
    };
    let is_long = output["summary"].as_str().is_some_and(|text| text.len() > 65_535);
    if annotations.len() > 50 || is_long || annotations.iter().any(is_bad) {
        return error(422, "Invalid request.");
    }
    for key in ["title", "summary"] {
        if let Some(text) = output[key].as_str() {
            state.checks[at]["output"][key] = text.into();
        }
    }
    state.checks[at]["annotations"].as_array_mut().unwrap().extend(annotations);
    (200, check(&state.checks[at]))
}

fn review(state: &mut State, call: &Call) -> (u16, Value) {
    let comments = call.body["comments"].as_array().cloned().unwrap_or_default();
    if comments.len() > 30 || comments.iter().any(|comment| comment["path"] == "refused.sql") {
        return error(422, "Unprocessable Entity");
    }
    for comment in comments {
        let value = state.add_review_comment(BOT, comment["body"].as_str().unwrap());
        value["path"] = comment["path"].clone();
        value["line"] = comment["line"].clone();
    }
    (200, openapi::example("pull-request-review"))
}

fn deployment(state: &mut State, call: &Call) -> (u16, Value) {
    let mut value = openapi::example("deployment");
    value["id"] = state.new_id().into();
    for key in ["task", "environment", "description"] {
        value[key] = call.body[key].clone();
    }
    state.deployments.push(value.clone());
    (201, value)
}

fn status(state: &mut State, call: &Call, id: &str) -> (u16, Value) {
    if !state.deployments.iter().any(|known| is_of(known, id)) {
        return error(404, "Not Found");
    }
    state.statuses.push(call.body.clone());
    (201, openapi::example("deployment-status"))
}

/// Whether something that is kept has this id, as it stands in an address.
fn is_of(known: &Value, id: &str) -> bool {
    known["id"].as_u64().map(|own| own.to_string()).as_deref() == Some(id)
}
