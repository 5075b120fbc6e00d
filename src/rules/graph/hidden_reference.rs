//! A `ref` or `source` in a branch that dbt does not take while it reads the project stands outside of it as well.
//!
//! ## Why
//!
//! dbt learns what a model depends on by rendering it once with `execute` false, and then `is_incremental()` is false too.
//! A reference in such a branch is not seen: nothing is built before this model, and the first run that takes the branch
//! stops. For an incremental model that is the second run, mostly in production.
//!
//! ## Fails
//!
//! ```sql models/prison/prison_safety/prison_safety__visits_joined.sql
//! {{ config(materialized='incremental', incremental_strategy='append') }}
//! select 1 as visit_id
//! {% if is_incremental() %}
//! where 1 not in (select visit_id from {{ ref('prison_safety__visits_stg') }})
//! {% endif %}
//! ```
//! ```sql models/prison/prison_safety/prison_safety__visits_stg.sql
//! select 1 as visit_id
//! ```
//!
//! ## Passes
//!
//! ```sql models/prison/prison_safety/prison_safety__visits_joined.sql
//! -- depends_on: {{ ref('prison_safety__visits_stg') }}
//! {{ config(materialized='incremental', incremental_strategy='append') }}
//! select 1 as visit_id
//! {% if is_incremental() %}
//! where 1 not in (select visit_id from {{ ref('prison_safety__visits_stg') }})
//! {% endif %}
//! ```
//! ```sql models/prison/prison_safety/prison_safety__visits_stg.sql
//! select 1 as visit_id
//! ```
//!
//! While dbt reads the project, it takes the branch behind `else`.
//!
//! ```sql models/prison/prison_safety/prison_safety__visits_filtered.sql
//! {{ config(materialized='incremental', incremental_strategy='append') }}
//! select visit_id
//! from {% if is_incremental() %} {{ this }} {% else %} {{ ref('prison_safety__visits_stg') }} {% endif %}
//! ```

use crate::finding::Level;
use crate::jinja::lexer::{Tag, TokenKind};
use crate::project::Node;
use crate::project::node::Version;
use crate::rules::templates::{Argument, Call, Template, calls};
use crate::rules::{Check, Found, Rule, Subject};

pub(crate) const RULE: Rule = Rule {
    level: Level::Error,
    summary: "a ref that dbt does not see when it reads the project",
    check: Check::Templates(check),
};

fn check(templates: &[Template<'_>], subject: &Subject<'_>, found: &mut Found) {
    for template in templates.iter().filter(|template| template.text.contains("{%")) {
        let Some(node) =
            template.node().filter(|node| !node.is_broken && subject.project.nodes.contains_key(&node.unique_id))
        else {
            continue;
        };
        if subject.compiled.get(&node.unique_id).is_some_and(Result::is_err) {
            // dbt stops today, and that is told.
            continue;
        }
        let mut open: Vec<bool> = Vec::new();
        for tag in template.tags() {
            let word = |at: usize| tag.tokens.get(at).map_or("", |token| token.text(template.text));
            match word(0) {
                "if" => open.push(is_hidden(template.text, tag)),
                "elif" | "else" => {
                    if let Some(hidden) = open.last_mut() {
                        *hidden = word(0) == "elif" && is_hidden(template.text, tag);
                    }
                }
                "endif" => drop(open.pop()),
                _ if open.contains(&true) => {
                    let seen = calls(template.text, &tag.tokens);
                    seen.iter().for_each(|call| tell(template, node, call, found));
                }
                _ => {}
            }
        }
    }
}

/// Whether the branch of an `if` is surely not taken while the project is read.
fn is_hidden(text: &str, tag: &Tag) -> bool {
    let words: Vec<&str> = tag.tokens[1..].iter().map(|token| token.text(text)).collect();
    let asks = |word: &&str| matches!(*word, "execute" | "is_incremental");
    words.iter().any(asks) && !words.iter().any(|word| matches!(*word, "not" | "or" | "==" | "!=" | "else"))
}

fn tell(template: &Template<'_>, node: &Node, call: &Call<'_>, found: &mut Found) {
    let text = template.text;
    let (named, plain): (Vec<_>, Vec<_>) = call.arguments.iter().partition(|argument| argument.name.is_some());
    let texts: Option<Vec<&str>> = plain.iter().map(|argument| argument.literal(text)).collect();
    let Some(texts) = texts else { return };
    let is_seen = match (call.name, texts.as_slice(), named.as_slice()) {
        ("ref", [name] | [_, name], []) => {
            node.refs.iter().any(|asked| asked.what.name == *name && asked.what.version.is_none())
        }
        ("ref", [name] | [_, name], [version]) => {
            let Some(version) = version_of(text, version) else { return };
            let is_it = |asked: &Version| asked.to_string() == version;
            node.refs.iter().any(|asked| asked.what.name == *name && asked.what.version.as_ref().is_some_and(is_it))
        }
        ("source", [source, table], []) => {
            node.sources.iter().any(|asked| asked.what.0 == *source && asked.what.1 == *table)
        }
        _ => return,
    };
    if is_seen {
        return;
    }
    let written = &text[call.span.clone()];
    let message = format!("`{written}` stands where dbt does not see it when it reads the project");
    found.at(template.at(call.span.clone()), message).help =
        Some(format!("write `-- depends_on: {{{{ {written} }}}}` at the top of the file"));
}

/// The version that a reference asks for, when it is written as a number or a text.
fn version_of<'t>(text: &'t str, argument: &Argument<'t>) -> Option<&'t str> {
    let [value] = argument.tokens else { return None };
    let is_version = matches!(argument.name?.text(text), "v" | "version");
    let written = value.text(text);
    match value.kind {
        TokenKind::Number if is_version => Some(written),
        TokenKind::Text if is_version => argument.literal(text),
        _ => None,
    }
}
