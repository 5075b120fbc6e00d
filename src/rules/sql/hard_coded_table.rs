//! A table that the project knows is named with `ref` or `source`.
//!
//! ## Why
//!
//! From `{{ ref('…') }}` and `{{ source('…', '…') }}` dbt learns what has to be built first, and puts in the name that is
//! right for the environment. A name that is written out reads the production table even in dev, is built in any order,
//! and stays behind when the table gets another name.
//!
//! ## Fails
//!
//! ```sql models/prison/prison_safety/prison_safety__visits.sql
//! select 1 as visit_id
//! ```
//! ```sql models/prison/prison_safety/prison_safety__legal_visits.sql
//! select visit_id
//! from mojap.prison_safety__visits
//! ```
//!
//! ## Passes
//!
//! A CTE may have the name of a table, and a table that nobody described cannot be named otherwise.
//!
//! ```sql models/prison/prison_safety/prison_safety__visits.sql
//! select 1 as visit_id
//! ```
//! ```sql models/prison/prison_safety/prison_safety__legal_visits.sql
//! with prison_safety__visits as (select visit_id from {{ ref('prison_safety__visits') }})
//!
//! select visit_id from prison_safety__visits
//! union all
//! select visit_id from other_database.visits
//! ```

use crate::finding::{Fix, Level};
use crate::project::{Node, ResourceType};
use crate::rules::{Check, Found, Rule, Subject};

pub(crate) const RULE: Rule =
    Rule { level: Level::Warning, summary: "a table's name written out", check: Check::Model(check) };

fn check(model: &Node, subject: &Subject<'_>, found: &mut Found) {
    let Some(query) = subject.query(model) else { return };
    let suffix = &subject.policy.dev_database_suffix;
    for table in &query.facts.tables {
        let [.., schema, name] = table.parts.as_ref() else { continue };
        // Most names are those that `ref` put in.
        if !model.raw.contains(schema.as_str()) {
            continue;
        }
        let meant = subject.named(schema, name).or_else(|| subject.named(&format!("{schema}{suffix}"), name));
        let (Some(meant), Some(place)) = (meant, query.written(table.at)) else { continue };
        let call = call(model, meant, subject);
        let finding = found.at(place.clone(), format!("the table `{}` is written out", table.parts.join(".")));
        let first = if meant.unique_id == model.unique_id { "" } else { "built first and " };
        finding.help = Some(format!("write `{call}`, so that it is {first}read from the right environment"));
        finding.fix = Some(Box::new(Fix::unsafe_to(place, call)));
    }
}

/// What to write for a table.
fn call(model: &Node, table: &Node, subject: &Subject<'_>) -> String {
    if table.unique_id == model.unique_id {
        return "{{ this }}".to_owned();
    }
    if table.resource_type == ResourceType::Source
        && let Some(source) = subject.project.sources.get(&table.unique_id)
    {
        return format!("{{{{ source('{}', '{}') }}}}", source.source_name, source.name);
    }
    let package = if table.package == model.package { String::new() } else { format!("'{}', ", table.package) };
    match &table.model.version {
        Some(version) if !table.is_latest() => format!("{{{{ ref({package}'{}', v={version}) }}}}", table.name),
        _ => format!("{{{{ ref({package}'{}') }}}}", table.name),
    }
}
