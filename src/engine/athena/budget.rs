//! How much the queries of a run may read together. It is asked before each statement; what is running is not stopped.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crate::settings::bytes::Bytes;

pub(super) struct Budget {
    /// No statement is begun once so much was read.
    pub most: Option<Bytes>,
    /// So much is told.
    pub warn: Option<Bytes>,
    pub tell: fn(&str),
    read: AtomicU64,
    is_told: AtomicBool,
}

impl Budget {
    pub(super) fn new((most, warn): (Option<Bytes>, Option<Bytes>), tell: fn(&str)) -> Self {
        Self { most, warn, tell, read: AtomicU64::new(0), is_told: AtomicBool::new(false) }
    }

    /// Counts what a statement has read.
    pub(super) fn spend(&self, bytes: u64) {
        let read = Bytes(self.read.fetch_add(bytes, Ordering::Relaxed).saturating_add(bytes));
        let Some(warn) = self.warn.filter(|warn| read >= *warn) else { return };
        if !self.is_told.swap(true, Ordering::Relaxed) {
            (self.tell)(&format!("the queries of this run have read {read}, and {warn} was to be told (`warn_bytes`)"));
        }
    }

    /// Why no statement is begun any more, if none is.
    pub(super) fn is_used_up(&self) -> Option<String> {
        let read = Bytes(self.read.load(Ordering::Relaxed));
        let most = self.most.filter(|most| read >= *most)?;
        Some(format!("the budget of {most} is used up: the queries of this run have read {read}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_statement_is_begun_once_the_budget_is_used_up() {
        let budget = Budget::new((Some(Bytes(10)), None), |_| {});
        budget.spend(9);
        assert_eq!(budget.is_used_up(), None);
        budget.spend(3);
        assert!(budget.is_used_up().unwrap().starts_with("the budget of 0.0 kB is used up"));
        let none = Budget::new((None, None), |_| {});
        none.spend(u64::MAX);
        assert_eq!(none.is_used_up(), None);
    }
}
