//! Date patterns of MySQL, which Trino's `date_parse` and `date_format` take, in the words of C's strftime.
//!
//! DuckDB wants the pattern as a literal, so a macro cannot translate it: the literal itself is rewritten.

use std::borrow::Cow;

use sqlparser::dialect::GenericDialect;
use sqlparser::tokenizer::{Token, Tokenizer};

use super::prelude::OTHER_MEANING;
use crate::engine::EngineError;
use crate::source::LineIndex;

const DATE_FUNCTIONS: &[&str] = &["date_parse", "date_format"];

/// The query with its date patterns translated.
///
/// # Errors
/// When a pattern holds a code that has no equal, or a function is called that means something else in DuckDB: the
/// query is then not run here.
pub(super) fn translate(query: &str) -> Result<Cow<'_, str>, EngineError> {
    let lower = query.to_lowercase();
    let is_called = |name: &str| lower.contains(name);
    if !DATE_FUNCTIONS.iter().chain(OTHER_MEANING).any(|name| is_called(name)) {
        return Ok(Cow::Borrowed(query));
    }
    let Ok(tokens) = Tokenizer::new(&GenericDialect {}, query).tokenize_with_location() else {
        return Ok(Cow::Borrowed(query));
    };
    let index = LineIndex::new(query);
    let number = |value: u64| usize::try_from(value).unwrap_or(1);
    let mut depth = 0usize;
    // The calls that are open, each with the depth of its arguments.
    let mut calls: Vec<usize> = Vec::new();
    let mut word = String::new();
    let mut replaced: Vec<(std::ops::Range<usize>, String)> = Vec::new();
    for token in &tokens {
        match &token.token {
            Token::Whitespace(_) => continue,
            Token::LParen => {
                depth += 1;
                if OTHER_MEANING.contains(&word.as_str()) {
                    return Err(EngineError::NotHere(word));
                }
                if DATE_FUNCTIONS.contains(&word.as_str()) {
                    calls.push(depth);
                }
            }
            Token::RParen => {
                calls.retain(|call| *call != depth);
                depth = depth.saturating_sub(1);
            }
            Token::SingleQuotedString(pattern) if calls.last() == Some(&depth) && pattern.contains('%') => {
                let start = index.offset(number(token.span.start.line), number(token.span.start.column));
                let end = index.offset(number(token.span.end.line), number(token.span.end.column));
                replaced.push((start..end, format!("'{}'", strftime(pattern)?.replace('\'', "''"))));
            }
            _ => {}
        }
        word = match &token.token {
            Token::Word(found) if found.quote_style.is_none() => found.value.to_lowercase(),
            _ => String::new(),
        };
    }
    let mut text = query.to_owned();
    for (range, pattern) in replaced.into_iter().rev() {
        text.replace_range(range, &pattern);
    }
    Ok(Cow::Owned(text))
}

/// One pattern. Behaviour: Trino's "MySQL date functions".
fn strftime(pattern: &str) -> Result<String, EngineError> {
    let mut out = String::new();
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        if c != '%' {
            out.push(c);
            continue;
        }
        let code = chars.next().unwrap_or('%');
        out.push_str(match code {
            'Y' => "%Y",
            'y' => "%y",
            'm' => "%m",
            'd' => "%d",
            'H' => "%H",
            'h' | 'I' => "%I",
            'i' => "%M",
            's' | 'S' => "%S",
            'f' => "%f",
            'p' => "%p",
            'M' => "%B",
            'b' => "%b",
            'W' => "%A",
            'a' => "%a",
            'j' => "%j",
            'T' => "%H:%M:%S",
            'r' => "%I:%M:%S %p",
            'c' => "%-m",
            'e' => "%-d",
            'k' => "%-H",
            'l' => "%-I",
            '%' => "%%",
            code => return Err(EngineError::NotHere(format!("date pattern %{code}"))),
        });
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::translate;

    #[test]
    fn only_the_patterns_of_date_functions_are_translated() {
        let sql =
            "select date_parse(concat('%i', a), '%Y-%m-%d %H:%i:%s'), '%i' from t where date_format(b, '%M') like '%M'";
        assert_eq!(
            translate(sql).unwrap(),
            "select date_parse(concat('%i', a), '%Y-%m-%d %H:%M:%S'), '%i' from t where date_format(b, '%B') like '%M'"
        );
        assert!(translate("select date_format(a, '%v')").is_err());
        assert!(translate("select try (1 / 0)").is_err() && translate("select try_cast(1 as int), \"try\"").is_ok());
    }
}
