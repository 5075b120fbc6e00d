//! A variable that a template prints or asks for is set somewhere.
//!
//! ## Why
//!
//! Jinja takes a name that nothing defines for nothing at all: `{{ minimum }}` becomes an empty place in the SQL, and
//! `{% if minimum %}` is never true. dbt says nothing of it. Mostly the name is misspelt, or a variable of
//! `dbt_project.yml` was meant, which is `{{ var('minimum') }}`.
//!
//! ## Fails
//!
//! ```sql models/prison/prison_safety/prison_safety__visits.sql
//! {% set minimum = 3 %}
//! select visit_id
//! from prison_raw.visits
//! where visitors >= {{ minimun }}
//! ```
//!
//! ## Passes
//!
//! What is asked for with `is defined` or has a `default` may be missing.
//!
//! ```sql models/prison/prison_safety/prison_safety__visits.sql
//! {% set minimum = 3 %}
//! select visit_id
//! from prison_raw.visits
//! where visitors >= {{ minimum }}
//! {% for column in ['visit_id', 'visitor_id'] %} and {{ column }} is not null {% endfor %}
//! {% if only_open is defined %} and is_open {% endif %}
//! {{ order_of_rows | default('') }}
//! ```

use std::collections::BTreeSet;

use crate::finding::Level;
use crate::jinja::BUILTINS;
use crate::jinja::lexer::{Part, Tag, Token, TokenKind};
use crate::project::problem::did_you_mean;
use crate::rules::templates::Template;
use crate::rules::{Check, Found, Rule, Subject};

pub(crate) const RULE: Rule =
    Rule { level: Level::Warning, summary: "a variable that is set nowhere", check: Check::Templates(check) };

/// The words and functions of Jinja itself, and what dbt gives besides its builtins to some templates.
const KNOWN: &[&str] = &[
    "False",
    "None",
    "True",
    "and",
    "as",
    "builtins",
    "caller",
    "column_name",
    "compiled_sql",
    "context",
    "cycler",
    "database_schemas",
    "dict",
    "doc",
    "else",
    "false",
    "function",
    "if",
    "in",
    "is",
    "is_incremental",
    "joiner",
    "kwargs",
    "lipsum",
    "load_agate_table",
    "loop",
    "namespace",
    "node",
    "none",
    "not",
    "or",
    "range",
    "results",
    "run_query",
    "schemas",
    "self",
    "statement",
    "strategy",
    "submit_python_job",
    "super",
    "true",
    "unique_id",
    "varargs",
];

fn check(templates: &[Template<'_>], subject: &Subject<'_>, found: &mut Found) {
    for template in templates {
        // What a macro sees depends on who calls it.
        let Some(node) = template.node().filter(|node| !node.is_broken && template.text.contains('{')) else {
            continue;
        };
        let set = set_in(template);
        let universe = &subject.project.universe;
        let is_known = |name: &str| {
            KNOWN.contains(&name)
                || BUILTINS.contains(&name)
                || set.contains(name)
                || name.starts_with('_')
                || universe.has_package(name)
                || universe.find_anywhere(&node.package, name).is_some()
        };
        for token in asked(template).into_iter().filter(|token| !is_known(token.text(template.text))) {
            let name = token.text(template.text);
            let message = format!("`{name}` is set nowhere, so that Jinja takes it for nothing");
            found.at(template.at(token.range.clone()), message).help = Some(help(name, &set, subject));
        }
    }
}

fn help(name: &str, set: &BTreeSet<&str>, subject: &Subject<'_>) -> String {
    if subject.project.root().file.vars.contains_key(name) {
        return format!("a variable of `dbt_project.yml` is `{{{{ var('{name}') }}}}`");
    }
    match did_you_mean(name, set.iter().chain(KNOWN).chain(BUILTINS).copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("set it with `{{% set {name} = … %}}`, or put quotes around it if it is a text"),
    }
}

/// Every name that a statement of the file may define: more than it does, but none less.
fn set_in<'t>(template: &'t Template<'_>) -> BTreeSet<&'t str> {
    let mut names = BTreeSet::new();
    for part in &template.parts {
        let Part::Statement(tag) = part else { continue };
        let word = tag.tokens.first().map_or("", |token| token.text(template.text));
        let end = match word {
            "set" => ends(template, tag, "="),
            "for" => ends(template, tag, "in"),
            "if" | "elif" | "do" => 0,
            _ => tag.tokens.len(),
        };
        let tokens = tag.tokens.iter().take(end).skip(1).filter(|token| token.kind == TokenKind::Name);
        names.extend(tokens.map(|token| token.text(template.text)));
    }
    names
}

/// The number of the token that ends what is defined.
fn ends(template: &Template<'_>, tag: &Tag, word: &str) -> usize {
    tag.tokens.iter().position(|token| token.text(template.text) == word).unwrap_or(tag.tokens.len())
}

/// The plain variables that are printed, or that an `if` asks for.
fn asked<'t>(template: &'t Template<'_>) -> Vec<&'t Token> {
    let text = template.text;
    let mut found = Vec::new();
    for part in &template.parts {
        let (tag, start) = match part {
            Part::Print(tag) => (tag, 0),
            Part::Statement(tag) if tag.tokens.first().is_some_and(|it| matches!(it.text(text), "if" | "elif")) => {
                (tag, 1)
            }
            _ => continue,
        };
        let word = |at: usize| tag.tokens.get(at).map_or("", |token| token.text(text));
        let forgives = |token: &Token| matches!(token.text(text), "defined" | "undefined" | "default" | "d" | "none");
        if tag.tokens.iter().any(forgives) {
            continue;
        }
        for (at, token) in tag.tokens.iter().enumerate().skip(start).filter(|(_, it)| it.kind == TokenKind::Name) {
            let is_part = at > 0 && (matches!(word(at - 1), "." | "|" | "is") || (at > 1 && word(at - 2) == "is"));
            // A function that is not there, and a part of nothing, stop dbt: that is told already.
            let goes_on = matches!(word(at + 1), "(" | "." | "[" | "=");
            if !is_part && !goes_on {
                found.push(token);
            }
        }
    }
    found
}
