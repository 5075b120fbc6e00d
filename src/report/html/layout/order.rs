//! Layers in, the same with few crossings: each item is moved to the middle of its neighbours, from layer to layer.

use super::layers::Layers;

/// So often all layers are gone through, to the right and back.
const SWEEPS: usize = 12;

/// Arranges the items of each layer.
pub(super) fn arrange(layers: &mut Layers) {
    let mut at = vec![0; layers.layer.len()];
    let mut best = (usize::MAX, layers.rows.clone());
    for sweep in 0..SWEEPS {
        let last = layers.rows.len() - 1;
        for step in 1..=last {
            let (row, seen) = if sweep % 2 == 0 { (step, &layers.before) } else { (last - step, &layers.after) };
            note(&layers.rows, &mut at);
            by_middle(&mut layers.rows[row], seen, &at);
        }
        note(&layers.rows, &mut at);
        let crossings = layers.rows.iter().map(|row| crossings(row, &layers.after, &at)).sum();
        if crossings < best.0 {
            best = (crossings, layers.rows.clone());
        }
    }
    layers.rows = best.1;
}

fn note(rows: &[Vec<usize>], at: &mut [usize]) {
    for row in rows {
        for (place, item) in row.iter().enumerate() {
            at[*item] = place;
        }
    }
}

/// Sorts a row by the middle of what each item is connected with; what is not connected stays where it is.
fn by_middle(row: &mut Vec<usize>, seen: &[Vec<usize>], at: &[usize]) {
    let middle = |item: usize| match seen[item].len() {
        0 => at[item] as f64,
        count => seen[item].iter().map(|next| at[*next] as f64).sum::<f64>() / count as f64,
    };
    let mut sorted: Vec<(f64, usize)> = row.iter().map(|item| (middle(*item), *item)).collect();
    sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
    *row = sorted.into_iter().map(|(_, item)| item).collect();
}

/// How many pairs of edges from this row to the next cross each other.
fn crossings(row: &[usize], after: &[Vec<usize>], at: &[usize]) -> usize {
    let mut ends: Vec<usize> = Vec::new();
    for item in row {
        let mut of_item: Vec<usize> = after[*item].iter().map(|next| at[*next]).collect();
        of_item.sort_unstable();
        ends.extend(of_item);
    }
    // A tree of counts: how many ends so far lie above a place.
    let size = ends.iter().max().map_or(0, |most| most + 1);
    let mut counts = vec![0_usize; size + 1];
    let mut found = 0;
    for (before, end) in ends.iter().enumerate() {
        let mut not_below = 0;
        let mut place = end + 1;
        while place > 0 {
            not_below += counts[place];
            place &= place - 1;
        }
        found += before - not_below;
        place = end + 1;
        while place <= size {
            counts[place] += 1;
            place += place & place.wrapping_neg();
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_edges_that_cross_are_counted() {
        let layers = Layers::new(4, &[(0, 3), (1, 2)]);
        let mut at = vec![0; 4];
        note(&layers.rows, &mut at);
        assert_eq!(crossings(&layers.rows[0], &layers.after, &at), 1);
    }

    #[test]
    fn edges_are_untangled() {
        let mut layers = Layers::new(6, &[(0, 5), (1, 4), (2, 3)]);
        arrange(&mut layers);
        let mut at = vec![0; 6];
        note(&layers.rows, &mut at);
        assert_eq!(crossings(&layers.rows[0], &layers.after, &at), 0);
    }
}
