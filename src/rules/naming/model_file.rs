//! A model's file is named `<database>__<table>.sql`: the database is the folder's, and `__` stands in it once. Seeds are
//! named in the same way.
//!
//! ## Why
//!
//! The name of the table in Athena is what follows `__`, and the database is what stands before it. A name without
//! `__`, or with two of them, or with another database than its folder's, would deploy to the wrong place.
//!
//! ## Fails
//!
//! ```sql models/prison/prison_safety/prison_safety_visits.sql
//! select 1 as visit_id
//! ```
//!
//! ## Passes
//!
//! A database may lie in two domains, and the folders below it mean nothing.
//!
//! ```sql models/prison/prison_safety/prison_safety__visits.sql
//! select 1 as visit_id
//! ```
//! ```sql models/courts/prison_safety/hearings/prison_safety__hearings.sql
//! select 1 as hearing_id
//! ```

use crate::finding::Level;
use crate::project::Node;
use crate::rules::handbook::{self, Handbook};
use crate::rules::{Check, Found, Rule};
use crate::source::file::stem;

pub(crate) const RULE: Rule = Rule {
    level: Level::Error,
    summary: "a model file whose name is not <database>__<table>.sql",
    check: Check::Handbook(check),
};

fn check(handbook: &Handbook<'_>, found: &mut Found) {
    for node in handbook.tables() {
        one(node, found);
    }
}

fn one(model: &Node, found: &mut Found) {
    let Some(database) = handbook::database(model) else { return };
    let name = stem(&model.file);
    let (message, table) = match name.split("__").collect::<Vec<_>>().as_slice() {
        [first, ""] if *first == database => {
            ("the name of this file has no table after `__`".to_owned(), "<table>".to_owned())
        }
        [first, _] if *first == database => return,
        [first, table] => (
            format!("this file is in the folder of the database `{database}`, but its name begins with `{first}`"),
            (*table).to_owned(),
        ),
        [_] => ("the name of this file has no `__` between database and table".to_owned(), without(name, database)),
        _ => ("the name of this file has more than one `__`".to_owned(), without(name, database).replace("__", "_")),
    };
    found.at(model.place.clone(), message).help = Some(format!(
        "rename it to `{database}__{table}.{}`, and with it its property file, and the name in property files and `ref`s",
        model.file.rsplit('.').next().unwrap_or("sql")
    ));
}

/// The table's part of a name that begins with the database, whatever stands between.
fn without(name: &str, database: &str) -> String {
    let rest = name.strip_prefix(database).unwrap_or(name).trim_start_matches('_');
    if rest.is_empty() { "<table>".to_owned() } else { rest.to_owned() }
}
