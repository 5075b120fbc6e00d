//! A dimension, fact or staging table (`_dim`, `_fct`, `_stg`) has a property file of the same name beside it.
//!
//! ## Why
//!
//! These tables are read by others. In a staging database every model is one of staging, whatever its ending. The property file describes their columns and holds their tests. With
//! `preset: prefix` in `cadet.yaml` any property file that describes the model will do.
//!
//! ## Fails
//!
//! ```sql models/prison/prison_safety/prison_safety__visits_fct.sql
//! select 1 as visit_id
//! ```
//!
//! ## Passes
//!
//! ```sql models/prison/prison_safety/prison_safety__visits_fct.sql
//! select 1 as visit_id
//! ```
//! ```yaml models/prison/prison_safety/prison_safety__visits_fct.yaml
//! models:
//!   - name: prison_safety__visits_fct
//!     description: One row for each visit.
//! ```
//!
//! Only the end of the name counts: this is an intermediate table.
//!
//! ```sql models/prison/prison_safety/prison_safety__visits_fct_joined.sql
//! select 1 as visit_id
//! ```

use crate::finding::Level;
use crate::project::Node;
use crate::rules::handbook::Handbook;
use crate::rules::{Check, Found, Rule, Subject};
use crate::settings::Preset;
use crate::source::file::folder;

pub(crate) const RULE: Rule = Rule {
    level: Level::Error,
    summary: "a _dim, _fct or _stg model without its property file",
    check: Check::Handbook(check),
};

fn check(handbook: &Handbook<'_>, found: &mut Found) {
    let subject = &handbook.subject;
    for model in handbook.models() {
        match handbook.preset {
            Preset::Prefix if model.patch.is_none() => {
                let finding = found.at(model.place.clone(), "this model is described in no property file");
                let folder = folder(&model.file);
                finding.help = Some(format!(
                    "add to a property file of `{folder}`, under `models:`:\n  - name: {}\n    description: One row for each …",
                    model.name
                ));
            }
            Preset::Suffix if handbook.has_own_file(model) => one(model, subject, found),
            _ => {}
        }
    }
}

fn one(model: &Node, subject: &Subject<'_>, found: &mut Found) {
    let beside = |ending: &str| format!("{}/{}.{ending}", folder(&model.file), model.name);
    let has_file = ["yaml", "yml"].iter().any(|ending| subject.project.tree.find(&beside(ending)).is_some());
    let own = ["yaml", "yml"].map(beside);
    let files = &subject.project.property_files;
    let is_read = own.iter().any(|own| files.binary_search_by(|file| file.path.as_str().cmp(own)).is_ok());
    let describes = model.patch.as_ref().is_some_and(|patch| own.contains(&patch.path));
    if has_file && is_read && !describes {
        let message = format!("the property file of this model does not describe it: it has no entry `{}`", model.name);
        found.at(model.place.clone(), message).help = Some(format!(
            "write into it:\nversion: 2\nmodels:\n  - name: {}\n    description: One row for each …",
            model.name
        ));
    }
    if !has_file {
        let suffixes = &subject.policy.described_suffixes;
        let suffix = suffixes.iter().find(|suffix| model.name.ends_with(suffix.as_str()));
        let message = match suffix {
            Some(suffix) => format!("this `{suffix}` model has no property file"),
            None => "this model of a staging database has no property file".to_owned(),
        };
        found.at(model.place.clone(), message).help = Some(format!(
            "add `{}` with:\nversion: 2\nmodels:\n  - name: {}\n    description: One row for each …",
            beside("yaml"),
            model.name
        ));
    }
}
