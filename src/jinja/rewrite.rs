//! dbt's Jinja in, minijinja's Jinja out, with the way back to the author's offsets.
//!
//! What differs: operators, lists and dicts are Python's (see [`expression`](super::expression)), `do` takes any
//! expression, macros are called `dbt_macro__<name>`, `{% test %}` and `{% materialization %}` are macros, and
//! `{% if x: %}` may end in a colon. What loops and namespaces are given passes through a check of the budget.
//! No line break is ever added or removed.

use std::ops::Range;

use super::JinjaProblem;
use super::expression::Expressions;
use super::lexer::{Part, Tag, Token, lex, unclosed_text};
use super::map::{Edits, OffsetMap};

/// Brackets a mark in the rendered text: `MARK_START <offset> MARK_END` says that what follows came from there.
pub const MARK_START: char = '\u{f0000}';
/// Ends a mark.
pub const MARK_END: char = '\u{f0001}';

/// A call to `ref`, `source`, `config`, `var` or `env_var` in the template's own text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallSite {
    pub name: String,
    pub span: Range<usize>,
}

/// A template that minijinja can read.
#[derive(Debug, Clone, Default)]
pub struct Rewritten {
    pub text: String,
    pub map: OffsetMap,
    pub calls: Vec<CallSite>,
}

/// Whether the rendered text is to carry marks that lead back to the source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Marks {
    None,
    Text,
}

/// Rewrites `source[range]`. Offsets in the result are those of `source`.
///
/// # Errors
/// The first thing that Jinja cannot read.
pub fn rewrite(source: &str, range: Range<usize>, marks: Marks) -> Result<Rewritten, JinjaProblem> {
    let parts = parts(source, range.clone())?;
    rewritten(source, range, &parts, (marks, false))
}

/// As [`rewrite`] without marks, for a template that was taken apart already.
///
/// # Errors
/// As [`rewrite`].
pub fn rewrite_parts(source: &str, range: Range<usize>, parts: &[Part]) -> Result<Rewritten, JinjaProblem> {
    rewritten(source, range, parts, (Marks::None, false))
}

/// The parts of the template in `source[range]`, at their places in `source`.
///
/// # Errors
/// The first tag that does not end, or a character that Jinja does not know.
pub fn parts(source: &str, range: Range<usize>) -> Result<Vec<Part>, JinjaProblem> {
    shifted(lex(&source[range.clone()]), range.start)
}

/// As [`rewrite`], for the block of a macro: dbt forgives an undefined value there at no time.
///
/// # Errors
/// As [`rewrite`].
pub fn rewrite_macro(source: &str, range: Range<usize>) -> Result<Rewritten, JinjaProblem> {
    let parts = parts(source, range.clone())?;
    rewritten(source, range, &parts, (Marks::None, true))
}

fn rewritten(
    source: &str,
    range: Range<usize>,
    parts: &[Part],
    (marks, is_strict): (Marks, bool),
) -> Result<Rewritten, JinjaProblem> {
    // One character is looked for many bytes at a time, two are not.
    let has_marks = source.contains(MARK_START) || source.contains(MARK_END);
    let marks = if has_marks { Marks::None } else { marks };
    let body = &source[range.clone()];
    let mut rewriter = Rewriter {
        source,
        body,
        edits: Edits::default(),
        calls: Vec::new(),
        captures: 0,
        trimmed: false,
        is_strict,
        loops: loops(source, parts),
        branches: Vec::new(),
    };
    for part in parts {
        rewriter.part(part, marks)?;
    }
    rewriter.carriage_returns(&range);
    let Rewriter { edits, calls, .. } = rewriter;
    let (text, map) = edits.apply(source, range);
    Ok(Rewritten { text, map, calls })
}

