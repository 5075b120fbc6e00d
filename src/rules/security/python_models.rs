//! A model is SQL.
//!
//! ## Why
//!
//! A model in Python is a program, which may do anything with the rights of the service. cadet does not run it, on a pull
//! request or elsewhere, and neither does the service.
//!
//! ## Fails
//!
//! ```python models/prison/prison_safety/prison_safety__visits_joined.py
//! def model(dbt, session):
//!     return dbt.ref("prison_safety__visits")
//! ```
//! ```sql models/prison/prison_safety/prison_safety__visits.sql
//! select 1 as visit_id
//! ```
//!
//! ## Passes
//!
//! ```sql models/prison/prison_safety/prison_safety__visits_joined.sql
//! select 1 as visit_id
//! ```
//!
//! A program outside of `models/` is no model.
//!
//! ```python scripts/prison_safety/visits.py
//! def model(dbt, session):
//!     return dbt.ref("prison_safety__visits")
//! ```

use crate::finding::Level;
use crate::rules::handbook::Handbook;
use crate::rules::{Check, Found, Rule};

pub(crate) const RULE: Rule = Rule { level: Level::Error, summary: "a model in Python", check: Check::Handbook(check) };

fn check(handbook: &Handbook<'_>, found: &mut Found) {
    for model in handbook.models().filter(|model| model.is_python) {
        let message = format!("`{}` is a model in Python, which is not run", model.display_name());
        found.at(model.place.clone(), message).help = Some("write it as one `select` in a .sql file".to_owned());
    }
}
