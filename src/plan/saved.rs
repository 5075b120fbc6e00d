//! A plan as it is kept in a file: everything that a deploy may do at most, and what it was made from.
//!
//! Nothing is ever taken from such a file. A deploy makes the plan anew and compares the two: so a file that someone wrote
//! by hand can only make it refuse.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::effect::Effect;

/// The form of the file; keys are added, never changed.
const VERSION: u32 = 1;

/// More differences than these are counted, not told one by one.
const MOST_DIFFERENCES: usize = 5;

/// A plan with all that it depends on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Saved {
    version: u32,
    /// The SHA-256 of the file's other keys, as 64 hexadecimal digits: what people compare.
    pub hash: String,
    pub origin: Origin,
    pub steps: Vec<Allowed>,
    /// Models and seeds of the base that the head does not have. Their tables stay.
    pub removed: Vec<String>,
}

/// What a plan was made from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Origin {
    /// cadet's version.
    pub cadet: String,
    /// Its name; `local` for the embedded engine.
    pub target: String,
    /// The full ids of the commit that is deployed and of the one that it is compared with.
    pub commit: String,
    pub base: String,
    /// Sums of the project's files, and of the settings.
    pub files: String,
    pub settings: String,
    /// The flags that decide what is built and how.
    pub options: Vec<String>,
}

/// One thing that a deploy may do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Allowed {
    pub unique_id: String,
    pub name: String,
    pub resource_type: String,
    /// Nothing for what is never built.
    pub statement: Option<Effect>,
    /// Only when the target lacks it, or has it from other files: who has no credentials cannot know.
    pub only_if_missing: bool,
    pub reason: String,
    /// `database.table`, for what is a table or view.
    pub relation: Option<String>,
    /// Its own folder in S3.
    pub location: Option<String>,
    /// Why it will not be built.
    pub refused: Option<String>,
}

/// Why a deploy does not go by a plan.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Moved {
    #[error("{file} is no plan that `cadet plan` wrote: {reason}")]
    Unread { file: String, reason: String },
    #[error("{file} was changed after `cadet plan` wrote it")]
    Edited { file: String },
    #[error("the plan was made by cadet {then}, and this is cadet {now}")]
    Cadet { then: String, now: String },
    #[error("the plan is for the target `{then}`, and this deploy is for `{now}`")]
    Target { then: String, now: String },
    #[error("the plan is for the commit {then}, and here is the commit {now}: something was committed since")]
    Commit { then: String, now: String },
    #[error(
        "the plan compares with the commit {then} of the base, and this deploy with {now}: the base is another one"
    )]
    Base { then: String, now: String },
    #[error("files of the project have changed since the plan was made, though the commit is the same")]
    Files,
    #[error("the settings have changed since the plan was made")]
    Settings,
    #[error("the plan was made with {then}, and this deploy is called with {now}")]
    Options { then: String, now: String },
    #[error("the plan would be another one now, though nothing that it was made from has changed")]
    Differs,
    #[error("this deploy would do what the plan does not allow: {0}")]
    Steps(String),
}

impl Moved {
    /// The way out.
    pub fn advice(&self) -> String {
        let again = "look at the new plan, and deploy that one";
        match self {
            Self::Unread { .. } | Self::Edited { .. } => {
                format!("nothing was built. Write it anew with `cadet plan --out FILE`, {again}")
            }
            Self::Cadet { .. } => "nothing was built. Use the same release of cadet for both".to_owned(),
            Self::Options { .. } | Self::Target { .. } => {
                "nothing was built. Give `cadet deploy` the flags that `cadet plan` was given".to_owned()
            }
            Self::Settings => format!(
                "nothing was built. They are cadet.yaml of the base, profiles.yml, --vars, the number of the pull request \
                 and the variables under `env_vars`. Run `cadet plan` again, {again}"
            ),
            Self::Differs => {
                "nothing was built. Either the file was not written by `cadet plan`, or what is built depends on the \
                 time of day: see whether a config asks for the date"
                    .to_owned()
            }
            _ => format!("nothing was built. Run `cadet plan` again, {again}"),
        }
    }
}

impl Saved {
    /// A plan with its hash.
    pub fn new(origin: Origin, steps: Vec<Allowed>, removed: Vec<String>) -> Self {
        let mut saved = Self { version: VERSION, hash: String::new(), origin, steps, removed };
        saved.hash = saved.sum();
        saved
    }

