//! What one render may cost: every text and list that is made is charged where it is made.
//!
//! A render stays on its thread, and so does what it costs; a render inside another one is charged to the outer one.

use std::cell::Cell;
use std::time::{Duration, Instant};

use minijinja::{Error, ErrorKind};

/// A text longer than this is refused, in bytes.
pub(super) const LONGEST_TEXT: usize = 32 * 1024 * 1024;

/// A longer list is refused.
pub(super) const LONGEST_LIST: usize = 1_000_000;

/// Bytes that one render may write and read in all: about half a second's work.
const MOST: usize = 512 * 1024 * 1024;

/// What an item of a list costs, in bytes.
pub(super) const ITEM: usize = 48;

thread_local! {
    static RENDERS: Cell<usize> = const { Cell::new(0) };
    static SPENT: Cell<usize> = const { Cell::new(0) };
    static SEARCHED: Cell<Duration> = const { Cell::new(Duration::ZERO) };
}

/// How long the regular expressions of one render may search in all.
const LONGEST_SEARCH: Duration = Duration::from_secs(1);

/// A render that is going on: what is charged until it is dropped counts together.
pub(super) struct Budget;

impl Budget {
    pub(super) fn start() -> Self {
        if RENDERS.get() == 0 {
            SPENT.set(0);
            SEARCHED.set(Duration::ZERO);
        }
        RENDERS.set(RENDERS.get() + 1);
        Self
    }
}

impl Drop for Budget {
    fn drop(&mut self) {
        RENDERS.set(RENDERS.get() - 1);
    }
}

/// Charges what is about to be done, in bytes; outside a render nothing is counted.
pub(super) fn charge(bytes: usize) -> Result<(), Error> {
    let spent = SPENT.get().saturating_add(bytes);
    SPENT.set(spent);
    if RENDERS.get() > 0 && spent > MOST {
        let message = "this template makes too many or too long texts and lists; look for a loop that makes a text \
                       or a list longer each time";
        return Err(Error::new(ErrorKind::OutOfFuel, message));
    }
    Ok(())
}

/// Charges a text of this length.
pub(super) fn text(length: usize) -> Result<(), Error> {
    if length > LONGEST_TEXT {
        let message = format!("a text may hold at most {} MiB; look for what makes it so long", LONGEST_TEXT >> 20);
        return Err(Error::new(ErrorKind::InvalidOperation, message));
    }
    charge(length)
}

/// Charges a list of this length.
pub(super) fn list(length: usize) -> Result<(), Error> {
    if length > LONGEST_LIST {
        let message = format!("a list may hold at most {LONGEST_LIST} items; look for what makes it so long");
        return Err(Error::new(ErrorKind::InvalidOperation, message));
    }
    charge(length.saturating_mul(ITEM))
}

/// A search with a regular expression: nothing but the clock knows what it costs.
pub(super) fn search<T>(search: impl FnOnce() -> T) -> Result<T, Error> {
    let started = Instant::now();
    let found = search();
    let searched = SEARCHED.get() + started.elapsed();
    SEARCHED.set(searched);
    match RENDERS.get() > 0 && searched > LONGEST_SEARCH {
        true => Err(Error::new(
            ErrorKind::OutOfFuel,
            "the regular expressions of this template take too long; make them simpler",
        )),
        false => Ok(found),
    }
}
