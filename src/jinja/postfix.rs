//! What stands behind a value in an expression: attributes, items, slices, calls, filters and tests.

use std::ops::Range;

use super::JinjaProblem;
use super::expression::{Expressions, Extent, HIGHEST, Parsed};
use super::lexer::TokenKind;
use super::rewrite::CallSite;

/// The functions whose call sites are remembered: each gets `__at=<offset in the file>` as an argument.
const WATCHED: &[&str] = &["ref", "source", "config", "var", "env_var"];

/// What is always defined: its attributes need no look at it.
const DEFINED: &[&str] = &[
    "loop",
    "adapter",
    "this",
    "target",
    "modules",
    "config",
    "model",
    "exceptions",
    "dbt",
    "api",
    "graph",
    "flags",
    "builtins",
    "context",
    "var",
    "varargs",
    "kwargs",
    "ns",
    "dbt_utils",
];

impl Expressions<'_> {
    pub(super) fn postfix(&mut self, mut piece: Extent) -> Parsed {
        let mut name = self.source.get(piece.range.clone());
        loop {
            if self.kind() != Some(TokenKind::Operator) {
                return Ok(piece);
            }
            let end = match self.peek(0) {
                "." => {
                    if self.peek(2) != "(" {
                        self.defined(&piece, name);
                    }
                    if !matches!(
                        self.tokens.get(self.at + 1).map(|token| token.kind),
                        Some(TokenKind::Name | TokenKind::Number)
                    ) {
                        self.at += 1;
                        return self.expected("the name of an attribute");
                    }
                    self.at += 2;
                    self.tokens[self.at - 1].range.end
                }
                "[" => {
                    self.defined(&piece, name);
                    self.deeper(|it| it.subscript(&piece))?
                }
                "(" => self.deeper(|it| it.call(name, piece.range.start))?,
                _ => return Ok(piece),
            };
            piece = self.longer(&piece, end)?;
            name = None;
        }
    }

    /// In a macro, what an attribute is taken of has to be defined.
    fn defined(&mut self, piece: &Extent, name: Option<&str>) {
        if self.is_strict && !name.is_some_and(|name| DEFINED.contains(&name)) {
            self.edits.wrap(&piece.range, "(", "|__strict)");
        }
    }

    /// `x[a]`, or a slice: `x[a:b]` becomes `((x)|__slice(a, b, none))`.
    fn subscript(&mut self, piece: &Extent) -> Result<usize, JinjaProblem> {
        let opening = self.here();
        self.at += 1;
        let mut colons = 0;
        let mut is_empty = true;
        let mut before = opening.clone();
        while !matches!((self.kind(), self.peek(0)), (None, _) | (Some(TokenKind::Operator), "]")) {
            let here = self.here();
            if self.take(":") {
                if colons == 0 {
                    self.edits.wrap(&piece.range, "((", ")");
                }
                self.separator(&before, colons, is_empty);
                (before, is_empty) = (here, true);
                colons += 1;
            } else if !self.take(",") {
                self.expression()?;
                is_empty = false;
            }
        }
        let closing = self.here();
        let end = self.must("]")?;
        if colons > 0 {
            self.separator(&before, colons, is_empty);
            self.edits.replace(closing, if colons < 2 { ", none))" } else { "))" });
        }
        Ok(end)
    }

    /// What stands in the place of the bracket or colon before a part of a slice.
    fn separator(&mut self, at: &Range<usize>, colons: usize, is_empty: bool) {
        let opening = if colons == 0 { "|__slice(" } else { ", " };
        self.edits.replace(at.clone(), &format!("{opening}{}", if is_empty { "none" } else { "" }));
    }

    /// The arguments of a call; `name` is what is called, when it is a plain name.
    pub(super) fn call(&mut self, name: Option<&str>, start: usize) -> Result<usize, JinjaProblem> {
        let opening = self.here();
        self.at += 1;
        let mut last = None;
        let mut spreads = false;
        while self.peek(0) != ")" || self.kind() == Some(TokenKind::Text) {
            spreads |= self.take("**") || self.take("*");
            if self.kind() == Some(TokenKind::Name) && self.peek(1) == "=" {
                self.at += 2;
            }
            let argument = self.expression()?;
            if name == Some("loop") {
                // A loop that goes over something again: how much text it writes is not known yet.
                self.edits.wrap(&argument.range, "(", &format!("|__each({}))", self.source.len()));
            }
            last = Some(argument.range.end);
            if !self.take(",") {
                break;
            }
        }
        let closing = self.here();
        let end = self.must(")")?;
        if let Some(name) = name.filter(|name| !spreads && WATCHED.contains(name)) {
            let separator = if last.is_some() { ", " } else { "" };
            self.edits.insert(last.unwrap_or(closing.start), format!("{separator}__at={start}"));
            self.calls.push(CallSite { name: name.to_owned(), span: start..end });
        }
        if name == Some("caller") {
            self.edits.wrap(&(start..end), "(", "|__spent)");
        }
        self.last_call = Some((opening, end, last.is_some()));
        Ok(end)
    }

    pub(super) fn filters(&mut self, mut piece: Extent) -> Parsed {
        loop {
            let end = if self.take("|") {
                self.filter()?
            } else if self.kind() == Some(TokenKind::Name) && self.take("is") {
                self.take("not");
                self.test()?
            } else {
                return Ok(piece);
            };
            piece = self.longer(&piece, end)?;
        }
    }

    /// The filters of `{% filter a|b(c) %}`.
    pub(super) fn filter_chain(&mut self) -> Result<(), JinjaProblem> {
        let mut count = 0;
        loop {
            self.filter()?;
            count += 1;
            if count > HIGHEST {
                return self.too_deep();
            }
            if !self.take("|") {
                return Ok(());
            }
        }
    }

    /// One filter with its arguments.
    fn filter(&mut self) -> Result<usize, JinjaProblem> {
        let end = self.filter_name()?;
        match self.peek(0) {
            "(" => self.deeper(|it| it.call(None, end)),
            _ => Ok(end),
        }
    }

    /// A filter's name, which may hold dots.
    fn filter_name(&mut self) -> Result<usize, JinjaProblem> {
        let mut end = self.here().end;
        if self.kind() != Some(TokenKind::Name) {
            return self.expected("the name of a filter");
        }
        self.at += 1;
        while self.take(".") {
            end = self.here().end;
            self.at += 1;
        }
        Ok(end)
    }

    fn test(&mut self) -> Result<usize, JinjaProblem> {
        let end = self.filter_name()?;
        let takes_argument = match self.kind() {
            Some(TokenKind::Name) => {
                !matches!(self.peek(0), "else" | "or" | "and" | "if" | "is" | "in" | "not" | "recursive")
            }
            Some(TokenKind::Number | TokenKind::Text) => true,
            Some(TokenKind::Operator) => matches!(self.peek(0), "(" | "[" | "{"),
            None => false,
        };
        if !takes_argument {
            return Ok(end);
        }
        if self.peek(0) == "(" {
            return self.deeper(|it| it.call(None, end));
        }
        let primary = self.primary()?;
        Ok(self.postfix(primary)?.range.end)
    }
}
