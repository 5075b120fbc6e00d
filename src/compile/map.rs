//! The way back from compiled SQL to the file that it came from.

use std::ops::Range;
use std::sync::Arc;

use crate::finding::Place;
use crate::jinja::rewrite::{MARK_END, MARK_START};

/// From `out` on, the SQL came from `source` on in `file`; or from `whole` of it, as a test's from its lines of YAML.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Piece {
    out: usize,
    file: Arc<str>,
    source: Option<usize>,
    whole: Option<Range<usize>>,
}

/// Where each part of compiled SQL came from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SourceMap {
    pieces: Vec<Piece>,
}

impl SourceMap {
    /// Everything came from one place.
    pub fn whole(file: &str, span: Option<Range<usize>>) -> Self {
        Self { pieces: vec![Piece { out: 0, file: Arc::from(file), source: None, whole: span }] }
    }

    /// The text is the author's own, from `start` on in the file. Each line has its piece, since a line break may be two
    /// bytes.
    pub fn verbatim(file: &str, start: usize, text: &str) -> Self {
        let file: Arc<str> = Arc::from(file);
        let lines = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1));
        let pieces = lines.map(|out| Piece { out, file: Arc::clone(&file), source: Some(start + out), whole: None });
        Self { pieces: pieces.collect() }
    }

    /// The author's place for an offset in the SQL.
    ///
    /// `text` is the author's file: what a `{{ … }}` printed leads to the braces as a whole.
    pub fn place(&self, offset: usize, text: impl Fn(&str) -> String) -> Option<Place> {
        let after = self.pieces.partition_point(|piece| piece.out <= offset);
        let piece = self.pieces.get(after.checked_sub(1)?)?;
        let Some(source) = piece.source else {
            return Some(Place { path: piece.file.to_string(), span: piece.whole.clone() });
        };
        let text = text(&piece.file);
        let rest = text.get(source..).unwrap_or_default();
        let span = if rest.starts_with("{{") {
            source..source + rest.find("}}").map_or(2, |end| end + 2)
        } else {
            let at = forward(&text, source, offset - piece.out);
            at..text.get(at..).and_then(|rest| rest.chars().next()).map_or(at, |c| at + c.len_utf8())
        };
        Some(Place::span(piece.file.to_string(), span))
    }

    /// The map of a text into which `text` with its own map was put at `at`.
    pub fn insert(&mut self, at: usize, length: usize, inner: &Self) {
        let split = self.pieces.partition_point(|piece| piece.out < at);
        let mut pieces: Vec<Piece> = self.pieces[..split].to_vec();
        pieces.extend(inner.pieces.iter().map(|piece| Piece { out: piece.out + at, ..piece.clone() }));
        if let Some(last) = split.checked_sub(1).and_then(|split| self.pieces.get(split)) {
            let source = last.source.map(|source| source + at - last.out);
            pieces.push(Piece { out: at + length, source, ..last.clone() });
        }
        pieces.extend(self.pieces[split..].iter().map(|piece| Piece { out: piece.out + length, ..piece.clone() }));
        self.pieces = pieces;
    }

    /// Adds the pieces of a map that begins where this one ends.
    pub fn append(&mut self, more: &Self) {
        self.pieces.extend(more.pieces.iter().cloned());
    }

    /// The same map for a text with `length` bytes put before it.
    pub fn shifted(&self, length: usize) -> Self {
        let pieces = self.pieces.iter().map(|piece| Piece { out: piece.out + length, ..piece.clone() });
        Self { pieces: pieces.collect() }
    }
}

/// So many bytes further in the author's text, where each `\r\n` was rendered as one line break.
fn forward(text: &str, start: usize, count: usize) -> usize {
    let bytes = text.as_bytes();
    let is_dropped = |at: usize| bytes.get(at) == Some(&b'\r') && bytes.get(at + 1) == Some(&b'\n');
    let mut at = start;
    for _ in 0..count {
        at += 1 + usize::from(is_dropped(at));
    }
    at.min(text.len())
}

/// Takes the marks out of a rendered text, and makes the map of them.
pub fn strip_marks(text: &str, file: &str) -> (String, SourceMap) {
    let file: Arc<str> = Arc::from(file);
    let mut parts = text.split(MARK_START);
    let mut sql = parts.next().unwrap_or_default().to_owned();
    let mut pieces = vec![Piece { out: 0, file: Arc::clone(&file), source: Some(0), whole: None }];
    for part in parts {
        let Some((offset, rest)) = part.split_once(MARK_END) else { continue };
        if let Ok(source) = offset.parse() {
            pieces.push(Piece { out: sql.len(), file: Arc::clone(&file), source: Some(source), whole: None });
        }
        sql.push_str(rest);
    }
    (sql, SourceMap { pieces })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_leads_to_its_own_place_and_output_to_its_braces() {
        let source = "select {{ f() }} from t";
        let marked =
            format!("{MARK_START}0{MARK_END}select {MARK_START}7{MARK_END}a, b{MARK_START}16{MARK_END} from t");
        let (sql, map) = strip_marks(&marked, "m.sql");
        assert_eq!(sql, "select a, b from t");
        let span = |at| map.place(at, |_| source.to_owned()).unwrap().span.unwrap();
        assert_eq!(&source[span(10)], "{{ f() }}");
        assert_eq!(span(17), 22..23);
    }

    #[test]
    fn windows_line_ends_do_not_move_the_place() {
        let (_, map) = strip_marks(&format!("{MARK_START}0{MARK_END}a,\nb,\nc"), "m.sql");
        assert_eq!(map.place(6, |_| "a,\r\nb,\r\nc".to_owned()).unwrap().span, Some(8..9));
    }
}
