//! Values are cast to types that Athena has.
//!
//! ## Why
//!
//! Athena's types have two names: those for queries and those for the catalogue, where text is `string`. In a query, and
//! so in every model, text is `varchar`. Other databases' `text`, `datetime`, `int64` or `float` are not known either. The
//! fix is mechanical.
//!
//! ## Fails
//!
//! ```sql models/prison/prison_safety/prison_safety__visits.sql
//! select
//!     cast(visit_id as string) as visit_id,
//!     try_cast(visited_at as datetime) as visited_at
//! from {{ this }}
//! ```
//!
//! ## Passes
//!
//! A column may be called like a type.
//!
//! ```sql models/prison/prison_safety/prison_safety__visits.sql
//! select
//!     cast(visit_id as varchar) as string,
//!     try_cast(visited_at as timestamp) as datetime,
//!     cast(cost as real) as text
//! from {{ this }}
//! ```

use crate::finding::{Fix, Level};
use crate::project::Node;
use crate::rules::{Check, Found, Rule, Subject};

pub(crate) const RULE: Rule =
    Rule { level: Level::Error, summary: "a type that Athena does not have", check: Check::Model(check) };

/// Types of other databases and of the catalogue, and Athena's; none of them is in Trino's "Data types".
const TYPES: &[(&str, &str)] = &[
    ("binary", "varbinary"),
    ("blob", "varbinary"),
    ("bool", "boolean"),
    ("bytes", "varbinary"),
    ("clob", "varchar"),
    ("datetime", "timestamp"),
    ("float", "real"),
    ("float4", "real"),
    ("float64", "double"),
    ("float8", "double"),
    ("int2", "smallint"),
    ("int4", "integer"),
    ("int64", "bigint"),
    ("int8", "bigint"),
    ("long", "bigint"),
    ("nvarchar", "varchar"),
    ("string", "varchar"),
    ("text", "varchar"),
];

fn check(model: &Node, subject: &Subject<'_>, found: &mut Found) {
    let Some(query) = subject.query(model) else { return };
    for word in &query.facts.types {
        let lower = word.text.to_lowercase();
        let Some((_, instead)) = TYPES.iter().find(|(known, _)| *known == lower) else { continue };
        let finding = found.at(query.place(word.at), format!("Athena has no type `{lower}` in a query"));
        finding.help = Some(format!("write `{instead}`"));
        if let Some(place) = query.written(word.at) {
            finding.fix = Some(Box::new(Fix::safe(place, *instead)));
        }
    }
}
