//! Nothing names a dev database (one that ends in `_dev_dbt`; `dev_database_suffix` in cadet.yaml).
//!
//! ## Why
//!
//! Tables in a dev database are there for a few days and for one person's changes. A model that reads one works until the
//! table is cleared away, and in production it reads what was never reviewed. `{{ ref('…') }}` is the dev table in dev
//! and the production table in production, without a change.
//!
//! ## Fails
//!
//! ```sql models/prison/prison_safety/prison_safety__visits.sql
//! select visit_id
//! from prison_safety_dev_dbt.visits
//! ```
//!
//! ```sql macros/prison/all_visits.sql
//! {% macro all_visits() %}
//! select visit_id from prison_safety_dev_dbt.all_visits
//! {% endmacro %}
//! ```
//!
//! ## Passes
//!
//! What `ref` puts in is right, whatever the environment is; and a name in a comment is read by nobody.
//!
//! ```sql models/prison/prison_safety/prison_safety__visits.sql
//! -- compared with prison_safety_dev_dbt.visits
//! select visit_id
//! from {{ ref('prison_safety__all_visits') }}
//! ```
//! ```sql models/prison/prison_safety/prison_safety__all_visits.sql
//! {{ config(schema='prison_dev_dbt') }}
//! select 1 as visit_id
//! ```

use std::ops::Range;

use crate::finding::Level;
use crate::project::{Node, Project, ResourceType};
use crate::rules::templates::Template;
use crate::rules::{Check, Found, Rule, Subject};

pub(crate) const RULE: Rule =
    Rule { level: Level::Error, summary: "a dev database in SQL or a source", check: Check::Templates(check) };

fn check(templates: &[Template<'_>], subject: &Subject<'_>, found: &mut Found) {
    let (project, suffix) = (subject.project, subject.policy.dev_database_suffix.to_lowercase());
    if suffix.is_empty() {
        return;
    }
    for model in project.own(ResourceType::Model) {
        in_query(model, subject, &suffix, found);
    }
    for template in templates {
        // A model's query is known; macros and snapshots are read as they are written.
        if template.node().is_none_or(|node| node.resource_type == ResourceType::Snapshot) {
            in_template(template, &suffix, found);
        }
    }
    for source in project.sources.values().filter(|source| source.package == project.name) {
        let schema = source.relation.schema.as_deref().unwrap_or_default();
        if schema.to_lowercase().ends_with(&suffix) && is_plain(project, source.node()) {
            let message = format!("the source `{}` is the dev database `{schema}`", source.source_name);
            found.at(source.place.clone(), message).help = Some(format!("name the database without `{suffix}`"));
        }
    }
}

fn in_query<'a>(model: &'a Node, subject: &Subject<'a>, suffix: &str, found: &mut Found) {
    let Some(query) = subject.query(model) else { return };
    for table in &query.facts.tables {
        let [.., schema, name] = table.parts.as_ref() else { continue };
        // Most names are those that `ref` put in.
        if !schema.to_lowercase().ends_with(suffix) || !model.raw.contains(schema.as_str()) {
            continue;
        }
        let Some(place) = query.written(table.at) else { continue };
        let help = subject.named(schema, name).filter(|node| node.resource_type != ResourceType::Source).map_or_else(
            || "use `ref` for a model of this project, or a source that names the production database".to_owned(),
            |node| format!("write `{{{{ ref('{}') }}}}`", node.name),
        );
        found.at(place, format!("`{schema}` is a dev database")).help = Some(help);
    }
}

/// Names of tables in the SQL of a template: `<database>_dev_dbt.<table>`, outside of comments, and texts of its tags.
fn in_template(template: &Template<'_>, suffix: &str, found: &mut Found) {
    let text = template.text;
    // Letters of other languages may change their length.
    let lower = text.to_ascii_lowercase();
    let comments = comments(text);
    for (at, _) in lower.match_indices(&format!("{suffix}.")) {
        let is_part = |c: char| c.is_alphanumeric() || c == '_';
        let start = lower[..at].rfind(|c: char| !is_part(c)).map_or(0, |before| before + 1);
        // After a tag the name goes on, and may be any.
        let is_whole = start < at && !lower[..start].ends_with(['}', '-', '/', '.']);
        let names_table = lower[at + suffix.len() + 1..].starts_with(|c: char| c.is_ascii_lowercase() || c == '_');
        if !is_whole || !names_table || comments.iter().any(|comment| comment.contains(&at)) {
            continue;
        }
        let place = template.at(start..at + suffix.len());
        found.at(place, format!("`{}` is a dev database", &text[start..at + suffix.len()])).help =
            Some("use `ref` for a model of this project, or a source that names the production database".to_owned());
    }
}

/// The comments of Jinja and of SQL. A quote in SQL may hold two dashes, so that some text may be taken for a comment.
fn comments(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for (opening, closing) in [("{#", "#}"), ("/*", "*/"), ("--", "\n")] {
        let mut at = 0;
        while let Some(start) = text[at..].find(opening).map(|start| at + start) {
            at = text[start..].find(closing).map_or(text.len(), |end| start + end + closing.len());
            found.push(start..at);
        }
    }
    found
}

/// A name with Jinja in it may be another one in production.
fn is_plain(project: &Project, source: &Node) -> bool {
    !project.text(&source.file).contains("{{")
}
