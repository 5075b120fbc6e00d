//! No config moves a table away from where its path puts it.
//!
//! ## Why
//!
//! A table goes to the database that its folder is named after, and its data to the place that `generate_s3_location()`
//! gives. A `schema`, an `external_location` or an `s3_data_dir` of one's own would write elsewhere, over other people's
//! tables or into a bucket that others read. cadet takes no notice of them; dbt in production would.
//!
//! ## Fails
//!
//! ```sql models/prison/prison_safety/prison_safety__visits_joined.sql
//! {{ config(external_location='s3://mojap-derived-tables/prod/models/other_table') }}
//! select 1 as visit_id
//! ```
//!
//! ## Passes
//!
//! ```sql models/prison/prison_safety/prison_safety__visits_joined.sql
//! {{ config(schema='prison_safety', external_location=generate_s3_location()) }}
//! select 1 as visit_id
//! ```
//! ```sql macros/generate_s3_location.sql
//! {% macro generate_s3_location() %}{{ return('s3://mojap-derived-tables/dev/models/' ~ model.name) }}{% endmacro %}
//! ```

use crate::finding::Level;
use crate::project::ResourceType;
use crate::rules::handbook;
use crate::rules::written::{Origin, Text, Written};
use crate::rules::{Check, Found, Rule, Subject};

pub(crate) const RULE: Rule =
    Rule { level: Level::Error, summary: "a config that moves a table", check: Check::Written(check) };

fn check(written: &[Written<'_>], subject: &Subject<'_>, found: &mut Found) {
    if !handbook::is_followed(subject) {
        return;
    }
    let moves = [ResourceType::Model, ResourceType::Seed, ResourceType::Snapshot, ResourceType::Test];
    for config in written.iter().filter(|config| moves.contains(&config.kind)) {
        if config.key == "alias" && !is_name(config) {
            let message = format!("the alias of {} has other signs than letters, digits and `_`", config.of_whom());
            found.at(config.key_place.clone(), message).help = Some("write a plain name, or take it out".to_owned());
        }
        let help = match config.key {
            "external_location" if !is_usual_location(config) => {
                "write `external_location=generate_s3_location()`".to_owned()
            }
            "table_properties" if moves_data(config) => {
                "take out what says where the data lies: cadet puts it beside the other tables of the database"
                    .to_owned()
            }
            "s3_data_dir" | "s3_data_naming" | "s3_tmp_table_dir" | "temp_schema" => "take it out".to_owned(),
            "schema" | "database" | "catalog" | "target_schema" | "target_database" if !is_own(config, subject) => {
                "take it out: the folder below the domain names the database".to_owned()
            }
            _ => continue,
        };
        let message = match config.kind {
            ResourceType::Test => format!("`{}` puts the rows that tests keep into another database", config.key),
            _ => format!("`{}` moves {} away from where its path puts it", config.key, config.of_whom()),
        };
        found.at(config.key_place.clone(), message).help = Some(help);
    }
}

/// Whether an alias is a plain name, as far as it is written out.
fn is_name(config: &Written<'_>) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    config.value.literal().is_none_or(|text| text.contains("{{") || text.chars().all(is_part))
}

/// Whether properties of a table say where its data lies, or go on after a value with more of a statement.
fn moves_data(config: &Written<'_>) -> bool {
    let is_place = |key: &str| {
        let key = key.trim().to_lowercase();
        matches!(key.as_str(), "location" | "external_location") || key.ends_with(".path") || key.ends_with("-path")
    };
    match &config.value {
        Text::Yaml(yaml) => yaml
            .entries()
            .iter()
            .any(|(key, value)| is_place(&key.name) || value.as_str().is_some_and(|text| text.contains([')', '\'']))),
        Text::Jinja(text) => text.split(['\'', '"']).any(is_place),
    }
}

/// The location that the macro gives.
fn is_usual_location(config: &Written<'_>) -> bool {
    let text = match &config.value {
        Text::Yaml(yaml) if yaml.is_empty() => return true,
        Text::Yaml(yaml) => yaml.as_str().unwrap_or_default().trim().trim_matches(['{', '}', ' ']).to_owned(),
        Text::Jinja(text) => (*text).to_owned(),
    };
    text.replace(' ', "") == "generate_s3_location()"
}

/// Nothing, or the database of the model's own folder.
fn is_own(config: &Written<'_>, subject: &Subject<'_>) -> bool {
    let Some(text) = config.value.literal() else {
        return match &config.value {
            Text::Yaml(yaml) => yaml.is_empty(),
            Text::Jinja(text) => matches!(*text, "none" | "None"),
        };
    };
    match &config.origin {
        Origin::Call(Some(node)) => handbook::database(node) == Some(text),
        Origin::ProjectFile(folders) => folders.get(2) == Some(&text),
        Origin::Properties(name) => {
            subject.project.lookup.all(name).iter().any(|node| handbook::database(node) == Some(text))
        }
        Origin::Call(None) => false,
    }
}
