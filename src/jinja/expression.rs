//! The tokens of a Jinja expression in, the edits that make it minijinja's out.
//!
//! Follows the precedence of Jinja2's parser (`jinja2/parser.py`). Nothing is evaluated. Every operator becomes a filter
//! on its left operand, because minijinja's operators are not Python's: `a + b - c` is `(a)|__chain('+', b, '-', c)`.

use std::ops::Range;

use super::JinjaProblem;
use super::lexer::{Token, TokenKind};
use super::map::Edits;
use super::rewrite::CallSite;

/// Deeper nesting is refused, so that no template can exhaust the stack. minijinja's own limit is 150, and each bracket
/// may become two.
const DEEPEST: usize = 60;

/// How high an expression may be as a tree: a chain of filters or of `and` is as high as it is long.
pub(super) const HIGHEST: usize = 500;

/// The reader of the expressions of one tag.
pub(super) struct Expressions<'s> {
    pub source: &'s str,
    pub tokens: &'s [Token],
    pub at: usize,
    pub edits: &'s mut Edits,
    pub calls: &'s mut Vec<CallSite>,
    pub depth: usize,
    /// It stands in a macro: what has an attribute there has to be defined.
    pub is_strict: bool,
    /// The last call that was read: its opening bracket, its end, and whether it has arguments.
    pub last_call: Option<(Range<usize>, usize, bool)>,
}

/// A piece of an expression: where it stands, and how high it is as a tree.
#[derive(Debug, Clone)]
pub(super) struct Extent {
    pub range: Range<usize>,
    pub height: usize,
}

pub(super) type Parsed = Result<Extent, JinjaProblem>;

