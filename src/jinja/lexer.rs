//! A template's text in, its parts out: text, comments, `{{ … }}` and `{% … %}` with their tokens.
//!
//! The rules are those of Jinja2's lexer as dbt configures it (`jinja2/lexer.py`).

use std::ops::Range;

use super::JinjaProblem;

/// One part of a template. All ranges are byte offsets of the text that was lexed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// Text between tags, or the inside of `{% raw %}`.
    Text(Range<usize>),
    /// A comment, or a tag that only brackets raw text: left as it is.
    Verbatim(Range<usize>),
    /// `{{ … }}`
    Print(Tag),
    /// `{% … %}`
    Statement(Tag),
}

/// A tag with its tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag {
    /// From the first to the last brace.
    pub range: Range<usize>,
    /// `{{-`: the white space before it goes.
    pub trims_before: bool,
    /// `-}}`: the white space after it goes.
    pub trims_after: bool,
    pub tokens: Vec<Token>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKind {
    Name,
    Number,
    Text,
    Operator,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    pub kind: TokenKind,
    pub range: Range<usize>,
}

impl Token {
    /// The token as it is written.
    pub fn text<'s>(&self, source: &'s str) -> &'s str {
        &source[self.range.clone()]
    }
}

/// Splits a template into its parts.
///
/// # Errors
/// The first tag, comment or string that does not end, or a character that Jinja does not know.
pub fn lex(source: &str) -> Result<Vec<Part>, JinjaProblem> {
    let mut parts = Vec::new();
    let mut at = 0;
    while let Some(start) = next_tag(source, at) {
        if start > at {
            parts.push(Part::Text(at..start));
        }
        at = match &source[start..start + 2] {
            "{#" => {
                let end = close_after(source, start, "#}", "this comment")?;
                parts.push(Part::Verbatim(start..end));
                end
            }
            opening => {
                let tag = tag(source, start, opening == "{{")?;
                let end = tag.range.end;
                match (opening, tag.tokens.first().map(|token| token.text(source))) {
                    ("{%", Some("raw")) => raw(source, &tag, &mut parts)?,
                    ("{{", _) => {
                        parts.push(Part::Print(tag));
                        end
                    }
                    _ => {
                        parts.push(Part::Statement(tag));
                        end
                    }
                }
            }
        };
    }
    if at < source.len() {
        parts.push(Part::Text(at..source.len()));
    }
    Ok(parts)
}

fn next_tag(source: &str, from: usize) -> Option<usize> {
    let opens = |at: &usize| matches!(source.as_bytes().get(at + 1), Some(b'{' | b'%' | b'#'));
    source[from..].match_indices('{').map(|(at, _)| from + at).find(opens)
}

fn close_after(source: &str, start: usize, closing: &str, what: &str) -> Result<usize, JinjaProblem> {
    source[start..].find(closing).map(|at| start + at + closing.len()).ok_or_else(|| JinjaProblem {
        message: format!("{what} is never closed"),
        span: start..start + 2,
        help: Some(format!("close it with `{closing}`")),
    })
}

/// The inside of `{% raw %}` is text; the tags around it stay.
fn raw(source: &str, opening: &Tag, parts: &mut Vec<Part>) -> Result<usize, JinjaProblem> {
    let mut at = opening.range.end;
    while let Some(found) = source[at..].find("{%") {
        let start = at + found;
        if let Ok(closing) = tag(source, start, false)
            && closing.tokens.first().is_some_and(|token| token.text(source) == "endraw")
        {
            parts.push(Part::Verbatim(opening.range.start..closing.range.end));
            return Ok(closing.range.end);
        }
        at = start + 2;
    }
    Err(JinjaProblem {
        message: "this `raw` block is never closed".into(),
        span: opening.range.clone(),
        help: Some("close it with `{% endraw %}`".into()),
    })
}

fn tag(source: &str, start: usize, prints: bool) -> Result<Tag, JinjaProblem> {
    let (closing, name) = if prints { ("}}", "this `{{`") } else { ("%}", "this `{%`") };
    let bytes = source.as_bytes();
    let trims_before = bytes.get(start + 2) == Some(&b'-');
    let mut at = start + 2 + usize::from(matches!(bytes.get(start + 2), Some(b'-' | b'+')));
    let mut tokens = Vec::new();
    let mut depth = 0usize;
    loop {
        at += source[at..].len() - source[at..].trim_start().len();
        let rest = &source[at..];
        if depth == 0 {
            let sign = rest.starts_with(['-', '+']);
            if rest[usize::from(sign)..].starts_with(closing) {
                let end = at + usize::from(sign) + 2;
                return Ok(Tag { range: start..end, trims_before, trims_after: rest.starts_with('-'), tokens });
            }
        }
        let next = token(source, at).map_err(|problem| unclosed_text(source, &tokens).unwrap_or(problem))?;
        let Some(token) = next else {
            if let Some(problem) = unclosed_text(source, &tokens) {
                return Err(problem);
            }
            let closed = source[at..].is_empty();
            let message =
                if closed { format!("{name} is never closed") } else { "Jinja does not know this character".into() };
            let span =
                if closed { start..start + 2 } else { at..at + source[at..].chars().next().map_or(0, char::len_utf8) };
            return Err(JinjaProblem { message, span, help: closed.then(|| format!("close it with `{closing}`")) });
        };
        match token.text(source) {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => depth = depth.saturating_sub(1),
            _ => {}
        }
        at = token.range.end;
        tokens.push(token);
    }
}

