//! The columns of `partitioned_by` are the last of the table, in the same order.
//!
//! ## Why
//!
//! Athena takes the last columns of the query for the partitions of a Hive table, and refuses the table when they are not
//! the named ones (`HIVE_COLUMN_ORDER_MISMATCH`). Where there are several, their order decides too. Iceberg tables are
//! free of this.
//!
//! ## Fails
//!
//! ```sql models/prison/prison_safety/prison_safety__visits.sql
//! {{ config(partitioned_by=['snapshot_date']) }}
//! select
//!     1 as visit_id,
//!     date '2024-01-01' as snapshot_date,
//!     'legal' as visit_type
//! ```
//!
//! ## Passes
//!
//! ```sql models/prison/prison_safety/prison_safety__visits.sql
//! {{ config(partitioned_by=['region', 'snapshot_date']) }}
//! select
//!     1 as visit_id,
//!     'legal' as visit_type,
//!     'north' as region,
//!     date '2024-01-01' as snapshot_date
//! ```
//!
//! An Iceberg table may have its partitions anywhere.
//!
//! ```sql models/prison/prison_safety/prison_safety__visits_filtered.sql
//! {{ config(table_type='iceberg', partitioned_by=['snapshot_date']) }}
//! select
//!     1 as visit_id,
//!     date '2024-01-01' as snapshot_date,
//!     'legal' as visit_type
//! ```

use serde_json::Value;

use crate::finding::Level;
use crate::project::Node;
use crate::rules::{Check, Found, Output, Rule, Subject, is_iceberg, is_table};

pub(crate) const RULE: Rule =
    Rule { level: Level::Error, summary: "partitions that are not the last columns", check: Check::Model(check) };

fn check(model: &Node, subject: &Subject<'_>, found: &mut Found) {
    let Some(query) = subject.query(model).filter(|_| is_table(model) && !is_iceberg(model)) else { return };
    let wanted: Vec<&str> = match model.config.get("partitioned_by") {
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect(),
        _ => return,
    };
    let outputs = subject.outputs(&model.unique_id);
    let Some(last) = outputs.len().checked_sub(wanted.len()) else { return };
    let fits = |(output, name): (&Output, &&str)| match output {
        Output::Column(column) => column.is_named(name),
        // It may be the one.
        Output::Unknown(_) => true,
    };
    let is_unknown = |output: &Output| matches!(output, Output::Unknown(_));
    let tail = &outputs[last..];
    if wanted.is_empty() || tail.iter().any(is_unknown) || tail.iter().zip(&wanted).all(fits) {
        return;
    }
    let columns: Vec<&str> = tail.iter().filter_map(name).collect();
    let (names, ends) = (wanted.join("`, `"), columns.join("`, `"));
    let message = format!("this table is partitioned by `{names}`, but it ends with `{ends}`");
    let place = tail.last().map_or_else(|| model.place.clone(), |output| query.place(listed(output)));
    let missing = wanted.iter().find(|wanted| !outputs.iter().any(|output| is_unknown(output) || is(output, wanted)));
    found.at(place, message).help = Some(match missing {
        Some(missing) => {
            format!("the query gives no column `{missing}`: add it at the end, or take it from `partitioned_by`")
        }
        None => format!("write `{names}` last in the select, in this order"),
    });
}

fn name(output: &Output) -> Option<&str> {
    if let Output::Column(column) = output { column.name.as_deref() } else { None }
}

fn is(output: &Output, wanted: &str) -> bool {
    name(output).is_some_and(|name| name.eq_ignore_ascii_case(wanted))
}

fn listed(output: &Output) -> sqlparser::tokenizer::Span {
    match output {
        Output::Column(column) => column.listed,
        Output::Unknown(at) => *at,
    }
}
