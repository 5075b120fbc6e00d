//! What depends on what: order, ancestors, descendants and circles.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use foldhash::{HashMap, HashSet, HashSetExt};

use super::Project;
use super::node::{Node, ResourceType};
use super::problem::{Problem, ProblemKind};

/// The edges of a project, both ways.
#[derive(Debug, Default)]
pub struct Graph<'p> {
    parents: HashMap<&'p str, Vec<&'p str>>,
    children: HashMap<&'p str, Vec<&'p str>>,
}

impl<'p> Graph<'p> {
    /// Collects the edges.
    pub fn new(project: &'p Project) -> Self {
        let mut graph = Self::default();
        for node in project.nodes.values().chain(project.others.values()) {
            let parents = node.depends_on.iter().map(String::as_str).collect::<Vec<_>>();
            for parent in &parents {
                graph.children.entry(parent).or_default().push(&node.unique_id);
            }
            graph.parents.insert(&node.unique_id, parents);
        }
        graph
    }

    /// What a node depends on directly.
    pub fn parents(&self, id: &str) -> &[&'p str] {
        self.parents.get(id).map_or(&[], Vec::as_slice)
    }

    /// What depends on a node directly.
    pub fn children(&self, id: &str) -> &[&'p str] {
        self.children.get(id).map_or(&[], Vec::as_slice)
    }

    /// Everything below `start`, at most `depth` steps away, `start` itself left out.
    pub fn descendants(&self, start: &str, depth: Option<usize>) -> BTreeSet<&'p str> {
        walk(start, depth, |id| self.children(id))
    }

    /// Everything above `start`, at most `depth` steps away, `start` itself left out.
    pub fn ancestors(&self, start: &str, depth: Option<usize>) -> BTreeSet<&'p str> {
        walk(start, depth, |id| self.parents(id))
    }
}

fn walk<'p, 'a>(start: &str, depth: Option<usize>, next: impl Fn(&str) -> &'a [&'p str]) -> BTreeSet<&'p str>
where
    'p: 'a,
{
    let mut found = BTreeSet::new();
    let mut queue: VecDeque<(&'p str, usize)> = next(start).iter().map(|id| (*id, 1)).collect();
    while let Some((id, steps)) = queue.pop_front() {
        if depth.is_none_or(|depth| steps <= depth) && found.insert(id) {
            queue.extend(next(id).iter().map(|id| (*id, steps + 1)));
        }
    }
    found
}

/// Reports each circle once, at the first of its models. Nothing depends on a test, so that none is a part of a circle.
pub fn circles(project: &Project) -> Vec<Problem> {
    let mut done: HashSet<&str> = HashSet::new();
    let may_be_in_one = |node: &&Arc<Node>| node.resource_type != ResourceType::Test;
    let nodes = project.nodes.values().filter(may_be_in_one);
    nodes.filter_map(|node| circle_from(project, node, &mut done)).map(|circle| problem(project, &circle)).collect()
}

/// A circle that can be reached from `start`, found by a depth-first walk without recursion.
fn circle_from<'p>(project: &'p Project, start: &'p Node, done: &mut HashSet<&'p str>) -> Option<Vec<&'p str>> {
    if done.contains(start.unique_id.as_str()) {
        return None;
    }
    let mut path: Vec<(&'p Node, usize)> = vec![(start, 0)];
    while let Some((node, next)) = path.last_mut() {
        let (id, parent) = (node.unique_id.as_str(), node.depends_on.get(*next));
        let Some(parent) = parent.map(String::as_str) else {
            done.insert(id);
            path.pop();
            continue;
        };
        *next += 1;
        if let Some(at) = path.iter().position(|(known, _)| known.unique_id == parent) {
            let circle = path[at..].iter().map(|(node, _)| node.unique_id.as_str()).collect();
            done.extend(path.iter().map(|(node, _)| node.unique_id.as_str()));
            return Some(circle);
        }
        if let Some(parent) = project.nodes.get(parent).filter(|parent| !done.contains(parent.unique_id.as_str())) {
            path.push((parent, 0));
        }
    }
    None
}

fn problem(project: &Project, circle: &[&str]) -> Problem {
    let nodes: Vec<&Node> = circle.iter().filter_map(|id| project.nodes.get(*id).map(|node| &**node)).collect();
    let names: Vec<String> = nodes.iter().chain(nodes.first()).map(|node| node.display_name()).collect();
    let place = nodes.first().map(|node| node.place.clone()).unwrap_or_else(|| crate::finding::Place::file(""));
    let message = format!("these models depend on each other in a circle: {}", names.join(" → "));
    let mut problem = Problem::new(ProblemKind::Cycle, message, place)
        .help("one of them must not `ref` the next: move what both need into a third model");
    for pair in nodes.windows(2) {
        problem = problem.related(pair[1].place.clone(), format!("`{}` refers to this", pair[0].display_name()));
    }
    problem
}
