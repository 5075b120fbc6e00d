//! The one comment that cadet keeps on a pull request: found again, edited in place, never made twice.
//!
//! Behaviour: GitHub's "REST API endpoints for issue comments". The comment is cadet's own when its account wrote it and it
//! begins with the marker: no one else can make cadet edit what it did not write, and nothing is read from it.

use std::time::Duration;

use serde_json::{Value, json};

use super::api::Api;
use super::trouble::Trouble;
use super::who::Who;

/// What it takes to comment on a pull request.
pub(super) const PERMISSION: &str = "pull-requests: write";

/// What it takes to see which commit it ends in.
const READ: &str = "pull-requests: read";

/// A conversation of more pages than these, each of a hundred comments, is not looked through to its end.
const MOST_PAGES: usize = 50;

/// A comment that may have been made although no answer came is looked for so often, with this time in between.
const LOOKS: usize = 3;
pub(super) const BETWEEN_LOOKS: Duration = Duration::from_secs(2);

/// The account of the token that every workflow has, should GitHub not say whose token it is.
const USUAL_ACCOUNT: &str = "github-actions[bot]";

/// Whose token it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Account {
    id: Option<u64>,
    login: String,
}

/// The comment, as far as it is known.
pub(super) struct Sticky {
    marker: String,
    account: Option<Account>,
    id: Option<u64>,
    /// What it says, when that is known.
    said: Option<String>,
    /// Its page.
    pub(super) url: Option<String>,
}

impl Sticky {
    /// A comment that begins with this marker, which is not looked for yet.
    pub(super) fn new(marker: &str) -> Self {
        Self { marker: marker.to_owned(), account: None, id: None, said: None, url: None }
    }

    /// Makes the comment say this: edits it, or makes it.
    ///
    /// # Errors
    /// When a newer commit is there, or GitHub does not allow it, or cannot be reached.
    pub(super) fn say(&mut self, api: &Api, who: &Who, text: &str) -> Result<(), Trouble> {
        if self.said.as_deref() == Some(text) {
            return Ok(());
        }
        refuse_outdated(api, who)?;
        if self.id.is_none() {
            self.find(api, who)?;
        }
        if let Some(id) = self.id {
            match self.edit(api, who, (id, text)) {
                // Someone removed it meanwhile.
                Err(Trouble::Missing) => self.id = None,
                done => return done,
            }
        }
        self.create(api, who, text)
    }

    /// As [`say`](Self::say), for the last time: another run may have written into it since.
    ///
    /// # Errors
    /// As there.
    pub(super) fn say_at_last(&mut self, api: &Api, who: &Who, text: &str) -> Result<(), Trouble> {
        if self.id.is_some() {
            (self.id, self.said) = (None, None);
        }
        self.say(api, who, text)
    }

    fn edit(&mut self, api: &Api, who: &Who, (id, text): (u64, &str)) -> Result<(), Trouble> {
        if self.said.as_deref() == Some(text) {
            return Ok(());
        }
        let known = api.patch(&who.way(&format!("issues/comments/{id}")), &json!({"body": text}), PERMISSION)?;
        self.keep(&known, text);
        Ok(())
    }

    fn create(&mut self, api: &Api, who: &Who, text: &str) -> Result<(), Trouble> {
        let way = who.way(&format!("issues/{}/comments", who.number));
        match api.post(&way, &json!({"body": text}), PERMISSION) {
            Ok(made) => self.keep(&made, text),
            // It may be there all the same: to make it again would make two.
            Err(Trouble::Lost(how)) => {
                for _ in 0..LOOKS {
                    let waited = api.wait(BETWEEN_LOOKS);
                    self.find(api, who)?;
                    if let Some(id) = self.id {
                        return self.edit(api, who, (id, text));
                    }
                    if !waited {
                        return Err(Trouble::Lost(how));
                    }
                }
                let made = api.post(&way, &json!({"body": text}), PERMISSION)?;
                self.keep(&made, text);
            }
            Err(trouble) => return Err(trouble),
        }
        self.give_way(api, who, text)
    }

    /// Two runs that began at once have each made a comment: the first one stays, and both write into that.
    fn give_way(&mut self, api: &Api, who: &Who, text: &str) -> Result<(), Trouble> {
        let own = self.id;
        self.find(api, who)?;
        match (own, self.id) {
            (Some(own), Some(first)) if own != first => {
                // It is gone already when the other run was faster.
                let removed = api.delete(&who.way(&format!("issues/comments/{own}")), PERMISSION);
                removed.map(drop).or_else(|trouble| if trouble == Trouble::Missing { Ok(()) } else { Err(trouble) })?;
                self.edit(api, who, (first, text))
            }
            (own, None) => {
                self.id = own;
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn keep(&mut self, comment: &Value, text: &str) {
        (self.id, self.said) = (comment["id"].as_u64(), Some(text.to_owned()));
        self.url = comment["html_url"].as_str().map(str::to_owned).or(self.url.take());
    }

    /// Looks for the first comment of this account that begins with the marker, through all pages.
    fn find(&mut self, api: &Api, who: &Who) -> Result<(), Trouble> {
        let account = match self.account.take() {
            Some(account) => account,
            None => account(api)?,
        };
        let comments = api.pages(&who.way(&format!("issues/{}/comments", who.number)), READ, MOST_PAGES)?;
        let is_own = |comment: &&Value| {
            let begins = comment["body"].as_str().is_some_and(|body| body.starts_with(&self.marker));
            begins && account.wrote(comment)
        };
        let found = comments.iter().filter(is_own).min_by_key(|comment| comment["id"].as_u64());
        self.id = found.and_then(|comment| comment["id"].as_u64());
        // GitHub turns line breaks into those of Windows.
        self.said = found.and_then(|comment| Some(comment["body"].as_str()?.replace("\r\n", "\n")));
        self.url = found.and_then(|comment| Some(comment["html_url"].as_str()?.to_owned())).or(self.url.take());
        self.account = Some(account);
        Ok(())
    }
}

impl Account {
    /// Whether this account wrote the comment. A name that ends in `[bot]` cannot be anyone's but an app's.
    pub(super) fn wrote(&self, comment: &Value) -> bool {
        let user = &comment["user"];
        match self.id {
            Some(id) => user["id"].as_u64() == Some(id),
            None => user["login"].as_str() == Some(&self.login) && user["type"].as_str() == Some("Bot"),
        }
    }
}

/// Asks whose token this is. The token of a workflow is an app's, for which only GraphQL has an answer.
pub(super) fn account(api: &Api) -> Result<Account, Trouble> {
    let viewer = match api.graphql("query { viewer { databaseId login } }") {
        Ok(answer) => answer["data"]["viewer"].clone(),
        Err(trouble @ (Trouble::Revoked | Trouble::Busy(_) | Trouble::Lost(_))) => return Err(trouble),
        Err(_) => Value::Null,
    };
    let login = viewer["login"].as_str().unwrap_or(USUAL_ACCOUNT).to_owned();
    Ok(Account { id: viewer["databaseId"].as_u64(), login })
}

/// A run of an older commit says nothing any more.
pub(super) fn refuse_outdated(api: &Api, who: &Who) -> Result<(), Trouble> {
    for _ in 0..LOOKS {
        let request = api.get(&who.way(&format!("pulls/{}", who.number)), READ)?;
        if request["head"]["sha"].as_str().is_some_and(|head| head.eq_ignore_ascii_case(&who.head)) {
            return Ok(());
        }
        // A moment after a push GitHub may still answer as before it.
        if !api.wait(BETWEEN_LOOKS) {
            break;
        }
    }
    Err(Trouble::Outdated)
}
