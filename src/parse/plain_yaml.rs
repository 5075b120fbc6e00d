//! The YAML that almost every property file is written in, read many times faster than the parser of all of YAML reads
//! it: block maps and lists of plain, quoted and folded text.
//!
//! It never guesses. What is written in any other way, and everything that is wrong, is left to that parser: where this
//! one gives a tree, it is the same tree (see the tests).

use std::borrow::Cow;
use std::ops::Range;

use super::scalar;
use super::tree::{Key, Value, Yaml};

/// A longer text is left alone: the other parser counts its values.
const LONGEST: usize = 256 * 1024;

/// Deeper nesting is left alone.
const DEEPEST: usize = 50;

/// A map with more keys is left alone: whether one stands twice is looked for one by one.
const MOST_KEYS: usize = 64;

/// The tree of a text, if it is written in this way.
pub(super) fn read(text: &str) -> Option<Yaml> {
    if text.len() > LONGEST || !is_plain(text) {
        return None;
    }
    let mut reader = Reader { text, line: None, next: 0, depth: 0 };
    reader.advance();
    if reader.line.is_some_and(|line| line.column == 0 && reader.of(line) == "---") {
        reader.advance();
    }
    let root = reader.block()?;
    reader.line.is_none().then_some(root)
}

/// Whether there is nothing in a text that could be a break of a line or an indentation, but for line feeds and spaces.
fn is_plain(text: &str) -> bool {
    let is_strange = |c: char| c.is_control() || c.is_whitespace() || matches!(c, '\u{feff}' | '\u{fffe}' | '\u{ffff}');
    let is_known = |byte: u8| byte == b'\n' || (byte >= b' ' && byte != 0x7f);
    // The whole text, and not up to the first: that is done many bytes at a time.
    text.bytes().fold(true, |all, byte| all & is_known(byte))
        && (text.is_ascii() || !text.chars().any(|c| !c.is_ascii() && is_strange(c)))
}

/// What is left of a line that is neither empty nor a comment, without the spaces at its end.
#[derive(Clone, Copy)]
struct Line {
    start: usize,
    end: usize,
    column: usize,
}

struct Reader<'t> {
    text: &'t str,
    /// The line that is read, and where the one after it begins.
    line: Option<Line>,
    next: usize,
    depth: usize,
}

