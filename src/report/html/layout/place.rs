//! Layers in order in, how far down each item stands out: near the middle of its neighbours, never over another.

use super::layers::Layers;
use super::{BETWEEN_NODES, height};

/// So often all layers are gone through, to the right and back.
const SWEEPS: usize = 24;

/// How much more a thread pulls than an edge between two nodes: long edges become straight.
const PULL: f64 = 16.0;

/// The middle of each item, from the top of the drawing.
pub(super) fn middles(layers: &Layers) -> Vec<f64> {
    let mut middles = vec![0.0; layers.layer.len()];
    for row in &layers.rows {
        let wanted = vec![(0.0, 1.0); row.len()];
        settle(layers, row, &wanted, &mut middles);
    }
    let last = layers.rows.len() - 1;
    for sweep in 0..SWEEPS {
        for step in 0..=last {
            let row = &layers.rows[if sweep % 2 == 0 { step } else { last - step }];
            let wanted: Vec<(f64, f64)> = row.iter().map(|item| wanted(layers, *item, &middles)).collect();
            settle(layers, row, &wanted, &mut middles);
        }
    }
    let tops = middles.iter().enumerate().map(|(item, middle)| middle - height(layers, item) / 2.0);
    let top = tops.fold(f64::INFINITY, f64::min);
    middles.iter_mut().for_each(|middle| *middle -= top);
    middles
}

/// Where an item would stand, and how much that matters.
fn wanted(layers: &Layers, item: usize, middles: &[f64]) -> (f64, f64) {
    let pull = |other: &usize| match (layers.is_node(item), layers.is_node(*other)) {
        (true, true) => 1.0,
        (false, false) => PULL,
        _ => PULL / 2.0,
    };
    let all = || layers.before[item].iter().chain(&layers.after[item]);
    let weight: f64 = all().map(pull).sum();
    if weight == 0.0 {
        return (middles[item], 0.1);
    }
    (all().map(|other| middles[*other] * pull(other)).sum::<f64>() / weight, weight)
}

/// Places a row as near to what is wanted as its order and the space between items allow: of all such places those with
/// the least weighted squares, by pooling neighbours that are in each other's way.
fn settle(layers: &Layers, row: &[usize], wanted: &[(f64, f64)], middles: &mut [f64]) {
    let mut offsets = Vec::with_capacity(row.len());
    let mut offset = 0.0;
    for (at, item) in row.iter().enumerate() {
        if at > 0 {
            offset += (height(layers, row[at - 1]) + height(layers, *item)) / 2.0 + BETWEEN_NODES;
        }
        offsets.push(offset);
    }
    // Each pool: where it stands, its weight, and how many items it holds.
    let mut pools: Vec<(f64, f64, usize)> = Vec::new();
    for ((place, weight), offset) in wanted.iter().zip(&offsets) {
        let mut pool = (place - offset, *weight, 1);
        while let Some(above) = pools.pop_if(|above| above.0 > pool.0) {
            let weight = above.1 + pool.1;
            pool = ((above.0 * above.1 + pool.0 * pool.1) / weight, weight, above.2 + pool.2);
        }
        pools.push(pool);
    }
    let places = pools.iter().flat_map(|(place, _, count)| std::iter::repeat_n(*place, *count));
    for ((item, offset), place) in row.iter().zip(&offsets).zip(places) {
        middles[*item] = place + offset;
    }
}
