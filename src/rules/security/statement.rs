//! A model only reads: its Jinja runs no statement that changes something.
//!
//! ## Why
//!
//! `run_query('delete …')`, a `statement` block with an `insert`, or `adapter.drop_relation(…)` in a model runs each time
//! the model is compiled, on whatever tables it names, in production too. cadet does not run them on a pull request.
//!
//! ## Fails
//!
//! ```sql models/prison/prison_safety/prison_safety__visits_joined.sql
//! {% if target.name == 'prod' %}{% do run_query('delete from prison_safety.visits') %}{% endif %}
//! select 1 as visit_id
//! ```
//!
//! ## Passes
//!
//! ```sql models/prison/prison_safety/prison_safety__visits_joined.sql
//! {% set kinds = ['new', 'deleted'] %}
//! {% if execute and false %}{% set found = run_query('select 1 as updated') %}{% endif %}
//! select 1 as visit_id
//! ```

use crate::finding::Level;
use crate::jinja::lexer::{Part, Tag};
use crate::project::Node;
use crate::rules::templates::{Template, calls};
use crate::rules::{Check, Found, Rule, Subject};

pub(crate) const RULE: Rule =
    Rule { level: Level::Warning, summary: "a model whose Jinja changes something", check: Check::Templates(check) };

/// The first words of statements that change something.
const CHANGES: &[&str] = &[
    "insert", "update", "delete", "merge", "drop", "create", "alter", "truncate", "unload", "grant", "revoke", "msck",
    "vacuum", "optimize", "call", "execute", "copy",
];

/// Methods of the adapter that change something.
const METHODS: &[&str] = &[
    "drop_relation",
    "drop_schema",
    "create_schema",
    "truncate_relation",
    "rename_relation",
    "execute",
    "delete_from_s3",
    "delete_from_glue_catalog",
    "swap_table",
    "clean_up_partitions",
    "clean_up_table",
    "upload_seed_to_s3",
    "commit",
];

fn check(templates: &[Template<'_>], subject: &Subject<'_>, found: &mut Found) {
    // What compiling stopped at is told already.
    let is_told = |node: &Node| subject.compiled.get(&node.unique_id).is_some_and(Result::is_err);
    for template in templates.iter().filter(|template| template.node().is_some_and(|node| !is_told(node))) {
        for (at, part) in template.parts.iter().enumerate() {
            let (Part::Print(tag) | Part::Statement(tag)) = part else { continue };
            for call in calls(template.text, &tag.tokens) {
                let first = call.arguments.first().and_then(|argument| argument.literal(template.text));
                let next = template.parts.get(at + 1);
                let sql = match (call.name, next) {
                    ("run_query", _) => first,
                    ("statement", Some(Part::Text(range))) => Some(&template.text[range.clone()]),
                    _ => None,
                };
                if let Some(word) = sql.and_then(changing) {
                    tell(template, call.span.clone(), &format!("runs a `{word}`"), found);
                }
            }
            if let Some((span, method)) = method(template, tag) {
                tell(template, span, &format!("calls `adapter.{method}`"), found);
            }
        }
    }
}

fn changing(sql: &str) -> Option<String> {
    let word: String = sql.trim_start().chars().take_while(char::is_ascii_alphabetic).collect();
    let word = word.to_ascii_lowercase();
    CHANGES.contains(&word.as_str()).then_some(word)
}

fn method<'t>(template: &Template<'t>, tag: &Tag) -> Option<(std::ops::Range<usize>, &'t str)> {
    tag.tokens.windows(4).find_map(|tokens| {
        let word = |at: usize| tokens[at].text(template.text);
        let is_call = word(0) == "adapter" && word(1) == "." && word(3) == "(" && METHODS.contains(&word(2));
        is_call.then(|| (tokens[0].range.start..tokens[2].range.end, word(2)))
    })
}

fn tell(template: &Template<'_>, span: std::ops::Range<usize>, what: &str, found: &mut Found) {
    let name = template.node().map(Node::display_name).unwrap_or_default();
    found.at(template.at(span), format!("the template of `{name}` {what}, which changes something")).help =
        Some("a model is one query that reads; take the statement out".to_owned());
}
