//! The tokens of a Jinja expression in, the edits that make it minijinja's out.
//!
//! Follows the precedence of Jinja2's parser (`jinja2/parser.py`). Nothing is evaluated: the extent of each operand is
//! all that is needed, to put `__l(…)` around a list, `__d(…)` around a dict and `__mod(a, b)` in the place of `a % b`.

use std::ops::Range;

use super::JinjaProblem;
use super::lexer::{Token, TokenKind};
use super::map::Edits;
use super::rewrite::CallSite;

/// Deeper nesting is refused, so that no template can exhaust the stack.
const DEEPEST: usize = 150;

/// The functions whose call sites are remembered: each gets `__at=<offset in the file>` as an argument.
const WATCHED: &[&str] = &["ref", "source", "config", "var", "env_var"];

/// A file that names one of these may add moments and spans of time.
const MOMENTS: &[&str] = &["datetime", "timedelta", "run_started_at"];

pub(super) struct Expressions<'s> {
    pub source: &'s str,
    pub tokens: &'s [Token],
    pub at: usize,
    pub edits: &'s mut Edits,
    pub calls: &'s mut Vec<CallSite>,
    pub depth: usize,
}

type Parsed = Result<Range<usize>, JinjaProblem>;

impl<'s> Expressions<'s> {
    /// The text of the token `ahead` of the current one, empty past the end.
    pub(super) fn peek(&self, ahead: usize) -> &'s str {
        self.tokens.get(self.at + ahead).map_or("", |token| token.text(self.source))
    }

    fn kind(&self) -> Option<TokenKind> {
        self.tokens.get(self.at).map(|token| token.kind)
    }

    /// Steps over the current token when it is `text`.
    pub(super) fn take(&mut self, text: &str) -> bool {
        let is_it = self.kind() != Some(TokenKind::Text) && self.peek(0) == text;
        self.at += usize::from(is_it);
        is_it
    }

    fn here(&self) -> Range<usize> {
        let end = self.tokens.last().map_or(0, |token| token.range.end);
        self.tokens.get(self.at).map_or(end..end, |token| token.range.clone())
    }

    /// What was expected at the current token.
    pub(super) fn expected<T>(&self, what: &str) -> Result<T, JinjaProblem> {
        let found =
            if self.at < self.tokens.len() { format!("`{}`", self.peek(0)) } else { "the end of the tag".into() };
        Err(JinjaProblem { message: format!("expected {what}, found {found}"), span: self.here(), help: None })
    }

    fn must(&mut self, text: &str) -> Result<usize, JinjaProblem> {
        let end = self.here().end;
        if self.take(text) { Ok(end) } else { self.expected(&format!("`{text}`")) }
    }

    /// An expression with its `if … else …`.
    pub(super) fn expression(&mut self) -> Parsed {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(JinjaProblem {
                message: "this expression is nested too deeply".into(),
                span: self.here(),
                help: None,
            });
        }
        let mut range = self.or()?;
        while self.take("if") {
            range.end = self.or()?.end;
            if self.take("else") {
                range.end = self.expression()?.end;
            }
        }
        self.depth -= 1;
        Ok(range)
    }

    /// One or more expressions with commas between them.
    pub(super) fn tuple(&mut self) -> Parsed {
        let mut range = self.expression()?;
        while self.take(",") {
            if self.at >= self.tokens.len() || matches!(self.peek(0), ")" | "=" | "%") {
                break;
            }
            range.end = self.expression()?.end;
        }
        Ok(range)
    }

    /// A condition without `if … else …`, as `for x in …` takes it.
    pub(super) fn or(&mut self) -> Parsed {
        let mut range = self.and()?;
        while self.take("or") {
            range.end = self.and()?.end;
        }
        Ok(range)
    }

    fn and(&mut self) -> Parsed {
        let mut range = self.not()?;
        while self.take("and") {
            range.end = self.not()?.end;
        }
        Ok(range)
    }

    fn not(&mut self) -> Parsed {
        let start = self.here().start;
        let mut negations = 0;
        while self.take("not") {
            negations += 1;
        }
        let range = self.compare()?;
        Ok(if negations > 0 { start..range.end } else { range })
    }

    fn compare(&mut self) -> Parsed {
        let mut range = self.sum()?;
        loop {
            if matches!(self.peek(0), "==" | "!=" | "<" | "<=" | ">" | ">=") && self.kind() == Some(TokenKind::Operator)
            {
                self.at += 1;
                range.end = self.sum()?.end;
            } else if self.take("in") || (self.peek(1) == "in" && self.take("not") && self.take("in")) {
                range.end = self.contained()?.end;
            } else {
                return Ok(range);
            }
        }
    }

    /// The right side of `in`: a plain list there needs no wrapping.
    fn contained(&mut self) -> Parsed {
        if self.peek(0) == "[" && self.kind() == Some(TokenKind::Operator) {
            let inner = self.bracketed("]")?;
            return self.postfix(inner);
        }
        self.sum()
    }

    fn sum(&mut self) -> Parsed {
        let mut range = self.concat()?;
        loop {
            let operator = self.here();
            let function = match self.peek(0) {
                "+" => "__add(",
                "-" => "__sub(",
                _ => return Ok(range),
            };
            self.at += 1;
            range.end = self.concat()?.end;
            // minijinja cannot add moments: only where there may be some is its own sum given up.
            if MOMENTS.iter().any(|word| self.source.contains(word)) {
                self.edits.replace(operator, ",");
                self.edits.wrap(&range, function, ")");
            }
        }
    }

    fn concat(&mut self) -> Parsed {
        let mut range = self.product()?;
        while self.take("~") {
            range.end = self.product()?.end;
        }
        Ok(range)
    }

    fn product(&mut self) -> Parsed {
        let mut range = self.power()?;
        loop {
            let operator = self.here();
            if self.take("%") {
                range.end = self.power()?.end;
                self.edits.replace(operator, ",");
                self.edits.wrap(&range, "__mod(", ")");
            } else if self.take("*") || self.take("/") || self.take("//") {
                range.end = self.power()?.end;
            } else {
                return Ok(range);
            }
        }
    }

    fn power(&mut self) -> Parsed {
        let mut range = self.unary()?;
        while self.take("**") {
            range.end = self.unary()?.end;
        }
        Ok(range)
    }

    fn unary(&mut self) -> Parsed {
        let start = self.here().start;
        let sign = self.here();
        if self.take("-") || self.take("+") {
            if self.source.get(sign.clone()) == Some("+") {
                self.edits.replace(sign, "");
            }
            self.depth += 1;
            if self.depth > DEEPEST {
                return self.expected("a shorter expression");
            }
            let end = self.unary()?.end;
            self.depth -= 1;
            return Ok(start..end);
        }
        let primary = self.primary()?;
        let range = self.postfix(primary)?;
        self.filters(range)
    }

    fn primary(&mut self) -> Parsed {
        let range = self.here();
        match self.kind() {
            Some(TokenKind::Text) => {
                let mut range = range;
                while self.kind() == Some(TokenKind::Text) {
                    range.end = self.here().end;
                    self.at += 1;
                }
                Ok(range)
            }
            Some(TokenKind::Name) => {
                self.at += 1;
                Ok(range)
            }
            Some(TokenKind::Number) => {
                if let Some(digits) = super::big_integer::digits(self.peek(0)) {
                    self.edits.replace(range.clone(), &format!("'{digits}'"));
                }
                self.at += 1;
                Ok(range)
            }
            _ => match self.peek(0) {
                "[" => {
                    let range = self.bracketed("]")?;
                    self.edits.wrap(&range, "__l(", ")");
                    Ok(range)
                }
                "{" => {
                    let range = self.dict()?;
                    self.edits.wrap(&range, "__d(", ")");
                    Ok(range)
                }
                "(" => self.bracketed(")"),
                _ => self.expected("a value"),
            },
        }
    }

    /// The items between the current bracket and `closing`.
    fn bracketed(&mut self, closing: &str) -> Parsed {
        let start = self.here().start;
        self.at += 1;
        loop {
            let end = self.here().end;
            if self.take(closing) {
                return Ok(start..end);
            }
            self.expression()?;
            if !self.take(",") {
                return Ok(start..self.must(closing)?);
            }
        }
    }

    fn dict(&mut self) -> Parsed {
        let start = self.here().start;
        self.at += 1;
        loop {
            let end = self.here().end;
            if self.take("}") {
                return Ok(start..end);
            }
            self.expression()?;
            self.must(":")?;
            self.expression()?;
            if !self.take(",") {
                return Ok(start..self.must("}")?);
            }
        }
    }

    fn postfix(&mut self, mut range: Range<usize>) -> Parsed {
        let mut name = self.source.get(range.clone()).filter(|name| WATCHED.contains(name));
        loop {
            if self.kind() != Some(TokenKind::Operator) {
                return Ok(range);
            }
            match self.peek(0) {
                "." => {
                    self.at += 2;
                    range.end = self.tokens.get(self.at - 1).map_or(range.end, |token| token.range.end);
                }
                "[" => range.end = self.subscript()?,
                "(" => range.end = self.call(name, range.start)?,
                _ => return Ok(range),
            }
            name = None;
        }
    }

    fn subscript(&mut self) -> Result<usize, JinjaProblem> {
        self.at += 1;
        while !matches!(self.peek(0), "]" | "") {
            if !self.take(":") && !self.take(",") {
                self.expression()?;
            }
        }
        self.must("]")
    }

    /// The arguments of a call; `name` is set when the call is to be remembered.
    pub(super) fn call(&mut self, name: Option<&str>, start: usize) -> Result<usize, JinjaProblem> {
        self.at += 1;
        let mut last = None;
        let mut spreads = false;
        while self.peek(0) != ")" || self.kind() == Some(TokenKind::Text) {
            spreads |= self.take("**") || self.take("*");
            if self.kind() == Some(TokenKind::Name) && self.peek(1) == "=" {
                self.at += 2;
            }
            last = Some(self.expression()?.end);
            if !self.take(",") {
                break;
            }
        }
        let closing = self.here();
        let end = self.must(")")?;
        if let Some(name) = name.filter(|_| !spreads) {
            let separator = if last.is_some() { ", " } else { "" };
            self.edits.insert(last.unwrap_or(closing.start), format!("{separator}__at={start}"));
            self.calls.push(CallSite { name: name.to_owned(), span: start..end });
        }
        Ok(end)
    }

    fn filters(&mut self, mut range: Range<usize>) -> Parsed {
        loop {
            if self.take("|") {
                range.end = self.filter_name()?;
                if self.peek(0) == "(" {
                    range.end = self.call(None, range.start)?;
                }
            } else if self.kind() == Some(TokenKind::Name) && self.take("is") {
                self.take("not");
                range.end = self.test()?;
            } else {
                return Ok(range);
            }
        }
    }

    /// A filter's name, which may hold dots.
    pub(super) fn filter_name(&mut self) -> Result<usize, JinjaProblem> {
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
            Some(TokenKind::Name) => !matches!(self.peek(0), "else" | "or" | "and" | "if" | "is" | "in" | "not"),
            Some(TokenKind::Number | TokenKind::Text) => true,
            Some(TokenKind::Operator) => matches!(self.peek(0), "(" | "[" | "{"),
            None => false,
        };
        if !takes_argument {
            return Ok(end);
        }
        if self.peek(0) == "(" {
            return self.call(None, end);
        }
        let primary = self.primary()?;
        Ok(self.postfix(primary)?.end)
    }
}
