//! A query asks a table only for columns that it has.
//!
//! ## Why
//!
//! Athena stops at a column that is not there, after everything before this model was built. cadet speaks only where it
//! is sure: the model or seed that is read gives a list of columns that is known, and no other table can be meant.
//!
//! ## Fails
//!
//! ```sql models/prison/prison_safety/prison_safety__visits_joined.sql
//! select visit_idd from {{ ref('prison_safety__visits_filtered') }}
//! ```
//! ```sql models/prison/prison_safety/prison_safety__visits_filtered.sql
//! select 1 as visit_id, 2 as visitor_id
//! ```
//!
//! ## Passes
//!
//! Of two tables any may be meant, and `select *` from elsewhere may give anything.
//!
//! ```sql models/prison/prison_safety/prison_safety__visits_joined.sql
//! with visits as (select * from {{ ref('prison_safety__visits_filtered') }})
//! select visits.visit_id, site, visitor_id
//! from visits
//! inner join prison_raw.sites on sites.visit_id = visits.visit_id
//! ```
//! ```sql models/prison/prison_safety/prison_safety__visits_filtered.sql
//! select 1 as visit_id, 2 as visitor_id
//! ```

use crate::compile::query::Asked;
use crate::finding::Level;
use crate::project::Node;
use crate::project::problem::did_you_mean;
use crate::rules::{Check, Found, Rule, Subject};

pub(crate) const RULE: Rule =
    Rule { level: Level::Error, summary: "a column that its table does not have", check: Check::Model(check) };

fn check(model: &Node, subject: &Subject<'_>, found: &mut Found) {
    // In other databases double quotes hold a text, or a column may be named after one beside it.
    let Some(query) = subject.query(model).filter(|_| subject.is_for_athena()) else { return };
    for asked in &query.facts.asked {
        let Some((names, whose)) = known(asked, model, subject) else { continue };
        for word in &asked.words {
            if names.iter().any(|name| name.eq_ignore_ascii_case(&word.text)) {
                continue;
            }
            let message = format!("{whose} has no column `{}`", word.text);
            let near = did_you_mean(&word.text, names.iter().copied());
            let is_name = word.text.chars().all(|c| c.is_alphanumeric() || c == '_');
            found.at(query.place(word.at), message).help = Some(match near {
                Some(near) => format!("did you mean `{near}`?"),
                None if is_name => "check the name, or add the column there".to_owned(),
                None => "check the name; a text takes single quotes, as in 'text'".to_owned(),
            });
        }
    }
}

/// All columns of what is asked, and its name for people; nothing when some are not known.
fn known<'s>(asked: &'s Asked, model: &Node, subject: &'s Subject<'_>) -> Option<(Vec<&'s str>, String)> {
    let mut names: Vec<&str> = asked.names.iter().map(AsRef::as_ref).collect();
    let mut only = None;
    for table in &asked.tables {
        let [.., schema, name] = table.parts.as_ref() else { return None };
        let node = subject.named(schema, name)?;
        // The table of an incremental model keeps columns that its SQL has no more, and `{{ this }}` is the table before.
        if node.materialized() == "incremental" || node.unique_id == model.unique_id {
            return None;
        }
        for column in subject.columns(&node.unique_id)? {
            names.push(column.name.as_deref()?);
        }
        only = Some(node);
    }
    let of = asked.of.trim_start_matches("__dbt__cte__");
    let whose = match only.filter(|_| asked.tables.len() == 1 && asked.names.is_empty()) {
        Some(node) => format!("the {} `{}`", node.resource_type, node.display_name()),
        None if of.is_empty() => "the query in brackets".to_owned(),
        None => format!("`{of}`"),
    };
    Some((names, whose))
}
