//! Every column has a type that a table can keep.
//!
//! ## Why
//!
//! Some types of Athena exist in queries only. A Hive table keeps no time of day without a date, no moment with a time
//! zone (which is what `current_timestamp` gives), no interval, no JSON, UUID or IP address, no moment finer than
//! milliseconds, and no column of which nothing but `null` is known. An Iceberg table keeps moments with six decimals,
//! and Athena refuses all others, and small integers and `char`. The query runs, and the table fails.
//!
//! ## Fails
//!
//! ```sql models/prison/prison_safety/prison_safety__visits.sql
//! select
//!     visit_id,
//!     current_timestamp as loaded_at,
//!     null as visit_type
//! from {{ this }}
//! ```
//!
//! ## Passes
//!
//! ```sql models/prison/prison_safety/prison_safety__visits.sql
//! select
//!     visit_id,
//!     cast(current_timestamp as timestamp) as loaded_at,
//!     cast(null as varchar) as visit_type,
//!     json_extract_scalar(details, '$.type') as detail
//! from {{ this }}
//! where created_at < current_timestamp
//! ```

use crate::compile::query::Column;
use crate::finding::{Level, Place};
use crate::project::Node;
use crate::rules::{Check, Found, Output, Query, Rule, Subject, is_iceberg, is_table};

pub(crate) const RULE: Rule =
    Rule { level: Level::Error, summary: "a column that no table can keep", check: Check::Model(check) };

fn check(model: &Node, subject: &Subject<'_>, found: &mut Found) {
    let Some(query) = subject.query(model).filter(|_| is_table(model)) else { return };
    for output in subject.outputs(&model.unique_id) {
        let Output::Column(Column { name: Some(name), data_type: Some(data_type), .. }) = output else { continue };
        let instead = if is_iceberg(model) { in_iceberg(data_type) } else { in_hive(data_type) };
        let Some(instead) = instead else { continue };
        let message = if &**data_type == "unknown" {
            format!("the column `{name}` is nothing but `null`, so that it has no type")
        } else {
            let kind = if is_iceberg(model) { "an Iceberg" } else { "a Hive" };
            format!("the column `{name}` has the type {data_type}, which {kind} table cannot keep")
        };
        found.at(place(&query, output), message).help = Some(format!("write `cast(... as {instead})`"));
    }
}

fn place(query: &Query<'_>, output: &Output) -> Place {
    match output {
        Output::Column(column) => query.place(column.named),
        Output::Unknown(at) => query.place(*at),
    }
}

/// The type to use in a Hive table instead of one that it cannot keep.
fn in_hive(data_type: &str) -> Option<&'static str> {
    match data_type {
        "unknown" | "json" | "uuid" | "ipaddress" | "interval" => Some("varchar"),
        _ if is_time(data_type) => Some("varchar"),
        _ if data_type.starts_with("timestamp") && data_type.ends_with("with time zone") => Some("timestamp"),
        _ => decimals(data_type).is_some_and(|decimals| decimals > 3).then_some("timestamp"),
    }
}

/// The same for an Iceberg table.
fn in_iceberg(data_type: &str) -> Option<&'static str> {
    match data_type {
        "unknown" | "json" | "ipaddress" | "interval" => Some("varchar"),
        "tinyint" | "smallint" => Some("integer"),
        _ if data_type == "char" || data_type.starts_with("char(") => Some("varchar"),
        _ if is_time(data_type) && data_type.ends_with("with time zone") => Some("varchar"),
        _ => decimals(data_type).is_some_and(|decimals| decimals != 6).then_some("timestamp(6)"),
    }
}

fn is_time(data_type: &str) -> bool {
    data_type == "time" || data_type.starts_with("time ") || data_type.starts_with("time(")
}

/// How many decimals a timestamp has: three, unless it is said.
fn decimals(data_type: &str) -> Option<u32> {
    let rest = data_type.strip_prefix("timestamp")?;
    match rest.strip_prefix('(') {
        Some(rest) => rest.split_once(')')?.0.trim().parse().ok(),
        None => Some(3),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hive_table_keeps_moments_of_milliseconds_and_an_iceberg_table_of_microseconds() {
        for kept in ["timestamp", "timestamp(3)", "date", "varchar(10)", "decimal(10,2)", "timestamp(0)"] {
            assert_eq!(in_hive(kept), None, "{kept}");
        }
        for lost in ["time", "time(3)", "timestamp(6)", "timestamp(3) with time zone", "timestamp with time zone"] {
            assert!(in_hive(lost).is_some(), "{lost}");
        }
        for (lost, instead) in [("smallint", "integer"), ("char(2)", "varchar")] {
            assert_eq!((in_hive(lost), in_iceberg(lost)), (None, Some(instead)));
        }
        assert_eq!(in_iceberg("timestamp(6)"), None);
        assert_eq!(in_iceberg("timestamp(6) with time zone"), None);
        assert_eq!(in_iceberg("timestamp"), Some("timestamp(6)"));
    }
}
