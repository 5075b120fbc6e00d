//! An incremental model says how new rows join the old ones, and its configs fit that.
//!
//! ## Why
//!
//! `insert_overwrite` replaces partitions: without `partitioned_by` there are none, and every run replaces the whole table
//! or adds to it. `append` never looks at `unique_key`, so rows come twice. And a model that appends, without
//! `is_incremental()` in its SQL, adds all of its rows again each time; that is right only where each run is a snapshot of
//! its own, which the handbook keeps apart by a partition. One that replaces or merges and reads everything each time is
//! right, and costs as much as a table: that is a note.
//!
//! ## Fails
//!
//! ```sql models/prison/prison_safety/prison_safety__visits_joined.sql
//! {{ config(materialized='incremental', incremental_strategy='append', unique_key='visit_id') }}
//! select 1 as visit_id
//! ```
//!
//! ## Passes
//!
//! ```sql models/prison/prison_safety/prison_safety__visits_joined.sql
//! {{ config(materialized='incremental', incremental_strategy='append') }}
//! select 1 as visit_id
//! {% if is_incremental() %} where 1 > (select max(visit_id) from {{ this }}) {% endif %}
//! ```
//! ```sql models/prison/prison_safety/prison_safety__totals_grouped.sql
//! {{ config(materialized='incremental', incremental_strategy='append', partitioned_by=['snapshot_date']) }}
//! select 1 as total, current_date as snapshot_date
//! ```
//!
//! Each run reads the rows of its own day.
//!
//! ```sql models/prison/prison_safety/prison_safety__arrivals_filtered.sql
//! {{ config(materialized='incremental', incremental_strategy='append') }}
//! select visit_id from {{ ref('prison_safety__visits_joined') }} where visited_on = current_date
//! ```
//!
//! The rows come from somewhere else.
//!
//! ```sql models/prison/prison_safety/prison_safety__results_joined.sql
//! {{ config(materialized='incremental', incremental_strategy='append') }}
//! select 1 as result_id where 1 = 0
//! ```

use serde_json::Value;

use crate::finding::Level;
use crate::jinja::lexer::{Part, lex};
use crate::project::{Node, Project};
use crate::rules::{Check, Found, Rule, Subject};

pub(crate) const RULE: Rule = Rule {
    level: Level::Warning,
    summary: "an incremental model whose configs do not fit",
    check: Check::Model(check),
};

fn check(model: &Node, subject: &Subject<'_>, found: &mut Found) {
    if model.materialized() != "incremental" || model.is_broken {
        return;
    }
    let is_athena = subject.project.target.kind == "athena";
    let is_set = |key: &str| model.config.get(key).is_some_and(|value| !is_empty(value));
    let strategy = model.config_text("incremental_strategy");
    let (name, place) = (model.display_name(), || model.patch.clone().unwrap_or_else(|| model.place.clone()));
    let overwrites = strategy == Some("insert_overwrite") || (strategy.is_none() && is_athena);
    let is_iceberg = model.config_text("table_type").is_some_and(|kind| kind.eq_ignore_ascii_case("iceberg"));
    if is_athena && overwrites && !is_set("partitioned_by") && !is_iceberg {
        let message = format!("`{name}` replaces partitions on each run, but it has none");
        found.at(place(), message).help = Some(
            "name the partitions: `partitioned_by: ['…']`, which must be the last columns; or make it `materialized: table`".to_owned(),
        );
    }
    if strategy == Some("append") && is_set("unique_key") {
        let message =
            format!("`{name}` appends, so its `unique_key` does nothing: a row that comes again is there twice");
        found.at(place(), message).help = Some(
            "take `unique_key` out; or use `incremental_strategy: merge` on a table with `table_type: iceberg`"
                .to_owned(),
        );
    }
    let is_replacing = overwrites || strategy == Some("merge");
    if is_replacing && reads_all(subject.project, model) {
        let message = format!("`{name}` reads all rows again on each run: it never asks `is_incremental()`");
        let finding = found.at(place(), message);
        finding.level = Level::Note;
        finding.help = Some(
            "read only what is new, between `{% if is_incremental() %}` and `{% endif %}`; or make it `materialized: table`, which says the same".to_owned(),
        );
    }
    let is_kept_apart = is_set("partitioned_by") || is_set("partition_by") || is_set("unique_key");
    let reads_new_rows = asks_is_incremental(subject.project, model) || reads_a_day(subject.project, model);
    if strategy == Some("append") && !is_kept_apart && !reads_new_rows && !is_without_rows(model) {
        let message = format!("`{name}` adds all of its rows again on each run: it never asks `is_incremental()`");
        found.at(place(), message).help = Some(
            "read only what is new:\n{% if is_incremental() %}\nwhere … > (select max(…) from {{ this }})\n{% endif %}\nor, if each run is a snapshot of its own, say `partitioned_by: ['snapshot_date']`".to_owned(),
        );
    }
}

/// Whether the query is written so that it never gives a row, or nothing of it stands in the model: its rows may come from
/// somewhere else.
fn is_without_rows(model: &Node) -> bool {
    let Ok(parts) = lex(&model.raw) else { return true };
    let texts =
        parts.iter().filter_map(|part| if let Part::Text(range) = part { model.raw.get(range.clone()) } else { None });
    let sql = texts.collect::<String>().to_lowercase();
    let sql = sql.split_whitespace().collect::<Vec<_>>().join(" ");
    !sql.contains("select")
        || ["where 1 = 0", "where 1=0", "where false", "limit 0"].iter().any(|none| sql.ends_with(none))
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        _ => false,
    }
}

/// Whether the template, or a macro that it calls in any way, tells a first run from a later one.
fn asks_is_incremental(project: &Project, model: &Node) -> bool {
    const WORDS: [&str; 4] = ["is_incremental", "this", "execute", "load_relation"];
    says(project, model, &WORDS)
}

/// Whether the tags of the template, or of a macro that it calls in any way, have one of these words.
fn says(project: &Project, model: &Node, words: &[&str]) -> bool {
    if model.is_python || in_tags(&model.raw, words) {
        return true;
    }
    let called: Vec<&str> = model.macros.iter().map(String::as_str).collect();
    let called = project.universe.called_from(&called);
    called.iter().filter_map(|id| project.universe.by_id(id)).any(|called| in_tags(called.text(), words))
}

/// What cannot be read may say anything.
fn in_tags(text: &str, words: &[&str]) -> bool {
    let Ok(parts) = lex(text) else { return true };
    parts.iter().any(|part| match part {
        Part::Print(tag) | Part::Statement(tag) => tag.tokens.iter().any(|token| words.contains(&token.text(text))),
        Part::Text(_) | Part::Verbatim(_) => false,
    })
}

/// Whether it may be that each run reads the rows of its own day.
fn reads_a_day(project: &Project, model: &Node) -> bool {
    let sql = model.raw.to_lowercase();
    sql.contains("where")
        && (["current_date", "current_timestamp", "now("].iter().any(|word| sql.contains(word))
            || says(project, model, &["var", "env_var", "run_started_at"]))
}

/// Whether every run reads all rows of what the model depends on: nothing in it looks at a run, a day or a variable, or
/// takes a part of the rows.
fn reads_all(project: &Project, model: &Node) -> bool {
    let reads = !model.refs.is_empty() || !model.sources.is_empty();
    let sql = model.raw.to_lowercase();
    let is_partial = ["where", "limit", "having", " on ", "using"].iter().any(|word| sql.contains(word));
    reads
        && !is_partial
        && !says(project, model, &["is_incremental", "this", "execute", "load_relation", "var", "env_var"])
}
