//! Which node each entry of a property file describes. Behaviour: `dbt.parser.schemas`.

use std::collections::HashMap;

use serde_json::{Map, Value, json};

use super::config::Config;
use super::drafts::Draft;
use super::entries::{Entry, object};
use super::finish::{Said, described};
use super::node::ResourceType;
use super::problem::{Problem, ProblemKind, did_you_mean};
use super::reader::Reader;
use super::version::VersionEntry;
use crate::finding::Place;
use crate::parse::yaml::Yaml;

/// The drafts by name, and what was said of each so far.
struct Matching<'e, 'd> {
    reader: &'d Reader<'d>,
    drafts: &'d [Draft],
    names: foldhash::HashMap<(ResourceType, &'d str), Vec<usize>>,
    said: Vec<Option<Said<'e>>>,
}

/// What is said of each draft, in their order. Entries that describe nothing are reported.
pub(super) fn matched<'e>(
    reader: &Reader<'_>,
    drafts: &[Draft],
    kinds: &'e [(ResourceType, Vec<Entry<'e>>)],
    problems: &mut Vec<Problem>,
) -> Vec<Option<Said<'e>>> {
    let mut names: foldhash::HashMap<(ResourceType, &str), Vec<usize>> = foldhash::HashMap::default();
    for (at, draft) in drafts.iter().enumerate() {
        names.entry((draft.node.resource_type, &draft.node.name)).or_default().push(at);
    }
    let mut matching = Matching { reader, drafts, names, said: vec![None; drafts.len()] };
    for (kind, entries) in kinds {
        let mut given_up: Option<&str> = None;
        for entry in entries {
            if given_up == Some(entry.file.path.as_str()) {
                continue;
            }
            if let Some(clash) = clash(entry, *kind) {
                problems.push(clash);
                if *kind == ResourceType::Test {
                    // dbt gives up the rest of the list.
                    given_up = Some(&entry.file.path);
                    continue;
                }
            }
            let versions = if *kind == ResourceType::Model { VersionEntry::all(entry, problems) } else { Vec::new() };
            if versions.is_empty() {
                let found = matching.find(*kind, &entry.name, &entry.file.package);
                if found.is_empty() {
                    problems.extend(matching.orphan(*kind, entry));
                }
                matching.describe(found, &Said { entry, version: None }, problems);
            }
            for version in versions {
                let names = version.file_names(&entry.name);
                let free = |matching: &Matching<'_, '_>, name: &str| {
                    let mut found = matching.find(*kind, name, &entry.file.package);
                    found.retain(|at| matching.said[*at].is_none());
                    found
                };
                let found = names.iter().map(|name| free(&matching, name)).find(|found| !found.is_empty());
                if found.is_none() {
                    problems.push(no_file(entry, &version, &names));
                }
                matching.describe(found.unwrap_or_default(), &Said { entry, version: Some(version) }, problems);
            }
        }
    }
    matching.said
}

impl<'e> Matching<'e, '_> {
    /// The drafts that an entry means: the enabled one of its own package, else of any; else the disabled ones, its own first.
    fn find(&self, kind: ResourceType, name: &str, package: &str) -> Vec<usize> {
        let all = self.names.get(&(kind, name)).map_or(&[][..], Vec::as_slice);
        let own: Vec<usize> = all.iter().copied().filter(|at| self.drafts[*at].node.package == package).collect();
        let found = match kind {
            _ if !own.is_empty() => own,
            ResourceType::Test => own,
            _ => all.to_vec(),
        };
        if all.len() < 2 || (kind == ResourceType::Test && found.len() < 2) {
            return found;
        }
        let enabled = |some: &[usize]| some.iter().copied().filter(|at| self.is_enabled(*at)).collect::<Vec<_>>();
        let elsewhere = || if kind == ResourceType::Test { Vec::new() } else { enabled(all) };
        let candidates = [enabled(&found), elsewhere()];
        candidates.into_iter().find(|found| !found.is_empty()).unwrap_or(found)
    }

    fn is_enabled(&self, at: usize) -> bool {
        let Draft { node, calls, .. } = &self.drafts[at].clone().read(self.reader);
        let configured = self.reader.configure((node.resource_type, &node.package, &node.fqn), &Config::new(), calls);
        configured.config.get("enabled") != Some(&Value::Bool(false))
    }

    fn describe(&mut self, found: Vec<usize>, said: &Said<'e>, problems: &mut Vec<Problem>) {
        for at in found {
            match &self.said[at] {
                None => self.said[at] = Some(said.clone()),
                Some(known) => {
                    let message = format!("`{}` is described twice", said.entry.name);
                    let problem = Problem::new(ProblemKind::DuplicateName, message, said.entry.place());
                    let problem = problem.related(known.entry.place(), "it is described here too");
                    problems.push(problem.help("keep one of the two descriptions: dbt refuses both"));
                }
            }
        }
    }

    /// Properties of what is not there: dbt ignores them with a warning.
    fn orphan(&self, kind: ResourceType, entry: &Entry<'_>) -> Option<Problem> {
        // A file that could not be read is told already.
        let unread = self.reader.tree.iter().any(|file| file.text().is_err() && file.stem() == entry.name);
        if unread {
            return None;
        }
        let others = [ResourceType::Model, ResourceType::Seed, ResourceType::Snapshot];
        let other = others
            .into_iter()
            .find(|other| kind.is_refable() && self.names.contains_key(&(*other, entry.name.as_str())));
        if let Some(other) = other {
            let message = format!(
                "`{}` is a {other}, so what is said of it under `{}:` does nothing",
                entry.name,
                kind.config_key()
            );
            let problem = Problem::new(ProblemKind::Orphan, message, entry.place());
            return Some(problem.help(format!("move it under `{}:`", other.config_key())));
        }
        let message =
            format!("there is no {kind} named `{}`, so this description and its tests do nothing", entry.name);
        let problem = Problem::new(ProblemKind::Orphan, message, entry.place());
        let names = self.names.keys().filter(|(known, _)| *known == kind).map(|(_, name)| *name);
        Some(match did_you_mean(&entry.name, names) {
            Some(name) => problem.help(format!("did you mean `{name}`?")),
            None => problem.help("the name must be the file's name without its ending"),
        })
    }
}

