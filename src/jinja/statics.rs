//! Templates that need no rendering to be read: `ref`, `source` and `config` with plain arguments, and nothing else.
//!
//! Most models are such templates, and looking is much faster than rendering. Behaviour: as rendering would find.

use serde_json::{Map, Value};

use super::lexer::{Part, Token, TokenKind};
use super::scope::{Asked, RefKey};
use crate::project::node::Version;

/// What a template asks for.
#[derive(Debug, Default, PartialEq)]
pub struct Statics {
    pub refs: Vec<Asked<RefKey>>,
    pub sources: Vec<Asked<(String, String)>>,
    pub configs: Vec<Map<String, Value>>,
}

/// The arguments of a call, all of them literals.
#[derive(Debug, Default, PartialEq)]
pub struct Arguments {
    pub positional: Vec<Value>,
    pub named: Map<String, Value>,
}

/// What a template of `source`, taken apart, asks for; nothing when it must be rendered to be known.
pub fn read(source: &str, parts: &[Part]) -> Option<Statics> {
    let mut found = Statics::default();
    for part in parts {
        match part {
            Part::Text(_) | Part::Verbatim(_) => {}
            Part::Print(tag) => {
                let (name, arguments, rest) = call(source, &tag.tokens)?;
                let at = tag.tokens.first()?.range.start;
                rest.is_empty().then(|| found.add(name, arguments, at))??;
            }
            Part::Statement(_) => return None,
        }
    }
    Some(found)
}

impl Statics {
    /// Takes in one call; nothing when it is not one that means the same however it is rendered.
    pub fn add(&mut self, name: &str, arguments: Arguments, at: usize) -> Option<()> {
        let Arguments { positional, mut named } = arguments;
        match name {
            "ref" => {
                let mut names = positional.iter().map(|name| name.as_str().map(str::to_owned));
                let first = names.next()??;
                let second = names.next();
                let version = named.shift_remove("version").or_else(|| named.shift_remove("v"));
                let version = version.filter(|version| !version.is_null()).map(Version);
                let (package, name) = match second {
                    Some(name) => (Some(first), name?),
                    None => (None, first),
                };
                let is_plain = named.is_empty() && names.next().is_none();
                is_plain.then(|| self.refs.push(Asked { what: RefKey { package, name, version }, at: Some(at) }))
            }
            "source" => {
                let [Value::String(source), Value::String(table)] = positional.as_slice() else { return None };
                let what = (source.clone(), table.clone());
                let is_known = self.sources.iter().any(|asked| asked.what == what);
                named.is_empty().then(|| {
                    // dbt's static reader keeps a set of them.
                    if !is_known {
                        self.sources.push(Asked { what, at: Some(at) });
                    }
                })
            }
            "config" => {
                let given = match (positional.as_slice(), named.is_empty()) {
                    ([], false) => named,
                    ([Value::Object(given)], true) => given.clone(),
                    _ => return None,
                };
                self.configs.push(with_hook_names(given));
                Some(())
            }
            _ => None,
        }
    }
}

/// `pre_hook` is `pre-hook` to dbt.
pub fn with_hook_names(mut config: Map<String, Value>) -> Map<String, Value> {
    for (written, name) in [("pre_hook", "pre-hook"), ("post_hook", "post-hook")] {
        if let Some(hooks) = config.shift_remove(written) {
            config.insert(name.to_owned(), hooks);
        }
    }
    config
}

/// A call with literal arguments at the start of `tokens`, and the tokens after it.
pub fn call<'s, 't>(source: &'s str, tokens: &'t [Token]) -> Option<(&'s str, Arguments, &'t [Token])> {
    let [name, open, rest @ ..] = tokens else { return None };
    if name.kind != TokenKind::Name || open.text(source) != "(" {
        return None;
    }
    let mut literals = Literals { source, tokens: rest, deep: 0 };
    let arguments = literals.arguments()?;
    Some((name.text(source), arguments, literals.tokens))
}

struct Literals<'s, 't> {
    source: &'s str,
    tokens: &'t [Token],
    deep: usize,
}

impl Literals<'_, '_> {
    fn peek(&self, ahead: usize) -> &str {
        self.tokens.get(ahead).map_or("", |token| token.text(self.source))
    }

    fn take(&mut self, text: &str) -> bool {
        let found = self.tokens.first().is_some_and(|token| token.kind != TokenKind::Text) && self.peek(0) == text;
        if found {
            self.tokens = &self.tokens[1..];
        }
        found
    }

