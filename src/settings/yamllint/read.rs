//! The text of a `.yamllint` in, its rules out, with what yamllint would refuse in it.

use std::collections::BTreeMap;

use ignore::gitignore::{Gitignore, GitignoreBuilder};
use serde_json::{Map, Value};

use super::{Rule, Yamllint};
use crate::finding::Place;
use crate::parse::yaml;
use crate::parse::yaml::Yaml;
use crate::project::problem::did_you_mean;
use crate::source::Tree;

/// A file may be built on another one, and that on a third.
const DEEPEST: usize = 8;

/// Something that yamllint would refuse.
#[derive(Debug, Clone)]
pub struct Misread {
    pub place: Place,
    pub message: String,
    pub help: Option<String>,
}

impl Misread {
    pub(super) fn whole(path: &str, message: &str) -> Self {
        Self { place: Place::file(path), message: message.to_owned(), help: None }
    }
}

type Rules = BTreeMap<String, Option<Rule>>;

/// yamllint's rules with their options; no options for those that cadet does not have.
const KNOWN: &[(&str, &[&str])] = &[
    ("anchors", &[]),
    ("braces", &[]),
    ("brackets", &[]),
    ("colons", &[]),
    ("commas", &[]),
    ("comments", &[]),
    ("comments-indentation", &[]),
    ("document-end", &[]),
    ("document-start", &["present"]),
    ("empty-lines", &["max", "max-start", "max-end"]),
    ("empty-values", &[]),
    ("float-values", &[]),
    ("hyphens", &[]),
    ("indentation", &["spaces", "indent-sequences", "check-multi-line-strings"]),
    ("key-duplicates", &[]),
    ("key-ordering", &[]),
    ("line-length", &["max", "allow-non-breakable-words", "allow-non-breakable-inline-mappings"]),
    ("new-line-at-end-of-file", &[]),
    ("new-lines", &["type"]),
    ("octal-values", &[]),
    ("quoted-strings", &[]),
    ("trailing-spaces", &[]),
    ("truthy", &[]),
];

/// The rules of one of the two sets that yamllint brings, as far as cadet has them; empty for another name.
pub(super) fn usual(name: &str) -> Rules {
    let rule = |options: &[(&str, Value)]| {
        let options = options.iter().map(|(option, value)| ((*option).to_owned(), value.clone())).collect();
        Some(Rule { options, ..Rule::default() })
    };
    let warning = ("level", Value::from("warning"));
    let mut rules: Rules =
        ["empty-lines", "indentation", "line-length", "new-line-at-end-of-file", "new-lines", "trailing-spaces"]
            .iter()
            .map(|name| ((*name).to_owned(), rule(&[])))
            .collect();
    match name {
        "default" => {
            rules.insert("document-start".to_owned(), rule(&[warning]));
        }
        "relaxed" => {
            rules.insert("document-start".to_owned(), None);
            rules.insert("empty-lines".to_owned(), rule(std::slice::from_ref(&warning)));
            let lists = ("indent-sequences", Value::from("consistent"));
            rules.insert("indentation".to_owned(), rule(&[warning.clone(), lists]));
            let long = ("allow-non-breakable-inline-mappings", Value::from(true));
            rules.insert("line-length".to_owned(), rule(&[warning, long]));
        }
        _ => rules.clear(),
    }
    rules
}

/// Reads the file; `empty` says where it lies.
pub(super) fn read(empty: Yamllint, text: &str, tree: &Tree) -> Yamllint {
    let mut reader = Reader { tree, config: empty, path: String::new(), depth: 0 };
    reader.path.clone_from(&reader.config.path);
    reader.config.rules = reader.file(text);
    reader.config
}

struct Reader<'t> {
    tree: &'t Tree,
    config: Yamllint,
    /// The file that is being read.
    path: String,
    depth: usize,
}

