//! Compiled SQL in; whether it is one query out.
//!
//! sqlparser reads it with Athena's ways. It is no validator of Trino: what it cannot read is said with a place, and
//! for clauses that it is known not to know, as a note and not as an error.

mod dialect;
mod reserved;
mod tokens;

use std::ops::Range;

use sqlparser::ast::{Query, Statement};
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::{Token, TokenWithSpan, Tokenizer};

use crate::source::LineIndex;
use dialect::AthenaDialect;
pub use reserved::is_reserved;
use tokens::in_sqlparsers_words;

/// Deeper nesting is refused, so that no query can exhaust the stack.
const DEEPEST: usize = 100;

/// The most bytes that Athena takes in one statement. Behaviour: "Service Quotas" of Athena's guide.
pub const LONGEST: usize = 262_144;

/// Clauses of Trino that sqlparser does not read.
const UNREAD: &[&str] = &[
    "match_recognize",
    "json_query",
    "json_table",
    "json_exists",
    "json_value",
    "json_object",
    "json_array",
    "group by all (",
    "all (values",
    "any (values",
    "with function ",
    "for timestamp as of",
    "for version as of",
];

/// Why the SQL is not one query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SqlProblem {
    pub message: String,
    /// Byte range in the compiled SQL.
    pub span: Range<usize>,
    pub help: String,
    /// cadet's reader does not know a clause that the SQL holds: the SQL need not be wrong.
    pub is_unread: bool,
}

/// Reads compiled SQL as exactly one query.
///
/// # Errors
/// What is wrong with it, with the place in the SQL.
pub fn check(sql: &str) -> Result<(), SqlProblem> {
    read(sql).map(drop)
}

/// Reads compiled SQL as exactly one query, and gives its tree, whose places are those of the SQL.
///
/// # Errors
/// What is wrong with it, with the place in the SQL.
pub fn read(sql: &str) -> Result<Query, SqlProblem> {
    tree(sql).map(|(query, _)| query)
}

/// The same, with the words and signs that the SQL is made of.
///
/// # Errors
/// What is wrong with it, with the place in the SQL.
pub fn tree(sql: &str) -> Result<(Query, Vec<TokenWithSpan>), SqlProblem> {
    let index = LineIndex::new(sql);
    let dialect = AthenaDialect;
    let tokens = Tokenizer::new(&dialect, sql).tokenize_with_location().map_err(|error| {
        let at = index.offset(
            usize::try_from(error.location.line).unwrap_or(1),
            usize::try_from(error.location.column).unwrap_or(1),
        );
        problem(
            sql,
            at..at + 1,
            format!("this SQL cannot be read: {}", error.message.to_lowercase()),
            "check that every quote and comment is closed",
        )
    })?;
    let last = tokens.iter().rev().find(|token| !matches!(token.token, Token::Whitespace(_) | Token::EOF)).cloned();
    let Some(last) = last else {
        return Err(problem(sql, 0..0, "this model is empty".into(), "write one select statement"));
    };
    one_query(sql, &index, &tokens, &last)?;
    let mut parser = Parser::new(&dialect)
        .with_recursion_limit(DEEPEST)
        .with_tokens_with_locations(in_sqlparsers_words(tokens.clone()));
    match parser.parse_statements() {
        Ok(mut statements) => match (statements.pop(), statements.is_empty()) {
            (Some(Statement::Query(query)), true) => Ok((*query, tokens)),
            _ => Err(not_a_query(sql)),
        },
        Err(error) => Err(parse_problem(sql, &index, &tokens, &error)),
    }
}

/// Reads a text as exactly one expression: a condition, or what a column is to be.
///
/// # Errors
/// What is wrong with it, with the place in the text.
pub fn expression(text: &str) -> Result<(), SqlProblem> {
    let (dialect, index) = (AthenaDialect, LineIndex::new(text));
    let unread = |message: String| problem(text, 0..text.len(), message, "write one expression");
    let tokens = Tokenizer::new(&dialect, text).tokenize_with_location();
    let tokens = tokens.map_err(|error| unread(error.message.to_lowercase()))?;
    let mut parser = Parser::new(&dialect)
        .with_recursion_limit(DEEPEST)
        .with_tokens_with_locations(in_sqlparsers_words(tokens.clone()));
    parser.parse_expr().map_err(|error| parse_problem(text, &index, &tokens, &error))?;
    match parser.peek_token_ref().token {
        Token::EOF => Ok(()),
        _ => Err(unread("it goes on after its end".to_owned())),
    }
}

