//! The types that a query writes, and the type of an expression where nothing has to be known but the expression.

use sqlparser::ast::{CastKind, Expr, Function, FunctionArguments, ObjectNamePart, Value};
use sqlparser::tokenizer::{Token, TokenWithSpan};

use super::Word;

/// What stands in an open bracket.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Inside {
    /// `cast(… as …)`
    Cast,
    /// `array(…)`, `map(…, …)`: types.
    Types,
    /// `row(…)`: types, each with a name before it or none.
    Fields,
    Other,
}

/// The first word of each type in a cast, also of those inside of another. The tree does not know where a type stands.
pub(super) fn written(tokens: &[TokenWithSpan]) -> Vec<Word> {
    let mut written = Vec::new();
    let mut open: Vec<Inside> = Vec::new();
    // What a row's field begins with: its name, if another word follows, or else its type.
    let mut first: Option<Word> = None;
    let (mut before, mut is_type, mut is_first) = (String::new(), false, false);
    for token in tokens.iter().filter(|token| !matches!(token.token, Token::Whitespace(_))) {
        let inside = open.last().copied().unwrap_or(Inside::Other);
        let Token::Word(name) = &token.token else {
            is_type |= first.is_some();
            written.extend(first.take());
            match &token.token {
                Token::LParen => open.push(match before.as_str() {
                    "cast" | "try_cast" => Inside::Cast,
                    "array" | "map" if is_type => Inside::Types,
                    "row" if is_type => Inside::Fields,
                    _ => Inside::Other,
                }),
                Token::RParen => drop(open.pop()),
                _ => {}
            }
            is_first = matches!(token.token, Token::LParen | Token::Comma);
            (before, is_type) = (String::new(), false);
            continue;
        };
        let word = Word { text: name.value.clone(), at: token.span };
        let is_second = std::mem::take(&mut first).is_some() || before == QUOTED;
        is_type = match inside {
            Inside::Cast => before == "as",
            Inside::Types => is_first,
            Inside::Fields => is_second,
            Inside::Other => false,
        };
        before = if name.quote_style.is_some() { QUOTED.to_owned() } else { name.value.to_lowercase() };
        if inside == Inside::Fields && is_first && name.quote_style.is_none() {
            first = Some(word);
        } else if is_type && name.quote_style.is_none() {
            written.push(word);
        }
        is_first = false;
    }
    written
}

/// What stands for a word in quotes, which is a name and nothing else.
const QUOTED: &str = "\"";

/// The type in Athena's words, in small letters: `unknown` is that of `null`.
pub(super) fn sure(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Nested(inner) => sure(inner),
        Expr::Cast { kind: CastKind::Cast | CastKind::TryCast, data_type, .. } => {
            Some(data_type.to_string().to_lowercase())
        }
        Expr::Value(value) if value.value == Value::Null => Some("unknown".to_owned()),
        Expr::Interval(_) => Some("interval".to_owned()),
        Expr::AtTimeZone { .. } => Some("timestamp with time zone".to_owned()),
        Expr::TypedString(literal) => match literal.data_type.to_string().to_lowercase().as_str() {
            // What a timestamp's literal is depends on what stands in it.
            "timestamp" => None,
            known => Some(known.to_owned()),
        },
        Expr::Function(function) => of_function(function).map(str::to_owned),
        _ => None,
    }
}

/// What a function gives that always gives the same type. Behaviour: Trino's "Functions and operators".
fn of_function(function: &Function) -> Option<&'static str> {
    let [ObjectNamePart::Identifier(name)] = function.name.0.as_slice() else { return None };
    let has_arguments = match &function.args {
        FunctionArguments::None => false,
        FunctionArguments::Subquery(_) => true,
        FunctionArguments::List(list) => !list.args.is_empty(),
    };
    match (name.value.to_lowercase().as_str(), has_arguments) {
        ("current_timestamp" | "now", false) => Some("timestamp(3) with time zone"),
        ("current_time", false) => Some("time(3) with time zone"),
        ("localtime", false) => Some("time(3)"),
        ("localtimestamp", false) => Some("timestamp(3)"),
        ("uuid", false) => Some("uuid"),
        ("from_iso8601_timestamp" | "from_unixtime" | "parse_datetime", true) => Some("timestamp(3) with time zone"),
        ("at_timezone" | "with_timezone", true) => Some("timestamp with time zone"),
        ("json_parse" | "json_extract", true) => Some("json"),
        _ => None,
    }
}
