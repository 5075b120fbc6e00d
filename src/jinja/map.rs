//! Edits of a text, and the way back from the edited text to the original.

use std::ops::Range;

/// Insertions and replacements to make in a text, collected in any order.
#[derive(Debug, Default)]
pub struct Edits {
    inserts: Vec<Insert>,
    replacements: Vec<(Range<usize>, String)>,
}

#[derive(Debug)]
struct Insert {
    at: usize,
    opens: bool,
    text: String,
}

impl Edits {
    /// Puts `before` and `after` around a range; a range wrapped later encloses one wrapped earlier.
    pub fn wrap(&mut self, range: &Range<usize>, before: &str, after: &str) {
        self.inserts.push(Insert { at: range.start, opens: true, text: before.to_owned() });
        self.inserts.push(Insert { at: range.end, opens: false, text: after.to_owned() });
    }

    /// Puts `text` at an offset, after what ends there.
    pub fn insert(&mut self, at: usize, text: String) {
        self.inserts.push(Insert { at, opens: false, text });
    }

    /// Puts `text` in the place of a range.
    pub fn replace(&mut self, range: Range<usize>, text: &str) {
        self.replacements.push((range, text.to_owned()));
    }

    /// Whether a replacement takes this offset in already.
    pub fn replaces(&self, at: usize) -> bool {
        self.replacements.iter().any(|(range, _)| range.contains(&at))
    }

    /// Makes the edits in `source[range]`.
    pub fn apply(self, source: &str, range: Range<usize>) -> (String, OffsetMap) {
        let mut steps = self.steps();
        steps.sort_by_key(|(at, rank, _, _)| (*at, *rank));
        let mut out = String::with_capacity(range.len() + range.len() / 8);
        let mut map = OffsetMap { segments: Vec::with_capacity(steps.len() * 2 + 1) };
        let mut at = range.start;
        for (start, _, end, text) in steps {
            if start > at {
                map.segments.push(Segment { out: out.len(), source: at, copied: true });
                out.push_str(&source[at..start]);
            }
            map.segments.push(Segment { out: out.len(), source: start, copied: false });
            out.push_str(&text);
            at = at.max(end);
        }
        if at < range.end {
            map.segments.push(Segment { out: out.len(), source: at, copied: true });
            out.push_str(&source[at..range.end]);
        }
        (out, map)
    }

    /// Every edit with its offset and its rank there: what closes comes first, inner before outer; then what opens,
    /// outer before inner; then a replacement.
    fn steps(self) -> Vec<(usize, isize, usize, String)> {
        let count = isize::try_from(self.inserts.len()).unwrap_or(isize::MAX / 4);
        let inserts = self.inserts.into_iter().zip(0isize..).map(move |(insert, number)| {
            let rank = if insert.opens { 2 * count - number } else { number };
            (insert.at, rank, insert.at, insert.text)
        });
        let replacements =
            self.replacements.into_iter().map(move |(range, text)| (range.start, 2 * count + 1, range.end, text));
        inserts.chain(replacements).collect()
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Segment {
    out: usize,
    source: usize,
    copied: bool,
}

/// The way back from an edited text to its original.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OffsetMap {
    segments: Vec<Segment>,
}

impl OffsetMap {
    /// The offset in the original for an offset in the edited text.
    pub fn original(&self, offset: usize) -> usize {
        let after = self.segments.partition_point(|segment| segment.out <= offset);
        let Some(segment) = after.checked_sub(1).map(|at| &self.segments[at]) else { return offset };
        if segment.copied { segment.source + (offset - segment.out) } else { segment.source }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn later_wraps_enclose_earlier_ones_and_offsets_lead_back() {
        let mut edits = Edits::default();
        edits.wrap(&(0..3), "l(", ")");
        edits.replace(4..5, ",");
        edits.wrap(&(0..7), "mod(", ")");
        let (text, map) = edits.apply("[1] % 2", 0..7);
        assert_eq!(text, "mod(l([1]) , 2)");
        assert_eq!(map.original(text.find('1').unwrap()), 1);
        assert_eq!(map.original(text.find('2').unwrap()), 6);
    }
}
