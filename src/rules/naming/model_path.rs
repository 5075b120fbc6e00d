//! A model lies in `models/<domain>/<database>/`, in that folder or any folder below it; a seed in
//! `seeds/<domain>/<database>/`.
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
//! ```csv seeds/prison/prison_safety/prison_safety__sites.csv
//! code,name
//! 1,North
//! ```

use crate::finding::Level;
use crate::project::{Node, ResourceType};
use crate::rules::handbook::{self, Handbook};
use crate::rules::{Check, Found, Rule};

pub(crate) const RULE: Rule =
    Rule { level: Level::Error, summary: "a model outside models/<domain>/<database>/", check: Check::Handbook(check) };

fn check(handbook: &Handbook<'_>, found: &mut Found) {
    for node in handbook.tables().filter(|node| handbook::database(node).is_none()) {
        one(node, found);
    }
}

fn one(node: &Node, found: &mut Found) {
    let folder = if node.resource_type == ResourceType::Seed { "seeds" } else { "models" };
    let help = match node.name.split_once("__") {
        Some((database, _)) => {
            format!("move it to `{folder}/<domain>/{database}/`, with the domain that the database belongs to")
        }
        None => format!("move it to `{folder}/<domain>/<database>/`"),
    };
    let message = format!("this {} does not lie in a domain and a database", node.resource_type);
    found.at(node.place.clone(), message).help = Some(help);
}
