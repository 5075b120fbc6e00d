//! `.yamllint` in, what it says of the rules that cadet has too out.
//!
//! Behaviour: `yamllint.config` of yamllint 1.38. What yamllint would refuse is told by the rule `yaml/yamllint`; what can be
//! understood of such a file holds all the same.

mod comments;
mod read;

use std::collections::BTreeMap;

use ignore::gitignore::Gitignore;
use serde_json::{Map, Value};

use crate::finding::Level;
use crate::parse::yaml_layout::{EmptyLines, Kind, Layout, Lists, Untidy};
use crate::source::file::file_name;
use crate::source::{FileKind, LineIndex, Tree};

pub use read::Misread;

/// The names of the file; the first that is there counts.
const FILES: [&str; 3] = [".yamllint", ".yamllint.yaml", ".yamllint.yml"];

/// The rules that both have: cadet's and yamllint's name.
const RULES: [(&str, &str, Kind); 7] = [
    ("yaml/document-start", "document-start", Kind::DocumentStart),
    ("yaml/empty-lines", "empty-lines", Kind::EmptyLines),
    ("yaml/final-newline", "new-line-at-end-of-file", Kind::FinalNewline),
    ("yaml/indentation", "indentation", Kind::Indentation),
    ("yaml/line-endings", "new-lines", Kind::LineEndings),
    ("yaml/line-length", "line-length", Kind::LineLength),
    ("yaml/trailing-spaces", "trailing-spaces", Kind::TrailingSpaces),
];

/// What a project's `.yamllint` says.
#[derive(Debug, Clone)]
pub struct Yamllint {
    /// Where it lies, as seen from the project's folder.
    pub path: String,
    /// The way from the folder of the file to the project: the patterns in it are relative to that folder.
    prefix: String,
    rules: BTreeMap<String, Option<Rule>>,
    ignored: Vec<Gitignore>,
    /// The files that it is about, when it names them.
    files: Option<Gitignore>,
    /// What yamllint would refuse.
    pub misread: Vec<Misread>,
}

/// A rule that is switched on.
#[derive(Debug, Clone, Default)]
struct Rule {
    options: Map<String, Value>,
    ignored: Vec<Gitignore>,
}

/// What `.yamllint` says of one of cadet's rules for a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Said {
    Nothing,
    Off,
    Level(Level),
}

impl Said {
    /// The level of a rule that usually has `usual`; nothing when it is off.
    pub fn or(self, usual: Level) -> Option<Level> {
        match self {
            Self::Nothing => Some(usual),
            Self::Off => None,
            Self::Level(level) => Some(level),
        }
    }
}

impl Yamllint {
    /// Reads the file that is for the project, if there is one.
    pub fn find(tree: &Tree) -> Option<Self> {
        let file = tree.nearest(&FILES)?;
        let up = file.path.matches("../").count();
        let folders: Vec<&str> = tree.prefix().split_inclusive('/').collect();
        let prefix = folders[folders.len().saturating_sub(up)..].concat();
        let empty = Self {
            path: file.path.clone(),
            prefix,
            rules: BTreeMap::new(),
            ignored: Vec::new(),
            files: None,
            misread: Vec::new(),
        };
        Some(match file.text().ok().filter(|_| file.kind == FileKind::Regular) {
            Some(text) => read::read(empty, text, tree),
            None => {
                let misread = Misread::whole(&file.path, "this is not a plain text file in UTF-8");
                Self { rules: read::usual("default"), misread: vec![misread], ..empty }
            }
        })
    }

    /// How lines are to look.
    pub fn layout(&self) -> Layout {
        let on = |rule: &str| self.rules.get(rule).and_then(Option::as_ref);
        let usual = Layout::default();
        let indentation = on("indentation");
        let length = on("line-length");
        let values = length.is_some_and(|rule| rule.flag("allow-non-breakable-inline-mappings", false));
        Layout {
            indent: indentation.map_or(usual.indent, |rule| rule.number("spaces")),
            lists: indentation.map_or(usual.lists, Rule::lists),
            line_length: length.map(|rule| rule.number("max").unwrap_or(80)),
            allow_long_words: values || length.is_some_and(|rule| rule.flag("allow-non-breakable-words", true)),
            allow_long_values: values,
            document_start: on("document-start").map(|rule| rule.flag("present", true)),
            empty_lines: on("empty-lines").map(|rule| EmptyLines {
                inside: rule.number("max").unwrap_or(2),
                at_start: rule.number("max-start").unwrap_or(0),
                at_end: rule.number("max-end").unwrap_or(0),
            }),
            carriage_returns: on("new-lines").map(|rule| match rule.text("type") {
                Some("dos") => true,
                Some("platform") => cfg!(windows),
                _ => false,
            }),
        }
    }

    /// What it says of one of cadet's rules; for one file when there is a path, else for most.
    pub fn said(&self, id: &str, path: Option<&str>) -> Said {
        let Some((_, name, _)) = RULES.iter().find(|(ours, ..)| *ours == id) else { return Said::Nothing };
        let Some(rule) = self.rules.get(*name).and_then(Option::as_ref) else { return Said::Off };
        if let Some(path) = path {
            let path = format!("{}{path}", self.prefix);
            let holds = |patterns: &Gitignore| patterns.matched_path_or_any_parents(&path, false).is_ignore();
            let is_other = self.files.as_ref().is_some_and(|files| !files.matched(file_name(&path), false).is_ignore());
            if is_other || self.ignored.iter().chain(&rule.ignored).any(holds) {
                return Said::Off;
            }
        }
        Said::Level(if rule.text("level") == Some("warning") { Level::Warning } else { Level::Error })
    }
}

/// Takes out what comments in a file keep yamllint from telling.
pub(super) fn leave_out(text: &str, untidy: &mut Vec<Untidy>) {
    let Some(off) = comments::disabled(text, &RULES.map(|(_, name, _)| name)) else { return };
    let index = LineIndex::new(text);
    untidy.retain(|untidy| {
        let line = off.get(index.position(untidy.span.start).0 - 1);
        let name = RULES.iter().find(|(.., kind)| *kind == untidy.kind).map(|(_, name, _)| *name);
        !line.is_some_and(|off| name.is_some_and(|name| off.contains(name)))
    });
}

impl Rule {
    fn flag(&self, option: &str, usual: bool) -> bool {
        self.options.get(option).and_then(Value::as_bool).unwrap_or(usual)
    }

    fn number(&self, option: &str) -> Option<usize> {
        // A limit below nothing is one that nothing keeps to.
        let number = self.options.get(option)?.as_i64()?;
        Some(usize::try_from(number).unwrap_or(0))
    }

    fn text(&self, option: &str) -> Option<&str> {
        self.options.get(option)?.as_str()
    }

    fn lists(&self) -> Lists {
        match (self.flag("indent-sequences", true), self.text("indent-sequences")) {
            (_, Some("whatever")) => Lists::Either,
            (_, Some("consistent")) => Lists::Consistent,
            (true, _) => Lists::Indented,
            (false, _) => Lists::Flush,
        }
    }
}