/// An attribute that stands both beside `config:` and in it.
fn clash(entry: &Entry<'_>, kind: ResourceType) -> Option<Problem> {
    let config = entry.yaml.get("config")?;
    let twice = ["meta", "docs", "group", "contract", "access"].into_iter().find_map(|key| {
        config.get(key)?;
        Some((key, entry.yaml.get(key)?))
    });
    let (key, beside) = twice?;
    let problem_kind = if kind == ResourceType::Test { ProblemKind::Orphan } else { ProblemKind::Properties };
    let mut message = format!("`{key}` of `{}` stands under `config:` and beside it", entry.name);
    if kind == ResourceType::Test {
        message.push_str(", so dbt reads neither this entry nor those after it");
    }
    let place = Place::span(entry.file.path.clone(), beside.span.clone());
    Some(Problem::new(problem_kind, message, place).help("keep the one under `config:`"))
}

fn no_file(entry: &Entry<'_>, version: &VersionEntry<'_>, names: &[String]) -> Problem {
    let files: Vec<String> = names.iter().map(|name| format!("`{name}.sql`")).collect();
    let message = format!("there is no file for version {} of `{}`", version.version, entry.name);
    let place = version.yaml.get("v").map_or_else(|| entry.place(), |v| entry.at(v));
    Problem::new(ProblemKind::Orphan, message, place)
        .help(format!("add {}, or name the file with `defined_in:`", files.join(" or ")))
}

/// What a property file says of a macro.
#[derive(Debug, Clone)]
pub struct MacroPatch {
    pub description: String,
    pub arguments: Vec<Value>,
    pub meta: Map<String, Value>,
    pub docs: Value,
    pub place: Place,
}

/// What is said of macros, by unique id.
pub(super) fn of_macros(
    reader: &Reader<'_>,
    entries: &[Entry<'_>],
    problems: &mut Vec<Problem>,
) -> HashMap<String, MacroPatch> {
    let mut patches: HashMap<String, MacroPatch> = HashMap::new();
    for entry in entries {
        let package = &entry.file.package;
        let Some(found) = reader.universe.find_in(package, &entry.name) else {
            let message = format!("there is no macro named `{}`, so this description does nothing", entry.name);
            let problem = Problem::new(ProblemKind::Orphan, message, entry.place());
            let names =
                reader.universe.iter().filter(|known| known.package == *package).map(|known| known.name.as_str());
            let help = did_you_mean(&entry.name, names).map(|name| format!("did you mean `{name}`?"));
            problems.push(problem.help(help.unwrap_or_else(|| "the name is that after `{% macro`".to_owned())));
            continue;
        };
        if let Some(known) = patches.get(&found.unique_id) {
            let message = format!("the macro `{}` is described twice", entry.name);
            let problem = Problem::new(ProblemKind::DuplicateName, message, entry.place());
            problems.push(problem.related(known.place.clone(), "it is described here too").help("keep one of the two"));
            continue;
        }
        let patch = of_macro(reader, entry, problems);
        patches.insert(found.unique_id.clone(), patch);
    }
    patches
}

fn of_macro(reader: &Reader<'_>, entry: &Entry<'_>, problems: &mut Vec<Problem>) -> MacroPatch {
    let mut rendered = |text: String| match described(reader, &entry.file.package, &text, &entry.place()) {
        Ok(Some((rendered, _))) => rendered,
        Ok(None) => text,
        Err(problem) => {
            problems.push(*problem);
            text
        }
    };
    let description = rendered(entry.text("description").unwrap_or_default());
    let arguments = entry.yaml.get("arguments").map_or(&[][..], Yaml::items);
    let text = |yaml: &Yaml, key: &str| yaml.get(key).and_then(Yaml::scalar);
    let arguments = arguments.iter().map(|argument| {
        json!({
            "name": text(argument, "name"), "type": text(argument, "type"),
            "description": rendered(text(argument, "description").unwrap_or_default()),
        })
    });
    let arguments = arguments.collect();
    let config = entry.yaml.get("config");
    let mut meta = object(entry.yaml.get("meta"));
    meta.extend(object(config.and_then(|config| config.get("meta"))));
    let said =
        config.and_then(|config| config.get("docs")).filter(|docs| !docs.is_empty()).or_else(|| entry.yaml.get("docs"));
    let mut docs = Map::from_iter([("show".to_owned(), Value::Bool(true)), ("node_color".to_owned(), Value::Null)]);
    docs.extend(object(said));
    MacroPatch { description, arguments, meta, docs: docs.into(), place: entry.place() }
}
