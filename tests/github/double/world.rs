//! What the double holds, and how a request is answered.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};

use super::BOT;
use super::calls::{self, Call};
use super::http::{Reply, Request};
use super::openapi;

/// A repository with one pull request.
pub(crate) struct State {
    /// The commit that the pull request ends in.
    pub head: String,
    pub comments: Vec<Comment>,
    /// Check runs, each with all of its annotations.
    pub checks: Vec<Value>,
    pub review_comments: Vec<Value>,
    pub deployments: Vec<Value>,
    pub statuses: Vec<Value>,
    /// What the token may do: `issues`, `checks`, `reviews`, `deployments`.
    pub may: BTreeSet<&'static str>,
    pub is_locked: bool,
    /// What another run says in a comment that it makes a moment before this one.
    pub comes_before: Option<String>,
    /// Whether GraphQL says whose token it is.
    pub knows_viewer: bool,
    pub faults: Vec<Fault>,
    /// Every call, in its order.
    pub calls: Vec<Call>,
    /// What is not as GitHub describes it.
    pub wrong: Vec<String>,
    pub(super) last_id: u64,
}

/// A comment of the pull request.
#[derive(Debug, Clone)]
pub(crate) struct Comment {
    pub id: u64,
    pub author: u64,
    pub body: String,
}

/// Calls that end otherwise than they should.
pub(crate) struct Fault {
    pub method: &'static str,
    pub path: &'static str,
    pub how: How,
    pub times: usize,
}

/// How such a call ends.
#[derive(Clone)]
pub(crate) enum How {
    /// It is not carried out, and answered with this status, these headers and this body.
    Refused(u16, Vec<(&'static str, String)>, &'static str),
    /// It is not carried out, and the connection ends.
    Cut,
    /// It is carried out, and the connection ends.
    Lost,
    /// It is not carried out, and nothing comes back.
    Silent,
}

/// What comes back to the client.
pub(super) enum Ending {
    Reply(Reply),
    Close,
    Silence,
}

pub(super) struct World {
    state: Mutex<State>,
}

impl World {
    pub(super) fn new(head: &str) -> Self {
        let state = State {
            head: head.to_owned(),
            comments: Vec::new(),
            checks: Vec::new(),
            review_comments: Vec::new(),
            deployments: Vec::new(),
            statuses: Vec::new(),
            may: BTreeSet::from(["issues", "checks", "reviews", "deployments"]),
            is_locked: false,
            comes_before: None,
            knows_viewer: true,
            faults: Vec::new(),
            calls: Vec::new(),
            wrong: Vec::new(),
            last_id: 100,
        };
        Self { state: Mutex::new(state) }
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn answer(&self, request: &Request) -> Ending {
        let call = Call::read(request);
        let wrong = openapi::request(&call);
        let mut state = self.lock();
        state.wrong.extend(wrong);
        state.calls.push(call.clone());
        if call.token.as_deref() != Some("Bearer ghs_0123456789abcdefABCDEF") {
            return Ending::Reply(refused(401, "Bad credentials"));
        }
        let is_it =
            |fault: &&mut Fault| fault.times > 0 && fault.method == call.method && call.path.contains(fault.path);
        let how = state.faults.iter_mut().find(is_it).map(|fault| {
            fault.times -= 1;
            fault.how.clone()
        });
        match how {
            Some(How::Cut) => return Ending::Close,
            Some(How::Silent) => return Ending::Silence,
            Some(How::Refused(status, headers, body)) => {
                let reply = Reply::new(status, "application/json", body);
                return Ending::Reply(
                    headers.into_iter().fold(reply, |reply, (name, value)| reply.header(name, value)),
                );
            }
            Some(How::Lost) | None => {}
        }
        let (status, body) = calls::carry_out(&mut state, &call);
        let wrong = openapi::response(&call, status, &body);
        state.wrong.extend(wrong);
        match how {
            Some(_) => Ending::Close,
            None if status == 204 => Ending::Reply(Reply { status, ..Reply::default() }),
            None => Ending::Reply(Reply::new(status, "application/json; charset=utf-8", body.to_string())),
        }
    }
}

fn refused(status: u16, message: &str) -> Reply {
    Reply::new(status, "application/json", json!({"message": message, "documentation_url": ""}).to_string())
}

impl State {
    pub(super) fn new_id(&mut self) -> u64 {
        self.last_id += 1;
        self.last_id
    }

    /// Someone else's comments, or older ones of the bot.
    pub(crate) fn add_comment(&mut self, author: u64, body: &str) -> u64 {
        let id = self.new_id();
        self.comments.push(Comment { id, author, body: body.to_owned() });
        id
    }

    /// Makes a comment on a line.
    pub(crate) fn add_review_comment(&mut self, author: u64, body: &str) -> &mut Value {
        let mut value = openapi::example("pull-request-review-comment");
        value["id"] = self.new_id().into();
        (value["user"]["id"], value["user"]["login"]) = (author.into(), login(author).into());
        value["user"]["type"] = kind(author).into();
        value["body"] = body.replace('\n', "\r\n").into();
        self.review_comments.push(value);
        self.review_comments.last_mut().unwrap()
    }

    /// A comment as GitHub shows it, with the line breaks of Windows that it gives everything.
    pub(super) fn shown(&self, comment: &Comment) -> Value {
        let mut value = openapi::example("issue-comment");
        value["id"] = comment.id.into();
        value["body"] = comment.body.replace('\n', "\r\n").into();
        value["html_url"] = format!("https://github.com/moj/tables/pull/7#issuecomment-{}", comment.id).into();
        value["user"]["id"] = comment.author.into();
        (value["user"]["login"], value["user"]["type"]) = (login(comment.author).into(), kind(comment.author).into());
        value
    }
}

fn login(author: u64) -> &'static str {
    if author == BOT { "github-actions[bot]" } else { "someone" }
}

fn kind(author: u64) -> &'static str {
    if author == BOT { "Bot" } else { "User" }
}
