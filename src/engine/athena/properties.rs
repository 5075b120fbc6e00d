//! `table_properties` in, what may stand among the properties of a new table out. The places of a table, and what it is,
//! are cadet's to say.

use serde_json::Value;

use super::statement::text;
use crate::project::Node;

/// What Athena knows for Iceberg tables. Behaviour: "Creating Iceberg tables" and "CTAS table properties" of its guide.
const OF_ICEBERG: [&str; 8] = [
    "compression_level",
    "optimize_rewrite_data_file_threshold",
    "optimize_rewrite_delete_file_threshold",
    "vacuum_max_metadata_files_to_keep",
    "vacuum_max_snapshot_age_seconds",
    "vacuum_min_snapshots_to_keep",
    "write_compression",
    "write_target_data_file_size_bytes",
];

/// What Athena knows for Hive tables, besides what has a config of its own.
const OF_HIVE: [&str; 4] = ["compression_level", "orc_compression", "parquet_compression", "write_compression"];

/// The properties, with their values as they stand in a statement.
///
/// # Errors
/// What is not known, or is no plain value.
pub(super) fn read(node: &Node) -> Result<Vec<(String, String)>, String> {
    let Some(Value::Object(given)) = node.config.get("table_properties") else { return Ok(Vec::new()) };
    let is_iceberg = node.config_text("table_type").is_some_and(|kind| kind.trim().eq_ignore_ascii_case("iceberg"));
    let known: &[&str] = if is_iceberg { &OF_ICEBERG } else { &OF_HIVE };
    let property = |(name, value): (&String, &Value)| {
        let name = name.trim().to_lowercase();
        if !known.contains(&name.as_str()) {
            return Err(format!("`{name}` among `table_properties`"));
        }
        let wrong = || format!("the value of `{name}` among `table_properties`");
        value_of(value).map(|value| (name.clone(), value)).ok_or_else(wrong)
    };
    given.iter().map(property).collect()
}

/// A number as it is, and a word in quotes: dbt writes the text as it stands, so it may have quotes already.
fn value_of(value: &Value) -> Option<String> {
    match value {
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(value) => Some(value.to_string()),
        Value::String(written) => {
            let plain = written.trim().trim_matches('\'');
            let is_plain = !plain.is_empty() && plain.chars().all(|c| c.is_ascii_alphanumeric() || "_.-".contains(c));
            let is_number = plain.len() == written.trim().len() && plain.parse::<f64>().is_ok();
            is_plain.then(|| if is_number { plain.to_owned() } else { text(plain) })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::json;

    use super::*;
    use crate::finding::Place;
    use crate::project::ResourceType;

    fn of(table_type: &str, properties: Value) -> Result<Vec<(String, String)>, String> {
        let config = json!({"table_type": table_type, "table_properties": properties});
        let node = Node::new(ResourceType::Model, "p", "m", Place::file("m.sql"));
        read(&Node { config: Arc::new(config.as_object().cloned().unwrap().into()), ..node })
    }

    #[test]
    fn values_stand_in_a_statement_as_dbt_writes_them() {
        let given = json!({"vacuum_min_snapshots_to_keep": 3, "compression_level": "5", "write_compression": "'zstd'"});
        let found: Vec<String> =
            of("iceberg", given).unwrap().into_iter().map(|(name, value)| format!("{name} = {value}")).collect();
        assert_eq!(found, ["vacuum_min_snapshots_to_keep = 3", "compression_level = 5", "write_compression = 'zstd'"]);
    }

    #[test]
    fn what_cadet_says_itself_cannot_be_said_here() {
        for (table_type, wrong) in [
            ("iceberg", json!({"location": "s3://other/place"})),
            ("iceberg", json!({"is_external": true})),
            ("iceberg", json!({"write_compression": "'zstd', location = 's3://x'"})),
            ("iceberg", json!({"compression_level": [1]})),
            ("hive", json!({"external_location": "'s3://other'"})),
            ("hive", json!({"vacuum_min_snapshots_to_keep": 3})),
        ] {
            assert!(of(table_type, wrong.clone()).is_err(), "{wrong}");
        }
    }
}