    fn sum(&self) -> String {
        let bare = Self { hash: String::new(), ..self.clone() };
        sum([serde_json::to_string(&bare).unwrap_or_default().as_bytes()])
    }

    /// The text of the file.
    pub fn text(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }

    /// Reads the text of a file.
    ///
    /// # Errors
    /// When it is none of [`text`](Self::text)'s, or was changed since.
    pub fn read(file: &str, text: &str) -> Result<Self, Moved> {
        let unread = |reason: String| Moved::Unread { file: file.to_owned(), reason };
        let saved: Self = serde_json::from_str(text).map_err(|error| unread(error.to_string()))?;
        if saved.version != VERSION {
            return Err(unread(format!("its form is {}, and this cadet knows {VERSION}", saved.version)));
        }
        if saved.hash != saved.sum() { Err(Moved::Edited { file: file.to_owned() }) } else { Ok(saved) }
    }

    /// Compares the plan of a file with the one that would be made now.
    ///
    /// # Errors
    /// The first thing that has moved, the plainest first.
    pub fn compare(&self, now: &Self) -> Result<(), Moved> {
        let (then, here) = (&self.origin, &now.origin);
        let both = |then: &str, now: &str| (then.to_owned(), now.to_owned());
        let commits = |then: &str, now: &str| (short(then), short(now));
        if then.cadet != here.cadet {
            let (then, now) = both(&then.cadet, &here.cadet);
            return Err(Moved::Cadet { then, now });
        }
        if then.target != here.target {
            let (then, now) = both(&then.target, &here.target);
            return Err(Moved::Target { then, now });
        }
        if then.options != here.options {
            let (then, now) = (flags(&then.options), flags(&here.options));
            return Err(Moved::Options { then, now });
        }
        if then.commit != here.commit {
            let (then, now) = commits(&then.commit, &here.commit);
            return Err(Moved::Commit { then, now });
        }
        if then.base != here.base {
            let (then, now) = commits(&then.base, &here.base);
            return Err(Moved::Base { then, now });
        }
        if then.settings != here.settings {
            return Err(Moved::Settings);
        }
        if then.files != here.files {
            return Err(Moved::Files);
        }
        self.allows(&now.steps)?;
        if self.hash == now.hash { Ok(()) } else { Err(Moved::Differs) }
    }

    /// What will not be built, each with the reason in words.
    pub fn refused(&self) -> impl Iterator<Item = (String, String)> {
        self.steps.iter().filter_map(|step| Some((step.unique_id.clone(), step.refused.clone()?)))
    }

    /// That everything that is to be done is in the plan, at the same place and by the same kind of statement.
    ///
    /// # Errors
    /// What is not.
    pub fn allows(&self, steps: &[Allowed]) -> Result<(), Moved> {
        let known: HashMap<&str, &Allowed> = self.steps.iter().map(|step| (step.unique_id.as_str(), step)).collect();
        let is_more = |step: &&Allowed| {
            let place = |step: &Allowed| (step.statement, step.relation.clone(), step.location.clone());
            known.get(step.unique_id.as_str()).is_none_or(|known| place(known) != place(step))
        };
        let more: Vec<String> = steps.iter().filter(is_more).map(Allowed::words).collect();
        if more.is_empty() {
            return Ok(());
        }
        let told = more.iter().take(MOST_DIFFERENCES).map(String::as_str).collect::<Vec<_>>().join(", ");
        let rest = more.len().saturating_sub(MOST_DIFFERENCES);
        Err(Moved::Steps(if rest == 0 { told } else { format!("{told}, and {rest} more") }))
    }
}

impl Allowed {
    fn words(&self) -> String {
        let name = self.relation.as_ref().unwrap_or(&self.name);
        self.statement.map_or_else(|| format!("build {name}"), |statement| format!("{statement} {name}"))
    }
}

fn flags(options: &[String]) -> String {
    if options.is_empty() { "no flags".to_owned() } else { format!("`{}`", options.join(" ")) }
}

fn short(commit: &str) -> String {
    commit.chars().take(7).collect()
}