/// What holds even where the parser does not know a clause: one statement, which begins as a query does.
fn one_query(
    sql: &str,
    index: &LineIndex<'_>,
    tokens: &[TokenWithSpan],
    last: &TokenWithSpan,
) -> Result<(), SqlProblem> {
    let certain = |problem: SqlProblem| SqlProblem { is_unread: false, ..problem };
    if let Some(semicolon) = tokens.iter().find(|token| token.token == Token::SemiColon) {
        let (message, help) = if semicolon.span == last.span {
            (
                "a model must not end in `;`",
                "take the `;` away: cadet puts the query inside the statement that creates the table",
            )
        } else {
            (
                "a model must be one query, and this is more than one statement",
                "keep one `select`; put the others into models of their own",
            )
        };
        return Err(certain(problem(sql, span(index, semicolon), message.into(), help)));
    }
    if let Some(equals) = tokens.iter().find(|token| token.token == Token::DoubleEq) {
        let message = "`==` is no comparison in SQL".to_owned();
        return Err(certain(problem(sql, span(index, equals), message, "write one `=`")));
    }
    if let Some(backtick) = tokens.iter().find(|token| token.token == Token::Char('`')) {
        let message = "backticks are no quotes in a query".to_owned();
        return Err(certain(problem(sql, span(index, backtick), message, "put the name in double quotes, or in none")));
    }
    if let Some(word) = after_star(tokens) {
        let message = format!("Athena's `*` takes no `{}`", sql[span(index, word)].to_lowercase());
        return Err(certain(problem(sql, span(index, word), message, "write the columns that are wanted")));
    }
    let first = tokens.iter().find(|token| !matches!(token.token, Token::Whitespace(_) | Token::LParen));
    let begins = first.is_some_and(|token| matches!(&token.token, Token::Word(word) if matches!(word.value.to_lowercase().as_str(), "select" | "with" | "values" | "table")));
    if begins { Ok(()) } else { Err(certain(not_a_query(sql))) }
}

/// The word of `* except (…)` and its like.
fn after_star(tokens: &[TokenWithSpan]) -> Option<&TokenWithSpan> {
    const WORDS: [&str; 4] = ["except", "exclude", "replace", "rename"];
    let written: Vec<&TokenWithSpan> =
        tokens.iter().filter(|token| !matches!(token.token, Token::Whitespace(_))).collect();
    let is_word = |token: &TokenWithSpan, words: &[&str]| matches!(&token.token, Token::Word(word) if words.contains(&word.value.to_lowercase().as_str()));
    let is_one = |four: &&[&TokenWithSpan]| {
        // Between two values, `*` multiplies, and `replace` is a function.
        let begins = matches!(four[0].token, Token::Comma | Token::Period) || is_word(four[0], &["select", "distinct"]);
        begins && four[1].token == Token::Mul && is_word(four[2], &WORDS) && four[3].token == Token::LParen
    };
    written.windows(4).find(is_one).map(|four| four[2])
}

fn not_a_query(sql: &str) -> SqlProblem {
    let help = "write one `select` (with its `with`); cadet creates the table itself";
    problem(sql, first_word(sql), "a model must be a query".into(), help)
}

fn problem(sql: &str, span: Range<usize>, message: String, help: &str) -> SqlProblem {
    let is_unread = unread_clause(sql).is_some();
    SqlProblem { message, span, help: help.to_owned(), is_unread }
}

/// A clause in the SQL that Trino knows and this reader does not.
pub fn unread_clause(sql: &str) -> Option<&'static str> {
    let lower = sql.to_lowercase();
    let found = UNREAD.iter().copied().find(|clause| lower.contains(clause));
    found
        .or_else(|| names_all(&lower).then_some("t.* as (names)"))
        .or_else(|| lower.trim_start().starts_with("table ").then_some("table"))
        .map(|clause| clause.trim_end_matches(['(', ' ']))
}

/// `t.* as (a, b)`: all columns of a table, under other names.
fn names_all(lower: &str) -> bool {
    let as_names =
        |rest: &str| rest.trim_start().strip_prefix("as").is_some_and(|rest| rest.trim_start().starts_with('('));
    lower.split(".*").skip(1).any(as_names)
}

fn first_word(sql: &str) -> Range<usize> {
    let start = sql.len() - sql.trim_start().len();
    let end = sql[start..].find(char::is_whitespace).map_or(sql.len(), |at| start + at);
    start..end
}

fn span(index: &LineIndex<'_>, token: &TokenWithSpan) -> Range<usize> {
    let offset = |location: sqlparser::tokenizer::Location| {
        index.offset(usize::try_from(location.line).unwrap_or(1), usize::try_from(location.column).unwrap_or(1))
    };
    offset(token.span.start)..offset(token.span.end)
}

