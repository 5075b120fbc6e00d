//! A partitioned source is filtered by its partitions.
//!
//! ## Why
//!
//! Athena reads, and bills, every file of a source unless the query says which partitions it wants: a condition on
//! another column comes too late. Where a source's YAML names its partitions (`external: partitions:`), cadet looks for a
//! condition on one of them, in any `where`, `on` or `having` of the query. An incremental model, and a view, are not
//! judged: what they read depends on more than their text.
//!
//! ## Fails
//!
//! ```yaml models/sources/nomis.yaml
//! sources:
//!   - name: nomis
//!     tables:
//!       - name: visits
//!         external:
//!           partitions:
//!             - name: extraction_date
//!               data_type: date
//! ```
//! ```sql models/prison/prison_safety/prison_safety__visits.sql
//! select visit_id
//! from {{ source('nomis', 'visits') }}
//! where visit_type = 'legal'
//! ```
//!
//! ## Passes
//!
//! The condition may stand in another part of the query.
//!
//! ```yaml models/sources/nomis.yaml
//! sources:
//!   - name: nomis
//!     tables:
//!       - name: visits
//!         external:
//!           partitions:
//!             - name: extraction_date
//!               data_type: date
//! ```
//! ```sql models/prison/prison_safety/prison_safety__visits.sql
//! with visits as (select * from {{ source('nomis', 'visits') }})
//!
//! select visit_id
//! from visits
//! where visits.extraction_date = date '2024-01-01'
//! ```

use serde_json::Value;

use crate::finding::Level;
use crate::project::{Node, ResourceType};
use crate::rules::{Check, Found, Rule, Subject};

pub(crate) const RULE: Rule =
    Rule { level: Level::Note, summary: "a partitioned source that is read as a whole", check: Check::Model(check) };

fn check(model: &Node, subject: &Subject<'_>, found: &mut Found) {
    let Some(query) = subject.query(model).filter(|_| model.materialized() == "table") else { return };
    for table in &query.facts.tables {
        let [.., schema, name] = table.parts.as_ref() else { continue };
        let Some(source) = subject.named(schema, name).filter(|node| node.resource_type == ResourceType::Source) else {
            continue;
        };
        let partitions = partitions(source);
        if partitions.is_empty() || partitions.iter().any(|name| query.facts.filtered.contains(&name.to_lowercase())) {
            continue;
        }
        let message = format!("every partition of `{}` is read", source.name);
        found.at(query.place(table.at), message).help = Some(format!(
            "add a condition on `{}` to a `where`, unless all of it is wanted",
            partitions.join("` or `")
        ));
    }
}

/// The columns that a source is partitioned by, as its YAML says. Behaviour: the package dbt-external-tables.
fn partitions(source: &Node) -> Vec<&str> {
    let listed = source.body.get("external").and_then(|external| external.get("partitions")).and_then(Value::as_array);
    listed.into_iter().flatten().filter_map(|one| one.as_str().or_else(|| one.get("name")?.as_str())).collect()
}
