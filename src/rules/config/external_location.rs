//! The config of every model says `external_location=generate_s3_location()`.
//!
//! ## Why
//!
//! The macro writes the table's data where the service expects it: under the model's domain, database and table. Without
//! it dbt writes to a place where the service has no rights, and the model fails with `access denied` once it is
//! scheduled. cadet itself always writes to the right place. The rule speaks where the project has such a macro, or where
//! `cadet.yaml` says `preset: prefix`.
//!
//! ## Fails
//!
//! ```sql models/prison/prison_safety/prison_safety__visits_joined.sql
//! select 1 as visit_id
//! ```
//! ```sql macros/generate_s3_location.sql
//! {% macro generate_s3_location() %}{{ return('s3://mojap-derived-tables/dev/models/' ~ model.name) }}{% endmacro %}
//! ```
//!
//! ## Passes
//!
//! ```sql models/prison/prison_safety/prison_safety__visits_joined.sql
//! {{ config(tags='daily', external_location=generate_s3_location()) }}
//! select 1 as visit_id
//! ```
//! ```sql models/prison/prison_safety/prison_safety__visits_filtered.sql
//! {{ config(materialized='ephemeral') }}
//! select 1 as visit_id
//! ```
//! ```sql macros/generate_s3_location.sql
//! {% macro generate_s3_location() %}{{ return('s3://mojap-derived-tables/dev/models/' ~ model.name) }}{% endmacro %}
//! ```

use std::collections::HashSet;

use crate::finding::{Fix, Level, Place};
use crate::project::Node;
use crate::rules::handbook::Handbook;
use crate::rules::{Check, Found, Rule};
use crate::settings::Preset;

pub(crate) const RULE: Rule = Rule {
    level: Level::Error,
    summary: "a model without external_location=generate_s3_location()",
    check: Check::Handbook(check),
};

/// What the config says.
const ARGUMENT: &str = "external_location=generate_s3_location()";

fn check(handbook: &Handbook<'_>, found: &mut Found) {
    let project = handbook.subject.project;
    let is_asked = handbook.subject.policy.preset == Some(Preset::Prefix)
        || project.universe.find_in(&project.name, "generate_s3_location").is_some();
    if !is_asked {
        return;
    }
    let is_table = |model: &&std::sync::Arc<Node>| {
        matches!(model.materialized(), "table" | "incremental") && !model.is_broken && !model.is_python
    };
    let mut told = HashSet::new();
    for model in handbook.models().filter(is_table).filter(|model| model.config_text("external_location").is_none()) {
        if !told.insert(&model.file) {
            continue;
        }
        let message = format!("`{}` does not say where its data goes", model.display_name());
        let finding = found.at(model.place.clone(), message);
        finding.help = Some(match model.raw.contains("config(") {
            true => format!("add `{ARGUMENT}` to its `config(…)`"),
            false => format!("put this at the top of the file:\n{{{{ config({ARGUMENT}) }}}}"),
        });
        finding.fix = fix(model).map(Box::new);
    }
}

/// The argument in the config that is there, or a config in front of everything.
fn fix(model: &Node) -> Option<Fix> {
    let raw = &*model.raw;
    let (at, text) = match raw.find("config(") {
        None => (0, format!("{{{{ config({ARGUMENT}) }}}}\n\n")),
        Some(found) => {
            let at = found + "config(".len();
            // A dict takes no named arguments beside it.
            let is_plain = raw[..found].trim_end().ends_with("{{") && !raw[at..].trim_start().starts_with('{');
            let rest = if raw[at..].trim_start().starts_with(')') { "" } else { ", " };
            (is_plain.then_some(at)?, format!("{ARGUMENT}{rest}"))
        }
    };
    let at = model.raw_start + at;
    Some(Fix::unsafe_to(Place::span(model.file.clone(), at..at), text))
}
