//! What depends on what: order, ancestors, descendants and circles.

use std::collections::{BTreeSet, HashMap, HashSet, VecDeque};

use super::Project;
use super::node::Node;
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

/// Reports each circle once, at the first of its models.
pub fn circles(project: &Project) -> Vec<Problem> {
    let graph = Graph::new(project);
    let mut done: HashSet<&str> = HashSet::new();
    let mut problems = Vec::new();
    for node in project.nodes.values() {
        if let Some(circle) = circle_from(&graph, &node.unique_id, &mut done) {
            problems.push(problem(project, &circle));
        }
    }
    problems
}

/// A circle that can be reached from `start`, found by a depth-first walk without recursion.
fn circle_from<'p>(graph: &Graph<'p>, start: &'p str, done: &mut HashSet<&'p str>) -> Option<Vec<&'p str>> {
    let mut path: Vec<(&'p str, usize)> = vec![(start, 0)];
    if done.contains(start) {
        return None;
    }
    while let Some((id, next)) = path.last_mut() {
        let (id, parents) = (*id, graph.parents(id));
        let Some(parent) = parents.get(*next).copied() else {
            done.insert(id);
            path.pop();
            continue;
        };
        *next += 1;
        if let Some(at) = path.iter().position(|(known, _)| *known == parent) {
            let circle = path[at..].iter().map(|(id, _)| *id).collect();
            done.extend(path.iter().map(|(id, _)| *id));
            return Some(circle);
        }
        if !done.contains(parent) {
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
