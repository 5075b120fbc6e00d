//! dbt's node selection: names, paths, `tag:`, `source:`, `resource_type:` and the `+` operators.
//!
//! Behaviour: dbt's "Node selection syntax". Words with a blank between them add up, with a comma they intersect.

use std::collections::BTreeSet;

use super::graph::Graph;
use super::node::{Node, ResourceType};
use super::problem::did_you_mean;
use super::{Project, SourceTable};

/// Why a selector cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SelectError {
    #[error(
        "the selector `{0}` uses the method `{1}:`, which cadet does not know yet (it knows: tag, path, source, resource_type)"
    )]
    Method(String, String),
    #[error("the selector `{0}` has `+` in a place where it means nothing")]
    Operator(String),
}

/// What was selected, and the selectors that matched nothing, each with what may have been meant.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Selection {
    pub ids: BTreeSet<String>,
    pub unmatched: Vec<(String, Option<String>)>,
}

/// One word: what it matches, and how far up and down the graph it reaches.
struct Criterion<'s> {
    word: &'s str,
    method: Option<&'s str>,
    value: &'s str,
    up: Option<Option<usize>>,
    down: Option<Option<usize>>,
}

/// The nodes that `select` names, less those that `exclude` names. Tests of what is selected come with it.
///
/// Without `select`, everything is selected.
///
/// # Errors
/// When a selector uses what cadet does not know.
pub fn select(project: &Project, select: &[String], exclude: &[String]) -> Result<Selection, SelectError> {
    let graph = Graph::new(project);
    let mut selection = Selection::default();
    if select.is_empty() {
        selection.ids.extend(project.nodes.keys().cloned());
    }
    for word in words(select) {
        let found = intersection(project, &graph, word)?;
        if found.is_empty() {
            let value = word.trim_matches(|c: char| c == '+' || c.is_ascii_digit());
            let near = did_you_mean(value, project.nodes.values().map(|node| node.name.as_str()));
            selection.unmatched.push((word.to_owned(), near.map(str::to_owned)));
        }
        selection.ids.extend(found);
    }
    if !select.is_empty() {
        add_tests(project, &mut selection.ids);
    }
    let mut excluded = BTreeSet::new();
    for word in words(exclude) {
        excluded.extend(intersection(project, &graph, word)?);
    }
    add_tests(project, &mut excluded);
    selection.ids.retain(|id| !excluded.contains(id));
    Ok(selection)
}

fn words(selectors: &[String]) -> impl Iterator<Item = &str> {
    selectors.iter().flat_map(|selector| selector.split_whitespace())
}

fn intersection(project: &Project, graph: &Graph<'_>, word: &str) -> Result<BTreeSet<String>, SelectError> {
    let mut result: Option<BTreeSet<String>> = None;
    for part in word.split(',').filter(|part| !part.is_empty()) {
        let found = matched(project, graph, &parse(part)?)?;
        result = Some(match result {
            Some(result) => result.intersection(&found).cloned().collect(),
            None => found,
        });
    }
    Ok(result.unwrap_or_default())
}

/// Tests of which any parent is selected are selected too, dbt's "eager".
fn add_tests(project: &Project, ids: &mut BTreeSet<String>) {
    let tests = project.of_type(ResourceType::Test);
    let found: Vec<String> = tests
        .filter(|test| test.depends_on.iter().any(|id| ids.contains(id)))
        .map(|test| test.unique_id.clone())
        .collect();
    ids.extend(found);
}

fn parse(word: &str) -> Result<Criterion<'_>, SelectError> {
    let mut rest = word;
    let mut up = None;
    if let Some((before, after)) = rest.split_once('+')
        && before.chars().all(|c| c.is_ascii_digit())
    {
        up = Some(before.parse().ok());
        rest = after;
    }
    let mut down = None;
    if let Some((before, after)) = rest.rsplit_once('+')
        && after.chars().all(|c| c.is_ascii_digit())
    {
        down = Some(after.parse().ok());
        rest = before;
    }
    if rest.contains('+') || rest.is_empty() {
        return Err(SelectError::Operator(word.to_owned()));
    }
    let (method, value) = match rest.split_once(':') {
        Some((method, value)) => (Some(method), value),
        None => (None, rest),
    };
    Ok(Criterion { word, method, value, up, down })
}

