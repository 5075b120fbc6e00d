//! A model in Python: what it refers to, read from its text. cadet never runs it.
//!
//! Behaviour: dbt's "Python models": `dbt.ref`, `dbt.source` and `dbt.config` take literals only.

use super::config::{self, Config};
use super::drafts::Draft;
use super::node::Node;
use crate::jinja::lexer::{Part, lex};
use crate::jinja::statics::{self, Statics};

/// The calls that say something about the project.
const CALLS: &[&str] = &["ref", "source", "config"];

/// Reads what the model refers to and how it is configured.
pub(super) fn read(mut node: Node) -> Draft {
    let text = std::sync::Arc::clone(&node.raw);
    let mut found = Statics::default();
    let mut keys = Vec::new();
    let mut defaults = Vec::new();
    for (at, _) in text.match_indices("dbt.") {
        let line = text[..at].rfind('\n').map_or(0, |start| start + 1);
        if text[line..at].contains('#') || text[..at].ends_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '.'))
        {
            continue;
        }
        let after = at + "dbt.".len();
        if let Some((name, arguments)) = call(&text[after..], CALLS) {
            let _ = found.add(name, arguments, node.raw_start + after);
        } else if let Some((_, arguments)) = text[after..].strip_prefix("config.").and_then(|rest| call(rest, &["get"]))
        {
            keys.extend(arguments.positional.first().cloned());
            defaults.push(arguments.positional.get(1).cloned().unwrap_or_default());
        }
    }
    (node.refs, node.sources) = (found.refs, found.sources);
    let mut calls = Config::new();
    for call in found.configs {
        config::merge_call(&mut calls, &call);
    }
    if !keys.is_empty() {
        let used = [
            ("config_keys_used", keys.into()),
            ("config_keys_defaults", defaults.into()),
            ("meta_keys_used", serde_json::Value::Array(Vec::new())),
            ("meta_keys_defaults", serde_json::Value::Array(Vec::new())),
        ];
        config::merge_call(&mut calls, &used.into_iter().map(|(key, value)| (key.to_owned(), value)).collect());
    }
    Draft::known(node, calls, Vec::new())
}

/// A call of one of `names` at the start of `text`, with literal arguments.
fn call<'t>(text: &'t str, names: &[&str]) -> Option<(&'t str, statics::Arguments)> {
    let name = names.iter().find(|name| text.strip_prefix(**name).is_some_and(|rest| rest.starts_with('(')))?;
    let mut depth = 0usize;
    let end = text.char_indices().find_map(|(at, c)| {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        (depth == 0 && c == ')').then_some(at + 1)
    })?;
    let written = format!("{{{{ {} }}}}", &text[..end]);
    let parts = lex(&written).ok()?;
    let [Part::Print(tag)] = parts.as_slice() else { return None };
    let (_, arguments, _) = statics::call(&written, &tag.tokens)?;
    Some((&text[..name.len()], arguments))
}
