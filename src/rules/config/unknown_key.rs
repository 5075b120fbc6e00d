//! Every config has a name that dbt or the adapter knows.
//!
//! ## Why
//!
//! dbt keeps a config that it does not know, and nobody reads it. With `materialised: table` the model is still a view,
//! with `partition_by` Athena's table has no partitions, and nothing says so. What is near to a known name is an error;
//! of any other name on Athena you get a note. What is the team's own belongs under `meta:`, where every key is free.
//! Configs that the project's own macros read with `config.get('…')` are known too, and so is what `configs:` in
//! `cadet.yaml` lists.
//!
//! ## Fails
//!
//! ```sql models/prison/prison_safety/prison_safety__visits_joined.sql
//! {{ config(materialised='table') }}
//! select 1 as visit_id
//! ```
//!
//! ## Passes
//!
//! ```sql models/prison/prison_safety/prison_safety__visits_joined.sql
//! {{ config(materialized='table', meta={'materialised': 'by hand'}, retention_days=30) }}
//! select 1 as visit_id
//! ```
//! ```sql macros/retention.sql
//! {% macro retention() %}{{ config.get('retention_days', 0) }}{% endmacro %}
//! ```

use std::collections::HashMap;

use crate::finding::{Fix, Level};
use crate::rules::known_configs::{ATHENA, CORE, DUCK, OTHER};
use crate::rules::written::{Origin, Written};
use crate::rules::{Check, Found, Rule, Subject};

pub(crate) const RULE: Rule =
    Rule { level: Level::Error, summary: "a config that nobody reads", check: Check::Written(check) };

fn check(written: &[Written<'_>], subject: &Subject<'_>, found: &mut Found) {
    let adapter = subject.project.target.kind.as_str();
    let near: Vec<&str> = match adapter {
        "athena" => [CORE, ATHENA].concat(),
        "duckdb" => [CORE, ATHENA, DUCK].concat(),
        _ => CORE.to_vec(),
    };
    let others: &[&[&str]] = if adapter == "athena" { &[] } else { &[ATHENA, DUCK, OTHER] };
    let is_known = |key: &str| {
        near.contains(&key)
            || others.iter().any(|list| list.contains(&key))
            || subject.policy.configs.iter().any(|own| own == key)
    };
    let mut own: HashMap<&str, bool> = HashMap::new();
    for config in written.iter().filter(|config| !is_known(config.key)) {
        // A `+` in a property file is told by another rule.
        let is_odd = config.key.is_empty() || (config.has_plus && matches!(config.origin, Origin::Properties(_)));
        if is_odd || *own.entry(config.key).or_insert_with(|| is_read(subject, config.key)) {
            continue;
        }
        match nearest(config.key, &near) {
            Some(meant) => misspelt(config, meant, found),
            None if adapter == "athena" && config.kind.is_refable() => foreign(config, found),
            None => {}
        }
    }
}

fn misspelt(config: &Written<'_>, meant: &str, found: &mut Found) {
    let message = format!("dbt knows no config `{}`, so it does nothing for {}", config.key, config.of_whom());
    let finding = found.at(config.key_place.clone(), message);
    finding.help = Some(format!("did you mean `{meant}`?"));
    let is_call = matches!(config.origin, Origin::Call(_));
    // In `config(…)` a name has no dash.
    let is_name = !config.has_plus && (!is_call || !meant.contains('-'));
    if is_name && config.key_place.span.as_ref().is_some_and(|span| span.len() == config.key.len()) {
        finding.fix = Some(Box::new(Fix::unsafe_to(config.key_place.clone(), meant)));
    }
}

fn foreign(config: &Written<'_>, found: &mut Found) {
    let message = match OTHER.contains(&config.key) || DUCK.contains(&config.key) {
        true => format!("`{}` is a config of another warehouse: on Athena it does nothing", config.key),
        false => format!("neither dbt nor its adapter for Athena knows the config `{}`", config.key),
    };
    let finding = found.at(config.key_place.clone(), message);
    finding.level = finding.level.max(Level::Note);
    finding.help = Some("take it out; what is the team's own belongs under `meta:`".to_owned());
}

/// Whether a macro of the project or of a package, or a model, asks for the config by its name.
fn is_read(subject: &Subject<'_>, key: &str) -> bool {
    let quoted = [format!("'{key}'"), format!("\"{key}\"")];
    let asks = |text: &str| {
        quoted.iter().any(|name| {
            text.match_indices(name.as_str()).any(|(at, _)| {
                let before = text[..at].trim_end();
                ["get(", "require(", "pop(", "["].iter().any(|call| before.ends_with(call))
                    || text[at + name.len()..].trim_start().starts_with("in ")
            })
        })
    };
    let project = subject.project;
    let is_sql = |path: &str| path.ends_with(".sql");
    project
        .tree
        .iter()
        .filter(|file| is_sql(&file.path))
        .any(|file| file.text().is_ok_and(|text| text.contains(key) && asks(text)))
}

/// The known name that is surely meant: one letter differs, or two in a longer name, or a dash stands for `_`.
fn nearest<'k>(key: &str, known: &[&'k str]) -> Option<&'k str> {
    let plain = key.replace('-', "_").to_lowercase();
    let allowed = match plain.chars().count() {
        0..=3 => 0,
        4..=7 => 1,
        _ => 2,
    };
    let near = known.iter().map(|name| (strsim::damerau_levenshtein(&plain, &name.replace('-', "_")), *name));
    let (distance, name) = near.min()?;
    (distance <= allowed).then_some(name)
}
