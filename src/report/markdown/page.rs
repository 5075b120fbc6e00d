//! What a page is written from, and what all of its parts write in the same way.

use super::super::escape::markdown::{code, prose};
use super::super::escape::{cut, url_path};
use super::super::outputs::Verdict;
use super::super::{Report, counted, in_repository};
use super::fit::{Part, rows};
use crate::finding::Place;
use crate::source::LineIndex;

/// How far the run is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// So many steps of so many have ended.
    Running { ended: usize, of: usize },
    /// It is over.
    Over(Verdict),
    /// It could not be done: why, and what to do.
    Stopped { message: String, advice: String },
}

/// What a page is written from.
pub struct Page<'p> {
    pub report: &'p Report<'p>,
    /// The way from the repository to the project, empty or ending in `/`.
    pub prefix: &'p str,
    /// The text of a file of the project.
    pub text: &'p dyn Fn(&str) -> String,
    pub state: State,
    /// What could not be posted, in sentences.
    pub notes: Vec<String>,
}

/// A path is shown up to this length, a message and a help too.
const LONGEST_PATH: usize = 240;
const LONGEST_MESSAGE: usize = 700;
pub(super) const LONGEST_HELP: usize = 2_500;

impl Page<'_> {
    /// A place as a link to its line, or as its path when there is nothing to link to.
    pub(super) fn place(&self, place: &Place) -> String {
        let path = in_repository(self.prefix, &place.path);
        let line = place.span.as_ref().map(|span| {
            let text = (self.text)(&place.path);
            LineIndex::new(&text).position(span.start).0
        });
        let words = line.map_or_else(String::new, |line| format!(" line {line}"));
        let shown = format!("{}{words}", code(&cut(&path, LONGEST_PATH)));
        match &self.report.aside.around.links.files {
            Some(files) => {
                let line = line.map_or_else(String::new, |line| format!("#L{line}"));
                format!("[{shown}]({files}{}{line})", url_path(&path))
            }
            None => shown,
        }
    }

    /// A name that leads to its file.
    pub(super) fn named(&self, name: &str, file: &str) -> String {
        let shown = code(&cut(name, LONGEST_PATH));
        match &self.report.aside.around.links.files {
            Some(files) if !file.is_empty() => {
                format!("[{shown}]({files}{})", url_path(&in_repository(self.prefix, file)))
            }
            _ => shown,
        }
    }

    /// Where tables are built, for people; nothing when that is the embedded DuckDB of this run.
    pub(super) fn target(&self) -> Option<String> {
        self.report.aside.around.target.as_deref().map(code)
    }

    /// Models and seeds that are not there any more.
    pub(super) fn removed(&self, more: &str) -> Vec<Part<'_>> {
        let removed = &self.report.removed;
        if removed.is_empty() {
            return Vec::new();
        }
        let names: Vec<String> = removed.iter().map(|name| format!("- {}\n", code(&cut(name, LONGEST_PATH)))).collect();
        let more = more.to_owned();
        let write = move |shown: usize| {
            let list = rows(&names, shown, (10, ""), (("model or seed", "models and seeds"), &more));
            format!(
                "### Removed ({})\n\nThe tables that were built from these stay until someone removes them.\n\n{list}",
                names.len()
            )
        };
        vec![Part { weight: 1, rows: removed.len(), write: Box::new(write) }]
    }

    /// What the reader may want to look up: the commit, the run, the artefacts, the time.
    pub(super) fn foot(&self) -> String {
        let (report, around) = (self.report, &self.report.aside.around);
        let mut facts = Vec::new();
        let head = if around.commit.is_empty() {
            String::new()
        } else {
            format!("Commit {} of ", code(short(&around.commit)))
        };
        let base = report
            .base
            .as_ref()
            .map_or_else(String::new, |base| format!(", compared with {}", code(&cut(base, LONGEST_PATH))));
        let files = report
            .changed_files
            .map_or_else(String::new, |count| format!(": {}", counted(count, "changed file", "changed files")));
        facts.push(format!("{head}{}{base}{files}", code(&cut(&report.head, LONGEST_PATH))));
        if let Some(artefacts) = &report.artefacts {
            facts.push(format!("manifest, results, SQL and log: {}", code(&cut(artefacts, LONGEST_PATH))));
        }
        if let Some(run) = &around.links.run {
            facts.push(format!("[this run]({run})"));
        }
        if let Some(started) = around.started {
            facts.push(format!("begun {}", started.strftime("%Y-%m-%d %H:%M UTC")));
        }
        facts.push(format!("cadet {}", env!("CARGO_PKG_VERSION")));
        let notes: String = self.notes.iter().map(|note| format!("<br>{}", message(note))).collect();
        format!("---\n<sub>{}{notes}</sub>\n", facts.join(" · "))
    }
}

/// A message, not longer than anyone reads.
pub(super) fn message(text: &str) -> String {
    prose(&cut(text.trim(), LONGEST_MESSAGE))
}

/// The first letters of a commit's name.
pub(super) fn short(commit: &str) -> &str {
    commit.get(..7).unwrap_or(commit)
}

/// A sentence with a capital at its start.
pub(super) fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    // A name stays as it is.
    match chars.next() {
        Some(first) if first.is_ascii_lowercase() => format!("{}{}", first.to_ascii_uppercase(), chars.as_str()),
        _ => text.to_owned(),
    }
}

/// 1,234,567
pub(super) fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}
