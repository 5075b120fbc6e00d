//! YAML text in, the blocks of it that are not indented as they should be out, with the edits that indent the whole file.

use std::ops::Range;

use granit_parser::{Event, Marker, Options, Parser, StructureStyle};

use super::yaml_layout::{Kind, Layout, Line, Lists, Untidy, keeps_meaning};
use crate::source::file::floor_char;

/// A map or a list, not one in brackets: all its entries begin in one column.
#[derive(Debug, Clone)]
struct Block {
    is_list: bool,
    /// Its first and its last line, from 0.
    lines: Range<usize>,
    column: usize,
    /// The column that it should have, given the one that its parent has.
    expected: usize,
    /// The column that it has once everything is indented as it should be.
    wanted: usize,
}

/// Each block that is indented wrongly. All have the same edits, which indent the whole file.
pub(super) fn untidy(text: &str, lines: &[Line<'_>], layout: &Layout) -> Vec<Untidy> {
    let reader = Reader {
        text,
        lines,
        layout: layout.clone(),
        blocks: Vec::new(),
        open: Vec::new(),
        owners: vec![None; lines.len()],
    };
    let Some((blocks, owners)) = reader.read() else { return Vec::new() };
    let wrong: Vec<&Block> = blocks.iter().filter(|block| block.column != block.expected).collect();
    if wrong.is_empty() {
        return Vec::new();
    }
    let mut edits = indented(lines, &blocks, &owners);
    let is_safe = keeps_meaning(text, &edits);
    if !is_safe {
        // Something here is not understood: better leave it to a person.
        edits.clear();
    }
    let one = |block: &&Block| {
        let line = lines[block.lines.start];
        let (has, wanted) = (block.column, block.expected);
        Untidy {
            kind: Kind::Indentation,
            span: line.start..line.start + line.text.len(),
            message: format!("this line is indented by {has} spaces; {wanted} are wanted"),
            help: None,
            edits: edits.clone(),
            is_safe,
        }
    };
    wrong.iter().map(one).collect()
}

struct Reader<'t> {
    text: &'t str,
    lines: &'t [Line<'t>],
    layout: Layout,
    blocks: Vec<Block>,
    /// What is open: places in `blocks`, or nothing for what stands in brackets.
    open: Vec<Option<usize>>,
    /// For a line in the middle of a text or of brackets: the line on which that begins.
    owners: Vec<Option<usize>>,
}

impl Reader<'_> {
    /// The blocks in the order in which they begin; nothing when the file cannot be read.
    fn read(mut self) -> Option<(Vec<Block>, Vec<Option<usize>>)> {
        let mut options = Options::default();
        options.block_scalar_eof_without_line_feed = true;
        let mut parser = Parser::new_from_str_with_options(self.text, options);
        // A map's place is that of its first key, which is the next event.
        let mut map = false;
        let mut brackets = Vec::new();
        while let Some(event) = parser.next_event() {
            let (event, span) = event.ok()?;
            let (start, end) = (offset(span.start, self.text), offset(span.end, self.text));
            if std::mem::take(&mut map) {
                self.begin(false, start)?;
            }
            match event {
                Event::MappingStart(StructureStyle::Block, ..) => map = true,
                Event::SequenceStart(StructureStyle::Block, ..) => self.begin(true, start)?,
                Event::MappingStart(..) | Event::SequenceStart(..) => {
                    self.open.push(None);
                    brackets.push(start);
                }
                Event::MappingEnd | Event::SequenceEnd => {
                    if let Some(None) = self.open.pop() {
                        self.reach(brackets.pop().unwrap_or(end)..end);
                    }
                }
                Event::Scalar(..) | Event::Alias(..) => self.reach(start..end.max(start)),
                _ => {}
            }
        }
        Some((self.blocks, self.owners))
    }

    fn line_at(&self, offset: usize) -> usize {
        self.lines.partition_point(|line| line.start <= offset).saturating_sub(1)
    }

    /// A text or brackets: every open block goes on to its end.
    fn reach(&mut self, span: Range<usize>) {
        // What ends with a line break ends on the line before it.
        let last = self.text[..span.end].trim_end().len().saturating_sub(1);
        let lines = self.line_at(span.start)..self.line_at(last) + 1;
        for at in self.open.iter().flatten() {
            let block = &mut self.blocks[*at];
            block.lines.end = block.lines.end.max(lines.end);
        }
        for line in lines.start + 1..lines.end {
            self.owners[line].get_or_insert(lines.start);
        }
    }

    fn begin(&mut self, is_list: bool, start: usize) -> Option<()> {
        if self.text[start..].starts_with("? ") {
            // Nobody writes so; the columns would mean something else.
            return None;
        }
        let start = if is_list { self.dash(start)? } else { start };
        let line = self.line_at(start);
        let column = start - self.lines.get(line)?.start;
        let parent = self.open.iter().rev().flatten().next().map(|at| self.blocks[*at].clone());
        let (expected, wanted) = match &parent {
            None => (0, 0),
            Some(parent) => {
                let deeper = self.deeper(parent, (is_list, line, column));
                (parent.column + deeper, parent.wanted + deeper)
            }
        };
        self.open.push(Some(self.blocks.len()));
        self.blocks.push(Block { is_list, lines: line..line + 1, column, expected, wanted });
        Some(())
    }

    /// The dash of a list's first item: the parser may give the place of what follows it.
    fn dash(&self, start: usize) -> Option<usize> {
        let before = self.text[..start].trim_end().len().checked_sub(1);
        [Some(start), before].into_iter().flatten().find(|at| self.text.as_bytes().get(*at) == Some(&b'-'))
    }

    /// How much further to the right than its parent a block has to be.
    fn deeper(&mut self, parent: &Block, (is_list, line, column): (bool, usize, usize)) -> usize {
        let has = column.saturating_sub(parent.column);
        if parent.is_list && self.is_behind_dash(line, column) {
            return has;
        }
        if is_list && !parent.is_list {
            if self.layout.lists == Lists::Consistent {
                self.layout.lists = if has == 0 { Lists::Flush } else { Lists::Indented };
            }
            let is_flush = match self.layout.lists {
                Lists::Indented => false,
                Lists::Flush => true,
                Lists::Either | Lists::Consistent => has == 0,
            };
            if is_flush {
                return 0;
            }
        }
        *self.layout.indent.get_or_insert(has.max(1))
    }

    /// Whether what begins here follows a dash on its line.
    fn is_behind_dash(&self, line: usize, column: usize) -> bool {
        self.lines[line].text.get(..column).is_some_and(|before| before.trim_start().starts_with('-'))
    }
}

