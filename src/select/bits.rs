//! A set of nodes by their number in the [`Index`](super::index::Index): one bit each, so that sets combine at once.

/// A set of small numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Bits {
    words: Vec<u64>,
}

impl Bits {
    /// An empty set with room for the numbers below `size`.
    pub(super) fn new(size: usize) -> Self {
        Self { words: vec![0; size.div_ceil(64)] }
    }

    /// The numbers below `size` that `is_in` accepts.
    pub(super) fn of(size: usize, is_in: impl Fn(usize) -> bool) -> Self {
        let mut bits = Self::new(size);
        for at in (0..size).filter(|at| is_in(*at)) {
            let _ = bits.insert(at);
        }
        bits
    }

    /// Adds a number; false when it was there already.
    pub(super) fn insert(&mut self, at: usize) -> bool {
        let (word, bit) = (&mut self.words[at / 64], 1 << (at % 64));
        let is_new = *word & bit == 0;
        *word |= bit;
        is_new
    }

    pub(super) fn contains(&self, at: usize) -> bool {
        self.words.get(at / 64).is_some_and(|word| word & (1 << (at % 64)) != 0)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.words.iter().all(|word| *word == 0)
    }

    /// Adds what `other` has.
    pub(super) fn add(&mut self, other: &Self) {
        self.words.iter_mut().zip(&other.words).for_each(|(word, other)| *word |= other);
    }

    /// Keeps what `other` has too.
    pub(super) fn keep(&mut self, other: &Self) {
        self.words.iter_mut().zip(&other.words).for_each(|(word, other)| *word &= other);
    }

    /// Takes out what `other` has.
    pub(super) fn remove(&mut self, other: &Self) {
        self.words.iter_mut().zip(&other.words).for_each(|(word, other)| *word &= !other);
    }

    /// The numbers, in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        self.words
            .iter()
            .enumerate()
            .filter(|(_, word)| **word != 0)
            .flat_map(|(at, word)| (0..64).filter(move |bit| word & (1 << bit) != 0).map(move |bit| at * 64 + bit))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_combine() {
        let (mut even, third) = (Bits::of(130, |at| at % 2 == 0), Bits::of(130, |at| at % 3 == 0));
        assert!(even.contains(128) && !even.contains(129) && !even.insert(128));
        even.keep(&third);
        assert_eq!(even.iter().take(3).collect::<Vec<_>>(), [0, 6, 12]);
        even.remove(&third);
        assert!(even.is_empty());
    }
}
