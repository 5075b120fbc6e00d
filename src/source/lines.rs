//! Two states of a file in, the lines of the new one that differ out. Behaviour: `git diff`.

use std::ops::RangeInclusive;

use git2::{DiffOptions, Patch};

/// What a pull request's page shows of the lines around a change.
const CONTEXT: usize = 3;

/// The lines of a file that a change touches, counted from 1.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ChangedLines {
    /// Those that are new or other.
    pub changed: Vec<RangeInclusive<usize>>,
    /// Those and the ones around them, which the page of the pull request shows.
    pub shown: Vec<RangeInclusive<usize>>,
}

impl ChangedLines {
    /// Compares the two; a file that was not there is new in all its lines.
    pub fn between(before: &[u8], after: &[u8]) -> Self {
        Self { changed: lines(before, after, 0), shown: lines(before, after, CONTEXT) }
    }

    /// Whether one of these lines is new or other.
    pub fn touches(&self, lines: &RangeInclusive<usize>) -> bool {
        self.changed.iter().any(|changed| changed.start() <= lines.end() && lines.start() <= changed.end())
    }

    /// Whether the page of the pull request shows all of these lines together.
    pub fn shows(&self, lines: &RangeInclusive<usize>) -> bool {
        self.shown.iter().any(|shown| shown.start() <= lines.start() && lines.end() <= shown.end())
    }
}

fn lines(before: &[u8], after: &[u8], context: usize) -> Vec<RangeInclusive<usize>> {
    let mut options = DiffOptions::new();
    options.context_lines(u32::try_from(context).unwrap_or_default()).force_text(true);
    let Ok(patch) = Patch::from_buffers(before, None, after, None, Some(&mut options)) else { return Vec::new() };
    let hunk = |at: usize| {
        let (hunk, _) = patch.hunk(at).ok()?;
        let (start, count) = (hunk.new_start() as usize, hunk.new_lines() as usize);
        (count > 0).then(|| start..=start + count - 1)
    };
    (0..patch.num_hunks()).filter_map(hunk).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lines_that_differ_and_those_around_them() {
        let before = "a\nb\nc\nd\ne\nf\ng\nh\ni\n";
        let lines = ChangedLines::between(before.as_bytes(), before.replace("e\n", "E\nE\n").as_bytes());
        assert_eq!((lines.changed, lines.shown), (vec![5..=6], vec![2..=9]));
        assert_eq!(ChangedLines::between(b"", b"a\nb\n").changed, [1..=2]);
        assert_eq!(ChangedLines::between(b"a\nb\n", b"a\n").changed, []);
    }
}
