//! A model only reads: its Jinja runs no statement that changes something.
//!
//! ## Why
//!
//! `run_query('delete …')`, a `statement` block with an `insert`, or `adapter.drop_relation(…)` in a model runs each time
//! the model is compiled, on whatever tables it names, in production too; so does the same in a macro that a model calls.
//! cadet does not run them on a pull request.
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

use std::cell::LazyCell;
use std::collections::BTreeSet;
use std::ops::Range;

use crate::finding::Level;
use crate::jinja::lexer::{Part, Tag, TokenKind};
use crate::project::Node;
use crate::rules::templates::{Call, Template, calls};
use crate::rules::{Check, Found, Rule, Subject};

pub(crate) const RULE: Rule =
    Rule { level: Level::Warning, summary: "a model whose Jinja changes something", check: Check::Templates(check) };

/// The first words of statements that change something.
const CHANGES: &[&str] = &[
    "insert", "update", "delete", "merge", "drop", "create", "alter", "truncate", "unload", "grant", "revoke", "msck",
    "vacuum", "optimize", "call", "execute", "copy",
];

/// What every statement is run with.
const WORDS: [&str; 3] = ["run_query", "statement", "adapter"];

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
    let called = LazyCell::new(|| called(templates, subject));
    // Hardly any template has one of these words: the others need no closer look.
    let may_change = |template: &&Template<'_>| WORDS.iter().any(|word| template.text.contains(word));
    for template in templates.iter().filter(may_change) {
        let is_judged = |at: usize| match template.node() {
            Some(node) => !is_told(node),
            // A macro that no model calls is run by hand only.
            None => called.iter().any(|(path, range)| *path == template.path && range.contains(&at)),
        };
        for (at, part) in template.parts.iter().enumerate() {
            let (Part::Print(tag) | Part::Statement(tag)) = part else { continue };
            for call in calls(template.text, &tag.tokens) {
                if let Some(word) = sql(template, at, &call).and_then(changing)
                    && is_judged(tag.range.start)
                {
                    tell(template, call.span.clone(), &format!("runs a `{word}`"), found);
                }
            }
            if let Some((span, method)) = method(template, tag)
                && is_judged(tag.range.start)
            {
                tell(template, span, &format!("calls `adapter.{method}`"), found);
            }
        }
    }
}

/// The project's own macros that a model or a snapshot calls in any way, as places in files. What a template calls only
/// while it is run is not known before, and is read from its text.
fn called<'a>(templates: &[Template<'a>], subject: &Subject<'a>) -> Vec<(&'a str, Range<usize>)> {
    let project = subject.project;
    let mut direct: BTreeSet<&str> = BTreeSet::new();
    for template in templates {
        let Some(node) = template.node() else { continue };
        // A hook is text in quotes here, and told by a rule of its own.
        let tokens = template.tags().flat_map(|tag| &tag.tokens).filter(|token| token.kind == TokenKind::Name);
        let words: BTreeSet<&str> = tokens.map(|token| token.text(template.text)).collect();
        let is_said = |id: &&str| id.rsplit('.').next().is_some_and(|name| words.contains(name));
        direct.extend(node.macros.iter().map(String::as_str).filter(is_said));
        let calls = template.calls().filter_map(|call| project.universe.find_in(&project.name, call.name));
        direct.extend(calls.map(|called| called.unique_id.as_str()));
    }
    let all = project.universe.called_from(&direct.into_iter().collect::<Vec<_>>());
    let own = all.iter().filter_map(|id| project.universe.by_id(id)).filter(|called| called.package == project.name);
    own.map(|called| (called.path.as_str(), called.range.clone())).collect()
}

/// The beginning of the SQL that a call runs, as far as it is written out.
fn sql<'t>(template: &'t Template<'_>, at: usize, call: &Call<'t>) -> Option<&'t str> {
    let text = template.text;
    match (call.name, template.parts.get(at + 1)) {
        ("run_query", _) => {
            let first = call.arguments.first()?.tokens.first()?;
            match first.kind {
                // Of `'drop table ' ~ name` the first text says it.
                TokenKind::Text => Some(inside(first.text(text))),
                TokenKind::Name => set_before(template, at, first.text(text)),
                _ => None,
            }
        }
        ("statement", Some(Part::Text(range))) => Some(&text[range.clone()]),
        _ => None,
    }
}

fn inside(quoted: &str) -> &str {
    quoted.get(1..quoted.len().saturating_sub(1)).unwrap_or_default()
}

/// The text that a variable was last set to: `{% set sql = '…' %}`, or what stands up to its `{% endset %}`.
fn set_before<'t>(template: &'t Template<'_>, at: usize, name: &str) -> Option<&'t str> {
    let text = template.text;
    let before = template.parts.iter().enumerate().take(at).rev();
    let (set, tag) = before.filter_map(|(at, part)| if let Part::Statement(tag) = part { Some((at, tag)) } else { None }).find(
        |(_, tag)| matches!(tag.tokens.as_slice(), [set, own, ..] if set.text(text) == "set" && own.text(text) == name),
    )?;
    match (tag.tokens.as_slice(), template.parts.get(set + 1)) {
        ([_, _], Some(Part::Text(range))) => Some(&text[range.clone()]),
        ([_, _, _, value, ..], _) if value.kind == TokenKind::Text => Some(inside(value.text(text))),
        _ => None,
    }
}

/// The first word of SQL behind comments, when it changes something.
fn changing(sql: &str) -> Option<String> {
    let mut rest = sql.trim_start();
    loop {
        rest = match (rest.strip_prefix("--"), rest.strip_prefix("/*")) {
            // Behind a tag in a comment nothing is sure.
            (Some(comment), _) => comment.split_once('\n')?.1.trim_start(),
            (_, Some(comment)) => comment.split_once("*/")?.1.trim_start(),
            _ => break,
        };
    }
    let word: String = rest.chars().take_while(char::is_ascii_alphabetic).collect();
    let word = word.to_ascii_lowercase();
    CHANGES.contains(&word.as_str()).then_some(word)
}

fn method<'t>(template: &Template<'t>, tag: &Tag) -> Option<(Range<usize>, &'t str)> {
    tag.tokens.windows(4).find_map(|tokens| {
        let word = |at: usize| tokens[at].text(template.text);
        let is_call = word(0) == "adapter" && word(1) == "." && word(3) == "(" && METHODS.contains(&word(2));
        is_call.then(|| (tokens[0].range.start..tokens[2].range.end, word(2)))
    })
}

fn tell(template: &Template<'_>, span: Range<usize>, what: &str, found: &mut Found) {
    let whose = template.node().map_or_else(
        || "this macro, which models call,".to_owned(),
        |node| format!("the template of `{}`", node.display_name()),
    );
    found.at(template.at(span), format!("{whose} {what}, which changes something")).help =
        Some("a model is one query that reads; take the statement out".to_owned());
}