/// A SHA-256 of parts of which each keeps its bounds.
pub fn sum<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin() -> Origin {
        let text = |text: &str| text.to_owned();
        Origin {
            cadet: text("0.1.0"),
            target: text("dev"),
            commit: text("1111111aaa"),
            base: text("2222222bbb"),
            files: text("f"),
            settings: text("s"),
            options: vec![],
        }
    }

    fn step(name: &str, statement: Effect) -> Allowed {
        Allowed {
            unique_id: format!("model.p.{name}"),
            name: name.to_owned(),
            resource_type: "model".to_owned(),
            statement: Some(statement),
            only_if_missing: false,
            reason: "changed".to_owned(),
            relation: Some(format!("d.{name}")),
            location: Some(format!("s3://b/dev/{name}")),
            refused: None,
        }
    }

    fn plan() -> Saved {
        Saved::new(origin(), vec![step("a", Effect::ReplaceTable), step("b", Effect::AddRows)], vec![])
    }

    #[test]
    fn a_plan_is_read_as_it_was_written() {
        let plan = plan();
        assert_eq!(Saved::read("plan.json", &plan.text()), Ok(plan.clone()));
        assert_eq!(plan.hash.len(), 64);
    }

    /// Whatever is changed in the file, one character at a time: it is refused, or it is the same plan.
    #[test]
    fn every_change_of_the_file_is_seen() {
        let (plan, text) = (plan(), plan().text());
        for at in 0..text.len() {
            let mut changed = text.clone().into_bytes();
            changed[at] = if changed[at] == b'1' { b'2' } else { b'1' };
            let changed = String::from_utf8(changed).unwrap();
            if let Ok(read) = Saved::read("plan.json", &changed) {
                assert_eq!(read, plan, "{changed}");
            }
        }
        assert!(Saved::read("plan.json", &text.replace("\"version\": 1", "\"version\": 1, \"more\": 1")).is_err());
    }

    #[test]
    fn what_has_moved_is_said_in_words() {
        let now = |change: fn(&mut Origin)| {
            let mut origin = origin();
            change(&mut origin);
            plan().compare(&Saved::new(origin, plan().steps, vec![])).unwrap_err().to_string()
        };
        let fewer = Saved::new(origin(), plan().steps[1..].to_vec(), vec![]);
        let said = [
            plan().compare(&fewer).unwrap_err().to_string(),
            now(|origin| origin.cadet = "0.2.0".into()),
            now(|origin| origin.target = "prod".into()),
            now(|origin| origin.options = vec!["--full-refresh".into()]),
            now(|origin| origin.commit = "3333333ccc".into()),
            now(|origin| origin.base = "3333333ccc".into()),
            now(|origin| origin.settings = "t".into()),
            now(|origin| origin.files = "g".into()),
        ];
        insta::assert_snapshot!(said.join("\n"), @"
        the plan would be another one now, though nothing that it was made from has changed
        the plan was made by cadet 0.1.0, and this is cadet 0.2.0
        the plan is for the target `dev`, and this deploy is for `prod`
        the plan was made with no flags, and this deploy is called with `--full-refresh`
        the plan is for the commit 1111111, and here is the commit 3333333: something was committed since
        the plan compares with the commit 2222222 of the base, and this deploy with 3333333: the base is another one
        the settings have changed since the plan was made
        files of the project have changed since the plan was made, though the commit is the same
        ");
    }

    #[test]
    fn a_deploy_may_do_less_but_never_more() {
        let plan = plan();
        let allows = |steps: &[Allowed]| plan.allows(steps).map_err(|moved| moved.to_string());
        assert_eq!(allows(&[]), Ok(()));
        assert_eq!(allows(&plan.steps[1..]), Ok(()));
        let elsewhere = Allowed { location: Some("s3://b/prod/a".into()), ..step("a", Effect::ReplaceTable) };
        let more: Vec<Allowed> = ["c", "d", "e", "f", "g", "h", "i"].map(|name| step(name, Effect::LoadSeed)).to_vec();
        let said = [&[elsewhere][..], &[step("b", Effect::ReplaceTable)], &more]
            .map(|steps| allows(steps).err().unwrap_or_default());
        insta::assert_snapshot!(said.join("\n"), @"
        this deploy would do what the plan does not allow: replace table d.a
        this deploy would do what the plan does not allow: replace table d.b
        this deploy would do what the plan does not allow: load seed d.c, load seed d.d, load seed d.e, load seed d.f, load seed d.g, and 2 more
        ");
    }
}