impl Reader<'_> {
    fn refuse(&mut self, span: std::ops::Range<usize>, message: String, help: Option<String>) {
        let place = Place::span(self.path.as_str(), span);
        self.config.misread.push(Misread { place, message, help });
    }

    /// The rules of one file with those that it is built on.
    fn file(&mut self, text: &str) -> Rules {
        let yaml = match yaml::read(text) {
            Ok((yaml, _)) => yaml,
            Err(problem) => {
                self.refuse(problem.span, problem.message, None);
                return usual("default");
            }
        };
        if yaml.entries().is_empty() {
            self.refuse(yaml.span.clone(), "yamllint refuses this file: it is not a map".to_owned(), None);
            return usual("default");
        }
        let mut rules = match yaml.get("extends") {
            Some(base) => self.base(base),
            None => Rules::new(),
        };
        for (key, rule) in yaml.get("rules").map_or(&[][..], Yaml::entries) {
            let name = key.name.as_str();
            let Some((_, options)) = KNOWN.iter().find(|(known, _)| *known == name) else {
                let help = did_you_mean(name, KNOWN.iter().map(|(known, _)| *known));
                let help = help.map(|near| format!("did you mean `{near}`?"));
                self.refuse(key.span.clone(), format!("yamllint has no rule `{name}`"), help);
                continue;
            };
            let before = rules.remove(name).flatten();
            let rule = self.rule(rule, (name, options), before);
            rules.insert(name.to_owned(), rule);
        }
        let ignored = self.patterns(&yaml);
        if !ignored.is_empty() {
            self.config.ignored = ignored;
        }
        if let Some(files) = yaml.get("yaml-files") {
            self.config.files = Some(gitignore(files.items().iter().filter_map(Yaml::as_str)));
        }
        rules
    }

    fn base(&mut self, base: &Yaml) -> Rules {
        let name = base.scalar().unwrap_or_default();
        let found = usual(&name);
        if !found.is_empty() {
            return found;
        }
        let folder = self.path.rsplit_once('/').map_or(String::new(), |(folder, _)| format!("{folder}/"));
        let path = format!("{folder}{}", name.trim_start_matches("./"));
        let file = self.tree.find(&path).and_then(|file| file.text().ok()).filter(|text| !text.is_empty());
        let (Some(text), true) = (file, self.depth < DEEPEST) else {
            let message = format!("cadet cannot read `{name}`, which this file extends");
            let help = "cadet knows `default` and `relaxed`, and YAML files of the project that end in .yaml or .yml";
            self.refuse(base.span.clone(), message, Some(help.to_owned()));
            return usual("default");
        };
        let text = text.to_owned();
        let here = std::mem::replace(&mut self.path, path);
        self.depth += 1;
        let rules = self.file(&text);
        self.depth -= 1;
        self.path = here;
        rules
    }

    /// A rule as it is switched on or off here; `before` is what it was in the file that this one extends.
    fn rule(&mut self, yaml: &Yaml, (name, known): (&str, &[&str]), before: Option<Rule>) -> Option<Rule> {
        match yaml.as_str() {
            Some("enable") => return Some(before.unwrap_or_default()),
            Some("disable") => return None,
            _ if yaml.as_bool() == Some(false) => return None,
            _ => {}
        }
        if yaml.entries().is_empty() && !matches!(yaml.to_json(), Value::Object(_)) {
            let message = format!("`{name}` is neither `enable` nor `disable` nor a map of options");
            self.refuse(yaml.span.clone(), message, None);
            return before;
        }
        let mut rule = before.unwrap_or_default();
        for (key, value) in yaml.entries() {
            let option = key.name.as_str();
            let is_general = ["level", "ignore", "ignore-from-file"].contains(&option);
            if !known.is_empty() && !is_general && !known.contains(&option) {
                let help = did_you_mean(option, known.iter().copied()).map(|near| format!("did you mean `{near}`?"));
                self.refuse(key.span.clone(), format!("yamllint's rule `{name}` has no option `{option}`"), help);
            }
            if option == "level" && !matches!(value.as_str(), Some("error" | "warning")) {
                let message = "`level` is `error` or `warning`".to_owned();
                self.refuse(value.span.clone(), message, None);
            }
        }
        let ignored = self.patterns(yaml);
        if !ignored.is_empty() {
            rule.ignored = ignored;
        }
        let new: Map<String, Value> = match yaml.to_json() {
            Value::Object(new) => new,
            _ => Map::new(),
        };
        rule.options.extend(new);
        Some(rule)
    }

    /// The files that `ignore` and `ignore-from-file` name.
    fn patterns(&mut self, yaml: &Yaml) -> Vec<Gitignore> {
        let mut found = Vec::new();
        if let Some(ignore) = yaml.get("ignore") {
            let text = ignore.scalar().unwrap_or_default();
            found.push(gitignore(text.lines().chain(ignore.items().iter().filter_map(Yaml::as_str))));
        }
        let files = yaml.get("ignore-from-file");
        for name in files.iter().flat_map(|files| files.items().iter().chain([*files])).filter_map(Yaml::as_str) {
            let folder = self.path.rsplit_once('/').map_or(String::new(), |(folder, _)| format!("{folder}/"));
            match self.tree.find(&format!("{folder}{name}")).and_then(|file| file.text().ok()) {
                Some(text) => found.push(gitignore(text.lines())),
                None => {
                    let span = files.map_or(0..0, |files| files.span.clone());
                    self.refuse(span, format!("there is no file `{name}` beside this one"), None);
                }
            }
        }
        found
    }
}

fn gitignore<'l>(lines: impl Iterator<Item = &'l str>) -> Gitignore {
    let mut builder = GitignoreBuilder::new("");
    for line in lines {
        // What is no pattern matches nothing, as in git.
        let _ = builder.add_line(None, line);
    }
    builder.build().unwrap_or_else(|_| Gitignore::empty())
}
