//! Nodes and edges in, a drawing out: each node has a place, and each edge a way that goes from left to right.
//!
//! The method is Sugiyama's: layers, an order in each of them with few crossings, and places near the neighbours.

mod layers;
mod order;
mod place;

use layers::Layers;

/// How wide and how high a node is.
pub(super) const WIDTH: f64 = 212.0;
pub(super) const HEIGHT: f64 = 48.0;
/// What is between two layers, and between two nodes of one layer.
const BETWEEN_LAYERS: f64 = 44.0;
const BETWEEN_NODES: f64 = 14.0;
/// How high a layer is where only an edge passes through it.
const THREAD: f64 = 10.0;
/// What is between two parts that no edge connects.
const BETWEEN_PARTS: f64 = 32.0;

/// The top left corner of a node, or a point of an edge.
pub(super) type Point = (f64, f64);

/// An edge as it is drawn: between the first two points it bends, between the next two it is straight, and so on.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Way {
    pub from: usize,
    pub to: usize,
    pub points: Vec<Point>,
}

/// Where everything is.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Drawing {
    /// The top left corner of each node.
    pub corners: Vec<Point>,
    /// An edge that would close a circle has none, nor has one from a node to itself.
    pub ways: Vec<Way>,
    pub width: f64,
    pub height: f64,
}

/// Draws `count` nodes. `edges` lead from a node that is read to one that reads it.
pub(super) fn draw(count: usize, edges: &[(usize, usize)]) -> Drawing {
    let mut edges: Vec<(usize, usize)> = edges.iter().copied().filter(|(from, to)| from != to).collect();
    edges.sort_unstable();
    edges.dedup();
    let edges = layers::without_circles(count, &edges);
    let mut whole = Drawing { corners: vec![(0.0, 0.0); count], ..Drawing::default() };
    let (mut parts, alone): (Vec<_>, Vec<_>) = parts(count, &edges).into_iter().partition(|part| part.len() > 1);
    // The largest comes first; of equal ones that with the first node.
    parts.sort_by_key(|part| std::cmp::Reverse(part.len()));
    for part in parts {
        add(&mut whole, &part, &edges);
    }
    add_alone(&mut whole, &alone.concat());
    whole
}

/// The nodes that edges connect, each part sorted.
fn parts(count: usize, edges: &[(usize, usize)]) -> Vec<Vec<usize>> {
    let mut of: Vec<usize> = (0..count).collect();
    fn top(of: &mut [usize], mut at: usize) -> usize {
        while of[at] != at {
            of[at] = of[of[at]];
            at = of[at];
        }
        at
    }
    for (from, to) in edges {
        let (a, b) = (top(&mut of, *from), top(&mut of, *to));
        of[a.max(b)] = a.min(b);
    }
    let mut parts = vec![Vec::new(); count];
    for at in 0..count {
        parts[top(&mut of, at)].push(at);
    }
    parts.retain(|part| !part.is_empty());
    parts
}

/// Draws one part below what is there.
fn add(whole: &mut Drawing, part: &[usize], edges: &[(usize, usize)]) {
    let local = |node: usize| part.binary_search(&node).ok();
    let inside: Vec<(usize, usize)> =
        edges.iter().filter_map(|(from, to)| Some((local(*from)?, local(*to)?))).collect();
    let mut layers = Layers::new(part.len(), &inside);
    order::arrange(&mut layers);
    let middles = place::middles(&layers);
    let top = if whole.height > 0.0 { whole.height + BETWEEN_PARTS } else { 0.0 };
    let left = |item: usize| layers.layer[item] as f64 * (WIDTH + BETWEEN_LAYERS);
    for (at, node) in part.iter().enumerate() {
        whole.corners[*node] = (left(at), top + middles[at] - HEIGHT / 2.0);
    }
    for (edge, chain) in inside.iter().zip(&layers.chains) {
        let mut points = Vec::new();
        for (at, item) in chain.iter().enumerate() {
            let (x, y) = (left(*item), top + middles[*item]);
            if at > 0 {
                points.push((x, y));
            }
            if at + 1 < chain.len() {
                points.push((x + WIDTH, y));
            }
        }
        whole.ways.push(Way { from: part[edge.0], to: part[edge.1], points });
    }
    let right = (0..part.len()).map(|item| left(item) + WIDTH).fold(0.0, f64::max);
    let low = (0..middles.len()).map(|item| middles[item] + height(&layers, item) / 2.0).fold(0.0, f64::max);
    whole.width = whole.width.max(right);
    whole.height = top + low;
}

/// How high an item of a layer is.
fn height(layers: &Layers, item: usize) -> f64 {
    if layers.is_node(item) { HEIGHT } else { THREAD }
}

