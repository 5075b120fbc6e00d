//! Which nodes are drawn: what changed or failed with its neighbours, and on request the whole project.

use std::collections::{BTreeSet, HashMap};

use serde_json::{Value, json};

use super::data::Known;
use super::layout::{self, Drawing};

/// A project of so many nodes is drawn as a whole.
const SMALL: usize = 60;

/// The most nodes of a part that is cut out.
const MOST_CUT: usize = 120;

/// A larger project is drawn in parts only.
const MOST: usize = 5_000;

/// The drawings: `cut` is shown first, `whole` on request; either may be missing.
pub(super) fn graph(known: &Known<'_>) -> Value {
    let edges: Vec<(usize, usize)> = known
        .nodes
        .iter()
        .enumerate()
        .flat_map(|(to, (_, entry))| known.parents(entry).into_iter().map(move |from| (from, to)))
        .collect();
    let count = known.nodes.len();
    let all: Vec<usize> = (0..count).collect();
    if count <= SMALL {
        return json!({"cut": drawn(&all, &edges), "whole": null, "count": count, "wanted": count});
    }
    let wanted = wanted(known, &edges);
    let cut: Vec<usize> = wanted.iter().copied().take(MOST_CUT).collect::<BTreeSet<_>>().into_iter().collect();
    json!({
        "cut": if cut.is_empty() { Value::Null } else { drawn(&cut, &edges) },
        "whole": if count <= MOST { drawn(&all, &edges) } else { Value::Null },
        "count": count,
        "wanted": wanted.len(),
    })
}

/// What failed, then what changed, then what has findings or warns, then the neighbours of all these.
fn wanted(known: &Known<'_>, edges: &[(usize, usize)]) -> Vec<usize> {
    let numbers = || known.nodes.iter().enumerate().map(|(at, (id, _))| (at, *id));
    let of_tests = |is_it: &dyn Fn(&str) -> bool| -> Vec<usize> {
        known.tests.iter().filter(|(id, _)| is_it(id)).flat_map(|(_, test)| known.tested(test)).collect()
    };
    let mut found: Vec<usize> = numbers().filter(|(_, id)| known.is_bad(id)).map(|(at, _)| at).collect();
    found.extend(of_tests(&|id| known.is_bad(id)));
    found.extend(numbers().filter(|(_, id)| known.is_changed(id)).map(|(at, _)| at));
    found.extend(of_tests(&|id| known.status(id) == Some("warn") || known.is_changed(id)));
    found.extend(known.run.told.iter().flat_map(|told| &told.findings).flat_map(|finding| known.about(finding)));
    let starts: BTreeSet<usize> = found.iter().copied().collect();
    for (from, to) in edges {
        found.extend(starts.contains(from).then_some(*to));
        found.extend(starts.contains(to).then_some(*from));
    }
    let mut seen = BTreeSet::new();
    found.retain(|node| seen.insert(*node));
    found
}

/// The drawing of some of the nodes, with whole numbers.
fn drawn(nodes: &[usize], edges: &[(usize, usize)]) -> Value {
    let local: HashMap<usize, usize> = nodes.iter().enumerate().map(|(at, node)| (*node, at)).collect();
    let inside: Vec<(usize, usize)> =
        edges.iter().filter_map(|(from, to)| Some((*local.get(from)?, *local.get(to)?))).collect();
    let Drawing { corners, ways, width, height } = layout::draw(nodes.len(), &inside);
    let round = |value: f64| value.round() as i64;
    let places = nodes.iter().zip(&corners).map(|(node, (x, y))| json!([node, round(*x), round(*y)]));
    let ways = ways.iter().map(|way| {
        let points = way.points.iter().flat_map(|(x, y)| [round(*x), round(*y)]);
        let ends = [nodes[way.from], nodes[way.to]].map(|node| i64::try_from(node).unwrap_or_default());
        ends.into_iter().chain(points).collect::<Vec<_>>()
    });
    json!({
        "nodes": places.collect::<Vec<_>>(),
        "edges": ways.collect::<Vec<_>>(),
        "width": round(width),
        "height": round(height),
        "node": [layout::WIDTH, layout::HEIGHT],
    })
}
