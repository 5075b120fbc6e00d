//! What each method matches. Behaviour: `dbt.graph.selector_methods`.

use std::collections::HashSet;

use serde_json::Value;

use super::SelectError;
use super::bits::Bits;
use super::config;
use super::fqn::NamePattern;
use super::glob::{Glob, PathGlob, is_pattern};
use super::index::Index;
use super::previous::Previous;
use super::spec::{Criterion, Method};
use super::state::{Comparison, is_parsed};
use crate::project::problem::did_you_mean;
use crate::project::{Node, Project, ResourceType};
use crate::source::file::{file_name, folder};

/// Finds what a criterion matches, before its operators.
pub(super) struct Methods<'m> {
    pub(super) project: &'m Project,
    pub(super) index: &'m Index<'m>,
    pub(super) previous: &'m Previous<'m>,
    pub(super) comparison: Option<Comparison<'m>>,
}

/// Kinds that have a selector of their own: `exposure:name` and `exposure:package.name`.
fn kind_of(method: Method) -> Option<ResourceType> {
    Some(match method {
        Method::Exposure => ResourceType::Exposure,
        Method::Metric => ResourceType::Metric,
        Method::SemanticModel => ResourceType::SemanticModel,
        Method::SavedQuery => ResourceType::SavedQuery,
        Method::UnitTest => ResourceType::UnitTest,
        _ => return None,
    })
}

