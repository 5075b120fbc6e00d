//! dbt's Jinja in, minijinja's Jinja out, with the way back to the author's offsets.
//!
//! What differs: operators, lists and dicts are Python's (see [`expression`](super::expression)), `do` takes any
//! expression, macros are called `dbt_macro__<name>`, `{% test %}` and `{% materialization %}` are macros, and
//! `{% if x: %}` may end in a colon. What loops and namespaces are given passes through a check of the budget.
//! No line break is ever added or removed.

use std::ops::Range;

use super::JinjaProblem;
use super::expression::Expressions;
use super::lexer::{Part, Tag, Token, TokenKind, lex, unclosed_text};
use super::map::{Edits, OffsetMap};

/// Brackets a mark in the rendered text: `MARK_START <offset> MARK_END` says that what follows came from there.
pub const MARK_START: char = '\u{f0000}';
/// Ends a mark.
pub const MARK_END: char = '\u{f0001}';

/// The hidden parameter of a macro that names the arguments that were given and are not defined.
pub(super) const UNDEFINED: &str = "cadet_undefined";

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
    rewritten(source, range, marks, false)
}

/// As [`rewrite`], for the block of a macro: dbt forgives an undefined value there at no time.
///
/// # Errors
/// As [`rewrite`].
pub fn rewrite_macro(source: &str, range: Range<usize>) -> Result<Rewritten, JinjaProblem> {
    rewritten(source, range, Marks::None, true)
}

