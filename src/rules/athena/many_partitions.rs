//! A table has few partitions: at most 100 are written by one query.
//!
//! ## Why
//!
//! Athena writes at most 100 partitions in one query, and each partition is a folder of its own in S3. A table with
//! thousands of folders of one small file each is slow to build, and slow for everyone who reads it. A column that is
//! different in nearly every row makes a partition of nearly every row. A day is mostly too small a part as well, unless
//! each run adds one: that is a note.
//!
//! ## Fails
//!
//! ```sql models/prison/prison_safety/prison_safety__visits_joined.sql
//! {{ config(partitioned_by=['visited_at']) }}
//! select 1 as visit_id, cast('2024-01-31 10:00:00' as timestamp) as visited_at
//! ```
//!
//! ## Passes
//!
//! An Iceberg table can be divided by a part of a moment, and a column of which nothing is known may have few values.
//!
//! ```sql models/prison/prison_safety/prison_safety__visits_joined.sql
//! {{ config(table_type='iceberg', partitioned_by=['month(visited_at)']) }}
//! select 1 as visit_id, cast('2024-01-31 10:00:00' as timestamp(6)) as visited_at
//! ```
//! ```sql models/prison/prison_safety/prison_safety__sites_joined.sql
//! {{ config(partitioned_by=['region_id']) }}
//! select 1 as site_id, 2 as region_id
//! ```

use std::collections::HashSet;

use serde_json::Value;

use crate::finding::Level;
use crate::project::{Node, ResourceType};
use crate::rules::{Check, Found, Rule, Subject, is_table};

pub(crate) const RULE: Rule =
    Rule { level: Level::Warning, summary: "a table with very many partitions", check: Check::Project(check) };

fn check(subject: &Subject<'_>, found: &mut Found) {
    let project = subject.project;
    let models = project.own(ResourceType::Model).filter(|model| is_table(model) && !model.is_broken);
    let divided: Vec<(&Node, Vec<&str>)> =
        models.map(|model| (model.as_ref(), keys(model))).filter(|(_, keys)| !keys.is_empty()).collect();
    if divided.is_empty() {
        return;
    }
    let unique = tested_as_unique(subject);
    for (model, keys) in divided {
        for key in keys {
            let Some((level, why)) = many(model, key, &unique, subject) else { continue };
            let message = format!("`{}` is divided by `{key}`, {why}", model.display_name());
            let place = model.patch.clone().filter(|_| !model.raw.contains("partitioned_by"));
            let finding = found.at(place.unwrap_or_else(|| model.place.clone()), message);
            finding.level = finding.level.max(level);
            finding.help = Some(
                "divide the table by a column with few values, such as the year or the month; or leave `partitioned_by` out"
                    .to_owned(),
            );
        }
    }
}

/// The columns that a table is divided by; a part of a column, such as `month(day)`, is none.
fn keys(model: &Node) -> Vec<&str> {
    let items = match model.config.get("partitioned_by") {
        Some(Value::Array(items)) => items.as_slice(),
        _ => &[],
    };
    items.iter().filter_map(Value::as_str).filter(|key| !key.contains('(')).collect()
}

/// Whether a day is that of a run, as its name says: the whole table has one.
fn is_of_run(key: &str) -> bool {
    let words = ["snapshot", "extraction", "extract", "load", "loaded", "run", "ingestion", "export"];
    key.to_lowercase().split('_').any(|word| words.contains(&word))
}

/// The columns that a data test says to be different in every row, each with its table's unique id.
fn tested_as_unique<'a>(subject: &Subject<'a>) -> HashSet<(&'a str, String)> {
    let tests = subject.project.of_type(ResourceType::Test).filter_map(|node| node.test.as_deref());
    let unique = tests.filter(|test| test.name == "unique" && test.namespace.is_none());
    unique
        .filter_map(|test| Some((test.attached_to.as_deref()?, test.column_name.as_deref()?.to_lowercase())))
        .collect()
}

/// Why a key surely has many values.
fn many(
    model: &Node,
    key: &str,
    unique: &HashSet<(&str, String)>,
    subject: &Subject<'_>,
) -> Option<(Level, &'static str)> {
    let is_key = model.config_text("unique_key").is_some_and(|own| own.eq_ignore_ascii_case(key));
    if is_key || unique.contains(&(model.unique_id.as_str(), key.to_lowercase())) {
        return Some((Level::Warning, "which is different in every row, so that every row is a partition"));
    }
    let columns = subject.columns(&model.unique_id)?;
    let data_type = columns.into_iter().find(|column| column.is_named(key))?.data_type.as_deref()?.to_lowercase();
    match data_type.split('(').next()? {
        "uuid" => Some((Level::Warning, "which is different in every row, so that every row is a partition")),
        "timestamp" => Some((Level::Warning, "a moment, so that nearly every row is a partition")),
        "double" | "real" => Some((Level::Warning, "a number with decimals, which has very many values")),
        // Where each run adds its own day, there are as many as runs.
        "date" if model.materialized() == "table" && !is_of_run(key) => {
            Some((Level::Note, "a day: after 100 days that is more than Athena writes in one query"))
        }
        _ => None,
    }
}
