//! A model lies in `models/<domain>/<database>/`, in that folder or any folder below it.
//!
//! ## Why
//!
//! The first folder is the domain, by which access is granted; the second is the database in which the table is
//! created. Without both, cadet does not know where the table belongs.
//!
//! ## Fails
//!
//! ```sql models/prison/prison_safety__visits.sql
//! select 1 as visit_id
//! ```
//!
//! ## Passes
//!
//! ```sql models/prison/prison_safety/staging/prison_safety__visits.sql
//! select 1 as visit_id
//! ```

use crate::finding::Level;
use crate::project::Node;
use crate::rules::{Check, Found, Rule, Subject};

pub(crate) const RULE: Rule =
    Rule { level: Level::Error, summary: "a model outside models/<domain>/<database>/", check: Check::Model(check) };

fn check(model: &Node, _: &Subject<'_>, found: &mut Found) {
    if model.path.split('/').count() < 3 {
        let help = match model.name.split_once("__") {
            Some((database, _)) => {
                format!("move it to `models/<domain>/{database}/`, with the domain that the database belongs to")
            }
            None => "move it to `models/<domain>/<database>/`".to_owned(),
        };
        found.at(model.place.clone(), "this model does not lie in a domain and a database").help = Some(help);
    }
}