/// The first text among these tokens that goes on over the end of its tag: its quote was never closed.
pub(super) fn unclosed_text(source: &str, tokens: &[Token]) -> Option<JinjaProblem> {
    let is_text = |token: &&Token| token.kind == TokenKind::Text;
    let goes_on = |text: &str| text.contains("}}") || text.contains("%}");
    let found = tokens.iter().filter(is_text).find(|token| goes_on(token.text(source)))?;
    let quote = source[found.range.clone()].chars().next()?;
    Some(unclosed(found.range.start, quote))
}

fn unclosed(start: usize, quote: char) -> JinjaProblem {
    JinjaProblem {
        message: "this text is never closed".into(),
        span: start..start + 1,
        help: Some(format!("close it with {quote}")),
    }
}

fn token(source: &str, at: usize) -> Result<Option<Token>, JinjaProblem> {
    let rest = &source[at..];
    let Some(first) = rest.chars().next() else { return Ok(None) };
    let (kind, length) = match first {
        '\'' | '"' => (TokenKind::Text, string(source, at, first)?),
        c if c.is_ascii_digit() => (TokenKind::Number, number(rest)),
        c if c.is_alphabetic() || c == '_' => {
            let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
            (TokenKind::Name, end)
        }
        _ => {
            let double = ["==", "!=", ">=", "<=", "//", "**"].iter().any(|operator| rest.starts_with(operator));
            let single = "+-*/%~<>=.:|,;()[]{}".contains(first);
            if !double && !single {
                return Ok(None);
            }
            (TokenKind::Operator, 1 + usize::from(double))
        }
    };
    Ok(Some(Token { kind, range: at..at + length }))
}

fn string(source: &str, start: usize, quote: char) -> Result<usize, JinjaProblem> {
    let mut escaped = false;
    for (at, c) in source[start + 1..].char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return Ok(at + 2),
            _ => {}
        }
    }
    Err(unclosed(start, quote))
}

/// The sign and the digits of an exponent; nothing when no digits follow.
fn digits_after_sign(after: &str) -> usize {
    let count = after.bytes().take_while(u8::is_ascii_digit).count();
    if count > 0 { 1 + count } else { 0 }
}

fn number(rest: &str) -> usize {
    let digits = |text: &str| text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(text.len());
    let whole = digits(rest);
    let fraction = rest[whole..].strip_prefix('.').filter(|after| after.starts_with(|c: char| c.is_ascii_digit()));
    let end = whole + fraction.map_or(0, |after| 1 + digits(after));
    // `1e-5`: the sign belongs to the number.
    let is_decimal = !rest.starts_with("0x") && !rest.starts_with("0X");
    let exponent = rest[end..].strip_prefix(['-', '+']).filter(|_| is_decimal && rest[..end].ends_with(['e', 'E']));
    end + exponent.map_or(0, digits_after_sign)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(source: &str) -> String {
        let parts = lex(source).unwrap();
        let names = parts.iter().map(|part| match part {
            Part::Text(range) => format!("text {:?}", &source[range.clone()]),
            Part::Verbatim(range) => format!("verbatim {:?}", &source[range.clone()]),
            Part::Print(tag) | Part::Statement(tag) => {
                tag.tokens.iter().map(|token| token.text(source)).collect::<Vec<_>>().join(" ")
            }
        });
        names.collect::<Vec<_>>().join(" / ")
    }

    #[test]
    fn a_template_falls_into_parts_and_tokens() {
        assert_eq!(
            shape("a {{- ref('x', v=2)['}}'] }} {# {{ no }} #}{% set d = {'a': {}} %}{% raw %}{{ x }}{% endraw %}z"),
            "text \"a \" / ref ( 'x' , v = 2 ) [ '}}' ] / text \" \" / verbatim \"{# {{ no }} #}\" / \
             set d = { 'a' : { } } / verbatim \"{% raw %}{{ x }}{% endraw %}\" / text \"z\""
        );
    }

    #[test]
    fn what_does_not_end_is_named_at_its_beginning() {
        for (source, span) in [("ab {{ x", 3..5), ("{% if 'x %}", 6..7), ("{# x", 0..2), ("{{ a ? b }}", 5..6)] {
            assert_eq!(lex(source).unwrap_err().span, span, "{source}");
        }
    }
}