fn offset(marker: Marker, text: &str) -> usize {
    floor_char(text, marker.byte_offset().unwrap_or(0))
}

/// The edits that give every line the blanks that it should have.
fn indented(lines: &[Line<'_>], blocks: &[Block], owners: &[Option<usize>]) -> Vec<(Range<usize>, String)> {
    let mut moves: Vec<isize> = vec![0; lines.len()];
    let mut next = 0;
    // From the end, so that a comment moves with what follows it.
    for (at, line) in lines.iter().enumerate().rev().filter(|(at, line)| owners[*at].is_none() && !line.is_blank()) {
        if !line.text.trim_start().starts_with('#') {
            next = block_at(blocks, at, line).map_or(0, |block| distance(block.wanted, block.column));
        }
        moves[at] = next;
    }
    for at in 0..lines.len() {
        if let Some(owner) = owners[at] {
            moves[at] = moves[owner];
        }
    }
    let edit = |(line, by): (&Line<'_>, isize)| {
        let has = line.indent();
        let wanted = has.saturating_add_signed(by);
        (wanted != has && !line.is_blank()).then(|| (line.start..line.start + has, " ".repeat(wanted)))
    };
    lines.iter().zip(moves).filter_map(edit).collect()
}

/// The innermost block that a line is an entry of, or else that its text belongs to.
fn block_at<'b>(blocks: &'b [Block], at: usize, line: &Line<'_>) -> Option<&'b Block> {
    let indent = line.indent();
    let is_dash = line.text.trim_start().starts_with("- ") || line.text.trim() == "-";
    let around = || blocks.iter().rev().filter(|block| block.lines.contains(&at));
    let entry = around().find(|block| block.column == indent && block.is_list == is_dash);
    entry.or_else(|| around().find(|block| block.column < indent))
}

fn distance(to: usize, from: usize) -> isize {
    isize::try_from(to).unwrap_or_default() - isize::try_from(from).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::super::yaml_layout::{lines, untidy as all};
    use super::*;

    /// The wrong lines with what is wanted, and the text as it should be.
    fn indentation(text: &str, layout: &Layout) -> (Vec<String>, String) {
        let found = untidy(text, &lines(text), layout);
        let mut after = text.to_owned();
        if let Some(first) = found.first() {
            first.edits.iter().rev().for_each(|(span, new)| after.replace_range(span.clone(), new));
        }
        assert!(found.is_empty() || all(&after, layout).is_empty(), "{after}");
        (found.into_iter().map(|untidy| untidy.message).collect(), after)
    }

    #[test]
    fn every_level_has_two_spaces_and_comments_and_text_move_along() {
        let text = "\
models:
    # the one
    - name: a
      description: >
          folded
            text
      columns:
          - name: b
            # of the column
            description: plain
              text
          -   name: c
# the end
";
        let (messages, after) = indentation(text, &Layout::default());
        assert_eq!(
            after,
            "\
models:
  # the one
  - name: a
    description: >
        folded
          text
    columns:
      - name: b
        # of the column
        description: plain
          text
      -   name: c
# the end
"
        );
        assert_eq!(
            messages,
            ["this line is indented by 4 spaces; 2 are wanted", "this line is indented by 10 spaces; 8 are wanted"]
        );
    }

    #[test]
    fn lists_may_be_flush_or_indented_or_alike() {
        let (flush, indented) = ("a:\n- b\n- c: d\n  e: f\n", "a:\n  - b\n  - c: d\n    e: f\n");
        let with = |lists| Layout { lists, ..Layout::default() };
        for text in [flush, indented] {
            assert_eq!(indentation(text, &with(Lists::Either)).1, text);
            assert_eq!(indentation(text, &with(Lists::Indented)).1, indented);
            assert_eq!(indentation(text, &with(Lists::Flush)).1, flush);
            assert_eq!(indentation(text, &with(Lists::Consistent)).1, text);
        }
        let both = "a:\n- b\nc:\n  - d\n";
        assert_eq!(indentation(both, &with(Lists::Consistent)).1, "a:\n- b\nc:\n- d\n");
    }

    #[test]
    fn a_file_may_decide_by_its_first_level() {
        let layout = Layout { indent: None, ..Layout::default() };
        assert_eq!(indentation("a:\n    b:\n        c: 1\n", &layout).0, [""; 0]);
        assert_eq!(
            indentation("a:\n    b:\n      c: 1\n", &layout).0,
            ["this line is indented by 6 spaces; 8 are wanted"]
        );
    }

    #[test]
    fn what_stands_in_brackets_and_quotes_is_left_as_it_is() {
        let text = "a: [b,\n      c]\nd: 'e\n\n      f'\ng: &h\n  i: 1\nj: *h\nk: {l: 1,\n m: 2}\nn: !!map\n  o: 1\n";
        assert_eq!(indentation(text, &Layout::default()), (Vec::new(), text.to_owned()));
    }
}
