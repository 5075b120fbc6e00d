//! The text of a macro in, the macros that it calls out. Behaviour: dbt's static reading of macros, which renders nothing.

use super::builtins::Builtin;
use super::lexer::{Part, Token, TokenKind, lex};
use super::universe::{MacroDef, Universe};

/// The unique ids of the macros that `definition` calls by name or by `adapter.dispatch`, each once.
pub(super) fn called(universe: &Universe, definition: &MacroDef) -> Vec<String> {
    let text = definition.text();
    let mut found: Vec<String> = Vec::new();
    let Ok(parts) = lex(text) else { return found };
    for part in &parts {
        let (Part::Print(tag) | Part::Statement(tag)) = part else { continue };
        // The name of the macro itself is followed by a bracket too.
        let opens = matches!(tag.tokens.first().map(|token| token.text(text)), Some("macro" | "test" | "data_test"));
        let tokens = if opens { tag.tokens.get(2..).unwrap_or_default() } else { tag.tokens.as_slice() };
        for at in 0..tokens.len() {
            let ids = call(universe, definition, text, tokens, at);
            for id in ids {
                if !found.contains(&id) {
                    found.push(id);
                }
            }
        }
    }
    found
}

fn call(universe: &Universe, from: &MacroDef, text: &str, tokens: &[Token], at: usize) -> Vec<String> {
    let word = |at: usize| tokens.get(at).map_or("", |token| token.text(text));
    let is_name = |at: usize| tokens.get(at).is_some_and(|token| token.kind == TokenKind::Name);
    // `a.b(…)` is a method, `a | b(…)` a filter, `a is b(…)` and `a is not b(…)` tests.
    let is_test = at > 1 && word(at - 1) == "not" && word(at - 2) == "is";
    let is_other = is_test || at > 0 && matches!(word(at - 1), "." | "|" | "is");
    if !is_name(at) || is_other {
        return Vec::new();
    }
    if word(at) == "adapter" && word(at + 1) == "." && word(at + 2) == "dispatch" && word(at + 3) == "(" {
        return dispatched(universe, from, text, &tokens[at + 4..]);
    }
    let found = if word(at + 1) == "(" {
        let is_macro = matches!(word(at), "is_incremental" | "should_full_refresh");
        let is_function = (Builtin::named(word(at)).is_some() && !is_macro) || word(at) == from.name;
        (!is_function).then(|| universe.find_anywhere(&from.package, word(at))).flatten()
    } else if word(at) != "adapter" && word(at + 1) == "." && is_name(at + 2) && word(at + 3) == "(" {
        // dbt takes any `a.b(…)` for a call of a macro `b`, if there is one.
        universe.find_anywhere(word(at), word(at + 2))
    } else {
        None
    };
    found.map(|found| found.unique_id.clone()).into_iter().collect()
}

/// `dispatch('name', 'package')`, with both as texts.
fn dispatched(universe: &Universe, from: &MacroDef, text: &str, tokens: &[Token]) -> Vec<String> {
    let mut names = [None, None];
    let mut place = 0;
    for (at, token) in tokens.iter().enumerate() {
        match token.text(text) {
            ")" => break,
            "," => place += 1,
            "macro_name" => place = 0,
            "macro_namespace" => place = 1,
            written if token.kind == TokenKind::Text && place < 2 => {
                let is_plain = matches!(tokens.get(at + 1).map(|next| next.text(text)), Some("," | ")"));
                names[place] = is_plain.then(|| written.trim_matches(['\'', '"']));
            }
            _ => {}
        }
    }
    let Some(name) = names[0] else { return Vec::new() };
    let plain = universe.find_anywhere(&from.package, name).filter(|found| found.name != from.name);
    let found = universe.dispatch(&from.package, name, names[1]);
    plain.into_iter().chain(found).map(|found| found.unique_id.clone()).collect()
}
