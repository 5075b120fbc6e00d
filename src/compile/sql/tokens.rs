//! Athena's tokens in, the same in sqlparser's words out, where sqlparser knows a clause in other words only.
//!
//! No token moves, so that places stay true.

use std::collections::{HashMap, HashSet};

use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::{Token, TokenWithSpan, Whitespace};

/// All the rewrites.
pub(super) fn in_sqlparsers_words(tokens: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
    rows_of_values(types(trims(intervals(tokens))))
}

/// Where the tokens are that are no white space.
fn places(tokens: &[TokenWithSpan]) -> Vec<usize> {
    (0..tokens.len()).filter(|at| !matches!(tokens[*at].token, Token::Whitespace(_))).collect()
}

/// `trim(leading from a)` is `trim(leading a)`, and `trim(from a)` is `trim(a)`.
fn trims(mut tokens: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
    let places = places(&tokens);
    let is = |tokens: &[TokenWithSpan], at: usize, wanted: &str| {
        places.get(at).is_some_and(|at| is_word(&tokens[*at].token, wanted))
    };
    for number in 0..places.len() {
        let opens = places.get(number + 1).is_some_and(|at| tokens[*at].token == Token::LParen);
        if !opens || !is(&tokens, number, "trim") {
            continue;
        }
        let has_side = ["leading", "trailing", "both"].iter().any(|side| is(&tokens, number + 2, side));
        let from = if has_side { number + 3 } else { number + 2 };
        if is(&tokens, from, "from") {
            tokens[places[from]].token = Token::Whitespace(Whitespace::Space);
        }
    }
    tokens
}

/// `interval` is a name where no interval follows.
fn intervals(mut tokens: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
    const UNITS: [&str; 7] = ["year", "month", "week", "day", "hour", "minute", "second"];
    let places = places(&tokens);
    for number in 0..places.len() {
        if !is_word(&tokens[places[number]].token, "interval") {
            continue;
        }
        let after = |by: usize| places.get(number + by).map(|at| &tokens[*at].token);
        let is_unit = |by: usize| {
            after(by).is_some_and(|token| {
                let is = |unit: &&str| is_word(token, unit) || is_word(token, &format!("{unit}s"));
                UNITS.iter().any(is)
            })
        };
        let is_interval = match after(1) {
            Some(Token::SingleQuotedString(_) | Token::Number(..) | Token::LParen) => true,
            Some(Token::Plus | Token::Minus) => matches!(after(2), Some(Token::SingleQuotedString(_))) || is_unit(3),
            Some(Token::Word(_)) => is_unit(2),
            _ => false,
        };
        if let (false, Token::Word(word)) = (is_interval, &mut tokens[places[number]].token) {
            word.keyword = Keyword::NoKeyword;
        }
    }
    tokens
}

/// `values 1, 2` is `values (1), (2)`.
fn rows_of_values(tokens: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
    let mut out = Vec::with_capacity(tokens.len());
    // For each open `values`, the depth of its rows and where the row that is read begins in `out`.
    let mut open: Vec<(usize, Option<usize>)> = Vec::new();
    let mut depth = 0usize;
    let mut before = Token::EOF;
    for token in tokens {
        let ends = open.last().is_some_and(|(own, _)| *own == depth) && ends_row(&token.token);
        if ends && let Some((_, start)) = open.last_mut() {
            if let Some(start) = start.take() {
                in_brackets(&mut out, start);
            }
            if token.token != Token::Comma {
                open.pop();
            }
        }
        match &token.token {
            Token::LParen | Token::LBracket => depth += 1,
            Token::RParen | Token::RBracket => depth = depth.saturating_sub(1),
            _ => {}
        }
        if !matches!(token.token, Token::Whitespace(_) | Token::EOF) {
            let begins = match open.last_mut() {
                Some((own, start)) if start.is_none() && !ends => {
                    let opens = matches!(token.token, Token::LParen | Token::LBracket);
                    let at = if opens { depth.checked_sub(1) } else { Some(depth) };
                    if at == Some(*own) { Some(start) } else { None }
                }
                _ => None,
            };
            if let Some(start) = begins {
                *start = Some(out.len());
            }
            if is_word(&token.token, "values") && before != Token::Period {
                open.push((depth, None));
            }
            before = token.token.clone();
        }
        out.push(token);
    }
    out
}