/// sqlparser says where only in words: `…, found: x at Line: 3, Column: 7`; it may mean the word before that place.
fn parse_problem(sql: &str, index: &LineIndex<'_>, tokens: &[TokenWithSpan], error: &ParserError) -> SqlProblem {
    let text = match error {
        ParserError::ParserError(text) | ParserError::TokenizerError(text) => text.clone(),
        ParserError::RecursionLimitExceeded => {
            let message = "this SQL is nested too deeply: brackets or queries in one another, many times".to_owned();
            let help = "take brackets away that are not needed, or put an inner part into a CTE of its own";
            return problem(sql, deepest(tokens).map_or(0..0, |token| span(index, token)), message, help);
        }
    };
    let (words, at) = match text.rsplit_once(" at Line: ") {
        Some((words, place)) => (words.to_owned(), place.split_once(", Column: ")),
        None => (text.clone(), None),
    };
    let place: Option<(u64, u64)> =
        at.and_then(|(line, column)| Some((line.trim().parse().ok()?, column.trim().parse().ok()?)));
    let written: Vec<&TokenWithSpan> =
        tokens.iter().filter(|token| !matches!(token.token, Token::Whitespace(_) | Token::EOF)).collect();
    let starts = |token: &&TokenWithSpan| (token.span.start.line, token.span.start.column);
    let at = place.map(|place| written.partition_point(|token| starts(token) < place)).filter(|at| *at < written.len());
    let Some(mut at) = at else {
        let end = written.last().map_or(0..0, |token| span(index, token));
        let help = "look for a bracket that is not closed, or a clause that is not finished";
        return problem(sql, end, "this SQL ends too early".into(), help);
    };
    let word = |at: usize| &sql[span(index, written[at])];
    let found = words.rsplit_once("found: ").map_or("", |(_, found)| found);
    if at > 0 && !word(at).eq_ignore_ascii_case(found) && word(at - 1).eq_ignore_ascii_case(found) {
        at -= 1;
    }
    if at > 0 && word(at - 1) == "," {
        let message = format!("there is a comma too many before `{}`", word(at));
        let help = "take the comma away, or write the column that is missing after it";
        return problem(sql, span(index, written[at - 1]), message, help);
    }
    let words = words.replace("Expected: ", "").replace("Expected ", "").replace(", found: ", ", but found ");
    let range = span(index, written[at]);
    let range = range.start..word_end(sql, range.start).max(range.end);
    let help = "look at what stands just before: often a comma too few, or a word misspelt";
    problem(sql, range, format!("this SQL cannot be read: expected {words}"), help)
}

/// The bracket that is open within most others.
fn deepest(tokens: &[TokenWithSpan]) -> Option<&TokenWithSpan> {
    let depths = tokens.iter().scan(0usize, |depth, token| {
        match token.token {
            Token::LParen => *depth += 1,
            Token::RParen => *depth = depth.saturating_sub(1),
            _ => {}
        }
        Some((*depth, token))
    });
    // Of equal ones the first, which `max_by_key` would not give.
    depths
        .filter(|(_, token)| token.token == Token::LParen)
        .reduce(|a, b| if b.0 > a.0 { b } else { a })
        .map(|(_, it)| it)
}

fn word_end(sql: &str, at: usize) -> usize {
    let rest = &sql[at..];
    let length = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
    at + length.max(rest.chars().next().map_or(0, char::len_utf8))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_as_analysts_write_them_can_be_read() {
        for sql in [
            "with a as (select 1 as x) select x, row_number() over (partition by x order by x desc) as n from a",
            "select date_parse(d, '%Y-%m-%d'), try_cast(x as decimal(10,2)) from t cross join unnest(a, b) with ordinality as u (p, q, r)",
            "select cast(x as array(varchar)), cast(y as row(a bigint, b array(double))) from t",
            "select filter(a, x -> x > 1), a[1], count(*) filter (where b), \"c\" from \"s\".\"t\" where d between date '2024-01-01' and current_date",
            "select 1 union all select 2 order by 1 limit 5",
            "select cast(x as array(row(a bigint))), row(1, 2), cast(y as map(varchar, array(double))), array[1] from t",
            "select trim(leading from a), trim(both from a), trim(from a), trim(trailing 'x' from a), trim(a) from t",
            "select interval, t.interval as b, sum(interval) as c from t where interval > 3 or interval - 1 > a group by interval",
            "select a as interval, interval '1' day as b, interval -'2' month as c from t order by interval desc",
            "select max_by(a, b), approx_distinct(c) from t group by grouping sets ((a), ())",
        ] {
            assert_eq!(check(sql), Ok(()), "{sql}");
        }
    }

    #[test]
    fn a_mistake_has_its_place_in_the_sql() {
        let sql = "select a,\n  b,\nfrom t";
        let problem = check(sql).unwrap_err();
        assert_eq!((problem.span, problem.message.as_str()), (13..14, "there is a comma too many before `from`"));
        let sql = "with a as (\n  select x y z from t\n) select * from a";
        let problem = check(sql).unwrap_err();
        assert_eq!(&sql[problem.span.clone()], "z", "{problem:?}");
        assert!(check("select t.* as (a, b) from t").unwrap_err().is_unread);
        let deep = format!("select {}1{}", "(".repeat(120), ")".repeat(120));
        assert!(check(&deep).unwrap_err().message.contains("nested too deeply"));
        assert!(check("select (1").unwrap_err().message.contains("ends too early"));
        assert!(check("drop table t").unwrap_err().message.contains("must be a query"));
        for sql in ["select 1; drop table t -- json_query", "select json_query(1); drop table t"] {
            let problem = check(sql).unwrap_err();
            assert!(problem.message.contains("more than one statement") && !problem.is_unread, "{sql}");
        }
        assert_eq!(check("select t.* except (a) from t").unwrap_err().message, "Athena's `*` takes no `except`");
        assert_eq!(check("select 2 * replace(a, 'b', 'c') from t"), Ok(()));
        assert!(check("select 1;").unwrap_err().message.contains("must not end"));
    }
}