fn rewritten(source: &str, range: Range<usize>, marks: Marks, is_strict: bool) -> Result<Rewritten, JinjaProblem> {
    let parts = shifted(lex(&source[range.clone()]), range.start)?;
    let marks = if source.contains([MARK_START, MARK_END]) { Marks::None } else { marks };
    let body = &source[range.clone()];
    let mut rewriter = Rewriter {
        source,
        body,
        edits: Edits::default(),
        calls: Vec::new(),
        captures: 0,
        trimmed: false,
        is_strict,
        loops: loops(source, &parts),
        branches: Vec::new(),
    };
    for part in &parts {
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
pub(super) fn shifted(parts: Result<Vec<Part>, JinjaProblem>, by: usize) -> Result<Vec<Part>, JinjaProblem> {
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

struct Rewriter<'s> {
    source: &'s str,
    /// The part of the source that is rewritten.
    body: &'s str,
    edits: Edits,
    calls: Vec<CallSite>,
    /// How many blocks are open whose text becomes a value: marks in there would change it.
    captures: usize,
    /// The tag before trims the white space after it.
    trimmed: bool,
    is_strict: bool,
    /// How much text stands in each loop that was not reached yet, the last one first.
    loops: Vec<usize>,
    /// How many `elif` each open `if` has.
    branches: Vec<usize>,
}

/// An `if` with more `elif` is refused: minijinja reads them as one in the other.
const MOST_BRANCHES: usize = 300;

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
        for at in range.clone().filter(|at| bytes[*at] == b'\r') {
            if is_escaped(at) && self.edits.replaces(at) {
                continue;
            }
            let replacement = if bytes.get(at + 1) == Some(&b'\n') { "" } else { "\n" };
            self.edits.replace(at..at + 1, replacement);
        }
    }

    fn expressions<T>(
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

    fn reader<'r>(&'r mut self, tokens: &'r [Token], at: usize) -> Expressions<'r> {
        let (edits, calls, is_strict) = (&mut self.edits, &mut self.calls, self.is_strict);
        Expressions { source: self.source, tokens, at, edits, calls, depth: 0, is_strict, last_call: None }
    }

    fn statement(&mut self, tag: &Tag) -> Result<(), JinjaProblem> {
        let text = |at: usize| tag.tokens.get(at).map_or("", |token| token.text(self.source));
        let tokens = self.without_colon(&tag.tokens);
        match text(0) {
            "if" => {
                self.branches.push(0);
                self.expressions(tokens, 1, |it| it.tuple().map(drop))
            }
            "elif" => {
                self.branch(tag)?;
                self.expressions(tokens, 1, |it| it.tuple().map(drop))
            }
            "endif" => {
                self.branches.pop();
                Ok(())
            }
            "for" => self.for_loop(tokens),
            "set" => self.set(tokens),
            "with" => self.with(tokens),
            "print" => self.print(tag),
            "include" | "import" | "from" | "extends" => Err(JinjaProblem {
                message: format!("`{}` names another template, and dbt has none", text(0)),
                span: tag.tokens[0].range.clone(),
                help: Some("call a macro instead: dbt knows all macros of the project everywhere".into()),
            }),
            "do" => {
                self.edits.replace(tag.tokens[0].range.clone(), "set __do =");
                self.expressions(tokens, 1, |it| it.tuple().map(drop))
            }
            "macro" => self.definition(tag, text(1), "dbt_macro__"),
            "test" | "data_test" => {
                self.edits.replace(tag.tokens[0].range.clone(), "macro");
                self.definition(tag, text(1), "dbt_macro__test_")
            }
            "endtest" | "enddata_test" => {
                self.captures = self.captures.saturating_sub(1);
                self.edits.replace(tag.tokens[0].range.clone(), "endmacro");
                Ok(())
            }
            "call" => {
                self.captures += 1;
                self.call_block(tokens)
            }
            "filter" => {
                self.captures += 1;
                self.expressions(tokens, 1, |it| it.filter_chain())
            }
            "endmacro" | "endcall" | "endset" | "endfilter" => {
                self.captures = self.captures.saturating_sub(1);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// The tokens without the colon that Jinja2 allows at the end of a block tag.
    fn without_colon<'t>(&mut self, tokens: &'t [Token]) -> &'t [Token] {
        match tokens.split_last() {
            Some((last, rest)) if last.text(self.source) == ":" => {
                self.edits.replace(last.range.clone(), "");
                rest
            }
            _ => tokens,
        }
    }

    fn branch(&mut self, tag: &Tag) -> Result<(), JinjaProblem> {
        let Some(branches) = self.branches.last_mut() else { return Ok(()) };
        *branches += 1;
        if *branches <= MOST_BRANCHES {
            return Ok(());
        }
        Err(JinjaProblem {
            message: format!("an `if` may have at most {MOST_BRANCHES} `elif`"),
            span: tag.range.clone(),
            help: Some("look the value up in a dict".into()),
        })
    }

    fn for_loop(&mut self, tokens: &[Token]) -> Result<(), JinjaProblem> {
        let size = self.loops.pop().unwrap_or(0);
        let is_in = |token: &Token| token.text(self.source) == "in";
        let Some(at) = tokens.iter().position(is_in) else {
            return self.expressions(tokens, tokens.len(), |it| it.expected("`in`"));
        };
        let iterable = self.expressions(tokens, at + 1, |it| {
            let iterable = it.iterable()?;
            if it.take("if") {
                it.expression()?;
            }
            it.take("recursive");
            Ok(iterable.range)
        })?;
        self.edits.wrap(&iterable, "((", &format!(")|__each({size}))"));
        Ok(())
    }

    /// `set x = …`, or `set x`, which captures the text up to `endset`.
    fn set(&mut self, tokens: &[Token]) -> Result<(), JinjaProblem> {
        let Some(at) = tokens.iter().position(|token| token.text(self.source) == "=") else {
            self.captures += 1;
            return match tokens.iter().position(|token| token.text(self.source) == "|") {
                Some(at) => self.expressions(tokens, at + 1, |it| it.filter_chain()),
                None => Ok(()),
            };
        };
        let value = self.expressions(tokens, at + 1, |it| it.tuple().map(|value| value.range))?;
        if tokens[..at].iter().any(|token| token.text(self.source) == ".") {
            self.edits.wrap(&value, "((", ")|__held)");
        }
        Ok(())
    }

    /// `{% with a = 1, b = 2 %}`
    fn with(&mut self, tokens: &[Token]) -> Result<(), JinjaProblem> {
        self.expressions(tokens, 1, |it| {
            while it.at < it.tokens.len() {
                it.at += 1;
                if !it.take("=") {
                    return it.expected("`=`");
                }
                it.expression()?;
                if !it.take(",") {
                    break;
                }
            }
            Ok(())
        })
    }

    /// `{% print x %}` is `{{ x }}`.
    fn print(&mut self, tag: &Tag) -> Result<(), JinjaProblem> {
        let (start, end) = (tag.range.start, tag.range.end);
        self.edits.replace(start..start + 2, "{{");
        self.edits.replace(tag.tokens[0].range.clone(), "");
        self.edits.replace(end - 2..end, "}}");
        self.expressions(&tag.tokens, 1, |it| it.tuple().map(drop))
    }

    /// An argument that is given and not defined does not get the default. minijinja gives it: such arguments are named
    /// in a hidden one, and taken away again.
    fn undefined_arguments(&mut self, tag: &Tag, tokens: &[Token], end: usize) {
        let Some(close) = tokens.get(end - 1).filter(|token| token.text(self.source) == ")") else { return };
        let mut names = Vec::new();
        let mut depth = 0;
        for pair in tokens[2..end].windows(2) {
            match pair[0].text(self.source) {
                "(" | "[" | "{" => depth += 1,
                ")" | "]" | "}" => depth -= 1,
                _ => {}
            }
            if depth == 1 && matches!(pair[0].text(self.source), "(" | ",") && pair[1].kind == TokenKind::Name {
                names.push(pair[1].text(self.source));
            }
        }
        if !tokens[2..end].iter().any(|token| token.text(self.source) == "=") {
            return;
        }
        self.edits.insert(close.range.start, format!(", {UNDEFINED}=none"));
        let mut lost = format!("{{% if {UNDEFINED} %}}");
        for name in names {
            lost.push_str(&format!("{{% if '{name}' in {UNDEFINED} %}}{{% set {name} = {UNDEFINED}.nothing %}}{{% endif %}}"));
        }
        lost.push_str(if tag.trims_after { "{% endif -%}" } else { "{% endif %}" });
        self.edits.insert(tag.range.end, lost);
    }

    fn definition(&mut self, tag: &Tag, name: &str, prefix: &str) -> Result<(), JinjaProblem> {
        let tokens = &tag.tokens;
        self.captures += 1;
        if let Some(token) = tokens.get(1) {
            self.edits.replace(token.range.clone(), &format!("{prefix}{name}"));
        }
        let end = self.parameters(tokens, 2)?;
        if self.is_strict && !name.is_empty() {
            self.undefined_arguments(tag, tokens, end);
        }
        // A body that names `varargs` or `kwargs` takes any arguments: they are given to it under these names.
        let Some(close) = tokens.get(end - 1).filter(|token| token.text(self.source) == ")") else { return Ok(()) };
        let mut has_some = tokens.get(end - 2).is_some_and(|token| !matches!(token.text(self.source), "(" | ","));
        for hidden in ["varargs", "kwargs"].into_iter().filter(|hidden| self.body.contains(hidden)) {
            if tokens[..end].iter().all(|token| token.text(self.source) != hidden) {
                let comma = if has_some { ", " } else { "" };
                self.edits.insert(close.range.start, format!("{comma}{hidden}=none"));
                has_some = true;
            }
        }
        Ok(())
    }

    /// Reads `(a, b: type = 1)`; types are dropped. Returns where it ended.
    fn parameters(&mut self, tokens: &[Token], from: usize) -> Result<usize, JinjaProblem> {
        let mut at = from + 1;
        while at < tokens.len() && tokens[at].text(self.source) != ")" {
            at += 1;
            if tokens.get(at).is_some_and(|token| token.text(self.source) == ":") {
                let start = tokens[at].range.start;
                at += tokens[at..].iter().position(|t| matches!(t.text(self.source), "=" | "," | ")")).unwrap_or(1);
                let end = tokens.get(at).map_or(start, |token| token.range.start);
                self.edits.replace(start..end, "");
            }
            if tokens.get(at).is_some_and(|token| token.text(self.source) == "=") {
                let mut reader = self.reader(tokens, at + 1);
                reader.expression()?;
                at = reader.at;
            }
            if tokens.get(at).is_some_and(|token| token.text(self.source) == ",") {
                at += 1;
            }
        }
        Ok(at + 1)
    }

    /// `{% call(a, b) f(x) %}` or `{% call f(x) %}`.
    fn call_block(&mut self, tokens: &[Token]) -> Result<(), JinjaProblem> {
        let takes = tokens.get(1).is_some_and(|token| token.text(self.source) == "(");
        let from = if takes { self.parameters(tokens, 1)? } else { 1 };
        let called = self.expressions(tokens, from, |it| {
            let piece = it.expression()?;
            let last = it.last_call.take().filter(|(_, end, _)| *end == piece.range.end);
            Ok(last.map(|(opening, _, has_arguments)| (piece.range.start, opening, has_arguments)))
        })?;
        let Some((start, opening, has_arguments)) = called else { return Ok(()) };
        let name = self.source[start..opening.start].trim();
        let is_name = name.chars().all(|c| c.is_alphanumeric() || c == '_');
        self.edits.insert(start, format!("__block('{}', ", if is_name { name } else { "" }));
        self.edits.replace(opening, if has_arguments { ", " } else { "" });
        Ok(())
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
            ("{% set xs = [1, 2] + ys %}", "{% set xs = __m(__l([1, 2]) + ys) %}"),
            ("{% do xs.append({'a': 1}) %}", "{% set __do = xs.append(__d({'a': 1})) %}"),
            ("{{ '%s' % x ~ 'b' }}", "{{ __mod('%s' , x) ~ 'b' }}"),
            ("{% if x is defined: %}", "{% if x is defined %}"),
            ("{% test t(model, c='a') %}{% endtest %}", "{% macro dbt_macro__test_t(model, c='a') %}{% endmacro %}"),
            ("{% macro m(a: string = [1]) -%}", "{% macro dbt_macro__m(a= __l([1])) -%}"),
            ("{{ ref('a', v=2) }}", "{{ ref('a', v=2, __at=3) }}"),
            ("{{ config() }}", "{{ config(__at=3) }}"),
            ("{% for a, b in {'x': 1}.items() if b %}", "{% for a, b in __d({'x': 1}).items() if b %}"),
            ("{% call(x) f([1]) %}", "{% call(x) f(__l([1])) %}"),
            ("{{ x if 'a' in ['a'] else -y|abs }}", "{{ x if 'a' in ['a'] else -y|abs }}"),
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
