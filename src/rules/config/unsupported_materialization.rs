//! Models are tables, incremental or ephemeral: the service does not support views.
//!
//! ## Why
//!
//! The way in which the service grants access works for data in S3, which a view does not have. dbt itself makes a view of
//! every model that says nothing else, so `+materialized: table` stands at the top of `models:` in `dbt_project.yml`.
//! `unsupported_materializations:` in `cadet.yaml` says which ones may not be used; with `preset: prefix` none is
//! forbidden unless it says so.
//!
//! ## Fails
//!
//! ```sql models/prison/prison_safety/prison_safety__visits_joined.sql
//! {{ config(materialized='view') }}
//! select 1 as visit_id
//! ```
//!
//! ## Passes
//!
//! ```sql models/prison/prison_safety/prison_safety__visits_joined.sql
//! {{ config(materialized='ephemeral') }}
//! select 1 as visit_id
//! ```
//!
//! A comment sets nothing, and a name makes no view.
//!
//! ```sql models/prison/prison_safety/prison_safety__views_counted.sql
//! {# It was a view once: config(materialized='view') #}
//! {{ config(materialized='table', alias='visits_view') }}
//! select 1 as views
//! ```

use crate::finding::Level;
use crate::rules::handbook::Handbook;
use crate::rules::{Check, Found, Rule};
use crate::settings::Preset;

pub(crate) const RULE: Rule = Rule {
    level: Level::Warning,
    summary: "a materialisation that the service does not support",
    check: Check::Handbook(check),
};

fn check(handbook: &Handbook<'_>, found: &mut Found) {
    let policy = handbook.subject.policy;
    let usual: Vec<String> = if handbook.preset == Preset::Suffix { vec!["view".to_owned()] } else { Vec::new() };
    let unsupported = policy.unsupported_materializations.as_ref().unwrap_or(&usual);
    for model in handbook.models() {
        let name = model.materialized();
        if !unsupported.iter().any(|known| known == name) || model.is_python {
            continue;
        }
        let is_said = model.unrendered.contains_key("materialized");
        let message = match is_said {
            true => format!("`{}` is a {name}, which the service does not support", model.display_name()),
            false => format!(
                "`{}` is a {name} because nothing says otherwise, and the service does not support that",
                model.display_name()
            ),
        };
        found.at(model.place.clone(), message).help = Some(match is_said {
            true => "make it `materialized='table'`, or `ephemeral` when nobody reads it directly".to_owned(),
            false => format!(
                "put `+materialized: table` below `models:` and `{}:` in dbt_project.yml",
                handbook.subject.project.name
            ),
        });
    }
}