/// How much text stands in each loop, the last loop first.
fn loops(source: &str, parts: &[Part]) -> Vec<usize> {
    let mut found: Vec<usize> = Vec::new();
    let mut open: Vec<usize> = Vec::new();
    for part in parts {
        match part {
            Part::Text(range) | Part::Verbatim(range) => open.iter().for_each(|at| found[*at] += range.len()),
            Part::Print(_) => {}
            Part::Statement(tag) => match tag.tokens.first().map(|token| token.text(source)) {
                Some("for") => {
                    open.push(found.len());
                    found.push(0);
                }
                Some("endfor") => drop(open.pop()),
                _ => {}
            },
        }
        // Loops in loops in loops cannot be rendered; they are not to cost anything here either.
        if open.len() > 200 {
            break;
        }
    }
    found.reverse();
    found
}

/// Moves the parts of a slice to their place in the whole text.
fn shifted(parts: Result<Vec<Part>, JinjaProblem>, by: usize) -> Result<Vec<Part>, JinjaProblem> {
    let shift = |range: Range<usize>| range.start + by..range.end + by;
    let shift_tag = |tag: Tag| Tag {
        range: shift(tag.range),
        tokens: tag.tokens.into_iter().map(|token| Token { range: shift(token.range), ..token }).collect(),
        ..tag
    };
    let parts = parts.map_err(|problem| JinjaProblem { span: shift(problem.span), ..problem })?;
    Ok(parts
        .into_iter()
        .map(|part| match part {
            Part::Text(range) => Part::Text(shift(range)),
            Part::Verbatim(range) => Part::Verbatim(shift(range)),
            Part::Print(tag) => Part::Print(shift_tag(tag)),
            Part::Statement(tag) => Part::Statement(shift_tag(tag)),
        })
        .collect())
}

/// A template that is being rewritten.
pub(super) struct Rewriter<'s> {
    pub source: &'s str,
    /// The part of the source that is rewritten.
    pub body: &'s str,
    pub edits: Edits,
    pub calls: Vec<CallSite>,
    /// How many blocks are open whose text becomes a value: marks in there would change it.
    pub captures: usize,
    /// The tag before trims the white space after it.
    pub trimmed: bool,
    pub is_strict: bool,
    /// How much text stands in each loop that was not reached yet, the last one first.
    pub loops: Vec<usize>,
    /// How many `elif` each open `if` has.
    pub branches: Vec<usize>,
}

