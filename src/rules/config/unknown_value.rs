//! A config that is one of a few words is one of those that dbt has on Athena.
//!
//! ## Why
//!
//! dbt reads such a word only when it builds the model. A misspelt `incremental_strategy` or `format` fails there, after
//! everything that it waited for; a misspelt `on_schema_change` is taken for `ignore`, and new columns never arrive. A strategy
//! of another warehouse, such as `delete+insert`, is none here.
//!
//! ## Fails
//!
//! ```sql models/prison/prison_safety/prison_safety__visits_joined.sql
//! {{ config(materialized='incremental', incremental_strategy='insert_overwritten', partitioned_by=['day']) }}
//! select 1 as visit_id, current_date as day
//! ```
//!
//! ## Passes
//!
//! ```sql models/prison/prison_safety/prison_safety__visits_joined.sql
//! {{ config(materialized='incremental', incremental_strategy=var('strategy', 'append'), format='PARQUET') }}
//! select 1 as visit_id {% if is_incremental() %} where false {% endif %}
//! ```
//! ```yaml models/prison/prison_safety/properties.yaml
//! models:
//!   - name: prison_safety__visits_joined
//!     config:
//!       table_type: "{{ 'iceberg' if target.name == 'prod' else 'hive' }}"
//!       meta: {format: paper}
//! ```

use crate::finding::{Fix, Level};
use crate::project::problem::did_you_mean;
use crate::rules::written::{Text, Written};
use crate::rules::{Check, Found, Rule, Subject};

pub(crate) const RULE: Rule = Rule {
    level: Level::Error,
    summary: "a config with a value that Athena does not have",
    check: Check::Written(check),
};

/// What dbt and its adapter for Athena know.
/// Behaviour: dbt-athena's macros `validate_get_incremental_strategy` and `create_table_as`, and its `S3DataNaming`.
const KNOWN: &[(&str, &[&str])] = &[
    ("incremental_strategy", &["append", "insert_overwrite", "merge", "microbatch"]),
    ("on_schema_change", &["ignore", "fail", "append_new_columns", "sync_all_columns"]),
    ("table_type", &["hive", "iceberg"]),
    ("format", &["parquet", "orc", "avro", "json", "textfile", "ion"]),
    ("s3_data_naming", &["unique", "table", "table_unique", "schema_table", "schema_table_unique"]),
];

fn check(written: &[Written<'_>], subject: &Subject<'_>, found: &mut Found) {
    if subject.project.target.kind != "athena" {
        return;
    }
    for config in written.iter().filter(|config| config.kind.is_refable()) {
        let Some((_, known)) = KNOWN.iter().find(|(key, _)| *key == config.key) else { continue };
        // What is rendered may become anything.
        let Some(value) = config.value.literal().map(str::trim).filter(|text| is_word(text)) else { continue };
        let is_same = |name: &&str| match config.key {
            "table_type" | "format" => name.eq_ignore_ascii_case(value),
            _ => *name == value,
        };
        if known.iter().any(is_same) {
            continue;
        }
        let near = did_you_mean(value, known.iter().copied());
        let message =
            format!("`{}` of {} is `{value}`, which dbt does not have on Athena", config.key, config.of_whom());
        let finding = found.at(config.value_place.clone(), message);
        finding.help = Some(match near {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("it is one of {}", known.join(", ")),
        });
        finding.fix = near.and_then(|near| fix(config, value, near)).map(Box::new);
    }
}

/// Whether it is a word of its own, and not empty or Jinja.
fn is_word(text: &str) -> bool {
    !text.is_empty() && !text.contains(['{', '}'])
}

/// The word in the place of the other, between the quotes that are there.
fn fix(config: &Written<'_>, value: &str, meant: &str) -> Option<Fix> {
    let span = config.value_place.span.as_ref()?;
    let is_quoted = match &config.value {
        Text::Jinja(text) => text.len() == value.len() + 2,
        Text::Yaml(_) => span.len() == value.len() + 2,
    };
    let text = if is_quoted { format!("'{meant}'") } else { meant.to_owned() };
    (is_quoted || span.len() == value.len()).then(|| Fix::unsafe_to(config.value_place.clone(), text))
}