impl<'t> Reader<'t> {
    fn of(&self, line: Line) -> &'t str {
        &self.text[line.start..line.end]
    }

    /// The range of the line that begins at `start`.
    fn line_at(&self, start: usize) -> Option<Range<usize>> {
        let rest = self.text.get(start..).filter(|rest| !rest.is_empty())?;
        Some(start..start + rest.find('\n').unwrap_or(rest.len()))
    }

    /// Goes on to the next line that says something.
    fn advance(&mut self) {
        self.line = None;
        while let Some(range) = self.line_at(self.next) {
            self.next = range.end + 1;
            let written = self.text[range.clone()].trim_end_matches(' ');
            let said = written.trim_start_matches(' ');
            if !said.is_empty() && !said.starts_with('#') {
                let column = written.len() - said.len();
                self.line = Some(Line { start: range.start + column, end: range.start + written.len(), column });
                return;
            }
        }
    }

    /// Takes what stands before `start` off the line.
    fn step(&mut self, line: Line, start: usize) {
        self.line = Some(Line { start, column: line.column + start - line.start, ..line });
    }

    /// The map or the list that begins here.
    fn block(&mut self) -> Option<Yaml> {
        let line = self.line.filter(|_| self.depth < DEEPEST)?;
        self.depth += 1;
        let read = if is_item(self.of(line)) { self.list(line) } else { self.map(line) };
        self.depth -= 1;
        read
    }

    /// The next line, if it belongs to what begins in `column`; nothing at all when it stands deeper.
    fn same(&self, column: usize) -> Option<Option<Line>> {
        match self.line {
            Some(line) if line.column > column => None,
            line => Some(line.filter(|line| line.column == column)),
        }
    }

    fn list(&mut self, first: Line) -> Option<Yaml> {
        let mut items = Vec::new();
        while let Some(line) = self.same(first.column)?.filter(|line| is_item(self.of(*line))) {
            let said = self.of(line)[1..].trim_start_matches(' ');
            let start = line.end - said.len();
            self.step(line, start);
            items.push(match key(said)? {
                Some(_) => self.block()?,
                None => self.scalar(first.column)?,
            });
        }
        items.shrink_to_fit();
        let end = items.last()?.span.end;
        Some(Yaml { value: Value::List(items), span: first.start..end })
    }

    fn map(&mut self, first: Line) -> Option<Yaml> {
        let mut entries: Vec<(Key, Yaml)> = Vec::new();
        while let Some(line) = self.same(first.column)? {
            let name = &self.of(line)[..key(self.of(line))??];
            if entries.len() >= MOST_KEYS || entries.iter().any(|(known, _)| known.name == name) {
                return None;
            }
            let key = Key { name: name.into(), span: line.start..line.start + name.len() };
            let value = self.value(line, name.len() + 1)?;
            entries.push((key, value));
        }
        entries.shrink_to_fit();
        let end = entries.last()?.1.span.end;
        Some(Yaml { value: Value::Map(entries), span: first.start..end })
    }

    /// What stands after the colon of a key, on its line or below it.
    fn value(&mut self, line: Line, after: usize) -> Option<Yaml> {
        let said = self.of(line)[after..].trim_start_matches(' ');
        if !said.is_empty() && !said.starts_with('#') {
            self.step(line, line.end - said.len());
            return self.scalar(line.column);
        }
        self.advance();
        match self.line {
            Some(below) if below.column > line.column => self.block(),
            Some(below) if below.column == line.column && is_item(self.of(below)) => {
                // To the other parser a list that stands no deeper than its key begins after the first dash.
                let start = below.end - self.of(below)[1..].trim_start_matches(' ').len();
                let list = self.block()?;
                Some(Yaml { span: start..list.span.end, ..list })
            }
            _ => Some(Yaml { value: Value::Null, span: line.start + after - 1..line.start + after - 1 }),
        }
    }

    /// The text, number or short list that the line ends with, in something that begins in `column`.
    fn scalar(&mut self, column: usize) -> Option<Yaml> {
        let line = self.line?;
        let said = self.of(line);
        let read = match said.as_bytes().first()? {
            b'"' => quoted(said, '"').filter(|(inner, _)| !inner.contains('\\')),
            b'\'' => quoted(said, '\''),
            b'[' => return self.flow_list(line),
            b'|' | b'>' => return self.folded(line, column),
            _ => return self.plain(line, column),
        };
        let (inner, length) = read.filter(|(_, length)| is_over(&said[*length..]))?;
        self.advance();
        Some(Yaml { value: Value::String(inner.into()), span: line.start..line.start + length })
    }

    fn plain(&mut self, line: Line, column: usize) -> Option<Yaml> {
        let said = self.of(line);
        if let Some(comment) = said.find(" #") {
            let said = words(said[..comment].trim_end_matches(' '))?;
            self.advance();
            return Some(Yaml { value: scalar::resolve(said), span: line.start..line.start + said.len() });
        }
        let mut text = Cow::Borrowed(words(said)?);
        let mut last = line;
        self.advance();
        // It goes on in lines that stand deeper.
        while let Some(line) = self.line.filter(|line| line.column > column) {
            let is_next = self.text[last.end..line.start].bytes().filter(|byte| *byte == b'\n').count() == 1;
            let said = words(self.of(line)).filter(|said| is_next && !said.contains(" #"))?;
            text = Cow::Owned(format!("{text} {said}"));
            last = line;
            self.advance();
        }
        Some(Yaml { value: scalar::resolve(&text), span: line.start..last.end })
    }

    /// `[a, 'b']`
    fn flow_list(&mut self, line: Line) -> Option<Yaml> {
        let said = self.of(line);
        let close = said.find(']').filter(|close| is_over(&said[close + 1..]))?;
        let mut items = Vec::new();
        let mut at = 1;
        let inner = said[..close].get(1..).filter(|inner| !inner.trim_matches(' ').is_empty());
        for part in inner.into_iter().flat_map(|inner| inner.split(',')) {
            let word = part.trim_matches(' ');
            let start = line.start + at + (part.len() - part.trim_start_matches(' ').len());
            let value = match word.as_bytes().first()? {
                b'"' | b'\'' => {
                    let (inner, length) = quoted(word, word.chars().next()?)?;
                    (length == word.len() && !inner.contains('\\')).then(|| Value::String(inner.into()))?
                }
                _ => is_word(word).then(|| scalar::resolve(word))?,
            };
            items.push(Yaml { value, span: start..start + word.len() });
            at += part.len() + 1;
        }
        self.advance();
        Some(Yaml { value: Value::List(items), span: line.start..line.start + close + 1 })
    }

    /// The lines below a `>` or `|`, all in one column.
    fn folded(&mut self, line: Line, column: usize) -> Option<Yaml> {
        let said = self.of(line);
        let mut after = match &said[1..] {
            "" => "\n",
            "-" => "",
            _ => return None,
        };
        let mut text = String::new();
        let mut span = None;
        let (mut own, mut empty) = (0, 0);
        while let Some(range) = self.line_at(self.next) {
            let written = &self.text[range.clone()];
            let indent = written.len() - written.trim_start_matches(' ').len();
            if written.is_empty() && span.is_some() {
                empty += 1;
                self.next = range.end + 1;
                continue;
            }
            if indent <= column && indent < written.len() {
                break;
            }
            if indent == written.len() || (span.is_some() && indent != own) {
                return None;
            }
            if span.is_some() {
                // An empty line takes the place of the space between two lines.
                let breaks = empty + usize::from(said.starts_with('|'));
                text.push_str(if breaks == 0 { " " } else { "" });
                text.extend(std::iter::repeat_n('\n', breaks));
            }
            (own, empty) = (indent, 0);
            text.push_str(&written[indent..]);
            let start = span.map_or(range.start + indent, |span: Range<usize>| span.start);
            span = Some(start..range.start + written.trim_end_matches(' ').len());
            self.next = range.end + 1;
            // There is no line break at the very end of the file.
            after = if range.end == self.text.len() { "" } else { after };
        }
        let span = span?;
        text.push_str(after);
        self.advance();
        Some(Yaml { value: Value::String(text.into()), span })
    }
}