/// Draws the nodes without edges below all others, in rows as wide as the drawing.
fn add_alone(whole: &mut Drawing, nodes: &[usize]) {
    let step = WIDTH + BETWEEN_LAYERS;
    // Rows as wide as what is above them; else about as many rows as columns.
    let is_enough = |columns: usize| match whole.width > 0.0 {
        true => (columns + 1) as f64 * step - BETWEEN_LAYERS > whole.width,
        false => columns * columns >= nodes.len(),
    };
    let columns = (1..nodes.len()).find(|columns| is_enough(*columns)).unwrap_or(nodes.len()).max(1);
    let top = if whole.height > 0.0 { whole.height + BETWEEN_PARTS } else { 0.0 };
    for (at, node) in nodes.iter().enumerate() {
        let (column, row) = ((at % columns) as f64, (at / columns) as f64);
        let corner = (column * step, top + row * (HEIGHT + BETWEEN_NODES));
        whole.corners[*node] = corner;
        whole.width = whole.width.max(corner.0 + WIDTH);
        whole.height = whole.height.max(corner.1 + HEIGHT);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers that are the same in each run.
    struct Numbers(u64);

    impl Numbers {
        fn below(&mut self, end: usize) -> usize {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            usize::try_from(self.0 >> 33).unwrap_or_default() % end
        }
    }

    fn overlap(a: Point, b: Point) -> bool {
        (a.0 - b.0).abs() < WIDTH && (a.1 - b.1).abs() < HEIGHT
    }

    fn assert_readable(drawing: &Drawing, edges: &[(usize, usize)]) {
        let corners = &drawing.corners;
        for (at, a) in corners.iter().enumerate() {
            for b in &corners[at + 1..] {
                assert!(!overlap(*a, *b), "{a:?} and {b:?} overlap");
            }
            assert!(a.0 >= 0.0 && a.1 >= -0.001, "{a:?} is outside");
            assert!(a.0 + WIDTH <= drawing.width + 0.001 && a.1 + HEIGHT <= drawing.height + 0.001, "{a:?} is outside");
        }
        assert_eq!(drawing.ways.len(), edges.len());
        for way in &drawing.ways {
            assert_eq!(way.points.len() % 2, 0);
            let steps = way.points.windows(2);
            assert!(steps.clone().all(|pair| pair[0].0 < pair[1].0), "{way:?} does not go to the right");
            let (first, last) = (way.points[0], way.points[way.points.len() - 1]);
            assert_eq!(first, (corners[way.from].0 + WIDTH, corners[way.from].1 + HEIGHT / 2.0));
            assert_eq!(last, (corners[way.to].0, corners[way.to].1 + HEIGHT / 2.0));
            // Where it is straight it passes beside the nodes.
            for pair in way.points.chunks(2).collect::<Vec<_>>().windows(2) {
                let (x, y) = pair[0][1];
                let is_under = |corner: &Point| (corner.0 - x).abs() < 1.0 && corner.1 < y && y < corner.1 + HEIGHT;
                assert!(!corners.iter().any(is_under), "{way:?} passes under a node");
            }
        }
    }

    #[test]
    fn no_two_nodes_overlap_and_edges_go_from_left_to_right() {
        let mut numbers = Numbers(7);
        for round in 0..120 {
            let count = 1 + numbers.below(if round % 10 == 0 { 300 } else { 40 });
            let mut edges: Vec<(usize, usize)> = (0..numbers.below(2 * count + 1))
                .map(|_| (numbers.below(count), numbers.below(count)))
                .filter(|(from, to)| from < to)
                .collect();
            edges.sort_unstable();
            edges.dedup();
            assert_readable(&draw(count, &edges), &edges);
        }
    }

    #[test]
    fn an_edge_that_closes_a_circle_is_left_out() {
        let drawing = draw(3, &[(0, 1), (1, 2), (2, 0), (1, 1)]);
        assert_readable(&drawing, &[(0, 1), (1, 2)]);
    }

    #[test]
    fn a_chain_is_a_straight_line() {
        let drawing = draw(3, &[(0, 1), (1, 2), (0, 2)]);
        assert!((drawing.corners[0].1 - drawing.corners[2].1).abs() < 0.01, "{drawing:?}");
    }

    #[test]
    fn nodes_without_edges_stand_in_rows() {
        let drawing = draw(9, &[]);
        assert_readable(&drawing, &[]);
        assert!(drawing.width < 4.0 * (WIDTH + BETWEEN_LAYERS), "{drawing:?}");
        assert_eq!(draw(0, &[]), Drawing::default());
    }

    #[test]
    fn two_thousand_nodes_are_drawn() {
        let mut numbers = Numbers(3);
        let edges: Vec<(usize, usize)> = (0..5_000)
            .map(|_| {
                let to = 1 + numbers.below(1_999);
                (to - 1 - numbers.below(to.min(200)), to)
            })
            .collect();
        assert_eq!(draw(2_000, &edges).corners.len(), 2_000);
    }
}