/// An operator: its name, and how many tokens it is.
type Operator = (&'static str, usize);

impl<'s> Expressions<'s> {
    /// The text of the token `ahead` of the current one, empty past the end.
    pub(super) fn peek(&self, ahead: usize) -> &'s str {
        self.tokens.get(self.at + ahead).map_or("", |token| token.text(self.source))
    }

    pub(super) fn kind(&self) -> Option<TokenKind> {
        self.tokens.get(self.at).map(|token| token.kind)
    }

    /// Steps over the current token when it is `text`.
    pub(super) fn take(&mut self, text: &str) -> bool {
        let is_it = self.kind() != Some(TokenKind::Text) && self.peek(0) == text;
        self.at += usize::from(is_it);
        is_it
    }

    pub(super) fn here(&self) -> Range<usize> {
        let end = self.tokens.last().map_or(0, |token| token.range.end);
        self.tokens.get(self.at).map_or(end..end, |token| token.range.clone())
    }

    /// What was expected at the current token.
    pub(super) fn expected<T>(&self, what: &str) -> Result<T, JinjaProblem> {
        let found =
            if self.at < self.tokens.len() { format!("`{}`", self.peek(0)) } else { "the end of the tag".into() };
        Err(JinjaProblem { message: format!("expected {what}, found {found}"), span: self.here(), help: None })
    }

    pub(super) fn must(&mut self, text: &str) -> Result<usize, JinjaProblem> {
        let end = self.here().end;
        if self.take(text) { Ok(end) } else { self.expected(&format!("`{text}`")) }
    }

    pub(super) fn too_deep<T>(&self) -> Result<T, JinjaProblem> {
        Err(JinjaProblem {
            message: "this expression is nested too deeply".into(),
            span: self.here(),
            help: Some("take it apart with `{% set %}`".into()),
        })
    }

    /// One piece that holds two others, or one twice.
    pub(super) fn above(&self, left: &Extent, right: &Extent) -> Parsed {
        let height = left.height.max(right.height) + 1;
        if height > HIGHEST {
            return Err(JinjaProblem {
                message: format!("more than {HIGHEST} operators stand in a row here"),
                span: right.range.clone(),
                help: Some("take it apart with `{% set %}`".into()),
            });
        }
        Ok(Extent { range: left.range.start..right.range.end.max(left.range.end), height })
    }

    /// A piece with something behind it.
    pub(super) fn longer(&self, piece: &Extent, end: usize) -> Parsed {
        self.above(piece, &Extent { range: end..end, height: 0 })
    }

    pub(super) fn deeper<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, JinjaProblem>,
    ) -> Result<T, JinjaProblem> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return self.too_deep();
        }
        let result = read(self)?;
        self.depth -= 1;
        Ok(result)
    }

    /// An expression with its `if … else …`.
    pub(super) fn expression(&mut self) -> Parsed {
        self.deeper(|it| {
            let mut piece = it.or()?;
            while it.take("if") {
                let condition = it.or()?;
                piece = it.above(&piece, &condition)?;
                if it.take("else") {
                    let other = it.expression()?;
                    piece = it.above(&piece, &other)?;
                }
            }
            Ok(piece)
        })
    }

    /// One or more expressions with commas between them, which make a tuple.
    pub(super) fn tuple(&mut self) -> Parsed {
        self.separated(Self::expression)
    }

    /// What a loop goes over: as [`tuple`](Self::tuple), but `if` does not belong to it.
    pub(super) fn iterable(&mut self) -> Parsed {
        self.separated(Self::or)
    }

    fn separated(&mut self, read: fn(&mut Self) -> Parsed) -> Parsed {
        let mut piece = read(self)?;
        let mut is_tuple = false;
        while self.peek(0) == "," {
            is_tuple = true;
            piece.range.end = self.here().end;
            self.at += 1;
            if self.at >= self.tokens.len() || matches!(self.peek(0), ")" | "=" | "%" | "if" | "recursive") {
                break;
            }
            let item = read(self)?;
            piece = Extent { range: piece.range.start..item.range.end, height: piece.height.max(item.height) };
        }
        if is_tuple {
            self.edits.wrap(&piece.range, "((", ")|__t)");
        }
        Ok(piece)
    }

    /// A condition without `if … else …`, as `for x in …` takes it.
    fn or(&mut self) -> Parsed {
        let mut piece = self.and()?;
        while self.take("or") {
            let right = self.and()?;
            piece = self.above(&piece, &right)?;
        }
        Ok(piece)
    }

    fn and(&mut self) -> Parsed {
        let mut piece = self.not()?;
        while self.take("and") {
            let right = self.not()?;
            piece = self.above(&piece, &right)?;
        }
        Ok(piece)
    }

    fn not(&mut self) -> Parsed {
        let start = self.here().start;
        let mut negations = 0;
        while self.take("not") {
            negations += 1;
        }
        if negations > DEEPEST {
            return self.too_deep();
        }
        let mut piece = self.compare()?;
        if negations > 0 {
            piece.range.start = start;
        }
        Ok(piece)
    }

    /// Operators of one precedence, which become one filter on the first operand.
    fn chain(
        &mut self,
        operand: fn(&mut Self) -> Parsed,
        operator: fn(&Self) -> Option<Operator>,
        (filter, is_named): (&str, bool),
    ) -> Parsed {
        let mut piece = operand(self)?;
        let mut count = 0;
        while let Some((name, tokens)) = operator(self) {
            let start = self.here();
            self.at += tokens - 1;
            let range = start.start..self.here().end;
            self.at += 1;
            let name = if is_named { format!("'{name}', ") } else { String::new() };
            let lines = "\n".repeat(self.source[range.clone()].matches('\n').count());
            if count == 0 {
                self.edits.wrap(&piece.range, "(", ")");
                self.edits.replace(range, &format!("|{filter}({name}{lines}"));
            } else {
                self.edits.replace(range, &format!(", {name}{lines}"));
            }
            let right = operand(self)?;
            piece = self.above(&piece, &right)?;
            count += 1;
        }
        if count > 0 {
            self.edits.insert(piece.range.end, ")".to_owned());
        }
        Ok(piece)
    }

    /// The current token, when it is one of these operators.
    fn one_of(&self, operators: &[&'static str]) -> Option<Operator> {
        let is_operator = self.kind() == Some(TokenKind::Operator);
        operators.iter().find(|operator| is_operator && **operator == self.peek(0)).map(|operator| (*operator, 1))
    }

    fn compare(&mut self) -> Parsed {
        let operator = |it: &Self| match (it.kind(), it.peek(0), it.peek(1)) {
            (Some(TokenKind::Name), "in", _) => Some(("in", 1)),
            (Some(TokenKind::Name), "not", "in") => Some(("not in", 2)),
            _ => it.one_of(&["==", "!=", "<", "<=", ">", ">="]),
        };
        self.chain(Self::sum, operator, ("__compare", true))
    }

    fn sum(&mut self) -> Parsed {
        self.chain(Self::concat, |it| it.one_of(&["+", "-"]), ("__chain", true))
    }

    fn concat(&mut self) -> Parsed {
        self.chain(Self::product, |it| it.one_of(&["~"]), ("__concat", false))
    }

    fn product(&mut self) -> Parsed {
        self.chain(Self::power, |it| it.one_of(&["*", "/", "//", "%"]), ("__chain", true))
    }

    fn power(&mut self) -> Parsed {
        self.chain(Self::unary, |it| it.one_of(&["**"]), ("__power", false))
    }

    fn unary(&mut self) -> Parsed {
        let piece = self.signed()?;
        self.filters(piece)
    }

    fn signed(&mut self) -> Parsed {
        let sign = self.here();
        let Some((operator, _)) = self.one_of(&["-", "+"]) else {
            let primary = self.primary()?;
            return self.postfix(primary);
        };
        self.at += 1;
        let operand = self.deeper(Self::signed)?;
        let filter = if operator == "-" { "__neg" } else { "__pos" };
        self.edits.wrap(&operand.range, "(", &format!(")|{filter})"));
        self.edits.replace(sign.clone(), "(");
        let piece = self.longer(&operand, operand.range.end)?;
        Ok(Extent { range: sign.start..piece.range.end, ..piece })
    }

    pub(super) fn primary(&mut self) -> Parsed {
        let mut range = self.here();
        match self.kind() {
            Some(TokenKind::Text) => {
                while self.kind() == Some(TokenKind::Text) {
                    range.end = self.here().end;
                    super::escapes::rewrite(self.source, self.here(), self.edits);
                    self.at += 1;
                }
            }
            Some(TokenKind::Name) => self.at += 1,
            Some(TokenKind::Number) => {
                if let Some(digits) = super::big_integer::digits(self.peek(0)) {
                    self.edits.replace(range.clone(), &format!("('{digits}'|__int)"));
                }
                self.at += 1;
            }
            _ => {
                return match self.peek(0) {
                    "[" => self.deeper(|it| it.bracketed("]")),
                    "(" => self.deeper(|it| it.bracketed(")")),
                    "{" => self.deeper(Self::dict),
                    _ => self.expected("a value"),
                };
            }
        }
        Ok(Extent { range, height: 1 })
    }

    /// A list, a tuple, or an expression in round brackets.
    fn bracketed(&mut self, closing: &str) -> Parsed {
        let start = self.here().start;
        self.at += 1;
        let mut height = 0;
        let mut is_tuple = self.peek(0) == closing;
        loop {
            let end = self.here().end;
            if self.take(closing) {
                let range = start..end;
                match closing {
                    "]" => self.edits.wrap(&range, "(", "|__l)"),
                    _ if is_tuple => self.edits.wrap(&range, "(", "|__t)"),
                    _ => {}
                }
                return Ok(Extent { range, height: height + 1 });
            }
            height = self.expression()?.height.max(height);
            match self.take(",") {
                true => is_tuple = true,
                false if self.peek(0) != closing => return self.expected(&format!("`{closing}`")),
                false => {}
            }
        }
    }

    /// `{a: b}` becomes `([a, b]|__d)`: what a key may be is for us to say.
    fn dict(&mut self) -> Parsed {
        let opening = self.here();
        self.at += 1;
        self.edits.replace(opening.clone(), "([");
        let mut height = 0;
        loop {
            let closing = self.here();
            if self.take("}") {
                self.edits.replace(closing.clone(), "]|__d)");
                return Ok(Extent { range: opening.start..closing.end, height: height + 1 });
            }
            height = self.expression()?.height.max(height);
            let colon = self.here();
            self.must(":")?;
            self.edits.replace(colon, ",");
            height = self.expression()?.height.max(height);
            if !self.take(",") && self.peek(0) != "}" {
                return self.expected("`}`");
            }
        }
    }
}