fn matched(project: &Project, graph: &Graph<'_>, criterion: &Criterion<'_>) -> Result<BTreeSet<String>, SelectError> {
    let value = criterion.value;
    let by_node: Box<dyn Fn(&Node) -> bool> = match criterion.method {
        Some("tag") => Box::new(|node| node.tags.iter().any(|tag| glob(value, tag))),
        Some("path") => Box::new(|node| is_below(value, node)),
        Some("resource_type") => Box::new(|node| node.resource_type.name() == value),
        Some("source") => Box::new(|_| false),
        None if value.contains('/') || value.ends_with(".sql") || value.ends_with(".csv") => {
            Box::new(|node| is_below(value, node))
        }
        None => Box::new(|node| is_named(value, node)),
        Some(method) => return Err(SelectError::Method(criterion.word.to_owned(), method.to_owned())),
    };
    let mut found: BTreeSet<String> =
        project.nodes.values().filter(|node| by_node(node)).map(|node| node.unique_id.clone()).collect();
    if criterion.method == Some("source") {
        found.extend(
            project.sources.values().filter(|table| is_source(value, table)).map(|table| table.unique_id.clone()),
        );
    }
    let start = found.clone();
    for id in &start {
        if let Some(depth) = criterion.up {
            found.extend(graph.ancestors(id, depth).into_iter().map(str::to_owned));
        }
        if let Some(depth) = criterion.down {
            found.extend(graph.descendants(id, depth).into_iter().map(str::to_owned));
        }
    }
    Ok(found)
}

fn is_source(value: &str, table: &SourceTable) -> bool {
    let (source, name) = value.split_once('.').unwrap_or((value, "*"));
    glob(source, &table.source_name) && glob(name, &table.name)
}

/// A file, or a folder and all below it.
fn is_below(value: &str, node: &Node) -> bool {
    let value = value.trim_start_matches("./").trim_end_matches(['/', '*']);
    let path = &node.original_file_path;
    node.test.is_none()
        && (path == value || path.strip_prefix(value).is_some_and(|rest| rest.starts_with('/')) || glob(value, path))
}

/// A name, a name with its version, or the start of the fqn with or without the package.
fn is_named(value: &str, node: &Node) -> bool {
    if glob(value, &node.name) || node.fqn.join(".") == value {
        return true;
    }
    if let Some(version) = &node.model.version
        && [format!("{}.v{version}", node.name), format!("{}_v{version}", node.name)]
            .iter()
            .any(|name| glob(value, name))
    {
        return true;
    }
    let parts: Vec<&str> = value.split('.').collect();
    let starts =
        |fqn: &[String]| parts.len() <= fqn.len() && parts.iter().zip(fqn).all(|(part, name)| glob(part, name));
    node.test.is_none() && (starts(&node.fqn) || starts(node.fqn.get(1..).unwrap_or_default()))
}

/// `*` stands for any text, `?` for one character.
fn glob(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    let (mut at, mut from) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while at < text.len() {
        match pattern.get(from) {
            Some('*') => {
                star = Some((from, at));
                from += 1;
            }
            Some(c) if *c == '?' || *c == text[at] => (at, from) = (at + 1, from + 1),
            _ => match star {
                Some((place, taken)) => {
                    star = Some((place, taken + 1));
                    (at, from) = (taken + 1, place + 1);
                }
                None => return false,
            },
        }
    }
    pattern[from..].iter().all(|c| *c == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_taken_apart() {
        let parts = |word| parse(word).map(|c| (c.method.map(str::to_owned), c.value.to_owned(), c.up, c.down)).ok();
        assert_eq!(parts("2+tag:daily+"), Some((Some("tag".into()), "daily".into(), Some(Some(2)), Some(None))));
        assert_eq!(parts("a__b"), Some((None, "a__b".into(), None, None)));
        assert_eq!(parts("a+b"), None);
    }

    #[test]
    fn globs_match_whole_names() {
        assert!(glob("a*c?", "abbcd") && glob("*", "") && !glob("a", "ab") && !glob("a?", "a"));
    }
}
