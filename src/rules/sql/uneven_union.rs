//! The queries of a `union` give the same number of columns.
//!
//! ## Why
//!
//! Athena refuses a `union`, an `except` or an `intersect` of queries that do not. Mostly a column was added to one of
//! them, or to a table of which both take all columns. cadet speaks where it knows all columns of both.
//!
//! ## Fails
//!
//! ```sql models/prison/prison_safety/prison_safety__visits_joined.sql
//! select 1 as visit_id, 2 as visitor_id
//! union all
//! select 3 as visit_id
//! ```
//!
//! ## Passes
//!
//! ```sql models/prison/prison_safety/prison_safety__visits_joined.sql
//! select 1 as visit_id, 2 as visitor_id
//! union all
//! select 3, null
//! union all
//! select * from prison_raw.visits
//! ```

use crate::compile::query::TableName;
use crate::finding::Level;
use crate::project::Node;
use crate::rules::{Check, Found, Rule, Subject};

pub(crate) const RULE: Rule =
    Rule { level: Level::Error, summary: "a union of queries that do not fit", check: Check::Model(check) };

fn check(model: &Node, subject: &Subject<'_>, found: &mut Found) {
    let Some(query) = subject.query(model).filter(|_| subject.is_for_athena()) else { return };
    for union in &query.facts.unions {
        let (Some(first), Some(other)) = (count(&union.first, subject), count(&union.other, subject)) else { continue };
        if first != other {
            let columns = |count: usize| if count == 1 { "1 column".to_owned() } else { format!("{count} columns") };
            let message = format!(
                "the first query of this `{}` gives {}, and this one {}",
                union.word,
                columns(first),
                columns(other)
            );
            found.at(query.place(union.at), message).help = Some(
                "write the same columns in the same order in both; `null as name` stands for one that is missing"
                    .to_owned(),
            );
        }
    }
}

/// How many columns a query gives; nothing when that depends on a table that is not known.
fn count((written, tables): &(usize, Vec<TableName>), subject: &Subject<'_>) -> Option<usize> {
    let all = tables.iter().map(|table| {
        let [.., schema, name] = table.parts.as_ref() else { return None };
        let node = subject.named(schema, name).filter(|node| node.materialized() != "incremental")?;
        Some(subject.columns(&node.unique_id)?.len())
    });
    all.sum::<Option<usize>>().map(|more| more + written)
}