impl Rewriter<'_> {
    fn part(&mut self, part: &Part, marks: Marks) -> Result<(), JinjaProblem> {
        let marked = marks == Marks::Text && self.captures == 0;
        match part {
            Part::Text(range) => {
                let text = &self.source[range.clone()];
                let skipped = if self.trimmed { text.len() - text.trim_start().len() } else { 0 };
                if marked && skipped < text.len() {
                    self.mark(range.start + skipped, range.start + skipped);
                }
                self.trimmed = false;
            }
            Part::Verbatim(range) => self.trimmed = self.source[range.clone()].ends_with("-#}"),
            Part::Print(tag) => {
                if marked {
                    let text = &self.source[..tag.range.start];
                    let before = if tag.trims_before { text.trim_end().len() } else { text.len() };
                    self.mark(before, tag.range.start);
                }
                self.expressions(&tag.tokens, 0, |it| it.tuple().map(drop))?;
                self.trimmed = tag.trims_after;
            }
            Part::Statement(tag) => {
                self.statement(tag)?;
                self.trimmed = tag.trims_after;
            }
        }
        Ok(())
    }

    fn mark(&mut self, at: usize, source: usize) {
        self.edits.insert(at, format!("{MARK_START}{source}{MARK_END}"));
    }

    /// Jinja2 reads `\r\n` and `\r` as `\n`.
    fn carriage_returns(&mut self, range: &Range<usize>) {
        let bytes = self.source.as_bytes();
        let is_escaped = |at: usize| at > 0 && bytes[at - 1] == b'\\';
        for at in self.body.match_indices('\r').map(|(at, _)| range.start + at) {
            if is_escaped(at) && self.edits.replaces(at) {
                continue;
            }
            let replacement = if bytes.get(at + 1) == Some(&b'\n') { "" } else { "\n" };
            self.edits.replace(at..at + 1, replacement);
        }
    }

    pub(super) fn expressions<T>(
        &mut self,
        tokens: &[Token],
        from: usize,
        read: impl FnOnce(&mut Expressions<'_>) -> Result<T, JinjaProblem>,
    ) -> Result<T, JinjaProblem> {
        let mut reader = self.reader(tokens, from);
        let result = read(&mut reader).and_then(|result| match reader.at < tokens.len() {
            true => reader.expected("the end of the tag"),
            false => Ok(result),
        });
        result.map_err(|problem| unclosed_text(self.source, tokens).unwrap_or(problem))
    }

    pub(super) fn reader<'r>(&'r mut self, tokens: &'r [Token], at: usize) -> Expressions<'r> {
        let (edits, calls, is_strict) = (&mut self.edits, &mut self.calls, self.is_strict);
        Expressions { source: self.source, tokens, at, edits, calls, depth: 0, is_strict, last_call: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rewritten(source: &str) -> String {
        rewrite(source, 0..source.len(), Marks::None).unwrap().text
    }

    #[test]
    fn dbt_jinja_becomes_minijinja() {
        let cases = [
            ("{% set xs = [1, 2] + ys %}", "{% set xs = (([1, 2]|__l)) |__chain('+',  ys) %}"),
            ("{% do xs.append({'a': 1}) %}", "{% set __do = xs.append((['a', 1]|__d)) %}"),
            ("{{ '%s' % x ~ 'b' }}", "{{ (('%s') |__chain('%',  x)) |__concat( 'b') }}"),
            ("{{ 1 < x not in y }}", "{{ (1) |__compare('<',  x , 'not in',  y) }}"),
            ("{{ -x.y|abs + 2**3 }}", "{{ (((x.y)|__neg)|abs) |__chain('+',  (2)|__power(3)) }}"),
            ("{{ x[1:][0] }}", "{{ ((x)|__slice(1, none, none))[0] }}"),
            ("{% if x is defined: %}", "{% if x is defined %}"),
            ("{% test t(model) %}{% endtest %}", "{% macro dbt_macro__test_t(model) %}{% endmacro %}"),
            ("{% macro m(a: string) -%}", "{% macro dbt_macro__m(a) -%}"),
            ("{{ ref('a', v=2) }}", "{{ ref('a', v=2, __at=3) }}"),
            ("{{ config() }}", "{{ config(__at=3) }}"),
            ("{% for a in xs if b %}12{% endfor %}", "{% for a in ((xs)|__each(2)) if b %}12{% endfor %}"),
            ("{% set ns.x = y %}", "{% set ns.x = ((y)|__held) %}"),
            ("{% call(x) f([1]) %}", "{% call(x) __block('f', f, ([1]|__l)) %}"),
            (r"{{ '\d\x41\n' }}", r"{{ '\\dA\n' }}"),
            ("a\r\nb", "a\nb"),
        ];
        for (source, expected) in cases {
            assert_eq!(rewritten(source), expected, "{source}");
        }
    }

    #[test]
    fn marks_stand_where_text_and_output_begin_and_nowhere_in_captured_text() {
        let source = "a {%- set x %}b{% endset -%}  c {{- x }} d";
        let text = rewrite(source, 0..source.len(), Marks::Text).unwrap().text;
        let shown = text.replace(MARK_START, "<").replace(MARK_END, ">");
        assert_eq!(shown, "<0>a {%- set x %}b{% endset -%}  <30>c<32> {{- x }}<40> d");
    }

    #[test]
    fn what_cannot_be_read_has_a_place() {
        for (source, span) in [("x {{ a + }}", 7..8), ("{% for x %}", 8..8), ("{{ a b }}", 5..6), ("{{ (a }}", 0..2)] {
            let problem = rewrite(source, 0..source.len(), Marks::None).unwrap_err();
            assert!(problem.span.start.abs_diff(span.start) < 3, "{source}: {problem:?}");
        }
    }
}
