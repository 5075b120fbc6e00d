//! A model that is not a `_dim`, `_fct` or `_stg` table, nor one of a staging database, is described in the `properties.yaml` of its folder.
//!
//! ## Why
//!
//! Intermediate tables share one property file for each folder, so that their descriptions and tests are found in one
//! place.
//!
//! ## Fails
//!
//! ```sql models/prison/prison_safety/prison_safety__visits_joined.sql
//! select 1 as visit_id
//! ```
//!
//! ## Passes
//!
//! ```sql models/prison/prison_safety/prison_safety__visits_joined.sql
//! select 1 as visit_id
//! ```
//! ```yaml models/prison/prison_safety/properties.yaml
//! models:
//!   - name: prison_safety__visits_joined
//!     description: Visits with their visitors.
//! ```
//!
//! A fact table has a property file of its own.
//!
//! ```sql models/prison/prison_safety/prison_safety__visits_fct.sql
//! select 1 as visit_id
//! ```
//! ```yaml models/prison/prison_safety/prison_safety__visits_fct.yaml
//! models:
//!   - name: prison_safety__visits_fct
//!     description: One row for each visit.
//! ```

use crate::finding::Level;
use crate::project::Node;
use crate::rules::handbook::Handbook;
use crate::rules::{Check, Found, Rule};
use crate::settings::Preset;
use crate::source::file::folder;

pub(crate) const RULE: Rule = Rule {
    level: Level::Error,
    summary: "an intermediate model that properties.yaml does not describe",
    check: Check::Handbook(check),
};

fn check(handbook: &Handbook<'_>, found: &mut Found) {
    if handbook.preset == Preset::Suffix {
        handbook.models().filter(|model| !handbook.has_own_file(model)).for_each(|model| one(model, found));
    }
}

fn one(model: &Node, found: &mut Found) {
    let folder = folder(&model.file);
    let described = model.patch.as_ref().is_some_and(|patch| {
        ["properties.yaml", "properties.yml"].iter().any(|name| patch.path == format!("{folder}/{name}"))
    });
    if described {
        return;
    }
    let finding = found.at(model.place.clone(), "this model is not described in the `properties.yaml` of its folder");
    finding.help = Some(format!(
        "add to `{folder}/properties.yaml`, under `models:`:\n  - name: {}\n    description: …",
        model.name
    ));
    if let Some(patch) = &model.patch {
        finding.related.push((patch.clone(), "it is described here instead".to_owned()));
    }
}