fn is_word(token: &Token, wanted: &str) -> bool {
    matches!(token, Token::Word(word) if word.quote_style.is_none() && word.value.eq_ignore_ascii_case(wanted))
}

fn ends_row(token: &Token) -> bool {
    const AFTER: [&str; 7] = ["order", "limit", "offset", "fetch", "union", "except", "intersect"];
    matches!(token, Token::Comma | Token::RParen | Token::EOF | Token::SemiColon)
        || AFTER.iter().any(|word| is_word(token, word))
}

/// Puts a row in brackets, unless it is one pair of brackets already.
fn in_brackets(out: &mut Vec<TokenWithSpan>, start: usize) {
    let end = out.iter().rposition(|token| !matches!(token.token, Token::Whitespace(_))).map_or(start, |at| at + 1);
    let mut depth = 0usize;
    // `values row(1, 2)` is a row too.
    let begin = if is_word(&out[start].token, "row") { start + 1 } else { start };
    let mut is_one_pair = matches!(out.get(begin).map(|token| &token.token), Some(Token::LParen));
    for (at, token) in out.iter().enumerate().take(end).skip(begin) {
        match token.token {
            Token::LParen => depth += 1,
            Token::RParen => depth = depth.saturating_sub(1),
            _ => {}
        }
        is_one_pair &= depth > 0 || at + 1 == end;
    }
    if is_one_pair || end <= start {
        return;
    }
    let (first, last) = (out[start].span, out[end - 1].span);
    out.insert(end, TokenWithSpan::new(Token::RParen, last));
    out.insert(start, TokenWithSpan::new(Token::LParen, first));
}

/// Trino writes `array(varchar)` and `row(a bigint)` where sqlparser reads `array<varchar>` and `struct<a bigint>`.
///
/// Only in the position of a type, which is what follows `as` in a cast up to the cast's closing bracket.
fn types(mut tokens: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
    let places = places(&tokens);
    let word = |tokens: &[TokenWithSpan], at: usize| match tokens.get(at).map(|token| &token.token) {
        Some(Token::Word(word)) if word.quote_style.is_none() => word.value.to_lowercase(),
        _ => String::new(),
    };
    let closings = closings(&tokens, &places);
    let mut casts: Vec<Option<usize>> = Vec::new();
    let mut closed: HashSet<usize> = HashSet::new();
    for (number, &at) in places.iter().enumerate() {
        let before = number.checked_sub(1).map(|before| word(&tokens, places[before])).unwrap_or_default();
        match &tokens[at].token {
            Token::LParen => {
                let in_type = casts.last().is_some_and(Option::is_some);
                match before.as_str() {
                    "cast" | "try_cast" => casts.push(None),
                    "array" | "row" | "map" if in_type => {
                        let closing = closings.get(&at).copied();
                        closed.extend(closing.and_then(|closing| close_type(&mut tokens, &places, number, closing)));
                        casts.push(Some(at));
                    }
                    _ => casts.push(casts.last().copied().flatten()),
                }
            }
            Token::RParen => drop(casts.pop()),
            Token::Gt if closed.contains(&at) => drop(casts.pop()),
            Token::Word(_) if word(&tokens, at) == "as" && casts.last() == Some(&None) => {
                if let Some(last) = casts.last_mut() {
                    *last = Some(at);
                }
            }
            _ => {}
        }
    }
    tokens
}

/// The closing bracket of each bracket that has one.
fn closings(tokens: &[TokenWithSpan], places: &[usize]) -> HashMap<usize, usize> {
    let mut open = Vec::new();
    let mut closings = HashMap::new();
    for &at in places {
        match tokens[at].token {
            Token::LParen => open.push(at),
            Token::RParen => closings.extend(open.pop().map(|opening| (opening, at))),
            _ => {}
        }
    }
    closings
}

/// Turns the brackets of a type into angle brackets, and `row` into `struct`; says where the closing one was.
fn close_type(tokens: &mut [TokenWithSpan], places: &[usize], number: usize, closing: usize) -> Option<usize> {
    if matches!(&tokens[places[number - 1]].token, Token::Word(word) if word.value.eq_ignore_ascii_case("map")) {
        return None;
    }
    tokens[places[number]].token = Token::Lt;
    tokens[closing].token = Token::Gt;
    if matches!(&tokens[places[number - 1]].token, Token::Word(word) if word.value.eq_ignore_ascii_case("row")) {
        tokens[places[number - 1]].token = Token::make_keyword("STRUCT");
    }
    Some(closing)
}
