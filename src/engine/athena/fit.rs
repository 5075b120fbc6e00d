//! What cannot be built on Athena, known from the project alone: it is refused before anything is changed.

use serde_json::Value;

use super::connect::Aim;
use super::place::{Destination, Misplaced};
use super::properties;
use super::statement::{CATALOGUE, FORMATS};
use crate::engine::merge::Merge;
use crate::engine::snapshot::Snapshot;
use crate::engine::{Strategy, Write};
use crate::project::{Node, ResourceType};

/// Why a node cannot be built where `aim` says, if it cannot.
pub fn refuses(node: &Node, aim: &Aim) -> Option<Misplaced> {
    if !node.resource_type.is_refable() || node.is_ephemeral() {
        return None;
    }
    if let Some((what, help)) = hooked(node).filter(|_| !aim.hooks).or_else(|| unsupported(node)) {
        let message = format!("{what} cannot be built on Athena by cadet");
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

/// Whether a config says anything.
fn is_set(node: &Node, key: &str) -> bool {
    match node.config.get(key) {
        None | Some(Value::Null | Value::Bool(false)) => false,
        Some(Value::String(text)) => !text.is_empty(),
        Some(Value::Array(items)) => !items.is_empty(),
        Some(Value::Object(entries)) => !entries.is_empty(),
        Some(_) => true,
    }
}

/// The statements of its own that a node brings.
fn hooked(node: &Node) -> Option<(String, &'static str)> {
    let key = ["pre-hook", "post-hook"].into_iter().find(|key| is_set(node, key))?;
    let help = "take the hook away; whoever decides on cadet.yaml can allow hooks with `athena.hooks: true`";
    Some((format!("a table with a `{key}`, such as `{}`,", node.name), help))
}

/// What this node needs that cadet does not have on Athena, and the way out.
fn unsupported(node: &Node) -> Option<(String, &'static str)> {
    let name = |what: &str| format!("{what}, such as `{}`,", node.name);
    if node.is_python {
        return Some((name("a model in Python"), "write it in SQL"));
    }
    for (key, what) in [("lf_tags_config", "a table with `lf_tags_config`"), ("lf_grants", "a table with `lf_grants`")]
    {
        if is_set(node, key) {
            return Some((name(what), "take that config away, or leave the table out with `--exclude`"));
        }
    }
    match (node.resource_type, node.materialized()) {
        (ResourceType::Seed, _) | (_, "view") => None,
        (ResourceType::Snapshot, _) => of_table(node).or_else(|| Snapshot::of(node).err()),
        (_, "table" | "incremental") => of_table(node),
        (_, other) => {
            Some((name(&format!("the materialisation `{other}`")), "use table, view, incremental or ephemeral"))
        }
    }
}

fn of_table(node: &Node) -> Option<(String, &'static str)> {
    let write = Write { node: Some(node), ..Write::plain(&node.relation) };
    let is_iceberg = write.is_iceberg();
    if let Some(kind) = write.text("table_type").filter(|kind| !["hive", "iceberg"].contains(&kind.as_str())) {
        return Some((format!("the table type `{kind}`"), "use hive or iceberg"));
    }
    let formats = if is_iceberg { &FORMATS[..3] } else { &FORMATS };
    if let Some(format) = write.text("format").filter(|format| !formats.contains(&format.as_str())) {
        let help = if is_iceberg { "use parquet, orc or avro" } else { "use parquet, orc, avro, json or textfile" };
        return Some((format!("the format `{format}`"), help));
    }
    if let Err(what) = properties::read(node) {
        let help = "of Iceberg tables Athena knows those of `optimize`, `vacuum`, compression and file size; where a \
                    table goes is cadet's to say";
        return Some((what, help));
    }
    if !is_iceberg && write.names("bucketed_by").is_empty() != write.number("bucket_count").is_none() {
        return Some((
            "`bucketed_by` without `bucket_count`, or the other way round,".to_owned(),
            "set both, or neither",
        ));
    }
    if node.materialized() != "incremental" {
        return None;
    }
    let change = write.text("on_schema_change").unwrap_or_else(|| "ignore".to_owned());
    if !["ignore", "fail", "append_new_columns", "sync_all_columns"].contains(&change.as_str()) {
        let help = "use ignore, fail, append_new_columns or sync_all_columns";
        return Some((format!("`on_schema_change: {change}`"), help));
    }
    if is_iceberg { of_iceberg(node, &write) } else { of_hive(&write, &change) }
}

fn of_iceberg(node: &Node, write: &Write<'_>) -> Option<(String, &'static str)> {
    let help = "an Iceberg table takes rows by `merge` or by `append`";
    match (write.strategy(), write.text("incremental_strategy")) {
        (Ok(Strategy::Merge), _) => Merge::of(node).err(),
        (Ok(Strategy::Append), _) => None,
        (_, None) => Some(("an Iceberg table without `incremental_strategy`".to_owned(), help)),
        (_, Some(other)) => Some((format!("the incremental strategy `{other}` on an Iceberg table"), help)),
    }
}

fn of_hive(write: &Write<'_>, change: &str) -> Option<(String, &'static str)> {
    let is_by_name = ["parquet", "json", "avro"].contains(&write.text("format").as_deref().unwrap_or("parquet"));
    match write.strategy() {
        Err(other) => Some((format!("the incremental strategy `{other}`"), "use append or insert_overwrite")),
        Ok(Strategy::Merge) => Some((
            "the incremental strategy `merge` on a table that is not Iceberg's".to_owned(),
            "set `table_type: iceberg`; or use `insert_overwrite` with `partitioned_by`",
        )),
        Ok(Strategy::InsertOverwrite) if change == "sync_all_columns" && !is_by_name => Some((
            "`on_schema_change: sync_all_columns` with this format".to_owned(),
            "in files of this format columns are known by their order, so none can go: use parquet, or `--full-refresh`",
        )),
        Ok(_) => None,
    }
}
