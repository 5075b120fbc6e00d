//! What each node waits for in, the next one that can be done out: first that on which the longest chain waits.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap};

use super::order::{self, Waiting};

/// How many nodes are on the longest way down, and the place in the plan.
type Place = (Reverse<usize>, usize);

/// Hands out the nodes of a plan, each after what it waits for.
///
/// A run cannot end before its longest chain has, so of what is ready the start of the longest one comes first; among
/// equals, what stands first in the plan. What is in a circle is never handed out.
pub struct Queue<'p> {
    parents: Waiting<'p>,
    readers: HashMap<&'p str, Vec<&'p str>>,
    /// How many of its parents are not done yet.
    left: HashMap<&'p str, usize>,
    order: HashMap<&'p str, Place>,
    ready: BTreeSet<(Place, &'p str)>,
}

impl<'p> Queue<'p> {
    /// `plan` is all that `parents` names, in the order in which people are told of it.
    pub fn new(plan: impl Iterator<Item = &'p str>, parents: Waiting<'p>) -> Self {
        let readers = order::readers(&parents);
        let mut longest: HashMap<&str, usize> = HashMap::new();
        for id in order::layers(&parents).into_iter().rev().flatten() {
            let below = readers.get(id).into_iter().flatten().filter_map(|reader| longest.get(reader));
            longest.insert(id, below.max().map_or(0, |longest| longest + 1));
        }
        let order: HashMap<_, _> =
            plan.enumerate().filter_map(|(place, id)| Some((id, (Reverse(*longest.get(id)?), place)))).collect();
        let left: HashMap<&str, usize> = parents.iter().map(|(id, parents)| (*id, parents.len())).collect();
        let free = left.iter().filter(|(_, left)| **left == 0);
        let ready = free.filter_map(|(id, _)| Some((*order.get(id)?, *id))).collect();
        Self { parents, readers, left, order, ready }
    }

    /// The next node, which nobody else gets.
    pub fn take(&mut self) -> Option<&'p str> {
        self.ready.pop_first().map(|(_, id)| id)
    }

    /// What the node waited for, by name.
    pub fn parents(&self, id: &str) -> impl Iterator<Item = &'p str> {
        self.parents.get(id).into_iter().flatten().copied()
    }

    /// The node is done, whatever became of it: who waited only for it can be next.
    pub fn done(&mut self, id: &str) {
        for reader in self.readers.remove(id).unwrap_or_default() {
            let Some(left) = self.left.get_mut(reader) else { continue };
            *left -= 1;
            if let (0, Some(order)) = (*left, self.order.get(reader)) {
                self.ready.insert((*order, reader));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn queue<'p>(plan: &[(&'p str, &[&'p str])]) -> Queue<'p> {
        let parents = plan.iter().map(|(id, parents)| (*id, parents.iter().copied().collect())).collect();
        Queue::new(plan.iter().map(|(id, _)| *id), parents)
    }

    #[test]
    fn the_start_of_the_longest_chain_comes_first_and_then_the_order_of_the_plan() {
        let mut queue =
            queue(&[("alone", &[]), ("short", &[]), ("long", &[]), ("next", &["long"]), ("last", &["short", "next"])]);
        let mut order = Vec::new();
        while let Some(id) = queue.take() {
            order.push(id);
            queue.done(id);
        }
        assert_eq!(order, ["long", "short", "next", "alone", "last"]);
    }

    #[test]
    fn what_waits_is_not_handed_out_and_a_circle_never() {
        let mut queue = queue(&[("a", &[]), ("b", &["a"]), ("c", &["d"]), ("d", &["c"])]);
        assert_eq!((queue.take(), queue.take()), (Some("a"), None));
        queue.done("a");
        assert_eq!((queue.take(), queue.take()), (Some("b"), None));
        assert_eq!(queue.parents("b").collect::<Vec<_>>(), ["a"]);
    }
}
