//! What cannot be built on Athena, known from the project alone: it is refused before anything is changed.

use serde_json::Value;

use super::connect::Aim;
use super::place::{Destination, Misplaced};
use super::statement::{CATALOGUE, FORMATS};
use crate::engine::{Strategy, Write};
use crate::project::{Node, ResourceType};

/// Why a node cannot be built where `aim` says, if it cannot.
pub fn refuses(node: &Node, aim: &Aim) -> Option<Misplaced> {
    if !matches!(node.resource_type, ResourceType::Model | ResourceType::Seed | ResourceType::Snapshot)
        || node.is_ephemeral()
    {
        return None;
    }
    if let Some((what, help)) = unsupported(node) {
        let message = format!("{what} cannot be built on Athena by cadet yet");
        return Some(Misplaced { message, help: help.to_owned() });
    }
    if !node.database.eq_ignore_ascii_case(CATALOGUE) {
        return Some(Misplaced {
            message: format!("the catalogue `{}` is not the account's own, `{CATALOGUE}`", node.database),
            help: format!("take the `database` config away, or set `database: {CATALOGUE}` in profiles.yml"),
        });
    }
    let place = Destination::of(node, &aim.layout);
    place.and_then(|place| place.agrees(node, &aim.suffix)).err()
}

/// What this node needs that cadet does not have on Athena, and the way out.
fn unsupported(node: &Node) -> Option<(String, &'static str)> {
    let name = |what: &str| format!("{what}, such as `{}`,", node.name);
    let is_set = |key: &str| match node.config.get(key) {
        None | Some(Value::Null | Value::Bool(false)) => false,
        Some(Value::String(text)) => !text.is_empty(),
        Some(Value::Array(items)) => !items.is_empty(),
        Some(Value::Object(entries)) => !entries.is_empty(),
        Some(_) => true,
    };
    if node.is_python {
        return Some((name("a model in Python"), "write it in SQL"));
    }
    if node.resource_type == ResourceType::Snapshot {
        return Some((name("a snapshot"), "leave it out with `--exclude`, and build it with dbt"));
    }
    for (key, what) in [
        ("pre-hook", "a table with a `pre-hook`"),
        ("post-hook", "a table with a `post-hook`"),
        ("table_properties", "a table with `table_properties`"),
        ("lf_tags_config", "a table with `lf_tags_config`"),
        ("lf_grants", "a table with `lf_grants`"),
    ] {
        if is_set(key) {
            return Some((name(what), "take that config away, or leave the table out with `--exclude`"));
        }
    }
    match (node.resource_type, node.materialized()) {
        (ResourceType::Seed, _) | (_, "view") => None,
        (_, "table" | "incremental") => of_table(node),
        (_, other) => {
            Some((name(&format!("the materialisation `{other}`")), "use table, view, incremental or ephemeral"))
        }
    }
}

fn of_table(node: &Node) -> Option<(String, &'static str)> {
    let write = Write { node: Some(node), ..Write::plain(&node.relation) };
    if write.is_iceberg() {
        return Some((
            format!("an Iceberg table, such as `{}`,", node.name),
            "use `table_type: hive`, or build it with dbt",
        ));
    }
    if let Some(format) = write.text("format").filter(|format| !FORMATS.contains(&format.as_str())) {
        return Some((format!("the format `{format}`"), "use parquet, orc, avro, json or textfile"));
    }
    if write.names("bucketed_by").is_empty() != write.number("bucket_count").is_none() {
        return Some((
            "`bucketed_by` without `bucket_count`, or the other way round,".to_owned(),
            "set both, or neither",
        ));
    }
    if node.materialized() != "incremental" {
        return None;
    }
    let is_partitioned = !write.names("partitioned_by").is_empty();
    let change = write.text("on_schema_change").unwrap_or_else(|| "ignore".to_owned());
    let is_known = ["ignore", "fail", "append_new_columns", "sync_all_columns"].contains(&change.as_str());
    match write.strategy() {
        Err(other) => Some((format!("the incremental strategy `{other}`"), "use append or insert_overwrite")),
        Ok(Strategy::Merge) => {
            Some(("the incremental strategy `merge`".to_owned(), "it needs an Iceberg table: build it with dbt"))
        }
        Ok(Strategy::InsertOverwrite) if !is_partitioned && write.text("incremental_strategy").is_some() => Some((
            "`insert_overwrite` without `partitioned_by`".to_owned(),
            "say by what it is partitioned; or use `append`, which is what dbt would do, or `materialized: table`",
        )),
        Ok(_) if !is_known => {
            Some((format!("`on_schema_change: {change}`"), "use ignore, fail, append_new_columns or sync_all_columns"))
        }
        Ok(Strategy::InsertOverwrite) if is_partitioned && !["ignore", "fail"].contains(&change.as_str()) => Some((
            format!("`on_schema_change: {change}` with `insert_overwrite`"),
            "use `ignore` or `fail`, and `--full-refresh` when the columns change",
        )),
        Ok(_) => None,
    }
}
