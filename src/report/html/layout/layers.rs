//! Edges in, layers out: every edge leads from one layer to the next, through threads where it is longer.

/// Nodes and threads in layers.
#[derive(Debug, Clone)]
pub(super) struct Layers {
    /// The items of each layer, from top to bottom.
    pub rows: Vec<Vec<usize>>,
    /// The layer of each item. Nodes come first; what follows are threads.
    pub layer: Vec<usize>,
    /// What each item leads to in the next layer, and what leads to it from the one before.
    pub after: Vec<Vec<usize>>,
    pub before: Vec<Vec<usize>>,
    /// For each edge the items that it passes, both ends included.
    pub chains: Vec<Vec<usize>>,
    nodes: usize,
}

impl Layers {
    /// Puts the nodes into layers. There are no circles.
    pub(super) fn new(count: usize, edges: &[(usize, usize)]) -> Self {
        let layer = longest(count, edges);
        let mut layers = Self {
            rows: Vec::new(),
            layer,
            after: vec![Vec::new(); count],
            before: vec![Vec::new(); count],
            chains: Vec::with_capacity(edges.len()),
            nodes: count,
        };
        for (from, to) in edges {
            layers.connect(*from, *to);
        }
        let deepest = layers.layer.iter().max().copied().unwrap_or(0);
        layers.rows = vec![Vec::new(); deepest + 1];
        for (item, layer) in layers.layer.iter().enumerate() {
            layers.rows[*layer].push(item);
        }
        layers
    }

    /// Whether the item is a node, and not a thread.
    pub(super) fn is_node(&self, item: usize) -> bool {
        item < self.nodes
    }

    fn connect(&mut self, from: usize, to: usize) {
        let mut chain = vec![from];
        let mut last = from;
        for layer in self.layer[from] + 1..self.layer[to] {
            let thread = self.layer.len();
            self.layer.push(layer);
            self.after.push(Vec::new());
            self.before.push(Vec::new());
            self.link(last, thread);
            chain.push(thread);
            last = thread;
        }
        self.link(last, to);
        chain.push(to);
        self.chains.push(chain);
    }

    fn link(&mut self, from: usize, to: usize) {
        self.after[from].push(to);
        self.before[to].push(from);
    }
}

/// Each node stands after all that it reads. What reads nothing stands right before the first that reads it.
fn longest(count: usize, edges: &[(usize, usize)]) -> Vec<usize> {
    let mut after = vec![Vec::new(); count];
    let mut open = vec![0_usize; count];
    for (from, to) in edges {
        after[*from].push(*to);
        open[*to] += 1;
    }
    let is_first: Vec<bool> = open.iter().map(|count| *count == 0).collect();
    let mut layer = vec![0; count];
    let mut ready: Vec<usize> = (0..count).filter(|node| is_first[*node]).collect();
    while let Some(node) = ready.pop() {
        for next in &after[node] {
            layer[*next] = layer[*next].max(layer[node] + 1);
            open[*next] -= 1;
            if open[*next] == 0 {
                ready.push(*next);
            }
        }
    }
    for node in (0..count).filter(|node| is_first[*node]) {
        if let Some(nearest) = after[node].iter().map(|next| layer[*next]).min() {
            layer[node] = nearest - 1;
        }
    }
    layer
}

/// The edges without those that close a circle.
pub(super) fn without_circles(count: usize, edges: &[(usize, usize)]) -> Vec<(usize, usize)> {
    let mut after = vec![Vec::new(); count];
    for (from, to) in edges {
        after[*from].push(*to);
    }
    // 0: not seen, 1: on the way that is walked, 2: done.
    let mut seen = vec![0_u8; count];
    let mut kept = Vec::with_capacity(edges.len());
    for start in 0..count {
        let mut way = if seen[start] == 0 { vec![(start, 0)] } else { continue };
        seen[start] = 1;
        while let Some((node, next)) = way.last_mut() {
            let (from, to) = (*node, after[*node].get(*next).copied());
            *next += 1;
            match to {
                None => {
                    seen[from] = 2;
                    way.pop();
                }
                Some(to) if seen[to] == 1 => {}
                Some(to) => {
                    kept.push((from, to));
                    if seen[to] == 0 {
                        seen[to] = 1;
                        way.push((to, 0));
                    }
                }
            }
        }
    }
    kept.sort_unstable();
    kept
}
