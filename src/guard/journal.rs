//! The folder through which the two processes speak: orders in, what is being worked on out.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::work::{Frame, Task};

/// What the working process is told when it is started.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Orders {
    /// The process that waits: the work ends with it.
    pub parent: u32,
    /// One file after the other, each written down before it is read.
    pub careful: bool,
    /// What is left out.
    pub blamed: Vec<Blame>,
}

/// What the working process is given beside its environment, and hides wherever it writes.
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct Handed {
    /// The token for GitHub's API.
    pub token: Option<String>,
    /// Every token that the environment held.
    pub hidden: Vec<String>,
}

/// A piece of work that ended the process, and how.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Blame {
    /// Relative to the project's folder.
    pub path: String,
    pub task: Task,
    pub cause: Cause,
    /// The macro that was running, and its file.
    pub within: Option<(String, String)>,
}

/// How a piece of work ended the process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Cause {
    /// It took too long.
    Time,
    /// It used up the stack.
    Stack,
    /// It used up the memory.
    Memory,
    /// In another way.
    Other,
}

impl Blame {
    /// What happened, in one sentence without a full stop.
    pub fn message(&self) -> String {
        let doing = match &self.task {
            Task::Read(_) => "reading this file".to_owned(),
            Task::Render(_) => "rendering this template".to_owned(),
            Task::Call(name) => format!("calling the macro `{name}` for this file"),
            Task::Macro(id) => format!("running the macro `{}`", id.rsplit('.').next().unwrap_or(id)),
            Task::Sql(_) => "reading this model's SQL".to_owned(),
        };
        let happened = match self.cause {
            Cause::Time => format!("takes longer than {} seconds", super::work::LONGEST.as_secs()),
            Cause::Stack => "uses up the stack: something in it is nested too deeply".to_owned(),
            Cause::Memory => "uses up the memory".to_owned(),
            Cause::Other => "ends cadet".to_owned(),
        };
        format!("{doing} {happened}")
    }

    /// What to look for.
    pub fn help(&self) -> String {
        let is_yaml =
            matches!(self.task, Task::Read(_)) && [".yml", ".yaml"].iter().any(|end| self.path.ends_with(end));
        let look = match self.cause {
            Cause::Stack if is_yaml => "look for lists or maps that stand very deep in one another",
            Cause::Time => {
                "look for a loop over a very long list, a text that is repeated or replaced very often, or a slow query \
                 that it runs"
            }
            Cause::Stack => {
                "look for a very long chain of `+`, `~`, filters or `elif`, for lists put into lists in a loop, or for \
                 a macro that calls itself"
            }
            Cause::Memory => "look for a text or a list that grows in a loop, or that is repeated very often",
            Cause::Other => "look for what is unusual in it, and write it another way",
        };
        format!("{look}; cadet left it out and went on with everything else")
    }
}

/// The folder; only its owner can look into it.
#[derive(Debug, Clone)]
pub struct Folder(PathBuf);

impl Folder {
    /// A folder that is there.
    pub fn new(path: &Path) -> Self {
        Self(path.to_owned())
    }

    /// What the working process is told.
    ///
    /// # Errors
    /// When the file is not there or cannot be read.
    pub fn orders(&self) -> io::Result<Orders> {
        let text = fs::read(self.0.join("orders.json"))?;
        serde_json::from_slice(&text).map_err(io::Error::from)
    }

    /// Tells the working process, which is not running, and forgets what the one before it told.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn give_orders(&self, orders: &Orders) -> io::Result<()> {
        for name in ["work.json", "overdue.json"] {
            // Most often it is not there.
            let _ = fs::remove_file(self.0.join(name));
        }
        fs::write(self.0.join("orders.json"), serde_json::to_vec(orders)?)
    }

    /// Hands the working process what must not stand in its environment.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn give_secret(&self, secret: &Handed) -> io::Result<()> {
        fs::write(self.0.join("secret.json"), serde_json::to_vec(secret)?)
    }

    /// What was handed over, once: the file is then gone.
    pub fn take_secret(&self) -> Handed {
        let path = self.0.join("secret.json");
        let text = fs::read(&path).unwrap_or_default();
        // Its folder goes with the process in any case.
        let _ = fs::remove_file(path);
        serde_json::from_slice(&text).unwrap_or_default()
    }

    /// A new file for what is being worked on: each state is one line, written over the one before it.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn work_file(&self) -> io::Result<File> {
        File::create(self.0.join("work.json"))
    }

    /// What each thread of the process that died was working on, outermost first.
    pub fn work(&self) -> Vec<Vec<Frame>> {
        self.first_line("work.json").unwrap_or_default()
    }

    /// Writes down what took too long.
    pub fn tell_overdue(&self, frames: &[Frame]) {
        // When it cannot be written, the process still ends, and the next one is careful.
        let _ = serde_json::to_vec(frames).map(|text| fs::write(self.0.join("overdue.json"), text));
    }

    /// What took too long, if that is why the process ended.
    pub fn overdue(&self) -> Option<Vec<Frame>> {
        self.first_line("overdue.json")
    }

    /// Writes down that from now on the work must not be done twice.
    pub fn tell_no_return(&self) {
        // When it cannot be written, the run is as if cadet were killed: run again, it ends as an undisturbed one.
        let _ = File::create(self.0.join("no-return"));
    }

    /// Whether the work must not be done twice.
    pub fn is_past_return(&self) -> bool {
        self.0.join("no-return").exists()
    }

    /// Where a careful process's standard error goes.
    pub fn stderr(&self) -> PathBuf {
        self.0.join("stderr")
    }

    fn first_line<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        let text = fs::read(self.0.join(name)).ok()?;
        serde_json::from_slice(text.split(|byte| *byte == b'\n').next()?).ok()
    }
}
