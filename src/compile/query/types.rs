//! The types that a query writes, and the type of an expression where nothing has to be known but the expression.

use sqlparser::ast::{CastKind, Expr, Function, FunctionArguments, ObjectNamePart, Value};
use sqlparser::tokenizer::{Token, TokenWithSpan};

use super::Word;

/// The first word of each type that follows `as` in a cast. The tree does not know where a type stands.
pub(super) fn written(tokens: &[TokenWithSpan]) -> Vec<Word> {
    let mut written = Vec::new();
    // Whether each open bracket is that of a cast.
    let mut open: Vec<bool> = Vec::new();
    let mut before = String::new();
    for token in tokens.iter().filter(|token| !matches!(token.token, Token::Whitespace(_))) {
        let mut word = String::new();
        match &token.token {
            Token::LParen => open.push(matches!(before.as_str(), "cast" | "try_cast")),
            Token::RParen => drop(open.pop()),
            Token::Word(name) if name.quote_style.is_none() => {
                if before == "as" && open.last() == Some(&true) {
                    written.push(Word { text: name.value.clone(), at: token.span });
                }
                word = name.value.to_lowercase();
            }
            _ => {}
        }
        before = word;
    }
    written
}

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