/// Whether a line holds an item of a list, and something in it.
fn is_item(said: &str) -> bool {
    said.starts_with("- ")
}

/// How long the key is that a line begins with, if it begins with one; nothing at all for a key of an unusual kind.
fn key(said: &str) -> Option<Option<usize>> {
    if said.starts_with(['"', '\'', '[', '|', '>']) {
        return Some(None);
    }
    let colon =
        said.match_indices(':').map(|(at, _)| at).find(|at| matches!(said.as_bytes().get(at + 1), None | Some(b' ')));
    match colon {
        // A number or a date is another key than its text, and a very long key is none.
        Some(colon) if colon <= 256 && is_word(&said[..colon]) && !said.starts_with(|c: char| c.is_ascii_digit()) => {
            Some(Some(colon))
        }
        Some(_) => None,
        None => Some(None),
    }
}

/// Whether a text is a word, or a few, that nothing in YAML gives another meaning.
fn is_word(text: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'+' | b'/' | b' ');
    text.bytes().all(is_part)
        && text.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_')
        && !text.ends_with(' ')
}

/// What stands in the quotes that a text begins with, and how long it is with them.
fn quoted(text: &str, quote: char) -> Option<(&str, usize)> {
    let inner = &text[1..];
    let end = inner.find(quote)?;
    let is_doubled = inner[end + 1..].starts_with(quote);
    (!is_doubled).then_some((&inner[..end], end + 2))
}

/// Whether nothing follows but a comment.
fn is_over(rest: &str) -> bool {
    let said = rest.trim_start_matches(' ');
    said.is_empty() || (said.starts_with('#') && said.len() < rest.len())
}

/// The text of a line that means nothing but itself.
fn words(said: &str) -> Option<&str> {
    let starts = |c: char| c.is_alphanumeric() || matches!(c, '_' | '/' | '.' | '(' | '$' | '+' | '<' | '=');
    let is_negative = said.strip_prefix('-').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    let is_more = said.contains(": ") || said.ends_with(':') || said.starts_with("...");
    ((said.starts_with(starts) || is_negative) && !is_more).then_some(said)
}

#[cfg(test)]
mod tests {
    use super::super::yaml::whole;
    use super::*;

    /// Whether a text was read here. What was is what the parser of all of YAML makes of it.
    fn is_read(text: &str) -> bool {
        let Some(tree) = read(text) else { return false };
        assert_eq!(whole(text), Ok((tree, Vec::new())), "{text:?}");
        true
    }

    #[test]
    fn a_property_file_is_read_here() {
        let text = "---\nversion: 2\n\nmodels:\n- name: a  # the first\n  description: >\n    One line\n    and another.\n\n    \
                    A paragraph.\n  config: \n    tags: ['daily', no, 1]\n    meta:\n  columns:\n    - name: 'b'\n      \
                    description: \"{{ doc('b') }}\"\n      data_tests:\n        - not_null\n        - accepted_values:\n            \
                    values: []\n    - name: c\n      description: It goes on\n        in a second line.\n";
        assert!(is_read(text));
    }

    #[test]
    fn what_is_unusual_is_left_alone() {
        let unusual = "a: &b 1¦a: *b¦a: !!str 1¦<<: {}¦a: {b: 1}¦a:\tb¦a: b\r\n¦? a¦a: 'it''s'¦a: \"\\n\"¦\
                       a: |+\n  b\n¦a: >\n   b\n  c\n¦a: 1\na: 2¦a: b: c¦a: b\n---\nc: d¦a: %b¦a: @b¦a: b\u{2028}c";
        assert_eq!(unusual.split('¦').chain([""]).filter(|text| read(text).is_some()).count(), 0);
    }

    /// Every text of three lines out of these, in three columns.
    #[test]
    fn what_is_read_is_the_same_tree() {
        let said = [
            "",
            "# note",
            "a: 1",
            "b:",
            "c: no  # note",
            "- x",
            "- d: y",
            "- e:",
            "f: >",
            "g: |-",
            "- |",
            "some words",
            "- 'q: #'",
            "h: \"\"",
            "i: [x, 'y z', 012 ]",
            "- - z",
            "j: {k: 1}",
            "-",
            "--- ",
            "...",
            "l: -1",
            "m: - n",
            "'o': p",
        ];
        let lines: Vec<String> = ["", "  ", "    "]
            .iter()
            .flat_map(|indent| said.iter().map(move |said| format!("{indent}{said}")))
            .collect();
        let mut count = 0;
        for first in &lines {
            for second in &lines {
                for third in &lines {
                    let text = format!("{first}\n{second}\n{third}\n");
                    count += usize::from(is_read(&text)) + usize::from(is_read(text.trim_end()));
                }
                count += usize::from(is_read(&format!("r:\n  - {first}\n    {second}")));
            }
        }
        assert!(count > 10_000, "{count}");
    }
}