    fn arguments(&mut self) -> Option<Arguments> {
        let mut arguments = Arguments::default();
        while !self.take(")") {
            let is_named = self.tokens.first()?.kind == TokenKind::Name && self.peek(1) == "=";
            if is_named {
                let name = self.peek(0).to_owned();
                self.tokens = &self.tokens[2..];
                let value = self.value()?;
                arguments.named.insert(name, value);
            } else {
                arguments.positional.push(self.value()?);
            }
            if !self.take(",") && self.peek(0) != ")" {
                return None;
            }
        }
        Some(arguments)
    }

    fn value(&mut self) -> Option<Value> {
        let (first, rest) = self.tokens.split_first()?;
        let text = first.text(self.source);
        self.deep += 1;
        if self.deep > 1000 {
            return None;
        }
        self.tokens = rest;
        let value = match first.kind {
            TokenKind::Text => {
                let inside = &text[1..text.len() - 1];
                (!inside.contains('\\')).then(|| Value::from(inside))?
            }
            TokenKind::Number => number(text)?,
            TokenKind::Name => match text {
                "true" | "True" => Value::Bool(true),
                "false" | "False" => Value::Bool(false),
                "none" | "None" => Value::Null,
                _ => return None,
            },
            TokenKind::Operator => match text {
                "[" => self.list()?,
                "{" => self.dict()?,
                "(" => self.bracket()?,
                "-" => match self.value()? {
                    Value::Number(number) => match number.as_i64() {
                        Some(whole) => Value::from(-whole),
                        None => Value::from(-number.as_f64()?),
                    },
                    _ => return None,
                },
                _ => return None,
            },
        };
        // What follows a literal may change it: `'a' ~ 'b'`, `[1] | first`.
        matches!(self.peek(0), "," | ")" | "]" | "}" | ":" | "").then_some(value)
    }

    /// `('a')` is `'a'`, and `('a', 'b')` a list.
    fn bracket(&mut self) -> Option<Value> {
        let mut items = Vec::new();
        let mut is_tuple = false;
        while !self.take(")") {
            items.push(self.value()?);
            is_tuple |= self.peek(0) == ",";
            if !self.take(",") && self.peek(0) != ")" {
                return None;
            }
        }
        if is_tuple || items.is_empty() { Some(Value::Array(items)) } else { items.pop() }
    }

    fn list(&mut self) -> Option<Value> {
        let mut items = Vec::new();
        while !self.take("]") {
            items.push(self.value()?);
            if !self.take(",") && self.peek(0) != "]" {
                return None;
            }
        }
        Some(Value::Array(items))
    }

    fn dict(&mut self) -> Option<Value> {
        let mut entries = Map::new();
        while !self.take("}") {
            let Value::String(key) = self.value()? else { return None };
            if !self.take(":") {
                return None;
            }
            let value = self.value()?;
            entries.insert(key, value);
            if !self.take(",") && self.peek(0) != "}" {
                return None;
            }
        }
        Some(Value::Object(entries))
    }
}

fn number(text: &str) -> Option<Value> {
    let text = text.replace('_', "");
    text.parse::<i64>().map(Value::from).ok().or_else(|| text.parse::<f64>().ok().map(Value::from))
}

#[cfg(test)]
mod tests {
    use super::super::lexer::lex;
    use super::*;

    #[test]
    fn plain_calls_are_read_without_rendering() {
        let source = "{{ config(materialized='table', tags=['a', \"b\"], meta={'x': -1.5}, post_hook='x') }}
            select * from {{ ref('p', 'm', v=2) }}, {{ source('s', 't') }} {# ref('no') #}";
        let found = read(source, &lex(source).unwrap()).unwrap();
        let config =
            serde_json::json!({"materialized": "table", "tags": ["a", "b"], "meta": {"x": -1.5}, "post-hook": "x"});
        assert_eq!(Value::Object(found.configs[0].clone()), config);
        let key = &found.refs[0].what;
        assert_eq!(
            (key.package.as_deref(), key.name.as_str(), key.version.as_ref().unwrap().to_string().as_str()),
            (Some("p"), "m", "2")
        );
        assert_eq!(found.sources[0].what, ("s".to_owned(), "t".to_owned()));
        assert_eq!(&source[found.refs[0].at.unwrap()..][..8], "ref('p',");
    }

    #[test]
    fn everything_else_is_rendered() {
        for source in [
            "{{ x }}",
            "{{ ref('a') ~ 'b' }}",
            "{{ ref('a' ~ 'b') }}",
            "{{ ref(name) }}",
            "{% if true %}{% endif %}",
            "{{ ref('a').identifier }}",
            "{{ config(a=b()) }}",
            r"{{ ref('a\'b') }}",
            "{{ var('x') }}",
            "{{ ref('a', w=1) }}",
            "{{ ref('a', 'b', 'c') }}",
        ] {
            assert_eq!(read(source, &lex(source).unwrap()), None, "{source}");
        }
    }
}
