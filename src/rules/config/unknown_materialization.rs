//! Every model is built in a way that exists.
//!
//! ## Why
//!
//! dbt looks for the macro of a materialisation only when it builds the model, so a misspelt one is found late.
//!
//! ## Fails
//!
//! ```sql models/prison/prison_safety/prison_safety__visits_joined.sql
//! {{ config(materialized='tabel') }}
//! select 1 as visit_id
//! ```
//!
//! ## Passes
//!
//! ```sql models/prison/prison_safety/prison_safety__visits_joined.sql
//! {{ config(materialized='incremental', incremental_strategy='append', partitioned_by=['day']) }}
//! select 1 as visit_id, current_date as day
//! ```
//! ```sql models/prison/prison_safety/prison_safety__visitors_joined.sql
//! {{ config(materialized='archive') }}
//! select 1 as visitor_id
//! ```
//! ```sql macros/archive.sql
//! {% materialization archive, default %}{{ return({'relations': []}) }}{% endmaterialization %}
//! ```

use std::collections::HashSet;

use crate::finding::Level;
use crate::project::ResourceType;
use crate::project::problem::did_you_mean;
use crate::rules::{Check, Found, Rule, Subject};

pub(crate) const RULE: Rule =
    Rule { level: Level::Error, summary: "a materialisation that does not exist", check: Check::Project(check) };

/// Those of dbt, and of its adapters for other warehouses.
const BUILT_IN: &[&str] = &[
    "table",
    "view",
    "incremental",
    "ephemeral",
    "materialized_view",
    "seed",
    "snapshot",
    "dynamic_table",
    "streaming_table",
    "table_function",
    "external",
    "dictionary",
    "distributed_table",
    "distributed_incremental",
];

fn check(subject: &Subject<'_>, found: &mut Found) {
    let project = subject.project;
    let own: HashSet<&str> = project
        .universe
        .iter()
        .filter_map(|known| known.name.strip_prefix("materialization_"))
        .filter_map(|name| name.rsplit_once('_').map(|(name, _)| name))
        .collect();
    for model in project.own(ResourceType::Model) {
        let name = model.materialized();
        if model.is_broken || BUILT_IN.contains(&name) || own.contains(name) {
            continue;
        }
        let place = model.patch.clone().filter(|_| !model.raw.contains(name)).unwrap_or_else(|| model.place.clone());
        let known = BUILT_IN[..5].iter().copied().chain(own.iter().copied());
        let near = did_you_mean(name, known);
        found.at(place, format!("`{}` is to be built as `{name}`, which does not exist", model.display_name())).help =
            Some(near.map_or_else(
                || "it is `table`, `incremental` or `ephemeral`".to_owned(),
                |near| format!("did you mean `{near}`?"),
            ));
    }
}