impl Methods<'_> {
    pub(super) fn search(&mut self, criterion: &Criterion) -> Result<Bits, SelectError> {
        if criterion.method == Method::Config {
            return Ok(self.of(|node| {
                (is_parsed(node.resource_type) || node.resource_type == ResourceType::Source)
                    && config::is(&node.config, &criterion.arguments, &criterion.value)
            }));
        }
        let Some(value) = criterion.value.as_str() else {
            let message =
                format!("the method `{}:` takes a text, and not {}", criterion.method.name(), criterion.value);
            return Err(SelectError::new(message, format!("put it in quotes: \"{}\"", criterion.value)));
        };
        let glob = Glob::new(value);
        Ok(match criterion.method {
            Method::Fqn => self.fqn(value),
            Method::Tag => self.of(|node| has_tag(node, &glob)),
            Method::Group => self.of(|node| {
                (is_parsed(node.resource_type) || node.resource_type == ResourceType::Metric)
                    && node.config_text("group").is_some_and(|group| !group.is_empty() && glob.matches(group))
            }),
            Method::Access => self.of(|node| node.resource_type == ResourceType::Model && node.access() == value),
            Method::Source => self.source(value)?,
            Method::Path => self.path(value)?,
            Method::File => self.of(|node| is_file(node, &glob)),
            Method::Package => {
                let glob = if value == "this" { Glob::new(&self.project.name) } else { glob };
                self.of(|node| glob.matches(&node.package))
            }
            Method::TestName => self.of(|node| match (node.resource_type, &node.test) {
                (ResourceType::Test, Some(test)) => glob.matches(&test.name),
                (ResourceType::UnitTest, _) => glob.matches(&node.name),
                _ => false,
            }),
            Method::TestType => self.test_type(value)?,
            Method::ResourceType => self.resource_type(value)?,
            Method::Version => self.version(value)?,
            Method::State => self.state(value)?,
            Method::Result => self.ids(&self.previous.with_status(value)?),
            Method::SourceStatus => self.ids(&self.previous.sources_with_status(value)?),
            method => self.named(method, value)?,
        })
    }

    fn of(&self, is_in: impl Fn(&Node) -> bool) -> Bits {
        self.index.of(is_in)
    }

    fn ids(&self, ids: &HashSet<&str>) -> Bits {
        self.of(|node| ids.contains(node.unique_id.as_str()))
    }

    fn fqn(&self, value: &str) -> Bits {
        let is_source = |node: &Node| node.resource_type == ResourceType::Source;
        if value == "*" {
            return self.of(|node| !is_source(node));
        }
        let pattern = NamePattern::new(value);
        self.of(|node| !is_source(node) && pattern.matches(node))
    }

    fn source(&self, value: &str) -> Result<Bits, SelectError> {
        let parts: Vec<Glob> = value.split('.').map(Glob::new).collect();
        let any = &Glob::new("*");
        let (package, source, table) = match parts.as_slice() {
            [source] => (any, source, any),
            [source, table] => (any, source, table),
            [package, source, table] => (package, source, table),
            _ => {
                let message = format!("the selector `source:{value}` has too many dots");
                return Err(SelectError::new(
                    message,
                    "write source:name, source:name.table or source:package.name.table",
                ));
            }
        };
        let mut found = self.index.none();
        let nodes = self.index.nodes.iter().enumerate();
        for (at, node) in nodes.filter(|(_, node)| node.resource_type == ResourceType::Source) {
            let Some(known) = self.project.sources.get(&node.unique_id) else { continue };
            if package.matches(&node.package) && source.matches(&known.source_name) && table.matches(&node.name) {
                let _ = found.insert(at);
            }
        }
        Ok(found)
    }

    fn named(&self, method: Method, value: &str) -> Result<Bits, SelectError> {
        let name = method.name();
        let parts: Vec<Glob> = value.split('.').map(Glob::new).collect();
        let any = &Glob::new("*");
        let (package, wanted) = match parts.as_slice() {
            [wanted] => (any, wanted),
            [package, wanted] => (package, wanted),
            _ => {
                let message = format!("the selector `{name}:{value}` has too many dots");
                return Err(SelectError::new(message, format!("write {name}:name or {name}:package.name")));
            }
        };
        let kind = kind_of(method);
        Ok(self.of(|node| {
            Some(node.resource_type) == kind && package.matches(&node.package) && wanted.matches(&node.name)
        }))
    }

    /// Files and folders of the project: the node's own file, the file that describes it, or a folder above it.
    fn path(&self, value: &str) -> Result<Bits, SelectError> {
        let paths = self.paths(value)?;
        if paths.is_empty() {
            return Ok(self.index.none());
        }
        Ok(self.of(|node| {
            let own = node.original_file_path.as_str();
            let is_patched = || node.patch.as_ref().is_some_and(|patch| paths.contains(self.in_package(&patch.path)));
            let mut above = own;
            paths.contains(own)
                || is_patched()
                || std::iter::from_fn(|| {
                    let is_top = above.is_empty();
                    above = folder(above);
                    (!is_top).then_some(above)
                })
                .any(|folder| paths.contains(folder))
        }))
    }

    /// A path of the project as the package sees it that it belongs to.
    fn in_package<'n>(&self, path: &'n str) -> &'n str {
        let packages = self.project.packages.iter().filter(|package| !package.root.is_empty());
        packages
            .filter_map(|package| path.strip_prefix(&package.root))
            .next()
            .map_or(path, |rest| rest.trim_start_matches('/'))
    }

    /// The files and folders that are there and that `value` names; the empty path is the project's folder.
    fn paths(&self, value: &str) -> Result<HashSet<&str>, SelectError> {
        let glob = PathGlob::new(value).map_err(|reason| {
            let message = format!("the selector `path:{value}` names no path: {reason}");
            SelectError::new(message, "write it as seen from the folder with dbt_project.yml: path:models/staging")
        })?;
        let mut paths: HashSet<&str> = HashSet::new();
        let mut folders: HashSet<&str> = HashSet::new();
        for file in self.project.tree.iter() {
            if glob.matches(&file.path, false) {
                let _ = paths.insert(&file.path);
            }
            let mut above = folder(&file.path);
            while folders.insert(above) {
                above = folder(above);
            }
        }
        paths.extend(folders.into_iter().filter(|folder| glob.matches(folder, true)));
        Ok(paths)
    }

    fn test_type(&self, value: &str) -> Result<Bits, SelectError> {
        // dbt takes any piece of these words.
        let (generic, singular, unit) = match value {
            "generic" | "schema" => (true, false, false),
            value if "data".contains(value) => (true, true, false),
            value if "singular".contains(value) => (false, true, false),
            value if "unit".contains(value) => (false, false, true),
            _ => {
                let message = format!("there is no type of test `{value}`");
                return Err(SelectError::new(message, "the types are generic, singular, unit and data"));
            }
        };
        Ok(self.of(|node| match node.resource_type {
            ResourceType::Test => {
                if node.test.is_some() {
                    generic
                } else {
                    singular
                }
            }
            ResourceType::UnitTest => unit,
            _ => false,
        }))
    }

    fn resource_type(&self, value: &str) -> Result<Bits, SelectError> {
        const NOT_SELECTED: &[&str] = &["rpc", "sql operation", "doc", "macro", "group", "fixture", "function"];
        let names = || ResourceType::ALL.iter().map(|kind| kind.name());
        if !names().chain(NOT_SELECTED.iter().copied()).any(|name| name == value) {
            let advice = match did_you_mean(value, names()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("the types are {}", names().collect::<Vec<_>>().join(", ")),
            };
            return Err(SelectError::new(format!("there is no resource type `{value}`"), advice));
        }
        Ok(self.of(|node| node.resource_type.name() == value))
    }

    fn version(&self, value: &str) -> Result<Bits, SelectError> {
        use std::cmp::Ordering::{Greater, Less};
        // A version 0 is none to dbt.
        let said = |node: &'_ Node| node.model.version.clone().filter(|version| !version.is_falsy());
        let order = |node: &Node| Some(said(node)?.order(node.model.latest_version.as_ref()?));
        let is: &dyn Fn(&Node) -> bool = match value {
            "latest" => &Node::is_latest,
            "prerelease" => &|node| order(node) == Some(Greater),
            "old" => &|node| order(node) == Some(Less),
            "none" => &|node| node.model.version.is_none(),
            _ => {
                let message = format!("the selector `version:{value}` means nothing");
                return Err(SelectError::new(
                    message,
                    "write version:latest, prerelease, old or none; a version itself is part of the name: model.v2",
                ));
            }
        };
        Ok(self.of(|node| node.resource_type == ResourceType::Model && is(node)))
    }

    fn state(&mut self, value: &str) -> Result<Bits, SelectError> {
        let Some(comparison) = &mut self.comparison else {
            let message = format!("the selector `state:{value}` needs another state to compare with");
            return Err(SelectError::new(message, "name a folder that holds a manifest.json with --state"));
        };
        comparison.search(self.index, value)
    }

    /// What may have been meant by a selector that matches nothing.
    pub(super) fn near(&self, word: &str) -> Option<String> {
        let parts = super::spec::take_apart(word);
        let value = parts.value;
        if word.contains(',') || is_pattern(value) {
            return None;
        }
        let nodes = || self.index.nodes.iter();
        let near = match parts.method {
            None | Some("fqn") => {
                did_you_mean(value, nodes().filter(|node| node.test.is_none()).map(|node| node.name.as_str()))
            }
            Some("tag") => did_you_mean(value, nodes().flat_map(|node| &node.tags).map(String::as_str)),
            Some("source") => {
                did_you_mean(value, self.project.sources.values().map(|table| table.source_name.as_str()))
            }
            Some("group") => did_you_mean(value, self.project.groups.iter().map(|group| group.name.as_str())),
            Some("package") => did_you_mean(value, self.project.packages.iter().map(|package| package.name())),
            Some(method) => {
                let of_kind = nodes().filter(|node| node.resource_type.name() == method);
                did_you_mean(value, of_kind.map(|node| node.name.as_str()))
            }
        };
        near.map(|near| parts.method.map_or_else(|| near.to_owned(), |method| format!("{method}:{near}")))
    }
}

fn has_tag(node: &Node, glob: &Glob) -> bool {
    match node.resource_type {
        // A semantic model has tags in its configs alone, where dbt does not look.
        ResourceType::SemanticModel => false,
        ResourceType::UnitTest if node.tags.is_empty() => match node.config.get("tags") {
            Some(Value::String(tag)) => glob.matches(tag),
            Some(Value::Array(tags)) => tags.iter().filter_map(Value::as_str).any(|tag| glob.matches(tag)),
            _ => false,
        },
        _ => node.tags.iter().any(|tag| glob.matches(tag)),
    }
}

/// The file's name, with its ending or without.
fn is_file(node: &Node, glob: &Glob) -> bool {
    let name = file_name(&node.original_file_path);
    let stem = name.rsplit_once('.').filter(|(stem, _)| !stem.is_empty()).map_or(name, |(stem, _)| stem);
    glob.matches(name) || glob.matches(stem)
}
