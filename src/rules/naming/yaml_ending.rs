//! The property files of models and seeds end in `.yaml`, not in `.yml`.
//!
//! ## Why
//!
//! Both work. With one ending for all, the property file of a model is found by its name, and there are never two files
//! that say different things of one model. Files whose names dbt itself decides, such as `dbt_project.yml` and
//! `packages.yml`, keep theirs, and so do the files that describe macros. This is a note: nothing is wrong.
//!
//! ## Fails
//!
//! ```sql models/prison/prison_safety/prison_safety__visits_fct.sql
//! select 1 as visit_id
//! ```
//! ```yaml models/prison/prison_safety/prison_safety__visits_fct.yml
//! models:
//!   - name: prison_safety__visits_fct
//!     description: One row for each visit.
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
//! ```yaml macros/macros.yml
//! macros: []
//! ```

use crate::finding::{Edit, Fix, Level, Place};
use crate::rules::handbook::Handbook;
use crate::rules::{Check, Found, Rule};
use crate::source::file::file_name;

pub(crate) const RULE: Rule =
    Rule { level: Level::Note, summary: "a property file that ends in .yml", check: Check::Handbook(check) };

fn check(handbook: &Handbook<'_>, found: &mut Found) {
    let project = handbook.subject.project;
    let root = project.root();
    let folders: Vec<String> =
        root.file.model_paths.iter().chain(&root.file.seed_paths).map(|path| format!("{}/", root.join(path))).collect();
    for file in project.property_files.iter().filter(|file| file.package == project.name) {
        let Some(stem) = file.path.strip_suffix(".yml") else { continue };
        if !folders.iter().any(|folder| file.path.starts_with(folder)) {
            continue;
        }
        let to = format!("{stem}.yaml");
        let finding = found.at(Place::file(file.path.clone()), "this property file ends in `.yml`");
        if project.tree.find(&to).is_some() {
            finding.help = Some(format!("there is a `{}` too: put both into that one", file_name(&to)));
        } else {
            finding.help = Some(format!("rename it to `{}`", file_name(&to)));
            let edits = vec![Edit::Rename { from: file.path.clone(), to }];
            finding.fix = Some(Box::new(Fix { edits, is_safe: true }));
        }
    }
}
